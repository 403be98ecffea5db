"""/staff merge, split and link, /ticket mine and /desk hot: tickets that belong together, and what many ask for."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.commands.declaration import REF, about, command
from bot.commands.room import Room
from core.cards.combining import hot_card
from core.cards.forms import open_form
from core.commands import LinkTickets, MergeTicket, SaveDraft, SplitTicket, UndoMerge, UnlinkTickets
from core.errors import N_, BadInput, NoSuchTicket
from core.hot import hot_list
from core.merged import to_open_anew
from core.model.ids import MAX_ID, MessageId, TicketId, parse_ref, ref_of
from core.model.relation import Relation
from core.model.thread import MessageKind
from core.policy import Action
from core.reading import asker_of
from core.usecases.splitting import MOST
from core.vocabulary import Call, Parameter, ParameterKind, Reply


class WhichMessages(BadInput):
    template = N_(
        "Say which messages: a number for the newest ones (3), or their own numbers as the API has them, "
        "with # before each (#12,#15-#18)."
    )


@command(
    "staff",
    "merge",
    REF,
    Parameter(name="into", kind=ParameterKind.OTHER, help=N_("The ticket that goes on, like T-7")),
    Parameter(
        name="people",
        kind=ParameterKind.WORD,
        help=N_("Say join: its people read and write in the other. Left out, they follow it"),
        required=False,
    ),
    help=N_("Merge a ticket into another that is about the same"),
    action=Action.COMBINE,
    title=N_("Merge"),
)
async def merge(call: Call, room: Room) -> Reply:
    joins = call.arguments.get("people", "").casefold() == "join"
    into = _other(call, "into")
    outcome = await room.do(MergeTicket(ticket=about(call), into=into, join=joins), call)
    name = ref_of(outcome.ticket if outcome.ticket is not None else into)
    return await room.ticket_reply(
        about(call), call, N_("{ref} goes on in {name}; /staff unmerge takes that back for a day"), name=name
    )


@command("staff", "unmerge", REF, help=N_("Take a merge back, within a day"), action=Action.COMBINE)
async def unmerge(call: Call, room: Room) -> Reply:
    await room.do(UndoMerge(ticket=about(call)), call)
    return await room.ticket_reply(about(call), call, N_("{ref} goes on by itself again"))


@command(
    "staff",
    "split",
    REF,
    Parameter(
        name="messages", kind=ParameterKind.WORD, help=N_("How many of the newest: 3; or their numbers: #12,#15-#18")
    ),
    Parameter(name="title", kind=ParameterKind.LINE, help=N_("What the new ticket is about")),
    help=N_("Make a ticket of its own of some messages"),
    action=Action.COMBINE,
    title=N_("Split"),
)
async def split(call: Call, room: Room) -> Reply:
    messages = await _messages(call, room)
    outcome = await room.do(
        SplitTicket(ticket=about(call), title=call.arguments["title"], messages=tuple(messages)), call
    )
    made = outcome.ticket if outcome.ticket is not None else about(call)
    return await room.ticket_reply(made, call, N_("{ref} is a ticket of its own now"))


_NUMBERS = re.compile(r"#([1-9]\d{0,14})(?:-#?([1-9]\d{0,14}))?", re.ASCII)
_NEWEST = re.compile(r"[1-9]\d{0,2}", re.ASCII)


async def _messages(call: Call, room: Room) -> Sequence[MessageId]:
    """Those that are meant, of the ticket's that were not taken back. A number that is none of them is refused later,
    as one of another ticket is. Raises WhichMessages."""
    said = call.arguments["messages"].replace(" ", "")
    await room.reading.ticket(about(call), call.actor)
    async with room.store.read() as work:
        found = await work.messages.of(about(call), kinds=frozenset(MessageKind))
    there = [message.id for message in found if message.undone_at is None]
    if _NEWEST.fullmatch(said):
        return there[-min(int(said), MOST) :]
    chosen: list[MessageId] = []
    for part in said.split(","):
        spelt = _NUMBERS.fullmatch(part)
        if spelt is None:
            raise WhichMessages
        first, last = int(spelt[1]), int(spelt[2] or spelt[1])
        within = [message for message in there if first <= message <= last]
        chosen += within if spelt[2] else [MessageId(min(first, MAX_ID))]
    return chosen


_OTHER = Parameter(name="other", kind=ParameterKind.OTHER, help=N_("The other ticket, like T-7"))


@command(
    "staff",
    "link",
    REF,
    _OTHER,
    Parameter(name="relation", kind=ParameterKind.RELATION, help=N_("What the first is to the other")),
    help=N_("Link two tickets: one duplicates, blocks or relates to the other"),
    action=Action.COMBINE,
    title=N_("Link"),
)
async def link(call: Call, room: Room) -> Reply:
    other = _other(call, "other")
    await room.do(LinkTickets(ticket=about(call), other=other, relation=Relation(call.arguments["relation"])), call)
    return await room.ticket_reply(about(call), call, N_("{ref} is linked to {name}"), name=ref_of(other))


@command("staff", "unlink", REF, _OTHER, help=N_("Take the links between two tickets away"), action=Action.COMBINE)
async def unlink(call: Call, room: Room) -> Reply:
    other = _other(call, "other")
    await room.do(UnlinkTickets(ticket=about(call), other=other), call)
    return await room.ticket_reply(
        about(call), call, N_("{ref} and {name} are not linked any more"), name=ref_of(other)
    )


def _other(call: Call, name: str) -> TicketId:
    """The grammar has seen that it is a ref."""
    found = parse_ref(call.arguments[name])
    if found is None:
        raise NoSuchTicket(ref=call.arguments[name])
    return found


@command(
    "ticket",
    "mine",
    REF,
    help=N_("What I follow is not what I meant: open my own, with what I had typed"),
    action=Action.OPEN,
)
async def mine(call: Call, room: Room) -> Reply:
    """A form, filled with the asker's own words where there are any. It tells nothing of the ticket."""
    async with room.store.read() as work:
        person = await asker_of(call.actor, work)
        ticket = await work.tickets.get(about(call))
        values = await to_open_anew(ticket, person.id, room.desk, work) if ticket is not None else {}
    outcome = await room.engine.handle(SaveDraft(values=values), replace(call.actor, inbound=None))
    return Reply(form=open_form(values, room.desk, room.reader(call), draft=outcome.draft))


@command("desk", "hot", help=N_("What many ask for: tickets and topics, to answer once"), action=Action.REPORT_TEAM)
async def hot(call: Call, room: Room) -> Reply:
    async with room.store.read() as work:
        person = await asker_of(call.actor, work)
        found, topics = await hot_list(person, room.desk, room.clock.now(), work)
    return Reply(card=hot_card(found, topics, room.desk, room.reader(call)))


COMMANDS = (merge, unmerge, split, link, unlink, mine, hot)
