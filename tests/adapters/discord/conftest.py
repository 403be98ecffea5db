"""What the tests of the way in share (``hall``), and those of the way out (``desk``, with a ticket and its thread)."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path

import pytest

from adapters.sql.store import SqlStore
from core.model.thread import Thread
from core.model.ticket import Ticket
from core.ports import Roster
from tests.adapters.discord.hall import Hall
from tests.adapters.discord.outbound import Scene, scene
from tests.fakes.discord_server import DiscordServer
from tests.fakes.office import Office, staffed


@pytest.fixture
async def hall(sqlite_url: str) -> AsyncGenerator[Hall]:
    office = Office(SqlStore(sqlite_url))
    await office.staff_up()
    async with DiscordServer() as server:
        made = Hall(office, server)
        await made.know(made.sam, "sam")
        await made.know(made.asha, "asha")
        await made.know(made.kim, "kim")
        yield made
        await made.leave()
        assert server.violations == []
    await office.store.close()


@pytest.fixture(scope="session")
def staffed_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return asyncio.run(staffed(sqlite_template, tmp_path_factory.mktemp("office") / "staffed.db"))


@pytest.fixture
async def desk(staffed_template: Path, tmp_path: Path) -> AsyncIterator[Scene]:
    async with scene(staffed_template, tmp_path / "desk.db") as made:
        yield made


@pytest.fixture
async def ticket(desk: Scene) -> Ticket:
    return await desk.ticket()


@pytest.fixture
async def thread(desk: Scene, ticket: Ticket) -> Thread:
    return await desk.thread(ticket, roster=Roster(present=(str(desk.sam.id),)))
