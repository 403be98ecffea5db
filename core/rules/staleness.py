"""A ticket that waits for its requester is not left waiting for good: they are reminded, later it closes."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from core.model.desk import Category

_UNKNOWN = Category(key="", name="", team="")
"""In place of a category that was taken out of bot.toml: the usual days."""


class StaleStep(StrEnum):
    REMIND = "remind"
    CLOSE = "close"


class Stale(NamedTuple):
    """What is to be done about a ticket that waits, and when."""

    step: StaleStep
    at: datetime


def stale_at(waiting_since: datetime, category: Category | None, reminded_at: datetime | None) -> Stale | None:
    """The next step for a ticket that has waited for its requester since ``waiting_since``; None: nothing, ever.

    ``reminded_at``: when they were last reminded; one of an earlier wait does not count. Days are of 24 hours, by the
    calendar and not in business time, since it is the requester's time that goes by. Nobody's ticket closes without a
    reminder: a category that reminds nobody closes nothing, and one that closes after 0 days does not close at all.
    """
    known = category or _UNKNOWN
    if not known.remind_after_days:
        return None
    if reminded_at is None or reminded_at < waiting_since:
        return Stale(StaleStep.REMIND, waiting_since + timedelta(days=known.remind_after_days))
    if not known.close_after_days:
        return None
    return Stale(StaleStep.CLOSE, reminded_at + timedelta(days=known.close_after_days))
