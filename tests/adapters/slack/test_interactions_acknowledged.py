"""Everything is acknowledged and every form opens in time, whatever the database does; and what is done where not."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.adapters.slack.hall import Hall, Held, HeldStore, button, card_in, in_hall
from tests.fakes.slack_server import Interaction, Message


@pytest.fixture
async def hall(staffed_template: Path, tmp_path: Path) -> AsyncIterator[Hall]:
    async with in_hall(staffed_template, tmp_path / "desk.db") as made:
        yield made


# --- acknowledge first -----------------------------------------------------------------------------------------------

Do = Callable[[Hall, Message], Awaitable[Interaction]]
THOUGHT: dict[str, Do] = {
    "a command": lambda hall, _: hall.sam.slash(hall.lounge, "/ticket help"),
    "a button": lambda hall, card: hall.asha.press(card, "Claim"),
    "a menu of a message's": lambda hall, card: hall.asha.message_shortcut(card, "add_to_ticket"),
    "another": lambda hall, card: hall.asha.message_shortcut(card, "ticket_actions"),
}


@pytest.mark.parametrize("do", THOUGHT.values(), ids=THOUGHT.keys())
async def test_everything_is_acknowledged_while_the_database_answers_nothing(hall: Hall, do: Do) -> None:
    await hall.ticket(hall.sam)
    card = await card_in(hall, button("Claim", "ticket", "claim", ticket=1))
    desk, store = Held(hall.front()), HeldStore(hall.office.store)
    await hall.again(desk=desk, store=store)
    asked = await do(hall, card)
    assert asked.error is None and asked.acked_after is not None
    assert asked.answers == []
    desk.release()
    store.release()
    await hall.settled()
    assert asked.answers or asked.view is not None


ASKED: dict[str, Do] = {
    "an opening": lambda hall, _: hall.asha.slash(hall.lounge, "/ticket open Help me"),
    "a command that lacks its words": lambda hall, _: hall.asha.slash(hall.triage, "/ticket urgent T-1"),
    "a button for a form": lambda hall, card: hall.asha.press(card, "Resolve"),
    "a shortcut": lambda hall, _: hall.asha.shortcut("open_ticket"),
    "a ticket from a message": lambda hall, card: hall.asha.message_shortcut(card, "open_from_message"),
}


@pytest.mark.parametrize("do", ASKED.values(), ids=ASKED.keys())
async def test_a_form_opens_at_once_while_the_database_answers_nothing(hall: Hall, do: Do) -> None:
    card = await card_in(hall, button("Resolve", "ticket", "resolve", ticket=1))
    await hall.again(desk=Held(hall.front()), store=HeldStore(hall.office.store))
    asked = await do(hall, card)
    view = await asked.modal()
    assert view.inputs and asked.error is None


async def test_two_hundred_at_once_are_acknowledged_while_the_database_answers_nothing(hall: Hall) -> None:
    crowd = [hall.server.add_user(f"student{number}") for number in range(200)]
    desk, store = Held(hall.front()), HeldStore(hall.office.store)
    await hall.again(desk=desk, store=store)
    hall.server.settings.acknowledge_within = 60.0
    asked = await asyncio.gather(*(one.slash(one.dm, "/ticket list") for one in crowd))
    assert [one.error for one in asked if one.failed] == []
    desk.release()
    store.release()
    await asyncio.gather(*(one.answered(30) for one in asked))
    assert {one.shown for one in asked} == {"My tickets\nNothing here."}


# --- forms that come late --------------------------------------------------------------------------------------------


async def test_a_form_whose_trigger_is_over_comes_by_a_button(hall: Hall) -> None:
    hall.server.faults.refuse("views.open", "expired_trigger_id")
    asked = await hall.sam.slash(hall.lounge, "/ticket open My grade")
    told = await asked.answered()
    assert told.buttons == ["Open a ticket"] and "My grade" in told.text_shown
    assert (await (await hall.sam.press(told, "Open a ticket")).modal()).title == "Open a ticket"


async def test_a_form_that_slack_did_not_take_is_sent_once_more(hall: Hall) -> None:
    hall.server.faults.fail("views.open")
    assert (await hall.sam.slash(hall.lounge, "/ticket open")).answers == []
    await hall.settled()
    assert len(hall.server.called("views.open")) == 2


async def test_a_form_that_opened_though_the_answer_was_lost_is_left_alone(hall: Hall) -> None:
    hall.server.faults.fail("views.open", applied=True)
    asked = await hall.sam.slash(hall.lounge, "/ticket open")
    assert (await asked.modal()).title == "Open a ticket"
    await hall.settled()
    assert asked.answers == [] and len(asked.views) == 1


async def test_a_form_that_slack_cannot_be_given_comes_by_a_button(hall: Hall) -> None:
    hall.server.faults.limit("views.open", retry_after=20)
    asked = await hall.sam.slash(hall.lounge, "/ticket open")
    assert (await asked.answered()).buttons == ["Open a ticket"]
