"""Opening a ticket by ``Engine.handle`` on SQLite, beside the same number of bare transactions with its rows.

Prints p50 and p99 in milliseconds, one after the other and fifty at once, and the ratio of the medians.
"""

import asyncio
import sqlite3
import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from adapters.sql import schema
from adapters.sql.store import SqlStore
from bot.clock import SecretKeys, SystemClock
from core.commands import Actor, Arrive, OpenTicket
from core.engine import Engine
from core.model.desk import Category, Desk, Quotas, Team
from core.model.people import Identity, Platform
from core.text import Text

TICKETS = 500
PEOPLE = 50
DESK = Desk(
    name="Bench",
    time_zone="UTC",
    teams={"t": Team(key="t", name="T")},
    categories={"c": Category(key="c", name="C", team="t")},
    quotas=Quotas(open_tickets_per_person=10**9, tickets_per_day=10**9, cooldown=timedelta(0)),
    public_url="http://127.0.0.1:8080",
)


async def ours(file: Path, at_once: int) -> list[float]:
    """Milliseconds of each opening."""
    url = f"sqlite+aiosqlite:///{file}"
    await schema.upgrade(url)
    store = SqlStore(url)
    engine = Engine(store, DESK, SystemClock(), SecretKeys())
    web = Actor(person=None, door=Platform.WEB)
    people = [
        (await engine.handle(Arrive(identity=Identity(Platform.WEB, "", str(n)), name=f"P{n}"), web)).person
        for n in range(PEOPLE)
    ]

    async def open_one(number: int) -> float:
        command = OpenTicket(title=f"Ticket {number}", description=Text.of("It does not work"), category="c")
        begun = time.perf_counter()
        await engine.handle(command, Actor(person=people[number % PEOPLE], door=Platform.WEB))
        return (time.perf_counter() - begun) * 1e3

    times: list[float] = []
    for first in range(0, TICKETS, at_once):
        times += await asyncio.gather(*(open_one(first + n) for n in range(at_once)))
    await store.close()
    return times


def bare(file: Path) -> list[float]:
    """Milliseconds of a transaction that writes four rows, committed as durably."""
    database = sqlite3.connect(file, isolation_level=None)
    database.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t(id INTEGER PRIMARY KEY, a, b, c)"
    )
    times = []
    for number in range(TICKETS):
        begun = time.perf_counter()
        database.execute("BEGIN IMMEDIATE")
        for _ in range(4):
            database.execute("INSERT INTO t(a, b, c) VALUES (?, ?, ?)", (number, "It does not work" * 5, "x" * 100))
        database.execute("COMMIT")
        times.append((time.perf_counter() - begun) * 1e3)
    database.close()
    return times


def shown(name: str, times: list[float]) -> float:
    middle, late = statistics.median(times), statistics.quantiles(times, n=100)[98]
    print(f"{name}: p50 {middle:.2f} ms, p99 {late:.2f} ms")
    return middle


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        base = shown("bare transaction", bare(Path(folder) / "bare.db"))
        alone = shown("opening, one after the other", asyncio.run(ours(Path(folder) / "one.db", 1)))
        shown("opening, fifty at once (waiting included)", asyncio.run(ours(Path(folder) / "many.db", 50)))
        print(f"ratio of the medians, opening to bare: {alone / base:.1f}")


if __name__ == "__main__":
    main()
