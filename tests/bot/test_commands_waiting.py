"""/staff snooze and /staff wake as they are typed, and the click that reopens what closed by itself."""

import pytest

from bot.commands.until import NotATime, TimeIsOver, TooFarOff
from core.actions import Press, encode_press
from core.commands import ClaimTicket, SetStatus
from core.errors import BadArgument, NotAllowed
from core.model.ids import TicketId, ref_of
from core.model.ticket import Status
from tests.fakes.front import Front, asked, fresh, shown
from tests.fakes.office import DAY, HOUR, Office
from tests.fakes.promises import ring

UNTIL = [
    # what is typed at 14:30 on a Monday in the office's zone; how far off that is, and what is answered
    ("2h", 2 * HOUR, "T-1 is put aside until 16:30 IST, in 2 h"),
    ("3d", 3 * DAY, "T-1 is put aside until Thu 14:30 IST, in 3 days"),
    ("mon 09:00", 7 * DAY - 5.5 * HOUR, "T-1 is put aside until 2026-03-09 09:00 IST, in 7 days"),
    ("tomorrow", 18.5 * HOUR, "T-1 is put aside until Tue 09:00 IST, in 18 h"),
]


@pytest.mark.parametrize(("words", "away", "title"), UNTIL)
async def test_it_is_put_aside_for_a_length_or_until_a_time(front: Front, words: str, away: object, title: str) -> None:
    ticket = await fresh(front.office)
    card = shown(await front.type("asha", f"/staff snooze {ref_of(ticket)} {words}"))
    assert card.title == title
    aside = (await front.office.ticket(ticket)).snoozed_until
    assert aside is not None and aside - front.office.clock.now() == away


async def test_in_the_tickets_thread_its_ref_is_understood(front: Front) -> None:
    ticket = await fresh(front.office)
    await front.type("asha", "/staff snooze 2h", ticket)
    assert (await front.office.ticket(ticket)).snoozed_until is not None
    assert shown(await front.type("abe", "/staff wake", ticket)).title == "T-1 is not put aside any more"
    assert (await front.office.ticket(ticket)).snoozed_until is None


@pytest.mark.parametrize(
    ("words", "refusal"), [("soon", NotATime), ("2020-01-01", TimeIsOver), ("", BadArgument), ("9999w", TooFarOff)]
)
async def test_what_is_no_time_to_come_is_refused_and_changes_nothing(
    front: Front, words: str, refusal: type[Exception]
) -> None:
    ticket = await fresh(front.office)
    with pytest.raises(refusal):
        await front.type("asha", f"/staff snooze {ref_of(ticket)} {words}")
    assert (await front.office.ticket(ticket)).snoozed_until is None


async def test_pressed_without_a_time_it_asks_for_one(front: Front) -> None:
    ticket = await fresh(front.office)
    form = asked(await front.press("asha", Press("staff", "snooze", ticket)))
    assert (form.title, [entry.key for entry in form.inputs]) == ("Put aside T-1", ["until"])
    assert shown(await front.submit("asha", form.action, until="2h")).title.startswith("T-1 is put aside until")
    again = asked(await front.submit("asha", form.action, until="whenever"))
    assert "cannot be read as a time" in again.problem


async def test_it_is_the_staffs(front: Front) -> None:
    ticket = await fresh(front.office)
    for line in ("/staff snooze T-1 2h", "/staff wake T-1"):
        with pytest.raises(NotAllowed):
            await front.type("sam", line, ticket)


async def closed_unanswered(office: Office) -> TicketId:
    ticket = await fresh(office)
    await office.do(ClaimTicket(ticket=ticket), "asha")
    await office.do(SetStatus(ticket=ticket, status=Status.WAITING), "asha")
    for days in (3, 7):
        office.clock.advance(days * DAY)
        assert await ring(office) == 1
    assert (await office.ticket(ticket)).status is Status.CLOSED
    return ticket


async def test_what_was_reminded_and_closed_is_reopened_by_one_click(front: Front) -> None:
    ticket = await closed_unanswered(front.office)
    card = shown(await front.press("sam", Press("ticket", "reopen", ticket, {"skip": "yes"})))
    assert card.title == "T-1 is open again"
    assert (await front.office.ticket(ticket)).status.is_live
    assert (await front.office.messages(ticket)) == []


async def test_without_that_word_on_the_button_a_reason_may_be_given(front: Front) -> None:
    ticket = await closed_unanswered(front.office)
    form = asked(await front.press("sam", Press("ticket", "reopen", ticket)))
    assert [entry.key for entry in form.inputs] == ["why"]


async def test_the_word_skips_nothing_that_must_be_given(front: Front) -> None:
    ticket = await fresh(front.office)
    action = encode_press(Press("ticket", "urgent", ticket, {"skip": "yes"}))
    assert (await front.desk.press(action, front.office.actor("sam"))).form is not None
