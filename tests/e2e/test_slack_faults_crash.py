"""A desk that is killed in the middle of its work on Slack: after a restart everything is there, once."""

from pathlib import Path

import pytest

from tests.fakes.slack_bad_day import MODES, TITLE, Day, bad_day, opened
from tests.fakes.slack_server import File
from tests.fakes.web_desk import png


def to_student(day: Day) -> dict:
    return {"where": lambda args: args.get("channel") == day.campus.sam.dm.id}


def to_staff(day: Day) -> dict:
    return {"where": lambda args: args.get("channel") == day.campus.triage.id}


def anywhere(day: Day) -> dict:
    return {}


STEPS = {
    "before_the_students_card": ("chat.postMessage", to_student, False),
    "with_the_students_card_just_posted": ("chat.postMessage", to_student, True),
    "before_the_staffs_card": ("chat.postMessage", to_staff, False),
    "with_the_staffs_card_just_posted": ("chat.postMessage", to_staff, True),
    "before_the_files_bytes": ("upload", anywhere, False),
    "before_the_files_are_shared": ("files.completeUploadExternal", anywhere, False),
    "with_the_files_just_shared": ("files.completeUploadExternal", anywhere, True),
}


@pytest.mark.parametrize("step", STEPS)
async def test_a_desk_killed_in_an_opening_goes_on_with_it_and_makes_nothing_twice(tmp_path: Path, step: str) -> None:
    method, where, reaches = STEPS[step]
    async with bad_day(tmp_path) as day:
        sam = day.campus.sam
        await day.killed_at(method, lambda: opened_with_a_file(day), reaches=reaches, **where(day))
        await day.restart()
        card, staffs = await day.card(sam), await day.staff_card()
        await day.delivered()
        day.as_it_should_be(sam)
        for who, root in ((sam, card), (day.campus.asha, staffs)):
            files = [file.name for message in who.thread(root) for file in message.files]
            assert files == ["proof.png"]
        await sam.write(sam.dm, "It goes on", thread=card)
        await day.heard("It goes on")
        await day.copied(staffs, "It goes on")


async def opened_with_a_file(day: Day) -> None:
    sam = day.campus.sam
    asked = await sam.slash(sam.dm, f"/ticket open {TITLE}")
    view = await sam.choose(await asked.modal(), "Category", "Exams and grades")
    values = {"Tell us more": "Since Monday.", "Course code": "CS2001"}
    await sam.submit(view, values, files={"Files": [File("proof.png", png())]})


@pytest.mark.parametrize("reaches", [False, True])
async def test_a_desk_killed_between_a_replys_post_and_its_receipt_says_and_marks_it_once(
    tmp_path: Path, reaches: bool
) -> None:
    async with bad_day(tmp_path) as day:
        asha, triage = day.campus.asha, day.campus.triage
        card = await opened(day.campus, day.campus.sam)
        staffs = await day.staff_card()
        await day.delivered()
        said = [await asha.write(triage, "I look into it", thread=staffs)]
        await day.copied(card, "I look into it")
        await day.delivered()

        async def act() -> None:
            said.append(await asha.write(triage, "I look into it", thread=staffs))

        await day.killed_at("chat.postMessage", act, reaches=reaches)
        await day.restart()
        await day.heard("I look into it", "I look into it")
        await day.delivered()
        assert day.copies(card) == ["I look into it", "I look into it"]
        assert [one.reactions["white_check_mark"] for one in said] == [[day.server.bot_user]] * 2


@pytest.mark.parametrize("mode", MODES)
async def test_a_desk_killed_while_people_write_hears_what_it_missed_from_where_it_stopped(
    tmp_path: Path, mode: str
) -> None:
    """New words, changed ones and such that were taken back; over HTTP Slack tells of them again besides."""
    async with bad_day(tmp_path, mode=mode) as day:
        server, sam = day.server, day.campus.sam
        card = await opened(day.campus, sam)
        staffs = await day.staff_card()
        first, second, third = [await sam.write(sam.dm, words, thread=card) for words in ("first", "second", "third")]
        await day.heard("first", "second", "third")
        for number in range(3):
            await sam.write(sam.dm, f"at the end {number}", thread=card)
        await day.desk.kill()
        await sam.edit(second, "second, changed")
        await sam.delete(third)
        for number in range(3):
            await sam.write(sam.dm, f"in the gap {number}", thread=card)
        await day.restart()
        await sam.write(sam.dm, "newer", thread=card)
        end, gap = ([f"{where} {number}" for number in range(3)] for where in ("at the end", "in the gap"))
        await day.heard("first", "second, changed", *end, *gap, "newer")
        server.advance(61)
        await server.settled(10)
        await day.heard("first", "second, changed", *end, *gap, "newer")
        await day.delivered()
        assert day.copies(staffs) == ["first", "second, changed", *end, *gap, "newer"]
        assert first.reactions == {"white_check_mark": [server.bot_user]}


async def test_a_desk_killed_in_an_answer_is_asked_again_and_does_it_once(tmp_path: Path) -> None:
    """The command was taken; its answer never came, so the agent asks again. Slack may tell of the press again, too,
    where its acknowledgement was not sent yet."""
    async with bad_day(tmp_path) as day:
        asha, staffs = day.campus.asha, (await day.talk(day.campus.sam)).staffs
        await day.killed_at("response_url", lambda: asha.press(staffs, "Claim"), reaches=False)
        await day.restart()
        await day.delivered()
        again = await asha.write(day.campus.triage, f"{day.server.mention} claim", thread=staffs)
        told = asha.ephemerals
        await day.server.until(lambda: any("already" in one.text_shown for one in told(again.place)), 10)
        assert day.count("events", "kind = 'TicketClaimed'") == 1
        assert len(asha.pings) == 1
