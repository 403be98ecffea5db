"""The model of meaning and the index of its vectors: read in beside the running desk, and kept as the database has it.

A desk is there at once and goes by words alone until both are ready; without a model it stays so, and says why.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog

from bot.settings.similar import Model, SimilarTable
from core.errors import Conflict, Refusal
from core.ports import Embedder, NoModel, SemanticIndex
from core.storage import Change, Store
from core.suggesting import Meaning

log = structlog.get_logger(__name__)

_LOOK = 1.0
"""Seconds between two looks at what changed: an item is found by meaning so much later than its vector is made."""
_AT_ONCE = 2_000
"""Vectors that are read at once."""


@dataclass(frozen=True, slots=True)
class Found:
    """A model and an empty index for it, or why there is none."""

    parts: tuple[Embedder, SemanticIndex] | None = None
    why: str = ""


def model_of(similar: SimilarTable) -> Found:
    """Reads the model that the settings name, which takes half a second."""
    if not similar.enabled:
        return Found(why="bot.toml says similar.enabled = false.")
    if similar.model is Model.NONE:
        return Found(why='bot.toml says similar.model = "none".')
    try:
        # Here, so that a desk that goes by words alone loads none of the libraries.
        from adapters.semantic.index import VectorIndex
        from adapters.semantic.minilm import MiniLM

        model = MiniLM()
    except NoModel as reason:
        return Found(why=str(reason))
    except ImportError as reason:
        return Found(why=f"The package {reason.name} is not installed: make install brings it.")
    return Found((model, VectorIndex(model.dimensions)))


class Knowing:
    """One per process. ``find``: reads the model in; called in a thread."""

    def __init__(self, store: Store, find: Callable[[], Found]) -> None:
        self._store = store
        self._find = find
        self._parts: tuple[Embedder, SemanticIndex] | None = None
        self._is_filled = False
        self._after = 0
        self._loop: asyncio.Task[None] | None = None

    def embedder(self) -> Embedder | None:
        """The model, once it is read."""
        return self._parts[0] if self._parts is not None else None

    def meaning(self) -> Meaning | None:
        """The model with its index, once that holds what the database has."""
        return Meaning(*self._parts) if self._parts is not None and self._is_filled else None

    def start(self) -> None:
        self._loop = asyncio.create_task(self._run(), name="knowing")

    async def stop(self) -> None:
        if self._loop is not None:
            self._loop.cancel()
            with suppress(asyncio.CancelledError):
                await self._loop

    async def _run(self) -> None:
        try:
            await self.begin()
        except Exception:
            log.exception("model_stumbled")
            return
        while self._parts is not None:
            await self._look()
            await asyncio.sleep(_LOOK)

    async def begin(self) -> None:
        """Read the model in; the log says what similar tickets are found by."""
        found = await asyncio.to_thread(self._find)
        self._parts = found.parts
        if found.parts is None:
            log.warning("similar_by_words_alone", why=found.why)

    async def _look(self) -> None:
        """What fails is logged, and tried again at the next look."""
        try:
            await self.follow()
        except (Refusal, Conflict) as reason:
            log.warning("similar_out_of_reach", reason=str(reason))
        except Exception:
            log.exception("similar_stumbled")

    async def follow(self) -> None:
        """Bring the index to what the database has now."""
        if self._parts is None:
            return
        model, index = self._parts
        while True:
            async with self._store.read() as work:
                changes = await work.vectors.changes(model.name, after=self._after, limit=_AT_ONCE)
            if not changes:
                break
            await asyncio.to_thread(_apply, changes, index)
            self._after = changes[-1].number
        if not self._is_filled:
            self._is_filled = True
            log.info("similar_by_meaning", model=model.name, items=len(index))


def _apply(changes: Sequence[Change], index: SemanticIndex) -> None:
    index.remove([change.item for change in changes if change.entry is None])
    index.put([change.entry for change in changes if change.entry is not None])
