"""Databases for tests: each test finds a migrated one with nothing in it.

SQLite's is a copy of a file that was migrated once. PostgreSQL's is emptied before each test; where its server comes
from says ``tests/fakes/postgres.py``.
"""

import asyncio
import shutil
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import psycopg
import pytest
import structlog
from hypothesis import settings
from sqlalchemy import Table

from adapters.sql import schema
from adapters.sql.store import SqlStore
from adapters.sql.tables import metadata
from tests.fakes.postgres import PostgresServer, postgresql

settings.register_profile("desk", deadline=None)
settings.load_profile("desk")
"""On a busy machine an example may take its time."""

structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)
"""As the desk writes them. The library's own way, with every variable of every frame, takes a second for one."""


def is_numbered(table: Table) -> bool:
    return "id" in table.c and table.c.id.identity is not None


BACKENDS = ["sqlite", "postgresql"]
EMPTY = "SET statement_timeout = '200s';" + "".join(
    f"{table.delete()};" + (f"ALTER TABLE {table.name} ALTER id RESTART;" if is_numbered(table) else "")
    for table in reversed(metadata.sorted_tables)
)
"""Deleting is quicker than truncating where there is little, and much quicker than making a database."""


@pytest.fixture(scope="session")
def postgresql_server() -> Generator[PostgresServer]:
    with postgresql(quick=True) as server:
        yield server


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
