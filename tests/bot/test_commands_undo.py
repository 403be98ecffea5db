"""/staff undo, and the button beside what was just said."""

from datetime import timedelta

import pytest

from core.commands import MergeTicket
from core.errors import NoSuchMessage, TooLate
from core.model.thread import MessageKind
from tests.fakes.front import Front, shown

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("line", "title"),
    [("/staff note Careful", "Noted in T-1"), ("/ticket resolve It is there.", "T-1 is resolved")],
)
async def test_what_was_just_said_has_a_button_that_takes_it_back(front: Front, line: str, title: str) -> None:
    ticket = await front.office.open()
    card = shown(await front.type("asha", line, ticket))
    assert card.title.startswith(title)
    [action] = [one.action or "" for one in card.buttons if one.label == "Take back"]
    with pytest.raises(NoSuchMessage):
        await front.desk.press(action, front.office.actor("abe"))
    reply = await front.desk.press(action, front.office.actor("asha"))
    assert shown(reply).title == "Your message in T-1 is taken back"
    assert [one.undone_at for one in await front.office.messages(ticket)] == [front.office.clock.now()]
    with pytest.raises(NoSuchMessage):
        await front.desk.press(action, front.office.actor("asha"))


async def test_a_resolution_without_an_answer_has_nothing_to_take_back(front: Front) -> None:
    ticket = await front.office.open()
    card = shown(await front.type("asha", "/ticket resolve", ticket))
    assert "Take back" not in [one.label for one in card.buttons]


async def test_after_the_minute_the_button_says_so(front: Front) -> None:
    ticket = await front.office.open()
    card = shown(await front.type("asha", "/staff note Careful", ticket))
    front.office.clock.advance(MINUTE + timedelta(seconds=1))
    with pytest.raises(TooLate, match="taken back for 1 min only, and that is over"):
        await front.desk.press(card.buttons[0].action or "", front.office.actor("asha"))


async def test_in_a_merged_ticket_the_last_word_is_the_one_that_went_on(front: Front) -> None:
    office = front.office
    merged, into = await office.open(), await office.open()
    await office.say(merged, "asha", "Before.")
    await office.do(MergeTicket(ticket=merged, into=into), "asha")
    after = await office.say(merged, "asha", "After.", MessageKind.NOTE)
    await front.type("asha", "/staff undo", merged)
    gone = [one.id for one in [*await office.messages(merged), *await office.messages(into)] if one.undone_at]
    assert gone == [after.id]
