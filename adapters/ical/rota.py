"""What a calendar file says of who is on duty when: worked out a week at a time, and remembered."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Component
from recurring_ical_events import CalendarQuery  # type: ignore[import-untyped] # it has no types

from adapters.ical.checks import not_worked_out
from adapters.ical.events import people_of, time_of
from core.model.duty import Booked

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_LONGEST = timedelta(days=90)
"""The time that one question is about at most."""
_MOST_IN_A_WEEK = 1_000
"""People's turns: no desk has so many, and working them out takes a second."""
_REMEMBERED = 64
"""Weeks, and questions."""


class Rota:
    """``zone``: the desk's, for whole days and for times without one. ``where``: how people name the file."""

    def __init__(self, calendars: Sequence[CalendarQuery], zone: str, where: str) -> None:
        self._calendars = calendars
        self._zone = ZoneInfo(zone)
        self._where = where
        self._week = lru_cache(maxsize=_REMEMBERED)(self._work_out)
        self._question = lru_cache(maxsize=_REMEMBERED)(self._answer)
        self.problem: str | None = None
        """Why a week could not be worked out, if so: in sentences. Those asked for after it are empty."""

    def between(self, start: datetime, end: datetime) -> Sequence[Booked]:
        """The turns that overlap the time from ``start`` to ``end`` (aware), or to 90 days after ``start``, by their
        start."""
        return self._question(start, min(end, start + _LONGEST))

    def _answer(self, start: datetime, end: datetime) -> Sequence[Booked]:
        day = start.astimezone(UTC).date()
        monday = datetime(day.year, day.month, day.day, tzinfo=UTC) - day.weekday() * _DAY
        found: set[Booked] = set()
        while monday < end:
            found.update(_overlapping(self._week(monday), start, end))
            monday += _WEEK
        return _in_order(found)

    def _work_out(self, monday: datetime) -> Sequence[Booked]:
        if self.problem is not None:
            return ()
        # The library compares times by the clock on the wall: a day more on each side, so that no hour is missed.
        since, until = (moment.astimezone(self._zone) for moment in (monday - _DAY, monday + _WEEK + _DAY))
        found: set[Booked] = set()
        try:
            for calendar in self._calendars:
                for event in calendar.between(since, until):
                    found.update(_turns(event, self._zone))
        except Exception as error:  # noqa: BLE001 - the library promises nothing of what it raises at a stranger's event
            self.problem = not_worked_out(self._where, error)
        inside = _in_order(_overlapping(found, monday, monday + _WEEK))
        if len(inside) > _MOST_IN_A_WEEK:
            self.problem = (
                f"{self._where} has more than {_MOST_IN_A_WEEK} shifts in the week of {monday:%Y-%m-%d}, so the "
                "others are left out. Export a calendar that has the team's shifts only."
            )
        return inside[:_MOST_IN_A_WEEK]


def _turns(event: Component, zone: ZoneInfo) -> Iterator[Booked]:
    start, end = time_of(event, "DTSTART"), time_of(event, "DTEND")
    if start is not None and end is not None and _moment(start, zone) < _moment(end, zone):
        for address in people_of(event):
            yield Booked(address, _moment(start, zone), _moment(end, zone))


def _moment(time: date, zone: ZoneInfo) -> datetime:
    """Of a day its beginning: in UTC."""
    if not isinstance(time, datetime):
        time = datetime(time.year, time.month, time.day, tzinfo=zone)
    return (time if time.tzinfo is not None else time.replace(tzinfo=zone)).astimezone(UTC)


def _overlapping(turns: Iterable[Booked], start: datetime, end: datetime) -> Iterator[Booked]:
    return (turn for turn in turns if turn.start < end and start < turn.end)


def _in_order(turns: Iterable[Booked]) -> Sequence[Booked]:
    return tuple(sorted(turns, key=lambda turn: (turn.start, turn.end, turn.who)))
