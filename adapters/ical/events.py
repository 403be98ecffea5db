"""What the desk reads of one event in a calendar file."""

from collections.abc import Sequence
from datetime import date
from urllib.parse import unquote

from icalendar import Component, vDDDTypes

from core.model.people import email_key
from core.text import clean_line, shorten


def time_of(event: Component, name: str) -> date | None:
    """A day or a moment, by the property's name; None where the event has none of it, or several, or something else."""
    value = event.get(name)
    return value.dt if isinstance(value, vDDDTypes) and isinstance(value.dt, date) else None


def people_of(event: Component) -> frozenset[str]:
    """The addresses of those whom the event has on duty, as ``email_key`` has them: its guests but those who declined,
    or who made it where it has no guests. Nobody is by one that was cancelled, or during which they are free.
    """
    if _word(event.get("STATUS")) == "CANCELLED" or _word(event.get("TRANSP")) == "TRANSPARENT":
        return frozenset()
    guests = values_of(event, "ATTENDEE")
    coming = [guest for guest in guests if _word(_parameters(guest).get("PARTSTAT")) != "DECLINED"]
    values = coming if guests else values_of(event, "ORGANIZER")
    return frozenset(address for value in values if (address := _address(str(value))) is not None)


def values_of(event: Component, name: str) -> Sequence[object]:
    value = event.get(name, [])
    return value if isinstance(value, list) else [value]


def named(event: Component) -> str:
    """How people find the event in their calendar."""
    start = time_of(event, "DTSTART")
    title = _short(event.get("SUMMARY", "")) or "without a title"
    return f"“{title}”" + (f" of {start.isoformat()[:10]}" if start is not None else "")


def unknown_zone(event: Component, name: str) -> str | None:
    """The time zone of a moment if nobody knows it, in which case the moment was read without one."""
    time = time_of(event, name)
    zone = _parameters(event.get(name)).get("TZID")
    return _short(zone) if zone and getattr(time, "tzinfo", zone) is None else None


def _short(words: object) -> str:
    return shorten(clean_line(str(words)), 60)


def _parameters(value: object) -> dict[str, object]:
    found: dict[str, object] = getattr(value, "params", {})
    return found


def _word(value: object) -> str:
    return str(value or "").upper()


def _address(uri: str) -> str | None:
    """Of ``mailto:asha@example.edu``; None: it is something else."""
    scheme, _, rest = uri.partition(":")
    address = unquote(rest.partition("?")[0]).strip()
    return email_key(address) if scheme.strip().lower() == "mailto" and "@" in address else None
