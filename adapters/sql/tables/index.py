"""What search and similarity look things up in: which items' words changed, and a document of each.

The full text itself lies in tables of each database's own kind, which the migration makes and no metadata can declare:
their names begin with ``index_text``.
"""

from sqlalchemy import Boolean, Column, Integer, LargeBinary, PrimaryKeyConstraint, Table, UniqueConstraint

from adapters.sql.tables.base import id_column, metadata
from adapters.sql.types import Id, Words

index_marks = Table(
    "index_marks",
    metadata,
    Column("kind", Words, nullable=False),
    Column("subject", Id, nullable=False),
    Column("times", Integer, nullable=False),  # marked: written so that a mark set twice is locked by who sets it
    PrimaryKeyConstraint("kind", "subject"),
)

index_documents = Table(
    "index_documents",
    metadata,
    id_column(),
    Column("kind", Words, nullable=False),
    Column("subject", Id, nullable=False),
    Column("title", Words, nullable=False),
    Column("body", Words, nullable=False),
    Column("said", Words, nullable=False),
    Column("noted", Words, nullable=False),
    Column("meaning", Words, nullable=False),  # what the model of meaning reads
    Column("circle", Words, nullable=False),  # who may know of it, as ``Entry.group`` has it
    Column("owner_id", Id),
    Column("model", Words, nullable=False, index=True),  # that made the vector; "" where there is none of these words
    Column("vector", LargeBinary),
    Column("seq", Id, nullable=False, index=True),
    Column("is_gone", Boolean, nullable=False),
    UniqueConstraint("kind", "subject"),
    sqlite_autoincrement=True,
)

index_counters = Table(
    "index_counters",
    metadata,
    Column("name", Words, primary_key=True),
    Column("value", Id, nullable=False),
)
