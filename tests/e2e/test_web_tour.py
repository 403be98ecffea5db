"""The first visit: a guided tour for each role, skippable, shown once, shown again from /help; and notifications."""

import re
from secrets import token_hex

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.fakes.browser import Visitor, comes_true
from tests.fakes.process import DeskProcess
from tests.fakes.web_desk import WebDesk

pytestmark = pytest.mark.asyncio(loop_scope="module")

STEPS = {"student": 4, "agent": 6, "lead": 6, "admin": 5}
SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
POINTS_AT_SOMETHING = """() => {
  const ring = document.querySelector(".tour-ring").getBoundingClientRect();
  const callout = document.querySelector(".tour").getBoundingClientRect();
  const isInside = ({ left, top, right, bottom }) =>
    left >= -8 && top >= -8 && right <= innerWidth + 8 && bottom <= innerHeight + 8;
  return ring.width > 8 && ring.height > 8 && isInside(ring) && isInside(callout);
}"""
A_ROUND_TRIP = "() => fetch('/api/preferences').then((answer) => answer.json())"


def url_of(desk: WebDesk) -> str:
    return str(desk.server.make_url("")).rstrip("/")


async def first_visit(desk: WebDesk, browser: Browser, who: str, size: str = "desktop") -> Page:
    """Signed in as ``who``, to whom nothing was shown yet."""
    width, height = SIZES[size]
    context = await browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    page = await context.new_page()
    form = {"who": who, "next": "/"}
    await context.request.post(f"{url_of(desk)}/session/demo", form=form, max_redirects=0)
    return page


def tour(page: Page) -> Locator:
    return page.get_by_role("dialog", name="A tour of this page")


async def no_tour(page: Page) -> None:
    """Not even once the page has learned which tours were seen."""
    await expect(page.get_by_role("button", name="Open a ticket").first).to_be_attached()
    await page.wait_for_load_state("networkidle")
    await page.evaluate(A_ROUND_TRIP)
    await expect(tour(page)).to_have_count(0)


async def run_help(page: Page) -> None:
    box = page.get_by_role("form", name="Message").get_by_role("textbox")
    await box.fill("/help")
    await box.press("Escape")
    await box.press("Enter")


@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("who", list(STEPS))
async def test_each_role_is_shown_around_once_and_again_from_help(
    near_desk: WebDesk, browser: Browser, who: str, size: str
) -> None:
    await near_desk.ticket("student")
    page = await first_visit(near_desk, browser, who, size)
    await page.goto(url_of(near_desk))
    titles = set()
    for number in range(1, STEPS[who] + 1):
        await expect(tour(page).get_by_text(f"{number} of {STEPS[who]}")).to_be_visible()
        await comes_true(page, POINTS_AT_SOMETHING)
        titles.add(await tour(page).get_by_role("heading").text_content())
        await tour(page).get_by_role("button", name="Done" if number == STEPS[who] else "Next").click()
    assert len(titles) == STEPS[who]
    await expect(tour(page)).to_have_count(0)
    await page.reload()
    await no_tour(page)

    await page.goto(f"{url_of(near_desk)}/t/T-1")
    await run_help(page)
    again = page.get_by_role("region", name="Only you see this").get_by_role("button", name="Show me around")
    await again.click()
    await expect(tour(page).get_by_role("button", name="Next")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(tour(page).get_by_text(f"2 of {STEPS[who]}")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(tour(page)).to_have_count(0)
    await expect(again).to_be_focused()


async def test_the_tour_takes_nobodys_focus_and_escape_ends_it_for_good(near_desk: WebDesk, browser: Browser) -> None:
    page = await first_visit(near_desk, browser, "student")
    async with page.expect_response("**/api/preferences/toured") as saved:
        await page.goto(url_of(near_desk))
        await expect(tour(page)).to_be_visible()
    assert (await saved.value).ok
    assert await page.evaluate("!document.querySelector('.tour').contains(document.activeElement)")
    await expect(page.get_by_text("A short tour of this page, in 4 steps")).to_be_attached()
    box = page.get_by_role("form", name="Message").get_by_role("textbox")
    await box.press_sequentially("I cannot sign in")
    await expect(tour(page)).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(tour(page)).to_have_count(0)
    await expect(box).to_have_value("I cannot sign in")
    await page.reload()
    await no_tour(page)


async def test_after_the_tour_the_single_keys_of_staff_are_no_words(near_desk: WebDesk, browser: Browser) -> None:
    await near_desk.ticket("student")
    page = await first_visit(near_desk, browser, "agent")
    await page.goto(url_of(near_desk))
    for number in range(1, STEPS["agent"] + 1):
        await tour(page).get_by_role("button", name="Done" if number == STEPS["agent"] else "Next").click()
    await expect(tour(page)).to_have_count(0)
    await page.keyboard.press("j")
    await expect(page.locator("#thread-list a").first).to_be_focused()
    await expect(page.get_by_role("form", name="Message").get_by_role("textbox")).to_have_value("")


async def test_a_tour_that_the_desk_cannot_note_down_is_not_shown_again(near_desk: WebDesk, browser: Browser) -> None:
    page = await first_visit(near_desk, browser, "agent")
    await page.route("**/api/preferences/toured", lambda route: route.fulfill(status=500, json={"message": "No."}))
    async with page.expect_response("**/api/preferences/toured"):
        await page.goto(url_of(near_desk))
        await tour(page).get_by_role("button", name="Skip the tour").click()
    await expect(page.get_by_role("alert").filter(has_text="No.")).to_have_count(0)
    await comes_true(page, "Object.keys(localStorage).some((key) => key.startsWith('toured:'))")
    await page.reload()
    await no_tour(page)


# ---- notifications

STUB = """
  window.shown = [];
  window.asked = 0;
  window.Notification = class {
    static permission = sessionStorage.getItem("permission") ?? "default";
    static async requestPermission() {
      window.asked += 1;
      Notification.permission = sessionStorage.getItem("answer") ?? "granted";
      sessionStorage.setItem("permission", Notification.permission);
      return Notification.permission;
    }
    constructor(title, options) {
      window.shown.push({ title, ...options });
      window.last = this;
    }
    close() {}
  };
  document.hasFocus = () => !window.isAway;
"""


async def with_stub(desk_url: str, browser: Browser, who: str) -> Page:
    page = (await Visitor.be(who, desk_url, browser)).page
    await page.add_init_script(STUB)
    await page.reload()
    await page.get_by_role("button", name="Notifications").click()
    return page


def switch(page: Page) -> Locator:
    return page.get_by_role("switch", name="On this device too")


async def test_notifications_are_asked_for_only_by_the_switch(near_desk: WebDesk, browser: Browser) -> None:
    page = await with_stub(url_of(near_desk), browser, "Student")
    await expect(switch(page)).to_have_attribute("aria-checked", "false")
    assert await page.evaluate("asked") == 0
    await switch(page).click()
    await expect(switch(page)).to_have_attribute("aria-checked", "true")
    assert await page.evaluate("asked") == 1
    await page.reload()
    await page.get_by_role("button", name="Notifications").click()
    await expect(switch(page)).to_have_attribute("aria-checked", "true")
    await switch(page).click()
    await expect(switch(page)).to_have_attribute("aria-checked", "false")
    assert await page.evaluate("asked") == 0


@pytest.mark.parametrize(("answer", "words"), [("denied", "Allow them in its settings"), ("default", "no answer")])
async def test_who_is_refused_by_the_browser_reads_how_to_mend_it(
    near_desk: WebDesk, browser: Browser, answer: str, words: str
) -> None:
    page = await with_stub(url_of(near_desk), browser, "Student")
    await page.evaluate("(answer) => sessionStorage.setItem('answer', answer)", answer)
    await switch(page).click()
    await expect(page.get_by_text(words)).to_be_visible()
    await expect(switch(page)).to_have_attribute("aria-checked", "false")


async def test_the_browsers_own_permission_is_understood(near_desk: WebDesk, browser: Browser) -> None:
    page = (await Visitor.be("Student", url_of(near_desk), browser)).page
    await page.context.grant_permissions(["notifications"], origin=url_of(near_desk))
    is_given = await page.evaluate("Notification.permission") == "granted"  # one without windows shows none
    await page.get_by_role("button", name="Notifications").click()
    await switch(page).click()
    await expect(switch(page)).to_have_attribute("aria-checked", str(is_given).lower())


async def call(page: Page, path: str, body: dict[str, str]) -> None:
    """As the page itself would, with its token."""
    token = await page.locator("meta[name=csrf]").get_attribute("content")
    url = re.sub(r"^(\w+://[^/]+).*", r"\1", page.url)
    headers = {"X-CSRF-Token": token or "", "Idempotency-Key": token_hex(8)}
    answer = await page.context.request.post(f"{url}{path}", data=body, headers=headers)
    assert answer.ok, await answer.text()


async def test_whoever_looks_elsewhere_is_told_of_others_words_and_led_to_them(
    desk: DeskProcess, browser: Browser
) -> None:
    student = await with_stub(desk.url, browser, "Student")
    agent = (await Visitor.be("Agent", desk.url, browser)).page
    token = await student.locator("meta[name=csrf]").get_attribute("content")
    opened = await student.context.request.post(
        f"{desk.url}/api/tickets",
        multipart={"title": "<b>Locked</b> out", "description": "Since today", "category": "platform"},
        headers={"X-CSRF-Token": token or "", "Idempotency-Key": "opened"},
    )
    assert opened.ok, await opened.text()
    await switch(student).click()
    await expect(switch(student)).to_have_attribute("aria-checked", "true")

    await call(agent, "/api/commands", {"text": "/ticket claim T-1"})
    await call(agent, "/api/threads/T-1/messages", {"text": "Before you looked away"})
    await expect(student.locator("#notice-list")).to_contain_text("T-1")
    assert await student.evaluate("shown") == []

    await student.evaluate("window.isAway = true")
    await call(student, "/api/threads/T-1/messages", {"text": "My own words"})
    await call(agent, "/api/threads/T-1/messages", {"text": "<img src=x> **Try** again"})
    await comes_true(student, "shown.length > 0")
    told = await student.evaluate("shown")
    assert all("Agent" in one["title"] + one["body"] or "T-1" in one["title"] + one["body"] for one in told)
    assert "My own words" not in str(told)
    await student.evaluate("last.onclick()")
    await student.wait_for_url("**/t/T-1")
    await expect(student.get_by_role("log").get_by_text("Try")).to_be_visible()
