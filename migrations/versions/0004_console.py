"""What the browser console keeps for each person: how far they read each ticket, and what they chose."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "reads",
        sa.Column("person_id", ID, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("event_id", ID, nullable=False),
        sa.Column("message_id", ID),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_reads_person_id_people"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_reads_ticket_id_tickets"),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_reads_event_id_events"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_reads_message_id_messages"),
        sa.PrimaryKeyConstraint("person_id", "ticket_id", name="pk_reads"),
    )
    op.create_table(
        "preferences",
        sa.Column("person_id", ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_preferences_person_id_people"),
        sa.PrimaryKeyConstraint("person_id", "key", name="pk_preferences"),
    )


def downgrade() -> None:
    op.drop_table("preferences")
    op.drop_table("reads")
