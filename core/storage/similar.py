"""What similarity asks of the desk's memory: the database's own full-text index, and vectors that outlast a process."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.model.similar import Candidate, Entry, Item, Scope
from core.storage.queries import Sight


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Where words occur, in the index's own reading of them."""

    items: Mapping[str, Sequence[Item]]
    """Those in scope, of each word that is not in very many items."""
    held: Mapping[str, int]
    """In how many of all items each word occurs, whoever may see them, 0 for one that occurs nowhere: what it costs to
    look for it, and nobody's to know. Of a word that very many have it is a guess by the database's own statistics."""
    total: int
    """Items."""

    @property
    def seen(self) -> Mapping[str, int]:
        """In how many items each occurs that are in scope. Of a word that very many have all are counted: one more
        or less says nothing."""
        return {word: len(self.items[word]) if word in self.items else count for word, count in self.held.items()}


class FullText(Protocol):
    """Titles and beginnings of descriptions of tickets, questions and answers of FAQs, as they are now."""

    async def occurrences(self, words: Collection[str], scope: Scope) -> Occurrences:
        """Quick even for words that occur everywhere. Anything may stand in ``words``: they are quoted, never read as a
        query. ``scope`` is as fresh as the index is: ``candidates`` has the last word."""

    async def newest(self, words: Collection[str], scope: Scope, *, limit: int) -> Sequence[Item]:
        """The newest items with all of the ``words`` in ``scope``, as far as a look at some of those that have them
        shows: for words that are in very many."""

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
