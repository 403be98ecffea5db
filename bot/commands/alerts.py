"""/alert, /escalate and /staff urgency: what is done about a ticket that cannot wait."""

from collections.abc import Sequence

from bot.commands.declaration import REF, about, command, who_asks
from bot.commands.room import Room
from core.cards.calls import going_on_card
from core.cards.card import Card
from core.commands import Acknowledge, DecideUrgency, Escalate, Unacknowledge
from core.errors import N_, NoSuchTicket
from core.escalating import acknowledgers
from core.model.escalation import Escalation
from core.model.ids import EscalationId, ref_of
from core.model.people import Person
from core.model.ticket import Ticket
from core.policy import Action, may
from core.storage import UnitOfWork
from core.vocabulary import Call, Decision, Parameter, ParameterKind, Reply

_MOST = 50
"""Escalations in a list, and of those that are looked through at a time."""
_STILL_ASKED = {
    True: N_("{ref} is in your hands: nobody else is called. You are still asked to take it"),
    False: N_("{ref} is in your hands: nobody else is called. {name} is still asked to take it"),
}
"""By whether it is offered to whoever acknowledged it: an offer goes on until somebody takes the ticket."""


@command(
    "alert", "ack", REF, help=N_("Acknowledge: you have it in hand, nobody else is called"), action=Action.ACKNOWLEDGE
)
async def ack(call: Call, room: Room) -> Reply:
    await room.do(Acknowledge(ticket=about(call)), call)
    async with room.store.read() as work:
        ticket = await work.tickets.get(about(call))
    asked = ticket.offered_to if ticket is not None else None
    if asked is None or ticket is None or not may(Action.SEE, who_asks(call), ticket, room.desk, room.clock.now()):
        return await _done(call, room, N_("{ref} is in your hands: nobody else is called"))
    return await _done(call, room, _STILL_ASKED[asked == who_asks(call).id], name=await room.name_of(asked))


@command("alert", "unack", REF, help=N_("Take an acknowledgement back: calls go on"), action=Action.ACKNOWLEDGE)
async def unack(call: Call, room: Room) -> Reply:
    await room.do(Unacknowledge(ticket=about(call)), call)
    return await _done(call, room, N_("{ref} escalates again"))


@command("alert", "list", help=N_("What escalates now, and who has acknowledged it"), action=Action.SEE_ALERTS)
async def list_(call: Call, room: Room) -> Reply:
    """Of the tickets that the asker may see, the first begun first."""
    reader = room.reader(call)
    async with room.store.read() as work:
        shown = await _going_on(who_asks(call), room, work)
        names = await acknowledgers([escalation for _, escalation in shown], work)
    return Reply(card=going_on_card(shown, names, room.desk, reader))


async def _going_on(asker: Person, room: Room, work: UnitOfWork) -> Sequence[tuple[Ticket, Escalation]]:
    """As many as a list shows: what the asker may not see takes nobody's place."""
    shown: list[tuple[Ticket, Escalation]] = []
    after: EscalationId | None = None
    while len(shown) < _MOST and (found := await work.escalations.going_on(after=after, limit=_MOST)):
        for escalation in found:
            ticket = await work.tickets.get(escalation.ticket)
            if ticket is not None and may(Action.SEE, asker, ticket, room.desk, room.clock.now()):
                shown.append((ticket, escalation))
        after = found[-1].id
    return shown[:_MOST]


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
