"""Every page for everybody: axe-core finds nothing, and the keyboard suffices.

axe-core comes with axe-playwright-python. Its rules of WCAG 2.0 to 2.2, A and AA, are run, and its best practices.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.fakes.accessible import FOCUS, Ground, message, nothing, open_ground

pytestmark = pytest.mark.asyncio(loop_scope="module")

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE = (390, 844)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ground(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    async with open_ground(tmp_path_factory.mktemp("accessible")) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def no_window_left(ground: Ground) -> AsyncIterator[None]:
    yield
    for context in ground.browser.contexts:
        await context.close()


# ---- every page, and what opens on it

Open = Callable[[Page], Awaitable[None]]


def press(selector: str, then: str) -> Open:
    async def opened(page: Page) -> None:
        await nothing(page)
        await page.locator(selector).first.click()
        await expect(page.locator(then).first).to_be_visible()

    return opened


def key(name: str, then: str) -> Open:
    async def opened(page: Page) -> None:
        await nothing(page)
        await page.keyboard.press(name)
        await expect(page.locator(then).first).to_be_visible()

    return opened


async def wrong_password(page: Page) -> None:
    await page.get_by_label("Email").first.fill("nobody@example.org")
    await page.get_by_label("Password").first.fill("not the one")
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_role("alert")).to_be_visible()


async def form_with_problem(page: Page) -> None:
    await press("#open-ticket", "dialog[open] form")(page)
    form = page.get_by_role("dialog")
    await page.route("**/api/forms", lambda route: route.abort())
    await form.get_by_label("What is the matter?").fill("The network is away")
    await form.get_by_label("Category", exact=True).select_option("platform")
    await form.get_by_label("Tell us more").fill("It is not there.")
    await form.get_by_role("button", name="Open the ticket").click()
    await expect(form.get_by_role("alert").first).not_to_be_empty()


async def picker(page: Page) -> None:
    await nothing(page)
    await message(page, "Which browser").get_by_role("button", name="React").press("Enter")
    await expect(page.get_by_role("group", name="React with")).to_be_visible()


async def editor(page: Page) -> None:
    await nothing(page)
    await message(page, "Firefox 141").get_by_role("button", name="Edit").press("Enter")
    await expect(page.get_by_role("textbox", name="Edit your message")).to_be_focused()


async def removal(page: Page) -> None:
    await nothing(page)
    await message(page, "Firefox 141").get_by_role("button", name="Delete").press("Enter")
    await expect(page.get_by_role("group", name="Delete this message?")).to_be_visible()


async def offline(page: Page) -> None:
    await nothing(page)
    await page.context.set_offline(True)
    await page.locator("#say").fill("Written on the train")
    await page.locator("#say").press("Enter")
    await expect(page.get_by_test_id("pending")).to_contain_text("waits for the connection")


async def many(page: Page) -> None:
    await nothing(page)
    await page.locator("#pick-all").check()
    await expect(page.get_by_role("toolbar", name="Selected tickets")).to_be_visible()


async def help_card(page: Page) -> None:
    await nothing(page)
    await page.locator("#say").fill("/help")
    await page.locator("#say").press("Escape")
    await page.locator("#say").press("Enter")
    await expect(page.get_by_role("region", name="Only you see this")).to_be_visible()


async def menu(page: Page) -> None:
    await nothing(page)
    await page.locator("#say").press_sequentially("/")
    await expect(page.get_by_role("listbox", name="Suggestions")).to_be_visible()


PAGES: dict[str, tuple[str, str, Open]] = {
    "welcome": ("", "/welcome", nothing),
    "welcome, wrong password": ("", "/welcome", wrong_password),
    "student, home": ("student", "/", nothing),
    "student, password and sign-ins": ("student", "/account", nothing),
    "student, thread": ("student", "/t/T-1", nothing),
    "student, form": ("student", "/", press("#open-ticket", "dialog[open] form")),
    "student, form with a problem": ("student", "/", form_with_problem),
    "student, menu of commands": ("student", "/t/T-1", menu),
    "student, help": ("student", "/", help_card),
    "student, lightbox": ("student", "/t/T-1", press("#entries a.picture", "dialog.lightbox[open] img")),
    "student, reactions": ("student", "/t/T-1", picker),
    "student, editing": ("student", "/t/T-1", editor),
    "student, removing": ("student", "/t/T-1", removal),
    "student, offline": ("student", "/t/T-3", offline),
    "student, notices": ("student", "/", press("#bell", "#notices")),
    "student, account": ("student", "/", press(".account", "#account")),
    "student, not here": ("student", "/t/T-99", nothing),
    "student, no such page": ("student", "/t/12", nothing),
    "student, for staff": ("student", "/alerts", nothing),
    "agent, home": ("agent", "/", nothing),
    "agent, thread": ("agent", "/t/T-1", nothing),
    "agent, note": ("agent", "/t/T-1", press("#write-as label:has([value=note])", ".noting #say")),
    "agent, filters": ("agent", "/", press("#filter-toggle", "#filters select")),
    "agent, palette": ("agent", "/", key("Control+k", "dialog.palette[open] [role=option]")),
    "agent, keys": ("agent", "/", key("?", "dialog[open] kbd")),
    "agent, many at once": ("agent", "/", many),
    "lead, alerts": ("lead", "/alerts", nothing),
    "admin, people": ("admin", "/admin/people", nothing),
    "admin, role": ("admin", "/admin/people", press("[data-role-of]", "dialog[open] select")),
    "admin, teams": ("admin", "/admin/teams", nothing),
    "admin, pending": ("admin", "/admin/pending", nothing),
    "admin, failures": ("admin", "/admin/failures", nothing),
    "admin, alerts": ("admin", "/admin/alerts", nothing),
    "admin, webhooks": ("admin", "/admin/webhooks", nothing),
    "admin, configuration": ("admin", "/admin/configuration", nothing),
}
OTHER_ON_PHONES = [
    "welcome",
    "student, home",
    "student, thread",
    "student, form",
    "student, lightbox",
    "agent, home",
    "agent, note",
    "lead, alerts",
    "admin, people",
    "admin, configuration",
]


async def violations(page: Page, rules: dict[str, Any]) -> list[str]:
    found = await Axe().run(page, options={"runOnly": rules, "resultTypes": ["violations"]})
    return [
        f"{one['id']}: {one['help']}: {node['target']} {node['html'][:160]} {node.get('failureSummary', '')[:300]}"
        for one in found.response["violations"]
        for node in one["nodes"]
    ]


async def by_day_and_by_night(page: Page) -> list[str]:
    """Between the themes nothing differs but the colours."""
    by_day = await violations(page, {"type": "tag", "values": RULES})
    await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    return by_day + await violations(page, {"type": "rule", "values": ["color-contrast", "link-in-text-block"]})


@pytest.mark.parametrize("name", PAGES)
async def test_axe_finds_nothing(ground: Ground, name: str) -> None:
    who, path, opened = PAGES[name]
    page = await ground.page(who, path)
    await opened(page)
    assert await by_day_and_by_night(page) == []


@pytest.mark.parametrize("name", OTHER_ON_PHONES)
async def test_axe_finds_nothing_on_a_phone(ground: Ground, name: str) -> None:
    who, path, opened = PAGES[name]
    page = await ground.page(who, path, width=PHONE[0], height=PHONE[1])
    await opened(page)
    assert await by_day_and_by_night(page) == []


@pytest.mark.parametrize("who", ["student", "agent", "admin"])
async def test_axe_finds_nothing_in_the_tour(ground: Ground, who: str) -> None:
    page = await ground.page(who, toured=False)
    tour = page.get_by_role("dialog", name="A tour of this page")
    await expect(tour).to_be_visible()
    assert await by_day_and_by_night(page) == []


# ---- by keyboard alone


async def tab_to(page: Page, wanted: Callable[[dict[str, Any]], bool], key: str = "Tab") -> dict[str, Any]:
    """Walk on by Tab; at each stop the focus must be seen."""
    stops: list[str] = []
    for _ in range(80):
        await page.keyboard.press(key)
        stop: dict[str, Any] = await page.evaluate(FOCUS)
        stops.append(stop["name"])
        assert stop["isBody"] or stop["isMarked"], f"no mark of the focus on {stop}"
        assert stop["isBody"] or stop["isSeen"], f"the focus is hidden on {stop}"
        if wanted(stop):
            return stop
    raise AssertionError(f"not reached by {key}: {stops}")


async def test_a_student_opens_a_ticket_and_replies_with_tab_and_enter_alone(ground: Ground) -> None:
    page = await ground.page("student", reduced_motion="no-preference")
    await nothing(page)
    await page.locator("body").focus()
    await tab_to(page, lambda stop: stop["id"] == "open-ticket")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("textbox", name="What is the matter?")).to_be_focused()
    await page.keyboard.type("By keyboard alone")
    await tab_to(page, lambda stop: stop["id"] == "input-category")
    await page.keyboard.type("Exams")
    await tab_to(page, lambda stop: stop["id"] == "input-description")
    await page.keyboard.type("No mouse here")
    await tab_to(page, lambda stop: stop["id"] == "input-exams-course")
    await page.keyboard.type("CS2001")
    await tab_to(page, lambda stop: stop["name"] == "Open the ticket")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="By keyboard alone", level=1)).to_be_visible()
    await tab_to(page, lambda stop: stop["id"] == "say")
    await page.keyboard.type("And a reply")
    await page.keyboard.press("Enter")
    await expect(message(page, "And a reply")).to_have_count(1)
    await expect(page.get_by_test_id("pending")).to_have_count(0)


async def test_every_stop_of_a_thread_is_seen_both_ways(ground: Ground) -> None:
    page = await ground.page("agent", "/t/T-1", height=600)
    await nothing(page)
    await page.locator("#talk-title").focus()
    await tab_to(page, lambda stop: stop["id"] == "send" or stop["name"] == "Claim" or stop["id"] == "say")
    await tab_to(page, lambda stop: stop["id"] == "find", key="Shift+Tab")
