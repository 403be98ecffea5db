"""Connections and transactions: what SQLite and PostgreSQL each need to be one and the same ``Store``."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import URL, ColumnElement, CursorResult, Engine, Executable, Row, Select, Table, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from adapters.sql import driver
from core.errors import N_, Conflict, Unavailable

CONNECT_TIMEOUT = 5
"""Seconds to reach a PostgreSQL server."""
QUEUE_TIMEOUT = 30
"""Seconds to wait for one's turn in this process: for the writers' lock of SQLite, or for a pooled connection."""

LOCKED = N_("the database is busy")
READ_ONLY = N_("the database is read-only")
FULL = N_("the disk is full")
CORRUPTED = N_("the database is damaged")
UNREADABLE = N_("the database file cannot be opened")
FAULTY = N_("the disk reports errors")
UNREACHABLE = N_("the database cannot be reached")
OVERLOADED = N_("too many things are happening at once")

_SQLITE_FAULTS = {
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_PROTOCOL: LOCKED,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_PERM: READ_ONLY,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_CORRUPT: CORRUPTED,
    sqlite3.SQLITE_NOTADB: CORRUPTED,
    sqlite3.SQLITE_CANTOPEN: UNREADABLE,
    sqlite3.SQLITE_IOERR: FAULTY,
}
"""By primary result code: https://www.sqlite.org/rescode.html"""

_POSTGRESQL_CONFLICTS = {"40001", "40P01"}  # serialization failure, deadlock
_POSTGRESQL_FAULTS = {
    "25006": READ_ONLY,
    "53100": FULL,
    "53200": OVERLOADED,
    "53300": OVERLOADED,
    "55P03": LOCKED,
    "57014": LOCKED,
    "57P01": UNREACHABLE,
    "57P02": UNREACHABLE,
    "57P03": UNREACHABLE,
    "58030": FAULTY,
    "XX001": CORRUPTED,
    "XX002": CORRUPTED,
}
"""By SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html"""


def parse_url(url: str) -> URL:
    """``url`` with its driver: ``sqlite:///data/desk.db`` or ``postgresql://user@host/name``, driver named or not.

    Raises ValueError for another database and for SQLite without a file.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ValueError("no database URL: sqlite:///data/desk.db or postgresql://user@host/name is one") from error
    match parsed.get_backend_name():
        case "sqlite":
            if parsed.database in (None, "", ":memory:") or parsed.query.get("mode") == "memory":
                raise ValueError(
                    "SQLite needs a file, like sqlite:///data/desk.db: in memory nothing outlives a restart"
                )
            return parsed.set(drivername="sqlite+aiosqlite")
        case "postgresql" | "postgres":
            return parsed.set(drivername="postgresql+psycopg")
        case other:
            raise ValueError(f"{other} is no database that the desk knows: sqlite or postgresql")


def sqlite_file(url: URL) -> Path:
    """The database file of a SQLite ``url``, also where that is itself a ``file:`` one."""
    return Path(str(url.database).removeprefix("file:"))


def translated(error: DBAPIError, *, writing: bool) -> Exception:
    """What the core is to hear instead of ``error``; ``error`` itself where it is a fault of our own.

    ``writing``: a unit that may only read and was refused a write is such a fault, not a read-only database.
    """
    driver = error.driver_exception
    if isinstance(driver, sqlite3.Error):
        return _translated_sqlite(driver, writing) or error
    return _translated_postgresql(error, writing) or error


def _translated_sqlite(driver: sqlite3.Error, writing: bool) -> Exception | None:
    code: int = getattr(driver, "sqlite_errorcode", 0)
    if code == sqlite3.SQLITE_READONLY and not writing:
        return None
    why = _SQLITE_FAULTS.get(code & 0xFF)
    return Unavailable(why=why) if why else None


def _translated_postgresql(error: DBAPIError, writing: bool) -> Exception | None:
    # psycopg's class is not named here: a desk on SQLite starts without loading that driver.
    state: str | None = getattr(error.driver_exception, "sqlstate", None)
    if state is None:
        return Unavailable(why=UNREACHABLE) if isinstance(error, OperationalError) else None
    if state in _POSTGRESQL_CONFLICTS:
        return Conflict(f"PostgreSQL reported {state}")
    if state == "25006" and not writing:
        return None
    why = UNREACHABLE if state.startswith("08") else _POSTGRESQL_FAULTS.get(state)
    return Unavailable(why=why) if why else None


Values = Mapping[str, object]
"""By column or ``bindparam``."""
Inserting = Callable[[Table], postgresql.Insert | sqlite.Insert]
"""Begins an INSERT with ``on_conflict_do_nothing`` and ``on_conflict_do_update``, which both databases write alike. A
function of it that is kept by ``functools.cache`` builds its statement once for each."""


class Database:
    """One database: transactions that write and transactions that read.

    SQLite has one writer at a time. Its writers queue here in order of arrival, since its own busy handler polls and
    would let some starve; the handler is for other processes. PostgreSQL orders its writers by rows.
    """

    def __init__(self, url: str, *, busy_timeout: timedelta, pool_size: int) -> None:
        self.url = parse_url(url)
        self._file: Path | None = None
        self._turn: asyncio.Lock | None = None
        if self.url.get_backend_name() == "sqlite":
            self._file = sqlite_file(self.url)
            self._turn = asyncio.Lock()
            self._writer = _sqlite_engine(self.url, busy_timeout, pool_size=1, writing=True)
            self._reader = _sqlite_engine(self.url, busy_timeout, pool_size=pool_size, writing=False)
        else:
            engine = _postgresql_engine(self.url, pool_size)
            self._writer = engine.execution_options(isolation_level="READ COMMITTED")
            self._reader = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    async def close(self) -> None:
        """Close every connection. A unit of work that is still open keeps its own until it ends."""
        await self._reader.dispose()
        await self._writer.dispose()

    @asynccontextmanager
    async def transaction(self, *, writing: bool) -> AsyncGenerator[AsyncConnection]:
        """Committed when the block is left cleanly, else rolled back. Raises Unavailable and Conflict."""
        engine = self._writer if writing else self._reader
        try:
            async with self._queue(writing):
                await self._make_folder()
                async with engine.connect() as connection, connection.begin():
                    yield connection
        except DBAPIError as error:
            refusal = translated(error, writing=writing)
            if refusal is error:
                raise
            raise refusal from error
        except PoolTimeout as error:
            raise Unavailable(why=OVERLOADED) from error

    async def _make_folder(self) -> None:
        folder = self._file.parent if self._file else None
        self._file = None  # once is enough
        if folder is not None:
            try:
                await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
            except OSError as error:
                raise Unavailable(why=UNREADABLE) from error

    def _queue(self, writing: bool) -> Any:
        return _turn_of(self._turn) if writing and self._turn else nullcontext()


@asynccontextmanager
async def _turn_of(lock: asyncio.Lock) -> AsyncGenerator[None]:
    try:
        async with asyncio.timeout(QUEUE_TIMEOUT):
            await lock.acquire()
    except TimeoutError as error:
        raise Unavailable(why=LOCKED) from error
    try:
        yield
    finally:
        lock.release()


def _sqlite_engine(url: URL, busy_timeout: timedelta, *, pool_size: int, writing: bool) -> AsyncEngine:
    engine = driver.create_engine(
        url,
        timeout=busy_timeout.total_seconds(),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=QUEUE_TIMEOUT,
    )
    pragmas = ["PRAGMA foreign_keys = ON", "PRAGMA synchronous = FULL", "PRAGMA secure_delete = ON"]
    pragmas.append("PRAGMA journal_mode = WAL" if writing else "PRAGMA query_only = ON")
    prepare_sqlite(engine.sync_engine, pragmas, "BEGIN IMMEDIATE" if writing else "BEGIN")
    return engine


def prepare_sqlite(engine: Engine, pragmas: Sequence[str], begin: str) -> None:
    """Have ``engine`` run ``pragmas`` on every new connection and begin its transactions with ``begin``.

    Python's driver begins by itself, late and never for DDL, so it is told to keep out of it:
    https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#sqlite-transactions
    """

    @event.listens_for(engine, "connect")
    def _connected(connection: DBAPIConnection, _record: object) -> None:
        try:
            connection.isolation_level = None
            cursor = connection.cursor()
            for pragma in pragmas:
                cursor.execute(pragma)
            cursor.close()
        except BaseException:
            connection.close()  # the pool does not, for a connection that it never had
            raise

    @event.listens_for(engine, "begin")
    def _begun(connection: Any) -> None:
        connection.exec_driver_sql(begin)


def _postgresql_engine(url: URL, pool_size: int) -> AsyncEngine:
    return create_async_engine(
        url,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT,
            "prepare_threshold": None,  # a pooler in front gives each transaction another connection
        },
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=QUEUE_TIMEOUT,
        pool_pre_ping=True,
        use_native_hstore=False,
    )


_AT_ONCE = 500
"""Values that a statement is given to choose from."""


class Room:
    """What a repository stands on: the connection of its unit of work.

    A statement that is run all day is built once, with ``bindparam`` for what changes: to build it costs more than to
    run it.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._on_postgresql = connection.dialect.name == "postgresql"
        self._insert: Inserting = postgresql.insert if self._on_postgresql else sqlite.insert

    async def _run(self, statement: Executable, values: Values | Sequence[Values] | None = None) -> CursorResult[Any]:
        """For several ``values`` the statement is run once each, in one call."""
        return cast(CursorResult[Any], await self._connection.execute(statement, values))

    async def _row(self, statement: Executable, values: Values | None = None) -> Row[Any] | None:
        return (await self._connection.execute(statement, values)).first()

    async def _rows(self, statement: Executable, values: Values | None = None) -> Sequence[Row[Any]]:
        return (await self._connection.execute(statement, values)).all()

    async def _rows_among(
        self, statement: Select[Any], column: ColumnElement[Any], values: Sequence[int]
    ) -> Sequence[Row[Any]]:
        """The rows whose ``column`` is one of ``values``, asked for in parts that a database takes in one statement."""
        found: list[Row[Any]] = []
        for first in range(0, len(values), _AT_ONCE):
            found += await self._rows(statement.where(column.in_(values[first : first + _AT_ONCE])))
        return found

    async def _changed(self, statement: Executable, values: Values | None = None) -> int:
        """How many rows ``statement`` changed."""
        return (await self._run(statement, values)).rowcount
