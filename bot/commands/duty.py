"""/agent, and what is answered to an offer: who works when, who carries what, and who takes what they are asked to."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.commands.declaration import REF, about, command, who_asks
from bot.commands.room import Room
from bot.commands.until import parse_until
from core.attendance import AHEAD, duty_of, had_by, loads, teams_of, turns_of
from core.cards.duty import (
    available_card,
    away_card,
    by_shifts_card,
    capacity_card,
    duty_card,
    handed_over_card,
    load_card,
    names_in,
)
from core.commands import AcceptOffer, HandOver, PassOffer, SetCapacity, SetDuty
from core.errors import N_, BadArgument, Clash
from core.model.desk import Team
from core.model.duty import DutyState
from core.model.ids import PersonId, TicketId, ref_of
from core.model.ticket import Ticket
from core.policy import Action
from core.rules.duty import AVAILABLE_AT_MOST
from core.vocabulary import Call, Parameter, ParameterKind, Reply

_MOST_WAITING = 1_000

_UNTIL = Parameter(
    name="until",
    kind=ParameterKind.LINE,
    help=N_("17:30, 2h, tomorrow, mon 09:00, 2026-12-01 09:00"),
    required=False,
)
_AGENT = Parameter(
    name="agent",
    kind=ParameterKind.AGENT,
    help=N_("For a lead: whose, by email address or the name shown. Typed first, as agent:asha@example.org"),
    required=False,
)
_TEAM = Parameter(name="team", kind=ParameterKind.TEAM, help=N_("Only this team's"), required=False)


@command(
    "agent",
    "available",
    _UNTIL,
    _AGENT,
    help=N_("Be on duty from now on, for 12 hours or until you say"),
    action=Action.OWN_DUTY,
)
async def available(call: Call, room: Room) -> Reply:
    until, agent = _until(call, room), await _whose(call, room)
    await room.do(SetDuty(person=agent, state=DutyState.AVAILABLE, until=until), call)
    serving = agent if agent is not None else who_asks(call).id
    async with room.store.read() as work:
        person = await work.people.get(serving)
        served = [key for key in room.desk.teams if person is not None and person.serves(key)]
        waiting = await work.workload.waiting(served, limit=_MOST_WAITING)
    ends = until or room.clock.now() + AVAILABLE_AT_MOST
    return Reply(card=available_card(await _name(agent, room), ends, len(waiting), room.reader(call)))


@command(
    "agent",
    "away",
    _UNTIL,
    _AGENT,
    help=N_("Be asked to take nothing more, until then or until you are available again"),
    action=Action.OWN_DUTY,
)
async def away(call: Call, room: Room) -> Reply:
    until, agent = _until(call, room), await _whose(call, room)
    await room.do(SetDuty(person=agent, state=DutyState.AWAY, until=until), call)
    mine = await _mine(call, room) if agent is None else []
    return Reply(card=away_card(await _name(agent, room), until, mine, room.desk, room.reader(call)))


@command(
    "agent",
    "auto",
    _AGENT,
    help=N_("Be on duty as your shifts say again, whatever you said before"),
    action=Action.OWN_DUTY,
)
async def auto(call: Call, room: Room) -> Reply:
    agent = await _whose(call, room)
    outcome = await room.do(SetDuty(person=agent, state=None), call)
    async with room.store.read() as work:
        person = await work.people.get(outcome.person) if outcome.person is not None else None
    turns = turns_of(person, room.desk, room.clock.now()) if person is not None else ()
    return Reply(card=by_shifts_card(await _name(agent, room), turns, room.reader(call)))


@command(
    "agent",
    "handover",
    Parameter(
        name="ref", kind=ParameterKind.TICKET, help=N_("The ticket, like T-12; all of yours without"), required=False
    ),
    help=N_("Put a ticket of yours back for the next to have, or all of them"),
    action=Action.UNASSIGN,
)
async def handover(call: Call, room: Room) -> Reply:
    """Each is a command of its own: one that somebody took meanwhile stops no other."""
    if call.ticket is not None:
        await room.do(HandOver(ticket=call.ticket), call)
        done = [call.ticket]
    else:
        done = [ticket.id for ticket in await _mine(call, room) if await _handed(ticket.id, call, room)]
    async with room.store.read() as work:
        found = [ticket for one in done if (ticket := await work.tickets.get(one)) is not None]
        names = await work.people.named(names_in(found))
        left = await had_by(who_asks(call), room.desk, work)
    return Reply(card=handed_over_card(found, names, len(left), room.desk, room.reader(call)), ticket=call.ticket)


async def _handed(ticket: TicketId, call: Call, room: Room) -> bool:
    inbound = f"{call.actor.inbound}#{ref_of(ticket)}" if call.actor.inbound is not None else None
    try:
        await room.engine.handle(HandOver(ticket=ticket), replace(call.actor, inbound=inbound))
    except Clash:
        return False
    return True


@command(
    "agent",
    "load",
    _TEAM,
    help=N_("What each agent carries, and until when they are there"),
    action=Action.SEE_DUTY,
)
async def load(call: Call, room: Room) -> Reply:
    now = room.clock.now()
    async with room.store.read() as work:
        views = {team.key: await loads(team, room.desk, now, work) for team in _teams(call, room)}
    return Reply(card=load_card(views, room.desk, room.reader(call)))


@command("agent", "duty", _TEAM, help=N_("Who is on duty, who is next, and when nobody is"), action=Action.SEE_DUTY)
async def duty(call: Call, room: Room) -> Reply:
    now = room.clock.now()
    async with room.store.read() as work:
        views = [await duty_of(team, room.desk, now, work) for team in _teams(call, room)]
    return Reply(card=duty_card(views, AHEAD.days, room.reader(call)))


@command(
    "agent",
    "capacity",
    Parameter(
        name="capacity",
        kind=ParameterKind.WORD,
        help=N_("A number, where a ticket of normal priority counts 1; or the word team, for what the team's carry"),
    ),
    _AGENT,
    help=N_("How much you carry at most"),
    action=Action.OWN_DUTY,
)
async def capacity(call: Call, room: Room) -> Reply:
    words = call.arguments["capacity"].strip().casefold()
    if not (words == "team" or (words.isascii() and words.isdecimal() and len(words) <= 6)):
        raise BadArgument(
            name="capacity", problem=N_("a number is wanted, or the word team."), usage=call.command.usage
        )
    wanted, agent = None if words == "team" else int(words), await _whose(call, room)
    await room.do(SetCapacity(person=agent, capacity=wanted), call)
    return Reply(card=capacity_card(await _name(agent, room), wanted, room.reader(call)))


@command("ticket", "accept", REF, help=N_("Take a ticket that you are asked to take"), action=Action.CLAIM)
async def accept(call: Call, room: Room) -> Reply:
    await room.do(AcceptOffer(ticket=about(call)), call)
    return await room.ticket_reply(about(call), call, N_("{ref} is yours"))


@command("ticket", "pass", REF, help=N_("Let somebody else take what you are asked to take"), action=Action.CLAIM)
async def pass_(call: Call, room: Room) -> Reply:
    await room.do(PassOffer(ticket=about(call)), call)
    return await room.ticket_reply(about(call), call, N_("You passed {ref} on"))


def _until(call: Call, room: Room) -> datetime | None:
    words = call.arguments.get("until")
    return parse_until(words, room.clock.now(), room.reader(call).zone) if words else None


async def _whose(call: Call, room: Room) -> PersonId | None:
    """Whom a lead means; None: the asker."""
    if "agent" not in call.arguments and "agent" not in call.people:
        return None
    found = await room.find_person("agent", call)
    return None if found == who_asks(call).id else found


async def _name(agent: PersonId | None, room: Room) -> str | None:
    return None if agent is None else await room.name_of(agent)


async def _mine(call: Call, room: Room) -> Sequence[Ticket]:
    async with room.store.read() as work:
        return await had_by(who_asks(call), room.desk, work)


def _teams(call: Call, room: Room) -> Sequence[Team]:
    chosen = room.desk.teams.get(call.arguments.get("team", ""))
    return [chosen] if chosen is not None else teams_of(who_asks(call), room.desk)


COMMANDS = (available, away, auto, handover, load, duty, capacity, accept, pass_)
