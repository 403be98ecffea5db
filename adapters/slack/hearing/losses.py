"""Cards and channels that somebody deleted on Slack: the ticket gets another thread in the place of the one that is
gone."""

from adapters.slack.hearing.inbound import SYSTEM
from adapters.slack.rooms import Rooms
from adapters.slack.spot import Spot
from core.commands import ReplaceThread
from core.engine import Engine
from core.model.people import Platform
from core.model.thread import Thread
from core.storage import Store


class Losses:
    def __init__(self, *, engine: Engine, store: Store, rooms: Rooms) -> None:
        self._engine = engine
        self._store = store
        self._rooms = rooms

    async def replace(self, thread: Thread, reason: str) -> None:
        """Once: told again of one that is replaced already, it changes nothing."""
        await self._engine.handle(ReplaceThread(ticket=thread.ticket, thread=thread.id, reason=reason), SYSTEM)
        if thread.external_id is not None:
            spot = Spot.of(thread.external_id)
            self._rooms.forget(spot.channel, spot.ts)

    async def card_deleted(self, thread: Thread) -> None:
        """The message that its thread stands under. What people answered stays where it is; with another card there is
        another thread."""
        await self.replace(thread, "Its card was deleted on Slack.")

    async def channel_deleted(self, channel: str) -> None:
        """Its threads are gone with it."""
        async with self._store.read() as work:
            live = await work.threads.live(Platform.SLACK)
        for thread in live:
            if thread.external_id is not None and Spot.of(thread.external_id).channel == channel:
                await self.replace(thread, "Its channel was deleted on Slack.")
