"""The dispatcher over a real database, with a channel that fails as platforms do."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from adapters.sql.store import SqlStore
from bot.dispatcher import Channels, Dispatcher, Patience
from core.commands import Actor, Arrive, OpenTicket, PostMessage, UndoMessage
from core.engine import Engine
from core.model.desk import Category, Desk, Team
from core.model.ids import DeliveryId, EventId, PersonId, ThreadId, TicketId
from core.model.outbox import Address, DeliveryState, Intent, NewDelivery, ToPerson, ToSpace, ToThread
from core.model.people import Identity, Platform
from core.model.thread import MessageKind
from core.model.ticket import Priority
from core.ports import Channel, Retry, Undeliverable, Unknown
from core.text import Text
from tests.fakes.channels import ScriptedChannel, settle
from tests.fakes.clock import FakeClock
from tests.fakes.keys import FakeKeys
from tests.fakes.patience import patience
from tests.fakes.signer import SIGNER

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
DESK = Desk(
    name="Desk",
    time_zone="UTC",
    teams={"t": Team(key="t", name="T")},
    categories={"c": Category(key="c", name="C", team="t", alert_space="leads")},
    public_url="http://127.0.0.1:8080",
)
PATIENCE = Patience(first_wait=SECOND, longest_wait=SECOND * 60, lease=SECOND * 60, poll=HOUR)


@dataclass
class Situation:
    """A desk with one ticket, and what stands around its dispatcher."""

    store: SqlStore
    engine: Engine
    clock: FakeClock
    keys: FakeKeys
    channel: ScriptedChannel
    student: PersonId
    ticket: TicketId
    event: EventId

    def dispatcher(self, owner: str = "one", channel: Channel | None = None, **changes: timedelta) -> Dispatcher:
        channel = channel or self.channel
        return Dispatcher(
            store=self.store,
            engine=self.engine,
            channels=Channels(platforms={Platform.DISCORD: channel, Platform.WEB: channel}, spaces=lambda _: channel),
            desk=DESK,
            clock=self.clock,
            keys=self.keys,
            signer=SIGNER,
            owner=owner,
            patience=replace(PATIENCE, **changes),
            jitter=lambda: 1.0,
        )

    async def owe(
        self,
        address: Address,
        intent: Intent = Intent.ALERT_NEWS,
        pace_key: str | None = None,
        supersede: str | None = None,
    ) -> DeliveryId:
        new = NewDelivery(
            address=address, intent=intent, ticket=self.ticket, pace_key=pace_key, supersede_key=supersede
        )
        async with self.store.write() as work:
            return await work.outbox.add(new, key=self.keys.hex(24), event=self.event, at=self.clock.now())

    async def state(self, delivery: DeliveryId) -> DeliveryState:
        async with self.store.read() as work:
            found = await work.outbox.get(delivery)
        assert found is not None
        return found.state


@pytest.fixture
async def desk(store: SqlStore) -> AsyncIterator[Situation]:
    clock, keys = FakeClock(), FakeKeys()
    engine = Engine(store, DESK, clock, keys)
    web = Actor(person=None, door=Platform.WEB)
    student = (await engine.handle(Arrive(identity=Identity(Platform.WEB, "", "s"), name="Sam"), web)).person
    opened = await engine.handle(
        OpenTicket(title="It broke", description=Text.of("All of it"), category="c"), replace(web, person=student)
    )
    async with store.read() as work:
        event = (await work.events.of(opened.ticket))[0].id
    yield Situation(store, engine, clock, keys, ScriptedChannel(), student, opened.ticket, event)


LEADS, OTHERS = ToSpace("leads"), ToSpace("others")


async def test_what_is_owed_is_delivered_in_order_and_written_down_with_its_receipt(desk: Situation) -> None:
    first, second = await desk.owe(LEADS), await desk.owe(LEADS)
    await settle(desk.dispatcher())
    assert desk.channel.order == [first, second]
    async with desk.store.read() as work:
        done = await work.outbox.get(first)
    assert (done.state, done.receipt) == (DeliveryState.DONE, f"made-{first}")


async def test_one_that_must_wait_holds_its_lane_and_no_other(desk: Situation) -> None:
    first, second, other = await desk.owe(LEADS), await desk.owe(LEADS), await desk.owe(OTHERS)
    desk.channel.faults_of[first] = deque([Retry("busy")])
    dispatcher = desk.dispatcher()
    await settle(dispatcher)
    assert desk.channel.order == [other]
    desk.clock.advance(SECOND)
    await settle(dispatcher)
    assert desk.channel.order == [other, first, second]


async def test_the_platform_says_how_long_to_wait_and_is_heeded(desk: Situation) -> None:
    first = await desk.owe(LEADS)
    desk.channel.faults.append(Retry("rate limit", after=30))
    dispatcher = desk.dispatcher()
    await settle(dispatcher)
    desk.clock.advance(timedelta(seconds=29))
    await settle(dispatcher)
    assert desk.channel.order == []
    desk.clock.advance(timedelta(seconds=2))
    await settle(dispatcher)
    assert desk.channel.order == [first]


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 1), (2, 2), (3, 4), (7, 60), (400, 60)])
def test_the_wait_doubles_up_to_its_bound_and_jitter_takes_at_most_half(attempts: int, seconds: int) -> None:
    assert PATIENCE.wait(attempts, 1.0) == timedelta(seconds=seconds)
    assert PATIENCE.wait(attempts, 0.0) == timedelta(seconds=seconds) / 2


async def test_a_call_that_may_have_happened_is_looked_for_before_it_is_made_again(desk: Situation) -> None:
    first = await desk.owe(LEADS)
    desk.channel.faults.append(Unknown("the answer was lost"))
    desk.channel.applied.add(first)
    dispatcher = desk.dispatcher()
    await settle(dispatcher)
    desk.clock.advance(SECOND)
    await settle(dispatcher)
    assert desk.channel.looked_for == [first]
    assert desk.channel.order == []
    assert await desk.state(first) is DeliveryState.DONE


async def test_a_call_that_did_not_happen_is_made_again(desk: Situation) -> None:
    first = await desk.owe(LEADS)
    desk.channel.faults.append(Unknown("the answer was lost"))
    dispatcher = desk.dispatcher()
    await settle(dispatcher)
    desk.clock.advance(SECOND)
    await settle(dispatcher)
    assert desk.channel.order == [first]


async def test_a_refused_call_is_made_again_without_looking(desk: Situation) -> None:
    first = await desk.owe(LEADS)
    desk.channel.faults.append(Retry("busy"))
    dispatcher = desk.dispatcher()
    await settle(dispatcher)
    desk.clock.advance(SECOND)
    await settle(dispatcher)
    assert (desk.channel.looked_for, desk.channel.order) == ([], [first])


async def test_what_a_dead_process_held_is_taken_over_and_looked_for(desk: Situation) -> None:
    first = await desk.owe(LEADS)
    async with desk.store.write() as work:
        now = desk.clock.now()
        assert await work.outbox.lease(now, owner="dead", until=now + SECOND * 60, limit=5)
    dispatcher = desk.dispatcher("alive")
    await settle(dispatcher)
    assert desk.channel.order == []
    desk.clock.advance(SECOND * 61)
    desk.channel.applied.add(first)
    await settle(dispatcher)
    assert (desk.channel.looked_for, desk.channel.order) == ([first], [])
    assert await desk.state(first) is DeliveryState.DONE


async def test_a_holder_that_was_overtaken_changes_nothing(desk: Situation) -> None:
    first = await desk.owe(LEADS)
    async with desk.store.write() as work:
        now = desk.clock.now()
        await work.outbox.lease(now, owner="slow", until=now + SECOND, limit=5)
    desk.clock.advance(SECOND * 2)
    await settle(desk.dispatcher("fast"))
    async with desk.store.write() as work:
        assert not await work.outbox.done(first, "slow", receipt="late", at=desk.clock.now())
        kept = await work.outbox.get(first)
    assert kept.receipt == f"made-{first}"


async def test_what_will_never_be_taken_is_a_dead_letter_with_its_reason_and_its_lane_goes_on(desk: Situation) -> None:
    first, second = await desk.owe(LEADS), await desk.owe(LEADS)
    desk.channel.faults.append(Undeliverable("the webhook is gone"))
    dispatcher = desk.dispatcher()
    await settle(dispatcher)
    assert desk.channel.order == [second]
    async with desk.store.read() as work:
        [dead] = await work.outbox.given_up()
    assert (dead.id, dead.state, dead.reason) == (first, DeliveryState.DEAD, "the webhook is gone")
    async with desk.store.write() as work:
        assert await work.outbox.revive(first, desk.clock.now())
    await settle(dispatcher)
    assert desk.channel.order == [second, first]


async def test_a_thread_that_cannot_be_created_parks_its_lane_until_it_is_retried(desk: Situation) -> None:
    async with desk.store.write() as work:
        thread = await work.threads.add(desk.ticket, Platform.DISCORD, audience="requester")
    address = ToThread(ThreadId(thread.id), Platform.DISCORD)
    first = await desk.owe(address, Intent.CREATE_THREAD)
    second = await desk.owe(address, Intent.TICKET_CARD)
    desk.channel.faults.append(Undeliverable("Missing Permissions"))
    dispatcher = desk.dispatcher()
    await settle(dispatcher)
    assert (await desk.state(first), await desk.state(second)) == (DeliveryState.PARKED, DeliveryState.PENDING)
    assert desk.channel.order == []
    async with desk.store.write() as work:
        await work.outbox.revive(first, desk.clock.now())
    await settle(dispatcher)
    assert desk.channel.order == [first, second]


async def test_after_a_day_of_failures_it_is_given_up_with_the_last_reason(desk: Situation) -> None:
    first = await desk.owe(LEADS)
    desk.channel.faults.extend(Retry(f"down {n}") for n in range(3))
    dispatcher = desk.dispatcher()
    for wait in (SECOND, DAY, DAY):
        await settle(dispatcher)
        desk.clock.advance(wait)
    assert await desk.state(first) is DeliveryState.DEAD
    async with desk.store.read() as work:
        assert (await work.outbox.get(first)).reason == "down 2"


async def test_a_rate_limit_is_waited_out_for_as_long_as_it_lasts(desk: Situation) -> None:
    first = await desk.owe(LEADS)
    desk.channel.faults.extend(Retry("429", after=60) for _ in range(4))
    dispatcher = desk.dispatcher()
    for _ in range(5):
        await settle(dispatcher)
        desk.clock.advance(DAY)
    assert desk.channel.order == [first]


async def test_calls_of_one_pace_key_keep_their_distance_across_lanes_and_processes(desk: Situation) -> None:
    paced = ScriptedChannel(pace=SECOND)
    first, second = await desk.owe(LEADS, pace_key="g"), await desk.owe(OTHERS, pace_key="g")
    one, two = desk.dispatcher("one", paced), desk.dispatcher("two", paced)
    await settle(one)
    await settle(two)
    assert paced.order == [first]
    desk.clock.advance(SECOND)
    await settle(two)
    await settle(one)
    assert paced.order == [first, second]


async def test_ten_edits_of_one_card_are_one_call(desk: Situation) -> None:
    owed = [await desk.owe(LEADS, supersede="card") for _ in range(10)]
    await settle(desk.dispatcher())
    assert desk.channel.order == owed[-1:]
    assert await desk.state(owed[0]) is DeliveryState.SKIPPED


async def test_a_message_taken_back_in_time_pings_nobody(desk: Situation) -> None:
    someone = Actor(person=None, door=Platform.WEB)
    other = await desk.engine.handle(Arrive(identity=Identity(Platform.WEB, "", "o"), name="Olu"), someone)
    student = replace(someone, person=desk.student)
    said = await desk.engine.handle(
        PostMessage(ticket=desk.ticket, kind=MessageKind.REPLY, text=Text.of("oops")), student
    )
    async with desk.store.write() as work:
        ping = await work.outbox.add(
            NewDelivery(
                address=ToPerson(other.person, Platform.WEB),
                intent=Intent.PING,
                ticket=desk.ticket,
                message=said.message,
            ),
            key=desk.keys.hex(24),
            event=desk.event,
            at=desk.clock.now(),
        )
    await desk.engine.handle(UndoMessage(ticket=desk.ticket), student)
    await settle(desk.dispatcher())
    assert await desk.state(ping) is DeliveryState.SKIPPED
    assert desk.channel.order == []


async def test_an_address_without_a_way_out_is_visible_as_a_failure(desk: Situation) -> None:
    first = await desk.owe(LEADS)
    nowhere = Dispatcher(
        store=desk.store,
        engine=desk.engine,
        keys=desk.keys,
        channels=Channels(platforms={}, spaces=lambda _: None),
        signer=SIGNER,
        desk=DESK,
        clock=desk.clock,
        owner="one",
        patience=PATIENCE,
    )
    await settle(nowhere)
    assert await desk.state(first) is DeliveryState.DEAD


async def test_what_is_for_a_door_that_is_closed_for_a_while_waits_for_it(desk: Situation) -> None:
    waiting = await desk.owe(ToPerson(desk.student, Platform.DISCORD))
    closed = Dispatcher(
        store=desk.store,
        engine=desk.engine,
        keys=desk.keys,
        channels=Channels(platforms={}, spaces=lambda _: None),
        signer=SIGNER,
        desk=DESK,
        clock=desk.clock,
        owner="one",
        patience=PATIENCE,
    )
    await settle(closed)
    assert await desk.state(waiting) is DeliveryState.PENDING
    desk.clock.advance(HOUR)
    await settle(desk.dispatcher())
    assert await desk.state(waiting) in (DeliveryState.DONE, DeliveryState.SKIPPED)


async def test_a_fault_in_a_channel_is_tried_again_and_looked_for_first(desk: Situation) -> None:
    first = await desk.owe(LEADS)
    desk.channel.faults.append(KeyError("a bug"))
    dispatcher = desk.dispatcher()
    await settle(dispatcher)
    desk.clock.advance(SECOND)
    await settle(dispatcher)
    assert (desk.channel.looked_for, desk.channel.order) == ([first], [first])


async def test_a_call_without_an_answer_is_cut_off_and_looked_for(desk: Situation) -> None:
    class Silent(ScriptedChannel):
        async def deliver(self, parcel):
            await asyncio.Event().wait()

    silent = Silent()
    first = await desk.owe(LEADS)
    dispatcher = desk.dispatcher(channel=silent, call=timedelta(milliseconds=20))
    await settle(dispatcher)
    silent.applied.add(first)
    desk.clock.advance(SECOND)
    await settle(dispatcher)
    assert await desk.state(first) is DeliveryState.DONE


async def test_a_commit_is_delivered_at_once_and_does_not_wait_for_the_poll(desk: Situation) -> None:
    arrived = asyncio.Event()

    class Telling(ScriptedChannel):
        async def deliver(self, parcel):
            arrived.set()
            return await super().deliver(parcel)

    dispatcher = desk.dispatcher(channel=Telling(), poll=DAY)
    desk.engine.listen(dispatcher.wake)
    dispatcher.start()
    student = Actor(person=desk.student, door=Platform.WEB)
    await desk.engine.handle(
        OpenTicket(title="Now", description=Text.of("x"), category="c", priority=Priority.URGENT), student
    )
    async with patience(5):
        await arrived.wait()
    await dispatcher.stop(SECOND * 5)


async def test_a_stop_waits_for_what_is_in_flight_and_leases_nothing_more(desk: Situation) -> None:
    in_flight, go_on = asyncio.Event(), asyncio.Event()

    class Slow(ScriptedChannel):
        async def deliver(self, parcel):
            in_flight.set()
            await go_on.wait()
            return await super().deliver(parcel)

    slow = Slow()
    first, second = await desk.owe(LEADS), await desk.owe(LEADS)
    dispatcher = desk.dispatcher(channel=slow)
    dispatcher.start()
    await in_flight.wait()
    stopping = asyncio.create_task(dispatcher.stop(SECOND * 5))
    await asyncio.sleep(0)
    go_on.set()
    await stopping
    assert (await desk.state(first), await desk.state(second)) == (DeliveryState.DONE, DeliveryState.PENDING)
