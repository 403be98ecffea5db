"""A store that loses races."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from adapters.sql.store import SqlStore, SqlUnitOfWork
from core.errors import Conflict


class Contested(SqlStore):
    """A store in which another transaction is first, so many times."""

    def __init__(self, behind: SqlStore, times: int) -> None:
        self._behind = behind
        self.left = times

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[SqlUnitOfWork]:
        async with self._behind.write() as work:
            yield work
            if self.left:
                self.left -= 1
                raise Conflict("another was first")

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[SqlUnitOfWork]:
        async with self._behind.read() as work:
            yield work
