"""Discord answers with rate limits and errors, or not at all: each thing is done once, in order, without hammering."""

import asyncio
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from tests.fakes.discord_bad_day import bad_day
from tests.fakes.discord_desk import opened
from tests.fakes.discord_server import Thread


def refused(day) -> list[str]:
    """The calls that were answered 429."""
    return [f"{one.method} {one.path}" for one in day.server.requests if one.status == 429]


async def test_twenty_openings_under_strict_rate_limits_all_arrive_with_few_calls_too_many(tmp_path: Path) -> None:
    async with bad_day(tmp_path) as day:
        server, uni = day.server, day.uni
        server.limits.set("POST", "/channels/*/threads", limit=5, per=1.0)
        server.limits.set("POST", "/channels/*/messages", limit=5, per=1.0)
        server.limits.set("PUT", "/channels/*/thread-members/*", limit=5, per=1.0)
        server.limits.set_global(50, 1.0)
        students = [uni.guild.add_member(f"student{number}") for number in range(20)]
        await asyncio.gather(*(_ask(uni, who) for who in students))
        await day.delivered(60)
        assert len(day.threads) == 20
        for who in students:
            [theirs] = [one for one in day.threads if who.sees(one)]
            assert len(day.by_bot(theirs)) == 1
        assert len(day.by_bot(uni.triage)) == 20
        assert server.limits.refused < 2 * 20, Counter(refused(day))


async def _ask(uni, who) -> None:
    asked = await who.slash(uni.exams, "ticket", "open", title=f"{who.name} asks")
    sent = await who.submit(asked.modal, {"Category": "exams", "Tell us more": "Please."})
    await sent.settled(20)
    questions = await who.press(sent.answer, "Answer the questions")
    await (await who.submit(questions.modal, {"Course code": "CS2001"})).settled(20)


@pytest.mark.parametrize("is_global", [False, True])
async def test_a_storm_of_429s_is_waited_out_as_long_as_discord_says_and_words_keep_their_order(
    tmp_path: Path, is_global: bool
) -> None:
    async with bad_day(tmp_path) as day:
        server = day.server
        thread = await opened(day.uni, day.uni.sam)
        await day.delivered()
        await day.reply_from_the_web("said 0")
        await day.delivered()
        storm = server.faults.limit("POST", "/webhooks/*/*", retry_after=0.4, times=4, is_global=is_global)
        said = [f"said {number}" for number in range(1, 6)]
        for words in said:
            await day.reply_from_the_web(words)
        await day.delivered(30)
        assert storm.met == 4
        assert day.copies(thread) == ["said 0", *said]
        times = [one.at for one in server.called("POST", "/webhooks/*/*") if one.status == 429]
        assert all(later - earlier >= 0.4 for earlier, later in pairwise(times))


LOST = {
    "a_500_for_a_thread": ("POST", "/channels/*/threads", "fail"),
    "no_answer_for_a_thread": ("POST", "/channels/*/threads", "drop"),
    "a_500_for_a_card": ("POST", "/channels/*/messages", "fail"),
    "no_answer_for_a_card": ("POST", "/channels/*/messages", "drop"),
    "a_500_for_a_pin": ("PUT", "/channels/*/messages/pins/*", "fail"),
    "no_answer_for_a_pin": ("PUT", "/channels/*/messages/pins/*", "drop"),
    "a_500_for_a_member": ("PUT", "/channels/*/thread-members/*", "fail"),
    "no_answer_for_a_member": ("PUT", "/channels/*/thread-members/*", "drop"),
}


@pytest.mark.parametrize("applied", [True, False])
async def test_whatever_answer_of_an_opening_is_lost_there_is_one_thread_one_card_and_the_student_in_it(
    tmp_path: Path, applied: bool
) -> None:
    """Each of the ways in an opening of its own."""
    async with bad_day(tmp_path) as day:
        uni = day.uni
        for number, (what, (method, path, kind)) in enumerate(LOST.items(), 1):
            times = 2 if path.endswith("messages") else 1  # the staff's card and the thread's own
            fault = getattr(day.server.faults, kind)(method, path, applied=applied, times=times)
            who = uni.guild.add_member(what)
            thread = await _opened_in_the_end(day, who)
            await day.delivered(30)
            assert fault.met == times, what
            assert len(day.threads) == number, what
            assert [one.pinned for one in day.by_bot(thread)] == [True], what
            assert who.sees(thread), what
            assert len(day.by_bot(uni.triage)) == number, what


async def _opened_in_the_end(day, who) -> Thread:
    await _ask(day.uni, who)
    return await day.server.until(
        lambda: next((one for one in day.threads if who.sees(one) and day.by_bot(one)), None), within=20
    )


@pytest.mark.parametrize("applied", [True, False])
@pytest.mark.parametrize("kind", ["fail", "drop"])
async def test_a_reply_whose_answer_is_lost_is_said_once(tmp_path: Path, kind: str, applied: bool) -> None:
    async with bad_day(tmp_path) as day:
        thread = await opened(day.uni, day.uni.sam)
        await day.delivered()
        fault = getattr(day.server.faults, kind)("POST", "/webhooks/*/*", applied=applied, times=2)
        await day.reply_from_the_web("I look into it")
        await day.reply_from_the_web("I look into it")
        await day.delivered(30)
        assert fault.met == 2
        assert day.copies(thread) == ["I look into it", "I look into it"]
        assert len(await day.messages()) == 2


async def test_a_direct_message_and_a_line_in_the_thread_whose_answers_are_lost_are_said_once(tmp_path: Path) -> None:
    async with bad_day(tmp_path) as day:
        uni = day.uni
        thread = await opened(uni, uni.sam)
        await day.delivered()
        card = uni.sam.reads(thread)[0]
        day.server.faults.drop("POST", "/channels/*/messages", applied=True, times=3)
        await (await uni.asha.press(card, "Claim")).settled()
        await day.delivered(30)
        resolved = await uni.asha.slash(thread, "ticket", "resolve", answer="It is there now")
        await resolved.settled()
        await day.delivered(30)
        lines = [one.text for one in day.by_bot(thread)[1:]]
        assert len(lines) == len(set(lines)), lines
        assert thread.archived and thread.locked
        dms = [one.text for one in uni.sam.dms]
        assert len(dms) == len(set(dms)) == 1, dms
