"""What the desk owes the outside: deliveries and timers, rows that outlive any process."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.model.ids import DeliveryId, EscalationId, EventId, MessageId, PersonId, ThreadId, TicketId, TimerId
from core.model.people import Platform


@dataclass(frozen=True, slots=True)
class ToThread:
    thread: ThreadId
    platform: Platform

    @property
    def lane(self) -> str:
        return f"thread:{self.thread}"


@dataclass(frozen=True, slots=True)
class ToPerson:
    person: PersonId
    platform: Platform

    @property
    def lane(self) -> str:
        return f"person:{self.platform}:{self.person}"


@dataclass(frozen=True, slots=True)
class ToSpace:
    """An alert space, by its key in bot.toml."""

    space: str

    @property
    def lane(self) -> str:
        return f"space:{self.space}"


@dataclass(frozen=True, slots=True)
class ToEmail:
    """An email address that bot.toml names, whosever it is."""

    address: str

    @property
    def lane(self) -> str:
        return f"email:{self.address}"


@dataclass(frozen=True, slots=True)
class ToEndpoint:
    """A server that is told of events, by its key in bot.toml."""

    endpoint: str

    @property
    def lane(self) -> str:
        return f"endpoint:{self.endpoint}"


Address = ToThread | ToPerson | ToSpace | ToEmail | ToEndpoint


class Intent(StrEnum):
    """What a delivery is to bring about. Words are made when it is delivered, from the state of that moment."""

    CREATE_THREAD = "create_thread"
    """With the ticket's card as its first message, and its people in it."""
    TICKET_CARD = "ticket_card"
    """The same card as it is now."""
    HISTORY = "history"
    """What was said before, for a thread made in place of one that is gone."""
    MESSAGE = "message"
    EDIT = "edit"
    """A message's words changed."""
    REMOVAL = "removal"
    """A message was taken back."""
    REACTIONS = "reactions"
    """What people elsewhere set under a message."""
    MARK = "mark"
    """Where a message was written it is told that it is with the others, or with the staff alone."""
    MEMBERS = "members"
    """Who belongs in the thread."""
    NEWS = "news"
    """A line on what became of the ticket."""
    SETTLE = "settle"
    """Put away the thread of what is over, bring back that of what is not."""
    ERASE = "erase"
    """Of a ticket that was erased: its thread is taken away, or all that the desk put there."""
    PING = "ping"
    TROUBLE = "trouble"
    """An admin is told what stands in the desk's own way."""
    ALERT = "alert"
    ALERT_NEWS = "alert_news"
    CALL = "call"
    """Of an escalation: somebody is to look now, and to acknowledge."""
    DIGEST = "digest"
    """How the desk stands, once a day."""
    EVENT = "event"
    """An endpoint is told what happened."""

    @property
    def is_alert(self) -> bool:
        """Whether many of it in a minute make a storm."""
        return self in {Intent.ALERT, Intent.CALL}


class DeliveryState(StrEnum):
    PENDING = "pending"
    DONE = "done"
    SKIPPED = "skipped"
    """Its guard said that nobody needs it any more, or a newer one of its kind took its place."""
    DEAD = "dead"
    """Given up, visible to an admin, to be retried by hand. A later one of its lane goes on."""
    PARKED = "parked"
    """Given up, and the rest of its lane waits: a thread that could not be created."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """An outbox row to be: references and the intent, never words."""

    address: Address
    intent: Intent
    ticket: TicketId | None = None
    message: MessageId | None = None
    escalation: EscalationId | None = None
    """The one that calls: acknowledged, it calls no more."""
    pace_key: str | None = None
    supersede_key: str | None = None
    """A newer pending delivery with the same key in the same lane takes the place of an older one."""

    @property
    def lane(self) -> str:
        """Marks have one of their own: what they are set under is there already, and no words are to wait for them."""
        return f"{self.address.lane}:marks" if self.intent is Intent.MARK else self.address.lane


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    id: DeliveryId
    key: str
    """Random, 24 hex digits: what makes the sending idempotent on a platform that has such a thing."""
    address: Address
    intent: Intent
    ticket: TicketId | None
    message: MessageId | None
    event: EventId | None
    escalation: EscalationId | None = None
    folded_into: DeliveryId | None = None
    """The one that tells this one too, in a storm."""
    pace_key: str | None
    state: DeliveryState
    attempts: int
    """Calls begun, this one included."""
    uncertain: bool
    """Whether an earlier call may have happened: look for its work before doing it again."""
    created_at: datetime
    first_attempt_at: datetime | None
    due_at: datetime
    finished_at: datetime | None = None
    receipt: str | None
    """What the platform calls what was made."""
    reason: str | None
    """Why the last attempt failed."""
    answered: int | None = None
    """The status of the last answer, of an endpoint that is told of events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What stands in the desk's way outside, for an admin to mend: a permission that is missing, a channel gone."""

    key: str
    """Names it, so that the same one is told once: ``discord:permission:<channel>``."""
    sentence: str
    """What, where, and how to mend it."""
    since: datetime
    seen_at: datetime
    """The last time that it got in the way."""
    count: int


class TimerKind(StrEnum):
    QUIET_CLOSE = "quiet_close"
    """A resolved ticket's quiet days are over."""
    OFFER = "offer"
    """Whoever was asked to take the ticket has not answered."""
    SLA = "sla"
    """A promise is about to be broken, or is."""
    UNASSIGNED = "unassigned"
    """Nobody has had the ticket for as long as an escalation waits for; its subject is the policy's key."""
    CALL = "call"
    """An escalation's next call; its subject is the escalation."""
    LAPSE = "lapse"
    """An acknowledgement is to be recalled, or lapses; its subject is the escalation."""
    SNOOZE = "snooze"
    STALE = "stale"
    """A ticket has waited for its requester for long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTimer:
    kind: TimerKind
    ticket: TicketId
    subject: str = ""
    """What tells a ticket's timers of one kind apart."""
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    id: TimerId
    kind: TimerKind
    ticket: TicketId
    subject: str
    due_at: datetime
