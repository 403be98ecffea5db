"""A ticket whose words were deleted: when, by whom and why."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
ERASED_BY = "fk_tickets_erased_by_people"


def upgrade() -> None:
    # With its constraint in the column, which SQLite can add in place: the table need not be written anew.
    kind = "INTEGER" if op.get_context().dialect.name == "sqlite" else "BIGINT"
    op.execute(f"ALTER TABLE tickets ADD COLUMN erased_by {kind} CONSTRAINT {ERASED_BY} REFERENCES people (id)")
    op.add_column("tickets", sa.Column("erased_at", INSTANT))
    op.add_column("tickets", sa.Column("erased_for", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """What was erased stays so, as a ticket that is closed and says nothing. What was not taken back yet stays where it
    is: an earlier desk cannot do it."""
    op.execute("UPDATE tickets SET ending = 'by_staff' WHERE ending = 'erased'")
    op.execute("DELETE FROM deliveries WHERE intent = 'erase'")
    op.drop_column("tickets", "erased_for")
    op.drop_column("tickets", "erased_at")
    op.drop_column("tickets", "erased_by")
