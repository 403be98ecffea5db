"""What the tests of the Slack door stand on."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.model.thread import Audience, Thread
from core.model.ticket import Ticket
from tests.adapters.slack.outbound import Scene, scene
from tests.adapters.slack.stage import Stage, staged
from tests.fakes.office import staffed


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
    """Sam's own."""
    return await desk.thread(ticket)


@pytest.fixture
async def staff(desk: Scene, ticket: Ticket) -> Thread:
    """The staff's, in triage."""
    return await desk.thread(ticket, Audience.STAFF)


@pytest.fixture
async def stage(staffed_template: Path, tmp_path: Path) -> AsyncIterator[Stage]:
    """The way in alone, with nobody hearing yet."""
    async with staged(staffed_template, tmp_path / "desk.db") as made:
        yield made
