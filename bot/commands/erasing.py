"""/desk erase: a ticket's words are deleted for good, once an admin has seen what that is and pressed a button."""

from bot.commands.asking_first import SURE, held_back, is_sure
from bot.commands.declaration import REF, about, command, who_asks
from bot.commands.room import Room
from core import limits
from core.cards.card import Card
from core.cards.erasure import erasure_card
from core.commands import EraseTicket
from core.errors import N_, NoSuchTicket
from core.model.ids import ref_of
from core.policy import Action, require
from core.text import Text
from core.vocabulary import Call, Parameter, ParameterKind, Reply


@command(
    "desk",
    "erase",
    REF,
    Parameter(name="reason", kind=ParameterKind.TEXT, help=N_("Why: it is kept, so let it hold nothing that is to go")),
    SURE,
    help=N_("Delete all that was said and sent in a ticket, for good"),
    action=Action.ERASE,
    title=N_("Erase"),
)
async def erase(call: Call, room: Room) -> Reply:
    reason = limits.line(N_("The reason"), call.arguments["reason"], limits.REASON)
    if not is_sure(call):
        return await _asked(reason, call, room)
    await room.do(EraseTicket(ticket=about(call), reason=reason), call)
    _ = room.reader(call).gettext
    words = _("What stands on the platforms is taken back now; /desk failures tells what cannot be.")
    return Reply(card=Card(title=_("{ref} is erased").format(ref=ref_of(about(call))), body=Text.of(words)))


async def _asked(reason: str, call: Call, room: Room) -> Reply:
    """What will go, and the one button that does it."""
    async with room.store.read() as work:
        ticket = await work.tickets.get(about(call))
        if ticket is None:
            raise NoSuchTicket(ref=ref_of(about(call)))
        require(Action.ERASE, who_asks(call), ticket, room.desk, room.clock.now())
        extent = await work.erasing.extent(ticket.id)
        merged = await work.combining.merged_into(ticket.id)
    draft = await held_back(reason, call, room)
    return Reply(card=erasure_card(ticket, extent, merged, draft, room.reader(call)), draft=draft)


COMMANDS = (erase,)
