"""A note never becomes a reply, nor a reply a note: whatever is done to it on Slack, and in whichever order the desk
hears of it, no word that was written for the staff reaches the student."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.fakes.slack_bad_day import Day, bad_day, opened
from tests.fakes.slack_server import File, Message, Person
from tests.fakes.slack_steps import DONE, NOTED, of_slack, open_ticket, ref_of, sent_to, signed, triage, until
from tests.fakes.web_desk import png

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRET = "zebra"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Day]:
    """One desk for all of them."""
    async with bad_day(tmp_path_factory.mktemp("notes")) as begun:
        yield begun


@pytest_asyncio.fixture(loop_scope="module")
async def cards(day: Day) -> tuple[Message, Message]:
    """Of a ticket of a new student's: theirs, and the staff's."""
    sam = day.server.add_user(f"sam{day.count('tickets')}")
    card = await opened(day.campus, sam, title="Whatever")
    staffs = await triage(day.campus, card)
    await day.delivered()
    return card, staffs


def student_of(day: Day, card: Message) -> Person:
    return day.server.people[card.place.user.id]


async def is_kept(day: Day, card: Message) -> None:
    """Once all is done the student has heard something, and no secret was ever sent where they look."""
    await day.server.settled()
    await day.delivered()
    sam = student_of(day, card)
    for everything in (sent_to(sam, day.campus), of_slack(sam, day.campus)):
        assert SECRET not in everything


def told_of(asha: Person, words: str) -> bool:
    return any(words in one.text_shown for place in asha.world.channels.values() for one in asha.ephemerals(place))


NOTES = {
    "plain": f"// {SECRET}",
    "without_a_blank": f"//{SECRET}",
    "with_blanks_before": f"   // {SECRET}",
    "in_bold": f"*// {SECRET}*",
    "with_a_bold_marker": f"*//* {SECRET}",
    "in_lines": f"//\n{SECRET}",
    "with_a_list": f"// see:\n• {SECRET}\n• more {SECRET}",
    "behind_what_nobody_sees": f"\u200b// {SECRET}",
    "behind_a_byte_order_mark": f"\ufeff// {SECRET}",
    "behind_a_joiner": f"\u2060\u200d// {SECRET}",
    "behind_a_hard_blank": f"\u00a0// {SECRET}",
}


@pytest.mark.parametrize("plain_text_only", [False, True])
@pytest.mark.parametrize("what", NOTES)
async def test_what_begins_with_the_marker_is_a_note_however_it_is_written(
    day: Day, cards: tuple[Message, Message], what: str, plain_text_only: bool
) -> None:
    card, staffs = cards
    asha = day.campus.asha
    note = await asha.write(staffs.place, NOTES[what], thread=staffs, plain_text_only=plain_text_only)
    await signed(day.campus, note, NOTED)
    await is_kept(day, card)


async def test_files_and_edits_of_a_note_stay_with_the_staff(day: Day, cards: tuple[Message, Message]) -> None:
    card, staffs = cards
    asha = day.campus.asha
    note = await asha.write(staffs.place, f"// {SECRET}", thread=staffs, files=[File(f"{SECRET}.png", png())])
    await signed(day.campus, note, NOTED)
    await asha.edit(note, f"// more {SECRET}")
    await asha.edit(note, f"without the marker, {SECRET}")
    await until(lambda: told_of(asha, "This stays a note"), "a sentence")
    alone = await asha.write(staffs.place, "//", thread=staffs, files=[File(f"{SECRET}2.png", png())])
    await signed(day.campus, alone, NOTED)
    await is_kept(day, card)
    assert await day.words(int(ref_of(card)[2:])) == [f"without the marker, {SECRET}", ""]


async def test_a_reply_that_is_made_a_note_afterwards_stays_what_it_was_for_the_student(
    day: Day, cards: tuple[Message, Message]
) -> None:
    card, staffs = cards
    asha, sam = day.campus.asha, student_of(day, card)
    reply = await asha.write(staffs.place, "It takes a week", thread=staffs)
    await signed(day.campus, reply, DONE)
    for words in (f"// {SECRET}", f"*// {SECRET}*", f"//{SECRET}"):
        await asha.edit(reply, words)
    await until(lambda: told_of(asha, "This was sent to the student as a reply"), "a sentence")
    await is_kept(day, card)
    assert [one.text_shown for one in sam.thread(card) if one.username] == ["It takes a week"]
    await asha.edit(reply, "It takes two weeks")
    await until(lambda: "It takes two weeks" in [one.text_shown for one in sam.thread(card)], "the edit")
    await is_kept(day, card)


async def test_a_reply_whose_making_a_note_is_heard_first_is_a_note(day: Day, cards: tuple[Message, Message]) -> None:
    card, staffs = cards
    asha = day.campus.asha
    held = day.server.hold_events()
    note = await asha.write(staffs.place, f"{SECRET}", thread=staffs)
    await asha.edit(note, f"// {SECRET}")
    held.release(backwards=True)
    await signed(day.campus, note, NOTED)
    await is_kept(day, card)


async def test_what_was_noted_and_edited_while_the_desk_was_away_stays_with_the_staff(tmp_path: Path) -> None:
    async with bad_day(tmp_path) as day:
        asha, sam = day.campus.asha, day.campus.sam
        card = await open_ticket(day.campus, sam, "Away", category="Exams and grades", Course_code="CS2001")
        staffs = await triage(day.campus, card)
        reply = await asha.write(staffs.place, "It takes a week", thread=staffs)
        note = await asha.write(staffs.place, "// quietly", thread=staffs)
        await signed(day.campus, reply, DONE)
        await signed(day.campus, note, NOTED)
        await day.delivered()
        await day.desk.terminate()
        await asha.edit(reply, f"// {SECRET}")
        await asha.edit(note, f"{SECRET}")
        missed = await asha.write(staffs.place, f"// {SECRET} too", thread=staffs, files=[File(f"{SECRET}.png", png())])
        await day.start()
        await signed(day.campus, missed, NOTED)
        await until(lambda: told_of(asha, "This was sent to the student as a reply"), "a sentence")
        await until(lambda: told_of(asha, "This stays a note"), "another")
        day.server.advance(61)  # Slack tells again what nobody heard
        await is_kept(day, card)
        assert await day.words() == ["It takes a week", SECRET, f"{SECRET} too"]


async def test_where_plain_words_are_notes_only_the_marker_sends_anything_to_the_student(tmp_path: Path) -> None:
    async with bad_day(tmp_path, BOT_SLACK__STAFF_MESSAGE_IS="note") as day:
        asha, sam = day.campus.asha, day.campus.sam
        card = await open_ticket(day.campus, sam, "Turned", category="Exams and grades", Course_code="CS2001")
        staffs = await triage(day.campus, card)
        note = await asha.write(staffs.place, SECRET, thread=staffs, files=[File(f"{SECRET}.png", png())])
        await signed(day.campus, note, NOTED)
        await asha.edit(note, f"// {SECRET}")
        await until(lambda: told_of(asha, "This stays a note"), "a sentence")
        reply = await asha.write(staffs.place, "// It takes a week", thread=staffs)
        await signed(day.campus, reply, DONE)
        await asha.edit(reply, SECRET)
        await until(lambda: told_of(asha, "This was sent to the student as a reply"), "a sentence")
        await is_kept(day, card)
        assert [one.text_shown for one in sam.thread(card) if one.username] == ["It takes a week"]
