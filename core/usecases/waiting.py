"""A ticket that waits: for its requester, who is reminded before it closes, or put aside by the staff for a while.

Each wait has a timer of its own; what ends the wait disarms it, and a timer that rings all the same changes nothing.
"""

from datetime import datetime

from core.commands import EndSnooze, MindStale, Snooze, TimerCommand, Wake
from core.errors import N_, AlreadySo, BadInput, NoSuchTicket
from core.events import (
    MessagePosted,
    RequesterReminded,
    StatusChanged,
    TicketClosed,
    TicketResolved,
    TicketSnoozed,
    TicketWoken,
)
from core.model.ids import TicketId, ref_of
from core.model.outbox import NewTimer, TimerKind
from core.model.thread import MessageKind
from core.model.ticket import Ending, Status, Ticket
from core.policy import Action
from core.rules.staleness import StaleStep, stale_at
from core.storage import Outcome, Traced
from core.usecases.case import Case
from core.usecases.withholding import speaks_as_staff

_REPLIES = frozenset({MessageKind.REPLY})
_QUIET_SINCE = Traced(only=frozenset({StatusChanged, MessagePosted, TicketWoken}), said=_REPLIES)
"""The newest of these is when a ticket that waits for its requester began to: a reply of theirs would have ended it,
and one of the staff's asks them anew."""
_REMINDED = Traced(only=frozenset({RequesterReminded}))


class AsideUntilIsOver(BadInput):
    template = N_("That time is over already: put it aside until one that is still to come.")


async def snooze_ticket(command: Snooze, case: Case) -> Outcome:
    """Until then it is in nobody's way, and its promises stand still. Another time may be named while it is."""
    ticket = await case.ticket(command.ticket, Action.RESOLVE)
    if command.until <= case.now:
        raise AsideUntilIsOver
    aside = ticket.snooze(command.until)
    if aside == ticket:
        raise AlreadySo(ref=ticket.ref, what=N_("it is put aside until then"))
    case.change(aside, TicketSnoozed(ticket=ticket.id, until=command.until))
    await case.work.timers.arm(NewTimer(kind=TimerKind.SNOOZE, ticket=ticket.id, due_at=command.until))
    return Outcome(ticket=ticket.id)


async def wake_ticket(command: Wake, case: Case) -> Outcome:
    ticket = await case.ticket(command.ticket, Action.RESOLVE)
    case.change(ticket.wake(), TicketWoken(ticket=ticket.id))
    await case.work.timers.disarm(ticket.id, TimerKind.SNOOZE)
    return Outcome(ticket=ticket.id)


async def end_snooze(command: EndSnooze, case: Case) -> Outcome:
    ticket = await _rung(command, case)
    if ticket is None or ticket.snoozed_until is None:
        return Outcome(ticket=command.ticket)
    if ticket.snoozed_until > case.now:
        await case.work.timers.arm(NewTimer(kind=TimerKind.SNOOZE, ticket=ticket.id, due_at=ticket.snoozed_until))
        return Outcome(ticket=ticket.id)
    case.change(ticket.wake(), TicketWoken(ticket=ticket.id))
    return Outcome(ticket=ticket.id)


async def mind_stale(command: MindStale, case: Case) -> Outcome:
    """Remind the requester, or close what they were reminded of: as bot.toml says now, and never without a reminder."""
    ticket = await _rung(command, case)
    if ticket is None or not _waits_for_requester(ticket):
        return Outcome(ticket=command.ticket)
    since, reminded_at = await _waited(ticket, case)
    category = case.desk.categories.get(ticket.category)
    step = stale_at(since, category, reminded_at)
    if step is not None and step.at <= case.now and step.step is StaleStep.CLOSE:
        closed = ticket.close(Ending.UNANSWERED, case.now)
        case.change(closed, TicketClosed(ticket=ticket.id, ending=Ending.UNANSWERED))
        return Outcome(ticket=ticket.id)
    if step is not None and step.at <= case.now:
        case.change(ticket, RequesterReminded(ticket=ticket.id))
        step = stale_at(since, category, case.now)
    await _arm_stale(ticket.id, None if step is None else step.at, case)
    return Outcome(ticket=ticket.id)


async def mind_waiting(case: Case) -> None:
    """A requester's reply wakes what was put aside; the wait for them begins anew, or is over. A mere message to a
    ticket that does not wait costs nothing."""
    if case.changed is None:
        return
    if case.changed.snoozed_until is not None and _is_requesters_reply(case.changed, case):
        case.change_by_desk(case.changed.wake(), TicketWoken(ticket=case.changed.id))
        await case.work.timers.disarm(case.changed.id, TimerKind.SNOOZE)
    if case.has(TicketResolved, TicketClosed):
        await case.work.timers.disarm(case.changed.id, TimerKind.SNOOZE)
    if _waits_for_requester(case.changed):
        if _begins_to_wait(case):
            step = stale_at(case.now, case.desk.categories.get(case.changed.category), None)
            await _arm_stale(case.changed.id, None if step is None else step.at, case)
    elif _stops_waiting(case):
        await _arm_stale(case.changed.id, None, case)


async def rearm_wait(ticket: Ticket, case: Case) -> None:
    """bot.toml may have other days now."""
    if _waits_for_requester(ticket):
        since, reminded_at = await _waited(ticket, case)
        step = stale_at(since, case.desk.categories.get(ticket.category), reminded_at)
        await _arm_stale(ticket.id, None if step is None else step.at, case)


def _waits_for_requester(ticket: Ticket) -> bool:
    """What is put aside waits for nobody: nobody is reminded of it."""
    return ticket.status is Status.WAITING and ticket.snoozed_until is None


def _begins_to_wait(case: Case) -> bool:
    return case.has(StatusChanged, TicketWoken) or _has_reply(case)


def _stops_waiting(case: Case) -> bool:
    left = any(isinstance(event, StatusChanged) and event.before is Status.WAITING for event in case.events)
    return left or case.has(TicketSnoozed, TicketResolved, TicketClosed)


def _has_reply(case: Case) -> bool:
    return any(isinstance(event, MessagePosted) and event.kind is MessageKind.REPLY for event in case.events)


def _is_requesters_reply(ticket: Ticket, case: Case) -> bool:
    return case.person is not None and _has_reply(case) and not speaks_as_staff(ticket, case)


async def _arm_stale(ticket: TicketId, at: datetime | None, case: Case) -> None:
    """None: never."""
    if at is None:
        await case.work.timers.disarm(ticket, TimerKind.STALE)
    else:
        await case.work.timers.arm(NewTimer(kind=TimerKind.STALE, ticket=ticket, due_at=at))


async def _waited(ticket: Ticket, case: Case) -> tuple[datetime, datetime | None]:
    """Since when it waits, and when its requester was reminded of that."""
    events = case.work.events
    began = await events.newest(ticket.id, 1, traced=_QUIET_SINCE)
    reminded = await events.newest(ticket.id, 1, after=began[0].id if began else None, traced=_REMINDED)
    return began[0].at if began else ticket.opened_at, reminded[0].at if reminded else None


async def _rung(command: TimerCommand, case: Case) -> Ticket | None:
    """The ticket whose timer rang; None where another process was faster."""
    case.require_the_desk()
    if not await case.work.timers.take(command.timer):
        return None
    ticket = await case.work.tickets.get(command.ticket)
    if ticket is None:
        raise NoSuchTicket(ref=ref_of(command.ticket))
    return ticket
