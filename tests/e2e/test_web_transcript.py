"""The console's menu of a ticket's transcript, and the page that it saves, opened from disk."""

from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, expect

from core.commands import Actor, PostMessage
from core.model.ids import TicketId
from core.model.people import Platform
from core.model.thread import MessageKind
from core.text import CodeBlock, Link, Paragraph, Plain, Text
from tests.fakes.browser import Visitor
from tests.fakes.web_desk import WebDesk, png

pytestmark = pytest.mark.asyncio(loop_scope="module")

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FITS = "document.documentElement.scrollWidth <= innerWidth"


async def furnished(desk: WebDesk) -> TicketId:
    ticket = await desk.ticket("student", "I cannot sign in")
    async with desk.store.write() as work:
        now = desk.clock.now()
        shot = await work.files.add(
            desk.people["student"], "screen.png", "image/png", png(300, 200), now, width=300, height=200
        )
        log = await work.files.add(
            desk.people["student"], "log.txt", "text/plain", b"error 7\n", now, width=None, height=None
        )
    words = Text(
        (Paragraph((Plain("See "), Link("https://example.org/help", (Plain("this"),)))), CodeBlock("a < b", "py"))
    )
    for who, kind, text, files in (
        ("student", MessageKind.REPLY, words, (shot.id, log.id)),
        ("agent", MessageKind.NOTE, Text.of("Careful, between us"), ()),
        ("agent", MessageKind.REPLY, Text.of("Try again now. " * 40), ()),
    ):
        command = PostMessage(ticket=ticket, kind=kind, text=text, files=files)
        await desk.engine.handle(command, Actor(person=desk.people[who], door=Platform.WEB))
    return ticket


async def saved(visitor: Visitor, name: str, folder: Path) -> Path:
    """What the menu beside the thread saves."""
    place = visitor.page.locator("#facts-transcript")
    if await place.get_attribute("open") is None:
        await place.locator("summary").press("Enter")
    async with visitor.page.expect_download() as coming:
        await place.get_by_role("link", name=name).click()
    download = await coming.value
    path = folder / download.suggested_filename
    await download.save_as(path)
    return path


@pytest.mark.parametrize("who", ["Student", "Agent"])
async def test_it_is_saved_from_beside_the_thread_as_a_page_or_as_data(
    near_desk: WebDesk, browser: Browser, tmp_path: Path, who: str
) -> None:
    await furnished(near_desk)
    url = str(near_desk.server.make_url("")).rstrip("/")
    visitor = await Visitor.be(who, url, browser, "/t/T-1")
    page = await saved(visitor, "Page to read and print (HTML)", tmp_path)
    data = await saved(visitor, "Data for programs (JSON)", tmp_path)
    assert (page.name, data.name) == ("T-1.html", "T-1.json")
    for path in (page, data):
        assert ("between us" in path.read_text()) == (who == "Agent")
    await expect(visitor.page.locator("#talk-title")).to_have_text("I cannot sign in")
    assert visitor.faults == []


async def test_the_menu_follows_the_ticket_that_shows(near_desk: WebDesk, browser: Browser) -> None:
    await furnished(near_desk)
    await near_desk.ticket("student", "Another matter")
    url = str(near_desk.server.make_url("")).rstrip("/")
    visitor = await Visitor.be("Agent", url, browser, "/t/T-1")
    menu = visitor.page.locator("#facts-transcript")
    await menu.locator("summary").click()
    await visitor.page.locator('#thread-list a[data-ref="T-2"]').click()
    await expect(visitor.page.locator("#talk-title")).to_have_text("Another matter")
    await menu.locator("summary").click()
    first = menu.get_by_role("link").first
    await expect(first).to_have_attribute("href", "/api/tickets/T-2/transcript?format=html")
    faults = await Axe().run(visitor.page, options={"runOnly": RULES})
    assert faults.violations_count == 0, faults.generate_report()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
async def test_the_saved_page_is_for_everybody_without_the_desk(
    near_desk: WebDesk,
    browser: Browser,
    tmp_path: Path,
    pictures: Path,
    scheme: Literal["light", "dark"],
    width: int,
) -> None:
    await furnished(near_desk)
    url = str(near_desk.server.make_url("")).rstrip("/")
    visitor = await Visitor.be("Agent", url, browser, "/t/T-1")
    path = await saved(visitor, "Page to read and print (HTML)", tmp_path)
    context = await browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme, offline=True)
    page = await context.new_page()
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    await page.goto(path.as_uri())
    await expect(page.get_by_role("heading", level=1)).to_have_text("I cannot sign in")
    assert [address.split(":")[0] for address in asked if not address.startswith("data:")] == ["file"]
    assert said == []
    assert await page.locator("img").evaluate("(one) => one.naturalWidth") == 300
    assert await page.evaluate(FITS)
    faults = await Axe().run(page, options={"runOnly": RULES})
    assert faults.violations_count == 0, faults.generate_report()
    await page.screenshot(path=pictures / f"transcript-{scheme}.png", full_page=True)
    async with page.expect_download() as coming:
        await page.get_by_role("link", name="log.txt").click()
    assert (await (await coming.value).path()).read_bytes() == b"error 7\n"
    await page.keyboard.press("Tab")
