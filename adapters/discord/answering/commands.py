"""The vocabulary as Discord's application commands, and their declaration there.

A noun with verbs is a command with subcommands, a noun alone is a command. Discord knows no rights for a subcommand, so
what is hidden is a noun, from those who may not use most of it; the desk's own table still decides, and
a server's admins may change who sees what (Server Settings, Integrations). Commands are a server's: in a direct message
Discord knows no rights at all, and everybody would be shown the staff's.
"""

import hashlib
import inspect
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Optional, TypeVar

import discord
import structlog
from discord import app_commands

from adapters.discord.answering.interactions import Interactions
from adapters.discord.api.codes import Code
from adapters.discord.sending.troubles import Mended, Report
from adapters.discord.words import fit
from core import limits
from core.errors import N_
from core.model.ids import MAX_ID
from core.policy import TABLE
from core.storage import Store
from core.vocabulary import Parameter, ParameterKind, SlashCommand, Vocabulary

log = structlog.get_logger(__name__)

_T = TypeVar("_T", bound=app_commands.CommandTree[Any])

_DESCRIPTION = 100
_MENU_NAME = 32
_CHOICES = 25
_TYPED = 6000
"""Characters of an option. All four: https://discord.com/developers/docs/interactions/application-commands"""

_SUGGESTED = {
    ParameterKind.TICKET,
    ParameterKind.OTHER,
    ParameterKind.CATEGORY,
    ParameterKind.TEAM,
    ParameterKind.AGENT,
    ParameterKind.FAQ,
    ParameterKind.TAGS,
}
"""Suggested while one types: a desk may have more of them than the 25 that Discord can list."""


class Tree(app_commands.CommandTree[discord.Client]):
    """``interactions`` answers where Discord and this process know different commands."""

    def __init__(self, client: discord.Client, interactions: Interactions) -> None:
        super().__init__(client)
        self._interactions = interactions

    async def on_error(self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError, /) -> None:
        await self._interactions.unknown(interaction, error)


def build_tree(
    client: discord.Client, interactions: Interactions, vocabulary: Vocabulary, guilds: Sequence[str]
) -> Tree:
    """Every command and menu, for each of ``guilds``, or for every server there is where none is named."""
    return fill(Tree(client, interactions), interactions, vocabulary, guilds)


def fill(tree: _T, interactions: Interactions, vocabulary: Vocabulary, guilds: Sequence[str]) -> _T:
    homes = [discord.Object(int(guild)) for guild in guilds]
    for declared in (*commands_of(interactions, vocabulary), *menus_of(interactions, vocabulary)):
        if homes:
            tree.add_command(declared, guilds=homes)
        else:
            tree.add_command(declared)
    return tree


def commands_of(
    interactions: Interactions, vocabulary: Vocabulary
) -> list[app_commands.Command[Any, ..., Any] | app_commands.Group]:
    """One for each noun."""
    return [_noun(interactions, noun, vocabulary) for noun in vocabulary.nouns]


def menus_of(interactions: Interactions, vocabulary: Vocabulary) -> list[app_commands.ContextMenu]:
    """What the menus of a person and of a message offer under "Apps"."""
    of_people = [_person_menu(interactions, command) for command in vocabulary.commands if command.menu]
    return [*of_people, *_message_menus(interactions)]


def _noun(
    interactions: Interactions, noun: str, vocabulary: Vocabulary
) -> app_commands.Command[Any, ..., Any] | app_commands.Group:
    commands = [command for command in vocabulary.commands if command.noun == noun and not command.is_a_button]
    if [command.verb for command in commands] == [""]:
        alone = _command(interactions, commands[0], vocabulary, noun)
        alone.guild_only = True
        alone.default_permissions = _needed(commands)
        return alone
    group = app_commands.Group(
        name=noun,
        description=fit.one_line(", ".join(command.verb or noun for command in commands), _DESCRIPTION),
        guild_only=True,
        default_permissions=_needed(commands),
    )
    for command in commands:
        group.add_command(_command(interactions, command, vocabulary, command.verb or noun))
    return group


def _needed(commands: Sequence[SlashCommand]) -> discord.Permissions | None:
    """What Discord asks of whoever is shown them: the permission that comes nearest to the desk's role.

    Discord shows and hides all verbs of a noun at once, so a noun is for those who may use most of it.
    """
    rows = [TABLE[command.action] for command in commands]
    half = len(rows) / 2
    if sum(bool(requester) for requester, _agent, _lead, _admin in rows) > half:
        return None
    if sum(bool(agent or lead) for _requester, agent, lead, _admin in rows) > half:
        return discord.Permissions(manage_threads=True)
    return discord.Permissions(manage_guild=True)


def _command(
    interactions: Interactions, command: SlashCommand, vocabulary: Vocabulary, name: str
) -> app_commands.Command[Any, ..., Any]:
    async def run(interaction: discord.Interaction[Any], /, **given: Any) -> None:
        await interactions.command(interaction, command, given)

    options = [_option(parameter) for parameter in command.shown]
    run.__signature__ = inspect.Signature([_FIRST, *options])  # type: ignore[attr-defined] # what PEP 362 says to set
    app_commands.describe(**{p.name: fit.one_line(p.help, _DESCRIPTION) for p in command.shown})(run)
    app_commands.choices(**_choices(command, vocabulary))(run)
    app_commands.autocomplete(**_completions(interactions, command))(run)
    return app_commands.Command(name=name, description=fit.one_line(command.help, _DESCRIPTION), callback=run)


_FIRST = inspect.Parameter("interaction", inspect.Parameter.POSITIONAL_ONLY, annotation=discord.Interaction)


def _option(parameter: Parameter) -> inspect.Parameter:
    """discord.py puts those that are required first, as Discord wants them."""
    kind: Any = _type(parameter.kind)
    required = parameter.required and parameter.kind is not ParameterKind.TICKET
    return inspect.Parameter(
        parameter.name,
        inspect.Parameter.KEYWORD_ONLY,
        annotation=kind if required else Optional[kind],  # noqa: UP045 - "kind | None" is no annotation for a Range
        default=inspect.Parameter.empty if required else None,
    )


def _type(kind: ParameterKind) -> Any:
    match kind:
        case ParameterKind.PERSON:
            return discord.User
        case ParameterKind.NUMBER:
            return app_commands.Range[int, 1, MAX_ID]
        case ParameterKind.LINE:
            return app_commands.Range[str, 1, limits.TITLE]
        case ParameterKind.TEXT:
            return app_commands.Range[str, 1, min(_TYPED, limits.TEXT)]
        case ParameterKind.WORD | ParameterKind.TAGS:
            return app_commands.Range[str, 1, min(_TYPED, limits.TITLE)]
        case _:
            return str


def _choices(command: SlashCommand, vocabulary: Vocabulary) -> dict[str, list[app_commands.Choice[str]]]:
    return {
        parameter.name: [
            app_commands.Choice(name=fit.one_line(choice.label.capitalize(), _DESCRIPTION), value=choice.value)
            for choice in vocabulary.choices[parameter.kind][:_CHOICES]
        ]
        for parameter in command.shown
        if parameter.kind in vocabulary.choices and parameter.kind not in _SUGGESTED
    }


_Completion = Callable[[discord.Interaction[Any], str], Awaitable[list[app_commands.Choice[str]]]]


def _completions(interactions: Interactions, command: SlashCommand) -> dict[str, Any]:
    def completion(kind: ParameterKind) -> _Completion:
        async def complete(interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
            return await interactions.complete(interaction, kind, typed)

        return complete

    return {p.name: completion(p.kind) for p in command.shown if p.kind in _SUGGESTED}


def _person_menu(interactions: Interactions, command: SlashCommand) -> app_commands.ContextMenu:
    about = next(parameter.name for parameter in command.parameters if parameter.kind is ParameterKind.PERSON)

    async def run(interaction: discord.Interaction[Any], person: discord.User | discord.Member) -> None:
        await interactions.command(interaction, command, {about: person})

    return _menu(command.menu, run, _needed([command]))


def _message_menus(interactions: Interactions) -> list[app_commands.ContextMenu]:
    async def open_from(interaction: discord.Interaction[Any], message: discord.Message) -> None:
        await interactions.open_from(interaction, message)

    async def add_to(interaction: discord.Interaction[Any], message: discord.Message) -> None:
        await interactions.add_to_ticket(interaction, message)

    return [_menu(N_("Open a ticket from this"), open_from, None), _menu(N_("Add to ticket"), add_to, None)]


def _menu(name: str, run: Any, needed: discord.Permissions | None) -> app_commands.ContextMenu:
    menu = app_commands.ContextMenu(name=fit.one_line(name, _MENU_NAME), callback=run)
    menu.guild_only = True
    menu.default_permissions = needed
    return menu


async def sync(
    tree: app_commands.CommandTree[Any],
    store: Store,
    guilds: Sequence[str],
    report: Report,
    mended: Mended,
    *,
    joined: Sequence[str] = (),
) -> list[str]:
    """Declare the tree to Discord where it is not what was declared last; returns where it was.

    A server takes 200 new declarations a day, so a digest of the last one is kept for each. ``joined``: servers that
    the bot has just come to, where Discord may have dropped what the digest stands for. A server that refuses is
    reported, and the others are declared all the same. Raises Unavailable.
    """
    written: list[str] = []
    for guild in guilds or [""]:
        if await _declare(tree, store, guild, report, mended, anew=guild in joined):
            written.append(guild or _EVERYWHERE)
    if guilds and await _mark(store, _EVERYWHERE) is not None:
        # Declared for every server once: beside a server's own, each would be listed twice.
        await _declare(tree, store, "", report, mended, anew=False)
    return written


_EVERYWHERE = "global"


async def _declare(
    tree: app_commands.CommandTree[Any], store: Store, guild: str, report: Report, mended: Mended, *, anew: bool
) -> bool:
    home = discord.Object(int(guild)) if guild else None
    name = guild or _EVERYWHERE
    digest = digest_of(tree, home)
    if not anew and await _mark(store, name) == digest:
        return False
    key = f"discord:commands:{name}"
    try:
        await tree.sync(guild=home)
    except (discord.HTTPException, app_commands.AppCommandError) as refused:
        log.warning("discord_commands_refused", guild=name, why=str(refused))
        await report(key, _mend(guild, refused))
        return False
    async with store.write() as work:
        await work.marks.put(f"discord.commands.{name}", digest)
    await mended(key)
    return True


def digest_of(tree: app_commands.CommandTree[Any], home: discord.Object | None) -> str:
    """Of all that would be sent, and of the application that it is sent for."""
    payload = [
        command.to_dict(tree) for kind in discord.AppCommandType for command in tree.get_commands(guild=home, type=kind)
    ]
    whole = {"application": tree.client.application_id, "commands": payload}
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


async def _mark(store: Store, name: str) -> str | None:
    async with store.read() as work:
        return await work.marks.get(f"discord.commands.{name}")


def _mend(guild: str, refused: Exception) -> str:
    where = f"on the Discord server {guild}" if guild else "on Discord"
    if isinstance(refused, discord.HTTPException) and refused.code == Code.MISSING_ACCESS:
        return (
            f"The desk's commands could not be declared {where}: the bot is not there, or was invited without the "
            "scope applications.commands. Invite it again with the address that `threaddesk check` prints."
        )
    return (
        f"The desk's commands could not be declared {where}, so those of before are shown there: {refused}. "
        "It is tried again at the next start."
    )
