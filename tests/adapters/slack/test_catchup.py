"""What happened while the desk was away from Slack."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.model.thread import Audience, MessageKind
from tests.adapters.slack.ears import QUICK
from tests.adapters.slack.stage import Stage
from tests.fakes.slack import records
from tests.fakes.slack_server import File


async def test_what_was_written_while_the_desk_was_away_is_heard_in_order(stage: Stage) -> None:
    await stage.enter()
    ticket, own, card = await stage.ticket()
    await stage.sam.write(stage.sam.dm, "one", thread=own)
    await stage.settled()
    with stage.deaf():
        for words in ("two", "three"):
            await stage.sam.write(stage.sam.dm, words, thread=own)
        newest = await stage.sam.write(stage.sam.dm, "four", thread=own, files=[File("a.txt", b"words")])
        await stage.asha.write(stage.triage, "// a note", thread=card)
    await stage.restart()
    said = await stage.said(ticket)
    assert [one.text.plain().split("\n")[0] for one in said if one.kind is MessageKind.REPLY] == [
        "one",
        "two",
        "three",
        "four",
    ]
    assert [one.text.plain() for one in said if one.kind is MessageKind.NOTE] == ["a note"]
    assert await stage.cursor(ticket) == newest.ts
    before = len(await stage.office.kinds(ticket))
    await stage.restart("third")
    assert len(await stage.office.kinds(ticket)) == before


async def test_more_than_a_page_is_read(stage: Stage) -> None:
    stage.server.settings.page = 3
    await stage.enter()
    ticket, own, _ = await stage.ticket()
    with stage.deaf():
        for number in range(10):
            await stage.sam.write(stage.sam.dm, f"line {number}", thread=own)
    await stage.restart()
    assert await stage.words(ticket) == [f"line {number}" for number in range(10)]
    assert len(stage.server.called("conversations.replies")) > 3


async def test_edits_removals_and_reactions_are_seen_when_the_desk_is_back(stage: Stage) -> None:
    await stage.enter()
    ticket, own, card = await stage.ticket()
    kept = await stage.sam.write(stage.sam.dm, "one", thread=own)
    gone = await stage.sam.write(stage.sam.dm, "two", thread=own)
    page = await stage.asha.write(stage.triage, "Page 3", thread=card)
    await stage.sam.react(kept, "+1")
    await stage.sam.react(kept, "eyes")
    await stage.settled()
    with stage.deaf():
        await stage.sam.edit(kept, "one and a half")
        await stage.sam.delete(gone)
        await stage.sam.unreact(kept, "+1")
        await stage.sam.react(kept, "tada")
        await stage.asha.react(page, "heart")
    await stage.restart()
    assert sorted(await stage.words(ticket)) == ["Page 3", "one and a half"]
    assert {one.emoji for one in await stage.reactions(ticket)} == {"👀", "🎉", "❤️"}


async def test_a_pause_without_any_connection_owes_a_catch_up(stage: Stage) -> None:
    ears = await stage.enter()
    ticket, own, _ = await stage.ticket()
    await stage.settled()
    stage.server.refuse_connections()
    await stage.server.until(lambda: ears.sockets is not None and ears.sockets.live == 0)
    with stage.deaf():
        await stage.sam.write(stage.sam.dm, "Anybody?", thread=own)
    stage.server.refuse_connections(False)
    await stage.server.until_connected(2)
    await stage.settled()
    assert await stage.words(ticket) == ["Anybody?"]
    assert ears.begun == 2


async def test_one_connection_that_ends_beside_another_owes_nothing(stage: Stage) -> None:
    ears = await stage.enter()
    ticket, own, _ = await stage.ticket()
    await stage.settled()
    stage.server.sockets.connections[0].abort()
    await stage.sam.write(stage.sam.dm, "Anybody?", thread=own)
    await stage.server.until(lambda: stage.server.sockets.opened == 3)
    await stage.settled()
    assert (await stage.words(ticket), ears.begun) == (["Anybody?"], 1)
    assert stage.server.called("conversations.replies") == []


async def test_now_and_then_everything_is_read_again(stage: Stage) -> None:
    often = replace(QUICK, rhythm=replace(QUICK.rhythm, again=0.1, look=0.02))
    await stage.enter(timing=often)
    ticket, own, _ = await stage.ticket()
    await stage.settled()
    with stage.deaf():
        await stage.sam.write(stage.sam.dm, "Anybody?", thread=own)
    await stage.until_said(ticket, "Anybody?")


async def test_the_process_with_the_duties_reads_what_another_missed(stage: Stage) -> None:
    await stage.enter("one", connections=1)
    ticket, own, _ = await stage.ticket()
    await stage.settled()
    with stage.deaf():
        await stage.sam.write(stage.sam.dm, "Anybody?", thread=own)
    await stage.enter("two", connections=1)
    await stage.until_said(ticket, "Anybody?")


async def test_a_rate_limit_delays_what_was_missed_and_loses_nothing(stage: Stage) -> None:
    await stage.enter()
    ticket, own, card = await stage.ticket()
    with stage.deaf():
        await stage.sam.write(stage.sam.dm, "one", thread=own)
        await stage.asha.write(stage.triage, "two", thread=card)
    stage.server.faults.limit("conversations.replies", retry_after=0.05, times=3)
    await stage.restart()
    assert sorted(await stage.words(ticket)) == ["one", "two"]


@pytest.mark.parametrize("minutes", [1, 60])
async def test_a_command_that_waited_too_long_is_not_done_and_its_author_told(stage: Stage, minutes: int) -> None:
    await stage.enter()
    ticket, own, _ = await stage.ticket()
    with stage.deaf():
        said = await stage.sam.write(stage.sam.dm, f"{stage.server.mention} close", thread=own)
    stage.office.clock.advance(timedelta(minutes=minutes))
    ears = await stage.restart()
    asked = [(stage.sam.id, "close", ticket)] if minutes == 1 else []
    assert ears.noted.asked == asked
    assert len(stage.told(stage.sam, stage.sam.dm)) == (0 if minutes == 1 else 1)
    assert await stage.cursor(ticket) == said.ts
    again = await stage.restart("third")
    assert again.noted.asked == [] and len(stage.told(stage.sam, stage.sam.dm)) == (0 if minutes == 1 else 1)


async def test_a_card_that_was_deleted_meanwhile_is_replaced(stage: Stage) -> None:
    await stage.enter()
    ticket, own, card = await stage.ticket()
    await stage.sam.write(stage.sam.dm, "one", thread=own)
    await stage.settled()
    with stage.deaf():
        records.remove(own)  # which leaves a tombstone, since somebody answered under it
        records.remove(card)
    await stage.restart()
    assert (await stage.office.kinds(ticket)).count("ThreadLost") == 2
    made = await stage.threads(ticket)
    assert {one.audience for one in made if one.external_id is None} >= {Audience.STAFF}
    assert all(one.external_id is None for one in made)


async def test_a_thread_that_may_not_be_read_is_told_once_and_read_from_its_place_later(stage: Stage) -> None:
    await stage.enter()
    ticket, _, card = await stage.ticket()
    other, _, _ = await stage.ticket()
    with stage.deaf():
        await stage.asha.write(stage.triage, "missed", thread=card)
        await stage.asha.write(stage.triage, "broadcast", thread=card, broadcast=True)
    stage.server.hide_history("method_not_supported_for_channel_type", what="conversations.replies")
    await stage.restart()
    await stage.asha.write(stage.triage, "live", thread=card)
    await stage.settled()
    assert await stage.words(ticket) == ["broadcast", "live"]
    troubles = await stage.troubles()
    keys = {f"slack:history:{place.id}" for place in (stage.triage, stage.sam.dm)}
    assert {key for key in troubles if key.startswith("slack:history")} == keys
    sentence = troubles[f"slack:history:{stage.triage.id}"].sentence
    assert f"T-{ticket} (https://" in sentence or f"T-{other} (https://" in sentence
    stage.server.faults.clear()
    await stage.restart("third")
    assert sorted(await stage.words(ticket)) == ["broadcast", "live", "missed"]
    assert not [key for key in await stage.troubles() if key.startswith("slack:history")]


async def test_without_the_scope_for_history_that_is_what_the_admins_are_told(stage: Stage) -> None:
    await stage.enter()
    ticket, own, _ = await stage.ticket(staff=False)
    stage.server.installed.scopes.discard("im:history")
    with stage.deaf():
        await stage.sam.write(stage.sam.dm, "missed", thread=own)
    await stage.restart()
    assert list(await stage.troubles()) == ["slack:scope:im:history"]
    stage.server.installed.scopes.add("im:history")
    await stage.restart("third")
    assert (await stage.words(ticket), await stage.troubles()) == (["missed"], {})


async def test_what_somebody_wrote_before_they_left_is_heard(stage: Stage) -> None:
    await stage.enter()
    ticket, own, _ = await stage.ticket()
    with stage.deaf():
        await stage.sam.write(stage.sam.dm, "Thank you, and good bye", thread=own)
        stage.sam.deactivate()
    await stage.restart()
    assert await stage.words(ticket) == ["Thank you, and good bye"]


async def test_of_reactions_that_slack_does_not_all_name_none_is_taken_back(stage: Stage) -> None:
    await stage.enter()
    ticket, _, card = await stage.ticket()
    said = await stage.asha.write(stage.triage, "Page 3", thread=card)
    await stage.asha.react(said, "+1")
    await stage.settled()
    ears = await stage.restart()
    thread = await stage.thread(ticket, Audience.STAFF)
    shortened = {"name": "+1", "users": [stage.kim.id], "count": 2}
    await ears.hearing._catch_up._reactions.compare(thread, {said.ts: {"reactions": [shortened]}})
    assert [one.emoji for one in await stage.reactions(ticket)] == ["👍"]
    await ears.hearing._catch_up._reactions.compare(thread, {said.ts: {"reactions": []}})
    assert await stage.reactions(ticket) == []


async def test_what_a_process_died_over_is_heard_though_others_took_newer_ones(stage: Stage) -> None:
    await stage.enter()
    ticket, own, _ = await stage.ticket()
    with stage.deaf():
        await stage.sam.write(stage.sam.dm, "one", thread=own)
    await stage.sam.write(stage.sam.dm, "two", thread=own)
    with stage.deaf():
        await stage.sam.write(stage.sam.dm, "three", thread=own)
    await stage.sam.write(stage.sam.dm, "four", thread=own)
    await stage.settled()
    assert await stage.words(ticket) == ["two", "four"]
    await stage.restart()
    assert sorted(await stage.words(ticket)) == ["four", "one", "three", "two"]


async def test_what_was_refused_or_answered_is_passed_over_ever_after(stage: Stage) -> None:
    await stage.enter()
    ticket, _, card = await stage.ticket()
    await stage.kim.write(stage.triage, "Let me in", thread=card)
    await stage.asha.write(stage.triage, f"{stage.server.mention} claim", thread=card)
    await stage.asha.write(stage.triage, "//", thread=card)
    await stage.settled()
    ears = await stage.restart()
    assert (ears.noted.asked, len(stage.told(stage.kim, stage.triage))) == ([], 1)
    assert await stage.said(ticket) == []
