"""SQLite's driver: one trip to its thread for a statement, and all that SQLAlchemy needs to know of what came of it."""

import sqlite3
from collections.abc import AsyncGenerator, Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.sql import driver
from adapters.sql.database import parse_url


@pytest.fixture
async def engine(empty_sqlite_url: str) -> AsyncGenerator[AsyncEngine]:
    made = driver.create_engine(parse_url(empty_sqlite_url), timeout=1)
    async with made.begin() as connection:
        await connection.execute(text("CREATE TABLE animals (id INTEGER PRIMARY KEY, name TEXT UNIQUE)"))
    yield made
    await made.dispose()


async def test_a_statement_with_its_rows_takes_one_trip() -> None:
    trips: list[Callable[[], object]] = []

    class Counting(driver.Connection):
        async def in_thread(self, work: Callable[[], None]) -> None:
            trips.append(work)
            await super().in_thread(work)

    connection = await Counting(lambda: sqlite3.connect(":memory:", check_same_thread=False))
    cursor = connection.cursor()
    await cursor.execute("SELECT ? AS number UNION ALL SELECT 2", (1,))
    assert cursor.description[0][0] == "number"
    assert await cursor.fetchall() == [(1,), (2,)]
    assert await cursor.fetchall() == []
    await cursor.close()
    await connection.close()
    assert len(trips) == 1


async def test_a_statement_tells_how_many_rows_it_changed(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        added = text("INSERT INTO animals (name) VALUES (:name) RETURNING id")
        assert (await connection.execute(added, {"name": "cat"})).scalar_one() == 1
        await connection.execute(text("INSERT INTO animals (name) VALUES (:name)"), [{"name": "dog"}, {"name": "ox"}])
        changed = await connection.execute(text("UPDATE animals SET name = name || 's' WHERE name <> 'ox'"))
        assert changed.rowcount == 2
        names = await connection.execute(text("SELECT name FROM animals ORDER BY id"))
        assert names.scalars().all() == ["cats", "dogs", "ox"]


async def test_a_refused_statement_is_told_as_the_database_puts_it_and_the_connection_goes_on(
    engine: AsyncEngine,
) -> None:
    add = text("INSERT INTO animals (name) VALUES ('cat')")
    async with engine.connect() as connection:
        await connection.execute(add)
        with pytest.raises(IntegrityError, match="UNIQUE constraint failed"):
            await connection.execute(add)
        assert (await connection.execute(text("SELECT count(*) FROM animals"))).scalar_one() == 1


async def test_a_file_that_is_named_by_a_uri_is_opened_as_one(sqlite_url: str) -> None:
    file = sqlite_url.removeprefix("sqlite:///")
    made = driver.create_engine(parse_url(f"sqlite:///file:{file}?mode=ro&uri=true"), timeout=1)
    async with made.connect() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM people"))).scalar_one() == 0
    await made.dispose()
