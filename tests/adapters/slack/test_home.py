"""The app's Home."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.adapters.slack.hall import Hall, Held, in_hall, shows
from tests.fakes.slack_server import View


@pytest.fixture
async def hall(staffed_template: Path, tmp_path: Path) -> AsyncIterator[Hall]:
    async with in_hall(staffed_template, tmp_path / "desk.db") as made:
        yield made


async def home_of(view: View | None) -> View:
    assert view is not None
    return view


async def test_somebody_new_finds_a_button(hall: Hall) -> None:
    home = await home_of(await hall.kim.open_home())
    assert home.buttons == ["Open a ticket"] and "The queue" not in home.text_shown


async def test_ones_own_tickets_lead_to_their_threads(hall: Hall) -> None:
    ticket = await hall.ticket(hall.sam)
    card = await hall.bind(ticket, hall.sam)
    home = await home_of(await hall.sam.open_home())
    assert "T-1 My grade is missing" in home.text_shown
    assert f"/archives/{hall.sam.dm.id}/p{card.ts.replace('.', '')}" in str(home.blocks)
    assert "T-1" not in (await home_of(await hall.kim.open_home())).text_shown


async def test_who_helps_sees_the_queue_and_takes_from_it(hall: Hall) -> None:
    ticket = await hall.ticket(hall.sam)
    home = await home_of(await hall.asha.open_home())
    assert "The queue" in home.text_shown and "Claim" in home.buttons
    pressed = await hall.asha.press(home, "Claim")
    await shows(await pressed.modal(), "T-1 is yours")
    await hall.server.until(lambda: "with Asha Slack" in home.text_shown)
    assert "Claim" not in home.buttons
    assert (await hall.office.ticket(ticket)).assignee is not None


async def test_what_is_refused_is_told_in_a_modal_and_home_shows_how_it_is(hall: Hall) -> None:
    ticket = await hall.ticket(hall.sam)
    home = await home_of(await hall.asha.open_home())
    await (await hall.asha.slash(hall.triage, f"/ticket close T-{ticket}")).answered()
    pressed = await hall.asha.press(home, "Claim")
    await shows(await pressed.modal(), "Reopen it first with /ticket reopen")
    await hall.server.until(lambda: "Claim" not in home.buttons)


async def test_a_ticket_opened_there_is_told_in_its_modal_and_shown_there(hall: Hall) -> None:
    home = await home_of(await hall.sam.open_home())
    view = await (await hall.sam.press(home, "Open a ticket")).modal()
    await hall.sam.choose(view, "category", "forum")
    await hall.sam.submit(view, {"title": "My grade", "description": "It is gone."})
    await shows(view, "T-1 is open")
    await shows(home, "T-1 My grade")
    await hall.sam.press(view, "Close")
    await shows(view, "T-1 is closed")
    await hall.server.until(lambda: "closed" in home.text_shown)


async def test_an_answer_for_which_no_modal_opens_any_more_is_a_message(hall: Hall) -> None:
    await hall.ticket(hall.sam)
    home = await home_of(await hall.asha.open_home())
    hall.server.faults.refuse("views.open", "expired_trigger_id")
    await hall.asha.press(home, "Claim")
    await hall.server.until(lambda: hall.asha.reads(hall.asha.dm))
    assert "T-1 is yours" in hall.asha.reads(hall.asha.dm)[0].text_shown


async def test_whose_address_belongs_to_an_account_is_told_how_to_be_one_person(hall: Hall) -> None:
    home = await home_of(await hall.sam.open_home())
    assert "Type /ticket link to make the two one." in home.text_shown
    assert "/ticket link" not in (await home_of(await hall.kim.open_home())).text_shown


async def test_whoever_is_that_person_already_is_not(hall: Hall) -> None:
    await hall.known(hall.sam, "sam")
    assert "/ticket link" not in (await home_of(await hall.sam.open_home())).text_shown


async def test_the_messages_tab_is_no_home(hall: Hall) -> None:
    await hall.sam.open_home("messages")
    await hall.settled()
    assert hall.server.called("views.publish") == []


async def test_a_desk_that_cannot_say_says_so(hall: Hall) -> None:
    stranger = hall.server.add_user("stranger", team="T0STRANGER")
    home = await home_of(await stranger.open_home())
    assert "Not done" in home.text_shown


async def test_looks_at_the_same_time_end_with_the_newest(hall: Hall) -> None:
    await hall.ticket(hall.sam)
    desk = Held(hall.front())
    await hall.again(desk=desk)
    looking = [asyncio.create_task(hall.sam.open_home()) for _ in range(3)]
    await asyncio.sleep(0.02)
    desk.release()
    await asyncio.gather(*looking)
    await hall.server.until(lambda: len(hall.server.called("views.publish")) == 3)
    assert "T-1" in (await home_of(hall.sam.home)).text_shown


async def test_a_home_that_slack_does_not_take_harms_nobody(hall: Hall) -> None:
    hall.server.faults.fail("views.publish")
    await hall.sam.open_home(within=0)
    await hall.server.until(lambda: hall.server.called("views.publish"))
    assert "Open a ticket" in (await home_of(await hall.sam.open_home())).buttons
