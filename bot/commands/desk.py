"""/help and /desk: what is about the desk and not about one ticket."""

from bot.commands.declaration import command, who_asks
from bot.commands.lists import queue
from bot.commands.room import Room
from core.cards.answers import failures_card, help_card, panel_card, people_card, persons_addressed
from core.cards.card import Card
from core.commands import ClearTrouble, GrantRole, RetryDelivery
from core.composing import reader_of
from core.errors import N_, BadField, BadInput
from core.model.ids import DeliveryId
from core.model.people import Role
from core.policy import Action
from core.vocabulary import Call, Parameter, ParameterKind, Reply


class NotHere(BadInput):
    template = N_("A panel is for a channel on a chat platform: use /desk panel there.")


class NoSuchWord(BadField):
    template = N_("“{word}” begins none of your commands. Those that do: {words}.")


@command(
    "help",
    "",
    Parameter(
        name="word", kind=ParameterKind.WORD, help=N_("The first word of some commands, like ticket"), required=False
    ),
    help=N_("What you can do here"),
    action=Action.OPEN,
)
async def help_(call: Call, room: Room) -> Reply:
    commands = room.commands_for(who_asks(call))
    word = call.arguments.get("word", "").removeprefix("/").casefold()
    if word:
        every = dict.fromkeys(command.noun for command in commands)
        if word not in every:
            raise NoSuchWord(word=word, words=", ".join(every))
        commands = [command for command in commands if command.noun == word]
    return Reply(card=help_card(commands, room.desk.name, room.reader(call)))


@command("desk", "people", help=N_("Everybody, with their roles"), action=Action.ADMINISTER)
async def people(call: Call, room: Room) -> Reply:
    async with room.store.read() as work:
        everybody = await work.people.everybody(limit=100)
    return Reply(card=people_card(everybody, room.reader(call)))


@command(
    "desk",
    "role",
    Parameter(name="role", kind=ParameterKind.ROLE, help=N_("The role to give")),
    Parameter(name="person", kind=ParameterKind.PERSON, help=N_("Their email address, or the name shown")),
    help=N_("Give somebody a role for every team"),
    action=Action.ADMINISTER,
)
async def role(call: Call, room: Room) -> Reply:
    person = await room.find_person("person", call)
    await room.do(GrantRole(person=person, role=Role(call.arguments["role"])), call)
    return await people.handler(call, room)


@command("desk", "failures", help=N_("What could not be delivered, and why"), action=Action.ADMINISTER)
async def failures(call: Call, room: Room) -> Reply:
    async with room.store.read() as work:
        troubles = await work.troubles.all()
        given_up, struggling = await work.outbox.given_up(), await work.outbox.struggling()
        names = await work.people.named(persons_addressed([*given_up, *struggling]))
    return Reply(card=failures_card(troubles, given_up, struggling, names, room.reader(call)))


@command(
    "desk",
    "retry",
    Parameter(name="number", kind=ParameterKind.NUMBER, help=N_("The number that /desk failures shows")),
    help=N_("Try a failed delivery again"),
    action=Action.ADMINISTER,
)
async def retry(call: Call, room: Room) -> Reply:
    await room.do(RetryDelivery(delivery=DeliveryId(int(call.arguments["number"]))), call)
    return await failures.handler(call, room)


@command(
    "desk",
    "clear",
    Parameter(name="code", kind=ParameterKind.WORD, help=N_("The letters that /desk failures says to type")),
    help=N_("Let go of what is in the way and only you can know to be over"),
    action=Action.ADMINISTER,
)
async def clear(call: Call, room: Room) -> Reply:
    await room.do(ClearTrouble(code=call.arguments["code"]), call)
    return await failures.handler(call, room)


@command("desk", "panel", help=N_("Post a message here with a button that opens a ticket"), action=Action.ADMINISTER)
async def panel(call: Call, room: Room) -> Reply:
    if not call.actor.door.keeps_copies:
        raise NotHere
    reader, everybody = room.reader(call), reader_of(None, room.desk, room.clock.now())
    return Reply(
        card=Card(title=reader.gettext("The panel is posted here")),
        shared=panel_card(room.desk, everybody),
    )


COMMANDS = (queue, help_, people, role, failures, retry, clear, panel)
