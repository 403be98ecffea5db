"""Who people are to the desk: arriving, registering, and the roles that bot.toml, the operator and the demo give."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot import demo
from core.commands import (
    Arrive,
    ChangePassword,
    ClaimTicket,
    ClearTrouble,
    ConfirmEmail,
    DismissDemoPerson,
    EnrolDemoPerson,
    GrantRole,
    RegisterPerson,
    RetryDelivery,
    RevokeRoles,
    SignOut,
    SyncGrants,
)
from core.errors import Clash, EmailTaken, NoSuchDelivery, NoSuchPerson, NotAllowed, Refusal
from core.events import PasswordChanged, SignedOutEverywhere
from core.model.desk import Team
from core.model.ids import DeliveryId, PersonId
from core.model.outbox import DeliveryState
from core.model.people import Account, Grant, Identity, Person, Platform, Role, Session, Standing
from core.model.ticket import Priority
from tests.fakes.office import OPERATOR, SYSTEM, Office

HASH = "$argon2id$made-up"
DAY = timedelta(days=1)
ZOE = Identity(Platform.DISCORD, "guild", "42")


async def registered(office: Office, email: str, username: str = "Zoe") -> PersonId:
    outcome = await office.do(RegisterPerson(username=username, email=email, password_hash=HASH), OPERATOR)
    assert outcome.person is not None
    return outcome.person


async def person(office: Office, number: PersonId) -> Person:
    async with office.store.read() as work:
        found = await work.people.get(number)
    assert found is not None
    return found


async def roles(office: Office, number: PersonId) -> set[tuple[Role, str | None, str]]:
    return {(grant.role, grant.team, grant.source) for grant in (await person(office, number)).grants}


def with_teams(office: Office, **members: set[str]) -> None:
    """The desk started again with a bot.toml that names these."""
    teams = {key: Team(key=key, name=key, members=frozenset(members.get(key, ()))) for key in office.desk.teams}
    office.use(replace(office.desk, teams=teams))


# --- arriving --------------------------------------------------------------------------------------------------------


async def test_who_arrives_is_one_person_ever_after_and_a_changed_name_follows(office: Office) -> None:
    first = (await office.do(Arrive(identity=ZOE, name="  Zoe\n\u202eZ "), SYSTEM)).person
    assert first is not None
    assert (await person(office, first)).name == "Zoe Z"
    again = await office.do(Arrive(identity=ZOE, name="Zoe Zimmer"), SYSTEM)
    assert again.person == first
    assert (await person(office, first)).name == "Zoe Zimmer"
    assert (await person(office, first)).roles == {Role.REQUESTER}
    other = await office.do(Arrive(identity=replace(ZOE, realm="another guild"), name="Zoe"), SYSTEM)
    assert other.person != first


@pytest.mark.parametrize(("name", "kept"), [("", "42"), ("\u202e", "42"), ("x" * 300, "x" * 79 + "…")])
async def test_a_name_that_cannot_be_shown_is_made_fit(office: Office, name: str, kept: str) -> None:
    arrived = (await office.do(Arrive(identity=ZOE, name=name), SYSTEM)).person
    assert arrived is not None
    assert (await person(office, arrived)).name == kept


async def test_an_account_is_registered_with_an_address_that_gives_nothing_yet(office: Office) -> None:
    with_teams(office, academics={"zoe@example.com"})
    zoe = await registered(office, "zoe@example.com")
    found = await person(office, zoe)
    assert (found.name, found.email, found.email_confirmed, found.grants) == ("Zoe", "zoe@example.com", False, ())
    async with office.store.read() as work:
        account = await work.people.account("ZOE@example.com")
    assert account is not None and (account.person, account.password_hash) == (zoe, HASH)


@pytest.mark.parametrize(
    ("username", "email"), [("Other", "ZOE@example.com"), ("zoe", "other@example.com"), ("New", "asha@example.com")]
)
async def test_an_address_or_username_that_is_taken_is_refused(office: Office, username: str, email: str) -> None:
    await registered(office, "zoe@example.com")
    before = await office.everything()
    with pytest.raises(EmailTaken, match="There is an account with that email address or username already"):
        await registered(office, email, username)
    assert await office.everything() == before


@pytest.mark.parametrize(("username", "email"), [(" ", "z@x.org"), ("x" * 81, "z@x.org"), ("Zoe", " ")])
async def test_an_account_without_a_fit_name_or_address_is_refused(office: Office, username: str, email: str) -> None:
    with pytest.raises(Refusal, match=r"^The (username|email address) "):
        await registered(office, email, username)


@pytest.mark.parametrize("name", ["Asha Agent", "asha-agent", "ＡＳＨＡ  agent", "Student Support"])
async def test_nobody_registers_under_a_name_that_reads_like_the_staffs_or_the_desks(office: Office, name: str) -> None:
    with pytest.raises(Refusal, match="is a name that people here know the staff by"):
        await registered(office, "zoe@example.com", name)
    await registered(office, "zoe@example.com", "Sam Student")


# --- what bot.toml gives ---------------------------------------------------------------------------------------------


async def test_a_confirmed_address_brings_what_bot_toml_names_it_for(office: Office) -> None:
    with_teams(office, academics={"zoe@example.com"}, platform={"zoe@example.com"})
    zoe = await registered(office, "Zoe@Example.com")
    ticket = await office.open()
    with pytest.raises(Refusal, match="There is no ticket"):
        await office.engine.handle(ClaimTicket(ticket=ticket), replace(office.actor("sam"), person=zoe))
    await office.do(SyncGrants(), SYSTEM)
    assert await roles(office, zoe) == set()
    await office.do(ConfirmEmail(email="zoe@example.com"), OPERATOR)
    assert await roles(office, zoe) == {(Role.AGENT, "academics", "bot.toml"), (Role.AGENT, "platform", "bot.toml")}
    await office.engine.handle(ClaimTicket(ticket=ticket), replace(office.actor("sam"), person=zoe))


async def test_a_lead_is_named_too(office: Office) -> None:
    zoe = await registered(office, "zoe@example.com")
    team = Team(key="academics", name="Academics", lead="zoe@example.com")
    office.use(replace(office.desk, teams={"academics": team}))
    await office.do(ConfirmEmail(email="zoe@example.com"), OPERATOR)
    assert await roles(office, zoe) == {(Role.LEAD, "academics", "bot.toml")}
    assert (await person(office, zoe)).leads("academics")


async def test_confirming_twice_changes_nothing_more(office: Office) -> None:
    with_teams(office, academics={"zoe@example.com"})
    await registered(office, "zoe@example.com")
    await office.do(ConfirmEmail(email="zoe@example.com"), OPERATOR)
    before = await office.everything()
    await office.do(ConfirmEmail(email="zoe@example.com"), OPERATOR)
    assert await office.everything() == before
    with pytest.raises(NoSuchPerson, match=r"Nobody here is called “who@example\.com”"):
        await office.do(ConfirmEmail(email="who@example.com"), OPERATOR)


async def test_an_address_of_other_letters_that_fold_alike_brings_nothing(office: Office) -> None:
    with_teams(office, academics={"kay@example.com"})
    email = "\N{KELVIN SIGN}ay@example.com"
    async with office.store.write() as work:
        kelvin = await work.people.add("Not Kay", office.clock.now(), email=email, email_confirmed=True)
    await office.do(ConfirmEmail(email=email), OPERATOR)
    await office.do(SyncGrants(), SYSTEM)
    assert await roles(office, kelvin.id) == set()


async def test_leaving_bot_toml_takes_back_only_what_it_gave(office: Office) -> None:
    with_teams(office, academics={"zoe@example.com"}, platform={"zoe@example.com"})
    zoe = await registered(office, "zoe@example.com")
    await office.do(ConfirmEmail(email="zoe@example.com"), OPERATOR)
    await office.do(GrantRole(person=zoe, role=Role.AGENT, team="academics"), OPERATOR)
    with_teams(office, platform={"zoe@example.com"})
    await office.do(SyncGrants(), SYSTEM)
    assert await roles(office, zoe) == {(Role.AGENT, "platform", "bot.toml"), (Role.AGENT, "academics", "operator")}
    with_teams(office)
    await office.do(SyncGrants(), SYSTEM)
    assert await roles(office, zoe) == {(Role.AGENT, "academics", "operator")}


async def test_following_bot_toml_twice_changes_nothing(office: Office) -> None:
    await office.do(SyncGrants(), SYSTEM)
    assert (Role.AGENT, "academics", "bot.toml") in await roles(office, office.people["asha"])
    before = await office.everything()
    await office.do(SyncGrants(), SYSTEM)
    assert await office.everything() == before


# --- what the operator and admins give -------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["operator", "ada"])
async def test_a_role_is_given_and_taken_by_operator_and_admin(office: Office, by: str) -> None:
    actor, kim = OPERATOR if by == "operator" else office.actor(by), office.people["kim"]
    await office.do(GrantRole(person=kim, role=Role.LEAD), actor)
    assert await roles(office, kim) == {(Role.LEAD, None, "operator")}
    with pytest.raises(Refusal, match="Kim Other has that role already"):
        await office.do(GrantRole(person=kim, role=Role.LEAD), actor)
    await office.do(RevokeRoles(person=kim), actor)
    assert await roles(office, kim) == set()


async def test_nobody_is_given_to_be_a_requester_and_nobody_unknown_anything(office: Office) -> None:
    with pytest.raises(Refusal, match="has that role already"):
        await office.do(GrantRole(person=office.people["kim"], role=Role.REQUESTER), OPERATOR)
    for command in (GrantRole(person=PersonId(999), role=Role.LEAD), RevokeRoles(person=PersonId(999))):
        with pytest.raises(NoSuchPerson):
            await office.do(command, OPERATOR)


@pytest.mark.parametrize("who", ["sam", "asha", "lee"])
async def test_the_desk_is_administered_by_admins_and_the_operator(office: Office, who: str) -> None:
    for command in (
        GrantRole(person=office.people[who], role=Role.ADMIN),
        RevokeRoles(person=office.people["ada"], source="test"),
        ConfirmEmail(email="kim@example.com"),
        RetryDelivery(delivery=DeliveryId(1)),
        ClearTrouble(code="0123abcd"),
    ):
        with pytest.raises(NotAllowed, match="You may not administer the desk: an admin can"):
            await office.do(command, who)


async def test_what_the_desk_does_at_its_start_no_person_does(office: Office) -> None:
    for command in (
        SyncGrants(),
        EnrolDemoPerson(identity=ZOE, name="Zoe", email="zoe@example.com", roles=(Role.ADMIN,)),
        DismissDemoPerson(identity=ZOE),
    ):
        with pytest.raises(NotAllowed):
            await office.do(command, "ada")


async def test_who_waits_for_approval_claims_nothing(office: Office) -> None:
    ticket = await office.open("kim")
    waiting = Grant(Role.AGENT, "academics", "discord", approved=False)
    async with office.store.write() as work:
        await work.people.grant(office.people["kim"], waiting, office.clock.now())
    with pytest.raises(NotAllowed, match="You may not claim tickets"):
        await office.do(ClaimTicket(ticket=ticket), "kim")


async def test_what_is_done_to_people_is_written_down(office: Office) -> None:
    with_teams(office, academics={"zoe@example.com"})
    zoe = await registered(office, "zoe@example.com")
    await office.do(ConfirmEmail(email="zoe@example.com"), OPERATOR)
    await office.do(GrantRole(person=zoe, role=Role.ADMIN), OPERATOR)
    await office.do(RevokeRoles(person=zoe), OPERATOR)
    recorded = [record for told in office.told for record in told.records]
    assert [type(record.event).__name__ for record in recorded] == [
        *("PersonRegistered", "EmailConfirmed", "RoleGranted", "RoleGranted", "RoleRevoked")
    ]
    assert {(record.door, record.digest) for record in recorded} == {(Platform.OPERATOR, "")}


async def test_of_two_who_knew_one_password_the_first_changes_it(office: Office) -> None:
    sam = office.people["sam"]
    async with office.store.write() as work:
        await work.people.add_account(Account(sam, "sam", "sam@example.org", HASH))
        for digest in ("here", "there"):
            await work.people.add_session(Session(digest, sam, office.clock.now(), office.clock.now() + DAY))
    change = ChangePassword(was=HASH, password_hash="$argon2id$new", session="here")
    await office.do(change, "sam")
    with pytest.raises(Clash, match="was changed a moment ago"):
        await office.do(replace(change, password_hash="$argon2id$newer"), "sam")
    async with office.store.read() as work:
        account, left = await work.people.account_of(sam), await work.people.sessions_of(sam, office.clock.now())
    assert account is not None
    assert (account.password_hash, [one.token_digest for one in left]) == ("$argon2id$new", ["here"])
    recorded = [record.event for told in office.told for record in told.records]
    assert recorded == [PasswordChanged(person=sam)]
    assert "argon2" not in repr(change)


async def test_signing_out_everywhere_is_written_down_and_is_only_for_persons(office: Office) -> None:
    sam = office.people["sam"]
    await office.do(SignOut(), "sam")
    assert (await person(office, sam)).tokens_since == office.clock.now()
    assert [record.event for told in office.told for record in told.records] == [SignedOutEverywhere(person=sam)]
    for command in (SignOut(), ChangePassword(was=HASH, password_hash=HASH)):
        with pytest.raises(NotAllowed):
            await office.do(command, OPERATOR)


# --- the demo --------------------------------------------------------------------------------------------------------


async def test_the_demos_people_are_enrolled_once_and_dismissed_for_good(office: Office) -> None:
    cast = await demo.enrol(office.engine)
    assert await demo.enrol(office.engine) == cast
    assert set(cast) == {"student", "agent", "lead", "admin"}
    agent = await person(office, cast["agent"])
    assert (agent.email, agent.email_confirmed, agent.is_staff) == ("agent@example.com", True, True)
    await demo.dismiss(office.engine)
    for number in cast.values():
        gone = await person(office, number)
        assert (gone.email, gone.grants, gone.standing) == (None, (), Standing.BLOCKED)
    before = await office.everything()
    await demo.dismiss(office.engine)
    assert await office.everything() == before
    assert await demo.enrol(office.engine) == cast
    assert (await person(office, cast["admin"])).roles == {Role.REQUESTER, Role.ADMIN}


async def test_a_demo_leaves_a_real_persons_address_to_them(office: Office) -> None:
    real = await registered(office, "lead@example.com", "A real lead")
    cast = await demo.enrol(office.engine)
    assert (await person(office, cast["lead"])).email is None
    assert (await person(office, real)).email == "lead@example.com"


async def test_dismissing_who_never_was_does_nothing(office: Office) -> None:
    before = await office.everything()
    await demo.dismiss(office.engine)
    assert await office.everything() == before


# --- deliveries ------------------------------------------------------------------------------------------------------


async def test_a_delivery_that_was_given_up_is_tried_again_by_an_admin(office: Office) -> None:
    await office.open(priority=Priority.URGENT)
    now = office.clock.now()
    async with office.store.write() as work:
        lost = (await work.outbox.lease(now, owner="me", until=now + timedelta(minutes=1), limit=1))[0]
        await work.outbox.give_up(lost.id, "me", state=DeliveryState.DEAD, reason="gone", at=now)
    await office.do(RetryDelivery(delivery=lost.id), "ada")
    async with office.store.read() as work:
        again = await work.outbox.get(lost.id)
    assert again is not None and (again.state, again.attempts) == (DeliveryState.PENDING, 0)
    assert [type(record.event).__name__ for record in office.told[-1].records] == ["DeliveryRetried"]


async def test_only_what_was_given_up_can_be_tried_again(office: Office) -> None:
    await office.open(priority=Priority.URGENT)
    pending = (await office.owed())[0].id
    for number in (pending, DeliveryId(999)):
        with pytest.raises(NoSuchDelivery, match=f"There is no failed delivery {number}"):
            await office.do(RetryDelivery(delivery=number), OPERATOR)
