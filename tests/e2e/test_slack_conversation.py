"""What is said in a ticket's threads on Slack and elsewhere, carried every way with all that hangs on it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from tests.fakes.discord_steps import AtThePage, at_the_page
from tests.fakes.slack_desk import Campus
from tests.fakes.slack_server import File, Message, Person
from tests.fakes.slack_steps import (
    DONE,
    NOTED,
    a_day,
    faults_of,
    field,
    files_in,
    mention,
    of_slack,
    open_ticket,
    quiet,
    reads,
    ref_of,
    said,
    says,
    signed,
    triage,
    until,
    use,
    whispered,
    write,
)
from tests.fakes.web_desk import png

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Day:
    campus: Campus
    priya: AtThePage
    """An agent who sits at the page and is on no Slack."""


@dataclass
class Begun:
    """A ticket of a student's own: its card in their direct message, and the staff's card."""

    campus: Campus
    priya: AtThePage
    zoe: Person
    asha: Person
    card: Message
    staffs: Message
    ref: str

    async def entry(self, words: str) -> Any:
        """The one entry of the record that has ``words``."""
        entries = await self.priya.until_said(self.ref, words)
        found = [entry for entry in entries if words in str(entry)]
        assert len(found) == 1, found
        return found[0]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole_day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Day]:
    async with a_day(tmp_path_factory.mktemp("desk")) as (campus, desk):
        yield Day(campus, await at_the_page(desk, "Priya", "priya@example.com"))


@pytest_asyncio.fixture(loop_scope="module")
async def begun(whole_day: Day, request: pytest.FixtureRequest) -> Begun:
    """With every other test in another team's channel: Slack takes a message a second in each."""
    campus = whole_day.campus
    assert faults_of(campus.server) == []
    zoe = campus.server.add_user("zoe", avatar="https://avatars.example.org/zoe.png")
    turn = len(campus.server.people) % 2
    more: dict[str, Any] = {"category": "Exams and grades", "Course_code": "CS1"} if turn else {}
    card = await open_ticket(campus, zoe, request.node.name[5:65], **more)
    return Begun(campus, whole_day.priya, zoe, campus.asha, card, await triage(campus, card), ref_of(card))


async def test_what_is_written_on_slack_is_in_the_record_with_its_formatting(begun: Begun) -> None:
    words = "It says *no*, _why_, ~so~, `code 7` :tada:\n> a quote\n- one\n- two\nsee https://example.org/x?a=1&b=2"
    await write(begun.zoe, begun.card, f"{words} {begun.campus.asha.mention} {begun.campus.lounge.mention}")
    entry = await begun.entry("code 7")
    for kind in ("bold", "italic", "strike", "code", "quote", "list", "https://example.org/x?a=1&b=2", "🎉", "Asha"):
        assert kind in str(entry), (kind, entry)
    assert entry["who"] == "Zoe"
    copy = await reads(begun.asha, begun.staffs, "code 7")
    assert all(one in copy.text_shown for one in ("no, why, so", "🎉", "a quote", "• one", "@Asha", "#"))
    assert not copy.pinged


async def test_a_message_without_blocks_means_the_same(begun: Begun) -> None:
    zoe, card = begun.zoe, begun.card
    await zoe.write(card.place, "It says *no* &amp; _why_", thread=card, plain_text_only=True)
    entry = await begun.entry("why")
    assert "bold" in str(entry)
    assert "italic" in str(entry)


async def test_a_message_bears_its_authors_name_and_picture_on_the_other_side(begun: Begun) -> None:
    written = await write(begun.zoe, begun.card, "Hello?")
    copy = await reads(begun.asha, begun.staffs, "Hello?")
    assert (copy.name, copy.icon_url) == ("Zoe", "https://avatars.example.org/zoe.png")
    answer = await write(begun.asha, begun.staffs, "Hello Zoe")
    assert (await reads(begun.zoe, begun.card, "Hello Zoe")).name == "Asha · staff"
    await signed(begun.campus, written, DONE)
    await signed(begun.campus, answer, DONE)
    assert [one for one in begun.zoe.thread(begun.card) if one.text_shown == "Hello?"] == [written], "no echo"


async def test_a_reply_at_the_page_appears_in_both_threads_and_pings_nobody(begun: Begun) -> None:
    campus, priya = begun.campus, begun.priya
    file = await priya.upload("plan.png", png())
    words = f"Ask **Lee** <@{campus.lee.id}> <!channel> @here\n\n1. first\n2. second"
    await priya.say(begun.ref, words, files=[file])
    for who, thread in ((begun.zoe, begun.card), (begun.asha, begun.staffs)):
        reply = await reads(who, thread, "Ask Lee")
        assert reply.name == "Priya · staff"
        assert "<!channel> @here\n1. first\n2. second" in reply.text_shown
        await until(lambda thread=thread: files_in(thread) == [("plan.png", png())], "the file")
    await quiet(campus)
    assert campus.server.pings == []


async def test_files_are_carried_both_ways_and_kept(begun: Begun) -> None:
    zoe, asha, card, staffs = begun.zoe, begun.asha, begun.card, begun.staffs
    two = await write(zoe, card, "Two files", files=[File("a.png", png()), File("b.txt", b"words")])
    entry = await begun.entry("Two files")
    assert {one["name"] for one in entry["files"]} == {"a.png", "b.txt"}
    await until(lambda: files_in(staffs) == [("a.png", png()), ("b.txt", b"words")], "the student's files")
    await signed(begun.campus, two, DONE)
    alone = await write(asha, staffs, files=[File("alone.txt", b"only a file")])
    await until(lambda: files_in(card) == [("alone.txt", b"only a file")], "the agent's file")
    await signed(begun.campus, alone, DONE)
    assert said(zoe, card, "From Asha · staff") is not None, "whose file it is"


async def test_what_is_edited_changes_everywhere(begun: Begun) -> None:
    by_zoe = await write(begun.zoe, begun.card, "The frst word")
    by_asha = await write(begun.asha, begun.staffs, "The secnd word")
    copies = [await reads(begun.asha, begun.staffs, "frst"), await reads(begun.zoe, begun.card, "secnd")]
    await begun.zoe.edit(by_zoe, "The *first* word")
    await begun.asha.edit(by_asha, "The second word")
    await until(lambda: [one.text_shown for one in copies] == ["The first word", "The second word"], "the edits")
    for words, old in (("first", "frst"), ("second word", "secnd")):
        entry = await begun.entry(words)
        assert entry["edited_at"]
        assert old not in str(entry)


async def test_what_is_deleted_goes_everywhere_with_its_files(begun: Begun) -> None:
    by_zoe = await write(begun.zoe, begun.card, "My password is hunter2", files=[File("pw.txt", b"hunter2")])
    by_asha = await write(begun.asha, begun.staffs, "Meant for another")
    copies = [await reads(begun.asha, begun.staffs, "hunter2"), await reads(begun.zoe, begun.card, "Meant for")]
    await until(lambda: files_in(begun.staffs), "the file")
    await begun.zoe.delete(by_zoe)
    await begun.asha.delete(by_asha)
    await until(lambda: all(one.deleted for one in copies) and not files_in(begun.staffs), "both removals")
    await begun.priya.until_said(begun.ref, "took a message back")
    assert "hunter2" not in await begun.priya.texts(begun.ref)
    assert "hunter2" not in of_slack(begun.asha, begun.campus)


async def test_what_is_taken_back_at_the_page_is_gone_from_both_threads(begun: Begun) -> None:
    await begun.priya.say(begun.ref, "Meant for somebody else")
    copies = [await reads(who, thread, "Meant for") for who, thread in both(begun)]
    await begun.priya.type(f"/staff undo {begun.ref}")
    await until(lambda: all(one.deleted for one in copies), "both removals")


def both(begun: Begun) -> list[tuple[Person, Message]]:
    return [(begun.zoe, begun.card), (begun.asha, begun.staffs)]


async def test_reactions_are_carried_and_go_when_they_are_taken_off(begun: Begun) -> None:
    app = begun.campus.server.bot_user
    written = await write(begun.zoe, begun.card, "Is it *solved*?")
    copy = await reads(begun.asha, begun.staffs, "Is it solved?")
    await signed(begun.campus, written, DONE)
    await begun.asha.react(copy, "thumbsup")
    await signed(begun.campus, written, "+1")
    await begun.zoe.react(written, "heart")
    await signed(begun.campus, copy, "heart")
    for emoji in ("👍", "❤️"):
        await begun.priya.until_said(begun.ref, emoji)
    begun.campus.server.add_emoji("our-duck")
    await begun.asha.react(copy, "our-duck")
    await begun.priya.until_said(begun.ref, ":our-duck:")
    await signed(begun.campus, written, "our-duck")
    await begun.asha.unreact(copy, "thumbsup")
    await until(lambda: "+1" not in written.reactions, "the reaction is taken off")
    assert app in written.reactions[DONE], "the mark stays"
    assert "👍" not in await begun.priya.texts(begun.ref)


async def test_two_slashes_make_a_note_which_stays_with_the_staff(begun: Begun) -> None:
    asha, lee, staffs = begun.asha, begun.campus.lee, begun.staffs
    note = await write(asha, staffs, "// Secret by *words*", files=[File("secret.txt", b"secret")])
    await signed(begun.campus, note, NOTED)
    entry = await begun.entry("Secret by")
    assert (entry["kind"], "//" in str(entry)) == ("note", False)
    assert [one["name"] for one in entry["files"]] == ["secret.txt"]
    await asha.edit(note, "// Secret by other words")
    await begun.priya.until_said(begun.ref, "other words")
    await use(asha, staffs.place, f"/ticket staff note {begun.ref} Secret by command")
    told = await reads(lee, staffs, "Secret by command")
    assert (told.name, "Note, for the staff alone" in told.text_shown) == ("Asha · staff", True)
    await mention(begun.campus, lee, staffs, "staff note Secret by mention")
    await reads(asha, staffs, "Secret by mention")
    await begun.priya.type(f"/staff note {begun.ref} Secret from the page")
    assert (await reads(lee, staffs, "Secret from the page")).name == "Priya · staff"
    await asha.delete(note)
    await begun.priya.until_said(begun.ref, "took a note back")
    await quiet(begun.campus)
    assert "ecret" not in of_slack(begun.zoe, begun.campus)


async def test_a_message_never_becomes_something_else_by_an_edit(begun: Begun) -> None:
    asha, staffs = begun.asha, begun.staffs
    reply = await write(asha, staffs, "You will get it")
    copy = await reads(begun.zoe, begun.card, "You will get it")
    await asha.edit(reply, "// Say nothing of the exam board")
    told = await whispered(asha, reply)
    assert "stays what it was for them" in told.text_shown
    assert told.thread_ts == staffs.ts
    note = await write(asha, staffs, "// The board meets on Monday")
    await signed(begun.campus, note, NOTED)
    await asha.edit(note, "The board meets on Tuesday")
    await begun.priya.until_said(begun.ref, "Tuesday")
    assert "This stays a note" in (await whispered(asha, note)).text_shown
    assert (await begun.entry("Tuesday"))["kind"] == "note"
    await quiet(begun.campus)
    assert copy.text_shown == "You will get it"
    assert "board" not in of_slack(begun.zoe, begun.campus)


async def test_two_slashes_of_a_student_are_two_slashes(begun: Begun) -> None:
    await write(begun.zoe, begun.card, "// is this a comment?")
    assert "// is this a comment?" in (await reads(begun.asha, begun.staffs, "is this a comment?")).text_shown
    assert (await begun.entry("is this a comment?"))["kind"] == "reply"


async def test_a_command_behind_a_mention_is_no_message(begun: Begun) -> None:
    answered = await mention(begun.campus, begun.asha, begun.staffs, "priority high")
    assert "is set" in answered.text_shown
    assert answered.thread_ts == begun.staffs.ts
    await says(begun.card, "Priority", "High")
    refused = await mention(begun.campus, begun.zoe, begun.card, "claim")
    assert "the support staff can" in refused.text_shown
    await write(begun.asha, begun.staffs, f"I ask {begun.campus.server.mention} later")
    await reads(begun.zoe, begun.card, "I ask")
    await quiet(begun.campus)
    words = of_slack(begun.zoe, begun.campus)
    assert "priority high" not in words
    assert said(begun.asha, begun.staffs, "claim") is None


async def test_somebody_in_the_staffs_channel_who_is_no_staff_is_told_that_it_went_nowhere(begun: Begun) -> None:
    visitor = begun.campus.server.add_user("visitor")
    begun.staffs.place.invite(visitor)
    told = await whispered(visitor, await write(visitor, begun.staffs, "May I too?"))
    assert "did not reach the ticket" in told.text_shown
    assert "May I too?" not in await begun.priya.texts(begun.ref)
    assert said(begun.zoe, begun.card, "May I too?") is None


async def test_what_is_said_in_the_channel_itself_is_nobodys_ticket(begun: Begun) -> None:
    aside = await begun.asha.write(begun.staffs.place, "Who is on duty?")
    await begun.asha.write(begun.staffs.place, "Lee is", thread=aside)
    loud = await begun.asha.write(begun.staffs.place, "All of you: I have it", thread=begun.staffs, broadcast=True)
    await reads(begun.zoe, begun.card, "All of you: I have it")
    await signed(begun.campus, loud, DONE)
    words = of_slack(begun.zoe, begun.campus) + await begun.priya.texts(begun.ref)
    assert "on duty" not in words
    assert "Lee is" not in words


async def test_a_long_message_comes_whole_in_its_order(begun: Begun) -> None:
    words = " ".join(f"word{number}" for number in range(1_800))
    await write(begun.zoe, begun.card, f"Long: {words}")
    await reads(begun.asha, begun.staffs, "word1799")
    copies = [one.text_shown for one in begun.asha.thread(begun.staffs) if one.username == "Zoe"]
    assert " ".join(copies).split() == ["Long:", *words.split()]


async def test_the_card_counts_the_first_answer(begun: Begun) -> None:
    await write(begun.asha, begun.staffs, "I see")
    await until(lambda: "◉ Answered" in begun.card.text_shown, "the answer on the card")
    await until(lambda: "◉ Answered" in begun.staffs.text_shown, "the answer on the staff's card")
    assert field(begun.card, "With") == field(begun.staffs, "With")
