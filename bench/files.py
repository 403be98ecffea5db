"""How much memory a large file takes on its way in and out, and how long, beside one of a megabyte.

    python -m bench.files [MEGABYTES]

In a process of its own for each, so that one's peak is not the other's. A ratio near 1 says that memory does not grow
with the file.
"""

import asyncio
import resource
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from multiprocessing import get_context
from pathlib import Path

from adapters.files.inspector import Inspector
from adapters.sql import schema
from adapters.sql.store import SqlStore
from bot.clock import SystemClock
from bot.keeping import Keeping
from core.commands import Actor
from core.model.people import Platform

_MEGABYTE = 1024 * 1024


async def _pieces(megabytes: int) -> AsyncGenerator[bytes]:
    for number in range(megabytes * 16):
        yield number.to_bytes(4, "big") * 16_384


async def _carry(megabytes: int, folder: Path, in_folder: bool) -> tuple[float, float]:
    """Seconds in, seconds out."""
    url = f"sqlite:///{folder}/desk.db"
    await schema.upgrade(url)
    store = SqlStore(url, folder=folder / "files", in_folder=in_folder)
    clock = SystemClock()
    async with store.write() as work:
        person = await work.people.add("Ann", clock.now())
    keeping = Keeping(store, clock, Inspector(200 * _MEGABYTE, 40))
    begun = time.perf_counter()
    file = await keeping.keep("data.bin", _pieces(megabytes), Actor(person=person.id, door=Platform.WEB))
    kept = time.perf_counter()
    size = 0
    async for piece in store.content(file.sha256):
        size += len(piece)
    done = time.perf_counter()
    await store.close()
    if size != file.size:
        raise RuntimeError("it did not come out as it went in")
    return kept - begun, done - kept


def _measure(megabytes: int, in_folder: bool) -> tuple[float, float, float]:
    """Seconds in, seconds out, and the process's peak in megabytes (Linux tells kilobytes: getrusage(2))."""
    with tempfile.TemporaryDirectory() as folder:
        spent = asyncio.run(_carry(megabytes, Path(folder), in_folder))
    return *spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    print(f"{'kept in':<10}{'MB':>5}{'in, s':>8}{'out, s':>8}{'peak, MB':>10}{'ratio':>7}")
    for in_folder in (False, True):
        base = 0.0
        for size in (1, 25, megabytes):
            with get_context("spawn").Pool(1) as pool:
                into, out, peak = pool.apply(_measure, (size, in_folder))
            base = base or peak
            place = "directory" if in_folder else "database"
            print(f"{place:<10}{size:>5}{into:>8.2f}{out:>8.2f}{peak:>10.1f}{peak / base:>7.2f}")


if __name__ == "__main__":
    main()
