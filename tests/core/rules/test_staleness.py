"""When a ticket that waits for its requester is reminded of, and when it closes."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from core.model.desk import Category
from core.rules.staleness import Stale, StaleStep, stale_at
from tests.fakes.clock import START

DAY = timedelta(days=1)
EXAMS = Category(key="exams", name="Exams", team="academics", remind_after_days=3, close_after_days=7)
NEVER_REMINDS, NEVER_CLOSES = replace(EXAMS, remind_after_days=0), replace(EXAMS, close_after_days=0)
REMIND, CLOSE = StaleStep

STALE = [
    ("not reminded yet", EXAMS, None, Stale(REMIND, START + 3 * DAY)),
    ("reminded", EXAMS, START + 3 * DAY, Stale(CLOSE, START + 10 * DAY)),
    ("reminded late: they have their days all the same", EXAMS, START + 5 * DAY, Stale(CLOSE, START + 12 * DAY)),
    ("reminded the moment it began to wait", EXAMS, START, Stale(CLOSE, START + 7 * DAY)),
    ("reminded when it waited before", EXAMS, START - DAY, Stale(REMIND, START + 3 * DAY)),
    ("never reminds", NEVER_REMINDS, None, None),
    ("reminds nobody any more", NEVER_REMINDS, START + 3 * DAY, None),
    ("reminds and never closes", NEVER_CLOSES, None, Stale(REMIND, START + 3 * DAY)),
    ("reminded, and never closes", NEVER_CLOSES, START + 3 * DAY, None),
    ("of a category that is gone", None, None, Stale(REMIND, START + 3 * DAY)),
    ("of a category that is gone, reminded", None, START + 4 * DAY, Stale(CLOSE, START + 11 * DAY)),
]


@pytest.mark.parametrize(("category", "reminded_at", "expected"), [row[1:] for row in STALE], ids=[r[0] for r in STALE])
def test_whoever_a_ticket_waits_for_is_reminded_first_and_then_it_closes(
    category: Category | None, reminded_at: datetime | None, expected: Stale | None
) -> None:
    assert stale_at(START, category, reminded_at) == expected
