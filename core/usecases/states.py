"""Where a ticket stands: waiting, resolved, closed, reopened, withdrawn."""

from datetime import timedelta
from typing import assert_never

from core import limits
from core.commands import (
    ClaimTicket,
    CloseQuietTicket,
    CloseTicket,
    ReopenTicket,
    ResolveTicket,
    SetStatus,
    WithdrawTicket,
)
from core.errors import N_, NoSuchTicket, WrongStatus
from core.events import StatusChanged, TicketClosed, TicketReopened, TicketResolved
from core.model.ids import ref_of
from core.model.outbox import NewTimer, TimerKind
from core.model.thread import MessageKind
from core.model.ticket import WORDS, Ending, Status, Ticket
from core.policy import Action, may
from core.rules.duty import is_on_duty
from core.storage import Outcome
from core.text import Text
from core.usecases.assignment import claim_ticket
from core.usecases.case import Case
from core.usecases.messages import say
from core.usecases.threads import make_threads


async def set_status(command: SetStatus, case: Case) -> Outcome:
    """To ``command.status``, by the one transition that leads there."""
    ticket = await case.ticket(command.ticket, Action.RESOLVE)
    match command.status:
        case Status.WAITING:
            return _move(ticket, ticket.wait(), case)
        case Status.IN_PROGRESS if ticket.status is Status.OPEN:
            return await claim_ticket(ClaimTicket(ticket=ticket.id), case)
        case Status.IN_PROGRESS if ticket.status.is_live:
            return _move(ticket, ticket.resume(), case)
        case Status.IN_PROGRESS:
            return await reopen_ticket(ReopenTicket(ticket=ticket.id), case)
        case Status.OPEN if ticket.status.is_live:
            raise WrongStatus(
                ref=ticket.ref,
                status=WORDS[ticket.status],
                what=N_("be made open"),
                mend=N_("To put it back into the queue, use /ticket unassign."),
            )
        case Status.OPEN:
            return await reopen_ticket(ReopenTicket(ticket=ticket.id), case)
        case Status.RESOLVED:
            return await resolve_ticket(ResolveTicket(ticket=ticket.id), case)
        case Status.CLOSED:
            return await close_ticket(CloseTicket(ticket=ticket.id), case)
        case _:
            assert_never(command.status)


def _move(before: Ticket, after: Ticket, case: Case) -> Outcome:
    case.change(after, StatusChanged(ticket=before.id, before=before.status, after=after.status))
    return Outcome(ticket=before.id)


async def resolve_ticket(command: ResolveTicket, case: Case) -> Outcome:
    """With an answer, which is a reply like any other. The quiet days begin."""
    ticket = await case.ticket(command.ticket, Action.RESOLVE)
    said = await _say_if_any(ticket, command.answer, N_("The answer"), case, sure=command.sure)
    resolved = (case.changed or ticket).resolve(case.asker.id, case.now)
    case.change(resolved, TicketResolved(ticket=ticket.id, answer=said.message))
    category = case.desk.categories.get(ticket.category)
    quiet = timedelta(days=category.quiet_days if category else 7)
    await case.work.timers.arm(NewTimer(kind=TimerKind.QUIET_CLOSE, ticket=ticket.id, due_at=case.now + quiet))
    return Outcome(ticket=ticket.id, message=said.message)


async def close_ticket(command: CloseTicket, case: Case) -> Outcome:
    ticket = await case.ticket(command.ticket, Action.CLOSE)
    ending = Ending.BY_REQUESTER if ticket.requester == case.asker.id else Ending.BY_STAFF
    return await _end(ticket, ticket.close(ending, case.now), ending, case)


async def close_quiet_ticket(command: CloseQuietTicket, case: Case) -> Outcome:
    """The state is rechecked here: a ticket reopened this second stays open. A timer fires once."""
    if not await case.work.timers.take(command.timer):
        return Outcome(ticket=command.ticket)
    ticket = await case.work.tickets.get(command.ticket)
    if ticket is None:
        raise NoSuchTicket(ref=ref_of(command.ticket))
    if ticket.status is not Status.RESOLVED:
        return Outcome(ticket=ticket.id)
    return await _end(ticket, ticket.close(Ending.QUIET, case.now), Ending.QUIET, case)


async def withdraw_ticket(command: WithdrawTicket, case: Case) -> Outcome:
    ticket = await _withdrawable(command, case)
    return await _end(ticket, ticket.withdraw(case.now, even_answered=True), Ending.WITHDRAWN, case)


async def _withdrawable(command: WithdrawTicket, case: Case) -> Ticket:
    """The ticket; its requester, where the table says no, is told that the state and not the role forbids it."""
    seen = await case.ticket(command.ticket, Action.SEE)
    if seen.requester == case.asker.id and not may(Action.WITHDRAW, case.asker, seen, case.desk, case.now):
        seen.withdraw(case.now, even_answered=False)
    return await case.ticket(command.ticket, Action.WITHDRAW)


async def _end(before: Ticket, after: Ticket, ending: Ending, case: Case) -> Outcome:
    await case.work.timers.disarm(before.id, TimerKind.QUIET_CLOSE)
    case.change(after, TicketClosed(ticket=before.id, ending=ending))
    return Outcome(ticket=before.id)


async def reopen_ticket(command: ReopenTicket, case: Case) -> Outcome:
    """It goes back to its assignee, where they are on duty and may still take it, else to the queue."""
    ticket = await case.ticket(command.ticket, Action.REOPEN)
    assignee = await case.work.people.get(ticket.assignee) if ticket.assignee is not None else None
    stays = (
        assignee is not None
        and may(Action.CLAIM, assignee, ticket, case.desk, case.now)
        and is_on_duty(assignee, ticket.team, case.desk, case.now)
    )
    reopened = ticket.reopen(assignee_on_duty=stays)
    await case.work.timers.disarm(ticket.id, TimerKind.QUIET_CLOSE)
    case.change(reopened)
    said = await _say_if_any(reopened, command.why, N_("The reason"), case, sure=command.sure)
    case.change(case.changed or reopened, TicketReopened(ticket=ticket.id, reason=said.message))
    await make_threads(reopened, case)
    return Outcome(ticket=ticket.id, message=said.message)


async def _say_if_any(ticket: Ticket, words: Text | None, name: str, case: Case, *, sure: bool) -> Outcome:
    if words is None or not words:
        return Outcome(ticket=ticket.id)
    return await say(ticket, MessageKind.REPLY, limits.text(name, words), case, sure=sure)
