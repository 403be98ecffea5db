"""How tickets belong together: merges that may be taken back, and links."""

from sqlalchemy import Column, ForeignKey, PrimaryKeyConstraint, Table

from adapters.sql.tables.base import id_column, metadata, partial
from adapters.sql.tables.tickets import tickets
from adapters.sql.types import Document, Instant, Words

merges = Table(
    "merges",
    metadata,
    id_column(),
    Column("ticket_id", ForeignKey(tickets.c.id), nullable=False),
    Column("into_id", ForeignKey(tickets.c.id), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("moved", Document, nullable=False),  # what to put back
    Column("undone_at", Instant),
    partial("uq_merges_in_force", "ticket_id", where="undone_at IS NULL", unique=True),
    sqlite_autoincrement=True,
)

ticket_links = Table(
    "ticket_links",
    metadata,
    Column("ticket_id", ForeignKey(tickets.c.id), nullable=False),
    Column("other_id", ForeignKey(tickets.c.id), nullable=False, index=True),
    Column("relation", Words, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("ticket_id", "other_id", "relation"),
)
