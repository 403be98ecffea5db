"""Whom it concerns what time alone brings about: a promise that is nearly broken or is, a wait that goes on for long or
ends, the day's digest, and other promises than before."""

from collections.abc import Sequence

from core.events import (
    DigestSent,
    Event,
    MessagePosted,
    NobodyToOffer,
    PromisesChanged,
    Record,
    RequesterReminded,
    SlaBreached,
    SlaBreachFound,
    SlaWarned,
    TicketOffered,
    TicketSnoozed,
    TicketWoken,
)
from core.hearers import deciders, staff, team
from core.model.ids import EventId, PersonId
from core.model.outbox import Intent, NewDelivery, ToPerson
from core.model.people import Platform, Role
from core.model.ticket import Ticket
from core.rules.duty import is_on_duty
from core.usecases.case import Case

OF_TIME = (SlaWarned, SlaBreached, SlaBreachFound, TicketSnoozed, TicketWoken, RequesterReminded)
"""Of which no thread has a line: what is promised is the staff's to know, and a reminder is its requester's own."""


async def who_hears_of_time(event: Event, ticket: Ticket, case: Case) -> Sequence[PersonId]:
    match event:
        case SlaWarned():
            return [ticket.assignee] if ticket.assignee is not None else await _takers(ticket, case)
        case SlaBreached():
            leads = await deciders(ticket, case)
            return [ticket.assignee, *leads] if ticket.assignee is not None else leads or await team(ticket, case)
        case RequesterReminded():
            return [ticket.requester]
        case TicketSnoozed():
            return [ticket.assignee] if ticket.assignee is not None else []
        case TicketWoken():
            return await _who_has_it_again(ticket, case)
        case _:
            return []


async def _takers(ticket: Ticket, case: Case) -> Sequence[PersonId]:
    """Whoever is on duty and may take it; where nobody is, who leads, or at last the team."""
    may_take = await staff(ticket, case)
    there = [one.id for one in may_take if is_on_duty(one, ticket.team, case.desk, case.now)]
    return there or await deciders(ticket, case) or await team(ticket, case)


async def _who_has_it_again(ticket: Ticket, case: Case) -> Sequence[PersonId]:
    """Its agent, whom a message that woke it tells of itself; where it has none, the team, unless somebody is asked by
    name to take it."""
    if ticket.assignee is not None:
        return [] if case.has(MessagePosted) else [ticket.assignee]
    return [] if case.has(TicketOffered, NobodyToOffer) else await team(ticket, case)


async def digest_of(record: Record, case: Case) -> Sequence[tuple[NewDelivery, EventId]]:
    """To everybody who leads a team, wherever they can be reached."""
    if not isinstance(record.event, DigestSent | PromisesChanged):
        return []
    kind = "digest" if isinstance(record.event, DigestSent) else "promises"
    everybody = await case.work.people.staff()
    leads = [one.id for one in everybody if one.may_act and any(g.role is Role.LEAD and g.approved for g in one.grants)]
    owed = [(_digest(person, Platform.WEB, kind), record.id) for person in leads]
    for platform in sorted(case.desk.messengers):
        there = await case.work.people.external_ids(leads, platform)
        owed += [(_digest(person, platform, kind), record.id) for person in leads if person in there]
    return owed


def _digest(person: PersonId, platform: Platform, kind: str) -> NewDelivery:
    """One that waited all night for a closed door is not delivered beside the next."""
    return NewDelivery(address=ToPerson(person, platform), intent=Intent.DIGEST, supersede_key=kind)
