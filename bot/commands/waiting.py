"""/staff snooze and /staff wake: a ticket that is put aside for a while, and taken up again before its time."""

from bot.commands.declaration import REF, about, command
from bot.commands.room import Room
from bot.commands.until import parse_until
from core.cards.times import moment
from core.commands import Snooze, Wake
from core.errors import N_
from core.policy import Action
from core.vocabulary import Call, Parameter, ParameterKind, Reply


@command(
    "staff",
    "snooze",
    REF,
    Parameter(
        name="until",
        kind=ParameterKind.LINE,
        help=N_("For how long, or until when: 2h, 3d, mon 09:00"),
        is_no_prose=True,
    ),
    help=N_("Put a ticket aside for a while: its promises stand still, a reply brings it back"),
    action=Action.RESOLVE,
    title=N_("Put aside"),
)
async def snooze(call: Call, room: Room) -> Reply:
    reader = room.reader(call)
    until = parse_until(call.arguments["until"], room.clock.now(), reader.zone)
    await room.do(Snooze(ticket=about(call), until=until), call)
    return await room.ticket_reply(about(call), call, N_("{ref} is put aside until {name}"), name=moment(until, reader))


@command("staff", "wake", REF, help=N_("Take up again what was put aside"), action=Action.RESOLVE)
async def wake(call: Call, room: Room) -> Reply:
    await room.do(Wake(ticket=about(call)), call)
    return await room.ticket_reply(about(call), call, N_("{ref} is not put aside any more"))


COMMANDS = (snooze, wake)
