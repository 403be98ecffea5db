"""Many at once, and two who want the same."""

import asyncio
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.fakes.slack_bad_day import MODES, bad_day, opened
from tests.fakes.slack_server import Interaction, Person, View

CROWD = 100
BURST, PER_SECOND = 5, 1.0
"""What Slack takes of messages into one channel."""
JITTER = 2
"""Calls that a busy machine may bring to Slack closer together than they were sent."""


async def form_of(who: Person) -> tuple[Interaction, View]:
    """Their own, with the questions of its category."""
    asked = await who.slash(who.dm, f"/ticket open {who.name} asks")
    return asked, await who.choose(await asked.modal(10), "Category", "Exams and grades")


async def open_anew(who: Person) -> None:
    _, form = await form_of(who)
    await send(who, form)


async def send(who: Person, form: View) -> Interaction:
    return await who.submit(form, {"Tell us more": "Please.", "Course code": "CS2001"})


@pytest.mark.parametrize("mode", MODES)
async def test_a_hundred_students_at_once_are_each_acknowledged_and_have_a_thread_of_their_own(
    tmp_path: Path, mode: str
) -> None:
    async with bad_day(tmp_path, mode=mode, BOT_LOG__LEVEL="info") as day:
        server = day.server
        crowd = [server.add_user(f"student{number}") for number in range(CROWD)]
        server.limits.set("chat.postMessage", BURST, BURST / PER_SECOND, per_channel=True)
        began = time.monotonic()
        asked = await asyncio.gather(*(form_of(who) for who in crowd))
        sent = await asyncio.gather(*(send(who, form) for who, (_, form) in zip(crowd, asked, strict=True)))
        assert [one for one in (*sent, *(one for one, _ in asked)) if one.error is not None] == []
        assert [one.errors for one in sent if one.errors] == []
        await server.until(lambda: all(day.cards(who, f"{who.name} asks") for who in crowd), 30)
        assert day.ask("SELECT count(*), count(DISTINCT requester_id) FROM tickets") == [(CROWD, CROWD)]
        for who in crowd:
            [card] = [one for one in who.reads(who.dm) if one.thread_ts is None]
            assert f"{who.name} asks" in card.text_shown
        posted = [one for one in server.called("chat.postMessage") if one.args["channel"] == day.campus.triage.id]
        assert len(posted) <= BURST + 1 + PER_SECOND * (time.monotonic() - began)
        assert len([one for one in server.requests if one.status == 429]) <= JITTER
        made = [one for one in day.campus.lee.reads(day.campus.triage) if one.by_app]
        assert len({one.text_shown for one in made}) == len(made)
        owed = "SELECT count(*), count(DISTINCT ticket_id) FROM threads WHERE audience = 'staff'"
        assert day.ask(owed) == [(CROWD, CROWD)]


async def test_a_desk_killed_in_a_burst_of_openings_has_each_once_or_not_at_all_and_who_asks_again_gets_it(
    tmp_path: Path,
) -> None:
    async with bad_day(tmp_path, BOT_LOG__LEVEL="info") as day:
        server = day.server
        crowd = [server.add_user(f"student{number}") for number in range(24)]
        forms = [form for _, form in await asyncio.gather(*(form_of(who) for who in crowd))]
        sending = [asyncio.create_task(send(who, form)) for who, form in zip(crowd, forms, strict=True)]
        await server.until(lambda: day.count("tickets") >= 5)
        await day.desk.kill()
        await asyncio.gather(*sending)
        await day.restart()
        asked = "SELECT external_id FROM tickets JOIN identities ON person_id = requester_id"
        had = {user_id for (user_id,) in day.ask(asked)}
        answered = {one.person.id for one in await asyncio.gather(*sending) if "T-" in one.shown}
        assert answered <= had
        await asyncio.gather(*(open_anew(who) for who in crowd if who.id not in had))
        await server.until(lambda: all(day.cards(who, f"{who.name} asks") for who in crowd), 30)
        assert Counter(len(day.cards(who, f"{who.name} asks")) for who in crowd) == {1: len(crowd)}
        assert day.count("tickets") == len(crowd)


async def test_two_agents_who_press_claim_at_once_and_one_who_presses_twice_make_one_assignee(tmp_path: Path) -> None:
    async with bad_day(tmp_path) as day:
        asha, lee = day.campus.asha, day.campus.lee
        await opened(day.campus, day.campus.sam)
        staffs = await day.staff_card()
        await day.delivered()
        pressed = await asyncio.gather(*(who.press(staffs, "Claim") for who in (asha, lee, asha)))
        shown = [(await one.answered(10)).text_shown for one in pressed]
        assert day.count("events", "kind = 'TicketClaimed'") == 1
        await day.delivered()
        assert len(day.server.pings) == 1
        assert any("already" in one for one in shown), shown


async def test_a_form_that_is_sent_twice_opens_one_ticket_and_a_button_pressed_twice_does_it_once(
    tmp_path: Path,
) -> None:
    """As where the first acknowledgement was lost on its way."""
    async with bad_day(tmp_path) as day:
        sam, server = day.campus.sam, day.server
        _, form = await form_of(sam)
        sent = await send(sam, form)
        again = await server.delivery.interaction("interactive", sent.payload)
        assert again.error is None
        await day.card(sam, "sam asks")
        await day.delivered()
        assert day.count("tickets") == 1
        day.as_it_should_be(sam, "sam asks")
        staffs = await day.staff_card("sam asks")
        pressed = await day.campus.asha.press(staffs, "Claim")
        await server.delivery.interaction("interactive", pressed.payload)
        await pressed.answered(10)
        await day.delivered()
        assert day.count("events", "kind = 'TicketClaimed'") == 1
