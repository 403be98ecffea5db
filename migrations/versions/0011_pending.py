"""PostgreSQL puts new words into the full text at once: a list of words that wait is read through by every look-up.

Up to four megabytes of it were: https://www.postgresql.org/docs/current/gin.html#GIN-FAST-UPDATE
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INDEXES = ("ix_index_text_asked", "ix_index_text_said", "ix_index_text_noted")


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        for name in INDEXES:
            op.execute(f"ALTER INDEX {name} SET (fastupdate = off)")
            op.execute(f"SELECT gin_clean_pending_list('{name}')")


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        for name in INDEXES:
            op.execute(f"ALTER INDEX {name} RESET (fastupdate)")
