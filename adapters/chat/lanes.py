"""Work that must be done in the order in which it came: one lane a thread, its jobs strictly one after another.

What fails because something is away (the database, the platform) is kept at the head of its lane and tried again with
growing pauses: nothing behind it overtakes it, and nothing is dropped. A lane is there only while it has work.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field

import aiohttp
import structlog

from core.errors import Busy, Conflict, Unavailable
from core.ports import Retry, Unknown

log = structlog.get_logger(__name__)

Job = Callable[[], Awaitable[None]]
"""May be called again from its start, where it failed because something was away."""

Away = Callable[[Exception], float | None]
"""Seconds to wait, as far as anybody said so (else 0), before what failed may go well by itself; None where it will
not."""

_AWAY = (Unavailable, Busy, Conflict, Retry, Unknown, aiohttp.ClientError, OSError, TimeoutError)


@dataclass(frozen=True, slots=True)
class Pauses:
    """Seconds between two tries, doubling from the first to the longest."""

    first: float = 0.25
    longest: float = 30.0

    def before(self, attempt: int) -> float:
        """``attempt``: 1 for the second try."""
        doublings: int = 2 ** min(attempt - 1, 20)
        return min(self.first * doublings, self.longest)


def away(error: Exception) -> float | None:
    """``Away`` for what any door may meet: the database, the network, what the ports raise."""
    if isinstance(error, Retry):
        return error.after or 0.0
    return 0.0 if isinstance(error, _AWAY) else None


@dataclass(slots=True)
class _Lane:
    jobs: deque[tuple[Job, Job | None]] = field(default_factory=deque)
    task: asyncio.Task[None] | None = None


class Lanes:
    """``away``: the platform's own failures beside those that every door may meet."""

    def __init__(self, pauses: Pauses | None = None, *, away: Away = away) -> None:
        self._pauses = pauses or Pauses()
        self._away = away
        self._lanes: dict[Hashable, _Lane] = {}
        self._closed = False

    def put(self, key: Hashable, job: Job, *, instead: Job | None = None) -> None:
        """Behind what waits in the lane ``key`` already. ``instead`` is done where the job stumbles over a fault of
        ours, so that somebody hears of it. After ``close`` nothing is taken any more."""
        if self._closed:
            return
        lane = self._lanes.setdefault(key, _Lane())
        lane.jobs.append((job, instead))
        if lane.task is None:
            lane.task = asyncio.create_task(self._work(key, lane), name=f"lane {key}")

    async def idle(self) -> None:
        """Until there is nothing to do."""
        while tasks := [lane.task for lane in self._lanes.values() if lane.task is not None]:
            await asyncio.wait(tasks)

    async def close(self, within: float) -> None:
        """Take nothing more, and give what waits so many seconds to end; the rest is left undone."""
        self._closed = True
        try:
            async with asyncio.timeout(within):
                await self.idle()
        except TimeoutError:
            left = [lane.task for lane in self._lanes.values() if lane.task is not None]
            log.info("lanes_left", count=len(left))
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    async def _work(self, key: Hashable, lane: _Lane) -> None:
        try:
            while lane.jobs:
                job, instead = lane.jobs[0]
                await self._do(key, job, instead)
                lane.jobs.popleft()
        finally:
            del self._lanes[key]

    async def _do(self, key: Hashable, job: Job, instead: Job | None) -> None:
        try:
            await self.insist(job)
        except Exception:
            log.exception("event_stumbled", lane=str(key))
            if instead is not None:
                await self._do(key, instead, None)

    async def insist(self, job: Job) -> None:
        """Do it as often as it takes, as long as it fails only because something is away. Raises what else it does."""
        attempt = 0
        while True:
            try:
                return await job()
            except Exception as error:
                told = self._away(error)
                if told is None:
                    raise
                attempt += 1
                wait = max(self._pauses.before(attempt), told)
                log.warning("event_waits", seconds=wait, reason=str(error) or type(error).__name__)
            await asyncio.sleep(wait)
