"""When the day's digest is due: as the desk opens, and not long after."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from core.model.hours import ALWAYS, OpeningHours, Season, Span
from core.rules.digest import digest_due

ZONE = "Europe/Berlin"
OFFICE = OpeningHours(
    zone=ZONE,
    week=dict.fromkeys(range(5), (Span(9 * 60 + 30, 12 * 60), Span(14 * 60, 17 * 60))),
    holidays={date(2026, 5, 14): "Ascension Day"},
    seasons=(
        Season(name="Exams", first=date(2026, 6, 1), last=date(2026, 6, 30), week={0: (Span(8 * 60, 22 * 60),), 1: ()}),
    ),
)
DAY_AND_NIGHT = OpeningHours(zone=ZONE, week=dict.fromkeys(range(7), (Span(0, 24 * 60),)))

DUE = [
    # hours, when (on Berlin's wall), and whether that day's is due
    (OFFICE, "2026-05-11 09:29", False),
    (OFFICE, "2026-05-11 09:30", True),
    (OFFICE, "2026-05-11 13:29", True),
    (OFFICE, "2026-05-11 13:30", False),
    (OFFICE, "2026-05-11 14:00", False),
    (OFFICE, "2026-05-14 09:30", False),
    (OFFICE, "2026-05-16 09:30", False),
    (OFFICE, "2026-03-30 09:30", True),
    (OFFICE, "2026-10-26 09:29", False),
    (OFFICE, "2026-06-08 08:00", True),
    (OFFICE, "2026-06-09 09:30", False),
    (OFFICE, "2026-06-10 09:30", True),
    (DAY_AND_NIGHT, "2026-05-11 00:00", False),
    (DAY_AND_NIGHT, "2026-05-11 09:00", True),
    (DAY_AND_NIGHT, "2026-05-16 09:00", True),
]


@pytest.mark.parametrize(("hours", "when", "is_due"), DUE)
def test_it_is_due_from_the_opening_for_a_while(hours: OpeningHours, when: str, is_due: bool) -> None:
    now = datetime.fromisoformat(when).replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
    assert digest_due(now, hours) == (date.fromisoformat(when.split()[0]) if is_due else None)


def test_a_desk_without_hours_is_told_at_nine() -> None:
    assert digest_due(datetime(2026, 5, 16, 9, tzinfo=UTC), ALWAYS) == date(2026, 5, 16)
    assert digest_due(datetime(2026, 5, 16, 8, 59, tzinfo=UTC), ALWAYS) is None
