"""What a requester is told to expect: from tickets like theirs, counted ahead in business time, or nothing."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model.hours import OpeningHours, Span
from core.rules.expectation import ENOUGH, GRACE, expected, rounded, samples_for

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = OpeningHours(
    zone="Europe/Berlin",
    week=dict.fromkeys(range(5), (Span(9 * 60, 17 * 60),)),
    holidays={date(2026, 5, 14): "Ascension Day"},
)
CLOSED = OpeningHours(zone="Europe/Berlin", week={})
USUAL = [HOUR] * ENOUGH


def at(words: str) -> datetime:
    """``11 10:00``: of May 2026, in Berlin. The 11th is a Monday, the 14th a holiday."""
    day, clock = words.split()
    return datetime.fromisoformat(f"2026-05-{day}T{clock}").replace(tzinfo=BERLIN).astimezone(UTC)


def told(
    samples: Sequence[timedelta] = USUAL,
    opened: str = "11 10:00",
    now: str = "11 10:00",
    place: int = 1,
    on_duty: int = 1,
    next_duty: str | None = None,
    hours: OpeningHours = OFFICE,
) -> datetime | None:
    return expected(
        samples,
        opened_at=at(opened),
        now=at(now),
        place=place,
        agents_on_duty=on_duty,
        next_duty_at=at(next_duty) if next_duty else None,
        hours=hours,
    )


def test_the_first_in_the_queue_is_answered_after_the_median() -> None:
    assert told() == at("11 11:00")
    assert told([*[10 * MINUTE] * 4, 30 * MINUTE, *[9 * HOUR] * 4]) == at("11 10:30")


def test_of_an_even_number_the_longer_of_the_two_in_the_middle_counts() -> None:
    assert told([*[10 * MINUTE] * 4, *[30 * MINUTE] * 4]) == at("11 10:30")


def test_of_too_few_nothing_is_said() -> None:
    assert told([HOUR] * (ENOUGH - 1)) is None
    assert told([]) is None


WAVES = [(1, 1, 1), (3, 1, 3), (3, 3, 1), (4, 3, 2), (6, 3, 2), (7, 3, 3), (1, 5, 1)]


@pytest.mark.parametrize(("place", "on_duty", "waves"), WAVES)
def test_the_agents_on_duty_answer_the_queue_wave_by_wave(place: int, on_duty: int, waves: int) -> None:
    assert told(place=place, on_duty=on_duty) == at("11 10:00") + waves * HOUR


COUNTED = [
    ("12 16:30", "13 09:30"),
    ("13 16:30", "15 09:30"),
    ("15 16:30", "18 09:30"),
    ("16 12:00", "18 10:00"),
]


@pytest.mark.parametrize(("opened", "due"), COUNTED)
def test_it_is_counted_in_business_hours(opened: str, due: str) -> None:
    assert told(opened=opened, now=opened) == at(due)


def test_where_nobody_is_on_duty_it_counts_from_when_somebody_is() -> None:
    assert told(opened="11 18:00", now="11 18:00", on_duty=0, next_duty="12 12:00") == at("12 13:00")
    assert told(opened="11 18:00", now="11 18:00", on_duty=0, next_duty="12 12:00", place=3) == at("12 15:00")
    assert told(on_duty=0) is None
    assert told(on_duty=2, next_duty="12 12:00") == at("11 11:00")


def test_nothing_is_said_once_it_is_over_or_would_be_while_it_is_read() -> None:
    assert told(now="11 10:59") == at("11 10:59") + GRACE
    assert told(now="11 11:00") is None
    assert told(now="11 15:00") is None
    assert told([timedelta()] * ENOUGH) is None


def test_a_desk_that_does_not_open_promises_nothing() -> None:
    assert told(hours=CLOSED) is None


def opened_and_answered(opened: str, took: timedelta = HOUR) -> tuple[datetime, datetime]:
    return at(opened), at(opened) + took


LIKE_IT = [
    ("18 10:00", True),
    ("18 12:00", True),
    ("18 08:00", True),
    ("18 12:01", False),
    ("18 07:59", False),
    ("11 11:00", True),
    # A Saturday counts as any other day.
    ("16 10:00", True),
]


@pytest.mark.parametrize(("opened", "counts"), LIKE_IT)
def test_tickets_of_about_the_same_hour_are_samples(opened: str, counts: bool) -> None:
    assert bool(samples_for([opened_and_answered(opened)], at("20 10:00"), OFFICE)) is counts


def test_the_hour_goes_round_midnight_and_is_that_of_the_wall_clock_in_summer_and_winter() -> None:
    around = [opened_and_answered(one) for one in ("18 22:40", "18 00:30", "18 02:20", "18 02:31", "18 22:29")]
    assert len(samples_for(around, at("20 00:30"), OFFICE)) == 3
    winter = datetime(2026, 3, 27, 9, tzinfo=UTC)
    summer = datetime(2026, 4, 10, 6, tzinfo=UTC)
    assert samples_for([(winter, winter + HOUR)], summer, OFFICE) == (HOUR,)
    assert samples_for([(winter, winter + HOUR)], summer - MINUTE, OFFICE) == ()


def test_only_the_last_four_weeks_before_it_are_looked_at() -> None:
    opened = at("29 10:00")
    for when, counts in ((-28 * DAY, True), (-28 * DAY - MINUTE, False), (timedelta(), False), (DAY, False)):
        sample = (opened + when, opened + when + HOUR)
        assert bool(samples_for([sample], opened, OFFICE)) is counts, when


def test_a_sample_is_the_business_time_until_the_answer() -> None:
    asked = [
        opened_and_answered("12 16:30", 17 * HOUR),
        opened_and_answered("13 16:30", 41 * HOUR),
        opened_and_answered("12 17:30", MINUTE),
    ]
    assert samples_for(asked, at("20 17:00"), OFFICE) == (HOUR, HOUR, timedelta())


SAID = [
    # Now it is 10:02.
    ("11 10:03", "11 10:05"),
    ("11 10:05", "11 10:05"),
    ("11 10:36", "11 10:40"),
    ("11 11:01", "11 11:05"),
    ("11 11:02", "11 11:15"),
    ("11 13:50", "11 14:00"),
    ("11 14:01", "11 14:15"),
    ("11 14:02", "11 15:00"),
    ("12 09:00", "12 09:00"),
    ("12 09:01", "12 10:00"),
    ("15 16:40", "15 17:00"),
]


@pytest.mark.parametrize(("exact", "said"), SAID)
def test_what_is_said_is_the_rounder_the_farther_away_it_is(exact: str, said: str) -> None:
    assert rounded(at(exact), at("11 10:02"), BERLIN) == at(said)


def test_it_is_round_on_the_wall_clock_of_whoever_reads_it() -> None:
    india = ZoneInfo("Asia/Kolkata")
    said = rounded(at("11 18:10"), at("11 10:00"), india)
    assert f"{said.astimezone(india):%H:%M}" == "22:00"
    assert rounded(at("11 10:00") + timedelta(seconds=1), at("11 10:00"), BERLIN) == at("11 10:05")


moments = st.timedeltas(min_value=timedelta(), max_value=2 * DAY)


@given(moments, moments)
def test_it_is_never_said_too_early_nor_an_hour_too_late_and_keeps_its_order(one: timedelta, other: timedelta) -> None:
    now = datetime(2026, 10, 24, 12, 7, 31, tzinfo=UTC)
    sooner, later = sorted((now + one, now + other))
    assert timedelta() <= rounded(sooner, now, BERLIN) - sooner < HOUR
    assert rounded(sooner, now, BERLIN) <= rounded(later, now, BERLIN)
