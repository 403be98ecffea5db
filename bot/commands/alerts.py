"""/alert, /escalate and /staff urgency: what is done about a ticket that cannot wait."""

from bot.commands.declaration import REF, about, command, who_asks
from bot.commands.room import Room
from core.cards.calls import going_on_card
from core.cards.card import Card
from core.commands import Acknowledge, DecideUrgency, Escalate, Unacknowledge
from core.errors import N_, NoSuchTicket
from core.escalating import acknowledgers
from core.model.ids import TicketId, ref_of
from core.model.ticket import Ticket
from core.policy import Action, may
from core.vocabulary import Call, Decision, Parameter, ParameterKind, Reply

_MOST = 50
"""Escalations in a list."""


@command(
    "alert", "ack", REF, help=N_("Acknowledge: you have it in hand, nobody else is called"), action=Action.ACKNOWLEDGE
)
async def ack(call: Call, room: Room) -> Reply:
    await room.do(Acknowledge(ticket=about(call)), call)
    return await _done(call, room, N_("{ref} is in your hands: nobody else is called"))


@command("alert", "unack", REF, help=N_("Take an acknowledgement back: calls go on"), action=Action.ACKNOWLEDGE)
async def unack(call: Call, room: Room) -> Reply:
    await room.do(Unacknowledge(ticket=about(call)), call)
    return await _done(call, room, N_("{ref} escalates again"))


@command("alert", "list", help=N_("What escalates now, and who has acknowledged it"), action=Action.ACKNOWLEDGE)
async def list_(call: Call, room: Room) -> Reply:
    """Of the tickets that the asker may see."""
    asker, reader = who_asks(call), room.reader(call)
    async with room.store.read() as work:
        found = await work.escalations.going_on(limit=_MOST)
        tickets: dict[TicketId, Ticket | None] = {one.ticket: await work.tickets.get(one.ticket) for one in found}
        names = await acknowledgers(found, work)
    shown = [
        (ticket, one)
        for one in found
        if (ticket := tickets[one.ticket]) is not None and may(Action.SEE, asker, ticket, room.desk, reader.now)
    ]
    return Reply(card=going_on_card(shown, names, room.desk, reader))


@command(
    "escalate",
    "",
    REF,
    Parameter(name="level", kind=ParameterKind.NUMBER, help=N_("The step of the escalation, from 1")),
    help=N_("Call the people of a level now"),
    action=Action.ACKNOWLEDGE,
    title=N_("Escalate"),
)
async def escalate(call: Call, room: Room) -> Reply:
    await room.do(Escalate(ticket=about(call), level=int(call.arguments["level"])), call)
    return await _done(call, room, N_("{ref}: the people of level {name} are called"), name=call.arguments["level"])


@command(
    "staff",
    "urgency",
    REF,
    Parameter(name="decision", kind=ParameterKind.DECISION, help=N_("Accept or decline")),
    help=N_("Decide whether what a student declared urgent is urgent"),
    action=Action.DECIDE_URGENCY,
    title=N_("Is it urgent?"),
)
async def urgency(call: Call, room: Room) -> Reply:
    granted = call.arguments["decision"] == Decision.ACCEPT
    await room.do(DecideUrgency(ticket=about(call), granted=granted), call)
    sentence = N_("{ref} is urgent") if granted else N_("{ref} is not urgent: its requester is told")
    return await _done(call, room, sentence)


async def _done(call: Call, room: Room, sentence: str, *, name: str = "") -> Reply:
    """With the ticket's card, except for a lead who is called about a ticket whose words are not theirs to read."""
    try:
        return await room.ticket_reply(about(call), call, sentence, name=name)
    except NoSuchTicket:
        words = room.reader(call).gettext(sentence).format(ref=ref_of(about(call)), name=name)
        return Reply(card=Card(title=words))


COMMANDS = (ack, unack, list_, escalate, urgency)
