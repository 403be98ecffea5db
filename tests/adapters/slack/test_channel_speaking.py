"""What people say elsewhere, in a thread on Slack: under their own name, whole, and once."""

import logging
import traceback
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.slack.api.pacing import Pacing
from core.model.outbox import Intent
from core.model.thread import MessageKind, Thread
from core.model.ticket import Ticket
from core.ports import Channel, Gone, Receipt, Retry, Undeliverable, Unknown
from core.text import Bold, Mention, Paragraph, Plain, Text
from tests.adapters.slack.outbound import LONG, Scene, again, card_of, scene, spoken

POST = "chat.postMessage"


def test_it_is_a_channel_without_a_pace_of_its_own(desk: Scene) -> None:
    channel: Channel = desk.channel
    assert channel.pace is None


# --- said ----------------------------------------------------------------------------------------------------------


async def test_it_stands_there_under_the_authors_name_and_picture(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    picture = "https://cdn.example.org/asha.png"
    message, receipt = await desk.say(ticket, thread, by_staff=True, avatar_url=picture)
    [said] = desk.said(thread)
    assert (said.username, said.icon_url, said.text_shown) == ("Asha Agent · staff", picture, "Look at page 3.")
    assert desk.sam.thread(desk.root(thread))[-1] is said
    assert receipt == Receipt(external_id=said.ts, parts=(said.ts,))
    assert (await desk.copy(message, thread)).external_ids == (said.ts,)


@pytest.mark.parametrize(
    ("author", "shown"),
    [
        ("Sam Student", "Sam Student"),
        ("Asha Agent · staff", "Asha Agent staff"),
        ("Asha Agent • ＳＴＡＦＦ.", "Asha Agent STAFF."),
        ("Asha Agent \u200b·\u200b staff", "Asha Agent staff"),
        ("Mary Staff", "Mary Staff"),
        ("\u202e\n", "?"),
    ],
)
async def test_a_student_is_not_shown_as_staff_whatever_their_name(
    desk: Scene, ticket: Ticket, thread: Thread, author: str, shown: str
) -> None:
    await desk.say(ticket, thread, author=author)
    assert desk.said(thread)[0].username == shown


@pytest.mark.parametrize("author", ["x" * 200, "<!channel>", "", "&" * 90, "\u202e", "ж" * 90, "👩‍👩‍👧‍👦" * 30])
@pytest.mark.parametrize("avatar_url", [None, "javascript:alert(1)", "https://e.org/" + "x" * 3000, "no address"])
async def test_any_name_and_picture_is_made_one_that_slack_takes(
    desk: Scene, ticket: Ticket, thread: Thread, author: str, avatar_url: str | None
) -> None:
    await desk.say(ticket, thread, author=author, avatar_url=avatar_url, by_staff=True)
    [said] = desk.said(thread)
    assert said.username.endswith(" · staff") and said.icon_url is None
    assert desk.server.pings == []


async def test_a_long_text_is_several_messages_in_order(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    message, receipt = await desk.say(ticket, thread, LONG)
    said = desk.said(thread)
    assert len(said) == 3 == len(receipt.parts)
    assert " ".join(desk.texts(thread)) == LONG
    assert (await desk.copy(message, thread)).external_ids == tuple(one.ts for one in said)


async def test_no_mention_in_it_pings(desk: Scene, ticket: Ticket, thread: Thread, staff: Thread) -> None:
    loud = f"<!channel> <!here> <!everyone> @channel <@{desk.asha.id}> <!subteam^S012ABC> @asha <#C1>"
    words = Text((Paragraph((Bold((Mention(None, "everyone"),)), Plain(loud))),))
    for where in (thread, staff):
        for kind in MessageKind:
            parcel = desk.parcel(Intent.MESSAGE, spoken(text=words, author=loud, kind=kind), ticket, where)
            await desk.deliver(parcel)
            assert "<!channel>" in desk.texts(where)[-1]
    assert desk.server.pings == []


async def test_a_note_bears_a_sign_that_words_cannot_feign(desk: Scene, ticket: Ticket, staff: Thread) -> None:
    await desk.say(ticket, staff, "He called.", kind=MessageKind.NOTE)
    await desk.say(ticket, staff, "Note, for the staff alone", kind=MessageKind.REPLY)
    note, reply = desk.said(staff)
    assert [block["type"] for block in note.blocks] == ["context", "rich_text"]
    assert note.text == "Note, for the staff alone: He called."
    assert [block["type"] for block in reply.blocks] == ["rich_text"]


async def test_every_part_of_a_long_note_bears_the_sign(desk: Scene, ticket: Ticket, staff: Thread) -> None:
    await desk.say(ticket, staff, '&<>"' * 3_000, kind=MessageKind.NOTE)
    said = desk.said(staff)
    assert len(said) > 2
    assert all(one.blocks[0]["type"] == "context" for one in said)


async def test_what_says_nothing_is_nothing(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    assert await desk.deliver(desk.parcel(Intent.MESSAGE, spoken(""), ticket, thread)) == Receipt()


async def test_no_link_in_it_is_unfurled(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    await desk.say(ticket, thread, "See https://example.org/secret?token=1")
    [said] = desk.said(thread)
    assert not said.unfurl and not said.link_names and said.parse == "none"


# --- said once -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [0, 1, 2])
@pytest.mark.parametrize("applied", [True, False])
@pytest.mark.parametrize("kind", ["fail", "drop"])
@pytest.mark.parametrize("same_process", [True, False])
async def test_an_answer_lost_at_any_part_says_each_part_once(
    desk: Scene, ticket: Ticket, thread: Thread, after: int, applied: bool, kind: str, same_process: bool
) -> None:
    await desk.say(ticket, thread, "Before.")
    parcel = desk.parcel(Intent.MESSAGE, spoken(LONG), ticket, thread)
    desk.server.faults.delay(POST, 0, times=after)
    getattr(desk.server.faults, kind)(POST, applied=applied)
    with pytest.raises(Unknown):
        await desk.deliver(parcel)
    channel = desk.channel if same_process else desk.another_process()
    receipt = await desk.deliver(again(parcel, uncertain=True), channel)
    said = desk.said(thread)[1:]
    assert " ".join(one.text_shown for one in said) == LONG
    assert receipt.parts == tuple(one.ts for one in said)


async def test_the_same_attempt_twice_says_it_once(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    parcel = desk.parcel(Intent.MESSAGE, spoken(LONG), ticket, thread)
    first = await desk.deliver(parcel)
    for channel in (desk.channel, desk.another_process()):
        assert await desk.deliver(again(parcel, uncertain=True), channel) == first
    assert len(desk.said(thread)) == 3


async def test_slacks_own_fault_after_it_was_done_says_it_once(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    desk.server.faults.refuse(POST, "internal_error", applied=True)
    parcel = desk.parcel(Intent.MESSAGE, spoken(), ticket, thread)
    with pytest.raises(Unknown):
        await desk.deliver(parcel)
    await desk.deliver(again(parcel, uncertain=True))
    assert desk.texts(thread) == ["Look at page 3."]


async def test_a_rate_limit_between_parts_is_put_off_and_gone_on_with_without_a_look(
    desk: Scene, ticket: Ticket, thread: Thread
) -> None:
    channel = desk.another_process(desk.patient(Pacing(burst=100, patience=0)))
    desk.server.faults.delay(POST, 0)
    desk.server.faults.limit(POST, retry_after=1)
    parcel = desk.parcel(Intent.MESSAGE, spoken(LONG), ticket, thread)
    with pytest.raises(Retry) as caught:
        await desk.deliver(parcel, channel)
    assert caught.value.after == 1
    with pytest.raises(Retry):
        await desk.deliver(again(parcel), channel)
    assert len(desk.said(thread)) == 1
    # Another process has no memory of it, and no limit either.
    assert desk.server.called("conversations.replies") == []
    await desk.deliver(again(parcel, attempts=3))
    assert " ".join(desk.texts(thread)) == LONG


async def test_the_same_words_said_a_moment_before_are_not_taken_for_these(
    desk: Scene, ticket: Ticket, thread: Thread
) -> None:
    await desk.say(ticket, thread, "Yes.")
    desk.server.faults.fail(POST, applied=False)
    parcel = desk.parcel(Intent.MESSAGE, spoken("Yes."), ticket, thread)
    with pytest.raises(Unknown):
        await desk.deliver(parcel)
    await desk.deliver(again(parcel, uncertain=True))
    assert desk.texts(thread) == ["Yes.", "Yes."]


async def test_a_message_of_somebody_else_that_claims_the_key_is_not_taken_for_it(
    desk: Scene, ticket: Ticket, thread: Thread
) -> None:
    parcel = desk.parcel(Intent.MESSAGE, spoken("The real one."), ticket, thread)
    false = await desk.sam.write(desk.sam.dm, "A false one", thread=desk.root(thread))
    payload = {"key": parcel.key, "part": 0}
    false.metadata = {"event_type": "threaddesk_delivery", "event_payload": payload}
    await desk.deliver(again(parcel, uncertain=True))
    assert desk.texts(thread) == ["A false one", "The real one."]


async def test_a_thread_longer_than_a_page_is_looked_through(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    desk.server.settings.page = 3
    parcel = desk.parcel(Intent.MESSAGE, spoken("Once."), ticket, thread)
    for number in range(8):
        await desk.sam.write(desk.sam.dm, f"Meanwhile {number}", thread=desk.root(thread))
    desk.server.faults.drop(POST, applied=True)
    with pytest.raises(Unknown):
        await desk.deliver(parcel)
    await desk.deliver(again(parcel, uncertain=True), desk.another_process())
    assert desk.texts(thread).count("Once.") == 1


async def test_where_a_bot_may_not_read_threads_it_is_said_rather_twice_than_never(
    desk: Scene, ticket: Ticket, staff: Thread
) -> None:
    desk.server.hide_history("method_not_supported_for_channel_type")
    desk.server.faults.drop(POST, applied=True)
    parcel = desk.parcel(Intent.MESSAGE, spoken(), ticket, staff)
    with pytest.raises(Unknown):
        await desk.deliver(parcel)
    await desk.deliver(again(parcel, uncertain=True))
    assert desk.texts(staff) == ["Look at page 3."] * 2


# --- the thread gone -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("silent", [True, False])
async def test_words_for_a_thread_whose_card_was_deleted_stand_nowhere_else(
    desk: Scene, ticket: Ticket, thread: Thread, staff: Thread, silent: bool
) -> None:
    desk.server.settings.reply_to_missing = "unthread" if silent else "refuse"
    for where, place in ((thread, desk.sam.dm), (staff, desk.triage)):
        desk.remove(desk.root(where))
        with pytest.raises(Gone):
            await desk.deliver(desk.parcel(Intent.MESSAGE, spoken("Secret"), ticket, where))
        assert not any("Secret" in one.text_shown for one in place.messages.values() if not one.deleted)


async def test_under_a_deleted_card_with_answers_words_still_stand(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    await desk.say(ticket, thread, "First.")
    desk.remove(desk.root(thread))
    await desk.say(ticket, thread, "Second.")
    assert desk.texts(thread) == ["First.", "Second."]


@pytest.mark.parametrize("external_id", [None, "nowhere"])
async def test_a_thread_that_is_none_is_undeliverable(
    desk: Scene, ticket: Ticket, thread: Thread, external_id: str | None
) -> None:
    with pytest.raises(Undeliverable):
        await desk.channel.deliver(
            desk.parcel(Intent.MESSAGE, spoken(), ticket, replace(thread, external_id=external_id))
        )


# --- secrets -------------------------------------------------------------------------------------------------------


async def test_a_token_that_slack_does_not_know_is_told_of_and_everything_waits(
    staffed_template: Path, tmp_path: Path
) -> None:
    async with scene(staffed_template, tmp_path / "desk.db", token="xoxb-wrong") as desk:
        ticket = await desk.ticket()
        thread = await desk.bound(ticket)
        with pytest.raises(Retry) as caught:
            await desk.deliver(desk.parcel(Intent.CREATE_THREAD, card_of(ticket), ticket, thread))
        assert caught.value.after == 300
        assert desk.keys == ["slack:token"]
        assert "BOT_SLACK__BOT_TOKEN" in desk.reported[0][1]


async def test_no_error_and_no_log_shows_a_token_or_what_was_said(
    desk: Scene, ticket: Ticket, thread: Thread, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    faults, shown = desk.server.faults, ""
    for ordered in (
        lambda: faults.fail(POST),
        lambda: faults.drop(POST),
        lambda: faults.refuse(POST, "invalid_blocks"),
        lambda: faults.limit(POST, retry_after=30),
    ):
        ordered()
        with pytest.raises((Unknown, Undeliverable, Retry)) as caught:
            await desk.deliver(desk.parcel(Intent.MESSAGE, spoken("My grade is private"), ticket, thread))
        shown += "".join(traceback.format_exception(caught.value, chain=True)) + repr(caught.value.__cause__)
    shown += _own(caplog.records) + repr(desk.reported)
    assert desk.server.bot_token not in shown + caplog.text
    assert "private" not in _own(caplog.records) + repr(desk.reported)


def _own(records: list[Any]) -> str:
    """What the desk and slack_sdk logged; the database's own library tells all at this level."""
    return "".join(one.getMessage() for one in records if one.name.startswith(("adapters", "slack")))
