"""What was promised for a ticket is watched by one timer, which rings when a time is nearly over and when it is over.

Nothing is counted up: how its clocks stand follows from the ticket's trail each time, and so does what was told.
"""

from collections.abc import Sequence

from core.commands import MindSla, RearmPromises
from core.errors import NoSuchTicket
from core.events import (
    Event,
    PriorityChanged,
    Record,
    SlaBreached,
    SlaBreachFound,
    SlaWarned,
    StatusChanged,
    TicketClosed,
    TicketOpened,
    TicketReopened,
    TicketResolved,
    TicketSnoozed,
    TicketWoken,
)
from core.expectations import clocks_of, promise_of
from core.model.ids import TicketId, ref_of
from core.model.outbox import NewTimer, Timer, TimerKind
from core.model.ticket import Status, Ticket
from core.rules.history import HISTORY_EVENTS
from core.rules.sla import TOLD_EVENTS, ClockMark, Mark, due_marks, next_mark_at, told_of
from core.storage import Outcome, Traced
from core.usecases.case import Case
from core.usecases.waiting import rearm_wait

_WATCHED = HISTORY_EVENTS | TOLD_EVENTS
_TOUCH = (TicketOpened, PriorityChanged, TicketResolved, TicketClosed, TicketReopened, TicketSnoozed, TicketWoken)
"""After which a clock runs, stands still, stops or has another target."""


async def mind_promises(case: Case) -> None:
    """The timer is set anew by what touches a clock. Where nothing is promised, nothing is read."""
    ticket = case.changed
    if ticket is None or not _touches_a_clock(case) or promise_of(ticket, case.desk) is None:
        return
    records = await case.trail(*_WATCHED)
    await _arm(ticket, records, told_of(records), case)


def _touches_a_clock(case: Case) -> bool:
    return case.is_first_answer or case.has(*_TOUCH) or any(_is_of_waiting(event) for event in case.events)


def _is_of_waiting(event: Event) -> bool:
    return isinstance(event, StatusChanged) and Status.WAITING in (event.before, event.after)


async def mind_sla(command: MindSla, case: Case) -> Outcome:
    """Tell what is due by now, each time and target once, and set the timer for what comes next."""
    case.require_the_desk()
    if not await case.work.timers.take(command.timer):
        return Outcome(ticket=command.ticket)
    ticket = await _found(command.ticket, case)
    records = await _recorded(ticket, case)
    told = told_of(records)
    due = due_marks(clocks_of(ticket, records, case.desk, case.now), told, case.now)
    if due:
        case.change(ticket, *(_event(ticket.id, mark) for mark in due))
    await _arm(ticket, records, told | frozenset(due), case)
    return Outcome(ticket=ticket.id)


async def rearm_promises(command: RearmPromises, case: Case) -> Outcome:
    """The timers of its promises, and of its wait for its requester, as bot.toml has them now.

    What is over already under a new target is written down and not told: else a desk that comes to promise something
    tells its leads of every old ticket at once. A timer that rings by now was late before: it is left to tell.
    """
    case.require_the_desk()
    armed = await _timer(command.ticket, case)
    rings = armed is not None and armed.due_at <= case.now
    if armed is not None and not rings:
        await case.work.timers.take(armed.id)
    ticket = await _found(command.ticket, case)
    if not rings:
        await _watch_anew(ticket, case)
    await rearm_wait(ticket, case)
    return Outcome(ticket=ticket.id)


async def _watch_anew(ticket: Ticket, case: Case) -> None:
    """No timer that another command arms meanwhile is set anew: the old one went before anything was read, and where
    there is nothing to write down the ticket is not saved, so no race for it is lost."""
    records = await _recorded(ticket, case)
    states, told = clocks_of(ticket, records, case.desk, case.now), told_of(records)
    over = [mark for mark in due_marks(states, told, case.now) if mark.mark is Mark.BREACH]
    if over and await _timer(ticket.id, case) is None:
        case.change(ticket, *(_found_over(ticket.id, mark) for mark in over))
    at = next_mark_at(states, told.union(over), case.now)
    if at is not None:
        await case.work.timers.arm_if_none(NewTimer(kind=TimerKind.SLA, ticket=ticket.id, due_at=at))


async def _timer(ticket: TicketId, case: Case) -> Timer | None:
    return next((one for one in await case.work.timers.of(ticket) if one.kind is TimerKind.SLA), None)


def _found_over(ticket: TicketId, mark: ClockMark) -> Event:
    return SlaBreachFound(ticket=ticket, clock=mark.clock, target=int(mark.target.total_seconds()))


def _event(ticket: TicketId, mark: ClockMark) -> Event:
    kind = SlaWarned if mark.mark is Mark.WARNING else SlaBreached
    return kind(ticket=ticket, clock=mark.clock, target=int(mark.target.total_seconds()))


async def _arm(ticket: Ticket, records: Sequence[Record], told: frozenset[ClockMark], case: Case) -> None:
    at = next_mark_at(clocks_of(ticket, records, case.desk, case.now), told, case.now)
    if at is None:
        await case.work.timers.disarm(ticket.id, TimerKind.SLA)
    else:
        await case.work.timers.arm(NewTimer(kind=TimerKind.SLA, ticket=ticket.id, due_at=at))


async def _recorded(ticket: Ticket, case: Case) -> Sequence[Record]:
    return await case.work.events.of(ticket.id, traced=Traced(only=_WATCHED))


async def _found(ticket: TicketId, case: Case) -> Ticket:
    found = await case.work.tickets.get(ticket)
    if found is None:
        raise NoSuchTicket(ref=ref_of(ticket))
    return found
