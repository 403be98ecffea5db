"""When the day's digest is due: as the desk opens, on each day on which it does."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.model.hours import MIDNIGHT, OpeningHours, Span
from core.rules.hours import spans_on

MORNING = time(9, 0)
"""When a desk that is open all day is told."""
LATEST = timedelta(hours=4)
"""A desk that was down in the morning tells it late, but not in the afternoon."""
_WHOLE_DAY = Span(0, MIDNIGHT)


def digest_due(now: datetime, hours: OpeningHours) -> date | None:
    """The day (by the clock on the desk's wall) whose digest is due at ``now`` (aware), and was at most ``LATEST``
    ago; None outside that, and on a day on which the desk is closed."""
    zone = ZoneInfo(hours.zone)
    day = now.astimezone(zone).date()
    spans = spans_on(day, hours)
    if not spans:
        return None
    hour, minute = divmod(spans[0].start, 60)
    opens = MORNING if spans[0] == _WHOLE_DAY else time(hour, minute)
    at = datetime.combine(day, opens, zone).astimezone(UTC)
    return day if at <= now < at + LATEST else None
