"""Who somebody on Discord is to the desk, and how seldom it must be asked."""

from types import SimpleNamespace
from typing import Any

import discord

from adapters.discord.people import People, roles_of
from core.model.ids import PersonId
from core.model.people import Identity, Platform
from tests.adapters.discord.stage import BOT, GUILD, SAM, interaction, member, user


class Arrivals:
    """Keeps who arrived, in the order they came."""

    def __init__(self) -> None:
        self.seen: list[tuple[Identity, str, Any, Any]] = []

    async def arrive(self, identity: Identity, name: str, *, avatar_url: Any = None, groups: Any = None) -> PersonId:
        self.seen.append((identity, name, avatar_url, groups))
        return PersonId(int(identity.external_id))


STATE = discord.Client(intents=discord.Intents.all())._connection
STATE.user = discord.ClientUser(state=STATE, data=user(BOT))  # type: ignore[arg-type] # as READY tells it


def as_member(number: int = SAM, roles: tuple[int, ...] = (), **changes: Any) -> discord.Member:
    told = interaction(2, {}, number)
    told["member"] = member(number, roles) | changes
    found = discord.Interaction(data=told, state=STATE).user  # type: ignore[arg-type] # plain JSON
    assert isinstance(found, discord.Member)
    return found


def as_user(number: int = SAM) -> discord.User:
    return discord.User(state=STATE, data=user(number))  # type: ignore[arg-type] # plain JSON


async def test_a_member_arrives_with_the_name_picture_and_roles_of_the_server() -> None:
    desk = Arrivals()
    assert await People(desk).person(as_member(roles=(1, 2), nick="Sammy")) == SAM  # type: ignore[arg-type]
    identity, name, avatar_url, groups = desk.seen[0]
    assert identity == Identity(Platform.DISCORD, "", str(SAM))
    assert (name, groups) == ("Sammy", frozenset({"1", "2"}))
    assert avatar_url.startswith("https://cdn.discordapp.com/")


async def test_an_unchanged_person_is_asked_about_once_and_a_changed_one_again() -> None:
    desk = Arrivals()
    people = People(desk)  # type: ignore[arg-type] # the one method that is called
    for seen in (as_member(), as_member(), as_member(roles=(1,)), as_member(roles=(1,)), as_member(nick="Sammy")):
        await people.person(seen)
    assert [(name, groups) for _, name, _, groups in desk.seen] == [
        ("Sam Discord", frozenset()),
        ("Sam Discord", frozenset({"1"})),
        ("Sammy", frozenset()),
    ]
    people.forget(SAM)
    await people.person(as_member(nick="Sammy"))
    assert len(desk.seen) == 4


async def test_a_direct_message_takes_no_roles_and_no_name_from_a_member() -> None:
    desk = Arrivals()
    people = People(desk)  # type: ignore[arg-type] # the one method that is called
    await people.person(as_user())
    assert desk.seen[-1][3] is None
    await people.person(as_member(roles=(1,), nick="Sammy"))
    await people.person(as_user())
    assert len(desk.seen) == 2


def test_roles_count_on_every_server_that_the_bot_shares_with_the_person() -> None:
    here, there = as_member(roles=(1,)), SimpleNamespace(_roles=[7], guild=None)
    other = SimpleNamespace(id=GUILD + 1, get_member=lambda _id: there)
    stranger = SimpleNamespace(id=GUILD + 2, get_member=lambda _id: None)
    STATE._guilds.update({other.id: other, stranger.id: stranger})  # type: ignore[dict-item] # what is read of them
    try:
        assert roles_of(here) == frozenset({"1", "7"})
    finally:
        STATE._guilds.clear()
    assert roles_of(as_user()) is None


async def test_a_server_that_does_not_count_neither_gives_roles_nor_takes_them() -> None:
    desk = Arrivals()
    people = People(desk, {str(GUILD + 1)})  # type: ignore[arg-type] # the one method that is called
    await people.person(as_member(roles=(1,)))
    assert desk.seen[0][3] is None
    elsewhere = SimpleNamespace(id=GUILD + 3, get_member=lambda _id: SimpleNamespace(_roles=[7], guild=None))
    STATE._guilds[elsewhere.id] = elsewhere  # type: ignore[assignment] # what is read of it
    try:
        assert roles_of(as_member(roles=(1,)), {str(GUILD)}) == frozenset({"1"})
    finally:
        STATE._guilds.clear()
