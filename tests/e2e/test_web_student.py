"""The student's ways in a browser: the form of a ticket, what was begun and not sent, a phone, and the bell."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from core.model.ids import TicketId, ref_of
from tests.e2e.test_web_thread_sending import DROP, PASTE
from tests.fakes.browser import Visitor
from tests.fakes.web_desk import png
from tests.fakes.web_thread import Ground, message_box, pageerrors

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def student(ground: Ground) -> AsyncIterator[Visitor]:
    """At home, with no ticket open."""
    yield await Visitor.be("Student", ground.url, ground.browser)
    for context in ground.browser.contexts:
        await context.close()


def form(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Open a ticket")


def files(page: Page) -> Locator:
    return form(page).get_by_role("list", name="Chosen files").get_by_role("listitem")


def begun(page: Page) -> Locator:
    return page.get_by_role("region", name="Not sent yet")


async def ask(page: Page, words: str) -> None:
    await message_box(page).fill(words)
    await message_box(page).press("Enter")
    await expect(form(page).get_by_label("What is the matter?")).to_have_value(words)


async def paste_picture(page: Page, field: Locator, name: str) -> None:
    await page.evaluate(PASTE, [await field.element_handle(), list(png()), name])


async def test_a_picture_pasted_or_dropped_anywhere_in_the_form_goes_with_the_ticket(student: Visitor) -> None:
    page = student.page
    await ask(page, "The portal shows an error")
    await paste_picture(page, form(page).get_by_label("Tell us more"), "pasted.png")
    await paste_picture(page, form(page).get_by_label("What is the matter?"), "second.png")
    await form(page).get_by_role("heading").first.evaluate(DROP, [["log.txt", 12]])
    await expect(files(page)).to_have_count(3)
    await expect(files(page).get_by_text(re.compile(r"\d k?B$"))).to_have_count(3)
    await form(page).get_by_label("Tell us more").fill("Since this morning")
    await form(page).get_by_label("Category", exact=True).select_option("platform")
    await form(page).get_by_role("button", name="Open the ticket").click()
    await expect(form(page)).to_be_hidden()
    await expect(page).to_have_url(re.compile("/t/T-"))
    await expect(page.locator("#ticket").get_by_role("img", name="pasted.png")).to_be_visible()
    await expect(page.locator("#ticket").get_by_text("log.txt")).to_be_visible()
    assert pageerrors(student) == []


async def test_text_pasted_into_the_form_stays_text(student: Visitor) -> None:
    page = student.page
    await ask(page, "A word")
    field = form(page).get_by_label("Tell us more")
    is_left = """(field) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData("text/plain", "words");
        return field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    }"""
    assert await field.evaluate(is_left)
    await expect(files(page)).to_have_count(0)


async def test_a_form_that_was_begun_is_named_above_the_ask_box_and_mixes_with_no_other(student: Visitor) -> None:
    page = student.page
    await ask(page, "My card is lost")
    await form(page).get_by_label("Tell us more").fill("At the lab")
    await paste_picture(page, form(page).get_by_label("Tell us more"), "card.png")
    await expect(files(page).get_by_text(re.compile(r"\d k?B$"))).to_have_count(1)
    await page.reload()
    await expect(begun(page)).to_contain_text("You began a ticket: My card is lost")

    await ask(page, "The video stops")
    await expect(form(page).get_by_label("Tell us more")).to_have_value("")
    await expect(files(page)).to_have_count(0)
    await page.keyboard.press("Escape")
    await expect(message_box(page)).to_have_value("The video stops")
    await expect(begun(page).get_by_role("button", name="Go on")).to_have_count(1)

    await begun(page).get_by_role("button", name="Go on: My card is lost").click()
    await expect(form(page).get_by_label("What is the matter?")).to_have_value("My card is lost")
    await expect(form(page).get_by_label("Tell us more")).to_have_value("At the lab")
    await expect(files(page).get_by_text("card.png")).to_be_visible()
    await page.keyboard.press("Escape")
    await begun(page).get_by_role("button", name="Discard: My card is lost").click()
    await expect(begun(page)).to_be_hidden()
    await expect(message_box(page)).to_be_focused()
    await page.reload()
    await expect(message_box(page)).to_have_value("The video stops")
    await expect(begun(page)).to_be_hidden()
    assert pageerrors(student) == []


async def test_what_was_sent_is_begun_no_more(student: Visitor) -> None:
    page = student.page
    await ask(page, "A lamp is broken")
    await form(page).get_by_label("Tell us more").fill("In room 7")
    await form(page).get_by_label("Category", exact=True).select_option("platform")
    await form(page).get_by_role("button", name="Open the ticket").click()
    await expect(page).to_have_url(re.compile("/t/T-"))
    await page.goto("/".join(page.url.split("/")[:3]))
    await expect(message_box(page)).to_be_enabled()
    await expect(begun(page)).to_be_hidden()


@pytest.mark.parametrize("height", [844, 568])
async def test_on_a_phone_the_ask_box_comes_first_and_the_tickets_below_it(
    ground: Ground, ticket: TicketId, height: int
) -> None:
    student = await Visitor.be("Student", ground.url, ground.browser, width=390, height=height)
    page = student.page
    await expect(page.get_by_role("heading", name="What is the matter?")).to_be_in_viewport()
    await expect(message_box(page)).to_be_in_viewport()
    listed = page.locator(f"#thread-list a[href$='/t/{ref_of(ticket)}']")
    box, below = await message_box(page).bounding_box(), await listed.bounding_box()
    assert box is not None
    assert below is not None
    assert box["y"] < below["y"]
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await listed.click()
    await expect(message_box(page)).to_have_attribute("placeholder", re.compile("Write a reply"))
    await expect(listed).to_be_hidden()
    await page.get_by_role("button", name="Back to the tickets").click()
    await expect(listed).to_be_visible()
    await ask(page, "From a phone")
    assert pageerrors(student) == []


def bell(page: Page, name: str | re.Pattern[str]) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


async def pinged(page: Page, ground: Ground, *tickets: TicketId) -> None:
    """What the desk has under the bell: of each ticket a ping, the newest last."""
    notices = [
        {
            "id": number,
            "at": "2026-03-02T09:00:00+00:00",
            "card": {"title": "Agent wrote", "subtitle": "", "tone": "good", "url": f"{ground.url}/t/{ref_of(ticket)}"},
        }
        for number, ticket in enumerate(tickets, start=1)
    ]
    await page.unroute("**/api/notices")
    await page.route("**/api/notices", lambda route: route.fulfill(json=notices))


async def test_the_bell_counts_what_is_new_also_after_a_reload_until_it_is_looked_at(
    ground: Ground, ticket: TicketId
) -> None:
    third = await ground.desk.ticket("student", title="A third matter")
    other = await ground.desk.ticket("student", title="Another matter")
    student = await Visitor.be("Student", ground.url, ground.browser)
    page = student.page
    await pinged(page, ground, ticket, other, third)
    await page.goto(f"{ground.url}/t/{ref_of(ticket)}")
    await expect(bell(page, "Notifications, 2 new")).to_be_visible()
    await page.reload()
    await expect(page).to_have_title(re.compile(r"^\(2\) "))
    await page.locator(f"#thread-list a[href$='/t/{ref_of(other)}']").click()
    await expect(bell(page, "Notifications, 1 new")).to_be_visible()
    await page.reload()
    await expect(bell(page, "Notifications, 1 new")).to_be_visible()

    opener = page.get_by_role("button", name=re.compile("^Notifications"))
    new = page.locator("#notice-list li.new").filter(has=page.get_by_text("New:", exact=True))
    async with page.expect_response("**/api/preferences/noticed") as told:
        await opener.click()
    assert (await told.value).ok
    await expect(new).to_have_count(1)
    await expect(bell(page, "Notifications")).to_be_visible()
    await page.keyboard.press("Escape")
    await opener.click()
    await expect(new).to_have_count(0)

    await pinged(page, ground, ticket, other, third, third)
    await page.reload()
    await expect(bell(page, "Notifications, 1 new")).to_be_visible()
    await expect(page).to_have_title(re.compile(r"^\(1\) "))
    assert pageerrors(student) == []
