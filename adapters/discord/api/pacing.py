"""Discord's rate limits, kept before they bite.

The buckets come from the headers of answers, and are shared by all routes with the same bucket hash and the same first
id in their path; over all of them a bot may make 50 calls a second
(https://discord.com/developers/docs/topics/rate-limits). Ten thousand answers of 429 in ten minutes shut out the
whole address, so a call that would get one is better not made.
"""

import asyncio
import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Self

from core.ports import Retry

PER_SECOND = 50
PATIENCE = 2.0
"""Seconds that a call waits here; a longer wait is the outbox's, which lets others go first."""
_MOST_BUCKETS = 2_000
_ID = re.compile(r"[0-9]{15,20}")


@dataclass(frozen=True, slots=True)
class Route:
    """What a call's rate limit is found by."""

    template: str
    """Method and path without ids."""
    major: str
    """The id that each has a bucket of its own for: the channel's, the server's, the webhook's with its token."""

    @classmethod
    def of(cls, method: str, path: str) -> Self:
        parts = path.strip("/").split("/")
        top = parts[0]
        own = {"channels": 2, "guilds": 2, "webhooks": 3, "interactions": 3}.get(top, 1)
        kept = [top, *("{major}" for _ in parts[1:own]), *(_plain(parts, at) for at in range(own, len(parts)))]
        return cls(f"{method} /{'/'.join(kept)}", "/".join(parts[1:own]))


def _plain(parts: list[str], at: int) -> str:
    return "{id}" if _ID.fullmatch(parts[at]) or parts[at - 1] == "reactions" else parts[at]


class Reach(Enum):
    """What a 429 holds up."""

    ROUTE = auto()
    BOT = auto()
    """All but calls with the token of an interaction or a webhook, to which the bot's own limit does not apply."""
    ADDRESS = auto()
    """Every call from this machine."""


@dataclass(slots=True)
class _Bucket:
    limit: int
    remaining: int
    reset_at: float
    """By the loop's clock."""
    period: float
    """Seconds from one reset to the next, as far as was seen."""

    def wait(self, now: float) -> float:
        if now >= self.reset_at:
            self.remaining, self.reset_at = self.limit, now + self.period
        return 0.0 if self.remaining > 0 else self.reset_at - now


class Pacing:
    """One per token and process."""

    def __init__(self, *, per_second: int = PER_SECOND, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._starts: deque[float] = deque(maxlen=per_second)
        """When the last calls began, or will: as many as one second has room for."""
        self._bot_shut_until = 0.0
        self._shut_until = 0.0
        self._hashes: dict[str, str] = {}
        self._shapes: dict[str, tuple[int, float]] = {}
        """Limit and period by bucket hash: a channel never called before has the same as the others."""
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    async def take(self, route: Route, *, counts: bool) -> None:
        """Wait until the call may begin. ``counts``: towards the 50 a second, as all do but those with the token of an
        interaction or a webhook. Raises Retry where the wait is longer than the patience."""
        loop = asyncio.get_running_loop()
        patient_until = loop.time() + self._patience
        while (wait := self._wait(route, loop.time(), counts)) > 0:
            await self._sleep(wait, patient_until)
        bucket = self._bucket(route)
        if bucket is not None:
            bucket.remaining -= 1
        if counts:
            await self._sleep(self._slot(loop.time(), patient_until), patient_until)

    async def _sleep(self, wait: float, patient_until: float) -> None:
        if asyncio.get_running_loop().time() + wait > patient_until:
            raise Retry("Discord's rate limit is reached.", after=wait)
        if wait > 0:
            await asyncio.sleep(wait)

    def _wait(self, route: Route, now: float, counts: bool) -> float:
        bucket = self._bucket(route)
        shut_until = max(self._shut_until, self._bot_shut_until if counts else 0.0)
        return max(shut_until - now, 0.0 if bucket is None else bucket.wait(now))

    def _slot(self, now: float, patient_until: float) -> float:
        """How long until there is room in a second. The slot is taken, unless nobody waits that long for it."""
        full = len(self._starts) == self._starts.maxlen
        start = max(now, self._starts[0] + 1.0) if full else now
        if start <= patient_until:
            self._starts.append(start)
        return start - now

    def _bucket(self, route: Route) -> _Bucket | None:
        name = self._hashes.get(route.template, route.template)
        bucket = self._buckets.get((name, route.major))
        if bucket is None and name in self._shapes:
            limit, period = self._shapes[name]
            bucket = self._buckets[name, route.major] = _Bucket(limit, limit, 0.0, period)
        return bucket

    def learn(self, route: Route, headers: Mapping[str, str]) -> None:
        """What an answer says of its bucket."""
        name = headers.get("X-RateLimit-Bucket")
        limit, remaining, reset_after = (
            number(headers.get(f"X-RateLimit-{part}")) for part in ("Limit", "Remaining", "Reset-After")
        )
        if name is None or limit is None or remaining is None or reset_after is None:
            return
        now = asyncio.get_running_loop().time()
        self._tidy(now)
        self._hashes[route.template] = name
        known = self._buckets.get((name, route.major))
        period = max(reset_after, self._shapes[name][1] if name in self._shapes else 0.0)
        self._shapes[name] = (int(limit), period)
        left = int(remaining) if known is None or now >= known.reset_at else min(int(remaining), known.remaining)
        self._buckets[name, route.major] = _Bucket(int(limit), left, now + reset_after, period)

    def shut(self, route: Route, seconds: float, reach: Reach) -> None:
        """A 429 was answered: nothing more for so long, as far as it reaches."""
        until = asyncio.get_running_loop().time() + seconds
        match reach:
            case Reach.ADDRESS:
                self._shut_until = max(self._shut_until, until)
            case Reach.BOT:
                self._bot_shut_until = max(self._bot_shut_until, until)
            case Reach.ROUTE:
                name = self._hashes.get(route.template, route.template)
                limit, period = self._shapes.get(name, (1, 0.0))
                self._buckets[name, route.major] = _Bucket(limit, 0, until, period)

    def _tidy(self, now: float) -> None:
        if len(self._buckets) > _MOST_BUCKETS:
            self._buckets = {key: bucket for key, bucket in self._buckets.items() if bucket.reset_at > now}


def number(words: str | None) -> float | None:
    """A header's number, not negative; None for anything else."""
    if words is None or not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", words.strip()):
        return None
    return float(words)
