"""Waits that end in time: a platform gives three seconds to answer, and a database may take longer.

What was waited for goes on to its end, so that nothing is broken off halfway and what it learns serves the next.
"""

import asyncio
from collections.abc import Awaitable, Collection, Coroutine
from typing import Any, TypeVar

import structlog

log = structlog.get_logger(__name__)

_T = TypeVar("_T")


class Patience:
    def __init__(self) -> None:
        self._going: set[asyncio.Task[Any]] = set()

    async def within(self, seconds: float, waited: Coroutine[Any, Any, _T], otherwise: _T) -> _T:
        """What ``waited`` comes to, or ``otherwise`` where it takes longer or fails; a failure is logged."""
        task = asyncio.create_task(_quiet(waited, otherwise))
        self._going.add(task)
        task.add_done_callback(self._going.discard)
        done, _ = await asyncio.wait({task}, timeout=seconds)
        return task.result() if done else otherwise

    async def close(self, within: float) -> None:
        """Until all that was begun has ended, which is broken off after ``within`` seconds."""
        await ended(self._going, within)


async def ended(tasks: Collection[asyncio.Task[Any]], within: float) -> None:
    """Let ``tasks`` come to their end; what has not after ``within`` seconds is broken off, so that nothing works on
    behind a closed door."""
    if not tasks:
        return
    _, late = await asyncio.wait(tasks, timeout=within)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)


async def _quiet(waited: Awaitable[_T], otherwise: _T) -> _T:
    try:
        return await waited
    except Exception:
        log.exception("look_up_failed")
        return otherwise
