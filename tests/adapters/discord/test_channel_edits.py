"""What people said elsewhere, changed, taken back and reacted to in a thread on Discord."""

from datetime import UTC, datetime
from typing import Any

import pytest

from core.model.outbox import Intent
from core.model.thread import Audience, Copy, Message, Thread
from core.model.ticket import Ticket
from core.ports import Reacted, Receipt, Removal, Retry, Undeliverable, Unknown
from tests.adapters.discord.outbound import LONG, Scene, spoken


async def _edit(desk: Scene, ticket: Ticket, thread: Thread, message: Message, words: str, **more: Any) -> Receipt:
    copy = await desk.copy(message, thread)
    content = more.pop("content", spoken(words))
    return await desk.deliver(desk.parcel(Intent.EDIT, content, ticket, thread, copy=copy, message=message.id, **more))


def _contents(desk: Scene, thread: Thread) -> list[str]:
    return [one.content for one in desk.said(thread)]


# --- edited, taken back --------------------------------------------------------------------------------------------


async def test_an_edit_changes_the_words_where_they_stand(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    message, receipt = await desk.say(ticket, thread, files=(await desk.file(),))
    await _edit(desk, ticket, thread, message, "Page 4.", content=spoken("Page 4.", files=(await desk.file(),)))
    [said] = desk.said(thread)
    assert str(said.id) == receipt.external_id
    assert said.content == "Page 4." and len(said.attachments) == 1


async def test_an_edit_that_is_longer_adds_messages_and_one_that_is_shorter_takes_them_away(
    desk: Scene, ticket: Ticket, thread: Thread
) -> None:
    message, _ = await desk.say(ticket, thread)
    await _edit(desk, ticket, thread, message, LONG)
    assert " ".join(_contents(desk, thread)) == LONG
    ids = (await desk.copy(message, thread)).external_ids
    assert ids == tuple(str(one.id) for one in desk.said(thread))
    await _edit(desk, ticket, thread, message, "Short.")
    assert _contents(desk, thread) == ["Short."]
    assert (await desk.copy(message, thread)).external_ids == ids[:1]


async def test_an_edit_keeps_the_messages_that_bear_more_files(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    files = tuple([await desk.file(f"{n}.png") for n in range(12)])
    message, _ = await desk.say(ticket, thread, files=files)
    await _edit(desk, ticket, thread, message, "", content=spoken("Short.", files=files))
    assert [(one.content, len(one.attachments)) for one in desk.said(thread)] == [("Short.", 10), ("", 2)]


async def test_an_edit_whose_answer_was_lost_adds_its_messages_once(
    desk: Scene, ticket: Ticket, thread: Thread
) -> None:
    message, _ = await desk.say(ticket, thread)
    desk.server.faults.drop("POST", "/webhooks/**", applied=True)
    with pytest.raises(Unknown):
        await _edit(desk, ticket, thread, message, LONG)
    await _edit(desk, ticket, thread, message, LONG, attempts=2, uncertain=True)
    assert " ".join(_contents(desk, thread)) == LONG


async def test_a_members_own_message_is_never_edited(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    said = await desk.sam.say(desk.place(thread), "My own words")
    copy = Copy((await desk.office.say(ticket.id, "sam", "My own words")).id, thread.id, (str(said.id),))
    receipt = await desk.deliver(desk.parcel(Intent.EDIT, spoken("Others"), ticket, thread, copy=copy))
    assert receipt.parts == copy.external_ids
    assert said.content == "My own words"


async def test_an_edit_of_what_was_deleted_on_discord_does_nothing(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    message, _ = await desk.say(ticket, thread)
    desk.remove(desk.said(thread)[0])
    await _edit(desk, ticket, thread, message, "Page 4.")
    assert desk.said(thread) == []


async def test_an_edit_in_an_archived_thread_opens_it_for_that(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    message, _ = await desk.say(ticket, thread)
    desk.guild.archive(desk.place(thread), locked=True)
    await _edit(desk, ticket, thread, message, "Page 4.", over=True)
    assert _contents(desk, thread) == ["Page 4."]
    assert desk.place(thread).archived and desk.place(thread).locked


async def test_what_is_taken_back_goes_with_all_its_parts(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    message, _ = await desk.say(ticket, thread, LONG)
    copy = await desk.copy(message, thread)
    desk.remove(desk.said(thread)[1])
    await desk.deliver(desk.parcel(Intent.REMOVAL, Removal(), ticket, thread, copy=copy))
    assert desk.said(thread) == []


@pytest.mark.parametrize("refused", [(), ("manage_webhooks",)])
async def test_what_was_taken_back_while_nobody_knew_whether_it_was_said_goes_and_nothing_else_does(
    desk: Scene, ticket: Ticket, thread: Thread, refused: tuple[str, ...]
) -> None:
    since = datetime.now(UTC)
    desk.refuse(desk.help, *refused)
    await desk.say(ticket, thread, "Said before")
    await desk.say(ticket, thread, "By another", author="Lee Lead")
    desk.server.faults.drop("POST", "/channels/*/messages" if refused else "/webhooks/**", applied=True)
    taken_back = await desk.office.say(ticket.id, "asha", "Meant for another")
    more = {"message": taken_back.id, "since": since, "key": "b" * 24}
    with pytest.raises(Unknown):
        await desk.deliver(desk.parcel(Intent.MESSAGE, spoken("Meant for another"), ticket, thread, **more))
    assert len(desk.said(thread)) == 3
    removal = Removal(author="Asha Agent", by_staff=False)
    again = desk.parcel(Intent.MESSAGE, removal, ticket, thread, attempts=2, uncertain=True, **more)
    assert await desk.deliver(again) == Receipt()
    assert len(desk.said(thread)) == 2 and not any("Meant" in one.text for one in desk.said(thread))


async def test_a_members_own_message_that_is_taken_back_by_command_goes_as_well(
    desk: Scene, ticket: Ticket, thread: Thread
) -> None:
    said = await desk.sam.say(desk.place(thread), "Oh no")
    copy = Copy((await desk.office.say(ticket.id, "sam", "Oh no")).id, thread.id, (str(said.id),))
    await desk.deliver(desk.parcel(Intent.REMOVAL, Removal(), ticket, thread, copy=copy))
    assert said.deleted


async def test_without_manage_messages_the_webhook_takes_back_its_own_and_a_members_waits(
    desk: Scene, ticket: Ticket
) -> None:
    staff = await desk.thread(ticket, Audience.STAFF)
    desk.refuse(desk.triage, "manage_messages")
    message, _ = await desk.say(ticket, staff)
    copy = await desk.copy(message, staff)
    await desk.deliver(desk.parcel(Intent.REMOVAL, Removal(), ticket, staff, copy=copy))
    assert desk.said(staff) == []
    own = await desk.asha.say(desk.place(staff), "Oh no")
    copy = Copy(message.id, staff.id, (str(own.id),))
    with pytest.raises(Retry) as caught:
        await desk.deliver(desk.parcel(Intent.REMOVAL, Removal(), ticket, staff, copy=copy))
    assert caught.value.after == 300


# --- reactions -----------------------------------------------------------------------------------------------------


async def test_the_bots_reactions_are_made_what_people_set_elsewhere(
    desk: Scene, ticket: Ticket, thread: Thread
) -> None:
    message, _ = await desk.say(ticket, thread, LONG)
    copy = await desk.copy(message, thread)
    last = desk.said(thread)[-1]
    await desk.sam.react(last, "🎉")
    for emoji, shown in (
        (("👍", "❤️", ":party_parrot:", ":blob:"), ["👍", "❤", "🔸"]),
        (("❤",), ["❤"]),
        ((), []),
    ):
        await desk.deliver(desk.parcel(Intent.REACTIONS, Reacted(emoji), ticket, thread, copy=copy))
        own = [sign for sign, users in last.reactions.items() if desk.server.bot.id in users]
        assert [sign.replace("\ufe0f", "") for sign in own] == shown
    assert last.reactions == {"🎉": [desk.sam.id]}


async def test_an_emoji_that_discord_does_not_know_is_passed_over(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    message, _ = await desk.say(ticket, thread)
    copy = await desk.copy(message, thread)
    desk.server.faults.refuse("PUT", "/channels/*/messages/*/reactions/**", 10014)
    await desk.deliver(desk.parcel(Intent.REACTIONS, Reacted(("🫨", "👍")), ticket, thread, copy=copy))
    assert list(desk.said(thread)[0].reactions) == ["👍"]


async def test_reactions_that_are_not_allowed_step_aside(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    message, _ = await desk.say(ticket, thread)
    copy = await desk.copy(message, thread)
    desk.refuse(desk.help, "add_reactions")
    with pytest.raises(Undeliverable):
        await desk.deliver(desk.parcel(Intent.REACTIONS, Reacted(("👍",)), ticket, thread, copy=copy))
    assert desk.reported[-1][1].endswith("Permissions: Add Reactions.")
