"""The log of what endpoints were sent: read, sent again, forgotten, on both databases."""

from datetime import datetime, timedelta

import pytest

from adapters.sql.store import SqlStore
from core.events import TicketClaimed
from core.model.ids import DeliveryId, EventId, TicketId
from core.model.outbox import DeliveryState, Intent, NewDelivery, ToEndpoint, ToSpace
from core.storage import UnitOfWork
from tests.contract.samples import MINUTE, NOW, a_delivery, a_requester_with_a_ticket

CRM, OTHER = ToEndpoint("crm"), ToEndpoint("other")
LATER = NOW + 10 * MINUTE


async def posted(work: UnitOfWork, address: ToEndpoint = CRM, *, at: datetime = NOW) -> DeliveryId:
    ann, ticket = await a_requester_with_a_ticket(work)
    event = TicketClaimed(ticket=ticket.id, assignee=ann.id)
    record = await work.events.append(event, at, ann.id, ticket.door, "")
    new = NewDelivery(address=address, intent=Intent.EVENT, ticket=ticket.id)
    return await work.outbox.add(new, key=f"{ticket.key[-24:]}", event=EventId(record.id), at=at)


async def leased(work: UnitOfWork, now: datetime = NOW) -> list[DeliveryId]:
    found = await work.outbox.lease(now, owner="me", until=now + MINUTE, limit=10)
    return [one.id for one in found]


async def over(work: UnitOfWork, delivery: DeliveryId, state: DeliveryState, at: datetime = NOW) -> None:
    await leased(work, at)
    match state:
        case DeliveryState.DONE:
            assert await work.outbox.done(delivery, "me", receipt=None, at=at, answered=204)
        case DeliveryState.SKIPPED:
            assert await work.outbox.skip(delivery, "me", reason="Not any more.", at=at)
        case _:
            assert await work.outbox.give_up(delivery, "me", state=state, reason="It says no.", at=at, answered=400)


async def test_the_newest_come_first_each_with_its_event_and_its_answer(store: SqlStore) -> None:
    async with store.write() as work:
        first, elsewhere, second, third = [await posted(work, one) for one in (CRM, OTHER, CRM, CRM)]
        await a_delivery(work, ToSpace("crm"))
        await over(work, first, DeliveryState.DONE)
        assert await leased(work) == [second]
        again = NOW + MINUTE
        assert await work.outbox.retry(second, "me", due_at=again, reason="Busy.", uncertain=False, answered=503)
        found = await work.delivery_log.of("crm", limit=10)
        assert [one.delivery.id for one in found] == [third, second, first]
        assert [one.delivery.answered for one in found] == [None, 503, 204]
        assert {(one.kind, one.delivery.address) for one in found} == {("TicketClaimed", CRM)}
        assert [one.delivery.id for one in await work.delivery_log.of("other", limit=10)] == [elsewhere]
        assert len(await work.delivery_log.of("crm", limit=2)) == 2


@pytest.mark.parametrize("state", [DeliveryState.DONE, DeliveryState.SKIPPED, DeliveryState.DEAD])
async def test_what_is_over_is_sent_again_under_its_key_with_its_attempts_counted_anew(
    store: SqlStore, state: DeliveryState
) -> None:
    async with store.write() as work:
        delivery = await posted(work)
        await over(work, delivery, state)
        before = await work.outbox.get(delivery)
        assert await work.delivery_log.replay(delivery, LATER) == "crm"
        assert await leased(work, LATER) == [delivery]
        after = await work.outbox.get(delivery)
    assert before is not None and after is not None
    assert (after.key, after.state, after.attempts, after.uncertain) == (before.key, DeliveryState.PENDING, 1, False)
    assert (after.first_attempt_at, after.reason, after.answered, after.finished_at) == (LATER, None, None, None)


async def test_what_waits_is_no_endpoints_or_is_not_there_is_not_sent_again(store: SqlStore) -> None:
    async with store.write() as work:
        waiting, alert = await posted(work), await a_delivery(work)
        await over(work, alert, DeliveryState.DONE)
        for delivery in (waiting, alert, DeliveryId(999)):
            assert await work.delivery_log.replay(delivery, NOW) is None


async def test_all_since_a_time_are_sent_again_in_their_order_and_of_that_endpoint_alone(store: SqlStore) -> None:
    async with store.write() as work:
        old = await posted(work, at=NOW - timedelta(hours=3))
        made = [await posted(work), await posted(work, OTHER), await posted(work), await posted(work)]
        for delivery in (old, *made[:3]):
            await over(work, delivery, DeliveryState.DONE)
        assert await work.delivery_log.replay_since("crm", NOW - timedelta(hours=2), LATER) == 2
        for delivery in (made[0], made[2], made[3]):
            await over(work, delivery, DeliveryState.DONE, LATER)
        assert await leased(work, LATER) == []


async def test_what_was_over_before_a_time_is_forgotten_and_nothing_else(store: SqlStore) -> None:
    async with store.write() as work:
        old, new, waiting, alert = await posted(work), await posted(work), await posted(work), await a_delivery(work)
        await over(work, old, DeliveryState.DEAD)
        await over(work, new, DeliveryState.DONE, LATER)
        await over(work, alert, DeliveryState.DONE, LATER)
        assert await work.delivery_log.forget(LATER) == 1
        assert [one.delivery.id for one in await work.delivery_log.of("crm", limit=9)] == [waiting, new]
        assert await work.outbox.get(alert) is not None
    async with store.read() as work:
        assert await work.tickets.get(TicketId(1)) is not None
