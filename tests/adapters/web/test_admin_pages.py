"""The admins' pages as the desk sends them: whole without a script, and for nobody else."""

from datetime import timedelta
from html import escape

import pytest

from adapters.web.admin import SECTIONS, Setting
from core.commands import RegisterPerson
from core.model.ids import TicketId
from core.model.outbox import DeliveryState, Intent, NewDelivery, ToPerson, ToSpace
from core.model.people import Grant, Platform, Role
from tests.fakes.web_desk import OPERATOR, running_web_desk

HOSTILE = '"><img src=x onerror=alert(1)>'


async def page_of(web_desk, section, who="admin"):
    answer = await (await web_desk.browser(who)).get(f"/admin/{section}")
    assert answer.status == 200, answer.text
    return answer.text


async def registered(web_desk, name, email):
    command = RegisterPerson(username=name, email=email, password_hash="no password at all")
    return (await web_desk.engine.handle(command, OPERATOR)).person


async def waiting(web_desk, person, role=Role.AGENT, team=None):
    async with web_desk.store.write() as work:
        await work.people.grant(person, Grant(role, team, "form", approved=False), web_desk.clock.now())


@pytest.mark.parametrize("who", ["student", "agent", "lead"])
async def test_for_anybody_else_there_is_no_such_page(web_desk, who):
    visitor = await web_desk.browser(who)
    nothing = await visitor.get("/admin/nothing")
    assert nothing.status == 404
    for path in ("/admin", *(f"/admin/{section}" for section in SECTIONS)):
        answer = await visitor.get(path)
        assert (answer.status, answer.text) == (nothing.status, nothing.text)


async def test_whoever_is_not_signed_in_is_led_there_by_the_welcome(web_desk):
    answer = await (await web_desk.nobody()).get("/admin/failures")
    assert (answer.status, answer.headers["Location"]) == (303, "/welcome?next=/admin/failures")


async def test_the_menu_leads_admins_there_and_nobody_else(web_desk):
    for who, leads in (("admin", True), ("lead", False), ("student", False)):
        home = await (await web_desk.browser(who)).get("/")
        assert ('href="/admin"' in home.text) is leads


async def test_every_section_is_there_and_marked_in_the_navigation(web_desk):
    admin = await web_desk.browser("admin")
    assert 'href="/admin/people" aria-current="page"' in (await admin.get("/admin")).text
    for section in SECTIONS:
        answer = await admin.get(f"/admin/{section}")
        assert answer.status == 200
        assert f'href="/admin/{section}" aria-current="page"' in answer.text
        assert answer.text.count('aria-current="page"') == 1
        assert answer.headers["Cache-Control"] == "no-store"
    assert (await admin.get("/admin/secrets")).status == 404


async def test_people_are_looked_for_and_paged_through_without_a_script(web_desk):
    for number in range(60):
        await registered(web_desk, f"Person {number:02}", f"p{number}@example.org")
    admin = await web_desk.browser("admin")
    first = await admin.get("/admin/people")
    assert "Person 44" in first.text and "Person 45" not in first.text
    after = web_desk.people["admin"] + 45
    assert f'href="/admin/people?q=&amp;after={after}"' in first.text
    rest = await admin.get(f"/admin/people?q=&after={after}")
    assert "Person 45" in rest.text and "Person 44" not in rest.text and "Show more people" not in rest.text
    found = await admin.get("/admin/people?q=person+07")
    assert "Person 07" in found.text and "Person 08" not in found.text
    assert 'value="person 07"' in found.text
    nobody = await admin.get("/admin/people?q=%22%3E%3Cscript%3E")
    assert nobody.status == 200
    assert "Nobody here has such a name or address." in nobody.text and '"><script>' not in nobody.text


async def test_what_people_call_themselves_is_text(web_desk):
    person = await registered(web_desk, HOSTILE, "img@example.org")
    await waiting(web_desk, person)
    await web_desk.ticket("student", HOSTILE)
    new = NewDelivery(address=ToPerson(person, Platform.WEB), intent=Intent.PING, ticket=TicketId(1))
    await given_up(web_desk, new, reason=HOSTILE)
    for section in ("people", "pending", "failures"):
        shown = await page_of(web_desk, section)
        assert "<img" not in shown
        assert escape(HOSTILE).replace("&quot;", "&#34;") in shown


async def given_up(web_desk, new, *, reason):
    now = web_desk.clock.now()
    async with web_desk.store.write() as work:
        delivery = await work.outbox.add(new, key="0" * 24, event=None, at=now)
    async with web_desk.store.write() as work:
        await work.outbox.lease(now, owner="me", until=now + timedelta(minutes=1), limit=100)
        assert await work.outbox.give_up(delivery, "me", state=DeliveryState.DEAD, reason=reason, at=now)
    return delivery


async def test_a_role_for_every_team_is_approved_here_and_one_for_a_team_on_the_machine(web_desk):
    other = web_desk.people["other"]
    await waiting(web_desk, other)
    await waiting(web_desk, web_desk.people["student"], Role.LEAD, "platform")
    shown = await page_of(web_desk, "pending")
    assert f'data-role-of="Other ({other})" data-name="Other" data-role="agent" aria-label="Approve Other"' in shown
    assert shown.count(">Approve</button>") == 1
    assert "threaddesk people role &#39;Student (1)&#39; lead --team platform" in shown
    assert "waits for approval" in await page_of(web_desk, "people")


async def test_a_failure_is_shown_with_its_reason_its_ticket_and_a_way_to_try_again(web_desk):
    await web_desk.ticket()
    new = NewDelivery(address=ToSpace("leads"), intent=Intent.ALERT, ticket=TicketId(1))
    delivery = await given_up(web_desk, new, reason="There is no such space.")
    shown = await page_of(web_desk, "failures")
    for part in ("There is no such space.", 'href="/t/T-1"', f'data-retry="{delivery}"', "tried 1×", "Given up"):
        assert part in shown


async def test_no_secret_stands_on_the_page(tmp_path, empty_database):
    settings = [Setting("web.port", "8080", "bot.toml line 3"), Setting("discord.token", "(set)", "DISCORD_TOKEN")]
    async with running_web_desk(tmp_path, empty_database, configuration=settings) as web_desk:
        shown = await page_of(web_desk, "configuration")
    assert "bot.toml line 3" in shown and ">8080<" in shown
    assert "••• set" in shown and "DISCORD_TOKEN" in shown
