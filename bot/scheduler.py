"""APScheduler's ticks: what comes due by time alone. It owns no state: deadlines are rows, and a restart loses none."""

from datetime import timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from core.commands import Actor, CloseQuietTicket
from core.engine import Engine
from core.errors import Refusal
from core.model.draft import DRAFT_LIFE
from core.model.outbox import Timer, TimerKind
from core.model.people import Platform
from core.ports import Clock
from core.storage import Store

log = structlog.get_logger(__name__)

TICK = timedelta(seconds=1)
"""How often due timers are looked for."""
SWEEP = timedelta(hours=1)
"""How often what nobody needs any more is swept out."""
INBOX_LIFE = timedelta(days=30)
"""Longer than any platform redelivers."""
UPLOAD_LIFE = timedelta(days=8)
"""Of a file that was uploaded and never sent: longer than the draft that may hold it."""
_AT_ONCE = 100


class Scheduler:
    def __init__(self, *, store: Store, engine: Engine, clock: Clock) -> None:
        self._store = store
        self._engine = engine
        self._clock = clock
        self._scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def start(self) -> None:
        self._scheduler.add_job(self._tick, "interval", seconds=TICK.total_seconds(), id="timers")
        self._scheduler.add_job(self._sweep, "interval", seconds=SWEEP.total_seconds(), id="sweep")
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _tick(self) -> None:
        try:
            await self.fire_due()
        except Refusal as refusal:
            log.warning("timers out of reach", reason=str(refusal))
        except Exception:
            log.exception("tick stumbled")

    async def _sweep(self) -> None:
        try:
            await self.sweep()
        except Refusal as refusal:
            log.warning("sweep out of reach", reason=str(refusal))
        except Exception:
            log.exception("sweep stumbled")

    async def fire_due(self) -> int:
        """Fire every timer that is due, late ones once; returns how many. State is rechecked in each one's command."""
        fired = 0
        while True:
            async with self._store.read() as work:
                due = await work.timers.due(self._clock.now(), _AT_ONCE)
            before = fired
            for timer in due:
                fired += await self._fired(timer)
            if len(due) < _AT_ONCE or fired == before:
                return fired

    async def _fired(self, timer: Timer) -> bool:
        """Whether it could be fired. One that could not is tried again, and holds up no other."""
        try:
            await self._fire(timer)
        except Refusal as refusal:
            log.warning("timer not fired", timer=timer.id, reason=str(refusal))
            return False
        return True

    async def _fire(self, timer: Timer) -> None:
        actor = Actor(person=None, door=Platform.SYSTEM)
        match timer.kind:
            case TimerKind.QUIET_CLOSE:
                await self._engine.handle(CloseQuietTicket(ticket=timer.ticket, timer=timer.id), actor)

    async def sweep(self) -> None:
        """Expired sessions, drafts, uploads never sent, and inbound ids past any redelivery."""
        now = self._clock.now()
        async with self._store.write() as work:
            await work.people.end_expired_sessions(now)
            await work.drafts.forget(now - DRAFT_LIFE)
            await work.files.delete_unattached(now - UPLOAD_LIFE)
            await work.inbox.forget(now - INBOX_LIFE)
