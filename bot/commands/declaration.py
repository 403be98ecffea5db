"""How a slash command is declared: once, with its help, its parameters, its policy action and its handler."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.commands.room import Room
from core.errors import N_
from core.following import Following
from core.model.ids import FollowId, TicketId
from core.model.people import Person
from core.model.relation import Follow
from core.policy import Action
from core.vocabulary import Asks, Call, Parameter, ParameterKind, Reply, SlashCommand

Handler = Callable[[Call, Room], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Declared:
    command: SlashCommand
    handler: Handler


def command(
    noun: str,
    verb: str,
    *parameters: Parameter,
    help: str,
    action: Action,
    title: str = "",
    submit: str = "",
    asks: Asks = Asks.NEVER,
    menu: str = "",
    is_a_button: bool = False,
) -> Callable[[Handler], Declared]:
    """Declare the decorated handler as ``/noun verb``."""

    def declare(handler: Handler) -> Declared:
        declared = SlashCommand(
            noun=noun,
            verb=verb,
            help=help,
            action=action,
            parameters=parameters,
            title=title,
            submit=submit,
            asks=asks,
            menu=menu,
            is_a_button=is_a_button,
        )
        return Declared(declared, handler)

    return declare


def about(call: Call) -> TicketId:
    """The ticket that a call with a required ticket parameter is about: the grammar has seen to it."""
    if call.ticket is None:
        raise ValueError(f"{call.command.name} came without a ticket")
    return call.ticket


def who_asks(call: Call) -> Person:
    """Whoever calls a command is looked up before its handler runs."""
    if call.asker is None:
        raise ValueError(f"{call.command.name} came from nobody")
    return call.asker


FOLLOWED = Parameter(
    name="follow",
    kind=ParameterKind.NUMBER,
    help=N_("What is followed, where its ref is not for whoever follows it"),
    required=False,
    is_hidden=True,
)
"""The id of one of the caller's own follows."""


async def follow_named(call: Call, room: Room) -> Follow | None:
    """The caller's own that ``FOLLOWED`` names; None where they follow it no more."""
    follow = FollowId(int(call.arguments["follow"]))
    return await Following(room.store, room.desk, room.clock).find(follow, call.actor)


REF = Parameter(name="ref", kind=ParameterKind.TICKET, help=N_("The ticket, like T-12; in its thread, leave it out"))
