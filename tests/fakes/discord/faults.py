"""What a test can make go wrong: errors, lost answers, 429s, delays, requests held back; and rate limits."""

import asyncio
import re
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.patience import patience

_MAJOR = re.compile(r"^/(channels|guilds|webhooks)/(\d+)(?:/([\w.\-]{20,}))?")


def pattern(given: str) -> re.Pattern[str]:
    """A path after ``/api/v10``: ``*`` and ``{name}`` stand for one segment, ``**`` for any number of them."""
    parts = re.split(r"(\*\*|\*|\{\w+\})", given)
    made = "".join({"**": ".*"}.get(p, "[^/]+") if i % 2 else re.escape(p) for i, p in enumerate(parts))
    return re.compile(made)


@dataclass
class Fault:
    method: str
    path: re.Pattern[str]
    kind: str
    times: int
    status: int = 500
    applied: bool = False
    retry_after: float = 0.0
    seconds: float = 0.0
    is_global: bool = False
    scope: str = "user"
    code: int = 0
    gate: "Gate | None" = None
    met: int = 0


class Gate:
    """A request that is held until the test lets it through."""

    def __init__(self) -> None:
        self._arrived = asyncio.Event()
        self._open = asyncio.Event()

    async def arrived(self, within: float = 5.0) -> None:
        async with patience(within):
            await self._arrived.wait()

    def release(self) -> None:
        self._open.set()

    async def pass_through(self) -> None:
        self._arrived.set()
        await self._open.wait()


class Faults:
    def __init__(self) -> None:
        self._ordered: list[Fault] = []

    def fail(self, method: str, path: str, *, status: int = 500, times: int = 1, applied: bool = False) -> Fault:
        """An error for an answer. ``applied``: the work is done all the same."""
        return self._add(Fault(method, pattern(path), "fail", times, status=status, applied=applied))

    def refuse(self, method: str, path: str, code: int, *, times: int = 1) -> Fault:
        """One of Discord's own errors, by its JSON code."""
        return self._add(Fault(method, pattern(path), "refuse", times, code=code))

    def drop(self, method: str, path: str, *, times: int = 1, applied: bool = False) -> Fault:
        """The connection is closed without an answer."""
        return self._add(Fault(method, pattern(path), "drop", times, applied=applied))

    def limit(
        self,
        method: str,
        path: str,
        *,
        retry_after: float = 0.05,
        times: int = 1,
        is_global: bool = False,
        scope: str = "user",
    ) -> Fault:
        """429."""
        made = Fault(method, pattern(path), "limit", times, retry_after=retry_after, is_global=is_global, scope=scope)
        return self._add(made)

    def delay(self, method: str, path: str, seconds: float, *, times: int = 1) -> Fault:
        """Before anything is done."""
        return self._add(Fault(method, pattern(path), "delay", times, seconds=seconds))

    def hold(self, method: str, path: str) -> Gate:
        """The next such request waits before anything is done, until ``gate.release()``."""
        gate = Gate()
        self._add(Fault(method, pattern(path), "hold", 1, gate=gate))
        return gate

    def clear(self) -> None:
        for fault in self._ordered:
            if fault.gate is not None:
                fault.gate.release()
        self._ordered.clear()

    def _add(self, fault: Fault) -> Fault:
        self._ordered.append(fault)
        return fault

    def meet(self, method: str, path: str) -> Fault | None:
        """The fault that a request runs into, if any; it is used up once more by this."""
        for fault in self._ordered:
            if fault.times > 0 and fault.method in (method, "*") and fault.path.fullmatch(path):
                fault.times -= 1
                fault.met += 1
                return fault
        return None


@dataclass
class Bucket:
    limit: int
    per: float
    taken: deque[float] = field(default_factory=deque)

    def take(self, now: float) -> tuple[bool, int, float]:
        """Whether there was room, what remains, and the seconds until there is more."""
        while self.taken and now - self.taken[0] >= self.per:
            self.taken.popleft()
        room = len(self.taken) < self.limit
        if room:
            self.taken.append(now)
        return room, self.limit - len(self.taken), self.per - (now - self.taken[0])


class Limits:
    """Off until a test says otherwise."""

    def __init__(self) -> None:
        self._rules: list[tuple[str, re.Pattern[str], int, float, str]] = []
        self._buckets: dict[str, Bucket] = {}
        self._global: Bucket | None = None
        self.refused = 0
        """How many 429s were answered."""

    def set(self, method: str, path: str, *, limit: int, per: float) -> None:
        """``limit`` requests in ``per`` seconds for each channel, guild or webhook."""
        self._rules.append((method, pattern(path), limit, per, f"{method}{path}"))

    def set_global(self, limit: int, per: float = 1.0) -> None:
        """For everything but interactions' own endpoints."""
        self._global = Bucket(limit, per)

    def take(self, method: str, path: str, *, of_interaction: bool) -> tuple[dict[str, str], dict[str, Any] | None]:
        """The headers of the answer, and the body of a 429 where there was no room."""
        now = time.monotonic()
        if self._global is not None and not of_interaction:
            room, _, wait = self._global.take(now)
            if not room:
                return self._refusal({}, wait, is_global=True, scope="global")
        for verb, known, limit, per, name in self._rules:
            if verb in (method, "*") and known.fullmatch(path):
                major = _MAJOR.match(path)
                bucket = self._buckets.setdefault(f"{name}{major and major[0]}", Bucket(limit, per))
                room, remaining, wait = bucket.take(now)
                headers = {
                    "X-RateLimit-Limit": str(limit),
                    "X-RateLimit-Remaining": str(remaining),
                    "X-RateLimit-Reset": f"{time.time() + wait:.3f}",
                    "X-RateLimit-Reset-After": f"{wait:.3f}",
                    "X-RateLimit-Bucket": f"{abs(hash(name)):x}"[:16],
                }
                return (headers, None) if room else self._refusal(headers, wait, is_global=False, scope="user")
        return {}, None

    def _refusal(
        self, headers: dict[str, str], wait: float, *, is_global: bool, scope: str
    ) -> tuple[dict[str, str], dict[str, Any]]:
        self.refused += 1
        return refusal(wait, is_global=is_global, scope=scope, headers=headers)


def refusal(
    wait: float, *, is_global: bool, scope: str, headers: dict[str, str] | None = None
) -> tuple[dict[str, str], dict[str, Any]]:
    """A 429's headers and body. https://discord.com/developers/docs/topics/rate-limits"""
    made = {
        **(headers or {}),
        "Via": "1.1 google",
        "Retry-After": str(max(1, round(wait))),
        "X-RateLimit-Scope": scope,
    }
    if is_global:
        made["X-RateLimit-Global"] = "true"
    body = {"message": "You are being rate limited.", "retry_after": round(wait, 3), "global": is_global}
    return made, body
