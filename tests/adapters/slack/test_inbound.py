"""What people do in a ticket's threads on Slack: words, changed and taken away, reactions, files."""

from datetime import timedelta
from typing import Any

import pytest

from adapters.slack.hearing.kinds import told_as
from core.model.ids import ThreadId, TicketId
from core.model.people import Platform
from core.model.thread import Audience, MessageKind, Thread
from core.text import Bold, Code, CodeBlock, Paragraph, Plain, Text
from tests.adapters.slack.stage import Stage

REPLY, NOTE = MessageKind.REPLY, MessageKind.NOTE


async def test_what_the_student_writes_in_their_thread_is_a_reply(stage: Stage) -> None:
    await stage.enter()
    ticket, own, _ = await stage.ticket()
    said = await stage.sam.write(stage.sam.dm, "Any *news*?", thread=own)
    await stage.settled()
    (message,) = await stage.said(ticket)
    assert (message.kind, message.text.plain()) == (REPLY, "Any news?")
    assert message.author == stage.office.people["sam"]
    assert await stage.cursor(ticket) == said.ts


@pytest.mark.parametrize(
    ("typed", "usual", "kind", "words"),
    [
        ("Look at page 3.", REPLY, REPLY, "Look at page 3."),
        ("// Look at page 3.", REPLY, NOTE, "Look at page 3."),
        ("//Look\nat page 3.", REPLY, NOTE, "Look\nat page 3."),
        ("see // there", REPLY, REPLY, "see // there"),
        ("https://example.org", REPLY, REPLY, "https://example.org"),
        ("Look at page 3.", NOTE, NOTE, "Look at page 3."),
        ("// Look at page 3.", NOTE, REPLY, "Look at page 3."),
    ],
)
async def test_what_staff_write_is_a_reply_or_a_note_as_it_is_set(
    stage: Stage, typed: str, usual: MessageKind, kind: MessageKind, words: str
) -> None:
    await stage.enter(staff_message_is=usual)
    ticket, _, card = await stage.ticket()
    await stage.asha.write(stage.triage, typed, thread=card)
    await stage.settled()
    (message,) = await stage.said(ticket)
    assert (message.kind, message.text.plain()) == (kind, words)


def _thread(audience: Audience) -> Thread:
    return Thread(id=ThreadId(1), ticket=TicketId(1), platform=Platform.SLACK, audience=audience)


def _of(*spans: Any) -> Text:
    return Text((Paragraph(spans),))


@pytest.mark.parametrize(
    ("text", "kind", "left"),
    [
        (_of(Plain("  // a")), NOTE, _of(Plain("a"))),
        (_of(Bold((Plain("// a"),)), Plain(" b")), NOTE, _of(Bold((Plain("a"),)), Plain(" b"))),
        (_of(Plain("// "), Bold((Plain("a"),))), NOTE, _of(Bold((Plain("a"),)))),
        (_of(Bold((Plain("//"),)), Plain(" a")), NOTE, _of(Plain("a"))),
        (_of(Plain("//")), NOTE, Text()),
        (_of(Code("// a")), REPLY, None),
        (Text((CodeBlock("// a"),)), REPLY, None),
        (_of(Plain("/ / a")), REPLY, None),
        (_of(Plain("/"), Bold((Plain("/ a"),))), NOTE, _of(Bold((Plain("a"),)))),
        (_of(Plain("\u200b// a")), NOTE, _of(Plain("a"))),
        (_of(Plain("/\u2060/ a")), NOTE, _of(Plain("a"))),
        (Text(), REPLY, None),
    ],
)
def test_the_mark_of_a_note_is_found_at_the_beginning_and_cut_off(
    text: Text, kind: MessageKind, left: Text | None
) -> None:
    assert told_as(text, _thread(Audience.STAFF), REPLY) == (kind, text if left is None else left)
    assert told_as(text, _thread(Audience.REQUESTER), NOTE) == (REPLY, text)


@pytest.mark.parametrize("words", ["／／ a", "⁄⁄ a", "/∕ a", "\u3164／/ a"])
def test_what_only_looks_like_the_mark_makes_a_note_and_never_a_reply(words: str) -> None:
    thread = _thread(Audience.STAFF)
    assert told_as(_of(Plain(words)), thread, REPLY) == (NOTE, _of(Plain("a")))
    assert told_as(_of(Plain(words)), thread, NOTE) == (NOTE, _of(Plain(words)))


async def test_what_the_student_begins_with_slashes_is_said_as_it_is(stage: Stage) -> None:
    await stage.enter()
    ticket, own, _ = await stage.ticket()
    await stage.sam.write(stage.sam.dm, "// a comment in my code", thread=own)
    await stage.settled()
    assert [(one.kind, one.text.plain()) for one in await stage.said(ticket)] == [(REPLY, "// a comment in my code")]


async def test_people_are_named_in_words_as_the_desk_knows_them(stage: Stage) -> None:
    await stage.enter()
    ticket, own, _ = await stage.ticket()
    wen = stage.server.add_user("wen", real_name="Wen Slack")
    await stage.sam.write(stage.sam.dm, f"ask {stage.asha.mention} or {wen.mention}", thread=own)
    await stage.settled()
    (message,) = await stage.said(ticket)
    assert message.text.plain() == "ask @Asha Slack or @Wen Slack"
    assert message.text.mentioned() == {stage.office.people["asha"]}


async def test_every_event_told_twice_changes_nothing(stage: Stage) -> None:
    await stage.enter()
    stage.server.every_event_twice = True
    ticket, own, card = await stage.ticket()
    said = await stage.sam.write(stage.sam.dm, "Any news?", thread=own)
    await stage.asha.write(stage.triage, f"{stage.server.mention} claim", thread=card)
    await stage.sam.edit(said, "Any good news?")
    await stage.sam.react(said, "+1")
    await stage.settled()
    assert await stage.words(ticket) == ["Any good news?"]
    assert [one.emoji for one in await stage.reactions(ticket)] == ["👍"]
    kinds = await stage.office.kinds(ticket)
    assert [kinds.count(kind) for kind in ("MessagePosted", "MessageEdited", "ReactionChanged")] == [1, 1, 1]


async def test_what_another_process_heard_already_is_not_said_twice(stage: Stage) -> None:
    """After an acknowledgement that was lost, Slack tells another connection, perhaps another process."""
    one, two = stage.made("one"), stage.made("two")
    await one.open()
    await two.open()
    await stage.server.until_connected(4)
    ticket, own, _ = await stage.ticket()
    await stage.sam.write(stage.sam.dm, "Any news?", thread=own)
    await stage.settled()
    (event,) = [one for one in stage.server.events("message") if one.get("user") == stage.sam.id]
    for ears in (one, two):
        ears.hearing.take(event)
    await stage.settled()
    assert await stage.words(ticket) == ["Any news?"]


async def test_the_apps_own_messages_and_other_bots_and_slacks_lines_are_not_heard(stage: Stage) -> None:
    await stage.enter()
    ticket, own, card = await stage.ticket()
    robot = stage.server.add_bot("robot")
    old = stage.server.add_bot("old", integration=True)
    for bot in (robot, old):
        stage.triage.members[bot.id] = None
        await bot.write(stage.triage, "Beep", thread=card)
    stage.post(stage.sam.dm, "Asha's words", thread_ts=own.ts)
    stage.triage.invite(stage.sam)
    await stage.settled()
    assert await stage.said(ticket) == []


async def test_words_in_threads_of_no_ticket_are_nobodys_business(stage: Stage) -> None:
    ears = await stage.enter()
    ticket, _, _ = await stage.ticket()
    talk = await stage.asha.write(stage.triage, "Lunch?")
    await stage.kim.write(stage.triage, "Yes", thread=talk)
    other = await stage.asha.write(stage.lounge, "Coffee?")
    await stage.sam.write(stage.lounge, "Yes", thread=other)
    await stage.sam.react(other, "+1")
    await stage.settled()
    assert (await stage.said(ticket), ears.noted.asked) == ([], [])
    assert not [one for one in stage.server.called("users.info") if one.args["user"] != stage.asha.id]


# --- what is for the app ---------------------------------------------------------------------------------------------


async def test_a_message_that_begins_with_a_mention_of_the_app_is_a_command_and_never_a_message(stage: Stage) -> None:
    ears = await stage.enter()
    ticket, own, card = await stage.ticket()
    await stage.sam.write(stage.sam.dm, f"{stage.server.mention} close", thread=own)
    await stage.asha.write(stage.triage, f" {stage.server.mention}: assign {stage.kim.mention}", thread=card)
    await stage.asha.write(stage.triage, f"{stage.server.mention} queue")
    await stage.asha.write(stage.lounge, f"{stage.server.mention} list")
    await stage.settled()
    asha = stage.asha.id
    assert set(ears.noted.asked) == {
        (stage.sam.id, "close", ticket),
        (asha, f"assign <@{stage.kim.id}>", ticket),
        (asha, "queue", None),
        (asha, "list", None),
    }
    assert await stage.said(ticket) == []


async def test_a_mention_amid_words_is_words(stage: Stage) -> None:
    ears = await stage.enter()
    ticket, own, _ = await stage.ticket()
    await stage.sam.write(stage.sam.dm, f"does {stage.server.mention} work?", thread=own)
    await stage.settled()
    assert ears.noted.asked == []
    assert len(await stage.said(ticket)) == 1


async def test_words_to_the_app_outside_of_any_tickets_thread_are_answered(stage: Stage) -> None:
    ears = await stage.enter()
    first = await stage.sam.write(stage.sam.dm, "Hello, my grade is missing")
    await stage.settled()
    await stage.sam.write(stage.sam.dm, "Anybody?", thread=first)
    notice = stage.post(stage.sam.dm, "A notice")
    stage.office.clock.advance(timedelta(minutes=5))
    await stage.sam.write(stage.sam.dm, "What is that?", thread=notice)
    await stage.settled()
    assert ears.noted.asked == [(stage.sam.id, "", None)] * 3


async def test_an_answer_under_another_message_of_the_apps_waits_for_it_to_be_a_tickets(stage: Stage) -> None:
    """The card is there before it is recorded whose thread it begins, perhaps by another process."""
    ears = await stage.enter()
    ticket = await stage.office.open()
    card = stage.post(stage.sam.dm, f"T-{ticket}")
    await stage.sam.write(stage.sam.dm, "So soon!", thread=card)
    await stage.server.settled()
    await stage.record(ticket, stage.sam, card)
    await stage.settled()
    assert (await stage.words(ticket), ears.noted.asked) == (["So soon!"], [])
