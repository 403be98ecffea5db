"""50,000 armed timers: how soon a tick that finds ten due has them, and how soon a thousand at once are fired, with
none lost and none fired twice. On SQLite, and on PostgreSQL (TEST_DATABASE_URL, or one started for the run).

Beside a tick's look stands the bare SELECT, beside a timer's firing a bare transaction that deletes its row and changes
its ticket's, on the same database. Wanted: the look under 10 ms at the median.
"""

import asyncio
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import func, insert, select, text

from adapters.sql import schema
from adapters.sql.store import SqlStore
from adapters.sql.tables import events, tickets, timers
from bot.clock import SecretKeys
from bot.scheduler import Scheduler
from core.commands import Actor, Arrive, OpenTicket
from core.engine import Engine
from core.events import TicketClosed
from core.model.desk import Category, Desk, Team
from core.model.outbox import TimerKind
from core.model.people import Identity, Platform
from core.model.ticket import Status
from core.text import Text
from tests.fakes.clock import START, FakeClock
from tests.fakes.postgres import postgresql

TIMERS, DUE, AT_ONCE, LOOKS = 50_000, 10, 1000, 300
FIRST_DUE = START + timedelta(days=7)
APART = timedelta(seconds=1)
LIMIT = 100
"""As many as a tick takes at once."""
DESK = Desk(
    name="Bench",
    time_zone="UTC",
    teams={"t": Team(key="t", name="T")},
    categories={"c": Category(key="c", name="C", team="t")},
    public_url="http://127.0.0.1:8080",
)
_SELECT = "SELECT * FROM timers WHERE due_at <= {0} ORDER BY due_at LIMIT {0}"
_DELETE = "DELETE FROM timers WHERE id = {0}"
_UPDATE = "UPDATE tickets SET status = 'closed', version = version + 1 WHERE id = {0}"


class Bare:
    """The same database without the desk: autocommit, and no more than the statements."""

    def __init__(self, name: str, url: str) -> None:
        self.name = name
        self._mark = "?" if name == "sqlite" else "%s"
        if name == "sqlite":
            self._database: Any = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
            self._database.execute("PRAGMA synchronous=FULL")
        else:
            self._database = psycopg.connect(url, autocommit=True)

    def due(self, now: datetime) -> Sequence[Any]:
        moment = now.isoformat(timespec="microseconds") if self.name == "sqlite" else now
        return list(self._database.execute(_SELECT.format(self._mark), (moment, LIMIT)).fetchall())

    def fire(self, timer: int, ticket: int) -> None:
        self._database.execute("BEGIN")
        self._database.execute(_DELETE.format(self._mark), (timer,))
        self._database.execute(_UPDATE.format(self._mark), (ticket,))
        self._database.execute("COMMIT")

    def close(self) -> None:
        self._database.close()


async def fill(store: SqlStore, clock: FakeClock) -> None:
    """As many resolved tickets, each like the first, and each with a timer."""
    engine, web = Engine(store, DESK, clock, SecretKeys()), Actor(person=None, door=Platform.WEB)
    student = (await engine.handle(Arrive(identity=Identity(Platform.WEB, "", "1"), name="Student"), web)).person
    opening = OpenTicket(title="A ticket", description=Text.of("It does not work"), category="c")
    await engine.handle(opening, Actor(person=student, door=Platform.WEB))
    async with store.write() as work:
        first = dict((await work.connection.execute(select(tickets))).one()._mapping)
        del first["id"]
        alike = {**first, "status": Status.RESOLVED, "resolved_at": START}
        await work.connection.execute(insert(tickets), [{**alike, "key": f"{n:032x}"} for n in range(TIMERS)])
        made = await work.connection.execute(select(tickets.c.id).order_by(tickets.c.id).offset(1))
        armed = [
            {"kind": TimerKind.QUIET_CLOSE, "ticket_id": ticket, "subject": "", "due_at": FIRST_DUE + number * APART}
            for number, ticket in enumerate(made.scalars())
        ]
        await work.connection.execute(insert(timers), armed)
    async with store.write() as work:
        await work.connection.execute(text("ANALYZE"))


async def look(store: SqlStore, clock: FakeClock, bare: Bare) -> None:
    ours, base = [], []
    for _ in range(LOOKS):
        begun = time.perf_counter()
        async with store.read() as work:
            due = await work.timers.due(clock.now(), LIMIT)
        ours.append((time.perf_counter() - begun) * 1e3)
        begun = time.perf_counter()
        rows = bare.due(clock.now())
        base.append((time.perf_counter() - begun) * 1e3)
        assert len(due) == len(rows) == DUE
    middle, least = statistics.median(ours), statistics.median(base)
    late = statistics.quantiles(ours, n=100)[98]
    print(f"{bare.name}, a look that finds {DUE} of {TIMERS}: ", end="")
    print(f"p50 {middle:.2f} ms, p99 {late:.2f} ms, bare {least:.2f} ms, ratio {middle / least:.1f}")


async def fire(stores: Sequence[SqlStore], clock: FakeClock) -> float:
    """Milliseconds for each timer, with as many processes ticking as there are ``stores``."""
    schedulers = [Scheduler(store=one, engine=Engine(one, DESK, clock, SecretKeys()), clock=clock) for one in stores]
    before = await counted(stores[0])
    begun = time.perf_counter()
    await asyncio.gather(*(scheduler.fire_due() for scheduler in schedulers))
    took = (time.perf_counter() - begun) * 1e3
    after = await counted(stores[0])
    changed = tuple(now - then for then, now in zip(before, after, strict=True))
    assert changed == (-AT_ONCE, AT_ONCE, AT_ONCE), changed
    async with stores[0].read() as work:
        assert not await work.timers.due(clock.now(), LIMIT)
    return took / AT_ONCE


async def counted(store: SqlStore) -> tuple[int, int, int]:
    """The timers that are armed, the tickets that are closed, and how often one was closed by its timer."""
    counts = (
        select(func.count()).select_from(timers),
        select(func.count()).where(tickets.c.status == Status.CLOSED),
        select(func.count()).where(events.c.kind == TicketClosed.__name__),
    )
    async with store.read() as work:
        armed, closed, told = [(await work.connection.execute(one)).scalar_one() for one in counts]
    return armed, closed, told


async def bare_firing(store: SqlStore, bare: Bare) -> float:
    """Milliseconds for each of as many transactions."""
    async with store.read() as work:
        last = select(timers.c.id, timers.c.ticket_id).order_by(timers.c.due_at.desc()).limit(AT_ONCE)
        rows = (await work.connection.execute(last)).all()
    begun = time.perf_counter()
    for timer, ticket in rows:
        bare.fire(timer, ticket)
    return (time.perf_counter() - begun) * 1e3 / AT_ONCE


async def show(name: str, url: str) -> None:
    await schema.upgrade(url)
    clock, store, other, bare = FakeClock(), SqlStore(url), SqlStore(url), Bare(name, url)
    await fill(store, clock)
    come_due(clock, DUE)
    await look(store, clock, bare)
    come_due(clock, AT_ONCE)
    alone = await fire([store], clock)
    come_due(clock, 2 * AT_ONCE)
    together = await fire([store, other], clock)
    base = await bare_firing(store, bare)
    print(f"{name}, {AT_ONCE} due at once, none lost: {alone:.2f} ms each, ", end="")
    print(f"by two processes {together:.2f} ms, bare {base:.2f} ms, ratio {alone / base:.1f}")
    bare.close()
    await store.close()
    await other.close()


def come_due(clock: FakeClock, number: int) -> None:
    """Go on to the moment at which so many of the timers have come due."""
    clock.advance(FIRST_DUE + (number - 1) * APART - clock.now())


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(show("sqlite", f"sqlite:///{Path(folder) / 'desk.db'}"))
    with postgresql(quick=False) as server:
        name = server.create()
        try:
            asyncio.run(show("postgresql", server.url(name)))
        finally:
            server.drop(name)


if __name__ == "__main__":
    main()
