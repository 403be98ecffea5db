"""Every page for everybody: axe-core finds nothing, the keyboard suffices; larger, calmer or mirrored it still fits.

axe-core comes with axe-playwright-python. Its rules of WCAG 2.0 to 2.2, A and AA, are run, and its best practices.
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Locator, Page, expect

from tests.fakes.browser import TOURS, chromium
from tests.fakes.process import DeskProcess
from tests.fakes.web_desk import png

pytestmark = pytest.mark.asyncio(loop_scope="module")

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE = (390, 844)


@dataclass
class Ground:
    """One demo desk and one browser for all tests of this file, with T-1 as rich as a thread gets."""

    url: str
    browser: Browser

    async def page(self, who: str, path: str = "/", *, width: int = 1280, height: int = 800, **options: Any) -> Page:
        """Signed in as ``who`` (nobody where ""), who were shown around unless ``toured`` is false."""
        toured = options.pop("toured", True)
        wanted = {"viewport": {"width": width, "height": height}, "reduced_motion": "reduce", **options}
        context = await self.browser.new_context(**wanted)
        page = await context.new_page()
        if who:
            form = {"who": who, "next": "/"}
            await context.request.post(f"{self.url}/session/demo", form=form, max_redirects=0)
            await self.call(page, "PUT", "/api/preferences/toured", TOURS if toured else [])
        await page.goto(f"{self.url}{path}")
        return page

    async def call(self, page: Page, method: str, path: str, data: Any) -> Any:
        calls = page.context.request
        token = (await (await calls.get(f"{self.url}/api/me")).json())["csrf"]
        headers = {"X-CSRF-Token": token, "Idempotency-Key": os.urandom(8).hex()}
        answer = await calls.fetch(f"{self.url}{path}", method=method, data=data, headers=headers)
        assert answer.ok, await answer.text()
        return await answer.json() if answer.status == 200 or answer.status == 201 else None

    async def upload(self, page: Page, name: str, kind: str, content: bytes) -> str:
        calls = page.context.request
        token = (await (await calls.get(f"{self.url}/api/me")).json())["csrf"]
        file = {"name": name, "mimeType": kind, "buffer": content}
        answer = await calls.post(f"{self.url}/api/files", multipart={"file": file}, headers={"X-CSRF-Token": token})
        assert answer.ok, await answer.text()
        return str((await answer.json())["id"])


async def furnish(ground: Ground) -> None:
    student, agent = await ground.page("student"), await ground.page("agent")
    for title, priority in (
        ("I cannot sign in", "normal"),
        ("The video stands still", "urgent"),
        ("A wrong name", "low"),
    ):
        form = (await ground.call(student, "POST", "/api/commands", {"text": "/ticket open"}))["form"]
        exam = {"category": "exams", "exams:course": "CS2001", "exams:term": "May"}
        values = {"title": title, "priority": priority, "description": "Since **today**.", **exam}
        reply = await ground.call(student, "POST", "/api/forms", {"action": form["action"], "values": values})
        assert reply["ticket"] is not None, reply["form"]
    files = [
        await ground.upload(student, "screen.png", "image/png", png(300, 200)),
        await ground.upload(student, "log.txt", "text/plain", b"error 7\n" * 300),
    ]
    say = "/api/threads/T-1/messages"
    words = (
        "It says *no*, ~~never~~ `null`:\n\n> see [here](https://example.com/)\n\n1. one\n2. two\n\n```py\nx = 1\n```"
    )
    said = (await ground.call(student, "POST", say, {"text": words, "kind": "reply", "files": files}))["entry"]
    await ground.call(agent, "POST", "/api/commands", {"text": "/ticket claim T-1"})
    await ground.call(agent, "PUT", f"{say}/{said['message']}/reactions/%F0%9F%91%8D", None)
    await ground.call(agent, "POST", say, {"text": "Which browser is it?", "kind": "reply"})
    await ground.call(agent, "POST", say, {"text": "Most likely the directory.", "kind": "note"})
    gone = (await ground.call(student, "POST", say, {"text": "Never mind.", "kind": "reply"}))["entry"]
    await ground.call(student, "DELETE", f"{say}/{gone['message']}", None)
    edited = (await ground.call(student, "POST", say, {"text": "Firefox", "kind": "reply"}))["entry"]
    await ground.call(student, "PATCH", f"{say}/{edited['message']}", {"text": "Firefox 141"})
    for page in (student, agent):
        await page.context.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ground(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    folder: Path = tmp_path_factory.mktemp("accessible")
    process = DeskProcess(folder, forked=True)
    await process.start()
    try:
        async with chromium() as browser:
            made = Ground(process.url, browser)
            await furnish(made)
            yield made
    finally:
        await process.stop()


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def no_window_left(ground: Ground) -> AsyncIterator[None]:
    yield
    for context in ground.browser.contexts:
        await context.close()


def message(page: Page, words: str) -> Locator:
    return page.get_by_role("log").get_by_role("article").filter(has_text=words)


# ---- every page, and what opens on it

Open = Callable[[Page], Awaitable[None]]


async def nothing(page: Page) -> None:
    """The page as it opens, once its modules are at work."""
    await page.wait_for_load_state("networkidle")


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

FOCUS = """() => {
    const one = document.activeElement;
    const around = [one, one.closest(".box, label, .palette-box, .editor")].filter(Boolean);
    const isRinged = ({ outlineStyle, outlineWidth }) => outlineStyle !== "none" && parseFloat(outlineWidth) > 0;
    const isMarked = (style) => isRinged(style) || style.boxShadow !== "none";
    const box = (one.labels?.[0] ?? one).getBoundingClientRect();
    const shows = (share) => {
        const on = document.elementFromPoint(box.left + box.width / 2, box.top + box.height * share);
        return on !== null && (one.contains(on) || on.contains(one) || Boolean(one.labels?.[0]?.contains(on)));
    };
    return {
        name: one.getAttribute("aria-label") || one.textContent.trim().slice(0, 40) || one.id || one.localName,
        id: one.id,
        isBody: one === document.body,
        isMarked: around.some((each) => isMarked(getComputedStyle(each))),
        isSeen: [0.1, 0.3, 0.5, 0.7, 0.9].some(shows),
    };
}"""


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


# ---- larger, calmer, mirrored

TOO_WIDE = """() => [...document.querySelectorAll("body *")].filter((one) => {
    const box = one.getBoundingClientRect();
    if (!box.width || !one.checkVisibility({ opacityProperty: true })) return false;
    if (one.closest(".hidden, .sprite, .skip, .admin-nav, .views, pre")) return false;
    return box.right > innerWidth + 1 || box.left < -1;
}).map((one) => `${one.localName}#${one.id}.${one.className} ${one.textContent.trim().slice(0, 30)}`).slice(0, 5)"""
"""What sticks out of the window; code, and rows that scroll by themselves, may."""
SMALL = """() => {
    const targets = [...document.querySelectorAll("button, a[href], input, select, textarea, [tabindex='0']")];
    return targets.flatMap((one) => {
        const target = one.closest("label") ?? one;
        const { width, height } = target.getBoundingClientRect();
        const isInLine = one.localName === "a" && getComputedStyle(one).display === "inline";
        const isHere = width > 0 && target.checkVisibility({ opacityProperty: true }) && !one.closest(".hidden");
        const isSmall = isHere && !isInLine && (width < 24 || height < 24);
        return isSmall ? [`${one.outerHTML.slice(0, 90)} ${width}x${height}`] : [];
    });
}"""
"""Targets of less than 24 px (WCAG 2.5.8); links within a sentence may be."""
PLACES = [("student", "/"), ("student", "/t/T-1"), ("agent", "/"), ("agent", "/t/T-1"), ("admin", "/admin/people")]
SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-bottom: 2em !important }"""
CUT = """() => [...document.querySelectorAll("button, .pill")].filter((one) => {
    const isCut = one.scrollWidth > one.clientWidth + 2 && getComputedStyle(one).overflowX === "hidden";
    return isCut && one.checkVisibility() && !one.closest(".hidden");
}).map((one) => one.textContent)"""


async def fits(page: Page) -> None:
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await page.evaluate(TOO_WIDE) == []


@pytest.mark.parametrize(
    ("who", "path"), [("", "/welcome"), *PLACES, ("admin", "/admin/configuration"), ("lead", "/alerts")]
)
async def test_at_200_and_400_percent_nothing_is_cut_off_and_all_can_be_reached(
    ground: Ground, who: str, path: str
) -> None:
    page = await ground.page(who, path, width=640, height=400, device_scale_factor=2)
    await nothing(page)
    await fits(page)
    if path.startswith("/t/"):
        await page.locator("#say").fill("Reached")
        await expect(page.locator("#send")).to_be_in_viewport()
        assert await page.evaluate("document.getElementById('scroll').clientHeight") >= 80
    await page.set_viewport_size({"width": 320, "height": 256})
    await fits(page)
    assert await page.evaluate(SMALL) == []


@pytest.mark.parametrize(("who", "path"), PLACES)
async def test_wider_spaced_words_still_fit_and_targets_are_large_enough(ground: Ground, who: str, path: str) -> None:
    page = await ground.page(who, path, bypass_csp=True)
    await nothing(page)
    assert await page.evaluate(SMALL) == []
    await page.add_style_tag(content=SPACED)
    await fits(page)
    assert await page.evaluate(CUT) == []


async def test_nothing_moves_for_those_who_want_it_calm(ground: Ground) -> None:
    for path in ("/", "/t/T-1"):
        page = await ground.page("agent", path)
        await nothing(page)
        longest = await page.evaluate(
            """Math.max(...[...document.querySelectorAll("*")].flatMap((one) => {
                const { transitionDuration, animationDuration, animationName } = getComputedStyle(one);
                return [parseFloat(transitionDuration), animationName === "none" ? 0 : parseFloat(animationDuration)];
            }))"""
        )
        assert longest <= 0.01


async def test_in_forced_colours_states_and_focus_still_show(ground: Ground) -> None:
    page = await ground.page("student", "/t/T-1", forced_colors="active")
    await nothing(page)
    await page.locator("#open-ticket").focus()
    await page.keyboard.press("Tab")
    assert (await page.evaluate(FOCUS))["isMarked"]
    assert await page.evaluate("getComputedStyle(document.querySelector('.button')).borderStyle") == "solid"


async def test_a_reply_that_comes_in_is_announced_once(ground: Ground) -> None:
    page = await ground.page("student", "/t/T-3")
    await nothing(page)
    await page.evaluate(
        """() => {
            window.announced = [];
            const LIVE = "[aria-live]:not([aria-live=off]), [role=status], [role=alert], [role=log]:not([aria-live])";
            const live = (node) => node.closest?.(LIVE);
            new MutationObserver((all) => {
                for (const { target } of all) {
                    const place = live(target.nodeType === 1 ? target : target.parentElement);
                    const words = place?.textContent.trim();
                    if (words?.includes("Look once more") && !place.matches("#notices *")) announced.push(place.id);
                }
            }).observe(document.body, { subtree: true, childList: true, characterData: true });
        }"""
    )
    agent = await ground.page("agent")
    await ground.call(agent, "POST", "/api/threads/T-3/messages", {"text": "Look once more", "kind": "reply"})
    await expect(message(page, "Look once more")).to_have_count(1)
    assert await page.evaluate("announced") == ["said"]


@pytest.mark.parametrize(("who", "path"), PLACES[:4])
@pytest.mark.parametrize("width", [1280, 390])
async def test_from_right_to_left_the_page_is_mirrored(
    ground: Ground, who: str, path: str, width: int, pictures: Path
) -> None:
    page = await ground.page(who, path, width=width, bypass_csp=True)
    await page.evaluate("document.documentElement.dir = 'rtl'")
    await nothing(page)
    await fits(page)
    where = (
        "(id) => { const box = document.getElementById(id).getBoundingClientRect(); return box.left + box.width / 2; }"
    )
    if width > 1000:
        assert await page.evaluate(where, "list") > await page.evaluate(where, "talk")
    if path != "/":
        assert await page.evaluate(where, "attach") > await page.evaluate(where, "send")
    await page.screenshot(path=pictures / f"rtl-{who}-{'thread' if path != '/' else 'home'}-{width}.png")
