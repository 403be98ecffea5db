"""An office for the tests of the engine: on SQLite for speed, or on both databases where they might differ."""

from collections.abc import AsyncGenerator

import pytest

from adapters.sql.store import SqlStore
from tests.fakes.office import Office


@pytest.fixture
async def office(sqlite_url: str) -> AsyncGenerator[Office]:
    store = SqlStore(sqlite_url)
    made = Office(store)
    await made.staff_up()
    yield made
    await store.close()


@pytest.fixture
async def any_office(store: SqlStore) -> Office:
    """On SQLite, and on PostgreSQL."""
    made = Office(store)
    await made.staff_up()
    return made
