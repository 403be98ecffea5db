"""What happened in a thread while the desk was away: read from Discord, from the stored cursor on, oldest first.

Discord keeps no record of what was changed or deleted. So the newest hundred messages are looked at as they are now, and
held against what the desk knows of them: an edit or a removal further back than that stays unseen.
"""

import asyncio
from collections.abc import Sequence

import discord
import structlog

from adapters.discord.codes import Code
from adapters.discord.downloads import Kept
from adapters.discord.hearing import is_said
from adapters.discord.inbound import SYSTEM, Inbound
from adapters.discord.losses import Losses
from adapters.discord.troubles import Mended, Report, channel_key
from core.commands import AdvanceThread
from core.engine import Engine
from core.model.ids import ref_of
from core.model.thread import Copy, Message, Thread
from core.storage import Store

log = structlog.get_logger(__name__)

_PAGE = 100
"""https://discord.com/developers/docs/resources/message#get-channel-messages"""
_AT_ONCE = 4
"""Threads that are read side by side: at a start there may be thousands, and the rate limit is for everything."""


class CatchUp:
    def __init__(
        self,
        *,
        client: discord.Client,
        engine: Engine,
        store: Store,
        inbound: Inbound,
        losses: Losses,
        report: Report,
        mended: Mended,
    ) -> None:
        self._client = client
        self._engine = engine
        self._store = store
        self._inbound = inbound
        self._losses = losses
        self._report = report
        self._mended = mended
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def run(self, thread: Thread) -> None:
        """May be called again from its start. Raises Unavailable, and what discord.py raises for a Discord that is out
        of reach."""
        async with self._slots, self._readable(thread):
            await self._run(thread)

    async def _run(self, thread: Thread) -> None:
        async with self._store.read() as work:
            now = await work.threads.get(thread.id)
            known = await work.copies.said_in(thread.id, limit=_PAGE)
        if now is None or now.external_id is None or now.lost_at is not None:
            return
        place = self._client.get_partial_messageable(int(now.external_id), guild_id=int(now.realm or 0) or None)
        newest = [message async for message in place.history(limit=_PAGE)]
        if known and not newest:
            await self._report(channel_key(now.external_id), _unreadable(now, "Read Message History"))
            return
        await self._mended(channel_key(now.external_id))
        await self._missed(now, place, newest)
        await self._changed(now, known, newest)
        await self._advance(now, newest)
