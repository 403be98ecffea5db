"""bot.toml may promise something else than it did, or wait longer for a requester: then the timers are set anew, ticket
by ticket.

What it promised when that was last done is remembered in the database, so a start without a change looks at no ticket.
What was late already by what it promises now is counted, and those who lead are told how much it is.
"""

from dataclasses import replace
from datetime import datetime
from hashlib import sha256

import structlog

from core.commands import Actor, RearmPromises, TellPromises
from core.engine import Engine
from core.errors import Refusal, Unavailable
from core.model.desk import Desk
from core.model.ids import TicketId
from core.model.people import Platform
from core.ports import Clock
from core.storage import Store

log = structlog.get_logger(__name__)

_MARK = "promises"
_BEGUN = "promises begun"
"""What is being armed, and since when: of a process that dies meanwhile, the next goes on with it."""
_AT_ONCE = 200
_SYSTEM = Actor(person=None, door=Platform.SYSTEM)


class Promises:
    """One per process; two that do it at once do it twice."""

    def __init__(self, *, store: Store, engine: Engine, desk: Desk, clock: Clock) -> None:
        self._store = store
        self._engine = engine
        self._clock = clock
        self._categories = sorted(key for key, one in desk.categories.items() if one.sla is not None)
        self._promised = _fingerprint(desk)
        self._is_done = False

    async def rearm(self) -> int:
        """Where it is not done yet; returns how many tickets were looked at. Raises Unavailable, and is then to be
        called again."""
        if self._is_done:
            return 0
        async with self._store.read() as work:
            known = await work.marks.get(_MARK)
        looked_at = 0 if known == self._promised else await self._rearm()
        self._is_done = True
        return looked_at

    async def _rearm(self) -> int:
        since = await self._begun()
        looked_at, after = 0, None
        while True:
            async with self._store.read() as work:
                found = await work.workload.watched(self._categories, after=after, limit=_AT_ONCE)
            for ticket in found:
                await self._one(ticket)
            looked_at += len(found)
            if len(found) < _AT_ONCE:
                break
            after = found[-1]
        inbound = f"promises:{since.isoformat()}"
        await self._engine.handle(TellPromises(since=since), replace(_SYSTEM, inbound=inbound))
        async with self._store.write() as work:
            await work.marks.put(_MARK, self._promised)
        log.info("promises looked at anew", tickets=looked_at)
        return looked_at

    async def _begun(self) -> datetime:
        """Since when these promises are being armed, by whichever process."""
        async with self._store.write() as work:
            promised, _, since = (await work.marks.get(_BEGUN) or "").partition(" ")
            known = await work.marks.get(_MARK)
            if promised == self._promised and known != promised:
                return datetime.fromisoformat(since)
            now = self._clock.now()
            await work.marks.put(_BEGUN, f"{self._promised} {now.isoformat()}")
        return now

    async def _one(self, ticket: TicketId) -> None:
        try:
            await self._engine.handle(RearmPromises(ticket=ticket), _SYSTEM)
        except Unavailable:
            raise
        except Refusal as refusal:
            log.warning("promise not looked at", ticket=ticket, reason=str(refusal))


def _fingerprint(desk: Desk) -> str:
    """Of all that a ticket's clocks and its wait for its requester are set by."""
    categories = sorted(
        (one.key, one.sla, one.remind_after_days, one.close_after_days) for one in desk.categories.values()
    )
    return sha256(repr((desk.hours, desk.slas, categories)).encode()).hexdigest()
