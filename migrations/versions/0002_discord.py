"""What a platform that holds copies needs: its cards, what it calls our messages, and what stands in the desk's way."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
FOUND = sa.text("external_id IS NOT NULL AND lost_at IS NULL")


def upgrade() -> None:
    op.add_column("people", sa.Column("avatar_url", sa.Text()))
    op.add_column("threads", sa.Column("card", sa.Text()))
    op.add_column("threads", sa.Column("cursor", sa.Text()))
    op.add_column("threads", sa.Column("lost_at", INSTANT))
    op.create_index(
        "uq_threads_found",
        "threads",
        ["platform", "external_id"],
        unique=True,
        sqlite_where=FOUND,
        postgresql_where=FOUND,
    )
    _conversation()
    _desk()


def downgrade() -> None:
    for table in ("troubles", "marks", "leases", "reactions", "copies"):
        op.drop_table(table)
    op.drop_index("uq_threads_found", "threads")
    for column in ("lost_at", "cursor", "card"):
        op.drop_column("threads", column)
    op.drop_column("people", "avatar_url")


def _conversation() -> None:
    op.create_table(
        "copies",
        sa.Column("thread_id", ID, nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("message_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_copies_message_id_messages"),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name="fk_copies_thread_id_threads"),
        sa.PrimaryKeyConstraint("thread_id", "external_id", name="pk_copies"),
    )
    op.create_index("ix_copies_message_id", "copies", ["message_id"])
    op.create_table(
        "reactions",
        sa.Column("message_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("emoji", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_reactions_message_id_messages"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_reactions_person_id_people"),
        sa.PrimaryKeyConstraint("message_id", "person_id", "emoji", name="pk_reactions"),
    )


def _desk() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
    op.create_table(
        "marks",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_marks"),
    )
    op.create_table(
        "troubles",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_troubles"),
    )
