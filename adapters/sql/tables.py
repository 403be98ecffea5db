"""The tables, declared once: the repositories query them and Alembic compares the migrations with them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    literal_column,
    text,
)

from adapters.sql.types import Document, Id, Instant, Words
from core.model.ticket import LIVE

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

UNFINISHED = "state IN ('pending', 'parked')"
PENDING = "state = 'pending'"
GIVEN_UP = "state IN ('dead', 'parked')"
DONE = "state = 'done'"
GOING_ON = "state <> 'ended'"
FOUND = "external_id IS NOT NULL AND lost_at IS NULL"


def unfinished(state: ColumnElement[str]) -> ColumnElement[bool]:
    """``state`` is pending or parked, in literals: SQLite uses a partial index only for the very words of its WHERE."""
    return state.in_([literal_column("'pending'"), literal_column("'parked'")])


def pending(state: ColumnElement[str]) -> ColumnElement[bool]:
    return state == literal_column("'pending'")


def live(status: ColumnElement[str]) -> ColumnElement[bool]:
    """``status`` is one in which somebody still has to do something, in literals: the same each time."""
    return status.in_([literal_column(f"'{one}'") for one in sorted(LIVE)])


def _id() -> Column[int]:
    return Column("id", Id, Identity(), primary_key=True)


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


people = Table(
    "people",
    metadata,
    _id(),
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
    _id(),
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

tickets = Table(
    "tickets",
    metadata,
    _id(),
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
    _partial("ix_tickets_offered_to", "offered_to", where="offered_to IS NOT NULL"),
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
    Column("ticket_id", ForeignKey(tickets.c.id), nullable=False),
    Column("person_id", ForeignKey(people.c.id), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("ticket_id", "person_id"),
)

threads = Table(
    "threads",
    metadata,
    _id(),
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
    _partial("uq_threads_found", "platform", "external_id", where=FOUND, unique=True),
    sqlite_autoincrement=True,
)

messages = Table(
    "messages",
    metadata,
    _id(),
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

files = Table(
    "files",
    metadata,
    _id(),
    Column("owner_id", ForeignKey(people.c.id), nullable=False),
    Column("ticket_id", ForeignKey(tickets.c.id), index=True),
    Column("message_id", ForeignKey(messages.c.id), index=True),
    Column("position", Integer, nullable=False),  # among those that were attached together
    Column("name", Words, nullable=False),
    Column("media_type", Words, nullable=False),
    Column("size", Integer, nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("sha256", Words, nullable=False),
    Column("at", Instant, nullable=False),
    _partial("ix_files_unattached", "at", where="ticket_id IS NULL"),
    sqlite_autoincrement=True,
)

file_data = Table(  # apart, so that listing files never reads their bytes
    "file_data",
    metadata,
    Column("file_id", ForeignKey(files.c.id, ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),
)

events = Table(
    "events",
    metadata,
    _id(),
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

preferences = Table(
    "preferences",
    metadata,
    Column("person_id", ForeignKey(people.c.id), nullable=False),
    Column("key", Words, nullable=False),
    Column("value", Document, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("person_id", "key"),
)

escalations = Table(
    "escalations",
    metadata,
    _id(),
    Column("ticket_id", ForeignKey(tickets.c.id), nullable=False, index=True),
    Column("policy_key", Words, nullable=False),
    Column("policy", Document, nullable=False),  # as it was when it began
    Column("state", Words, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("resumed_at", Instant, nullable=False),
    Column("elapsed", BigInteger, nullable=False),  # microseconds that its clock had run at resumed_at
    Column("called", Integer, nullable=False),
    Column("level", Integer, nullable=False),
    Column("acknowledged_by", ForeignKey(people.c.id)),
    Column("acknowledged_as", Words, nullable=False),  # a typed name, unverified
    Column("acknowledged_at", Instant),
    Column("reminded_at", Instant),
    Column("ended_at", Instant),
    Column("version", Integer, nullable=False),
    _partial("uq_escalations_going_on", "ticket_id", "policy_key", where=GOING_ON, unique=True),
    _partial("ix_escalations_going_on", "id", where=GOING_ON),
    sqlite_autoincrement=True,
)

deliveries = Table(
    "deliveries",
    metadata,
    _id(),
    Column("key", Words, nullable=False, unique=True),
    Column("lane", Words, nullable=False),
    Column("address_kind", Words, nullable=False),  # thread, person, space or email
    Column("thread_id", ForeignKey(threads.c.id)),
    Column("person_id", ForeignKey(people.c.id)),
    Column("platform", Words),
    Column("space", Words),
    Column("email", Words),
    Column("intent", Words, nullable=False),
    Column("ticket_id", ForeignKey(tickets.c.id)),
    Column("message_id", ForeignKey(messages.c.id)),
    Column("event_id", ForeignKey(events.c.id)),
    Column("escalation_id", ForeignKey(escalations.c.id)),
    Column("folded_into", ForeignKey("deliveries.id")),  # the one that tells it too, in a storm
    Column("pace_key", Words),
    Column("supersede_key", Words),
    Column("state", Words, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("uncertain", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("first_attempt_at", Instant),
    Column("due_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("receipt", Words),
    Column("reason", Words),
    Column("owner", Words),
    Column("leased_until", Instant),
    _partial("ix_deliveries_lane_unfinished", "lane", "id", where=UNFINISHED),
    _partial("ix_deliveries_due", "due_at", where=PENDING),
    _partial("ix_deliveries_given_up", "id", where=GIVEN_UP),
    _partial("ix_deliveries_lane_done", "lane", "id", where=DONE),
    _partial("ix_deliveries_folded_into", "folded_into", where="folded_into IS NOT NULL"),
    sqlite_autoincrement=True,
)

pace = Table(
    "pace",
    metadata,
    Column("pace_key", Words, primary_key=True),
    Column("next_at", Instant, nullable=False),
)

timers = Table(
    "timers",
    metadata,
    _id(),
    Column("kind", Words, nullable=False),
    Column("ticket_id", ForeignKey(tickets.c.id), nullable=False),
    Column("subject", Words, nullable=False),  # what tells a ticket's timers of one kind apart
    Column("due_at", Instant, nullable=False, index=True),
    UniqueConstraint("ticket_id", "kind", "subject"),
    sqlite_autoincrement=True,
)

inbox = Table(
    "inbox",
    metadata,
    Column("door", Words, nullable=False),
    Column("inbound", Words, nullable=False),
    Column("ticket_id", ForeignKey(tickets.c.id)),
    Column("message_id", ForeignKey(messages.c.id)),
    Column("draft", Words),
    Column("person_id", ForeignKey(people.c.id)),
    Column("at", Instant, nullable=False, index=True),
    PrimaryKeyConstraint("door", "inbound"),
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

leases = Table(
    "leases",
    metadata,
    Column("name", Words, primary_key=True),
    Column("owner", Words, nullable=False),
    Column("until", Instant, nullable=False),
)

marks = Table(
    "marks",
    metadata,
    Column("name", Words, primary_key=True),
    Column("value", Words, nullable=False),
)

troubles = Table(
    "troubles",
    metadata,
    Column("key", Words, primary_key=True),
    Column("sentence", Words, nullable=False),
    Column("since", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("count", Integer, nullable=False),
)
