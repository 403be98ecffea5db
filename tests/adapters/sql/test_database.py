"""Where the database is, as people write it."""

from pathlib import Path

import pytest

from adapters.sql.database import parse_url
from adapters.sql.store import SqlStore


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("sqlite:///data/desk.db", "sqlite+aiosqlite:///data/desk.db"),
        ("sqlite+aiosqlite:////var/desk.db", "sqlite+aiosqlite:////var/desk.db"),
        ("postgresql://me@host/desk", "postgresql+psycopg://me@host/desk"),
        ("postgresql+psycopg://me@host/desk", "postgresql+psycopg://me@host/desk"),
        ("postgres://me@host/desk?sslmode=require", "postgresql+psycopg://me@host/desk?sslmode=require"),
    ],
)
def test_a_url_needs_no_driver(written: str, meant: str) -> None:
    assert parse_url(written).render_as_string() == meant


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("sqlite:///file:desk?mode=memory&uri=true", "needs a file"),
        ("mysql://host/desk", "mysql is no database that the desk knows"),
        ("desk.db", "no database URL"),
    ],
)
def test_a_url_of_no_use_is_refused_with_the_reason(url: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        SqlStore(url)


def test_a_url_that_cannot_be_read_is_not_repeated_since_it_may_hold_a_password() -> None:
    with pytest.raises(ValueError, match="no database URL") as refusal:
        parse_url("postgresql:/me:secret@host")
    assert "secret" not in str(refusal.value)


def test_opening_a_store_touches_nothing(tmp_path: Path) -> None:
    SqlStore(f"sqlite:///{tmp_path / 'data' / 'desk.db'}")
    assert list(tmp_path.iterdir()) == []
