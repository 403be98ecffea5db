"""Writing in a ticket: replies, notes, and taking one's own last word back."""

from dataclasses import replace

from core import limits
from core.commands import EditMessage, MarkRead, PostMessage, React, ReleaseMessage, RemoveMessage, UndoMessage
from core.errors import (
    N_,
    MergedAway,
    NoSuchMessage,
    NoSuchTicket,
    NotAllowed,
    NothingHeldBack,
    NothingToUndo,
    ReplyMeanwhile,
    SaidElsewhere,
    TooLate,
)
from core.events import (
    MessageEdited,
    MessageMovedAway,
    MessagePosted,
    MessageUndone,
    ReactionChanged,
    SecretSuspected,
    StatusChanged,
)
from core.merged import survivor_of
from core.model.ids import EventId, MessageId, TicketId, ref_of
from core.model.thread import Copy, Message, MessageKind, Reaction
from core.model.ticket import Ticket
from core.policy import Action, may
from core.storage import Outcome, Traced
from core.text import Text
from core.trail import audience_of, shown_to
from core.usecases.case import Case
from core.usecases.opening import attach, span
from core.usecases.threads import advance
from core.usecases.withholding import (
    is_read_already,
    is_staffs,
    looks_secret,
    newest_held_back,
    require_no_secret,
    speaks_as_staff,
    suspected_as,
)

_POSTED = Traced(only=frozenset({MessagePosted}))
_MOVED_AWAY = Traced(only=frozenset({MessageMovedAway}))
_REPLIES = replace(_POSTED, said=frozenset({MessageKind.REPLY}))
_LOOKED_BACK = 100
"""Replies: whoever's page is further behind than that is told of the newest."""
_ACTIONS = {MessageKind.REPLY: Action.REPLY, MessageKind.NOTE: Action.NOTE}


async def post_message(command: PostMessage, case: Case) -> Outcome:
    """What is written for a merged ticket goes on to the one in its place. Raises MergedAway where the writer takes no
    part there, and LooksSecret.

    What was said on a platform is there already: held back, it is a note until its author releases it. Either way they
    are told.
    """
    action = _ACTIONS[command.kind]
    ticket = await _where_it_goes(await case.ticket(command.ticket, action), action, case)
    words = limits.text(N_("The message"), command.text, may_be_empty=bool(command.files))
    await _require_seen(command, ticket, case)
    kind, warned = await _as_it_may_be_read(command, words, ticket, case)
    outcome = await say(ticket, kind, words, case, sure=True)
    await attach(command.files, ticket, case, outcome)
    await _remember(command, outcome, case)
    if warned and outcome.message is not None:
        case.record(SecretSuspected(ticket=ticket.id, message=outcome.message, kind=kind))
    return outcome


async def _as_it_may_be_read(command: PostMessage, words: Text, ticket: Ticket, case: Case) -> tuple[MessageKind, bool]:
    """As what it is recorded, and whether its author is warned. Raises LooksSecret."""
    was_said = command.external_id is not None and case.actor.thread is not None
    if command.sure or not was_said:
        require_no_secret(command.kind, words, ticket, case, sure=command.sure)
        return command.kind, False
    if not looks_secret(command.kind, words, ticket, case):
        return command.kind, False
    return (MessageKind.REPLY if await is_read_already(ticket, case) else MessageKind.NOTE), True


async def _where_it_goes(ticket: Ticket, action: Action, case: Case) -> Ticket:
    """Raises MergedAway."""
    if ticket.merged_into is None:
        return ticket
    into = await survivor_of(ticket, case.work)
    if not may(action, case.asker, into, case.desk, case.now):
        raise MergedAway(ref=ticket.ref, into=into.ref)
    return into


async def _require_seen(command: PostMessage, ticket: Ticket, case: Case) -> None:
    """Raises ReplyMeanwhile where two of the staff would answer the same words without knowing of each other."""
    answers = command.kind is MessageKind.REPLY and speaks_as_staff(ticket, case)
    if command.seen is None or not answers:
        return
    posted = await case.work.events.newest(ticket.id, _LOOKED_BACK, after=command.seen, traced=_REPLIES)
    said = [record.event.message for record in posted if isinstance(record.event, MessagePosted)]
    replies = [one for one in await case.work.messages.among(said) if one.undone_at is None]
    for author in dict.fromkeys(reply.author for reply in reversed(replies)):
        other = await case.work.people.get(author)
        if other is not None and author != case.asker.id and is_staffs(other, ticket, case):
            raise ReplyMeanwhile(ref=ticket.ref, name=other.name)


async def _remember(command: PostMessage, said: Outcome, case: Case) -> None:
    """What its platform calls the message, and that the thread is read as far as there."""
    thread = await case.work.threads.get(case.actor.thread) if case.actor.thread is not None else None
    if thread is None or command.external_id is None or said.message is None:
        return
    await case.work.copies.put(Copy(said.message, thread.id, (command.external_id,)))
    await advance(thread, command.external_id, case)


async def say(ticket: Ticket, kind: MessageKind, words: Text, case: Case, *, sure: bool) -> Outcome:
    """Write a message into ``ticket``, and let a reply move its status. The ticket as it then is: ``case.changed``.

    Raises LooksSecret, unless its author is ``sure``.
    """
    require_no_secret(kind, words, ticket, case, sure=sure)
    moved = ticket
    if kind is MessageKind.REPLY:
        moved = ticket.answered_by_staff(case.now) if speaks_as_staff(ticket, case) else ticket.answered_by_requester()
    case.is_first_answer = moved.first_response_at is not ticket.first_response_at
    message = await case.work.messages.add(ticket.id, case.asker.id, kind, words, case.now, origin=case.actor.thread)
    case.change(moved, MessagePosted(ticket=ticket.id, message=message.id, kind=kind))
    if moved.status is not ticket.status:
        case.record(StatusChanged(ticket=ticket.id, before=ticket.status, after=moved.status))
    return Outcome(ticket=ticket.id, message=message.id)


async def mark_read(command: MarkRead, case: Case) -> Outcome:
    """Up to the newest event that the asker may know of and that is no later than the one they name: what is yet to
    come is never read."""
    ticket = await case.ticket(command.ticket, Action.SEE)
    traced = shown_to(audience_of(case.asker, ticket, case.desk, case.now))
    events = case.work.events
    there = await events.newest(ticket.id, 1, before=EventId(command.event + 1), traced=traced)
    if there:
        posted = await events.newest(ticket.id, 1, before=EventId(there[0].id + 1), traced=_POSTED)
        message = next((record.event.message for record in posted if isinstance(record.event, MessagePosted)), None)
        await case.work.reads.put(case.asker.id, ticket.id, there[0].id, message, case.now)
    return Outcome(ticket=ticket.id)


async def undo_message(command: UndoMessage, case: Case) -> Outcome:
    """Words and files go; that something was said and taken back stays in the trail. Raises NothingToUndo, TooLate."""
    named = await case.ticket(command.ticket, Action.UNDO)
    if command.message is None:
        message, ticket = await _last_own(named, case)
    else:
        message, ticket = await _own(command.message, named, Action.UNDO, case)
        if await suspected_as(message, case) is not None:
            return await _take_back(message, ticket, case)
    if case.now - message.at > case.desk.undo_within:
        raise TooLate(time=span(case.desk.undo_within))
    return await _take_back(message, ticket, case)


async def _last_own(named: Ticket, case: Case) -> tuple[Message, Ticket]:
    """The asker's newest, with its ticket: of what was said in the ticket, in the one that goes on in its place, or in
    either before a split moved it. Raises NothingToUndo."""
    into = await survivor_of(named, case.work)
    last, moved = [], []
    for ticket in dict.fromkeys((named.id, into.id)):
        last.append(await case.work.messages.last_by(ticket, case.asker.id))
        away = [record.event for record in await case.work.events.of(ticket, traced=_MOVED_AWAY)]
        moved += [event.message for event in away if isinstance(event, MessageMovedAway)]
    said = [one for one in (*last, *await case.work.messages.among(moved)) if one is not None]
    own = [one for one in said if one.author == case.asker.id and one.undone_at is None]
    for message in sorted(own, key=lambda one: one.id, reverse=True):
        home = await case.work.tickets.get(message.ticket)
        if home is not None and may(Action.UNDO, case.asker, home, case.desk, case.now):
            return message, home
    raise NothingToUndo(ref=named.ref)


async def release_message(command: ReleaseMessage, case: Case) -> Outcome:
    """The note that it was kept as goes, and a reply with the same words and files takes its place in the thread that
    it was said in, for the ticket that goes on in place of a merged one. Raises NothingHeldBack, and MergedAway where
    the asker takes no part there."""
    asked = await case.ticket(command.ticket, Action.REPLY)
    named = command.message or await newest_held_back(asked, case)
    if named is None:
        raise NothingHeldBack(ref=asked.ref)
    note, ticket = await _own(named, asked, Action.REPLY, case)
    if note.kind is not MessageKind.NOTE or await suspected_as(note, case) is not MessageKind.NOTE:
        raise NothingHeldBack(ref=ticket.ref)
    into = await _where_it_goes(ticket, Action.REPLY, case)
    case.actor = replace(case.actor, thread=note.origin)
    said = await say(into, MessageKind.REPLY, note.text, case, sure=True)
    if said.message is not None:
        await case.work.files.hand_on(note.id, said.message)
        await _take_over(note, said.message, case)
    if into.id == ticket.id:
        await _take_back(note, case.changed or ticket, case)
    else:
        await _take_back(note, ticket, case.of_another())
    return said


async def _take_over(note: Message, reply: MessageId, case: Case) -> None:
    """What its platform calls it: an edit or a removal there means the reply from now on."""
    for copy in await case.work.copies.of(note.id):
        if copy.thread == note.origin:
            await case.work.copies.put(replace(copy, external_ids=()))
            await case.work.copies.put(replace(copy, message=reply))


async def _own(message: MessageId, ticket: Ticket, action: Action, case: Case) -> tuple[Message, Ticket]:
    """With the ticket that it is in by now: a split or a merge may have moved it. Raises NoSuchMessage for another's as
    for none."""
    found = await case.work.messages.get(message)
    if found is None or found.author != case.asker.id or found.undone_at is not None:
        raise NoSuchMessage
    if found.ticket == ticket.id:
        return found, ticket
    return found, await case.ticket(found.ticket, action)


async def _take_back(message: Message, ticket: Ticket, case: Case) -> Outcome:
    await case.work.messages.save(replace(message, text=Text(), files=(), undone_at=case.now))
    await case.work.files.delete_of(message.id)
    await case.work.reactions.clear(message.id)
    case.change(ticket, MessageUndone(ticket=ticket.id, message=message.id, kind=message.kind))
    return Outcome(ticket=ticket.id, message=message.id)


async def edit_message(command: EditMessage, case: Case) -> Outcome:
    """Its author's alone. On their platform it is changed already, so the ticket's status forbids nothing."""
    message, ticket = await _heard(command, case)
    if message.author != case.asker.id:
        raise NotAllowed(what=N_("change another's words"), who=N_("only who wrote them"))
    await _require_editable(message, case)
    words = limits.text(N_("The message"), command.text, may_be_empty=bool(message.files))
    if words != message.text:
        await _require_readable(command, message, words, ticket, case)
        await case.work.messages.save(replace(message, text=words, edited_at=case.now))
        case.change(ticket, MessageEdited(ticket=ticket.id, message=message.id, kind=message.kind))
    return Outcome(ticket=ticket.id, message=message.id)


async def _require_readable(command: EditMessage, message: Message, words: Text, ticket: Ticket, case: Case) -> None:
    """Raises LooksSecret; on its platform, where the student has read it already, its author is warned."""
    if case.actor.thread is None or not await is_read_already(ticket, case):
        require_no_secret(message.kind, words, ticket, case, sure=command.sure)
    elif looks_secret(message.kind, words, ticket, case):
        case.record(SecretSuspected(ticket=ticket.id, message=message.id, kind=message.kind))


async def _require_editable(message: Message, case: Case) -> None:
    """Raises SaidElsewhere: what somebody wrote on a platform nobody but them can change there, and it would say one
    thing there and another here."""
    if message.origin is None or message.origin == case.actor.thread:
        return
    thread = await case.work.threads.get(message.origin)
    if thread is not None and thread.lost_at is None and thread.platform.keeps_copies:
        raise SaidElsewhere(platform=thread.platform.capitalize())


async def remove_message(command: RemoveMessage, case: Case) -> Outcome:
    """The platform tells that it is gone, and not by whom: the record follows, and says so."""
    if case.actor.person is not None:
        message, ticket = await _heard(command, case)
        if message.author != case.asker.id:
            raise NotAllowed(what=N_("take back another's words"), who=N_("only who wrote them"))
        return await _take_back(message, ticket, case)
    case.require_a_platform()
    home = await _home(command, case)
    found = await case.work.tickets.get(home)
    if found is None:
        raise NoSuchTicket(ref=ref_of(home))
    message = await _said(command.message, found.id, case)
    if message.origin != case.actor.thread:
        raise NoSuchMessage
    return await _take_back(message, found, case)


async def react(command: React, case: Case) -> Outcome:
    message, ticket = await _heard(command, case)
    emoji = await _emoji_of(command, message, case)
    reaction = Reaction(message.id, case.asker.id, emoji, case.actor.door, case.actor.thread)
    reactions = case.work.reactions
    changed = await (reactions.add(reaction, case.now) if command.on else reactions.remove(reaction))
    if changed:
        case.change(ticket, ReactionChanged(ticket=ticket.id, message=message.id, kind=message.kind, on=command.on))
    return Outcome(ticket=ticket.id, message=message.id)


async def _emoji_of(command: React, message: Message, case: Case) -> str:
    """Platforms have emoji of their own, and say which there are; elsewhere it is one of Unicode's, or one that stands
    under the message already."""
    name = N_("The reaction")
    if case.actor.door.keeps_copies or not command.on:
        return limits.line(name, command.emoji, limits.EMOJI)
    there = await case.work.reactions.under([message.id])
    mine = sum(one.person == case.asker.id and one.emoji != command.emoji for one in there)
    if mine >= limits.REACTIONS:
        raise limits.TooManyOf(name=N_("Reactions"), count=mine + 1, limit=limits.REACTIONS)
    if command.emoji in {one.emoji for one in there}:
        return command.emoji
    return limits.emoji(name, command.emoji)


async def _heard(command: EditMessage | RemoveMessage | React, case: Case) -> tuple[Message, Ticket]:
    """The message, for somebody who may write beside it. Raises NoSuchTicket before anything else could be told; a
    note is not there for those who may not read notes."""
    home = await _home(command, case)
    seen = await case.ticket(home, Action.SEE)
    message = await _said(command.message, home, case)
    reads_notes = may(Action.SEE_NOTES, case.asker, seen, case.desk, case.now)
    if message.kind is MessageKind.NOTE and not reads_notes:
        raise NoSuchMessage
    return message, await case.ticket(home, _ACTIONS[message.kind])


async def _home(command: EditMessage | RemoveMessage | React, case: Case) -> TicketId:
    """The ticket that the message is in by now: one that was moved, or that went on to another, is still changed in the
    thread where it was said or copied to. Raises NoSuchMessage where the asker may not know of that ticket."""
    message = await case.work.messages.get(command.message)
    if message is None or message.ticket == command.ticket or case.actor.thread is None:
        return command.ticket
    if case.actor.thread not in {copy.thread for copy in await case.work.copies.of(message.id)}:
        return command.ticket
    ticket = await case.work.tickets.get(message.ticket)
    if ticket is None or (case.person is not None and not may(Action.SEE, case.person, ticket, case.desk, case.now)):
        raise NoSuchMessage
    return ticket.id


async def _said(message: MessageId, ticket: TicketId, case: Case) -> Message:
    """Raises NoSuchMessage: for one taken back too, and for another ticket's."""
    found = await case.work.messages.get(message)
    if found is None or found.ticket != ticket or found.undone_at is not None:
        raise NoSuchMessage
    return found
