"""What is said in a ticket's thread on Discord and elsewhere, carried both ways with all that hangs on it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.fakes.discord_desk import University
from tests.fakes.discord_server import Message, Thread
from tests.fakes.discord_steps import (
    AtThePage,
    a_day,
    at_the_page,
    card_in,
    faults_of,
    open_login,
    press,
    press_and_fill,
    quiet,
    reads,
    ref_of,
    said_in,
    shows,
    triage,
    use,
)
from tests.fakes.web_desk import png

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Day:
    uni: University
    priya: AtThePage
    """An agent who sits at the page and is on no Discord."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole_day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Day]:
    async with a_day(tmp_path_factory.mktemp("desk")) as (uni, desk):
        yield Day(uni, await at_the_page(desk, "Priya", "priya@example.com", "agent"))


@pytest.fixture
def day(whole_day: Day) -> Day:
    assert faults_of(whole_day.uni.server) == []
    return whole_day


async def begun(day: Day) -> tuple[Thread, str]:
    """A thread of sam's that asha answered in, and its ref."""
    thread = await open_login(day.uni, day.uni.sam)
    await day.uni.asha.say(thread, "I look into it")
    await day.priya.until_said(ref_of(thread), "I look into it")
    return thread, ref_of(thread)


async def entry_of(day: Day, ref: str, words: str) -> dict[str, object]:
    entries = await day.priya.until_said(ref, words)
    found = [entry for entry in entries if words in str(entry)]
    assert len(found) == 1, found
    return dict(found[0])


async def test_what_is_written_on_discord_is_in_the_record_with_its_formatting(day: Day) -> None:
    thread, ref = await begun(day)
    await day.uni.sam.say(
        thread, "It says **no**, *why*, `code 7` and\n> a quote\n- one\n- two\nsee https://example.org/x"
    )
    entry = await entry_of(day, ref, "code 7")
    words = str(entry)
    for kind in ("bold", "italic", "code", "quote", "list", "https://example.org/x"):
        assert kind in words, (kind, words)
    assert entry["who"] == "sam"


async def test_a_reply_at_the_page_appears_under_its_authors_name_and_pings_nobody(day: Day) -> None:
    uni, (thread, ref) = day.uni, await begun(day)
    file = await day.priya.upload("plan.png", png())
    await day.priya.say(ref, f"Ask **Lee** <@{uni.lee.id}> @everyone\n\n1. first\n2. second", files=[file])
    reply = await reads(uni, uni.sam, thread, "**Lee**")
    assert reply.name == "Priya · staff"
    assert reply.webhook is not None
    assert "1. first" in reply.content
    assert [(one.filename, one.data) for one in reply.attachments] == [("plan.png", png())]
    await quiet(uni)
    assert not reply.pinged
    assert not uni.lee.pings


async def test_files_written_on_discord_are_copied_and_outlive_their_links(day: Day) -> None:
    uni, (thread, ref) = day.uni, await begun(day)
    await uni.sam.say(thread, "Two files", files=[("a.png", png()), ("b.txt", b"words")])
    entry = await entry_of(day, ref, "Two files")
    files = {one["name"]: one for one in entry["files"]}  # type: ignore[attr-defined] # JSON
    assert set(files) == {"a.png", "b.txt"}
    await uni.sam.say(thread, "", files=[("alone.txt", b"only a file")])
    await entry_of(day, ref, "alone.txt")


async def test_what_is_edited_on_discord_changes_in_the_record_which_says_so(day: Day) -> None:
    uni, (thread, ref) = day.uni, await begun(day)
    said = await uni.sam.say(thread, "The frst word")
    await day.priya.until_said(ref, "frst")
    await uni.sam.edit(said, "The **first** word")
    entry = await entry_of(day, ref, "first")
    assert "frst" not in str(entry)
    assert entry["edited_at"]


async def test_what_is_deleted_on_discord_is_gone_from_the_record_which_says_so(day: Day) -> None:
    uni, (thread, ref) = day.uni, await begun(day)
    said = await uni.sam.say(thread, "My password is hunter2")
    await day.priya.until_said(ref, "hunter2")
    await uni.sam.delete(said)
    await day.priya.until_said(ref, "took a message back")
    assert "hunter2" not in await day.priya.texts(ref)


async def test_what_is_taken_back_at_the_page_is_gone_from_discord(day: Day) -> None:
    uni, (thread, ref) = day.uni, await begun(day)
    await day.priya.say(ref, "Meant for somebody else")
    copy = await reads(uni, uni.sam, thread, "Meant for somebody else")
    await day.priya.type(f"/staff undo {ref}")
    await uni.server.until(lambda: copy.deleted)


async def test_reactions_are_in_the_record_and_go_when_they_are_taken_off(day: Day) -> None:
    uni, (thread, ref) = day.uni, await begun(day)
    await day.priya.say(ref, "Is it **solved**?")
    asked = await reads(uni, uni.sam, thread, "**solved**")
    await quiet(uni)
    await uni.sam.react(asked, "👍")
    await day.priya.until_said(ref, "👍")
    await uni.sam.unreact(asked, "👍")
    await uni.sam.say(thread, "No, it is not")
    await day.priya.until_said(ref, "No, it is not")
    assert "👍" not in await day.priya.texts(ref)


async def test_a_reply_quotes_what_it_answers_a_sticker_and_a_forward_become_words(day: Day) -> None:
    uni, (thread, ref) = day.uni, await begun(day)
    asked = await uni.asha.say(thread, "Which **course** is it?")
    await uni.sam.say(thread, "CS2001", reply_to=asked)
    answer = await entry_of(day, ref, "CS2001")
    assert "asha: Which course is it?" in str(answer)
    await uni.sam.say(thread, "", stickers=["Thumbs up"])
    await day.priya.until_said(ref, "Thumbs up")
    elsewhere = await uni.kim.say(uni.login, "The system is down for *everybody*")
    await uni.sam.say(thread, "", forward_of=elsewhere)
    await day.priya.until_said(ref, "The system is down for")


async def test_notes_by_command_by_button_and_by_plain_words_under_the_card_stay_with_the_staff(day: Day) -> None:
    uni, (thread, ref) = day.uni, await begun(day)
    staffs = await triage(uni, thread)
    await use(uni.asha, thread, "staff", "note", text="Secret by command")
    notes = await uni.server.until(lambda: staffs.thread)
    await reads(uni, uni.asha, notes, "Secret by command")
    await press_and_fill(uni.asha, staffs, "Note", "Secret by button")
    await reads(uni, uni.asha, notes, "Secret by button")
    await uni.lee.say(notes, "Secret by *words*", files=[("secret.txt", b"secret")])
    assert "note" in str(await entry_of(day, ref, "Secret by command"))
    assert "note" in str((await day.priya.until_said(ref, "secret.txt"))[-1])
    await day.priya.type(f"/staff note {ref} Secret from the page")
    told = await reads(uni, uni.lee, notes, "Secret from the page")
    assert told.name == "Priya · staff"
    await quiet(uni)
    assert not any("ecret" in message.text for message in [*uni.sam.reads(thread), *uni.sam.dms])
    assert not uni.sam.sees(notes)
    assert said_in(uni.asha, notes, "Secret by command").webhook  # type: ignore[union-attr] # read above


async def test_an_edited_and_a_deleted_note_follow_in_the_record(day: Day) -> None:
    uni, (thread, ref) = day.uni, await begun(day)
    staffs = await triage(uni, thread)
    await use(uni.asha, thread, "staff", "note", text="Start")
    notes = await uni.server.until(lambda: staffs.thread)
    said = await uni.asha.say(notes, "Call the offce")
    await day.priya.until_said(ref, "offce")
    await uni.asha.edit(said, "Call the office")
    await day.priya.until_said(ref, "Call the office")
    await uni.asha.delete(said)
    await day.priya.until_said(ref, "took a note back")


async def test_a_thread_that_was_put_away_still_gets_what_is_said_and_is_put_away_again(day: Day) -> None:
    uni, (thread, ref) = day.uni, await begun(day)
    await use(uni.asha, thread, "ticket", "resolve", answer="Done")
    await uni.server.until(lambda: thread.archived and thread.locked)
    await day.priya.say(ref, "One thing more")
    await reads(uni, uni.sam, thread, "One thing more")
    await uni.server.until(lambda: thread.archived and thread.locked)


async def test_a_thread_that_discord_put_away_by_itself_is_opened_for_the_next_reply(day: Day) -> None:
    uni, (thread, ref) = day.uni, await begun(day)
    uni.guild.archive(thread)
    await day.priya.say(ref, "Still with you")
    await reads(uni, uni.sam, thread, "Still with you")
    assert not thread.archived


async def test_somebody_who_is_no_part_of_a_ticket_is_told_that_their_words_went_nowhere(day: Day) -> None:
    uni, (thread, ref) = day.uni, await begun(day)
    uni.guild.add_to_thread(thread, uni.kim)
    await uni.kim.say(thread, "May I too?")
    told: Message = await uni.server.until(
        lambda: next((m for m in uni.kim.reads(thread) if m.referenced and m.referenced.author is uni.kim.user), None)
    )
    assert "did not reach the ticket" in told.text
    assert not uni.kim.pings
    assert "May I too?" not in await day.priya.texts(ref)


async def test_the_card_counts_the_first_answer_and_the_agents_buttons_work_in_the_thread(day: Day) -> None:
    uni, (thread, _ref) = day.uni, await begun(day)
    await shows(uni, card_in(thread), "◉ Answered")
    assert "is yours" in (await press(uni.asha, card_in(thread), "Claim")).shown
