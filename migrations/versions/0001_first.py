"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    _people()
    _tickets()
    _company()
    _conversation()
    _outbox()
    _memory()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


TABLES = (
    "people",
    "identities",
    "grants",
    "accounts",
    "sessions",
    "tickets",
    "participants",
    "followers",
    "events",
    "threads",
    "messages",
    "files",
    "file_data",
    "deliveries",
    "pace",
    "timers",
    "inbox",
    "drafts",
)


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("id", ID, sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("email", sa.Text()),
        sa.Column("email_key", sa.Text()),
        sa.Column("email_confirmed", sa.Boolean(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text()),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("email_key", name="uq_people_email_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_people_name_key", "people", ["name_key"])
    op.create_table(
        "identities",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("realm", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_identities_person_id_people"),
        sa.PrimaryKeyConstraint("platform", "realm", "external_id", name="pk_identities"),
    )
    op.create_index("ix_identities_person_id", "identities", ["person_id"])
    op.create_table(
        "grants",
        sa.Column("id", ID, sa.Identity(always=False), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_grants_person_id_people"),
        sa.PrimaryKeyConstraint("id", name="pk_grants"),
        sa.UniqueConstraint("person_id", "role", "team", "source", name="uq_grants_person_id_role_team_source"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "accounts",
        sa.Column("person_id", ID, autoincrement=False, nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("username_key", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_accounts_person_id_people"),
        sa.PrimaryKeyConstraint("person_id", name="pk_accounts"),
        sa.UniqueConstraint("email_key", name="uq_accounts_email_key"),
        sa.UniqueConstraint("username_key", name="uq_accounts_username_key"),
    )
    op.create_table(
        "sessions",
        sa.Column("token_digest", sa.Text(), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_sessions_person_id_people"),
        sa.PrimaryKeyConstraint("token_digest", name="pk_sessions"),
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_index("ix_sessions_person_id", "sessions", ["person_id"])


def _tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column("id", ID, sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.JSON(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("visibility", sa.Text(), nullable=False),
        sa.Column("requester_id", ID, nullable=False),
        sa.Column("assignee_id", ID),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("follower_count", sa.Integer(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("first_response_at", INSTANT),
        sa.Column("resolved_at", INSTANT),
        sa.Column("closed_at", INSTANT),
        sa.Column("ending", sa.Text()),
        sa.Column("alerted_in", sa.Text()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("last_digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["assignee_id"], ["people.id"], name="fk_tickets_assignee_id_people"),
        sa.ForeignKeyConstraint(["requester_id"], ["people.id"], name="fk_tickets_requester_id_people"),
        sa.PrimaryKeyConstraint("id", name="pk_tickets"),
        sa.UniqueConstraint("key", name="uq_tickets_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_tickets_assignee_id_status", "tickets", ["assignee_id", "status"])
    op.create_index("ix_tickets_requester_id_id", "tickets", ["requester_id", "id"])
    op.create_index("ix_tickets_requester_id_opened_at", "tickets", ["requester_id", "opened_at"])
    op.create_index("ix_tickets_status", "tickets", ["status"])
    op.create_index("ix_tickets_team_status", "tickets", ["team", "status"])
    op.create_index("ix_tickets_visibility_id", "tickets", ["visibility", "id"])


def _company() -> None:
    op.create_table(
        "participants",
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_participants_person_id_people"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_participants_ticket_id_tickets"),
        sa.PrimaryKeyConstraint("ticket_id", "person_id", name="pk_participants"),
    )
    op.create_index("ix_participants_person_id", "participants", ["person_id"])
    op.create_table(
        "followers",
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_followers_person_id_people"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_followers_ticket_id_tickets"),
        sa.PrimaryKeyConstraint("ticket_id", "person_id", name="pk_followers"),
    )
    op.create_index("ix_followers_person_id", "followers", ["person_id"])
    op.create_table(
        "events",
        sa.Column("id", ID, sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", ID),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("schema", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor_id", ID),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["people.id"], name="fk_events_actor_id_people"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_events_ticket_id_tickets"),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_events_ticket_id_id", "events", ["ticket_id", "id"])


def _conversation() -> None:
    op.create_table(
        "threads",
        sa.Column("id", ID, sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("realm", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text()),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("participant_id", ID),
        sa.ForeignKeyConstraint(["participant_id"], ["people.id"], name="fk_threads_participant_id_people"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_threads_ticket_id_tickets"),
        sa.PrimaryKeyConstraint("id", name="pk_threads"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_threads_ticket_id", "threads", ["ticket_id"])
    op.create_table(
        "messages",
        sa.Column("id", ID, sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("author_id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("edited_at", INSTANT),
        sa.Column("undone_at", INSTANT),
        sa.Column("origin_id", ID),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name="fk_messages_author_id_people"),
        sa.ForeignKeyConstraint(["origin_id"], ["threads.id"], name="fk_messages_origin_id_threads"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_messages_ticket_id_tickets"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_messages_ticket_id_id", "messages", ["ticket_id", "id"])
    op.create_table(
        "files",
        sa.Column("id", ID, sa.Identity(always=False), nullable=False),
        sa.Column("owner_id", ID, nullable=False),
        sa.Column("ticket_id", ID),
        sa.Column("message_id", ID),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer()),
        sa.Column("height", sa.Integer()),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_files_message_id_messages"),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_files_owner_id_people"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_files_ticket_id_tickets"),
        sa.PrimaryKeyConstraint("id", name="pk_files"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_files_message_id", "files", ["message_id"])
    op.create_index("ix_files_ticket_id", "files", ["ticket_id"])
    op.create_index(
        "ix_files_unattached",
        "files",
        ["at"],
        sqlite_where=sa.text("ticket_id IS NULL"),
        postgresql_where=sa.text("ticket_id IS NULL"),
    )
    op.create_table(
        "file_data",
        sa.Column("file_id", ID, autoincrement=False, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name="fk_file_data_file_id_files", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("file_id", name="pk_file_data"),
    )


def _outbox() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", ID, sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("address_kind", sa.Text(), nullable=False),
        sa.Column("thread_id", ID),
        sa.Column("person_id", ID),
        sa.Column("platform", sa.Text()),
        sa.Column("space", sa.Text()),
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("ticket_id", ID),
        sa.Column("message_id", ID),
        sa.Column("event_id", ID),
        sa.Column("pace_key", sa.Text()),
        sa.Column("supersede_key", sa.Text()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("uncertain", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("first_attempt_at", INSTANT),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT),
        sa.Column("receipt", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("owner", sa.Text()),
        sa.Column("leased_until", INSTANT),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_deliveries_event_id_events"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_deliveries_message_id_messages"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_deliveries_person_id_people"),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name="fk_deliveries_thread_id_threads"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_deliveries_ticket_id_tickets"),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("key", name="uq_deliveries_key"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_deliveries_due",
        "deliveries",
        ["due_at"],
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_deliveries_given_up",
        "deliveries",
        ["id"],
        sqlite_where=sa.text("state IN ('dead', 'parked')"),
        postgresql_where=sa.text("state IN ('dead', 'parked')"),
    )
    op.create_index(
        "ix_deliveries_lane_done",
        "deliveries",
        ["lane", "id"],
        sqlite_where=sa.text("state = 'done'"),
        postgresql_where=sa.text("state = 'done'"),
    )
    op.create_index(
        "ix_deliveries_lane_unfinished",
        "deliveries",
        ["lane", "id"],
        sqlite_where=sa.text("state IN ('pending', 'parked')"),
        postgresql_where=sa.text("state IN ('pending', 'parked')"),
    )
    op.create_table(
        "pace",
        sa.Column("pace_key", sa.Text(), nullable=False),
        sa.Column("next_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("pace_key", name="pk_pace"),
    )


def _memory() -> None:
    op.create_table(
        "timers",
        sa.Column("id", ID, sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_timers_ticket_id_tickets"),
        sa.PrimaryKeyConstraint("id", name="pk_timers"),
        sa.UniqueConstraint("ticket_id", "kind", name="uq_timers_ticket_id_kind"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_timers_due_at", "timers", ["due_at"])
    op.create_table(
        "inbox",
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("inbound", sa.Text(), nullable=False),
        sa.Column("ticket_id", ID),
        sa.Column("message_id", ID),
        sa.Column("draft", sa.Text()),
        sa.Column("person_id", ID),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_inbox_message_id_messages"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_inbox_person_id_people"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_inbox_ticket_id_tickets"),
        sa.PrimaryKeyConstraint("door", "inbound", name="pk_inbox"),
    )
    op.create_index("ix_inbox_at", "inbox", ["at"])
    op.create_table(
        "drafts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_drafts_person_id_people"),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
    )
    op.create_index("ix_drafts_person_id", "drafts", ["person_id"])
    op.create_index("ix_drafts_updated_at", "drafts", ["updated_at"])
