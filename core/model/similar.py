"""What is asked and found when tickets and FAQs like some words are looked for."""

from dataclasses import dataclass
from enum import StrEnum

from core.model.ids import PersonId


class Kind(StrEnum):
    TICKET = "ticket"
    FAQ = "faq"


@dataclass(frozen=True, slots=True)
class Item:
    """A ticket or a FAQ, by the id that it has among its kind."""

    kind: Kind
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An item as the semantic index holds it."""

    item: Item
    group: str
    """Who may know of it: ``core.similar.group_of``."""
    owner: PersonId | None
    """The requester; None for a FAQ."""
    vector: bytes
    """As ``Embedder.embed`` gave it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which items are looked among, before anything is ranked: those of ``groups``, those of ``owner``, and ``also``;
    of these neither ``but`` nor those of ``but_owner``."""

    groups: frozenset[str] = frozenset()
    owner: PersonId | None = None
    also: frozenset[Item] = frozenset()
    but: frozenset[Item] = frozenset()
    but_owner: PersonId | None = None


@dataclass(frozen=True, slots=True)
class Near:
    item: Item
    cosine: float
    """From -1 to 1: how near its vector is to the one asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An item that may be like what was asked, with its words as they are now."""

    item: Item
    title: str
    body: str = ""
    """The beginning of a ticket's description or a FAQ's answer."""
    cosine: float | None = None
    """None where the index does not have it, or there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    item: Item
    score: float
    """Only to compare with others of the same question; higher is nearer."""
    cosine: float | None
    share: float
    """From 0 to 1: how much of what was asked occurs in it, rare words counting more."""
    why: tuple[str, ...]
    """Words of its title, or else of its body, that were asked with: as they are written there."""
