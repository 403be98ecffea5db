"""How the app hears: each event until it is acknowledged, at most four times; what is pressed or sent, once.

https://docs.slack.dev/apis/events-api#responding
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from tests.fakes.slack.clock import monotonic
from tests.fakes.slack.world import World

Json = dict[str, Any]
TIMEOUT, FAILED = "operation_timeout", "dispatch_failed"
"""What Slack tells a person whose command went unanswered, or found nobody."""


@dataclass
class Ack:
    """``after``: seconds, None where there was none in time. ``payload``: what came with it."""

    after: float | None = None
    payload: Any = None
    error: str | None = None
    status: int = 0
    """HTTP's, or 200 for an acknowledgement over a socket."""


class Transport(Protocol):
    def event(self, payload: Json, attempt: int, reason: str, done: Callable[[str | None], None]) -> None:
        """``done``: called with None once it was acknowledged, else with the reason that it was not."""

    async def interaction(self, kind: str, payload: Json) -> Ack:
        """``kind``: ``slash_commands`` or ``interactive``."""


class Held:
    """Events that are kept back: ``release()`` lets them go."""

    def __init__(self, delivery: "Delivery") -> None:
        self._delivery = delivery
        self.events: list[Json] = []

    def release(self, *, backwards: bool = False) -> None:
        """``backwards``: the last first, as when one overtakes another, and each once the one before it is taken: the
        app has several connections, on which nothing says what is heard first."""
        self._delivery.held = None
        if backwards:
            self._one_by_one(list(self.events))
            return
        for payload in self.events:
            self._delivery.attempt(payload)

    def _one_by_one(self, left: list[Json]) -> None:
        if left:
            self._delivery.attempt(left.pop(), then=lambda: self._one_by_one(left))


class Delivery:
    def __init__(self, world: World) -> None:
        self._world = world
        self.transport: Transport | None = None
        self.sent: list[Json] = []
        """Every event that was told, in order: each the whole callback."""
        self.unacknowledged = 0
        """How many were given up."""
        self.twice = False
        self.held: Held | None = None
        self.losing: Callable[[Json], Any] | None = None
        self._waiting: dict[int, tuple[float, asyncio.TimerHandle, Callable[[], None]]] = {}
        self._under_way: set[int] = set()
        self._number = 0
        world.deliver = self.send
        world.clock.watchers.append(self._wake)

    @property
    def idle(self) -> bool:
        """Whether every event was acknowledged, or given up."""
        return not self._under_way and not self._waiting

    @property
    def waiting(self) -> int:
        """How many events wait for their next attempt."""
        return len(self._waiting)

    def send(self, payload: Json) -> None:
        self.sent.append(payload)
        if self.losing is not None and self.losing(payload["event"]):
            return
        if self.held is not None:
            self.held.events.append(payload)
            return
        self.attempt(payload)
        if self.twice:
            self.attempt(payload, number=1, reason="timeout")

    def attempt(
        self, payload: Json, *, number: int = 0, reason: str = "", then: Callable[[], None] | None = None
    ) -> None:
        """``then`` is called once it was acknowledged, or was not."""
        if self.transport is None:
            return
        self._number += 1
        mine = self._number
        self._under_way.add(mine)

        def done(failure: str | None) -> None:
            if mine not in self._under_way:
                return
            self._under_way.discard(mine)
            if failure is not None:
                self._again(payload, number, failure)
            if then is not None:
                then()

        self.transport.event(payload, number, reason, done)

    def _again(self, payload: Json, number: int, failure: str) -> None:
        retries = self._world.settings.retries
        if number >= len(retries):
            self.unacknowledged += 1
            return
        self.later(retries[number], lambda: self.attempt(payload, number=number + 1, reason=failure))

    def later(self, seconds: float, work: Callable[[], None]) -> None:
        """By the stand-in's clock: moving that forward brings it about."""
        self._number += 1
        key = self._number
        handle = asyncio.get_running_loop().call_later(seconds, self._due, key)
        self._waiting[key] = (self._world.clock.seconds() + seconds, handle, work)

    def _due(self, key: int) -> None:
        _, handle, work = self._waiting.pop(key)
        handle.cancel()
        work()

    def _wake(self) -> None:
        now = self._world.clock.seconds()
        for key, (due, _, _) in list(self._waiting.items()):
            if due <= now:
                self._due(key)

    async def interaction(self, kind: str, payload: Json) -> Ack:
        if self.transport is None:
            return Ack(error=FAILED)
        return await self.transport.interaction(kind, payload)

    def stop(self) -> None:
        for _, handle, _ in self._waiting.values():
            handle.cancel()
        self._waiting.clear()
        self._under_way.clear()


class Stopwatch:
    def __init__(self) -> None:
        self._started = monotonic()

    @property
    def seconds(self) -> float:
        return monotonic() - self._started
