"""One human on several platforms: persons that were absorbed by another, and the codes that led to it. And in which
thread a reaction was set."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
MERGED_INTO = "fk_people_merged_into_people"
SET_IN = "fk_reactions_thread_id_threads"


def upgrade() -> None:
    # With its constraint in the column, which SQLite can add in place: the table need not be written anew.
    kind = "INTEGER" if op.get_context().dialect.name == "sqlite" else "BIGINT"
    op.execute(f"ALTER TABLE people ADD COLUMN merged_into {kind} CONSTRAINT {MERGED_INTO} REFERENCES people (id)")
    op.execute(f"ALTER TABLE reactions ADD COLUMN thread_id {kind} CONSTRAINT {SET_IN} REFERENCES threads (id)")
    op.create_table(
        "link_codes",
        sa.Column("person_id", ID, autoincrement=False, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("typist_id", ID),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_link_codes_person_id_people"),
        sa.ForeignKeyConstraint(["typist_id"], ["people.id"], name="fk_link_codes_typist_id_people"),
        sa.PrimaryKeyConstraint("person_id", name="pk_link_codes"),
        sa.UniqueConstraint("digest", name="uq_link_codes_digest"),
    )
    op.create_table(
        "link_misses",
        sa.Column("person_id", ID, autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_link_misses_person_id_people"),
        sa.PrimaryKeyConstraint("person_id", name="pk_link_misses"),
    )


def downgrade() -> None:
    """Those who were absorbed are persons of their own again, without anything that was theirs."""
    op.drop_table("link_misses")
    op.drop_table("link_codes")
    op.drop_column("reactions", "thread_id")
    op.drop_column("people", "merged_into")
