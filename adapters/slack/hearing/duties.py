"""What one process at a time does for all of them: read the live threads after a pause, and now and then besides.

Whichever process hears something newer in a thread reads that thread first by itself; here are those in which nothing
more happens.
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import timedelta

import structlog

from adapters.slack.hearing.catchup import ALL_READ
from adapters.slack.hearing.members import Members
from adapters.slack.hearing.order import Order
from adapters.slack.spot import Spot, seconds
from core.model.people import Platform
from core.ports import Clock
from core.storage import Store

log = structlog.get_logger(__name__)

_WORKERS = 2
_STILL_ANSWERED = timedelta(days=3)
"""For so long somebody may say, in the thread of a ticket that is over, that it is not."""
_GAP = "slack.gap"
"""The mark that tells which process was deaf last, and the how-manieth time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """Seconds."""

    again: float = 1_800.0
    """Until all live threads are read again, though nothing is known to be missed."""
    look: float = 30.0
    """How often it is looked whether another process was deaf for a moment."""
    between: float = 2.5
    """Between two reads past the first ``at_once``, so that Slack's fifty a minute leave room for those who wait for an
    answer."""
    at_once: int = 20


class Duties:
    """``owner``: unique among the processes of the desk."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        order: Order,
        members: Members,
        owner: str,
        rhythm: Rhythm | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._order = order
        self._members = members
        self._owner = owner
        self._rhythm = rhythm or Rhythm()
        self._woken = asyncio.Event()
        self._gaps = 0

    async def owe(self) -> None:
        """This process was deaf for a moment: whichever has the duties is to read all. Raises Unavailable."""
        self._gaps += 1
        async with self._store.write() as work:
            await work.marks.put(_GAP, f"{self._owner} {self._gaps}")
        self._woken.set()

    async def run(self) -> None:
        """For as long as this process has the duties. Raises Unavailable."""
        self._members.ask_for_requesters()
        loop = asyncio.get_running_loop()
        seen, again = "", loop.time()
        while True:
            self._woken.clear()
            gap, is_due = await self._gap(), loop.time() >= again
            if is_due or gap != seen:
                # After a pause of its own, whatever was read since then needs no second look.
                await self._sweep(anew=is_due or not gap.startswith(f"{self._owner} "))
                seen, again = gap, loop.time() + self._rhythm.again
            await self._pause()

    async def _gap(self) -> str:
        async with self._store.read() as work:
            return await work.marks.get(_GAP) or ""

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(self._rhythm.look):
                await self._woken.wait()
        except TimeoutError:
            return

    async def _sweep(self, *, anew: bool) -> None:
        """Those first in which something was said last. ``anew``: those too that were read already."""
        begun = self._clock.now()
        async with self._store.read() as work:
            live = await work.threads.live(Platform.SLACK, over_since=self._clock.now() - _STILL_ANSWERED)
        made = [(thread.cursor or "0.000000", Spot.of(thread.external_id)) for thread in live if thread.external_id]
        made.sort(key=lambda one: seconds(one[0]), reverse=True)
        waiting = deque(spot for _, spot in made)
        async with asyncio.TaskGroup() as tasks:
            for _ in range(_WORKERS):
                tasks.create_task(self._work(waiting, anew=anew))
        async with self._store.write() as work:
            await work.marks.put(ALL_READ, f"{begun.timestamp():.6f}")
        log.info("slack_threads_read", count=len(made))

    async def _work(self, waiting: deque[Spot], *, anew: bool) -> None:
        done = 0
        while waiting:
            await self._order.read(waiting.popleft(), anew=anew)
            done += 1
            if done * _WORKERS > self._rhythm.at_once:
                await asyncio.sleep(self._rhythm.between * _WORKERS)
