"""The agent's console: an hour's work by keyboard alone, filters that are kept, work on many with one undo."""

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from core.commands import ClaimTicket, PostMessage, SetPriority
from core.model.ids import TicketId
from core.model.thread import MessageKind
from core.model.ticket import Priority
from core.text import Text
from tests.fakes.agent_steps import TITLES, at, box, come_in, fill, on_ticket, pick, press, row, rows, view
from tests.fakes.web_desk import WebDesk

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def busy_desk(near_desk: WebDesk) -> WebDesk:
    return await fill(near_desk)


async def test_an_agents_hour_by_keyboard_alone(busy_desk: WebDesk, browser: Browser) -> None:
    agent = await come_in(busy_desk, browser)
    page = agent.page
    await expect(view(page, "Unassigned")).to_have_attribute("aria-current", "true")
    await expect(rows(page)).to_have_count(4)

    await press(page, "j")
    await expect(row(page, "T-4").get_by_role("link")).to_be_focused()
    await press(page, "j", "k", "o")
    await page.wait_for_url("**/t/T-4")
    await expect(page.get_by_role("heading", name=TITLES[3]).first).to_be_visible()
    await expect(on_ticket(page, "Claim")).to_have_class("button primary")
    await press(page, "c")
    await expect(on_ticket(page, "Claim")).to_have_count(0)
    await expect(on_ticket(page, "Resolve")).to_have_class("button primary")
    await expect(rows(page)).to_have_count(3)

    await press(page, "r")
    await expect(box(page)).to_be_focused()
    await page.keyboard.type("jkcx? I print it again today.")
    await press(page, "Enter")
    log = page.get_by_role("log")
    await expect(log.get_by_role("article").filter(has_text="jkcx? I print it again today.")).to_have_count(1)
    await press(page, "Escape", "n")
    await expect(page.get_by_role("radio", name="Note")).to_be_checked()
    await page.keyboard.type("The registrar has the file.")
    await press(page, "Enter")
    await expect(log.get_by_role("article").filter(has_text="The registrar has the file.")).to_have_count(1)

    await press(page, "Escape", "e")
    form = page.get_by_role("dialog")
    await expect(form.get_by_role("textbox")).to_be_focused()
    await page.keyboard.type("Printed, and on its way.")
    await press(page, "Tab", "Tab", "Enter")
    await expect(log.get_by_text("Printed, and on its way.").first).to_be_visible()
    await expect(on_ticket(page, "Reopen")).to_be_visible()

    await press(page, "]")
    await page.wait_for_url("**/t/T-1")
    await press(page, "Escape")
    await expect(row(page, "T-1").get_by_role("link")).to_be_focused()
    await press(page, "g", "m")
    await expect(view(page, "Mine")).to_have_attribute("aria-current", "true")
    await expect(page.get_by_text("Nothing of yours.")).to_be_visible()
    assert agent.faults == []

    assert await said(busy_desk, 4) == [
        (MessageKind.REPLY, "jkcx? I print it again today."),
        (MessageKind.NOTE, "The registrar has the file."),
        (MessageKind.REPLY, "Printed, and on its way."),
    ]


async def said(desk: WebDesk, ticket: int) -> list[tuple[MessageKind, str]]:
    thread = await desk.desk.thread(TicketId(ticket), at(desk, "agent"))
    messages = [entry.message for entry in thread.entries if entry.message is not None]
    return [(message.kind, message.text.plain()) for message in messages]


async def test_a_filter_is_saved_counted_and_there_after_a_reload(busy_desk: WebDesk, browser: Browser) -> None:
    page = (await come_in(busy_desk, browser)).page
    await expect(rows(page)).to_have_count(4)
    await page.get_by_role("button", name="Filter", exact=True).click()
    await page.get_by_label("Priority").select_option("urgent")
    await expect(rows(page)).to_have_count(1)
    await page.get_by_role("button", name="Save this filter").click()
    await page.get_by_role("textbox", name="Name of the filter").fill("Burning <b>")
    await press(page, "Enter")
    await expect(view(page, "Burning <b> 1")).to_have_attribute("aria-current", "true")

    await page.reload()
    await expect(view(page, "Burning <b> 1")).to_have_attribute("aria-current", "true")
    await expect(rows(page)).to_have_count(1)
    hot = SetPriority(ticket=TicketId(2), priority=Priority.URGENT)
    await busy_desk.engine.handle(hot, at(busy_desk, "lead"))
    await expect(view(page, "Burning <b> 2")).to_be_visible()
    await expect(rows(page)).to_have_count(2)

    await page.get_by_role("button", name="Filter", exact=True).click()
    await page.get_by_role("button", name="Rename").click()
    await page.get_by_role("textbox", name="Name of the filter").fill("Hot")
    await press(page, "Enter")
    await expect(view(page, "Hot 2")).to_be_visible()
    await page.get_by_role("button", name="Delete").click()
    await expect(view(page, "Hot")).to_have_count(0)
    await expect(view(page, "Unassigned 4")).to_have_attribute("aria-current", "true")


async def test_three_are_claimed_at_once_and_one_undo_gives_them_back(busy_desk: WebDesk, browser: Browser) -> None:
    agent = await come_in(busy_desk, browser)
    page = agent.page
    bar = page.get_by_role("toolbar", name="Selected tickets")
    await row(page, "T-1").get_by_role("checkbox").check()
    await row(page, "T-3").get_by_role("checkbox").click(modifiers=["Shift"])
    await expect(bar.get_by_text("3 selected")).to_be_visible()
    await bar.get_by_role("button", name="Claim").click()
    await expect(page.get_by_text("3 tickets are claimed.").last).to_be_visible()
    await expect(rows(page)).to_have_count(1)
    await expect(bar).to_be_hidden()
    await press(page, "u")
    await expect(rows(page)).to_have_count(4)
    await expect(page.get_by_text("3 tickets are as they were.").last).to_be_visible()
    async with busy_desk.store.read() as work:
        held = [await work.tickets.get(TicketId(number)) for number in (1, 2, 3)]
    assert [ticket.assignee for ticket in held if ticket is not None] == [None, None, None]
    assert agent.faults == []


async def test_what_is_refused_in_a_bulk_is_said_and_the_rest_is_done(busy_desk: WebDesk, browser: Browser) -> None:
    page = (await come_in(busy_desk, browser)).page
    await view(page, "All open").click()
    await expect(rows(page)).to_have_count(4)
    await busy_desk.engine.handle(ClaimTicket(ticket=TicketId(1)), at(busy_desk, "lead"))
    await expect(row(page, "T-1").get_by_text("with Lead")).to_be_visible()
    await pick(page, ["T-1", "T-2"])
    await press(page, "c")
    await expect(page.get_by_role("alert").get_by_text("T-1 is already with Lead")).to_be_visible()
    await expect(row(page, "T-2").get_by_text("with Agent")).to_be_visible()


async def test_the_palette_opens_a_ticket_and_runs_a_command(busy_desk: WebDesk, browser: Browser) -> None:
    agent = await come_in(busy_desk, browser)
    page = agent.page
    await expect(rows(page)).to_have_count(4)
    await press(page, "Control+k")
    finder = page.get_by_role("combobox", name="Find a ticket or a command")
    await expect(finder).to_be_focused()
    await page.keyboard.type("grade")
    first = page.get_by_role("listbox").get_by_role("option").first
    await expect(first).to_contain_text("T-2 My grade is missing")
    await expect(first).to_have_attribute("aria-selected", "true")
    await press(page, "Enter")
    await page.wait_for_url("**/t/T-2")
    await expect(on_ticket(page, "Claim")).to_be_visible()

    await press(page, "Control+k")
    await page.keyboard.type("ticket claim")
    await expect(first).to_contain_text("/ticket claim")
    await press(page, "Enter")
    await expect(on_ticket(page, "Claim")).to_have_count(0)
    await press(page, "p")
    await page.get_by_role("option", name="high").click()
    await expect(page.locator("#talk-sub").get_by_text("High")).to_be_visible()
    assert agent.faults == []


async def test_the_sheet_lists_every_key_and_switches_the_single_ones_off(busy_desk: WebDesk, browser: Browser) -> None:
    page = (await come_in(busy_desk, browser)).page
    await expect(rows(page)).to_have_count(4)
    await press(page, "?")
    sheet = page.get_by_role("dialog", name="Keys")
    for words in ("Next ticket of the list", "Claim", "Note for the staff", "Undo what was done last"):
        await expect(sheet.get_by_text(words, exact=True)).to_be_visible()
    await sheet.get_by_role("checkbox", name="Single keys are shortcuts").uncheck()
    await press(page, "Escape")
    await expect(sheet).to_have_count(0)
    await page.reload()
    await expect(rows(page)).to_have_count(4)
    await press(page, "j", "?", "Control+/")
    await expect(sheet).to_be_visible()
    await expect(page.locator("#thread-list a:focus")).to_have_count(0)
    await sheet.get_by_role("checkbox", name="Single keys are shortcuts").check()
    await press(page, "Escape", "j")
    await expect(rows(page).first).to_be_focused()


async def test_what_others_write_shows_in_the_list_until_it_is_read(busy_desk: WebDesk, browser: Browser) -> None:
    page = (await come_in(busy_desk, browser)).page
    await expect(rows(page)).to_have_count(4)
    words = PostMessage(ticket=TicketId(2), kind=MessageKind.REPLY, text=Text.of("Is <i>anybody</i> there?"))
    await busy_desk.engine.handle(words, at(busy_desk, "student"))
    await expect(row(page, "T-2").get_by_text("Is <i>anybody</i> there?")).to_be_visible()
    await expect(row(page, "T-2").get_by_text("1 unread")).to_have_count(1)
    await row(page, "T-2").get_by_role("link").click()
    await page.wait_for_url("**/t/T-2")
    await expect(row(page, "T-2").get_by_text("unread")).to_have_count(0)
    await expect(
        page.get_by_role("region", name="Details").get_by_role("link", name="T-1 I cannot sign in")
    ).to_be_visible()
    await page.get_by_role("region", name="Details").get_by_text("History").click()
    await expect(page.locator("#facts-history").get_by_role("listitem").first).to_be_visible()


async def test_a_student_sees_none_of_it(busy_desk: WebDesk, browser: Browser) -> None:
    student = await come_in(busy_desk, browser, "Student")
    page = student.page
    await expect(rows(page)).to_have_count(4)
    await expect(page.get_by_role("list", name="Filters")).to_have_count(0)
    await expect(page.locator("#thread-list").get_by_role("checkbox")).to_have_count(0)
    await row(page, "T-2").get_by_role("link").click()
    await page.wait_for_url("**/t/T-2")
    await expect(page.get_by_role("heading", name=TITLES[1]).first).to_be_visible()
    await page.locator("#talk-title").focus()
    await press(page, "c", "?", "j", "Control+k")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.locator("#facts-more")).to_be_empty()
    await expect(page.get_by_role("combobox")).to_have_count(0)
    assert student.faults == []
