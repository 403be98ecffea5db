"""What the tests of the agent's console do and look at, in the words of the page."""

from collections.abc import Sequence

from playwright.async_api import Browser, Locator, Page

from core.commands import Actor, SetPriority
from core.model.ids import TicketId
from core.model.people import Platform
from core.model.ticket import Priority
from tests.fakes.browser import Visitor
from tests.fakes.web_desk import WebDesk

TITLES = ("I cannot sign in", "My grade is missing", "The video does not play", "Wrong name on my certificate")


def at(desk: WebDesk, who: str) -> Actor:
    """Somebody at another door than the web's."""
    return Actor(person=desk.people[who], door=Platform.DISCORD)


async def fill(desk: WebDesk) -> WebDesk:
    """Four tickets that nobody has: T-1 to T-4, of which the last is urgent."""
    for title in TITLES:
        await desk.ticket("student", title)
    urgent = SetPriority(ticket=TicketId(4), priority=Priority.URGENT)
    await desk.engine.handle(urgent, at(desk, "agent"))
    return desk


async def come_in(desk: WebDesk, browser: Browser, who: str = "Agent", *, width: int = 1280) -> Visitor:
    return await Visitor.be(who, str(desk.server.make_url("")).rstrip("/"), browser, width=width)


def row(page: Page, ref: str) -> Locator:
    return page.locator("#thread-list").get_by_role("listitem").filter(has=page.get_by_text(ref, exact=True))


def rows(page: Page) -> Locator:
    return page.locator("#thread-list").get_by_role("link")


def view(page: Page, name: str) -> Locator:
    return page.get_by_role("list", name="Filters").get_by_role("button", name=name)


def on_ticket(page: Page, name: str) -> Locator:
    """A button of the open ticket's card."""
    return page.locator("#ticket").get_by_role("button", name=name, exact=True)


def box(page: Page) -> Locator:
    return page.get_by_role("form", name="Message").get_by_role("textbox")


async def press(page: Page, *keys: str) -> None:
    for key in keys:
        await page.keyboard.press(key)


async def pick(page: Page, refs: Sequence[str]) -> None:
    for ref in refs:
        await row(page, ref).get_by_role("checkbox").check()
