"""/ticket and /staff for those who help: taking tickets, moving them on, notes among themselves."""

from dataclasses import replace

from bot.commands.asking_first import SURE, asked_before, is_sure
from bot.commands.declaration import REF, about, command
from bot.commands.room import Room
from core.actions import Press, encode_press
from core.cards.card import Button, ButtonStyle, Card
from core.cards.ticket import ticket_list
from core.commands import (
    AssignTicket,
    ClaimTicket,
    PostMessage,
    ReleaseMessage,
    ResolveTicket,
    SetPriority,
    SetStatus,
    SetVisibility,
    TransferTicket,
    UnassignTicket,
    UndoMessage,
)
from core.errors import N_, LooksSecret
from core.model.ids import MessageId
from core.model.thread import MessageKind
from core.model.ticket import Priority, Status, Visibility
from core.policy import Action
from core.usecases.facts import PreviewFirst
from core.vocabulary import Asks, Call, Parameter, ParameterKind, Reply


@command("ticket", "claim", REF, help=N_("Take a ticket"), action=Action.CLAIM)
async def claim(call: Call, room: Room) -> Reply:
    await room.do(ClaimTicket(ticket=about(call)), call)
    return await room.ticket_reply(about(call), call, N_("{ref} is yours"))


@command(
    "ticket",
    "assign",
    REF,
    Parameter(name="agent", kind=ParameterKind.AGENT, help=N_("Their email address, or the name shown; me for you")),
    help=N_("Give a ticket to an agent"),
    action=Action.ASSIGN,
    title=N_("Assign"),
    submit=N_("Assign"),
)
async def assign(call: Call, room: Room) -> Reply:
    agent = await room.find_person("agent", call)
    await room.do(AssignTicket(ticket=about(call), assignee=agent), call)
    return await room.ticket_reply(about(call), call, N_("{ref} is with {name} now"), name=await room.name_of(agent))


@command("ticket", "unassign", REF, help=N_("Put a ticket back into the queue"), action=Action.UNASSIGN)
async def unassign(call: Call, room: Room) -> Reply:
    await room.do(UnassignTicket(ticket=about(call)), call)
    return await room.ticket_reply(about(call), call, N_("{ref} is back in the queue"))


@command(
    "ticket",
    "priority",
    REF,
    Parameter(name="priority", kind=ParameterKind.PRIORITY, help=N_("How much it presses")),
    help=N_("Set the priority"),
    action=Action.PRIORITISE,
    title=N_("Priority of"),
)
async def priority(call: Call, room: Room) -> Reply:
    await room.do(SetPriority(ticket=about(call), priority=Priority(call.arguments["priority"])), call)
    return await room.ticket_reply(about(call), call, N_("The priority of {ref} is set"))


@command(
    "ticket",
    "status",
    REF,
    Parameter(name="status", kind=ParameterKind.STATUS, help=N_("Where it stands now")),
    help=N_("Set the status: waiting for the requester, in progress, resolved, closed"),
    action=Action.RESOLVE,
    title=N_("Status of"),
)
async def status(call: Call, room: Room) -> Reply:
    await room.do(SetStatus(ticket=about(call), status=Status(call.arguments["status"])), call)
    return await room.ticket_reply(about(call), call, N_("The status of {ref} is set"))


@command(
    "ticket",
    "resolve",
    REF,
    Parameter(name="answer", kind=ParameterKind.TEXT, help=N_("The answer, if not said yet"), required=False),
    SURE,
    help=N_("Say that a ticket is solved, with the answer"),
    action=Action.RESOLVE,
    title=N_("Resolve"),
    submit=N_("Resolve"),
    asks=Asks.PRESSED,
)
async def resolve(call: Call, room: Room) -> Reply:
    answer = call.arguments.get("answer", "")
    words = await room.text(answer, call) if answer else None
    try:
        outcome = await room.do(ResolveTicket(ticket=about(call), answer=words, sure=is_sure(call)), call)
    except LooksSecret as refusal:
        return await asked_before(refusal, answer, call, room)
    reply = await room.ticket_reply(about(call), call, N_("{ref} is resolved: its requester is told"))
    return _to_take_back(reply, outcome.message, call, room)


@command(
    "ticket",
    "visibility",
    REF,
    Parameter(name="visibility", kind=ParameterKind.VISIBILITY, help=N_("Who may read it")),
    Parameter(
        name="confirm", kind=ParameterKind.WORD, help=N_("The word yes, after seeing the preview"), required=False
    ),
    help=N_("Make a ticket public, after a preview, or private again"),
    action=Action.MAKE_PUBLIC,
    title=N_("Visibility of"),
)
async def visibility(call: Call, room: Room) -> Reply:
    wanted = Visibility(call.arguments["visibility"])
    confirmed = call.arguments.get("confirm", "").casefold() == "yes"
    try:
        await room.do(SetVisibility(ticket=about(call), visibility=wanted, previewed=confirmed), call)
    except PreviewFirst:
        return await _preview(call, room)
    sentence = (
        N_("{ref} is public: everybody who is signed in can read it")
        if wanted is Visibility.PUBLIC
        else N_("{ref} is private again")
    )
    return await room.ticket_reply(about(call), call, sentence)


async def _preview(call: Call, room: Room) -> Reply:
    """What everybody would read."""
    view = await room.reading.thread(about(call), call.actor, None)
    _ = room.reader(call).gettext
    said = [entry.message for entry in view.entries if entry.message is not None]
    replies = sum(message.kind is MessageKind.REPLY and message.undone_at is None for message in said)
    confirm = Press("ticket", "visibility", about(call), {"visibility": Visibility.PUBLIC, "confirm": "yes"})
    return Reply(
        ticket=about(call),
        card=Card(
            title=_("Everybody who is signed in would read {ref}").format(ref=view.ticket.ref),
            subtitle=view.ticket.title,
            body=view.ticket.description,
            fields=tuple(field for field in view.card.fields if field.label in {a.label for a in view.ticket.answers}),
            footer=_(
                "Its title, description, answers, files, replies ({count}) and the names of who wrote them."
            ).format(count=replies),
            buttons=(Button(label=_("Make it public"), action=encode_press(confirm), style=ButtonStyle.DANGER),),
        ),
    )


@command(
    "staff",
    "note",
    REF,
    Parameter(name="text", kind=ParameterKind.TEXT, help=N_("What only the staff may read")),
    help=N_("Leave a note for the staff; the student never sees it"),
    action=Action.NOTE,
    title=N_("Staff note on"),
)
async def note(call: Call, room: Room) -> Reply:
    words = await room.text(call.arguments["text"], call)
    outcome = await room.do(PostMessage(ticket=about(call), kind=MessageKind.NOTE, text=words), call)
    reply = await room.ticket_reply(about(call), call, N_("Noted in {ref}, for the staff only"))
    return _to_take_back(reply, outcome.message, call, room)


@command(
    "staff",
    "transfer",
    REF,
    Parameter(name="team", kind=ParameterKind.TEAM, help=N_("The team that should have it")),
    help=N_("Hand a ticket to another team"),
    action=Action.TRANSFER,
    title=N_("Transfer"),
    submit=N_("Transfer"),
)
async def transfer(call: Call, room: Room) -> Reply:
    team = call.arguments["team"]
    await room.do(TransferTicket(ticket=about(call), team=team), call)
    return await room.ticket_reply(about(call), call, N_("{ref} is with {name} now"), name=room.desk.team_name(team))


_MESSAGE = Parameter(
    name="message", kind=ParameterKind.NUMBER, help=N_("Which of your messages"), required=False, is_hidden=True
)


@command(
    "staff", "undo", REF, _MESSAGE, help=N_("Take your own last message back, within a minute"), action=Action.UNDO
)
async def undo(call: Call, room: Room) -> Reply:
    outcome = await room.do(UndoMessage(ticket=about(call), message=_message(call)), call)
    if await _stays_where_it_was_said(outcome.message, room):
        sentence = N_("Your message in {ref} is taken back everywhere else: delete it where you wrote it, too")
    elif _message(call):
        sentence = N_("Your message in {ref} is taken back")
    else:
        sentence = N_("Your last message in {ref} is taken back")
    return await room.ticket_reply(about(call), call, sentence)


@command(
    "staff",
    "release",
    REF,
    _MESSAGE,
    help=N_("Send the student what was held back because it looks like a secret"),
    action=Action.NOTE,
    is_a_button=True,
)
async def release(call: Call, room: Room) -> Reply:
    await room.do(ReleaseMessage(ticket=about(call), message=_message(call)), call)
    return await room.ticket_reply(about(call), call, N_("What was held back in {ref} is with the student now"))


def _to_take_back(reply: Reply, message: MessageId | None, call: Call, room: Room) -> Reply:
    """With a button for what was just said."""
    if message is None or reply.card is None:
        return reply
    press = Press("staff", "undo", about(call), {"message": str(message)})
    label = room.reader(call).gettext("Take back")
    buttons = (Button(label=label, action=encode_press(press), is_answers=True), *reply.card.buttons)
    return replace(reply, card=replace(reply.card, buttons=buttons))


async def _stays_where_it_was_said(message: MessageId | None, room: Room) -> bool:
    """Whether it was written on a platform where nobody but its author can delete it."""
    async with room.store.read() as work:
        said = await work.messages.get(message) if message is not None else None
        origin = await work.threads.get(said.origin) if said is not None and said.origin is not None else None
    return origin is not None and origin.platform.has_own_threads


def _message(call: Call) -> MessageId | None:
    named = call.arguments.get("message")
    return MessageId(int(named)) if named is not None else None


@command(
    "staff",
    "tickets",
    Parameter(name="person", kind=ParameterKind.PERSON, help=N_("Whose: their email address, or the name shown")),
    help=N_("The tickets that somebody opened"),
    action=Action.CLAIM,
    menu=N_("Tickets of this person"),
)
async def tickets(call: Call, room: Room) -> Reply:
    person = await room.find_person("person", call)
    found = await room.reading.opened_by(person, call.actor, 25)
    reader = room.reader(call)
    names = {s.ticket.assignee: s.assignee or "?" for s in found if s.ticket.assignee is not None}
    title = reader.gettext("Opened by {name}").format(name=found[0].requester if found else call.arguments["person"])
    return Reply(card=ticket_list(title, [s.ticket for s in found], names, room.desk, reader))


COMMANDS = (claim, assign, unassign, priority, status, resolve, visibility, note, transfer, undo, release, tickets)
