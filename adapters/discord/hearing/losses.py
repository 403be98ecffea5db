"""Threads, channels and cards that somebody deleted on Discord: the ticket gets another in their place."""

from collections.abc import Collection, Mapping

import discord
import structlog

from adapters.discord.api.rest import Refused, Rest
from adapters.discord.hearing.inbound import SYSTEM
from adapters.discord.rooms import Rooms
from core.commands import ReplaceThread
from core.engine import Engine
from core.model.people import Platform
from core.model.thread import Audience, Thread
from core.ports import Retry, Unknown
from core.storage import Store

log = structlog.get_logger(__name__)


class Losses:
    def __init__(self, *, engine: Engine, store: Store, rest: Rest, rooms: Rooms) -> None:
        self._engine = engine
        self._store = store
        self._rest = rest
        self._rooms = rooms

    async def replace(self, thread: Thread, reason: str) -> None:
        """Once: told again of one that is replaced already, it changes nothing."""
        await self._engine.handle(ReplaceThread(ticket=thread.ticket, thread=thread.id, reason=reason), SYSTEM)
        if thread.external_id is not None:
            self._rooms.forget(int(thread.external_id))

    async def thread_deleted(self, thread: Thread) -> None:
        """A card of the staff's that had notes under it goes with them: there is another, and one message has one
        thread."""
        await self.replace(thread, "Its thread was deleted on Discord.")
        if thread.audience is Audience.STAFF and await self._has_another(thread):
            await self._quietly("DELETE", f"/channels/{thread.place}/messages/{thread.card}", thread)

    async def card_stands(self, thread: Thread) -> bool:
        """Whether the staff's card is where it was, with a thread of notes under it or without."""
        try:
            await self._rest.call("GET", f"/channels/{thread.place}/messages/{thread.card}")
        except Refused as refused:
            return refused.status != 404
        return True

    async def channel_deleted(self, channel: discord.abc.GuildChannel) -> None:
        """Discord deletes a channel's threads with it, and tells of those alone that were active."""
        for thread in await self._live():
            if thread.place == str(channel.id):
                await self.replace(thread, f"The channel #{channel.name} was deleted on Discord.")

    async def cards_deleted(self, channel_id: int, message_ids: Collection[int]) -> None:
        """Of the messages deleted in a channel, those that were staff's cards. A thread outlives the message that it
        hangs on; with another card there, it would only mislead, so it is locked."""
        gone = {str(one) for one in message_ids}
        for thread in await self._live():
            is_card = thread.card in gone or thread.external_id in gone
            if is_card and thread.audience is Audience.STAFF and thread.place == str(channel_id):
                await self.replace(thread, "Its card was deleted on Discord.")
                await self._lock(thread)

    async def _live(self) -> list[Thread]:
        async with self._store.read() as work:
            return list(await work.threads.live(Platform.DISCORD))

    async def _has_another(self, thread: Thread) -> bool:
        async with self._store.read() as work:
            there = await work.threads.of(thread.ticket)
        return any(one.platform is Platform.DISCORD and one.audience is thread.audience for one in there)

    async def _lock(self, thread: Thread) -> None:
        away = {"archived": True, "locked": True}
        await self._quietly("PATCH", f"/channels/{thread.external_id}", thread, json=away)

    async def _quietly(self, method: str, path: str, thread: Thread, json: Mapping[str, bool] | None = None) -> None:
        """What is left over misleads, and harms nothing where it stays."""
        try:
            await self._rest.call(method, path, json=json)
        except (Refused, Retry, Unknown) as error:
            log.info("discord_remains_left", thread=thread.id, reason=str(error))
