"""What waits for somebody is offered as soon as somebody is there: an agent comes on duty, or has room again.

It looks after every commit that may have made room, and every few seconds, since shifts begin by time alone. It owns no
state: what waits are rows, and each ticket's command looks again for itself, so two processes may look at once.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta

import structlog

from core.candidates import Agent, agents_of, assigns_itself, can_be_asked
from core.commands import Actor, OfferWaiting
from core.engine import Engine
from core.errors import Refusal
from core.events import (
    CapacitySet,
    DutyChanged,
    RoleGranted,
    TicketAssigned,
    TicketClosed,
    TicketHandedOver,
    TicketResolved,
    TicketSnoozed,
    TicketUnassigned,
)
from core.model.desk import Desk
from core.model.people import Platform
from core.ports import Clock, Committed
from core.rules.assignment import WEIGHT
from core.rules.offers import ROUND_EVENTS, is_skilled, round_of
from core.storage import Store, Traced, Waiting
from core.trail import as_of_now

log = structlog.get_logger(__name__)

LOOK = timedelta(seconds=10)
"""How often it looks by itself."""
_LIGHTEST = min(WEIGHT.values())
_MAKES_ROOM = (
    DutyChanged,
    CapacitySet,
    RoleGranted,
    TicketResolved,
    TicketClosed,
    TicketSnoozed,
    TicketAssigned,
    TicketUnassigned,
    TicketHandedOver,
)


class Backlog:
    """One per process. ``at_once``: how many tickets are read at once, the most urgent first."""

    def __init__(self, *, store: Store, engine: Engine, desk: Desk, clock: Clock, at_once: int = 1_000) -> None:
        self._store = store
        self._engine = engine
        self._desk = desk
        self._clock = clock
        self._at_once = at_once
        self._teams = {key: team for key, team in desk.teams.items() if assigns_itself(team)}
        self._awake = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None

    def committed(self, committed: Committed) -> None:
        if any(isinstance(record.event, _MAKES_ROOM) for record in committed.records):
            self._awake.set()

    def start(self) -> None:
        """Where every team assigns by hand there is nothing to look for."""
        if self._teams:
            self._loop = asyncio.create_task(self._run(), name="backlog")

    async def stop(self) -> None:
        if self._loop is not None:
            self._loop.cancel()
            with suppress(asyncio.CancelledError):
                await self._loop

    async def _run(self) -> None:
        while True:
            self._awake.clear()
            await self._look()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK.total_seconds()):
                    await self._awake.wait()

    async def _look(self) -> None:
        try:
            await self.drain()
        except Refusal as refusal:
            log.warning("backlog out of reach", reason=str(refusal))
        except Exception:
            log.exception("look at the backlog stumbled")

    async def drain(self) -> int:
        """Offer what waits, the most urgent first, while anybody on duty has room; returns how many were tried. A night
        in which nobody is there costs two queries."""
        agents, tried = await self._agents(), 0
        async for one in self._waiting(_with_room(agents)):
            if not _with_room(agents):
                break
            if await self._is_for_somebody(one, agents[one.team]):
                await self._offer(one)
                tried += 1
                agents = await self._agents()
        return tried

    async def _waiting(self, teams: Sequence[str]) -> AsyncIterator[Waiting]:
        """All of it, in parts: what nobody can take hides nothing behind it."""
        after: Waiting | None = None
        while teams:
            async with self._store.read() as work:
                found = await work.workload.waiting(
                    teams, after=after, raised_from=self._desk.followers_raise, limit=self._at_once
                )
            for one in found:
                yield one
            if len(found) < self._at_once:
                return
            after = found[-1]

    async def _offer(self, one: Waiting) -> None:
        """One that cannot be offered now is looked at again later, and holds up no other."""
        try:
            await self._engine.handle(OfferWaiting(ticket=one.ticket), Actor(person=None, door=Platform.SYSTEM))
        except Refusal as refusal:
            log.warning("not offered", ticket=one.ticket, reason=str(refusal))
        except Exception:
            log.exception("not offered", ticket=one.ticket)

    async def _agents(self) -> Mapping[str, Sequence[Agent]]:
        """Who is on duty, by team."""
        now = self._clock.now()
        async with self._store.read() as work:
            staff = await work.people.staff()
            return {
                key: await agents_of(team, staff, self._desk, now, work) for key, team in sorted(self._teams.items())
            }

    async def _is_for_somebody(self, one: Waiting, agents: Sequence[Agent]) -> bool:
        """Whether any of ``agents`` can be asked for it: most often that is told without looking at the ticket."""
        team, now = self._teams[one.team], self._clock.now()
        free = [agent.person for agent in agents if agent.has_room_for(WEIGHT[one.priority])]
        skilled = [person for person in free if is_skilled(person, team, one.category)]
        if not skilled:
            return False
        async with self._store.read() as work:
            ticket = await work.tickets.get(one.ticket)
            records = await work.events.of(one.ticket, traced=Traced(only=ROUND_EVENTS))
            so_far = round_of(await as_of_now(records, work))
        return ticket is not None and any(
            can_be_asked(person, ticket, team, so_far, self._desk, now) for person in skilled
        )


def _with_room(agents: Mapping[str, Sequence[Agent]]) -> Sequence[str]:
    """The teams in which somebody on duty has room for the lightest ticket."""
    return sorted(key for key, those in agents.items() if any(one.has_room_for(_LIGHTEST) for one in those))
