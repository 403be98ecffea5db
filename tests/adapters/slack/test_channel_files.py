"""Files in a thread on Slack: brought there once, with their author's name, told of where Slack takes none."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from adapters.slack.sending import files as sending
from core.model.outbox import Intent
from core.model.thread import Audience, MessageKind, Thread
from core.model.ticket import Ticket
from core.ports import Gone, Removal, Retry, Unknown
from tests.adapters.slack.outbound import LONG, PAGE, Scene, again, card_of, spoken

UPLOAD, COMPLETE, INFO = "files.getUploadURLExternal", "files.completeUploadExternal", "files.info"


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack takes hundredths of a second here, not whole ones."""
    monkeypatch.setattr(sending, "_LOOKS", (0.0, 0.03, 0.06))


def _names(message: Any) -> list[tuple[str, bytes]]:
    return [(one.title, one.data) for one in message.files]


def _files(desk: Scene) -> list[Any]:
    """All that are on Slack."""
    return [one for one in desk.server.world.files.values() if not one.deleted]


async def test_files_come_after_the_words_as_one_message(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    files = (await desk.file("a.png", b"1"), await desk.file("b.png", b"22"))
    message, receipt = await desk.say(ticket, thread, files=files)
    words, shown = desk.said(thread)
    assert words.text_shown == "Look at page 3."
    assert _names(shown) == [("a.png", b"1"), ("b.png", b"22")] and shown.text == ""
    ids = tuple(one.id for one in shown.files)
    assert receipt.parts == (words.ts, *ids, shown.ts) == (await desk.copy(message, thread)).external_ids


@pytest.mark.parametrize(
    ("kind", "comment"),
    [
        (MessageKind.REPLY, "From <!channel> Asha · staff"),
        (MessageKind.NOTE, "Note, for the staff alone, from <!channel> Asha · staff"),
    ],
)
async def test_files_without_words_say_from_whom_they_are(
    desk: Scene, ticket: Ticket, staff: Thread, kind: MessageKind, comment: str
) -> None:
    content = spoken("", files=(await desk.file(),), author="<!channel> Asha", by_staff=True, kind=kind)
    receipt = await desk.deliver(desk.parcel(Intent.MESSAGE, content, ticket, staff))
    [shown] = desk.said(staff)
    assert shown.text_shown == comment and desk.server.pings == []
    assert receipt.parts == (shown.files[0].id, shown.ts)


async def test_a_files_name_pings_nobody(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    name = f"<!channel> @here <@{desk.asha.id}>.png"
    large = await desk.file(name, b"x" * 6)
    small = await desk.file(name)
    channel = desk.another_process(max_file_bytes=5)
    await desk.deliver(desk.parcel(Intent.MESSAGE, spoken(files=(large, small)), ticket, thread), channel)
    assert name in desk.texts(thread)[0]
    assert desk.server.pings == []


# --- what Slack does not take --------------------------------------------------------------------------------------


async def test_a_file_too_large_is_a_line_with_the_way_to_it(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    files = (await desk.file("film.png", b"x" * 6), await desk.file("a.png", b"1"))
    channel = desk.another_process(max_file_bytes=5)
    message = await desk.office.say(ticket.id, "asha", "Here")
    parcel = desk.parcel(Intent.MESSAGE, spoken(files=files), ticket, thread, message=message.id)
    await desk.deliver(parcel, channel)
    words, shown = desk.said(thread)
    assert "Look at page 3." in words.text_shown and "Not on Slack: film.png." in words.text_shown
    assert f"{PAGE}{ticket.ref}" in str(words.blocks)
    assert _names(shown) == [("a.png", b"1")]
    copy = await desk.copy(message, thread)
    edit = desk.parcel(Intent.EDIT, spoken("Page 4.", files=files), ticket, thread, copy=copy, message=message.id)
    assert (await desk.deliver(edit, channel)).parts == copy.external_ids
    assert "Page 4." in words.text_shown and "Not on Slack: film.png." in words.text_shown


@pytest.mark.parametrize(
    ("method", "error"),
    [
        (UPLOAD, "file_uploads_disabled"),
        (UPLOAD, "file_upload_size_restricted"),
        (COMPLETE, "storage_limit_reached"),
        (COMPLETE, "file_type_not_supported"),
        (COMPLETE, "slack_connect_file_upload_sharing_blocked"),
    ],
)
async def test_where_slack_takes_no_file_the_words_go_with_the_way_to_it(
    desk: Scene, ticket: Ticket, thread: Thread, method: str, error: str
) -> None:
    desk.server.faults.refuse(method, error)
    files = (await desk.file("a.png"), await desk.file("b.png"))
    message, receipt = await desk.say(ticket, thread, files=files)
    words, line = desk.said(thread)
    assert line.text_shown.startswith("Not on Slack: a.png, b.png.") and line.username == "Asha Agent"
    assert receipt.parts == (words.ts, line.ts)
    assert _files(desk) == [] and desk.reported == []
    edit = desk.parcel(
        Intent.EDIT,
        spoken("Page 4.", files=files),
        ticket,
        thread,
        copy=await desk.copy(message, thread),
        message=message.id,
    )
    assert (await desk.deliver(edit)).parts == (words.ts,)
    assert [line.split("\n")[0] for line in desk.texts(thread)] == ["Page 4."]
    assert "Not on Slack: a.png, b.png." in words.text_shown


async def test_without_the_scope_the_words_go_and_the_admins_hear_of_it(
    desk: Scene, ticket: Ticket, thread: Thread
) -> None:
    desk.server.installed.scopes.remove("files:write")
    await desk.say(ticket, thread, files=(await desk.file("a.png"),))
    assert "Not on Slack: a.png." in desk.texts(thread)[1]
    [(key, sentence)] = desk.reported
    assert key == "slack:scope:files:write" and "Reinstall to Workspace" in sentence
    assert key not in desk.mended
    desk.server.installed.scopes.add("files:write")
    await desk.say(ticket, thread, files=(await desk.file("b.png"),))
    assert key in desk.mended


async def test_without_the_right_to_look_a_file_counts_as_shared(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    desk.server.installed.scopes.remove("files:read")
    _, receipt = await desk.say(ticket, thread, files=(await desk.file("a.png"),))
    await desk.server.until(lambda: len(desk.said(thread)) == 2)
    words, shown = desk.said(thread)
    assert receipt.parts == (words.ts, shown.files[0].id)


async def test_an_upload_that_something_between_refuses_is_a_line_too(
    desk: Scene, ticket: Ticket, thread: Thread
) -> None:
    desk.server.faults.fail("upload", status=413)
    await desk.say(ticket, thread, files=(await desk.file("a.png"),))
    assert "Not on Slack: a.png." in desk.texts(thread)[1]


async def test_another_refusal_of_a_file_holds_up_no_words_and_is_no_secret(
    desk: Scene, ticket: Ticket, thread: Thread, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.server.faults.refuse(COMPLETE, "invalid_arguments")
    _, receipt = await desk.say(ticket, thread, files=(await desk.file("a.png"),))
    words, line = desk.said(thread)
    assert "Not on Slack: a.png." in line.text_shown and receipt.parts == (words.ts, line.ts)
    assert "invalid_arguments" in capsys.readouterr().out


# --- shared once ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", [UPLOAD, "upload", COMPLETE, INFO])
@pytest.mark.parametrize("applied", [True, False])
@pytest.mark.parametrize("kind", ["fail", "drop"])
@pytest.mark.parametrize("same_process", [True, False])
async def test_an_answer_lost_anywhere_leaves_each_file_there_once(
    desk: Scene, ticket: Ticket, thread: Thread, method: str, applied: bool, kind: str, same_process: bool
) -> None:
    await desk.say(ticket, thread, "Before.", files=(await desk.file("a.png", b"1"),))
    files = (await desk.file("a.png", b"1"), await desk.file("b.png", b"22"))
    parcel = desk.parcel(Intent.MESSAGE, spoken(files=files), ticket, thread)
    # What only asks is asked again by aiohttp where a connection breaks.
    getattr(desk.server.faults, kind)(method, applied=applied, times=9 if method == INFO else 1)
    with pytest.raises((Unknown, Retry)) as caught:
        await desk.deliver(parcel)
    desk.server.faults.clear()
    await asyncio.sleep(0.05)
    channel = desk.channel if same_process else desk.another_process()
    receipt = await desk.deliver(again(parcel, uncertain=isinstance(caught.value, Unknown)), channel)
    *_, words, shown = desk.said(thread)
    assert len(desk.said(thread)) == 4
    assert _names(shown) == [("a.png", b"1"), ("b.png", b"22")]
    assert receipt.parts == (words.ts, *(one.id for one in shown.files), shown.ts)
    assert len(_files(desk)) == 3


async def test_the_same_files_of_a_message_before_are_not_taken_for_these(
    desk: Scene, ticket: Ticket, thread: Thread
) -> None:
    for number in range(2):
        message = await desk.office.say(ticket.id, "asha", f"Number {number}")
        content = spoken("", files=(await desk.file("a.png", b"1"),))
        parcel = desk.parcel(Intent.MESSAGE, content, ticket, thread, message=message.id)
        await desk.deliver(again(parcel, uncertain=True), desk.another_process())
    assert len(desk.said(thread)) == 2


async def test_what_slack_forgot_is_brought_again(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    desk.server.faults.refuse(COMPLETE, "file_not_found")
    parcel = desk.parcel(Intent.MESSAGE, spoken(files=(await desk.file(),)), ticket, thread)
    with pytest.raises(Retry):
        await desk.deliver(parcel)
    await desk.deliver(again(parcel))
    assert len(desk.server.called(UPLOAD)) == 2
    assert len(desk.said(thread)) == 2


async def test_files_that_slack_is_slow_to_show_are_waited_for(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    desk.server.settings.file_share_delay = 0.3
    parcel = desk.parcel(Intent.MESSAGE, spoken(files=(await desk.file(),)), ticket, thread)
    with pytest.raises(Retry) as caught:
        await desk.deliver(parcel)
    assert caught.value.after == 5
    await desk.server.until(lambda: len(desk.said(thread)) == 2)
    receipt = await desk.deliver(again(parcel))
    assert receipt.parts[-1] == desk.said(thread)[1].ts
    assert len(desk.server.called(COMPLETE)) == 1


async def test_files_that_slack_never_shows_are_told_of(
    desk: Scene, ticket: Ticket, thread: Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.server.lose_shares()
    parcel = desk.parcel(Intent.MESSAGE, spoken(files=(await desk.file("a.png"),)), ticket, thread)
    with pytest.raises(Retry):
        await desk.deliver(parcel)
    monkeypatch.setattr(sending, "_GIVEN_UP", 0.0)
    await desk.deliver(again(parcel))
    assert "Not on Slack: a.png." in desk.texts(thread)[1]
    assert _files(desk) == []


@pytest.mark.parametrize("silent", [True, False])
async def test_files_for_a_thread_whose_card_was_deleted_stand_nowhere_else(
    desk: Scene, ticket: Ticket, thread: Thread, silent: bool
) -> None:
    desk.server.settings.reply_to_missing = "unthread" if silent else "refuse"
    desk.remove(desk.root(thread))
    with pytest.raises((Gone, Retry)):
        await desk.deliver(desk.parcel(Intent.MESSAGE, spoken("", files=(await desk.file(),)), ticket, thread))
    assert _files(desk) == [] or not silent


# --- taken back ----------------------------------------------------------------------------------------------------


async def test_files_that_are_taken_back_are_deleted(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    message, _ = await desk.say(ticket, thread, LONG, files=(await desk.file(),))
    removal = desk.parcel(Intent.REMOVAL, Removal(), ticket, thread, copy=await desk.copy(message, thread))
    for parcel in (removal, again(removal, uncertain=True)):
        await desk.deliver(parcel)
        assert desk.said(thread) == [] and _files(desk) == []


@pytest.mark.parametrize("same_process", [True, False])
async def test_files_taken_back_while_nobody_knew_whether_they_were_shared_go_and_no_others(
    desk: Scene, ticket: Ticket, thread: Thread, same_process: bool
) -> None:
    other = await desk.file("other.png", b"other")
    await desk.deliver(desk.parcel(Intent.MESSAGE, spoken("Before"), ticket, thread, message=None))
    kept = await desk.office.say(ticket.id, "asha", "Kept")
    parcel = desk.parcel(Intent.MESSAGE, spoken("Kept", files=(other,)), ticket, thread, message=kept.id)
    await desk.deliver(parcel)
    gone = await desk.office.say(ticket.id, "asha", "Meant for another")
    files = (await desk.file("password.png"),)
    parcel = desk.parcel(Intent.MESSAGE, spoken("Meant for another", files=files), ticket, thread, message=gone.id)
    desk.server.faults.drop(COMPLETE, applied=True)
    with pytest.raises(Unknown):
        await desk.deliver(parcel)
    await desk.server.until(lambda: len(desk.said(thread)) == 5)
    removal = replace(again(parcel, uncertain=True), content=Removal(author="Asha Agent"))
    await desk.deliver(removal, desk.channel if same_process else desk.another_process())
    assert desk.texts(thread)[:2] == ["Before", "Kept"] and len(desk.said(thread)) == 3
    assert [one.title for one in _files(desk)] == ["other.png"]


async def test_a_removed_scope_holds_the_taking_back_until_it_is_there(
    desk: Scene, ticket: Ticket, thread: Thread
) -> None:
    message, _ = await desk.say(ticket, thread, files=(await desk.file(),))
    copy = await desk.copy(message, thread)
    desk.server.installed.scopes.remove("files:write")
    with pytest.raises(Retry, match="files:write"):
        await desk.deliver(desk.parcel(Intent.REMOVAL, Removal(), ticket, thread, copy=copy))


# --- a thread's first files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("audience", [Audience.REQUESTER, Audience.STAFF])
async def test_what_the_ticket_was_opened_with_stands_under_the_card(
    desk: Scene, ticket: Ticket, audience: Audience
) -> None:
    files = (await desk.file("a.png", b"first"), await desk.file("b.png", b"second"))
    thread = await desk.thread(ticket, audience, files=files)
    [shown] = desk.said(thread)
    assert _names(shown) == [("a.png", b"first"), ("b.png", b"second")]
    assert thread.cursor == thread.card


async def test_opening_files_that_slack_does_not_take_are_a_line_under_the_card(desk: Scene, ticket: Ticket) -> None:
    desk.server.faults.refuse(COMPLETE, "storage_limit_reached")
    desk.server.faults.drop("chat.postMessage", applied=True, where=lambda args: "thread_ts" in args)
    bound = await desk.bound(ticket)
    files = (await desk.file("a.png"),)
    parcel = desk.parcel(Intent.CREATE_THREAD, card_of(ticket), ticket, bound, files=files)
    with pytest.raises(Unknown):
        await desk.deliver(parcel)
    desk.server.faults.refuse(COMPLETE, "storage_limit_reached")
    await desk.deliver(again(parcel, uncertain=True))
    [line] = desk.said(await desk.again(bound))
    assert line.text_shown.startswith("Not on Slack: a.png.")


@pytest.mark.parametrize("method", [UPLOAD, "upload", COMPLETE, INFO])
@pytest.mark.parametrize("applied", [True, False])
async def test_a_thread_broken_off_at_its_files_is_gone_on_with(
    desk: Scene, ticket: Ticket, method: str, applied: bool
) -> None:
    bound = await desk.bound(ticket)
    files = (await desk.file("a.png"), await desk.file("b.png"))
    parcel = desk.parcel(Intent.CREATE_THREAD, card_of(ticket), ticket, bound, files=files)
    desk.server.faults.fail(method, applied=applied)
    with pytest.raises((Unknown, Retry)):
        await desk.deliver(parcel)
    await asyncio.sleep(0.05)
    await desk.deliver(again(parcel, uncertain=True), desk.another_process())
    assert len(desk.sam.reads(desk.sam.dm)) == 1
    assert len(desk.said(await desk.again(bound))) == 1 and len(_files(desk)) == 2
