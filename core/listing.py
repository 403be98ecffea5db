"""Tickets in a list, as one person may see them: with what was said last, how much of it they have not read, and, where
they were looked for by words, with the piece of them that says why.

Who may see what is a part of every query (``Sight``). Words of notes are looked in, and shown, only where the person
may read the notes of that ticket. What takes long, with words that occur everywhere, is done beside the loop.
"""

from asyncio import to_thread
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from core.indexing import marks_of
from core.model.desk import Desk
from core.model.ids import PersonId, TicketId
from core.model.people import Person
from core.model.similar import Item, Kind
from core.model.thread import Audience, Message
from core.model.ticket import Ticket
from core.policy import Action, may
from core.rules.relevance import relevance
from core.rules.snippets import Pattern, Snippet, patterns_of, snippet_of
from core.similar import scope_of
from core.storage import PART, Order, TicketQuery, UnitOfWork, Words
from core.text import Quote, Text, clean_line, shorten
from core.trail import shown_to
from core.vocabulary import LastWords, Summary

MOST_COUNTED = 1_000
"""A count goes no further: a list says “1000+” beyond it."""
MOST_RANKED = 100
"""Tickets that are put in order by what they say: those with the words in their title, then the newest."""
_COMMON = 2_000
"""Of a word that more items have, none of a question's other words is looked for in its stead."""
_MOST_UNREAD = 99
"""What a mark shows; more are not counted."""
_LONGEST = 120
"""Characters of the last words that a list has room for."""


async def look_up(
    query: TicketQuery, person: Person, desk: Desk, now: datetime, work: UnitOfWork
) -> tuple[Sequence[Summary], int]:
    """What ``query`` finds, as ``person``, whose sight it has, is shown it, and how much there is. Where nothing has
    all the words, what has some of them is found."""
    if not query.words and query.order is Order.BEST:
        query = replace(query, order=Order.NEWEST)
    total = await work.tickets.count(query, most=MOST_COUNTED)
    if not total and len(query.words) > 1:
        query = replace(query, words=await _telling(query, work), any_word=True)
        total = await work.tickets.count(query, most=MOST_COUNTED)
    if not query.words:
        return await summaries(await work.tickets.find(query), person, desk, now, work), total
    found = await _ranked(query, person, desk, now, work)
    texts = await _texts(found, work)
    patterns = patterns_of(query.words)
    listed = await summaries(found, person, desk, now, work)
    noted = {one.id for one in found if may(Action.SEE_NOTES, person, one, desk, now)}

    def with_snippets() -> Sequence[Summary]:
        return [
            replace(
                one, snippet=_snippet(one.ticket, texts.get(one.ticket.id), patterns, with_notes=one.ticket.id in noted)
            )
            for one in listed
        ]

    return await to_thread(with_snippets), total


async def _telling(query: TicketQuery, work: UnitOfWork) -> tuple[str, ...]:
    """The words that are not in very many items, or all where each is."""
    seen = (await work.fulltext.occurrences(query.words, scope_of(query.sight))).seen
    return tuple(word for word in query.words if seen[word] < _COMMON) or query.words


async def _ranked(query: TicketQuery, person: Person, desk: Desk, now: datetime, work: UnitOfWork) -> Sequence[Ticket]:
    if query.order is not Order.BEST or query.offset >= MOST_RANKED:
        return await work.tickets.find(query)
    found = await work.tickets.find(replace(query, offset=0, limit=max(MOST_RANKED, query.offset + query.limit)))
    texts = await _texts(found[:MOST_RANKED], work)
    patterns = patterns_of(query.words)

    def score(ticket: Ticket) -> float:
        words = texts.get(ticket.id, Words(ticket.title, "", ""))
        noted = words.noted if may(Action.SEE_NOTES, person, ticket, desk, now) else ""
        return relevance(patterns, ticket.title, words.said, noted)

    best = await to_thread(sorted, found[:MOST_RANKED], key=score, reverse=True)
    return [*best, *found[MOST_RANKED:]][query.offset : query.offset + query.limit]


async def _texts(found: Sequence[Ticket], work: UnitOfWork) -> dict[TicketId, Words]:
    texts = await work.index.words_of([Item(Kind.TICKET, ticket.id) for ticket in found])
    return {TicketId(item.id): words for item, words in texts.items()}


def _snippet(ticket: Ticket, words: Words | None, patterns: Sequence[Pattern], *, with_notes: bool) -> Snippet | None:
    """Of what everybody may read who may see it, or else of its notes."""
    if words is None:
        return None
    seen = snippet_of([part for part in words.said.split(PART) if part != marks_of(ticket)], patterns)
    return seen or (snippet_of(words.noted.split(PART), patterns, of_notes=True) if with_notes else None)


async def summaries(
    tickets: Sequence[Ticket], person: Person, desk: Desk, now: datetime, work: UnitOfWork
) -> Sequence[Summary]:
    """``tickets``, each of which ``person`` may see, in few queries however many there are."""
    if not tickets:
        return []
    ids = [ticket.id for ticket in tickets]
    noted = frozenset(ticket.id for ticket in tickets if may(Action.SEE_NOTES, person, ticket, desk, now))
    newest = await work.messages.newest_in(ids, noted)
    unread = await work.reads.unread(person.id, ids, noted, most=_MOST_UNREAD)
    changed = await _changed(tickets, noted, work)
    names = await work.people.named(sorted(_people(tickets, newest.values())))
    return [
        Summary(
            ticket=ticket,
            requester=names.get(ticket.requester, "?"),
            assignee=names.get(ticket.assignee) if ticket.assignee is not None else None,
            changed_at=changed[ticket.id],
            unread=unread.get(ticket.id, 0),
            last=_last(newest[ticket.id], names) if ticket.id in newest else None,
        )
        for ticket in tickets
    ]


async def _changed(
    tickets: Sequence[Ticket], noted: frozenset[TicketId], work: UnitOfWork
) -> Mapping[TicketId, datetime]:
    """When each changed, for whoever reads the notes of those that are ``noted``."""
    others = [ticket.id for ticket in tickets if ticket.id not in noted]
    seen = await work.events.last_at(others, shown_to(Audience.REQUESTER)) if others else {}
    whole = {ticket.id: ticket.updated_at if ticket.id in noted else ticket.opened_at for ticket in tickets}
    return {**whole, **seen}


def _people(tickets: Sequence[Ticket], said: Iterable[Message]) -> set[PersonId]:
    people = {ticket.requester for ticket in tickets} | {message.author for message in said}
    return people | {ticket.assignee for ticket in tickets if ticket.assignee is not None}


def _last(message: Message, names: Mapping[PersonId, str]) -> LastWords:
    own = Text(tuple(block for block in message.text.blocks if not isinstance(block, Quote)))
    words = shorten(clean_line((own or message.text).plain()[: 10 * _LONGEST]), _LONGEST)
    return LastWords(
        who=names.get(message.author, "?"),
        person=message.author,
        text=words,
        at=message.at,
        kind=message.kind,
        files=len(message.files),
    )
