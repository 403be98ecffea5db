"""Times as people say them: "3 min ago", "yesterday", a date."""

from datetime import datetime, timedelta

from core.cards.card import Reader

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
