"""Slack's answers come late, come as a refusal for now, or never come: what is to be there is there once."""

import asyncio
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from adapters.slack.api.pacing import PACED
from tests.fakes.patience import patience
from tests.fakes.slack.api import Request
from tests.fakes.slack.faults import Fault
from tests.fakes.slack_bad_day import TITLE, Day, bad_day, opened
from tests.fakes.slack_server import File, Message, Person
from tests.fakes.slack_steps import mention, press, send, use
from tests.fakes.web_desk import png

RETRY_AFTER, UNDER_WAY = 2, 1.0
"""Seconds that Slack says, and in which a call of another lane may have left before the answer came."""
SENDING = (
    "chat.delete",
    "chat.postEphemeral",
    "chat.postMessage",
    "chat.update",
    "conversations.open",
    "files.completeUploadExternal",
    "files.delete",
    "files.getUploadURLExternal",
    "files.info",
    "reactions.add",
    "reactions.get",
    "reactions.remove",
    "response_url",
    "upload",
    "views.publish",
)


async def a_whole_story(day: Day, who: Person) -> tuple[Message, Message]:
    """Every method by which the desk sends something, at least once; the student's card and the staff's."""
    campus, asha, until = day.campus, day.campus.asha, day.server.until
    card = await opened_with_a_file(day, who)
    staffs = await day.staff_card(f"{who.name} asks")
    await who.write(who.dm, "Where is it?", thread=card)
    answer = await asha.write(campus.triage, "I look", thread=staffs, files=[File("list.png", png())])
    wrong = await asha.write(campus.triage, "wrong thread", thread=staffs)
    await hurried(day, lambda: len(day.copies(card)) == 2 and len(day.copies(staffs)) == 1)
    await asha.edit(answer, "I am looking")
    copy = await hurried(day, lambda: copy_of(day, card, "I am looking"))
    await who.react(copy, "eyes")
    await hurried(day, lambda: "eyes" in answer.reactions)
    await who.unreact(copy, "eyes")
    await hurried(day, lambda: "eyes" not in answer.reactions)
    await asha.delete(wrong)
    await mention(campus, asha, staffs, "claim")
    await hurried(day, lambda: asha.pings)
    await who.open_home()
    await asha.delete(answer)
    await hurried(day, lambda: day.copies(card) == [])
    await asha.write(campus.triage, f"{day.server.mention} resolve It was there all along", thread=staffs)
    await hurried(day, lambda: "Reopen" in card.buttons and len(day.copies(staffs)) == 2)
    await day.delivered(30, hurried=True)
    await use(who, who.dm, "/ticket list")
    await until(lambda: [one for one in day.server.called("response_url") if one.status == 200])
    return card, staffs


async def hurried(day: Day, condition: Callable[[], Any]) -> Any:
    """Until something is so, without the waits between two attempts."""

    async with patience(30):
        while not (found := condition()):
            day.hurry()
            await asyncio.sleep(0.05)
        return found


async def opened_with_a_file(day: Day, who: Person) -> Message:
    title = f"{who.name} asks"
    view = await use(who, who.dm, f"/ticket open {title}")
    await who.choose(view, "Category", "Exams and grades")
    values = {"Tell us more": "Since Monday.", "Course code": "CS2001"}
    await send(who, view, values, {"Files": [File("proof.png", png())]})
    await day.delivered(30, hurried=True)
    return await day.card(who, title)


def copy_of(day: Day, card: Message, words: str) -> Message | None:
    """What the app says there for somebody."""
    return next((one for one in day.campus.sam.thread(card) if one.by_app and words in one.text_shown), None)


def as_told(day: Day, who: Person, card: Message, staffs: Message) -> None:
    """The end of the story, with nothing twice and nothing missing."""
    campus = day.campus
    title = f"{who.name} asks"
    assert len(day.cards(who, title)) == len(day.staff_cards(title)) == 1
    assert day.copies(staffs) == ["Where is it?", "It was there all along"]
    assert day.copies(card) == ["It was there all along"]
    assert [one.name for message in who.thread(card) for one in message.files] == ["proof.png"]
    assert [one.name for m in campus.asha.thread(staffs) for one in m.files] == ["proof.png"]
    for root in (card, staffs):
        lines = day.news(root)
        assert len(lines) == len(set(lines)), lines
    reactions = [one.reactions for one in campus.server.messages if not one.deleted]
    assert all(len(users) == len(set(users)) for found in reactions for users in found.values())
    assert "Resolved" in card.text_shown and "Reopen" in card.buttons


async def test_a_429_of_every_sending_method_is_waited_out_as_long_as_slack_says(tmp_path: Path) -> None:
    async with bad_day(tmp_path) as day:
        limits = {method: day.server.faults.limit(method, retry_after=RETRY_AFTER) for method in SENDING}
        card, staffs = await a_whole_story(day, day.campus.sam)
        as_told(day, day.campus.sam, card, staffs)
        assert [method for method, fault in limits.items() if not fault.met] == []
        for method in SENDING:
            calls = day.server.called(method)
            limited = next(one for one in calls if one.status == 429)
            same = [one.at for one in calls if limited_as(method, one) == limited_as(method, limited)]
            again = [at for at in same if at > limited.at + UNDER_WAY]
            assert method == "upload" or again[0] - limited.at >= RETRY_AFTER, method


def limited_as(method: str, call: Request) -> str:
    """What has a limit of its own: a method, and for what everybody sees there, a channel."""
    if method == "upload":  # each to an address of its own
        return str(call.args["file"])
    return str(call.args.get("channel") or call.args.get("channel_id") or "") if method in PACED else ""


@pytest.mark.parametrize(("kind", "applied"), [("fail", True), ("drop", False)])
async def test_whatever_answer_is_lost_nothing_is_there_twice_and_nothing_missing(
    tmp_path: Path, kind: str, applied: bool
) -> None:
    """``applied``: Slack had done it all the same."""
    async with bad_day(tmp_path) as day:
        lose = getattr(day.server.faults, kind)
        faults: dict[str, Fault] = {method: lose(method, applied=applied) for method in SENDING}
        card, staffs = await a_whole_story(day, day.campus.sam)
        as_told(day, day.campus.sam, card, staffs)
        assert [method for method, fault in faults.items() if not fault.met] == []


@pytest.mark.parametrize("applied", [True, False])
@pytest.mark.parametrize("kind", ["fail", "drop"])
async def test_replies_of_the_same_words_whose_answers_are_lost_are_each_said_once(
    tmp_path: Path, kind: str, applied: bool
) -> None:
    async with bad_day(tmp_path) as day:
        asha, triage = day.campus.asha, day.campus.triage
        card = await opened(day.campus, day.campus.sam)
        staffs = await day.staff_card()
        await day.delivered()
        fault = getattr(day.server.faults, kind)("chat.postMessage", applied=applied, times=3)
        for _ in range(2):
            await asha.write(triage, "I look into it", thread=staffs)
        await day.reply_from_the_web("I look into it")
        await day.heard("I look into it", "I look into it", "I look into it")
        await day.delivered(30, hurried=True)
        assert fault.met == 3
        assert day.copies(card) == ["I look into it"] * 3
        assert day.copies(staffs) == ["I look into it"]


async def test_a_time_out_after_the_message_was_posted_makes_no_second_one(tmp_path: Path) -> None:
    """In an opening, and for a reply, an edit and a sign."""
    async with bad_day(tmp_path) as day:
        sam, asha, server = day.campus.sam, day.campus.asha, day.server
        card = await opened(day.campus, sam)
        staffs = await day.staff_card()
        await day.delivered()
        gates = [server.faults.hang("chat.postMessage", applied=True, where=_to(card))]
        answer = await asha.write(day.campus.triage, "I look into it", thread=staffs)
        await gates[0].arrived()
        gates += [server.faults.hang("chat.postMessage", applied=True, where=_card_in(place)) for place in _places(day)]
        asking = asyncio.create_task(_ask(day))
        await asyncio.gather(*(gate.arrived(10) for gate in gates))
        await asyncio.gather(asking)
        await day.marked(answer, within=25)
        await day.delivered(25, hurried=True)
        assert day.copies(card) == ["I look into it"]
        assert len(day.cards(day.campus.kim)) == 1
        assert len(day.staff_cards()) == 2


def _to(card: Message):
    return lambda args: args.get("thread_ts") == card.ts


def _card_in(place: str):
    return lambda args: args.get("channel") == place and not args.get("thread_ts")


def _places(day: Day) -> list[str]:
    return [day.campus.kim.dm.id, day.campus.triage.id]


async def _ask(day: Day) -> None:
    kim = day.campus.kim
    asked = await kim.slash(kim.dm, f"/ticket open {TITLE}")
    view = await kim.choose(await asked.modal(), "Category", "Exams and grades")
    await kim.submit(view, {"Tell us more": "Since Monday.", "Course code": "CS2001"})


async def test_a_storm_of_429s_is_waited_out_and_words_keep_their_order(tmp_path: Path) -> None:
    async with bad_day(tmp_path) as day:
        asha = day.campus.asha
        card = await opened(day.campus, day.campus.sam)
        staffs = await day.staff_card()
        await day.delivered()
        storm = day.server.faults.limit("chat.postMessage", retry_after=1, times=3)
        said = [f"said {number}" for number in range(4)]
        for words in said:
            await asha.write(day.campus.triage, words, thread=staffs)
        await day.heard(*said)
        await day.copied(card, *said, within=30)
        assert storm.met == 3
        times = [one.at for one in day.server.called("chat.postMessage") if one.status == 429]
        assert all(later - earlier >= 1.0 for earlier, later in pairwise(times))
        assert day.server.called("conversations.replies") == []


@pytest.mark.parametrize("kind", ["limit", "drop"])
async def test_a_form_that_slack_does_not_open_is_offered_by_a_button_with_what_was_typed(
    tmp_path: Path, kind: str
) -> None:
    async with bad_day(tmp_path) as day:
        sam = day.campus.sam
        getattr(day.server.faults, kind)("views.open", times=1 if kind == "limit" else 2)
        offered = await use(sam, sam.dm, f"/ticket open {TITLE}")
        assert TITLE in offered.text_shown
        if kind == "limit":
            await asyncio.sleep(1.0)
        form = await press(sam, offered, offered.buttons[0])
        await sam.choose(form, "Category", "Exams and grades")
        await send(sam, form, {"What is the matter?": TITLE, "Tell us more": "Please.", "Course code": "CS2001"})
        await day.card(sam)
        await day.delivered(hurried=True)
        day.as_it_should_be(sam)


@pytest.mark.parametrize("kind", ["limit", "fail"])
async def test_questions_that_slack_does_not_show_are_asked_once_the_form_is_sent(tmp_path: Path, kind: str) -> None:
    async with bad_day(tmp_path) as day:
        sam = day.campus.sam
        form = await use(sam, sam.dm, f"/ticket open {TITLE}")
        fault = getattr(day.server.faults, kind)("views.update", times=1)
        await sam.choose(form, "Category", "Exams and grades", changes=False)
        await day.server.until(lambda: fault.met)
        assert "Course code" not in form.labels
        asked = await send(sam, form, {"Tell us more": "Please."})
        await send(sam, asked, {"Course code": "CS2001"})
        await day.card(sam)
        await day.delivered()
        day.as_it_should_be(sam)
