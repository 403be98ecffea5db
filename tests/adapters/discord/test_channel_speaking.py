"""What people say elsewhere, in a thread on Discord: under their own name, whole, and once."""

import asyncio
import logging
import traceback
from pathlib import Path
from typing import Any

import pytest

from core.model.outbox import Intent
from core.model.thread import Audience, Message, MessageKind, Thread
from core.model.ticket import Ticket
from core.ports import Receipt, Removal, Retry, Undeliverable, Unknown
from core.text import Bold, Mention, Paragraph, Plain, Text
from tests.adapters.discord.outbound import LONG, Scene, card_of, scene, spoken


async def _edit(desk: Scene, ticket: Ticket, thread: Thread, message: Message, words: str, **more: Any) -> Receipt:
    copy = await desk.copy(message, thread)
    content = more.pop("content", spoken(words))
    return await desk.deliver(desk.parcel(Intent.EDIT, content, ticket, thread, copy=copy, message=message.id, **more))


def _contents(desk: Scene, thread: Thread) -> list[str]:
    return [one.content for one in desk.said(thread)]


# --- said ----------------------------------------------------------------------------------------------------------


async def test_it_stands_there_under_the_authors_name_and_picture(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    picture = "https://cdn.example.org/asha.png"
    _, receipt = await desk.say(ticket, thread, by_staff=True, avatar_url=picture)
    [said] = desk.said(thread)
    assert (said.name, said.avatar, said.content) == ("Asha Agent · staff", picture, "Look at page 3.")
    assert said.webhook.name == "Threaddesk"
    assert receipt == Receipt(external_id=str(said.id), parts=(str(said.id),))


@pytest.mark.parametrize(
    ("author", "shown"),
    [
        ("Sam Student", "Sam Student"),
        ("Asha Agent · staff", "Asha Agent staff"),
        ("Asha Agent • ＳＴＡＦＦ.", "Asha Agent STAFF."),
        ("Asha Agent (staff)", "Asha Agent staff)"),
        ("Mary Staff", "Mary Staff"),
        ("Falstaff", "Falstaff"),
    ],
)
async def test_a_student_is_not_shown_as_staff_whatever_their_name(
    desk: Scene, ticket: Ticket, thread: Thread, author: str, shown: str
) -> None:
    await desk.say(ticket, thread, author=author)
    assert desk.said(thread)[0].name == shown


@pytest.mark.parametrize("author", ["Clyde Discord", "x" * 200, "```", "everyone", "\u202e", "ж" * 90])
@pytest.mark.parametrize("avatar_url", [None, "javascript:alert(1)", "https://e.org/" + "x" * 3000, "no address"])
async def test_any_name_and_picture_is_made_one_that_discord_takes(
    desk: Scene, ticket: Ticket, thread: Thread, author: str, avatar_url: str | None
) -> None:
    await desk.say(ticket, thread, author=author, avatar_url=avatar_url, by_staff=True)
    assert len(desk.said(thread)) == 1


async def test_the_webhook_is_made_once_and_found_by_other_processes(
    desk: Scene, ticket: Ticket, thread: Thread
) -> None:
    await asyncio.gather(*(desk.say(ticket, thread, f"Number {n}") for n in range(5)))
    parcel = desk.parcel(Intent.MESSAGE, spoken(), ticket, thread)
    await desk.deliver(parcel, desk.another_process())
    assert len(desk.server.world.webhooks) == 1
    assert len(desk.said(thread)) == 6


async def test_a_webhook_that_somebody_deleted_is_made_anew(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    await desk.say(ticket, thread, "First.")
    desk.server.world.webhooks.clear()
    await desk.say(ticket, thread, "Second.")
    assert _contents(desk, thread) == ["First.", "Second."]


async def test_a_long_text_is_several_messages_in_order(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    message, receipt = await desk.say(ticket, thread, LONG)
    said = desk.said(thread)
    assert len(said) == 3 == len(receipt.parts)
    assert " ".join(one.content for one in said) == LONG
    assert (await desk.copy(message, thread)).external_ids == tuple(str(one.id) for one in said)


async def test_no_mention_in_it_pings(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    words = Text((Paragraph((Bold((Mention(None, "everyone"),)), Plain(f" @here <@{desk.sam.id}> <@&1>"))),))
    parcel = desk.parcel(Intent.MESSAGE, spoken(text=words, author="@everyone"), ticket, thread)
    await desk.deliver(parcel)
    assert not any(message.pinged for message in desk.server.messages)


async def test_notes_stand_in_the_staffs_thread(desk: Scene, ticket: Ticket) -> None:
    staff = await desk.thread(ticket, Audience.STAFF)
    parcel = desk.parcel(Intent.MESSAGE, spoken("He called.", kind=MessageKind.NOTE), ticket, staff)
    await desk.deliver(parcel)
    assert [(one.name, one.content) for one in desk.said(staff)] == [("Asha Agent", "He called.")]


async def test_what_says_nothing_is_nothing(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    assert await desk.deliver(desk.parcel(Intent.MESSAGE, spoken(""), ticket, thread)) == Receipt()


# --- files ---------------------------------------------------------------------------------------------------------


async def test_files_go_with_the_words(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    files = (await desk.file("a.png", b"1"), await desk.file("b.png", b"22"))
    await desk.say(ticket, thread, files=files)
    [said] = desk.said(thread)
    assert [(one.filename, one.data) for one in said.attachments] == [("a.png", b"1"), ("b.png", b"22")]


async def test_files_without_words_are_a_message(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    await desk.deliver(desk.parcel(Intent.MESSAGE, spoken("", files=(await desk.file(),)), ticket, thread))
    [said] = desk.said(thread)
    assert said.content == "" and len(said.attachments) == 1


async def test_more_than_ten_files_are_several_messages(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    files = tuple([await desk.file(f"{n}.png") for n in range(12)])
    _, receipt = await desk.say(ticket, thread, files=files)
    assert [len(one.attachments) for one in desk.said(thread)] == [10, 2]
    assert len(receipt.parts) == 2


@pytest.mark.parametrize("known_before", [True, False])
async def test_a_file_too_large_for_discord_is_a_line_with_the_way_to_it(
    desk: Scene, ticket: Ticket, thread: Thread, known_before: bool
) -> None:
    if not known_before:
        desk.server.settings.upload_limit = 4
    large = await desk.file("film.png", b"x" * (10 * 1024 * 1024 + 1) if known_before else b"large")
    small = await desk.file("a.png", b"1")
    message, _ = await desk.say(ticket, thread, files=(large, small))
    [said] = desk.said(thread)
    assert said.content.startswith("Look at page 3.\nToo large for Discord: film.png")
    assert said.content.endswith(f"<https://desk.example.org/t/{ticket.ref}>")
    assert [one.filename for one in said.attachments] == (["a.png"] if known_before else [])
    content = spoken("Look at page 4.", files=(large, small))
    await _edit(desk, ticket, thread, message, "", content=content)
    [said] = desk.said(thread)
    assert said.content.startswith("Look at page 4.\nToo large for Discord: film.png")


# --- said once -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [0, 1, 2])
@pytest.mark.parametrize("applied", [True, False])
@pytest.mark.parametrize("kind", ["fail", "drop"])
async def test_an_answer_lost_at_any_part_says_each_part_once(
    desk: Scene, ticket: Ticket, thread: Thread, after: int, applied: bool, kind: str
) -> None:
    await desk.say(ticket, thread, "Before.")
    parcel = desk.parcel(Intent.MESSAGE, spoken(LONG), ticket, thread, key="a" * 24)
    desk.server.faults.delay("POST", "/webhooks/**", 0, times=after)
    getattr(desk.server.faults, kind)("POST", "/webhooks/**", applied=applied)
    with pytest.raises(Unknown):
        await desk.deliver(parcel)
    again = desk.parcel(Intent.MESSAGE, spoken(LONG), ticket, thread, key="a" * 24, attempts=2, uncertain=True)
    receipt = await desk.deliver(again, desk.another_process())
    said = desk.said(thread)[1:]
    assert " ".join(one.content for one in said) == LONG
    assert receipt.parts == tuple(str(one.id) for one in said)


async def test_a_rate_limit_between_parts_is_put_off_and_gone_on_with(
    desk: Scene, ticket: Ticket, thread: Thread
) -> None:
    desk.server.faults.delay("POST", "/webhooks/**", 0)
    desk.server.faults.limit("POST", "/webhooks/**", retry_after=0.01)
    with pytest.raises(Retry) as caught:
        await desk.deliver(desk.parcel(Intent.MESSAGE, spoken(LONG), ticket, thread))
    assert caught.value.after == 0.01
    assert len(desk.said(thread)) == 1
    await asyncio.sleep(0.02)
    await desk.deliver(desk.parcel(Intent.MESSAGE, spoken(LONG), ticket, thread, attempts=2))
    assert " ".join(_contents(desk, thread)) == LONG


async def test_the_same_words_said_a_moment_before_are_not_taken_for_these(
    desk: Scene, ticket: Ticket, thread: Thread
) -> None:
    await desk.say(ticket, thread, "Yes.")
    desk.server.faults.fail("POST", "/webhooks/**", applied=False)
    parcel = desk.parcel(Intent.MESSAGE, spoken("Yes."), ticket, thread)
    with pytest.raises(Unknown):
        await desk.deliver(parcel)
    await desk.deliver(desk.parcel(Intent.MESSAGE, spoken("Yes."), ticket, thread, attempts=2, uncertain=True))
    assert _contents(desk, thread) == ["Yes.", "Yes."]


@pytest.mark.parametrize("webhooks", [True, False])
@pytest.mark.parametrize(("before", "now"), [("Page 3.", "Page 4."), (LONG, "Page 4."), ("Page 3.", LONG)])
async def test_words_changed_before_it_is_known_that_they_were_said_are_there_once_as_they_are_now(
    desk: Scene, ticket: Ticket, thread: Thread, before: str, now: str, webhooks: bool
) -> None:
    if not webhooks:
        desk.refuse(desk.help, "manage_webhooks")
    await desk.say(ticket, thread, "Before.")
    path = "/webhooks/**" if webhooks else "/channels/*/messages"
    if before == LONG:
        desk.server.faults.delay("POST", path, 0)
    desk.server.faults.drop("POST", path, applied=True)
    more = {"key": "a" * 24}
    with pytest.raises(Unknown):
        await desk.deliver(desk.parcel(Intent.MESSAGE, spoken(before), ticket, thread, **more))
    again = desk.parcel(Intent.MESSAGE, spoken(now), ticket, thread, **more, attempts=2, uncertain=True)
    receipt = await desk.deliver(again, desk.another_process())
    said = [one for one in desk.said(thread)[1:] if not one.deleted]
    assert " ".join(one.content if webhooks else one.embeds[0]["description"] for one in said) == now
    assert receipt.parts == tuple(str(one.id) for one in said)


# --- without webhooks ----------------------------------------------------------------------------------------------


async def test_without_webhooks_the_bot_says_it_and_the_admins_hear_of_it_once(
    desk: Scene, ticket: Ticket, thread: Thread
) -> None:
    desk.refuse(desk.help, "manage_webhooks")
    picture = "https://cdn.example.org/asha.png"
    await desk.say(ticket, thread, avatar_url=picture)
    await desk.say(ticket, thread, "And page 4.", by_staff=True)
    first, second = desk.said(thread)
    assert first.author is desk.server.bot and first.content == ""
    assert first.embeds[0]["author"] == {"name": "Asha Agent", "icon_url": picture}
    assert first.embeds[0]["description"] == "Look at page 3."
    assert second.embeds[0]["author"] == {"name": "Asha Agent · staff"}
    [(key, sentence)] = desk.reported
    assert key == f"discord:permission:{desk.help.id}"
    assert "#help" in sentence and "Manage Webhooks" in sentence
    assert key not in desk.mended


async def test_webhooks_that_are_allowed_again_are_used_and_the_trouble_is_over(
    desk: Scene, ticket: Ticket, thread: Thread
) -> None:
    desk.refuse(desk.help, "manage_webhooks")
    await desk.say(ticket, thread)
    desk.allow_again(desk.help)
    await desk.deliver(desk.parcel(Intent.MESSAGE, spoken(), ticket, thread), desk.another_process())
    assert desk.said(thread)[1].webhook is not None
    assert f"discord:permission:{desk.help.id}" in desk.mended


async def test_a_channel_with_all_its_webhooks_taken_is_told_of(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    desk.server.faults.refuse("POST", "/channels/*/webhooks", 30007)
    await desk.say(ticket, thread)
    assert desk.said(thread)[0].author is desk.server.bot
    assert "all the webhooks" in desk.reported[0][1]


@pytest.mark.parametrize("nonce_life", [180.0, 0.0])
async def test_what_the_bot_said_itself_is_said_once_too(
    desk: Scene, ticket: Ticket, thread: Thread, nonce_life: float
) -> None:
    desk.server.settings.nonce_life = nonce_life
    desk.refuse(desk.help, "manage_webhooks")
    desk.server.faults.delay("POST", "/channels/*/messages", 0)
    desk.server.faults.drop("POST", "/channels/*/messages", applied=True)
    more = {"key": "a" * 24}
    with pytest.raises(Unknown):
        await desk.deliver(desk.parcel(Intent.MESSAGE, spoken(LONG), ticket, thread, **more))
    await desk.deliver(desk.parcel(Intent.MESSAGE, spoken(LONG), ticket, thread, **more, attempts=2, uncertain=True))
    assert " ".join(one.embeds[0]["description"] for one in desk.said(thread)) == LONG


async def test_what_the_bot_said_itself_is_edited_and_taken_back(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    desk.refuse(desk.help, "manage_webhooks")
    message, _ = await desk.say(ticket, thread)
    await _edit(desk, ticket, thread, message, "Page 4.")
    [said] = desk.said(thread)
    assert said.embeds[0]["description"] == "Page 4."
    copy = await desk.copy(message, thread)
    await desk.deliver(desk.parcel(Intent.REMOVAL, Removal(), ticket, thread, copy=copy, message=message.id))
    assert desk.said(thread) == []


# --- permission taken away, secrets --------------------------------------------------------------------------------


async def test_words_that_may_not_be_said_wait_until_they_may(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    desk.refuse(desk.help, "send_messages", "send_messages_in_threads", "manage_webhooks")
    with pytest.raises(Retry, match="Send Messages in Threads") as caught:
        await desk.deliver(desk.parcel(Intent.MESSAGE, spoken(), ticket, thread))
    assert caught.value.after == 300
    assert set(desk.keys) == {f"discord:permission:{desk.help.id}"}
    desk.allow_again(desk.help)
    other = desk.another_process()
    await desk.deliver(desk.parcel(Intent.MESSAGE, spoken(), ticket, thread, attempts=2), other)
    assert _contents(desk, thread) == ["Look at page 3."]
    assert f"discord:permission:{desk.help.id}" in desk.mended


async def test_a_token_that_discord_does_not_know_is_told_of_and_everything_waits(
    staffed_template: Path, tmp_path: Path
) -> None:
    async with scene(staffed_template, tmp_path / "desk.db", token="bad.token.here") as desk:
        ticket = await desk.ticket()
        thread = await desk.bound(ticket)
        with pytest.raises(Retry) as caught:
            await desk.deliver(desk.parcel(Intent.CREATE_THREAD, card_of(ticket), ticket, thread))
        assert caught.value.after == 300
        assert desk.keys == ["discord:token"]
        assert "BOT_DISCORD__TOKEN" in desk.reported[0][1]


async def test_no_error_and_no_log_shows_a_token(
    desk: Scene, ticket: Ticket, thread: Thread, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await desk.say(ticket, thread)
    [hook] = desk.server.world.webhooks.values()
    faults = desk.server.faults
    shown = ""
    for ordered in (
        lambda: faults.fail("POST", "/webhooks/**"),
        lambda: faults.drop("POST", "/webhooks/**"),
        lambda: faults.refuse("POST", "/webhooks/**", 50035),
        lambda: faults.limit("POST", "/webhooks/**", retry_after=0.01),
    ):
        ordered()
        with pytest.raises((Unknown, Undeliverable, Retry)) as caught:
            await desk.deliver(desk.parcel(Intent.MESSAGE, spoken(), ticket, thread))
        shown += "".join(traceback.format_exception(caught.value, chain=True)) + repr(caught.value.__cause__)
    shown += caplog.text + repr(desk.reported)
    assert hook.token not in shown and desk.server.token not in shown
