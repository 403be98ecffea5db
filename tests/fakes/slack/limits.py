"""Rate limits, off until a test switches them on. https://docs.slack.dev/apis/web-api/rate-limits"""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from tests.fakes.slack.clock import SlackClock

_TIERS = {1: 1, 2: 20, 3: 50, 4: 100}
"""How many a minute."""
_TIER_OF = {
    "apps.connections.open": 1,
    "chat.delete": 3,
    "chat.getPermalink": 4,
    "chat.postEphemeral": 4,
    "chat.update": 3,
    "conversations.history": 3,
    "conversations.info": 3,
    "conversations.list": 2,
    "conversations.members": 4,
    "conversations.open": 3,
    "conversations.replies": 3,
    "files.completeUploadExternal": 4,
    "files.getUploadURLExternal": 4,
    "files.info": 4,
    "reactions.add": 3,
    "reactions.get": 3,
    "reactions.remove": 2,
    "usergroups.list": 2,
    "usergroups.users.list": 2,
    "users.conversations": 3,
    "users.info": 4,
    "users.list": 2,
    "users.lookupByEmail": 3,
    "views.open": 4,
    "views.publish": 4,
    "views.push": 4,
    "views.update": 4,
}


@dataclass
class Bucket:
    """A token bucket."""

    rate: float
    """A second."""
    burst: float
    tokens: float
    at: float

    def take(self, now: float) -> float:
        """Seconds until there is room; 0: there was."""
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate)
        self.at = now
        if self.tokens >= 1:
            self.tokens -= 1
            return 0.0
        return (1 - self.tokens) / self.rate


@dataclass
class Rule:
    method: str
    rate: float
    burst: float
    per_channel: bool


class Limits:
    def __init__(self, clock: SlackClock) -> None:
        self._clock = clock
        self._rules: list[Rule] = []
        self._buckets: dict[tuple[str, str], Bucket] = {}
        self.refused = 0
        """How many 429s were answered, also by faults."""

    def enable(self, *, posting: float = 1.0, burst: int = 5) -> None:
        """As Slack has them: ``posting`` messages a second to each conversation, everything else by its tier."""
        for method in ("chat.postMessage", "response_url"):
            self.set(method, burst, burst / posting, per_channel=True)
        for method, tier in _TIER_OF.items():
            self.set(method, _TIERS[tier], 60.0)

    def set(self, method: str, limit: int, per: float, *, per_channel: bool = False) -> None:
        """``limit`` calls in ``per`` seconds, in all or to each conversation. The latest rule holds."""
        self._rules.insert(0, Rule(method, limit / per, limit, per_channel))

    def off(self) -> None:
        self._rules.clear()
        self._buckets.clear()

    def take(self, method: str, args: Mapping[str, Any]) -> float:
        """Seconds until there is room; 0: there was."""
        for rule in self._rules:
            if fnmatchcase(method, rule.method):
                key = (rule.method, str(args.get("channel", "")) if rule.per_channel else "")
                now = self._clock.seconds()
                bucket = self._buckets.setdefault(key, Bucket(rule.rate, rule.burst, rule.burst, now))
                return bucket.take(now)
        return 0.0
