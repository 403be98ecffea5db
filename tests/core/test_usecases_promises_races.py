"""A promise that is watched anew while somebody changes the ticket in another process: on PostgreSQL, where the two do
not wait for each other."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from adapters.sql.events import SqlEvents
from adapters.sql.store import SqlStore, SqlUnitOfWork
from core.commands import RearmPromises, SetPriority
from core.events import Record
from core.model.ids import TicketId
from core.model.outbox import TimerKind
from core.model.ticket import Priority
from tests.fakes.office import SYSTEM, Office
from tests.fakes.promises import due, go, promising, ring

SLA = TimerKind.SLA


class _Interrupted(SqlEvents):
    """A trail after whose reading something else happens, once."""

    def __init__(self, behind: SqlEvents, then: Callable[[], Awaitable[object]]) -> None:
        self._behind = behind
        self._then = then

    async def of(self, ticket: TicketId, **how: Any) -> Sequence[Record]:
        found = await self._behind.of(ticket, **how)
        await self._then()
        return found


class _Overtaken(SqlStore):
    """A store whose first transaction is overtaken by another just after it has read a trail."""

    def __init__(self, behind: SqlStore, then: Callable[[], Awaitable[object]]) -> None:
        self._behind = behind
        self._then = then
        self._is_first = True

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[SqlUnitOfWork]:
        async with self._behind.write() as work:
            if self._is_first:
                self._is_first = False
                work.events = _Interrupted(work.events, self._then)
            yield work


@pytest.fixture
async def office(postgresql_url: str) -> AsyncGenerator[Office]:
    store = SqlStore(postgresql_url)
    made = Office(store)
    await made.staff_up()
    yield made
    await store.close()


@pytest.fixture
async def other(office: Office, postgresql_url: str) -> AsyncGenerator[Office]:
    """The same desk with its promises, as another process runs it."""
    store = SqlStore(postgresql_url)
    made = Office(store)
    made.clock, made.people, made.keys = office.clock, office.people, office.keys
    made.use(promising())
    yield made
    await store.close()


async def rearmed_while_it_becomes_urgent(office: Office, other: Office, ticket: TicketId) -> None:
    async def urgent() -> None:
        await other.do(SetPriority(ticket=ticket, priority=Priority.URGENT), "asha")

    office.use(promising(), _Overtaken(office.store, urgent))
    await office.do(RearmPromises(ticket=ticket), SYSTEM)
    office.use(promising())


async def test_the_timer_that_another_process_sets_meanwhile_stays(office: Office, other: Office) -> None:
    go(office, "03-03 10:00")
    ticket = await office.open()
    await rearmed_while_it_becomes_urgent(office, other, ticket)
    assert await due(office, SLA) == ["03-03 10:48"]


async def test_what_is_found_late_meanwhile_is_found_anew_with_what_the_other_changed(
    office: Office, other: Office
) -> None:
    """It was late in the eyes of both: what the other armed is told, since somebody just changed the ticket."""
    go(office, "03-03 10:00")
    ticket = await office.open()
    go(office, "03-03 16:00")
    await rearmed_while_it_becomes_urgent(office, other, ticket)
    assert await due(office, SLA) == ["03-03 15:00"]
    await ring(office)
    assert [kind for kind in await office.kinds(ticket) if kind.startswith("Sla")] == ["SlaBreached", "SlaBreached"]
