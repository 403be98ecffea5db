"""What is to be done: escalations, deliveries, timers, and what processes share."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, PrimaryKeyConstraint, Table, UniqueConstraint

from adapters.sql.tables.base import DONE, GIVEN_UP, GOING_ON, PENDING, UNFINISHED, id_column, metadata, partial
from adapters.sql.tables.people import people
from adapters.sql.tables.threads import events, messages, threads
from adapters.sql.tables.tickets import tickets
from adapters.sql.types import Document, Id, Instant, Words

escalations = Table(
    "escalations",
    metadata,
    id_column(),
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
    partial("uq_escalations_going_on", "ticket_id", "policy_key", where=GOING_ON, unique=True),
    partial("ix_escalations_going_on", "id", where=GOING_ON),
    sqlite_autoincrement=True,
)

deliveries = Table(
    "deliveries",
    metadata,
    id_column(),
    Column("key", Words, nullable=False, unique=True),
    Column("lane", Words, nullable=False),
    Column("address_kind", Words, nullable=False),  # thread, person, space, email or endpoint
    Column("thread_id", ForeignKey(threads.c.id)),
    Column("person_id", ForeignKey(people.c.id)),
    Column("platform", Words),
    Column("space", Words),
    Column("email", Words),
    Column("endpoint", Words),
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
    Column("answered", Integer),  # the status of an endpoint's last answer
    Column("owner", Words),
    Column("leased_until", Instant),
    partial("ix_deliveries_lane_unfinished", "lane", "id", where=UNFINISHED),
    partial("ix_deliveries_due", "due_at", where=PENDING),
    partial("ix_deliveries_given_up", "id", where=GIVEN_UP),
    partial("ix_deliveries_lane_done", "lane", "id", where=DONE),
    partial("ix_deliveries_folded_into", "folded_into", where="folded_into IS NOT NULL"),
    partial("ix_deliveries_endpoint", "endpoint", "id", where="endpoint IS NOT NULL"),
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
    id_column(),
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
    Column("faq_id", Id),
    PrimaryKeyConstraint("door", "inbound"),
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
