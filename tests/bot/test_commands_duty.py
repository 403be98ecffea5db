"""/agent, and the answers to an offer, from what is typed to what is read."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.commands.until import NotATime, TimeIsOver
from core.actions import Press, encode_press
from core.cards.card import Card, Field, Tone
from core.commands import ClaimTicket
from core.errors import BadArgument, NotAllowed
from core.model.desk import Desk
from core.model.duty import Duty, DutyState, Shift
from core.model.hours import OpeningHours, Span
from core.model.outbox import ToPerson
from core.model.people import Platform
from core.model.ticket import Priority
from core.ports import Parcel
from core.scene import Skip
from core.usecases.duty import CapacityOutOfRange, NoAgent
from tests.fakes.front import Front, shown
from tests.fakes.offers import alone, carry, offering, two_held
from tests.fakes.office import DAY, HOUR, MINUTE, Office, opened

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
    assert (card.title, card.tone) == ("You are on duty until Tue 02:30 IST, in 12 h", Tone.GOOD)
    assert card.body.plain() == "Nothing waits for somebody to take it."
    assert await duty_of(front, "asha") == Duty(state=DutyState.AVAILABLE, since=now)
    card = shown(await front.type("asha", "/agent available 18:00"))
    assert card.title == "You are on duty until 18:00 IST, in 3 h 30 min"
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
    assert card.title == "You are away until 17:30 CET, in 7 h 30 min"
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
    assert (card.title, card.rows, card.buttons) == ("Asha Agent is away until 2026-03-09 09:00 IST, in 7 days", (), ())
    card = shown(await front.type("lee", '/agent away "2h" Asha Agent'))
    assert card.title == "Asha Agent is away until 16:30 IST, in 2 h"
    card = shown(await front.type("lee", "/agent away agent:asha@example.com"))
    assert card.title == "Asha Agent is away now"
    card = shown(await front.type("lee", '/agent available agent:"Asha Agent"'))
    assert card.title == "Asha Agent is on duty until Tue 02:30 IST, in 12 h"
    with pytest.raises(NotAllowed):
        await front.type("abe", "/agent away agent:asha@example.com")
    with pytest.raises(NoAgent, match="Ada Admin answers for no team"):
        await front.type("lee", "/agent away agent:ada@example.com")


@pytest.mark.parametrize(
    ("line", "title", "words", "until", "label", "back"),
    [
        (
            "/agent away agent:asha@example.com 2h",
            "Lee Lead set you away",
            "You are asked to take nothing more.",
            2,
            "I am available",
            Press("agent", "available"),
        ),
        (
            "/agent available agent:asha@example.com",
            "Lee Lead set you on duty",
            "You can be asked to take tickets now.",
            12,
            "I am away",
            Press("agent", "away"),
        ),
    ],
)
async def test_whose_duty_a_lead_sets_is_told_and_can_set_it_back(
    front: Front, line: str, title: str, words: str, until: int, label: str, back: Press
) -> None:
    await front.type("lee", line)
    await front.office.carry_out()
    [notice] = await front.desk.notices(front.office.actor("asha"))
    assert (notice.card.title, notice.card.body.plain()) == (title, words)
    assert notice.card.fields == (Field("Until", front.office.clock.now() + until * HOUR, "until"),)
    assert [(button.label, button.action) for button in notice.card.buttons] == [(label, encode_press(back))]
    front.office.clock.advance(MINUTE)
    await front.press("asha", back)
    assert await front.desk.notices(front.office.actor("asha")) == []


async def test_nobody_is_told_of_their_own_word(front: Front) -> None:
    await front.type("lee", "/agent away 2h")
    await front.type("asha", "/agent away agent:me 2h")
    assert await front.office.owed() == []


async def test_what_a_lead_set_is_not_told_once_it_is_over(front: Front) -> None:
    await front.type("lee", "/agent away agent:asha@example.com 2h")
    await front.office.carry_out()
    assert len(await front.desk.notices(front.office.actor("asha"))) == 1
    front.office.clock.advance(2 * HOUR)
    assert await front.desk.notices(front.office.actor("asha")) == []


async def test_a_student_is_refused_by_what_they_asked_for(front: Front) -> None:
    for line, words in (
        ("/agent duty", "You may not see who is on duty and what each carries: the support staff can."),
        ("/agent load", "You may not see who is on duty and what each carries: the support staff can."),
        ("/alert list", "You may not see what escalates: the support staff can."),
    ):
        with pytest.raises(NotAllowed) as refusal:
            await front.type("sam", line)
        assert str(refusal.value) == words


async def test_me_is_oneself(front: Front) -> None:
    card = shown(await front.type("asha", "/agent away agent:me 2h"))
    assert card.title == "You are away until 16:30 IST, in 2 h"


async def test_a_student_has_none_of_it(front: Front) -> None:
    for line in ("/agent available", "/agent away 2h", "/agent load", "/agent duty", "/agent capacity 3"):
        with pytest.raises(NotAllowed):
            await front.type("sam", line)


# --- by the shifts again ---------------------------------------------------------------------------------------------


async def test_whoever_said_something_goes_back_to_their_shifts(office: Office) -> None:
    front = front_of(office, rostered(office.desk))
    await front.type("asha", "/agent available")
    card = shown(await front.type("asha", "/agent auto"))
    assert card.title == "You are on duty as your shifts say"
    assert facts(card) == [("Academics", "away until Tue 09:00 IST")]
    assert await duty_of(front, "asha") is None


async def test_a_lead_lets_anothers_shifts_count_and_they_read_so(office: Office) -> None:
    front = front_of(office, rostered(office.desk))
    await front.type("asha", "/agent away")
    before = (await office.owed())[-1:]
    card = shown(await front.type("lee", "/agent auto agent:asha@example.com"))
    assert card.title == "Asha Agent is on duty as their shifts say"
    owed = [one for one in await office.owed() if one not in before]
    [told] = [one for one in owed if one.address == ToPerson(office.people["asha"], Platform.WEB)]
    parcel = await office.composed(told)
    assert isinstance(parcel, Parcel) and isinstance(parcel.content, Card)
    assert parcel.content.title == "Lee Lead let your shifts say again when you are on duty"
    await front.type("asha", "/agent available")
    assert await office.composed(told) == Skip("it was set anew since")
    with pytest.raises(NotAllowed):
        await front.type("abe", "/agent auto agent:asha@example.com")


# --- teams -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["/agent load nowhere", "/agent duty team:nowhere"])
async def test_where_there_is_no_such_team_those_that_there_are_are_named(front: Front, line: str) -> None:
    with pytest.raises(BadArgument, match=r"team: “nowhere” is not one of academics, platform\."):
        await front.type("lee", line)


# --- capacity --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "kept", "title"),
    [
        ("7", 7, "You carry up to 7"),
        ("3", 3, "You carry up to 3"),
        ("team", None, "You carry what your team's agents carry"),
        ("TEAM", None, "You carry what your team's agents carry"),
    ],
)
async def test_a_capacity_is_a_number_or_the_teams(front: Front, words: str, kept: int | None, title: str) -> None:
    await carry(front.office, "asha", 3)
    assert shown(await front.type("asha", f"/agent capacity {words}")).title == title
    assert (await front.office.person("asha")).capacity == kept


@pytest.mark.parametrize("words", ["0", "1", "2", "1001"])
async def test_a_capacity_has_the_same_bounds_as_in_bot_toml(front: Front, words: str) -> None:
    with pytest.raises(CapacityOutOfRange, match="from 3 to 1000"):
        await front.type("asha", f"/agent capacity {words}")


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
    await two_held(front.office)
    await carry(office, "abe", 20)
    card = shown(await front.type("asha", "/agent load"))
    assert card.title == "Who carries what"
    assert facts(card) == [
        ("Asha Agent", "4 of 15 · 2 open · 1 urgent · on duty until 12:00 IST"),
        ("Abe Academic", "0 of 20 · 0 open · away until 12:00 IST"),
        ("Lee Lead", "0 of 15 · 0 open · away"),
        ("Wen Warden", "0 of 15 · 0 open · away"),
    ]


async def test_what_one_is_asked_to_take_counts_as_load(taking_turns: Front) -> None:
    await alone(taking_turns.office, "wen")
    await taking_turns.office.open(priority=Priority.LOW)
    card = shown(await taking_turns.type("wen", "/agent load academics"))
    assert facts(card)[0] == ("Wen Warden", "0.5 of 15 · 0 open, 1 offered · on duty")


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
        ("Asha Agent", "on duty until 12:00 IST"),
        ("Abe Academic", "from 12:00 IST, in 1 h 30 min"),
        ("Nobody from 15:00 to 17:00 IST", "2 h"),
        ("Nobody from Tue 15:00 to Tue 17:00 IST", "2 h"),
        ("Nobody from Wed 12:00 to Wed 17:00 IST", "5 h"),
        ("Nobody from Thu 15:00 to Thu 17:00 IST", "2 h"),
        ("Nobody from Fri 15:00 to Fri 17:00 IST", "2 h"),
    ]


async def test_with_nobody_on_duty_that_is_said_and_who_comes(office: Office) -> None:
    front = front_of(office, rostered(office.desk))
    office.clock.advance(5 * DAY)  # Saturday
    rows = facts(shown(await front.type("lee", "/agent duty academics")))
    assert rows[:3] == [
        ("Nobody is on duty now", ""),
        ("Asha Agent", "from Mon 09:00 IST, in 42 h"),
        ("Abe Academic", "from Mon 12:00 IST, in 46 h"),
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
