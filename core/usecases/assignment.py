"""Who has a ticket: claim, assign, take away, hand to another team."""

from core.commands import AssignTicket, ClaimTicket, TransferTicket, UnassignTicket
from core.errors import N_, BadField, NotAssigned
from core.events import StatusChanged, TicketAssigned, TicketClaimed, TicketTransferred, TicketUnassigned
from core.model.ticket import Ticket
from core.policy import Action, may
from core.storage import Outcome
from core.usecases.case import Case
from core.usecases.threads import make_threads


class CannotServe(BadField):
    template = N_("{name} cannot take {ref}: only staff who may see it can.")


class UnknownTeam(BadField):
    template = N_("There is no team “{name}”. Choose one of: {choices}.")


async def claim_ticket(command: ClaimTicket, case: Case) -> Outcome:
    ticket = await case.ticket(command.ticket, Action.CLAIM)
    claimed = ticket.claim(case.asker.id, await case.name_of(ticket.assignee))
    case.change(claimed, TicketClaimed(ticket=ticket.id, assignee=case.asker.id))
    note_status(ticket, claimed, case)
    return Outcome(ticket=ticket.id)


async def assign_ticket(command: AssignTicket, case: Case) -> Outcome:
    ticket = await case.ticket(command.ticket, Action.ASSIGN)
    agent = await case.work.people.get(command.assignee)
    if agent is None or not may(Action.CLAIM, agent, ticket, case.desk, case.now):
        raise CannotServe(name=agent.name if agent else "?", ref=ticket.ref)
    assigned = ticket.assign(agent.id, agent.name)
    case.change(assigned, TicketAssigned(ticket=ticket.id, assignee=agent.id, previous=ticket.assignee))
    note_status(ticket, assigned, case)
    return Outcome(ticket=ticket.id)


async def unassign_ticket(command: UnassignTicket, case: Case) -> Outcome:
    ticket = await case.ticket(command.ticket, Action.UNASSIGN)
    if ticket.assignee is None:
        raise NotAssigned(ref=ticket.ref)
    back = ticket.unassign()
    case.change(back, TicketUnassigned(ticket=ticket.id, previous=ticket.assignee))
    note_status(ticket, back, case)
    return Outcome(ticket=ticket.id)


async def transfer_ticket(command: TransferTicket, case: Case) -> Outcome:
    ticket = await case.ticket(command.ticket, Action.TRANSFER)
    if command.team not in case.desk.teams:
        raise UnknownTeam(name=command.team, choices=", ".join(case.desk.teams))
    assignee = await case.work.people.get(ticket.assignee) if ticket.assignee is not None else None
    serves = assignee is not None and assignee.serves(command.team)
    moved = ticket.transfer(command.team, assignee_serves_it=serves)
    case.change(moved, TicketTransferred(ticket=ticket.id, before=ticket.team, after=moved.team))
    note_status(ticket, moved, case)
    await make_threads(moved, case)
    return Outcome(ticket=ticket.id)


def note_status(before: Ticket, after: Ticket, case: Case) -> None:
    """Write down that the status changed too, where it did."""
    if before.status is not after.status:
        case.record(StatusChanged(ticket=before.id, before=before.status, after=after.status))
