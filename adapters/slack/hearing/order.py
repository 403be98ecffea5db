"""In which order what happens on Slack is taken: within a thread as it happened there, what was missed while the desk
was away before anything newer.

A session begins when this process begins to hear Slack, and again after a moment in which it heard nothing. With each,
every thread owes a catch-up, which is paid before the first newer event of that thread is looked at; the live ones are
read by and by besides (``duties.py``). Only one whose card was posted within the session owes none: to be recorded
within it is not enough, since its maker may have died before that and left people writing there.

Of several connections one may be ahead of another, and over HTTP each request goes its own way. So nothing is taken in
the moment in which it comes: what happened before it, and comes a little after it, is still taken first.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count

from adapters.chat.lanes import Job, Lanes, Pauses
from adapters.slack.api.client import Refused
from adapters.slack.hearing.catchup import CatchUp
from adapters.slack.hearing.hindrances import Hindrances
from adapters.slack.rooms import Rooms
from adapters.slack.spot import Spot, seconds
from core.model.people import Platform
from core.model.thread import Thread
from core.ports import Clock
from core.storage import Store

Taking = Callable[[Thread], Awaitable[None]]

_YOUNG = 60.0
"""Seconds since a message of the app's for which it may turn out to begin a ticket's thread."""
_BOUND_WITHIN = 3.0
"""Seconds that are waited for that. If its maker died over it, the outbox finds it again, and then it is read."""
_AT_ONCE = 20.0
"""Seconds within which a thread that was made is told of; later, it was found again."""
_SKEW = timedelta(seconds=60)
"""By how much the desk's clock may differ from Slack's."""


@dataclass(eq=False, slots=True)
class _Session:
    at: datetime | None = None
    """When Slack began to be heard; None until then."""
    loaded: asyncio.Event = field(default_factory=asyncio.Event)
    known: set[str] = field(default_factory=set)
    """The threads of which nothing is missed: read within it, or made."""
    owed: set[str] = field(default_factory=set)
    """Those of which something may be, whenever they were made."""

    async def begin(self) -> None:
        self.loaded.set()


@dataclass(order=True, slots=True)
class _Event:
    at: float
    number: int
    take: Job = field(compare=False)
    instead: Job = field(compare=False)


class _Turn:
    """Takes what happened first of all that waits when it begins. ``due``: when that is, by the loop's time."""

    def __init__(self, waiting: list[_Event], due: float, last: Callable[[], object]) -> None:
        self._waiting = waiting
        self._due = due
        self._last = last
        self._event: _Event | None = None

    async def take(self) -> None:
        await asyncio.sleep(self._due - asyncio.get_running_loop().time())
        await self._next().take()

    async def apologise(self) -> None:
        await self._next().instead()

    def _next(self) -> _Event:
        if self._event is None:
            self._event = heappop(self._waiting)
            if not self._waiting:
                self._last()
        return self._event


class Order:
    """``homes``: the channels in which the desk makes threads, beside direct messages. ``prepare``: what must be known
    before anything is taken, at the beginning of each session. ``races``: whether what happens may come in another
    order now; ``window``: seconds by which one may then be behind another."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        rooms: Rooms,
        lanes: Lanes,
        catch_up: CatchUp,
        hindrances: Hindrances,
        homes: Collection[str],
        prepare: Job,
        races: Callable[[], bool],
        window: float,
        pauses: Pauses | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._rooms = rooms
        self._lanes = lanes
        self._catch_up = catch_up
        self._hindrances = hindrances
        self._homes = frozenset(homes)
        self._prepare = prepare
        self._races = races
        self._window = window
        self._pauses = pauses or Pauses()
        self._waiting: dict[Spot, list[_Event]] = {}
        self._numbers = count()
        self._channels: set[str] = set()
        """Where live tickets have threads, whatever bot.toml names by now."""
        self._session = _Session()

    def begin(self) -> None:
        """A new session: what happened since the last one may not have been told. What was to be read before the first
        one waits for it."""
        if self._session.at is not None:
            self._session = _Session()
        session = self._session
        session.at = self._clock.now()
        # Whatever is wrong with that, people are heard.
        self._lanes.put(session, partial(self._load, session), instead=session.begin)

    def begun(self, spot: Spot) -> None:
        """Slack tells that the app posted it just now: nobody can have answered under it before."""
        self._session.known.add(spot.external_id)

    def bound(self, spot: Spot) -> None:
        """It is about to be recorded whose the thread is. Under one that was found again somebody may have written."""
        if self._clock.now().timestamp() - seconds(spot.ts) > _AT_ONCE:
            self.owe(spot)

    def owe(self, spot: Spot) -> None:
        """What happened in the thread may not have been told, though the session goes on: it is read now."""
        self._session.owed.add(spot.external_id)
        self._lanes.put(spot, partial(self._in_order, spot, _nothing_more, None))

    def may_be_ours(self, channel: str) -> bool:
        """Whether a ticket may have a thread there, told without a wait: what people say elsewhere costs nothing."""
        return channel.startswith("D") or channel in self._homes or channel in self._channels

    def put(
        self,
        spot: Spot,
        at: str,
        take: Taking,
        *,
        instead: Taking | None = None,
        elsewhere: Job | None = None,
        is_apps: bool = False,
        changes: str | None = None,
    ) -> None:
        """``take`` is called with the ticket's thread under ``spot``, in its turn; ``elsewhere``, where there is none.
        ``at``: when it happened, as a ts. ``is_apps``: whether the app posted the message that it is under.
        ``changes``: the ts of the message that it changes or takes away. Where it comes before that, it stays before
        it, so that nobody reads what is known to be otherwise by now."""
        if self.may_be_ours(spot.channel):
            job = partial(self._in_order, spot, take, elsewhere, is_apps)
            apology = _nothing if instead is None else partial(self._with_thread, spot, instead)
            waiting = self._waiting.setdefault(spot, [])
            happened = seconds(at)
            if changes is not None and all(one.at != seconds(changes) for one in waiting):
                happened = seconds(changes)
            heappush(waiting, _Event(happened, next(self._numbers), job, apology))
            due = asyncio.get_running_loop().time() + (self._window if self._races() else 0.0)
            turn = _Turn(waiting, due, partial(self._waiting.pop, spot, None))
            self._lanes.put(spot, turn.take, instead=turn.apologise)
        elif elsewhere is not None:
            self._lanes.put(spot, elsewhere)

    async def read(self, spot: Spot, *, anew: bool) -> None:
        """Let the thread's catch-up be paid, and wait until it is. ``anew``: even where it owes none."""
        done = asyncio.Event()
        if anew:
            self._session.owed.add(spot.external_id)

        async def read(_thread: Thread) -> None:
            done.set()

        async def given_up() -> None:
            done.set()

        job = partial(self._in_order, spot, read, given_up)
        self._lanes.put(spot, job, instead=given_up)
        await done.wait()

    async def _in_order(self, spot: Spot, take: Taking, elsewhere: Job | None, is_apps: bool = False) -> None:
        thread = await self._thread(spot, is_apps)
        if thread is None:
            if elsewhere is not None:
                await elsewhere()
            return
        # That of now: what was heard before a pause, and waited over it, is taken after what was missed in it.
        session = self._session
        await session.loaded.wait()
        try:
            if self._owes(spot, session):
                await self._read(thread, spot, session)
            await self._with_thread(spot, take)
        except Refused as refused:
            await self._hindrances.met(refused)
            raise
        await self._hindrances.passed()

    async def _read(self, thread: Thread, spot: Spot, session: _Session) -> None:
        # Before it, since what is owed anew meanwhile stays owed.
        session.known.add(spot.external_id)
        session.owed.discard(spot.external_id)
        try:
            await self._catch_up.run(thread)
        except BaseException:
            session.owed.add(spot.external_id)
            raise

    async def _with_thread(self, spot: Spot, take: Taking) -> None:
        thread = await self._rooms.at(spot.channel, spot.ts)
        if thread is not None:
            await take(thread)

    async def _thread(self, spot: Spot, is_apps: bool) -> Thread | None:
        """For one that some process made a moment ago, it waits until it is recorded whose it is."""
        found = await self._rooms.at(spot.channel, spot.ts)
        waited, attempt = 0.0, 0
        while found is None and is_apps and waited < _BOUND_WITHIN and self._is_young(spot):
            attempt += 1
            pause = self._pauses.before(attempt)
            await asyncio.sleep(pause)
            waited += pause
            self._rooms.forget(spot.channel, spot.ts)
            found = await self._rooms.at(spot.channel, spot.ts)
        return found

    def _is_young(self, spot: Spot) -> bool:
        return self._clock.now().timestamp() - seconds(spot.ts) < _YOUNG

    def _owes(self, spot: Spot, session: _Session) -> bool:
        """Unless it was read, or surely posted, within the session."""
        if spot.external_id in session.owed:
            return True
        is_newer = session.at is not None and seconds(spot.ts) > (session.at + _SKEW).timestamp()
        return not is_newer and spot.external_id not in session.known

    async def _load(self, session: _Session) -> None:
        async with self._store.read() as work:
            live = await work.threads.live(Platform.SLACK)
        self._channels = {Spot.of(thread.external_id).channel for thread in live if thread.external_id is not None}
        await self._prepare()
        await session.begin()


async def _nothing() -> None:
    """There is nobody to tell."""


async def _nothing_more(_thread: Thread) -> None:
    """All that there was to do is the catch-up before it."""
