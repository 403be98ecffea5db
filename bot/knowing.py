"""The model of meaning and the index of its vectors: read in beside the running desk, and kept as the database has it.

A desk is there at once and goes by words alone until both are ready; without a model it stays so, and says why.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import structlog

from bot.rest import Rest
from bot.settings.similar import Model, SimilarTable
from core.errors import Conflict, Refusal
from core.ports import Committed, Embedder, NoModel, SemanticIndex
from core.storage import Change, Store
from core.suggesting import Meaning

log = structlog.get_logger(__name__)

_LOOK, _LONGEST = timedelta(seconds=1), timedelta(seconds=15)
"""Between two looks at what changed: an item whose vector another process makes is found by meaning so much later. The
longer one where nothing happens."""
_AT_ONCE = 2_000
"""Vectors that are read at once."""


@dataclass(frozen=True, slots=True)
class Found:
    """A model and an empty index for it, or why there is none."""

    parts: tuple[Embedder, SemanticIndex] | None = None
    why: str = ""
    is_off: bool = False
    """Nothing similar is looked for at all."""


class Ways(StrEnum):
    """By what similar tickets are found."""

    OFF = "off"
    LOADING = "loading"
    """By words, until the model and its index are read."""
    WORDS = "words"
    MEANING = "meaning"


def model_of(similar: SimilarTable) -> Found:
    """Reads the model that the settings name, which takes half a second."""
    if not similar.enabled:
        return Found(why="bot.toml says similar.enabled = false.", is_off=True)
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
        self._found: Found | None = None
        self._told = asyncio.Event()
        self._rest = Rest(_LOOK, _LONGEST)
        self._loop: asyncio.Task[None] | None = None

    def embedder(self) -> Embedder | None:
        """The model, once it is read."""
        return self._parts[0] if self._parts is not None else None

    def meaning(self) -> Meaning | None:
        """The model with its index, once that holds what the database has."""
        return Meaning(*self._parts) if self._parts is not None and self._is_filled else None

    @property
    def way(self) -> tuple[Ways, str]:
        """And why, where it is not by meaning."""
        if self._found is not None and self._found.parts is None:
            return Ways.OFF if self._found.is_off else Ways.WORDS, self._found.why
        return Ways.MEANING if self._is_filled else Ways.LOADING, ""

    async def settled(self) -> None:
        """Returns once it is known by what similar tickets are found."""
        await self._told.wait()

    def wake(self) -> None:
        """Vectors were made, or are about to be."""
        self._rest.wake()

    def committed(self, committed: Committed) -> None:
        if committed.records:
            self.wake()

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
        except Exception as error:
            log.exception("model_stumbled")
            self._found = Found(why=f"The model cannot be read ({type(error).__name__}): the log says more.")
            self._told.set()
            return
        while self._parts is not None:
            self._rest.begin()
            await self._rest.take(idle=await self._look())

    async def begin(self) -> None:
        """Read the model in; the log says what similar tickets are found by."""
        found = await asyncio.to_thread(self._find)
        self._found, self._parts = found, found.parts
        if found.parts is None:
            log.warning("similar_by_words_alone", why=found.why)
            self._told.set()

    async def _look(self) -> bool:
        """Whether nothing had changed. What fails is logged, and tried again at the next look."""
        before = self._after
        try:
            await self.follow()
        except (Refusal, Conflict) as reason:
            log.warning("similar_out_of_reach", reason=str(reason))
        except Exception:
            log.exception("similar_stumbled")
        return self._is_filled and self._after == before

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
            self._told.set()


def _apply(changes: Sequence[Change], index: SemanticIndex) -> None:
    index.remove([change.item for change in changes if change.entry is None])
    index.put([change.entry for change in changes if change.entry is not None])
