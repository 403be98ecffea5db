"""A desk to speak to."""

from collections.abc import AsyncGenerator

import pytest

from adapters.sql.store import SqlStore
from tests.fakes.front import Front
from tests.fakes.office import Office


@pytest.fixture
async def front(sqlite_url: str) -> AsyncGenerator[Front]:
    office = Office(SqlStore(sqlite_url))
    await office.staff_up()
    yield Front(office)
    await office.store.close()
