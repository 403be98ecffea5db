"""An upload becomes a file of the desk's: it arrives on the disk, is looked at there, and is kept if it is taken."""

from asyncio import Semaphore, to_thread
from collections.abc import AsyncGenerator, AsyncIterable
from mmap import ACCESS_READ, mmap

from core.commands import Actor
from core.errors import N_, Conflict, Unavailable
from core.model.thread import File
from core.policy import Action, require_in_general
from core.ports import Clock, FileInspector, Inspected
from core.reading import asker_of
from core.storage import Received, Store
from core.storage.blobs import pieces_of

_INSPECTIONS = 2
"""Uploads looked at in the same moment: it is work for the processor, and the desk needs some of that itself."""
_TRIES = 3
_BUSY = N_("too many things are happening at once")


class Keeping:
    def __init__(self, store: Store, clock: Clock, inspector: FileInspector) -> None:
        self._store = store
        self._clock = clock
        self._inspector = inspector
        self._inspecting = Semaphore(_INSPECTIONS)

    async def keep(
        self, name: str, content: bytes | AsyncIterable[bytes], actor: Actor, *, image_only: bool = False
    ) -> File:
        """Raises BadField with the reason for a file that is not taken, and whatever ``content`` does."""
        async with self._store.read() as work:
            require_in_general(Action.OPEN, await asker_of(actor, work))
        pieces = pieces_of(content) if isinstance(content, bytes) else content
        async with self._store.receive(self._measured(name, pieces)) as received:
            async with self._inspecting:
                inspected = await to_thread(self._inspect, name, received, image_only)
            return await self._add(inspected, received, actor)

    async def _measured(self, name: str, pieces: AsyncIterable[bytes]) -> AsyncGenerator[bytes]:
        size = 0
        async for piece in pieces:
            size += len(piece)
            self._inspector.check_size(name, size)
            yield piece

    def _inspect(self, name: str, received: Received, image_only: bool) -> Inspected:
        if not received.size:
            return self._inspector.inspect(name, b"", image_only=image_only)
        with received.path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
            return self._inspector.inspect(name, data, image_only=image_only)

    async def _add(self, inspected: Inspected, received: Received, actor: Actor) -> File:
        for _ in range(_TRIES):
            try:
                async with self._store.write() as work:
                    asker = await asker_of(actor, work)
                    require_in_general(Action.OPEN, asker)
                    return await work.files.add(
                        asker.id,
                        inspected.name,
                        inspected.media_type,
                        received,
                        self._clock.now(),
                        width=inspected.width,
                        height=inspected.height,
                    )
            except Conflict:
                continue
        raise Unavailable(why=_BUSY)
