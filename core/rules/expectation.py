"""When a requester may expect their first answer: from how long ones like it took lately, or nothing is said."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from statistics import median_high
from zoneinfo import ZoneInfo

from core.model.hours import OpeningHours
from core.rules.hours import after, worked

ENOUGH = 8
"""Tickets; of fewer a median says little."""
LOOKED_BACK = timedelta(days=28)
"""How long ago the tickets were opened that are looked at: whole weeks, so that each weekday counts the same."""
SAME_HOUR = timedelta(hours=2)
"""How far apart on the wall clock two tickets were opened at most that count as of the same hour."""
GRACE = timedelta(minutes=1)

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)


def samples_for(
    answered: Iterable[tuple[datetime, datetime]], opened_at: datetime, hours: OpeningHours
) -> tuple[timedelta, ...]:
    """How much business time went by until the first answer, of those tickets in ``answered`` (when each was opened and
    when first answered; all of one category) that were opened in the ``LOOKED_BACK`` before ``opened_at``, at about the
    same hour by the desk's clock."""
    zone = ZoneInfo(hours.zone)
    return tuple(
        worked(opened, first_answer, hours)
        for opened, first_answer in answered
        if opened_at - LOOKED_BACK <= opened < opened_at and _hours_apart(opened, opened_at, zone) <= SAME_HOUR
    )


def expected(
    samples: Sequence[timedelta],
    *,
    opened_at: datetime,
    now: datetime,
    place: int,
    agents_on_duty: int,
    next_duty_at: datetime | None,
    hours: OpeningHours,
) -> datetime | None:
    """When the first answer is to be expected (UTC), not rounded; None: nothing can be said honestly.

    The median of ``samples`` (business time) for each wave: the agents on duty answer as many tickets as they are in
    one, and ``place``, from 1, is the ticket's in the queue. It counts from the opening; where nobody is on duty, from
    ``next_duty_at``, when somebody is (None: nobody knows). Nothing is said of fewer than ``ENOUGH`` samples, nor once
    the time is over, or would be while it is read.
    """
    starts = opened_at if agents_on_duty > 0 else next_duty_at
    if len(samples) < ENOUGH or starts is None:
        return None
    waves = -(-place // max(1, agents_on_duty))
    at = after(max(starts, opened_at), median_high(samples) * waves, hours)
    return at if at is not None and at >= now + GRACE else None


def rounded(at: datetime, now: datetime, zone: tzinfo) -> datetime:
    """``at`` as it is said to people: up to the next 5 minutes on the wall clock of ``zone`` where it is less than an
    hour from ``now``, to the next quarter where it is less than four, else to the next hour.

    Never earlier than ``at``, so that nothing is promised too soon, and less than an hour later. Of two times the later
    one is never said to be earlier.
    """
    away = at - now
    step = 5 * _MINUTE if away < _HOUR else 15 * _MINUTE if away < 4 * _HOUR else _HOUR
    wall = at.astimezone(zone)
    past_the_hour = timedelta(minutes=wall.minute, seconds=wall.second, microseconds=wall.microsecond)
    return at.astimezone(UTC) + -past_the_hour % step


def _hours_apart(one: datetime, other: datetime, zone: tzinfo) -> timedelta:
    """Between the times of day that the wall clock showed, the shorter way round the clock."""
    apart = abs(_time_of_day(one, zone) - _time_of_day(other, zone))
    return min(apart, _DAY - apart)


def _time_of_day(at: datetime, zone: tzinfo) -> timedelta:
    wall = at.astimezone(zone)
    return timedelta(hours=wall.hour, minutes=wall.minute, seconds=wall.second)
