"""How much memory a large file takes on its way in, out, and on to a platform, and how long, beside one of a megabyte.

    python -m bench.files [MEGABYTES]

Each in a process of its own, so that one's peak is not the other's: the desk that is uploaded to by HTTP is not who
uploads, and what takes the files in place of Discord and Slack (``bench/sink.py``) is another process too. A ratio near
1 says that memory does not grow with the file. Wanted: under 1.2.
"""

import asyncio
import resource
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import aiohttp

from adapters.discord.api.rest import Rest, Upload
from adapters.discord.config import DiscordConfig
from adapters.files.inspector import Inspector
from adapters.slack.api.client import Slack
from adapters.slack.config import SlackConfig
from adapters.sql import schema
from adapters.sql.store import SqlStore
from bench.start import answered
from bot.clock import SystemClock
from bot.keeping import Keeping
from core.commands import Actor
from core.model.people import Platform
from core.model.thread import File
from tests.fakes.process import DeskProcess, free_port

_MEGABYTE = 1024 * 1024
_WHO = {"username": "Ann", "email": "ann@example.com", "password": "correct horse battery"}

Send = Callable[[SqlStore, File, str], Awaitable[None]]


async def _pieces(megabytes: int) -> AsyncGenerator[bytes]:
    for number in range(megabytes * 16):
        yield number.to_bytes(4, "big") * 16_384


async def _kept(store: SqlStore, megabytes: int) -> File:
    clock = SystemClock()
    async with store.write() as work:
        person = await work.people.add("Ann", clock.now())
    keeping = Keeping(store, clock, Inspector(200 * _MEGABYTE, 40))
    return await keeping.keep("data.bin", _pieces(megabytes), Actor(person=person.id, door=Platform.WEB))


async def _carry(megabytes: int, folder: Path, in_folder: bool, send: Send, sink: str) -> tuple[float, float]:
    """Seconds in, seconds out."""
    url = f"sqlite:///{folder}/desk.db"
    await schema.upgrade(url)
    store = SqlStore(url, folder=folder / "files", in_folder=in_folder)
    begun = time.perf_counter()
    file = await _kept(store, megabytes)
    kept = time.perf_counter()
    await send(store, file, sink)
    done = time.perf_counter()
    await store.close()
    return kept - begun, done - kept


async def read_out(store: SqlStore, file: File, _sink: str) -> None:
    size = 0
    async for piece in store.content(file.sha256):
        size += len(piece)
    if size != file.size:
        raise RuntimeError("it did not come out as it went in")


async def to_discord(store: SqlStore, file: File, sink: str) -> None:
    rest = Rest(DiscordConfig(token="bench", api_base=sink))
    upload = Upload(file.name, file.size, file.media_type, partial(store.content, file.sha256))
    await rest.call("POST", "/channels/1/messages", json={"content": "Here"}, files=[upload])
    await rest.close()


async def to_slack(store: SqlStore, file: File, sink: str) -> None:
    slack = Slack(SlackConfig(bot_token="bench", api_base=f"{sink}/api/"))
    await slack.upload(f"{sink}/upload", store.content(file.sha256), file.size)
    await slack.close()


WAYS: dict[str, Send] = {"reading": read_out, "to Discord": to_discord, "to Slack": to_slack}


def _measure(megabytes: int, in_folder: bool, way: str, sink: str) -> tuple[float, float, float]:
    """Seconds in, seconds out, and the process's peak in megabytes (Linux tells kilobytes: getrusage(2))."""
    with tempfile.TemporaryDirectory() as folder:
        spent = asyncio.run(_carry(megabytes, Path(folder), in_folder, WAYS[way], sink))
    return *spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _uploaded(megabytes: int, store: str) -> tuple[float, float]:
    """Seconds for an upload by HTTP, and the peak of the desk's process in megabytes."""
    settings = {"BOT_FILES__MAX_MB": "100", "BOT_FILES__STORE": store}
    with tempfile.TemporaryDirectory() as folder:
        desk = DeskProcess(Path(folder), settings)
        await desk.start()
        async with aiohttp.ClientSession() as http:
            await http.post(f"{desk.url}/api/auth/register", json=_WHO)
            token = (await (await http.post(f"{desk.url}/api/auth/login", json=_WHO)).json())["token"]
            form = aiohttp.FormData()
            form.add_field("file", _pieces(megabytes), filename="data.bin")
            begun = time.perf_counter()
            headers = {"Authorization": f"Bearer {token}"}
            async with http.post(f"{desk.url}/api/files", data=form, headers=headers) as answer:
                if answer.status not in (200, 201):
                    raise RuntimeError(await answer.text())
            took = time.perf_counter() - begun
        peak = _peak_of(desk.pid or 0)
        await desk.terminate()
    return took, peak


def _peak_of(pid: int) -> float:
    """https://man7.org/linux/man-pages/man5/proc_pid_status.5.html"""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


@asynccontextmanager
async def _sink() -> AsyncIterator[str]:
    port = free_port()
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.sink", str(port))
    try:
        await answered(f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        await process.wait()


def _show(way: str, place: str, size: int, seconds: str, peak: float, base: float) -> None:
    print(f"{way:<12}{place:<11}{size:>5}{seconds:>14}{peak:>10.1f}{peak / base:>7.2f}", flush=True)


async def main() -> None:
    most = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    print(f"{'way':<12}{'kept in':<11}{'MB':>5}{'in, out, s':>14}{'peak, MB':>10}{'ratio':>7}")
    async with _sink() as sink:
        for way in WAYS:
            for place in ("database", "directory"):
                base = 0.0
                for size in (1, 25, most):
                    with get_context("spawn").Pool(1) as pool:
                        given = (size, place == "directory", way, sink)
                        into, out, peak = await asyncio.to_thread(pool.apply, _measure, given)
                    base = base or peak
                    _show(way, place, size, f"{into:.2f}, {out:.2f}", peak, base)
    for place in ("database", "directory"):
        base = 0.0
        for size in (1, 25, most):
            took, peak = await _uploaded(size, place)
            base = base or peak
            _show("by HTTP", place, size, f"{took:.2f}", peak, base)


if __name__ == "__main__":
    asyncio.run(main())
