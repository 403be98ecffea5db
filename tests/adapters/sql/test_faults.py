"""A database that is locked, read-only, full, damaged or gone: a refusal with a reason, nothing half done."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from adapters.sql import schema
from adapters.sql.store import SqlStore
from core.errors import Conflict, Unavailable
from core.model.ids import PersonId
from core.text import Text
from tests.contract.samples import NOW, a_person, a_ticket

SOON = timedelta(milliseconds=20)
NOWHERE = "postgresql://nobody:secret@127.0.0.1:1/desk"


StoreOf = Callable[[str], SqlStore]


@pytest.fixture
async def store_of() -> AsyncGenerator[StoreOf]:
    """Opens a store, which is closed after the test."""
    opened: list[SqlStore] = []

    def open_it(url: str) -> SqlStore:
        opened.append(SqlStore(url, busy_timeout=SOON))
        return opened[-1]

    yield open_it
    for store in opened:
        await store.close()


async def write_one(store: SqlStore) -> None:
    async with store.write() as work:
        await a_person(work)


async def how_many(store: SqlStore) -> int:
    async with store.read() as work:
        return len(await work.people.everybody())


def damage(file: Path) -> None:
    """Everything but the first page is noise."""
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))


@pytest.fixture
async def hasty(sqlite_url: str) -> AsyncGenerator[SqlStore]:
    """A store on SQLite that waits for locks only shortly."""
    store = SqlStore(sqlite_url, busy_timeout=SOON)
    yield store
    await store.close()


async def test_a_writer_is_refused_while_another_process_holds_the_lock_and_readers_are_not(
    hasty: SqlStore, sqlite_file: Path
) -> None:
    with closing(sqlite3.connect(sqlite_file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="the database is busy"):
            await write_one(hasty)
        assert await how_many(hasty) == 0
        other.execute("ROLLBACK")
        await write_one(hasty)
        assert await how_many(hasty) == 1


async def test_readers_are_refused_too_while_another_process_has_the_file_to_itself(
    hasty: SqlStore, sqlite_file: Path
) -> None:
    with closing(sqlite3.connect(sqlite_file, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Unavailable, match="the database is busy"):
            await how_many(hasty)
    assert await how_many(hasty) == 0


async def test_a_file_that_is_read_only_is_read_and_its_writers_are_refused(
    store_of: StoreOf, sqlite_file: Path
) -> None:
    await write_one(store_of(f"sqlite:///{sqlite_file}"))
    read_only = store_of(f"sqlite:///file:{sqlite_file}?mode=ro&uri=true")
    with pytest.raises(Unavailable, match="the database is read-only"):
        await write_one(read_only)
    assert await how_many(read_only) == 1


async def test_a_full_disk_refuses_what_does_not_fit_and_keeps_what_was_there(hasty: SqlStore) -> None:
    async with hasty.write() as work:
        person = await a_person(work)
        pages = (await work.connection.exec_driver_sql("PRAGMA page_count")).scalar_one()
        await work.connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(Unavailable, match="the disk is full"):
        async with hasty.write() as work:
            await work.people.add("Not kept", NOW)
            await work.files.add(person.id, "big", "text/plain", b"x" * 10**6, NOW, width=None, height=None)
    assert await how_many(hasty) == 1
    await write_one(hasty)
    assert await how_many(hasty) == 2


async def test_a_file_that_is_no_database_is_called_damaged(store_of: StoreOf, tmp_path: Path) -> None:
    file = tmp_path / "desk.db"
    file.write_bytes(b"This is no database. " * 500)
    store = store_of(f"sqlite:///{file}")
    for unit in (write_one(store), how_many(store)):
        with pytest.raises(Unavailable, match="the database is damaged"):
            await unit
    for look in (schema.check_version, schema.upgrade):
        with pytest.raises(Unavailable, match="the database is damaged"):
            await look(f"sqlite:///{file}")


async def test_damaged_pages_are_noticed_when_they_are_read(store_of: StoreOf, sqlite_file: Path) -> None:
    store = store_of(f"sqlite:///{sqlite_file}")
    async with store.write() as work:
        person = await a_person(work)
        for _ in range(200):
            await a_ticket(work, person.id, description=Text.of("words " * 100))
    await store.close()
    damage(sqlite_file)
    with pytest.raises(Unavailable, match="the database is damaged"):
        await how_many(store)


async def test_a_folder_that_cannot_be_made_is_named_as_the_reason(store_of: StoreOf, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    url = f"sqlite:///{tmp_path / 'data' / 'desk.db'}"
    store = store_of(url)
    for unit in (write_one(store), how_many(store), schema.upgrade(url)):
        with pytest.raises(Unavailable, match="the database file cannot be opened"):
            await unit


async def test_a_folder_where_the_file_should_be_is_named_as_the_reason(store_of: StoreOf, tmp_path: Path) -> None:
    store = store_of(f"sqlite:///{tmp_path}")
    for unit in (write_one(store), how_many(store)):
        with pytest.raises(Unavailable, match="the database file cannot be opened"):
            await unit


async def test_a_server_that_cannot_be_reached_is_the_reason_and_its_password_is_not_told(
    store_of: StoreOf,
) -> None:
    store = store_of(NOWHERE)
    for unit in (write_one(store), how_many(store), schema.upgrade(NOWHERE), schema.check_version(NOWHERE)):
        with pytest.raises(Unavailable, match="the database cannot be reached") as refusal:
            await unit
        assert "secret" not in str(refusal.value)


async def test_a_server_that_goes_away_in_the_middle_undoes_the_unit_and_the_store_finds_it_again(
    store_of: StoreOf, postgresql_url: str
) -> None:
    store = store_of(postgresql_url)
    for unit in (store.write, store.read):
        with pytest.raises(Unavailable, match="the database cannot be reached"):
            async with unit() as work:
                own = (await work.connection.exec_driver_sql("SELECT pg_backend_pid()")).scalar_one()
                with psycopg.connect(postgresql_url, autocommit=True) as operator:
                    operator.execute("SELECT pg_terminate_backend(%s, 5000)", [own])
                await work.people.everybody()
    await write_one(store)
    assert await how_many(store) == 1


async def test_a_server_that_only_reads_refuses_writers(store_of: StoreOf, postgresql_url: str) -> None:
    mark = "&" if "?" in postgresql_url else "?"
    store = store_of(f"{postgresql_url}{mark}options=-c%20default_transaction_read_only%3Don")
    with pytest.raises(Unavailable, match="the database is read-only"):
        await write_one(store)
    assert await how_many(store) == 0


async def test_of_two_that_wait_for_each_other_one_is_told_that_the_other_was_first(
    store_of: StoreOf, postgresql_url: str
) -> None:
    mark = "&" if "?" in postgresql_url else "?"
    store = store_of(f"{postgresql_url}{mark}options=-c%20deadlock_timeout%3D20ms")
    async with store.write() as work:
        ann, bob = (await a_person(work)).id, (await a_person(work, "Bob")).id
    both_inside = asyncio.Barrier(2)

    async def lock_both(first: PersonId, second: PersonId) -> str:
        try:
            async with store.write() as work:
                await work.people.get(first, lock=True)
                await both_inside.wait()
                await work.people.get(second, lock=True)
        except Conflict:
            return "conflict"
        return "done"

    assert sorted(await asyncio.gather(lock_both(ann, bob), lock_both(bob, ann))) == ["conflict", "done"]


async def test_an_outage_is_told_in_a_sentence_for_people() -> None:
    with pytest.raises(Unavailable) as refusal:
        await schema.check_version(NOWHERE)
    assert refusal.value.sentence() == (
        "The desk cannot save anything right now: the database cannot be reached. "
        "Nothing was changed; please try again in a minute."
    )
