"""What a query asks for: which tickets a person may know of, which of them, and which of what happened."""

from dataclasses import dataclass
from enum import StrEnum

from core.events import Event
from core.model.ids import (
    PersonId,
    TicketId,
)
from core.model.thread import MessageKind
from core.model.ticket import Priority, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Which tickets a person may know of, as a filter that a query applies before anything else."""

    person: PersonId
    known: frozenset[str] = frozenset()
    """The categories whose public tickets anybody may read: those that are in bot.toml and not sensitive."""
    staff_categories: frozenset[str] = frozenset()
    """The categories of which the person, as staff, sees every ticket."""
    own_only: bool = False
    """For the suspended and the blocked."""


class Order(StrEnum):
    NEWEST = "newest"
    """Highest ref first; ``before`` pages on."""
    BEST = "best"
    """Those with every word in their title first, then the highest ref; by ``offset``. Who asks ranks them further."""
    FOLLOWERS = "followers"
    """Those that most people follow first; by ``offset``."""
    QUEUE = "queue"
    """Most urgent first, then the longest waiting; after all others what is put aside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketQuery:
    """Which tickets: every given field narrows."""

    sight: Sight
    requester: PersonId | None = None
    concerning: PersonId | None = None
    """Requester, participant, follower or assignee."""
    requesters: frozenset[PersonId] | None = None
    """Any of them."""
    assignees: frozenset[PersonId] | None = None
    """Any of them; with ``unassigned``, or nobody."""
    unassigned: bool = False
    """Those that wait for somebody to take them: what is put aside does not."""
    teams: frozenset[str] | None = None
    categories: frozenset[str] | None = None
    priorities: frozenset[Priority] | None = None
    statuses: frozenset[Status] | None = None
    tags: frozenset[str] | None = None
    """At least one of them, each in the form of ``limits.tags``."""
    words: tuple[str, ...] = ()
    """Each occurs in what the person may read of it: title, tags, ref, description, answers, replies, and the notes
    where they may read these. The last may be the beginning of a word."""
    any_word: bool = False
    """One of ``words`` will do."""
    followed_by: PersonId | None = None
    public: bool = False
    """Those that everybody may read, and no others."""
    order: Order = Order.NEWEST
    raised_from: int = 0
    """In the queue's order, how many followers make a ticket rank as one of the next higher priority; 0: none do."""
    before: TicketId | None = None
    offset: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """Which of a ticket's events: every given field narrows."""

    only: frozenset[type[Event]] | None = None
    but: frozenset[type[Event]] = frozenset()
    said: frozenset[MessageKind] = frozenset(MessageKind)
    """Of the events of messages, those about messages of these kinds."""


EVERYTHING = Traced()
