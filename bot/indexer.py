"""What search and similarity look in follows what people write: in the wake of each commit, by one process at a time.

A transaction that changes words only marks whose they are; the marks are rows, so a restart loses none. What fails is
tried again, and told to the admins (``bot/unread.py``). Vectors are made in a thread, a few texts at a time, after all
words are in the full text.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta

import structlog

from bot.rest import Rest
from bot.unread import Unread
from core.errors import Conflict, Refusal
from core.indexing import document_of
from core.model.similar import Item
from core.ports import Clock, Committed, Embedder
from core.storage import Stale, Store, UnitOfWork

log = structlog.get_logger(__name__)

_LOOK, _LONGEST = timedelta(seconds=2), timedelta(seconds=15)
"""How often it looks by itself, for what other processes marked: while something waits, and where nothing does."""
_LEASE = "indexer"
_TERM = timedelta(seconds=30)
_AT_ONCE = 8
"""Documents of one transaction: SQLite has one writer, and people are waiting for theirs."""
_EMBEDDED = 16
"""Texts of which vectors are made in one call."""
_HARMLESS = "a printer"
"""What a model that is well makes a vector of."""

Progress = Callable[[int], None]
"""Told how many more are done."""


def _untold(_: int) -> None:
    """To whom nobody listens."""


class Indexer:
    """One per process. ``owner``: unique among them; ``embedder``: asked each time, as it may be read in later;
    ``made``: called when something was indexed; ``unread``: told what could not be."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        owner: str,
        embedder: Callable[[], Embedder | None] = lambda: None,
        made: Callable[[], None] = lambda: None,
        unread: Unread | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._owner = owner
        self._embedder = embedder
        self._made = made
        self._unread = unread
        self._rest = Rest(_LOOK, _LONGEST)
        self._loop: asyncio.Task[None] | None = None

    def committed(self, committed: Committed) -> None:
        if committed.records:
            self._rest.wake()

    def start(self) -> None:
        self._loop = asyncio.create_task(self._run(), name="indexer")

    async def stop(self) -> None:
        """And let another process do it."""
        if self._loop is None:
            return
        self._loop.cancel()
        with suppress(asyncio.CancelledError):
            await self._loop
        with suppress(Refusal, Conflict):
            async with self._store.write() as work:
                await work.leases.release(_LEASE, self._owner)

    async def _run(self) -> None:
        while True:
            self._rest.begin()
            await self._rest.take(idle=await self._look())

    async def _look(self) -> bool:
        """Whether there was nothing to do."""
        is_idle = True
        try:
            while await self._is_needed():
                is_idle = False
                if not await self._is_ours():
                    return False
                await self._one_round()
            if self._unread is not None:
                await self._unread.goes_on()
        except (Refusal, Conflict) as reason:
            log.warning("index out of reach", reason=str(reason))
        except Exception as error:
            log.exception("indexing stumbled")
            if self._unread is not None:
                await self._unread.stalled(type(error).__name__)
        return is_idle

    async def _is_needed(self) -> bool:
        embedder = self._embedder()
        async with self._store.read() as work:
            if await work.index.waiting():
                return True
            return embedder is not None and bool(await work.vectors.stale(embedder.name, limit=1))

    async def _is_ours(self) -> bool:
        now = self._clock.now()
        async with self._store.write() as work:
            return await work.leases.take(_LEASE, self._owner, now=now, until=now + _TERM)

    async def _one_round(self) -> None:
        """Words first: a search finds them at once, and similarity without vectors goes by words too."""
        if not await self.index_some():
            await self.embed_some()
        self._made()

    async def drain(self, indexed: Progress = _untold, embedded: Progress = _untold) -> None:
        """Until nothing waits, whoever else is at it too: for the command line."""
        while done := await self.index_some():
            indexed(done)
        while done := await self.embed_some():
            embedded(done)

    async def index_some(self) -> int:
        """Documents of some marked items; how many there were. Raises Unavailable, Conflict."""
        failed: dict[Item, str] = {}
        async with self._store.write() as work:
            marked = await work.index.take_marks(limit=_AT_ONCE)
            gone = [item for item in marked if not await _index(item, work, failed)]
        if self._unread is not None:
            await self._unread.indexed(failed, [item for item in marked if item not in failed])
            await self._unread.gone(gone)
        return len(marked)

    async def embed_some(self) -> int:
        """Vectors of some documents that have none; how many there were."""
        embedder = self._embedder()
        if embedder is None:
            return 0
        async with self._store.read() as work:
            stale = await work.vectors.stale(embedder.name, limit=_EMBEDDED)
        if stale:
            failed: dict[Item, str] = {}
            await self._keep(embedder.name, stale, await _vectors(embedder, stale, failed))
            if self._unread is not None:
                await self._unread.embedded(failed, [one.item for one in stale if one.item not in failed])
        return len(stale)

    async def _keep(self, model: str, stale: Sequence[Stale], vectors: Sequence[bytes | None]) -> None:
        async with self._store.write() as work:
            for one, vector in zip(stale, vectors, strict=True):
                await work.vectors.put(model, one, vector)


async def _vectors(embedder: Embedder, stale: Sequence[Stale], failed: dict[Item, str]) -> Sequence[bytes | None]:
    """None for a text that the model cannot take: it holds up no other, and is found by its words; why is written to
    ``failed``. Raises what the model raises where it is the model that fails, not a text."""
    try:
        return await asyncio.to_thread(embedder.embed, [one.text for one in stale])
    except Exception:
        log.exception("some texts have no meaning to the model", count=len(stale))
    await asyncio.to_thread(embedder.embed, [_HARMLESS])
    return [await _vector_alone(embedder, one, failed) for one in stale]


async def _vector_alone(embedder: Embedder, text: Stale, failed: dict[Item, str]) -> bytes | None:
    try:
        [vector] = await asyncio.to_thread(embedder.embed, [text.text])
    except Exception as error:
        log.exception("cannot be embedded", kind=text.item.kind.value, id=text.item.id)
        failed[text.item] = type(error).__name__
        return None
    return vector


async def _index(item: Item, work: UnitOfWork, failed: dict[Item, str]) -> bool:
    """One that cannot be read holds up no other; why is written to ``failed``, in no word of its own. Whether it has a
    document now."""
    try:
        document = await document_of(item, work)
    except (ValueError, TypeError, KeyError) as error:
        log.exception("cannot be indexed", kind=item.kind.value, id=item.id)
        failed[item] = type(error).__name__
        document = None
    if document is None:
        await work.index.remove([item])
    else:
        await work.index.put(document)
    return document is not None
