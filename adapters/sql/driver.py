"""SQLite's connection with one trip to its thread for a statement, where aiosqlite makes four.

aiosqlite runs sqlite3 in a thread beside the event loop. SQLAlchemy asks it for a cursor, to execute, to fetch and to
close: four trips, each of which wakes both threads, and together they cost more than everything that SQLite does for
a ticket. Here a cursor costs nothing, and the rows come along with the execution.
https://docs.sqlalchemy.org/en/21/core/engines.html#sqlalchemy.create_engine.params.async_creator
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Self

import aiosqlite
from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

_Parameters = Sequence[Any]


class Cursor:
    """What SQLAlchemy's ``AsyncAdapt_dbapi_cursor`` asks of a driver's cursor that is not kept on the server."""

    arraysize = 1

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, statement: str, parameters: _Parameters = ()) -> Self:
        return await self._run("execute", statement, parameters)

    async def executemany(self, statement: str, parameters: Iterable[_Parameters]) -> Self:
        return await self._run("executemany", statement, parameters)

    async def fetchall(self) -> Sequence[Any]:
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """The real one was closed with its statement."""

    async def _run(self, how: str, statement: str, parameters: object) -> Self:
        await self._connection.in_thread(partial(self._run_there, how, statement, parameters))
        return self

    def _run_there(self, how: str, statement: str, parameters: object) -> None:
        cursor = self._connection.raw.cursor()
        try:
            getattr(cursor, how)(statement, parameters)
            self.description = cursor.description
            self._rows = cursor.fetchall() if cursor.description else []
            self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        finally:
            cursor.close()


class Connection(aiosqlite.Connection):
    """aiosqlite's own but for its cursors."""

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, iter_chunk_size=0)
        self._thread.daemon = True  # as SQLAlchemy has it for those that it makes: a lost one never holds up the exit

    @property
    def raw(self) -> sqlite3.Connection:
        """For use in its thread. Raises ValueError where it is closed."""
        return self._conn

    def cursor(self) -> Cursor:  # type: ignore[override]  # SQLAlchemy alone asks for it
        return Cursor(self)

    async def in_thread(self, work: Callable[[], None]) -> None:
        await self._execute(work)  # type: ignore[no-untyped-call]  # aiosqlite's is not annotated


def create_engine(url: URL, *, timeout: float, **pool: Any) -> AsyncEngine:
    """An engine of ``url`` (``sqlite+aiosqlite``) over this driver. ``timeout``: the seconds to wait for a lock."""

    async def connect() -> aiosqlite.Connection:
        [file], options = engine.dialect.create_connect_args(url)
        return await Connection(partial(sqlite3.connect, file, **{**options, "timeout": timeout}))

    engine = create_async_engine(url, async_creator=connect, **pool)
    return engine
