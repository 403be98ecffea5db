"""Deliveries to endpoints that are told of events, with the status of their last answer."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("endpoint", sa.Text()))
    op.add_column("deliveries", sa.Column("answered", sa.Integer()))
    where = sa.text("endpoint IS NOT NULL")
    op.create_index(
        "ix_deliveries_endpoint", "deliveries", ["endpoint", "id"], sqlite_where=where, postgresql_where=where
    )


def downgrade() -> None:
    """An earlier desk cannot read deliveries to endpoints: what it would trip over goes."""
    op.drop_index("ix_deliveries_endpoint", "deliveries")
    op.execute("DELETE FROM deliveries WHERE endpoint IS NOT NULL")
    op.drop_column("deliveries", "answered")
    op.drop_column("deliveries", "endpoint")
