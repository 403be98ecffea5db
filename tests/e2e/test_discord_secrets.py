"""What looks like a secret on Discord: held back where no student reads, warned of where one does."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from tests.fakes.discord_desk import University, threads_in
from tests.fakes.discord_server import Message, Person, Thread
from tests.fakes.discord_steps import (
    AtThePage,
    a_day,
    at_the_page,
    buttons_of,
    fill,
    open_login,
    press,
    quiet,
    reads,
    ref_of,
    use,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRET = "The password is hunter22"


@dataclass
class Day:
    uni: University
    priya: AtThePage
    """An agent at the page."""
    nia: AtThePage
    """A student at the page, on no Discord."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Day]:
    async with a_day(tmp_path_factory.mktemp("desk")) as (uni, desk):
        priya = await at_the_page(desk, "Priya", "priya@example.com", "agent")
        yield Day(uni, priya, await at_the_page(desk, "Nia", "nia@example.com"))


async def unread(day: Day) -> tuple[Thread, str]:
    """A ticket of Nia's, in whose thread on Discord nobody of the student's side is, and its ref."""
    before = set(threads_in(day.uni.login))
    form = (await day.nia.type("/ticket open"))["form"]
    values = {"title": "I cannot sign in", "category": "login", "priority": "normal", "description": "Since Monday."}
    opened = await day.nia.call("POST", "/api/forms", {"action": form["action"], "values": values})
    ref = opened["ticket"]["ref"]

    def made() -> Thread | None:
        new = [one for one in threads_in(day.uni.login) if one not in before and one.name.startswith(f"{ref} ")]
        return new[0] if new and new[0].messages else None

    thread = await day.uni.server.until(made, 10, f"the thread of {ref}")
    assert isinstance(thread, Thread)
    return thread, ref


async def asked(day: Day, who: Person, ref: str) -> Message:
    """The newest card about words of theirs in that ticket, in their direct messages."""

    def found() -> Message | None:
        return next((one for one in reversed(who.dms) if f"{ref}: what you wrote" in one.text), None)

    card = await day.uni.server.until(found, 10, f"a card about words in {ref}")
    assert isinstance(card, Message)
    assert "looks as if it held a password" in card.text
    assert "hunter22" not in card.text
    return card


async def texts(page: AtThePage, day: Day, ref: str) -> str:
    await quiet(day.uni)
    return await page.texts(ref)


def replies(entries: Any) -> list[Any]:
    return [entry for entry in entries if entry["kind"] == "reply"]


async def test_what_is_held_back_is_sent_by_its_author(day: Day) -> None:
    thread, ref = await unread(day)
    written = await day.uni.asha.say(thread, SECRET)
    card = await asked(day, day.uni.asha, ref)
    assert buttons_of(card) == ["Send anyway", "Don't send"]
    assert "hunter22" not in await texts(day.nia, day, ref)
    told = await press(day.uni.asha, card, "Send anyway")
    assert "is with the student now" in told.shown
    entries = await day.nia.until_said(ref, "hunter22")
    assert [entry["who"] for entry in replies(entries)] == ["asha"]
    assert not written.deleted
    again = await press(day.uni.asha, card, "Send anyway")
    assert "is with the student now" not in again.shown
    assert len(replies((await day.nia.thread(ref))["entries"])) == 1


async def test_an_edit_of_what_was_released_follows_to_the_student(day: Day) -> None:
    thread, ref = await unread(day)
    written = await day.uni.asha.say(thread, SECRET)
    await press(day.uni.asha, await asked(day, day.uni.asha, ref), "Send anyway")
    await day.nia.until_said(ref, "hunter22")
    await day.uni.asha.edit(written, "Look into your mail")
    await day.nia.until_said(ref, "Look into your mail")
    assert "hunter22" not in await texts(day.nia, day, ref)


async def test_what_is_not_to_be_sent_reaches_nobody(day: Day) -> None:
    thread, ref = await unread(day)
    await day.uni.asha.say(thread, SECRET)
    card = await asked(day, day.uni.asha, ref)
    told = await press(day.uni.asha, card, "Don't send")
    assert "is taken back" in told.shown
    await day.priya.until_said(ref, "took a note back")
    for page in (day.nia, day.priya):
        assert "hunter22" not in await texts(page, day, ref)
    too_late = await press(day.uni.asha, card, "Send anyway")
    assert "is with the student now" not in too_late.shown
    assert "hunter22" not in await texts(day.nia, day, ref)


async def test_where_the_student_reads_its_author_is_warned_and_takes_it_back(day: Day) -> None:
    thread = await open_login(day.uni, day.uni.sam)
    written = await day.uni.asha.say(thread, SECRET)
    card = await asked(day, day.uni.asha, ref_of(thread))
    assert "stands where the student reads" in card.text
    assert buttons_of(card) == ["Take back"]
    await reads(day.uni, day.uni.sam, thread, "hunter22")
    told = await press(day.uni.asha, card, "Take back")
    assert "is taken back" in told.shown
    await day.uni.server.until(lambda: written.deleted, 10, "the message is gone")
    assert "hunter22" not in "".join(one.text for one in day.uni.sam.reads(thread))
    assert "hunter22" not in await texts(day.priya, day, ref_of(thread))


async def test_an_edit_into_a_secret_is_warned_of_where_the_student_reads(day: Day) -> None:
    thread = await open_login(day.uni, day.uni.sam)
    written = await day.uni.asha.say(thread, "Wait a moment")
    await day.priya.until_said(ref_of(thread), "Wait a moment")
    await day.uni.asha.edit(written, SECRET)
    card = await asked(day, day.uni.asha, ref_of(thread))
    await press(day.uni.asha, card, "Take back")
    await day.uni.server.until(lambda: written.deleted, 10, "the message is gone")


async def test_a_command_asks_first_and_sends_the_words_changed(day: Day) -> None:
    thread = await open_login(day.uni, day.uni.sam)
    first = await use(day.uni.asha, thread, "ticket", "resolve", answer=SECRET)
    assert "Not sent yet" in first.shown
    assert "hunter22" not in first.shown
    form = await press(day.uni.asha, first.answer, "Edit")
    assert form.modal is not None and "hunter22" in str(form.modal.components)
    await fill(day.uni.asha, form, {form.modal.labels[0]: "Look into your mail"})
    await reads(day.uni, day.uni.sam, thread, "Look into your mail")
    assert "hunter22" not in await texts(day.priya, day, ref_of(thread))


async def test_a_command_sends_it_anyway_where_its_author_says_so(day: Day) -> None:
    thread = await open_login(day.uni, day.uni.sam)
    first = await use(day.uni.asha, thread, "ticket", "resolve", answer=SECRET)
    await press(day.uni.asha, first.answer, "Send anyway")
    await reads(day.uni, day.uni.sam, thread, "hunter22")


async def test_what_a_command_said_is_taken_back_beside_it_in_its_own_thread(day: Day) -> None:
    thread = await open_login(day.uni, day.uni.sam)
    done = await use(day.uni.asha, thread, "ticket", "resolve", answer="Restart your laptop")
    assert done.answer is not None and buttons_of(done.answer) == ["Take back"]
    copy = await reads(day.uni, day.uni.sam, thread, "Restart your laptop")
    told = await press(day.uni.asha, done.answer, "Take back")
    assert "is taken back" in told.shown
    await day.uni.server.until(lambda: copy.deleted, 10, "the answer is gone")


async def test_nobody_else_sends_what_was_held(day: Day) -> None:
    thread, ref = await unread(day)
    await day.uni.asha.say(thread, SECRET)
    await asked(day, day.uni.asha, ref)
    for page in (day.priya, day.nia):
        await page.call("POST", "/api/commands", {"text": f"/staff release {ref}"}, status=(403, 409))
    assert "hunter22" not in await texts(day.nia, day, ref)
