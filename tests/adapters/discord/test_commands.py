"""The vocabulary as Discord is told it."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any

import discord
import pytest
from discord import app_commands

from adapters.discord.answering.commands import Tree, fill, sync
from adapters.sql.store import SqlStore
from bot.desk import vocabulary_of
from core.errors import N_
from core.policy import Action
from core.vocabulary import Parameter, ParameterKind, SlashCommand, Vocabulary
from tests.fakes.discord import official, rules_commands
from tests.fakes.office import desk_of

VOCABULARY = vocabulary_of(desk_of())
LISTED = [command for command in VOCABULARY.commands if not command.is_a_button]
STRING, INTEGER, USER = 3, 4, 6


class Nobody:
    """Interactions that nobody has."""


class Declared(Tree):
    """A tree that keeps what it would declare; ``refusals``: what a server answers instead, once."""

    declared: list[tuple[int | None, list[dict[str, Any]]]]
    refusals: dict[int, Exception]

    async def sync(self, *, guild: discord.abc.Snowflake | None = None) -> list[app_commands.AppCommand]:
        where = None if guild is None else guild.id
        if where in self.refusals:
            raise self.refusals.pop(where)
        self.declared.append((where, payload(self, guild)))
        return []


def tree_of(vocabulary: Vocabulary = VOCABULARY, guilds: tuple[str, ...] = (), application: int = 1) -> Declared:
    client = discord.Client(intents=discord.Intents.none(), application_id=application)
    nobody: Any = Nobody()
    made = fill(Declared(client, nobody), nobody, vocabulary, guilds)
    made.declared, made.refusals = [], {}
    return made


def payload(tree: Tree, guild: discord.abc.Snowflake | None = None) -> list[dict[str, Any]]:
    kinds = discord.AppCommandType
    return [command.to_dict(tree) for kind in kinds for command in tree.get_commands(guild=guild, type=kind)]


def leaves(vocabulary: Vocabulary = VOCABULARY) -> Mapping[str, dict[str, Any]]:
    """Noun and verb -> the command or subcommand."""
    found = {}
    for top in payload(tree_of(vocabulary)):
        if top["type"] == 1:
            inner = [one for one in top["options"] if one["type"] == 1]
            found |= {f"{top['name']} {one['name']}": one for one in inner} or {top["name"]: top}
    return found


def option(name: str, command: str) -> dict[str, Any]:
    return next(one for one in leaves()[command]["options"] if one["name"] == name)


def test_every_command_is_declared_once_and_discord_takes_it_all() -> None:
    whole = payload(tree_of())
    rules_commands.check(whole)
    told = [{key: value for key, value in one.items() if key != "nsfw"} for one in whole]
    assert official.problems("PUT", "/applications/1/commands", {}, told) == []
    assert sorted(leaves()) == sorted(command.name.removeprefix("/") for command in LISTED)


def test_every_parameter_is_a_typed_option_and_the_required_come_first() -> None:
    for command in LISTED:
        options = leaves()[command.name.removeprefix("/")]["options"]
        assert sorted(one["name"] for one in options) == sorted(one.name for one in command.shown)
        required = [one["required"] for one in options]
        assert required == sorted(required, reverse=True)
    assert option("person", "ticket add") | {"description": ""} == {
        "type": USER,
        "name": "person",
        "description": "",
        "required": True,
    }
    number = option("number", "desk retry")
    assert (number["type"], number["min_value"]) == (INTEGER, 1)
    answer = option("answer", "ticket resolve")
    assert (answer["type"], answer["max_length"], answer["required"]) == (STRING, 6000, False)


def test_a_ticket_is_suggested_and_never_required_since_its_thread_says_it() -> None:
    for command in LISTED:
        for parameter in command.shown:
            declared = option(parameter.name, command.name.removeprefix("/"))
            if parameter.kind is ParameterKind.TICKET:
                assert declared["autocomplete"] and not declared["required"]
            elif parameter.kind in (ParameterKind.CATEGORY, ParameterKind.TEAM, ParameterKind.AGENT):
                assert declared["autocomplete"] and "choices" not in declared


def test_what_has_few_values_is_a_choice_of_them() -> None:
    assert [one["value"] for one in option("priority", "ticket priority")["choices"]] == [
        "low",
        "normal",
        "high",
        "urgent",
    ]
    assert [one["name"] for one in option("role", "desk role")["choices"]] == ["Agent", "Lead", "Admin"]


def test_the_staffs_and_the_admins_nouns_are_hidden_from_students() -> None:
    needed = {one["name"]: one["default_member_permissions"] for one in payload(tree_of())}
    assert needed["ticket"] is None and needed["help"] is None
    assert needed["queue"] == discord.Permissions(manage_threads=True).value
    assert needed["Tickets of this person"] == discord.Permissions(manage_threads=True).value
    assert needed["desk"] == discord.Permissions(manage_guild=True).value
    assert needed["Open a ticket from this"] is None


def test_nothing_is_offered_in_direct_messages() -> None:
    assert [one["name"] for one in payload(tree_of()) if one["dm_permission"]] == []


def test_menus_stand_at_messages_and_people() -> None:
    menus = {one["name"]: one["type"] for one in payload(tree_of()) if one["type"] != 1}
    assert menus == {"Tickets of this person": 2, "Open a ticket from this": 3, "Add to ticket": 3}


def test_words_that_are_too_long_are_fitted() -> None:
    talkative = SlashCommand(
        noun="ticket",
        verb="list",
        help=N_("word " * 40),
        action=Action.OPEN,
        parameters=(Parameter(name="words", kind=ParameterKind.TEXT, help=N_("word " * 40)),),
    )
    alone = SlashCommand(noun="ticket", verb="", help="Short", action=Action.OPEN)
    vocabulary = Vocabulary(commands=(talkative, alone), choices={})
    rules_commands.check(payload(tree_of(vocabulary)))
    assert sorted(leaves(vocabulary)) == ["ticket list", "ticket ticket"]


# --- sync ------------------------------------------------------------------------------------------------------------


class Told:
    def __init__(self) -> None:
        self.troubles: dict[str, str] = {}

    async def report(self, key: str, sentence: str) -> None:
        self.troubles[key] = sentence

    async def mended(self, key: str) -> None:
        self.troubles.pop(key, None)


@pytest.fixture
async def memory(sqlite_url: str) -> AsyncGenerator[SqlStore]:
    store = SqlStore(sqlite_url)
    yield store
    await store.close()


async def declare(tree: Declared, store: SqlStore, *guilds: str, told: Told | None = None, **more: Any) -> list[str]:
    told = told or Told()
    return await sync(tree, store, guilds, told.report, told.mended, **more)


def shorter() -> Vocabulary:
    return Vocabulary(commands=VOCABULARY.commands[1:], choices=VOCABULARY.choices)


async def test_commands_are_declared_once_and_again_when_they_changed(memory: SqlStore) -> None:
    assert await declare(tree_of(), memory) == ["global"]
    unchanged = tree_of()
    assert await declare(unchanged, memory) == []
    assert unchanged.declared == []
    assert await declare(tree_of(shorter()), memory) == ["global"]
    assert await declare(tree_of(shorter(), application=2), memory) == ["global"]


async def test_each_server_has_its_own_declaration(memory: SqlStore) -> None:
    tree = tree_of(guilds=("5", "6"))
    assert await declare(tree, memory, "5") == ["5"]
    assert await declare(tree, memory, "5", "6") == ["6"]
    assert [where for where, _ in tree.declared] == [5, 6]
    assert await declare(tree, memory, "5", "6", joined=["6"]) == ["6"]


async def test_what_was_declared_for_every_server_is_taken_back_where_servers_are_named(memory: SqlStore) -> None:
    await declare(tree_of(), memory)
    named = tree_of(guilds=("5",))
    await declare(named, memory, "5")
    assert [(where, len(sent) > 0) for where, sent in named.declared] == [(5, True), (None, False)]
    assert await declare(named, memory, "5") == []
    assert len(named.declared) == 2


class Answer:
    """An HTTP answer as discord.py's exceptions want it."""

    def __init__(self, status: int, reason: str) -> None:
        self.status = status
        self.reason = reason


async def test_a_server_that_refuses_is_reported_and_the_others_are_declared(memory: SqlStore) -> None:
    tree, told = tree_of(guilds=("5", "6")), Told()
    missing = {"code": 50001, "message": "Missing Access"}
    tree.refusals[5] = discord.Forbidden(Answer(403, "Forbidden"), missing)  # type: ignore[arg-type]
    assert await declare(tree, memory, "5", "6", told=told) == ["6"]
    assert list(told.troubles) == ["discord:commands:5"]
    assert "server 5" in told.troubles["discord:commands:5"]
    assert "applications.commands" in told.troubles["discord:commands:5"]
    assert await declare(tree, memory, "5", "6", told=told) == ["5"]
    assert told.troubles == {}


async def test_any_other_refusal_is_reported_with_its_reason(memory: SqlStore) -> None:
    tree, told = tree_of(), Told()
    unwell = {"code": 0, "message": "We are unwell"}
    tree.refusals[None] = discord.HTTPException(Answer(503, "Unavailable"), unwell)  # type: ignore[index, arg-type]
    assert await declare(tree, memory, told=told) == []
    assert "We are unwell" in told.troubles["discord:commands:global"]
