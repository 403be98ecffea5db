"""The admins' pages in a browser: people and roles, approvals, failures tried again, the settings looked through."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, Route, expect

from adapters.web.admin import Setting
from core.commands import Actor, RegisterPerson, RetryDelivery
from core.model.ids import DeliveryId, PersonId
from core.model.outbox import DeliveryState, Intent, NewDelivery, ToPerson
from core.model.people import Grant, Platform, Role
from tests.fakes.browser import Visitor
from tests.fakes.process import DeskProcess
from tests.fakes.web_desk import OPERATOR, WebDesk, running_web_desk

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOSTILE = '"><img src=x onerror=document.title="taken">'
SETTINGS = (
    Setting("web.port", "8080", "bot.toml line 3"),
    Setting("web.secret_key", "(set)", "environment variable BOT_WEB__SECRET_KEY"),
    Setting("discord.token", "(not set)", "default"),
)
PAGES = {
    "people": "People",
    "teams": "Teams",
    "pending": "Pending",
    "failures": "Failures",
    "alerts": "Alerts",
    "webhooks": "Webhooks",
    "configuration": "Configuration",
}
FITS = "document.documentElement.scrollWidth <= innerWidth"


@pytest_asyncio.fixture(loop_scope="module")
async def quiet_desk(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[WebDesk]:
    """A desk with settings to look through, from which nothing is delivered."""
    async with running_web_desk(tmp_path, sqlite_template, configuration=SETTINGS) as running:
        yield running


async def register(desk: WebDesk, name: str, email: str) -> PersonId:
    command = RegisterPerson(username=name, email=email, password_hash="no password at all")
    person = (await desk.engine.handle(command, OPERATOR)).person
    assert person is not None
    return person


async def roles_of(desk: WebDesk, person: PersonId) -> set[tuple[Role, bool]]:
    async with desk.store.read() as work:
        found = await work.people.get(person)
    assert found is not None
    return {(grant.role, grant.approved) for grant in found.grants}


async def wait_for_approval(desk: WebDesk, person: PersonId, team: str | None = None) -> None:
    async with desk.store.write() as work:
        await work.people.grant(person, Grant(Role.AGENT, team, "form", approved=False), desk.clock.now())


async def give_up(desk: WebDesk, reason: str) -> DeliveryId:
    """A ping about T-1 that did not get through."""
    ticket = await desk.ticket("student", HOSTILE)
    now = desk.clock.now()
    new = NewDelivery(address=ToPerson(desk.people["lead"], Platform.SLACK), intent=Intent.PING, ticket=ticket)
    async with desk.store.write() as work:
        delivery = await work.outbox.add(new, key="0" * 24, event=None, at=now)
    async with desk.store.write() as work:
        await work.outbox.lease(now, owner="me", until=now + timedelta(minutes=1), limit=100)
        assert await work.outbox.give_up(delivery, "me", state=DeliveryState.DEAD, reason=reason, at=now)
    return delivery


async def come_in(desk: WebDesk, browser: Browser, section: str) -> Visitor:
    url = str(desk.server.make_url("")).rstrip("/")
    return await Visitor.be("Admin", url, browser, f"/admin/{section}")


def rows(page: Page) -> Locator:
    return page.locator("#admin-body").get_by_role("listitem").filter(has=page.locator(".admin-main"))


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


@pytest.mark.parametrize(("width", "height", "scheme"), [(1280, 800, "light"), (390, 844, "dark")])
async def test_each_page_is_walked(
    desk: DeskProcess, browser: Browser, pictures: Path, width: int, height: int, scheme: str
) -> None:
    student = await Visitor.be("Student", desk.url, browser)
    token = await student.page.locator("meta[name=csrf]").get_attribute("content")
    opened = await student.page.context.request.post(
        f"{desk.url}/api/tickets",
        multipart={"title": HOSTILE, "description": "Now", "category": "platform", "priority": "urgent"},
        headers={"X-CSRF-Token": token or "", "Idempotency-Key": "urgent"},
    )
    assert opened.ok, await opened.text()

    admin = await Visitor.be("Admin", desk.url, browser, width=width)
    page = admin.page
    await page.set_viewport_size({"width": width, "height": height})
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await page.get_by_role("button", name="Account:").click()
    await page.get_by_role("link", name="Administration").click()
    navigation = page.get_by_role("navigation", name="Administration")
    for section, name in PAGES.items():
        link = navigation.get_by_role("link", name=name, exact=True)
        await link.click()
        await page.wait_for_url(f"**/admin/{section}")
        await expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
        await expect(link).to_be_in_viewport()
        assert await page.evaluate(FITS)
        if section == "alerts":
            await expect(rows(page).filter(has_text=HOSTILE).get_by_text("Delivered")).to_be_visible(timeout=60_000)
        await page.screenshot(path=pictures / f"admin-{section}-{width}-{scheme}.png")
    await navigation.get_by_role("link", name="To the tickets").click()
    await page.wait_for_url(re.compile(r"/$"))
    assert admin.faults == []


async def test_people_are_looked_for_and_shown_page_by_page(quiet_desk: WebDesk, browser: Browser) -> None:
    for number in range(70):
        await register(quiet_desk, f"Person {number:02}", f"p{number}@example.org")
    page = (await come_in(quiet_desk, browser, "people")).page
    more = page.get_by_role("link", name="Show more people")
    await expect(rows(page)).to_have_count(50)
    await more.focus()
    await page.keyboard.press("Enter")
    await expect(rows(page)).to_have_count(75)
    await expect(more).to_have_count(0)
    await expect(button(page, "Give Person 69 a role")).to_be_focused()

    search = page.get_by_role("searchbox", name="Name or email address")
    await search.fill("person 07")
    await expect(rows(page)).to_have_count(1)
    await page.reload()
    await expect(search).to_have_value("person 07")
    await expect(rows(page)).to_have_count(1)
    await search.fill(HOSTILE)
    await expect(page.get_by_text("Nobody here has such a name or address.")).to_be_visible()
    await search.fill("")
    await expect(rows(page)).to_have_count(50)


async def test_a_role_is_given_and_a_refusal_is_said(quiet_desk: WebDesk, browser: Browser) -> None:
    person = await register(quiet_desk, HOSTILE, "img@example.org")
    admin = await come_in(quiet_desk, browser, "people")
    page = admin.page
    give = button(page, f"Give {HOSTILE} a role")
    sheet = page.get_by_role("dialog", name="Give a role")

    await give.click()
    await expect(sheet.get_by_role("combobox", name="Role")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(sheet).to_be_hidden()
    await expect(give).to_be_focused()
    assert await roles_of(quiet_desk, person) == set()

    await give.click()
    await sheet.get_by_role("combobox", name="Role").select_option("lead")
    await sheet.get_by_role("button", name="Give the role").click()
    await expect(page.get_by_role("status").filter(has_text="has the role lead now")).to_be_visible()
    await expect(rows(page).filter(has_text=HOSTILE).get_by_text("Lead")).to_be_visible()
    await expect(give).to_be_focused()
    assert await roles_of(quiet_desk, person) == {(Role.LEAD, True)}

    await give.click()
    await sheet.get_by_role("combobox", name="Role").select_option("lead")
    await sheet.get_by_role("button", name="Give the role").click()
    await expect(sheet.get_by_role("alert")).to_have_text(f"{HOSTILE} has that role already.")
    assert await page.locator("img").count() == 0
    assert "taken" not in await page.title()
    assert [fault for fault in admin.faults if "409" not in fault] == []


async def test_whoever_waits_is_approved(quiet_desk: WebDesk, browser: Browser) -> None:
    person = await register(quiet_desk, HOSTILE, "img@example.org")
    await wait_for_approval(quiet_desk, person)
    await wait_for_approval(quiet_desk, quiet_desk.people["other"], "platform")
    page = (await come_in(quiet_desk, browser, "pending")).page
    await expect(rows(page)).to_have_count(2)
    by_operator = rows(page).filter(has_text="other@example.com")
    await expect(by_operator.get_by_text("threaddesk people role")).to_be_visible()
    await expect(by_operator.get_by_role("button")).to_have_count(0)

    await button(page, f"Approve {HOSTILE}").click()
    sheet = page.get_by_role("dialog", name="Approve")
    await expect(sheet.get_by_text("gets the role agent, for every team.")).to_be_visible()
    await expect(sheet.get_by_role("combobox")).to_be_hidden()
    await sheet.get_by_role("button", name="Approve").click()
    await expect(page.get_by_role("status").filter(has_text="has the role agent now")).to_be_visible()
    await expect(rows(page)).to_have_count(1)
    assert (Role.AGENT, True) in await roles_of(quiet_desk, person)
    await expect(page.get_by_role("main")).to_be_focused()
    assert await page.locator("img").count() == 0


async def test_a_failure_is_tried_again(quiet_desk: WebDesk, browser: Browser) -> None:
    delivery = await give_up(quiet_desk, "Slack knows no such person.")
    page = (await come_in(quiet_desk, browser, "failures")).page
    failure = rows(page)
    await expect(failure).to_have_count(1)
    for words in ("Slack knows no such person.", "tried 1×", "T-1", "Given up"):
        await expect(failure.get_by_text(words)).to_be_visible()

    async def drop_once(route: Route) -> None:
        await route.abort()

    await page.route("**/retry", drop_once, times=1)
    await button(page, f"Try number {delivery} again").click()
    await expect(page.get_by_role("status").filter(has_text=f"Number {delivery} is being tried again.")).to_be_visible()
    await expect(page.get_by_text("Everything gets through.")).to_be_visible()
    await expect(page.get_by_role("alert")).to_have_count(0)
    async with quiet_desk.store.read() as work:
        assert await work.outbox.given_up() == []


async def test_what_another_admin_tried_meanwhile_is_said_and_gone(quiet_desk: WebDesk, browser: Browser) -> None:
    delivery = await give_up(quiet_desk, "Slack knows no such person.")
    page = (await come_in(quiet_desk, browser, "failures")).page
    await expect(rows(page)).to_have_count(1)
    admin = Actor(person=quiet_desk.people["admin"], door=Platform.DISCORD)
    await quiet_desk.engine.handle(RetryDelivery(delivery=delivery), admin)
    await button(page, f"Try number {delivery} again").click()
    await expect(page.get_by_role("alert").filter(has_text=str(delivery))).to_be_visible()
    await expect(rows(page)).to_have_count(0)
    await button(page, "Refresh").click()
    await expect(page.get_by_role("status").filter(has_text="Up to date.")).to_be_visible()
    await expect(page.get_by_role("alert")).to_have_count(0)


async def test_the_settings_are_looked_through_and_secrets_stay_hidden(quiet_desk: WebDesk, browser: Browser) -> None:
    page = (await come_in(quiet_desk, browser, "configuration")).page
    settings = page.locator("#admin-body tbody").get_by_role("row")
    await expect(settings).to_have_count(3)
    search = page.get_by_role("searchbox", name="Setting, value or place")
    await search.fill("WEB.port toml")
    await expect(settings).to_have_count(1)
    await expect(settings).to_contain_text("bot.toml line 3")
    await search.fill("secret")
    await expect(settings).to_contain_text("••• set")
    await search.fill("nothing of the kind")
    await expect(settings).to_have_count(0)
    await expect(page.get_by_text("No setting has these words.")).to_be_visible()
    await search.fill("")
    await expect(settings).to_have_count(3)


async def test_without_a_connection_the_page_says_so_and_mends_itself(quiet_desk: WebDesk, browser: Browser) -> None:
    page = (await come_in(quiet_desk, browser, "teams")).page
    await page.context.set_offline(True)
    await button(page, "Refresh").click()
    await expect(page.get_by_role("alert").filter(has_text="The desk cannot be reached.")).to_be_visible()
    await page.context.set_offline(False)
    await button(page, "Refresh").click()
    await expect(page.get_by_role("alert")).to_have_count(0)
    await expect(page.get_by_role("heading", level=2, name="Academics")).to_be_visible()
