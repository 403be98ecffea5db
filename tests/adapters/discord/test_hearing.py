"""What a message says besides its words, as far as the stand-in Discord cannot show it."""

from typing import Any

import discord

from adapters.discord.hearing.messages import is_said, text_of
from tests.adapters.discord.hall import Hall


def message(**more: Any) -> discord.Message:
    client = discord.Client(intents=discord.Intents.none())
    author = {"id": "7", "username": "sam", "discriminator": "0", "avatar": None}
    data: Any = {
        "id": "1234567890123456789",
        "type": 0,
        "content": "",
        "author": author,
        "mentions": [],
        "mention_roles": [],
        **more,
    }
    channel = client.get_partial_messageable(5)
    return discord.Message(state=client._connection, channel=channel, data=data)  # type: ignore[arg-type] # as PartialMessageable


async def test_a_poll_is_told_with_its_answers(hall: Hall) -> None:
    answers = [{"answer_id": n, "poll_media": {"text": text}} for n, text in enumerate(("Monday", "Friday"), start=1)]
    answers.append({"answer_id": 3, "poll_media": {"text": "Never", "emoji": {"id": "1", "name": "blob"}}})
    poll = {
        "question": {"text": "When is *your* exam?"},
        "answers": answers,
        "expiry": "2026-03-03T09:00:00+00:00",
        "allow_multiselect": False,
        "layout_type": 1,
    }
    text = await text_of(message(poll=poll), hall.office.store, [])
    jump = "https://discord.com/channels/@me/5/1234567890123456789"
    assert text.plain() == f"Poll ({jump}): When is *your* exam?\n\n- Monday\n- Friday\n- :blob: Never"


async def test_an_answer_to_what_is_gone_quotes_nothing(hall: Hall) -> None:
    reference = {"message_id": "1234567890123456780", "channel_id": "5"}
    answer = message(type=19, content="Yes", message_reference=reference, referenced_message=None)
    assert is_said(answer)
    assert (await text_of(answer, hall.office.store, [])).plain() == "Yes"


def test_discords_own_lines_are_not_said_by_anybody() -> None:
    added, pinned, started = 1, 6, 21
    assert not any(is_said(message(type=kind)) for kind in (added, pinned, started))
