"""A team that assigns by itself offers a ticket that nobody has to one agent after the other, until somebody takes it.

An offer stands on the ticket (``offered_to``), with a timer for its end. Whoever is asked accepts it (any claim ends
it), passes it on or lets its time go by; then the next is asked, and when nobody is left the leads are told once.
"""

from core.candidates import assigns_itself, can_be_asked, capacity_of, whom_to_ask
from core.commands import AcceptOffer, ClaimTicket, ExpireOffer, HandOver, OfferWaiting, PassOffer
from core.errors import N_, Clash, NoSuchTicket, WrongStatus
from core.events import (
    MessagePosted,
    NobodyToOffer,
    OfferPassed,
    PriorityChanged,
    StatusChanged,
    TicketAssigned,
    TicketClaimed,
    TicketClosed,
    TicketHandedOver,
    TicketOffered,
    TicketOpened,
    TicketReopened,
    TicketResolved,
    TicketSnoozed,
    TicketTransferred,
    TicketUnassigned,
    TicketWoken,
)
from core.model.desk import Team
from core.model.ids import TicketId, ref_of
from core.model.outbox import NewTimer, TimerKind
from core.model.people import Person
from core.model.thread import MessageKind
from core.model.ticket import WORDS, Ticket
from core.policy import Action, may
from core.rules.assignment import WEIGHT, load_of
from core.rules.duty import is_on_duty
from core.rules.offers import ROUND_EVENTS, Round, round_of
from core.storage import Outcome, Traced
from core.trail import as_of_now
from core.usecases.assignment import claim_ticket, note_status
from core.usecases.case import Case

_ENDS = (TicketClaimed, TicketAssigned, TicketResolved, TicketClosed, TicketSnoozed, TicketTransferred, OfferPassed)
"""After which no offer stands that stood before."""
_BEGINS = (
    TicketOpened,
    TicketUnassigned,
    TicketHandedOver,
    TicketReopened,
    TicketTransferred,
    TicketWoken,
    OfferPassed,
)
"""After which somebody is asked, where nobody has it."""


class OfferIsOver(Clash):
    template = N_("{ref} is offered to {name} by now. To take it all the same, use /ticket claim.")


class NothingToPass(Clash):
    template = N_(
        "{ref} is not offered to you, so there is nothing to pass on. If it is yours, /agent handover puts it back."
    )


class NotYours(Clash):
    template = N_("{ref} is not yours, so you cannot hand it over. /ticket unassign takes it from whoever has it.")


async def accept_offer(command: AcceptOffer, case: Case) -> Outcome:
    """As a claim, but not of what somebody else is asked to take by now."""
    ticket = await case.ticket(command.ticket, Action.CLAIM)
    if ticket.offered_to not in (None, case.asker.id):
        raise OfferIsOver(ref=ticket.ref, name=await case.name_of(ticket.offered_to))
    return await claim_ticket(ClaimTicket(ticket=ticket.id), case)


async def pass_offer(command: PassOffer, case: Case) -> Outcome:
    ticket = await case.ticket(command.ticket, Action.CLAIM)
    if ticket.offered_to != case.asker.id:
        raise NothingToPass(ref=ticket.ref)
    case.change(ticket.without_offer(), OfferPassed(ticket=ticket.id, person=case.asker.id, late=False))
    return Outcome(ticket=ticket.id)


async def hand_over(command: HandOver, case: Case) -> Outcome:
    ticket = await case.ticket(command.ticket, Action.UNASSIGN)
    if ticket.assignee != case.asker.id:
        raise NotYours(ref=ticket.ref)
    if not ticket.status.is_live:
        raise WrongStatus(
            ref=ticket.ref, status=WORDS[ticket.status], what=N_("be handed over"), mend=N_("Nobody needs to have it.")
        )
    back = ticket.unassign()
    case.change(back, TicketHandedOver(ticket=ticket.id, previous=case.asker.id))
    note_status(ticket, back, case)
    return Outcome(ticket=ticket.id)


async def expire_offer(command: ExpireOffer, case: Case) -> Outcome:
    """Of whoever has not answered, or has gone off duty meanwhile, whose timer rings at once."""
    case.require_the_desk()
    if not await case.work.timers.take(command.timer):
        return Outcome(ticket=command.ticket)
    ticket = await _found(command.ticket, case)
    if ticket.offered_to is None or ticket.offered_until is None:
        return Outcome(ticket=ticket.id)
    is_late = ticket.offered_until <= case.now
    person = await case.work.people.get(ticket.offered_to)
    if not is_late and person is not None and is_on_duty(person, ticket.team, case.desk, case.now):
        timer = NewTimer(kind=TimerKind.OFFER, ticket=ticket.id, due_at=ticket.offered_until)
        await case.work.timers.arm(timer)
        return Outcome(ticket=ticket.id)
    passed = OfferPassed(ticket=ticket.id, person=ticket.offered_to, late=is_late)
    case.change(ticket.without_offer(), passed)
    return Outcome(ticket=ticket.id)


async def offer_waiting(command: OfferWaiting, case: Case) -> Outcome:
    """Somebody arrived, or has room: nothing changes where there is nobody all the same."""
    case.require_the_desk()
    ticket = await _found(command.ticket, case)
    team = case.desk.teams.get(ticket.team)
    if team is not None and assigns_itself(team) and _waits(ticket) and ticket.offered_to is None:
        records = await case.work.events.of(ticket.id, traced=Traced(only=ROUND_EVENTS))
        await _ask_somebody(ticket, team, round_of(await as_of_now(records, case.work)), case)
    return Outcome(ticket=ticket.id)


async def _found(ticket: TicketId, case: Case) -> Ticket:
    found = await case.work.tickets.get(ticket)
    if found is None:
        raise NoSuchTicket(ref=ref_of(ticket))
    return found


async def mind_offer(case: Case) -> None:
    """An offer ends with what makes it needless; a ticket that nobody has is offered."""
    if case.changed is None:
        return
    if case.has(MessagePosted):
        _take_by_answering(case)
    if case.has(*_ENDS):
        await case.work.timers.disarm(case.changed.id, TimerKind.OFFER)
        case.change(case.changed.without_offer())
    if _asks(case) and _waits(case.changed) and case.changed.offered_to is None:
        await _offer(case.changed, case)


def _take_by_answering(case: Case) -> None:
    """Whoever is asked to take it and answers it instead has taken it."""
    ticket, person = case.changed, case.person
    replied = any(isinstance(event, MessagePosted) and event.kind is MessageKind.REPLY for event in case.events)
    if ticket is None or person is None or not replied or ticket.offered_to != person.id or not _waits(ticket):
        return
    if may(Action.CLAIM, person, ticket, case.desk, case.now):
        taken = ticket.claim(person.id, person.name)
        case.change(taken, TicketClaimed(ticket=ticket.id, assignee=person.id))
        note_status(ticket, taken, case)


def _asks(case: Case) -> bool:
    return case.has(*_BEGINS) or any(
        isinstance(event, PriorityChanged) and event.after.weight > event.before.weight for event in case.events
    )


def _waits(ticket: Ticket) -> bool:
    """Whether somebody is to take it."""
    return ticket.status.is_live and ticket.assignee is None and ticket.snoozed_until is None


async def _offer(ticket: Ticket, case: Case) -> None:
    """To the next, or say once that there is nobody."""
    team = case.desk.teams.get(ticket.team)
    by_itself = assigns_itself(team)
    if not by_itself and not case.has(OfferPassed):
        return
    so_far = round_of(await as_of_now(await case.trail(*ROUND_EVENTS), case.work))
    if team is not None and by_itself and await _ask_somebody(ticket, team, so_far, case):
        return
    if not so_far.is_told:
        case.change_by_desk(ticket, NobodyToOffer(ticket=ticket.id, asked=len(so_far.asked)))


async def _ask_somebody(ticket: Ticket, team: Team, so_far: Round, case: Case) -> bool:
    """Whether there was somebody. Their row is held while they are counted once more, so that two tickets at once never
    bring anybody over their capacity, and nobody is asked who is just going away."""
    for chosen in await whom_to_ask(ticket, team, so_far, case.desk, case.now, case.work):
        person = await case.work.people.get(chosen, lock=True)
        if person is not None and await _can_still(person, ticket, team, so_far, case):
            await _ask(person, ticket, team, case)
            return True
    return False


async def _can_still(person: Person, ticket: Ticket, team: Team, so_far: Round, case: Case) -> bool:
    if not is_on_duty(person, team.key, case.desk, case.now):
        return False
    carried = await case.work.workload.carried([person.id])
    load = load_of(carried.get(person.id, ()))
    has_room = load + WEIGHT[ticket.priority] <= capacity_of(person, team)
    return has_room and can_be_asked(person, ticket, team, so_far, case.desk, case.now)


async def _ask(person: Person, ticket: Ticket, team: Team, case: Case) -> None:
    """Where the team gives no time to answer, they have it at once."""
    await case.work.workload.note_given(person.id, case.now)
    if team.offer_timeout:
        until = case.now + team.offer_timeout
        case.change_by_desk(ticket.offer(person.id, until), TicketOffered(ticket=ticket.id, person=person.id))
        await case.work.timers.arm(NewTimer(kind=TimerKind.OFFER, ticket=ticket.id, due_at=until))
        return
    given = ticket.assign(person.id, person.name)
    case.change_by_desk(given, TicketAssigned(ticket=ticket.id, assignee=person.id, previous=None))
    if given.status is not ticket.status:
        case.change_by_desk(given, StatusChanged(ticket=ticket.id, before=ticket.status, after=given.status))
