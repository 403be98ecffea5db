"""What was just sent in the console can be taken back beside the message box, for as long as `/staff undo` would."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Locator, Page, expect

from core.commands import Actor, UndoMessage
from core.model.ids import TicketId, ref_of
from core.model.people import Platform
from tests.fakes.browser import Visitor, comes_true
from tests.fakes.web_thread import Ground, message, message_box, pageerrors, say

pytestmark = pytest.mark.asyncio(loop_scope="module")

FITS = "document.documentElement.scrollWidth <= innerWidth"


def sent(page: Page) -> Locator:
    return page.get_by_test_id("sent")


def take_back(page: Page) -> Locator:
    return sent(page).get_by_role("button", name="Take back")


async def test_a_student_takes_back_by_keyboard_what_was_just_sent(ground: Ground, ticket: TicketId) -> None:
    student = await ground.page("student", ticket)
    page = student.page
    await expect(sent(page)).to_be_hidden()
    await say(page, "Sent too soon")
    await expect(page.get_by_role("status").filter(has_text="Sent")).to_be_visible()
    assert (await Axe().run(page)).response["violations"] == []

    await message_box(page).press("Shift+Tab")
    while not await take_back(page).evaluate("one => one === document.activeElement"):
        await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(message(page, "This message was taken back.")).to_have_count(1)
    await expect(message(page, "Sent too soon")).to_have_count(0)
    await expect(take_back(page)).to_be_hidden()
    await expect(message_box(page)).to_be_focused()
    assert await ground.said(ticket) == [""]
    assert pageerrors(student) == []


async def test_it_is_the_newest_of_ones_own_and_a_note_is_named_as_one(ground: Ground, ticket: TicketId) -> None:
    agent = await ground.page("agent", ticket)
    page = agent.page
    await say(page, "This stays")
    await page.get_by_role("radio", name="Note").check()
    await say(page, "This does not")
    await expect(sent(page)).to_contain_text("Noted, for the staff only")
    await take_back(page).click()
    await expect(message(page, "This does not")).to_have_count(0)
    await expect(message(page, "This stays")).to_have_count(1)
    assert await ground.said(ticket) == ["This stays", ""]
    assert pageerrors(agent) == []


async def test_it_is_offered_as_long_as_the_desk_takes_it_back(ground: Ground, ticket: TicketId) -> None:
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    student = await Visitor.be("Student", ground.url, ground.browser, f"/t/{ref_of(ticket)}", now=now)
    page = student.page
    await expect(message_box(page)).to_have_attribute("placeholder", "Write a reply, or / for commands")
    await say(page, "It stays")
    await take_back(page).focus()
    await page.clock.run_for(ground.desk.desk.desk.undo_within.total_seconds() * 1000 + 1000)
    await expect(take_back(page)).to_be_hidden()
    await expect(message_box(page)).to_be_focused()
    await expect(message(page, "It stays")).to_have_count(1)
    assert pageerrors(student) == []


async def test_the_desk_has_the_last_word_on_the_time(ground: Ground, ticket: TicketId) -> None:
    student = await ground.page("student", ticket)
    page = student.page
    await say(page, "A laptop that slept")
    ground.desk.clock.advance(timedelta(minutes=2))
    await take_back(page).click()
    await expect(page.get_by_test_id("toast")).to_contain_text("1 min only")
    await expect(message(page, "A laptop that slept")).to_have_count(1)


async def test_it_is_put_away_by_escape_and_where_it_was_taken_back_otherwise(ground: Ground, ticket: TicketId) -> None:
    student = await ground.page("student", ticket)
    page = student.page
    await say(page, "First")
    await take_back(page).press("Escape")
    await expect(take_back(page)).to_be_hidden()
    await expect(message(page, "First")).to_have_count(1)

    await say(page, "Second")
    await expect(take_back(page)).to_be_visible()
    by_student = Actor(person=ground.desk.people["student"], door=Platform.DISCORD)
    await ground.desk.engine.handle(UndoMessage(ticket=ticket), by_student)
    await expect(take_back(page)).to_be_hidden()
    assert pageerrors(student) == []


async def test_it_is_offered_in_the_thread_that_it_was_said_in_alone(ground: Ground, ticket: TicketId) -> None:
    other = await ground.desk.ticket("student", "Something else")
    agent = await ground.page("agent", ticket)
    page = agent.page
    await say(page, "Said here")
    await expect(take_back(page)).to_be_visible()
    await page.get_by_role("link").filter(has_text=ref_of(other)).first.click()
    await expect(page.get_by_role("heading", name="Something else").first).to_be_visible()
    await expect(take_back(page)).to_be_hidden()
    await page.go_back()
    await take_back(page).click()
    await expect(message(page, "This message was taken back.")).to_have_count(1)
    assert pageerrors(agent) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("size", "name"), [((1280, 800), "desktop"), ((390, 844), "phone"), ((320, 600), "narrow")])
async def test_it_fits_and_so_does_the_question_about_a_secret(
    ground: Ground, ticket: TicketId, pictures: Path, size: tuple[int, int], name: str, scheme: Literal["light", "dark"]
) -> None:
    agent = await ground.page("agent", ticket, width=size[0], height=size[1])
    page = agent.page
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    await say(page, "Look into your mail")
    await expect(take_back(page)).to_be_in_viewport(ratio=1)
    await comes_true(page, FITS)
    await page.screenshot(path=pictures / f"agent-sent-{name}-{scheme}.png")

    await message_box(page).fill("The password is hunter22")
    await message_box(page).press("Enter")
    question = page.get_by_role("alert", name="This looks like a secret")
    sign, words = question.locator("svg").first, question.get_by_text("as if it held a password")
    beside, line = await sign.bounding_box(), await words.bounding_box()
    assert beside is not None and line is not None
    assert line["y"] <= beside["y"] + beside["height"] / 2 <= line["y"] + line["height"]
    await comes_true(page, FITS)
    found = await Axe().run(page)
    assert found.response["violations"] == [], found.generate_report()
    await page.screenshot(path=pictures / f"agent-secret-{name}-{scheme}.png")
    await question.get_by_role("button", name="Edit").click()
    assert pageerrors(agent) == []
