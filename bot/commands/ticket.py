"""/ticket: what is done to one ticket, by the one who asked and by those who help."""

from collections.abc import Mapping
from dataclasses import replace

from bot.commands.ask import before, marked, suggested
from bot.commands.asking_first import SURE, asked_before, is_sure
from bot.commands.declaration import FOLLOWED, REF, about, command, follow_named
from bot.commands.lists import list_
from bot.commands.room import Room, reply_about
from core.cards.card import Card, Form, Reader
from core.cards.forms import answers_in, command_form, next_form, open_form
from core.cards.suggestions import follows_card
from core.commands import (
    AddParticipant,
    ChangeTags,
    CloseTicket,
    DeclareUrgent,
    EditTicket,
    FollowTicket,
    OpenTicket,
    RemoveParticipant,
    ReopenTicket,
    SaveDraft,
    UnfollowTicket,
    WithdrawTicket,
)
from core.errors import N_, BadInput, Clash, LooksSecret, NoSuchDraft, NoSuchTicket
from core.following import Following
from core.model.draft import Draft
from core.model.ids import DraftId, FileId, TicketId, ref_of
from core.model.suggestion import Suggestions
from core.model.ticket import Priority
from core.policy import Action
from core.text import Text
from core.usecases.opening import NotAChoice
from core.vocabulary import Asks, Call, Parameter, ParameterKind, Reply


@command(
    "ticket",
    "open",
    Parameter(name="title", kind=ParameterKind.LINE, help=N_("What is the matter, in one line"), required=False),
    Parameter(name="category", kind=ParameterKind.CATEGORY, help=N_("What it is about"), required=False),
    Parameter(name="priority", kind=ParameterKind.PRIORITY, help=N_("How much it presses"), required=False),
    help=N_("Open a ticket: a private thread with the right people"),
    action=Action.OPEN,
    asks=Asks.DRAFT,
)
async def open_(call: Call, room: Room) -> Reply:
    """A form first; what it brings is kept in a draft until the ticket can be opened from it."""
    if call.is_form and call.draft is None:
        return await _at_once(call, room)
    earlier = await room.engine.earlier(call.actor) if call.is_form else None
    if earlier is not None and earlier.ticket is not None:
        return await _opened(earlier.ticket, call, room)
    draft, reader = await _drafted(call, room)
    if not call.is_form:
        return Reply(form=open_form(draft.values, room.desk, reader, draft=draft.id))
    similar = await before(draft.values, call, room)
    if similar:
        return await _suggested(similar, draft, call, room)
    remaining = next_form(draft.values, room.desk, reader, draft=draft.id)
    if remaining is not None:
        return Reply(form=remaining)
    try:
        outcome = await room.do(await _opening(draft.values, draft.files, draft.id, call, room), call)
    except BadInput as refusal:
        return Reply(form=_mended(draft, room, reader, refusal))
    return await _opened(outcome.ticket, call, room)


async def _at_once(call: Call, room: Room) -> Reply:
    """From a form that had no draft yet: with everything asked and right, none is made."""
    reader = room.reader(call)
    refusal = None
    similar = await before(call.values, call, room)
    if similar:
        draft, _ = await _drafted(call, room)
        return await _suggested(similar, draft, call, room)
    if next_form(call.values, room.desk, reader, draft=None) is None:
        try:
            outcome = await room.do(await _opening(call.values, call.files or (), None, call, room), call)
            return await _opened(outcome.ticket, call, room)
        except BadInput as found:
            refusal = found
    draft, reader = await _drafted(call, room)
    form = next_form(draft.values, room.desk, reader, draft=draft.id) if refusal is None else None
    return Reply(form=form or _mended(draft, room, reader, refusal))


async def _suggested(similar: Suggestions, draft: Draft, call: Call, room: Room) -> Reply:
    """What is similar, in place of the ticket: "Open mine" opens it, or asks what is left to ask."""
    await marked(draft.id, call, room)
    remaining = next_form(draft.values, room.desk, room.reader(call), draft=draft.id)
    return suggested(similar, draft.id, call, room, own=remaining.again if remaining is not None else "")


def _mended(draft: Draft, room: Room, reader: Reader, refusal: BadInput | None) -> Form:
    """The whole form again, with what was wrong."""
    problem = refusal.sentence(reader.gettext) if refusal is not None else ""
    return open_form(draft.values, room.desk, reader, draft=draft.id, problem=problem)


async def _drafted(call: Call, room: Room) -> tuple[Draft, Reader]:
    """The draft with what the call brings. The inbound id is left for the opening itself."""
    values = {**call.arguments, **call.values}
    saving = SaveDraft(draft=DraftId(call.draft) if call.draft else None, values=values, files=call.files)
    outcome = await room.engine.handle(saving, replace(call.actor, inbound=None))
    async with room.store.read() as work:
        draft = await work.drafts.get(outcome.draft) if outcome.draft is not None else None
    if draft is None:
        raise NoSuchDraft
    return draft, room.reader(call)


async def _opening(
    values: Mapping[str, str], files: tuple[FileId, ...], draft: DraftId | None, call: Call, room: Room
) -> OpenTicket:
    category = room.desk.categories.get(values.get("category", ""))
    return OpenTicket(
        title=values.get("title", ""),
        description=await room.text(values.get("description", ""), call),
        category=values.get("category", ""),
        priority=_priority(values.get("priority", "")),
        answers=answers_in(values, category) if category else {},
        files=files,
        draft=draft,
    )


def _priority(chosen: str) -> Priority:
    try:
        return Priority(chosen or Priority.NORMAL)
    except ValueError:
        raise NotAChoice(name=N_("Priority"), value=chosen, choices=", ".join(Priority)) from None


async def _opened(ticket: TicketId | None, call: Call, room: Room) -> Reply:
    if ticket is None:
        raise ValueError("a ticket that was just opened has no number")
    opened, whole, reader = await room.reading.card(ticket, call.actor)
    door = call.actor.door
    places = [place for place, _audience in room.desk.places_of(opened.category, opened.team)]
    is_shared = any(place.platform is door for place in places)
    has_thread = not door.keeps_copies or door.has_own_threads or is_shared
    sentence = (
        N_("{ref} is open: write on in its thread")
        if has_thread
        else N_("{ref} is open: you hear of it in direct messages")
    )
    return reply_about(opened, whole, reader.gettext(sentence).format(ref=opened.ref))


@command("ticket", "show", REF, help=N_("A ticket: where it stands and who has it"), action=Action.SEE)
async def show(call: Call, room: Room) -> Reply:
    return await room.whole_ticket(about(call), call)


@command(
    "ticket",
    "edit",
    REF,
    Parameter(name="title", kind=ParameterKind.LINE, help=N_("A new title (left empty, it stays)"), required=False),
    Parameter(
        name="description",
        kind=ParameterKind.TEXT,
        help=N_("A new description (left empty, it stays)"),
        required=False,
    ),
    SURE,
    help=N_("Change the title or the description"),
    action=Action.EDIT,
    title=N_("Edit"),
    asks=Asks.ALWAYS,
)
async def edit(call: Call, room: Room) -> Reply:
    ticket = about(call)
    title, description = call.arguments.get("title"), call.arguments.get("description")
    if title is None and description is None and not call.is_form:
        reader = room.reader(call)
        return Reply(form=command_form(call.command, {}, ticket, room.vocabulary, reader))
    text = await room.text(description, call) if description is not None else None
    try:
        await room.do(EditTicket(ticket=ticket, title=title, description=text, sure=is_sure(call)), call)
    except LooksSecret as refusal:
        return await asked_before(refusal, description or "", call, room, title=title or "")
    return await room.ticket_reply(ticket, call, N_("{ref} is changed"))


@command("ticket", "withdraw", REF, help=N_("Take a ticket back that nobody has answered yet"), action=Action.WITHDRAW)
async def withdraw(call: Call, room: Room) -> Reply:
    await room.do(WithdrawTicket(ticket=about(call)), call)
    return await room.ticket_reply(about(call), call, N_("{ref} is withdrawn"))


@command(
    "ticket",
    "follow",
    REF,
    Parameter(
        name="draft",
        kind=ParameterKind.WORD,
        help=N_("The draft that it takes the place of"),
        required=False,
        is_hidden=True,
    ),
    help=N_("+1: hear of it when it is solved"),
    action=Action.FOLLOW,
)
async def follow(call: Call, room: Room) -> Reply:
    draft = call.arguments.get("draft")
    await room.do(FollowTicket(ticket=about(call), draft=DraftId(draft) if draft else None), call)
    return await _followed(call, room, N_("You follow {ref}: you will hear when it is solved"))


@command(
    "ticket",
    "unfollow",
    replace(REF, required=False),
    FOLLOWED,
    help=N_("No longer hear of a ticket; without its ref, a list of those that you follow"),
    action=Action.FOLLOW,
)
async def unfollow(call: Call, room: Room) -> Reply:
    if "follow" in call.arguments:
        return await _let_go(call, room)
    if call.ticket is None:
        follows = await Following(room.store, room.desk, room.clock).all(call.actor)
        return Reply(card=follows_card(follows.seen, follows.unseen, room.desk, room.reader(call)))
    await room.do(UnfollowTicket(ticket=about(call)), call)
    return await _followed(call, room, N_("You no longer follow {ref}"))


async def _let_go(call: Call, room: Room) -> Reply:
    """Of a ticket that is followed unseen: no answer and no refusal names it."""
    if await room.engine.earlier(call.actor) is None:
        follow = await follow_named(call, room)
        if follow is None:
            raise NotFollowed
        try:
            await room.do(UnfollowTicket(ticket=follow.ticket), call)
        except (Clash, NoSuchTicket):
            # Its sentence would name the ticket.
            raise NotFollowed from None
    _ = room.reader(call).gettext
    return Reply(card=Card(title=_("You no longer follow it"), body=Text.of(_("You hear of it no more."))))


async def _followed(call: Call, room: Room, sentence: str) -> Reply:
    """With the ticket's card, except for who follows it without seeing it."""
    try:
        return await room.ticket_reply(about(call), call, sentence)
    except NoSuchTicket:
        reader = room.reader(call)
        return Reply(card=Card(title=reader.gettext(sentence).format(ref=ref_of(about(call)))))


@command(
    "ticket",
    "urgent",
    REF,
    Parameter(name="why", kind=ParameterKind.TEXT, help=N_("Why it cannot wait")),
    SURE,
    help=N_("Say that a ticket cannot wait, and why"),
    action=Action.DECLARE_URGENT,
    title=N_("Declare urgent"),
)
async def urgent(call: Call, room: Room) -> Reply:
    why = call.arguments["why"]
    try:
        words = await room.text(why, call)
        await room.do(DeclareUrgent(ticket=about(call), why=words, sure=is_sure(call)), call)
    except LooksSecret as refusal:
        return await asked_before(refusal, why, call, room)
    view = await room.reading.ticket(about(call), call.actor)
    if view.priority is not Priority.URGENT:
        sentence = N_("{ref}: a lead is asked whether it is urgent")
    elif view.alerted_in is not None:
        sentence = N_("{ref} is urgent: the leads are told")
    else:
        sentence = N_("{ref} is urgent now")
    return await room.ticket_reply(about(call), call, sentence)


@command("ticket", "close", REF, help=N_("Close a ticket: it is settled, or no longer matters"), action=Action.CLOSE)
async def close(call: Call, room: Room) -> Reply:
    await room.do(CloseTicket(ticket=about(call)), call)
    return await room.ticket_reply(about(call), call, N_("{ref} is closed"))


@command(
    "ticket",
    "reopen",
    REF,
    Parameter(name="why", kind=ParameterKind.TEXT, help=N_("What is still not solved"), required=False),
    SURE,
    help=N_("Open a resolved or closed ticket again"),
    action=Action.REOPEN,
    title=N_("Reopen"),
    submit=N_("Reopen"),
    asks=Asks.PRESSED,
)
async def reopen(call: Call, room: Room) -> Reply:
    why = call.arguments.get("why", "")
    try:
        words = await room.text(why, call) if why else None
        await room.do(ReopenTicket(ticket=about(call), why=words, sure=is_sure(call)), call)
    except LooksSecret as refusal:
        return await asked_before(refusal, why, call, room)
    return await room.ticket_reply(about(call), call, N_("{ref} is open again"))


class NotFollowed(Clash):
    template = N_("You do not follow it any more.")


_PERSON = Parameter(name="person", kind=ParameterKind.PERSON, help=N_("Their email address, or the name shown"))


@command(
    "ticket",
    "add",
    REF,
    _PERSON,
    help=N_("Bring somebody into the thread"),
    action=Action.CHANGE_PARTICIPANTS,
    title=N_("Add somebody to"),
)
async def add(call: Call, room: Room) -> Reply:
    person = await room.find_person("person", call)
    await room.do(AddParticipant(ticket=about(call), person=person), call)
    return await room.ticket_reply(
        about(call), call, N_("{name} is part of {ref} now"), name=await room.name_of(person)
    )


@command(
    "ticket",
    "remove",
    REF,
    _PERSON,
    help=N_("Take somebody out of the thread"),
    action=Action.CHANGE_PARTICIPANTS,
    title=N_("Remove somebody from"),
)
async def remove(call: Call, room: Room) -> Reply:
    person = await room.find_person("person", call)
    await room.do(RemoveParticipant(ticket=about(call), person=person), call)
    return await room.ticket_reply(
        about(call), call, N_("{name} is no longer part of {ref}"), name=await room.name_of(person)
    )


@command(
    "ticket",
    "tag",
    REF,
    Parameter(name="tags", kind=ParameterKind.TEXT, help=N_("Tags to add; one with a minus before it goes: new -old")),
    help=N_("Add or remove tags"),
    action=Action.EDIT,
    title=N_("Tags of"),
)
async def tag(call: Call, room: Room) -> Reply:
    words = call.arguments["tags"].replace(",", " ").split()
    added = tuple(word for word in words if not word.startswith("-"))
    removed = tuple(word[1:] for word in words if word.startswith("-"))
    await room.do(ChangeTags(ticket=about(call), add=added, remove=removed), call)
    return await room.ticket_reply(about(call), call, N_("The tags of {ref} are changed"))


COMMANDS = (open_, list_, show, edit, withdraw, follow, unfollow, urgent, close, reopen, add, remove, tag)
