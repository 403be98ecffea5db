"""The bytes of files apart from the files, in pieces, and once for all files that have the same."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
_PIECE = 256 * 1024


def upgrade() -> None:
    op.create_table(
        "blobs",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text()),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_blobs"),
    )
    op.create_table(
        "blob_pieces",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["blobs.sha256"], name="fk_blob_pieces_sha256_blobs", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("sha256", "number", name="pk_blob_pieces"),
    )
    _cut()
    op.drop_table("file_data")
    _write_files(held=True)
    op.create_index("ix_files_sha256", "files", ["sha256"])


def downgrade() -> None:
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM blobs WHERE key IS NOT NULL")):
        raise RuntimeError(
            "Some files are in the folder of files, where an earlier desk does not look. "
            'Write [files] store = "database", run "threaddesk files-move", and try again.'
        )
    op.drop_index("ix_files_sha256", "files")
    _write_files(held=False)
    op.create_table(
        "file_data",
        sa.Column("file_id", ID, autoincrement=False, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name="fk_file_data_file_id_files", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("file_id", name="pk_file_data"),
    )
    _join()
    op.drop_table("blob_pieces")
    op.drop_table("blobs")


def _cut() -> None:
    """One file at a time, so that no more than one is in memory."""
    database = op.get_bind()
    database.execute(
        sa.text("INSERT INTO blobs (sha256, size, at) SELECT sha256, max(size), min(at) FROM files GROUP BY sha256")
    )
    piece = sa.text("INSERT INTO blob_pieces (sha256, number, data) VALUES (:sha256, :number, :data)")
    firsts = database.execute(
        sa.text("SELECT f.sha256, min(f.id) AS id FROM files f JOIN file_data d ON d.file_id = f.id GROUP BY f.sha256")
    ).all()
    for first in firsts:
        found = database.scalar(sa.text("SELECT data FROM file_data WHERE file_id = :id"), {"id": first.id})
        for number, data in enumerate(_pieces(bytes(found))):
            database.execute(piece, {"sha256": first.sha256, "number": number, "data": data})


def _pieces(data: bytes) -> Iterator[bytes]:
    for at in range(0, len(data), _PIECE):
        yield data[at : at + _PIECE]


def _join() -> None:
    database = op.get_bind()
    pieces = sa.text("SELECT data FROM blob_pieces WHERE sha256 = :sha256 ORDER BY number")
    whole = sa.text("INSERT INTO file_data (file_id, data) VALUES (:id, :data)")
    for file in database.execute(sa.text("SELECT id, sha256 FROM files ORDER BY id")).all():
        found = database.scalars(pieces, {"sha256": file.sha256})
        database.execute(whole, {"id": file.id, "data": b"".join(bytes(one) for one in found)})


def _write_files(*, held: bool) -> None:
    """``files``, whether or not its rows hold blobs. SQLite cannot change a table's constraints in place."""
    if op.get_context().dialect.name == "postgresql":
        if held:
            op.create_foreign_key("fk_files_sha256_blobs", "files", "blobs", ["sha256"], ["sha256"])
        else:
            op.drop_constraint("fk_files_sha256_blobs", "files")
        return
    for name in ("ix_files_message_id", "ix_files_ticket_id", "ix_files_unattached"):
        op.drop_index(name, "files")
    op.rename_table("files", "files_before")
    op.create_table(
        "files",
        sa.Column("id", ID, nullable=False),
        sa.Column("owner_id", ID, nullable=False),
        sa.Column("ticket_id", ID),
        sa.Column("message_id", ID),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer()),
        sa.Column("height", sa.Integer()),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_files_message_id_messages"),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_files_owner_id_people"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_files_ticket_id_tickets"),
        sa.PrimaryKeyConstraint("id", name="pk_files"),
        *([sa.ForeignKeyConstraint(["sha256"], ["blobs.sha256"], name="fk_files_sha256_blobs")] if held else []),
        sqlite_autoincrement=True,
    )
    _copy_files()
    op.create_index("ix_files_message_id", "files", ["message_id"])
    op.create_index("ix_files_ticket_id", "files", ["ticket_id"])
    op.create_index("ix_files_unattached", "files", ["at"], sqlite_where=sa.text("ticket_id IS NULL"))


def _copy_files() -> None:
    """With the last number that was given, so that none is given twice."""
    columns = "id, owner_id, ticket_id, message_id, position, name, media_type, size, width, height, sha256, at"
    op.execute(f"INSERT INTO files ({columns}) SELECT {columns} FROM files_before")  # noqa: S608 - nothing typed
    op.execute("DELETE FROM sqlite_sequence WHERE name = 'files'")
    op.execute(
        "INSERT INTO sqlite_sequence (name, seq) SELECT 'files', seq FROM sqlite_sequence WHERE name = 'files_before'"
    )
    op.drop_table("files_before")
