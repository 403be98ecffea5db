"""Before words of the staff's reach a student: whether they look like a secret, and where they stand already."""

from core.errors import LooksSecret
from core.events import MessageMovedHere, SecretSuspected
from core.merged import survivor_of
from core.model.ids import MessageId, TicketId
from core.model.people import Person
from core.model.thread import Message, MessageKind
from core.model.ticket import Ticket
from core.policy import Fact, facts_of
from core.rules.secrets import secrets_in
from core.storage import Traced
from core.text import Text
from core.usecases.case import Case

_SUSPECTED = Traced(only=frozenset({SecretSuspected, MessageMovedHere}))
"""Of which message it was suspected, and where each that a split moved came from."""


def speaks_as_staff(ticket: Ticket, case: Case) -> bool:
    """Whether the asker's words here are the desk's answer: staff, and not about their own ticket."""
    return is_staffs(case.asker, ticket, case)


def is_staffs(person: Person, ticket: Ticket, case: Case) -> bool:
    facts = facts_of(person, ticket, case.desk, case.now)
    return Fact.SEES in facts and Fact.OWN not in facts


def looks_secret(kind: MessageKind, words: Text, ticket: Ticket, case: Case) -> str:
    """What it looks as if the asker's words held that a student is to read; "" for nothing."""
    if kind is not MessageKind.REPLY or not speaks_as_staff(ticket, case):
        return ""
    seen = secrets_in(words.plain(), case.desk.secret_patterns)
    return seen[0].what if seen else ""


def require_no_secret(kind: MessageKind, words: Text, ticket: Ticket, case: Case, *, sure: bool) -> None:
    """Raises LooksSecret, unless the asker is ``sure``."""
    what = "" if sure else looks_secret(kind, words, ticket, case)
    if what:
        raise LooksSecret(what=what, ref=ticket.ref)


def require_no_new_secret(before: str, after: str, ticket: Ticket, case: Case, *, sure: bool) -> None:
    """Raises LooksSecret for what the asker's change brings in: what stood there, the student wrote or has read."""
    if sure or not speaks_as_staff(ticket, case):
        return
    own = case.desk.secret_patterns
    known = {one.words_in(before) for one in secrets_in(before, own)}
    new = [one for one in secrets_in(after, own) if one.words_in(after) not in known]
    if new:
        raise LooksSecret(what=new[0].what, ref=ticket.ref)


async def is_read_already(ticket: Ticket, case: Case) -> bool:
    """Whether one of the student's side may have read it in the thread that it was written in: then nothing is held
    back any more."""
    thread = await case.work.threads.get(case.actor.thread) if case.actor.thread is not None else None
    if thread is None or not thread.is_shared_with_staff:
        return False
    there = ticket if thread.ticket == ticket.id else await case.work.tickets.get(thread.ticket)
    readers = {one for each in (ticket, there) if each is not None for one in (each.requester, *each.participants)}
    return bool(await case.work.people.external_ids(sorted(readers - {case.asker.id}), thread.platform))


async def newest_held_back(ticket: Ticket, case: Case) -> MessageId | None:
    """Of the asker's own that are held back still, in the ticket or in the one that goes on in its place; a split may
    have moved it there or away."""
    into = await survivor_of(ticket, case.work)
    known: set[MessageId] = set()
    for here in {ticket.id, into.id}:
        for record in await case.work.events.of(here, traced=_SUSPECTED):
            if isinstance(record.event, SecretSuspected | MessageMovedHere):
                known.add(record.event.message)
    for message in reversed(await case.work.messages.among(sorted(known))):
        is_own = message.author == case.asker.id and message.undone_at is None
        if is_own and message.kind is MessageKind.NOTE and await suspected_as(message, case) is MessageKind.NOTE:
            return message.id
    return None


async def suspected_as(message: Message, case: Case) -> MessageKind | None:
    """As what it was when the desk warned its author of it; None where it did not. A split moves the message, and the
    warning stays in the trail of the ticket that it was written in."""
    here: TicketId | None = message.ticket
    while here is not None:
        records = await case.work.events.of(here, traced=_SUSPECTED)
        known = [record.event for record in reversed(records)]
        for event in known:
            if isinstance(event, SecretSuspected) and event.message == message.id:
                return event.kind
        here = next((e.source for e in known if isinstance(e, MessageMovedHere) and e.message == message.id), None)
    return None
