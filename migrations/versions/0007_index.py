"""What search and similarity look things up in."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SQLITE = (
    "CREATE VIRTUAL TABLE index_text USING fts5(title, body, said, noted, content='index_documents', "
    "content_rowid='id', tokenize='porter unicode61 remove_diacritics 2', prefix='3')",
    "CREATE TRIGGER index_text_added AFTER INSERT ON index_documents BEGIN "
    "INSERT INTO index_text (rowid, title, body, said, noted) "
    "VALUES (new.id, new.title, new.body, new.said, new.noted); END",
    "CREATE TRIGGER index_text_removed AFTER DELETE ON index_documents BEGIN "
    "INSERT INTO index_text (index_text, rowid, title, body, said, noted) "
    "VALUES ('delete', old.id, old.title, old.body, old.said, old.noted); END",
    "CREATE TRIGGER index_text_changed AFTER UPDATE OF title, body, said, noted ON index_documents BEGIN "
    "INSERT INTO index_text (index_text, rowid, title, body, said, noted) "
    "VALUES ('delete', old.id, old.title, old.body, old.said, old.noted); "
    "INSERT INTO index_text (rowid, title, body, said, noted) "
    "VALUES (new.id, new.title, new.body, new.said, new.noted); END",
)
POSTGRESQL = (
    # English's own dictionary leaves out words such as "it" and "can", which a title may consist of.
    "CREATE TEXT SEARCH DICTIONARY index_text_stem (TEMPLATE = pg_catalog.snowball, Language = english)",
    "CREATE TEXT SEARCH CONFIGURATION index_text_words (COPY = pg_catalog.english)",
    "ALTER TEXT SEARCH CONFIGURATION index_text_words ALTER MAPPING FOR asciiword WITH index_text_stem",
    "CREATE TABLE index_text (id BIGINT CONSTRAINT pk_index_text PRIMARY KEY CONSTRAINT "
    "fk_index_text_id_index_documents REFERENCES index_documents (id) ON DELETE CASCADE, "
    "asked tsvector NOT NULL, said tsvector NOT NULL, noted tsvector NOT NULL)",
    "CREATE INDEX ix_index_text_asked ON index_text USING gin (asked)",
    "CREATE INDEX ix_index_text_said ON index_text USING gin (said)",
    "CREATE INDEX ix_index_text_noted ON index_text USING gin (noted)",
)
POSTGRESQL_DOWN = (
    "DROP TABLE index_text",
    "DROP TEXT SEARCH CONFIGURATION index_text_words",
    "DROP TEXT SEARCH DICTIONARY index_text_stem",
)


def upgrade() -> None:
    """Every ticket that there is waits to be indexed: the desk does it when it runs."""
    op.create_table(
        "index_marks",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", ID, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject", name="pk_index_marks"),
    )
    op.create_table(
        "index_documents",
        sa.Column("id", ID, sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", ID, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("noted", sa.Text(), nullable=False),
        sa.Column("meaning", sa.Text(), nullable=False),
        sa.Column("circle", sa.Text(), nullable=False),
        sa.Column("owner_id", ID),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("vector", sa.LargeBinary()),
        sa.Column("seq", ID, nullable=False),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_index_documents"),
        sa.UniqueConstraint("kind", "subject", name="uq_index_documents_kind_subject"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_index_documents_model", "index_documents", ["model"])
    op.create_index("ix_index_documents_seq", "index_documents", ["seq"])
    op.create_table(
        "index_counters",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", ID, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_index_counters"),
    )
    for statement in SQLITE if op.get_context().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)
    op.execute("INSERT INTO index_marks (kind, subject, times) SELECT 'ticket', id, 1 FROM tickets")


def downgrade() -> None:
    """What was indexed goes: it was made of what stays."""
    if op.get_context().dialect.name == "sqlite":
        op.drop_table("index_documents")  # with its triggers
        op.execute("DROP TABLE index_text")
    else:
        for statement in POSTGRESQL_DOWN:
            op.execute(statement)
        op.drop_table("index_documents")
    for table in ("index_counters", "index_marks"):
        op.drop_table(table)
