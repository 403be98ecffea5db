"""Finds what should have rung long ago: an escalation whose step is late calls nobody, and nobody would notice.

Each process looks for itself, so a late step is told as long as one of them is alive: to the admins, once, and to
whoever asks for the desk's health, until it has rung.
"""

from datetime import timedelta

import structlog

from core.commands import Actor, MendTrouble, ReportTrouble
from core.engine import Engine
from core.model.people import Platform
from core.ports import Clock
from core.storage import Store

log = structlog.get_logger(__name__)

LATE = timedelta(minutes=1)
EVERY = timedelta(seconds=30)
TROUBLE = "timers:late"
_SYSTEM = Actor(person=None, door=Platform.SYSTEM)


class Auditor:
    def __init__(self, *, store: Store, engine: Engine, clock: Clock) -> None:
        self._store = store
        self._engine = engine
        self._clock = clock

    async def late(self) -> str | None:
        """What is late by over a minute, in a sentence; None where nothing is."""
        now = self._clock.now()
        async with self._store.read() as work:
            count, first = await work.timers.late(now - LATE)
            unknown = await work.timers.unknown_kinds() if count else ()
        if not count or first is None:
            return None
        newer = (
            f" Some are of kinds that only a newer version knows ({', '.join(unknown)}): start that." if unknown else ""
        )
        return (
            f"Deadlines that did not ring in time: {count}, the first {_length(now - first)} late. Calls of "
            "escalations may be among them. Look in the log for “timer not fired” and “look stumbled”, and whether "
            f"the database and the desk's processes keep up.{newer}"
        )

    async def look(self) -> None:
        """Tell the admins, or that it is over."""
        sentence = await self.late()
        if sentence is not None:
            log.warning("deadlines late", sentence=sentence)
            await self._engine.handle(ReportTrouble(key=TROUBLE, sentence=sentence), _SYSTEM)
            return
        async with self._store.read() as work:
            stands = await work.troubles.get(TROUBLE)
        if stands is not None:
            await self._engine.handle(MendTrouble(key=TROUBLE), _SYSTEM)


def _length(time: timedelta) -> str:
    minutes = time // timedelta(minutes=1)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
