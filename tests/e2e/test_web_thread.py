"""The open thread in a browser: what people do with messages, what they read, and threads of thousands."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import expect

from core.events import MessagePosted
from core.model.ids import PersonId, TicketId, ref_of
from core.model.people import Platform
from core.model.thread import MessageKind
from core.text import Text
from tests.fakes.web_thread import Ground, message, message_box, pageerrors, say, tool

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_message_is_edited_in_place_as_it_was_typed(ground: Ground, ticket: TicketId) -> None:
    agent = await ground.page("agent", ticket)
    page = agent.page
    await say(page, "Look at **this**:\n\n- `one`\n- two_of_them")
    await message(page, "Look at").hover()
    await tool(page, "Look at", "Edit").click()
    editor = page.get_by_role("textbox", name="Edit your message")
    await expect(editor).to_have_value("Look at **this**:\n\n- `one`\n- two_of_them")
    await editor.fill("Never mind")
    await editor.press("Escape")
    await expect(message(page, "Look at this")).to_have_count(1)
    await expect(message(page, "Look at this")).to_contain_text("two_of_them")

    await tool(page, "Look at", "Edit").press("Enter")
    await editor.fill("Look at **that** instead")
    await editor.press("Enter")
    await expect(message(page, "Look at that instead").get_by_text("(edited)")).to_have_count(1)
    await expect(editor).to_have_count(0)
    await page.reload()
    await expect(message(page, "Look at that instead").locator("strong").filter(has_text="that")).to_have_count(1)
    assert pageerrors(agent) == []


async def test_a_message_is_deleted_once_that_is_confirmed_and_only_ones_own(ground: Ground, ticket: TicketId) -> None:
    await ground.say("student", ticket, "Words of the student")
    agent = await ground.page("agent", ticket)
    page = agent.page
    await say(page, "Sent to the wrong thread")
    await expect(tool(page, "Words of the student", "Quote")).to_have_count(1)
    await expect(tool(page, "Words of the student", "Edit")).to_have_count(0)
    await expect(tool(page, "Words of the student", "Delete")).to_have_count(0)

    await message(page, "wrong thread").hover()
    await tool(page, "wrong thread", "Delete").click()
    question = page.get_by_role("group", name="Delete this message?")
    await expect(question.get_by_role("button", name="Delete")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(question).to_have_count(0)
    await tool(page, "wrong thread", "Delete").press("Enter")
    await question.get_by_role("button", name="Delete").click()
    await expect(message(page, "This message was taken back.")).to_have_count(1)
    await expect(message(page, "wrong thread")).to_have_count(0)
    assert pageerrors(agent) == []


async def test_a_message_is_quoted_into_the_box(ground: Ground, ticket: TicketId) -> None:
    await ground.say("student", ticket, "It says **no**.\n\n```\nerror 7\n```")
    page = (await ground.page("agent", ticket)).page
    await message_box(page).fill("Hello")
    await message(page, "It says no.").hover()
    await tool(page, "It says no.", "Quote").click()
    await expect(message_box(page)).to_have_value("Hello\n\n> It says **no**.\n>\n> ```\n> error 7\n> ```\n\n")
    await expect(message_box(page)).to_be_focused()
    await page.keyboard.type("I see.")
    await page.keyboard.press("Enter")
    await expect(message(page, "I see.").locator("blockquote pre")).to_have_text("error 7")


async def test_a_reaction_is_picked_joined_and_taken_away(ground: Ground, ticket: TicketId) -> None:
    await ground.say("student", ticket, "It works again")
    agent, student = await ground.page("agent", ticket), await ground.page("student", ticket)
    await message(agent.page, "It works again").hover()
    await tool(agent.page, "It works again", "React").click()
    await agent.page.get_by_role("button", name="celebrate").click()
    await expect(tool(agent.page, "It works again", "React")).to_be_focused()
    chips = message(student.page, "It works again").get_by_role("list", name="Reactions")
    await expect(chips.get_by_role("listitem")).to_have_attribute("title", "Agent reacted with 🎉")
    ground.desk.clock.advance(timedelta(seconds=1))
    await chips.get_by_role("button").click()
    await expect(chips.get_by_role("button")).to_have_attribute("aria-pressed", "true")
    own = message(agent.page, "It works again").get_by_role("list", name="Reactions")
    await expect(own.get_by_role("listitem")).to_have_attribute("title", "Agent and Student reacted with 🎉")
    await own.get_by_role("button").click()
    await expect(chips.get_by_role("listitem")).to_have_attribute("title", "Student reacted with 🎉")
    await chips.get_by_role("button").click()
    await expect(own).to_have_count(0)
    assert pageerrors(agent) == pageerrors(student) == []


async def test_what_is_new_has_a_line_before_it_and_is_read_once_it_was_looked_at(
    ground: Ground, ticket: TicketId
) -> None:
    await ground.say("student", ticket, "Seen")
    agent = await ground.page("agent", ticket)
    async with agent.page.expect_response(re.compile(r"/read$")):
        await agent.page.reload()
    await expect(agent.page.get_by_role("separator", name="New since you were here")).to_have_count(0)
    await agent.page.goto(f"{ground.url}/welcome")
    await ground.say("student", ticket, "Not seen")
    # Nobody looks at a window in the background.
    await agent.page.add_init_script("document.hasFocus = () => window.looking === true;")
    told: list[str] = []
    agent.page.on("request", lambda sent: told.append(sent.url) if sent.url.endswith("/read") else None)
    await agent.page.goto(f"{ground.url}/t/{ref_of(ticket)}")
    line = agent.page.get_by_role("separator", name="New since you were here")
    await expect(line).to_have_count(1)
    order = await agent.page.locator("#entries > li").evaluate_all("all => all.map((one) => one.textContent)")
    assert "Seen" in order[-3]
    assert order[-2:][0] == "New since you were here"
    assert "Not seen" in order[-1]
    assert told == []
    async with agent.page.expect_response(re.compile(r"/read$")):
        await agent.page.evaluate("looking = true; dispatchEvent(new Event('focus'))")
    await agent.page.reload()
    await expect(message(agent.page, "Not seen")).to_have_count(1)
    await expect(line).to_have_count(0)


async def test_hostile_words_are_words_and_hostile_links_are_none(ground: Ground, ticket: TicketId) -> None:
    words = "<img src=x onerror=alert(1)> [press](javascript:alert(1)) [web](https://example.com/) <script>1</script>"
    await ground.say("student", ticket, words)
    agent = await ground.page("agent", ticket)
    shown = message(agent.page, "onerror=alert(1)")
    await expect(shown.locator("img, script")).to_have_count(0)
    await expect(shown.get_by_role("link")).to_have_count(1)
    await expect(shown.get_by_role("link", name="web")).to_have_attribute("rel", "noopener noreferrer nofollow")
    made = await agent.page.evaluate(
        """async () => {
            const main = document.querySelector("script[type=module][src]").src;
            const { blocks } = await import(main.replace(/[^/]+$/, "text.js"));
            const link = (url) => ({ type: "link", url, spans: [{ type: "plain", text: "words" }] });
            const bad = ["javascript:1", "data:text/html,1", "vbscript:1", "//evil.example", " javascript:1"];
            const urls = [...bad, "mailto:a@b.example"];
            const [made] = blocks({ blocks: [{ type: "paragraph", spans: urls.map(link) }] });
            return [...made.querySelectorAll("a")].map((a) => a.getAttribute("href"));
        }"""
    )
    assert not [href for href in made if not re.match(r"https?://|mailto:", href)]
    assert agent.faults == []


async def fill(ground: Ground, ticket: TicketId, people: tuple[PersonId, ...], count: int) -> None:
    """A long thread, written straight into the database."""
    now = ground.desk.clock.now()
    async with ground.desk.store.write() as work:
        for number in range(count):
            author = people[number % len(people)]
            text = Text.of(f"Message number {number}." + " It goes on." * (number % 9))
            said = await work.messages.add(ticket, author, MessageKind.REPLY, text, now, origin=None)
            event = MessagePosted(ticket=ticket, message=said.id, kind=MessageKind.REPLY)
            await work.events.append(event, now, author, Platform.WEB, "")


async def test_a_thread_of_5000_messages_has_a_few_of_them_in_the_page(ground: Ground, ticket: TicketId) -> None:
    await fill(ground, ticket, (ground.desk.people["student"], ground.desk.people["agent"]), 5000)
    agent = await ground.page("lead", ticket)
    page = agent.page
    await expect(message(page, "Message number 4999.")).to_be_visible()
    count = "document.querySelectorAll('#entries > li').length"
    first = "Number(/number (\\d+)/.exec(document.querySelector('#entries .message .text').textContent)[1])"
    assert await page.evaluate(count) < 400
    seen = await page.evaluate(
        f"""async () => {{
            const scroll = document.getElementById("scroll");
            const most = {{ entries: 0, jump: 0 }};
            const pause = () => new Promise((next) => requestAnimationFrame(() => setTimeout(next)));
            const place = (one) => one.getBoundingClientRect().top;
            while ({first} > 3700) {{
                const all = [...document.querySelectorAll("#entries .message article")];
                const mark = all.find((one) => place(one) > place(scroll));
                const before = mark && place(mark);
                const from = scroll.scrollTop;
                scroll.scrollTop = from - 700;
                const moved = from - Math.max(0, from - 700);
                await pause();
                await pause();
                if (mark?.isConnected) most.jump = Math.max(most.jump, Math.abs(place(mark) - before - moved));
                most.entries = Math.max(most.entries, {count});
            }}
            return most;
        }}"""
    )
    assert seen["entries"] < 400
    assert seen["jump"] <= 2
    await page.get_by_role("button", name="Newest messages").click()
    await expect(message(page, "Message number 4999.")).to_be_in_viewport()
    assert await page.evaluate(count) < 400
    assert agent.faults == []


async def test_on_a_phone_a_message_is_pressed_to_be_changed_and_nothing_is_too_wide(
    ground: Ground, ticket: TicketId
) -> None:
    await ground.say("agent", ticket, "A long address: https://example.com/" + "a" * 120)
    student = await ground.page("student", ticket, width=390, height=844)
    page = student.page
    await message_box(page).fill("Written on a phone")
    await page.get_by_role("button", name="Send the reply").click()
    await expect(page.get_by_test_id("pending")).to_have_count(0)
    await message(page, "Written on a phone").click()
    await tool(page, "Written on a phone", "Edit").click()
    editor = page.get_by_role("textbox", name="Edit your message")
    await editor.fill("Mended on a phone")
    await page.get_by_role("button", name="Save").click()
    await expect(message(page, "Mended on a phone")).to_have_count(1)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    assert await page.evaluate("document.getElementById('scroll').scrollWidth") <= 390
    assert pageerrors(student) == []


async def test_a_reaction_is_set_by_keyboard_alone(ground: Ground, ticket: TicketId) -> None:
    await ground.say("student", ticket, "It works again")
    agent = await ground.page("agent", ticket)
    page = agent.page
    await tool(page, "It works again", "React").focus()
    await page.keyboard.press("End")
    await expect(tool(page, "It works again", "Quote")).to_be_focused()
    await page.keyboard.press("ArrowRight")
    await expect(tool(page, "It works again", "React")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="thumbs up")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("group", name="React with")).to_have_count(0)
    await expect(tool(page, "It works again", "React")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("button", name="heart")).to_be_focused()
    await page.keyboard.press("Enter")
    own = message(page, "It works again").get_by_role("list", name="Reactions")
    await expect(own.get_by_role("button")).to_have_attribute("aria-pressed", "true")
    await own.get_by_role("button").press("Enter")
    await expect(own).to_have_count(0)
    assert pageerrors(agent) == []


async def test_two_windows_of_one_thread_are_in_step(ground: Ground, ticket: TicketId) -> None:
    await ground.say("agent", ticket, "Words of the agent")
    student = await ground.page("student", ticket)
    first = student.page
    second = await first.context.new_page()
    await second.goto(f"{ground.url}/t/{ref_of(ticket)}")
    await expect(message(second, "Words of the agent")).to_have_count(1)

    await say(first, "Written in the first")
    await expect(message(second, "Written in the first")).to_have_count(1)
    await tool(second, "Written in the first", "Edit").press("Enter")
    await second.get_by_role("textbox", name="Edit your message").fill("Mended in the second")
    await second.keyboard.press("Enter")
    await expect(message(first, "Mended in the second").get_by_text("(edited)")).to_have_count(1)

    await tool(first, "Words of the agent", "React").press("Enter")
    await first.get_by_role("button", name="thank you").click()
    theirs = message(second, "Words of the agent").get_by_role("list", name="Reactions")
    await expect(theirs.get_by_role("button")).to_have_attribute("aria-pressed", "true")
    await theirs.get_by_role("button").press("Enter")
    await expect(message(first, "Words of the agent").get_by_role("list", name="Reactions")).to_have_count(0)

    await tool(first, "Mended in the second", "Delete").press("Enter")
    await first.get_by_role("group", name="Delete this message?").get_by_role("button", name="Delete").click()
    await expect(message(second, "This message was taken back.")).to_have_count(1)
    await expect(message(second, "Mended in the second")).to_have_count(0)
    assert pageerrors(student) == []


async def test_what_is_read_in_one_window_is_read_in_the_other(ground: Ground, ticket: TicketId) -> None:
    student = await ground.page("student", ticket)
    first = student.page
    async with first.expect_response(re.compile(r"/read$")):
        await ground.say("agent", ticket, "Hello")
    second = await first.context.new_page()
    await second.goto(ground.url)
    # Nobody looks at the first one.
    await first.evaluate("document.hasFocus = () => false")
    await ground.say("agent", ticket, "Have you tried?")
    unread = second.locator("#thread-list .unread").filter(has_text=ref_of(ticket))
    await expect(unread).to_have_count(1)
    await first.evaluate("document.hasFocus = () => true; dispatchEvent(new Event('focus'))")
    await expect(unread).to_have_count(0)


async def test_words_about_a_message_that_was_taken_back_meanwhile_are_not_lost(
    ground: Ground, ticket: TicketId
) -> None:
    student = await ground.page("student", ticket)
    page = student.page
    await say(page, "Half of it")
    await tool(page, "Half of it", "Edit").press("Enter")
    await page.get_by_role("textbox", name="Edit your message").fill("All of it, at length")
    other = await page.context.new_page()
    await other.goto(f"{ground.url}/t/{ref_of(ticket)}")
    await tool(other, "Half of it", "Delete").press("Enter")
    await other.get_by_role("group", name="Delete this message?").get_by_role("button", name="Delete").click()
    await expect(message(page, "This message was taken back.")).to_have_count(1)
    await expect(message_box(page)).to_have_value("All of it, at length")
    await expect(page.get_by_text("Your words are in the message box.")).to_be_visible()
    assert pageerrors(student) == []


async def test_an_edit_that_the_desk_refuses_keeps_the_words_and_says_why(ground: Ground, ticket: TicketId) -> None:
    student = await ground.page("student", ticket)
    page = student.page
    await say(page, "Half of it")
    # What was told of it is still on its way.
    await page.route("**/api/threads/*?after=*", lambda route: route.abort())
    other = await page.context.new_page()
    await other.goto(f"{ground.url}/t/{ref_of(ticket)}")
    await tool(page, "Half of it", "Edit").press("Enter")
    editor = page.get_by_role("textbox", name="Edit your message")
    await editor.fill("All of it")
    await tool(other, "Half of it", "Delete").press("Enter")
    await other.get_by_role("group", name="Delete this message?").get_by_role("button", name="Delete").click()
    await expect(message(other, "This message was taken back.")).to_have_count(1)
    await editor.press("Enter")
    await expect(page.locator(".editor").get_by_role("alert")).not_to_be_empty()
    await expect(editor).to_have_value("All of it")
    await expect(editor).to_be_editable()


async def test_an_edit_that_looks_secret_is_asked_about_where_one_looks(ground: Ground, ticket: TicketId) -> None:
    for number in range(12):
        await ground.say("student", ticket, f"Line {number}")
    agent = await ground.page("agent", ticket)
    page = agent.page
    await say(page, "Half of it")
    await tool(page, "Half of it", "Edit").press("Enter")
    editor = page.get_by_role("textbox", name="Edit your message")
    await editor.fill("The password is hunter22")
    await editor.press("Enter")
    anyway = page.get_by_role("button", name="Save anyway")
    await expect(anyway).to_be_focused()
    await expect(anyway).to_be_in_viewport(ratio=1)
    await anyway.press("Enter")
    await expect(message(page, "The password is hunter22")).to_have_count(1)
    assert pageerrors(agent) == []


async def test_a_thread_that_could_not_be_reached_is_asked_for_again(ground: Ground, ticket: TicketId) -> None:
    await ground.say("agent", ticket, "Here all along")
    student = await ground.page("student", ticket)
    page = student.page
    await page.goto(ground.url)
    await page.route("**/api/threads/T-*", lambda route: route.abort())
    await page.locator("#thread-list a").filter(has_text=ref_of(ticket)).click()
    await expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    await page.unroute_all(behavior="wait")
    await page.get_by_role("button", name="Try again").click()
    await expect(message(page, "Here all along")).to_have_count(1)
    await expect(page.get_by_role("heading", name="No connection")).to_have_count(0)
    assert pageerrors(student) == []
