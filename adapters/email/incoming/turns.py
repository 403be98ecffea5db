"""How often an address is listened to, and how often it is told that it is not: kept in the database, since each piped
mail is a process of its own."""

import hashlib
from datetime import timedelta

from core.errors import Conflict, Unavailable
from core.model.people import Platform
from core.ports import Clock
from core.storage import Outcome, Store

_TRIES = 5
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


class Turns:
    """``per_hour``: mails that are taken from one address."""

    def __init__(self, store: Store, clock: Clock, per_hour: int) -> None:
        self._store = store
        self._clock = clock
        self._per_hour = per_hour

    async def take(self, sender: str) -> bool:
        """Whether the address may write once more in this hour of the clock. Raises Unavailable."""
        return await self._take("turn", sender, _HOUR, self._per_hour)

    async def may_be_refused(self, sender: str) -> bool:
        """Once a day: so two robots never keep each other busy. Raises Unavailable."""
        return await self._take("refusal", sender, _DAY, 1)

    async def _take(self, what: str, sender: str, window: timedelta, most: int) -> bool:
        now = self._clock.now()
        slot = int(now.timestamp() // window.total_seconds())
        named = hashlib.sha256(f"{what} {slot} {sender}".encode()).hexdigest()[:40]
        for _ in range(_TRIES):
            try:
                async with self._store.write() as work:
                    for number in range(most):
                        if await work.inbox.find(Platform.EMAIL, f"{what}:{named}:{number}") is None:
                            await work.inbox.record(Platform.EMAIL, f"{what}:{named}:{number}", Outcome(), now)
                            return True
                    return False
            except Conflict:
                continue
        raise Unavailable(why="too many mails are arriving at once")
