"""Of a sign-in, what it is known by in a list: its browser, its network address, when it was last seen. Of a person,
since when their tokens count."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.add_column("sessions", sa.Column("browser", sa.Text(), nullable=False, server_default=""))
    op.add_column("sessions", sa.Column("address", sa.Text(), nullable=False, server_default=""))
    op.add_column("sessions", sa.Column("seen_at", INSTANT))
    op.add_column("people", sa.Column("tokens_since", INSTANT))


def downgrade() -> None:
    op.drop_column("people", "tokens_since")
    op.drop_column("sessions", "seen_at")
    op.drop_column("sessions", "address")
    op.drop_column("sessions", "browser")
