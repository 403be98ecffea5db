"""What search and similarity look in follows what people write: in the wake of each commit, by one process at a time.

A transaction that changes words only marks whose they are; the marks are rows, so a restart loses none. What fails is
tried again. Vectors are made in a thread, a few texts at a time, after all words are in the full text.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta

import structlog

from core.errors import Conflict, Refusal
from core.indexing import document_of
from core.model.similar import Item
from core.ports import Clock, Committed, Embedder
from core.storage import Stale, Store, UnitOfWork

log = structlog.get_logger(__name__)

LOOK = timedelta(seconds=2)
"""How often it looks by itself: for what other processes marked, and for a lease that was let go."""
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
    """One per process. ``owner``: unique among them; ``embedder``: asked each time, as it may be read in later."""

    def __init__(
        self, *, store: Store, clock: Clock, owner: str, embedder: Callable[[], Embedder | None] = lambda: None
    ) -> None:
        self._store = store
        self._clock = clock
        self._owner = owner
        self._embedder = embedder
        self._awake = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None

    def committed(self, committed: Committed) -> None:
        if committed.records:
            self._awake.set()

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
            self._awake.clear()
            await self._look()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK.total_seconds()):
                    await self._awake.wait()

    async def _look(self) -> None:
        try:
            while await self._is_needed() and await self._is_ours():
                await self._one_round()
        except (Refusal, Conflict) as reason:
            log.warning("index out of reach", reason=str(reason))
        except Exception:
            log.exception("indexing stumbled")

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

    async def drain(self, indexed: Progress = _untold, embedded: Progress = _untold) -> None:
        """Until nothing waits, whoever else is at it too: for the command line."""
        while done := await self.index_some():
            indexed(done)
        while done := await self.embed_some():
            embedded(done)

    async def index_some(self) -> int:
        """Documents of some marked items; how many there were. Raises Unavailable, Conflict."""
        async with self._store.write() as work:
            marked = await work.index.take_marks(limit=_AT_ONCE)
            for item in marked:
                await _index(item, work)
        return len(marked)

    async def embed_some(self) -> int:
        """Vectors of some documents that have none; how many there were."""
        embedder = self._embedder()
        if embedder is None:
            return 0
        async with self._store.read() as work:
            stale = await work.vectors.stale(embedder.name, limit=_EMBEDDED)
        if stale:
            await self._keep(embedder.name, stale, await _vectors(embedder, stale))
        return len(stale)

    async def _keep(self, model: str, stale: Sequence[Stale], vectors: Sequence[bytes | None]) -> None:
        async with self._store.write() as work:
            for one, vector in zip(stale, vectors, strict=True):
                await work.vectors.put(model, one, vector)


async def _vectors(embedder: Embedder, stale: Sequence[Stale]) -> Sequence[bytes | None]:
    """None for a text that the model cannot take: it holds up no other, and is found by its words. Raises what the
    model raises where it is the model that fails, not a text."""
    try:
        return await asyncio.to_thread(embedder.embed, [one.text for one in stale])
    except Exception:
        log.exception("some texts have no meaning to the model", count=len(stale))
    await asyncio.to_thread(embedder.embed, [_HARMLESS])
    return [await _vector_alone(embedder, one) for one in stale]


async def _vector_alone(embedder: Embedder, text: Stale) -> bytes | None:
    try:
        [vector] = await asyncio.to_thread(embedder.embed, [text.text])
    except Exception:
        log.exception("cannot be embedded", kind=text.item.kind.value, id=text.item.id)
        return None
    return vector


async def _index(item: Item, work: UnitOfWork) -> None:
    """One that cannot be read holds up no other."""
    try:
        document = await document_of(item, work)
    except (ValueError, TypeError, KeyError):
        log.exception("cannot be indexed", kind=item.kind.value, id=item.id)
        document = None
    if document is None:
        await work.index.remove([item])
    else:
        await work.index.put(document)
