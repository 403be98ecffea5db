"""What comes along when two persons become one: tickets, roles, words, what is on its way; and what stays as it was."""

from dataclasses import replace

import pytest

from core.commands import (
    AddParticipant,
    AssignTicket,
    ClaimTicket,
    Depart,
    EditMessage,
    FollowTicket,
    GrantRole,
    PostMessage,
    SaveDraft,
)
from core.events import PersonLinked, RoleGranted, digest
from core.model.duty import Duty, DutyState
from core.model.outbox import Intent, ToPerson
from core.model.people import Grant, Platform, Role
from core.model.thread import Audience, MessageKind
from core.ports import Parcel
from core.text import Text
from core.vocabulary import View
from tests.fakes.linking import AGENT, DISCORD, SLACK, People, a_ticket, both_plain, younger_has_an_account
from tests.fakes.office import MINUTE, OPERATOR, SYSTEM, Office


@pytest.fixture
def people(office: Office) -> People:
    groups = {(Platform.SLACK, "S1"): frozenset({AGENT})}
    office.use(replace(office.desk, group_grants=groups))
    return People(office)


@pytest.fixture
def any_people(any_office: Office) -> People:
    return People(any_office)


# --- what comes with it ----------------------------------------------------------------------------------------------


async def test_roles_come_along_with_their_sources_and_go_with_them(people: People) -> None:
    account = await people.register()
    agent = await people.arrive(SLACK, groups=frozenset({"S1"}))
    await people.office.do(GrantRole(person=agent.person, role=Role.LEAD, team="platform"), OPERATOR)
    await people.office.do(GrantRole(person=account.person, role=Role.LEAD, team="platform"), OPERATOR)
    await people.link(account, agent)
    assert people.events() == [
        PersonLinked(person=account.person, absorbed=agent.person),
        RoleGranted(person=account.person, role=Role.AGENT, team="academics", source="slack:S1"),
    ]
    held = {AGENT, Grant(Role.LEAD, "platform", "operator")}
    assert set((await people.now(account)).grants) == held
    assert set((await people.now(await people.arrive(SLACK, groups=frozenset({"S1"})))).grants) == held
    await people.office.do(Depart(identity=SLACK), SYSTEM)
    assert set((await people.now(account)).grants) == held - {AGENT}


@pytest.mark.parametrize("waits", ["survivor", "absorbed"])
async def test_a_role_that_waits_for_approval_waits_only_where_neither_had_it(people: People, waits: str) -> None:
    discord, slack = await both_plain(people)
    approved = Grant(Role.AGENT, "academics", "operator")
    async with people.office.store.write() as work:
        for actor, who in ((discord, "survivor"), (slack, "absorbed")):
            assert actor.person is not None
            await work.people.grant(actor.person, replace(approved, approved=who != waits), people.office.clock.now())
    await people.link(discord, slack)
    assert (await people.now(discord)).grants == (approved,)


async def test_tickets_of_both_are_in_one_list_and_what_the_absorbed_may_do_the_survivor_may(
    any_people: People,
) -> None:
    office = any_people.office
    discord, slack = await both_plain(any_people)
    theirs = (await office.do(a_ticket(), discord)).ticket
    mine = (await office.do(a_ticket(), slack)).ticket
    assert slack.person is not None
    shared = await office.open()
    await office.do(AddParticipant(ticket=shared, person=slack.person), "sam")
    followed = await office.open("kim", category="forum", answers={})
    await office.do(FollowTicket(ticket=followed), slack)
    draft = (await office.do(SaveDraft(values={"title": "A draft"}), slack)).draft
    assert draft is not None
    await any_people.link(discord, slack)
    for actor in (discord, slack):
        found = await office.reading.list(View.MINE, actor, None, 50)
        assert {summary.ticket.id for summary in found} == {theirs, mine, shared, followed}
        assert (await office.reading.draft_values(draft, actor))["title"] == "A draft"


async def test_who_is_remembered_somewhere_as_the_absorbed_acts_as_the_survivor(people: People) -> None:
    """A door may remember who somebody was when it met them."""
    office = people.office
    discord, slack = await both_plain(people)
    await people.link(discord, slack)
    ticket = (await office.do(a_ticket(), slack)).ticket
    assert ticket is not None
    said = await office.do(PostMessage(ticket=ticket, kind=MessageKind.REPLY, text=Text.of("Hello?")), slack)
    assert said.message is not None
    await office.do(EditMessage(ticket=ticket, message=said.message, text=Text.of("Hello!")), discord)
    [message] = await office.messages(ticket)
    assert (message.author, (await office.ticket(ticket)).requester) == (discord.person, discord.person)
    assert {record.actor for record in await office.records(ticket)} == {discord.person}


async def test_words_of_the_absorbed_can_be_changed_by_the_survivor(people: People) -> None:
    office = people.office
    discord, slack = await both_plain(people)
    ticket = (await office.do(a_ticket(), slack)).ticket
    assert ticket is not None
    said = await office.do(PostMessage(ticket=ticket, kind=MessageKind.REPLY, text=Text.of("Hello?")), slack)
    assert said.message is not None
    await people.link(discord, slack)
    await office.do(EditMessage(ticket=ticket, message=said.message, text=Text.of("Hello!")), discord)


async def test_the_trail_still_verifies_and_is_read_with_who_they_are_now(any_people: People) -> None:
    office = any_people.office
    account, agent = await any_people.register("zoe.agent"), await any_people.arrive(SLACK, "Zoe on Slack")
    await office.do(GrantRole(person=agent.person, role=Role.AGENT), OPERATOR)
    ticket = await office.open()
    await office.do(ClaimTicket(ticket=ticket), agent)
    await any_people.link(account, agent)
    await office.do(PostMessage(ticket=ticket, kind=MessageKind.REPLY, text=Text.of("There.")), account)
    link = ""
    records = await office.records(ticket)
    for record in records:
        link = digest(link, record.event, record.at, record.actor, record.door)
        assert record.digest == link
    assert (await office.ticket(ticket)).last_digest == link
    assert [record.actor for record in records][1] == agent.person
    entries = [entry for entry in (await office.view(ticket, "sam")).entries if entry.person != office.people["sam"]]
    assert {(entry.who, entry.person, entry.by_staff) for entry in entries} == {("zoe.agent", account.person, True)}
    assert (await office.ticket(ticket)).assignee == account.person


async def test_what_is_on_its_way_reaches_the_survivor(people: People) -> None:
    """Also what was leased before, and is composed after."""
    office = people.office
    office.use(replace(office.desk, messengers=frozenset({Platform.DISCORD})))
    slack, discord = await people.arrive(SLACK), await people.later().arrive(DISCORD)
    ticket = (await office.do(a_ticket(), discord)).ticket
    assert ticket is not None
    owed = await office.owed_by(ClaimTicket(ticket=ticket), "asha")
    pings = [one for one in owed if one.intent is Intent.PING]
    both = (Platform.WEB, Platform.DISCORD)
    assert [one.address for one in pings] == [ToPerson(discord.person, platform) for platform in both]
    assert await people.link(discord, slack) == slack.person
    for leased in pings:
        parcel = await office.composed(leased)
        assert isinstance(parcel, Parcel)
        assert parcel.address == parcel.delivery.address == ToPerson(slack.person, leased.address.platform)
        assert parcel.recipient == ("42" if leased.address.platform is Platform.DISCORD else None)
    moved = [one.address for one in await office.owed() if one.id in {ping.id for ping in pings}]
    assert moved == [ToPerson(slack.person, platform) for platform in both]


async def test_who_was_given_a_ticket_before_is_pinged_in_its_thread_after(people: People) -> None:
    """The event names who they were."""
    office = people.office
    discord, slack = await people.arrive(DISCORD), await people.arrive(SLACK, groups=frozenset({"S1"}))
    ticket = await office.open()
    await office.thread_on(ticket, Platform.DISCORD, Audience.REQUESTER)
    owed = await office.owed_by(AssignTicket(ticket=ticket, assignee=slack.person), "lee")
    [news] = [one for one in owed if one.intent is Intent.NEWS]
    await people.link(discord, slack)
    parcel = await office.composed(news)
    assert isinstance(parcel, Parcel)
    assert parcel.pings == ("42",)


# --- the name --------------------------------------------------------------------------------------------------------


async def test_a_name_is_followed_until_they_are_known_from_elsewhere_too_and_a_picture_always(people: People) -> None:
    discord = await people.arrive(DISCORD, "zoe42")
    await people.arrive(DISCORD, "zoe43")
    assert (await people.now(discord)).name == "zoe43"
    slack = await people.arrive(SLACK, "Zoe Miller")
    await people.link(discord, slack)
    for identity, name in ((SLACK, "Zoe Miller"), (DISCORD, "zoe44"), (SLACK, "Zoe M.")):
        picture = f"https://cdn.example.org/{name[-1]}.png"
        again = await people.arrive(identity, name, avatar_url=picture)
        now = await people.now(again)
        assert (now.id, now.name, now.avatar_url) == (discord.person, "zoe43", picture)


async def test_an_accounts_name_is_the_one_that_was_chosen(people: People) -> None:
    account, slack = await younger_has_an_account(people)
    await people.link(account, slack)
    await people.arrive(SLACK, "Zoe Miller")
    assert (await people.now(account)).name == "zoe"


# --- a hint ----------------------------------------------------------------------------------------------------------


async def test_a_hint_is_given_where_another_confirmed_the_address(people: People) -> None:
    sam, slack = people.office.actor("sam"), await people.arrive(SLACK)
    await people.register("zoe")
    asked = people.office.reading.has_account_at
    assert await asked("SAM@example.com", slack)
    assert not await asked("sam@example.com", sam), "it is their own"
    assert not await asked("zoe@example.org", slack), "nobody confirmed it"
    assert not await asked("nobody@example.org", slack)


async def test_what_was_said_last_of_when_they_work_stands(people: People) -> None:
    account = await people.register()
    agent = await people.arrive(SLACK, groups=frozenset({"S1"}))
    earlier, later = (Duty(state=DutyState.AVAILABLE, since=people.office.clock.now() + n * MINUTE) for n in (1, 2))
    async with people.office.store.write() as work:
        await work.people.set_duty(account.person, earlier)
        await work.people.set_duty(agent.person, later)
        await work.people.set_capacity(agent.person, 3)
    await people.link(account, agent)
    found = await people.now(account)
    assert (found.duty, found.capacity) == (later, 3)
