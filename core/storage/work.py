"""What is owed and when: the outbox, timers, escalations, who carries what; and what came in already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from core.errors import Refusal
from core.model.escalation import Escalation, EscalationPolicy
from core.model.ids import (
    DeliveryId,
    DraftId,
    EscalationId,
    EventId,
    FaqId,
    MessageId,
    PersonId,
    TicketId,
    TimerId,
)
from core.model.outbox import Delivery, DeliveryState, Intent, NewDelivery, NewTimer, Timer, TimerKind
from core.model.people import Platform
from core.model.ticket import Priority


class Outbox(Protocol):
    async def add(self, new: NewDelivery, *, key: str, event: EventId | None, at: datetime) -> DeliveryId:
        """Older pending ones of the same lane and ``supersede_key`` that nobody holds become SKIPPED."""

    async def add_all(self, owed: Sequence[tuple[NewDelivery, str, EventId | None]], *, at: datetime) -> None:
        """As ``add`` for each with its key and event, in their order, in few statements."""

    async def lease(self, now: datetime, *, owner: str, until: datetime, limit: int) -> Sequence[Delivery]:
        """The heads of lanes that are due and that nobody holds, leased to ``owner`` until ``until``.

        Within a lane only the oldest unfinished one is ever given, a PARKED one holds its lane, and two processes
        never get the same. One whose lease ran out without a word is ``uncertain``: its holder may have died after the
        call. ``attempts`` counts the call to come; ``first_attempt_at`` is set by the first lease and kept.
        """

    async def done(
        self, delivery: DeliveryId, owner: str, *, receipt: str | None, at: datetime, answered: int | None = None
    ) -> bool:
        """False, with nothing changed, where ``owner`` holds the lease no longer: so for all that take an owner."""

    async def retry(
        self,
        delivery: DeliveryId,
        owner: str,
        *,
        due_at: datetime,
        reason: str,
        uncertain: bool,
        answered: int | None = None,
    ) -> bool: ...

    async def postpone(self, delivery: Delivery, owner: str, *, due_at: datetime) -> bool:
        """Give the lease back unused, as it was before (its ``uncertain`` kept): no attempt was made."""

    async def hold(self, delivery: DeliveryId, owner: str, *, until: datetime) -> bool:
        """Let the lease last until then."""

    async def take_slot(self, pace_key: str, interval: timedelta, now: datetime) -> datetime | None:
        """Take the pace key's slot of this moment, so that the next is ``interval`` later, for every process; None
        when it was free, else when it will be (and nothing was taken). It never waits longer than ``interval``: a clock
        that was set back leaves the next slot far ahead, and that is brought near."""

    async def skip(self, delivery: DeliveryId, owner: str, *, reason: str, at: datetime) -> bool: ...

    async def give_up(
        self,
        delivery: DeliveryId,
        owner: str,
        *,
        state: DeliveryState,
        reason: str,
        at: datetime,
        answered: int | None = None,
    ) -> bool: ...

    async def abandon(self, lane: str, *, reason: str, at: datetime) -> int:
        """Skip all that is unfinished in a lane, leased or not; returns how many."""

    async def revive(self, delivery: DeliveryId, now: datetime) -> bool:
        """A DEAD or PARKED one becomes PENDING, due now, its attempts counted anew. False where there is none such."""

    async def sent_since(self, space: str, since: datetime) -> Sequence[tuple[datetime, Intent]]:
        """When that alert space was sent an alert, the latest first; each that another told counts with that one."""

    async def fold(self, delivery: DeliveryId, space: str, at: datetime) -> int:
        """Let ``delivery`` tell alerts that wait for the same space too, calls first: they become SKIPPED. Twenty at
        most; the rest goes on waiting. Returns how many."""

    async def folded(self, delivery: DeliveryId) -> Sequence[Delivery]:
        """Those that it tells too, the first first."""

    async def get(self, delivery: DeliveryId) -> Delivery | None: ...

    async def given_up(self, *, limit: int = 100) -> Sequence[Delivery]:
        """DEAD and PARKED ones, newest first."""

    async def struggling(self, *, limit: int = 100) -> Sequence[Delivery]:
        """Pending ones that have failed before and are tried again, the oldest first."""

    async def to_spaces(self, spaces: Sequence[str], *, limit: int) -> Sequence[Delivery]:
        """What those alert spaces were sent or are still to be, newest first; not what was skipped."""

    async def to_person(self, person: PersonId, platform: Platform, *, limit: int) -> Sequence[Delivery]:
        """What was DONE in that person's lane, newest first."""

    async def is_underway(self, message: MessageId) -> bool:
        """Whether some copy of the message is still to be made, or was given up."""

    async def next_due(self) -> datetime | None:
        """When the next unleased head is due, or the next lease runs out."""

    async def backlog(self) -> int:
        """How many are pending."""


class Timers(Protocol):
    async def arm(self, new: NewTimer) -> None:
        """In place of the ticket's timer of that kind and subject."""

    async def arm_if_none(self, new: NewTimer) -> None:
        """Where the ticket has none of that kind and subject: one that another transaction arms at the same time
        stays."""

    async def disarm(self, ticket: TicketId, kind: TimerKind, subject: str | None = None) -> None:
        """Without ``subject``: all of the kind."""

    async def due(self, now: datetime, limit: int) -> Sequence[Timer]:
        """The longest due first. Timers of a kind that this desk does not know stay where they are: so in ``of``."""

    async def of(self, ticket: TicketId) -> Sequence[Timer]:
        """The ticket's, the next first."""

    async def late(self, before: datetime) -> tuple[int, datetime | None]:
        """How many should have rung before then, those of unknown kinds too, and when the first of them."""

    async def unknown_kinds(self) -> Sequence[str]:
        """The kinds of timers there are that this desk does not know: a newer one armed them."""

    async def take(self, timer: TimerId) -> bool:
        """Remove it in this transaction; False where another has taken it."""


class Escalations(Protocol):
    async def add(self, ticket: TicketId, policy: EscalationPolicy, at: datetime) -> Escalation:
        """With the policy as it is now. Raises Conflict where one of that policy goes on for the ticket already."""

    async def get(self, escalation: EscalationId) -> Escalation | None: ...

    async def of(self, ticket: TicketId) -> Sequence[Escalation]:
        """The first begun first, those that ended too."""

    async def save(self, escalation: Escalation) -> None:
        """``escalation.version`` is the one that was read. Raises Conflict where another transaction was first."""

    async def going_on(self, *, after: EscalationId | None = None, limit: int) -> Sequence[Escalation]:
        """Those that have not ended, the first begun first: the first ``limit`` of those begun later than ``after``."""


@dataclass(frozen=True, slots=True)
class Solved:
    """A ticket that somebody resolved."""

    by: PersonId
    title: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A ticket that nobody has or is asked to take."""

    ticket: TicketId
    team: str
    category: str
    priority: Priority
    followers: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many live tickets there are, and of what kinds; one may be of several."""

    open: int
    """All of them."""
    unassigned: int
    """Nobody has them, those apart that are put aside."""
    waiting: int
    """For their requester."""
    breached: int
    """A promise is broken."""
    escalating: int
    oldest: TicketId | None


class Workload(Protocol):
    """Who carries how much, what waits for somebody, and how long such things took."""

    async def carried(self, people: Sequence[PersonId]) -> Mapping[PersonId, Sequence[Priority]]:
        """The priorities of the live tickets that each of ``people`` has or is asked to take, those apart that are put
        aside; nobody without any."""

    async def waiting(
        self, teams: Sequence[str], *, after: Waiting | None = None, raised_from: int = 0, limit: int
    ) -> Sequence[Waiting]:
        """The live tickets of ``teams`` that nobody has or is asked to take, and that are not put aside: in the
        queue's order (``core/rules/queue.py``), then the oldest; the first ``limit`` of those behind ``after``."""

    async def offered_to(self, person: PersonId) -> Sequence[TicketId]:
        """The tickets that the person is asked to take."""

    async def last_agent(self, requester: PersonId, category: str, *, but: TicketId) -> PersonId | None:
        """Who had the newest other ticket of the requester in that category."""

    async def lately_solved(self, category: str, since: datetime, *, limit: int) -> Sequence[Solved]:
        """The newest first."""

    async def given_at(self, people: Sequence[PersonId]) -> Mapping[PersonId, datetime]:
        """When each of ``people`` was last asked to take a ticket."""

    async def note_given(self, person: PersonId, at: datetime) -> None: ...

    async def first_answers(self, category: str, since: datetime, *, limit: int) -> Sequence[tuple[datetime, datetime]]:
        """When tickets of the category were opened and first answered, the newest first."""

    async def watched(self, categories: Sequence[str], *, after: TicketId | None, limit: int) -> Sequence[TicketId]:
        """The live tickets of ``categories``, those that wait for their requester, and those whose promises a timer
        watches: by id, from after ``after``."""

    async def tally(self, teams: Sequence[str], categories: Sequence[str]) -> Tally:
        """Of the tickets that are of one of ``teams`` and in one of ``categories``."""

    async def found_late(self, teams: Sequence[str], categories: Sequence[str], since: datetime) -> int:
        """How many live tickets of one of ``teams`` and in one of ``categories`` were found late, not before ``since``,
        when bot.toml came to promise something else."""

    async def urgencies_declined(self, requester: PersonId) -> int:
        """How often a lead declined what the person declared urgent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a command came to; kept in the inbox, so that a redelivery is answered the same."""

    ticket: TicketId | None = None
    message: MessageId | None = None
    draft: DraftId | None = None
    person: PersonId | None = None
    faq: FaqId | None = None
    repeated: bool = False
    """Whether this is the answer to an earlier delivery of the same thing."""
    code: str | None = field(default=None, repr=False)
    """A one-time code for the eyes of the one who asked. It is not kept."""
    refusal: Refusal | None = None
    """For a try that counts: what was written down stays, and ``Engine.handle`` raises this. It is not kept."""


class Inbox(Protocol):
    async def find(self, door: Platform, inbound: str) -> Outcome | None: ...

    async def record(self, door: Platform, inbound: str, outcome: Outcome, at: datetime) -> None:
        """Raises Conflict where it is there already."""

    async def forget(self, before: datetime) -> int: ...
