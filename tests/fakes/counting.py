"""A store that counts what it is asked."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import event

from adapters.sql.store import SqlStore, SqlUnitOfWork
from tests.fakes.office import Office


class Counting(SqlStore):
    def __init__(self, behind: SqlStore) -> None:
        self._behind = behind
        self.asked = 0

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[SqlUnitOfWork]:
        async with self._behind.write() as work:
            self._listen(work)
            yield work

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[SqlUnitOfWork]:
        async with self._behind.read() as work:
            self._listen(work)
            yield work

    def _listen(self, work: SqlUnitOfWork) -> None:
        connection = work.connection.sync_connection
        assert connection is not None
        event.listen(connection, "before_cursor_execute", self._count)

    def _count(self, *_given: Any) -> None:
        self.asked += 1


async def statements(office: Office, do: Callable[[], Awaitable[Any]]) -> int:
    """How many statements the database was given for what the engine did, or the reading."""
    counting = Counting(office.store)
    office.use(office.desk, counting)
    await do()
    office.use(office.desk)
    return counting.asked
