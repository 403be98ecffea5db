"""What people said elsewhere, changed, taken back, reacted to and marked in a thread on Slack."""

from typing import Any

import pytest

from core.model.outbox import Intent
from core.model.thread import Copy, Message, MessageKind, Thread
from core.model.ticket import Ticket
from core.ports import Marked, Parcel, Reacted, Receipt, Removal, Retry, Undeliverable, Unknown
from tests.adapters.slack.outbound import LONG, Scene, again, spoken

POST = "chat.postMessage"


async def _edit(desk: Scene, ticket: Ticket, thread: Thread, message: Message, words: str, **more: Any) -> Receipt:
    copy = await desk.copy(message, thread)
    content = more.pop("content", spoken(words))
    return await desk.deliver(desk.parcel(Intent.EDIT, content, ticket, thread, copy=copy, message=message.id, **more))


async def _own(desk: Scene, ticket: Ticket, thread: Thread, words: str = "My own words") -> tuple[Any, Copy]:
    """What sam wrote in the thread himself."""
    written = await desk.sam.write(desk.sam.dm, words, thread=desk.root(thread))
    message = await desk.office.say(ticket.id, "sam", words)
    return written, Copy(message.id, thread.id, (written.ts,))


# --- edited --------------------------------------------------------------------------------------------------------


async def test_an_edit_changes_the_words_where_they_stand(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    files = (await desk.file(),)
    message, receipt = await desk.say(ticket, thread, files=files, by_staff=True)
    for _ in range(2):
        edited = await _edit(desk, ticket, thread, message, "", content=spoken("Page 4.", files=files))
        words, shown = desk.said(thread)
        assert (words.ts, words.text_shown, words.username) == (receipt.parts[0], "Page 4.", "Asha Agent · staff")
        assert edited.parts == receipt.parts and len(shown.files) == 1


async def test_an_edit_that_is_longer_adds_messages_and_one_that_is_shorter_takes_them_away(
    desk: Scene, ticket: Ticket, thread: Thread
) -> None:
    message, _ = await desk.say(ticket, thread)
    await _edit(desk, ticket, thread, message, LONG)
    assert " ".join(desk.texts(thread)) == LONG
    ids = (await desk.copy(message, thread)).external_ids
    assert ids == tuple(one.ts for one in desk.said(thread))
    await _edit(desk, ticket, thread, message, "Short.")
    assert desk.texts(thread) == ["Short."]
    assert (await desk.copy(message, thread)).external_ids == ids[:1]


async def test_an_edit_keeps_the_files_whatever_becomes_of_the_words(
    desk: Scene, ticket: Ticket, thread: Thread
) -> None:
    files = (await desk.file(),)
    message, receipt = await desk.say(ticket, thread, LONG, files=files)
    rest = receipt.parts[3:]
    edited = await _edit(desk, ticket, thread, message, "", content=spoken("", files=files))
    assert edited.parts == rest and [one.ts for one in desk.said(thread)] == [rest[-1]]
    edited = await _edit(desk, ticket, thread, message, "", content=spoken("Again.", files=files))
    assert desk.texts(thread)[1] == "Again." and edited.parts == (desk.said(thread)[1].ts, *rest)


async def test_an_edit_of_a_note_keeps_its_sign(desk: Scene, ticket: Ticket, staff: Thread) -> None:
    message, _ = await desk.say(ticket, staff, kind=MessageKind.NOTE)
    await _edit(desk, ticket, staff, message, "", content=spoken("Page 4.", kind=MessageKind.NOTE))
    [said] = desk.said(staff)
    assert said.blocks[0]["type"] == "context" and "Page 4." in said.text_shown


@pytest.mark.parametrize("applied", [True, False])
@pytest.mark.parametrize("method", [POST, "chat.update"])
async def test_an_edit_whose_answer_was_lost_is_made_once(
    desk: Scene, ticket: Ticket, thread: Thread, method: str, applied: bool
) -> None:
    message, _ = await desk.say(ticket, thread)
    desk.server.faults.drop(method, applied=applied)
    copy = await desk.copy(message, thread)
    parcel = desk.parcel(Intent.EDIT, spoken(LONG), ticket, thread, copy=copy, message=message.id)
    with pytest.raises(Unknown):
        await desk.deliver(parcel)
    await desk.deliver(again(parcel, uncertain=True), desk.another_process())
    assert " ".join(desk.texts(thread)) == LONG


async def test_a_members_own_message_is_never_edited(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    written, copy = await _own(desk, ticket, thread)
    receipt = await desk.deliver(desk.parcel(Intent.EDIT, spoken("Others"), ticket, thread, copy=copy))
    assert receipt.parts == copy.external_ids
    assert written.text_shown == "My own words" and len(desk.said(thread)) == 1


async def test_an_edit_of_what_was_deleted_on_slack_does_nothing(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    message, _ = await desk.say(ticket, thread)
    desk.remove(desk.said(thread)[0])
    await _edit(desk, ticket, thread, message, "Page 4.")
    assert desk.said(thread) == []


async def test_where_the_workspace_allows_no_late_edits_the_admins_hear_of_it(
    desk: Scene, ticket: Ticket, thread: Thread
) -> None:
    message, _ = await desk.say(ticket, thread)
    desk.server.settings.edit_window = -1
    with pytest.raises(Undeliverable, match="Message editing"):
        await _edit(desk, ticket, thread, message, "Page 4.")
    assert desk.keys == ["slack:editing"]
    desk.server.settings.edit_window = None
    await _edit(desk, ticket, thread, message, "Page 4.")
    assert "slack:editing" in desk.mended


async def test_an_edit_pings_nobody(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    message, _ = await desk.say(ticket, thread)
    await _edit(desk, ticket, thread, message, f"<!channel> <@{desk.asha.id}> @here")
    assert not any(one.pings for one in desk.said(thread))


# --- taken back ----------------------------------------------------------------------------------------------------


async def test_what_is_taken_back_goes_with_all_its_parts(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    message, _ = await desk.say(ticket, thread, LONG)
    copy = await desk.copy(message, thread)
    desk.remove(desk.said(thread)[1])
    for _ in range(2):
        await desk.deliver(desk.parcel(Intent.REMOVAL, Removal(), ticket, thread, copy=copy))
        assert desk.said(thread) == []


@pytest.mark.parametrize("same_process", [True, False])
async def test_what_was_taken_back_while_nobody_knew_whether_it_was_said_goes_and_nothing_else_does(
    desk: Scene, ticket: Ticket, thread: Thread, same_process: bool
) -> None:
    taken_back = await desk.office.say(ticket.id, "asha", "Meant for another")
    parcel = desk.parcel(Intent.MESSAGE, spoken("Meant for another"), ticket, thread, message=taken_back.id)
    await desk.say(ticket, thread, "Said before")
    desk.server.faults.drop(POST, applied=True)
    with pytest.raises(Unknown):
        await desk.deliver(parcel)
    assert len(desk.said(thread)) == 2
    removal = desk.parcel(
        Intent.MESSAGE,
        Removal(author="Asha Agent"),
        ticket,
        thread,
        message=taken_back.id,
        key=parcel.key,
        since=parcel.delivery.created_at,
        attempts=2,
        uncertain=True,
    )
    channel = desk.channel if same_process else desk.another_process()
    assert await desk.deliver(removal, channel) == Receipt()
    assert desk.texts(thread) == ["Said before"]


async def test_a_members_own_message_stays_and_loses_its_mark(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    written, copy = await _own(desk, ticket, thread)
    await desk.sam.react(written, "tada")
    await desk.deliver(desk.parcel(Intent.MARK, Marked(MessageKind.REPLY), ticket, thread, copy=copy))
    assert set(written.reactions) == {"tada", "white_check_mark"}
    await desk.deliver(desk.parcel(Intent.REMOVAL, Removal(), ticket, thread, copy=copy))
    assert not written.deleted and set(written.reactions) == {"tada"}


async def test_a_removal_that_slack_does_not_allow_is_not_lost(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    message, _ = await desk.say(ticket, thread)
    copy = await desk.copy(message, thread)
    desk.server.faults.refuse("chat.delete", "compliance_exports_prevent_deletion")
    with pytest.raises(Undeliverable, match="compliance_exports_prevent_deletion"):
        await desk.deliver(desk.parcel(Intent.REMOVAL, Removal(), ticket, thread, copy=copy))


# --- reactions and marks -------------------------------------------------------------------------------------------


def _ours(desk: Scene, message: Any) -> list[str]:
    return [name for name, users in message.reactions.items() if desk.server.bot_user in users]


async def test_the_apps_reactions_are_made_what_people_set_elsewhere(
    desk: Scene, ticket: Ticket, thread: Thread
) -> None:
    message, _ = await desk.say(ticket, thread, LONG, files=(await desk.file(),))
    copy = await desk.copy(message, thread)
    last = desk.said(thread)[2]
    await desk.sam.react(last, "tada")
    desk.server.add_emoji("party_parrot")
    for emoji, shown in (
        (("👍", "❤️", ":blob:", ":hop:", "👍🏽"), ["+1", "heart", "small_orange_diamond", "+1::skin-tone-4"]),
        ((":party_parrot:", "👍"), ["party_parrot", "+1"]),
        (("❤", "✅"), ["heart", "white_check_mark"]),
        ((), []),
    ):
        for _ in range(2):
            await desk.deliver(desk.parcel(Intent.REACTIONS, Reacted(emoji), ticket, thread, copy=copy))
            assert sorted(_ours(desk, last)) == sorted(shown)
    assert last.reactions == {"tada": [desk.sam.id]}


async def test_reactions_stand_under_the_files_where_there_are_no_words(
    desk: Scene, ticket: Ticket, thread: Thread
) -> None:
    message = await desk.office.say(ticket.id, "asha", "Files")
    content = spoken("", files=(await desk.file(),))
    await desk.deliver(desk.parcel(Intent.MESSAGE, content, ticket, thread, message=message.id))
    copy = await desk.copy(message, thread)
    await desk.deliver(desk.parcel(Intent.REACTIONS, Reacted(("👍",)), ticket, thread, copy=copy))
    assert _ours(desk, desk.said(thread)[0]) == ["+1"]
    nowhere = Copy(message.id, thread.id, copy.external_ids[:1])
    with pytest.raises(Undeliverable):
        await desk.deliver(desk.parcel(Intent.REACTIONS, Reacted(("👍",)), ticket, thread, copy=nowhere))


@pytest.mark.parametrize("error", ["invalid_name", "too_many_emoji", "too_many_reactions", "not_reactable"])
async def test_an_emoji_that_slack_does_not_take_is_passed_over(
    desk: Scene, ticket: Ticket, thread: Thread, error: str
) -> None:
    message, _ = await desk.say(ticket, thread)
    copy = await desk.copy(message, thread)
    desk.server.faults.refuse("reactions.add", error)
    await desk.deliver(desk.parcel(Intent.REACTIONS, Reacted(("🫨", "👍")), ticket, thread, copy=copy))
    stand_in = ["small_orange_diamond"] if error == "invalid_name" else []
    assert _ours(desk, desk.said(thread)[0]) == [*stand_in, "+1"]


@pytest.mark.parametrize(("kind", "mark"), [(MessageKind.REPLY, "white_check_mark"), (MessageKind.NOTE, "memo")])
async def test_a_message_is_marked_where_it_was_written_and_keeps_its_mark(
    desk: Scene, ticket: Ticket, thread: Thread, kind: MessageKind, mark: str
) -> None:
    written, copy = await _own(desk, ticket, thread)
    for _ in range(2):
        await desk.deliver(desk.parcel(Intent.MARK, Marked(kind), ticket, thread, copy=copy))
    assert _ours(desk, written) == [mark]
    for emoji in (("✅", "📝", "👍"), ()):
        await desk.deliver(desk.parcel(Intent.REACTIONS, Reacted(emoji), ticket, thread, copy=copy))
    assert mark in _ours(desk, written) and "+1" not in _ours(desk, written)


async def test_what_was_held_back_bears_a_replys_mark_alone_once_it_is_sent(
    desk: Scene, ticket: Ticket, thread: Thread
) -> None:
    written, copy = await _own(desk, ticket, thread)
    released = Marked(MessageKind.REPLY, was_held=True)
    for content in (Marked(MessageKind.NOTE), released, released):
        await desk.deliver(desk.parcel(Intent.MARK, content, ticket, thread, copy=copy))
    assert _ours(desk, written) == ["white_check_mark"]


async def test_what_is_gone_bears_no_sign(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    written, copy = await _own(desk, ticket, thread)
    desk.remove(written)
    for intent, content in ((Intent.MARK, Marked(MessageKind.REPLY)), (Intent.REACTIONS, Reacted(("👍",)))):
        assert await desk.deliver(desk.parcel(intent, content, ticket, thread, copy=copy)) == Receipt()


@pytest.mark.parametrize("kind", ["fail", "drop"])
async def test_a_sign_whose_answer_was_lost_is_set_once_more(
    desk: Scene, ticket: Ticket, thread: Thread, kind: str
) -> None:
    written, copy = await _own(desk, ticket, thread)
    parcel = desk.parcel(Intent.MARK, Marked(MessageKind.REPLY), ticket, thread, copy=copy)
    getattr(desk.server.faults, kind)("reactions.add", applied=True)
    with pytest.raises(Unknown):
        await desk.deliver(parcel)
    await desk.deliver(again(parcel, uncertain=True))
    assert _ours(desk, written) == ["white_check_mark"]


async def test_signs_that_are_not_allowed_step_aside(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    _, copy = await _own(desk, ticket, thread)
    desk.server.installed.scopes.remove("reactions:write")
    parcels: list[Parcel] = [
        desk.parcel(Intent.REACTIONS, Reacted(("👍",)), ticket, thread, copy=copy),
        desk.parcel(Intent.MARK, Marked(MessageKind.REPLY), ticket, thread, copy=copy),
    ]
    for parcel in parcels:
        with pytest.raises(Undeliverable, match="reactions:write"):
            await desk.deliver(parcel)
    assert set(desk.keys) == {"slack:scope:reactions:write"}
    desk.server.installed.scopes.add("reactions:write")
    await desk.deliver(parcels[1])
    assert "slack:scope:reactions:write" in desk.mended


async def test_a_rate_limit_on_signs_is_put_off(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    _, copy = await _own(desk, ticket, thread)
    desk.server.faults.limit("reactions.add", retry_after=20)
    with pytest.raises(Retry) as caught:
        await desk.deliver(desk.parcel(Intent.MARK, Marked(MessageKind.REPLY), ticket, thread, copy=copy))
    assert caught.value.after == 20
