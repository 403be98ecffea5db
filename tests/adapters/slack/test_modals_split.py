"""The form of /staff split on Slack: its choices are looked up while the trigger is good."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.model.ids import TicketId
from tests.adapters.slack.hall import Hall, in_hall, until_told


@pytest.fixture
async def hall(staffed_template: Path, tmp_path: Path) -> AsyncIterator[Hall]:
    async with in_hall(staffed_template, tmp_path / "desk.db") as made:
        ticket = await made.office.open()
        for words in ("The exam", "The library <!channel> is shut", "And so is the gym"):
            await made.office.say(ticket, "sam", words)
        yield made


NEWEST = "Sam Student, just now: And so is the gym"


async def test_the_form_shows_the_newest_messages_and_what_is_chosen_moves(hall: Hall) -> None:
    view = await (await hall.asha.slash(hall.triage, "/ticket staff split T-1")).modal()
    [menu] = [block["element"] for block in view.data["blocks"] if block.get("block_id") == "messages"]
    labels = [option["text"]["text"] for option in menu["options"]]
    assert labels == [
        NEWEST,
        "Sam Student, just now: The library <!channel> is shut",
        "Sam Student, just now: The exam",
    ]
    await hall.asha.submit(view, {"messages": [NEWEST, labels[2]], "title": "The library"})
    await until_told(hall.asha, hall.triage, "T-2 is a ticket of its own now")
    assert await hall.words(TicketId(1)) == ["The library <!channel> is shut"]
    assert len(await hall.words(TicketId(2))) == 2


async def test_a_forged_choice_is_said_above_the_form_and_moves_nothing(hall: Hall) -> None:
    other = await hall.office.open("kim")
    await hall.office.say(other, "kim", "ZEBRA")
    view = await (await hall.asha.slash(hall.triage, "/ticket staff split T-1")).modal()
    hall.asha.fill(view, {"messages": [NEWEST], "title": "The library"})
    forged = {"text": {"type": "plain_text", "text": NEWEST}, "value": "#4"}
    view.values["messages"]["messages"]["selected_options"] = [forged]
    sent = await hall.asha.submit(view)
    assert "#4 is none of its messages" in sent.view.text_shown
    assert "ZEBRA" not in sent.view.text_shown
    assert await hall.words(other) == ["ZEBRA"]


async def test_a_student_is_refused_and_shown_no_form(hall: Hall) -> None:
    asked = await hall.sam.slash(hall.lounge, "/ticket staff split T-1")
    assert "You may not" in (await asked.answered()).text_shown
