"""In which order what happens on Discord is taken: within a thread strictly as it happened there, what was missed while
the desk was away before anything newer.

A gateway session begins with READY; within one, and over any RESUME, Discord itself loses nothing. So with each session
every thread owes a catch-up, which is paid before the first newer event of that thread is looked at: the live ones at
once, any other when something happens in it. Only one that Discord made within the session owes none; to be recorded
within it is not enough, since its maker may have died before that and left people writing there.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import discord
import structlog

from adapters.chat.lanes import Lanes, Pauses
from adapters.discord.hearing.catchup import CatchUp
from adapters.discord.rooms import Rooms
from core.model.people import Platform
from core.model.thread import Thread
from core.ports import Clock
from core.storage import Store

log = structlog.get_logger(__name__)

Taking = Callable[[Thread], Awaitable[None]]

_YOUNG = timedelta(minutes=10)
_BOUND_WITHIN = 40.0
"""Seconds that a thread which the desk has made may stay unrecorded: whoever made it may have died over it, and the
outbox looks for its work when the lease has run out."""


@dataclass(eq=False, slots=True)
class _Session:
    loaded: asyncio.Event = field(default_factory=asyncio.Event)
    live: list[int] = field(default_factory=list)
    """The threads whose tickets were not over when it began."""
    known: set[int] = field(default_factory=set)
    """The threads of which nothing is missed: read within it, or made."""

    async def open(self) -> None:
        self.loaded.set()


class Order:
    """``homes``: the channels in which the desk makes threads."""

    def __init__(
        self,
        *,
        client: discord.Client,
        store: Store,
        clock: Clock,
        rooms: Rooms,
        lanes: Lanes,
        catch_up: CatchUp,
        homes: Collection[int],
        pauses: Pauses | None = None,
    ) -> None:
        self._client = client
        self._store = store
        self._clock = clock
        self._rooms = rooms
        self._lanes = lanes
        self._catch_up = catch_up
        self._homes = frozenset(homes)
        self._pauses = pauses or Pauses()
        self._session = _Session()

    def begin(self) -> None:
        """A new session: what happened since the last one was not told."""
        session = self._session = _Session()
        # Whatever is wrong with that, people are heard, and each thread is read when something happens in it.
        self._lanes.put(session, partial(self._load, session), instead=session.open)

    def catch_up(self) -> None:
        """Its servers are known now: begin with what every thread owes."""
        self._lanes.put(self._session, partial(self._spread, self._session))

    def owe(self, channel_id: int) -> None:
        """The bot sees the thread again, and does not know what it missed there."""
        self._session.known.discard(channel_id)
        self._lanes.put(channel_id, partial(self._in_order, channel_id, self._session, _nothing_more))

    def begun(self, channel_id: int) -> None:
        """Discord tells that the thread was made just now."""
        if self._may_be_ours(channel_id):
            self._session.known.add(channel_id)

    def bound(self, channel_id: int) -> None:
        """It is about to be recorded whose the thread is. In one from before the session somebody may have written."""
        if channel_id not in self._session.known and self._client.get_channel(channel_id) is not None:
            self.owe(channel_id)

    def put(self, channel_id: int, take: Taking, *, instead: Taking | None = None) -> None:
        """``take`` is called with the ticket's thread, in its turn; never, where the channel is no ticket's."""
        if self._may_be_ours(channel_id):
            job = partial(self._in_order, channel_id, self._session, take)
            apology = None if instead is None else partial(self._with_thread, channel_id, instead)
            self._lanes.put(channel_id, job, instead=apology)

    def _may_be_ours(self, channel_id: int) -> bool:
        """Told without a wait, so that a busy server costs nothing. A thread that discord.py does not know is an
        archived one, or in a channel that the bot has just been let into."""
        channel = self._client.get_channel(channel_id)
        if channel is None or self._rooms.known(channel_id) is not None:
            return True
        if not isinstance(channel, discord.Thread):
            return False
        return self._is_made_by_us(channel) or channel.parent_id in self._homes

    def _is_made_by_us(self, channel: discord.Thread) -> bool:
        me = self._client.user
        return me is not None and channel.owner_id == me.id

    async def _in_order(self, channel_id: int, session: _Session, take: Taking) -> None:
        thread = await self._thread(channel_id)
        if thread is None:
            return
        await session.loaded.wait()
        if channel_id not in session.known:
            await self._read(thread, channel_id, session)
        await self._with_thread(channel_id, take)

    async def _read(self, thread: Thread, channel_id: int, session: _Session) -> None:
        session.known.add(channel_id)  # before it: what is owed anew meanwhile stays owed
        try:
            await self._catch_up.run(thread)
        except BaseException:
            session.known.discard(channel_id)
            raise

    async def _with_thread(self, channel_id: int, take: Taking) -> None:
        thread = await self._rooms.at(channel_id)
        if thread is not None:
            await take(thread)

    async def _thread(self, channel_id: int) -> Thread | None:
        """For one that the desk made a moment ago, it waits until it is recorded whose it is."""
        found = await self._rooms.at(channel_id)
        if found is not None or not self._is_awaited(channel_id):
            return found
        waited, attempt = 0.0, 0
        while found is None and waited < _BOUND_WITHIN:
            attempt += 1
            pause = self._pauses.before(attempt)
            await asyncio.sleep(pause)
            waited += pause
            self._rooms.forget(channel_id)
            found = await self._rooms.at(channel_id)
        if found is None:
            log.warning("discord_thread_of_no_ticket", channel=channel_id)
        return found

    def _is_awaited(self, channel_id: int) -> bool:
        channel = self._client.get_channel(channel_id)
        if not isinstance(channel, discord.Thread) or not self._is_made_by_us(channel):
            return False
        return channel.created_at is not None and self._clock.now() - channel.created_at < _YOUNG

    async def _load(self, session: _Session) -> None:
        async with self._store.read() as work:
            live = await work.threads.live(Platform.DISCORD)
        session.live = sorted(int(thread.external_id) for thread in live if thread.external_id is not None)
        await session.open()

    async def _spread(self, session: _Session) -> None:
        for channel_id in session.live:
            self._lanes.put(channel_id, partial(self._in_order, channel_id, session, _nothing_more))


async def _nothing_more(_thread: Thread) -> None:
    """All that there was to do is the catch-up before it."""
