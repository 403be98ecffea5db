"""Of who has a ticket, who is there for it, and what waits."""

from dataclasses import dataclass
from datetime import datetime

from core.commands.base import Command, TicketCommand, TimerCommand
from core.model.duty import DutyState
from core.model.ids import PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimTicket(TicketCommand):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignTicket(TicketCommand):
    assignee: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class UnassignTicket(TicketCommand):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptOffer(TicketCommand):
    """The asker takes what they were offered: a claim, unless somebody else is asked by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassOffer(TicketCommand):
    """The asker does not take what they were offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireOffer(TimerCommand):
    """Whoever was asked has not answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferWaiting(TicketCommand):
    """By the desk: a ticket that nobody has is offered, if there is somebody now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDuty(Command):
    """The asker is on duty or away from now on, or ``person`` is, by a lead's word."""

    person: PersonId | None = None
    state: DutyState | None
    """None: as their shifts say again."""
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCapacity(Command):
    person: PersonId | None = None
    """None: the asker."""
    capacity: int | None
    """None: their team's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver(TicketCommand):
    """The asker puts a ticket of theirs back, for the next to have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze(TicketCommand):
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wake(TicketCommand):
    """Before its time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSnooze(TimerCommand):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class MindStale(TimerCommand):
    """A ticket has waited for its requester for long: they are reminded, or it is closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferTicket(TicketCommand):
    team: str
