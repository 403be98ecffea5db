"""Of who has a ticket, who is there for it, and what waits."""

from dataclasses import dataclass
from datetime import datetime

from core.events.base import Event
from core.model.duty import DutyState
from core.model.ids import PersonId


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
class DutyChanged(Event):
    """Of an agent, by themselves or by a lead."""

    person: PersonId
    state: DutyState | None
    """None: what they or a lead said counts no more, and their shifts do again."""
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacitySet(Event):
    person: PersonId
    capacity: int | None
    """None: their team's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketTransferred(Event):
    before: str
    after: str
