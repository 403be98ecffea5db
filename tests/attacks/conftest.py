"""The desk behind its web door, to be attacked."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.web_desk import WebDesk, make_database, running_web_desk


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return asyncio.run(make_database(tmp_path_factory.mktemp("database")))


@pytest.fixture
async def web_desk(tmp_path: Path, empty_database: Path) -> AsyncIterator[WebDesk]:
    async with running_web_desk(tmp_path, empty_database) as running:
        yield running
