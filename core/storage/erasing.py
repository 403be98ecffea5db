"""Deleting what people typed in a ticket, wherever the desk keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.model.ids import MessageId, ThreadId, TicketId
from core.model.outbox import ToPerson, ToThread


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much goes with a ticket."""

    replies: int
    notes: int
    files: int
    followers: int
    faqs: int
    """Those that were made of it and are not published."""
    threads: int
    """On platforms, not lost."""


class Erasing(Protocol):
    async def extent(self, ticket: TicketId) -> Extent: ...

    async def wipe(self, ticket: TicketId, at: datetime) -> None:
        """Its messages stay without words, as taken back; files, reactions, followers, links, timers and what drafts
        and FAQs hold of it go, and so does what search knows of it. Its own row is the caller's to save. The bytes of
        files are those of ``Store.sweep_files``."""

    async def strays(self, ticket: TicketId) -> Sequence[tuple[MessageId, ToThread]]:
        """Its messages of which a copy stands in a thread of another ticket, and not lost."""

    async def told_of(self, ticket: TicketId) -> Sequence[ToPerson]:
        """Who was sent a message of their own about it, and where."""

    async def shown_to(self, address: ToPerson, ticket: TicketId) -> Sequence[str]:
        """What the platform calls these messages."""

    async def shown_in(self, thread: ThreadId) -> Sequence[str]:
        """What the platform calls all that the desk knows to stand there: copies of messages, and what deliveries put
        there."""
