"""The way in from Slack: all that hears it put together, begun and ended. How events come here is ``app.py``'s."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from adapters.chat.downloads import Downloads
from adapters.chat.lanes import Lanes, Pauses
from adapters.chat.lease import Lease
from adapters.slack.api.client import Slack
from adapters.slack.config import SlackConfig
from adapters.slack.groups import Groups
from adapters.slack.hearing.attachments import Attachments
from adapters.slack.hearing.away import slack_away
from adapters.slack.hearing.catchup import CatchUp
from adapters.slack.hearing.duties import Duties, Rhythm
from adapters.slack.hearing.events import Events
from adapters.slack.hearing.hindrances import Hindrances
from adapters.slack.hearing.inbound import Asked, Inbound
from adapters.slack.hearing.losses import Losses
from adapters.slack.hearing.members import Members
from adapters.slack.hearing.order import Order
from adapters.slack.hearing.reactions import Reactions
from adapters.slack.hearing.roots import Roots
from adapters.slack.hearing.standing import Standing
from adapters.slack.people import People
from adapters.slack.rooms import Rooms
from adapters.slack.sending.troubles import Troubles
from adapters.slack.spot import Spot
from core.engine import Engine
from core.frontdesk import FrontDesk
from core.model.people import Platform
from core.ports import Clock
from core.storage import Store

LEASE = "slack-duties"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    lease: timedelta = timedelta(seconds=30)
    look: timedelta = timedelta(seconds=5)
    """How often the lease of the duties is renewed, or tried for."""
    groups: float = 600.0
    """Seconds until the user groups are read again."""
    window: float = 0.15
    """Seconds by which one connection may be behind another, or one request behind another."""
    drain: float = 4.0
    """Seconds that what was heard already is given at the end."""
    pauses: Pauses = Pauses()  # noqa: RUF009 - frozen, so safely shared
    rhythm: Rhythm = Rhythm()  # noqa: RUF009 - the same


class Hearing:
    """``asked``: who answers what is for the app. ``races``: whether what happens may come in another order now, as
    over several connections. ``owner``: unique among the processes of the desk."""

    def __init__(
        self,
        *,
        desk: FrontDesk,
        engine: Engine,
        store: Store,
        clock: Clock,
        config: SlackConfig,
        slack: Slack,
        rooms: Rooms,
        people: People,
        groups: Groups,
        downloads: Downloads,
        attachments: Attachments,
        troubles: Troubles,
        asked: Asked,
        races: Callable[[], bool],
        owner: str,
        timing: Timing | None = None,
    ) -> None:
        self._store = store
        self._timing = timing = timing or Timing()
        self.lanes = Lanes(timing.pauses, away=slack_away)
        hindrances = Hindrances(troubles)
        inbound = Inbound(
            engine=engine,
            store=store,
            slack=slack,
            people=people,
            groups=groups,
            downloads=downloads,
            attachments=attachments,
            asked=asked,
            usual=config.staff_message_is,
            clock=clock,
        )
        losses = Losses(engine=engine, store=store, rooms=rooms)
        self._standing = Standing(slack=slack, desk=desk.desk, troubles=troubles, name=config.desk_name)
        self._members = Members(
            desk=desk,
            store=store,
            people=people,
            groups=groups,
            lanes=self.lanes,
            troubles=troubles,
            hindrances=hindrances,
        )
        self._catch_up = CatchUp(
            slack=slack,
            engine=engine,
            store=store,
            clock=clock,
            inbound=inbound,
            reactions=Reactions(slack=slack, store=store, people=people, inbound=inbound),
            losses=losses,
            standing=self._standing,
            troubles=troubles,
        )
        self._order = Order(
            store=store,
            clock=clock,
            rooms=rooms,
            lanes=self.lanes,
            catch_up=self._catch_up,
            hindrances=hindrances,
            homes=self._standing.homes,
            prepare=self._members.prepare,
            races=races,
            window=timing.window,
            pauses=timing.pauses,
        )
        self._duties = Duties(
            store=store,
            clock=clock,
            order=self._order,
            members=self._members,
            owner=owner,
            rhythm=timing.rhythm,
        )
        self._lease = Lease(
            LEASE, self._duties.run, store=store, clock=clock, owner=owner, term=timing.lease, look=timing.look
        )
        self._following: asyncio.Task[None] | None = None
        self._events = Events(
            slack=slack,
            lanes=self.lanes,
            inbound=inbound,
            asked=asked,
            order=self._order,
            roots=Roots(slack),
            losses=losses,
            members=self._members,
            standing=self._standing,
            troubles=troubles,
            check=self._check,
        )

    def start(self) -> None:
        """Follow what is to be looked at again and again. Slack must have told which workspace it is."""
        self._lease.start()
        self._following = asyncio.create_task(self._follow(), name="slack groups")

    def begin(self) -> None:
        """From now on Slack is heard; what happened before may not have been told."""
        self._order.begin()
        self._check()
        self.lanes.put("gap", self._duties.owe)

    def take(self, event: Mapping[str, Any]) -> None:
        """An event of Slack's; those that mean nothing to the desk are passed over."""
        self._events.take(event)

    def bound(self, spot: Spot) -> None:
        """A thread was made, or found again; it is recorded in a moment whose it is."""
        self._order.bound(spot)

    async def idle(self) -> None:
        """Until all that was heard so far is taken."""
        await self.lanes.idle()

    async def close(self) -> None:
        """Take nothing more, and end what was begun."""
        await self._lease.close()
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
        await self.lanes.close(self._timing.drain)

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(self._timing.groups)
            self._members.ask()
            self._check()

    def _check(self, channel: str | None = None) -> None:
        if channel is None or channel in self._standing.homes:
            self.lanes.put("standing", partial(self._look_at, channel))

    async def _look_at(self, channel: str | None) -> None:
        """While the app is not in a channel, nobody tells it what is said there."""
        changed = await self._standing.check(channel)
        if not changed:
            return
        async with self._store.read() as work:
            live = await work.threads.live(Platform.SLACK)
        for thread in live:
            spot = Spot.of(thread.external_id or "")
            if spot.channel not in changed:
                continue
            if self._standing.is_out_of(spot.channel):
                await self._catch_up.shut_out(thread)
            else:
                self._order.owe(spot)
