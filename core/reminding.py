"""The words of what time alone brings about, and their guards: whether it is still so when it is told."""

from datetime import timedelta

from core.cards.card import Card, Reader
from core.cards.reminders import digest_card, found_late, promise_broken, promise_warned, reminded
from core.events import PromisesChanged, Record, RequesterReminded, SlaBreached, SlaWarned
from core.expectations import promises_of
from core.model.desk import Desk
from core.model.people import Person
from core.model.sla import SlaClock
from core.model.ticket import Status, Ticket
from core.policy import Action, may, sight_of
from core.rules.sla import ClockState
from core.rules.staleness import stale_at
from core.storage import FaqQuery, UnitOfWork

_DAY = timedelta(days=1)


async def reminder(record: Record, ticket: Ticket, desk: Desk, reader: Reader, work: UnitOfWork) -> Card | str | None:
    """The card; a reason why nobody needs it any more; None for an event that is told in other words."""
    match record.event:
        case SlaWarned(clock=clock):
            state = await _running(clock, ticket, desk, reader, work)
            if state is None or state.breached or state.due_at is None:
                return "it is not about to be broken any more"
            return promise_warned(state, ticket, desk, reader)
        case SlaBreached(clock=clock):
            state = await _running(clock, ticket, desk, reader, work)
            if state is None or not state.breached:
                return "it is kept, or was at last"
            return promise_broken(state, ticket, desk, reader)
        case RequesterReminded() if ticket.status is not Status.WAITING or ticket.snoozed_until is not None:
            return "it does not wait for them any more"
        case RequesterReminded():
            newest = await work.messages.newest_in([ticket.id], frozenset())
            step = stale_at(record.at, desk.categories.get(ticket.category), record.at)
            return reminded(ticket, newest.get(ticket.id), step.at if step is not None else None, desk, reader)
        case _:
            return None


async def _running(clock: SlaClock, ticket: Ticket, desk: Desk, reader: Reader, work: UnitOfWork) -> ClockState | None:
    """The clock, unless it has stopped or measures nothing any more."""
    states = await promises_of(ticket, desk, reader.now, work)
    return next((state for state in states if state.clock is clock and not state.is_stopped), None)


async def digest(record: Record, person: Person | None, desk: Desk, reader: Reader, work: UnitOfWork) -> Card | str:
    """How it stands at this moment, with the teams that the person leads, or what was late already when the promises
    changed; or why nobody needs to read it."""
    if reader.now - record.at >= _DAY:
        return "it is of another day"
    teams = [key for key in desk.teams if person is not None and person.may_act and person.leads(key)]
    if person is None or not teams:
        return "the person leads no team"
    categories = sorted(sight_of(person, desk).staff_categories)
    if isinstance(record.event, PromisesChanged):
        count = await work.workload.found_late(teams, categories, record.event.since)
        return found_late(count, desk, reader) if count else "none of theirs was late"
    tally = await work.workload.tally(teams, categories)
    stale = await work.faqs.count(FaqQuery(stale_at=reader.now))
    if not tally.open and not stale:
        return "there is nothing to say"
    oldest = await work.tickets.get(tally.oldest) if tally.oldest is not None else None
    if oldest is not None and not may(Action.SEE, person, oldest, desk, reader.now):
        oldest = None
    held = [oldest.assignee] if oldest is not None and oldest.assignee is not None else []
    return digest_card(tally, oldest, await work.people.named(held), desk, reader, stale_faqs=stale)
