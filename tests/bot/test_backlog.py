"""The look at what waits: whom it finds somebody for, in which order, and what it leaves alone."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.sql.store import SqlStore, SqlUnitOfWork
from bot.backlog import Backlog
from core.commands import Actor, ClaimTicket, Command, OfferWaiting, PassOffer, ResolveTicket, SetCapacity, SetDuty
from core.errors import Unavailable
from core.events import TicketOffered
from core.model.desk import Assignment
from core.model.duty import DutyState
from core.model.ticket import Priority
from core.ports import Committed
from core.storage import Outcome
from tests.fakes.offers import AGENTS, alone, asked, backlog, carry, holder, offering, said
from tests.fakes.office import MINUTE, Office, opened

AVAILABLE = DutyState.AVAILABLE


@pytest.fixture
async def desk(staffed_template: Path, tmp_path: Path) -> AsyncGenerator[Office]:
    """An office whose academics take turns, and nobody is there."""
    async with opened(staffed_template, tmp_path / "desk.db") as office:
        office.use(offering(office.desk))
        await alone(office)
        yield office


async def test_what_waited_is_offered_when_somebody_arrives_the_most_urgent_first(desk: Office) -> None:
    low = await desk.open(priority=Priority.LOW)
    normal = [await desk.open() for _ in range(2)]
    urgent = await desk.open(priority=Priority.URGENT)
    await carry(desk, "asha", 4)
    desk.clock.advance(MINUTE)
    await said(desk, AVAILABLE, "asha")
    assert await backlog(desk).drain() == 2
    assert [await asked(desk, one) for one in (urgent, *normal, low)] == ["asha", "asha", None, None]


async def test_it_is_shared_among_all_who_arrive(desk: Office) -> None:
    tickets = [await desk.open(title=f"{n} and {n}") for n in range(4)]
    await said(desk, AVAILABLE, *AGENTS)
    assert await backlog(desk).drain() == 4
    assert sorted([await asked(desk, one) or "" for one in tickets]) == sorted(AGENTS)


async def test_a_lighter_ticket_is_offered_where_there_is_no_room_for_a_heavier_one_before_it(desk: Office) -> None:
    urgent, normal = await desk.open(priority=Priority.URGENT), await desk.open()
    await carry(desk, "asha", 1)
    await said(desk, AVAILABLE, "asha")
    assert await backlog(desk).drain() == 1
    assert [await asked(desk, one) for one in (urgent, normal)] == [None, "asha"]


async def test_what_nobody_there_may_take_or_knows_about_holds_up_nothing_behind_it(desk: Office) -> None:
    desk.use(offering(desk.desk, skills={"asha@example.com": frozenset({"exams"})}))
    forum = await desk.open(category="forum", answers={}, priority=Priority.URGENT)
    welfare = await desk.open(category="welfare", answers={}, priority=Priority.URGENT)
    exams = await desk.open()
    await said(desk, AVAILABLE, "asha")
    assert await backlog(desk).drain() == 1
    assert [await asked(desk, one) for one in (forum, welfare, exams)] == [None, None, "asha"]


async def test_what_everybody_there_passed_waits_and_costs_no_transaction(desk: Office) -> None:
    await said(desk, AVAILABLE, "asha")
    ticket = await desk.open()
    await desk.do(PassOffer(ticket=ticket), "asha")
    before = await desk.ticket(ticket)
    assert await backlog(desk).drain() == 0
    assert await desk.ticket(ticket) == before


async def test_however_many_nobody_there_can_take_none_is_hidden_behind_them(desk: Office) -> None:
    desk.use(offering(desk.desk, skills={"asha@example.com": frozenset({"exams"})}))
    for _ in range(3):
        await desk.open(category="forum", answers={}, priority=Priority.URGENT)
    exams = await desk.open()
    await said(desk, AVAILABLE, "asha")
    looking = Backlog(store=desk.store, engine=desk.engine, desk=desk.desk, clock=desk.clock, at_once=2)
    assert await looking.drain() == 1
    assert await asked(desk, exams) == "asha"


async def test_only_teams_that_assign_by_themselves_are_looked_at(desk: Office) -> None:
    by_hand = await desk.open(category="login", answers={})
    await said(desk, AVAILABLE, *AGENTS)
    assert await backlog(desk).drain() == 0
    assert await asked(desk, by_hand) is None
    desk.use(offering(desk.desk, "platform"))
    assert await backlog(desk).drain() == 1
    assert await asked(desk, by_hand) == "pia"


async def test_what_a_team_assigned_by_hand_until_now_is_offered_once_it_does_by_itself(desk: Office) -> None:
    desk.use(offering(desk.desk, mode=Assignment.MANUAL))
    waiting, taken = await desk.open(), await desk.open()
    await desk.do(ClaimTicket(ticket=taken), "lee")
    await said(desk, AVAILABLE, "abe")
    desk.use(offering(desk.desk, offer_timeout=timedelta(0)))
    assert await backlog(desk).drain() == 1
    assert [await holder(desk, one) for one in (waiting, taken)] == ["abe", "lee"]


# --- in the process --------------------------------------------------------------------------------------------------


@asynccontextmanager
async def looking(desk: Office) -> AsyncGenerator[asyncio.Queue[TicketOffered]]:
    """With the look running, and what is offered from then on."""
    offers: asyncio.Queue[TicketOffered] = asyncio.Queue()

    def hear(committed: Committed) -> None:
        for record in committed.records:
            if isinstance(record.event, TicketOffered):
                offers.put_nowait(record.event)

    running = backlog(desk)
    desk.engine.listen(running.committed)
    desk.engine.listen(hear)
    running.start()
    async with asyncio.timeout(60):
        yield offers
    await running.stop()


async def test_an_arrival_is_noticed_at_once(desk: Office) -> None:
    ticket = await desk.open()
    async with looking(desk) as offers:
        await desk.do(SetDuty(state=AVAILABLE), "asha")
        assert (await offers.get()).ticket == ticket


async def test_room_that_was_made_is_noticed_at_once(desk: Office) -> None:
    await said(desk, AVAILABLE, "asha")
    await carry(desk, "asha", 1)
    first, second, third = [await desk.open(title=f"{n} and {n}") for n in range(3)]
    await desk.do(ClaimTicket(ticket=first), "asha")
    async with looking(desk) as offers:
        await desk.do(ResolveTicket(ticket=first), "asha")
        assert (await offers.get()).ticket == second
        await desk.do(SetCapacity(capacity=3), "asha")
        assert (await offers.get()).ticket == third


async def test_what_waits_when_the_process_starts_is_offered(desk: Office) -> None:
    ticket = await desk.open()
    await said(desk, AVAILABLE, "asha")
    async with looking(desk) as offers:
        assert (await offers.get()).ticket == ticket


async def test_a_look_is_stopped_before_it_began_and_where_there_is_nothing_to_look_for(desk: Office) -> None:
    await backlog(desk).stop()
    desk.use(offering(desk.desk, mode=Assignment.MANUAL))
    running = backlog(desk)
    running.start()
    await running.stop()


class Faulty(SqlStore):
    """A store that fails its first reads: the first as a database out of reach does, the second as a fault of ours."""

    def __init__(self, behind: SqlStore) -> None:
        self._behind = behind
        self.faults: list[Exception] = [ValueError("a fault"), Unavailable(why="the disk is full")]

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[SqlUnitOfWork]:
        if self.faults:
            raise self.faults.pop()
        async with self._behind.read() as work:
            yield work


async def test_a_look_that_failed_is_made_again(desk: Office) -> None:
    ticket = await desk.open()
    store = Faulty(desk.store)
    running = Backlog(store=store, engine=desk.engine, desk=desk.desk, clock=desk.clock)
    desk.engine.listen(running.committed)
    offered = asyncio.Event()
    desk.engine.listen(
        lambda told: offered.set() if any(isinstance(one.event, TicketOffered) for one in told.records) else None
    )
    running.start()
    async with asyncio.timeout(60):
        while store.faults:
            await desk.do(SetDuty(state=AVAILABLE), "asha")
        await desk.do(SetDuty(state=AVAILABLE), "asha")
        await offered.wait()
    await running.stop()
    assert await asked(desk, ticket) == "asha"


async def test_a_ticket_that_cannot_be_offered_now_holds_up_no_other(desk: Office) -> None:
    first, second = await desk.open(priority=Priority.URGENT), await desk.open()
    await said(desk, AVAILABLE, "asha")
    engine = desk.engine

    class Stubborn:
        """An engine that is busy with the first ticket."""

        async def handle(self, command: Command, actor: Actor) -> Outcome:
            if isinstance(command, OfferWaiting) and command.ticket == first:
                raise Unavailable(why="the database is busy")
            return await engine.handle(command, actor)

    running = Backlog(
        store=desk.store,
        engine=Stubborn(),  # type: ignore[arg-type]  # all of it that is asked for
        desk=desk.desk,
        clock=desk.clock,
    )
    assert await running.drain() == 2
    assert [await asked(desk, one) for one in (first, second)] == [None, "asha"]
