"""``Spot``: which message of which channel. A timestamp names a message in its channel only.

https://docs.slack.dev/messaging/retrieving-messages
"""

import re
from dataclasses import dataclass
from typing import Self

_CHANNEL = re.compile(r"[A-Z][A-Z0-9]{1,31}")
_TS = re.compile(r"[0-9]{1,20}\.[0-9]{6}")


@dataclass(frozen=True, slots=True)
class Spot:
    channel: str
    ts: str
    """Seconds since 1970, a dot, six digits: the message's name in its channel, and the name of the thread under it."""

    @property
    def external_id(self) -> str:
        """What the desk calls the thread under it."""
        return f"{self.channel}:{self.ts}"

    @classmethod
    def of(cls, external_id: str) -> Self:
        """Raises ValueError for anything else than what ``external_id`` gives."""
        channel, _, ts = external_id.partition(":")
        if not _CHANNEL.fullmatch(channel) or not _TS.fullmatch(ts):
            raise ValueError("not a place on Slack")
        return cls(channel, ts)


def seconds(ts: str) -> float:
    """When a message was posted, since 1970; to be compared, not to be made a ``ts`` of. Raises ValueError."""
    if not _TS.fullmatch(ts):
        raise ValueError("not a timestamp of Slack's")
    return float(ts)
