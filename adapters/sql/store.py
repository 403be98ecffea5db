"""Where units of work begin: one transaction, and the repositories that share its connection."""

from asyncio import to_thread
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.blobs import SqlBlobs
from adapters.sql.combining import SqlCombining
from adapters.sql.database import Database
from adapters.sql.deliverylog import SqlDeliveryLog
from adapters.sql.desk import SqlLeases, SqlMarks, SqlTroubles
from adapters.sql.erasing import SqlErasing
from adapters.sql.escalations import SqlEscalations
from adapters.sql.events import SqlEvents
from adapters.sql.faqs import SqlFaqs
from adapters.sql.files import SqlFiles
from adapters.sql.folder import Folder
from adapters.sql.linking import SqlLinks
from adapters.sql.messages import SqlCopies, SqlMessages, SqlReactions
from adapters.sql.outbox import SqlOutbox
from adapters.sql.people import SqlPeople
from adapters.sql.preferences import SqlPreferences
from adapters.sql.reads import SqlReads
from adapters.sql.search.documents import SqlIndex
from adapters.sql.search.fulltext import SqlFullText
from adapters.sql.search.semantic import SqlVectors
from adapters.sql.threads import SqlThreads
from adapters.sql.tickets import SqlTickets
from adapters.sql.timers import SqlDrafts, SqlInbox, SqlTimers
from adapters.sql.workload import SqlWorkload
from core.errors import NoSuchFile
from core.model.similar import Item
from core.storage import Kept, Received, Store, UnitOfWork
from core.storage.blobs import PIECE

log = structlog.get_logger(__name__)

_AT_ONCE = 100
"""Blobs that are looked for in one statement."""


class SqlUnitOfWork(UnitOfWork):
    """One transaction and the rooms it reaches."""

    def __init__(self, connection: AsyncConnection, folder: Folder, *, writing: bool, in_folder: bool) -> None:
        self.connection = connection
        self._folder = folder
        self._writing = writing
        self._in_folder = in_folder
        self._marked: set[Item] = set()
        """Whose words this unit changed."""

    async def finish(self) -> None:
        """Leave the marks to the indexer: last of all, so that no row that others wait for is wanted after them."""
        await self.index.write_marks()

    @cached_property
    def tickets(self) -> SqlTickets:
        return SqlTickets(self.connection, self._marked)

    @cached_property
    def people(self) -> SqlPeople:
        return SqlPeople(self.connection, writing=self._writing)

    @cached_property
    def links(self) -> SqlLinks:
        return SqlLinks(self.connection, self._marked)

    @cached_property
    def threads(self) -> SqlThreads:
        return SqlThreads(self.connection)

    @cached_property
    def messages(self) -> SqlMessages:
        return SqlMessages(self.connection, self._marked)

    @cached_property
    def copies(self) -> SqlCopies:
        return SqlCopies(self.connection)

    @cached_property
    def reactions(self) -> SqlReactions:
        return SqlReactions(self.connection)

    @cached_property
    def files(self) -> SqlFiles:
        return SqlFiles(self.connection, self.blobs)

    @cached_property
    def blobs(self) -> SqlBlobs:
        return SqlBlobs(self.connection, self._folder, in_folder=self._in_folder)

    @cached_property
    def events(self) -> SqlEvents:
        return SqlEvents(self.connection)

    @cached_property
    def reads(self) -> SqlReads:
        return SqlReads(self.connection)

    @cached_property
    def outbox(self) -> SqlOutbox:
        return SqlOutbox(self.connection)

    @cached_property
    def delivery_log(self) -> SqlDeliveryLog:
        return SqlDeliveryLog(self.connection)

    @cached_property
    def timers(self) -> SqlTimers:
        return SqlTimers(self.connection)

    @cached_property
    def escalations(self) -> SqlEscalations:
        return SqlEscalations(self.connection)

    @cached_property
    def workload(self) -> SqlWorkload:
        return SqlWorkload(self.connection)

    @cached_property
    def inbox(self) -> SqlInbox:
        return SqlInbox(self.connection)

    @cached_property
    def drafts(self) -> SqlDrafts:
        return SqlDrafts(self.connection)

    @cached_property
    def faqs(self) -> SqlFaqs:
        return SqlFaqs(self.connection, self._marked)

    @cached_property
    def combining(self) -> SqlCombining:
        return SqlCombining(self.connection)

    @cached_property
    def erasing(self) -> SqlErasing:
        return SqlErasing(self.connection, self._marked)

    @cached_property
    def index(self) -> SqlIndex:
        return SqlIndex(self.connection, self._marked)

    @cached_property
    def fulltext(self) -> SqlFullText:
        return SqlFullText(self.connection)

    @cached_property
    def vectors(self) -> SqlVectors:
        return SqlVectors(self.connection)

    @cached_property
    def leases(self) -> SqlLeases:
        return SqlLeases(self.connection)

    @cached_property
    def marks(self) -> SqlMarks:
        return SqlMarks(self.connection)

    @cached_property
    def troubles(self) -> SqlTroubles:
        return SqlTroubles(self.connection)

    @cached_property
    def preferences(self) -> SqlPreferences:
        return SqlPreferences(self.connection)


class SqlStore(Store):
    """The desk's memory in SQLite or PostgreSQL.

    ``url``: ``sqlite:///data/desk.db`` or ``postgresql://user@host/name``, with or without the driver's name. Nothing
    is opened before the first unit of work. ``busy_timeout``: how long SQLite waits for another process's lock.
    ``pool_size``: the most connections at once, SQLite's one writer apart. ``folder``: where files arrive and, with
    ``in_folder``, stay. Raises ValueError for an unfit ``url``.
    """

    def __init__(
        self,
        url: str,
        *,
        busy_timeout: timedelta = timedelta(seconds=5),
        pool_size: int = 10,
        folder: Path | None = None,
        in_folder: bool = False,
    ) -> None:
        self.folder = Folder(folder)
        self._in_folder = in_folder
        self._database = Database(url, busy_timeout=busy_timeout, pool_size=pool_size)

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[SqlUnitOfWork]:
        """A unit that may change things. Leaving it commits, an exception rolls back. Raises Unavailable, Conflict."""
        async with self._database.transaction(writing=True) as connection:
            unit = self._unit(connection, writing=True)
            yield unit
            await unit.finish()

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[SqlUnitOfWork]:
        """One consistent view, in which the database itself refuses a change. Raises Unavailable."""
        async with self._database.transaction(writing=False) as connection:
            yield self._unit(connection, writing=False)

    def _unit(self, connection: AsyncConnection, *, writing: bool) -> SqlUnitOfWork:
        return SqlUnitOfWork(connection, self.folder, writing=writing, in_folder=self._in_folder)

    def receive(self, pieces: AsyncIterable[bytes]) -> AbstractAsyncContextManager[Received]:
        return self.folder.receive(pieces)

    async def content(self, digest: str, *, start: int = 0, length: int | None = None) -> AsyncGenerator[bytes]:
        async with self.read() as work:
            kept = await work.blobs.kept(digest)
        end = kept.size if length is None else min(kept.size, start + length)
        while start < end:
            number, skip = divmod(start, PIECE)
            wanted = min(end - start, PIECE - skip)
            if kept.key is not None:
                piece = await self.folder.read(kept.key, start, wanted)
            else:
                async with self.read() as work:
                    piece = (await work.blobs.piece(digest, number))[skip : skip + wanted]
            if not piece:
                raise NoSuchFile
            start += len(piece)
            yield piece

    async def sweep_files(self, before: datetime | None = None) -> int:
        count = 0
        while True:
            async with self.write() as work:
                gone = await work.blobs.remove_unheld()
            await self.folder.remove([one.key for one in gone if one.key is not None])
            if not gone:
                break
            count += len(gone)
        if before is not None:
            await self._sweep_folder(before)
        return count

    async def _sweep_folder(self, before: datetime) -> None:
        old = await self.folder.old(before.timestamp())
        async with self.read() as work:
            named = await work.blobs.named(old)
        await self.folder.remove([key for key in old if key not in named])

    async def move_files(self) -> int:
        """Bring the bytes of every file to where new ones are kept; returns how many blobs these were. The desk may run
        meanwhile: a download that was under way may break off. Raises Unavailable."""
        moved, after = 0, ""
        while True:
            async with self.read() as work:
                found = await work.blobs.elsewhere(after, _AT_ONCE)
            for kept in found:
                moved += await self._move(kept)
            if len(found) < _AT_ONCE:
                return moved
            after = found[-1].sha256

    async def _move(self, kept: Kept) -> bool:
        try:
            async with self.receive(self.content(kept.sha256)) as received:
                if received.sha256 != kept.sha256:
                    log.warning("bytes are not what they were", sha256=kept.sha256, key=kept.key)
                    return False
                async with self.write() as work:
                    moved = await work.blobs.move(received)
        except NoSuchFile:
            return False
        if kept.key is not None:
            await self.folder.remove([kept.key])
        return moved

    async def close(self) -> None:
        """Close every connection; the store opens new ones if it is used again."""
        await self._database.close()
        await to_thread(self.folder.close)
