"""A real browser for the tests: the system's Chromium, driven by Playwright."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Page, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Raises AssertionError with the line to type where there is none."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    assert path is not None, "The browser tests need Chromium. Type: sudo apt-get install -y chromium"
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
    async def be(cls, who: str, url: str, browser: Browser, *, width: int = 1280, height: int = 800) -> "Visitor":
        """Sign in as one of the demo's people: ``who`` is the first name."""
        context = await browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
        context.set_default_timeout(15_000)
        visitor = cls(await context.new_page())
        await visitor.page.goto(url)
        await visitor.page.get_by_role("button", name=who).click()
        await visitor.page.get_by_role("button", name="Open a ticket").first.wait_for()
        return visitor
