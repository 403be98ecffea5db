"""What people change, take away and put under messages in a ticket's threads on Slack."""

from datetime import timedelta
from typing import Any

from core.commands import UndoMessage
from core.model.thread import MessageKind
from tests.adapters.slack.stage import Stage
from tests.fakes.slack import records

REPLY, NOTE = MessageKind.REPLY, MessageKind.NOTE


async def test_an_edit_and_a_removal_are_carried(stage: Stage) -> None:
    await stage.enter()
    ticket, own, _ = await stage.ticket()
    said = await stage.sam.write(stage.sam.dm, "Any news?", thread=own)
    other = await stage.sam.write(stage.sam.dm, "Never mind", thread=own)
    await stage.settled()
    await stage.sam.edit(said, "Any *good* news?")
    await stage.sam.delete(other)
    await stage.settled()
    assert await stage.words(ticket) == ["Any good news?"]
    kinds = await stage.office.kinds(ticket)
    assert (kinds.count("MessageEdited"), kinds.count("MessageUndone")) == (1, 1)


async def test_a_preview_of_a_link_is_no_edit(stage: Stage) -> None:
    await stage.enter()
    ticket, own, _ = await stage.ticket()
    said = await stage.sam.write(stage.sam.dm, "See https://example.org", thread=own)
    await stage.settled()
    await stage.sam.edit(said, "See https://example.org now")
    stage.server.unfurl(said)
    await stage.settled()
    assert (await stage.office.kinds(ticket)).count("MessageEdited") == 1


async def test_an_edit_that_overtook_its_message_is_taken_as_the_message(stage: Stage) -> None:
    ears = await stage.enter()
    ticket, own, _ = await stage.ticket()
    lost: list[dict[str, Any]] = []
    stage.server.lose_events(lambda event: event.get("user") == stage.sam.id and not lost.append(event))
    said = await stage.sam.write(stage.sam.dm, "Any news?", thread=own)
    await stage.sam.edit(said, "Any good news?")
    await stage.settled()
    assert await stage.words(ticket) == ["Any good news?"]
    for event in lost:
        ears.hearing.take(event)
    await stage.settled()
    assert lost and await stage.words(ticket) == ["Any good news?"]
    assert "MessageEdited" not in await stage.office.kinds(ticket)


async def test_a_message_that_was_taken_back_on_the_desk_is_not_said_again_by_an_edit(stage: Stage) -> None:
    await stage.enter()
    ticket, own, _ = await stage.ticket()
    said = await stage.sam.write(stage.sam.dm, "Any news?", thread=own)
    await stage.settled()
    await stage.office.do(UndoMessage(ticket=ticket), "sam")
    await stage.sam.edit(said, "Any good news?")
    await stage.settled()
    assert await stage.words(ticket) == []


async def test_a_reply_never_becomes_a_note_and_its_author_is_told_so_once(stage: Stage) -> None:
    await stage.enter()
    ticket, _, card = await stage.ticket()
    said = await stage.asha.write(stage.triage, "Page 3", thread=card)
    await stage.asha.edit(said, "// He is a nuisance")
    await stage.settled()
    assert [(one.kind, one.text.plain()) for one in await stage.said(ticket)] == [(REPLY, "Page 3")]
    (told,) = stage.told(stage.asha, stage.triage)
    assert "does not become a note" in told
    await stage.enter("two")
    await stage.settled()
    assert len(stage.told(stage.asha, stage.triage)) == 1


async def test_a_note_that_lost_its_mark_stays_a_note_and_its_author_is_told_so(stage: Stage) -> None:
    await stage.enter()
    ticket, _, card = await stage.ticket()
    said = await stage.asha.write(stage.triage, "// He is a nuisance", thread=card)
    await stage.asha.edit(said, "He is a great nuisance")
    await stage.settled()
    assert [(one.kind, one.text.plain()) for one in await stage.said(ticket)] == [(NOTE, "He is a great nuisance")]
    (told,) = stage.told(stage.asha, stage.triage)
    assert "stays a note" in told


async def test_where_plain_words_are_notes_an_edit_tells_no_student_either(stage: Stage) -> None:
    await stage.enter(staff_message_is=NOTE)
    ticket, _, card = await stage.ticket()
    note = await stage.asha.write(stage.triage, "He is a nuisance", thread=card)
    reply = await stage.asha.write(stage.triage, "// Page 3", thread=card)
    await stage.asha.edit(note, "// He is a nuisance indeed")
    await stage.asha.edit(reply, "Page 3, nuisance")
    await stage.settled()
    assert [(one.kind, one.text.plain()) for one in await stage.said(ticket)] == [
        (NOTE, "He is a nuisance indeed"),
        (REPLY, "Page 3"),
    ]
    assert len(stage.told(stage.asha, stage.triage)) == 2


async def test_a_copy_that_somebody_deletes_takes_nothing_back(stage: Stage) -> None:
    await stage.enter()
    ticket, own, _ = await stage.ticket()
    await stage.office.say(ticket, "asha", "Page 3")
    copy = stage.post(stage.sam.dm, "Page 3", thread_ts=own.ts)
    await stage.settled()
    records.remove(copy)
    await stage.settled()
    assert await stage.words(ticket) == ["Page 3"]


# --- reactions -------------------------------------------------------------------------------------------------------


async def test_reactions_are_carried_and_taken_back(stage: Stage) -> None:
    stage.server.add_emoji("party_parrot")
    await stage.enter()
    ticket, own, card = await stage.ticket()
    said = await stage.sam.write(stage.sam.dm, "Thank you", thread=own)
    note = await stage.asha.write(stage.triage, "// nice", thread=card)
    for name in ("+1", "wave::skin-tone-3", "party_parrot"):
        await stage.sam.react(said, name)
    await stage.kim.react(note, "+1")
    await stage.settled()
    assert {one.emoji for one in await stage.reactions(ticket)} == {"👍", "👋🏼", ":party_parrot:"}
    await stage.sam.unreact(said, "+1")
    await stage.settled()
    assert {one.emoji for one in await stage.reactions(ticket)} == {"👋🏼", ":party_parrot:"}


async def test_a_reaction_finds_its_thread_after_a_restart(stage: Stage) -> None:
    first = await stage.enter("one")
    ticket, own, _ = await stage.ticket()
    said = await stage.sam.write(stage.sam.dm, "Thank you", thread=own)
    await stage.settled()
    await first.close()
    stage.ears.clear()
    await stage.enter("two")
    await stage.sam.react(said, "+1")
    await stage.sam.react(own, "+1")
    await stage.settled()
    assert [one.emoji for one in await stage.reactions(ticket)] == ["👍"]


async def test_the_apps_own_reactions_are_nobodys(stage: Stage) -> None:
    ears = await stage.enter()
    ticket, own, _ = await stage.ticket()
    said = await stage.sam.write(stage.sam.dm, "Thank you", thread=own)
    mark = {"channel": said.place.id, "timestamp": said.ts, "name": "white_check_mark"}
    await ears.slack.call("reactions.add", mark)
    await stage.settled()
    assert stage.server.events("reaction_added") and await stage.reactions(ticket) == []


async def test_an_edit_that_was_overtaken_by_a_newer_one_changes_nothing(stage: Stage) -> None:
    ears = await stage.enter()
    ticket, own, _ = await stage.ticket()
    said = await stage.sam.write(stage.sam.dm, "My pin is 1234", thread=own)
    await stage.sam.edit(said, "My pin is 12..")
    await stage.sam.edit(said, "My pin is a secret")
    await stage.settled()
    stale = next(one for one in stage.server.events("message") if one.get("subtype") == "message_changed")
    ears.hearing.take(stale)
    await stage.settled()
    assert await stage.words(ticket) == ["My pin is a secret"]


async def test_an_edit_that_is_told_late_is_looked_at_as_it_is_now(stage: Stage) -> None:
    """Perhaps by another process, which heard of nothing newer."""
    await stage.enter()
    ticket, own, _ = await stage.ticket()
    said = await stage.sam.write(stage.sam.dm, "My pin is 1234", thread=own)
    gone = await stage.sam.write(stage.sam.dm, "Never mind", thread=own)
    await stage.settled()
    with stage.deaf():
        await stage.sam.edit(said, "My pin is 12..")
        stale = dict(stage.server.events("message")[-1])
        await stage.sam.edit(said, "My pin is a secret")
        await stage.sam.edit(gone, "Never mind me")
        vanished = dict(stage.server.events("message")[-1])
        await stage.sam.delete(gone)
    stage.office.clock.advance(timedelta(minutes=1))
    for event in (stale, vanished):
        stage.ears[0].hearing.take(event)
    await stage.settled()
    assert await stage.words(ticket) == ["My pin is a secret", "Never mind"]


async def test_a_message_that_was_refused_for_what_it_said_is_heard_once_it_says_something_else(stage: Stage) -> None:
    await stage.enter()
    ticket, own, _ = await stage.ticket()
    said = await stage.sam.write(stage.sam.dm, "x" * 20_001, thread=own)
    await stage.settled()
    assert await stage.said(ticket) == [] and len(stage.told(stage.sam, stage.sam.dm)) == 1
    await stage.sam.edit(said, "In short: no.")
    await stage.settled()
    assert await stage.words(ticket) == ["In short: no."]
