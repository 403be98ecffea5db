"""How a slash command is declared: once, with its help, its parameters, its policy action and its handler."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.commands.room import Room
from core.errors import N_
from core.limits import TooManyOf
from core.model.ids import TicketId
from core.model.people import Person
from core.policy import Action
from core.vocabulary import Asks, Call, Parameter, ParameterKind, Reply, SlashCommand

MOST_WORDS = 12
"""By which a list is narrowed."""

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
    asks: Asks = Asks.NEVER,
    menu: str = "",
) -> Callable[[Handler], Declared]:
    """Declare the decorated handler as ``/noun verb``."""

    def declare(handler: Handler) -> Declared:
        declared = SlashCommand(
            noun=noun, verb=verb, help=help, action=action, parameters=parameters, title=title, asks=asks, menu=menu
        )
        return Declared(declared, handler)

    return declare


def about(call: Call) -> TicketId:
    """The ticket that a call with a required ticket parameter is about: the grammar has seen to it."""
    if call.ticket is None:
        raise ValueError(f"{call.command.name} came without a ticket")
    return call.ticket


def words_of(call: Call) -> tuple[str, ...]:
    """Those that a list is narrowed by. Raises TooManyOf."""
    words = tuple(call.arguments.get("words", "").split())
    if len(words) > MOST_WORDS:
        raise TooManyOf(name=N_("words"), count=len(words), limit=MOST_WORDS)
    return words


def who_asks(call: Call) -> Person:
    """Whoever calls a command is looked up before its handler runs."""
    if call.asker is None:
        raise ValueError(f"{call.command.name} came from nobody")
    return call.asker


REF = Parameter(name="ref", kind=ParameterKind.TICKET, help=N_("The ticket, like T-12; in its thread, leave it out"))
