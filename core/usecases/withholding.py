"""Before words of the staff's reach a student: whether they look like a secret, and where they stand already."""

from core.errors import LooksSecret
from core.events import SecretSuspected
from core.model.ids import MessageId
from core.model.people import Person
from core.model.thread import MessageKind
from core.model.ticket import Ticket
from core.policy import Fact, facts_of
from core.rules.secrets import secrets_in
from core.storage import Traced
from core.text import Text
from core.usecases.case import Case

_SUSPECTED = Traced(only=frozenset({SecretSuspected}))


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
    """Of the asker's own."""
    for record in reversed(await case.work.events.of(ticket.id, traced=_SUSPECTED)):
        match record.event:
            case SecretSuspected(message=message, kind=MessageKind.NOTE) if record.actor == case.asker.id:
                return message
    return None


async def suspected_as(message: MessageId, ticket: Ticket, case: Case) -> MessageKind | None:
    """As what it was when the desk warned its author of it; None where it did not."""
    records = await case.work.events.of(ticket.id, traced=_SUSPECTED)
    seen = [one.event for one in records if isinstance(one.event, SecretSuspected) and one.event.message == message]
    return seen[-1].kind if seen else None
