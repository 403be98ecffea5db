"""The stand-in's own time: the real one, moved forward by tests."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any


class SlackClock:
    """``given``: a clock with ``now()`` and ``advance(by)`` to go by instead."""

    def __init__(self, given: Any = None) -> None:
        self._given = given
        self._offset = timedelta()
        self.watchers: list[Callable[[], None]] = []
        """Called after each advance."""

    def now(self) -> datetime:
        return self._given.now() if self._given is not None else datetime.now(UTC) + self._offset

    def seconds(self) -> float:
        """Since the epoch."""
        return self.now().timestamp()

    def advance(self, by: timedelta | float) -> datetime:
        """``by``: a timedelta, or seconds. Returns the new time."""
        step = by if isinstance(by, timedelta) else timedelta(seconds=by)
        if self._given is not None:
            self._given.advance(step)
        else:
            self._offset += step
        for watcher in self.watchers:
            watcher()
        return self.now()


def monotonic() -> float:
    return time.perf_counter()
