"""What an admin looks at: everything for them, nothing for anybody else."""

from dataclasses import replace

import pytest

from core.administration import Administration
from core.commands import ReportTrouble, SetPriority
from core.errors import NotActive, NotAllowed
from core.model.outbox import DeliveryState, ToSpace
from core.model.people import Grant, Role, Standing
from core.model.ticket import Priority
from tests.fakes.office import MINUTE, SYSTEM, Office


def administration_of(office: Office) -> Administration:
    return Administration(office.store, office.desk, office.clock)


@pytest.mark.parametrize("who", ["sam", "asha", "lee"])
async def test_nobody_but_an_admin_learns_anything(office: Office, who: str) -> None:
    administration, actor = administration_of(office), office.actor(who)
    for asked in (
        administration.people(actor, (), None, 10),
        administration.teams(actor),
        administration.pending(actor),
        administration.failures(actor),
        administration.alerts(actor, 10),
    ):
        with pytest.raises(NotAllowed):
            await asked
    await office.stand("ada", Standing.SUSPENDED)
    with pytest.raises(NotActive):
        await administration.teams(office.actor("ada"))


async def test_people_come_by_pages_and_by_words(office: Office) -> None:
    administration, ada = administration_of(office), office.actor("ada")
    first, next_ = await administration.people(ada, (), None, 5)
    rest, end = await administration.people(ada, (), next_, 5)
    assert len(first) == 5
    assert {member.person.id for member in (*first, *rest)} == set(office.people.values())
    assert end is None
    [found], _ = await administration.people(ada, ("agent",), None, 5)
    assert found.person.name == "Asha Agent"


async def test_teams_name_whoever_serves_and_leads_them(office: Office) -> None:
    academics, platform = await administration_of(office).teams(office.actor("ada"))
    assert {person.name for person in academics.agents} == {"Asha Agent", "Abe Academic", "Lee Lead", "Wen Warden"}
    assert [person.name for person in academics.leads] == ["Lee Lead"]
    assert [person.name for person in platform.agents] == ["Pia Platform"]
    assert [category.key for category in platform.categories] == ["login"]


async def test_whoever_waits_is_listed_with_the_command_that_decides(office: Office) -> None:
    kim, sam = office.people["kim"], office.people["sam"]
    async with office.store.write() as work:
        await work.people.grant(kim, Grant(Role.AGENT, None, "form", approved=False), office.clock.now())
        await work.people.grant(kim, Grant(Role.LEAD, "academics", "form", approved=False), office.clock.now())
        await work.people.grant(
            office.people["ada"], Grant(Role.ADMIN, None, "form", approved=False), office.clock.now()
        )
        person = await work.people.get(sam)
        assert person is not None
        await work.people.save(replace(person, email="it's@example.com", email_confirmed=False))
    teams = dict(office.desk.teams)
    teams["platform"] = replace(teams["platform"], members=frozenset({"it's@example.com"}), lead="new@example.com")
    office.use(replace(office.desk, teams=teams))
    waiting = await administration_of(office).pending(office.actor("ada"))
    assert [(one.email, one.command) for one in waiting] == [
        ("kim@example.com", f"/desk role agent Kim Other ({kim})"),
        ("kim@example.com", f"threaddesk people role 'Kim Other ({kim})' lead --team academics"),
        ("it's@example.com", "threaddesk people confirm 'it'\"'\"'s@example.com'"),
        ("new@example.com", None),
    ]


async def test_failures_and_troubles_are_told_with_their_addressees(office: Office) -> None:
    ticket = await office.open()
    await office.do(ReportTrouble(key="k", sentence="The channel is gone."), SYSTEM)
    async with office.store.write() as work:
        for one in await work.outbox.lease(office.clock.now(), owner="me", until=office.clock.now() + MINUTE, limit=9):
            await work.outbox.give_up(one.id, "me", state=DeliveryState.DEAD, reason="gone", at=office.clock.now())
    found = await administration_of(office).failures(office.actor("ada"))
    assert [trouble.sentence for trouble in found.troubles] == ["The channel is gone."]
    assert {one.ticket for one in found.given_up} <= {ticket, None}


async def test_of_an_alert_about_something_sensitive_only_that_it_was_is_told(office: Office) -> None:
    plain, secret = await office.open(), await office.open(category="welfare", answers={})
    await office.do(SetPriority(ticket=plain, priority=Priority.URGENT), "lee")
    await office.do(SetPriority(ticket=secret, priority=Priority.URGENT), "wen")
    alerts = await administration_of(office).alerts(office.actor("ada"), 10)
    assert {(one.delivery.ticket, one.ticket is None) for one in alerts} == {(plain, False), (secret, True)}
    assert all(one.delivery.address == ToSpace("leads") for one in alerts)
