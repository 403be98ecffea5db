"""APScheduler's ticks: what comes due by time alone. It owns no state: deadlines are rows, and a restart loses none."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from types import MappingProxyType

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.auditor import EVERY, Auditor
from core import commands
from core.commands import Actor, TimerCommand
from core.engine import Engine
from core.errors import Refusal
from core.model.draft import DRAFT_LIFE, HELD_BACK, HELD_BACK_LIFE
from core.model.ids import TimerId
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
POSTED_LIFE = timedelta(days=30)
"""Of an event that was posted to an endpoint, in the log of deliveries: so long it can be sent again."""
ARRIVAL_LIFE = timedelta(days=1)
"""Of bytes on the disk that belong to no file: longer than any upload takes to become one."""
_AT_ONCE = 100

Look = Callable[[], Awaitable[object]]

RINGS: Mapping[TimerKind, type[TimerCommand]] = {
    TimerKind.QUIET_CLOSE: commands.CloseQuietTicket,
    TimerKind.OFFER: commands.ExpireOffer,
    TimerKind.SLA: commands.MindSla,
    TimerKind.UNASSIGNED: commands.MindUnassigned,
    TimerKind.CALL: commands.MakeCall,
    TimerKind.LAPSE: commands.MindLapse,
    TimerKind.SNOOZE: commands.EndSnooze,
    TimerKind.STALE: commands.MindStale,
}
"""What becomes of a timer that is due."""


class Scheduler:
    """``auditor``: looks after what should have rung. ``minutely``: what else is looked at as each minute begins, by
    name."""

    def __init__(
        self,
        *,
        store: Store,
        engine: Engine,
        clock: Clock,
        auditor: Auditor | None = None,
        minutely: Mapping[str, Look] = MappingProxyType({}),
    ) -> None:
        self._store = store
        self._engine = engine
        self._clock = clock
        self._auditor = auditor
        self._minutely = minutely
        self._scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def start(self) -> None:
        self._every(TICK, "timers", self.fire_due)
        self._every(SWEEP, "sweep", self.sweep)
        if self._auditor is not None:
            self._every(EVERY, "audit", self._auditor.look)
        for name, look in self._minutely.items():
            self._scheduler.add_job(self._look, "cron", second=0, id=name, args=[name, look])
        self._scheduler.start()

    def _every(self, interval: timedelta, name: str, look: Look) -> None:
        seconds = interval.total_seconds()
        self._scheduler.add_job(self._look, "interval", seconds=seconds, id=name, args=[name, look])

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _look(self, name: str, look: Look) -> None:
        """APScheduler's edge: nothing gets out of a look, which is made again at its next time."""
        try:
            await look()
        except Refusal as refusal:
            log.warning("look put off", name=name, reason=str(refusal))
        except asyncio.CancelledError:
            log.info("look ended with the desk", name=name)
        except Exception:
            log.exception("look stumbled", name=name)

    async def fire_due(self) -> int:
        """Fire every timer that is due, late ones once; returns how many. State is rechecked in each one's command.

        One that could not be fired is passed over until the next look, and holds up no other.
        """
        fired, failed = 0, set[TimerId]()
        while True:
            async with self._store.read() as work:
                due = await work.timers.due(self._clock.now(), _AT_ONCE + len(failed))
            fresh = [timer for timer in due if timer.id not in failed]
            for timer in fresh:
                if await self._fired(timer):
                    fired += 1
                else:
                    failed.add(timer.id)
            if len(fresh) < _AT_ONCE:
                return fired

    async def _fired(self, timer: Timer) -> bool:
        """Whether it could be fired."""
        try:
            await self._fire(timer)
        except Refusal as refusal:
            log.warning("timer not fired", timer=timer.id, reason=str(refusal))
            return False
        except Exception:
            log.exception("timer not fired", timer=timer.id, kind=timer.kind)
            return False
        return True

    async def _fire(self, timer: Timer) -> None:
        rung = RINGS[timer.kind](ticket=timer.ticket, timer=timer.id, subject=timer.subject)
        await self._engine.handle(rung, Actor(person=None, door=Platform.SYSTEM))

    async def sweep(self) -> None:
        """Expired sessions, drafts, uploads never sent, inbound ids past any redelivery, old deliveries to endpoints,
        and files of nobody's."""
        now = self._clock.now()
        async with self._store.write() as work:
            await work.people.end_expired_sessions(now)
            await work.drafts.forget(now - DRAFT_LIFE)
            await work.drafts.forget(now - HELD_BACK_LIFE, holding=HELD_BACK)
            await work.files.delete_unattached(now - UPLOAD_LIFE)
            await work.inbox.forget(now - INBOX_LIFE)
            await work.delivery_log.forget(now - POSTED_LIFE)
        await self._store.sweep_files(now - ARRIVAL_LIFE)
