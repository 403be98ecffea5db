"""What a hostile text, a shared computer and a slow desk do to the console in a real browser."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page, Route, expect

from core.commands import Actor, OpenTicket
from core.model.ids import TicketId, ref_of
from core.model.people import Platform
from core.model.thread import MessageKind
from core.text import Text
from tests.fakes.browser import Visitor, chromium
from tests.fakes.web_desk import WebDesk, make_database, png, running_web_desk
from tests.fakes.web_thread import Ground, message, message_box, pageerrors

pytestmark = pytest.mark.asyncio(loop_scope="module")

MARKUP = "</title></script><img src=x onerror='window.pwned=1'><svg onload='window.pwned=1'>"
TYPED = f"""{MARKUP}

[press](javascript:window.pwned=1) [press](data:text/html,<script>window.pwned=1</script>) <javascript:window.pwned=1>

```"><img/src=x/onerror=window.pwned=1>
</code></pre>{MARKUP}
```

> {MARKUP}
"""
INJECTED = """() => [window.pwned ?? "", ...[...document.querySelectorAll("*")]
    .filter((one) => [...one.attributes].some(({ name }) => /^on/.test(name)) || /^(javascript|data):/i.test(one.href))
    .map((one) => one.outerHTML)].filter(Boolean)"""

SCROLL = """(place, at) => new Promise((done) => {
    place.scrollTop = at;
    requestAnimationFrame(() => requestAnimationFrame(done));
})"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ground(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    folder: Path = tmp_path_factory.mktemp("attacked")
    async with running_web_desk(folder, await make_database(folder)) as desk, chromium() as browser:
        yield Ground(desk, browser)


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def no_window_left(ground: Ground) -> AsyncIterator[None]:
    yield
    for context in ground.browser.contexts:
        await context.close()


@pytest_asyncio.fixture(loop_scope="module")
async def ticket(ground: Ground) -> TicketId:
    return await ground.desk.ticket("student", title="Only for Sam's eyes")


async def hostile_ticket(desk: WebDesk) -> TicketId:
    command = OpenTicket(title=MARKUP, description=Text.of(MARKUP), category="platform")
    outcome = await desk.engine.handle(command, Actor(person=desk.people["student"], door=Platform.WEB))
    assert outcome.ticket is not None
    return outcome.ticket


async def sign_in(context: BrowserContext, ground: Ground, who: str) -> None:
    """As another window does, of which this browser's open pages hear nothing."""
    await context.request.post(f"{ground.url}/session/demo", form={"who": who, "next": "/"}, max_redirects=0)


async def sign_out(page: Page) -> None:
    await page.get_by_role("button", name=re.compile("Account")).click()
    await page.get_by_role("button", name="Sign out").click()
    await page.wait_for_url("**/welcome**")


# ---- what people type


async def test_markup_that_people_typed_is_words_wherever_it_shows(ground: Ground) -> None:
    desk = ground.desk
    ref = ref_of(await hostile_ticket(desk))
    student = await desk.browser("student")
    agent = await desk.browser("agent")
    for who, kind in ((student, "reply"), (agent, "reply"), (agent, "note")):
        said = await who.post(f"/api/threads/{ref}/messages", {"text": TYPED, "kind": kind})
        assert said.status == 201, said.text
    name = MARKUP[:40]
    kept = await agent.put("/api/triage/filters", {"filters": [{"name": name, "query": f"q={quote(name)}"}]})
    assert kept.status == 200, kept.text
    await ground.say("agent", TicketId(int(ref[2:])), "That is all")

    for who in ("Student", "Agent"):
        visitor = await Visitor.be(who, ground.url, ground.browser, f"/t/{ref}")
        page = visitor.page
        await expect(message(page, "That is all")).to_be_visible()
        assert await page.evaluate(INJECTED) == []
        await page.get_by_role("button", name="Notifications").click()
        if who == "Agent":
            await expect(page.get_by_role("button", name=name)).to_be_visible()
            await page.keyboard.press("Escape")
            await page.keyboard.press("Control+k")
            await page.get_by_role("combobox", name="Find a ticket").fill("onerror")
            await expect(page.get_by_role("option", name="onerror").first).to_be_visible()
        assert await page.evaluate(INJECTED) == []
        assert visitor.faults == []


# ---- one computer, several people


async def test_a_window_is_put_away_when_its_person_signs_out_in_another(ground: Ground, ticket: TicketId) -> None:
    visitor = await ground.page("student", ticket)
    other = await visitor.page.context.new_page()
    await other.goto(ground.url)
    await sign_out(other)
    await visitor.page.wait_for_url("**/welcome**")
    await expect(visitor.page.get_by_text("Only for Sam's eyes")).to_have_count(0)


async def test_a_window_never_shows_one_persons_tickets_under_anothers_name(ground: Ground, ticket: TicketId) -> None:
    visitor = await ground.page("student", ticket)
    page = visitor.page
    await message_box(page).fill("Half a secret")
    await sign_in(page.context, ground, "other")
    # It is made anew for the other; or it leads to the way in, where it looked between the two.
    await expect(page.get_by_text("Only for Sam's eyes")).to_have_count(0)
    page = await page.context.new_page()
    await page.goto(ground.url)
    await expect(page.locator(".account-name")).to_have_text("Other")
    await expect(page.get_by_text("Only for Sam's eyes")).to_have_count(0)
    kept = await page.evaluate("JSON.stringify({ ...localStorage, ...sessionStorage })")
    assert "secret" not in kept


async def test_a_window_whose_sign_in_has_ended_leads_to_the_way_in(ground: Ground, ticket: TicketId) -> None:
    page = (await ground.page("student", ticket)).page
    calls = page.context.request
    token = (await (await calls.get(f"{ground.url}/api/me")).json())["csrf"]
    await calls.post(f"{ground.url}/session/end", form={"csrf": token}, max_redirects=0)
    await page.wait_for_url("**/welcome?next=**")


async def test_a_file_that_the_browser_kept_is_not_shown_to_who_signs_in_next(ground: Ground, ticket: TicketId) -> None:
    student = await ground.page("student", ticket)
    page, context = student.page, student.page.context
    await page.locator("#attach-input").set_input_files({"name": "x.png", "mimeType": "image/png", "buffer": png()})
    await expect(page.get_by_role("button", name="Send the reply")).to_be_enabled()
    await page.get_by_role("button", name="Send the reply").click()
    picture = page.get_by_role("log").get_by_role("link", name="x.png")
    await expect(picture).to_be_visible()
    url = await picture.get_attribute("href")
    look = "(url) => fetch(url).then((answer) => answer.status)"
    assert await page.evaluate(look, url) == 200
    assert await page.evaluate(look, url) == 200
    other = await context.new_page()
    await other.goto(f"{ground.url}/welcome")
    await sign_in(context, ground, "other")
    assert await other.evaluate(look, url) == 404


# ---- a desk in trouble


async def test_earlier_messages_that_cannot_be_had_are_not_asked_for_again_and_again(
    ground: Ground, ticket: TicketId
) -> None:
    for number in range(80):
        await ground.say("agent", ticket, f"Message {number}")
    student = await Visitor.be("Student", ground.url, ground.browser)
    page = student.page
    asked: list[str] = []

    async def refuse(route: Route) -> None:
        asked.append(route.request.url)
        await route.fulfill(status=500, json={"message": "Not now."})

    await page.route("**/api/threads/*?before=*", refuse)
    await page.goto(f"{ground.url}/t/{ref_of(ticket)}")
    await expect(message(page, "Message 79")).to_be_visible()
    scroll = page.locator("#scroll")
    again = page.get_by_role("button", name="Try again")
    await scroll.evaluate("(place) => (place.scrollTop = 0)")
    await expect(again).to_be_visible()
    for at in (300, 0, 300, 0, 300, 0):
        await scroll.evaluate(SCROLL, at)
    await expect(again).to_be_visible()
    assert len(asked) == 1
    await page.unroute("**/api/threads/*?before=*")
    await again.click()
    await expect(again).to_have_count(0)
    await scroll.evaluate("(place) => (place.scrollTop = 0)")
    await expect(message(page, "Message 0").first).to_be_visible()
    assert pageerrors(student) == []


async def test_a_list_whose_answers_are_slower_than_the_news_still_shows_them(ground: Ground, ticket: TicketId) -> None:
    student = await ground.page("student", ticket)
    page = student.page
    held: list[Route] = []
    await page.route("**/api/threads?view=mine", lambda route: held.append(route))
    for number in (1, 2):
        await ground.say("agent", ticket, f"News {number}")
        await expect(message(page, f"News {number}")).to_be_visible()
        while len(held) < number:
            await page.evaluate("() => new Promise(requestAnimationFrame)")
    await held[0].continue_()
    await expect(page.locator("#thread-list")).to_contain_text("News 2")
    assert pageerrors(student) == []


async def test_a_note_is_in_no_part_of_a_students_page(ground: Ground, ticket: TicketId) -> None:
    await ground.say("agent", ticket, "Zebra suspects a hoax", MessageKind.NOTE)
    await ground.say("agent", ticket, "We look into it")
    student = await ground.page("student", ticket)
    await expect(message(student.page, "We look into it")).to_be_visible()
    assert "Zebra" not in await student.page.content()
