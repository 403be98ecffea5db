"""The desk as its own process, started as an operator starts it or forked, killed as machines die."""

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
from tempfile import TemporaryFile
from typing import Protocol

from yarl import URL

from tests.fakes.nursery import ROOT, nursery
from tests.fakes.patience import SLOWER, patience

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
    folder: Path, *words: str, settings: Mapping[str, str] | None = None, given: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run one command to its end in ``folder``, which has the shipped bot.toml unless it has its own. ``given``: what
    it reads from its standard input."""
    _furnish(folder)
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        cwd=folder,
        env=environment(settings or {}),
        capture_output=True,
        input=given,
        text=True,
        timeout=60 * SLOWER,
        check=False,
    )


def forked(folder: Path, *words: str, settings: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """The same by the nursery."""
    _furnish(folder)
    with TemporaryFile("w+") as out, TemporaryFile("w+") as err:
        pid = nursery().fork([*words], folder, environment(settings or {}), out.fileno(), err.fileno())
        code = nursery().code(pid)
        said = []
        for file in (out, err):
            file.seek(0)
            said.append(file.read())
    return subprocess.CompletedProcess([*words], code, *said)


def _furnish(folder: Path) -> None:
    if not (folder / "bot.toml").exists():
        shutil.copy(ROOT / "bot.toml", folder / "bot.toml")


class DeskProcess:
    """``threaddesk run`` in ``folder``; its database outlives it there. ``forked``: by the nursery; else as an operator
    starts it."""

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None, *, forked: bool = False) -> None:
        _furnish(folder)
        self.folder = folder
        self.log = folder / "desk.log"
        self.url = ""
        # Each test's desk would read in the model, which is 90 MB.
        self.settings = {
            "BOT_WEB__PORT": "0",
            "BOT_SIMILAR__MODEL": "none",
            "BOT_SIMILAR__PATIENCE": "10",
            **(settings or {}),
        }
        self._run = _Forked.run if forked else _Afresh.run
        self._process: _Running | None = None

    async def start(self) -> None:
        """Until it says where it is. Raises AssertionError with its log where it does not start, and leaves none."""
        with self.log.open("ab") as log:
            self._process = await self._run(self.folder, environment(self.settings), log.fileno())
        try:
            async with patience(30):
                self.url = await self._told()
        except BaseException:
            await self.stop()
            raise
        self.settings["BOT_WEB__PORT"] = str(URL(self.url).port)  # where it is found again after a restart

    async def _told(self) -> str:
        while line := await self._process.said.readline():
            if found := _ADDRESS.search(line.decode()):
                return found[1]
        raise AssertionError(f"the desk did not start: {self.log.read_text()}")

    @property
    def pid(self) -> int | None:
        """None while it does not run."""
        return self._process.pid if self._process is not None else None

    async def kill(self) -> None:
        """SIGKILL: nothing is said, nothing is tidied."""
        await self._ended_by(signal.SIGKILL)

    async def terminate(self) -> int:
        """SIGTERM; its exit code."""
        return await self._ended_by(signal.SIGTERM)

    async def stop(self) -> None:
        if self._process is not None:
            await self.kill()

    async def _ended_by(self, number: signal.Signals) -> int:
        process = self._process
        process.send_signal(number)
        await process.said.read()
        self._process = None
        return await process.ended()


class _Running(Protocol):
    """A process of the desk's."""

    pid: int
    said: asyncio.StreamReader
    """Its standard output."""

    def send_signal(self, number: signal.Signals) -> None:
        """Also where it has ended by itself."""

    async def ended(self) -> int:
        """Its exit code, once it has ended; negative for the signal that ended it."""


class _Afresh:
    """As an operator starts it: nothing of it is loaded yet."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.pid = process.pid
        self.said = process.stdout
        self.send_signal = process.send_signal
        self.ended = process.wait

    @classmethod
    async def run(cls, folder: Path, variables: Mapping[str, str], log: int) -> "_Afresh":
        words = (sys.executable, "-m", "bot", "run")
        pipe = asyncio.subprocess.PIPE
        return cls(await asyncio.create_subprocess_exec(*words, cwd=folder, env=variables, stdout=pipe, stderr=log))


class _Forked:
    """By the nursery, which has loaded all of it."""

    def __init__(self, pid: int, said: asyncio.StreamReader, transport: asyncio.ReadTransport) -> None:
        self.pid = pid
        self.said = said
        self._transport = transport

    @classmethod
    async def run(cls, folder: Path, variables: Mapping[str, str], log: int) -> "_Forked":
        ours, theirs = os.pipe()
        try:
            pid = nursery().fork(["run"], folder, variables, theirs, log)
        finally:
            os.close(theirs)
        said = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(said)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, os.fdopen(ours, "rb"))
        return cls(pid, said, transport)

    def send_signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)  # it has its number until it is asked for its code

    async def ended(self) -> int:
        self._transport.close()
        return nursery().code(self.pid)


async def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for another process to bring something about."""
    async with patience(seconds):
        while not condition():  # noqa: ASYNC110 - another process sets no event of ours
            await asyncio.sleep(0.02)
