"""One transaction, and where it begins."""

from collections.abc import AsyncIterable, AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from core.storage.blobs import Blobs, Received
from core.storage.combining import Combining
from core.storage.desk import Leases, Marks, Troubles
from core.storage.erasing import Erasing
from core.storage.knowledge import Faqs
from core.storage.people import Links, People, Preferences
from core.storage.search import Index
from core.storage.similar import FullText, Vectors
from core.storage.tickets import Copies, Drafts, Events, Files, Messages, Reactions, Reads, Threads, Tickets
from core.storage.webhooks import DeliveryLog
from core.storage.work import Escalations, Inbox, Outbox, Timers, Workload


class UnitOfWork(Protocol):
    """One transaction and the rooms it reaches."""

    @property
    def tickets(self) -> Tickets: ...
    @property
    def people(self) -> People: ...
    @property
    def links(self) -> Links: ...
    @property
    def threads(self) -> Threads: ...
    @property
    def messages(self) -> Messages: ...
    @property
    def copies(self) -> Copies: ...
    @property
    def reactions(self) -> Reactions: ...
    @property
    def files(self) -> Files: ...
    @property
    def blobs(self) -> Blobs: ...
    @property
    def events(self) -> Events: ...
    @property
    def reads(self) -> Reads: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def delivery_log(self) -> DeliveryLog: ...
    @property
    def timers(self) -> Timers: ...
    @property
    def escalations(self) -> Escalations: ...
    @property
    def workload(self) -> Workload: ...
    @property
    def inbox(self) -> Inbox: ...
    @property
    def drafts(self) -> Drafts: ...
    @property
    def faqs(self) -> Faqs: ...
    @property
    def combining(self) -> Combining: ...
    @property
    def erasing(self) -> Erasing: ...
    @property
    def index(self) -> Index: ...
    @property
    def fulltext(self) -> FullText: ...
    @property
    def vectors(self) -> Vectors: ...
    @property
    def leases(self) -> Leases: ...
    @property
    def marks(self) -> Marks: ...
    @property
    def troubles(self) -> Troubles: ...
    @property
    def preferences(self) -> Preferences: ...


class Store(Protocol):
    """Where units of work begin. Leaving the block cleanly commits; an exception rolls back.

    Raises Unavailable (a Refusal) where the database is locked, read-only, full or out of reach, and Conflict where
    another transaction was first.
    """

    def write(self) -> AbstractAsyncContextManager[UnitOfWork]: ...

    def read(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """One consistent view, in which nothing may be changed."""

    def receive(self, pieces: AsyncIterable[bytes]) -> AbstractAsyncContextManager[Received]:
        """Bytes on the disk for as long as the block lasts, for ``Files.add``. No more than a piece is in memory."""

    def content(self, digest: str, *, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """The bytes of a file from ``start`` on, piece by piece, outside any unit of work. Raises NoSuchFile where they
        are gone, or go meanwhile."""

    async def sweep_files(self, before: datetime | None = None) -> int:
        """Remove the bytes that no file holds any more; returns how many blobs these were. With ``before``, also what
        came into the folder of files earlier and is of no blob, as a crash leaves it."""
