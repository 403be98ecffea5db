"""The outbox's way out: lease the heads of lanes, make their words, hand them to channels, write down what came of it.

Within a lane strictly in order, one in flight; lanes run side by side, and one dead lane never holds up another. A call
that may have happened is looked for before it is made again. Retrying is decided here alone:

    Retry           tried again after what the platform said, else with exponential backoff and jitter
    Unknown         the same, and first looked for
    Undeliverable   given up at once: a dead letter with its reason
    Gone            its thread is there no more: another is made in its place; an endpoint that is gone is switched off
    anything else   a fault of ours: logged, and treated as Unknown

What was given up waits for an admin (``/desk failures``, ``threaddesk retry``). Nothing is dropped silently.
"""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

import structlog

from bot.storms import Storms
from core.commands import Actor, DisableEndpoint, ReplaceThread
from core.composing import compose
from core.engine import Engine
from core.errors import Conflict, Unavailable
from core.model.desk import Desk
from core.model.ids import TicketId
from core.model.outbox import Address, Delivery, DeliveryState, Intent, ToEmail, ToEndpoint, ToPerson, ToSpace, ToThread
from core.model.people import Platform
from core.ports import (
    Channel,
    Clock,
    Committed,
    Gone,
    Keys,
    Parcel,
    Receipt,
    Retry,
    Signer,
    Undeliverable,
    Unknown,
    time_for,
)
from core.receipts import take_receipt
from core.scene import Skip
from core.storage import Store
from core.storms import compose_many

log = structlog.get_logger(__name__)

AGAIN = timedelta(milliseconds=50)
"""What is due was held back by its pace, or another process was faster: look again after this. After a lease too, so
that the look takes no time from what flies; a landing or a commit wakes the dispatcher before."""

CLOSED = timedelta(minutes=5)
"""Before a door that was closed is tried again."""

Jitter = Callable[[], float]
"""0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long the dispatcher tries. Defaults: from 1 s, doubling to 5 min, for about a day."""

    first_wait: timedelta = timedelta(seconds=1)
    longest_wait: timedelta = timedelta(minutes=5)
    give_up_after: timedelta = timedelta(hours=24)
    """Since the first attempt. A rate limit (a Retry with ``after``) never gives up."""
    lease: timedelta = timedelta(seconds=20)
    """What a process that died mid-call holds up: past it another takes over."""
    call: timedelta = timedelta(seconds=15)
    """After which a call is cut off, well within its lease. Files have their own time besides, and hold the lease as
    much longer."""
    poll: timedelta = timedelta(seconds=2)
    """The net under the wake: rows that another process wrote are found at the latest after this."""

    def wait(self, attempts: int, jitter: float) -> timedelta:
        """Before the next of ``attempts`` calls: between half and all of the doubled wait."""
        doublings: int = 2 ** min(max(attempts - 1, 0), 20)
        full = min(self.first_wait * doublings, self.longest_wait)
        return full * (0.5 + jitter / 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels:
    """The ways out, by the kind of address."""

    platforms: Mapping[str, Channel]
    """For threads and persons, by platform."""
    spaces: Callable[[ToSpace | ToEmail | ToEndpoint], Channel | None]
    """For alert spaces, the addresses that escalations write to, and endpoints: each kind has its own
    (``bot/spaces.py``)."""

    def of(self, address: Address) -> Channel | None:
        match address:
            case ToThread(platform=platform) | ToPerson(platform=platform):
                return self.platforms.get(platform)
            case ToSpace() | ToEmail() | ToEndpoint():
                return self.spaces(address)


class Dispatcher:
    """One per process. ``wake`` it after a commit; ``stop`` lets what is in flight end."""

    def __init__(
        self,
        *,
        store: Store,
        engine: Engine,
        channels: Channels,
        desk: Desk,
        clock: Clock,
        keys: Keys,
        signer: Signer,
        owner: str,
        patience: Patience | None = None,
        jitter: Jitter = random.random,
        at_once: int = 64,
    ) -> None:
        """``owner``: unique among the processes of the desk; ``at_once``: how many calls may be in flight."""
        self._store = store
        self._engine = engine
        self._keys = keys
        self._signer = signer
        self._channels = channels
        self._desk = desk
        self._clock = clock
        self._owner = owner
        self._patience = patience or Patience()
        self._jitter = jitter
        self._at_once = at_once
        self._awake = asyncio.Event()
        self._surely_due = False
        """Whether a commit said so: then there is no need to look before leasing."""
        self._flights: set[asyncio.Task[None]] = set()
        self._storms = Storms(store, clock, desk.storm_limit, owner)
        self._turns: WeakValueDictionary[TicketId | None, asyncio.Lock] = WeakValueDictionary()
        self._loop: asyncio.Task[None] | None = None
        self._stopping = False

    def wake(self, committed: Committed | None = None) -> None:
        """Something may be due. Told of a commit that owes nothing, it sleeps on."""
        if committed is None or committed.owes:
            self._surely_due = committed is not None
            self._awake.set()

    def start(self) -> None:
        self._loop = asyncio.create_task(self._run(), name="dispatcher")

    async def stop(self, within: timedelta) -> None:
        """Lease nothing more and wait for the calls in flight. What is not done by then stays leased until its lease
        runs out, and is then taken up as uncertain by whoever runs next."""
        self._stopping = True
        self._awake.set()
        if self._loop is not None:
            await self._loop
        if self._flights:
            _done, late = await asyncio.wait(self._flights, timeout=within.total_seconds())
            for flight in late:
                flight.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self) -> None:
        while not self._stopping:
            self._awake.clear()
            pause = self._patience.poll
            try:
                pause = await self.step()
            except (Conflict, Unavailable) as refusal:
                log.warning("outbox out of reach", reason=str(refusal))
            except Exception:
                log.exception("dispatcher stumbled")
            await self._sleep(pause)

    async def _sleep(self, pause: timedelta) -> None:
        try:
            async with asyncio.timeout(max(0.0, pause.total_seconds())):
                await self._awake.wait()
        except TimeoutError:
            return

    async def step(self) -> timedelta:
        """Lease what is due and set it flying; how long until there is something to do again."""
        free = self._at_once - len(self._flights)
        if free <= 0:
            return self._patience.poll
        wait = timedelta(0) if self._surely_due else await self._until_due()
        self._surely_due = False
        if wait > timedelta(0):
            return min(wait, self._patience.poll)
        if self._stopping:
            return self._patience.poll
        leased = await self._lease(free)
        for delivery in leased:
            flight = asyncio.create_task(self._fly(delivery), name=f"delivery {delivery.id}")
            self._flights.add(flight)
            flight.add_done_callback(self._landed)
        return AGAIN

    async def _until_due(self) -> timedelta:
        async with self._store.read() as work:
            next_due = await work.outbox.next_due()
        return self._patience.poll if next_due is None else next_due - self._clock.now()

    def _landed(self, flight: asyncio.Task[None]) -> None:
        self._flights.discard(flight)
        self._awake.set()

    async def _lease(self, limit: int) -> list[Delivery]:
        """What may fly now. What its pace holds back is given back with its time."""
        now = self._clock.now()
        ready: list[Delivery] = []
        async with self._store.write() as work:
            until = now + self._patience.lease
            for delivery in await work.outbox.lease(now, owner=self._owner, until=until, limit=limit):
                channel = self._channels.of(delivery.address)
                if channel is not None and channel.pace is not None and delivery.pace_key is not None:
                    free_at = await work.outbox.take_slot(delivery.pace_key, channel.pace.interval, now)
                    if free_at is not None:
                        await work.outbox.postpone(delivery, self._owner, due_at=free_at)
                        continue
                ready.append(delivery)
        return ready

    async def _fly(self, delivery: Delivery) -> None:
        try:
            await self._deliver(delivery)
        except (Conflict, Unavailable) as refusal:
            log.warning("delivery not written down; its lease will run out", delivery=delivery.id, reason=str(refusal))
        except Exception:
            log.exception("delivery stumbled", delivery=delivery.id)

    async def _deliver(self, delivery: Delivery) -> None:
        channel = self._channels.of(delivery.address)
        if channel is None:
            return await self._no_way_out(delivery)
        parcel = await self._prepared(delivery)
        if parcel is None:
            return None
        try:
            async with asyncio.timeout(await self._time_for(parcel)):
                receipt = await self._call(channel, parcel)
        except Retry as failure:
            await self._again(delivery, str(failure), failure.after, uncertain=False, answered=failure.answered)
        except Undeliverable as failure:
            await self._give_up(delivery, str(failure), failure.answered)
        except Gone as failure:
            await self._gone(parcel, failure)
        except Unknown as failure:
            await self._again(delivery, str(failure), None, uncertain=True)
        except TimeoutError:
            await self._again(delivery, "the platform did not answer in time", None, uncertain=True)
        except Exception as failure:
            log.exception("channel stumbled", delivery=delivery.id, intent=delivery.intent)
            await self._again(delivery, f"a fault of the desk: {type(failure).__name__}", None, uncertain=True)
        else:
            await self._done(parcel, receipt)
        return None

    async def _time_for(self, parcel: Parcel) -> float:
        """Seconds until the call is cut off."""
        longer = time_for(sum(file.size for file in parcel.carried))
        if longer:
            async with self._store.write() as work:
                until = self._clock.now() + self._patience.lease + timedelta(seconds=longer)
                await work.outbox.hold(parcel.delivery.id, self._owner, until=until)
        return self._patience.call.total_seconds() + longer

    async def _prepared(self, delivery: Delivery) -> Parcel | None:
        """None where nobody needs it any more, or it is put off for others to be told with it."""
        told = await self._storms.gather(delivery)
        if told is None:
            return None
        parcel = await self._composed(delivery, told)
        if isinstance(parcel, Parcel):
            return parcel
        async with self._store.write() as work:
            await work.outbox.skip(delivery.id, self._owner, reason=parcel.reason, at=self._clock.now())
        return None

    async def _composed(self, delivery: Delivery, told: Sequence[Delivery]) -> Parcel | Skip:
        """What is for the same ticket is composed one after the other: so the first is on its way before the last is
        begun, and not all of them at the end. ``told``: those that it tells too."""
        turn = self._turns.setdefault(delivery.ticket, asyncio.Lock())
        async with turn, self._store.read() as work:
            now = self._clock.now()
            if told:
                return await compose_many(delivery, told, work, self._desk, now, self._signer)
            return await compose(delivery, work, self._desk, now, self._signer)

    async def _gone(self, parcel: Parcel, failure: Gone) -> None:
        """The thread is gone: what was for it goes with it, and another is made in its place. An endpoint's is given
        up, and what else was for it let go of."""
        reason = str(failure)
        if parcel.thread is None or parcel.ticket is None:
            await self._give_up(parcel.delivery, reason, failure.answered)
            if isinstance(parcel.address, ToEndpoint):
                off = DisableEndpoint(endpoint=parcel.address.endpoint, reason=reason)
                await self._engine.handle(off, Actor(person=None, door=Platform.SYSTEM))
            return
        lost = ReplaceThread(ticket=parcel.ticket.id, thread=parcel.thread.id, reason=reason)
        await self._engine.handle(lost, Actor(person=None, door=Platform.SYSTEM))
        log.warning("thread gone", thread=parcel.thread.id, reason=reason)

    async def _call(self, channel: Channel, parcel: Parcel) -> Receipt:
        if parcel.delivery.uncertain:
            found = await channel.find(parcel)
            if found is not None:
                log.info("delivery found", delivery=parcel.delivery.id)
                return found
        return await channel.deliver(parcel)

    async def _done(self, parcel: Parcel, receipt: Receipt) -> None:
        delivery, now = parcel.delivery, self._clock.now()
        async with self._store.write() as work:
            held = await work.outbox.done(
                delivery.id, self._owner, receipt=receipt.external_id, at=now, answered=receipt.answered
            )
            if held:
                self._surely_due |= await take_receipt(parcel, receipt, work, now, self._keys)
        done = "delivered" if held else "delivered after its lease: whoever has it now finds what was made"
        log.info(done, delivery=delivery.id, intent=delivery.intent, lane=delivery.address.lane)

    async def _again(
        self, delivery: Delivery, reason: str, after: float | None, *, uncertain: bool, answered: int | None = None
    ) -> None:
        now = self._clock.now()
        if after is None and self._is_over(delivery, now):
            return await self._give_up(delivery, reason, answered)
        wait = self._patience.wait(delivery.attempts, self._jitter())
        if after is not None:
            wait = timedelta(seconds=max(after, 0.0)) + self._patience.first_wait * self._jitter() / 4
        async with self._store.write() as work:
            await work.outbox.retry(
                delivery.id, self._owner, due_at=now + wait, reason=reason, uncertain=uncertain, answered=answered
            )
        log.warning("delivery put off", delivery=delivery.id, attempts=delivery.attempts, reason=reason)
        return None

    def _is_over(self, delivery: Delivery, now: datetime) -> bool:
        return delivery.first_attempt_at is not None and now - delivery.first_attempt_at > self._patience.give_up_after

    async def _no_way_out(self, delivery: Delivery) -> None:
        """A platform's door may be closed for a while, and what is for it waits; an alert space is there or is not."""
        if isinstance(delivery.address, ToSpace | ToEmail | ToEndpoint):
            return await self._give_up(delivery, "no way out to there is set up on this desk")
        reason = f"the door to {delivery.address.platform} is closed on this desk"
        return await self._again(delivery, reason, CLOSED.total_seconds(), uncertain=False)

    async def _give_up(self, delivery: Delivery, reason: str, answered: int | None = None) -> None:
        """A thread that cannot be created parks its lane: what is for it has nowhere to go. Any other steps aside."""
        parks = delivery.intent is Intent.CREATE_THREAD
        state = DeliveryState.PARKED if parks else DeliveryState.DEAD
        async with self._store.write() as work:
            await work.outbox.give_up(
                delivery.id, self._owner, state=state, reason=reason, at=self._clock.now(), answered=answered
            )
        log.error("delivery given up", delivery=delivery.id, intent=delivery.intent, reason=reason)
