"""Tickets in a list, as one person may see them: with what was said last, and how much of it they have not read."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from core.model.desk import Desk
from core.model.ids import PersonId
from core.model.people import Person
from core.model.thread import Message
from core.model.ticket import Ticket
from core.policy import Action, may
from core.storage import UnitOfWork
from core.text import Quote, Text, clean_line, shorten
from core.vocabulary import LastWords, Summary

_MOST_UNREAD = 99
"""What a mark shows; more are not counted."""
_LONGEST = 120
"""Characters of the last words that a list has room for."""


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
    names = await work.people.named(sorted(_people(tickets, newest.values())))
    return [
        Summary(
            ticket=ticket,
            requester=names.get(ticket.requester, "?"),
            assignee=names.get(ticket.assignee) if ticket.assignee is not None else None,
            unread=unread.get(ticket.id, 0),
            last=_last(newest[ticket.id], names) if ticket.id in newest else None,
        )
        for ticket in tickets
    ]


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
