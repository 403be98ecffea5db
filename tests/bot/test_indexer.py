"""The indexer: in the wake of each commit, one process at a time, losing nothing."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager

import pytest
from sqlalchemy import update

from adapters.sql.store import SqlStore, SqlUnitOfWork
from adapters.sql.tables import tickets
from bot.indexer import Indexer
from bot.unread import Unread
from core.errors import Unavailable
from core.model.ids import TicketId
from core.model.similar import Item, Kind
from core.model.ticket import Ending
from core.ports import Committed
from core.storage import TicketQuery
from core.text import Text, to_json
from tests.contract.samples import NOW, a_person, a_ticket
from tests.contract.test_search import STAFF
from tests.fakes.clock import FakeClock
from tests.fakes.patience import patience


class Letters:
    """Gives each text its length."""

    name = "letters"
    dimensions = 1

    def __init__(self) -> None:
        self.calls: list[int] = []

    def embed(self, texts: Sequence[str]) -> Sequence[bytes]:
        self.calls.append(len(texts))
        return [bytes([len(text) % 100]) for text in texts]


async def some_tickets(store: SqlStore, count: int) -> None:
    async with store.write() as work:
        ann = await a_person(work)
        for number in range(count):
            await a_ticket(work, ann.id, title=f"Zebra {number}")


async def indexed(store: SqlStore) -> int:
    async with store.read() as work:
        waiting = await work.index.waiting()
        if waiting:
            return 0
        return len(await work.tickets.find(TicketQuery(sight=STAFF, words=("zebra",))))


async def until(store: SqlStore, count: int) -> None:
    async with patience(20):
        while await indexed(store) != count:
            pass


async def test_what_was_committed_is_found_soon_and_what_waited_from_before_a_start_too(store: SqlStore) -> None:
    await some_tickets(store, 20)
    indexer = Indexer(store=store, clock=FakeClock(), owner="one")
    indexer.start()
    await until(store, 20)
    await some_tickets(store, 1)
    indexer.committed(Committed(ticket=None, records=(), owes=False))
    assert await indexed(store) == 0
    await indexer.drain()
    await until(store, 21)
    await indexer.stop()


async def test_one_process_indexes_and_another_takes_over_when_it_stops(store: SqlStore, other_store: SqlStore) -> None:
    clock = FakeClock()
    first = Indexer(store=store, clock=clock, owner="one")
    await some_tickets(store, 1)
    first.start()
    await until(store, 1)
    async with other_store.write() as work:
        assert not await work.leases.take("indexer", "two", now=clock.now(), until=clock.now())
    await first.stop()
    await some_tickets(store, 1)
    second = Indexer(store=other_store, clock=clock, owner="two")
    second.start()
    await until(store, 2)
    await second.stop()


async def test_two_at_once_index_everything_once_each(store: SqlStore, other_store: SqlStore) -> None:
    await some_tickets(store, 40)
    done: list[int] = []
    both = [Indexer(store=one, clock=FakeClock(), owner=name) for one, name in ((store, "one"), (other_store, "two"))]
    await asyncio.gather(*(one.drain(done.append) for one in both))
    assert sum(done) == 40
    assert await indexed(store) == 40
    async with store.read() as work:
        numbers = [change.number for change in await work.vectors.changes("m", after=0, limit=99)]
    assert numbers == sorted(set(numbers))


async def test_vectors_come_after_the_words_a_few_at_a_time_and_again_for_another_model(store: SqlStore) -> None:
    await some_tickets(store, 20)
    letters = Letters()
    indexer = Indexer(store=store, clock=FakeClock(), owner="one", embedder=lambda: letters)
    await indexer.drain()
    assert letters.calls == [16, 4]
    async with store.read() as work:
        changes = await work.vectors.changes("letters", after=0, limit=99)
    assert len({change.entry.vector for change in changes if change.entry is not None}) == 2
    assert all(change.entry is not None for change in changes)
    letters.name = "others"
    await indexer.drain()
    assert letters.calls == [16, 4, 16, 4]


async def test_what_cannot_be_read_holds_up_no_other(store: SqlStore) -> None:
    await some_tickets(store, 3)
    async with store.write() as work:
        await work.connection.execute(update(tickets).where(tickets.c.id == 2).values(description={"blocks": 7}))
    await Indexer(store=store, clock=FakeClock(), owner="one").drain()
    async with store.read() as work:
        words = await work.index.words_of([Item(Kind.TICKET, number) for number in (1, 2, 3)])
    assert sorted(item.id for item in words) == [1, 3]


async def test_what_the_model_cannot_take_holds_up_no_other_and_is_not_asked_of_it_again(store: SqlStore) -> None:
    class Choosy(Letters):
        def embed(self, texts: Sequence[str]) -> Sequence[bytes]:
            if any("Zebra 19" in text for text in texts):
                raise ValueError("not this one")
            return super().embed(texts)

    await some_tickets(store, 20)
    choosy = Choosy()
    await Indexer(store=store, clock=FakeClock(), owner="one", embedder=lambda: choosy).drain()
    async with store.read() as work:
        assert await work.vectors.stale("letters", limit=99) == []
        changes = await work.vectors.changes("letters", after=0, limit=99)
        assert await work.index.words_of([Item(Kind.TICKET, 20)])
    assert [change.item.id for change in changes if change.entry is None] == [20]


async def test_a_model_that_fails_altogether_is_asked_again(store: SqlStore) -> None:
    class Broken(Letters):
        def embed(self, texts: Sequence[str]) -> Sequence[bytes]:
            raise ValueError("no memory")

    await some_tickets(store, 2)
    with pytest.raises(ValueError, match="no memory"):
        await Indexer(store=store, clock=FakeClock(), owner="one", embedder=Broken).drain()
    async with store.read() as work:
        assert len(await work.vectors.stale("letters", limit=99)) == 2


async def test_a_database_out_of_reach_is_asked_again(store: SqlStore) -> None:
    away = asyncio.Event()

    class Away(SqlStore):
        def read(self) -> AbstractAsyncContextManager[SqlUnitOfWork]:
            if not away.is_set():
                away.set()
                raise Unavailable(why="it is away")
            return store.read()

        def write(self) -> AbstractAsyncContextManager[SqlUnitOfWork]:
            return store.write()

    await some_tickets(store, 1)
    indexer = Indexer(store=Away("sqlite:///unused.db"), clock=FakeClock(), owner="one")
    indexer.start()
    async with patience(20):
        await away.wait()
        await until(store, 1)
    await indexer.stop()


class Noted:
    """Keeps what stands, and counts what was told."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self.told = 0

    async def report(self, key: str, sentence: str) -> None:
        async with self._store.write() as work:
            self.told += await work.troubles.report(key, sentence, NOW)

    async def mended(self, key: str) -> None:
        async with self._store.write() as work:
            await work.troubles.mend(key)

    async def standing(self) -> dict[str, str]:
        async with self._store.read() as work:
            return {trouble.key: trouble.sentence for trouble in await work.troubles.all()}


async def described(store: SqlStore, ticket: int, description: Mapping[str, object]) -> None:
    async with store.write() as work:
        await work.connection.execute(
            update(tickets).where(tickets.c.id == ticket).values(description=dict(description))
        )
        await work.index.mark([Item(Kind.TICKET, ticket)])


async def test_what_cannot_be_read_is_a_trouble_until_it_can_be_whichever_process_reads_it(store: SqlStore) -> None:
    await some_tickets(store, 2)
    await described(store, 2, {"secret": 7})
    noted = Noted(store)

    async def drained() -> None:
        unread = Unread(store, noted)
        await Indexer(store=store, clock=FakeClock(), owner="one", unread=unread).drain()

    await drained()
    [sentence] = (await noted.standing()).values()
    assert sentence.startswith("T-2 cannot be read for search (ValueError): ")
    assert "secret" not in sentence
    await described(store, 2, {"secret": 7})
    await drained()
    assert noted.told == 1
    await described(store, 2, to_json(Text.of("Mended")))
    await drained()
    assert await noted.standing() == {}


async def test_what_the_model_cannot_take_is_a_trouble_until_its_words_change_or_are_gone(store: SqlStore) -> None:
    class Choosy(Letters):
        def embed(self, texts: Sequence[str]) -> Sequence[bytes]:
            if any("Zebra" in text for text in texts):
                raise ValueError(texts)
            return super().embed(texts)

    async def titled(ticket: int, title: str) -> None:
        async with store.write() as work:
            await work.connection.execute(update(tickets).where(tickets.c.id == ticket).values(title=title))
            await work.index.mark([Item(Kind.TICKET, ticket)])

    await some_tickets(store, 2)
    noted, choosy = Noted(store), Choosy()
    unread = Unread(store, noted)
    indexer = Indexer(store=store, clock=FakeClock(), owner="one", embedder=lambda: choosy, unread=unread)
    await indexer.drain()
    standing = sorted((await noted.standing()).values())
    assert [words.partition(":")[0] for words in standing] == [
        "The model of meaning cannot take T-1 (ValueError)",
        "The model of meaning cannot take T-2 (ValueError)",
    ]
    await titled(1, "Lion")
    await indexer.drain()
    assert list(await noted.standing()) == ["unread:meaning:ticket:2"]
    async with store.write() as work:
        ticket = await work.tickets.get(TicketId(2))
        assert ticket is not None
        await work.tickets.save(ticket.close(Ending.WITHDRAWN, NOW))
    await indexer.drain()
    assert await noted.standing() == {}


async def test_of_many_that_cannot_be_read_ten_are_told_and_that_there_are_more(store: SqlStore) -> None:
    await some_tickets(store, 20)
    for number in range(1, 21):
        await described(store, number, {})
    noted = Noted(store)
    indexer = Indexer(store=store, clock=FakeClock(), owner="one", unread=Unread(store, noted))
    await indexer.drain()
    assert len(await noted.standing()) == noted.told == 11
    for number in range(1, 21):
        await described(store, number, to_json(Text.of("Mended")))
    await indexer.drain()
    assert await noted.standing() == {}


async def test_a_model_that_fails_altogether_is_a_trouble_told_once_and_over_when_it_works(store: SqlStore) -> None:
    class Broken(Letters):
        works = False

        def embed(self, texts: Sequence[str]) -> Sequence[bytes]:
            if not self.works:
                raise ValueError("no memory")
            return super().embed(texts)

    await some_tickets(store, 2)
    noted, broken = Noted(store), Broken()
    indexer = Indexer(store=store, clock=FakeClock(), owner="one", embedder=lambda: broken, unread=Unread(store, noted))
    for _ in range(2):
        assert not await indexer._look()
    [sentence] = (await noted.standing()).values()
    assert sentence.startswith("Search and similarity do not follow what is written (ValueError).")
    assert noted.told == 1
    broken.works = True
    assert not await indexer._look()
    assert await indexer._look()
    assert await noted.standing() == {}
