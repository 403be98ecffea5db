"""The message box of an open thread in a browser: files, drafts, and what is written while not all goes well."""

import asyncio
import re

import pytest
from playwright.async_api import Locator, Page, Route, expect

from core.model.ids import TicketId, ref_of
from tests.fakes.browser import Visitor
from tests.fakes.web_desk import png
from tests.fakes.web_thread import Ground, message, message_box, pageerrors

pytestmark = pytest.mark.asyncio(loop_scope="module")

PASTE = """([field, bytes, name]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(bytes)], name, { type: "image/png" }));
    field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true }));
}"""
DROP = """(place, files) => {
    const transfer = new DataTransfer();
    for (const [name, size] of files) transfer.items.add(new File([new Uint8Array(size).fill(97)], name));
    for (const kind of ["dragover", "drop"]) {
        place.dispatchEvent(new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }
}"""


async def drop(page: Page, *files: tuple[str, int]) -> None:
    """Files by name and size in bytes, let go over the thread."""
    await page.get_by_role("log").evaluate(DROP, [list(one) for one in files])


def chips(page: Page) -> Locator:
    return page.get_by_role("list", name="Files to send").get_by_role("listitem")


async def test_pasted_pictures_are_sent_and_looked_at_by_keyboard(ground: Ground, ticket: TicketId) -> None:
    student = await ground.page("student", ticket)
    page = student.page
    for name in ("first.png", "<b>second.png"):
        field = await message_box(page).element_handle()
        await page.evaluate(PASTE, [field, list(png(300, 200)), name])
    await expect(chips(page)).to_have_count(2)
    await expect(chips(page).get_by_text(re.compile(r"\d k?B$"))).to_have_count(2)
    await message_box(page).fill("Two pictures")
    await message_box(page).press("Enter")
    await expect(page.get_by_test_id("pending")).to_have_count(0)
    pictures = message(page, "Two pictures").get_by_role("link")
    await expect(pictures).to_have_count(2)

    await pictures.first.press("Enter")
    large = page.get_by_role("dialog", name="Picture")
    await expect(large.get_by_role("img", name="first.png")).to_be_visible()
    await expect(large.get_by_text("1 of 2")).to_be_visible()
    await page.keyboard.press("ArrowRight")
    await expect(large.get_by_role("img", name="second.png")).to_be_visible()
    await page.keyboard.press("ArrowRight")
    await expect(large.get_by_text("1 of 2")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(large).to_be_hidden()
    await expect(pictures.first).to_be_focused()
    assert pageerrors(student) == []


async def test_what_is_sent_before_the_thread_is_there_goes_out_once_it_is(ground: Ground, ticket: TicketId) -> None:
    student = await Visitor.be("Student", ground.url, ground.browser)
    page = student.page
    may_come = asyncio.Event()

    async def hold(route: Route) -> None:
        await may_come.wait()
        await route.continue_()

    await page.route(re.compile("/api/threads/"), hold)
    await page.get_by_role("link").filter(has_text=ref_of(ticket)).click()
    await expect(message_box(page)).to_have_attribute("placeholder", "Type / for commands")
    await message_box(page).fill("Before it is there")
    await message_box(page).press("Enter")
    await expect(page.get_by_text("This goes out as soon as it is here.")).to_be_visible()
    may_come.set()
    await expect(message(page, "Before it is there")).to_have_count(1)
    await expect(message_box(page)).to_have_value("")
    await expect(page.get_by_text("This goes out as soon as it is here.")).to_be_hidden()
    await expect(page.get_by_test_id("pending")).to_have_count(0)
    assert (await ground.said(ticket)).count("Before it is there") == 1
    assert pageerrors(student) == []


async def test_an_upload_can_be_cancelled_on_its_way(ground: Ground, ticket: TicketId) -> None:
    student = await ground.page("student", ticket)
    page = student.page
    held: list[Route] = []
    await page.route("**/api/files", lambda route: held.append(route))
    field = await message_box(page).element_handle()
    await page.evaluate(PASTE, [field, list(png()), "slow.png"])
    await expect(page.get_by_role("progressbar", name="Sending slow.png")).to_be_visible()
    await page.get_by_role("button", name="Cancel slow.png").click()
    await expect(page.get_by_role("list", name="Files to send")).to_be_hidden()
    await message_box(page).fill("Without it")
    await expect(page.get_by_role("button", name="Send the reply")).to_be_enabled()
    assert pageerrors(student) == []


async def test_a_draft_outlives_a_reload_and_its_tab_and_is_gone_with_the_sign_out(
    ground: Ground, ticket: TicketId
) -> None:
    agent = await ground.page("agent", ticket)
    page, context = agent.page, agent.page.context
    await page.get_by_role("radio", name="Note").check()
    await message_box(page).fill("Half a note")
    await page.reload()
    await expect(page.get_by_role("textbox", name="Note, staff only")).to_have_value("Half a note")
    await page.close()
    page = await context.new_page()
    await page.goto(f"{ground.url}/t/{ref_of(ticket)}")
    note = page.get_by_role("textbox", name="Note, staff only")
    await expect(note).to_have_value("Half a note")
    await note.press("Enter")
    await expect(message(page, "Half a note").get_by_text("staff only")).to_be_visible()
    # After a note the box is for replies again, and nothing of it is kept.
    await expect(page.get_by_role("textbox", name="Reply")).to_have_value("")
    await page.reload()
    await expect(page.get_by_role("textbox", name="Reply")).to_have_value("")

    await page.get_by_role("textbox", name="Reply").fill("A secret")
    await page.get_by_role("button", name=re.compile("Account")).click()
    await page.get_by_role("button", name="Sign out").click()
    await page.wait_for_url("**/welcome**")
    kept = await page.evaluate("Object.keys(localStorage).filter((key) => /^(draft|outbox):/.test(key))")
    assert kept == []


async def test_what_is_written_offline_waits_in_sight_and_is_said_once(ground: Ground, ticket: TicketId) -> None:
    student = await ground.page("student", ticket)
    page, context = student.page, student.page.context
    await context.set_offline(True)
    await message_box(page).fill("Written on the train")
    await message_box(page).press("Enter")
    pending = page.get_by_test_id("pending")
    await expect(pending).to_contain_text("waits for the connection")
    await expect(pending).to_contain_text("Written on the train")
    await context.set_offline(False)
    await expect(pending).to_have_count(0)
    await expect(message(page, "Written on the train")).to_have_count(1)
    assert (await ground.said(ticket)).count("Written on the train") == 1
    assert pageerrors(student) == []


async def test_a_message_whose_answer_was_lost_is_not_said_twice_after_a_reload(
    ground: Ground, ticket: TicketId
) -> None:
    student = await ground.page("student", ticket)
    page = student.page

    async def lose_the_answer(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await page.route("**/messages", lose_the_answer)
    await message_box(page).fill("Only once, please")
    await message_box(page).press("Enter")
    await expect(page.get_by_test_id("pending").or_(message(page, "Only once, please")).first).to_be_visible()
    await expect(page.locator(".pending.waiting, .message.reply:not(.pending)").first).to_be_visible()
    await page.unroute_all(behavior="wait")
    await page.reload()
    await expect(page.get_by_test_id("pending")).to_have_count(0)
    await expect(message(page, "Only once, please")).to_have_count(1)
    assert await ground.said(ticket) == ["Only once, please"]


async def test_a_reply_meanwhile_is_shown_before_ones_own_is_sent(ground: Ground, ticket: TicketId) -> None:
    await ground.say("student", ticket, "Anybody?")
    agent = await ground.page("agent", ticket)
    page = agent.page
    await expect(message(page, "Anybody?")).to_have_count(1)
    # As if the news were still on its way.
    await page.route("**/api/threads/*?after=*", lambda route: route.abort())
    await ground.say("lead", ticket, "I am on it, says the lead.")
    await message_box(page).fill("I will look.")
    await message_box(page).press("Enter")
    meanwhile = page.get_by_role("alert", name="Somebody replied meanwhile")
    await expect(meanwhile).to_be_visible()
    await page.unroute("**/api/threads/*?after=*")
    await page.evaluate("dispatchEvent(new Event('online'))")
    await expect(meanwhile.get_by_text("I am on it, says the lead.")).to_be_visible()
    await expect(meanwhile.get_by_text("Lead replied meanwhile")).to_be_visible()
    await meanwhile.get_by_role("button", name="Edit").click()
    await expect(message_box(page)).to_have_value("I will look.")
    await expect(meanwhile).to_be_hidden()
    await message_box(page).press("Enter")
    await expect(message(page, "I will look.")).to_have_count(1)
    await expect(page.get_by_test_id("pending")).to_have_count(0)

    await page.route("**/api/threads/*?after=*", lambda route: route.abort())
    await ground.say("lead", ticket, "Found it.")
    await message_box(page).fill("Still looking.")
    await message_box(page).press("Enter")
    await meanwhile.get_by_role("button", name="Send anyway").wait_for()
    await page.unroute("**/api/threads/*?after=*")
    await page.evaluate("dispatchEvent(new Event('online'))")
    await meanwhile.get_by_text("Found it.").wait_for()
    await meanwhile.get_by_role("button", name="Send anyway").click()
    await expect(message(page, "Still looking.")).to_have_count(1)
    await expect(meanwhile).to_be_hidden()
    await expect(page.get_by_test_id("pending")).to_have_count(0)
    assert await ground.said(ticket) == [
        "Anybody?",
        "I am on it, says the lead.",
        "I will look.",
        "Found it.",
        "Still looking.",
    ]
    assert pageerrors(agent) == []


async def test_a_reply_that_comes_on_screen_while_one_is_typing_is_a_warning_too(
    ground: Ground, ticket: TicketId
) -> None:
    await ground.say("student", ticket, "Anybody?")
    agent = await ground.page("agent", ticket)
    page = agent.page
    await expect(message(page, "Anybody?")).to_have_count(1)
    await message_box(page).fill("I will")
    await ground.say("lead", ticket, "Solved already.")
    await page.evaluate("dispatchEvent(new Event('focus'))")
    async with page.expect_response("**/read"):
        await ground.say("student", ticket, "Oh, thanks.")
        await expect(message(page, "Oh, thanks.")).to_be_in_viewport()
    await message_box(page).press_sequentially(" look.")
    await message_box(page).press("Enter")
    meanwhile = page.get_by_role("alert", name="Somebody replied meanwhile")
    await expect(meanwhile.get_by_text("Solved already.")).to_be_visible()
    await meanwhile.get_by_role("button", name="Edit").click()
    await expect(message_box(page)).to_have_value("I will look.")
    await message_box(page).fill("Glad to hear it.")
    await message_box(page).press("Enter")
    await expect(message(page, "Glad to hear it.")).to_have_count(1)
    await expect(page.get_by_test_id("pending")).to_have_count(0)
    await expect(meanwhile).to_be_hidden()
    assert pageerrors(agent) == []


async def test_what_can_be_done_with_a_message_lies_beside_its_words(ground: Ground, ticket: TicketId) -> None:
    for words in ("Which browser is it, and since when does it do so?", "ok"):
        await ground.say("agent", ticket, words)
    for who in ("agent", "student"):
        page = (await ground.page(who, ticket)).page
        await message(page, "ok").last.hover()
        acts = await message(page, "ok").last.get_by_role("toolbar").bounding_box()
        bubble = await message(page, "ok").last.locator(".bubble").bounding_box()
        assert acts is not None
        assert bubble is not None
        assert acts["x"] + acts["width"] <= bubble["x"] or bubble["x"] + bubble["width"] <= acts["x"]
        assert acts["x"] >= 0


async def test_dropped_files_show_how_far_they_are_and_go_with_the_message(ground: Ground, ticket: TicketId) -> None:
    student = await ground.page("student", ticket)
    page = student.page
    under_way, go = asyncio.Semaphore(0), asyncio.Event()

    async def hold(route: Route) -> None:
        under_way.release()
        await go.wait()
        await route.continue_()

    await page.route("**/api/files", hold)
    await drop(page, ("one.txt", 10), ("two.txt", 20), ("three.txt", 30), ("four.txt", 40))
    await expect(page.get_by_role("progressbar")).to_have_count(4)
    await message_box(page).fill("Four files")
    await message_box(page).press("Enter")
    # Nothing goes without them, and why is said.
    await expect(page.get_by_role("alert").get_by_text("The files are still on their way")).to_be_visible()
    for _ in range(3):
        await under_way.acquire()
    assert under_way.locked(), "the fourth waits for one of the others"
    go.set()
    await expect(page.get_by_role("progressbar")).to_have_count(0)
    await expect(page.get_by_text("The files are still on their way")).to_have_count(0)
    await message_box(page).press("Enter")
    await expect(page.get_by_test_id("pending")).to_have_count(0)
    names = message(page, "Four files").get_by_role("list", name="Files").get_by_role("link")
    await expect(names).to_have_count(4)
    assert pageerrors(student) == []


async def test_files_that_are_too_large_or_too_many_are_left_out_with_a_sentence(
    ground: Ground, ticket: TicketId
) -> None:
    student = await ground.page("student", ticket)
    page = student.page
    await drop(page, ("film.mp4", 200_001), *((f"{number}.txt", 5) for number in range(19)))
    await expect(chips(page)).to_have_count(10)
    await expect(chips(page).first.get_by_role("alert")).to_have_text("too large: 195 kB is the most")
    await expect(page.get_by_text("10 files go with one message, so 10 were left out.")).to_be_visible()
    await expect(page.get_by_role("progressbar")).to_have_count(0)
    await message_box(page).fill("What there is")
    await message_box(page).press("Enter")
    await expect(page.get_by_text("A file was not taken. Remove it, then send again.")).to_be_visible()
    await page.get_by_role("button", name="Remove film.mp4").click()
    await message_box(page).press("Enter")
    await expect(page.get_by_test_id("pending")).to_have_count(0)
    await expect(message(page, "What there is").get_by_role("link")).to_have_count(9)
    assert pageerrors(student) == []


async def test_a_file_that_the_desk_refuses_says_why_and_can_be_sent_again(ground: Ground, ticket: TicketId) -> None:
    student = await ground.page("student", ticket)
    page = student.page
    problem = {"message": "The desk takes no more files of yours today.", "reason": "too_many"}
    await page.route("**/api/files", lambda route: route.fulfill(status=429, json=problem))
    await drop(page, ("one.txt", 10))
    await expect(chips(page).get_by_role("alert")).to_have_text("The desk takes no more files of yours today.")
    await page.unroute_all(behavior="wait")
    await page.get_by_role("button", name="Send one.txt again").click()
    await expect(chips(page).get_by_text("10 B")).to_be_visible()
    assert pageerrors(student) == []


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_file_that_the_desk_will_never_take_is_not_offered_again_and_its_name_is_read_whole(
    ground: Ground, ticket: TicketId, width: int
) -> None:
    student = await ground.page("student", ticket)
    page = student.page
    await page.set_viewport_size({"width": width, "height": 800})
    name = "setup of the proctoring program.exe"
    problem = {"message": f"{name} is not taken: it is a program.", "reason": "not_taken"}
    await page.route("**/api/files", lambda route: route.fulfill(status=400, json=problem))
    await drop(page, (name, 10))
    await expect(chips(page).get_by_role("alert")).to_have_text(problem["message"])
    await expect(chips(page).get_by_role("button")).to_have_count(1)
    shown = chips(page).get_by_title(name)
    assert await shown.evaluate("(one) => one.scrollWidth <= one.clientWidth && one.scrollHeight <= one.clientHeight")
    await page.unroute_all(behavior="wait")
    assert pageerrors(student) == []


async def test_what_a_fault_of_the_desk_kept_back_is_sent_again_and_said_once(ground: Ground, ticket: TicketId) -> None:
    student = await ground.page("student", ticket)
    page = student.page

    async def take_it_and_fail(route: Route) -> None:
        await route.fetch()
        await route.fulfill(status=500, json={"message": "Something went wrong here.", "reason": "fault"})

    # As if nothing of it had been heard by another way.
    await page.route("**/api/threads/*?after=*", lambda route: route.abort())
    await page.route("**/messages", take_it_and_fail)
    await message_box(page).fill("Once, whatever happens")
    await message_box(page).press("Enter")
    pending = page.get_by_test_id("pending")
    await expect(pending.get_by_role("alert")).to_contain_text("Something went wrong here.")
    await page.unroute_all(behavior="wait")
    await pending.get_by_role("button", name="Try again").click()
    await expect(pending).to_have_count(0)
    await expect(message(page, "Once, whatever happens")).to_have_count(1)
    assert await ground.said(ticket) == ["Once, whatever happens"]


async def test_what_waits_shows_in_every_window_and_is_gone_from_all_once_it_was_said(
    ground: Ground, ticket: TicketId
) -> None:
    student = await ground.page("student", ticket)
    first, context = student.page, student.page.context
    await context.route("**/messages", lambda route: route.abort())
    await message_box(first).fill("From one window")
    await message_box(first).press("Enter")
    await expect(first.get_by_test_id("pending")).to_contain_text("waits for the connection")
    second = await context.new_page()
    await second.goto(f"{ground.url}/t/{ref_of(ticket)}")
    await expect(second.get_by_test_id("pending")).to_contain_text("From one window")
    await context.unroute_all(behavior="wait")
    await first.evaluate("dispatchEvent(new Event('online'))")
    for page in (first, second):
        await expect(page.get_by_test_id("pending")).to_have_count(0)
        await expect(message(page, "From one window")).to_have_count(1)
    assert await ground.said(ticket) == ["From one window"]


async def test_files_wait_with_the_draft_where_they_were_put(ground: Ground, ticket: TicketId) -> None:
    other = await ground.desk.ticket("student", title="Another matter")
    student = await ground.page("student", ticket)
    page = student.page
    await drop(page, ("proof.txt", 12))
    await expect(chips(page).get_by_text("12 B")).to_be_visible()
    await message_box(page).fill("Here is the proof")
    await page.locator("#thread-list a").filter(has_text="Another matter").click()
    await expect(page).to_have_url(re.compile(f"/t/{ref_of(other)}$"))
    await expect(message_box(page)).to_have_value("")
    await expect(chips(page)).to_have_count(0)
    await page.go_back()
    await expect(chips(page)).to_have_count(1)
    await page.reload()
    await expect(message_box(page)).to_have_value("Here is the proof")
    await expect(chips(page).get_by_text("proof.txt")).to_be_visible()
    await expect(message_box(page)).to_have_attribute("placeholder", re.compile("Write a reply"))
    await message_box(page).press("Enter")
    await expect(page.get_by_test_id("pending")).to_have_count(0)
    await expect(message(page, "Here is the proof").get_by_role("link")).to_have_count(1)
    assert pageerrors(student) == []


async def test_words_of_the_ask_box_are_back_in_it_where_the_form_is_left(ground: Ground, ticket: TicketId) -> None:
    student = await ground.page("student", ticket)
    page = student.page
    await page.goto(ground.url)
    await message_box(page).fill("I lost my card")
    await message_box(page).press("Enter")
    form = page.get_by_role("dialog", name="Open a ticket")
    await expect(form.get_by_label("What is the matter?")).to_have_value("I lost my card")
    await page.keyboard.press("Escape")
    await expect(form).to_be_hidden()
    await expect(message_box(page)).to_have_value("I lost my card")
    assert pageerrors(student) == []


async def test_what_looks_like_a_secret_is_asked_about_before_it_is_sent(ground: Ground, ticket: TicketId) -> None:
    agent = await ground.page("agent", ticket)
    page = agent.page
    await message_box(page).fill("The password is hunter22")
    await message_box(page).press("Enter")
    question = page.get_by_role("alert", name="This looks like a secret")
    await expect(question.get_by_text("as if it held a password")).to_be_visible()
    assert await ground.said(ticket) == []
    await question.get_by_role("button", name="Edit").click()
    await expect(message_box(page)).to_have_value("The password is hunter22")
    await expect(question).to_be_hidden()
    await message_box(page).press("Enter")
    await question.get_by_role("button", name="Send anyway").click()
    await expect(message(page, "The password is hunter22")).to_have_count(1)
    await expect(question).to_be_hidden()
    await expect(page.get_by_test_id("pending")).to_have_count(0)
    assert await ground.said(ticket) == ["The password is hunter22"]
    assert pageerrors(agent) == []
