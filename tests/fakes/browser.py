"""A real browser for the tests: the system's Chromium, driven by Playwright."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

from tests.fakes.patience import patience

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PARTS = {"Sam": "student", "Asha": "agent", "Lee": "lead", "Ada": "admin"}
"""What the demo's people are there."""
TOURS = ["student", "agent", "lead", "admin"]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]

PATIENCE = 30_000
"""Milliseconds that a page may take: on a busy machine it takes them."""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Raises AssertionError with the line to type where there is none."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    assert path is not None, "The browser tests need Chromium. Type: sudo apt-get install -y chromium"
    expect.set_options(timeout=PATIENCE)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


class Visitor:
    """A person at a browser of their own. ``faults`` gathers what the page's console had to say."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)

    @classmethod
    async def be(
        cls,
        who: str,
        url: str,
        browser: Browser,
        path: str = "/",
        *,
        width: int = 1280,
        height: int = 800,
        now: datetime | None = None,
    ) -> "Visitor":
        """Sign in as one of the demo's people, and be at ``path``: ``who`` is the first name. They were shown around
        before. ``now``: what time the browser takes it to be, in the demo's own zone; its clock goes on from there."""
        size, zone = ViewportSize(width=width, height=height), "Asia/Kolkata" if now is not None else None
        context = await browser.new_context(viewport=size, reduced_motion="reduce", timezone_id=zone)
        if now is not None:
            await context.clock.install(time=now)
        context.set_default_timeout(PATIENCE)
        visitor = cls(await context.new_page())
        await visitor._shown_around(url, PARTS.get(who, who.lower()))
        await visitor.page.goto(f"{url}{path}")
        if path == "/":
            await visitor.page.get_by_role("button", name="Open a ticket").first.wait_for()
        return visitor

    async def _shown_around(self, url: str, role: str) -> None:
        """Sign in, and have seen every tour: its callout would lie over what a test presses."""
        calls = self.page.context.request
        entered = await calls.post(f"{url}/session/demo", form={"who": role, "next": "/"}, max_redirects=0)
        assert entered.status == 303, await entered.text()
        headers = {
            "X-CSRF-Token": (await (await calls.get(f"{url}/api/me")).json())["csrf"],
            "Idempotency-Key": "toured",
        }
        seen = await calls.put(f"{url}/api/preferences/toured", data=TOURS, headers=headers)
        assert seen.ok, await seen.text()


async def comes_true(page: Page, words: str) -> None:
    """``words``: JavaScript, asked again and again from here: the page's own policy forbids to evaluate it there."""
    async with patience(15):
        while not await page.evaluate(words):
            await page.wait_for_timeout(50)
