"""A desk that is killed in the middle of its work on Discord: after a restart everything is there, once."""

from pathlib import Path

import pytest

from tests.fakes.discord_bad_day import bad_day
from tests.fakes.discord_desk import opened

STEPS = {
    "before_the_thread_is_there": ("POST", "/channels/*/threads", False),
    "with_the_thread_just_made": ("POST", "/channels/*/threads", True),
    "before_the_student_is_added": ("PUT", "/channels/*/thread-members/*", False),
    "with_the_student_just_added": ("PUT", "/channels/*/thread-members/*", True),
    "with_the_card_just_pinned": ("PUT", "/channels/*/messages/pins/*", True),
}


@pytest.mark.parametrize("step", STEPS)
async def test_a_desk_killed_in_an_opening_goes_on_with_it_and_makes_nothing_twice(tmp_path: Path, step: str) -> None:
    method, path, reaches = STEPS[step]
    async with bad_day(tmp_path) as day:
        await day.killed_at(method, path, lambda: opened(day.uni, day.uni.sam), reaches=reaches)
        await day.restart()
        await day.delivered()
        [thread] = day.threads
        day.as_it_should_be(thread, day.uni.sam)


@pytest.mark.parametrize("reaches", [False, True])
async def test_a_desk_killed_between_thread_and_card_posts_one_card(tmp_path: Path, reaches: bool) -> None:
    async with bad_day(tmp_path) as day:
        made = day.server.faults.hold("POST", f"/channels/{day.uni.exams.id}/threads")

        async def act() -> None:
            await opened(day.uni, day.uni.sam)

        async def staff_card_first() -> None:
            await made.arrived(10)
            await day.server.until(lambda: day.by_bot(day.uni.triage))

        import asyncio

        acting = asyncio.create_task(act())
        await staff_card_first()
        card = day.server.faults.hold("POST", "/channels/*/messages")
        made.release()
        await card.arrived(10)
        await day.desk.kill()
        if reaches:
            card.release()
        acting.cancel()
        await asyncio.gather(acting, return_exceptions=True)
        await day.restart()
        await day.delivered()
        [thread] = day.threads
        day.as_it_should_be(thread, day.uni.sam)


@pytest.mark.parametrize("reaches", [False, True])
async def test_a_desk_killed_between_a_webhooks_post_and_its_receipt_says_it_once(
    tmp_path: Path, reaches: bool
) -> None:
    async with bad_day(tmp_path) as day:
        thread = await opened(day.uni, day.uni.sam)
        await day.delivered()
        await day.killed_at("POST", "/webhooks/*/*", lambda: day.reply_from_the_web("I look into it"), reaches=reaches)
        await day.restart()
        await day.delivered()
        assert day.copies(thread) == ["I look into it"]
        assert await day.words() == ["I look into it"]
