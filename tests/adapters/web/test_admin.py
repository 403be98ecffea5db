from datetime import timedelta

import pytest

from adapters.web.admin import Setting
from core.commands import SetPriority
from core.model.ids import TicketId
from core.model.outbox import DeliveryState, Intent, NewDelivery, ToPerson, ToSpace
from core.model.people import Grant, Identity, Platform, Role
from core.model.ticket import Priority
from tests.fakes.web_desk import Actor, running_web_desk

GETS = ("people", "teams", "pending", "failures", "alerts", "webhooks", "configuration")


async def owed(web_desk, *new):
    async with web_desk.store.write() as work:
        now = web_desk.clock.now()
        return [await work.outbox.add(one, key=f"{at:024x}", event=None, at=now) for at, one in enumerate(new)]


async def given_up(web_desk, delivery, state=DeliveryState.DEAD):
    now = web_desk.clock.now()
    async with web_desk.store.write() as work:
        await work.outbox.lease(now, owner="me", until=now + timedelta(minutes=1), limit=100)
        assert await work.outbox.give_up(delivery, "me", state=state, reason="There is no such space.", at=now)


@pytest.mark.parametrize("who", ["student", "agent", "lead"])
async def test_for_anybody_but_an_admin_there_is_nothing_here(web_desk, who):
    visitor = await web_desk.browser(who)
    answers = [await visitor.get(f"/api/admin/{section}") for section in GETS]
    answers.append(await visitor.post("/api/admin/failures/1/retry"))
    assert {(answer.status, answer.message) for answer in answers} == {(404, "There is nothing here.")}


async def test_nobody_is_asked_to_sign_in(web_desk):
    nobody = await web_desk.nobody()
    assert {(await nobody.get(f"/api/admin/{section}")).status for section in GETS} == {401}


async def test_people_are_listed_by_pages_with_what_they_are_and_where(web_desk):
    async with web_desk.store.write() as work:
        agent = web_desk.people["agent"]
        await work.people.bind(agent, Identity(Platform.SLACK, "T1", "U1"))
        await work.people.grant(agent, Grant(Role.LEAD, "platform", "form", approved=False), web_desk.clock.now())
    admin = await web_desk.browser("admin")
    first = (await admin.get("/api/admin/people?limit=3")).body
    assert [person["name"] for person in first["people"]] == ["Student", "Other", "Agent"]
    agent = first["people"][2]
    assert agent["email"] == "agent@example.com" and agent["email_confirmed"]
    assert agent["platforms"] == ["slack", "web"]
    assert agent["standing"] == "active"
    assert {"role": "lead", "team": "platform", "source": "form", "approved": False} in agent["roles"]
    rest = (await admin.get(f"/api/admin/people?limit=3&after={first['next']}")).body
    assert [person["name"] for person in rest["people"]] == ["Lead", "Admin"]
    assert rest["next"] is None
    found = (await admin.get("/api/admin/people?q=AGENT@")).body["people"]
    assert [person["name"] for person in found] == ["Agent"]
    assert (await admin.get("/api/admin/people?q=%25")).body["people"] == []


async def test_teams_show_their_members_and_what_they_answer(web_desk):
    admin = await web_desk.browser("admin")
    academics, platform = (await admin.get("/api/admin/teams")).body["teams"]
    assert academics["named"] == ["agent@example.com"]
    assert [person["name"] for person in academics["members"]["agent"]] == ["Agent"]
    assert [person["name"] for person in platform["members"]["lead"]] == ["Lead"]
    assert {"key": "welfare", "name": "Welfare", "sensitive": True} in academics["categories"]
    assert platform["places"] == []


async def test_who_waits_is_listed_with_the_line_that_decides(web_desk):
    other = web_desk.people["other"]
    async with web_desk.store.write() as work:
        grant = Grant(Role.AGENT, None, "form", approved=False)
        await work.people.grant(other, grant, web_desk.clock.now())
    admin = await web_desk.browser("admin")
    [waiting] = (await admin.get("/api/admin/pending")).body["pending"]
    assert waiting["roles"] == [{"role": "agent", "team": None}]
    assert waiting["command"] == {"line": f"/desk role agent Other ({other})", "where": "desk"}
    assert (await admin.post("/api/commands", {"text": waiting["command"]["line"]})).status == 200
    assert (await admin.get("/api/admin/pending")).body["pending"] == []


async def test_what_was_given_up_is_shown_and_tried_again(web_desk):
    await web_desk.ticket()
    dead, parked, ping = await owed(
        web_desk,
        NewDelivery(address=ToSpace("leads"), intent=Intent.ALERT, ticket=TicketId(1)),
        NewDelivery(address=ToSpace("second"), intent=Intent.ALERT),
        NewDelivery(address=ToPerson(web_desk.people["lead"], Platform.WEB), intent=Intent.PING),
    )
    await given_up(web_desk, dead)
    now = web_desk.clock.now()
    async with web_desk.store.write() as work:
        await work.outbox.give_up(parked, "me", state=DeliveryState.PARKED, reason="closed", at=now)
        await work.outbox.retry(ping, "me", due_at=now + timedelta(hours=1), reason="busy", uncertain=False)
        await work.troubles.report("k", "The channel #help is gone: make it again.", now)
    admin = await web_desk.browser("admin")
    body = (await admin.get("/api/admin/failures")).body
    shown = {one["id"]: one for one in body["failures"]}
    assert {id_: one["state"] for id_, one in shown.items()} == {dead: "dead", parked: "parked", ping: "pending"}
    assert shown[dead]["reason"] == "There is no such space." and shown[dead]["may_retry"]
    assert (shown[dead]["what"], shown[dead]["where"], shown[dead]["ref"]) == ("alert", "space leads", "T-1")
    assert shown[dead]["next_try"] is None and shown[ping]["next_try"] is not None
    assert shown[ping]["where"] == "Lead on Web" and not shown[ping]["may_retry"]
    assert [trouble["sentence"] for trouble in body["troubles"]] == ["The channel #help is gone: make it again."]
    assert (await admin.post(f"/api/admin/failures/{dead}/retry")).status == 204
    assert dead not in {one["id"] for one in (await admin.get("/api/admin/failures")).body["failures"]}
    for word in (dead, ping, 999, "x", "0", "%F0%9F%98%80", "9" * 30):
        assert (await admin.post(f"/api/admin/failures/{word}/retry")).status == 404


async def test_a_retry_wants_the_pages_own_token(web_desk):
    [delivery] = await owed(web_desk, NewDelivery(address=ToSpace("leads"), intent=Intent.ALERT))
    await given_up(web_desk, delivery)
    admin = await web_desk.browser("admin")
    admin.csrf = ""
    assert (await admin.post(f"/api/admin/failures/{delivery}/retry")).status == 403
    assert (await (await web_desk.program("admin")).post(f"/api/admin/failures/{delivery}/retry")).status == 204


async def test_the_settings_are_grouped_by_table_and_a_secret_is_only_set_or_not(tmp_path, empty_database):
    settings = [
        Setting("data_dir", '"data"', "default"),
        Setting("web.port", "8080", "bot.toml line 3"),
        Setting("web.secret_key", "(set)", "environment variable BOT_WEB__SECRET_KEY"),
        Setting("discord.token", "(not set)", "default"),
        Setting("teams[0].key", '"(set)"', "bot.toml line 9"),
    ]
    async with running_web_desk(tmp_path, empty_database, configuration=settings) as web_desk:
        shown = (await (await web_desk.browser("admin")).get("/api/admin/configuration")).body
    tables = {one["table"]: one["settings"] for one in shown["tables"]}
    assert list(tables) == ["", "web", "discord", "teams[0]"]
    key = {"key": "secret_key", "value": "••• set", "secret": True}
    assert {**key, "from": "environment variable BOT_WEB__SECRET_KEY"} in tables["web"]
    assert tables["discord"] == [{"key": "token", "value": "not set", "secret": False, "from": "default"}]
    assert tables["teams[0]"][0]["value"] == '"(set)"'


async def test_alerts_are_told_with_what_became_of_them(web_desk):
    """The test desk's categories have no alert space: so its list is empty, whatever was sent elsewhere."""
    ticket = await web_desk.ticket()
    raised = SetPriority(ticket=ticket, priority=Priority.URGENT)
    await web_desk.engine.handle(raised, Actor(person=web_desk.people["agent"], door=Platform.WEB))
    await owed(web_desk, NewDelivery(address=ToSpace("leads"), intent=Intent.ALERT, ticket=ticket))
    admin = await web_desk.browser("admin")
    assert (await admin.get("/api/admin/alerts")).body == {"alerts": []}
