"""What the desk's processes remember for each other: leases, marks and troubles."""

import asyncio
from datetime import timedelta

from adapters.sql.store import SqlStore
from core.model.outbox import Trouble
from tests.contract.samples import MINUTE, NOW

UNTIL = NOW + MINUTE
ALMOST = UNTIL - timedelta(microseconds=1)


async def take(store: SqlStore, owner: str, *, name: str = "discord", at: timedelta = timedelta()) -> bool:
    async with store.write() as work:
        return await work.leases.take(name, owner, now=NOW + at, until=UNTIL + at)


async def test_a_lease_is_its_holders_alone_until_it_runs_out(store: SqlStore, other_store: SqlStore) -> None:
    assert await take(store, "one")
    assert not await take(other_store, "two")
    assert await take(other_store, "two", name="slack")
    assert not await take(other_store, "two", at=ALMOST - NOW)
    assert await take(other_store, "two", at=MINUTE)
    assert not await take(store, "one", at=MINUTE)


async def test_a_lease_that_its_holder_takes_again_lasts_longer(store: SqlStore, other_store: SqlStore) -> None:
    assert await take(store, "one")
    assert await take(store, "one", at=MINUTE / 2)
    assert not await take(other_store, "two", at=MINUTE)
    assert await take(other_store, "two", at=MINUTE * 3 / 2)


async def test_a_lease_that_is_given_up_is_free_and_only_its_holder_gives_it_up(
    store: SqlStore, other_store: SqlStore
) -> None:
    assert await take(store, "one")
    async with other_store.write() as work:
        await work.leases.release("discord", "two")
    assert not await take(other_store, "two")
    async with store.write() as work:
        await work.leases.release("discord", "one")
        await work.leases.release("nothing", "one")
    assert await take(other_store, "two")


async def test_of_many_that_want_a_lease_at_once_one_has_it_whether_it_is_new_or_has_run_out(
    store: SqlStore, other_store: SqlStore
) -> None:
    for round_ in range(2):
        wanting = [(store, "one"), (other_store, "two"), (store, "three"), (other_store, "four")]
        at = round_ * MINUTE
        assert sum(await asyncio.gather(*(take(where, owner, at=at) for where, owner in wanting))) == 1


async def test_a_taker_waits_for_one_whose_transaction_is_under_way_and_then_finds_it_held(
    postgresql_url: str,
) -> None:
    one, other = SqlStore(postgresql_url), SqlStore(postgresql_url)
    async with one.write() as work:
        assert await work.leases.take("discord", "one", now=NOW, until=UNTIL)
        late = asyncio.create_task(take(other, "two"))
        await asyncio.sleep(0.01)
        assert not late.done()
    assert not await late
    await one.close()
    await other.close()


async def test_a_lease_is_not_taken_by_a_transaction_that_fails(store: SqlStore, other_store: SqlStore) -> None:
    try:
        async with store.write() as work:
            assert await work.leases.take("discord", "one", now=NOW, until=UNTIL)
            raise RuntimeError
    except RuntimeError:
        assert await take(other_store, "two")


async def test_a_mark_says_what_was_put_last(store: SqlStore) -> None:
    async with store.write() as work:
        assert await work.marks.get("commands") is None
        await work.marks.put("commands", "one")
        await work.marks.put("other", "x")
        await work.marks.put("commands", "two “2”")
    async with store.read() as work:
        assert await work.marks.get("commands") == "two “2”"
        assert await work.marks.get("other") == "x"


async def test_a_trouble_is_new_once_and_counted_with_its_latest_words_until_it_is_mended(store: SqlStore) -> None:
    async with store.write() as work:
        assert await work.troubles.report("discord:permission:1", "The bot may not write.", NOW)
        assert not await work.troubles.report("discord:permission:1", "It may not write in #it.", NOW + MINUTE)
        trouble = Trouble(
            key="discord:permission:1",
            sentence="It may not write in #it.",
            since=NOW,
            seen_at=NOW + MINUTE,
            count=2,
        )
        assert await work.troubles.get("discord:permission:1") == trouble
        assert await work.troubles.get("discord") is None
        assert await work.troubles.mend("discord:permission:1")
        assert not await work.troubles.mend("discord:permission:1")
        assert await work.troubles.get("discord:permission:1") is None
        assert await work.troubles.report("discord:permission:1", "Again.", NOW)


async def test_troubles_are_read_the_oldest_first(store: SqlStore) -> None:
    async with store.write() as work:
        assert await work.troubles.all() == []
        for key, minutes in (("b", 2), ("c", 1), ("a", 2)):
            await work.troubles.report(key, "It is in the way.", NOW + minutes * MINUTE)
        await work.troubles.report("c", "It still is.", NOW + 9 * MINUTE)
    async with store.read() as work:
        assert [trouble.key for trouble in await work.troubles.all()] == ["c", "a", "b"]


async def test_of_many_reports_at_once_one_is_new_and_all_are_counted(store: SqlStore, other_store: SqlStore) -> None:
    async def report(where: SqlStore) -> bool:
        async with where.write() as work:
            return await work.troubles.report("discord", "It is in the way.", NOW)

    assert sum(await asyncio.gather(*(report(where) for where in (store, other_store) * 4))) == 1
    async with store.read() as work:
        [trouble] = await work.troubles.all()
    assert trouble.count == 8
