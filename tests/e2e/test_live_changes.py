"""What another door changes in a thread reaches the page that has it open: edits, reactions, removals."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from adapters.web.parse import parse_markdown
from core.commands import Actor, Command, EditMessage, PostMessage, React, RemoveMessage
from core.model.ids import MessageId, PersonId, ThreadId, TicketId
from core.model.people import Platform
from core.model.thread import Audience, MessageKind
from core.storage import Outcome
from tests.fakes.browser import Visitor
from tests.fakes.web_desk import WebDesk

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Elsewhere:
    """A ticket's thread as people on a chat platform use it."""

    desk: WebDesk
    ticket: TicketId
    thread: ThreadId

    async def say(self, person: PersonId, words: str) -> MessageId:
        said = PostMessage(ticket=self.ticket, kind=MessageKind.REPLY, text=parse_markdown(words))
        outcome = await self._do(said, person)
        assert outcome.message is not None
        return outcome.message

    async def edit(self, person: PersonId, message: MessageId, words: str) -> None:
        await self._do(EditMessage(ticket=self.ticket, message=message, text=parse_markdown(words)), person)

    async def react(self, person: PersonId, message: MessageId, emoji: str, *, on: bool = True) -> None:
        await self._do(React(ticket=self.ticket, message=message, emoji=emoji, on=on), person)

    async def remove(self, message: MessageId) -> None:
        """By whoever keeps order there: the platform does not say who."""
        await self._do(RemoveMessage(ticket=self.ticket, message=message), None)

    async def _do(self, command: Command, person: PersonId | None) -> Outcome:
        self.desk.clock.advance(timedelta(seconds=1))
        actor = Actor(person=person, door=Platform.DISCORD, thread=self.thread)
        return await self.desk.engine.handle(command, actor)


@pytest_asyncio.fixture(loop_scope="module")
async def elsewhere(near_desk: WebDesk) -> Elsewhere:
    ticket = await near_desk.ticket("student")
    async with near_desk.store.write() as work:
        thread = await work.threads.add(ticket, Platform.DISCORD, Audience.REQUESTER, external_id="900")
    return Elsewhere(near_desk, ticket, thread.id)


async def opened(near_desk: WebDesk, browser: Browser, who: str, **size: int) -> Visitor:
    """``who`` with T-1 before them, and a mark on the page that a reload would take away."""
    url = str(near_desk.server.make_url("")).rstrip("/")
    visitor = await Visitor.be(who, url, browser, "/t/T-1", **size)
    await visitor.page.evaluate("window.since = 'the beginning'")
    return visitor


def message(page: Page, words: str) -> Locator:
    return page.get_by_role("log").get_by_role("article").filter(has_text=words)


async def test_an_edit_and_reactions_from_elsewhere_show_in_an_open_page(
    near_desk: WebDesk, elsewhere: Elsewhere, browser: Browser
) -> None:
    student, agent = near_desk.people["student"], near_desk.people["agent"]
    said = await elsewhere.say(student, "It says **forbiden**.")
    reader = await opened(near_desk, browser, "Agent")
    page = reader.page
    await expect(message(page, "It says forbiden.")).to_have_count(1)

    await elsewhere.edit(student, said, "It says **forbidden**, with `403`.")
    edited = message(page, "It says forbidden, with 403.")
    await expect(edited).to_have_count(1)
    await expect(edited.get_by_text("(edited)")).to_have_attribute(
        "title", "Edited on Monday, March 2, 2026 at 9:00 AM"
    )
    await expect(message(page, "forbiden")).to_have_count(0)

    for person, emoji in ((agent, "👀"), (student, "👀"), (agent, "<b>no</b>")):
        await elsewhere.react(person, said, emoji)
    chips = edited.get_by_role("list", name="Reactions").get_by_role("listitem")
    await expect(chips).to_have_count(2)
    await expect(chips.first).to_have_attribute("title", "Agent and Student reacted with 👀")
    await expect(chips.last).to_have_attribute("title", "Agent reacted with <b>no</b>")
    await elsewhere.react(agent, said, "<b>no</b>", on=False)
    await expect(chips).to_have_count(1)
    assert await page.evaluate("window.since") == "the beginning"
    assert reader.faults == []


async def test_a_message_removed_elsewhere_leaves_its_place_and_nothing_of_its_words(
    near_desk: WebDesk, elsewhere: Elsewhere, browser: Browser
) -> None:
    student = near_desk.people["student"]
    said = await elsewhere.say(student, "My password is tulip")
    await elsewhere.react(student, said, "🙈")
    reader = await opened(near_desk, browser, "Agent")
    page = reader.page
    await expect(message(page, "tulip")).to_have_count(1)
    await elsewhere.remove(said)
    removed = message(page, "This message was removed where it was written.")
    await expect(removed).to_have_count(1)
    await expect(removed.get_by_role("list", name="Reactions")).to_have_count(0)
    await expect(message(page, "tulip")).to_have_count(0)
    await page.reload()
    await expect(removed).to_have_count(1)
    assert reader.faults == []


async def test_whoever_reads_further_down_stays_there_while_what_is_above_grows(
    near_desk: WebDesk, elsewhere: Elsewhere, browser: Browser
) -> None:
    student = near_desk.people["student"]
    first = await elsewhere.say(student, "The first of many")
    for number in range(30):
        await elsewhere.say(student, f"Then number {number}, which has its link: https://example.com/{number}")
    reader = await opened(near_desk, browser, "Agent", height=600)
    page = reader.page
    link = page.get_by_role("link", name="https://example.com/15")
    await link.focus()
    await link.evaluate("(element) => element.scrollIntoView({ block: 'center' })")
    # Not every browser holds the place by itself: have this one leave it to the page.
    await page.locator("#scroll").evaluate("(element) => (element.style.overflowAnchor = 'none')")
    place = await link.bounding_box()
    await elsewhere.edit(student, first, "\n\n".join(["The first of many, at length"] * 12))
    await expect(message(page, "The first of many, at length")).to_have_count(1)
    now = await link.bounding_box()
    assert place is not None
    assert now is not None
    assert abs(now["y"] - place["y"]) <= 1
    await expect(link).to_be_focused()
    assert reader.faults == []


async def test_a_link_that_is_held_while_its_message_changes_is_held_after(
    near_desk: WebDesk, elsewhere: Elsewhere, browser: Browser
) -> None:
    student = near_desk.people["student"]
    said = await elsewhere.say(student, "See https://example.com/old and tell me")
    page = (await opened(near_desk, browser, "Agent")).page
    links = page.get_by_role("log").get_by_role("link")
    await links.filter(has_text="https://example.com/old").focus()
    await elsewhere.edit(student, said, "See https://example.com/new and tell me")
    await expect(links.filter(has_text="https://example.com/new")).to_be_focused()
    await elsewhere.edit(student, said, "Never mind")
    await expect(message(page, "Never mind")).to_be_focused()
