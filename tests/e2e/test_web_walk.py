"""Every page walked at desktop and phone size, by day and by night: it fits, it is quiet, and its picture is taken.

``THREADDESK_PICTURES=docs/pictures/console`` renews the pictures of docs/console.md.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.fakes.browser import PATIENCE, TOURS, Visitor, chromium
from tests.fakes.furnished import NOW, Furnished, furnished_desk
from tests.fakes.pictures import take

pytestmark = pytest.mark.asyncio(loop_scope="module")

SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
FITS = "() => document.documentElement.scrollWidth <= innerWidth"

Open = Callable[[Page], Awaitable[None]]


@dataclass
class Walk:
    desk: Furnished
    browser: Browser


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def walk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Walk]:
    async with furnished_desk(tmp_path_factory.mktemp("walk")) as desk, chromium() as browser:
        yield Walk(desk, browser)


# ---- what opens on a page


async def ready(page: Page) -> None:
    """Its modules are at work."""
    await page.wait_for_load_state("networkidle")


async def at_the_ticket(page: Page) -> None:
    await ready(page)
    await expect(page.get_by_role("log").get_by_role("article").last).to_be_visible()
    await expect(page.locator("#scroll")).not_to_have_class(re.compile("painted"))


async def at_its_card(page: Page) -> None:
    await at_the_ticket(page)
    await page.locator("#scroll").evaluate("scroll => scroll.scrollTo(0, 0)")
    await expect(page.locator("#ticket .progress")).to_be_in_viewport()


async def split(page: Page) -> None:
    """A ticket beside the list of all that are open."""
    await ready(page)
    await page.get_by_role("button", name=re.compile("All open")).click()
    await page.get_by_role("link", name=re.compile("I cannot sign in")).click()
    await at_the_ticket(page)


async def details(page: Page) -> None:
    await at_the_ticket(page)
    toggle = page.get_by_role("button", name="Details")
    if await toggle.is_visible():
        await toggle.click()
    await expect(page.get_by_role("heading", name="Also from Sam Student")).to_be_visible()
    await page.get_by_text("History", exact=True).click()
    await expect(page.locator("#facts-history li").last).to_be_visible()
    await page.get_by_role("group", name="Change").evaluate("group => group.scrollIntoView()")


def press(selector: str, then: str) -> Open:
    async def opened(page: Page) -> None:
        await ready(page)
        await page.locator(f"{selector}:visible").first.click()
        await expect(page.locator(then).first).to_be_visible()

    return opened


def key(name: str, then: str) -> Open:
    async def opened(page: Page) -> None:
        await ready(page)
        await page.keyboard.press(name)
        await expect(page.locator(then).first).to_be_visible()

    return opened


async def form(page: Page) -> None:
    await press("#open-ticket", "dialog[open] form")(page)
    await page.get_by_role("dialog").get_by_label("Category", exact=True).select_option("exams")
    await expect(page.get_by_role("dialog").get_by_role("textbox", name="Course code")).to_be_visible()


async def several(page: Page) -> None:
    await ready(page)
    await page.get_by_role("button", name=re.compile("All open")).click()
    for ref in ("T-4", "T-5"):
        await page.get_by_role("checkbox", name=re.compile(ref)).check()
    await expect(page.get_by_role("toolbar", name="Selected tickets")).to_be_visible()


async def note(page: Page) -> None:
    await at_the_ticket(page)
    await page.locator("#write-as label:has([value=note])").click()
    await page.locator("#say").fill("IT answered: the sync is mended from tonight on.")


async def alerts(page: Page) -> None:
    await expect(page.get_by_text("I cannot sign in to the portal").first).to_be_visible()
    await ready(page)


async def touring(page: Page) -> None:
    await page.get_by_role("button", name="Next").click()
    await expect(page.get_by_role("dialog", name="A tour of this page").get_by_text("2 of")).to_be_visible()


PAGES: dict[str, dict[str, tuple[str, Open]]] = {
    "": {"welcome": ("/welcome", ready)},
    "student": {
        "student-home": ("/", ready),
        "student-thread": ("/t/T-6", at_the_ticket),
        "student-card": ("/t/T-6", at_its_card),
        "student-form": ("/", form),
        "student-notices": ("/", press("#bell", "#notices")),
        "not-here": ("/t/T-99", ready),
    },
    "agent": {
        "agent-list": ("/", ready),
        "agent-thread": ("/", split),
        "agent-details": ("/t/T-6", details),
        "agent-note": ("/t/T-6", note),
        "agent-filters": ("/", press("#filter-toggle", "#filters select")),
        "agent-palette": ("/", key("Control+k", "dialog.palette[open] [role=option]")),
        "agent-keys": ("/", key("?", "dialog[open] kbd")),
        "agent-several": ("/", several),
        "alerts": ("/alerts", alerts),
    },
    "admin": {
        f"admin-{section}": (f"/admin/{section}", ready)
        for section in ("people", "teams", "pending", "failures", "alerts", "configuration")
    },
    "lead": {"tour": ("/", touring)},
}


async def come_in(walk: Walk, who: str, size: str) -> BrowserContext:
    """A browser in Kolkata, at the desk's own time; ``who`` was shown around, but for the lead."""
    width, height = SIZES[size]
    context = await walk.browser.new_context(
        viewport={"width": width, "height": height},
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="Asia/Kolkata",
    )
    context.set_default_timeout(PATIENCE)
    await context.clock.set_fixed_time(NOW)
    if who:
        entrance = {"who": who, "next": "/"}
        await context.request.post(f"{walk.desk.url}/session/demo", form=entrance, max_redirects=0)
        token = (await (await context.request.get(f"{walk.desk.url}/api/me")).json())["csrf"]
        headers = {"X-CSRF-Token": token, "Idempotency-Key": f"toured-{who}"}
        seen = [] if who == "lead" else TOURS
        told = await context.request.put(f"{walk.desk.url}/api/preferences/toured", data=seen, headers=headers)
        assert told.ok, await told.text()
    return context


async def shoot(page: Page, pictures: Path, name: str) -> None:
    """By day and by night; without passing news."""
    for scheme in SCHEMES:
        await take(page, pictures / f"{name}-{scheme}.png", scheme)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("who", PAGES)
async def test_every_page_fits_and_its_picture_is_taken(walk: Walk, pictures: Path, who: str, size: str) -> None:
    context = await come_in(walk, who, size)
    try:
        for name, (path, opened) in PAGES[who].items():
            visitor = Visitor(await context.new_page())
            await visitor.page.goto(f"{walk.desk.url}{path}")
            await opened(visitor.page)
            assert await visitor.page.evaluate(FITS), f"{name} is wider than the window"
            await shoot(visitor.page, pictures, f"{name}-{size}")
            assert [fault for fault in visitor.faults if "404" not in fault or name != "not-here"] == [], name
            await visitor.page.close()
    finally:
        await context.close()
