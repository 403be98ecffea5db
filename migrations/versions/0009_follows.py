"""A number of its own for each following, which names it to whoever follows a ticket unseen."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    _write_anew(
        sa.Column("id", ID, sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_followers"),
        sa.UniqueConstraint("ticket_id", "person_id", name="uq_followers_ticket_id_person_id"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    _write_anew(sa.PrimaryKeyConstraint("ticket_id", "person_id", name="pk_followers"))


def _write_anew(*parts: sa.schema.SchemaItem, **options: bool) -> None:
    """SQLite cannot change a primary key in place."""
    op.drop_index("ix_followers_person_id", "followers")
    op.rename_table("followers", "followers_before")
    if op.get_context().dialect.name == "postgresql":
        # The names of a table's constraints are the schema's there.
        for name in ("pk_followers", "fk_followers_person_id_people", "fk_followers_ticket_id_tickets"):
            op.drop_constraint(name, "followers_before")
    op.create_table(
        "followers",
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("words", sa.JSON()),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_followers_person_id_people"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_followers_ticket_id_tickets"),
        *parts,
        **options,
    )
    op.execute(
        "INSERT INTO followers (ticket_id, person_id, at, words) "
        "SELECT ticket_id, person_id, at, words FROM followers_before ORDER BY at, ticket_id, person_id"
    )
    op.drop_table("followers_before")
    op.create_index("ix_followers_person_id", "followers", ["person_id"])
