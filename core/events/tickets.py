"""Of a ticket itself, and who is with it."""

from dataclasses import dataclass

from core.events.base import Event
from core.model.ids import MessageId, PersonId
from core.model.ticket import Ending, Priority, Status, Visibility


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketOpened(Event):
    requester: PersonId
    category: str
    team: str
    priority: Priority


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
class TicketJoined(Event):
    """Followed in place of opening one's own, which was typed already: a ticket less."""

    person: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketUnfollowed(Event):
    person: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketErased(Event):
    """All that people had typed in it was deleted."""
