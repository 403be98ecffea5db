"""How long another side asks to be left alone: what its ``Retry-After`` means."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST = 3600.0
"""Seconds that one answer may put a delivery off: a clock that is wrong somewhere must not put it off for years."""


def retry_after(written: str | None, now: datetime) -> float | None:
    """``Retry-After`` as seconds from ``now`` (aware), ``LONGEST`` at most: a number or a date (RFC 9110, section
    10.2.3); None for anything else, and where there is none."""
    words = (written or "").strip()
    if re.fullmatch(r"[0-9]{1,9}", words):
        return min(float(words), LONGEST)
    try:
        at = parsedate_to_datetime(words)
    except ValueError:
        return None
    seconds = ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()
    return min(max(0.0, seconds), LONGEST)
