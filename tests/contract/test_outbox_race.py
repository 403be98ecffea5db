"""Two processes at one outbox: never the same delivery, never two of one lane, and none left behind."""

import asyncio
from collections import Counter
from datetime import timedelta

from adapters.sql.store import SqlStore
from core.model.ids import DeliveryId
from core.model.outbox import DeliveryState, ToSpace
from tests.contract.samples import MINUTE, NOW, a_delivery

LANES, EACH = 5, 4


async def test_processes_that_lease_at_once_never_hold_two_of_one_lane_and_deliver_all_in_order(
    store: SqlStore, other_store: SqlStore
) -> None:
    async with store.write() as work:
        for number in range(LANES * EACH):
            await a_delivery(work, ToSpace(str(number % LANES)))
    in_flight: Counter[str] = Counter()
    delivered: dict[str, list[DeliveryId]] = {}
    left = LANES * EACH

    async def process(where: SqlStore, owner: str) -> None:
        nonlocal left
        while left:
            async with where.write() as work:
                leased = await work.outbox.lease(NOW, owner=owner, until=NOW + MINUTE, limit=3)
            in_flight.update(one.address.lane for one in leased)
            assert max(in_flight.values(), default=0) <= 1
            await asyncio.sleep(0)
            for one in leased:
                delivered.setdefault(one.address.lane, []).append(one.id)
                in_flight[one.address.lane] -= 1
                async with where.write() as work:
                    assert await work.outbox.done(one.id, owner, receipt=None, at=NOW)
                left -= 1

    stores = (store, other_store, store, other_store)
    await asyncio.gather(*(process(where, f"process {n}") for n, where in enumerate(stores)))
    assert {lane: len(ids) for lane, ids in delivered.items()} == {f"space:{n}": EACH for n in range(LANES)}
    assert all(ids == sorted(ids) for ids in delivered.values())


async def test_a_lease_does_not_wait_for_another_that_is_still_under_way(postgresql_url: str) -> None:
    one, other = SqlStore(postgresql_url), SqlStore(postgresql_url)
    async with one.write() as work:
        first = await a_delivery(work, ToSpace("a"))
        await a_delivery(work, ToSpace("a"))
        third = await a_delivery(work, ToSpace("b"))
    async with one.write() as work, other.write() as beside:
        [held] = await work.outbox.lease(NOW, owner="1", until=NOW + MINUTE, limit=1)
        [theirs] = await beside.outbox.lease(NOW, owner="2", until=NOW + MINUTE, limit=9)
        assert (held.id, theirs.id) == (first, third)
    await one.close()
    await other.close()


async def test_a_lane_is_asked_again_after_its_lock_so_that_a_stale_view_gives_no_second_of_it(
    postgresql_url: str,
) -> None:
    """While one looks, the older one is dead; by the time it has its rows, another revived the older and holds it."""
    one, other = SqlStore(postgresql_url), SqlStore(postgresql_url)
    async with one.write() as work:
        old, newer = await a_delivery(work), await a_delivery(work)
        await work.outbox.lease(NOW, owner="1", until=NOW + MINUTE, limit=1)
        await work.outbox.give_up(old, "1", state=DeliveryState.DEAD, reason="x", at=NOW)
    async with one.write() as work, other.write() as beside:
        await beside.outbox.revive(old, NOW)
        [held] = await beside.outbox.lease(NOW, owner="2", until=NOW + MINUTE, limit=1)
        assert held.id == old
        assert await work.outbox.lease(NOW, owner="1", until=NOW + MINUTE, limit=9) == []
    async with one.read() as work:
        found = await work.outbox.get(newer)
        assert found is not None
        assert found.attempts == 0
    await one.close()
    await other.close()


async def test_a_pace_slot_that_two_want_at_once_goes_to_one(store: SqlStore, other_store: SqlStore) -> None:
    async def take(where: SqlStore) -> bool:
        async with where.write() as work:
            return await work.outbox.take_slot("gchat:leads", timedelta(seconds=1), NOW) is None

    stores = (store, other_store) * 4
    assert sum(await asyncio.gather(*(take(where) for where in stores))) == 1
