"""How long a loop rests that looks for work: an idle desk is quiet, and a busy one is at it at once."""

import asyncio
from contextlib import suppress
from datetime import timedelta


class Rest:
    """``first``: after something was found. Each time that nothing is, the next rest is twice as long, up to
    ``longest``."""

    def __init__(self, first: timedelta, longest: timedelta) -> None:
        self._first = first
        self._longest = longest
        self._last: timedelta | None = None
        self._awake = asyncio.Event()

    def wake(self) -> None:
        """Something happened: the rest is over, and so are the long ones."""
        self._last = None
        self._awake.set()

    def begin(self) -> None:
        """Before a look: what wakes from now on, it may have missed."""
        self._awake.clear()

    def next(self, *, idle: bool) -> timedelta:
        """How long to rest now. ``idle``: the look found nothing."""
        self._last = self._first if self._last is None or not idle else min(2 * self._last, self._longest)
        return self._last

    async def take(self, *, idle: bool) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self.next(idle=idle).total_seconds()):
                await self._awake.wait()
