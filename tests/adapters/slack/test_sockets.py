"""Socket Mode: several connections, each of which may end."""

import asyncio
import logging

import pytest

from tests.adapters.slack.ears import Ears
from tests.adapters.slack.stage import Stage


def _live(ears: Ears) -> int:
    return ears.sockets.live if ears.sockets is not None else 0


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_a_connection_that_is_to_end_is_replaced_before_it_does(stage: Stage, reason: str) -> None:
    ears = await stage.enter()
    ticket, own, _ = await stage.ticket()
    lowest = [_live(ears)]
    telling = asyncio.create_task(stage.server.disconnect(reason))
    for number in range(20):
        await stage.sam.write(stage.sam.dm, f"line {number}", thread=own)
        await asyncio.sleep(0.005)
        lowest.append(_live(ears))
    await telling
    await stage.server.until(lambda: stage.server.sockets.opened == 4 and stage.server.connected == 2)
    await stage.settled()
    assert min(lowest) >= 2 and ears.begun == 1
    assert len(await stage.said(ticket)) == 20
    assert stage.server.called("conversations.replies") == []


async def test_sockets_dropped_while_people_talk_lose_nothing(stage: Stage) -> None:
    ears = await stage.enter()
    ticket, own, _ = await stage.ticket()
    for number in range(30):
        if number % 10 == 5:
            stage.server.drop_sockets()
        await stage.sam.write(stage.sam.dm, f"line {number}", thread=own)
        await asyncio.sleep(0.005)
    await stage.server.until_connected(2)
    for number in range(30):
        await stage.until_said(ticket, f"line {number}")
    stage.server.delivery.stop()
    assert len(await stage.said(ticket)) == 30
    assert ears.begun > 1


async def test_while_slack_refuses_connections_it_is_tried_again(stage: Stage) -> None:
    stage.server.refuse_connections()
    ears = stage.made()
    await ears.open()
    await stage.server.until(lambda: len(stage.server.called("apps.connections.open")) > 4)
    assert ears.begun == 0
    stage.server.refuse_connections(False)
    await stage.server.until_connected(2)
    await stage.server.until(lambda: ears.begun == 1)


async def test_a_rate_limit_is_waited_out(stage: Stage) -> None:
    stage.server.faults.limit("apps.connections.open", retry_after=0.05, times=2)
    await stage.enter()
    assert await stage.troubles() == {}


async def test_an_app_token_that_slack_does_not_take_is_told_until_it_does(stage: Stage) -> None:
    stage.server.faults.refuse("apps.connections.open", "invalid_auth", times=4)
    ears = stage.made()
    await ears.open()
    await stage.server.until(lambda: len(stage.server.called("apps.connections.open")) >= 2)
    await asyncio.sleep(0.05)
    sentence = (await stage.troubles())["slack:app-token"].sentence
    assert "BOT_SLACK__APP_TOKEN" in sentence and stage.server.app_token not in sentence
    await stage.server.until_connected(2)
    await stage.settled()
    assert await stage.troubles() == {}


async def test_socket_mode_switched_off_is_told_until_it_is_on(stage: Stage) -> None:
    await stage.enter()
    await stage.server.disconnect("link_disabled")
    await stage.server.until(lambda: stage.server.connected == 0)
    await asyncio.sleep(0.05)
    assert "Enable Socket Mode" in (await stage.troubles())["slack:app-token"].sentence
    stage.server.sockets.disabled = False
    await stage.server.until_connected(2)
    await stage.settled()
    assert await stage.troubles() == {}


async def test_where_slack_takes_no_more_connections_it_is_tried_again_later(stage: Stage) -> None:
    stage.server.settings.connections = 1
    ears = stage.made()
    await ears.open()
    await stage.server.until(lambda: stage.server.sockets.opened > 2)
    assert (stage.server.connected, _live(ears)) == (1, 1)
    stage.server.settings.connections = 2
    await stage.server.until_connected(2)


async def test_an_event_whose_acknowledgement_was_lost_is_taken_once(stage: Stage) -> None:
    await stage.enter()
    ticket, own, _ = await stage.ticket()
    await stage.settled()
    stage.server.drop_sockets()
    await stage.server.until_connected(2)
    await stage.settled()
    await stage.sam.write(stage.sam.dm, "Any news?", thread=own)
    stage.server.drop_sockets()
    await stage.until_said(ticket, "Any news?")
    await stage.server.until_connected(2)
    await stage.retried()
    assert await stage.words(ticket) == ["Any news?"]


async def test_no_log_names_the_address_of_a_connection_nor_a_token(
    stage: Stage, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    await stage.enter()
    _, own, _ = await stage.ticket()
    await stage.sam.write(stage.sam.dm, "Hush", thread=own)
    stage.server.refuse_connections()
    await stage.server.until(lambda: len(stage.server.called("apps.connections.open")) > 4)
    stage.server.refuse_connections(False)
    await stage.server.until_connected(2)
    await stage.retried()
    logged = (one for one in caplog.records if not one.name.startswith("aiosqlite"))
    written = "\n".join([*(one.getMessage() + str(one.exc_text) for one in logged), *capsys.readouterr()])
    for secret in ("ticket=", stage.server.app_token, stage.server.bot_token, "Hush"):
        assert secret not in written


async def test_at_the_end_nothing_is_open(stage: Stage) -> None:
    ears = await stage.enter()
    await stage.leave()
    await stage.server.until(lambda: stage.server.connected == 0)
    assert _live(ears) == 0
