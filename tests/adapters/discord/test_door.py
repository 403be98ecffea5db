"""Who holds the gateway, and what happens where Discord does not let the desk in."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from adapters.discord.door import LEASE
from tests.adapters.discord.hall import QUICK, AwayStore, Hall
from tests.fakes.patience import patience


async def test_one_door_holds_the_gateway_and_another_waits(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    await hall.enter("one")
    hall.door("two")
    await asyncio.sleep(0.1)
    assert hall.server.gateway.identifies == 1
    await hall.sam.say(place, "Hello")
    await hall.heard(ticket, "Hello")


async def test_a_door_that_closes_hands_the_gateway_on_at_once(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    first = await hall.enter("one")
    hall.door("two")
    await hall.sam.say(place, "One")
    await first.close()
    await hall.sam.say(place, "Two")
    await hall.heard(ticket, "One", "Two")
    assert hall.server.gateway.identifies == 2
    await hall.sam.say(place, "Three")
    await hall.heard(ticket, "One", "Two", "Three")


async def test_the_lease_of_a_process_that_died_is_taken_over_when_it_runs_out(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    now = hall.office.clock.now()
    async with hall.office.store.write() as work:
        await work.leases.take(LEASE, "dead", now=now, until=now + timedelta(seconds=30))
    hall.door("two")
    await hall.sam.say(place, "Is anybody there?")
    await asyncio.sleep(0.1)
    assert hall.server.gateway.identifies == 0
    hall.office.clock.advance(timedelta(seconds=31))
    await hall.heard(ticket, "Is anybody there?")


async def test_a_door_that_lost_its_lease_leaves_the_gateway(hall: Hall) -> None:
    await hall.enter("one")
    now = hall.office.clock.advance(timedelta(seconds=40))
    async with hall.office.store.write() as work:
        assert await work.leases.take(LEASE, "two", now=now, until=now + timedelta(days=1))
    await hall.server.until(lambda: not hall.server.gateway.connected)


async def test_while_the_database_is_away_the_connection_is_kept(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    away = AwayStore(hall.office.store)
    hall.office.use(hall.desk, away)
    await hall.enter(store=away)
    away.away = True
    await hall.sam.say(place, "Hello")
    await asyncio.sleep(0.1)
    away.away = False
    await hall.heard(ticket, "Hello")
    assert hall.server.gateway.identifies == 1


async def test_a_token_that_discord_does_not_know_is_told_once_and_tried_again(hall: Hall) -> None:
    token, hall.server.world.token = hall.server.token, "another"
    hall.door(token=token)
    await hall.server.until(lambda: len(hall.server.called("GET", "/gateway/bot")) >= 3)
    trouble = (await hall.troubles())["discord:token"]
    assert "Reset Token" in trouble.sentence and token not in trouble.sentence
    assert hall.told_of("TroubleFound") == ["discord:token"]
    hall.server.world.token = token
    await hall.server.connected()
    await hall.until(lambda: _none(hall))


async def _none(hall: Hall) -> bool:
    return not await hall.troubles()


async def test_an_intent_that_is_off_is_told_by_its_name_with_the_page_to_switch_it_on(hall: Hall) -> None:
    hall.server.settings.privileged = {"members"}
    hall.door()
    await hall.server.until(lambda: hall.server.gateway.identifies >= 2)
    sentence = (await hall.troubles())["discord:intents"].sentence
    assert "Message Content Intent is off" in sentence and "Server Members" not in sentence
    assert f"https://discord.com/developers/applications/{hall.server.application_id}/bot" in sentence
    hall.server.settings.privileged = {"members", "message_content"}
    await hall.server.connected()
    await hall.until(lambda: _none(hall))


async def test_a_discord_that_does_not_answer_is_tried_again_without_a_trouble(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    hall.server.faults.drop("GET", "/gateway/bot", times=2)
    hall.server.faults.fail("GET", "/gateway/bot", status=503, times=2)
    await hall.sam.say(place, "Hello")
    hall.door()
    await hall.heard(ticket, "Hello")
    assert await hall.troubles() == {}


async def test_a_discord_out_of_reach_does_not_keep_the_door_from_closing(hall: Hall) -> None:
    await hall.server.refuse_gateway()
    door = hall.door(timing=replace(QUICK, mending=60.0))
    await hall.server.until(lambda: hall.server.called("GET", "/gateway/bot"))
    async with patience(3):
        await door.close()
    now = hall.office.clock.now()
    async with hall.office.store.write() as work:
        assert await work.leases.take(LEASE, "next", now=now, until=now + timedelta(seconds=1))


async def test_what_was_heard_before_the_end_is_still_taken(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    away = AwayStore(hall.office.store)
    hall.office.use(hall.desk, away)
    door = await hall.enter(store=away)
    away.away = True
    await hall.sam.say(place, "Last words")
    await asyncio.sleep(0.05)
    closing = asyncio.create_task(door.close())
    await asyncio.sleep(0.05)
    away.away = False
    await closing
    assert await hall.words(ticket) == ["Last words"]


async def test_rest_and_gateway_are_those_of_the_configured_address(hall: Hall) -> None:
    await hall.enter()
    assert hall.server.called("GET", "/gateway/bot") and hall.server.called("GET", "/users/@me")
    assert hall.server.gateway.connected
