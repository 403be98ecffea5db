"""What somebody waits for is tried again where Slack did not take it, or did not say that it did.

To say the same to the same person again does no harm; to leave them without an answer does.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from core.ports import Retry, Unknown

Way = Callable[[], Awaitable[Any]]
Sleep = Callable[[float], Awaitable[None]]

SOON = 0.5
"""Seconds before the first further try; then twice as long."""
_TRIES = 3
_LONGEST_PAUSE = 30.0
"""Seconds."""


async def insist(way: Way, *, sleep: Sleep = asyncio.sleep) -> None:
    """Raises Retry and Unknown where it comes to nothing, or would take too long; Refused at once."""
    for attempt in range(_TRIES):
        try:
            await way()
            return
        except (Retry, Unknown) as lost:
            pause = max(lost.after or 0.0 if isinstance(lost, Retry) else 0.0, SOON * 2**attempt)
            if attempt + 1 == _TRIES or pause > _LONGEST_PAUSE:
                raise
            await sleep(pause)
