"""Slack's rate limits, kept before they bite.

An app may post about one message a second into a channel, with short bursts; every method has a limit of its own a
minute besides, which Slack tells only by a 429 with ``Retry-After`` (https://docs.slack.dev/apis/web-api/rate-limits).
"""

import asyncio
from dataclasses import dataclass

from core.ports import Retry

PER_SECOND = 0.95
"""A little below the limit: not every call takes equally long to get there."""
BURST = 5
PATIENCE = 3.0
"""Seconds that a call waits here; a longer wait is the outbox's, which lets others go first."""
PACED = frozenset({"chat.postMessage", "files.completeUploadExternal"})
"""What puts a message into a channel for all to see."""
_MOST_KEYS = 2_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float
    """By the loop's clock: when there were so many."""


class Pacing:
    """One per token and process."""

    def __init__(self, *, per_second: float = PER_SECOND, burst: int = BURST, patience: float = PATIENCE) -> None:
        self._per_second = per_second
        self._burst = float(burst)
        self._patience = patience
        self._buckets: dict[str, _Bucket] = {}
        """By channel."""
        self._shut_until: dict[tuple[str, str], float] = {}
        """By method and channel; "" for all channels."""

    async def take(self, method: str, channel: str) -> None:
        """Wait until the call may begin. ``channel``: "" for a call of none. Raises Retry where the wait is longer
        than the patience; nothing is taken then."""
        loop = asyncio.get_running_loop()
        wait = self._shut(method, channel, loop.time())
        if method in PACED and channel:
            wait = max(wait, self._slot(channel, loop.time(), wait))
        if wait > self._patience:
            raise Retry(f"Slack's rate limit is reached ({method}).", after=wait)
        if wait > 0:
            await asyncio.sleep(wait)

    def shut(self, method: str, channel: str, seconds: float) -> None:
        """A 429 was answered: nothing more of it for so long."""
        now = asyncio.get_running_loop().time()
        self._shut_until = _tidied(self._shut_until, now)
        key = self._key(method, channel)
        self._shut_until[key] = max(self._shut_until.get(key, 0.0), now + seconds)

    def _shut(self, method: str, channel: str, now: float) -> float:
        return max(self._shut_until.get(self._key(method, channel), 0.0) - now, 0.0)

    def _key(self, method: str, channel: str) -> tuple[str, str]:
        """What has a limit of its own."""
        return (method, channel if method in PACED else "")

    def _slot(self, channel: str, now: float, shut: float) -> float:
        """How long until there is room for one more message, ``shut`` seconds from now at the earliest. It is taken,
        unless nobody waits that long for it."""
        bucket = self._bucket(channel, now)
        wait = max((1.0 - bucket.tokens) / self._per_second, shut)
        if wait <= self._patience:
            bucket.tokens -= 1.0
        return wait

    def _bucket(self, channel: str, now: float) -> _Bucket:
        bucket = self._buckets.get(channel)
        if bucket is None:
            if len(self._buckets) >= _MOST_KEYS:
                full = self._burst / self._per_second
                self._buckets = {key: kept for key, kept in self._buckets.items() if now - kept.at < full}
            bucket = self._buckets[channel] = _Bucket(self._burst, now)
        bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.at) * self._per_second)
        bucket.at = now
        return bucket


def _tidied(shut_until: dict[tuple[str, str], float], now: float) -> dict[tuple[str, str], float]:
    if len(shut_until) < _MOST_KEYS:
        return shut_until
    return {key: until for key, until in shut_until.items() if until > now}
