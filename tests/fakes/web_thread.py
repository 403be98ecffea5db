"""An open thread in a browser, for the tests of ``tests/e2e``: who looks at it, and what they find there."""

import re
from dataclasses import dataclass

from playwright.async_api import Browser, Locator, Page, expect

from adapters.web.parse import parse_markdown
from core.commands import Actor, PostMessage
from core.model.ids import TicketId, ref_of
from core.model.people import Platform
from core.model.thread import MessageKind
from tests.fakes.browser import Visitor
from tests.fakes.web_desk import WebDesk


@dataclass
class Ground:
    """One desk and one browser for all tests of this file; each has a ticket of its own."""

    desk: WebDesk
    browser: Browser

    @property
    def url(self) -> str:
        return str(self.desk.server.make_url("")).rstrip("/")

    async def page(self, who: str, ticket: TicketId, *, width: int = 1280, height: int = 800) -> Visitor:
        path = f"/t/{ref_of(ticket)}"
        visitor = await Visitor.be(who.capitalize(), self.url, self.browser, path, width=width, height=height)
        await expect(message_box(visitor.page)).to_have_attribute("placeholder", re.compile("Write a reply"))
        return visitor

    async def say(self, who: str, ticket: TicketId, words: str, kind: MessageKind = MessageKind.REPLY) -> None:
        actor = Actor(person=self.desk.people[who], door=Platform.WEB)
        await self.desk.engine.handle(PostMessage(ticket=ticket, kind=kind, text=parse_markdown(words)), actor)

    async def said(self, ticket: TicketId) -> list[str]:
        async with self.desk.store.read() as work:
            return [one.text.plain() for one in await work.messages.of(ticket, kinds=frozenset(MessageKind))]


def message_box(page: Page) -> Locator:
    return page.get_by_role("form", name="Message").locator("#say")


def message(page: Page, words: str) -> Locator:
    return page.get_by_role("log").get_by_role("article").filter(has_text=words)


def tool(page: Page, words: str, name: str) -> Locator:
    return message(page, words).get_by_role("toolbar").get_by_role("button", name=name)


async def say(page: Page, words: str) -> None:
    await message_box(page).fill(words)
    await message_box(page).press("Enter")
    await expect(page.get_by_test_id("pending")).to_have_count(0)


def pageerrors(visitor: Visitor) -> list[str]:
    """Without what the browser says of answers that are no success, which a test may have asked for."""
    return [fault for fault in visitor.faults if not fault.startswith("Failed to load resource")]
