"""Times as people say them: "3 min ago", "yesterday", "in 2 h", a date."""

from datetime import datetime, timedelta

from core.cards.card import Reader
from core.errors import N_

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def ago(at: datetime, reader: Reader) -> str:
    """How long ago ``at`` (aware) was: "just now", "12 min ago", "5 h ago", "3 days ago", else a date."""
    _ = reader.gettext
    passed = reader.now - at
    if passed < _MINUTE:
        return _("just now")
    if passed < _HOUR:
        return _("{count} min ago").format(count=passed // _MINUTE)
    if passed < _DAY:
        return _("{count} h ago").format(count=passed // _HOUR)
    if passed < 2 * _DAY:
        return _("yesterday")
    if passed < 14 * _DAY:
        return _("{count} days ago").format(count=passed // _DAY)
    return at.astimezone(reader.zone).strftime("%Y-%m-%d")


def moment(at: datetime, reader: Reader) -> str:
    """A point in time to come, with how far it is: "14:30 IST, in 2 h", "Mon 09:00 IST, in 3 days"."""
    said = when(at, reader)
    return f"{said}, {away(at, reader)}" if at > reader.now else said


def when(at: datetime, reader: Reader) -> str:
    """The same without how far it is, for words that stay where they are: "14:30 IST", "2026-12-01 09:00 IST". It names
    its zone: nobody tells the desk theirs, and a door shows times in words as they are."""
    return f"{on_the_clock(at, reader)} {_zone_of(at.astimezone(reader.zone))}"


def on_the_clock(at: datetime, reader: Reader) -> str:
    """A point in time beside another that names the zone: "14:30", "Mon 09:00", "2026-12-01 09:00"."""
    here, now = at.astimezone(reader.zone), reader.now.astimezone(reader.zone)
    if here.date() == now.date():
        return here.strftime("%H:%M")
    if timedelta(0) <= here.date() - now.date() < timedelta(days=7):
        return f"{reader.gettext(_WEEKDAYS[here.weekday()])} {here:%H:%M}"
    return here.strftime("%Y-%m-%d %H:%M")


def _zone_of(here: datetime) -> str:
    """As in: IST; UTC+03 where the zone has no letters of its own."""
    name = here.tzname() or ""
    return name if name[:1].isalpha() else f"UTC{name}"


def away(at: datetime, reader: Reader) -> str:
    """How far ``at``, which is to come, is, to the nearest: "in a moment", "in 12 min", "in 1 h 29 min", "in 12 h",
    "in 3 days"."""
    _ = reader.gettext
    left = at - reader.now
    if left < _MINUTE:
        return _("in a moment")
    minutes = round(left / _MINUTE)
    if minutes < 60:
        return _("in {count} min").format(count=minutes)
    if minutes < _BY_MINUTES and minutes % 60:
        return _("in {hours} h {minutes} min").format(hours=minutes // 60, minutes=minutes % 60)
    hours = round(left / _HOUR)
    return (
        _("in {count} h").format(count=hours) if hours < 48 else _("in {count} days").format(count=round(left / _DAY))
    )


_BY_MINUTES = 600
"""Minutes; of what is further away they are left out."""


def length(time: timedelta, reader: Reader) -> str:
    """A length of time, to the nearest: "10 s", "45 min", "2 h", "2 h 30 min", "3 days"."""
    _ = reader.gettext
    seconds = round(time.total_seconds())
    if seconds < 60:
        return _("{count} s").format(count=seconds)
    days, rest = divmod(round(seconds / 60), 24 * 60)
    if days >= 2 and rest < 60:
        return _("{count} days").format(count=days)
    hours, minutes = divmod(days * 24 * 60 + rest, 60)
    parts = [_("{count} h").format(count=hours)] if hours else []
    if minutes or not hours:
        parts.append(_("{count} min").format(count=minutes))
    return " ".join(parts)


_WEEKDAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
