"""Which ticket a Slack thread belongs to, and where a ticket's threads are.

Every message and every command asks the first, most of them in threads that are no ticket's; so the answers are kept:
a thread's for good, "none" for a few seconds, since another process may be making one.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import TypeVar
from urllib.parse import urlencode

from adapters.slack.api.client import Slack
from adapters.slack.spot import Spot
from core.model.ids import PersonId, TicketId
from core.model.people import Platform
from core.model.thread import Audience, Thread
from core.ports import Retry, Undeliverable, Unknown
from core.storage import Store

_T = TypeVar("_T")
_KEPT = 10_000
_NONE_FOR = 5.0
"""Seconds for which a thread that was no ticket's is not looked up again."""
_RECORDED_WITHIN = 2.0
"""Seconds between posting a card on Slack and the commit that says whose thread it begins, at the most."""
_SOON, _LATER = 0.05, 0.5
"""Seconds between looks: at what is being recorded now, and at what another process may be doing."""


class Rooms:
    """``now``: seconds of a clock that never goes back."""

    def __init__(self, store: Store, slack: Slack, *, now: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._slack = slack
        self._now = now
        self._threads: OrderedDict[str, Thread] = OrderedDict()
        self._none: OrderedDict[str, float] = OrderedDict()
        """Thread -> until when it counts as no ticket's."""
        self._fresh: dict[str, float] = {}
        """Thread that was made a moment ago -> until when it is waited for."""
        self._making: dict[TicketId, asyncio.Event] = {}

    def known(self, channel: str, thread_ts: str) -> Thread | None:
        """The thread, without a wait, if it has been asked for before."""
        return self._threads.get(Spot(channel, thread_ts).external_id)

    def is_settled(self, channel: str, thread_ts: str) -> bool:
        """Whether ``at`` would answer without a wait."""
        return self._is_settled(Spot(channel, thread_ts).external_id)

    async def at(self, channel: str, thread_ts: str) -> Thread | None:
        """The thread under that message, or None where it is no ticket's.

        For one that this process made a moment ago it waits until that is recorded. Raises Unavailable.
        """
        key = Spot(channel, thread_ts).external_id
        if self._is_settled(key):
            return self._threads.get(key)
        until = self._fresh.get(key, 0.0)
        found = await self._find(key)
        while found is None and self._now() < until:
            await asyncio.sleep(_SOON)
            found = await self._find(key)
        self._fresh.pop(key, None)
        if found is None:
            _keep(self._none, key, self._now() + _NONE_FOR)
        else:
            _keep(self._threads, key, found)
        return found

    def made(self, ticket: TicketId, person: PersonId | None, spot: Spot) -> None:
        """Told by the channel when it posted the card that begins a thread, ``person``'s own or, for None, the staff's;
        it is recorded in a moment."""
        now = self._now()
        self._none.pop(spot.external_id, None)
        self._fresh = {other: until for other, until in self._fresh.items() if until > now}
        self._fresh[spot.external_id] = now + _RECORDED_WITHIN
        if person is not None and ticket in self._making:
            self._making[ticket].set()

    def forget(self, channel: str, thread_ts: str) -> None:
        """It is gone, or no longer what it was."""
        key = Spot(channel, thread_ts).external_id
        self._threads.pop(key, None)
        self._none.pop(key, None)

    async def link(self, ticket: TicketId, person: PersonId, within: float) -> str | None:
        """Where ``person`` reads ``ticket``: in their own thread or, for the staff, under its card in triage; waiting
        up to ``within`` seconds for it to be made. Raises Unavailable."""
        until = self._now() + within
        making = self._making.setdefault(ticket, asyncio.Event())
        try:
            await _woken(making, min(within, _SOON))
            while True:
                found = (await self.ways([ticket], person)).get(ticket)
                left = until - self._now()
                if found is not None or left <= 0:
                    return found
                await _woken(making, min(left, _LATER))
        finally:
            self._making.pop(ticket, None)

    async def ways(self, tickets: Collection[TicketId], person: PersonId) -> Mapping[TicketId, str]:
        """Where ``person`` reads ``tickets``, as ``link`` tells it; those left out that have no thread of theirs.
        Raises Unavailable."""
        base = await self._base()
        if base is None or not tickets:
            return {}
        async with self._store.read() as work:
            asker = await work.people.get(person)
            if asker is None:
                return {}
            there = {ticket: await work.threads.of(ticket) for ticket in tickets}
        ways = {ticket: way_in(threads, person, is_staff=asker.is_staff) for ticket, threads in there.items()}
        return {ticket: permalink(base, spot, spot.ts) for ticket, spot in ways.items() if spot is not None}

    def _is_settled(self, key: str) -> bool:
        return key in self._threads or self._none.get(key, 0.0) > self._now()

    async def _find(self, key: str) -> Thread | None:
        async with self._store.read() as work:
            return await work.threads.find(Platform.SLACK, key)

    async def _base(self) -> str | None:
        """The workspace's address; None as long as Slack cannot be asked for it."""
        try:
            workspace = self._slack.known_workspace or await self._slack.workspace()
        except (Retry, Unknown, Undeliverable):
            return None
        return workspace.url


def way_in(threads: Sequence[Thread], person: PersonId, *, is_staff: bool) -> Spot | None:
    """The first message of the thread in which ``person`` reads the ticket: their own before the staff's."""
    made = [one for one in threads if one.platform is Platform.SLACK and one.external_id is not None]
    own = [one for one in made if one.participant == person]
    staff = [one for one in made if is_staff and one.audience is Audience.STAFF]
    return next((Spot.of(one.external_id) for one in (*own, *staff) if one.external_id is not None), None)


def permalink(workspace_url: str, spot: Spot, thread_ts: str | None = None) -> str:
    """The address of a message; with ``thread_ts``, of its place in that thread, as Slack's own "Copy link" gives it
    and https://docs.slack.dev/reference/methods/chat.getPermalink answers."""
    url = f"{workspace_url.rstrip('/')}/archives/{spot.channel}/p{spot.ts.replace('.', '')}"
    return url if thread_ts is None else f"{url}?{urlencode({'thread_ts': thread_ts, 'cid': spot.channel})}"


async def _woken(making: asyncio.Event, seconds: float) -> None:
    """Until ``made`` was told, or that long; after it, only until the record of it is due."""
    if making.is_set():
        await asyncio.sleep(min(_SOON, seconds))
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await making.wait()


def _keep(kept: OrderedDict[str, _T], key: str, value: _T) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > _KEPT:
        kept.popitem(last=False)
