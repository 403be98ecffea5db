"""Tickets merged, split and linked; what a follower had typed before they followed."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
MERGED_INTO = "fk_tickets_merged_into_tickets"
IN_FORCE = sa.text("undone_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "merges",
        sa.Column("id", ID, sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("into_id", ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("undone_at", INSTANT),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_merges_ticket_id_tickets"),
        sa.ForeignKeyConstraint(["into_id"], ["tickets.id"], name="fk_merges_into_id_tickets"),
        sa.PrimaryKeyConstraint("id", name="pk_merges"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_merges_into_id", "merges", ["into_id"])
    op.create_index(
        "uq_merges_in_force",
        "merges",
        ["ticket_id"],
        unique=True,
        sqlite_where=IN_FORCE,
        postgresql_where=IN_FORCE,
    )
    op.create_table(
        "ticket_links",
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("other_id", ID, nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_ticket_links_ticket_id_tickets"),
        sa.ForeignKeyConstraint(["other_id"], ["tickets.id"], name="fk_ticket_links_other_id_tickets"),
        sa.PrimaryKeyConstraint("ticket_id", "other_id", "relation", name="pk_ticket_links"),
    )
    op.create_index("ix_ticket_links_other_id", "ticket_links", ["other_id"])
    # With its constraint in the column, which SQLite can add in place: the table need not be written anew.
    kind = "INTEGER" if op.get_context().dialect.name == "sqlite" else "BIGINT"
    op.execute(f"ALTER TABLE tickets ADD COLUMN merged_into {kind} CONSTRAINT {MERGED_INTO} REFERENCES tickets (id)")
    op.add_column("followers", sa.Column("words", sa.JSON()))


def downgrade() -> None:
    """A merged ticket stays closed, and what was moved stays where it is: nothing says any more where it went."""
    op.execute("UPDATE tickets SET ending = 'by_staff' WHERE ending = 'merged'")
    op.drop_column("followers", "words")
    op.drop_column("tickets", "merged_into")
    op.drop_index("ix_ticket_links_other_id", "ticket_links")
    op.drop_table("ticket_links")
    op.drop_index("uq_merges_in_force", "merges")
    op.drop_index("ix_merges_into_id", "merges")
    op.drop_table("merges")
