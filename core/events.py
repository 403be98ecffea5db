"""What happened: facts in the past tense, the ticket's audit trail.

Events hold references and states, never words that somebody typed: forgetting a person leaves the trail verifiable.
A changed shape gets a higher ``schema``.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from core.model.duty import DutyState
from core.model.ids import EscalationId, EventId, MessageId, PersonId, TicketId
from core.model.people import Platform, Role
from core.model.sla import SlaClock
from core.model.thread import MessageKind
from core.model.ticket import Ending, Priority, Status, Visibility


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    schema: ClassVar[int] = 1

    ticket: TicketId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketOpened(Event):
    requester: PersonId
    category: str
    team: str
    priority: Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketClaimed(Event):
    assignee: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketAssigned(Event):
    assignee: PersonId
    previous: PersonId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketUnassigned(Event):
    previous: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChanged(Event):
    """Between in progress and waiting, by a command or by the requester's reply."""

    before: Status
    after: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityChanged(Event):
    before: Priority
    after: Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class UrgencyDeclared(Event):
    """By the requester: at the opening, or later with a reason, which is the message."""

    message: MessageId | None
    granted: bool
    """False where a lead is to decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UrgencyDecided(Event):
    """By a lead, of what the requester asked for."""

    requester: PersonId
    granted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketOffered(Event):
    """By the desk: an agent is asked to take it."""

    person: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferPassed(Event):
    """Whoever was asked does not take it."""

    person: PersonId
    late: bool
    """They did not answer in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NobodyToOffer(Event):
    """By the desk: it has nobody to ask, or nobody left. Written once until somebody is asked again."""

    asked: int
    """How many were asked before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketHandedOver(Event):
    """An agent who goes away puts it back, for the next to have."""

    previous: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketSnoozed(Event):
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketWoken(Event):
    """The snooze is over: its time came, its requester wrote, or somebody of the staff said so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequesterReminded(Event):
    """By the desk: the ticket waits for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaWarned(Event):
    """By the desk: most of a target's time is gone."""

    clock: SlaClock
    target: int
    """Seconds of business time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaBreached(Event):
    """By the desk: a target's time is over."""

    clock: SlaClock
    target: int
    """Seconds of business time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationStarted(Event):
    escalation: EscalationId
    policy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationCalled(Event):
    """People are called, up to a level."""

    escalation: EscalationId
    level: int
    """The step, from 1."""
    whom: tuple[str, ...]
    """As bot.toml has them: ``space:leads``, ``team_on_duty``."""
    is_last: bool
    """Whether there is nobody else to call after this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationRaised(Event):
    """Somebody jumped to a level by hand."""

    escalation: EscalationId
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationAcknowledged(Event):
    """By the actor, or, where there is none, under a name that nobody verified (it stands with the escalation)."""

    escalation: EscalationId


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgementReminded(Event):
    """By the desk: it lapses soon, since nothing happened."""

    escalation: EscalationId


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationResumed(Event):
    """Nobody has it in hand any more."""

    escalation: EscalationId
    lapsed: bool
    """The acknowledgement ran out; else somebody took it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationEnded(Event):
    escalation: EscalationId


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyChanged(Event):
    """Of an agent, by themselves or by a lead."""

    person: PersonId
    state: DutyState
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacitySet(Event):
    person: PersonId
    capacity: int | None
    """None: their team's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketResolved(Event):
    answer: MessageId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketClosed(Event):
    ending: Ending


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketReopened(Event):
    reason: MessageId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketEdited(Event):
    title: bool
    description: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TagsChanged(Event):
    added: int
    removed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketTransferred(Event):
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VisibilityChanged(Event):
    before: Visibility
    after: Visibility


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantAdded(Event):
    person: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantRemoved(Event):
    person: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFollowed(Event):
    person: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketUnfollowed(Event):
    person: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePosted(Event):
    message: MessageId
    kind: MessageKind


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageUndone(Event):
    """Taken back by its author, or removed where it was said."""

    message: MessageId
    kind: MessageKind


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEdited(Event):
    message: MessageId
    kind: MessageKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionChanged(Event):
    message: MessageId
    kind: MessageKind
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadLost(Event):
    """A thread is gone from its platform."""

    platform: Platform
    replaced: bool
    """Whether another is made in its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLeft(Event):
    """The requester is no longer on the platform where the ticket has a thread."""

    person: PersonId
    platform: Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubleFound(Event):
    trouble: str
    """The key of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestSent(Event):
    """By the desk: those who lead are told how it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRegistered(Event):
    person: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailConfirmed(Event):
    person: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGranted(Event):
    person: PersonId
    role: Role
    team: str | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRevoked(Event):
    person: PersonId
    role: Role
    team: str | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLinked(Event):
    """Two persons turned out to be one: ``absorbed`` is ``person`` from then on."""

    person: PersonId
    absorbed: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRetried(Event):
    delivery: int


_KINDS: Mapping[str, type[Event]] = {
    name: kind for name, kind in globals().items() if isinstance(kind, type) and issubclass(kind, Event)
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An event as it was written down."""

    id: EventId
    event: Event
    at: datetime
    actor: PersonId | None
    """None for the desk itself and for the operator."""
    door: Platform
    digest: str = field(repr=False)
    """sha256 over the digest before it and this record: "" for an event that is no ticket's."""


def kind_of(event: Event) -> str:
    return type(event).__name__


def encode(event: Event) -> dict[str, Any]:  # Any: a JSON object, made and read only here
    """The event's own fields as JSON, without its ticket."""
    return {name: _plain(value) for name, value in asdict(event).items() if name != "ticket"}


def _plain(value: object) -> object:
    match value:
        case StrEnum():
            return value.value
        case datetime():
            return value.isoformat()
        case tuple():
            return list(value)
        case _:
            return value


def decode(kind: str, schema: int, ticket: TicketId | None, data: Mapping[str, Any]) -> Event:
    """The event that ``encode`` wrote. Raises ValueError for a kind or schema that this desk does not know."""
    known = _KINDS.get(kind)
    if known is None or known.schema != schema:
        raise ValueError(f"event {kind} of schema {schema} is unknown here: was it written by a newer desk?")
    read = _READ.get(known, {})
    return known(ticket=ticket, **{k: read[k](v) if k in read and v is not None else v for k, v in data.items()})


_READ: Mapping[type[Event], Mapping[str, Callable[[Any], object]]] = {
    TicketOpened: {"priority": Priority},
    StatusChanged: {"before": Status, "after": Status},
    PriorityChanged: {"before": Priority, "after": Priority},
    TicketClosed: {"ending": Ending},
    VisibilityChanged: {"before": Visibility, "after": Visibility},
    MessagePosted: {"kind": MessageKind},
    MessageUndone: {"kind": MessageKind},
    MessageEdited: {"kind": MessageKind},
    ReactionChanged: {"kind": MessageKind},
    ThreadLost: {"platform": Platform},
    PersonLeft: {"platform": Platform},
    RoleGranted: {"role": Role},
    RoleRevoked: {"role": Role},
    TicketSnoozed: {"until": datetime.fromisoformat},
    SlaWarned: {"clock": SlaClock},
    SlaBreached: {"clock": SlaClock},
    EscalationCalled: {"whom": tuple},
    DutyChanged: {"state": DutyState, "until": datetime.fromisoformat},
}
"""How a field that JSON has no kind for is read back."""


PERSONS = ("requester", "assignee", "previous", "person")
"""The fields of events that hold a person. ``PersonLinked.absorbed`` is none: it is who that was."""


def with_persons(record: Record, survivors: Mapping[PersonId, PersonId]) -> Record:
    """The record as it is read, with whoever was absorbed as who they are now. Its digest is over what was written."""
    event = record.event
    held = {name: getattr(event, name) for name in PERSONS if hasattr(event, name)}
    now: Any = {name: survivors[person] for name, person in held.items() if person in survivors}  # Any: by field name
    actor = record.actor if record.actor is None else survivors.get(record.actor, record.actor)
    return replace(record, event=replace(event, **now) if now else event, actor=actor)


def digest(previous: str, event: Event, at: datetime, actor: PersonId | None, door: Platform) -> str:
    """The next link of a ticket's audit chain: sha256, hex, of the previous link and the record in canonical JSON."""
    body = {
        "previous": previous,
        "ticket": event.ticket,
        "kind": kind_of(event),
        "schema": event.schema,
        "at": at.isoformat(),
        "actor": actor,
        "door": door.value,
        "data": encode(event),
    }
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
