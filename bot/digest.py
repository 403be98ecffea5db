"""The day's digest, as the desk opens: by whichever process looks first."""

from datetime import date

from core.commands import Actor, SendDigest
from core.engine import Engine
from core.model.desk import Desk
from core.model.people import Platform
from core.ports import Clock
from core.rules.digest import digest_due


class Digest:
    def __init__(self, *, engine: Engine, desk: Desk, clock: Clock) -> None:
        self._engine = engine
        self._hours = desk.hours
        self._clock = clock
        self._sent: date | None = None

    async def send_if_due(self) -> None:
        """The day is its inbound id: told by several processes, or after a restart, it goes out once."""
        day = digest_due(self._clock.now(), self._hours)
        if day is None or day == self._sent:
            return
        await self._engine.handle(SendDigest(), Actor(person=None, door=Platform.SYSTEM, inbound=f"digest:{day}"))
        self._sent = day
