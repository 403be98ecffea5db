"""Tickets that belong together, from beside the thread: merged, taken back, linked, split; and the way between them."""

from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from core.commands import Actor, LinkTickets, MergeTicket, PostMessage
from core.model.ids import TicketId
from core.model.people import Platform
from core.model.relation import Relation
from core.model.thread import MessageKind
from core.text import Text
from tests.fakes.browser import Visitor
from tests.fakes.pictures import take
from tests.fakes.web_desk import WebDesk

pytestmark = pytest.mark.asyncio(loop_scope="module")

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def as_of(desk: WebDesk, who: str) -> Actor:
    return Actor(person=desk.people[who], door=Platform.WEB)


async def two(desk: WebDesk) -> None:
    await desk.ticket("student", "I cannot sign in")
    await desk.ticket("other", "Nobody can sign in")


async def agent_at(desk: WebDesk, browser: Browser, ref: str, *, width: int = 1280) -> Visitor:
    url = str(desk.server.make_url("")).rstrip("/")
    agent = await Visitor.be("Asha", url, browser, f"/t/{ref}", width=width)
    await agent.page.locator("#talk-sub .ref", has_text=ref).wait_for()
    return agent


async def choose(page: Page, words: str, option: str) -> None:
    box = page.locator("#palette-input")
    await box.fill(words)
    await page.get_by_role("option", name=option).first.click()


async def test_a_merge_asks_what_its_people_may_read_and_can_be_taken_back(
    near_desk: WebDesk, browser: Browser
) -> None:
    await two(near_desk)
    agent = await agent_at(near_desk, browser, "T-1")
    page = agent.page
    together = page.get_by_role("group", name="Belongs together")
    await together.get_by_role("button", name="Merge…").click()
    await choose(page, "nobody", "T-2 Nobody can sign in")
    await expect(page.locator(".palette-question")).to_have_text("What may Student, who asked in T-1, read of T-2?")
    await page.get_by_role("option", name="They follow it").click()
    await expect(page.get_by_test_id("toast").filter(has_text="T-1 goes on in T-2")).to_be_visible()
    await expect(page.locator("#facts-body").get_by_role("link", name="T-2")).to_have_attribute("href", "/t/T-2")
    async with near_desk.store.read() as work:
        merged, survivor = await work.tickets.get(TicketId(1)), await work.tickets.get(TicketId(2))
    assert merged is not None
    assert survivor is not None
    assert merged.merged_into == survivor.id
    assert near_desk.people["student"] not in survivor.people

    await together.get_by_role("button", name="Take the merge back").click()
    await expect(together.get_by_role("button", name="Merge…")).to_be_visible()
    assert agent.faults == []


async def test_whose_ticket_was_merged_reads_where_it_goes_on_and_opens_their_own(
    near_desk: WebDesk, browser: Browser
) -> None:
    await two(near_desk)
    url = str(near_desk.server.make_url("")).rstrip("/")
    student = await Visitor.be("Student", url, browser, "/t/T-1")
    page = student.page
    await expect(page.locator("#say")).to_have_attribute("placeholder", "Write a reply, or / for commands")
    await near_desk.engine.handle(MergeTicket(ticket=TicketId(1), into=TicketId(2)), as_of(near_desk, "agent"))
    way = page.locator("#goes-on")
    await expect(way).to_contain_text("You hear when that is solved. If yours is something else, press Not for me.")
    await expect(page.locator("#composer")).to_be_hidden()
    await expect(way.get_by_role("link")).to_have_count(0)
    await way.get_by_role("button", name="Not for me").click()
    await expect(page.get_by_role("textbox", name="What is the matter?")).to_have_value("I cannot sign in")
    assert student.faults == []


async def test_a_link_is_made_shown_and_taken_away(near_desk: WebDesk, browser: Browser) -> None:
    await two(near_desk)
    agent = await agent_at(near_desk, browser, "T-1")
    page = agent.page
    together = page.get_by_role("group", name="Belongs together")
    await together.get_by_role("button", name="Link…").click()
    await choose(page, "T-2", "T-2 Nobody can sign in")
    await choose(page, "", "blocks")
    await page.locator("#facts-body").get_by_role("link", name="T-2").click()
    await page.wait_for_url("**/t/T-2")
    await expect(page.locator("#facts-body").get_by_role("link", name="T-1")).to_be_visible()
    await together.get_by_role("button", name="Unlink…").click()
    await page.get_by_role("option", name="T-1").click()
    await expect(page.locator("#facts-body").get_by_role("link", name="T-1")).to_have_count(0)
    await expect(together.get_by_role("button", name="Unlink…")).to_have_count(0)
    assert agent.faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "name"), [(1280, "desktop"), (390, "phone")])
async def test_ticked_messages_become_a_ticket_of_their_own(
    near_desk: WebDesk, browser: Browser, pictures: Path, width: int, name: str, scheme: str
) -> None:
    await two(near_desk)
    for words in ("It is the password.", "And the library is <b>shut</b>.", "Since Monday."):
        posting = PostMessage(ticket=TicketId(1), kind=MessageKind.REPLY, text=Text.of(words))
        await near_desk.engine.handle(posting, as_of(near_desk, "student"))
    linking = LinkTickets(ticket=TicketId(1), other=TicketId(2), relation=Relation.RELATES)
    await near_desk.engine.handle(linking, as_of(near_desk, "agent"))
    agent = await agent_at(near_desk, browser, "T-1", width=width)
    page = agent.page
    if width < 721:
        await page.get_by_role("button", name="Details").click()
    await page.get_by_role("group", name="Belongs together").get_by_role("button", name="Split…").click()
    dialog = page.get_by_role("dialog", name="Split T-1")
    await dialog.get_by_label("What is the new ticket about?").fill("The library is shut")
    await dialog.get_by_role("button", name="Split").click()
    await expect(dialog.get_by_role("alert")).to_have_text("Tick the messages that are to move.")
    await dialog.get_by_role("checkbox", name="And the library is <b>shut</b>.").check()
    await dialog.get_by_role("checkbox", name="Since Monday.").check()
    found = await Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    assert found.response["violations"] == [], found.generate_report()
    await take(page, pictures / f"agent-split-{name}-{scheme}.png", "dark" if scheme == "dark" else "light")
    await dialog.get_by_role("button", name="Split").click()
    await page.wait_for_url("**/t/T-3")
    await expect(page.get_by_role("log").get_by_text("And the library is <b>shut</b>.")).to_be_visible()
    await expect(dialog).to_be_hidden()
    assert agent.faults == []
