"""Which tickets one belongs with, as far as its reader may know of them."""

from collections.abc import Sequence
from datetime import datetime

from core.cards.combining import MERGED, Belonging
from core.events import SplitOff
from core.model.desk import Desk
from core.model.ids import TicketId
from core.model.people import Person
from core.model.relation import RELATION_WORDS, RELATION_WORDS_BACK
from core.model.ticket import WORDS, Ticket
from core.policy import Action, may
from core.storage import Traced, UnitOfWork


async def belongings_of(
    ticket: Ticket, person: Person | None, desk: Desk, now: datetime, work: UnitOfWork
) -> tuple[Belonging, ...]:
    """For the staff: what went into it and what it is linked to. ``person``: who reads it; None: all the staff, who are
    told of no sensitive ticket."""
    if person is not None and not may(Action.SEE_NOTES, person, ticket, desk, now):
        return ()
    found = [await _belonging(other, words, person, desk, now, work) for other, words in await _all(ticket.id, work)]
    return tuple(one for one in found if one is not None)


async def _all(ticket: TicketId, work: UnitOfWork) -> Sequence[tuple[TicketId, str]]:
    merged = [(other, MERGED) for other in await work.combining.merged_into(ticket)]
    links = await work.combining.links_of(ticket)
    here = [(link.second, RELATION_WORDS[link.relation]) for link in links if link.first == ticket]
    there = [(link.first, RELATION_WORDS_BACK[link.relation]) for link in links if link.second == ticket]
    return [*merged, *here, *there]


async def _belonging(
    other: TicketId, words: str, person: Person | None, desk: Desk, now: datetime, work: UnitOfWork
) -> Belonging | None:
    found = await work.tickets.get(other)
    if found is None:
        return None
    known = not desk.is_sensitive(found.category) if person is None else may(Action.SEE, person, found, desk, now)
    return Belonging(found.ref, words, WORDS[found.status]) if known else None


async def split_from(ticket: Ticket, person: Person | None, desk: Desk, now: datetime, work: UnitOfWork) -> str:
    """The ref of the ticket whose messages it was made of, for a person who may see that one; "" otherwise."""
    trail = await work.events.of(ticket.id, traced=Traced(only=frozenset({SplitOff})))
    sources = [record.event.source for record in trail if isinstance(record.event, SplitOff)]
    source = await work.tickets.get(sources[0]) if sources else None
    if source is None or person is None or not may(Action.SEE, person, source, desk, now):
        return ""
    return source.ref
