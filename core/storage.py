"""What the core asks of its memory: one transaction and the rooms it reaches.

Protocols that ``adapters/sql`` fulfils and ``tests/contract/`` checks.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from core.errors import Refusal
from core.events import Event, Record
from core.model.draft import Draft
from core.model.duty import Duty
from core.model.escalation import Escalation, EscalationPolicy
from core.model.ids import (
    DeliveryId,
    DraftId,
    EscalationId,
    EventId,
    FileId,
    MessageId,
    PersonId,
    ThreadId,
    TicketId,
    TimerId,
)
from core.model.outbox import Delivery, DeliveryState, Intent, NewDelivery, NewTimer, Timer, TimerKind, Trouble
from core.model.people import Account, Grant, Identity, Person, Platform, Session
from core.model.thread import Audience, Copy, File, Message, MessageKind, Reaction, Thread
from core.model.ticket import Answer, Priority, Status, Ticket, Visibility
from core.text import Json, Text


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
    """Each occurs in the title, case aside, or is the ref."""
    order: Order = Order.NEWEST
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


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTicket:
    """A ticket before the database gave it its number."""

    key: str
    title: str
    description: Text
    category: str
    answers: tuple[Answer, ...]
    priority: Priority
    visibility: Visibility
    requester: PersonId
    team: str
    tags: tuple[str, ...]
    door: Platform
    at: datetime
    alerted_in: str | None


class Tickets(Protocol):
    async def add(self, new: NewTicket) -> Ticket: ...

    async def get(self, ticket: TicketId) -> Ticket | None: ...

    async def save(self, ticket: Ticket) -> None:
        """Write a changed ticket (participants, tags and ``follower_count`` included); ``ticket.version`` is the one
        that was read, and the row then bears the next. Raises Conflict where another transaction was first."""

    async def find(self, query: TicketQuery) -> Sequence[Ticket]: ...

    async def count(self, query: TicketQuery, *, most: int) -> int:
        """How many the query would find without its ``offset`` and ``limit``; counted no further than ``most``."""

    async def count_open_by(self, requester: PersonId) -> int:
        """How many live tickets the person has."""

    async def opened_since(self, requester: PersonId, since: datetime) -> Sequence[datetime]:
        """When the person's tickets since ``since`` were opened, oldest first; withdrawn ones count."""

    async def place_in_queue(self, ticket: Ticket) -> int:
        """1 for the next: among the team's live tickets that nobody has, by priority, then age. What is put aside is
        not counted."""

    async def follow(self, ticket: TicketId, person: PersonId, at: datetime) -> bool:
        """False where the person followed it already. ``follower_count`` is the caller's to save."""

    async def unfollow(self, ticket: TicketId, person: PersonId) -> bool:
        """False where the person did not follow it."""

    async def followers(self, ticket: TicketId) -> Sequence[PersonId]: ...


class People(Protocol):
    """Whoever was absorbed by a link is found, by whatever is asked for them, as the survivor."""

    async def add(self, name: str, at: datetime, *, email: str | None = None, email_confirmed: bool = False) -> Person:
        """Raises EmailTaken where the address is another person's."""

    async def get(self, person: PersonId, *, lock: bool = False) -> Person | None:
        """``lock``: hold the row until the transaction ends, so that two commands of one person follow each other."""

    async def named(self, people: Sequence[PersonId]) -> Mapping[PersonId, str]:
        """Their display names."""

    async def survivors(self, people: Sequence[PersonId]) -> Mapping[PersonId, PersonId]:
        """Those among ``people`` who were absorbed -> who they are now."""

    async def by_identity(self, identity: Identity) -> Person | None: ...

    async def identities(self, person: PersonId) -> Sequence[Identity]:
        """Everywhere that the person is, in a fixed order."""

    async def by_external(self, platform: Platform, realm: str, external_ids: Sequence[str]) -> Mapping[str, PersonId]:
        """External id -> the person, for those whom the desk knows."""

    async def external_ids(self, people: Sequence[PersonId], platform: Platform) -> Mapping[PersonId, str]:
        """What the platform calls each of ``people`` who is there."""

    async def by_email(self, email: str) -> Person | None:
        """Case does not count."""

    async def by_name(self, name: str) -> Sequence[Person]:
        """Everybody whose display name or username is ``name``, case not counted; at most ten."""

    async def everybody(
        self, *, after: PersonId | None = None, limit: int = 100, words: tuple[str, ...] = ()
    ) -> Sequence[Person]:
        """By id. ``words``: each occurs in the name or in the email address, case aside."""

    async def platforms(self, people: Sequence[PersonId]) -> Mapping[PersonId, Sequence[Platform]]:
        """Where each of ``people`` is known, a password of the desk's own counting as the web; nobody without any."""

    async def unapproved(self) -> Sequence[Person]:
        """Everybody who has a grant that waits for approval."""

    async def staff(self) -> Sequence[Person]:
        """Everybody who has an approved staff role."""

    async def granted_by(self, source: str) -> Sequence[Person]:
        """Everybody who has a grant from ``source``; one that ends in ``:`` stands for all that begin so."""

    async def save(self, person: Person) -> None:
        """Write name, picture, email and its confirmation, language, time zone and standing; not the grants, and not
        the duty and the capacity, which somebody else may be setting."""

    async def set_duty(self, person: PersonId, duty: Duty) -> None: ...

    async def set_capacity(self, person: PersonId, capacity: int | None) -> None:
        """None: their team's."""

    async def bind(self, person: PersonId, identity: Identity) -> None: ...

    async def grant(self, person: PersonId, grant: Grant, at: datetime) -> bool:
        """False where the person had it from that source already."""

    async def revoke(self, person: PersonId, source: str) -> Sequence[Grant]:
        """Take back what ``source`` gave; returns what that was."""

    async def add_account(self, account: Account) -> None: ...

    async def account(self, email: str) -> Account | None: ...

    async def has_account(self, person: PersonId) -> bool: ...

    async def add_session(self, session: Session) -> None: ...

    async def session(self, token_digest: str, now: datetime) -> Session | None: ...

    async def end_session(self, token_digest: str) -> None: ...

    async def end_expired_sessions(self, now: datetime) -> int: ...


class Links(Protocol):
    """The codes by which somebody shows that they are two persons here, and making one of the two."""

    async def offer(self, owner: PersonId, digest: str, *, at: datetime, until: datetime) -> None:
        """Keep a code's digest in place of the owner's earlier one."""

    async def take(self, digest: str, typist: PersonId, at: datetime) -> PersonId | None:
        """Whose code it is, if it still counts and nobody else typed it before. From now on it is ``typist``'s alone to
        use."""

    async def missed(self, person: PersonId) -> tuple[int, datetime] | None:
        """How many wrong codes the person typed since when."""

    async def miss(self, person: PersonId, *, at: datetime, within: timedelta) -> None:
        """One more; those from longer ago than ``within`` no longer count."""

    async def hold(self, people: Sequence[PersonId]) -> None:
        """Have every other transaction in which one of ``people`` has a part end first, or begin after this one."""

    async def absorb(self, absorbed: PersonId, survivor: PersonId) -> None:
        """Make all that is ``absorbed``'s the survivor's, but for the trail, the email address and the grants, which
        are gone. What both had, they have once. Codes of either end. Both are held."""


class Threads(Protocol):
    async def add(
        self,
        ticket: TicketId,
        platform: Platform,
        audience: Audience,
        *,
        realm: str = "",
        place: str = "",
        external_id: str | None = None,
        participant: PersonId | None = None,
    ) -> Thread: ...

    async def get(self, thread: ThreadId) -> Thread | None: ...

    async def of(self, ticket: TicketId) -> Sequence[Thread]:
        """The first made first; none that is lost."""

    async def lost(self, ticket: TicketId, since: datetime) -> int:
        """How many of the ticket's were found to be gone since then."""

    async def find(self, platform: Platform, external_id: str) -> Thread | None:
        """The one that the platform calls so, if it is not lost."""

    async def save(self, thread: Thread) -> None:
        """Write where it is (realm, place, external id, card), its cursor, and when it was lost."""

    async def live(self, platform: Platform, *, over_since: datetime | None = None) -> Sequence[Thread]:
        """Those of live tickets on a platform, made there and not lost: what to catch up with. With ``over_since``
        those too whose ticket was resolved or closed after that: somebody may answer there still."""

    async def over(self, platform: Platform, external_ids: Sequence[str]) -> Sequence[Thread]:
        """Those among ``external_ids`` whose ticket is over, the longest over first: what may be put away."""


class Copies(Protocol):
    """What platforms call our messages."""

    async def put(self, copy: Copy) -> None:
        """In place of what was known of that message in that thread."""

    async def of(self, message: MessageId) -> Sequence[Copy]: ...

    async def find(self, thread: ThreadId, external_id: str) -> MessageId | None: ...

    async def said_in(self, thread: ThreadId, *, limit: int) -> Sequence[tuple[Message, Copy]]:
        """The newest messages that were said in that thread itself and not taken back, newest first."""

    async def drop(self, thread: ThreadId) -> None:
        """Forget all of a thread that is gone."""


class Reactions(Protocol):
    async def add(self, reaction: Reaction, at: datetime) -> bool:
        """False where it is there already."""

    async def remove(self, reaction: Reaction) -> bool:
        """False where it was not there."""

    async def of(self, ticket: TicketId) -> Sequence[Reaction]:
        """The ticket's, the first set first."""

    async def under(self, ids: Sequence[MessageId]) -> Sequence[Reaction]:
        """Those of the messages ``ids``, the first set first."""

    async def clear(self, message: MessageId) -> None: ...


class Messages(Protocol):
    async def add(
        self,
        ticket: TicketId,
        author: PersonId,
        kind: MessageKind,
        text: Text,
        at: datetime,
        *,
        origin: ThreadId | None,
    ) -> Message: ...

    async def get(self, message: MessageId) -> Message | None: ...

    async def save(self, message: Message) -> None: ...

    async def last_by(self, ticket: TicketId, author: PersonId) -> Message | None:
        """The author's newest message in the ticket that was not taken back."""

    async def of(
        self, ticket: TicketId, *, kinds: frozenset[MessageKind], since: datetime | None = None
    ) -> Sequence[Message]:
        """The ticket's, oldest first, those taken back too (without words); none from before ``since``."""

    async def among(self, ids: Sequence[MessageId]) -> Sequence[Message]:
        """Those of ``ids`` that there are, oldest first, those taken back too."""

    async def newest_in(self, tickets: Sequence[TicketId], noted: frozenset[TicketId]) -> Mapping[TicketId, Message]:
        """The newest message of each that was not taken back; a note only in those that are ``noted`` too."""


class Files(Protocol):
    async def add(
        self,
        owner: PersonId,
        name: str,
        media_type: str,
        data: bytes,
        at: datetime,
        *,
        width: int | None,
        height: int | None,
    ) -> File: ...

    async def get(self, file: FileId) -> File | None: ...

    async def data(self, file: FileId) -> bytes: ...

    async def attach(self, files: Sequence[FileId], ticket: TicketId, message: MessageId | None) -> None: ...

    async def of(self, ticket: TicketId) -> Sequence[File]: ...

    async def opened_with(self, ticket: TicketId) -> Sequence[File]:
        """Those that came with the ticket itself."""

    async def under(self, messages: Sequence[MessageId]) -> Sequence[File]:
        """Those of ``messages``, message by message, in the order in which they were attached."""

    async def delete_of(self, message: MessageId) -> None: ...

    async def delete_unattached(self, before: datetime) -> int:
        """Remove what was uploaded before ``before`` and never sent; returns how many."""


class Events(Protocol):
    async def append(
        self, event: Event, at: datetime, actor: PersonId | None, door: Platform, digest: str
    ) -> Record: ...

    async def get(self, event: EventId) -> Record | None: ...

    async def of(
        self,
        ticket: TicketId,
        *,
        after: EventId | None = None,
        since: datetime | None = None,
        traced: Traced = EVERYTHING,
        limit: int | None = None,
    ) -> Sequence[Record]:
        """The ticket's trail, oldest first: what came later than ``after``, and not before ``since``; the first
        ``limit`` of it."""

    async def newest(
        self,
        ticket: TicketId,
        limit: int,
        *,
        after: EventId | None = None,
        before: EventId | None = None,
        traced: Traced = EVERYTHING,
    ) -> Sequence[Record]:
        """The last ``limit`` of the ticket's trail, oldest first: what came later than ``after`` and earlier than
        ``before``."""

    async def posting(self, ticket: TicketId, message: MessageId) -> Record | None:
        """How a message of the ticket was written down."""


class Reads(Protocol):
    """How far each person has read each ticket."""

    async def put(
        self, person: PersonId, ticket: TicketId, event: EventId, message: MessageId | None, at: datetime
    ) -> bool:
        """Read up to ``event``, when ``message`` was the newest. False, with nothing changed, where the person had read
        as far already."""

    async def of(self, person: PersonId, ticket: TicketId) -> EventId | None: ...

    async def unread(
        self, person: PersonId, tickets: Sequence[TicketId], noted: frozenset[TicketId], *, most: int
    ) -> Mapping[TicketId, int]:
        """How many messages by others, not taken back, came to each later than the person read it, counted up to
        ``most``; notes only in those that are ``noted`` too. None where there is none."""


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

    async def done(self, delivery: DeliveryId, owner: str, *, receipt: str | None, at: datetime) -> bool:
        """False, with nothing changed, where ``owner`` holds the lease no longer: so for all that take an owner."""

    async def retry(
        self, delivery: DeliveryId, owner: str, *, due_at: datetime, reason: str, uncertain: bool
    ) -> bool: ...

    async def postpone(self, delivery: Delivery, owner: str, *, due_at: datetime) -> bool:
        """Give the lease back unused, as it was before (its ``uncertain`` kept): no attempt was made."""

    async def take_slot(self, pace_key: str, interval: timedelta, now: datetime) -> datetime | None:
        """Take the pace key's slot of this moment, so that the next is ``interval`` later, for every process; None
        when it was free, else when it will be (and nothing was taken)."""

    async def skip(self, delivery: DeliveryId, owner: str, *, reason: str, at: datetime) -> bool: ...

    async def give_up(
        self, delivery: DeliveryId, owner: str, *, state: DeliveryState, reason: str, at: datetime
    ) -> bool: ...

    async def abandon(self, lane: str, *, reason: str, at: datetime) -> int:
        """Skip all that is unfinished in a lane, leased or not; returns how many."""

    async def revive(self, delivery: DeliveryId, now: datetime) -> bool:
        """A DEAD or PARKED one becomes PENDING, due now, its attempts counted anew. False where there is none such."""

    async def sent_since(self, space: str, since: datetime) -> Sequence[tuple[datetime, Intent]]:
        """When that alert space was sent an alert, the latest first; each that another told counts with that one."""

    async def fold(self, delivery: DeliveryId, space: str, at: datetime) -> int:
        """Let ``delivery`` tell all alerts that wait for the same space: they become SKIPPED. Returns how many."""

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

    async def disarm(self, ticket: TicketId, kind: TimerKind, subject: str | None = None) -> None:
        """Without ``subject``: all of the kind."""

    async def due(self, now: datetime, limit: int) -> Sequence[Timer]:
        """The longest due first."""

    async def of(self, ticket: TicketId) -> Sequence[Timer]:
        """The ticket's, the next first."""

    async def late(self, before: datetime) -> tuple[int, datetime | None]:
        """How many should have rung before then, and when the first of them."""

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

    async def going_on(self, *, limit: int) -> Sequence[Escalation]:
        """All that have not ended, the first begun first."""


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

    async def waiting(self, teams: Sequence[str], *, limit: int) -> Sequence[Waiting]:
        """The live tickets of ``teams`` that nobody has or is asked to take, and that are not put aside: the most
        urgent first, then the oldest."""

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

    async def urgencies_declined(self, requester: PersonId) -> int:
        """How often a lead declined what the person declared urgent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a command came to; kept in the inbox, so that a redelivery is answered the same."""

    ticket: TicketId | None = None
    message: MessageId | None = None
    draft: DraftId | None = None
    person: PersonId | None = None
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


class Leases(Protocol):
    """What only one process may hold at a time."""

    async def take(self, name: str, owner: str, *, now: datetime, until: datetime) -> bool:
        """Take it or keep it until then; False while another holds it."""

    async def release(self, name: str, owner: str) -> None:
        """Give it up, if it is ``owner``'s."""


class Marks(Protocol):
    """What the desk remembers of a platform between starts, by name: which commands it last declared there."""

    async def get(self, name: str) -> str | None: ...

    async def put(self, name: str, value: str) -> None: ...


class Troubles(Protocol):
    async def report(self, key: str, sentence: str, at: datetime) -> bool:
        """Note that it got in the way; whether it is new."""

    async def mend(self, key: str) -> bool:
        """Whether it was there."""

    async def get(self, key: str) -> Trouble | None: ...

    async def all(self) -> Sequence[Trouble]:
        """The oldest first."""


class Preferences(Protocol):
    """What a person set for themselves in the browser, by key."""

    async def of(self, person: PersonId) -> Mapping[str, Json]: ...

    async def put(self, person: PersonId, key: str, value: Json, at: datetime) -> None:
        """In place of what was there."""


class Drafts(Protocol):
    async def get(self, draft: DraftId) -> Draft | None: ...

    async def put(self, draft: Draft) -> None: ...

    async def delete(self, draft: DraftId) -> bool:
        """False where it is gone already: of two sendings of one form, one finds it."""

    async def forget(self, before: datetime) -> int: ...


class UnitOfWork(Protocol):
    """One transaction and the rooms it reaches."""

    @property
    def tickets(self) -> Tickets: ...
    @property
    def people(self) -> People: ...
    @property
    def links(self) -> Links: ...
    @property
    def threads(self) -> Threads: ...
    @property
    def messages(self) -> Messages: ...
    @property
    def copies(self) -> Copies: ...
    @property
    def reactions(self) -> Reactions: ...
    @property
    def files(self) -> Files: ...
    @property
    def events(self) -> Events: ...
    @property
    def reads(self) -> Reads: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def timers(self) -> Timers: ...
    @property
    def escalations(self) -> Escalations: ...
    @property
    def workload(self) -> Workload: ...
    @property
    def inbox(self) -> Inbox: ...
    @property
    def drafts(self) -> Drafts: ...
    @property
    def leases(self) -> Leases: ...
    @property
    def marks(self) -> Marks: ...
    @property
    def troubles(self) -> Troubles: ...
    @property
    def preferences(self) -> Preferences: ...


class Store(Protocol):
    """Where units of work begin. Leaving the block cleanly commits; an exception rolls back.

    Raises Unavailable (a Refusal) where the database is locked, read-only, full or out of reach, and Conflict where
    another transaction was first.
    """

    def write(self) -> AbstractAsyncContextManager[UnitOfWork]: ...

    def read(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """One consistent view, in which nothing may be changed."""
