"""What is similar shows while a ticket's form is filled: read, followed, taken as the answer, or passed by."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Locator, Page, expect

from bot.indexer import Indexer
from core.commands import Actor, CreateFaq, OpenTicket, PublishFaq, ResolveTicket, SetVisibility
from core.model.ids import FaqId, TicketId
from core.model.people import Platform
from core.model.ticket import Visibility
from core.text import Text
from tests.e2e.test_web_paint import OUTLINE
from tests.fakes.browser import Visitor, comes_true
from tests.fakes.pictures import take
from tests.fakes.web_desk import WebDesk, desk_of, running_web_desk

pytestmark = pytest.mark.asyncio(loop_scope="module")

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TITLE = "The projector in the lecture hall shows no picture"
HOSTILE = "<img src=x onerror=alert(1)> washing machine eats <b>coins</b>"
QUESTION = "How do I reset my forgotten password?"
PROJECTOR = "Why does the projector of a lecture hall show no picture?"
ANSWER = "Open the sign-in page and press “Forgot”.\n\nThe mail comes within five minutes."
FITS = "document.documentElement.scrollWidth <= innerWidth"


@pytest_asyncio.fixture(loop_scope="module")
async def desk(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[WebDesk]:
    """T-1 and T-2 are public, T-3 is solved, T-4 to T-6 are private ones of others that may be followed unseen; two
    FAQs are published."""
    setup = desk_of()
    platform = replace(setup.categories["platform"], blind_follow=True)
    setup = replace(setup, categories={**setup.categories, "platform": platform})
    async with running_web_desk(tmp_path, sqlite_template, setup=setup) as running:
        agent, admin = (Actor(person=running.people[who], door=Platform.WEB) for who in ("agent", "admin"))
        for title in (TITLE, HOSTILE, f"{TITLE} since Monday"):
            await shown_to_all(running, await running.ticket("other", title))
        await running.engine.handle(ResolveTicket(ticket=TicketId(3), answer=Text.of("Press the red switch.")), agent)
        for who in ("other", "lead", "admin"):
            words = Text.of(f"Secret words of {who}.")
            opening = OpenTicket(title="My wallet was stolen in the library", description=words, category="platform")
            await running.engine.handle(opening, Actor(person=running.people[who], door=Platform.WEB))
        for question, answer in ((QUESTION, ANSWER), (PROJECTOR, "Press Source twice.")):
            made = await running.engine.handle(CreateFaq(question=question, answer=Text.of(answer)), agent)
            assert made.faq is not None
            await running.engine.handle(PublishFaq(faq=made.faq), admin)
        await Indexer(store=running.store, clock=running.clock, owner="one").drain()
        yield running


async def shown_to_all(desk: WebDesk, ticket: TicketId) -> None:
    public = SetVisibility(ticket=ticket, visibility=Visibility.PUBLIC, previewed=True)
    await desk.engine.handle(public, Actor(person=desk.people["lead"], door=Platform.WEB))


def url_of(desk: WebDesk) -> str:
    return str(desk.server.make_url("")).rstrip("/")


async def student(desk: WebDesk, browser: Browser, *, width: int = 1280, height: int = 800) -> Visitor:
    """With the form of a ticket before them."""
    visitor = await Visitor.be("Sam", url_of(desk), browser, width=width, height=height)
    await visitor.page.get_by_role("button", name="Open a ticket").locator("visible=true").first.click()
    await visitor.page.get_by_role("dialog").wait_for()
    return visitor


def panel(page: Page) -> Locator:
    return page.get_by_role("region", name="Similar to yours")


async def fill(page: Page, title: str) -> None:
    await page.get_by_role("textbox", name="What is the matter?").fill(title)


async def test_similar_tickets_show_while_the_title_is_typed_and_move_nothing(desk: WebDesk, browser: Browser) -> None:
    sam = await student(desk, browser)
    send = sam.page.get_by_role("dialog").locator("[type=submit]")
    usual, before = await send.text_content(), await send.bounding_box()
    await sam.page.get_by_role("textbox", name="What is the matter?").press_sequentially(
        "projector lecture hall no picture", delay=5
    )
    rows = panel(sam.page).get_by_role("listitem")
    await expect(rows).to_have_count(3)
    await expect(rows.first.get_by_role("link")).to_contain_text("T-")
    await expect(rows.locator("mark").filter(has_text=re.compile("^projector$")).first).to_be_visible()
    await expect(send).to_have_text("Open mine")
    after = await send.bounding_box()
    assert before is not None
    assert after is not None
    assert (before["y"], before["x"] + before["width"]) == (after["y"], after["x"] + after["width"])
    await expect(sam.page.get_by_role("textbox", name="What is the matter?")).to_be_focused()
    said = sam.page.get_by_role("dialog").get_by_role("status").first
    await expect(said).to_contain_text("Similar to yours, below the form:")
    await fill(sam.page, "Where is the swimming pool")
    await expect(panel(sam.page)).to_be_hidden()
    await expect(send).to_have_text(usual or "")
    await expect(said).to_have_text("")
    assert sam.faults == []


async def test_plus_one_closes_the_form_and_undo_brings_it_back(desk: WebDesk, browser: Browser) -> None:
    sam = await student(desk, browser)
    await fill(sam.page, "projector lecture hall no picture")
    await sam.page.get_by_label("Category", exact=True).select_option(label="Platform and login")
    await panel(sam.page).get_by_role("button", name="+1, tell me when it is solved: T-1").click()
    toast = sam.page.get_by_test_id("toast").filter(has_text="You follow T-1: you will hear when it is solved")
    await expect(toast.get_by_role("link", name="Open T-1")).to_be_visible()
    await expect(sam.page.get_by_role("dialog")).to_be_hidden()
    await expect(sam.page.locator("#thread-list a[data-ref=T-1]")).to_be_visible()
    await toast.get_by_role("button", name="Undo").click()
    await expect(sam.page.get_by_test_id("toast").filter(has_text="You no longer follow T-1")).to_be_visible()
    await expect(sam.page.get_by_role("textbox", name="What is the matter?")).to_have_value(
        "projector lecture hall no picture"
    )
    async with desk.store.read() as work:
        assert desk.people["student"] not in await work.tickets.followers(TicketId(1))
    assert sam.faults == []


async def test_a_faq_is_read_in_place_before_it_is_taken_as_the_answer(desk: WebDesk, browser: Browser) -> None:
    sam = await student(desk, browser)
    await fill(sam.page, "reset forgotten password")
    row = panel(sam.page).get_by_role("listitem").filter(has_text=QUESTION)
    await expect(row.get_by_role("button", name="This answers it")).to_be_hidden()
    opener = row.get_by_role("button", name=f"Read it here: F-1 {QUESTION}")
    await opener.focus()
    await sam.page.keyboard.press("Enter")
    await expect(row.get_by_text("The mail comes within five minutes.").last).to_be_visible()
    await sam.page.keyboard.press("Tab")
    await row.get_by_role("button", name="This answers it").press("Enter")
    await expect(sam.page.get_by_test_id("toast").filter(has_text="Good to hear that it is answered")).to_be_visible()
    await expect(sam.page.get_by_role("dialog")).to_be_hidden()
    await sam.page.get_by_role("button", name="Open mine after all").click()
    await expect(sam.page.get_by_role("textbox", name="What is the matter?")).to_have_value("reset forgotten password")
    async with desk.store.read() as work:
        faq = await work.faqs.get(FaqId(1))
    assert faq is not None
    assert faq.helpful == 1
    assert sam.faults == []


async def test_what_comes_while_the_panel_is_used_waits(desk: WebDesk, browser: Browser) -> None:
    """The look at the new words is on its way when the reader is in the panel already."""
    sam = await student(desk, browser)
    await fill(sam.page, "projector lecture hall no picture")
    choice = panel(sam.page).get_by_role("button", name="+1, tell me when it is solved: T-1")
    await choice.wait_for()
    async with sam.page.expect_response("**/api/similar"):
        await fill(sam.page, "reset forgotten password")
        await choice.focus()
    await expect(choice).to_be_focused()
    await sam.page.get_by_role("textbox", name="What is the matter?").focus()
    await expect(panel(sam.page).get_by_role("listitem")).to_contain_text([QUESTION])


async def test_others_are_a_number_and_plus_one_to_them_is_blind(desk: WebDesk, browser: Browser) -> None:
    sam = await student(desk, browser)
    await fill(sam.page, "wallet stolen library")
    await expect(panel(sam.page)).to_contain_text("3 others reported something like this")
    words = await panel(sam.page).text_content()
    assert "Secret" not in (words or "")
    assert "T-" not in (words or "")
    await panel(sam.page).get_by_role("button", name=re.compile("^\\+1, tell me when it is solved")).click()
    await expect(sam.page.get_by_test_id("toast").filter(has_text="You will hear when it is solved")).to_be_visible()
    assert sam.faults == []


@pytest.mark.parametrize(("size", "name"), [((1280, 800), "desktop"), ((320, 700), "narrow")])
async def test_what_is_followed_unseen_is_listed_by_ones_own_words_and_let_go(
    desk: WebDesk, browser: Browser, pictures: Path, size: tuple[int, int], name: str
) -> None:
    mine = "wallet stolen library <b>today</b>"
    sam = await student(desk, browser, width=size[0], height=size[1])
    page = sam.page
    await fill(page, mine)
    if name == "narrow":
        await panel(page).get_by_role("button", name=re.compile("^Similar to yours")).click()
    await panel(page).get_by_role("button", name=re.compile("^\\+1, tell me when it is solved")).click()
    await expect(page.get_by_role("dialog")).to_be_hidden()
    rows = page.get_by_role("list", name="Private tickets that I follow").get_by_role("listitem")
    await expect(rows).to_have_count(0)
    await page.get_by_role("radio", name="Followed").check()
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text([mine])
    await expect(rows).to_contain_text(["a private ticket like yours · followed"])
    await expect(page.get_by_text("You follow no ticket.")).to_be_hidden()
    await expect(page.locator("#list-count")).to_have_text("1 ticket")
    await comes_true(page, FITS)
    await take(page, pictures / f"student-followed-{name}.png")
    assert (await Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})).response["violations"] == []
    await page.reload()
    await expect(rows).to_have_count(1)
    painted, made = await page.evaluate(OUTLINE, ["thread-unseen", "thread-none", "thread-list", "list-count"])
    assert painted == made
    shown = await page.locator("#threads").text_content()
    assert "Secret" not in (shown or "") and "T-" not in (shown or "")

    await rows.get_by_role("button", name=f"Stop following: {mine}").press("Enter")
    await expect(page.get_by_test_id("toast").filter(has_text="You no longer follow it")).to_be_visible()
    await expect(rows).to_have_count(0)
    await expect(page.get_by_text("You follow no ticket.")).to_be_visible()
    await expect(page.locator("#filter-words")).to_be_focused()
    await page.get_by_role("radio", name="Mine").check()
    await expect(rows).to_have_count(0)
    assert sam.faults == []


async def test_markup_in_a_suggestion_stays_text(desk: WebDesk, browser: Browser) -> None:
    sam = await student(desk, browser)
    await fill(sam.page, "washing machine img coins onerror alert b src")
    link = panel(sam.page).get_by_role("link", name=HOSTILE)
    await expect(link).to_be_visible()
    assert await panel(sam.page).locator("img, b, script").count() == 0
    assert await link.get_attribute("target") == "_blank"
    assert sam.faults == []


async def test_open_mine_opens_it_all_the_same(desk: WebDesk, browser: Browser) -> None:
    sam = await student(desk, browser)
    await fill(sam.page, TITLE)
    await sam.page.get_by_label("Category", exact=True).select_option(label="Platform and login")
    await sam.page.get_by_label("Tell us more").fill("Room seven.")
    await sam.page.get_by_role("button", name="Open mine").click()
    await sam.page.wait_for_url("**/t/T-7")
    assert sam.faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("size", "name"), [((1280, 800), "desktop"), ((390, 844), "phone")])
async def test_it_fits_and_is_for_everybody(
    desk: WebDesk, browser: Browser, pictures: Path, size: tuple[int, int], name: str, scheme: str
) -> None:
    sam = await student(desk, browser, width=size[0], height=size[1])
    page = sam.page
    await fill(page, "projector lecture hall shows no picture")
    toggle = panel(page).get_by_role("button", name=re.compile("^Similar to yours"))
    await toggle.wait_for()
    is_dark = scheme == "dark"
    await page.emulate_media(color_scheme="dark" if is_dark else "light")
    if name == "phone":
        await expect(toggle).to_have_attribute("aria-expanded", "false")
        await take(page, pictures / f"student-similar-closed-{name}-{scheme}.png", "dark" if is_dark else "light")
        await toggle.click()
    await expect(panel(page).get_by_role("listitem").first).to_be_visible()
    await comes_true(page, FITS)
    await take(page, pictures / f"student-similar-{name}-{scheme}.png", "dark" if is_dark else "light")
    await panel(page).get_by_role("button", name="Read it here").click()
    await expect(panel(page).get_by_role("button", name=f"This answers it: F-2 {PROJECTOR}")).to_be_visible()
    found = await Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    assert found.response["violations"] == [], found.generate_report()
    assert sam.faults == []
