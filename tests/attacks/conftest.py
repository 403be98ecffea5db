"""The desk to be attacked: behind its web door, and from within."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.office import Office, opened, staffed
from tests.fakes.web_desk import WebDesk, make_database, running_web_desk


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return asyncio.run(make_database(tmp_path_factory.mktemp("database")))


@pytest.fixture
async def web_desk(tmp_path: Path, empty_database: Path) -> AsyncIterator[WebDesk]:
    async with running_web_desk(tmp_path, empty_database) as running:
        yield running


@pytest.fixture(scope="session")
def staffed_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return asyncio.run(staffed(sqlite_template, tmp_path_factory.mktemp("office") / "staffed.db"))


@pytest.fixture
async def office(staffed_template: Path, tmp_path: Path) -> AsyncGenerator[Office]:
    async with opened(staffed_template, tmp_path / "desk.db") as made:
        yield made
