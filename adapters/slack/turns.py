"""Whoever waits to be acknowledged goes before whoever waits to be answered.

Slack gives three seconds for an acknowledgement, and an answer takes many times its work: when a whole course presses
at once, answers that begin at once keep the acknowledgements behind them waiting.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_PATIENCE = 0.25
"""Seconds that an answer lets others go first, at the most."""


class Turns:
    """``patience``: seconds, see ``answering``."""

    def __init__(self, patience: float = _PATIENCE) -> None:
        self._patience = patience
        self._due = 0
        self._quiet = asyncio.Event()
        self._quiet.set()

    @contextmanager
    def acknowledging(self) -> Iterator[None]:
        """Around a request of Slack's, until its acknowledgement is sent."""
        self._count(+1)
        try:
            yield
        finally:
            self._count(-1)

    async def answering(self) -> None:
        """Until no other request waits to be acknowledged, or ``patience`` is over. One's own may still be on its
        way."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._patience):
                await self._quiet.wait()

    def _count(self, change: int) -> None:
        self._due += change
        if self._due > 1:
            self._quiet.clear()
        else:
            self._quiet.set()
