"""Persons: found by every name they go by, granted what somebody gave them, signed in for a time."""

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.sql.store import SqlStore
from core.errors import Conflict, EmailTaken
from core.model.duty import Duty, DutyState
from core.model.ids import PersonId
from core.model.people import Account, Grant, Identity, Person, Platform, Role, Session, Standing
from tests.contract.samples import MINUTE, NOW, a_person

HOUR = timedelta(hours=1)


async def test_a_person_comes_back_as_added_and_as_saved(store: SqlStore) -> None:
    async with store.write() as work:
        added = await work.people.add("Ann ‘Özil’ 你好", NOW, email="Ann@Example.org", email_confirmed=True)
        plain = await work.people.add("Bob", NOW)
    assert added == Person(
        id=added.id, name="Ann ‘Özil’ 你好", email="Ann@Example.org", email_confirmed=True, created_at=NOW
    )
    changed = replace(
        plain,
        name="Robert",
        email="bob@example.org",
        email_confirmed=True,
        language="de",
        time_zone="Europe/Berlin",
        avatar_url="https://cdn.example.org/a.png?size=128",
        standing=Standing.SUSPENDED,
    )
    async with store.write() as work:
        await work.people.save(changed)
    async with store.read() as work:
        assert await work.people.get(added.id) == added
        assert await work.people.get(plain.id, lock=False) == changed
        assert await work.people.get(PersonId(4711)) is None
        assert await work.people.named([added.id, plain.id, added.id, PersonId(4711)]) == {
            added.id: added.name,
            plain.id: "Robert",
        }
        assert await work.people.named([]) == {}


async def test_an_email_address_is_one_persons_whatever_its_case_and_the_unit_goes_on(store: SqlStore) -> None:
    async with store.write() as work:
        ann = await a_person(work, email="Ann@Example.org")
        bob = await a_person(work, "Bob", email="bob@example.org")
        with pytest.raises(EmailTaken):
            await a_person(work, "Eve", email="ann@EXAMPLE.org")
        with pytest.raises(EmailTaken):
            await work.people.save(replace(bob, email="ANN@example.org"))
        await work.people.save(replace(ann, email="ANN@example.org"))
    async with store.read() as work:
        assert [person.name for person in await work.people.everybody()] == ["Ann", "Bob"]
        found = await work.people.by_email("ann@example.ORG")
        assert found is not None
        assert (found.id, found.email) == (ann.id, "ANN@example.org")
        assert await work.people.by_email("nobody@example.org") is None


@pytest.mark.parametrize(
    ("one", "other"), [("k@example.org", "\u212a@example.org"), ("strasse@example.org", "straße@example.org")]
)
async def test_addresses_that_only_unicode_takes_for_the_same_are_two_peoples(
    store: SqlStore, one: str, other: str
) -> None:
    async with store.write() as work:
        await a_person(work, email=one)
        assert await work.people.by_email(other) is None
        await a_person(work, "Other", email=other)


async def test_people_are_found_by_display_name_or_username_whatever_the_case(store: SqlStore) -> None:
    async with store.write() as work:
        ann = await a_person(work, "Ánn Straße")
        bob = await a_person(work, "Bob")
        await work.people.add_account(Account(bob.id, "ánn strasse", "bob@example.org", "hash"))
        for _ in range(12):
            await a_person(work, "Twin")
        assert [person.id for person in await work.people.by_name("A\u0301NN STRASSE")] == [ann.id, bob.id]
        assert len(await work.people.by_name("twin")) == 10
        assert await work.people.by_name("Nobody") == []
        assert await work.people.by_name("a\x00b\ud800%_") == []


async def test_an_identity_leads_to_its_person_and_to_no_second_one(store: SqlStore) -> None:
    discord = Identity(Platform.DISCORD, "guild", "42")
    async with store.write() as work:
        ann, bob = await a_person(work), await a_person(work, "Bob")
        await work.people.bind(ann.id, discord)
        await work.people.bind(ann.id, discord)
        await work.people.bind(bob.id, replace(discord, realm="other guild"))
        with pytest.raises(Conflict):
            await work.people.bind(bob.id, discord)
        assert await work.people.by_identity(discord) == ann
        assert await work.people.by_identity(replace(discord, realm="other guild")) == bob
        assert await work.people.by_identity(replace(discord, external_id="43")) is None


async def test_people_are_found_by_what_a_platform_calls_them_there_and_nowhere_else(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob, eve = [(await a_person(work, name)).id for name in ("Ann", "Bob", "Eve")]
        await work.people.bind(ann, Identity(Platform.DISCORD, "guild", "1"))
        await work.people.bind(bob, Identity(Platform.DISCORD, "guild", "2"))
        await work.people.bind(eve, Identity(Platform.DISCORD, "other guild", "3"))
        await work.people.bind(eve, Identity(Platform.SLACK, "guild", "4"))
        asked = ["1", "2", "3", "4", "5", "1"]
        assert await work.people.by_external(Platform.DISCORD, "guild", asked) == {"1": ann, "2": bob}
        assert await work.people.by_external(Platform.DISCORD, "other guild", asked) == {"3": eve}
        assert await work.people.by_external(Platform.DISCORD, "guild", []) == {}
        assert await work.people.external_ids([ann, eve, bob, ann], Platform.DISCORD) == {ann: "1", bob: "2", eve: "3"}
        assert await work.people.external_ids([ann, eve], Platform.SLACK) == {eve: "4"}
        assert await work.people.external_ids([], Platform.DISCORD) == {}


async def test_a_person_of_several_realms_has_the_name_of_the_first(store: SqlStore) -> None:
    async with store.write() as work:
        ann = (await a_person(work)).id
        for realm, external_id in (("b", "1"), ("a", "9"), ("c", "2")):
            await work.people.bind(ann, Identity(Platform.DISCORD, realm, external_id))
        assert await work.people.external_ids([ann], Platform.DISCORD) == {ann: "9"}


async def test_a_whole_company_is_asked_for_at_once(store: SqlStore) -> None:
    async with store.write() as work:
        ann = (await a_person(work)).id
        await work.people.bind(ann, Identity(Platform.DISCORD, "guild", "39999"))
        members = [str(number) for number in range(40_000)]
        assert await work.people.by_external(Platform.DISCORD, "guild", members) == {"39999": ann}


async def test_everybody_is_read_page_by_page(store: SqlStore) -> None:
    async with store.write() as work:
        made = [await a_person(work, f"Person {n}") for n in range(5)]
        first = await work.people.everybody(limit=3)
        assert first == made[:3]
        assert await work.people.everybody(after=first[-1].id, limit=3) == made[3:]


async def test_a_grant_is_kept_once_per_source_and_taken_back_with_its_source(store: SqlStore) -> None:
    agent = Grant(Role.AGENT, "helpdesk", "operator")
    everywhere = Grant(Role.AGENT, None, "operator")
    by_file = Grant(Role.AGENT, "helpdesk", "bot.toml")
    async with store.write() as work:
        ann = (await a_person(work)).id
        assert await work.people.grant(ann, agent, NOW)
        assert not await work.people.grant(ann, agent, NOW + MINUTE)
        assert await work.people.grant(ann, everywhere, NOW)
        assert await work.people.grant(ann, by_file, NOW)
        found = await work.people.get(ann)
        assert found is not None
        assert found.grants == (agent, everywhere, by_file)
        assert await work.people.revoke(ann, "operator") == [agent, everywhere]
        assert await work.people.revoke(ann, "operator") == []
        found = await work.people.get(ann)
        assert found is not None
        assert found.grants == (by_file,)


async def test_a_grant_that_waited_for_approval_is_approved_by_granting_it_again(store: SqlStore) -> None:
    waiting = Grant(Role.AGENT, "helpdesk", "operator", approved=False)
    async with store.write() as work:
        ann = (await a_person(work)).id
        assert await work.people.grant(ann, waiting, NOW)
        assert await work.people.staff() == []
        assert await work.people.grant(ann, replace(waiting, approved=True), NOW)
        [person] = await work.people.staff()
        assert person.grants == (replace(waiting, approved=True),)


async def test_staff_are_those_with_an_approved_staff_role_each_once(store: SqlStore) -> None:
    async with store.write() as work:
        people = [await a_person(work, name) for name in ("Ann", "Bob", "Eve", "Kim")]
        await work.people.grant(people[0].id, Grant(Role.AGENT, "helpdesk"), NOW)
        await work.people.grant(people[0].id, Grant(Role.LEAD, "helpdesk", "bot.toml"), NOW)
        await work.people.grant(people[1].id, Grant(Role.REQUESTER), NOW)
        await work.people.grant(people[2].id, Grant(Role.ADMIN, approved=False), NOW)
        await work.people.grant(people[3].id, Grant(Role.ADMIN, source="bot.toml"), NOW)
        assert [person.name for person in await work.people.staff()] == ["Ann", "Kim"]
        assert [person.name for person in await work.people.granted_by("bot.toml")] == ["Ann", "Kim"]
        assert [person.name for person in await work.people.granted_by("operator")] == ["Ann", "Bob", "Eve"]


async def test_a_source_that_ends_in_a_colon_stands_for_all_that_begin_so(store: SqlStore) -> None:
    async with store.write() as work:
        sources = {"Ann": "discord:1", "Bob": "discord:2", "Eve": "discord", "Kim": "Discord:3", "Lea": "slack:1"}
        for name, source in sources.items():
            person = await a_person(work, name)
            await work.people.grant(person.id, Grant(Role.AGENT, None, source), NOW)
            await work.people.grant(person.id, Grant(Role.LEAD, None, "operator"), NOW)
        found = await work.people.granted_by("discord:")
        assert [person.name for person in found] == ["Ann", "Bob"]
        assert found[0].grants == (Grant(Role.AGENT, None, "discord:1"), Grant(Role.LEAD, None, "operator"))
        assert [person.name for person in await work.people.granted_by("discord:2")] == ["Bob"]
        assert await work.people.granted_by("disc") == []
        assert await work.people.granted_by("%:") == []


async def test_an_account_is_found_by_its_address_and_neither_address_nor_username_is_given_twice(
    store: SqlStore,
) -> None:
    async with store.write() as work:
        ann, bob = (await a_person(work)).id, (await a_person(work, "Bob")).id
        account = Account(ann, "Ann", "Ann@example.org", "$argon2id$…")
        await work.people.add_account(account)
        assert await work.people.account("ann@EXAMPLE.org") == account
        assert await work.people.account("bob@example.org") is None
        with pytest.raises(EmailTaken):
            await work.people.add_account(Account(bob, "bob", "ANN@example.org", "hash"))
        with pytest.raises(EmailTaken):
            await work.people.add_account(Account(bob, "ANN", "bob@example.org", "hash"))
        await work.people.add_account(Account(bob, "bob", "bob@example.org", "hash"))


async def test_a_session_lasts_until_it_is_over_or_ended(store: SqlStore) -> None:
    async with store.write() as work:
        ann = (await a_person(work)).id
        short, long = (Session(f"digest {n}", ann, NOW, NOW + n * MINUTE) for n in (1, 2))
        await work.people.add_session(short)
        await work.people.add_session(long)
        assert await work.people.session("digest 1", NOW) == short
        assert await work.people.session("digest 1", NOW + MINUTE) is None
        assert await work.people.session("digest 3", NOW) is None
        assert await work.people.end_expired_sessions(NOW + MINUTE) == 1
        assert await work.people.session("digest 2", NOW) == long
        await work.people.end_session("digest 2")
        assert await work.people.session("digest 2", NOW) is None


async def test_ones_sessions_are_listed_as_they_were_seen_last_and_ended_but_for_one(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob = (await a_person(work)).id, (await a_person(work, "Bob")).id
        for n in range(3):
            await work.people.add_session(Session(f"digest {n}", ann, NOW + n * MINUTE, NOW + HOUR, "Firefox on Linux"))
        await work.people.add_session(Session("over", ann, NOW, NOW + MINUTE))
        await work.people.add_session(Session("bob's", bob, NOW, NOW + HOUR))
        await work.people.see_session("digest 0", NOW + 5 * MINUTE, "192.0.2.7")
        listed = await work.people.sessions_of(ann, NOW + MINUTE)
        assert [one.token_digest for one in listed] == ["digest 0", "digest 2", "digest 1"]
        assert (listed[0].seen_at, listed[0].address) == (NOW + 5 * MINUTE, "192.0.2.7")
        assert (listed[1].browser, listed[1].address, listed[1].seen_at) == ("Firefox on Linux", "", None)
        await work.people.sign_out(ann, NOW + HOUR / 2, but="digest 1")
        assert [one.token_digest for one in await work.people.sessions_of(ann, NOW)] == ["digest 1"]
        assert [one.token_digest for one in await work.people.sessions_of(bob, NOW)] == ["bob's"]
        await work.people.sign_out(bob, NOW, but=None)
        assert await work.people.sessions_of(bob, NOW) == []
        found = [await work.people.get(person) for person in (ann, bob)]
        assert [one and one.tokens_since for one in found] == [NOW + HOUR / 2, NOW]


async def test_a_password_is_replaced_by_whoever_knew_the_one_before(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob = (await a_person(work)).id, (await a_person(work, "Bob")).id
        for person, name in ((ann, "ann"), (bob, "bob")):
            await work.people.add_account(Account(person, name, f"{name}@example.org", "first"))
        assert await work.people.set_password(ann, was="first", password_hash="second")
        assert not await work.people.set_password(ann, was="first", password_hash="third")
        hashes = [await work.people.account_of(person) for person in (ann, bob)]
        assert [one and one.password_hash for one in hashes] == ["second", "first"]
        assert await work.people.account_of(PersonId(999)) is None


async def test_people_are_found_by_words_of_their_name_or_address(store: SqlStore) -> None:
    async with store.write() as work:
        ann = await work.people.add("Änn Lee", NOW, email="ann_1@example.com")
        bob = await work.people.add("Bob 100% Lee", NOW)

        async def found(*words: str) -> list[PersonId]:
            return [person.id for person in await work.people.everybody(words=words)]

        assert await found() == [ann.id, bob.id]
        assert await found("lee") == [ann.id, bob.id]
        assert await found("LEE", "änn") == [ann.id]
        assert await found("ANN_1@") == [ann.id]
        assert await found("%") == [bob.id]
        assert await found("_") == [ann.id]
        assert await found("nobody") == []
        assert [p.id for p in await work.people.everybody(words=("lee",), after=ann.id, limit=5)] == [bob.id]


async def test_it_is_told_where_people_are_known_and_whose_roles_wait(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob, eve = [(await work.people.add(name, NOW)).id for name in ("Ann", "Bob", "Eve")]
        await work.people.bind(ann, Identity(Platform.SLACK, "T1", "U1"))
        await work.people.bind(ann, Identity(Platform.SLACK, "T2", "U1"))
        await work.people.bind(ann, Identity(Platform.DISCORD, "", "1"))
        await work.people.add_account(Account(bob, "bob", "bob@example.com", "hash"))
        await work.people.grant(eve, Grant(Role.AGENT, "it", "form", approved=False), NOW)
        await work.people.grant(bob, Grant(Role.AGENT, "it"), NOW)
        assert await work.people.platforms([ann, bob, eve]) == {
            ann: [Platform.DISCORD, Platform.SLACK],
            bob: [Platform.WEB],
        }
        assert await work.people.platforms([]) == {}
        assert [person.id for person in await work.people.unapproved()] == [eve]


async def test_duty_and_capacity_are_set_apart_from_the_rest_of_a_person(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob = [await work.people.add(name, NOW) for name in ("Ann", "Bob")]
    away = Duty(state=DutyState.AWAY, since=NOW)
    available = Duty(state=DutyState.AVAILABLE, since=NOW, until=NOW + timedelta(hours=3))
    async with store.write() as work:
        await work.people.set_duty(ann.id, away)
        await work.people.set_capacity(ann.id, 7)
        await work.people.save(replace(ann, name="Anna"))
        assert await work.people.get(ann.id) == replace(ann, name="Anna", duty=away, capacity=7)
        await work.people.set_duty(ann.id, available)
        await work.people.set_capacity(ann.id, None)
        assert await work.people.get(ann.id) == replace(ann, name="Anna", duty=available)
        assert await work.people.get(bob.id) == bob
