"""Who hears of what: each event of a transaction becomes the deliveries that it owes.

Rows hold references. What a person, a thread or a space then reads is made by ``core/composing.py`` at delivery.
"""

from collections.abc import Iterable, Iterator, Sequence

from core.events import (
    Event,
    MessagePosted,
    MessageUndone,
    ParticipantAdded,
    PriorityChanged,
    Record,
    TicketAssigned,
    TicketClaimed,
    TicketClosed,
    TicketOpened,
    TicketReopened,
    TicketResolved,
    TicketTransferred,
    TicketUnassigned,
    UrgencyDeclared,
)
from core.model.ids import EventId, MessageId, PersonId
from core.model.outbox import Intent, NewDelivery, ToPerson, ToSpace, ToThread
from core.model.people import Person, Platform
from core.model.thread import MessageKind, Thread, may_hear
from core.model.ticket import Ending, Ticket
from core.policy import Action, may
from core.usecases.case import Case

Owed = tuple[NewDelivery, EventId]

_ALERT_NEWS = (TicketClaimed, TicketAssigned, TicketUnassigned, TicketResolved, TicketClosed, TicketReopened)
_QUIET_ON_CARDS = (MessagePosted, MessageUndone)


async def route(records: Sequence[Record], case: Case) -> Sequence[Owed]:
    """What the transaction's ``records`` owe to whom, in order.

    Nobody is told of what they did themselves, and nobody is pinged twice for one transaction: its last event of theirs
    says the most (an answer that resolves is news of the resolution).
    """
    ticket = case.changed
    if ticket is None or not records:
        return []
    threads = [thread for thread in await case.work.threads.of(ticket.id) if thread.platform.keeps_copies]
    owed: list[Owed] = []
    pings: dict[PersonId, Owed] = {}
    for record in records:
        owed += [(new, record.id) for new in _to_threads(record.event, threads, case)]
        owed += [(new, record.id) for new in _to_space(record.event, ticket, case)]
        for person in await _who_hears(record.event, ticket, case):
            if person != case.actor.person:
                pings[person] = (_ping(person, ticket, record.event), record.id)
    return [*owed, *pings.values()]


def _ping(person: PersonId, ticket: Ticket, event: Event) -> NewDelivery:
    return NewDelivery(
        address=ToPerson(person, Platform.WEB), intent=Intent.PING, ticket=ticket.id, message=_message_of(event)
    )


def _message_of(event: Event) -> MessageId | None:
    return event.message if isinstance(event, MessagePosted | MessageUndone | UrgencyDeclared) else None


def _to_threads(event: Event, threads: Iterable[Thread], case: Case) -> Iterator[NewDelivery]:
    """Copies of what was said to every other thread that may hear it; a fresh card where the state changed."""
    for thread in threads:
        address = ToThread(thread.id, thread.platform)
        if isinstance(event, MessagePosted | MessageUndone):
            if may_hear(event.kind, thread.audience) and thread.id != case.actor.thread:
                yield NewDelivery(address=address, intent=Intent.MESSAGE, ticket=event.ticket, message=event.message)
        elif isinstance(event, TicketOpened):
            yield NewDelivery(address=address, intent=Intent.CREATE_THREAD, ticket=event.ticket)
        if not isinstance(event, _QUIET_ON_CARDS):
            yield NewDelivery(
                address=address, intent=Intent.TICKET_CARD, ticket=event.ticket, supersede_key="ticket_card"
            )


def _to_space(event: Event, ticket: Ticket, case: Case) -> Iterator[NewDelivery]:
    """An alert when the ticket is opened as, or becomes, what the leads want to hear of; then its news."""
    if ticket.alerted_in is None:
        return
    space, pace = ToSpace(ticket.alerted_in), f"space:{ticket.alerted_in}"
    rises = (
        isinstance(event, PriorityChanged)
        and event.after.weight > event.before.weight
        and event.after in case.desk.alert_priorities
    )
    if isinstance(event, TicketOpened) or rises:
        yield NewDelivery(address=space, intent=Intent.ALERT, ticket=ticket.id, pace_key=pace)
    elif isinstance(event, _ALERT_NEWS):
        yield NewDelivery(address=space, intent=Intent.ALERT_NEWS, ticket=ticket.id, pace_key=pace)


async def _who_hears(event: Event, ticket: Ticket, case: Case) -> Sequence[PersonId]:
    assignee = [ticket.assignee] if ticket.assignee is not None else []
    match event:
        case TicketOpened() | TicketTransferred() | TicketUnassigned() | TicketReopened():
            return assignee or await _team(ticket, case)
        case TicketClaimed():
            return [ticket.requester]
        case TicketAssigned(previous=previous):
            return [*assignee, ticket.requester, *([previous] if previous is not None else [])]
        case PriorityChanged():
            return assignee
        case UrgencyDeclared(granted=False):
            return await _deciders(ticket, case)
        case MessagePosted(kind=MessageKind.NOTE):
            return assignee
        case MessagePosted():
            return [ticket.requester, *sorted(ticket.participants), *assignee]
        case _:
            return await _who_hears_of_the_end(event, ticket, case)


async def _who_hears_of_the_end(event: Event, ticket: Ticket, case: Case) -> Sequence[PersonId]:
    match event:
        case TicketResolved():
            return [ticket.requester, *sorted(ticket.participants), *await case.work.tickets.followers(ticket.id)]
        case TicketClosed(ending=Ending.BY_REQUESTER | Ending.WITHDRAWN):
            return [ticket.assignee] if ticket.assignee is not None else []
        case TicketClosed():
            return [ticket.requester]
        case ParticipantAdded(person=person):
            return [person]
        case _:
            return []


async def _team(ticket: Ticket, case: Case) -> Sequence[PersonId]:
    """The team's agents, or, for a ticket that they may not see, whoever of the staff may."""
    staff = await _staff(ticket, case)
    agents = [person.id for person in staff if person.serves(ticket.team)]
    return agents or [person.id for person in staff]


async def _deciders(ticket: Ticket, case: Case) -> Sequence[PersonId]:
    """The team's leads, or, where none of them may see it, whoever else may decide what is urgent."""
    deciding = [
        person
        for person in await _staff(ticket, case)
        if may(Action.DECIDE_URGENCY, person, ticket, case.desk, case.now)
    ]
    leads = [person.id for person in deciding if person.leads(ticket.team)]
    return leads or [person.id for person in deciding]


async def _staff(ticket: Ticket, case: Case) -> Sequence[Person]:
    return [
        person for person in await case.work.people.staff() if may(Action.CLAIM, person, ticket, case.desk, case.now)
    ]
