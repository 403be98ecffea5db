"""Slack's rate limits: kept for each channel, shut by a 429, and never waited for longer than is fit."""

import asyncio

import pytest

from adapters.slack.api.pacing import Pacing
from core.ports import Retry

POST = "chat.postMessage"


async def _began(pacing: Pacing, *calls: tuple[str, str]) -> list[float]:
    """Seconds from now until each of them began; those that the outbox is to wait for are left out."""
    loop = asyncio.get_running_loop()
    start = loop.time()

    async def call(method: str, channel: str) -> float:
        await pacing.take(method, channel)
        return loop.time() - start

    done = await asyncio.gather(*(call(*one) for one in calls), return_exceptions=True)
    assert all(isinstance(one, float | Retry) for one in done)
    return sorted(one for one in done if isinstance(one, float))


async def test_a_burst_goes_through_and_then_one_at_a_time() -> None:
    began = await _began(Pacing(per_second=20, burst=3), *[(POST, "C1")] * 5)
    assert began[2] < 0.04 < began[3] + 0.01
    assert began[4] >= 0.09


async def test_a_longer_wait_is_the_outboxs_and_takes_no_room() -> None:
    pacing = Pacing(per_second=1, burst=2, patience=0.01)
    assert len(await _began(pacing, *[(POST, "C1")] * 6)) == 2
    with pytest.raises(Retry) as caught:
        await pacing.take(POST, "C1")
    assert caught.value.after == pytest.approx(1, abs=0.2)


async def test_channels_and_other_methods_do_not_wait_for_each_other() -> None:
    pacing = Pacing(per_second=0.01, burst=1, patience=0)
    await pacing.take(POST, "C1")
    await pacing.take(POST, "C2")
    for _ in range(9):
        await pacing.take("chat.update", "C1")
        await pacing.take("chat.postEphemeral", "C1")
    with pytest.raises(Retry):
        await pacing.take(POST, "C1")


async def test_files_count_as_messages_of_their_channel() -> None:
    pacing = Pacing(per_second=0.01, burst=1, patience=0)
    await pacing.take("files.completeUploadExternal", "C1")
    with pytest.raises(Retry):
        await pacing.take(POST, "C1")


async def test_a_429_shuts_posting_for_its_channel_alone() -> None:
    pacing = Pacing(patience=0)
    pacing.shut(POST, "C1", 30)
    with pytest.raises(Retry) as caught:
        await pacing.take(POST, "C1")
    assert caught.value.after == pytest.approx(30, abs=1)
    await pacing.take(POST, "C2")
    await pacing.take("chat.update", "C1")


async def test_a_429_shuts_any_other_method_for_all() -> None:
    pacing = Pacing(patience=0)
    pacing.shut("users.info", "", 30)
    pacing.shut("conversations.replies", "C1", 30)
    for method, channel in (("users.info", ""), ("conversations.replies", "C2")):
        with pytest.raises(Retry):
            await pacing.take(method, channel)


async def test_a_short_429_is_waited_out() -> None:
    pacing = Pacing()
    pacing.shut(POST, "C1", 0.1)
    pacing.shut(POST, "C1", 0.01)
    [began] = await _began(pacing, (POST, "C1"))
    assert began >= 0.09


async def test_what_is_remembered_does_not_grow_without_end() -> None:
    pacing = Pacing(per_second=1e9)
    for number in range(5_000):
        await pacing.take(POST, f"C{number}")
        pacing.shut(POST, f"C{number}", 0)
    assert len(pacing._buckets) <= 2_000 and len(pacing._shut_until) <= 2_000
