"""Business time, by cases and against a reference that looks at the clock on the wall minute by minute."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.model.hours import ALWAYS, MIDNIGHT, OpeningHours, Season, Span
from core.rules.hours import HORIZON, after, intervals, is_open, next_open, spans_on, wall_intervals, worked

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NINE_TO_FIVE = (Span(9 * 60, 17 * 60),)
OFFICE = OpeningHours(
    zone="Europe/Berlin",
    week=dict.fromkeys(range(5), NINE_TO_FIVE),
    holidays={date(2026, 12, 25): "Christmas", date(2026, 7, 7): "Sports day"},
    seasons=(
        Season(name="Summer", first=date(2026, 7, 1), last=date(2026, 7, 31), week={0: (Span(600, 720),), 4: ()}),
        Season(
            name="Exams",
            first=date(2026, 7, 6),
            last=date(2026, 7, 11),
            week={0: (Span(480, MIDNIGHT),), 5: (Span(0, 60),), 1: NINE_TO_FIVE},
        ),
    ),
)
NIGHTS = OpeningHours(zone="Europe/Berlin", week={day: (Span(60, 240),) for day in range(7)})
"""From one to four: every change of the clock falls into them."""
CLOSED = OpeningHours(week={})


def at(words: str, zone: str = "Europe/Berlin", *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


SPANS = [
    ("2026-06-03", OFFICE, NINE_TO_FIVE),
    ("2026-06-06", OFFICE, ()),
    ("2026-12-25", OFFICE, ()),
    ("2026-06-29", OFFICE, NINE_TO_FIVE),
    ("2026-07-01", OFFICE, NINE_TO_FIVE),
    ("2026-07-13", OFFICE, (Span(600, 720),)),
    ("2026-07-31", OFFICE, ()),
    ("2026-08-03", OFFICE, NINE_TO_FIVE),
    # Exams are laid over the summer: they name Mondays, and leave Fridays to it.
    ("2026-07-06", OFFICE, (Span(480, MIDNIGHT),)),
    ("2026-07-10", OFFICE, ()),
    ("2026-07-11", OFFICE, (Span(0, 60),)),
    ("2026-07-07", OFFICE, ()),
    ("2026-07-07", ALWAYS, (Span(0, MIDNIGHT),)),
    ("2026-07-07", OpeningHours(holidays={date(2026, 7, 7): "Off"}), ()),
    ("2026-07-07", CLOSED, ()),
]


@pytest.mark.parametrize(("day", "hours", "spans"), SPANS)
def test_a_day_has_the_spans_of_its_holiday_its_last_season_or_its_weekday(
    day: str, hours: OpeningHours, spans: tuple[Span, ...]
) -> None:
    assert spans_on(date.fromisoformat(day), hours) == spans


WORKED = [
    ("within a day", OFFICE, at("2026-06-03 10:00"), at("2026-06-03 12:30"), 2.5),
    ("over a night", OFFICE, at("2026-06-03 16:00"), at("2026-06-04 10:00"), 2),
    ("over a weekend", OFFICE, at("2026-06-05 16:30"), at("2026-06-08 09:30"), 1),
    ("while it is closed", OFFICE, at("2026-06-06 10:00"), at("2026-06-07 10:00"), 0),
    ("over a holiday", OFFICE, at("2026-12-24 16:00"), at("2026-12-28 10:00"), 2),
    ("to midnight and on", OFFICE, at("2026-07-06 23:00"), at("2026-07-08 10:00"), 2),
    ("a season's first day", OFFICE, at("2026-07-04 00:00"), at("2026-07-06 09:00"), 1),
    ("backwards", OFFICE, at("2026-06-04 10:00"), at("2026-06-03 10:00"), 0),
    ("no time", OFFICE, at("2026-06-03 10:00"), at("2026-06-03 10:00"), 0),
    ("seconds count", OFFICE, at("2026-06-03 10:00:00"), at("2026-06-03 10:00:36"), 0.01),
    ("always open, the clock put forward", ALWAYS, at("2026-03-28 12:00"), at("2026-03-29 12:00"), 23),
    ("the hour that is left out", NIGHTS, at("2026-03-29 00:00"), at("2026-03-29 12:00"), 2),
    ("the hour that is twice", NIGHTS, at("2026-10-25 00:00"), at("2026-10-25 12:00"), 4),
    ("to the second of the two", NIGHTS, at("2026-10-25 00:00"), at("2026-10-25 02:30", fold=1), 2.5),
    ("never open", CLOSED, at("2020-01-01 00:00"), at("2026-01-01 00:00"), 0),
]


@pytest.mark.parametrize(("hours", "start", "end", "count"), [case[1:] for case in WORKED], ids=[c[0] for c in WORKED])
def test_business_time_between_two_instants(hours: OpeningHours, start: datetime, end: datetime, count: float) -> None:
    assert worked(start, end, hours) == timedelta(hours=count)


AFTER = [
    ("the same day", OFFICE, at("2026-06-03 10:00"), 2, at("2026-06-03 12:00")),
    ("the next day", OFFICE, at("2026-06-03 16:00"), 2, at("2026-06-04 10:00")),
    ("at closing time, not the next morning", OFFICE, at("2026-06-03 16:00"), 1, at("2026-06-03 17:00")),
    ("from a closed hour", OFFICE, at("2026-06-06 16:00"), 1, at("2026-06-08 10:00")),
    ("over a holiday", OFFICE, at("2026-12-24 16:00"), 2, at("2026-12-28 10:00")),
    ("no time at all, while it is closed", OFFICE, at("2026-06-06 16:00"), 0, at("2026-06-06 16:00")),
    ("the clock put forward", NIGHTS, at("2026-03-29 00:00"), 1.5, at("2026-03-29 03:30")),
    ("the clock put back", NIGHTS, at("2026-10-25 00:00"), 2.5, at("2026-10-25 02:30", fold=1)),
    ("never open", CLOSED, at("2026-06-03 10:00"), 1, None),
    ("beyond two years", OFFICE, at("2026-06-03 10:00"), 8 * 366 * 3, None),
]


@pytest.mark.parametrize(("hours", "start", "count", "then"), [case[1:] for case in AFTER], ids=[c[0] for c in AFTER])
def test_the_instant_at_which_so_much_has_been_worked(
    hours: OpeningHours, start: datetime, count: float, then: datetime | None
) -> None:
    assert after(start, timedelta(hours=count), hours) == then


NEXT = [
    (OFFICE, at("2026-06-03 10:00"), at("2026-06-03 10:00")),
    (OFFICE, at("2026-06-03 09:00"), at("2026-06-03 09:00")),
    (OFFICE, at("2026-06-03 17:00"), at("2026-06-04 09:00")),
    (OFFICE, at("2026-06-05 17:30"), at("2026-06-08 09:00")),
    (OFFICE, at("2026-07-10 12:00"), at("2026-07-11 00:00")),
    (NIGHTS, at("2026-03-29 01:59:59"), at("2026-03-29 01:59:59")),
    (CLOSED, at("2026-06-03 10:00"), None),
]


@pytest.mark.parametrize(("hours", "moment", "then"), NEXT)
def test_the_next_open_instant(hours: OpeningHours, moment: datetime, then: datetime | None) -> None:
    assert next_open(moment, hours) == then


def test_the_first_minute_of_a_span_is_in_it_and_its_end_is_not() -> None:
    assert is_open(at("2026-06-03 09:00"), OFFICE) and is_open(at("2026-06-03 16:59:59"), OFFICE)
    assert not is_open(at("2026-06-03 08:59:59"), OFFICE) and not is_open(at("2026-06-03 17:00"), OFFICE)
    assert is_open(at("2026-07-06 23:59:59"), OFFICE) and not is_open(at("2026-07-07 00:00"), OFFICE)


def test_open_hours_on_both_sides_of_a_midnight_are_one_interval() -> None:
    hours = OpeningHours(week={0: (Span(1200, MIDNIGHT),), 1: (Span(0, 60), Span(60, 120))})
    assert list(intervals(hours, at("2026-06-01", "UTC"), at("2026-06-05", "UTC"))) == [
        (at("2026-06-01 20:00", "UTC"), at("2026-06-02 02:00", "UTC"))
    ]


def test_a_day_that_a_zone_skipped_is_no_time() -> None:
    asked: list[date] = []

    def friday(day: date) -> tuple[Span, ...]:
        asked.append(day)
        return (Span(0, MIDNIGHT),) if day.weekday() == 4 else ()

    assert list(wall_intervals("Pacific/Apia", friday, at("2011-12-29", "UTC"), at("2012-01-02", "UTC"))) == []
    assert date(2011, 12, 29) in asked and date(2011, 12, 31) in asked


def test_instants_of_any_zone_are_taken_and_come_back_in_utc() -> None:
    start = datetime(2026, 6, 3, 10, tzinfo=ZoneInfo("Asia/Kolkata"))
    assert after(start, timedelta(), OFFICE) == start
    for moment in (after(start, timedelta(), OFFICE), after(start, HOUR, OFFICE), next_open(start, OFFICE)):
        assert moment is not None and moment.tzinfo is UTC


def test_two_years_are_looked_ahead_and_no_more() -> None:
    once = Season(name="Once", first=date(2028, 5, 31), last=date(2028, 6, 4), week={4: NINE_TO_FIVE})
    hours = OpeningHours(week={}, seasons=(once,))
    opens = at("2028-06-02 09:00", "UTC")
    assert next_open(opens - HORIZON + MINUTE, hours) == opens
    assert next_open(opens - HORIZON - MINUTE, hours) is None


ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia", "UTC"]
CHANGES = [
    "2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01", "2026-04-05", "2026-10-04", "2011-12-30", "2026-12-31",
]  # fmt: skip
"""Days about which one of the zones changes its clock, and the end of a year."""


@st.composite
def spans(draw: st.DrawFn) -> tuple[Span, ...]:
    marks = sorted(draw(st.sets(st.integers(0, 96), max_size=6)))
    if len(marks) % 2:
        marks[-1:] = [] if marks[-1] == 96 else [marks[-1], 96]
    return tuple(Span(15 * first, 15 * last) for first, last in zip(marks[::2], marks[1::2], strict=True))


def weeks() -> st.SearchStrategy[dict[int, tuple[Span, ...]]]:
    return st.dictionaries(st.integers(0, 6), spans(), max_size=7)


@st.composite
def cases(draw: st.DrawFn) -> tuple[OpeningHours, datetime]:
    """Hours, and a minute about which they are asked."""
    middle = date.fromisoformat(draw(st.sampled_from(CHANGES)))
    near = st.integers(-3, 3).map(lambda days: middle + timedelta(days=days))
    seasons = tuple(
        Season(name="Other", first=min(ends), last=max(ends), week=draw(weeks()))
        for ends in draw(st.lists(st.tuples(near, near), max_size=2))
    )
    hours = OpeningHours(
        zone=draw(st.sampled_from(ZONES)),
        week=draw(st.none() | weeks()),
        holidays=dict.fromkeys(draw(st.sets(near, max_size=2)), "Off"),
        seasons=seasons,
    )
    minutes = draw(st.integers(-3 * MIDNIGHT, 2 * MIDNIGHT))
    return hours, datetime(middle.year, middle.month, middle.day, tzinfo=UTC) + minutes * MINUTE


def reference(moment: datetime, hours: OpeningHours) -> bool:
    """Whether the desk is open, read from the wall clock and the rules' own words."""
    wall = moment.astimezone(ZoneInfo(hours.zone))
    if wall.date() in hours.holidays:
        return False
    day: tuple[Span, ...] = (Span(0, MIDNIGHT),)
    if hours.week is not None:
        day = hours.week.get(wall.weekday(), ())
    for season in hours.seasons:
        if season.first <= wall.date() <= season.last:
            day = season.week.get(wall.weekday(), day)
    return any(60 * span.start <= (wall.hour * 60 + wall.minute) * 60 + wall.second < 60 * span.end for span in day)


@settings(max_examples=40, deadline=None)
@given(cases(), st.integers(0, 3 * MIDNIGHT))
def test_business_time_is_the_count_of_the_open_minutes(case: tuple[OpeningHours, datetime], length: int) -> None:
    hours, start = case
    open_minutes = sum(reference(start + number * MINUTE, hours) for number in range(length))
    assert worked(start, start + length * MINUTE, hours) == open_minutes * MINUTE


@settings(max_examples=100, deadline=None)
@given(cases(), st.integers(0, 4 * 24 * 3600), st.integers(0, 4 * 24 * 3600))
def test_business_time_adds_up(case: tuple[OpeningHours, datetime], first: int, second: int) -> None:
    hours, start = case
    middle = start + timedelta(seconds=first)
    end = middle + timedelta(seconds=second)
    assert worked(start, middle, hours) + worked(middle, end, hours) == worked(start, end, hours)


@settings(max_examples=100, deadline=None)
@given(cases(), st.integers(1, 5 * 24 * 3600))
def test_the_instant_after_so_much_work_is_the_first_at_which_it_is_done(
    case: tuple[OpeningHours, datetime], seconds: int
) -> None:
    hours, start = case
    time = timedelta(seconds=seconds)
    then = after(start, time, hours)
    if then is None:
        assert worked(start, start + HORIZON, hours) < time
    else:
        assert worked(start, then, hours) == time
        assert worked(start, then - timedelta(microseconds=1), hours) < time


@settings(max_examples=60, deadline=None)
@given(cases())
def test_the_next_open_instant_is_open_and_nothing_before_it_is(case: tuple[OpeningHours, datetime]) -> None:
    hours, start = case
    then = next_open(start, hours)
    if then is None:
        assert not any(intervals(hours, start, start + HORIZON))
        return
    assert reference(then, hours) and is_open(then, hours)
    closed = min((then - start) // MINUTE, 3 * MIDNIGHT)
    assert not any(reference(start + number * MINUTE, hours) for number in range(closed))


@settings(max_examples=100, deadline=None)
@given(cases())
def test_being_open_agrees_with_the_reference(case: tuple[OpeningHours, datetime]) -> None:
    hours, moment = case
    assert is_open(moment, hours) == reference(moment, hours)


@settings(max_examples=100, deadline=None)
@given(cases(), st.integers(1, 10 * MIDNIGHT))
def test_intervals_are_in_order_apart_and_within_what_was_asked(
    case: tuple[OpeningHours, datetime], length: int
) -> None:
    hours, start = case
    end = start + length * MINUTE
    ends = [moment for interval in intervals(hours, start, end) for moment in interval]
    assert ends == sorted(set(ends))
    assert not ends or (start <= ends[0] and ends[-1] <= end)
