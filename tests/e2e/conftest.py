"""A demo desk in a process of its own, and browsers before it."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from core.model.ids import TicketId
from tests.fakes.browser import chromium
from tests.fakes.process import ROOT, DeskProcess
from tests.fakes.web_desk import WebDesk, make_database, running_web_desk
from tests.fakes.web_thread import Ground


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[DeskProcess]:
    process = DeskProcess(tmp_path)
    await process.start()
    yield process
    await process.stop()


@pytest.fixture
async def near_desk(tmp_path: Path) -> AsyncIterator[WebDesk]:
    """A desk in the test's own process: what reaches it by another door is handed to its engine."""
    async with running_web_desk(tmp_path, await make_database(tmp_path)) as running:
        yield running


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where screenshots go: a folder of the run, or the one that THREADDESK_PICTURES names (docs/pictures, to renew
    those of the README), wherever the test runs."""
    folder = ROOT / (os.environ.get("THREADDESK_PICTURES") or tmp_path / "pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ground(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    folder: Path = tmp_path_factory.mktemp("thread")
    async with running_web_desk(folder, await make_database(folder)) as desk, chromium() as browser:
        yield Ground(desk, browser)


@pytest_asyncio.fixture(loop_scope="module")
async def ticket(ground: Ground) -> AsyncIterator[TicketId]:
    """A ticket of the student's; what showed it is closed at the end."""
    yield await ground.desk.ticket("student")
    for context in ground.browser.contexts:
        await context.close()
