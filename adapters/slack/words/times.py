"""Points in time, which Slack shows to each reader in their own zone.

https://docs.slack.dev/messaging/formatting-message-text#date-formatting
"""

from datetime import datetime

from adapters.slack.words.elements import PLAIN, Style, styled, text
from adapters.slack.words.fit import Payload
from core.text import Moment, Paragraph, Text

_FORMAT = "{date_short_pretty} {time}"
_LAST = 253_402_300_799
"""The last second of the year 9999."""


def date(at: datetime, style: Style = PLAIN) -> Payload:
    """For ``rich_text``."""
    seconds = _seconds(at)
    if seconds is None:
        return text(plain_date(at), style)
    return styled({"type": "date", "timestamp": seconds, "format": _FORMAT, "fallback": plain_date(at)}, style)


def mrkdwn_date(at: datetime) -> str:
    seconds = _seconds(at)
    return plain_date(at) if seconds is None else f"<!date^{seconds}^{_FORMAT}|{plain_date(at)}>"


def plain_date(at: datetime) -> str:
    return Text((Paragraph((Moment(at),)),)).plain()


def _seconds(at: datetime) -> int | None:
    """None for what Slack's dates cannot say."""
    seconds = int(at.timestamp())
    return seconds if 0 < seconds <= _LAST else None
