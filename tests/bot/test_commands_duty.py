"""/agent, and the answers to an offer, from what is typed to what is read."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.commands.until import NotATime, TimeIsOver
from core.actions import Press, encode_press
from core.cards.card import Card, Tone
from core.commands import ClaimTicket, ResolveTicket
from core.errors import BadArgument, NotAllowed
from core.model.desk import Desk
from core.model.duty import Duty, DutyState, Shift
from core.model.hours import OpeningHours, Span
from core.model.ids import TicketId, ref_of
from core.model.ticket import Priority
from core.usecases.duty import NoAgent
from core.usecases.offers import NothingToPass, NotYours, OfferIsOver
from tests.fakes.front import Front, shown
from tests.fakes.offers import alone, asked, carry, holder, offering
from tests.fakes.office import DAY, HOUR, Office, opened

NINE_TO_FIVE = OpeningHours(zone="Asia/Kolkata", week=dict.fromkeys(range(5), (Span(9 * 60, 17 * 60),)))


def rostered(desk: Desk) -> Desk:
    """Open from nine to five on working days; asha in the mornings, abe until three, but not on Wednesdays."""
    return replace(
        desk,
        hours=NINE_TO_FIVE,
        shifts=(
            Shift(team="academics", who=("asha@example.com",), week=dict.fromkeys(range(5), (Span(9 * 60, 12 * 60),))),
            Shift(team="academics", who=("abe@example.com",), week=dict.fromkeys((0, 1, 3, 4), (Span(720, 900),))),
            Shift(team="academics", who=("lee@example.com", "wen@example.com"), week={}),
        ),
    )


@pytest.fixture
async def office(staffed_template: Path, tmp_path: Path) -> AsyncGenerator[Office]:
    async with opened(staffed_template, tmp_path / "desk.db") as made:
        yield made


def front_of(office: Office, desk: Desk) -> Front:
    office.use(desk)
    return Front(office)


@pytest.fixture
def taking_turns(office: Office) -> Front:
    """A desk whose academics take turns."""
    return front_of(office, offering(office.desk))


def facts(card: Card) -> list[tuple[str, str]]:
    return [(row.title, row.detail) for row in card.rows]


async def duty_of(front: Front, who: str) -> Duty | None:
    return (await front.office.person(who)).duty


# --- available and away ----------------------------------------------------------------------------------------------


async def test_available_lasts_for_twelve_hours_or_until_it_was_said(front: Front) -> None:
    now = front.office.clock.now()
    card = shown(await front.type("asha", "/agent available"))
    assert (card.title, card.tone) == ("You are on duty until Tue 02:30, in 12 h", Tone.GOOD)
    assert card.body.plain() == "Nothing waits for somebody to take it."
    assert await duty_of(front, "asha") == Duty(state=DutyState.AVAILABLE, since=now)
    card = shown(await front.type("asha", "/agent available 18:00"))
    assert card.title == "You are on duty until 18:00, in 3 h"
    assert await duty_of(front, "asha") == Duty(
        state=DutyState.AVAILABLE, since=now, until=now + timedelta(hours=3, minutes=30)
    )


async def test_who_comes_on_duty_reads_how_much_waits_for_their_teams(front: Front) -> None:
    for category in ("exams", "login", "exams"):
        await front.office.open(category=category)
    card = shown(await front.type("asha", "/agent available"))
    assert card.body.plain() == "Tickets that wait for somebody to take them: 2. /queue shows them."


async def test_a_time_is_read_by_the_agents_own_clock(front: Front) -> None:
    async with front.office.store.write() as work:
        asha = await work.people.get(front.office.people["asha"])
        assert asha is not None
        await work.people.save(replace(asha, time_zone="Europe/Berlin"))
    card = shown(await front.type("asha", "/agent away 17:30"))
    assert card.title == "You are away until 17:30, in 7 h"
    found = await duty_of(front, "asha")
    assert found is not None
    assert found.until == front.office.clock.now() + timedelta(hours=7, minutes=30)


@pytest.mark.parametrize(
    ("line", "refusal"),
    [
        ("/agent available soon", NotATime),
        ("/agent away whenever it rains", NotATime),
        ("/agent away today 09:00", TimeIsOver),
        ("/agent available 2020-01-01", TimeIsOver),
    ],
)
async def test_a_time_that_cannot_be_meant_changes_nothing(front: Front, line: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        await front.type("asha", line)
    assert await duty_of(front, "asha") is None


async def test_who_goes_away_with_nothing_open_is_told_so(front: Front) -> None:
    card = shown(await front.type("asha", "/agent away"))
    assert (card.title, card.body.plain()) == (
        "You are away now: /agent available brings you back",
        "You have no open tickets.",
    )


async def test_a_lead_says_it_for_somebody_else_and_is_shown_nothing_of_theirs(front: Front) -> None:
    ticket = await front.office.open()
    await front.office.do(ClaimTicket(ticket=ticket), "asha")
    card = shown(await front.type("lee", "/agent away agent:asha@example.com mon 09:00"))
    assert (card.title, card.rows, card.buttons) == ("Asha Agent is away until 2026-03-09 09:00, in 6 days", (), ())
    card = shown(await front.type("lee", '/agent away "2h" Asha Agent'))
    assert card.title == "Asha Agent is away until 16:30, in 2 h"
    card = shown(await front.type("lee", "/agent away agent:asha@example.com"))
    assert card.title == "Asha Agent is away now"
    card = shown(await front.type("lee", '/agent available agent:"Asha Agent"'))
    assert card.title == "Asha Agent is on duty until Tue 02:30, in 12 h"
    with pytest.raises(NotAllowed):
        await front.type("abe", "/agent away agent:asha@example.com")
    with pytest.raises(NoAgent, match="Ada Admin answers for no team"):
        await front.type("lee", "/agent away agent:ada@example.com")


async def test_me_is_oneself(front: Front) -> None:
    card = shown(await front.type("asha", "/agent away agent:me 2h"))
    assert card.title == "You are away until 16:30, in 2 h"


async def test_a_student_has_none_of_it(front: Front) -> None:
    for line in ("/agent available", "/agent away 2h", "/agent load", "/agent duty", "/agent capacity 3"):
        with pytest.raises(NotAllowed):
            await front.type("sam", line)


# --- handing over ----------------------------------------------------------------------------------------------------


async def two_held(front: Front) -> tuple[TicketId, TicketId]:
    """A plain and an urgent ticket that asha has."""
    tickets = await front.office.open(), await front.office.open(title="Where?", priority=Priority.URGENT)
    for ticket in tickets:
        await front.office.do(ClaimTicket(ticket=ticket), "asha")
    return tickets


async def test_who_goes_away_is_offered_to_hand_over_each_open_ticket_or_all(taking_turns: Front) -> None:
    plain, urgent = await two_held(taking_turns)
    over = await taking_turns.office.open()
    await taking_turns.office.do(ResolveTicket(ticket=over), "asha")
    card = shown(await taking_turns.type("asha", "/agent away 2h"))
    assert card.body.plain().startswith("Your open tickets: 2.")
    assert [row.ref for row in card.rows] == [ref_of(urgent), ref_of(plain)]
    assert [row.buttons[0].action for row in card.rows] == [
        encode_press(Press("agent", "handover", ticket)) for ticket in (urgent, plain)
    ]
    assert [(button.label, button.action) for button in card.buttons] == [
        ("Hand over all", encode_press(Press("agent", "handover")))
    ]


async def test_one_is_handed_over_by_its_button(taking_turns: Front) -> None:
    plain, urgent = await two_held(taking_turns)
    card = shown(await taking_turns.press("asha", Press("agent", "handover", plain)))
    assert (card.title, card.footer) == ("Handed over: 1", "You still have 1.")
    assert facts(card) == [(f"{ref_of(plain)} My grade is missing", "Lee Lead is asked")]
    assert (await asked(taking_turns.office, plain), await holder(taking_turns.office, urgent)) == ("lee", "asha")


async def test_all_are_handed_over_by_theirs_once_however_often_it_is_told(taking_turns: Front) -> None:
    office = taking_turns.office
    tickets = await two_held(taking_turns)
    pressing = taking_turns.desk.press(
        encode_press(Press("agent", "handover")), office.actor("asha", inbound="interaction:1")
    )
    card = shown(await pressing)
    assert (card.title, card.footer) == ("Handed over: 2", "")
    assert {detail for _, detail in facts(card)} == {"Lee Lead is asked", "Wen Warden is asked"}
    for ticket in tickets:
        assert (await office.kinds(ticket)).count("TicketHandedOver") == 1
    again = taking_turns.desk.press(
        encode_press(Press("agent", "handover")), office.actor("asha", inbound="interaction:1")
    )
    assert shown(await again).title == "You had no open tickets to hand over"


async def test_where_nobody_is_there_what_is_handed_over_waits_in_the_queue(taking_turns: Front) -> None:
    [ticket, _] = await two_held(taking_turns)
    await alone(taking_turns.office, "asha")
    card = shown(await taking_turns.type("asha", f"/agent handover {ref_of(ticket)}"))
    assert facts(card)[0][1] == "in the queue: nobody is there to be asked"


async def test_in_a_tickets_thread_it_is_that_one(taking_turns: Front) -> None:
    plain, urgent = await two_held(taking_turns)
    await taking_turns.type("asha", "/agent handover", urgent)
    assert [await holder(taking_turns.office, one) for one in (plain, urgent)] == ["asha", None]


async def test_what_is_not_ones_own_is_not_handed_over(taking_turns: Front) -> None:
    ticket = await taking_turns.office.open()
    with pytest.raises(NotYours):
        await taking_turns.type("asha", f"/agent handover {ref_of(ticket)}")
    assert shown(await taking_turns.type("asha", "/agent handover")).title == "You had no open tickets to hand over"


async def test_more_tickets_than_a_card_shows_are_counted_and_all_handed_over(taking_turns: Front) -> None:
    office = taking_turns.office
    for number in range(23):
        await office.do(ClaimTicket(ticket=await office.open(title=f"{number} and {number}")), "asha")
    card = shown(await taking_turns.type("asha", "/agent away"))
    assert (len(card.rows), card.body.plain()[:22]) == (20, "Your open tickets: 23.")
    card = shown(await taking_turns.press("asha", Press("agent", "handover")))
    assert (card.title, len(card.rows)) == ("Handed over: 23", 20)


# --- accepting and passing -------------------------------------------------------------------------------------------


async def test_an_offer_is_accepted_and_passed_by_its_buttons(taking_turns: Front) -> None:
    office = taking_turns.office
    mine, theirs = await office.open(), await office.open("kim", "Where?")
    await taking_turns.press("asha", Press("ticket", "accept", mine))
    assert shown(await taking_turns.press("abe", Press("ticket", "pass", theirs))).title == f"You passed T-{theirs} on"
    assert (await holder(office, mine), await asked(office, theirs)) == ("asha", "lee")
    with pytest.raises(OfferIsOver, match="is offered to Lee Lead by now"):
        await taking_turns.press("abe", Press("ticket", "accept", theirs))
    with pytest.raises(NothingToPass):
        await taking_turns.press("abe", Press("ticket", "pass", theirs))


async def test_told_twice_an_answer_is_the_same(taking_turns: Front) -> None:
    ticket = await taking_turns.office.open()
    actor = taking_turns.office.actor("asha", inbound="interaction:1")
    for _ in range(2):
        card = shown(await taking_turns.desk.press(encode_press(Press("ticket", "accept", ticket)), actor))
        assert card.title == f"T-{ticket} is yours"


# --- capacity --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "kept", "title"),
    [
        ("7", 7, "You carry up to 7"),
        ("0", 0, "You carry up to 0"),
        ("team", None, "You carry what your team's agents carry"),
        ("TEAM", None, "You carry what your team's agents carry"),
    ],
)
async def test_a_capacity_is_a_number_or_the_teams(front: Front, words: str, kept: int | None, title: str) -> None:
    await carry(front.office, "asha", 3)
    assert shown(await front.type("asha", f"/agent capacity {words}")).title == title
    assert (await front.office.person("asha")).capacity == kept


@pytest.mark.parametrize("words", ["many", "-1", "1.5", "٣", "9999999", "1_0", '""'])
async def test_any_other_capacity_is_refused(front: Front, words: str) -> None:
    with pytest.raises(BadArgument):
        await front.type("asha", f"/agent capacity {words}")


async def test_a_lead_sets_anothers_capacity(front: Front) -> None:
    assert shown(await front.type("lee", "/agent capacity 7 Asha Agent")).title == "Asha Agent carries up to 7"
    title = shown(await front.type("lee", "/agent capacity team asha@example.com")).title
    assert title == "Asha Agent carries what their team's agents carry"
    with pytest.raises(NotAllowed):
        await front.type("abe", "/agent capacity 7 Asha Agent")


# --- load and duty ---------------------------------------------------------------------------------------------------


async def test_the_load_of_a_team_is_shown_those_on_duty_first(office: Office) -> None:
    front = front_of(office, offering(rostered(office.desk)))
    office.clock.advance(-4 * HOUR)  # 10:30 in Kolkata
    await two_held(front)
    await carry(office, "abe", 20)
    card = shown(await front.type("asha", "/agent load"))
    assert card.title == "Who carries what"
    assert facts(card) == [
        ("Asha Agent", "4 of 15 · 2 open · 1 urgent · on duty until 12:00"),
        ("Abe Academic", "0 of 20 · 0 open · away until 12:00"),
        ("Lee Lead", "0 of 15 · 0 open · away"),
        ("Wen Warden", "0 of 15 · 0 open · away"),
    ]


async def test_what_one_is_asked_to_take_counts_as_load(taking_turns: Front) -> None:
    await alone(taking_turns.office, "wen")
    await taking_turns.office.open(priority=Priority.LOW)
    card = shown(await taking_turns.type("wen", "/agent load academics"))
    assert facts(card)[0] == ("Wen Warden", "0.5 of 15 · 1 open · on duty")


async def test_an_admin_sees_all_teams_each_by_its_name(front: Front) -> None:
    titles = [row.title for row in shown(await front.type("ada", "/agent load")).rows]
    assert titles == [
        "Academics: Abe Academic",
        "Academics: Asha Agent",
        "Academics: Lee Lead",
        "Academics: Wen Warden",
        "Platform team: Pia Platform",
    ]


async def test_a_suspended_agent_and_a_team_without_agents_carry_nothing(office: Office) -> None:
    teams = {**office.desk.teams, "alumni": replace(office.desk.teams["platform"], key="alumni", name="Alumni")}
    front = front_of(office, replace(office.desk, teams=teams))
    assert shown(await front.type("ada", "/agent load alumni")).body.plain() == "Nobody answers for this team yet."


async def test_who_is_on_duty_who_is_next_and_when_nobody_is(office: Office) -> None:
    front = front_of(office, rostered(office.desk))
    office.clock.advance(-4 * HOUR)  # Monday, 10:30 in Kolkata
    card = shown(await front.type("asha", "/agent duty"))
    assert facts(card) == [
        ("Asha Agent", "on duty until 12:00"),
        ("Abe Academic", "from 12:00, in 1 h"),
        ("Nobody from 15:00 to 17:00", "2 h"),
        ("Nobody from Tue 15:00 to Tue 17:00", "2 h"),
        ("Nobody from Wed 12:00 to Wed 17:00", "5 h"),
        ("Nobody from Thu 15:00 to Thu 17:00", "2 h"),
        ("Nobody from Fri 15:00 to Fri 17:00", "2 h"),
    ]


async def test_with_nobody_on_duty_that_is_said_and_who_comes(office: Office) -> None:
    front = front_of(office, rostered(office.desk))
    office.clock.advance(5 * DAY)  # Saturday
    rows = facts(shown(await front.type("lee", "/agent duty academics")))
    assert rows[:3] == [
        ("Nobody is on duty now", ""),
        ("Asha Agent", "from Mon 09:00, in 42 h"),
        ("Abe Academic", "from Mon 12:00, in 45 h"),
    ]


async def test_where_somebody_is_always_there_that_is_said(front: Front) -> None:
    rows = facts(shown(await front.type("pia", "/agent duty")))
    assert rows == [
        ("Pia Platform", "on duty"),
        ("Somebody is there at all open hours of the next 7 days", ""),
    ]


async def test_many_gaps_are_counted(office: Office) -> None:
    quarter = (Span(540, 555), Span(600, 615), Span(660, 675), Span(720, 735))
    shift = Shift(team="platform", who=("pia@example.com",), week=dict.fromkeys(range(7), quarter))
    front = front_of(office, replace(office.desk, hours=NINE_TO_FIVE, shifts=(shift,)))
    rows = facts(shown(await front.type("pia", "/agent duty")))
    assert len([title for title, _ in rows if title.startswith("Nobody from")]) == 10
    assert rows[-1][0].startswith("and ")
    assert rows[-1][0].endswith(" more such times in the next 7 days")


@pytest.mark.parametrize("line", ["/agent load nowhere", "/agent duty nowhere"])
async def test_a_team_that_there_is_not_is_refused(front: Front, line: str) -> None:
    with pytest.raises(BadArgument):
        await front.type("asha", line)
