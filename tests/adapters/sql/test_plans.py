"""How SQLite finds what the console shows: by an index, however long a thread is and however many tickets there are."""

import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import event

from adapters.sql.schema import upgrade
from adapters.sql.store import SqlStore, SqlUnitOfWork
from adapters.sql.tables import metadata
from core.model.ids import EventId, MessageId, PersonId, TicketId
from core.model.outbox import ToSpace
from core.model.thread import Audience
from core.trail import CHANGES, shown_to

TICKET, ANN = TicketId(1), PersonId(1)
NOTED = frozenset({TICKET})
STUDENTS, STAFFS = shown_to(Audience.REQUESTER, but=CHANGES), shown_to(Audience.STAFF)

_READ_THROUGH = re.compile(rf"SCAN ({'|'.join(metadata.tables)})")
"""A whole table, without an index."""

Look = Callable[[SqlUnitOfWork], Awaitable[Any]]
LOOKS: dict[str, Look] = {
    "the newest page": lambda work: work.events.newest(TICKET, 61, traced=STUDENTS),
    "an earlier page": lambda work: work.events.newest(TICKET, 61, before=EventId(9), traced=STAFFS),
    "the news": lambda work: work.events.of(TICKET, after=EventId(9), traced=STUDENTS, limit=500),
    "what was said meanwhile": lambda work: work.events.newest(TICKET, 100, after=EventId(9), traced=STAFFS),
    "how a message was posted": lambda work: work.events.posting(TICKET, MessageId(1)),
    "the messages of a page": lambda work: work.messages.among([MessageId(1), MessageId(2)]),
    "their files": lambda work: work.files.under([MessageId(1), MessageId(2)]),
    "the last words of a list": lambda work: work.messages.newest_in([TICKET], NOTED),
    "the unread of a list": lambda work: work.reads.unread(ANN, [TICKET], NOTED, most=99),
    "how far one has read": lambda work: work.reads.of(ANN, TICKET),
    "ones preferences": lambda work: work.preferences.of(ANN),
    "the alerts": lambda work: work.outbox.to_spaces([ToSpace("leads").space], limit=100),
}


@pytest.fixture
async def sqlite(empty_sqlite_url: str) -> AsyncGenerator[SqlStore]:
    await upgrade(empty_sqlite_url)
    opened = SqlStore(empty_sqlite_url)
    yield opened
    await opened.close()


@pytest.mark.parametrize("name", LOOKS)
async def test_it_is_found_by_an_index_and_nothing_is_read_through(sqlite: SqlStore, name: str) -> None:
    asked: list[tuple[str, Any]] = []
    async with sqlite.read() as work:
        connection = work.connection.sync_connection
        assert connection is not None
        event.listen(connection, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
        await LOOKS[name](work)
        plans = [
            (await work.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)).all()
            for statement, values in tuple(asked)
        ]
    steps = [row.detail for plan in plans for row in plan]
    assert any("USING" in step for step in steps), steps
    assert not [step for step in steps if _READ_THROUGH.fullmatch(step)]
