"""Assignment, duty, promises and escalation: who was asked to take a ticket, who is on duty, what calls people."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
OFFERED = "fk_tickets_offered_to_people"
CALLS = "fk_deliveries_escalation_id_escalations"
FOLDED = "fk_deliveries_folded_into_deliveries"
OF_A_KIND = ["ticket_id", "kind"]
GOING_ON = sa.text("state <> 'ended'")


def upgrade() -> None:
    op.create_table(
        "escalations",
        sa.Column("id", ID, sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("policy_key", sa.Text(), nullable=False),
        sa.Column("policy", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("resumed_at", INSTANT, nullable=False),
        sa.Column("elapsed", sa.BigInteger(), nullable=False),
        sa.Column("called", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("acknowledged_by", ID),
        sa.Column("acknowledged_as", sa.Text(), nullable=False),
        sa.Column("acknowledged_at", INSTANT),
        sa.Column("reminded_at", INSTANT),
        sa.Column("ended_at", INSTANT),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_escalations_ticket_id_tickets"),
        sa.ForeignKeyConstraint(["acknowledged_by"], ["people.id"], name="fk_escalations_acknowledged_by_people"),
        sa.PrimaryKeyConstraint("id", name="pk_escalations"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_escalations_ticket_id", "escalations", ["ticket_id"])
    for name, columns, unique in (
        ("uq_escalations_going_on", ["ticket_id", "policy_key"], True),
        ("ix_escalations_going_on", ["id"], False),
    ):
        op.create_index(name, "escalations", columns, unique=unique, sqlite_where=GOING_ON, postgresql_where=GOING_ON)
    # With their constraints in the column, which SQLite can add in place: the tables need not be written anew.
    kind = "INTEGER" if op.get_context().dialect.name == "sqlite" else "BIGINT"
    op.execute(f"ALTER TABLE tickets ADD COLUMN offered_to {kind} CONSTRAINT {OFFERED} REFERENCES people (id)")
    op.execute(f"ALTER TABLE deliveries ADD COLUMN escalation_id {kind} CONSTRAINT {CALLS} REFERENCES escalations (id)")
    op.execute(f"ALTER TABLE deliveries ADD COLUMN folded_into {kind} CONSTRAINT {FOLDED} REFERENCES deliveries (id)")
    for table, column in (
        ("tickets", sa.Column("offered_until", INSTANT)),
        ("tickets", sa.Column("snoozed_until", INSTANT)),
        ("deliveries", sa.Column("email", sa.Text())),
        ("people", sa.Column("duty", sa.Text())),
        ("people", sa.Column("duty_since", INSTANT)),
        ("people", sa.Column("duty_until", INSTANT)),
        ("people", sa.Column("capacity", sa.Integer())),
        ("people", sa.Column("given_at", INSTANT)),
    ):
        op.add_column(table, column)
    op.create_index("ix_tickets_category_opened_at", "tickets", ["category", "opened_at"])
    op.create_index("ix_tickets_category_resolved_at", "tickets", ["category", "resolved_at"])
    _index_where_set("ix_tickets_offered_to", "tickets", "offered_to")
    _index_where_set("ix_deliveries_folded_into", "deliveries", "folded_into")
    op.add_column("timers", sa.Column("subject", sa.Text(), nullable=False, server_default=""))
    _unique(OF_A_KIND, [*OF_A_KIND, "subject"])


def downgrade() -> None:
    """Of what is new, nothing stays: no escalation calls, nobody is asked, and what was for an address goes."""
    op.execute("DELETE FROM timers WHERE kind <> 'quiet_close'")
    _unique([*OF_A_KIND, "subject"], OF_A_KIND)
    op.drop_column("timers", "subject")
    op.execute("UPDATE tickets SET ending = 'quiet' WHERE ending = 'unanswered'")
    op.execute("UPDATE deliveries SET folded_into = NULL")
    op.execute("DELETE FROM deliveries WHERE address_kind = 'email' OR intent IN ('call', 'digest')")
    op.drop_index("ix_deliveries_folded_into", "deliveries")
    op.drop_index("ix_tickets_offered_to", "tickets")
    op.drop_index("ix_tickets_category_resolved_at", "tickets")
    op.drop_index("ix_tickets_category_opened_at", "tickets")
    for table, columns in (
        ("people", ("given_at", "capacity", "duty_until", "duty_since", "duty")),
        ("deliveries", ("email", "folded_into", "escalation_id")),
        ("tickets", ("snoozed_until", "offered_until", "offered_to")),
    ):
        for column in columns:
            op.drop_column(table, column)
    op.drop_table("escalations")


def _index_where_set(name: str, table: str, column: str) -> None:
    is_set = sa.text(f"{column} IS NOT NULL")
    op.create_index(name, table, [column], sqlite_where=is_set, postgresql_where=is_set)


def _unique(before: list[str], after: list[str]) -> None:
    """What a timer is the only one of, in place of what it was."""
    with op.batch_alter_table("timers", table_kwargs={"sqlite_autoincrement": True}) as timers:
        timers.drop_constraint(f"uq_timers_{'_'.join(before)}", type_="unique")
        timers.create_unique_constraint(f"uq_timers_{'_'.join(after)}", after)
        timers.alter_column("subject", server_default=None)
