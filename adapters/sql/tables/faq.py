"""Frequently asked questions: their versions, and what people said of them."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, PrimaryKeyConstraint, Table

from adapters.sql.tables.base import id_column, metadata
from adapters.sql.tables.people import people
from adapters.sql.tables.tickets import tickets
from adapters.sql.types import Document, Instant, Words

faqs = Table(
    "faqs",
    metadata,
    id_column(),
    Column("state", Words, nullable=False, index=True),
    Column("latest", Integer, nullable=False),  # the numbers of two of its versions
    Column("published", Integer),
    Column("source_id", ForeignKey(tickets.c.id)),
    Column("created_at", Instant, nullable=False),
    Column("published_at", Instant),
    Column("review_at", Instant),
    Column("helpful", Integer, nullable=False),
    Column("unhelpful", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    sqlite_autoincrement=True,
)

faq_versions = Table(
    "faq_versions",
    metadata,
    Column("faq_id", ForeignKey(faqs.c.id), nullable=False),
    Column("number", Integer, nullable=False),
    Column("question", Words, nullable=False),
    Column("answer", Document, nullable=False),
    Column("words", Words, nullable=False),  # all of them, folded, to be searched
    Column("category", Words, nullable=False),
    Column("by_id", ForeignKey(people.c.id), nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("faq_id", "number"),
)

faq_ratings = Table(
    "faq_ratings",
    metadata,
    Column("faq_id", ForeignKey(faqs.c.id), nullable=False),
    Column("person_id", ForeignKey(people.c.id), nullable=False, index=True),
    Column("helpful", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("faq_id", "person_id"),
)
