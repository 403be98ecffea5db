"""A desk to speak to."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.fakes.front import Front
from tests.fakes.office import opened, staffed


@pytest.fixture(scope="session")
def staffed_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return asyncio.run(staffed(sqlite_template, tmp_path_factory.mktemp("office") / "staffed.db"))


@pytest.fixture
async def front(staffed_template: Path, tmp_path: Path) -> AsyncGenerator[Front]:
    async with opened(staffed_template, tmp_path / "desk.db") as office:
        yield Front(office)
