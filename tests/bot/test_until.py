"""Times as people type them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.until import FURTHEST, NotATime, TimeIsOver, TooFarOff, parse_until
from core.errors import BadInput

KOLKATA, BERLIN = ZoneInfo("Asia/Kolkata"), ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 3, 4, 6, 30, tzinfo=UTC)
"""Wednesday, 4 March 2026, 12:00 in Kolkata."""


def local(words: str) -> datetime:
    """A moment by the clock of Kolkata."""
    return datetime.fromisoformat(words).replace(tzinfo=KOLKATA)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("17:30", "2026-03-04 17:30"),
        ("at 17:30", "2026-03-04 17:30"),
        ("until 17:30", "2026-03-04 17:30"),
        ("9:05", "2026-03-05 09:05"),
        ("12:00", "2026-03-05 12:00"),
        ("12:01", "2026-03-04 12:01"),
        ("00:00", "2026-03-05 00:00"),
        ("5pm", "2026-03-04 17:00"),
        ("5:15 PM", "2026-03-04 17:15"),
        ("12am", "2026-03-05 00:00"),
        ("12:30pm", "2026-03-04 12:30"),
        ("2h", "2026-03-04 14:00"),
        ("for 2h", "2026-03-04 14:00"),
        ("90 min", "2026-03-04 13:30"),
        ("30 minutes", "2026-03-04 12:30"),
        ("1h30m", "2026-03-04 13:30"),
        ("1 hour 30 minutes", "2026-03-04 13:30"),
        ("3d", "2026-03-07 12:00"),
        ("1 week", "2026-03-11 12:00"),
        ("1w 1d 1h", "2026-03-12 13:00"),
        ("today 18:00", "2026-03-04 18:00"),
        ("tomorrow", "2026-03-05 09:00"),
        ("Tomorrow at 14:00", "2026-03-05 14:00"),
        ("tomorrow 9am", "2026-03-05 09:00"),
        ("mon", "2026-03-09 09:00"),
        ("monday", "2026-03-09 09:00"),
        ("Mon 09:00", "2026-03-09 09:00"),
        ("wed 13:00", "2026-03-04 13:00"),
        ("wed", "2026-03-11 09:00"),
        ("tuesday at 8am", "2026-03-10 08:00"),
        ("2026-12-01", "2026-12-01 09:00"),
        ("2026-12-01 09:30", "2026-12-01 09:30"),
        ("2026-12-01T09:30", "2026-12-01 09:30"),
        ("2026-12-01 at 5pm", "2026-12-01 17:00"),
        ("  tomorrow \n 10:00 ", "2026-03-05 10:00"),
    ],
)
def test_what_people_type_is_read_by_their_own_clock(words: str, meant: str) -> None:
    found = parse_until(words, NOON, KOLKATA)
    assert found == local(meant)
    assert found.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "   ",
        "soon",
        "25:00",
        "17:60",
        "17",
        "13pm",
        "0am",
        "2",
        "2 moons",
        "3mon",
        "-2h",
        "2h soon",
        "tomorrow soon",
        "yesterday",
        "mo",
        "mondayish",
        "2026-13-01",
        "2026-02-30 09:00",
        "2026-12-01 25:00",
        "99999999999h",
        "99999w 99999w 99999w 99999w 99999w 99999w",
        "9999-12-31 23:59 and more",
        "٣h",
        "T-12",
        "me",
    ],
)
def test_what_is_no_time_is_refused_with_examples(words: str) -> None:
    with pytest.raises(NotATime, match=r"17:30, 2h, 3d, tomorrow") as refused:
        parse_until(words, NOON, KOLKATA)
    assert isinstance(refused.value, BadInput)


@pytest.mark.parametrize("words", ["0h", "0 min", "0d", "today 11:59", "today", "2026-03-03", "2026-03-04 12:00"])
def test_a_time_that_is_over_is_refused(words: str) -> None:
    with pytest.raises(TimeIsOver, match="over already"):
        parse_until(words, NOON, KOLKATA)


@pytest.mark.parametrize("words", ["367d", "9000h", "60w", "2027-12-01", "9998-01-01"])
def test_more_than_a_year_is_taken_for_a_mistake(words: str) -> None:
    with pytest.raises(TooFarOff, match="more than a year"):
        parse_until(words, NOON, KOLKATA)


def test_a_long_text_is_repeated_only_in_part() -> None:
    with pytest.raises(NotATime) as refused:
        parse_until("never " * 500 + "\u202e", NOON, KOLKATA)
    assert len(str(refused.value)) < 200
    assert "\u202e" not in str(refused.value)


SPRING = datetime(2026, 3, 28, 11, 0, tzinfo=UTC)
"""Saturday noon in Berlin; at 2 in the night to come the clock is put forward."""
AUTUMN = datetime(2026, 10, 24, 10, 0, tzinfo=UTC)
"""Saturday noon in Berlin; at 3 in the night to come it is put back."""


@pytest.mark.parametrize(
    ("words", "now", "meant"),
    [
        ("1d", SPRING, "2026-03-29T10:00Z"),
        ("24h", SPRING, "2026-03-29T11:00Z"),
        ("sun 02:30", SPRING, "2026-03-29T01:30Z"),
        ("tomorrow 03:00", SPRING, "2026-03-29T01:00Z"),
        ("1d", AUTUMN, "2026-10-25T11:00Z"),
        ("24h", AUTUMN, "2026-10-25T10:00Z"),
        ("02:30", AUTUMN, "2026-10-25T00:30Z"),
        ("02:30", datetime(2026, 10, 25, 0, 45, tzinfo=UTC), "2026-10-25T01:30Z"),
        ("02:30", datetime(2026, 10, 25, 1, 45, tzinfo=UTC), "2026-10-26T01:30Z"),
    ],
)
def test_days_keep_the_time_of_day_when_the_clock_is_changed_and_hours_are_counted(
    words: str, now: datetime, meant: str
) -> None:
    assert parse_until(words, now, BERLIN) == datetime.fromisoformat(meant)


@given(
    words=st.one_of(
        st.text(max_size=30),
        st.from_regex(r"\A(today|tomorrow|mon|sunday|\d{4}-\d{2}-\d{2})?[ T]?(\d{1,2}:\d{2}|\d{1,5} ?[mhdw])?\Z"),
    ),
    now=st.timedeltas(timedelta(0), timedelta(days=36_500)).map(lambda later: NOON + later),
    zone=st.sampled_from(["Asia/Kolkata", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "UTC"]),
)
def test_whatever_is_typed_becomes_a_time_to_come_or_a_refusal(words: str, now: datetime, zone: str) -> None:
    try:
        found = parse_until(words, now, ZoneInfo(zone))
    except BadInput:
        return
    assert now < found <= now + FURTHEST
