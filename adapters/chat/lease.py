"""``Lease``: what one process at a time does, for as long as it holds the lease of it.

A process that dies is replaced when its lease runs out. A database out of reach takes the work from nobody: no other
process can take the lease either.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from core.errors import Conflict, Unavailable
from core.ports import Clock
from core.storage import Store

log = structlog.get_logger(__name__)


class Lease:
    """``work`` is begun when the lease is got, again where it ended meanwhile, and cancelled when it is lost.

    ``owner``: unique among the processes of the desk; ``term``: for how long it is taken; ``look``: how often it is
    renewed, or tried for; ``insist``: how long work that was cancelled may take to end before it is cancelled again.
    Up to Python 3.11 ``asyncio.wait_for``, which discord.py connects through, loses a cancellation that comes in the
    moment in which what it waits for ends (https://github.com/python/cpython/issues/86296).
    """

    def __init__(
        self,
        name: str,
        work: Callable[[], Awaitable[None]],
        *,
        store: Store,
        clock: Clock,
        owner: str,
        term: timedelta,
        look: timedelta,
        insist: timedelta = timedelta(seconds=10),
    ) -> None:
        self._name = name
        self._begin = work
        self._store = store
        self._clock = clock
        self._owner = owner
        self._term = term
        self._look = look
        self._insist = insist
        self._following: asyncio.Task[None] | None = None
        self._working: asyncio.Task[None] | None = None
        self._stop = asyncio.Event()

    def start(self) -> None:
        self._following = asyncio.create_task(self._run(), name=f"lease {self._name}")

    async def close(self) -> None:
        """End the work, and let another process have it. Whoever no longer waits for that does not hinder it."""
        self._stop.set()
        if self._following is not None:
            await asyncio.shield(self._following)

    async def _run(self) -> None:
        try:
            while not self._stop.is_set():
                await self._follow()
                await self._pause(self._look.total_seconds())
        finally:
            await self._end()
            await self._release()

    async def _follow(self) -> None:
        now = self._clock.now()
        try:
            async with self._store.write() as work:
                held = await work.leases.take(self._name, self._owner, now=now, until=now + self._term)
        except (Unavailable, Conflict) as refusal:
            log.warning("lease_out_of_reach", lease=self._name, reason=str(refusal))
            return
        except Exception:
            log.exception("lease_stumbled", lease=self._name)
            return
        if held and (self._working is None or self._working.done()):
            self._working = asyncio.create_task(self._work(), name=self._name)
        elif not held:
            await self._end()

    async def _work(self) -> None:
        try:
            await self._begin()
        except Exception:
            log.exception("leased_work_stumbled", lease=self._name)

    async def _end(self) -> None:
        working, self._working = self._working, None
        while working is not None and not working.done():
            working.cancel()
            await asyncio.wait({working}, timeout=self._insist.total_seconds())

    async def _release(self) -> None:
        try:
            async with self._store.write() as work:
                await work.leases.release(self._name, self._owner)
        except (Unavailable, Conflict) as refusal:
            log.warning("lease_not_released", lease=self._name, reason=str(refusal))

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        except TimeoutError:
            return
