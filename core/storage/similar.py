"""What similarity asks of the desk's memory: the database's own full-text index, and vectors that outlast a process."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.model.similar import Candidate, Entry, Item
from core.storage.queries import Sight


@dataclass(frozen=True, slots=True)
class Frequencies:
    """In how many items each word occurs, in the index's own reading of it; 0 for one that occurs nowhere."""

    seen: Mapping[str, int]
    """Of those that the asker may see. Of a word that very many items have, all are counted, and a guess by the
    database's own statistics will do."""
    held: Mapping[str, int]
    """Of all, whoever may see them: what it costs to look for the word, and nobody's to know."""
    total: int
    """Items."""


class FullText(Protocol):
    """Titles and beginnings of descriptions of tickets, questions and answers of FAQs, as they are now."""

    async def frequencies(self, words: Collection[str], sight: Sight) -> Frequencies:
        """Quick even for words that occur everywhere."""

    async def matching(
        self, words: Sequence[str], frequencies: Frequencies, sight: Sight, *, limit: int
    ) -> Sequence[Item]:
        """Items with any of the ``words`` that ``sight`` lets through, those that fit best first. ``words`` are few and
        rare (``core.similar.to_look_up``), all counted in ``frequencies``, and anything may stand in them: they are
        quoted, never read as a query."""

    async def candidates(self, items: Collection[Item], sight: Sight) -> Sequence[Candidate]:
        """Their words as they are now, without cosines; those alone that are there still and ``sight`` lets through.
        The body of what waits to be indexed again is left out."""


@dataclass(frozen=True, slots=True)
class Stale:
    """An item whose words have no vector yet, or one of other words or of another model."""

    item: Item
    text: str
    """What is embedded: ``core.similar.text_of``."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is to become of an item in a process's index. ``entry`` None: it is taken out."""

    number: int
    item: Item
    entry: Entry | None


class Vectors(Protocol):
    """One vector for each item, by the name of the model that made it; shared by all processes."""

    async def stale(self, model: str, *, limit: int) -> Sequence[Stale]:
        """The newest first."""

    async def waiting(self, model: str) -> int:
        """How many are stale."""

    async def put(self, model: str, text: Stale, vector: bytes | None) -> None:
        """Nothing happens where the item's words changed meanwhile: it is stale still. ``vector`` None: the model can
        make none of these words, and is not asked again."""

    async def changes(self, model: str, *, after: int, limit: int) -> Sequence[Change]:
        """What changed in vectors, groups, owners or existence, by ascending ``number`` and only numbers above
        ``after``; 0 begins with everything that there is. No change is ever numbered below one that was given out."""
