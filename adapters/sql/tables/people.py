"""Who people are to the desk: identities, roles, accounts, links, and what each prefers."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, PrimaryKeyConstraint, Table, UniqueConstraint

from adapters.sql.tables.base import id_column, metadata
from adapters.sql.types import Document, Instant, Words

people = Table(
    "people",
    metadata,
    id_column(),
    Column("name", Words, nullable=False),
    Column("name_key", Words, nullable=False, index=True),
    Column("email", Words),
    Column("email_key", Words, unique=True),
    Column("email_confirmed", Boolean, nullable=False),
    Column("language", Words, nullable=False),
    Column("time_zone", Words),
    Column("avatar_url", Words),
    Column("standing", Words, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("merged_into", ForeignKey("people.id")),  # who they turned out to be: history still names the row
    Column("duty", Words),  # what they said of it last: available or away
    Column("duty_since", Instant),
    Column("duty_until", Instant),
    Column("capacity", Integer),
    Column("given_at", Instant),  # when they were last asked to take a ticket
    Column("tokens_since", Instant),  # an earlier token of the API is worth nothing
    sqlite_autoincrement=True,
)

identities = Table(
    "identities",
    metadata,
    Column("platform", Words, nullable=False),
    Column("realm", Words, nullable=False),
    Column("external_id", Words, nullable=False),
    Column("person_id", ForeignKey(people.c.id), nullable=False, index=True),
    PrimaryKeyConstraint("platform", "realm", "external_id"),
)

grants = Table(
    "grants",
    metadata,
    id_column(),
    Column("person_id", ForeignKey(people.c.id), nullable=False),
    Column("role", Words, nullable=False),
    Column("team", Words, nullable=False),  # "" for every team: NULLs would not be unique
    Column("source", Words, nullable=False),
    Column("approved", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("person_id", "role", "team", "source"),
    sqlite_autoincrement=True,
)

accounts = Table(
    "accounts",
    metadata,
    Column("person_id", ForeignKey(people.c.id), primary_key=True, autoincrement=False),
    Column("username", Words, nullable=False),
    Column("username_key", Words, nullable=False, unique=True),
    Column("email", Words, nullable=False),
    Column("email_key", Words, nullable=False, unique=True),
    Column("password_hash", Words, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_digest", Words, primary_key=True),
    Column("person_id", ForeignKey(people.c.id), nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("browser", Words, nullable=False, server_default=""),
    Column("address", Words, nullable=False, server_default=""),
    Column("seen_at", Instant),
)

link_codes = Table(
    "link_codes",
    metadata,
    Column("person_id", ForeignKey(people.c.id), primary_key=True, autoincrement=False),
    Column("digest", Words, nullable=False, unique=True),
    Column("expires_at", Instant, nullable=False),
    Column("typist_id", ForeignKey(people.c.id)),
)

link_misses = Table(
    "link_misses",
    metadata,
    Column("person_id", ForeignKey(people.c.id), primary_key=True, autoincrement=False),
    Column("count", Integer, nullable=False),
    Column("since", Instant, nullable=False),
)

preferences = Table(
    "preferences",
    metadata,
    Column("person_id", ForeignKey(people.c.id), nullable=False),
    Column("key", Words, nullable=False),
    Column("value", Document, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("person_id", "key"),
)
