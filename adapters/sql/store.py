"""Where units of work begin: one transaction, and the repositories that share its connection."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cached_property

from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.combining import SqlCombining
from adapters.sql.database import Database
from adapters.sql.desk import SqlLeases, SqlMarks, SqlTroubles
from adapters.sql.escalations import SqlEscalations
from adapters.sql.events import SqlEvents
from adapters.sql.faqs import SqlFaqs
from adapters.sql.files import SqlFiles
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
from core.model.similar import Item
from core.storage import Store, UnitOfWork


class SqlUnitOfWork(UnitOfWork):
    """One transaction and the rooms it reaches."""

    def __init__(self, connection: AsyncConnection, *, writing: bool) -> None:
        self.connection = connection
        self._writing = writing
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
        return SqlFiles(self.connection)

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
    ``pool_size``: the most connections at once, SQLite's one writer apart. Raises ValueError for an unfit ``url``.
    """

    def __init__(self, url: str, *, busy_timeout: timedelta = timedelta(seconds=5), pool_size: int = 10) -> None:
        self._database = Database(url, busy_timeout=busy_timeout, pool_size=pool_size)

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[SqlUnitOfWork]:
        """A unit that may change things. Leaving it commits, an exception rolls back. Raises Unavailable, Conflict."""
        async with self._database.transaction(writing=True) as connection:
            unit = SqlUnitOfWork(connection, writing=True)
            yield unit
            await unit.finish()

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[SqlUnitOfWork]:
        """One consistent view, in which the database itself refuses a change. Raises Unavailable."""
        async with self._database.transaction(writing=False) as connection:
            yield SqlUnitOfWork(connection, writing=False)

    async def close(self) -> None:
        """Close every connection; the store opens new ones if it is used again."""
        await self._database.close()
