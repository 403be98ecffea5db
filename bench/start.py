"""From ``threaddesk run`` to a usable page, and what the idle process holds.

Baseline: a Python that imports aiohttp and SQLAlchemy and answers one page, which no such desk can be without. Wanted:
under 3 s to the page, under 150 MB (resident, Linux) after it.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

import aiohttp
import psutil

from tests.fakes.process import DeskProcess, free_port

RUNS = 5
_BARE = """
import sqlalchemy, sqlalchemy.ext.asyncio, aiosqlite
from aiohttp import web
async def answer(request): return web.Response(text="ok")
app = web.Application(); app.router.add_get("/welcome", answer)
web.run_app(app, host="127.0.0.1", port=%d, print=None)
"""


async def answered(url: str) -> None:
    """Return once ``url`` answers 200."""
    async with aiohttp.ClientSession() as http:
        while True:
            try:
                async with http.get(url) as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                await asyncio.sleep(0.01)


async def desk() -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder:
        process = DeskProcess(Path(folder))
        begun = time.perf_counter()
        await process.start()
        await answered(f"{process.url}/welcome")
        took = time.perf_counter() - begun
        memory = psutil.Process(process.pid).memory_info().rss / 1e6
        await process.terminate()
    return took, memory


async def bare() -> tuple[float, float]:
    port = free_port()
    begun = time.perf_counter()
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", _BARE % port)
    await answered(f"http://127.0.0.1:{port}/welcome")
    took = time.perf_counter() - begun
    memory = psutil.Process(process.pid).memory_info().rss / 1e6
    process.kill()
    await process.wait()
    return took, memory


async def main() -> None:
    pairs = [(await desk(), await bare()) for _ in range(RUNS)]
    for figure, unit, which in (("start", "s", 0), ("memory", "MB", 1)):
        ours = statistics.median(one[which] for one, _ in pairs)
        base = statistics.median(other[which] for _, other in pairs)
        print(f"{figure}: {ours:.2f} {unit}, bare {base:.2f} {unit}, ratio {ours / base:.2f} (median of {RUNS})")


if __name__ == "__main__":
    asyncio.run(main())
