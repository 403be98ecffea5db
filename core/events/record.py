"""An event as it is written down and read again, and its link in the audit chain."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.events import alerts, answers, combining, desk, duty, people, talk, tickets, webhooks
from core.events.alerts import EscalationCalled, PromisesChanged, SlaBreached, SlaBreachFound, SlaWarned
from core.events.base import Event
from core.events.combining import MessageMovedAway, MessageMovedHere, TicketLinked, TicketUnlinked
from core.events.duty import DutyChanged, TicketSnoozed
from core.events.people import RoleGranted, RoleRevoked
from core.events.talk import (
    MessageEdited,
    MessagePosted,
    MessageUndone,
    PersonLeft,
    ReactionChanged,
    SecretSuspected,
    ThreadCaughtUp,
    ThreadLost,
    ThreadNotRead,
)
from core.events.tickets import PriorityChanged, StatusChanged, TicketClosed, TicketOpened, VisibilityChanged
from core.model.duty import DutyState
from core.model.ids import EventId, PersonId, TicketId
from core.model.people import Platform, Role
from core.model.relation import Relation
from core.model.sla import SlaClock
from core.model.thread import Audience, GapReason, MessageKind
from core.model.ticket import Ending, Priority, Status, Visibility

_ROOMS = (alerts, answers, combining, desk, duty, people, talk, tickets, webhooks)
KINDS: Mapping[str, type[Event]] = {
    name: kind
    for room in _ROOMS
    for name, kind in vars(room).items()
    if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
}
"""Every kind of event there is, by its name."""


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
    known = KINDS.get(kind)
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
    SecretSuspected: {"kind": MessageKind},
    MessageMovedAway: {"kind": MessageKind},
    MessageMovedHere: {"kind": MessageKind},
    TicketLinked: {"relation": Relation},
    TicketUnlinked: {"relation": Relation},
    ThreadLost: {"platform": Platform},
    ThreadNotRead: {
        "platform": Platform,
        "audience": Audience,
        "reason": GapReason,
        "since": datetime.fromisoformat,
        "until": datetime.fromisoformat,
    },
    ThreadCaughtUp: {"platform": Platform, "audience": Audience},
    PersonLeft: {"platform": Platform},
    RoleGranted: {"role": Role},
    RoleRevoked: {"role": Role},
    TicketSnoozed: {"until": datetime.fromisoformat},
    SlaWarned: {"clock": SlaClock},
    SlaBreached: {"clock": SlaClock},
    SlaBreachFound: {"clock": SlaClock},
    PromisesChanged: {"since": datetime.fromisoformat},
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
