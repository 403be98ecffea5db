"""The desk as its own process, started as an operator starts it, killed as machines die."""

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from yarl import URL

from tests.fakes.patience import SLOWER, patience

ROOT = Path(__file__).resolve().parents[2]
_ADDRESS = re.compile(r"open at (http://\S+)")


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """A process's environment: the machine's without any BOT_ variable, and ``settings``."""
    own = {name: value for name, value in os.environ.items() if not name.upper().startswith("BOT_")}
    return {**own, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "default", **settings}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def threaddesk(
    folder: Path, *words: str, settings: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run one command to its end in ``folder``, which has the shipped bot.toml unless it has its own."""
    _furnish(folder)
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        cwd=folder,
        env=environment(settings or {}),
        capture_output=True,
        text=True,
        timeout=60 * SLOWER,
        check=False,
    )


def _furnish(folder: Path) -> None:
    if not (folder / "bot.toml").exists():
        shutil.copy(ROOT / "bot.toml", folder / "bot.toml")


class DeskProcess:
    """``threaddesk run`` in ``folder``; its database outlives it there."""

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        _furnish(folder)
        self.folder = folder
        self.log = folder / "desk.log"
        self.url = ""
        self.settings = {"BOT_WEB__PORT": "0", **(settings or {})}
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Until it says where it is. Raises AssertionError with its log where it does not start, and leaves none."""
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot",
                "run",
                cwd=self.folder,
                env=environment(self.settings),
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        try:
            async with patience(30):
                self.url = await self._told()
        except BaseException:
            await self.stop()
            raise
        self.settings["BOT_WEB__PORT"] = str(URL(self.url).port)  # where it is found again after a restart

    async def _told(self) -> str:
        while line := await self._process.stdout.readline():
            if found := _ADDRESS.search(line.decode()):
                return found[1]
        raise AssertionError(f"the desk did not start: {self.log.read_text()}")

    @property
    def pid(self) -> int:
        return self._process.pid

    async def kill(self) -> None:
        """SIGKILL: nothing is said, nothing is tidied."""
        self._process.send_signal(signal.SIGKILL)
        await self._ended()

    async def terminate(self) -> int:
        """SIGTERM; its exit code."""
        self._process.send_signal(signal.SIGTERM)
        return await self._ended()

    async def stop(self) -> None:
        if self._process is not None and self._process.returncode is None:
            await self.kill()

    async def _ended(self) -> int:
        await self._process.stdout.read()
        return await self._process.wait()


async def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for another process to bring something about."""
    async with patience(seconds):
        while not condition():  # noqa: ASYNC110 - another process sets no event of ours
            await asyncio.sleep(0.02)
