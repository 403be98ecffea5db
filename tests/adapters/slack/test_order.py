"""In which order what happens on Slack is taken, and what is done when something is away."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from adapters.slack.spot import Spot
from core.model.thread import MessageKind
from tests.adapters.slack.ears import QUICK, AwayStore, Ears
from tests.adapters.slack.stage import Stage, staged
from tests.fakes.slack_server import File, Message

LINES = ["line 0", "line 1", "line 2"]


async def told_backwards(stage: Stage, thread: Message) -> None:
    """Sam writes, and Slack tells the last first, each once the one after it is acknowledged."""
    held = stage.server.hold_events()
    for words in LINES:
        await stage.sam.write(stage.sam.dm, words, thread=thread)
    held.release(backwards=True)
    await stage.server.settled()


async def heard_again(stage: Stage, ears: Ears) -> None:
    """After a moment without any connection."""
    begun = ears.begun
    stage.server.refuse_connections()
    await stage.server.until(lambda: ears.sockets is not None and ears.sockets.live == 0)
    stage.server.refuse_connections(False)
    await stage.server.until(lambda: ears.begun > begun)
    await stage.server.until_connected(2)


async def test_a_thread_is_heard_in_the_order_in_which_it_was_written(stage: Stage) -> None:
    """However the connections share it."""
    await stage.enter(connections=4)
    ticket, own, _ = await stage.ticket()
    held = stage.server.faults.hold("users.info", where=lambda asked: asked["user"] == stage.sam.id)
    await stage.sam.write(stage.sam.dm, "line 0", thread=own)
    await held.arrived()
    for number in range(1, 20):
        files = [File(f"{number}.txt", b"words")] if number % 5 == 0 else None
        await stage.sam.write(stage.sam.dm, f"line {number}", thread=own, files=files)
    await stage.server.settled()
    held.release()
    await stage.settled()
    said = [words.split("\n")[0] for words in await stage.words(ticket)]
    assert said == [f"line {number}" for number in range(20)]


async def test_what_comes_out_of_order_over_two_connections_is_taken_as_it_was_written(stage: Stage) -> None:
    await stage.enter(timing=replace(QUICK, window=1.0))
    ticket, own, _ = await stage.ticket()
    before = [one.envelopes for one in stage.server.sockets.connections]
    await told_backwards(stage, own)
    now = [one.envelopes for one in stage.server.sockets.connections]
    assert all(later > sooner for sooner, later in zip(before, now, strict=True)), "each of them told something"
    await stage.settled()
    assert await stage.words(ticket) == LINES


async def test_requests_that_overtake_each_other_are_taken_as_they_were_written(
    staffed_template: Path, tmp_path: Path
) -> None:
    async with staged(staffed_template, tmp_path / "desk.db", mode="http") as stage:
        stage.server.deliver_to(await stage.made(app_token=None, timing=replace(QUICK, window=1.0)).serve())
        ticket, own, _ = await stage.ticket()
        await told_backwards(stage, own)
        await stage.settled()
        assert await stage.words(ticket) == LINES


async def test_what_is_known_to_be_changed_or_gone_before_it_is_heard_never_was_otherwise(stage: Stage) -> None:
    await stage.enter(timing=replace(QUICK, window=1.0))
    ticket, _, card = await stage.ticket()
    held = stage.server.hold_events()
    note = await stage.asha.write(stage.triage, "Zebra", thread=card)
    await stage.asha.edit(note, "// Zebra")
    await stage.asha.delete(await stage.asha.write(stage.triage, "hunter2", thread=card))
    await stage.asha.write(stage.triage, "Page 3", thread=card)
    held.release(backwards=True)
    await stage.settled()
    said = [(one.kind, one.text.plain()) for one in await stage.office.messages(ticket)]
    assert said == [(MessageKind.NOTE, "Zebra"), (MessageKind.REPLY, "Page 3")]
    assert {"MessageEdited", "MessageUndone"}.isdisjoint(await stage.office.kinds(ticket))


async def test_what_waits_for_its_turn_is_acknowledged_at_once(stage: Stage) -> None:
    await stage.enter(timing=replace(QUICK, window=3_600.0, drain=0.0))
    ticket, own, _ = await stage.ticket()
    await told_backwards(stage, own)
    assert (await stage.words(ticket), stage.server.delivery.unacknowledged) == ([], 0)
    await stage.restart()
    assert await stage.words(ticket) == LINES, "what was acknowledged and not taken is read by the next process"


async def test_over_a_single_connection_nothing_waits_for_what_may_be_behind(stage: Stage) -> None:
    await stage.enter(connections=1, timing=replace(QUICK, window=3_600.0))
    ticket, own, _ = await stage.ticket()
    await stage.sam.write(stage.sam.dm, "Any news?", thread=own)
    await stage.settled()
    assert await stage.words(ticket) == ["Any news?"]


async def test_a_file_that_does_not_come_holds_up_its_thread_alone(stage: Stage) -> None:
    await stage.enter()
    ticket, own, card = await stage.ticket()
    stage.server.faults.fail("download", status=500, times=2)
    await stage.sam.write(stage.sam.dm, "proof", thread=own, files=[File("a.txt", b"words")])
    await stage.sam.write(stage.sam.dm, "there", thread=own)
    await stage.asha.write(stage.triage, "elsewhere", thread=card)
    await stage.settled()
    said = [words.split("\n")[0] for words in await stage.words(ticket)]
    assert sorted(said) == ["elsewhere", "proof", "there"]
    assert said.index("proof") < said.index("there")


async def test_while_the_database_is_away_nothing_is_lost_nor_overtaken(stage: Stage) -> None:
    store = AwayStore(stage.office.store)
    stage.office.use(stage.office.desk, store)
    await stage.enter(store=store)
    ticket, own, _ = await stage.ticket()
    store.away = True
    said = await stage.sam.write(stage.sam.dm, "Any news?", thread=own)
    await stage.sam.edit(said, "Any good news?")
    await stage.sam.write(stage.sam.dm, "Hello?", thread=own)
    await stage.server.settled()
    await asyncio.sleep(0.05)
    store.away = False
    await stage.settled()
    assert await stage.words(ticket) == ["Any good news?", "Hello?"]


async def test_while_slack_tells_nobodys_name_nothing_is_lost(stage: Stage) -> None:
    await stage.enter()
    ticket, own, _ = await stage.ticket()
    stage.server.faults.limit("users.info", retry_after=0.01, times=3)
    await stage.sam.write(stage.sam.dm, "Any news?", thread=own)
    await stage.settled()
    assert await stage.words(ticket) == ["Any news?"]


async def test_a_new_threads_first_message_needs_no_look_at_its_history(stage: Stage) -> None:
    """Slack takes fifty such looks a minute, and a hundred students may ask at once."""
    await stage.enter()
    ticket, own, card = await stage.ticket()
    await stage.sam.write(stage.sam.dm, "Any news?", thread=own)
    await stage.asha.write(stage.triage, "Page 3", thread=card)
    await stage.settled()
    assert len(await stage.said(ticket)) == 2
    assert stage.server.called("conversations.replies") == []


async def test_what_was_missed_is_heard_before_anything_newer(stage: Stage) -> None:
    await stage.enter("one")
    ticket, own, _ = await stage.ticket()
    await stage.sam.write(stage.sam.dm, "one", thread=own)
    await stage.settled()
    await stage.leave()
    with stage.deaf():
        await stage.sam.write(stage.sam.dm, "two", thread=own)
    held = stage.server.faults.hold("conversations.replies")
    second = stage.made("two")
    await second.open()
    await stage.server.until_connected(2)
    await stage.sam.write(stage.sam.dm, "three", thread=own)
    await stage.server.settled()
    assert await stage.words(ticket) == ["one"]
    held.release()
    await stage.settled()
    assert await stage.words(ticket) == ["one", "two", "three"]


async def test_while_a_catch_up_is_slow_what_is_newer_waits_whichever_connection_it_comes_over(stage: Stage) -> None:
    ears = await stage.enter()
    ticket, own, _ = await stage.ticket()
    with stage.deaf():
        await stage.sam.write(stage.sam.dm, "missed", thread=own)
    held = stage.server.faults.hold("conversations.replies", where=lambda asked: asked["ts"] == own.ts)
    await heard_again(stage, ears)
    await held.arrived()
    await told_backwards(stage, own)
    assert await stage.words(ticket) == []
    held.release()
    await stage.settled()
    assert await stage.words(ticket) == ["missed", *LINES]
    assert len(await stage.office.messages(ticket)) == 4


async def test_what_waited_over_a_pause_is_taken_after_what_was_missed_before_it(stage: Stage) -> None:
    ears = await stage.enter()
    ticket, own, _ = await stage.ticket()
    limited = stage.server.faults.limit("users.info", retry_after=0.01, times=1_000_000)
    with stage.deaf():
        await stage.sam.write(stage.sam.dm, "missed", thread=own)
    await stage.sam.write(stage.sam.dm, "waited", thread=own)
    await stage.server.until(lambda: limited.met)
    await heard_again(stage, ears)
    stage.server.faults.clear()
    await stage.settled()
    assert await stage.words(ticket) == ["missed", "waited"]


async def test_what_is_to_be_read_before_slack_is_heard_waits_for_that_and_holds_up_nothing(stage: Stage) -> None:
    """Whoever has the duties may begin with them before the first connection is open, and the channel may find a thread
    again."""
    with stage.deaf():
        ticket, own, card = await stage.ticket()
        await stage.sam.write(stage.sam.dm, "missed", thread=own)
    held = stage.server.faults.hold("apps.connections.open")
    other = stage.server.faults.hold("apps.connections.open")
    ears = stage.made()
    await ears.open()
    await held.arrived()
    await other.arrived()
    await stage.server.until(lambda: stage.server.called("users.info"))  # the first of the duties
    ears.hearing.bound(Spot(card.place.id, card.ts))
    await asyncio.sleep(0.05)
    assert await stage.words(ticket) == []
    held.release()
    other.release()
    await stage.server.until_connected(2)
    await stage.until_said(ticket, "missed")
    await stage.asha.write(stage.triage, "newer", thread=card)
    await stage.settled()
    assert await stage.words(ticket) == ["missed", "newer"]


async def test_a_thread_that_was_found_again_is_read(stage: Stage) -> None:
    """Its maker died between posting it and writing that down; somebody wrote there meanwhile."""
    ears = await stage.enter()
    ticket = await stage.office.open()
    card = stage.post(stage.sam.dm, f"T-{ticket}")
    stage.office.clock.advance(timedelta(seconds=90))
    await stage.sam.write(stage.sam.dm, "Hello?", thread=card)
    await stage.settled()
    assert ears.noted.asked == [(stage.sam.id, "", None)]
    spot = Spot(card.place.id, card.ts)
    ears.rooms.made(ticket, stage.office.people["sam"], spot)
    ears.hearing.bound(spot)
    await stage.record(ticket, stage.sam, card)
    await stage.settled()
    assert await stage.words(ticket) == ["Hello?"]


async def test_what_an_admin_has_to_mend_is_told_and_nothing_is_lost_until_it_is(stage: Stage) -> None:
    ears = await stage.enter()
    ticket, own, _ = await stage.ticket()
    stage.server.installed.scopes.discard("users:read")
    await stage.sam.write(stage.sam.dm, "Any news?", thread=own)
    await stage.server.until(lambda: stage.server.called("users.info")[-1].error == "missing_scope")
    await asyncio.sleep(0.05)
    assert "users:read" in (await stage.troubles())["slack:scope:users:read"].sentence
    stage.server.installed.scopes.add("users:read")
    ears.hearing.begin()
    await stage.sam.write(stage.sam.dm, "Hello?", thread=own)
    await asyncio.sleep(0.05)
    assert await stage.said(ticket) == []
    await stage.restart()
    await stage.sam.write(stage.sam.dm, "Still there?", thread=own)
    await stage.settled()
    assert await stage.words(ticket) == ["Any news?", "Hello?", "Still there?"]
    assert await stage.troubles() == {}


async def test_a_fault_at_the_beginning_keeps_nobody_from_being_heard(stage: Stage) -> None:
    ears = stage.made()
    ears.hearing._members.prepare = _faulty  # type: ignore[method-assign]
    ears.hearing._order._prepare = _faulty
    await ears.open()
    await stage.server.until_connected(2)
    ticket, own, _ = await stage.ticket()
    await stage.sam.write(stage.sam.dm, "Any news?", thread=own)
    await stage.settled()
    assert await stage.words(ticket) == ["Any news?"]


async def _faulty() -> None:
    raise ZeroDivisionError
