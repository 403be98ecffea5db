"""What the desk does not take of a calendar's event, before the libraries are asked to work it out.

They take much more than a shift can mean, and some of it never ends: a rule that repeats every second, one whose
interval is 0, one for every 30th of February.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from dateutil.rrule import rrulestr  # type: ignore[import-untyped] # it has no types
from icalendar import Component, vRecur

from adapters.ical.events import named, time_of, unknown_zone, values_of
from core.text import clean_line, shorten

_ONCE = ("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "SEQUENCE", "UID")
"""Properties that count, and that an event has one of."""
_READ = frozenset({*_ONCE, "RRULE", "RDATE", "EXDATE", "ATTENDEE", "ORGANIZER"})
_YEARS = range(1970, 2200)
_BY_DAYS = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_WITHIN_A_DAY = ("BYHOUR", "BYMINUTE", "BYSECOND")
_LONGEST_INTERVAL = 1_000
_LONGEST_PAUSE = timedelta(days=3653)
"""Until a rule's second day: a 29 February may be eight years from the next."""
_LATE = 7_600
"""Years. The days of 400 years, their weekdays too, are those of the 400 after them: so many years later a rule does
the same, and one that never happens again soon comes to dateutil's last year, 9999."""
_ANEW = "Mend it in the calendar or delete it there, and export the calendar again."


class BadCalendar(Exception):
    """Why a calendar file is not taken. Its text is for whoever runs the desk: what, where, how to mend it."""


def not_worked_out(where: str, error: Exception) -> str:
    """The sentences where a library could not work a file out, and said no more than ``error``."""
    why = shorten(clean_line(str(error)), 100)
    return f"{where} cannot be worked out ({why}). Export the calendar again, as .ics."


def check(event: Component, where: str) -> None:
    """Raises ``BadCalendar``. ``where``: how people name the file."""
    problem = next(_problems(event), None)
    if problem is not None:
        raise BadCalendar(f"{where}: the event {named(event)} {problem}. {_ANEW}")


def _problems(event: Component) -> Iterator[str]:
    """Each is only looked for where there was none before it."""
    yield from _line_problems(event)
    start = time_of(event, "DTSTART")
    if start is None:
        yield "has no start that can be read (DTSTART)"
        return
    if start.year not in _YEARS:
        yield f"begins in the year {start.year}"
    for rule in values_of(event, "RRULE"):
        if problem := _rule_problem(rule, start):
            yield problem


def _line_problems(event: Component) -> Iterator[str]:
    for name, _ in event.errors:
        if name is None or name.upper() in _READ:
            yield f"has a line that cannot be read ({name or 'one without a name'})"
    for name in _ONCE:
        if len(values_of(event, name)) > 1:
            yield f"has more than one {name}"
        if zone := unknown_zone(event, name):
            yield f"has a time zone that nobody knows, {zone}"


def _rule_problem(rule: object, start: date) -> str | None:
    if not isinstance(rule, vRecur):
        return "repeats by a rule that cannot be read (RRULE)"
    frequency, interval = str(rule.get("FREQ", [""])[0]).upper(), rule.get("INTERVAL", [1])[0]
    if frequency not in _BY_DAYS or any(len(rule.get(part, [])) > 1 for part in _WITHIN_A_DAY):
        return f"repeats otherwise than by days, weeks, months or years ({frequency or 'no FREQ'})"
    if not 1 <= interval <= _LONGEST_INTERVAL:
        return f"repeats at an interval of {interval}"
    if not _happens_again(rule, start):
        return "repeats by a rule that has no second day within ten years"
    return None


def _happens_again(rule: vRecur, start: date) -> bool:
    """Whether the rule, were it without its end, has a second day, and not too late."""
    first = datetime(start.year + _LATE, start.month, start.day)  # noqa: DTZ001 - days only: no zone is asked
    endless = vRecur({part: value for part, value in rule.items() if part not in ("UNTIL", "COUNT")})
    second = rrulestr(endless.to_ical().decode(), dtstart=first).after(first)  # type: ignore[no-untyped-call]
    return second is not None and second - first <= _LONGEST_PAUSE
