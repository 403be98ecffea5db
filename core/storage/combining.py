"""How tickets belong together: merges, links, messages that move, and what many ask for."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from core.model.ids import MergeId, MessageId, TicketId
from core.model.relation import Hot, Link, Merge, Moved
from core.storage.queries import Sight


class Combining(Protocol):
    async def merge(self, ticket: TicketId, into: TicketId, moved: Moved, at: datetime) -> Merge:
        """Raises Conflict where one of ``ticket`` is in force already."""

    async def merge_of(self, ticket: TicketId) -> Merge | None:
        """The one in force by which the ticket went into another."""

    async def undo_merge(self, merge: MergeId, at: datetime) -> bool:
        """False where it was taken back already."""

    async def save_moved(self, merge: MergeId, moved: Moved) -> None:
        """Let the merge have changed this: it holds people from now on whom another brought along before."""

    async def merged_into(self, ticket: TicketId) -> Sequence[TicketId]:
        """Those that went into it, the first first."""

    async def link(self, link: Link, at: datetime) -> bool:
        """False where it is there already."""

    async def unlink(self, link: Link) -> bool:
        """False where it was not there."""

    async def links_of(self, ticket: TicketId) -> Sequence[Link]:
        """Those in which it is the first or the second, by the numbers of their tickets."""

    async def move_messages(self, messages: Sequence[MessageId], ticket: TicketId) -> None:
        """Into ``ticket``, with their files."""

    async def hot(self, sight: Sight, *, since: datetime, limit: int) -> Sequence[Hot]:
        """The hottest first, of the tickets in sight that changed since then and went into no other. Replies since
        then are counted."""

    async def left_with(self, ticket: TicketId) -> Mapping[int, tuple[datetime, Mapping[str, str] | None]]:
        """Its followers: since when each follows, and what they had typed before."""
