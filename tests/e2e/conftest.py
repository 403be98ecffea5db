"""A demo desk in a process of its own, and browsers before it."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.fakes.browser import chromium
from tests.fakes.process import DeskProcess
from tests.fakes.web_desk import WebDesk, make_database, running_web_desk


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
    those of the README)."""
    folder = Path(os.environ.get("THREADDESK_PICTURES") or tmp_path / "pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
