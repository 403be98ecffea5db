"""Tickets, and who is with them."""

from sqlalchemy import Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, UniqueConstraint

from adapters.sql.tables.base import id_column, metadata, partial
from adapters.sql.tables.people import people
from adapters.sql.types import Document, Instant, Words

tickets = Table(
    "tickets",
    metadata,
    id_column(),
    Column("key", Words, nullable=False, unique=True),
    Column("title", Words, nullable=False),
    Column("description", Document, nullable=False),
    Column("category", Words, nullable=False),
    Column("answers", Document, nullable=False),
    Column("priority", Words, nullable=False),
    Column("status", Words, nullable=False),
    Column("visibility", Words, nullable=False),
    Column("requester_id", ForeignKey(people.c.id), nullable=False),
    Column("assignee_id", ForeignKey(people.c.id)),
    Column("team", Words, nullable=False),
    Column("tags", Document, nullable=False),
    Column("follower_count", Integer, nullable=False),
    Column("door", Words, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("first_response_at", Instant),
    Column("resolved_at", Instant),
    Column("closed_at", Instant),
    Column("ending", Words),
    Column("alerted_in", Words),
    Column("offered_to", ForeignKey(people.c.id)),
    Column("offered_until", Instant),
    Column("snoozed_until", Instant),
    Column("merged_into", ForeignKey("tickets.id")),
    Column("erased_at", Instant),
    Column("erased_by", ForeignKey(people.c.id)),
    Column("erased_for", Words, nullable=False, server_default=""),  # why, as the admin put it
    Column("version", Integer, nullable=False),
    Column("last_digest", Words, nullable=False),
    Index(None, "requester_id", "id"),
    Index(None, "requester_id", "opened_at"),
    Index(None, "assignee_id", "status"),
    Index(None, "team", "status"),
    Index(None, "status"),
    Index(None, "visibility", "id"),
    Index(None, "category", "opened_at"),
    Index(None, "category", "resolved_at"),
    partial("ix_tickets_offered_to", "offered_to", where="offered_to IS NOT NULL"),
    sqlite_autoincrement=True,
)

participants = Table(
    "participants",
    metadata,
    Column("ticket_id", ForeignKey(tickets.c.id), nullable=False),
    Column("person_id", ForeignKey(people.c.id), nullable=False, index=True),
    PrimaryKeyConstraint("ticket_id", "person_id"),
)

followers = Table(
    "followers",
    metadata,
    id_column(),
    Column("ticket_id", ForeignKey(tickets.c.id), nullable=False),
    Column("person_id", ForeignKey(people.c.id), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("words", Document),  # what they had typed for a ticket of their own
    UniqueConstraint("ticket_id", "person_id"),
    sqlite_autoincrement=True,
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", Words, primary_key=True),
    Column("person_id", ForeignKey(people.c.id), nullable=False, index=True),
    Column("values", Document, nullable=False),
    Column("files", Document, nullable=False),
    Column("updated_at", Instant, nullable=False, index=True),
)
