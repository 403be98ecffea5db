"""Roles that a platform's groups give: given on arrival, taken back when the group is left, no other grant touched."""

from dataclasses import replace

import pytest

from core.commands import Arrive, Depart, GrantRole, RevokeRoles
from core.errors import NotAllowed
from core.model.ids import PersonId
from core.model.people import Grant, Identity, Person, Platform, Role, Standing
from core.policy import Action, may_in_general
from tests.fakes.office import OPERATOR, SYSTEM, Office

DISCORD = Platform.DISCORD
ZOE = Identity(DISCORD, "", "42")
AGENT = Grant(Role.AGENT, "academics", "discord:1")
LEAD = Grant(Role.LEAD, "academics", "discord:2")
BOTH = (Grant(Role.AGENT, "platform", "discord:3"), Grant(Role.LEAD, "platform", "discord:3"))
ON_SLACK = Grant(Role.ADMIN, None, "slack:1")


@pytest.fixture
async def office(office: Office) -> Office:
    """Whose bot.toml names three groups of Discord's, and one of Slack's."""
    groups = {
        (DISCORD, "1"): frozenset({AGENT}),
        (DISCORD, "2"): frozenset({LEAD}),
        (DISCORD, "3"): frozenset(BOTH),
        (Platform.SLACK, "1"): frozenset({ON_SLACK}),
    }
    office.use(replace(office.desk, group_grants=groups))
    return office


async def arrive(office: Office, *groups: str, told: bool = True, **more: str) -> Person:
    given = frozenset(groups) if told else None
    arriving = Arrive(identity=ZOE, groups=given, **{"name": "Zoe", **more})
    outcome = await office.do(arriving, replace(SYSTEM, door=DISCORD))
    return await person(office, outcome.person)


async def person(office: Office, number: PersonId | None) -> Person:
    assert number is not None
    async with office.store.read() as work:
        found = await work.people.get(number)
    assert found is not None
    return found


def given(found: Person) -> set[Grant]:
    return set(found.grants)


@pytest.mark.parametrize(
    ("groups", "grants"),
    [
        ((), set()),
        (("9",), set()),
        (("1",), {AGENT}),
        (("1", "9"), {AGENT}),
        (("1", "2"), {AGENT, LEAD}),
        (("3",), set(BOTH)),
        (("1", "2", "3"), {AGENT, LEAD, *BOTH}),
    ],
)
async def test_a_group_gives_what_bot_toml_says_and_no_other_gives_anything(
    office: Office, groups: tuple[str, ...], grants: set[Grant]
) -> None:
    assert given(await arrive(office, *groups)) == grants


@pytest.mark.parametrize(
    ("before", "after", "grants"),
    [
        (("1", "2"), ("1",), {AGENT}),
        (("1",), ("2",), {LEAD}),
        (("1", "3"), (), set()),
        (("3",), ("1", "3"), {AGENT, *BOTH}),
    ],
)
async def test_a_group_that_was_left_takes_back_what_it_gave(
    office: Office, before: tuple[str, ...], after: tuple[str, ...], grants: set[Grant]
) -> None:
    await arrive(office, *before)
    assert given(await arrive(office, *after)) == grants


async def test_what_did_not_change_is_not_written_again(office: Office) -> None:
    await arrive(office, "1", "3")
    before = await office.everything()
    await arrive(office, "3", "1")
    assert await office.everything() == before


async def test_a_door_that_does_not_know_the_groups_takes_nothing_back(office: Office) -> None:
    await arrive(office, "1")
    assert given(await arrive(office, told=False)) == {AGENT}


async def test_groups_give_and_take_back_only_their_own(office: Office) -> None:
    zoe = await arrive(office, "1")
    others = (Grant(Role.AGENT, "academics", "operator"), Grant(Role.LEAD, "platform", "bot.toml"), ON_SLACK)
    for grant in others:
        await office.do(GrantRole(person=zoe.id, role=grant.role, team=grant.team, source=grant.source), OPERATOR)
    assert given(await arrive(office)) == set(others)
    await arrive(office, "1")
    await office.do(RevokeRoles(person=zoe.id), OPERATOR)
    assert given(await person(office, zoe.id)) == {AGENT, *others[1:]}


async def test_what_a_group_gives_follows_bot_toml(office: Office) -> None:
    await arrive(office, "3")
    changed = Grant(Role.AGENT, "academics", "discord:3")
    office.use(replace(office.desk, group_grants={(DISCORD, "3"): frozenset({changed, BOTH[0]})}))
    assert given(await arrive(office, "3")) == {changed, BOTH[0]}
    office.use(replace(office.desk, group_grants={}))
    assert given(await arrive(office, "3")) == set()


async def test_who_leaves_the_platform_keeps_what_others_gave(office: Office) -> None:
    zoe = await arrive(office, "1", "3")
    await office.do(GrantRole(person=zoe.id, role=Role.ADMIN), OPERATOR)
    outcome = await office.do(Depart(identity=ZOE), SYSTEM)
    assert outcome.person == zoe.id
    assert given(await person(office, zoe.id)) == {Grant(Role.ADMIN)}


async def test_the_departure_of_a_stranger_is_nothing(office: Office) -> None:
    before = await office.everything()
    assert (await office.do(Depart(identity=ZOE), SYSTEM)).person is None
    assert await office.everything() == before


async def test_what_groups_gave_and_took_is_written_down(office: Office) -> None:
    for groups in (("1", "2"), ("2",), ()):
        await arrive(office, *groups)
    events = [record.event for told in office.told for record in told.records]
    assert [(type(event).__name__, getattr(event, "source", "")) for event in events] == [
        ("PersonRegistered", ""),
        ("RoleGranted", "discord:1"),
        ("RoleGranted", "discord:2"),
        ("RoleRevoked", "discord:1"),
        ("RoleRevoked", "discord:2"),
    ]


@pytest.mark.parametrize("standing", [Standing.SUSPENDED, Standing.BLOCKED])
async def test_who_is_blocked_stays_blocked_in_whatever_group(office: Office, standing: Standing) -> None:
    zoe = await arrive(office)
    async with office.store.write() as work:
        await work.people.save(replace(zoe, standing=standing))
    again = await arrive(office, "1", name="Zoe again")
    assert (again.id, again.name, again.standing) == (zoe.id, "Zoe again", standing)
    assert not may_in_general(Action.CLAIM, again)


@pytest.mark.parametrize(
    ("arriving", "name", "avatar"),
    [
        ({"name": "Zoe", "avatar_url": "https://cdn.example.org/a.png"}, "Zoe", "https://cdn.example.org/a.png"),
        ({"name": "Zoë", "avatar_url": "https://cdn.example.org/b.png"}, "Zoë", "https://cdn.example.org/b.png"),
        ({"name": "Zoë"}, "Zoë", "https://cdn.example.org/a.png"),
    ],
)
async def test_a_name_and_a_picture_are_followed_and_a_door_without_pictures_leaves_it(
    office: Office, arriving: dict[str, str], name: str, avatar: str
) -> None:
    first = await arrive(office, avatar_url="https://cdn.example.org/a.png")
    again = await arrive(office, **arriving)
    assert (again.id, again.name, again.avatar_url) == (first.id, name, avatar)


async def test_a_new_name_leaves_an_address_and_its_confirmation_as_they_were(office: Office) -> None:
    zoe = await arrive(office)
    async with office.store.write() as work:
        await work.people.save(replace(zoe, email="zoe@example.com", email_confirmed=True, language="hi"))
    again = await arrive(office, name="Zoë")
    assert (again.email, again.email_confirmed, again.language) == ("zoe@example.com", True, "hi")


async def test_nobody_but_the_desk_says_that_somebody_left(office: Office) -> None:
    await arrive(office, "1")
    for who in ("sam", "ada"):
        with pytest.raises(NotAllowed):
            await office.do(Depart(identity=ZOE), who)
