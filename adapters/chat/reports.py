"""What an admin has to mend outside, told to the desk: once it stands in the way, and once it does no longer."""

import structlog

from core.commands import Actor, Command, MendTrouble, ReportTrouble
from core.engine import Engine
from core.errors import Refusal, Unavailable
from core.model.people import Platform
from core.storage import Store

log = structlog.get_logger(__name__)

SYSTEM = Actor(person=None, door=Platform.SYSTEM)


class Reports:
    def __init__(self, engine: Engine, store: Store) -> None:
        self._engine = engine
        self._store = store

    async def report(self, key: str, sentence: str) -> None:
        """Tell the admins of a trouble, the first time, and whoever reads the log."""
        log.warning("trouble", key=key, sentence=sentence)
        await self._tell(ReportTrouble(key=key, sentence=sentence), key)

    async def mended(self, key: str) -> None:
        """Where it was reported, by whichever process."""
        try:
            async with self._store.read() as work:
                is_there = await work.troubles.get(key) is not None
        except Unavailable as refusal:
            log.warning("trouble_not_noted", key=key, reason=str(refusal))
            return
        if is_there:
            await self._tell(MendTrouble(key=key), key)

    async def _tell(self, command: Command, key: str) -> None:
        try:
            await self._engine.handle(command, SYSTEM)
        except Refusal as refusal:
            log.warning("trouble_not_noted", key=key, reason=str(refusal))
