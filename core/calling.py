"""Whom a call of an escalation reaches, and where its news is told: the deliveries that a transaction owes for them.

Nobody is left out silently: where a ticket has no assignee its team on duty is called, where nobody is on duty the
team's leads are, and where it has none whoever else decides, or at last whoever of the staff may see the ticket.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.escalating import going_on, spaces_called, spaces_in, whom_of
from core.events import (
    AcknowledgementReminded,
    EscalationAcknowledged,
    EscalationCalled,
    EscalationEnded,
    EscalationResumed,
    Event,
    PriorityChanged,
    Record,
    TicketAssigned,
    TicketClaimed,
    TicketClosed,
    TicketHandedOver,
    TicketOpened,
    TicketReopened,
    TicketResolved,
    TicketUnassigned,
    UrgencyDecided,
)
from core.hearers import deciders, staff
from core.model.escalation import Whom, WhomKind
from core.model.ids import EscalationId, EventId, PersonId
from core.model.outbox import Address, Intent, NewDelivery, ToEmail, ToPerson, ToSpace
from core.model.people import Platform
from core.model.ticket import Ticket
from core.policy import Action, may
from core.rules.duty import is_on_duty
from core.usecases.case import Case

_NEWS = (
    TicketClaimed,
    TicketAssigned,
    TicketUnassigned,
    TicketHandedOver,
    TicketResolved,
    TicketClosed,
    TicketReopened,
)
_OF_ESCALATIONS = (EscalationAcknowledged, AcknowledgementReminded, EscalationResumed, EscalationEnded)
_SAY_IT = {
    EscalationAcknowledged: (TicketClaimed, TicketAssigned),
    EscalationEnded: (TicketResolved, TicketClosed, TicketClaimed, TicketAssigned),
}
"""Beside which the news of an escalation goes without saying."""


@dataclass(frozen=True, slots=True)
class Calls:
    """What one transaction owes to alert spaces, to email addresses, and to those it calls."""

    ticket: Ticket
    case: Case
    made: Mapping[EventId, Sequence[NewDelivery]]
    """The calls, by their event. Several escalations that call the same at once are one call there: the first's."""
    told: Sequence[str]
    """The alert spaces that heard of the ticket, and hear what becomes of it."""
    news: frozenset[EventId]
    """The events that those spaces hear of: what one act did to several escalations is told once."""

    @property
    def people(self) -> frozenset[PersonId]:
        """Who is called: a ping beside that would be one too many."""
        addresses = (new.address for calls in self.made.values() for new in calls)
        return frozenset(address.person for address in addresses if isinstance(address, ToPerson))

    def of(self, record: Record) -> Iterator[NewDelivery]:
        """What its event owes: an alert, where the leads want to hear of it and no escalation calls the same space;
        calls; news."""
        event, ticket = record.event, self.ticket
        space = ToSpace(ticket.alerted_in) if ticket.alerted_in is not None else None
        if space is not None and self._alerts(event) and not self._is_called(space):
            yield self._owe(space, Intent.ALERT)
        yield from self.made.get(record.id, ())
        if record.id in self.news:
            for told in self.told:
                yield self._owe(ToSpace(told), Intent.ALERT_NEWS)

    def _alerts(self, event: Event) -> bool:
        match event:
            case TicketOpened():
                return True
            case PriorityChanged(before=before, after=after):
                return after.weight > before.weight and after in self.case.desk.alert_priorities
            case _:
                return False

    def _is_called(self, space: ToSpace) -> bool:
        return any(new.address == space for calls in self.made.values() for new in calls)

    def _owe(self, space: ToSpace, intent: Intent) -> NewDelivery:
        return NewDelivery(address=space, intent=intent, ticket=self.ticket.id, pace_key=space.lane)


async def calls_of(records: Sequence[Record], ticket: Ticket, case: Case) -> Calls:
    made: dict[EventId, Sequence[NewDelivery]] = {}
    reached: set[Address] = set()
    for record in records:
        if isinstance(record.event, EscalationCalled):
            theirs = [new for new in await _calls(record.event, ticket, case) if new.address not in reached]
            reached.update(new.address for new in theirs)
            made[record.id] = theirs
    told = await _told(ticket, case)
    return Calls(ticket, case, made, told, await _news(records, ticket, case) if told else frozenset())


async def _news(records: Sequence[Record], ticket: Ticket, case: Case) -> frozenset[EventId]:
    """Of each kind the first that is to be told."""
    first: dict[type[Event], EventId] = {}
    for record in records:
        kind = type(record.event)
        if kind not in first and await _is_news(record.event, ticket, case):
            first[kind] = record.id
    return frozenset(first.values())


async def _is_news(event: Event, ticket: Ticket, case: Case) -> bool:
    match event:
        case AcknowledgementReminded(escalation=escalation):  # nobody whom the desk could remind has it in hand
            return await _acknowledged_by(escalation, case) is None
        case EscalationEnded() if await going_on(ticket.id, case.work):
            return False
        case _:
            said = _SAY_IT.get(type(event), ())
            return isinstance(event, (*_NEWS, *_OF_ESCALATIONS)) and not (said and case.has(*said))


async def who_hears(event: Event, ticket: Ticket, case: Case) -> Sequence[PersonId]:
    """Who is pinged for what becomes of an escalation, or of what the requester declared urgent."""
    assignee = [ticket.assignee] if ticket.assignee is not None else []
    match event:
        case UrgencyDecided(requester=requester):
            return [requester]
        case AcknowledgementReminded(escalation=escalation):
            who = await _acknowledged_by(escalation, case)
            return assignee if who is None else [who]
        case EscalationAcknowledged() | EscalationResumed():
            return assignee
        case _:
            return []


async def _acknowledged_by(escalation: EscalationId, case: Case) -> PersonId | None:
    """Who has it in hand; None where nobody does whom the desk knows."""
    found = await case.work.escalations.get(escalation)
    return found.acknowledged_by if found is not None else None


async def _told(ticket: Ticket, case: Case) -> Sequence[str]:
    if ticket.alerted_in is None or not case.has(*_NEWS, *_OF_ESCALATIONS):
        return ()
    return list(dict.fromkeys([ticket.alerted_in, *spaces_called(await case.trail(EscalationCalled))]))


async def _calls(event: EscalationCalled, ticket: Ticket, case: Case) -> Sequence[NewDelivery]:
    """Spaces and addresses first, then persons, wherever they can be reached; nobody twice, and not whoever did it."""
    whom = [whom_of(callee) for callee in event.whom]
    addresses: list[Address] = [ToSpace(space) for space in spaces_in(event)]
    addresses += [ToEmail(one.name) for one in whom if one.kind is WhomKind.EMAIL]
    people = [person for one in whom for person in await _people(one, ticket, case) if person != case.actor.person]
    people = list(dict.fromkeys(people))
    addresses += [ToPerson(person, Platform.WEB) for person in people]
    for platform in sorted(case.desk.messengers) if people else ():
        there = await case.work.people.external_ids(people, platform)
        addresses += [ToPerson(person, platform) for person in people if person in there]
    return [
        NewDelivery(
            address=address,
            intent=Intent.CALL,
            ticket=ticket.id,
            escalation=event.escalation,
            pace_key=address.lane if isinstance(address, ToSpace) else None,
            supersede_key=f"calls:{ticket.id}",
        )
        for address in addresses
    ]


async def _people(whom: Whom, ticket: Ticket, case: Case) -> Sequence[PersonId]:
    match whom.kind:
        case WhomKind.ASSIGNEE if ticket.assignee is not None and await _can_come(ticket.assignee, ticket, case):
            return [ticket.assignee]
        case WhomKind.ASSIGNEE | WhomKind.TEAM_ON_DUTY:
            everybody = await staff(ticket, case)
            on_duty = [one.id for one in everybody if is_on_duty(one, ticket.team, case.desk, case.now)]
            return on_duty or await _leads(ticket, case)
        case WhomKind.LEAD:
            return await _leads(ticket, case)
        case WhomKind.SPACE | WhomKind.EMAIL:
            return []


async def _can_come(assignee: PersonId, ticket: Ticket, case: Case) -> bool:
    """Whether they may still see to it: not whoever was blocked, or is no longer of the staff."""
    person = await case.work.people.get(assignee)
    return person is not None and may(Action.CLAIM, person, ticket, case.desk, case.now)


async def _leads(ticket: Ticket, case: Case) -> Sequence[PersonId]:
    return await deciders(ticket, case) or [one.id for one in await staff(ticket, case)]
