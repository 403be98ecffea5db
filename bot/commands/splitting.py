"""/staff split: messages become a ticket of their own, named by their numbers or ticked in a form."""

from collections.abc import Mapping, Sequence

from bot.commands.declaration import REF, about, command, who_asks
from bot.commands.room import Room
from core.cards.combining import split_form
from core.commands import SplitTicket
from core.errors import N_, BadInput
from core.model.thread import Message
from core.policy import Action
from core.splitting import chosen_of, to_split
from core.vocabulary import Asks, Call, Parameter, ParameterKind, Reply

_DONE = N_("{ref} is a ticket of its own now")


@command(
    "staff",
    "split",
    REF,
    Parameter(
        name="messages",
        kind=ParameterKind.WORD,
        help=N_("How many of the newest: 3; or their numbers: #12,#15-#18; left out, a form shows them"),
        required=False,
    ),
    Parameter(name="title", kind=ParameterKind.LINE, help=N_("What the new ticket is about"), required=False),
    help=N_("Make a ticket of its own of some messages"),
    action=Action.COMBINE,
    title=N_("Split"),
    asks=Asks.LOOKED_UP,
)
async def split(call: Call, room: Room) -> Reply:
    """Asks for what is missing by a form of the newest messages; what it brings is looked up again."""
    earlier = await room.engine.earlier(call.actor)
    if earlier is not None and earlier.ticket is not None:
        return await room.ticket_reply(earlier.ticket, call, _DONE)
    async with room.store.read() as work:
        there = await to_split(about(call), who_asks(call), room.desk, room.clock.now(), work)
    given = call.arguments
    if not call.is_form and not ("messages" in given and "title" in given):
        ticked = chosen_of(given["messages"], there) if "messages" in given else []
        return await _form(call, room, there, {**given, "messages": ",".join(f"#{one.id}" for one in ticked)})
    try:
        messages = chosen_of(given["messages"], there) if "messages" in given else []
        splitting = SplitTicket(
            ticket=about(call), title=given.get("title", ""), messages=tuple(message.id for message in messages)
        )
        outcome = await room.do(splitting, call)
    except BadInput as refusal:
        if not call.is_form:
            raise
        return await _form(call, room, there, given, problem=refusal.sentence(room.reader(call).gettext))
    return await room.ticket_reply(outcome.ticket or about(call), call, _DONE)


async def _form(
    call: Call, room: Room, there: Sequence[Message], values: Mapping[str, str], *, problem: str = ""
) -> Reply:
    async with room.store.read() as work:
        names = await work.people.named(sorted({message.author for message in there}))
    form = split_form(about(call), there, names, values, room.reader(call), problem=problem)
    return Reply(form=form, ticket=about(call))
