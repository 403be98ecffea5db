"""What is to be expected of a ticket: its place in the queue, its first answer, and what was promised; reads, for its
card and for the timer that watches its promises."""

from collections.abc import Sequence
from datetime import datetime

from core.cards.promises import Outlook
from core.events import Record
from core.model.desk import Desk
from core.model.people import Person
from core.model.sla import SlaClock, SlaPolicy
from core.model.thread import Audience
from core.model.ticket import Status, Ticket
from core.policy import Action, may
from core.rules.duty import first_on_duty, is_on_duty
from core.rules.expectation import LOOKED_BACK, expected, samples_for
from core.rules.history import HISTORY_EVENTS, history_of
from core.rules.sla import ClockState, clocks
from core.storage import Traced, UnitOfWork

_LOOKED_AT = 500
"""First answers, the newest, that an expectation is made from at most."""
_HISTORY = Traced(only=HISTORY_EVENTS)


def promise_of(ticket: Ticket, desk: Desk) -> SlaPolicy | None:
    """What bot.toml promises for tickets of its category now."""
    category = desk.categories.get(ticket.category)
    return desk.slas.get(category.sla) if category is not None and category.sla is not None else None


def clocks_of(ticket: Ticket, records: Sequence[Record], desk: Desk, now: datetime) -> tuple[ClockState, ...]:
    """How its clocks stand; none where nothing is promised. ``records``: the ``HISTORY_EVENTS`` of its trail at least.

    Another process's clock may be a little ahead: nothing is looked at from before its newest record.
    """
    policy = promise_of(ticket, desk)
    if policy is None:
        return ()
    at = max(now, records[-1].at) if records else now
    return clocks(history_of(ticket, records), policy, desk.hours, at)


async def promises_of(ticket: Ticket, desk: Desk, now: datetime, work: UnitOfWork) -> tuple[ClockState, ...]:
    """As ``clocks_of``; nothing is read where nothing is promised."""
    if promise_of(ticket, desk) is None:
        return ()
    return clocks_of(ticket, await work.events.of(ticket.id, traced=_HISTORY), desk, now)


async def place_of(ticket: Ticket, desk: Desk, work: UnitOfWork) -> int | None:
    """In its team's queue, from 1; None where it does not wait there."""
    waits = ticket.status.is_live and ticket.assignee is None and ticket.snoozed_until is None
    return await work.tickets.place_in_queue(ticket, desk.followers_raise) if waits else None


async def outlook_of(
    ticket: Ticket, audience: Audience, place: int | None, desk: Desk, now: datetime, work: UnitOfWork
) -> Outlook:
    """What a reader of ``audience`` is told. ``place``: as ``place_of`` has it. A requester reads when to expect the
    first answer, until they have it and unless the ticket waits for them; the staff what was promised."""
    if not ticket.status.is_live:
        return Outlook()
    if audience is Audience.STAFF:
        return Outlook(promises=await promises_of(ticket, desk, now, work))
    waits_for_us = ticket.status is not Status.WAITING and ticket.snoozed_until is None
    if ticket.first_response_at is not None or not waits_for_us:
        return Outlook()
    return await _of_first_answer(ticket, place or 1, desk, now, work)


async def _of_first_answer(ticket: Ticket, place: int, desk: Desk, now: datetime, work: UnitOfWork) -> Outlook:
    answering = await _answering(ticket, desk, now, work)
    there = [person for person in answering if is_on_duty(person, ticket.team, desk, now)]
    first = first_on_duty(answering, ticket.team, desk, now) if not there else None
    next_duty_at = first[0] if first is not None else None
    answered = await work.workload.first_answers(ticket.category, ticket.opened_at - LOOKED_BACK, limit=_LOOKED_AT)
    expected_at = expected(
        samples_for(answered, ticket.opened_at, desk.hours),
        opened_at=ticket.opened_at,
        now=now,
        place=place,
        agents_on_duty=len(there),
        next_duty_at=next_duty_at,
        hours=desk.hours,
    )
    promised_at = await _promised_at(ticket, desk, now, work) if expected_at is None else None
    return Outlook(expected_at=expected_at, promised_at=promised_at, next_duty_at=next_duty_at)


async def _answering(ticket: Ticket, desk: Desk, now: datetime, work: UnitOfWork) -> Sequence[Person]:
    """Whoever has it; where nobody does, the team's agents who may take it."""
    if ticket.assignee is not None:
        assignee = await work.people.get(ticket.assignee)
        return [assignee] if assignee is not None else []
    return [
        person
        for person in await work.people.staff()
        if person.serves(ticket.team) and may(Action.CLAIM, person, ticket, desk, now)
    ]


async def _promised_at(ticket: Ticket, desk: Desk, now: datetime, work: UnitOfWork) -> datetime | None:
    """By when the first answer was promised; None where that is over already, or nothing is."""
    states = await promises_of(ticket, desk, now, work)
    due = next((state.due_at for state in states if state.clock is SlaClock.FIRST_RESPONSE), None)
    return due if due is not None and due > now else None
