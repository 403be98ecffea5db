"""Becoming somebody else by a link: an address, a guess, a code that was overheard, what a door remembers."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import MetaData, select

from bot.clock import SecretKeys
from bot.commands.room import person_called
from core.commands import Actor, GrantRole, IssueLinkCode, RedeemLinkCode, SyncGrants
from core.engine import Engine
from core.errors import NoSuchTicket, NotAllowed, Refusal
from core.model.desk import Team
from core.model.people import Grant, Identity, Platform, Role
from core.policy import Action, may_in_general
from core.storage import Outcome
from core.usecases.linking import MISSES, ConfirmFirst, TooManyCodes, TwiceThere, WrongCode
from core.vocabulary import View
from tests.fakes.front import Front, shown
from tests.fakes.linking import AGENT, DISCORD, OTHER_SLACK, SLACK, People
from tests.fakes.office import MINUTE, OPERATOR, SYSTEM, Office


@pytest.fixture
def people(office: Office) -> People:
    """On a desk whose bot.toml names an agent by their address, and a group of Slack's."""
    team = Team(key="academics", name="Academics", members=frozenset({"asha@example.com"}))
    groups = {(Platform.SLACK, "S1"): frozenset({AGENT})}
    office.use(replace(office.desk, teams={**office.desk.teams, "academics": team}, group_grants=groups))
    return People(office)


@pytest.mark.parametrize("name", ["asha@example.com", "Asha Agent", "asha@example.com (3)", "ＡＳＨＡ@example.com"])
async def test_a_profile_with_somebodys_confirmed_address_gives_nothing_of_theirs(people: People, name: str) -> None:
    """Whoever runs a workspace writes any address into a profile. The one thing that a door does with it is a hint."""
    office = people.office
    secret = await office.open("asha", title="A secret of asha's")
    mallory = await people.arrive(SLACK, name)
    assert await office.reading.has_account_at("asha@example.com", mallory)
    await office.do(SyncGrants(), SYSTEM)
    again = await people.now(await people.arrive(SLACK, name))
    assert (again.id, again.grants, again.confirmed_address, again.email) == (mallory.person, (), None, None)
    assert again.id != office.people["asha"]
    assert not may_in_general(Action.CLAIM, again)
    with pytest.raises(NoSuchTicket):
        await office.reading.ticket(secret, mallory)
    assert await office.reading.list(View.MINE, mallory, None, 50) == []
    async with office.store.read() as work:
        assert (await person_called("asha@example.com", work)).id == office.people["asha"]


async def test_an_address_that_was_merely_registered_is_confirmed_by_no_profile(people: People) -> None:
    registered = await people.register("zoe")
    slack = await people.arrive(SLACK, "zoe@example.org")
    assert not await people.office.reading.has_account_at("zoe@example.org", slack)
    assert not (await people.now(registered)).email_confirmed
    assert await people.link(registered, slack) == registered.person
    assert (await people.now(slack)).confirmed_address is None


async def test_a_code_that_was_typed_where_others_read_it_is_worth_nothing_to_them(people: People) -> None:
    """Whatever came of it: it was refused, or there is a question yet to be answered."""
    agent = await people.arrive(SLACK, groups=frozenset({"S1"}))
    discord, onlooker = await people.arrive(DISCORD), await people.arrive(Identity(Platform.DISCORD, "", "66"), "Eve")
    for typist, refusal in ((agent, Refusal), (await people.arrive(OTHER_SLACK), TwiceThere), (discord, ConfirmFirst)):
        code = await people.code(agent)
        with pytest.raises(refusal):
            await people.type(code, typist, confirmed=False)
        for confirmed in (False, True):
            with pytest.raises(WrongCode):
                await people.type(code, onlooker, confirmed=confirmed)
        people.office.clock.advance(10 * MINUTE)
    assert (await people.now(onlooker)).grants == ()
    assert people.linked() == []


async def test_an_agent_who_is_talked_into_typing_a_code_is_told_first_whose_it_is(people: People) -> None:
    front = Front(people.office)
    agent = await people.arrive(SLACK, groups=frozenset({"S1"}))
    mallory = await people.arrive(DISCORD, "Mallory")
    reply = await front.desk.type(f"/link {await people.code(mallory)}", agent)
    card = shown(reply)
    assert card.title == "Is Mallory (Discord) you as well?"
    assert "If somebody else gave you that code" in card.body.plain()
    assert people.linked() == []
    assert (await people.now(mallory)).grants == ()


async def test_guessing_ends_after_a_few_tries_however_they_are_sent(people: People) -> None:
    discord, mallory = await people.arrive(DISCORD), await people.arrive(SLACK, "Mallory")
    code = await people.code(discord)
    tries = [people.type(f"00000-0000{letter}", mallory) for letter in "23456789ABCDEFGHJK"]
    came = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(one) for one in came].count(WrongCode) == MISSES
    assert [type(one) for one in came].count(TooManyCodes) == len(tries) - MISSES
    with pytest.raises(TooManyCodes):
        await people.type(code, mallory)


async def test_a_code_has_fifty_bits_of_the_secret_source(people: People) -> None:
    office, zoe = people.office, await people.arrive(DISCORD)
    engine = Engine(office.store, office.desk, office.clock, SecretKeys())
    codes = [(await engine.handle(IssueLinkCode(), zoe)).code or "" for _ in range(120)]
    assert len(set(codes)) == len(codes)
    for place in (0, 1, 2, 3, 4, 6, 7, 8, 9, 10):
        assert len({code[place] for code in codes}) > 24, "each place has 32 letters to be"


async def test_a_code_is_kept_nowhere_and_told_to_one(people: People) -> None:
    office, front = people.office, Front(people.office)
    discord, slack = await people.arrive(DISCORD), await people.arrive(SLACK)
    once = replace(discord, inbound="interaction:1")
    reply = await front.desk.type("/link", once)
    code = shown(reply).title.removeprefix("Your code is ")
    assert reply.shared is None and reply.ticket is None
    with pytest.raises(Refusal, match="given your code already") as again:
        await front.desk.type("/link", once)
    said = [str(again.value), repr(again.value), repr(RedeemLinkCode(code=code)), repr(Outcome(code=code))]
    with pytest.raises(TwiceThere) as refused:
        await people.type(code, await people.arrive(Identity(Platform.DISCORD, "", "66")))
    said += [str(refused.value), repr(refused.value.values)]
    code = shown(await front.desk.type("/link", discord)).title.removeprefix("Your code is ")
    await front.desk.type(f"/link {code}", replace(slack, inbound="interaction:2"))
    said += [await written_down(office), *(repr(told) for told in office.told)]
    for kept in said:
        assert code not in kept and code.replace("-", "") not in kept


async def written_down(office: Office) -> str:
    """Everything that the database holds."""
    async with office.store.read() as work:
        connection, tables = work.connection, MetaData()
        await connection.run_sync(lambda synchronous: tables.reflect(synchronous))
        return repr([(await connection.execute(select(table))).all() for table in tables.sorted_tables])


async def test_what_a_door_remembers_of_the_absorbed_gives_no_right_that_the_survivor_has_not(people: People) -> None:
    office = people.office
    discord, slack = await people.arrive(DISCORD), await people.arrive(SLACK, groups=frozenset({"S1"}))
    assert await people.link(discord, slack) == discord.person
    await people.arrive(SLACK, groups=frozenset())  # who left the group since
    assert slack.person is not None
    for command in (GrantRole(person=slack.person, role=Role.LEAD), GrantRole(person=slack.person, role=Role.ADMIN)):
        with pytest.raises(NotAllowed):
            await office.do(command, slack)
    with pytest.raises(NotAllowed):
        await office.reading.list(View.QUEUE, slack, None, 50)
    await office.do(GrantRole(person=slack.person, role=Role.LEAD), OPERATOR)
    assert (await people.now(discord)).grants == (Grant(Role.LEAD),)
    async with office.store.read() as work:
        everybody = [*await work.people.staff(), *await work.people.everybody()]
    assert slack.person not in {person.id for person in everybody}


async def test_who_was_absorbed_does_not_come_back_by_arriving_again(people: People) -> None:
    discord, slack = await people.arrive(DISCORD), await people.arrive(SLACK)
    await people.link(discord, slack)
    before = (await people.office.everything())["people"]
    assert (await people.arrive(SLACK, "Somebody new")).person == discord.person
    assert (await people.office.everything())["people"] == before


@pytest.mark.parametrize("door", [Platform.SYSTEM, Platform.OPERATOR])
async def test_nobody_links_in_the_name_of_the_desk(people: People, door: Platform) -> None:
    code = await people.code(await people.arrive(DISCORD))
    with pytest.raises(NotAllowed):
        await people.type(code, Actor(person=None, door=door))
