"""/staff merge, split and link, /ticket mine and /desk hot: tickets that belong together, and what many ask for."""

from collections.abc import Mapping
from dataclasses import replace

from bot.commands.declaration import FOLLOWED, REF, about, command, follow_named
from bot.commands.room import Room
from bot.commands.splitting import split
from core.cards.combining import hot_card
from core.cards.forms import open_form
from core.commands import LinkTickets, MergeTicket, SaveDraft, UndoMerge, UnlinkTickets
from core.errors import N_, NoSuchTicket, WhichTicket
from core.hot import hot_list
from core.merged import to_open_anew
from core.model.ids import TicketId, parse_ref, ref_of
from core.model.relation import Relation
from core.policy import Action
from core.reading import asker_of
from core.vocabulary import Call, Parameter, ParameterKind, Reply


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
    replace(REF, required=False),
    FOLLOWED,
    help=N_("What I follow is not what I meant: open my own, with what I had typed"),
    action=Action.OPEN,
    is_a_button=True,
)
async def mine(call: Call, room: Room) -> Reply:
    """A form, filled with the asker's own words where there are any. It tells nothing of the ticket."""
    values = await _typed_before(call, room)
    outcome = await room.engine.handle(SaveDraft(values=values), replace(call.actor, inbound=None))
    return Reply(form=open_form(values, room.desk, room.reader(call), draft=outcome.draft))


async def _typed_before(call: Call, room: Room) -> Mapping[str, str]:
    """Raises WhichTicket."""
    if "follow" in call.arguments:
        follow = await follow_named(call, room)
        return follow.words if follow is not None else {}
    if call.ticket is None:
        raise WhichTicket(usage=call.command.usage)
    async with room.store.read() as work:
        person = await asker_of(call.actor, work)
        ticket = await work.tickets.get(call.ticket)
        return await to_open_anew(ticket, person.id, room.desk, work) if ticket is not None else {}


@command("desk", "hot", help=N_("What many ask for: tickets and topics, to answer once"), action=Action.REPORT_TEAM)
async def hot(call: Call, room: Room) -> Reply:
    async with room.store.read() as work:
        person = await asker_of(call.actor, work)
        found, topics, faqs = await hot_list(person, room.desk, room.clock.now(), work)
    return Reply(card=hot_card(found, topics, faqs, room.desk, room.reader(call)))


COMMANDS = (merge, unmerge, split, link, unlink, mine, hot)
