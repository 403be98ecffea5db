"""Larger, calmer, in forced colours or mirrored: every page still fits, and says what happens."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.fakes.accessible import FOCUS, Ground, message, nothing, open_ground

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ground(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    async with open_ground(tmp_path_factory.mktemp("accessible")) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def no_window_left(ground: Ground) -> AsyncIterator[None]:
    yield
    for context in ground.browser.contexts:
        await context.close()


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
