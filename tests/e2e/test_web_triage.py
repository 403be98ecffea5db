"""Triage with others at it too: what they do meanwhile, what is refused, what an undo can do, and a phone."""

import asyncio

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Route, expect

from core.commands import ClaimTicket, OpenTicket, PostMessage
from core.model.ids import TicketId
from core.model.thread import MessageKind
from core.text import Paragraph, Plain, Quote, Text
from tests.fakes.agent_steps import TITLES, at, box, come_in, fill, on_ticket, pick, press, row, rows, view
from tests.fakes.web_desk import WebDesk

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def busy_desk(near_desk: WebDesk) -> WebDesk:
    return await fill(near_desk)


async def assignees(desk: WebDesk, *numbers: int) -> list[str | None]:
    names = {person: name for name, person in desk.people.items()}
    async with desk.store.read() as work:
        held = [await work.tickets.get(TicketId(number)) for number in numbers]
    return [names[ticket.assignee] if ticket and ticket.assignee else None for ticket in held]


async def test_a_ticket_that_another_agent_takes_leaves_the_list_and_no_key_hits_the_next(
    busy_desk: WebDesk, browser: Browser
) -> None:
    page = (await come_in(busy_desk, browser)).page
    await expect(rows(page)).to_have_count(4)
    await press(page, "j", "j")
    await expect(row(page, "T-1").get_by_role("link")).to_be_focused()
    await busy_desk.engine.handle(ClaimTicket(ticket=TicketId(1)), at(busy_desk, "lead"))
    await expect(rows(page)).to_have_count(3)
    await expect(view(page, "Unassigned 3")).to_be_visible()
    await press(page, "c")
    await expect(page.get_by_role("alert").get_by_text("T-1 is no longer in this list.")).to_be_visible()
    await press(page, "j")
    await expect(row(page, "T-2").get_by_role("link")).to_be_focused()
    await press(page, "c")
    await expect(row(page, "T-2")).to_have_count(0)
    await expect(row(page, "T-3").get_by_role("link")).to_be_focused()
    assert await assignees(busy_desk, 1, 2, 3, 4) == ["lead", "agent", None, None]


async def test_keys_stay_with_the_open_ticket_when_it_leaves_the_list(busy_desk: WebDesk, browser: Browser) -> None:
    page = (await come_in(busy_desk, browser)).page
    await row(page, "T-2").get_by_role("link").click()
    await expect(on_ticket(page, "Claim")).to_be_visible()
    await press(page, "c")
    await expect(row(page, "T-2")).to_have_count(0)
    await expect(page.locator("#talk-title")).to_be_focused()
    await press(page, "r")
    await expect(box(page)).to_be_focused()
    await expect(page).to_have_url(str(busy_desk.server.make_url("/t/T-2")))


async def test_of_two_agents_who_claim_at_once_one_is_told_who_has_it(busy_desk: WebDesk, browser: Browser) -> None:
    both = [(await come_in(busy_desk, browser, who)).page for who in ("Agent", "Lead")]
    for page in both:
        await view(page, "All open").click()
        await expect(rows(page)).to_have_count(4)
        await pick(page, ["T-3"])
    await asyncio.gather(*(press(page, "c") for page in both))
    await expect(row(both[0], "T-3").get_by_text("with ")).to_be_visible()
    (winner,) = await assignees(busy_desk, 3)
    won, lost = both if winner == "agent" else reversed(both)
    await expect(won.get_by_role("region", name="Undo").get_by_text("T-3 is yours.").last).to_be_visible()
    told = f"T-3 is already with {str(winner).capitalize()}"
    await expect(lost.get_by_role("alert").get_by_text(told)).to_be_visible()


async def test_an_undo_takes_back_what_was_done_and_says_what_it_may_not(busy_desk: WebDesk, browser: Browser) -> None:
    page = (await come_in(busy_desk, browser)).page
    await view(page, "All open").click()
    await expect(rows(page)).to_have_count(4)
    await busy_desk.engine.handle(ClaimTicket(ticket=TicketId(1)), at(busy_desk, "lead"))
    await expect(row(page, "T-1").get_by_text("with Lead")).to_be_visible()
    await pick(page, ["T-1", "T-2", "T-3"])
    await press(page, "c")
    await expect(page.get_by_role("alert").get_by_text("T-1 is already with Lead")).to_be_visible()
    await expect(row(page, "T-3").get_by_text("with Agent")).to_be_visible()
    await page.get_by_role("region", name="Undo").get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("2 tickets are as they were.").last).to_be_visible()
    await expect(row(page, "T-3").get_by_text("with Agent")).to_have_count(0)
    assert await assignees(busy_desk, 1, 2, 3) == ["lead", None, None]

    await page.reload()
    await expect(rows(page)).to_have_count(4)
    await press(page, "u")
    await expect(page.get_by_role("alert").get_by_text("not after a reload")).to_be_visible()


async def test_an_undo_that_did_not_reach_the_desk_is_offered_again(busy_desk: WebDesk, browser: Browser) -> None:
    page = (await come_in(busy_desk, browser)).page
    await expect(rows(page)).to_have_count(4)
    await press(page, "j", "c")
    await expect(page.get_by_text("T-4 is yours.").last).to_be_visible()
    refused = '{"title": "Too much", "status": 429, "message": "One moment, please."}'
    await page.route(
        "**/api/bulk", lambda route: route.fulfill(status=429, content_type="application/json", body=refused), times=1
    )
    await press(page, "u")
    await expect(page.get_by_text("T-4 is not undone yet.").last).to_be_visible()
    assert await assignees(busy_desk, 4) == ["agent"]
    await press(page, "u")
    await expect(page.get_by_text("T-4 is as it was.").last).to_be_visible()
    assert await assignees(busy_desk, 4) == [None]


async def test_keys_are_words_in_a_box_and_nothing_with_a_dialog_open_or_ctrl_held(
    busy_desk: WebDesk, browser: Browser
) -> None:
    page = (await come_in(busy_desk, browser)).page
    await expect(rows(page)).to_have_count(4)
    await press(page, "j")
    await page.get_by_role("searchbox").focus()
    await page.keyboard.type("cexu?")
    await expect(page.get_by_text("No ticket of this filter has these words.")).to_be_visible()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.get_by_role("searchbox").fill("")
    await expect(rows(page)).to_have_count(4)
    await rows(page).first.focus()
    await press(page, "Control+e", "Alt+c", "Control+Shift+z", "?")
    sheet = page.get_by_role("dialog", name="Keys")
    await expect(sheet).to_be_visible()
    await press(page, "c", "x", "Control+k")
    await expect(page.get_by_role("dialog")).to_have_count(1)
    await press(page, "Escape")
    await expect(sheet).to_have_count(0)
    await expect(rows(page).first).to_be_focused()
    assert await assignees(busy_desk, 1, 2, 3, 4) == [None] * 4


async def test_keys_work_on_a_keyboard_with_other_letters(busy_desk: WebDesk, browser: Browser) -> None:
    page = (await come_in(busy_desk, browser)).page
    await expect(rows(page)).to_have_count(4)
    type_there = "(keys) => keys.forEach(([key, code]) => document.activeElement.dispatchEvent("
    type_there += "new KeyboardEvent('keydown', { key, code, bubbles: true, cancelable: true })))"
    await page.evaluate(type_there, [["о", "KeyJ"], ["с", "KeyC"]])  # what the keys j and c write in Russian
    await expect(row(page, "T-4")).to_have_count(0)
    assert await assignees(busy_desk, 4) == ["agent"]


async def test_the_palette_by_keyboard_alone_shows_hostile_titles_as_words(
    busy_desk: WebDesk, browser: Browser
) -> None:
    hostile = '<img src=x onerror="alert(1)"> \u202egnp.exe & "quoted"'
    await busy_desk.ticket("student", hostile)
    agent = await come_in(busy_desk, browser)
    page = agent.page
    await expect(rows(page)).to_have_count(5)
    await press(page, "j", "Control+k")
    finder = page.get_by_role("combobox", name="Find a ticket or a command")
    options = page.get_by_role("listbox").get_by_role("option")
    await page.keyboard.type("onerror")
    await expect(options.first).to_contain_text('T-5 <img src=x onerror="alert(1)">')
    await expect(options.filter(has_text="T-5")).to_have_count(1)
    await expect(page.locator("#palette img")).to_have_count(0)
    await press(page, "Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(rows(page).first).to_be_focused()

    await press(page, "Control+k")
    await page.keyboard.type("mine")
    await press(page, "ArrowDown", "ArrowUp")
    await expect(finder).to_have_attribute("aria-activedescendant", "palette-option-0")
    await expect(options.first).to_contain_text("Mine")
    await press(page, "Enter")
    await expect(view(page, "Mine")).to_have_attribute("aria-current", "true")
    await press(page, "Control+k")
    await page.keyboard.type("T-3")
    await expect(options.first).to_contain_text(TITLES[2])
    await press(page, "Enter")
    await page.wait_for_url("**/t/T-3")
    await expect(page.locator("#talk-title")).to_be_focused()
    assert agent.faults == []


async def test_a_filter_that_another_window_renamed_or_removed_is_not_brought_back(
    busy_desk: WebDesk, browser: Browser
) -> None:
    agent = await busy_desk.browser("agent")
    saved = [{"name": "One", "query": "priority=urgent"}, {"name": "Two", "query": "q=grade"}]
    await agent.put("/api/triage/filters", {"filters": saved})
    page = (await come_in(busy_desk, browser)).page
    await view(page, "Two").click()
    await expect(rows(page)).to_have_count(1)
    await agent.put("/api/triage/filters", {"filters": [{"name": "Two", "query": "q=grade"}]})
    await page.get_by_role("button", name="Filter", exact=True).click()
    await page.get_by_role("button", name="Rename").click()
    await page.get_by_role("textbox", name="Name of the filter").fill("Grades")
    await press(page, "Enter")
    await expect(view(page, "Grades")).to_have_attribute("aria-current", "true")
    await expect(view(page, "One")).to_have_count(0)
    kept = (await agent.get("/api/preferences")).body["filters"]
    assert kept == [{"name": "Grades", "query": "q=grade"}]

    await page.get_by_role("button", name="Delete").click()
    await expect(view(page, "Unassigned")).to_have_attribute("aria-current", "true")
    await expect(page.get_by_role("button", name="Filter", exact=True)).to_be_focused()
    assert (await agent.get("/api/preferences")).body["filters"] == []


async def test_a_kept_filter_that_means_nothing_any_more_says_so_and_shows_no_others_tickets(
    busy_desk: WebDesk, browser: Browser
) -> None:
    page = (await come_in(busy_desk, browser)).page
    await expect(rows(page)).to_have_count(4)
    kept = f"triage:{busy_desk.people['agent']}:list"
    await page.evaluate("(key) => localStorage.setItem(key, JSON.stringify({ query: 'team=gone', id: 'x' }))", kept)
    await page.reload()
    await expect(page.get_by_text("“gone”")).to_be_visible()
    await expect(rows(page)).to_have_count(0)
    await view(page, "Unassigned").click()
    await expect(rows(page)).to_have_count(4)


async def test_a_student_sees_a_mark_until_what_the_agent_wrote_is_read(busy_desk: WebDesk, browser: Browser) -> None:
    page = (await come_in(busy_desk, browser, "Student")).page
    await expect(rows(page)).to_have_count(4)
    for kind, words in ((MessageKind.NOTE, "Looks odd to me."), (MessageKind.REPLY, "We look into it.")):
        said = PostMessage(ticket=TicketId(3), kind=kind, text=Text.of(words))
        await busy_desk.engine.handle(said, at(busy_desk, "agent"))
    await expect(row(page, "T-3").get_by_text("We look into it.")).to_be_visible()
    await expect(row(page, "T-3").get_by_text("1 unread")).to_have_count(1)
    await page.reload()
    await expect(row(page, "T-3").get_by_text("1 unread")).to_have_count(1)
    await row(page, "T-3").get_by_role("link").click()
    await page.wait_for_url("**/t/T-3")
    await expect(page.get_by_role("log").get_by_text("We look into it.")).to_be_visible()
    await expect(row(page, "T-3").get_by_text("unread")).to_have_count(0)
    await expect(page.get_by_text("Looks odd to me.")).to_have_count(0)


async def test_a_note_cannot_be_mistaken_for_a_reply(busy_desk: WebDesk, browser: Browser) -> None:
    page = (await come_in(busy_desk, browser)).page
    await row(page, "T-1").get_by_role("link").click()
    await expect(on_ticket(page, "Claim")).to_be_visible()
    await press(page, "n")
    await expect(box(page)).to_have_accessible_name("Note, staff only")
    await expect(page.get_by_text("Staff only. The person who asked never sees it.")).to_be_visible()
    await expect(page.get_by_role("button", name="Add the note")).to_be_visible()
    await press(page, "Escape", "]")
    await page.wait_for_url("**/t/T-2")
    await expect(page.get_by_role("radio", name="Reply")).to_be_checked()
    await expect(box(page)).to_have_accessible_name("Reply")
    await press(page, "n")
    await page.keyboard.type("Ask the registrar.")
    await press(page, "Enter")
    note = page.get_by_role("log").get_by_role("article").filter(has_text="Ask the registrar.")
    await expect(note.get_by_text("Note", exact=False).first).to_be_visible()
    await expect(page.get_by_role("radio", name="Reply")).to_be_checked()


async def test_a_long_list_comes_on_demand_and_the_focus_stays(busy_desk: WebDesk, browser: Browser) -> None:
    for number in range(5, 121):
        who = ("student", "other", "lead")[number % 3]
        command = OpenTicket(title=f"Question {number}", description=Text.of("?"), category="platform")
        await busy_desk.engine.handle(command, at(busy_desk, who))
    page = (await come_in(busy_desk, browser)).page
    await expect(rows(page)).to_have_count(50)
    await expect(page.get_by_text("120 tickets")).to_be_visible()
    more = page.get_by_role("button", name="Show more tickets")
    await more.focus()
    await press(page, "Enter")
    await expect(rows(page)).to_have_count(100)
    await expect(more).to_be_focused()
    await press(page, "Enter")
    await expect(rows(page)).to_have_count(120)
    await expect(more).to_be_hidden()
    await expect(rows(page).nth(100)).to_be_focused()
    await press(page, "Shift+a")
    await expect(page.get_by_role("toolbar").get_by_text("120 selected")).to_be_visible()


async def test_triage_on_a_phone(busy_desk: WebDesk, browser: Browser) -> None:
    agent = await come_in(busy_desk, browser, width=390)
    page = agent.page
    await expect(rows(page)).to_have_count(4)
    await pick(page, ["T-1", "T-2"])
    bar = page.get_by_role("toolbar", name="Selected tickets")
    await bar.get_by_role("button", name="Claim").click()
    await expect(page.get_by_text("2 tickets are claimed.").last).to_be_visible()
    await expect(rows(page)).to_have_count(2)
    await page.get_by_role("region", name="Undo").get_by_role("button", name="Undo").click()
    await expect(rows(page)).to_have_count(4)
    await row(page, "T-2").get_by_role("link").click()
    await expect(on_ticket(page, "Claim")).to_be_visible()
    await expect(page.locator("#thread-list")).to_be_hidden()
    await on_ticket(page, "Claim").click()
    await expect(on_ticket(page, "Resolve")).to_be_visible()
    await page.get_by_role("button", name="Details", exact=True).click()
    others = page.get_by_role("region", name="Details").get_by_role("link", name="T-1 I cannot sign in")
    await expect(others).to_be_visible()
    await page.get_by_role("button", name="Back to the messages").click()
    await page.get_by_role("button", name="Back to the tickets").click()
    await expect(rows(page)).to_have_count(3)
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
    assert agent.faults == []


async def test_on_a_phone_whoever_went_back_to_the_list_before_the_answer_came_stays_there(
    busy_desk: WebDesk, browser: Browser
) -> None:
    page = (await come_in(busy_desk, browser, width=390)).page
    may_come = asyncio.Event()

    async def hold(route: Route) -> None:
        answer = await route.fetch()
        await may_come.wait()
        await route.fulfill(response=answer)

    await row(page, "T-2").get_by_role("link").click()
    await page.route("**/api/actions", hold)
    await on_ticket(page, "Claim").click()
    await expect(on_ticket(page, "Resolve")).to_be_visible()
    await page.get_by_role("button", name="Back to the tickets").click()
    await expect(rows(page)).to_have_count(3)
    async with page.expect_response("**/api/actions"):
        may_come.set()
    await expect(page.get_by_text("T-2 is yours").last).to_be_visible()
    await expect(rows(page)).to_have_count(3)


async def test_keys_are_about_the_open_ticket_until_the_reader_goes_on(busy_desk: WebDesk, browser: Browser) -> None:
    page = (await come_in(busy_desk, browser)).page
    await expect(rows(page)).to_have_count(4)
    await press(page, "j", "o", "c")
    await expect(row(page, "T-4")).to_have_count(0)
    await press(page, "r")
    await expect(box(page)).to_be_focused()
    await page.keyboard.type("On its way.")
    await press(page, "Enter")
    await expect(page.get_by_role("log").get_by_text("On its way.")).to_be_visible()
    await press(page, "Escape", "Escape")
    await expect(page.locator("#thread-list")).to_be_focused()
    await expect(page.locator("#list-count")).to_have_css("outline-style", "solid")
    await press(page, "e")
    form = page.get_by_role("dialog")
    await expect(form.get_by_role("heading", name="Resolve T-4")).to_be_visible()
    await expect(form.get_by_text(TITLES[3])).to_be_visible()
    await press(page, "Escape")
    await expect(form).to_have_count(0)

    await press(page, "j", "c")
    await expect(row(page, "T-1")).to_have_count(0)
    await expect(row(page, "T-2").get_by_role("link")).to_be_focused()
    await expect(page).to_have_url(str(busy_desk.server.make_url("/t/T-4")))
    assert await assignees(busy_desk, 1, 2, 3, 4) == ["agent", None, None, "agent"]


async def test_a_selection_made_before_a_ticket_was_opened_waits(busy_desk: WebDesk, browser: Browser) -> None:
    page = (await come_in(busy_desk, browser)).page
    await view(page, "All open").click()
    await expect(rows(page)).to_have_count(4)
    await pick(page, ["T-1", "T-2"])
    await row(page, "T-3").get_by_role("link").click()
    await expect(on_ticket(page, "Claim")).to_be_visible()
    await press(page, "Escape")
    await expect(row(page, "T-3").get_by_role("link")).to_be_focused()
    await press(page, "c")
    await expect(row(page, "T-3").get_by_text("with Agent")).to_be_visible()
    assert await assignees(busy_desk, 1, 2, 3) == [None, None, "agent"]


async def test_the_undo_is_not_offered_once_something_else_was_done(busy_desk: WebDesk, browser: Browser) -> None:
    page = (await come_in(busy_desk, browser)).page
    await view(page, "All open").click()
    await expect(rows(page)).to_have_count(4)
    await press(page, "j", "c")
    undo = page.get_by_role("region", name="Undo").get_by_role("button", name="Undo")
    await expect(undo).to_be_visible()
    await press(page, "j", "e")
    form = page.get_by_role("dialog")
    await form.get_by_role("textbox").fill("It is solved.")
    await form.get_by_role("button", name="Resolve").click()
    await expect(on_ticket(page, "Reopen")).to_be_visible()
    await expect(undo).to_have_count(0)
    await press(page, "u")
    await expect(page.get_by_role("alert").get_by_text("There is nothing to undo.")).to_be_visible()
    assert await assignees(busy_desk, 4) == ["agent"]


async def test_who_asked_is_a_filter_and_a_changed_one_shows_no_count(busy_desk: WebDesk, browser: Browser) -> None:
    await busy_desk.ticket("other", "My room is locked")
    page = (await come_in(busy_desk, browser)).page
    await expect(rows(page)).to_have_count(5)
    await page.get_by_role("button", name="Filter", exact=True).click()
    asked_by = page.get_by_role("textbox", name="Asked by")
    await asked_by.fill("Other")
    await press(page, "Enter")
    await expect(rows(page)).to_have_count(1)
    await expect(row(page, "T-5")).to_be_visible()
    await expect(page.get_by_text("1 ticket", exact=True)).to_be_visible()
    await expect(view(page, "Unassigned").locator(".count")).to_have_count(0)
    await page.get_by_role("button", name="Save this filter").click()
    await page.get_by_role("textbox", name="Name of the filter").fill("Of Other")
    await press(page, "Enter")
    await expect(view(page, "Of Other 1")).to_have_attribute("aria-current", "true")

    await page.reload()
    await expect(rows(page)).to_have_count(1)
    await page.get_by_role("button", name="Filter", exact=True).click()
    await expect(asked_by).to_have_value("Other")
    await view(page, "Unassigned").click()
    await expect(asked_by).to_have_value("")
    await expect(rows(page)).to_have_count(5)


async def test_what_else_the_requester_asked_shows_how_it_is_now(busy_desk: WebDesk, browser: Browser) -> None:
    page = (await come_in(busy_desk, browser)).page
    await expect(page.get_by_placeholder("Type / for commands", exact=True)).to_be_visible()
    await row(page, "T-2").get_by_role("link").click()
    other = page.get_by_role("region", name="Details").get_by_role("link", name="T-1 I cannot sign in")
    await expect(other.get_by_text("Open", exact=True)).to_be_visible()
    await pick(page, ["T-1", "T-3"])
    await press(page, "c")
    await expect(page.get_by_text("2 tickets are claimed.").last).to_be_visible()
    await expect(other.get_by_text("In progress", exact=True)).to_be_visible()


async def test_a_preview_has_the_own_words_and_says_you(busy_desk: WebDesk, browser: Browser) -> None:
    page = (await come_in(busy_desk, browser)).page
    answer = Text((Quote((Paragraph((Plain("Where is it?"),)),)), Paragraph((Plain("In the post."),))))
    await busy_desk.engine.handle(
        PostMessage(ticket=TicketId(1), kind=MessageKind.REPLY, text=answer), at(busy_desk, "agent")
    )
    await expect(row(page, "T-1").get_by_text("You: In the post.")).to_be_visible()
