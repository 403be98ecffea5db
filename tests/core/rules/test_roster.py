"""A team's duty over days to come, by cases and against a look at every quarter of an hour."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from core.model.desk import Desk, Team
from core.model.duty import Duty, DutyState, Shift
from core.model.hours import ALWAYS, OpeningHours, Span
from core.model.ids import PersonId
from core.model.people import Grant, Person, Role
from core.rules.duty import is_on_duty
from core.rules.hours import is_open
from core.rules.roster import gaps, turns

ZONE = ZoneInfo("Europe/Berlin")
QUARTER, DAY = timedelta(minutes=15), timedelta(days=1)
OFFICE = OpeningHours(zone="Europe/Berlin", week=dict.fromkeys(range(5), (Span(9 * 60, 17 * 60),)))


def at(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=ZONE).astimezone(UTC)


def person(name: str, word: Duty | None = None) -> Person:
    return Person(
        id=PersonId(1),
        name=name,
        email=f"{name}@example.edu",
        email_confirmed=True,
        duty=word,
        grants=(Grant(Role.AGENT, "support"),),
        created_at=at("2026-01-01"),
    )


def shift(*who: str, hours: tuple[int, int], days: range = range(7)) -> Shift:
    week = dict.fromkeys(days, (Span(hours[0] * 60, hours[1] * 60),))
    return Shift(team="support", who=tuple(f"{one}@example.edu" for one in who), week=week)


def desk(*shifts: Shift, hours: OpeningHours = OFFICE) -> Desk:
    team = Team(key="support", name="Support")
    return Desk(
        name="Desk",
        time_zone="Europe/Berlin",
        teams={"support": team},
        categories={},
        hours=hours,
        shifts=shifts,
        public_url="https://desk.example.edu",
    )


MONDAY, SUNDAY = at("2026-03-02 00:00"), at("2026-03-08 00:00")


def test_an_agents_turns_are_their_shifts_and_begin_and_end_with_the_time_asked_for() -> None:
    morning = desk(shift("asha", hours=(8, 12)))
    assert list(turns(person("asha"), "support", morning, at("2026-03-02 10:00"), at("2026-03-03 09:00"))) == [
        (at("2026-03-02 10:00"), at("2026-03-02 12:00")),
        (at("2026-03-03 08:00"), at("2026-03-03 09:00")),
    ]


def test_whoever_said_they_are_away_has_no_turn_until_then() -> None:
    away = Duty(state=DutyState.AWAY, since=MONDAY, until=at("2026-03-03 10:00"))
    asha = person("asha", away)
    assert list(turns(asha, "support", desk(), MONDAY, at("2026-03-04 00:00"))) == [
        (at("2026-03-03 10:00"), at("2026-03-03 17:00"))
    ]
    assert list(turns(replace(asha, grants=()), "support", desk(), MONDAY, SUNDAY)) == []


def test_a_gap_is_open_time_in_which_nobody_is_there() -> None:
    plan = desk(shift("asha", hours=(8, 12)), shift("abe", hours=(13, 16)))
    people = [person("asha"), person("abe")]
    assert gaps(people, "support", plan, MONDAY, at("2026-03-03 09:30")) == [
        (at("2026-03-02 12:00"), at("2026-03-02 13:00")),
        (at("2026-03-02 16:00"), at("2026-03-02 17:00")),
    ]


def test_without_shifts_there_is_no_gap_and_without_agents_all_is_one() -> None:
    assert gaps([person("asha")], "support", desk(), MONDAY, SUNDAY) == []
    assert gaps([person("asha")], "support", desk(hours=ALWAYS), MONDAY, SUNDAY) == []
    assert gaps([], "support", desk(hours=ALWAYS), MONDAY, SUNDAY) == [(MONDAY, SUNDAY)]
    assert len(gaps([], "support", desk(), MONDAY, SUNDAY)) == 5


_HOURS = st.tuples(st.integers(0, 23), st.integers(1, 12)).map(lambda two: (two[0], min(two[0] + two[1], 24)))
_SHIFTS = st.lists(
    st.builds(
        lambda who, hours, first, last: shift(who, hours=hours, days=range(first, last)),
        st.sampled_from(["asha", "abe"]),
        _HOURS,
        st.integers(0, 3),
        st.integers(4, 7),
    ),
    max_size=4,
)


@settings(max_examples=30, deadline=None)
@given(_SHIFTS, st.sampled_from([OFFICE, ALWAYS]), st.integers(0, 7 * 96), st.integers(1, 3 * 96))
def test_gaps_are_what_a_look_at_every_quarter_finds(
    shifts: list[Shift], hours: OpeningHours, first: int, count: int
) -> None:
    plan, people = desk(*shifts, hours=hours), [person("asha"), person("abe")]
    start = at("2026-03-27 00:00") + first * QUARTER  # the clock is put forward on the 29th
    found = gaps(people, "support", plan, start, start + count * QUARTER)
    for number in range(count):
        moment = start + number * QUARTER
        is_gap = is_open(moment, hours) and not any(is_on_duty(one, "support", plan, moment) for one in people)
        assert any(begins <= moment < ends for begins, ends in found) == is_gap
    assert all(begins < ends for begins, ends in found)
    assert all(one[1] <= other[0] for one, other in pairwise(found))
