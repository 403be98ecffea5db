"""Who is on duty, by cases; and that no change of it comes sooner than was said."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.model.desk import Desk, Team
from core.model.duty import Booked, Duty, DutyState, Shift
from core.model.hours import ALWAYS, MIDNIGHT, OpeningHours, Season, Span
from core.model.ids import PersonId
from core.model.people import Grant, Person, Role, Standing
from core.rules.duty import HORIZON, duty_changes_at, first_on_duty, is_on_duty, next_duty

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONE = "Europe/Berlin"
NINE_TO_FIVE = (Span(9 * 60, 17 * 60),)
SPLIT = (Span(8 * 60, 12 * 60), Span(14 * 60, 18 * 60))
EVENING = (Span(18 * 60, MIDNIGHT),)
EVERY_DAY, WEEKDAYS = range(7), range(5)
OFFICE = OpeningHours(
    zone=ZONE, week=dict.fromkeys(WEEKDAYS, NINE_TO_FIVE), holidays={date(2026, 6, 4): "Corpus Christi"}
)


def at(words: str, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=ZoneInfo(ZONE), fold=fold).astimezone(UTC)


@dataclass(frozen=True)
class Book:
    """A calendar, whatever file it is from."""

    entries: tuple[Booked, ...]

    def between(self, start: datetime, end: datetime) -> Sequence[Booked]:
        assert start < end and end - start <= 90 * DAY
        return [entry for entry in self.entries if entry.start < end and start < entry.end]


def booked(who: str, start: str, end: str) -> Booked:
    return Booked(f"{who}@example.edu", at(start), at(end))


def person(
    name: str = "asha", *, word: Duty | None = None, team: str | None = "support", role: Role = Role.AGENT
) -> Person:
    return Person(
        id=PersonId(f"p-{name}"),
        name=name,
        email=f"{name.title()}@example.edu",
        email_confirmed=True,
        duty=word,
        grants=(Grant(role, team),),
        created_at=at("2026-01-01"),
    )


def desk(
    *shifts: Shift, calendar: Sequence[Booked] | None = None, hours: OpeningHours = OFFICE, zone: str = ZONE
) -> Desk:
    return Desk(
        name="Desk",
        time_zone=zone,
        teams={key: Team(key=key, name=key) for key in ("support", "night")},
        categories={},
        hours=hours,
        shifts=shifts,
        shift_calendars={"support": Book(tuple(calendar))} if calendar is not None else {},
        public_url="https://desk.example.edu",
    )


def shift(
    *who: str, days: Sequence[int] = WEEKDAYS, spans: tuple[Span, ...] = NINE_TO_FIVE, team: str = "support"
) -> Shift:
    return Shift(team=team, who=tuple(f"{one}@example.edu" for one in who), week=dict.fromkeys(days, spans))


def word(state: str, since: str, until: str | None = None) -> Duty:
    return Duty(state=DutyState(state), since=at(since), until=at(until) if until else None)


def who_said(state: str, since: str, until: str | None = None) -> Person:
    return person(word=word(state, since, until))


ASHA = person()
AWAY = who_said("away", "2026-06-03 09:30")
AWAY_TILL_11 = who_said("away", "2026-06-03 09:30", "2026-06-03 11:00")
LATE = who_said("available", "2026-06-03 18:00")
LATE_AND_ON = who_said("available", "2026-06-03 18:00", "2026-06-04 20:00")
AWAY_TILL_FRIDAY = who_said("away", "2026-06-03 09:30", "2026-06-05 11:00")
AWAY_TILL_SATURDAY = who_said("away", "2026-06-03 09:30", "2026-06-06 11:00")
EVENING_BEFORE = who_said("available", "2026-06-02 20:00")
NIGHT_BEFORE = who_said("available", "2026-06-02 22:00")
BACK = who_said("away", "2026-06-01 09:30", "2026-06-02 11:00")
EARLY = who_said("available", "2026-06-03 08:00")
UNPROVEN = replace(ASHA, email_confirmed=False)
WAITING = replace(ASHA, grants=(Grant(Role.AGENT, "support", approved=False),))
NIGHTLY = person(team="night")
OTHERS = shift("ben", "carla", days=EVERY_DAY, spans=(Span(0, MIDNIGHT),))
EVENINGS = shift("asha", days=EVERY_DAY, spans=EVENING)
SUMMER = replace(shift("asha", spans=SPLIT), first=date(2026, 6, 2), last=date(2026, 6, 9))
BESIDE = shift("asha", spans=NINE_TO_FIVE)
OVER_MIDNIGHT = [shift("asha", days=(0,), spans=EVENING), shift("asha", days=(1,), spans=(Span(0, 60),))]
ENTRIES = [
    booked("asha", "2026-06-06 22:00", "2026-06-07 06:00"),
    booked("ben", "2026-06-03 00:00", "2026-06-05 00:00"),
]
TOUCHING = [*ENTRIES, booked("asha", "2026-06-07 06:00", "2026-06-07 09:00")]
CASES = [
    # Nobody names her: business hours.
    ("business hours", ASHA, desk(), "2026-06-03 10:00", True),
    ("before they begin", ASHA, desk(), "2026-06-03 08:59:59", False),
    ("their end", ASHA, desk(), "2026-06-03 17:00", False),
    ("a weekend", ASHA, desk(), "2026-06-06 10:00", False),
    ("a holiday", ASHA, desk(), "2026-06-04 10:00", False),
    ("always open", ASHA, desk(hours=ALWAYS), "2026-06-06 03:00", True),
    ("the shifts of others", ASHA, desk(OTHERS), "2026-06-03 20:00", False),
    ("the shifts of others, business hours", ASHA, desk(OTHERS), "2026-06-03 10:00", True),
    ("a shift of another team", ASHA, desk(shift("asha", team="night", spans=EVENING)), "2026-06-03 10:00", True),
    ("the calendar of others", ASHA, desk(calendar=ENTRIES[1:]), "2026-06-03 10:00", True),
    ("the calendar of others at night", ASHA, desk(calendar=ENTRIES[1:]), "2026-06-03 20:00", False),
    ("an empty calendar", ASHA, desk(calendar=()), "2026-06-03 10:00", True),
    # A shift names her: it alone counts.
    ("a shift", ASHA, desk(EVENINGS), "2026-06-03 20:00", True),
    ("business hours beside a shift", ASHA, desk(EVENINGS), "2026-06-03 10:00", False),
    ("a shift's last minute", ASHA, desk(EVENINGS), "2026-06-03 23:59:59", True),
    ("midnight", ASHA, desk(EVENINGS), "2026-06-04 00:00", False),
    ("either of two shifts, the first", ASHA, desk(EVENINGS, shift("asha")), "2026-06-03 10:00", True),
    ("either of two shifts, the second", ASHA, desk(EVENINGS, shift("asha")), "2026-06-03 20:00", True),
    ("a split shift's first part", ASHA, desk(SUMMER), "2026-06-03 11:59", True),
    ("a split shift's gap", ASHA, desk(SUMMER), "2026-06-03 13:00", False),
    ("a split shift's second part", ASHA, desk(SUMMER), "2026-06-03 14:00", True),
    ("before its first day", ASHA, desk(SUMMER), "2026-06-01 10:00", False),
    ("its first day", ASHA, desk(SUMMER), "2026-06-02 08:00", True),
    ("its last day", ASHA, desk(SUMMER), "2026-06-09 17:59", True),
    ("after its last day", ASHA, desk(SUMMER), "2026-06-10 10:00", False),
    ("on a holiday", ASHA, desk(EVENINGS), "2026-06-04 20:00", False),
    ("on a holiday, as it says", ASHA, desk(replace(EVENINGS, on_holidays=True)), "2026-06-04 20:00", True),
    # The calendar does, holidays or not.
    ("a calendar's entry", ASHA, desk(calendar=ENTRIES), "2026-06-07 05:59", True),
    ("its end", ASHA, desk(calendar=ENTRIES), "2026-06-07 06:00", False),
    ("business hours beside a calendar", ASHA, desk(calendar=ENTRIES), "2026-06-03 10:00", False),
    ("an entry on a holiday", person("ben"), desk(calendar=ENTRIES), "2026-06-04 03:00", True),
    ("a shift beside a calendar", ASHA, desk(EVENINGS, calendar=ENTRIES), "2026-06-03 20:00", True),
    ("long after the calendar's last", ASHA, desk(calendar=ENTRIES), "2026-07-15 10:00", True),
    ("weeks before the calendar's first", ASHA, desk(calendar=ENTRIES), "2026-04-22 10:00", False),
    # Her own word stands before all that.
    ("away", AWAY, desk(), "2026-06-03 10:00", False),
    ("away, a year later", AWAY, desk(), "2027-06-03 10:00", False),
    ("away until", AWAY_TILL_11, desk(), "2026-06-03 10:59", False),
    ("back", AWAY_TILL_11, desk(), "2026-06-03 11:00", True),
    ("available", who_said("available", "2026-06-03 20:00"), desk(), "2026-06-03 23:00", True),
    ("available on a holiday", who_said("available", "2026-06-04 10:00"), desk(), "2026-06-04 11:00", True),
    ("available off shift", EARLY, desk(EVENINGS), "2026-06-03 10:00", True),
    ("available for twelve hours", LATE, desk(), "2026-06-04 05:59", True),
    ("no longer than twelve hours", LATE, desk(), "2026-06-04 06:00", False),
    ("available until", LATE_AND_ON, desk(), "2026-06-04 19:59", True),
    ("until it is over", LATE_AND_ON, desk(), "2026-06-04 20:00", False),
    # Nobody else ever is.
    ("of no such team", NIGHTLY, desk(), "2026-06-03 10:00", False),
    ("of no such team, available", replace(EARLY, grants=NIGHTLY.grants), desk(), "2026-06-03 10:00", False),
    ("of every team", person(team=None), desk(), "2026-06-03 10:00", True),
    ("a lead who answers nothing", person(role=Role.LEAD), desk(), "2026-06-03 10:00", False),
    ("a requester in a shift", person(role=Role.REQUESTER), desk(shift("asha")), "2026-06-03 10:00", False),
    ("not approved yet", WAITING, desk(), "2026-06-03 10:00", False),
    ("suspended", replace(ASHA, standing=Standing.SUSPENDED), desk(), "2026-06-03 10:00", False),
    ("blocked, available", replace(EARLY, standing=Standing.BLOCKED), desk(), "2026-06-03 10:00", False),
    ("an address not confirmed is in no shift", UNPROVEN, desk(EVENINGS), "2026-06-03 20:00", False),
    ("nor in a calendar", UNPROVEN, desk(calendar=ENTRIES), "2026-06-07 05:00", False),
    ("but has business hours", UNPROVEN, desk(EVENINGS), "2026-06-03 10:00", True),
    ("nor is who has none", replace(ASHA, email=None), desk(EVENINGS), "2026-06-03 20:00", False),
]


@pytest.mark.parametrize(("who", "where", "when", "answer"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_who_is_on_duty(who: Person, where: Desk, when: str, answer: bool) -> None:
    assert is_on_duty(who, "support", where, at(when)) is answer


WEEKLY = replace(shift("asha", "ben", "carla"), first=date(2026, 10, 14), rotate_weeks=1)
"""From a Wednesday on; the clock is put back in its second week."""
FORTNIGHTLY = replace(
    shift("asha", "ben", days=EVERY_DAY, spans=(Span(0, MIDNIGHT),)), first=date(2026, 12, 14), rotate_weeks=2
)

TURNS = [
    ("before the first day", WEEKLY, "2026-10-13 10:00", None),
    ("the first week, begun on a Wednesday", WEEKLY, "2026-10-14 10:00", "asha"),
    ("its Friday", WEEKLY, "2026-10-16 10:00", "asha"),
    ("the Monday after", WEEKLY, "2026-10-19 10:00", "ben"),
    ("the Friday before the clock is put back", WEEKLY, "2026-10-23 16:59", "ben"),
    ("the Monday after it was", WEEKLY, "2026-10-26 09:00", "carla"),
    ("the first again", WEEKLY, "2026-11-02 10:00", "asha"),
    ("the last week of the year", WEEKLY, "2026-12-31 10:00", "carla"),
    ("the same week, next year", WEEKLY, "2027-01-01 10:00", "carla"),
    ("the first full week of the year", WEEKLY, "2027-01-04 10:00", "asha"),
    ("after the clock was put forward", WEEKLY, "2027-03-29 10:00", "asha"),
    ("two weeks, the first", FORTNIGHTLY, "2026-12-14 00:00", "asha"),
    ("two weeks, the last minute", FORTNIGHTLY, "2026-12-27 23:59", "asha"),
    ("the next two, over the end of the year", FORTNIGHTLY, "2026-12-28 00:00", "ben"),
    ("their last minute", FORTNIGHTLY, "2027-01-10 23:59", "ben"),
    ("the first again, after two weeks each", FORTNIGHTLY, "2027-01-11 00:00", "asha"),
]


@pytest.mark.parametrize(("turns", "when", "whose"), [case[1:] for case in TURNS], ids=[c[0] for c in TURNS])
def test_a_rotation_takes_turns_by_whole_weeks_of_the_desk(turns: Shift, when: str, whose: str | None) -> None:
    people = [person(name) for name in ("asha", "ben", "carla") if f"{name}@example.edu" in turns.who]
    on_duty = [one.name for one in people if is_on_duty(one, "support", desk(turns), at(when))]
    assert on_duty == ([whose] if whose else [])


def test_a_rotation_of_one_is_always_theirs() -> None:
    alone = replace(shift("asha"), first=date(2026, 1, 1), rotate_weeks=3)
    assert all(is_on_duty(ASHA, "support", desk(alone), at("2026-06-03 10:00") + 7 * DAY * week) for week in range(20))


def test_somebody_twice_in_a_rotation_has_two_turns() -> None:
    turns = replace(shift("asha", "ben", "asha", "carla"), first=date(2026, 6, 1), rotate_weeks=1)
    hers = [is_on_duty(ASHA, "support", desk(turns), at("2026-06-03 10:00") + 7 * DAY * week) for week in range(4)]
    assert hers == [True, False, True, False]


CHANGES = [
    ("the day's end", ASHA, desk(), "2026-06-03 10:00", "2026-06-03 17:00"),
    ("the next opening, after a holiday", ASHA, desk(), "2026-06-03 17:00", "2026-06-05 09:00"),
    ("never while it is always open", ASHA, desk(hours=ALWAYS), "2026-06-03 10:00", None),
    ("a shift's end, not a part's", ASHA, desk(SUMMER, BESIDE), "2026-06-03 10:00", "2026-06-03 18:00"),
    ("a split shift's gap", ASHA, desk(SUMMER), "2026-06-03 10:00", "2026-06-03 12:00"),
    ("over midnight", ASHA, desk(*OVER_MIDNIGHT), "2026-06-01 20:00", "2026-06-02 01:00"),
    ("the end of a turn", ASHA, desk(FORTNIGHTLY), "2026-12-20 12:00", "2026-12-28 00:00"),
    ("the next turn", ASHA, desk(FORTNIGHTLY), "2026-12-28 00:00", "2027-01-11 00:00"),
    ("a shift that is over", ASHA, desk(SUMMER), "2026-06-10 10:00", None),
    ("a shift that has not begun", ASHA, desk(SUMMER), "2026-05-10 10:00", "2026-06-02 08:00"),
    ("a shift beyond the horizon", ASHA, desk(SUMMER), "2026-04-01 10:00", None),
    ("a calendar's entry", ASHA, desk(calendar=ENTRIES), "2026-06-03 10:00", "2026-06-06 22:00"),
    ("its end", ASHA, desk(calendar=ENTRIES), "2026-06-06 22:00", "2026-06-07 06:00"),
    ("two entries that touch", ASHA, desk(calendar=TOUCHING), "2026-06-06 23:00", "2026-06-07 09:00"),
    ("three weeks after the last entry", ASHA, desk(calendar=ENTRIES), "2026-06-07 06:00", "2026-06-29 09:00"),
    ("away for good", AWAY, desk(), "2026-06-03 10:00", None),
    ("back", AWAY_TILL_FRIDAY, desk(), "2026-06-03 10:00", "2026-06-05 11:00"),
    ("back while it is closed", AWAY_TILL_SATURDAY, desk(), "2026-06-03 10:00", "2026-06-08 09:00"),
    ("twelve hours", EVENING_BEFORE, desk(), "2026-06-02 21:00", "2026-06-03 08:00"),
    ("twelve hours and on into the day", NIGHT_BEFORE, desk(), "2026-06-02 23:00", "2026-06-03 17:00"),
    ("an end that is past", BACK, desk(), "2026-06-03 10:00", "2026-06-03 17:00"),
    ("of no such team", NIGHTLY, desk(), "2026-06-03 10:00", None),
    ("suspended", replace(ASHA, standing=Standing.SUSPENDED), desk(), "2026-06-03 10:00", None),
]


@pytest.mark.parametrize(("who", "where", "when", "then"), [case[1:] for case in CHANGES], ids=[c[0] for c in CHANGES])
def test_when_duty_changes(who: Person, where: Desk, when: str, then: str | None) -> None:
    assert duty_changes_at(who, "support", where, at(when)) == (at(then) if then else None)


def test_who_is_on_duty_is_next_so_now() -> None:
    assert next_duty(ASHA, "support", desk(), at("2026-06-03 10:00")) == at("2026-06-03 10:00")


def test_who_is_not_on_duty_is_next_so_when_it_changes() -> None:
    assert next_duty(ASHA, "support", desk(), at("2026-06-03 17:00")) == at("2026-06-05 09:00")
    assert next_duty(AWAY, "support", desk(), at("2026-06-03 17:00")) is None


def test_the_first_on_duty_of_several_and_the_one_named_first_of_two_at_once() -> None:
    where = desk(EVENINGS, shift("ben", "carla"))
    asha, ben, carla = person("asha"), person("ben"), person("carla")
    assert first_on_duty([asha, ben], "support", where, at("2026-06-03 12:00")) == (at("2026-06-03 12:00"), ben)
    assert first_on_duty([asha, ben], "support", where, at("2026-06-03 17:30")) == (at("2026-06-03 18:00"), asha)
    assert first_on_duty([carla, ben], "support", where, at("2026-06-05 06:00")) == (at("2026-06-05 09:00"), carla)
    assert first_on_duty([], "support", where, at("2026-06-05 06:00")) is None
    assert first_on_duty([NIGHTLY], "support", where, at("2026-06-05 06:00")) is None


MONDAY = datetime(2026, 10, 19, tzinfo=UTC)
"""Of the week in which Berlin puts its clock back."""


@st.composite
def weeks(draw: st.DrawFn) -> dict[int, tuple[Span, ...]]:
    def day(marks: set[int]) -> tuple[Span, ...]:
        ordered = sorted(marks)
        return tuple(Span(30 * a, 30 * b) for a, b in zip(ordered[::2], ordered[1::2], strict=False))

    return draw(st.dictionaries(st.integers(0, 6), st.sets(st.integers(0, 48), max_size=4).map(day), max_size=4))


@st.composite
def shifts(draw: st.DrawFn) -> Shift:
    days = st.none() | st.integers(-14, 21).map(lambda number: (MONDAY + number * DAY).date())
    first = draw(days)
    return Shift(
        team=draw(st.sampled_from(["support", "support", "night"])),
        who=tuple(draw(st.lists(st.sampled_from(["asha@example.edu", "ben@example.edu"]), min_size=1, max_size=3))),
        week=draw(weeks()),
        first=first,
        last=draw(days),
        rotate_weeks=draw(st.integers(0, 2)) if first else 0,
        on_holidays=draw(st.booleans()),
    )


def hours_about(step: timedelta, most: int) -> st.SearchStrategy[datetime]:
    return st.integers(-most, most).map(lambda number: MONDAY + number * step)


@st.composite
def entries(draw: st.DrawFn) -> Booked:
    start = draw(hours_about(HOUR, 24 * 60))
    length = draw(st.integers(1, 30)) * HOUR
    return Booked(draw(st.sampled_from(["asha@example.edu", "ben@example.edu"])), start, start + length)


@st.composite
def desks(draw: st.DrawFn) -> Desk:
    day = MONDAY.date() + timedelta(days=draw(st.integers(0, 9)))
    zone = draw(st.sampled_from([ZONE, "America/New_York", "Australia/Lord_Howe"]))
    seasons = (Season(name="Exams", first=day, last=day + 3 * DAY, week=draw(weeks())),)
    return desk(
        *draw(st.lists(shifts(), max_size=2)),
        calendar=draw(st.none() | st.lists(entries(), max_size=3)),
        hours=OpeningHours(
            zone=zone,
            week=draw(st.none() | weeks()),
            holidays={day: "Off"},
            seasons=draw(st.sampled_from([(), seasons])),
        ),
        zone=zone,
    )


def words() -> st.SearchStrategy[Duty | None]:
    return st.none() | st.builds(
        Duty,
        state=st.sampled_from(DutyState),
        since=hours_about(HOUR, 30),
        until=st.none() | hours_about(HOUR / 2, 300),
    )


@settings(max_examples=60, deadline=None)
@given(words(), desks(), hours_about(timedelta(minutes=1), 10 * MIDNIGHT), st.data())
def test_no_change_of_duty_comes_sooner_than_was_said(
    said: Duty | None, where: Desk, when: datetime, data: st.DataObject
) -> None:
    who = person(word=said)
    now = is_on_duty(who, "support", where, when)
    change = duty_changes_at(who, "support", where, when)
    minutes = ((change or when + HORIZON) - when) // timedelta(minutes=1)
    step = max(1, minutes // 200)
    begin = data.draw(st.integers(0, step))
    for minute in range(begin, minutes, step):
        assert is_on_duty(who, "support", where, when + timedelta(minutes=minute)) is now
    if change is not None:
        assert is_on_duty(who, "support", where, change - timedelta(microseconds=1)) is now
        assert is_on_duty(who, "support", where, change) is not now
