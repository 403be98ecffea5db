"""A calendar file's bytes -> its rota, or why it is not taken, in sentences."""

import stat
import warnings
from collections.abc import Sequence
from pathlib import Path

import icalendar
import recurring_ical_events  # type: ignore[import-untyped] # it has no types
from icalendar.error import GloballyUniqueTZIDGuessed

from adapters.ical.checks import BadCalendar, check, not_worked_out
from adapters.ical.events import people_of
from adapters.ical.rota import Rota
from adapters.ical.zones import check_zones

_MOST_BYTES = 1_000_000
"""Some 4,000 events: read in two seconds."""
_MOST_REPEATING = 1_000
_THE_SHIFTS_ONLY = "Export a calendar that has the team's shifts only, without those long past."


def read(path: Path, zone: str) -> Rota:
    """``zone``: the desk's (IANA name). Raises ``BadCalendar``. A large file is up to some seconds' work."""
    where = f"The calendar {path}"
    content = _content(path, where)
    try:
        return _rota(content, zone, where)
    except BadCalendar:
        raise
    except Exception as error:  # the libraries promise nothing of what they raise at a stranger's file
        raise BadCalendar(not_worked_out(where, error)) from error


def _content(path: Path, where: str) -> bytes:
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise BadCalendar(f"{where} is no file. Put an iCalendar file in its place.")
        if found.st_size > _MOST_BYTES:
            raise BadCalendar(f"{where} has more than {_MOST_BYTES // 1_000_000} MB. {_THE_SHIFTS_ONLY}")
        return path.read_bytes()
    except OSError as error:
        why = error.strerror or str(error)
        raise BadCalendar(f"{where} cannot be read ({why}). Put it there, where the desk may read it.") from error


def _rota(content: bytes, zone: str, where: str) -> Rota:
    calendars = _parsed(content, where)
    events = [event for calendar in calendars for event in calendar.events]
    for event in events:
        check(event, where)
    if sum("RRULE" in event for event in events) > _MOST_REPEATING:
        raise BadCalendar(f"{where} has more than {_MOST_REPEATING} events that repeat. {_THE_SHIFTS_ONLY}")
    if events and not any(people_of(event) for event in events):
        raise BadCalendar(
            f"{where} names nobody. Invite whoever is on duty to each shift as its guest, by their email address, show "
            "the shift as busy rather than free, and export the calendar again."
        )
    return Rota([recurring_ical_events.of(calendar) for calendar in calendars], zone, where)


def _parsed(content: bytes, where: str) -> Sequence[icalendar.Calendar]:
    check_zones(content, where)
    # This also forgets the time zones that an earlier file described itself.
    icalendar.use_zoneinfo()  # type: ignore[no-untyped-call]
    try:
        with warnings.catch_warnings():
            # /citadel.org/20260101/Europe/Berlin is taken for Europe/Berlin: nobody need read of it.
            warnings.simplefilter("ignore", GloballyUniqueTZIDGuessed)
            components = icalendar.Calendar.from_ical(content, multiple=True)
    except ValueError as error:
        raise BadCalendar(f"{where} is no iCalendar file. Export the calendar again, as .ics.") from error
    calendars = [component for component in components if isinstance(component, icalendar.Calendar)]
    if not calendars and b"BEGIN:VCALENDAR" in content:
        raise BadCalendar(f"{where} ends before its end. Export the calendar again, and copy all of it.")
    if not calendars:
        raise BadCalendar(f"{where} is no iCalendar file. Export the calendar again, as .ics.")
    return calendars
