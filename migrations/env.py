"""What Alembic runs for every command.

The desk hands its own connection over (``adapters/sql/schema.py``). From the command line, with ``alembic.ini``, the
database is that of BOT_DATABASE__URL; without it, a fresh SQLite one in memory that is brought up to date first, so
that ``alembic check`` and ``alembic revision --autogenerate`` need nothing set up.
"""

import os
from typing import Literal

from alembic import context
from alembic.operations import MigrationScript, Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine

from adapters.sql.database import parse_url
from adapters.sql.tables import metadata
from adapters.sql.types import Instant, Words


def main() -> None:
    given: Connection | None = context.config.attributes.get("connection")
    url = os.environ.get("BOT_DATABASE__URL")
    if given is not None:
        run(given)
        return
    engine = create_engine(synchronous(url) if url else "sqlite://")
    with engine.begin() as connection:
        if not url:
            bring_up(connection)
        run(connection)
    engine.dispose()


def synchronous(url: str) -> str:
    parsed = parse_url(url)
    driver = "sqlite" if parsed.get_backend_name() == "sqlite" else parsed.drivername
    return parsed.set(drivername=driver).render_as_string(hide_password=False)


def bring_up(connection: Connection) -> None:
    """To the newest revision, beside the command that runs: https://alembic.sqlalchemy.org/en/latest/cookbook.html"""
    scripts = ScriptDirectory.from_config(context.config)
    migration = MigrationContext.configure(
        connection, opts={"fn": lambda revision, _: scripts._upgrade_revs("head", revision)}
    )
    with Operations.context(migration), migration.begin_transaction():
        migration.run_migrations()


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=in_plain_types,
        process_revision_directives=numbered,
        include_name=is_declared,
    )
    with context.begin_transaction():
        context.run_migrations()


def is_declared(name: str | None, kind: str, _: object) -> bool:
    """The full text lies in tables of each database's own kind, which metadata cannot declare."""
    return not (kind == "table" and (name or "").startswith("index_text"))


def numbered(_: object, __: object, directives: list[MigrationScript]) -> None:
    """A new migration is called by the next number: 0002 after 0001."""
    for script in directives:
        head = ScriptDirectory.from_config(context.config).get_current_head()
        script.rev_id = f"{int(head or 0) + 1:04}"


def in_plain_types(kind: str, item: object, _: object) -> str | Literal[False]:
    """A migration stands for itself: it names no type of ours, whose meaning may change after it."""
    if kind == "type" and isinstance(item, Words):
        return "sa.Text()"
    if kind == "type" and isinstance(item, Instant):
        return 'sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")'
    return False


main()  # Alembic loads this file in order to run it
