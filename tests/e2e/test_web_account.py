"""One's own account in a browser: the password is changed, and a browser left signed in somewhere is signed out."""

from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from tests.fakes.pictures import take
from tests.fakes.web_desk import WebDesk

pytestmark = pytest.mark.asyncio(loop_scope="module")

FITS = "document.documentElement.scrollWidth <= innerWidth"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OLD, NEW = "correct horse battery", "a lamp under twelve seas"
EMAIL = "mira@example.org"
TALL = {"width": 1280, "height": 940}
FIREFOX = "Mozilla/5.0 ({}; rv:140.0) Gecko/20100101 Firefox/140.0"


def url_of(desk: WebDesk) -> str:
    return str(desk.server.make_url("")).rstrip("/")


async def opened(desk: WebDesk, browser: Browser, **options: object) -> Page:
    context = await browser.new_context(**options)  # type: ignore[arg-type] - Playwright's own options, as they are
    page = await context.new_page()
    await page.goto(f"{url_of(desk)}/welcome")
    return page


async def registers(page: Page, password: str) -> None:
    form = page.locator('form[action="/session/register"]')
    await form.get_by_label("Name").fill("Mira")
    await form.get_by_label("Email").fill(EMAIL)
    await form.get_by_label("Password").fill(password)
    await form.get_by_role("button", name="Create an account").click()


async def signs_in(page: Page, password: str) -> None:
    form = page.locator('form[action="/session"]')
    await form.get_by_label("Email").fill(EMAIL)
    await form.get_by_label("Password").fill(password)
    await form.get_by_role("button", name="Sign in").click()


async def faults_of(page: Page) -> list[str]:
    options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    found = await Axe().run(page, options=options)
    return [f"{one['id']}: {node['html'][:120]}" for one in found.response["violations"] for node in one["nodes"]]


async def changes(page: Page, old: str, new: str) -> None:
    await page.get_by_label("Your password now").fill(old)
    await page.get_by_label("The new one").fill(new)
    await page.keyboard.press("Enter")


async def test_a_browser_left_behind_is_signed_out_and_the_password_changed(
    near_desk: WebDesk, browser: Browser, pictures: Path
) -> None:
    here = await opened(near_desk, browser, user_agent=FIREFOX.format("X11; Linux x86_64"), viewport=TALL)
    await registers(here, "password1")
    await expect(here.get_by_role("alert")).to_contain_text("four words that do not belong together")
    await registers(here, OLD)
    await here.wait_for_url(f"{url_of(near_desk)}/")
    left = await opened(near_desk, browser, user_agent=FIREFOX.format("Windows NT 10.0"))
    await signs_in(left, OLD)
    await left.wait_for_url(f"{url_of(near_desk)}/")

    await here.get_by_role("button", name="Account").click()
    await here.get_by_role("link", name="Password and sign-ins").click()
    await expect(here.get_by_role("heading", level=1)).to_have_text("Password and sign-ins")
    await take(here, pictures / "account-desktop-light.png")
    await here.get_by_role("button", name="Sign out Firefox on Windows").click()
    await expect(here.get_by_role("status")).to_contain_text("That browser is signed out")
    await left.reload()
    await left.wait_for_url("**/welcome**")

    await changes(here, "not the one", NEW)
    old = here.get_by_label("Your password now")
    await expect(old).to_have_attribute("aria-invalid", "true")
    await expect(old).to_have_accessible_description("The old password is another one. Nothing was changed.")
    await expect(old).to_be_focused()
    assert await faults_of(here) == []
    await changes(here, OLD, NEW)
    await expect(here.get_by_role("status")).to_contain_text("Your password is changed")
    await signs_in(left, OLD)
    await expect(left.get_by_role("alert")).to_contain_text("Invalid credentials")
    await signs_in(left, NEW)
    await left.wait_for_url(f"{url_of(near_desk)}/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_on_a_phone_it_fits_and_axe_finds_nothing(
    near_desk: WebDesk, browser: Browser, scheme: Literal["light", "dark"], pictures: Path
) -> None:
    options = {"viewport": {"width": 390, "height": 844}, "color_scheme": scheme, "reduced_motion": "reduce"}
    page = await opened(near_desk, browser, **options)
    await registers(page, OLD)
    await page.wait_for_url(f"{url_of(near_desk)}/")
    await page.goto(f"{url_of(near_desk)}/account")
    await changes(page, OLD, "qwertzuiop")
    await expect(page.get_by_label("The new one")).to_have_attribute("aria-invalid", "true")
    assert await page.evaluate(FITS)
    assert await faults_of(page) == []
    await take(page, pictures / f"account-phone-{scheme}.png", scheme)
