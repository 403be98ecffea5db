"""A point in time to come, as people type it: ``17:30``, ``2h``, ``tomorrow``, ``mon 09:00``, ``2026-12-01 09:00``."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from core.errors import N_, BadInput
from core.text import clean_line, shorten

MORNING = time(9, 0)
"""What a day means that is named without a time."""
FURTHEST = timedelta(days=366)
"""Whoever means later than this has mistyped."""

_SHOWN = 40
_DAY = timedelta(days=1)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LENGTH = re.compile(r"(\d{1,5})\s*(m|min|mins|minutes?|h|hrs?|hours?|d|days?|w|weeks?)(?![a-z])", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*(am|pm)|(\d{1,2}):(\d{2})", re.ASCII)
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)


class NotATime(BadInput):
    template = N_(
        "“{words}” cannot be read as a time. Write 17:30, 2h, 3d, tomorrow, mon 09:00 or 2026-12-01 09:00, for example."
    )


class TimeIsOver(BadInput):
    template = N_("“{words}” is over already: give a time that is still to come.")


class TooFarOff(BadInput):
    template = N_("“{words}” is more than a year away: give a time that is nearer.")


def parse_until(words: str, now: datetime, zone: tzinfo) -> datetime:
    """The moment that is meant (UTC), later than ``now`` (aware) and at most ``FURTHEST`` away.

    Clocks and days are those on the wall of ``zone``. A time alone is the next one; a weekday the next one too, which
    may be today. A day without a time means its ``MORNING``. Days and weeks keep the time of day, hours and minutes
    are counted. Raises NotATime, TimeIsOver or TooFarOff.
    """
    shown = shorten(clean_line(words), _SHOWN)
    said = " ".join(clean_line(words).casefold().split()).removeprefix("until ").removeprefix("for ")
    readers: tuple[Callable[[str, datetime, tzinfo], datetime | None], ...] = (_length, _clock_alone, _day_and_clock)
    try:
        found = next((at for read in readers if (at := read(said, now, zone)) is not None), None)
    except (ValueError, OverflowError):  # a 31st of June, a 25 o'clock, a year that no calendar has
        found = None
    if found is None:
        raise NotATime(words=shown)
    if found <= now:
        raise TimeIsOver(words=shown)
    if found - now > FURTHEST:
        raise TooFarOff(words=shown)
    return found


def _length(said: str, now: datetime, zone: tzinfo) -> datetime | None:
    """``2h``, ``1h 30m``, ``3 days``."""
    parts = list(_LENGTH.finditer(said))
    if not parts or _LENGTH.sub("", said).strip():
        return None
    days, counted = 0, timedelta()
    for number, unit in (part.groups() for part in parts):
        match unit[0]:
            case "w":
                days += 7 * int(number)
            case "d":
                days += int(number)
            case "h":
                counted += timedelta(hours=int(number))
            case _:
                counted += timedelta(minutes=int(number))
    here = now.astimezone(zone)
    later = _at(here.date() + timedelta(days=days), here.time(), zone) if days else now.astimezone(UTC)
    return later + counted


def _clock_alone(said: str, now: datetime, zone: tzinfo) -> datetime | None:
    """``17:30``, ``5pm``: the next time that the clock shows it."""
    clock = _clock(said)
    return None if clock is None else _next_shown(now.astimezone(zone).date(), clock, now, zone, every=_DAY)


def _day_and_clock(said: str, now: datetime, zone: tzinfo) -> datetime | None:
    """``tomorrow``, ``mon 09:00``, ``2026-12-01 09:00``."""
    written = _DATE.match(said)
    head, rest = (written[0], said[written.end() :]) if written else (said.partition(" ")[0], said.partition(" ")[2])
    clock = _clock(rest.lstrip("t ")) if rest else MORNING
    if clock is None:
        return None
    today = now.astimezone(zone).date()
    match head:
        case "today":
            return _next_shown(today, clock, now, zone)
        case "tomorrow":
            return _at(today + _DAY, clock, zone)
    weekday = next(
        (n for n, name in enumerate(_WEEKDAYS) if head == name or (len(head) > 2 and head == name[:3])), None
    )
    if weekday is not None:
        day = today + timedelta(days=(weekday - today.weekday()) % 7)
        return _next_shown(day, clock, now, zone, every=7 * _DAY)
    return _at(date(*(int(part) for part in written.groups())), clock, zone) if written else None


def _clock(said: str) -> time | None:
    found = _CLOCK.fullmatch(said.removeprefix("at "))
    if found is None:
        return None
    hour, minute, half, whole_hour, whole_minute = found.groups()
    if half is None:
        return time(int(whole_hour), int(whole_minute))
    if not 1 <= int(hour) <= 12:
        return None
    return time(int(hour) % 12 + (12 if half == "pm" else 0), int(minute or 0))


def _next_shown(day: date, clock: time, now: datetime, zone: tzinfo, *, every: timedelta | None = None) -> datetime:
    """When the clock shows it on ``day``, later than ``now`` where it can be: at the second of two such times, or
    after ``every`` so many days."""
    for at in (_at(day, clock, zone), _at(day, clock.replace(fold=1), zone)):
        if at > now:
            return at
    return _at(day if every is None else day + every, clock, zone)


def _at(day: date, clock: time, zone: tzinfo) -> datetime:
    """A time that the clock leaves out is as long after the change as it would have been."""
    return datetime.combine(day, clock, zone).astimezone(UTC)
