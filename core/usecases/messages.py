"""Writing in a ticket: replies, notes, and taking one's own last word back."""

from dataclasses import replace
from datetime import timedelta

from core import limits
from core.commands import PostMessage, UndoMessage
from core.errors import N_, NothingToUndo, TooLate
from core.events import MessagePosted, MessageUndone, StatusChanged
from core.model.thread import MessageKind
from core.model.ticket import Ticket
from core.policy import Action, Fact, facts_of
from core.ports import Outcome
from core.text import Text
from core.usecases.case import Case
from core.usecases.opening import attach

UNDO_TIME = timedelta(minutes=1)


async def post_message(command: PostMessage, case: Case) -> Outcome:
    action = Action.REPLY if command.kind is MessageKind.REPLY else Action.NOTE
    ticket = await case.ticket(command.ticket, action)
    words = limits.text(N_("The message"), command.text, may_be_empty=bool(command.files))
    outcome = await say(ticket, command.kind, words, case)
    await attach(command.files, ticket, case, outcome)
    return outcome


async def say(ticket: Ticket, kind: MessageKind, words: Text, case: Case) -> Outcome:
    """Write a message into ``ticket``, and let a reply move its status. The ticket as it then is: ``case.changed``."""
    moved = ticket
    if kind is MessageKind.REPLY:
        moved = ticket.answered_by_staff(case.now) if speaks_as_staff(ticket, case) else ticket.answered_by_requester()
    message = await case.work.messages.add(ticket.id, case.asker.id, kind, words, case.now, origin=case.actor.thread)
    case.change(moved, MessagePosted(ticket=ticket.id, message=message.id, kind=kind))
    if moved.status is not ticket.status:
        case.record(StatusChanged(ticket=ticket.id, before=ticket.status, after=moved.status))
    return Outcome(ticket=ticket.id, message=message.id)


def speaks_as_staff(ticket: Ticket, case: Case) -> bool:
    """Whether the asker's words here are the desk's answer: staff, and not about their own ticket."""
    facts = facts_of(case.asker, ticket, case.desk, case.now)
    return Fact.SEES in facts and Fact.OWN not in facts


async def undo_message(command: UndoMessage, case: Case) -> Outcome:
    """Words and files go; that something was said and taken back stays in the trail."""
    ticket = await case.ticket(command.ticket, Action.UNDO)
    message = await case.work.messages.last_by(ticket.id, case.asker.id)
    if message is None:
        raise NothingToUndo(ref=ticket.ref)
    if case.now - message.at > UNDO_TIME:
        raise TooLate
    await case.work.messages.save(replace(message, text=Text(), files=(), undone_at=case.now))
    await case.work.files.delete_of(message.id)
    case.change(ticket, MessageUndone(ticket=ticket.id, message=message.id, kind=message.kind))
    return Outcome(ticket=ticket.id, message=message.id)
