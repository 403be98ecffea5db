"""What people do to an escalation: acknowledge it, take that back, call a level now."""

from collections.abc import Sequence
from typing import NoReturn

from core import limits
from core.commands import Acknowledge, Escalate, Unacknowledge
from core.errors import N_, BadField, Clash, NoSuchTicket, NotAllowed, WrongStatus
from core.escalating import calls_made, going_on, whom_of
from core.model.desk import Acknowledge as Link
from core.model.escalation import Escalation, EscalationState, WhomKind
from core.model.ids import ref_of
from core.model.people import Platform
from core.model.ticket import WORDS, Ticket
from core.policy import Action, may
from core.storage import Outcome
from core.usecases.case import Case
from core.usecases.escalations import begin, jump, policies_of, resume, take_in_hand
from core.usecases.opening import span


class AlreadyAcknowledged(Clash):
    template = N_("{ref} is in hand: {name} acknowledged it {time} ago.")


class AcknowledgedUnderAName(AlreadyAcknowledged):
    template = N_("{ref} is in hand: “{name}” (not verified) acknowledged it {time} ago.")


class NothingToAcknowledge(Clash):
    template = N_("{ref} calls nobody now, so there is nothing to acknowledge.")


class NotAcknowledged(Clash):
    template = N_("Nobody has acknowledged {ref}, so there is nothing to take back.")


class NoEscalation(Clash):
    template = N_("{ref}: {category} names no escalation in bot.toml, so there is nobody to call.")


class NoSuchLevel(BadField):
    template = N_("{ref} escalates in levels from 1 to {count}; {level} is none of them.")


async def acknowledge_alert(command: Acknowledge, case: Case) -> Outcome:
    """By somebody who may, or, where the desk allows it, by whoever holds an alert's link, under the name they typed:
    all that escalates for the ticket stops. A link ends with its own escalation.

    Raises AlreadyAcknowledged or NothingToAcknowledge; FieldEmpty or FieldTooLong for the name; NoSuchTicket.
    """
    ticket, name = await _acknowledged_by(command, case)
    on = await _going_on(ticket, case, by_link=_is_by_link(command, case))
    if command.escalation not in (None, *(one.id for one in on)):
        on = []
    running = [one for one in on if one.state is EscalationState.RUNNING]
    if not running:
        await _refuse(on, ticket, case)
    case.change(ticket)
    for escalation in running:
        await take_in_hand(escalation, case, name)
    return Outcome(ticket=ticket.id)


async def _acknowledged_by(command: Acknowledge, case: Case) -> tuple[Ticket, str]:
    """The ticket, and the name of somebody who is not signed in."""
    if case.person is not None:
        return await case.ticket(command.ticket, Action.ACKNOWLEDGE), ""
    if not _is_by_link(command, case) or case.desk.acknowledge is not Link.LINK:
        raise NotAllowed(what=N_("acknowledge alerts"), who=N_("a person who is signed in"))
    name = limits.line(N_("Your name"), command.name, limits.NAME)
    ticket = await case.work.tickets.get(command.ticket)
    if ticket is None:
        raise NoSuchTicket(ref=ref_of(command.ticket))
    return ticket, name


def _is_by_link(command: Acknowledge, case: Case) -> bool:
    """Only the page behind a link names an escalation, once it has read the link."""
    return case.actor.door is Platform.WEB and command.escalation is not None


async def _going_on(ticket: Ticket, case: Case, *, by_link: bool = False) -> Sequence[Escalation]:
    """What goes on for it. Whoever may not see the ticket knows of it while it calls them, or where they hold the link
    of a call, and else not: raises NoSuchTicket, as for one that is not there."""
    on = await going_on(ticket.id, case.work)
    person = case.person
    if person is None or by_link or may(Action.SEE, person, ticket, case.desk, case.now):
        return on
    if not (person.leads(ticket.team) and await _leads_were_called(on, ticket, case)):
        raise NoSuchTicket(ref=ticket.ref)
    return on


async def _leads_were_called(on: Sequence[Escalation], ticket: Ticket, case: Case) -> bool:
    """Whether a step of one of ``on`` that names the leads has called. All others whom a call reaches in person may see
    the ticket (``core/calling.py``)."""
    ids = {one.id for one in on}
    called = [event for event in await calls_made(ticket.id, case.work) if event.escalation in ids] if on else []
    return any(whom_of(callee).kind is WhomKind.LEAD for event in called for callee in event.whom)


async def _refuse(on: Sequence[Escalation], ticket: Ticket, case: Case) -> NoReturn:
    held = next((one for one in on if one.acknowledged_at is not None), None)
    if held is None or held.acknowledged_at is None:
        raise NothingToAcknowledge(ref=ticket.ref)
    time = span(case.now - held.acknowledged_at)
    if held.acknowledged_by is None:
        raise AcknowledgedUnderAName(ref=ticket.ref, name=held.acknowledged_as, time=time)
    raise AlreadyAcknowledged(ref=ticket.ref, name=await case.name_of(held.acknowledged_by), time=time)


async def unacknowledge_alert(command: Unacknowledge, case: Case) -> Outcome:
    ticket = await case.ticket(command.ticket, Action.ACKNOWLEDGE)
    on = await _going_on(ticket, case)
    held = [one for one in on if one.state is EscalationState.ACKNOWLEDGED]
    if not held:
        raise NotAcknowledged(ref=ticket.ref)
    case.change(ticket)
    for escalation in held:
        await resume(escalation, case, lapsed=False)
    return Outcome(ticket=ticket.id)


async def escalate_ticket(command: Escalate, case: Case) -> Outcome:
    """The people of that level are called now. Of several escalations the first that has it; without any, the first of
    the ticket's category that has it begins there."""
    ticket = await case.ticket(command.ticket, Action.ACKNOWLEDGE)
    on = await _going_on(ticket, case)
    if not ticket.status.is_live:
        mend = N_("Reopen it first with /ticket reopen.")
        raise WrongStatus(ref=ticket.ref, status=WORDS[ticket.status], what=N_("escalate"), mend=mend)
    policies = [one.policy for one in on] or list(policies_of(ticket, case.desk).values())
    if not policies:
        raise NoEscalation(ref=ticket.ref, category=case.desk.category_name(ticket.category))
    number = next((n for n, policy in enumerate(policies) if 1 <= command.level <= len(policy.steps)), None)
    if number is None:
        count = max(len(policy.steps) for policy in policies)
        raise NoSuchLevel(ref=ticket.ref, count=count, level=command.level)
    case.change(ticket)
    await jump(on[number] if on else await begin(policies[number], case), command.level, case)
    return Outcome(ticket=ticket.id)
