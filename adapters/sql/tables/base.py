"""What all tables are made with: the one metadata, ids, partial indexes, and the states that these name."""

from sqlalchemy import Column, ColumnElement, Identity, Index, MetaData, literal_column, text

from adapters.sql.types import Id
from core.model.ticket import LIVE

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

UNFINISHED = "state IN ('pending', 'parked')"
PENDING = "state = 'pending'"
GIVEN_UP = "state IN ('dead', 'parked')"
DONE = "state = 'done'"
GOING_ON = "state <> 'ended'"
FOUND = "external_id IS NOT NULL AND lost_at IS NULL"


def unfinished(state: ColumnElement[str]) -> ColumnElement[bool]:
    """``state`` is pending or parked, in literals: SQLite uses a partial index only for the very words of its WHERE."""
    return state.in_([literal_column("'pending'"), literal_column("'parked'")])


def pending(state: ColumnElement[str]) -> ColumnElement[bool]:
    return state == literal_column("'pending'")


def live(status: ColumnElement[str]) -> ColumnElement[bool]:
    """``status`` is one in which somebody still has to do something, in literals: the same each time."""
    return status.in_([literal_column(f"'{one}'") for one in sorted(LIVE)])


def id_column() -> Column[int]:
    return Column("id", Id, Identity(), primary_key=True)


def partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))
