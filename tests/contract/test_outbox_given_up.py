"""Deliveries that were given up, revived or abandoned, and those that struggle."""

import pytest

from adapters.sql.store import SqlStore
from core.model.ids import DeliveryId
from core.model.outbox import DeliveryState, ToSpace
from tests.contract.leasing import ME, A, B, give_up, lease, leased_ids
from tests.contract.samples import MINUTE, NOW, a_delivery, state_of


async def test_a_dead_one_steps_aside_and_a_parked_one_holds_its_lane(store: SqlStore) -> None:
    async with store.write() as work:
        a1, a2, b1, b2 = [await a_delivery(work, lane) for lane in (A, A, B, B)]
        assert await leased_ids(work) == [a1, b1]
        await give_up(work, a1)
        await give_up(work, b1, DeliveryState.PARKED)
        assert await leased_ids(work) == [a2]
        assert [one.id for one in await work.outbox.given_up()] == [b1, a1]
        assert [one.id for one in await work.outbox.given_up(limit=1)] == [b1]
        assert (await work.outbox.given_up())[0].reason == "gone"
        assert await state_of(work, b2) is DeliveryState.PENDING


@pytest.mark.parametrize("state", [DeliveryState.DEAD, DeliveryState.PARKED])
async def test_one_that_was_given_up_is_revived_due_now_and_counted_anew(store: SqlStore, state: DeliveryState) -> None:
    async with store.write() as work:
        first, second = await a_delivery(work), await a_delivery(work)
        await lease(work)
        assert not await work.outbox.revive(first, NOW)
        await give_up(work, first, state)
        assert await work.outbox.revive(first, NOW + MINUTE)
        assert not await work.outbox.revive(first, NOW + MINUTE)
        assert not await work.outbox.revive(DeliveryId(4711), NOW)
        [again] = await lease(work, NOW + MINUTE)
        assert (again.id, again.attempts, again.due_at) == (first, 1, NOW + MINUTE)
        assert again.uncertain  # the call that it was given up after may have happened
        assert again.first_attempt_at == NOW
        assert await work.outbox.given_up() == []
        assert await state_of(work, second) is DeliveryState.PENDING


async def test_one_revived_while_a_newer_one_of_its_lane_is_on_its_way_waits_for_that(store: SqlStore) -> None:
    async with store.write() as work:
        old, newer = await a_delivery(work), await a_delivery(work)
        await lease(work)
        await give_up(work, old)
        assert await leased_ids(work) == [newer]
        await work.outbox.revive(old, NOW)
        assert await leased_ids(work) == []
        assert await work.outbox.next_due() == NOW + MINUTE
        await work.outbox.done(newer, ME, receipt=None, at=NOW)
        assert await leased_ids(work) == [old]


async def test_the_newer_ones_expired_lease_gives_way_to_the_revived_one(store: SqlStore) -> None:
    async with store.write() as work:
        old, newer = await a_delivery(work), await a_delivery(work)
        await lease(work)
        await give_up(work, old)
        await lease(work)
        await work.outbox.revive(old, NOW)
        assert await leased_ids(work, NOW + MINUTE) == [old]
        assert await work.outbox.next_due() == NOW + 2 * MINUTE
        await work.outbox.done(old, ME, receipt=None, at=NOW)
        [last] = await lease(work, NOW + 2 * MINUTE)
        assert (last.id, last.uncertain) == (newer, True)


async def test_what_is_unfinished_in_a_lane_is_abandoned_whoever_holds_it(store: SqlStore) -> None:
    async with store.write() as work:
        done, dead, held, waiting, other_lane = [await a_delivery(work, lane) for lane in (A, A, A, A, B)]
        await lease(work, limit=1)
        await work.outbox.done(done, ME, receipt=None, at=NOW)
        await lease(work, limit=1)
        await give_up(work, dead)
        await lease(work)
        assert await work.outbox.abandon(A.lane, reason="the thread is gone", at=NOW + MINUTE) == 2
        assert await work.outbox.abandon(A.lane, reason="the thread is gone", at=NOW + MINUTE) == 0
        states = [await state_of(work, one) for one in (done, dead, held, waiting, other_lane)]
        skipped = DeliveryState.SKIPPED
        assert states == [DeliveryState.DONE, DeliveryState.DEAD, skipped, skipped, DeliveryState.PENDING]
        found = await work.outbox.get(held)
        assert found is not None
        assert found.reason == "the thread is gone"
        assert not await work.outbox.done(held, ME, receipt="x", at=NOW)


async def test_a_parked_one_is_abandoned_with_the_lane_that_it_holds(store: SqlStore) -> None:
    async with store.write() as work:
        parked, behind = await a_delivery(work), await a_delivery(work)
        await lease(work)
        await give_up(work, parked, DeliveryState.PARKED)
        assert await work.outbox.abandon("space:leads", reason="gone", at=NOW) == 2
        assert await work.outbox.given_up() == []
        assert await state_of(work, behind) is DeliveryState.SKIPPED


async def test_those_that_struggle_have_failed_before_and_are_tried_again(store: SqlStore) -> None:
    async with store.write() as work:
        made = [await a_delivery(work, ToSpace(str(n))) for n in range(7)]
        untried, first_time, refused, orphan, dead, revived, postponed = made
        leased = {one.id: one for one in await lease(work)}
        assert await work.outbox.struggling() == []
        await work.outbox.postpone(leased[untried], ME, due_at=NOW + 9 * MINUTE)
        await work.outbox.postpone(leased[postponed], ME, due_at=NOW + 9 * MINUTE)
        await work.outbox.retry(refused, ME, due_at=NOW + 9 * MINUTE, reason="429", uncertain=False)
        await give_up(work, dead)
        await give_up(work, revived)
        await work.outbox.revive(revived, NOW + 2 * MINUTE)
        await work.outbox.done(first_time, ME, receipt=None, at=NOW)
        assert [one.id for one in await lease(work, NOW + MINUTE)] == [orphan]
        assert [(one.id, one.reason) for one in await work.outbox.struggling()] == [
            (refused, "429"),
            (orphan, None),
        ]
        assert [one.id for one in await work.outbox.struggling(limit=1)] == [refused]
        await lease(work, NOW + 2 * MINUTE)
        assert [one.id for one in await work.outbox.struggling()] == [refused, orphan, revived]
