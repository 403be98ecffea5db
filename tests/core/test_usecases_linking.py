"""Linking: a code for one, typed by the other, makes the two one person; whatever is against it is said."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from core.commands import (
    Actor,
    EnrolDemoPerson,
    IssueLinkCode,
    RedeemLinkCode,
)
from core.errors import NotActive, NotAllowed, Refusal
from core.events import PersonLinked
from core.model.people import Identity, Platform, Standing
from core.storage import Outcome
from core.usecases.linking import (
    CODE_LIFE,
    MISSES,
    BothHave,
    ConfirmFirst,
    NotActiveThere,
    OfTheDemo,
    OwnCode,
    TooManyCodes,
    TwiceThere,
    WrongCode,
)
from tests.fakes.linking import AGENT, DISCORD, OTHER_SLACK, SLACK, People, both_plain, younger_has_an_account
from tests.fakes.office import MINUTE, OPERATOR, SYSTEM, Office


@pytest.fixture
def people(office: Office) -> People:
    groups = {(Platform.SLACK, "S1"): frozenset({AGENT})}
    office.use(replace(office.desk, group_grants=groups))
    return People(office)


@pytest.fixture
def any_people(any_office: Office) -> People:
    return People(any_office)


# --- the code --------------------------------------------------------------------------------------------------------


async def test_a_code_is_two_fives_of_letters_and_digits_that_nobody_takes_for_others(people: People) -> None:
    zoe = await people.arrive(DISCORD)
    codes = {await people.code(zoe) for _ in range(40)}
    assert len(codes) == 40
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}", code) for code in codes)


@pytest.mark.parametrize(
    "typed", ["{code}", "{lower}", "{plain}", "  {code}\t", "{spaced}", "{lookalike}"], ids=lambda shape: shape
)
async def test_a_code_is_read_however_it_is_typed(people: People, typed: str) -> None:
    discord, slack = await people.arrive(DISCORD), await people.arrive(SLACK)
    code = await people.code(discord)  # the fake keys count: it has zeros and ones
    shapes = {
        "code": code,
        "lower": code.lower(),
        "plain": code.replace("-", ""),
        "spaced": " ".join(code),
        "lookalike": code.replace("0", "o").replace("1", "l"),
    }
    assert (await people.type(typed.format(**shapes), slack)).person == discord.person


@pytest.mark.parametrize(
    "typed", ["", "-", "00000", "ABCDE-FGHJK", "😀" * 10, "\ud800", "x" * 10_000, "00000-0000 0-00"]
)
async def test_what_is_no_code_is_a_wrong_one(people: People, typed: str) -> None:
    await people.code(await people.arrive(DISCORD))
    with pytest.raises(WrongCode):
        await people.type(typed, await people.arrive(SLACK))


async def test_wrong_used_ended_and_late_codes_are_refused_in_the_same_words(people: People) -> None:
    discord, slack, third = [await people.arrive(one) for one in (DISCORD, SLACK, OTHER_SLACK)]
    ended = await people.code(discord)
    used = await people.code(discord)
    await people.type(used, slack)
    late = await people.code(discord)
    said = []
    for code in ("ABCDE-FGHJK", ended, used, late):
        people.office.clock.advance(CODE_LIFE if code == late else 0 * MINUTE)
        with pytest.raises(WrongCode) as refused:
            await people.type(code, third)
        said.append(refused.value.sentence())
    assert len(set(said)) == 1
    assert "10 minutes" in said[0]


async def test_a_code_counts_until_its_last_second(people: People) -> None:
    discord, slack = await people.arrive(DISCORD), await people.arrive(SLACK)
    code = await people.code(discord)
    people.office.clock.advance(CODE_LIFE - MINUTE / 60)
    assert (await people.type(code, slack)).person == discord.person


async def test_five_wrong_codes_and_then_a_wait_also_for_the_right_one(people: People) -> None:
    discord, slack, third = [await people.arrive(one) for one in (DISCORD, SLACK, OTHER_SLACK)]
    code = await people.code(discord)
    for _ in range(MISSES):
        with pytest.raises(WrongCode):
            await people.type("ABCDE-FGHJK", slack)
    people.office.clock.advance(4 * MINUTE)
    for typed in ("ABCDE-FGHJK", code):
        with pytest.raises(TooManyCodes, match="possible in 6 min"):
            await people.type(typed, slack)
    with pytest.raises(WrongCode):
        await people.type("ABCDE-FGHJK", third)  # whose tries are their own
    people.office.clock.advance(6 * MINUTE)
    assert (await people.type(await people.code(discord), slack)).person == discord.person


async def test_told_twice_a_code_is_not_told_again_and_stays_good(people: People) -> None:
    discord, slack = await people.arrive(DISCORD), await people.arrive(SLACK)
    once = replace(discord, inbound="interaction:1")
    first = await people.office.do(IssueLinkCode(), once)
    again = await people.office.do(IssueLinkCode(), once)
    assert (again.repeated, again.code) == (True, None)
    assert first.code is not None
    assert (await people.type(first.code, slack)).person == discord.person


async def test_told_twice_that_a_code_was_typed_is_answered_the_same_and_a_miss_counts_once(people: People) -> None:
    discord, slack = await people.arrive(DISCORD), await people.arrive(SLACK)
    wrong = replace(slack, inbound="interaction:1")
    with pytest.raises(WrongCode):
        await people.type("ABCDE-FGHJK", wrong)
    for _ in range(2 * MISSES):
        assert (await people.type("ABCDE-FGHJK", wrong)).person is None
    code, right = await people.code(discord), replace(slack, inbound="interaction:2")
    assert (await people.type(code, right)).person == discord.person
    before = await people.office.everything()
    assert (await people.type(code, right)).person == discord.person
    assert await people.office.everything() == before


async def test_of_two_who_type_one_code_at_once_one_is_linked(any_people: People) -> None:
    people = any_people
    discord, slack, third = [await people.arrive(one) for one in (DISCORD, SLACK, OTHER_SLACK)]
    code = await people.code(discord)
    came = await asyncio.gather(people.type(code, slack), people.type(code, third), return_exceptions=True)
    assert {type(one) for one in came} == {Outcome, WrongCode}
    assert len({(await people.now(one)).id for one in (discord, slack, third)}) == 2


async def test_a_code_sent_twice_and_codes_typed_crosswise_link_once(any_people: People) -> None:
    people = any_people
    discord, slack = await both_plain(people)
    codes = await people.code(discord), await people.code(slack)
    typing = [people.type(codes[0], slack), people.type(codes[0], slack), people.type(codes[1], discord)]
    came = await asyncio.gather(*typing, return_exceptions=True)
    assert [one.person for one in came if isinstance(one, Outcome)] == [discord.person]
    assert all(isinstance(one, Outcome | WrongCode | OwnCode) for one in came)
    assert {(await people.now(one)).id for one in (discord, slack)} == {discord.person}
    assert len(people.linked()) == 1


# --- who becomes whom ------------------------------------------------------------------------------------------------

Before = Callable[[People], Awaitable[tuple[Actor, Actor]]]


async def younger_has_a_confirmed_address(people: People) -> tuple[Actor, Actor]:
    discord, slack = await people.arrive(DISCORD), await people.later().arrive(SLACK)
    await people.change(slack, email="zoe@example.net", email_confirmed=True)
    return slack, discord


async def one_has_an_account_and_the_other_a_confirmed_address(people: People) -> tuple[Actor, Actor]:
    slack = await people.arrive(SLACK)
    await people.change(slack, email="zoe@example.net", email_confirmed=True)
    return await people.later().register(), slack


BEFORE = [
    both_plain,
    younger_has_an_account,
    younger_has_a_confirmed_address,
    one_has_an_account_and_the_other_a_confirmed_address,
]


@pytest.mark.parametrize("turned", [False, True], ids=["typed by the absorbed", "typed by the survivor"])
@pytest.mark.parametrize("before", BEFORE, ids=lambda before: before.__name__)
async def test_who_has_an_account_survives_else_a_confirmed_address_else_who_was_first(
    people: People, before: Before, turned: bool
) -> None:
    survivor, absorbed = await before(people)
    linked = await (people.link(absorbed, survivor) if turned else people.link(survivor, absorbed))
    assert linked == survivor.person
    assert await people.now(absorbed) == await people.now(survivor)
    assert people.events() == [PersonLinked(person=survivor.person, absorbed=absorbed.person)]


async def test_a_confirmed_address_is_kept_whosever_it_was(people: People) -> None:
    account, slack = await one_has_an_account_and_the_other_a_confirmed_address(people)
    await people.link(account, slack)
    assert (await people.now(account)).confirmed_address == "zoe@example.net"
    async with people.office.store.read() as work:
        holder = await work.people.by_email("zoe@example.net")
        signing_in = await work.people.account("zoe@example.org")
    assert holder is not None and signing_in is not None
    assert holder.id == signing_in.person == account.person


async def test_an_address_that_was_only_typed_stays_unconfirmed(people: People) -> None:
    account, slack = await younger_has_an_account(people)
    await people.link(account, slack)
    now = await people.now(slack)
    assert (now.email, now.email_confirmed, now.confirmed_address) == ("zoe@example.org", False, None)


async def test_three_platforms_become_one_person_one_after_the_other(people: People) -> None:
    discord, slack = await both_plain(people)
    account = await people.register()
    assert await people.link(discord, slack) == discord.person
    assert await people.link(account, slack) == account.person
    assert {(await people.now(one)).id for one in (discord, slack, account)} == {account.person}


# --- refused ---------------------------------------------------------------------------------------------------------


async def same_person(people: People) -> tuple[Actor, Actor]:
    zoe = await people.arrive(DISCORD)
    return zoe, zoe


async def two_accounts(people: People) -> tuple[Actor, Actor]:
    return await people.register("ann"), await people.register("bob")


async def two_confirmed_addresses(people: People) -> tuple[Actor, Actor]:
    slack = await people.arrive(SLACK)
    await people.change(slack, email="zoe@example.net", email_confirmed=True)
    return people.office.actor("sam"), slack


async def two_on_one_platform(people: People) -> tuple[Actor, Actor]:
    return await people.arrive(SLACK), await people.arrive(OTHER_SLACK)


async def staff(people: People) -> tuple[Actor, Actor]:
    return await people.arrive(SLACK, "Zoe Agent", groups=frozenset({"S1"})), await people.arrive(DISCORD)


REFUSED: list[tuple[Before, type[Refusal], str]] = [
    (same_person, OwnCode, "your own code"),
    (two_accounts, BothHave, "both have an account"),
    (two_confirmed_addresses, BothHave, "both have a confirmed address"),
    (two_on_one_platform, TwiceThere, "both on Slack"),
    (staff, ConfirmFirst, re.escape("Is Zoe Agent (Slack) you as well?")),
]


@pytest.mark.parametrize(("before", "why", "words"), REFUSED, ids=[before.__name__ for before, *_ in REFUSED])
async def test_what_forbids_it_is_said_and_nothing_is_linked(
    people: People, before: Before, why: type[Refusal], words: str
) -> None:
    owner, typist = await before(people)
    code = await people.code(owner)
    was = await people.now(owner), await people.now(typist)
    with pytest.raises(why, match=words):
        await people.type(code, typist, confirmed=why is not ConfirmFirst)
    assert (await people.now(owner), await people.now(typist)) == was
    assert people.linked() == []


@pytest.mark.parametrize("standing", [Standing.SUSPENDED, Standing.BLOCKED])
async def test_who_may_not_act_is_linked_to_nobody(people: People, standing: Standing) -> None:
    discord, slack = await both_plain(people)
    code, theirs = await people.code(discord), await people.code(slack)
    await people.change(discord, standing=standing)
    with pytest.raises(NotActiveThere, match=standing.value):
        await people.type(code, slack)
    for command in (IssueLinkCode(), RedeemLinkCode(code=theirs)):
        with pytest.raises(NotActive):
            await people.office.do(command, discord)


async def test_the_people_of_the_demo_are_linked_to_nobody(people: People) -> None:
    slack = await people.arrive(SLACK)
    enrolling = EnrolDemoPerson(
        identity=Identity(Platform.WEB, "demo", "student"), name="Sam", email="s@example.org", roles=()
    )
    outcome = await people.office.do(enrolling, SYSTEM)
    demo = Actor(person=outcome.person, door=Platform.WEB)
    code = await people.code(slack)
    for command in (IssueLinkCode(), RedeemLinkCode(code=code)):
        with pytest.raises(OfTheDemo):
            await people.office.do(command, demo)


@pytest.mark.parametrize("command", [IssueLinkCode(), RedeemLinkCode(code="ABCDE-FGHJK")])
@pytest.mark.parametrize("nobody", [OPERATOR, SYSTEM])
async def test_it_is_for_persons(people: People, command: object, nobody: Actor) -> None:
    with pytest.raises(NotAllowed):
        await people.office.do(command, nobody)


@pytest.mark.parametrize("turned", [False, True])
async def test_it_is_asked_whether_it_is_meant_and_then_done(people: People, turned: bool) -> None:
    agent, discord = await staff(people)
    owner, typist = (discord, agent) if turned else (agent, discord)
    code = await people.code(owner)
    with pytest.raises(ConfirmFirst):
        await people.type(code, typist, confirmed=False)
    assert (await people.type(code, typist)).person == agent.person
