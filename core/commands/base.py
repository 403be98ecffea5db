"""Who asks, and what all commands have in common."""

from dataclasses import dataclass

from core.model.ids import PersonId, ThreadId, TicketId, TimerId
from core.model.people import Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who asks, through which door."""

    person: PersonId | None
    """None for the operator at the command line and for the desk's own timers."""
    door: Platform
    inbound: str | None = None
    """The platform's id of what arrived: told twice, it changes nothing the second time."""
    thread: ThreadId | None = None
    """The thread it was said, changed or removed in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketCommand(Command):
    ticket: TicketId


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerCommand(TicketCommand):
    """By the desk, when a timer rings. The timer is taken and the state looked at again in its transaction: one that is
    gone, or that nobody needs any more, changes nothing."""

    timer: TimerId
    subject: str = ""
    """What the timer is about, where a ticket may have several of the kind."""
