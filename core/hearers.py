"""Whom a ticket concerns that changes hands, or is to: its team, those who decide, whoever is asked to take it."""

from collections.abc import Sequence

from core.events import (
    Event,
    NobodyToOffer,
    TicketAssigned,
    TicketClaimed,
    TicketHandedOver,
    TicketOffered,
    TicketOpened,
    TicketReopened,
    TicketTransferred,
    TicketUnassigned,
)
from core.model.ids import PersonId
from core.model.people import Person
from core.model.ticket import Ticket
from core.policy import Action, may
from core.rules.duty import is_on_duty
from core.usecases.case import Case

_TO_BE_TAKEN = (TicketOpened, TicketTransferred, TicketUnassigned, TicketReopened)
OF_HANDS = (*_TO_BE_TAKEN, TicketHandedOver, TicketOffered, NobodyToOffer, TicketClaimed, TicketAssigned)
"""All that ``who_hears_of_hands`` knows."""


async def who_hears_of_hands(event: Event, ticket: Ticket, case: Case) -> Sequence[PersonId]:
    match event:
        case TicketHandedOver():
            return [ticket.requester, *await _takers(ticket, case)]
        case TicketOffered(person=person):
            return [person]
        case NobodyToOffer():
            return await deciders(ticket, case) or await team(ticket, case)
        case TicketClaimed():
            return [ticket.requester]
        case TicketAssigned(assignee=assignee, previous=previous):
            return [assignee, ticket.requester, *([previous] if previous is not None else [])]
        case _:
            return await _takers(ticket, case)


async def _takers(ticket: Ticket, case: Case) -> Sequence[PersonId]:
    """Who hears that a ticket is to be taken: whoever has it, else the team, unless one of them is asked by name or
    the leads hear that there is nobody."""
    if ticket.assignee is not None:
        return [ticket.assignee]
    return [] if case.has(TicketOffered, NobodyToOffer) else await team(ticket, case)


async def team(ticket: Ticket, case: Case) -> Sequence[PersonId]:
    """The team's agents, those on duty alone where anybody is; or, for a ticket that they may not see, whoever of the
    staff may."""
    everybody = await staff(ticket, case)
    agents = [person for person in everybody if person.serves(ticket.team)]
    there = [person for person in agents if is_on_duty(person, ticket.team, case.desk, case.now)]
    return [person.id for person in there or agents or everybody]


async def deciders(ticket: Ticket, case: Case) -> Sequence[PersonId]:
    """The team's leads, or, where none of them may see it, whoever else may decide what is urgent."""
    deciding = [
        person
        for person in await staff(ticket, case)
        if may(Action.DECIDE_URGENCY, person, ticket, case.desk, case.now)
    ]
    leads = [person.id for person in deciding if person.leads(ticket.team)]
    return leads or [person.id for person in deciding]


async def staff(ticket: Ticket, case: Case) -> Sequence[Person]:
    """Who may take it."""
    return [
        person for person in await case.work.people.staff() if may(Action.CLAIM, person, ticket, case.desk, case.now)
    ]
