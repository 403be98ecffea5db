"""What the dispatcher does about threads: one that is gone is replaced, and a lease that was lost writes nothing."""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.sql.tables import files as uploads
from bot.dispatcher import Channels, Dispatcher, Patience
from core.commands import PostMessage, ResolveTicket, RetryDelivery
from core.events import ThreadLost
from core.model.ids import DeliveryId, TicketId
from core.model.outbox import Delivery, DeliveryState, Intent, ToPerson, ToThread
from core.model.people import Platform
from core.model.thread import MessageKind, Thread
from core.ports import SLOWEST, Gone, Parcel, Receipt, Undeliverable
from core.text import Text
from tests.fakes.channels import ScriptedChannel, settle
from tests.fakes.front import Front
from tests.fakes.office import MINUTE, Office, on_discord
from tests.fakes.signer import SIGNER

DISCORD, SECOND = Platform.DISCORD, timedelta(seconds=1)
PATIENCE = Patience(lease=MINUTE, poll=timedelta(hours=1))


@pytest.fixture
async def office(front: Front) -> Office:
    front.office.use(on_discord(front.office.desk))
    await front.office.join("sam", "asha")
    return front.office


def dispatcher(
    office: Office, channel: ScriptedChannel, owner: str = "one", patience: Patience = PATIENCE
) -> Dispatcher:
    platforms: Mapping[str, ScriptedChannel] = {DISCORD: channel, Platform.WEB: ScriptedChannel()}
    return Dispatcher(
        store=office.store,
        engine=office.engine,
        channels=Channels(platforms=platforms, spaces=lambda _: ScriptedChannel()),
        desk=office.desk,
        clock=office.clock,
        keys=office.keys,
        signer=SIGNER,
        owner=owner,
        patience=patience,
        jitter=lambda: 1.0,
    )


async def opened(office: Office, channel: ScriptedChannel) -> tuple[TicketId, Thread]:
    """A ticket with its threads made, and the one of its requester."""
    ticket = await office.open()
    await settle(dispatcher(office, channel))
    return ticket, (await office.threads(ticket))[0]


REPLY = MessageKind.REPLY


async def say(office: Office, ticket: TicketId) -> list[Delivery]:
    """Twice by an agent; what the second owes."""
    await office.say(ticket, "asha", "First")
    return await office.owed_by(PostMessage(ticket=ticket, kind=REPLY, text=Text.of("Second")), "asha")


def taken_in(channel: ScriptedChannel, thread: Thread) -> list[Intent]:
    return [one.delivery.intent for one in channel.taken if one.thread is not None and one.thread.id == thread.id]


async def lose(office: Office, channel: ScriptedChannel, thread: Thread) -> None:
    """Deliver all that is owed; the platform says of the thread that it is there no more."""
    for one in await office.owed():
        if one.address == ToThread(thread.id, DISCORD) and one.id not in channel.faults_of:
            channel.faults_of[one.id] = deque([Gone("It was deleted.")])
    await settle(dispatcher(office, channel))


async def test_a_thread_that_is_gone_is_replaced_its_lane_given_up_and_the_ticket_told(office: Office) -> None:
    channel = ScriptedChannel()
    ticket, lost = await opened(office, channel)
    await say(office, ticket)
    await lose(office, channel, lost)
    made = next(thread for thread in await office.threads(ticket) if thread.place == lost.place)
    assert made.id != lost.id and made.external_id is not None
    assert taken_in(channel, lost) == [Intent.CREATE_THREAD]
    assert taken_in(channel, made) == [Intent.CREATE_THREAD, Intent.HISTORY]
    assert ThreadLost(ticket=ticket, platform=DISCORD, replaced=True) in await office.events(ticket)
    left = [one for one in await office.owed() if one.address == ToThread(lost.id, DISCORD)]
    assert {one.state for one in left[1:]} == {DeliveryState.SKIPPED}
    assert [one.reason for one in left if one.intent is Intent.MESSAGE] == ["It was deleted."] * 2


async def test_the_thread_of_a_ticket_that_is_over_is_not_made_anew(office: Office) -> None:
    channel = ScriptedChannel()
    ticket, lost = await opened(office, channel)
    await office.do(ResolveTicket(ticket=ticket), "asha")
    await lose(office, channel, lost)
    assert lost.id not in [thread.id for thread in await office.threads(ticket)]
    assert ThreadLost(ticket=ticket, platform=DISCORD, replaced=False) in await office.events(ticket)
    assert {one.state for one in await office.owed()} <= {DeliveryState.DONE, DeliveryState.SKIPPED}


async def test_a_person_who_is_gone_is_a_dead_letter_and_costs_no_thread(office: Office) -> None:
    channel = ScriptedChannel()
    ticket, shared = await opened(office, channel)
    owed = await office.owed_by(ResolveTicket(ticket=ticket), "asha")
    ping = next(one for one in owed if one.address == ToPerson(office.people["sam"], DISCORD))
    channel.faults_of[ping.id] = deque([Gone("They are there no more.")])
    await settle(dispatcher(office, channel))
    assert await state(office, ping.id) is DeliveryState.DEAD
    assert shared.id in [thread.id for thread in await office.threads(ticket)]


async def state(office: Office, delivery: DeliveryId) -> DeliveryState:
    async with office.store.read() as work:
        found = await work.outbox.get(delivery)
    assert found is not None
    return found.state


async def test_what_was_given_up_for_a_thread_that_is_gone_by_now_is_skipped_when_it_is_tried_again(
    office: Office,
) -> None:
    channel = ScriptedChannel()
    ticket, lost = await opened(office, channel)
    dead = next(one for one in await say(office, ticket) if one.intent is Intent.MESSAGE)
    channel.faults_of[dead.id] = deque([Undeliverable("Missing Permissions")])
    await settle(dispatcher(office, channel))
    await office.say(ticket, "asha", "Third")
    await lose(office, channel, lost)
    assert lost.id not in [thread.id for thread in await office.threads(ticket)]
    await office.do(RetryDelivery(delivery=dead.id), "ada")
    await settle(dispatcher(office, channel))
    assert await state(office, dead.id) is DeliveryState.SKIPPED


class Overtaken(ScriptedChannel):
    """So slow that its lease runs out before it has an answer, and another process does the same work."""

    def __init__(self, office: Office, other: ScriptedChannel) -> None:
        super().__init__()
        self._office = office
        self._other = other

    async def deliver(self, parcel: Parcel) -> Receipt:
        if parcel.delivery.intent is not Intent.CREATE_THREAD:
            return await super().deliver(parcel)
        self._office.clock.advance(MINUTE * 2)
        taken = await self._office.carry_out(self._other)
        assert parcel.delivery.id in [one.delivery.id for one in taken]
        return Receipt(external_id="late", card="late", realm="late")


async def test_a_lease_that_was_lost_writes_nothing_of_what_it_made(office: Office) -> None:
    await office.open()
    other = ScriptedChannel()
    await settle(dispatcher(office, Overtaken(office, other)))
    threads = await office.threads(TicketId(1))
    assert len(threads) == 2
    assert {thread.external_id for thread in threads} == {
        f"made-{one.delivery.id}" for one in other.taken if one.delivery.intent is Intent.CREATE_THREAD
    }
    assert "late" not in {thread.card for thread in threads}


async def test_a_receipt_is_written_with_the_end_of_its_delivery(office: Office) -> None:
    channel = ScriptedChannel()
    ticket, shared = await opened(office, channel)
    said = await office.say(ticket, "asha", "Hello")
    channel.parts = 2
    await settle(dispatcher(office, channel))
    [copied] = [one.delivery for one in channel.taken if one.delivery.intent is Intent.MESSAGE]
    assert await office.copies(said.id) == {shared.id: (f"made-{copied.id}", f"made-{copied.id}-2")}
    assert await state(office, copied.id) is DeliveryState.DONE
    assert (shared.external_id, shared.realm) == (shared.cursor, "guild")


class _Slow(ScriptedChannel):
    """Holds a message with a file until the test lets it go."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.let_go = asyncio.Event(), asyncio.Event()

    async def deliver(self, parcel: Parcel) -> Receipt:
        if parcel.carried:
            self.begun.set()
            await self.let_go.wait()
        return await super().deliver(parcel)


async def test_what_carries_a_file_is_held_for_as_long_as_its_bytes_may_take(office: Office) -> None:
    channel = _Slow()
    ticket, _thread = await opened(office, channel)
    async with office.store.write() as work:
        whole = bytes(100 * SLOWEST)
        file = await work.files.add(
            office.people["asha"], "a", "text/plain", whole, office.clock.now(), width=None, height=None
        )
    carrying = PostMessage(ticket=ticket, kind=REPLY, text=Text.of("Here"), files=(file.id,))
    owed = [one for one in await office.owed_by(carrying, "asha") if one.intent is Intent.MESSAGE]
    flying = asyncio.create_task(settle(dispatcher(office, channel)))
    await channel.begun.wait()
    office.clock.advance(PATIENCE.lease + 99 * SECOND)
    now = office.clock.now()
    async with office.store.write() as work:
        free = await work.outbox.lease(now, owner="two", until=now + MINUTE, limit=100)
    assert not {one.id for one in free} & {one.id for one in owed}
    channel.let_go.set()
    await flying
    assert [one.delivery.id for one in channel.taken if one.carried] == [one.id for one in owed]


async def test_a_call_is_cut_off_later_for_a_file(office: Office) -> None:
    class Slow(ScriptedChannel):
        async def deliver(self, parcel: Parcel) -> Receipt:
            if parcel.delivery.intent is Intent.MESSAGE:
                await asyncio.sleep(0.3)  # longer than a call may take without a file
            return await super().deliver(parcel)

    channel, brief = Slow(), replace(PATIENCE, call=timedelta(seconds=0.1))
    ticket, _thread = await opened(office, ScriptedChannel())
    file = await office.upload("asha")
    async with office.store.write() as work:
        await work.connection.execute(uploads.update().values(size=SLOWEST))
    await office.say(ticket, "asha", "Too slow")
    await settle(dispatcher(office, channel, patience=brief))
    assert Intent.MESSAGE not in [one.delivery.intent for one in channel.taken]
    carrying = PostMessage(ticket=await office.open(), kind=REPLY, text=Text.of("Here"), files=(file.id,))
    await settle(dispatcher(office, ScriptedChannel()))
    await office.do(carrying, "asha")
    await settle(dispatcher(office, channel, patience=brief))
    assert [one for one in channel.taken if one.carried]
