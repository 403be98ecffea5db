"""Units of work: all or nothing, one view, and who was first."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy.exc import DBAPIError

from adapters.sql.store import SqlStore
from core.errors import Conflict
from core.model.people import Person
from tests.contract.samples import NOW, a_person, a_requester_with_a_ticket, a_ticket, reread


async def test_what_a_unit_wrote_is_there_for_the_next(store: SqlStore) -> None:
    async with store.write() as work:
        person = await a_person(work)
    async with store.read() as work:
        assert await work.people.get(person.id) == person


async def test_an_exception_rolls_everything_back(store: SqlStore) -> None:
    with pytest.raises(RuntimeError, match="half way"):
        async with store.write() as work:
            person, ticket = await a_requester_with_a_ticket(work)
            raise RuntimeError("half way")
    async with store.read() as work:
        assert await work.people.get(person.id) is None
        assert await work.tickets.get(ticket.id) is None


async def test_a_number_is_never_given_twice_to_tickets_of_finished_units(store: SqlStore) -> None:
    async with store.write() as work:
        person = await a_person(work)
        first = await a_ticket(work, person.id)
    async with store.write() as work:
        assert (await a_ticket(work, person.id)).id == first.id + 1


async def test_a_reading_unit_sees_one_moment_while_others_write(store: SqlStore) -> None:
    async with store.read() as reading:
        assert await reading.people.everybody() == []
        async with store.write() as work:
            await a_person(work)
        assert await reading.people.everybody() == []
    async with store.read() as reading:
        assert len(await reading.people.everybody()) == 1


async def test_a_reading_unit_cannot_write_and_it_counts_as_a_fault_of_the_code(store: SqlStore) -> None:
    with pytest.raises(DBAPIError):
        async with store.read() as work:
            await a_person(work)
    async with store.read() as work:
        assert await work.people.everybody() == []


async def test_a_ticket_saved_from_a_stale_version_is_refused_and_keeps_what_was_first(store: SqlStore) -> None:
    async with store.write() as work:
        _, ticket = await a_requester_with_a_ticket(work)
    async with store.write() as work:
        await work.tickets.save(replace(ticket, title="First"))
    with pytest.raises(Conflict):
        async with store.write() as work:
            await work.people.add("Nobody", NOW)
            await work.tickets.save(replace(ticket, title="Second"))
    async with store.read() as work:
        kept = await reread(work, ticket.id)
        assert (kept.title, kept.version) == ("First", ticket.version + 1)
        assert await work.people.by_name("Nobody") == []


async def test_of_two_that_change_one_ticket_at_once_exactly_one_wins(store: SqlStore, other_store: SqlStore) -> None:
    async with store.write() as work:
        _, ticket = await a_requester_with_a_ticket(work)

    async def change(where: SqlStore, title: str) -> str | None:
        try:
            async with where.write() as work:
                await work.tickets.save(replace(await reread(work, ticket.id), version=0, title=title))
        except Conflict:
            return None
        return title

    won = [title for title in await asyncio.gather(change(store, "a"), change(other_store, "b")) if title]
    async with store.read() as work:
        assert [(await reread(work, ticket.id)).title] == won


async def test_fifty_writers_at_once_all_get_their_turn(store: SqlStore) -> None:
    async def one(number: int) -> Person:
        async with store.write() as work:
            return await a_person(work, f"Person {number}")

    made = await asyncio.gather(*(one(number) for number in range(50)))
    assert len({person.id for person in made}) == 50


async def test_writers_of_one_process_are_served_in_the_order_in_which_they_came(sqlite_url: str) -> None:
    store = SqlStore(sqlite_url)
    served: list[int] = []

    async def one(number: int) -> None:
        async with store.write() as work:
            await a_person(work)
            served.append(number)

    await asyncio.gather(*(one(number) for number in range(20)))
    await store.close()
    assert served == list(range(20))


async def test_two_commands_of_one_person_follow_each_other_under_the_lock(
    store: SqlStore, other_store: SqlStore
) -> None:
    async with store.write() as work:
        person = await a_person(work)

    async def open_one_if_none(where: SqlStore) -> None:
        async with where.write() as work:
            await work.people.get(person.id, lock=True)
            if await work.tickets.count_open_by(person.id) == 0:
                await a_ticket(work, person.id)

    await asyncio.gather(*(open_one_if_none(where) for where in (store, other_store, store, other_store)))
    async with store.read() as work:
        assert await work.tickets.count_open_by(person.id) == 1


async def test_a_cancelled_unit_leaves_nothing_and_holds_up_nobody(store: SqlStore) -> None:
    inside = asyncio.Event()

    async def never_ends() -> None:
        async with store.write() as work:
            await a_person(work)
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(never_ends())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with store.write() as work:
        assert await work.people.everybody() == []
        await a_person(work)


async def test_units_cancelled_in_the_middle_of_a_statement_leave_the_store_working(store: SqlStore) -> None:
    async def work_on() -> None:
        async with store.write() as work:
            for _ in range(100):
                await a_person(work)

    for pause in range(1, 12):
        task = asyncio.create_task(work_on())
        for _ in range(pause * 3):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    async with store.write() as work:
        assert await work.people.everybody() == []


async def test_a_store_that_was_closed_opens_again_when_it_is_used(store: SqlStore) -> None:
    async with store.write() as work:
        await a_person(work)
    await store.close()
    async with store.read() as work:
        assert len(await work.people.everybody()) == 1
