"""Which revision a database is at, and bringing it up to this code's: Alembic, run from within."""

import asyncio
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from adapters.sql.database import (
    CONNECT_TIMEOUT,
    LOCKED,
    UNREADABLE,
    parse_url,
    prepare_sqlite,
    sqlite_file,
    translated,
)
from core.errors import Unavailable

SCRIPTS = Path(__file__).resolve().parents[2] / "migrations"
_ADVISORY_LOCK = 0x7468726561646465  # "threadde"
_AGAIN = 0.02
"""Seconds between two tries for a lock that SQLite does not wait for."""
_alembic = threading.Lock()
"""Alembic keeps the migration it runs in a module's global."""


class SchemaState(StrEnum):
    CURRENT = "current"
    BEHIND = "behind"
    """``upgrade`` will bring it up; so too for a database that is empty, or not there yet."""


class NewerDatabase(Exception):
    """The database bears a revision that this code does not know."""

    def __init__(self, name: str, revision: str, known: str) -> None:
        super().__init__(
            f"The database {name} was written by a newer Threaddesk (revision {revision}); this one knows up to "
            f"{known}. Start the newer one, or restore a backup."
        )


async def upgrade(url: str) -> None:
    """Bring the database to the newest revision, in one transaction; two processes at it at once follow each other.

    Makes SQLite's file and its folder where they are not there. Raises NewerDatabase, with nothing changed, and
    Unavailable.
    """
    await asyncio.to_thread(_upgrade, parse_url(url))


async def downgrade(url: str, revision: str) -> None:
    """Take the database back to ``revision`` (``base`` for none). What newer revisions held is lost. Raises as
    ``upgrade`` does."""
    await asyncio.to_thread(_downgrade, parse_url(url), revision)


async def check_version(url: str) -> SchemaState:
    """Whether the database is at this code's revision; it is only read. Raises NewerDatabase and Unavailable."""
    return await asyncio.to_thread(_check_version, parse_url(url))


def config(connection: Connection | None = None) -> Config:
    """Alembic's settings for the desk's migrations, over ``connection`` where there is one."""
    settings = Config()
    settings.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    settings.attributes["connection"] = connection
    return settings


def _upgrade(url: URL) -> None:
    with _alembic, _locked(url) as connection:
        _revision_of(connection, url)
        command.upgrade(config(connection), "head")


def _downgrade(url: URL, revision: str) -> None:
    with _alembic, _locked(url) as connection:
        _revision_of(connection, url)
        command.downgrade(config(connection), revision)


def _check_version(url: URL) -> SchemaState:
    if url.get_backend_name() == "sqlite" and not sqlite_file(url).exists():
        return SchemaState.BEHIND
    with _connected(url, begin="BEGIN") as connection:
        revision = _revision_of(connection, url)
    return SchemaState.CURRENT if revision == _head() else SchemaState.BEHIND


def _revision_of(connection: Connection, url: URL) -> str | None:
    revision = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}
    if revision is not None and revision not in known:
        raise NewerDatabase(url.render_as_string(), revision, _head())
    return revision


def _head() -> str:
    head = ScriptDirectory.from_config(config()).get_current_head()
    if head is None:
        raise RuntimeError(f"there are no migrations in {SCRIPTS}")
    return head


@contextmanager
def _locked(url: URL) -> Generator[Connection]:
    """A transaction that no other of its kind runs beside; SQLite's foreign keys are checked at its end."""
    if url.get_backend_name() == "sqlite":
        try:
            sqlite_file(url).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Unavailable(why=UNREADABLE) from error
        _keep_write_ahead_log(url)
    with _connected(url, begin="BEGIN IMMEDIATE") as connection:
        if connection.dialect.name == "sqlite":
            yield connection
            if broken := connection.execute(text("PRAGMA foreign_key_check")).all():
                raise RuntimeError(f"the migration left rows that refer to nothing: {broken[:5]}")
        else:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
            yield connection


def _keep_write_ahead_log(url: URL) -> None:
    """Of two processes that turn it on at once, SQLite refuses one on the spot, whatever its timeout: waiting would be
    a deadlock. https://www.sqlite.org/c3ref/busy_handler.html
    """
    end = time.monotonic() + CONNECT_TIMEOUT
    while True:
        try:
            with _connected(url, "PRAGMA journal_mode = WAL", begin="BEGIN"):
                return
        except Unavailable as error:
            if error.values["why"] != LOCKED or time.monotonic() > end:
                raise
        time.sleep(_AGAIN)


@contextmanager
def _connected(url: URL, *pragmas: str, begin: str) -> Generator[Connection]:
    on_sqlite = url.get_backend_name() == "sqlite"
    arguments = {"timeout": CONNECT_TIMEOUT} if on_sqlite else {"connect_timeout": CONNECT_TIMEOUT}
    engine = create_engine(
        url.set(drivername="sqlite") if on_sqlite else url, connect_args=arguments, poolclass=NullPool
    )
    if on_sqlite:
        prepare_sqlite(engine, pragmas, begin)  # foreign keys stay off: batch migrations drop and rename tables
    try:
        with engine.begin() as connection:
            yield connection
    except DBAPIError as error:
        refusal = translated(error, writing=True)
        if refusal is error:
            raise
        raise refusal from error
    finally:
        engine.dispose()
