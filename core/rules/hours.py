"""Business time: what the desk's opening hours (``core/model/hours.py``) make of an instant, or of a time between two.

An instant counts if and only if the clock on the wall, in the zone of the hours, shows a time within a span of the day
it shows. So an hour that the clock shows twice counts twice where it lies in a span, and one that it leaves out not at
all. Instants are aware and come back in UTC; they lie in the years 2 to 9998.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from core.model.hours import MIDNIGHT, OpeningHours, Span

HORIZON = timedelta(days=731)
"""How far ahead an open hour is looked for: at least two years."""

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_MINUTES = tuple(timedelta(minutes=count) for count in range(MIDNIGHT + 1))
_WHOLE_DAY = (Span(0, MIDNIGHT),)

SpansOf = Callable[[date], tuple[Span, ...]]
"""A day -> what counts of it, in minutes of its wall clock: in order, none over another."""

_Stretch = tuple[datetime, datetime, timedelta]
"""From, to (UTC), and how far the clock on the wall is ahead of UTC all that time."""


def spans_on(day: date, hours: OpeningHours) -> tuple[Span, ...]:
    """When the desk is open on ``day``, in minutes of its wall clock, in order.

    A season is laid over the week and over the seasons named before it: of two that name the weekday the later counts,
    and a weekday that it does not name stays as it was.
    """
    if day in hours.holidays:
        return ()
    weekday = day.weekday()
    for season in reversed(hours.seasons):
        if season.first <= day <= season.last and weekday in season.week:
            return season.week[weekday]
    return _WHOLE_DAY if hours.week is None else hours.week.get(weekday, ())


def intervals(hours: OpeningHours, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """When the desk is open between ``start`` and ``end``: from, to (UTC); in order, apart, none of them empty."""
    return wall_intervals(hours.zone, lambda day: spans_on(day, hours), start, end)


def is_open(at: datetime, hours: OpeningHours) -> bool:
    return is_within(hours.zone, lambda day: spans_on(day, hours), at)


def worked(start: datetime, end: datetime, hours: OpeningHours) -> timedelta:
    """The business time between the two; 0 where ``end`` does not come after ``start``."""
    return sum((closes - opens for opens, closes in intervals(hours, start, end)), timedelta())


def after(start: datetime, time: timedelta, hours: OpeningHours) -> datetime | None:
    """The first instant at which ``time`` has been worked since ``start``; None: not within two years.

    No time at all has been worked at ``start`` itself, whether the desk is open then or not.
    """
    left = time
    if left <= timedelta():
        return start.astimezone(UTC)
    for opens, closes in intervals(hours, start, start + HORIZON):
        if left <= closes - opens:
            return opens + left
        left -= closes - opens
    return None


def next_open(at: datetime, hours: OpeningHours) -> datetime | None:
    """The first instant from ``at`` on at which the desk is open, ``at`` itself where it is; None: not within two
    years."""
    return next((opens for opens, _ in intervals(hours, at, at + HORIZON)), None)


def wall_intervals(zone: str, spans_of: SpansOf, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The time between ``start`` and ``end`` at which the wall clock of ``zone`` (IANA name) shows a time within
    ``spans_of`` the day: from, to (UTC); in order, merged where they touch, none of them empty.
    """
    pending: tuple[datetime, datetime] | None = None
    for opens, closes in _pieces(zone, spans_of, start.astimezone(UTC), end.astimezone(UTC)):
        if pending is None:
            pending = (opens, closes)
        elif opens == pending[1]:
            pending = (pending[0], closes)
        else:
            yield pending
            pending = (opens, closes)
    if pending is not None:
        yield pending


def is_within(zone: str, spans_of: SpansOf, at: datetime) -> bool:
    """Whether ``at`` lies in any of the ``wall_intervals``."""
    wall = at.astimezone(ZoneInfo(zone))
    minute = wall.hour * 60 + wall.minute
    return any(span.start <= minute < span.end for span in spans_of(wall.date()))


def _pieces(zone: str, spans_of: SpansOf, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """As ``wall_intervals``, not merged: no piece reaches over a midnight or a change of the clock."""
    for begins, ends, ahead in _stretches(zone, start, end):
        day = (begins + ahead).date()
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) - ahead
        while midnight < ends:
            for span in spans_of(day):
                opens, closes = midnight + _MINUTES[span.start], midnight + _MINUTES[span.end]
                if opens < ends and begins < closes:
                    yield (opens if opens > begins else begins), (closes if closes < ends else ends)
            day += _DAY
            midnight += _DAY


def _stretches(zone: str, start: datetime, end: datetime) -> Iterator[_Stretch]:
    """The time from ``start`` to ``end`` (UTC), in parts during each of which the clock is not changed."""
    for year in range(start.year, end.year + 1):
        for begins, ends, ahead in _stretches_of(zone, year):
            if max(begins, start) < min(ends, end):
                yield max(begins, start), min(ends, end), ahead


@lru_cache(maxsize=256)
def _stretches_of(zone: str, year: int) -> tuple[_Stretch, ...]:
    """A year of UTC, in such parts. No zone changes its clock twice within a day."""
    clock = ZoneInfo(zone)
    begins = at = datetime(year, 1, 1, tzinfo=UTC)
    last = datetime(year + 1, 1, 1, tzinfo=UTC)
    ahead = _ahead(clock, at)
    found: list[_Stretch] = []
    while at < last:
        following = min(at + _DAY, last)
        if _ahead(clock, following) != ahead:
            changed = _change(clock, at, following)
            found.append((begins, changed, ahead))
            begins, ahead = changed, _ahead(clock, changed)
        at = following
    if begins < last:
        found.append((begins, last, ahead))
    return tuple(found)


def _change(clock: ZoneInfo, before: datetime, since: datetime) -> datetime:
    """The second between the two at which the clock is changed: ``before`` it has not been, at ``since`` it has."""
    old = _ahead(clock, before)
    while since - before > _SECOND:
        middle = before + timedelta(seconds=(since - before) // _SECOND // 2)
        if _ahead(clock, middle) == old:
            before = middle
        else:
            since = middle
    return since


def _ahead(clock: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(clock).utcoffset() or timedelta()
