"""Which ticket a Discord thread belongs to, and where a ticket's thread is.

Every message and every command asks the first, most of them in channels that are no ticket's; so the answers are kept:
a thread's for good, "none" for a few seconds, since another process may be making one.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import TypeVar

from core.model.ids import PersonId, TicketId
from core.model.people import Platform
from core.model.thread import Audience, Thread
from core.storage import Store

_T = TypeVar("_T")
_KEPT = 10_000
_NONE_FOR = 5.0
"""Seconds for which a channel that was no ticket's is not looked up again."""
_RECORDED_WITHIN = 2.0
"""Seconds between making a thread on Discord and the commit that says whose it is, at the most."""
_SOON, _LATER = 0.05, 0.5
"""Seconds between looks: at what is being recorded now, and at what another process may be doing."""


class Rooms:
    """``now``: seconds of a clock that never goes back."""

    def __init__(self, store: Store, *, now: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._now = now
        self._threads: OrderedDict[int, Thread] = OrderedDict()
        self._none: OrderedDict[int, float] = OrderedDict()
        """Channel -> until when it counts as no ticket's."""
        self._fresh: dict[int, float] = {}
        """Channel that was made a moment ago -> until when it is waited for."""
        self._making: dict[TicketId, asyncio.Event] = {}

    def known(self, channel_id: int) -> Thread | None:
        """The thread, without a wait, if it has been asked for before."""
        return self._threads.get(channel_id)

    def is_settled(self, channel_id: int) -> bool:
        """Whether ``at`` would answer without a wait."""
        return channel_id in self._threads or self._none.get(channel_id, 0.0) > self._now()

    async def at(self, channel_id: int) -> Thread | None:
        """The thread bound to that channel or thread of Discord's, or None where it is no ticket's.

        For one that this process made a moment ago it waits until that is recorded. Raises Unavailable.
        """
        if self.is_settled(channel_id):
            return self._threads.get(channel_id)
        until = self._fresh.get(channel_id, 0.0)
        found = await self._find(channel_id)
        while found is None and self._now() < until:
            await asyncio.sleep(_SOON)
            found = await self._find(channel_id)
        self._fresh.pop(channel_id, None)
        if found is None:
            _keep(self._none, channel_id, self._now() + _NONE_FOR)
        else:
            _keep(self._threads, channel_id, found)
        return found

    def made(self, ticket: TicketId, guild: str, channel: str) -> None:
        """Told by the channel when it made the thread ``channel`` in ``guild``; it is recorded in a moment."""
        now = self._now()
        self._none.pop(int(channel), None)
        self._fresh = {other: until for other, until in self._fresh.items() if until > now}
        self._fresh[int(channel)] = now + _RECORDED_WITHIN
        if ticket in self._making:
            self._making[ticket].set()

    def forget(self, channel_id: int) -> None:
        """It is gone, or no longer what it was."""
        self._threads.pop(channel_id, None)
        self._none.pop(channel_id, None)

    async def link(self, ticket: TicketId, within: float) -> str | None:
        """Where the requester's thread of ``ticket`` is, waiting up to ``within`` seconds for it to be made.

        https://discord.com/developers/docs/reference#message-formatting has no form for it: it is the address that
        Discord's own "Copy Link" gives. Raises Unavailable.
        """
        until = self._now() + within
        making = self._making.setdefault(ticket, asyncio.Event())
        try:
            while True:
                found = await self._made_for(ticket)
                left = until - self._now()
                if found is not None or left <= 0:
                    return found
                await _woken(making, min(left, _LATER))
        finally:
            self._making.pop(ticket, None)

    async def ways(self, tickets: Collection[TicketId], person: PersonId) -> Mapping[TicketId, str]:
        """Where the requester's threads of ``tickets`` are, for those in which ``person`` is: their own, and, for the
        staff, everybody's. Raises Unavailable."""
        found: dict[TicketId, str] = {}
        async with self._store.read() as work:
            asker = await work.people.get(person)
            for number in tickets:
                ticket = await work.tickets.get(number)
                url = link_in(await work.threads.of(number))
                if ticket is None or url is None or asker is None:
                    continue
                if asker.is_staff or person in ticket.people:
                    found[number] = url
        return found

    async def _find(self, channel_id: int) -> Thread | None:
        async with self._store.read() as work:
            return await work.threads.find(Platform.DISCORD, str(channel_id))

    async def _made_for(self, ticket: TicketId) -> str | None:
        async with self._store.read() as work:
            return link_in(await work.threads.of(ticket))


def link_in(threads: Sequence[Thread]) -> str | None:
    """The address of the first thread on Discord that the requester reads."""
    for thread in threads:
        shared = thread.platform is Platform.DISCORD and thread.audience is not Audience.STAFF
        if shared and thread.external_id is not None and thread.realm:
            return f"https://discord.com/channels/{thread.realm}/{thread.external_id}"
    return None


async def _woken(making: asyncio.Event, seconds: float) -> None:
    """Until ``made`` was told, or that long; after it, only until the record of it is due."""
    if making.is_set():
        await asyncio.sleep(min(_SOON, seconds))
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await making.wait()


def _keep(kept: OrderedDict[int, _T], key: int, value: _T) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > _KEPT:
        kept.popitem(last=False)
