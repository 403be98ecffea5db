"""What the desk does not take of a time zone that a calendar file describes itself.

The library works such a zone out while it reads the file, from 1601 on where Outlook wrote it; so this is looked at
before, in the file's lines.
"""

import re

from icalendar.parser import Contentlines

from adapters.ical.checks import BadCalendar

_PARTS = ("VTIMEZONE", "STANDARD", "DAYLIGHT")
_YEARLY = re.compile(
    r"RRULE:(?:(?:FREQ=YEARLY|INTERVAL=1|UNTIL=[0-9TZ]+|WKST=\w\w|BYMONTH=\d+|BYMONTHDAY=[-+,\d]+|BYDAY=[-+]?\d?\w\w)(?:;|$))+"
)
_MOST = 50


def check_zones(content: bytes, where: str) -> None:
    """Raises ``BadCalendar``. ``where``: how people name the file."""
    found, inside = 0, False
    for line in Contentlines.from_ical(content):  # type: ignore[no-untyped-call]
        words = line.strip().upper()
        if words.startswith("BEGIN"):
            inside = words.endswith(_PARTS)
            found += words.endswith("VTIMEZONE")
        elif inside and words.startswith(("RRULE", "EXRULE")) and not _YEARLY.fullmatch(words):
            raise BadCalendar(
                f"{where} describes a time zone whose clock is changed otherwise than every year. "
                "Choose another time zone for its events, and export the calendar again."
            )
    if found > _MOST:
        raise BadCalendar(f"{where} describes {found} time zones. Choose one for all its events, and export it again.")
