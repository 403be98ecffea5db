"""Frequently asked questions, their versions and what people said of them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "faqs",
        sa.Column("id", ID, sa.Identity(always=False), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("latest", sa.Integer(), nullable=False),
        sa.Column("published", sa.Integer()),
        sa.Column("source_id", ID),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("published_at", INSTANT),
        sa.Column("review_at", INSTANT),
        sa.Column("helpful", sa.Integer(), nullable=False),
        sa.Column("unhelpful", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["tickets.id"], name="fk_faqs_source_id_tickets"),
        sa.PrimaryKeyConstraint("id", name="pk_faqs"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_faqs_state", "faqs", ["state"])
    op.create_table(
        "faq_versions",
        sa.Column("faq_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("by_id", ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["faq_id"], ["faqs.id"], name="fk_faq_versions_faq_id_faqs"),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name="fk_faq_versions_by_id_people"),
        sa.PrimaryKeyConstraint("faq_id", "number", name="pk_faq_versions"),
    )
    op.create_table(
        "faq_ratings",
        sa.Column("faq_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["faq_id"], ["faqs.id"], name="fk_faq_ratings_faq_id_faqs"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_faq_ratings_person_id_people"),
        sa.PrimaryKeyConstraint("faq_id", "person_id", name="pk_faq_ratings"),
    )
    op.create_index("ix_faq_ratings_person_id", "faq_ratings", ["person_id"])
    op.add_column("inbox", sa.Column("faq_id", ID))


def downgrade() -> None:
    """The FAQs go, with all that was said of them."""
    op.drop_column("inbox", "faq_id")
    op.drop_table("faq_ratings")
    op.drop_table("faq_versions")
    op.drop_table("faqs")
