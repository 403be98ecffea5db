"""How tickets belong together: one merged into another, and links between two that both go on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.errors import N_
from core.model.ids import FollowId, MergeId, PersonId, TicketId
from core.model.ticket import Status

UNDO_TIME = timedelta(hours=24)
"""How long a merge may be taken back."""


class Relation(StrEnum):
    """What the first ticket of a link is to the second."""

    DUPLICATES = "duplicates"
    BLOCKS = "blocks"
    RELATES = "relates"


RELATION_WORDS = {
    Relation.DUPLICATES: N_("duplicates"),
    Relation.BLOCKS: N_("blocks"),
    Relation.RELATES: N_("relates to"),
}
RELATION_WORDS_BACK = {
    Relation.DUPLICATES: N_("is duplicated by"),
    Relation.BLOCKS: N_("is blocked by"),
    Relation.RELATES: N_("relates to"),
}
"""The same, seen from the second ticket."""


@dataclass(frozen=True, slots=True)
class Link:
    """Two tickets of which the first ``relation`` the second."""

    first: TicketId
    second: TicketId
    relation: Relation


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """One person's following of one ticket."""

    id: FollowId
    ticket: TicketId
    at: datetime
    words: Mapping[str, str]
    """What they had typed for a ticket of their own; empty where they followed it by its ref."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What a merge changed, so that it can be put back."""

    status: Status
    """The merged ticket's, before."""
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    ending: str | None = None
    snoozed_until: datetime | None = None
    joined: tuple[PersonId, ...] = ()
    """Who took part in the other ticket from then on."""
    followed: tuple[PersonId, ...] = ()
    """Who followed the other ticket from then on."""
    left: Mapping[PersonId, datetime] | None = None
    """Who followed the merged ticket, and since when."""
    joins: bool = False
    """Whether the staff said that whoever asked for it takes part in the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    id: MergeId
    ticket: TicketId
    into: TicketId
    at: datetime
    moved: Moved
    undone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hot:
    """A ticket that many ask for, with what makes it so."""

    ticket: TicketId
    followers: int
    repeats: int
    """Tickets merged into it, and those that duplicate it."""
    messages: int
    """Replies lately."""

    @property
    def heat(self) -> int:
        """A person who waits counts as much as a ticket that was opened for the same thing; words count little."""
        return 3 * (self.followers + self.repeats) + self.messages
