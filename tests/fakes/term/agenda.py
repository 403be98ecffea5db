"""What is to happen in a simulation, and the clock that goes from one thing to the next."""

import heapq
from collections.abc import Callable
from datetime import datetime
from itertools import count

from tests.fakes.clock import FakeClock

Action = Callable[[], None]


class Agenda:
    """In the order of time. Of one moment what is put down as ``first`` comes first, then as it was put down."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._numbers = count()
        self._entries: list[tuple[datetime, bool, int, Action]] = []

    def at(self, when: datetime, action: Action, *, first: bool = False) -> None:
        heapq.heappush(self._entries, (when, not first, next(self._numbers), action))

    def run(self, is_over: Callable[[], bool], end: datetime) -> None:
        """Until ``is_over``, at the latest until ``end``."""
        while self._entries and not is_over() and self._entries[0][0] <= end:
            when, _, _, action = heapq.heappop(self._entries)
            self._clock.advance(when - self._clock.now())
            action()
