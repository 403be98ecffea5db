"""An office for the tests of the engine: on SQLite for speed, or on both databases where they might differ."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from adapters.sql.store import SqlStore
from tests.fakes.office import Office, opened, staffed


@pytest.fixture(scope="session")
def staffed_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return asyncio.run(staffed(sqlite_template, tmp_path_factory.mktemp("office") / "staffed.db"))


@pytest.fixture
async def office(staffed_template: Path, tmp_path: Path) -> AsyncGenerator[Office]:
    async with opened(staffed_template, tmp_path / "desk.db") as made:
        yield made


@pytest.fixture
async def any_office(store: SqlStore) -> Office:
    """On SQLite, and on PostgreSQL."""
    made = Office(store)
    await made.staff_up()
    return made
