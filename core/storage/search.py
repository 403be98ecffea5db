"""What search asks of the desk's memory: which words changed, and a document of each ticket and FAQ."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.model.ids import PersonId
from core.model.similar import Item

PART = "\u2029"
"""Between the parts of a document's words, which different people may have written: Unicode's separator of paragraphs,
which ``core.text.clean`` leaves in no text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The words of a ticket or a FAQ, as they are looked for."""

    item: Item
    title: str
    body: str
    """The beginning of its description, or its answer."""
    said: str = ""
    """What else anybody who may see it may read: ref, tags, answers, replies, each a part."""
    noted: str = ""
    """What only the staff may read, each note a part."""
    meaning: str
    """What a model of meaning reads of it."""
    group: str
    """Who may know of it: ``core.similar.group_of_ticket``."""
    owner: PersonId | None


@dataclass(frozen=True, slots=True)
class Words:
    """Those of a document, for a snippet of them."""

    title: str
    said: str
    """With its body, which is the first part."""
    noted: str


class Index(Protocol):
    """Marks are set by whatever changes words, in its own transaction; documents are made of them in its wake."""

    async def mark(self, items: Collection[Item]) -> None:
        """Their words may have changed: tickets and messages are marked whenever they are saved, what else changes
        words or who may read them says so by this."""

    async def mark_all(self) -> int:
        """Everything that there is or was is to be looked at again; how many items that is."""

    async def waiting(self) -> int:
        """How many items are marked."""

    async def take_marks(self, *, limit: int) -> Sequence[Item]:
        """Marked items, the newest first, whose marks are gone with this transaction. What others just mark, or take,
        is left out."""

    async def put(self, document: Document) -> bool:
        """In place of what there was of it; False, with nothing written, where it is the same still."""

    async def remove(self, items: Collection[Item]) -> None:
        """None of their words stays."""

    async def words_of(self, items: Collection[Item]) -> Mapping[Item, Words]:
        """Of those that there are. Left out is what is marked: some of its words may be taken back by now."""
