"""Search in the console: a student's box and lists, the staff's words, and where they stand in each ticket."""

import re
from collections.abc import AsyncIterator
from difflib import unified_diff
from pathlib import Path

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Locator, Page, expect

from bot.indexer import Indexer
from core.commands import Actor, ChangeTags, OpenTicket, PostMessage, SetVisibility
from core.model.ids import TicketId
from core.model.people import Platform
from core.model.thread import MessageKind
from core.model.ticket import Visibility
from core.text import Text
from tests.e2e.test_web_paint import OUTLINE
from tests.fakes.browser import Visitor, comes_true
from tests.fakes.pictures import take
from tests.fakes.web_desk import WebDesk

pytestmark = pytest.mark.asyncio(loop_scope="module")

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
HOSTILE = "<img src=x onerror=alert(1)> & <b>zebra</b>"
FITS = "document.documentElement.scrollWidth <= innerWidth"
PLACES = ["thread-list", "thread-none", "list-count", "list-title"]


def at(desk: WebDesk, who: str) -> Actor:
    return Actor(person=desk.people[who], door=Platform.WEB)


async def opened(desk: WebDesk, who: str, title: str, words: str) -> TicketId:
    opening = OpenTicket(title=title, description=Text.of(words), category="platform")
    ticket = (await desk.engine.handle(opening, at(desk, who))).ticket
    assert ticket is not None
    return ticket


@pytest_asyncio.fixture(loop_scope="module")
async def desk(near_desk: WebDesk) -> WebDesk:
    """T-1 is the student's, with a note about a quagga; T-2 is another's and private; T-3 and T-4 are public."""
    own = await opened(near_desk, "student", f"Printer {HOSTILE}", f"It stops at {HOSTILE} every morning.")
    await opened(near_desk, "other", "A private matter", "Nobody may read of this zebra.")
    for title in ("The lab door", "The wifi"):
        ticket = await opened(near_desk, "other", title, f"{title} is shut, a zebra stands in front of it.")
        public = SetVisibility(ticket=ticket, visibility=Visibility.PUBLIC, previewed=True)
        await near_desk.engine.handle(public, at(near_desk, "lead"))
    note = PostMessage(ticket=own, kind=MessageKind.NOTE, text=Text.of("Perhaps it is a quagga."))
    await near_desk.engine.handle(note, at(near_desk, "agent"))
    await Indexer(store=near_desk.store, clock=near_desk.clock, owner="one").drain()
    return near_desk


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def no_window_left(browser: Browser) -> AsyncIterator[None]:
    yield
    for context in browser.contexts:
        await context.close()


async def come(desk: WebDesk, browser: Browser, who: str = "Sam", *, width: int = 1280, height: int = 800) -> Visitor:
    return await Visitor.be(who, str(desk.server.make_url("")).rstrip("/"), browser, width=width, height=height)


def rows(page: Page) -> Locator:
    return page.locator("#thread-list > li")


def box(page: Page) -> Locator:
    return page.get_by_role("searchbox")


async def refs(page: Page, *wanted: str) -> None:
    await expect(page.locator("#thread-list .ref")).to_have_text(list(wanted))


async def test_a_student_searches_their_own_tickets_and_never_sees_anothers_private_one(
    desk: WebDesk, browser: Browser
) -> None:
    sam = await come(desk, browser)
    page = sam.page
    await box(page).fill("zebra")
    await expect(page.get_by_role("status").get_by_text("1 ticket", exact=True)).to_be_visible()
    await refs(page, "T-1")
    await expect(rows(page).locator("mark")).to_have_text(["zebra"])
    await page.get_by_role("radio", name="Public").check()
    await expect(page.get_by_role("heading", name="Public tickets")).to_be_visible()
    await refs(page, "T-4", "T-3")
    await box(page).fill("private matter")
    await expect(page.get_by_text("No ticket here fits what you look for.")).to_be_visible()
    await expect(rows(page)).to_have_count(0)
    assert sam.faults == []


async def test_a_student_finds_no_note_and_an_agent_reads_that_it_is_one(desk: WebDesk, browser: Browser) -> None:
    student = (await come(desk, browser)).page
    await box(student).fill("quagga")
    await expect(student.get_by_role("status").get_by_text("0 tickets", exact=True)).to_be_visible()

    agent = (await come(desk, browser, "Asha")).page
    await agent.keyboard.press("f")
    await expect(box(agent)).to_be_focused()
    await agent.keyboard.type("quagga")
    await refs(agent, "T-1")
    found = rows(agent).locator(".item-found.of-note")
    await expect(found).to_have_text(re.compile("^Note: .*quagga"))
    await expect(found.locator("mark")).to_have_text(["quagga"])


async def test_a_typed_list_offers_its_filters_and_shows_where_the_words_stand(desk: WebDesk, browser: Browser) -> None:
    sam = await come(desk, browser)
    page = sam.page
    say = page.locator("#say")
    await say.fill("")
    await say.press_sequentially("/ticket list zebra every among:")
    await page.get_by_role("option", name="followed").click()
    await expect(say).to_have_value("/ticket list zebra every among:followed ")
    await say.press("Enter")
    await expect(page.get_by_text("Nothing here.")).to_be_visible()
    await say.fill("/ticket list zebra every among:mine")
    await say.press("Enter")
    found = page.locator(".rows .item-found")
    await expect(found).to_contain_text(f"at {HOSTILE} every morning.")
    await expect(found.locator("mark")).to_have_text(["zebra", "every"])
    assert await page.locator(".rows").locator("img, b").count() == 0
    assert sam.faults == []


async def test_markup_in_titles_and_snippets_stays_text(desk: WebDesk, browser: Browser) -> None:
    sam = await come(desk, browser)
    page = sam.page
    await box(page).fill("zebra")
    await expect(rows(page).locator(".item-found")).to_contain_text(HOSTILE)
    await page.reload()
    await expect(rows(page).locator(".item-found")).to_contain_text(HOSTILE)
    await expect(rows(page).locator(".item-title")).to_have_text([f"Printer {HOSTILE}"])
    assert await page.locator("#list").locator("img, b").count() == 0
    assert sam.faults == []


@pytest.mark.parametrize(
    "query", ["q=zebra", "among=public", "among=public&q=zebra&order=newest", "among=followed", "q=x1"]
)
async def test_the_address_keeps_a_search_and_the_server_paints_what_the_modules_build(
    desk: WebDesk, browser: Browser, query: str
) -> None:
    url = str(desk.server.make_url("")).rstrip("/")
    page = (await Visitor.be("Sam", url, browser, now=desk.clock.now())).page
    await page.clock.set_fixed_time(desk.clock.now())
    await page.goto(f"{page.url.rstrip('/')}/?{query}")
    await expect(page.locator("#say")).to_be_enabled()
    painted, made = await page.evaluate(OUTLINE, PLACES)
    differing = unified_diff("\n".join(painted).splitlines(), "\n".join(made).splitlines(), "painted", "made", n=2)
    assert "\n".join(differing) == ""
    assert page.url.endswith(f"/?{query}")


async def test_an_address_that_asks_for_what_there_is_not_shows_ones_own(desk: WebDesk, browser: Browser) -> None:
    sam = await come(desk, browser)
    page = sam.page
    for query in ("among=all", "status=nonsense&q=zebra", "order=worst", "among=public&category=nowhere"):
        await page.goto(f"{page.url.split('?')[0]}?{query}")
        await refs(page, "T-1")
        await expect(page.get_by_role("heading", name="My tickets")).to_be_visible()


async def test_lists_are_narrowed_and_put_in_order_and_back_is_as_it_was_left(desk: WebDesk, browser: Browser) -> None:
    page = (await come(desk, browser)).page
    await page.get_by_role("radio", name="Public").check()
    await refs(page, "T-4", "T-3")
    await page.get_by_role("button", name="Filter").click()
    await page.get_by_label("Status").select_option("resolved")
    await refs(page)
    await page.get_by_label("Status").select_option("live")
    await refs(page, "T-4", "T-3")
    await page.get_by_role("link", name=re.compile("The lab door")).click()
    await page.get_by_role("button", name="Follow", exact=True).click()
    await expect(page.get_by_role("button", name="Unfollow")).to_be_visible()
    await page.get_by_label("Order").select_option("followers")
    await refs(page, "T-3", "T-4")
    await page.go_back()
    await refs(page, "T-3", "T-4")
    await expect(page).to_have_url(re.compile(r"/\?among=public&status=live&order=followers$"))
    await page.get_by_role("radio", name="Followed").check()
    await refs(page, "T-3")


async def test_where_nothing_is_found_there_are_ways_on(desk: WebDesk, browser: Browser) -> None:
    page = (await come(desk, browser)).page
    await box(page).fill("lab")
    await page.get_by_role("button", name="Look in public tickets").click()
    await refs(page, "T-3")
    await expect(box(page)).to_be_focused()
    await box(page).fill("xylophone")
    await page.get_by_role("button", name="Open a ticket with these words").click()
    form = page.get_by_role("dialog", name="Open a ticket")
    await expect(form.get_by_label("What is the matter?")).to_have_value("xylophone")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Ask the desk").click()
    await expect(page.get_by_role("region", name="Only you see this")).to_be_visible()


async def test_by_keyboard_the_search_is_reached_and_left_into_what_it_found(desk: WebDesk, browser: Browser) -> None:
    page = (await come(desk, browser)).page
    await page.keyboard.press("Control+k")
    await expect(box(page)).to_be_focused()
    await page.keyboard.type("zebra")
    await refs(page, "T-1")
    await expect(rows(page).locator("mark")).to_have_count(1)
    await page.keyboard.press("ArrowDown")
    await expect(rows(page).get_by_role("link")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("/t/T-1$"))


async def test_an_agent_looks_in_all_tickets_where_the_filter_has_none_with_the_words(
    desk: WebDesk, browser: Browser
) -> None:
    asha = await come(desk, browser, "Asha")
    page = asha.page
    order = page.get_by_label("Order")
    await expect(order.locator("[value=best]")).to_be_disabled()
    await page.get_by_role("button", name=re.compile("^Urgent")).click()
    await box(page).fill("zebra")
    await expect(page.get_by_text("No ticket of this filter has these words.")).to_be_visible()
    await page.get_by_role("button", name="Look in all tickets").click()
    await expect(rows(page)).to_have_count(4)
    await expect(order).to_have_value("best")
    await expect(page.locator("#thread-list li:first-child .ref")).to_have_text("T-1")
    await order.select_option("followers")
    await expect(rows(page)).to_have_count(4)
    assert asha.faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("size", "name"), [((1280, 800), "desktop"), ((390, 844), "phone")])
@pytest.mark.parametrize("who", ["Sam", "Asha"])
async def test_it_fits_and_is_for_everybody(
    desk: WebDesk, browser: Browser, pictures: Path, who: str, size: tuple[int, int], name: str, scheme: str
) -> None:
    visitor = await come(desk, browser, who, width=size[0], height=size[1])
    page = visitor.page
    is_dark = scheme == "dark"
    await page.emulate_media(color_scheme="dark" if is_dark else "light")
    if who == "Sam":
        await page.get_by_role("radio", name="Public").check()
    await page.get_by_role("button", name="Filter").click()
    await box(page).fill("zebra" if who == "Sam" else "quagga")
    await expect(rows(page).locator("mark").first).to_be_visible()
    await comes_true(page, FITS)
    await take(page, pictures / f"search-{who.lower()}-{name}-{scheme}.png", "dark" if is_dark else "light")
    found = await Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    assert found.response["violations"] == [], found.generate_report()
    await box(page).fill("xylophone")
    await expect(page.locator("#none-ways button").first).to_be_visible()
    await comes_true(page, FITS)
    await take(page, pictures / f"search-{who.lower()}-nothing-{name}-{scheme}.png", "dark" if is_dark else "light")
    found = await Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    assert found.response["violations"] == [], found.generate_report()
    assert visitor.faults == []


async def test_tags_are_offered_while_one_types_them_and_narrow_the_list(desk: WebDesk, browser: Browser) -> None:
    for ticket, tags, who in ((1, ("jam", "zebra"), "student"), (2, ("quagga",), "other")):
        await desk.engine.handle(ChangeTags(ticket=TicketId(ticket), add=tags), at(desk, who))
    sam = await come(desk, browser)
    page = sam.page
    await page.get_by_role("button", name="Filter").click()
    box = page.get_by_label("Tag", exact=True)
    offers = page.locator("#filters datalist option")
    await box.focus()
    await expect(offers).to_have_count(2)
    await box.press_sequentially("ze")
    await expect(offers).to_have_count(1)
    await expect(offers.first).to_have_attribute("value", "zebra")
    await box.fill("quag")
    await expect(offers).to_have_count(0)
    await box.fill("jam")
    await box.press("Enter")
    await refs(page, "T-1")
    found = await Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    assert found.response["violations"] == [], found.generate_report()
    assert sam.faults == []

    agent = await Visitor.be("Agent", page.url.split("/?")[0].rstrip("/"), browser)
    await agent.page.get_by_role("button", name="Filter").click()
    tags = agent.page.get_by_label("Tags", exact=True)
    await tags.fill("jam, q")
    await expect(agent.page.locator("#filters datalist option").first).to_have_attribute("value", "jam,quagga")
    assert agent.faults == []
