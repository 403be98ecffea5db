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
from tests.fakes.web_desk import WebDesk, running_web_desk
from tests.fakes.web_thread import Ground


@pytest_asyncio.fixture(loop_scope="module")
async def desk(tmp_path: Path) -> AsyncIterator[DeskProcess]:
    process = DeskProcess(tmp_path, forked=True)
    await process.start()
    yield process
    await process.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def near_desk(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[WebDesk]:
    """A desk in the test's own process: what reaches it by another door is handed to its engine."""
    async with running_web_desk(tmp_path, sqlite_template) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def started_browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


@pytest_asyncio.fixture(loop_scope="module")
async def browser(started_browser: Browser) -> AsyncIterator[Browser]:
    """One for all tests of a file; nothing of what a test did in it is there in the next."""
    yield started_browser
    for context in started_browser.contexts:
        await context.close()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where screenshots go: a folder of the run, or the one that THREADDESK_PICTURES names (docs/pictures, to renew
    those of the README), wherever the test runs."""
    folder = ROOT / (os.environ.get("THREADDESK_PICTURES") or tmp_path / "pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ground(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> AsyncIterator[Ground]:
    folder = tmp_path_factory.mktemp("thread")
    async with running_web_desk(folder, sqlite_template) as desk, chromium() as browser:
        yield Ground(desk, browser)


@pytest_asyncio.fixture(loop_scope="module")
async def ticket(ground: Ground) -> AsyncIterator[TicketId]:
    """A ticket of the student's; what showed it is closed at the end."""
    yield await ground.desk.ticket("student")
    for context in ground.browser.contexts:
        await context.close()
