"""What the desk knows already: frequently asked questions, their versions, and what people said of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.model.faq import Faq, FaqState, FaqVersion
from core.model.ids import FaqId, PersonId, TicketId


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqQuery:
    """Which FAQs: every given field narrows."""

    public: frozenset[str] | None = None
    """For somebody who is not of the staff: published ones alone, in these categories ("" for those of none), by the
    words that are published. None: all of them, by their latest words."""
    states: frozenset[FaqState] | None = None
    category: str | None = None
    stale_at: datetime | None = None
    """Those whose review is due then."""
    waiting: bool = False
    """Those with a newer version than the published one, and those never published."""
    words: tuple[str, ...] = ()
    """At least one of them, each folded, stands in the question or the answer."""
    limit: int = 50


class Faqs(Protocol):
    async def add(self, first: FaqVersion, *, source: TicketId | None) -> Faq:
        """A draft; ``first`` is its version 1."""

    async def get(self, faq: FaqId) -> Faq | None: ...

    async def save(self, faq: Faq) -> None:
        """Its state and its dates, and its latest version where that is new. What people said of it is left alone.
        Raises Conflict where somebody saved it meanwhile."""

    async def versions(self, faq: FaqId) -> Sequence[FaqVersion]:
        """The newest first."""

    async def find(self, query: FaqQuery) -> Sequence[Faq]:
        """Those that helped most come first."""

    async def made_of(self, tickets: Sequence[TicketId]) -> Mapping[TicketId, Faq]:
        """The FAQ that was made of each, where one was and is not retired: of several a published one, the newest."""

    async def count(self, query: FaqQuery) -> int:
        """How many there are, whatever the limit."""

    async def rate(self, faq: FaqId, person: PersonId, at: datetime, *, helpful: bool) -> bool:
        """One word a person, which takes the place of an earlier one; whether that changed anything."""

    async def rating(self, faq: FaqId, person: PersonId) -> bool | None:
        """What the person said; None where they said nothing."""
