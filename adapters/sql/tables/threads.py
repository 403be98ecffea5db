"""What is said and what happened: threads, messages with their copies and files, the trail."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table

from adapters.sql.tables.base import FOUND, id_column, metadata, partial
from adapters.sql.tables.people import people
from adapters.sql.tables.tickets import tickets
from adapters.sql.types import Document, Instant, Words

threads = Table(
    "threads",
    metadata,
    id_column(),
    Column("ticket_id", ForeignKey(tickets.c.id), nullable=False, index=True),
    Column("platform", Words, nullable=False),
    Column("realm", Words, nullable=False),
    Column("place", Words, nullable=False),
    Column("external_id", Words),
    Column("card", Words),
    Column("cursor", Words),
    Column("lost_at", Instant),
    Column("audience", Words, nullable=False),
    Column("participant_id", ForeignKey(people.c.id)),
    partial("uq_threads_found", "platform", "external_id", where=FOUND, unique=True),
    sqlite_autoincrement=True,
)

messages = Table(
    "messages",
    metadata,
    id_column(),
    Column("ticket_id", ForeignKey(tickets.c.id), nullable=False),
    Column("author_id", ForeignKey(people.c.id), nullable=False),
    Column("kind", Words, nullable=False),
    Column("text", Document, nullable=False),
    Column("at", Instant, nullable=False),
    Column("edited_at", Instant),
    Column("undone_at", Instant),
    Column("origin_id", ForeignKey(threads.c.id)),
    Index(None, "ticket_id", "id"),
    sqlite_autoincrement=True,
)

copies = Table(
    "copies",
    metadata,
    Column("thread_id", ForeignKey(threads.c.id), nullable=False),
    Column("external_id", Words, nullable=False),
    Column("message_id", ForeignKey(messages.c.id), nullable=False, index=True),
    Column("position", Integer, nullable=False),  # among those that one message became there
    PrimaryKeyConstraint("thread_id", "external_id"),
)

reactions = Table(
    "reactions",
    metadata,
    Column("message_id", ForeignKey(messages.c.id), nullable=False),
    Column("person_id", ForeignKey(people.c.id), nullable=False),
    Column("emoji", Words, nullable=False),
    Column("platform", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Column("thread_id", ForeignKey(threads.c.id)),
    PrimaryKeyConstraint("message_id", "person_id", "emoji"),
)

blobs = Table(  # the bytes of files, once for all files that have the same
    "blobs",
    metadata,
    Column("sha256", Words, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("key", Words),  # its name in the folder of files; NULL where its bytes are in blob_pieces
    Column("at", Instant, nullable=False),
)

blob_pieces = Table(
    "blob_pieces",
    metadata,
    Column("sha256", ForeignKey(blobs.c.sha256, ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    PrimaryKeyConstraint("sha256", "number"),
)

files = Table(
    "files",
    metadata,
    id_column(),
    Column("owner_id", ForeignKey(people.c.id), nullable=False),
    Column("ticket_id", ForeignKey(tickets.c.id), index=True),
    Column("message_id", ForeignKey(messages.c.id), index=True),
    Column("position", Integer, nullable=False),  # among those that were attached together
    Column("name", Words, nullable=False),
    Column("media_type", Words, nullable=False),
    Column("size", Integer, nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("sha256", ForeignKey(blobs.c.sha256), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    partial("ix_files_unattached", "at", where="ticket_id IS NULL"),
    sqlite_autoincrement=True,
)

events = Table(
    "events",
    metadata,
    id_column(),
    Column("ticket_id", ForeignKey(tickets.c.id)),
    Column("kind", Words, nullable=False),
    Column("schema", Integer, nullable=False),
    Column("data", Document, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor_id", ForeignKey(people.c.id)),
    Column("door", Words, nullable=False),
    Column("digest", Words, nullable=False),
    Index(None, "ticket_id", "id"),
    sqlite_autoincrement=True,
)

reads = Table(
    "reads",
    metadata,
    Column("person_id", ForeignKey(people.c.id), nullable=False),
    Column("ticket_id", ForeignKey(tickets.c.id), nullable=False),
    Column("event_id", ForeignKey(events.c.id), nullable=False),
    Column("message_id", ForeignKey(messages.c.id)),  # the newest message at that event; NULL where none was said yet
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("person_id", "ticket_id"),
)
