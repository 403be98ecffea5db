"""What should have rung long ago is told: to the admins, and to those who ask for the desk's health."""

from datetime import timedelta

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import update

from adapters.sql.tables import timers
from bot.auditor import TROUBLE, Auditor
from bot.http import application
from bot.scheduler import Scheduler
from core.model.ids import TicketId
from core.model.outbox import Intent, NewTimer, TimerKind
from core.model.ticket import Priority
from tests.fakes.escalations import URGENT, Watch, armed, escalating
from tests.fakes.front import Front
from tests.fakes.office import HOUR, MINUTE, Office

SECOND = timedelta(seconds=1)


@pytest.fixture
async def office(front: Front) -> Office:
    """With a call due ten minutes from now."""
    front.office.use(escalating(front.office.desk, URGENT))
    await front.office.open(priority=Priority.URGENT)
    return front.office


def auditor(office: Office) -> Auditor:
    return Auditor(store=office.store, engine=office.engine, clock=office.clock)


async def told(office: Office) -> list[str]:
    async with office.store.read() as work:
        return [trouble.sentence for trouble in await work.troubles.all()]


@pytest.mark.parametrize(
    ("late", "says"),
    [
        (-10 * MINUTE, None),
        (60 * SECOND, None),
        (61 * SECOND, "did not ring in time: 1, the first 1 min late"),
        (25 * MINUTE, "did not ring in time: 1, the first 25 min late"),
        (3 * HOUR, "did not ring in time: 1, the first 3 h late"),
    ],
)
async def test_a_step_that_is_late_by_over_a_minute_is_found(office: Office, late: timedelta, says: str | None) -> None:
    office.clock.advance(10 * MINUTE + late)
    found = await auditor(office).late()
    assert found is None if says is None else says in (found or "")


async def test_kinds_of_deadlines_that_only_a_newer_version_knows_are_named(office: Office) -> None:
    async with office.store.write() as work:
        await work.connection.execute(update(timers).values(kind="tea_time"))
    office.clock.advance(12 * MINUTE)
    assert await Scheduler(store=office.store, engine=office.engine, clock=office.clock).fire_due() == 0
    await auditor(office).look()
    [sentence] = await told(office)
    assert sentence.endswith("Some are of kinds that only a newer version knows (tea_time): start that.")


async def test_the_admins_are_told_once_and_it_is_over_when_it_has_rung(office: Office) -> None:
    office.clock.advance(20 * MINUTE)
    before = (await office.owed())[-1].id
    for _ in range(3):
        await auditor(office).look()
        office.clock.advance(30 * SECOND)
    owed = await office.owed(before)
    assert [(one.intent, one.address.person) for one in owed] == [(Intent.TROUBLE, office.people["ada"])]
    assert len(await told(office)) == 1
    async with office.store.read() as work:
        trouble = await work.troubles.get(TROUBLE)
    assert trouble is not None and trouble.count == 3
    await Watch(office).ring()
    await auditor(office).look()
    assert await told(office) == []
    await auditor(office).look()


async def test_the_health_says_it_and_the_desk_goes_on_serving(office: Office) -> None:
    async def fine() -> str | None:
        return None

    async def broken() -> str | None:
        return "no database"

    for ready, late, status, answer in (
        (fine, auditor(office).late, 200, {"status": "ready"}),
        (broken, auditor(office).late, 503, {"status": "not ready", "reason": "no database"}),
    ):
        app = application([], keys=office.keys, ready=ready, late=late, demo=False, max_body=1_000)
        async with TestClient(TestServer(app)) as client:
            response = await client.get("/health/ready")
            assert (response.status, await response.json()) == (status, answer)
    office.clock.advance(15 * MINUTE)
    app = application([], keys=office.keys, ready=fine, late=auditor(office).late, demo=False, max_body=1_000)
    async with TestClient(TestServer(app)) as client:
        response = await client.get("/health/ready")
        said = await response.json()
        assert (response.status, said["status"]) == (200, "late")
        assert "T-1" not in said["reason"]


async def test_a_step_that_cannot_be_made_holds_up_no_other_and_is_found(office: Office) -> None:
    unreadable = NewTimer(kind=TimerKind.CALL, ticket=TicketId(1), subject="none", due_at=office.clock.now())
    async with office.store.write() as work:
        await work.timers.arm(unreadable)
    office.clock.advance(12 * MINUTE)
    assert await Scheduler(store=office.store, engine=office.engine, clock=office.clock).fire_due() == 1
    assert await armed(office, TimerKind.CALL) == [(TimerKind.CALL, -12 * MINUTE), (TimerKind.CALL, 3 * MINUTE)]
    assert "1, the first 12 min late" in (await auditor(office).late() or "")


async def test_timers_that_always_fail_hold_up_no_other(office: Office) -> None:
    """However many: here each fails that rings for an escalation whose policy cannot be read."""
    ticket = TicketId(1)
    async with office.store.write() as work:
        for number in range(150):
            broken = NewTimer(
                kind=TimerKind.CALL, ticket=ticket, subject=f"no number {number}", due_at=office.clock.now()
            )
            await work.timers.arm(broken)
        await work.timers.arm(NewTimer(kind=TimerKind.SNOOZE, ticket=ticket, due_at=office.clock.now() + MINUTE))
    office.clock.advance(2 * MINUTE)
    scheduler = Scheduler(store=office.store, engine=office.engine, clock=office.clock)
    await scheduler.fire_due()
    async with office.store.read() as work:
        left = [timer.kind for timer in await work.timers.due(office.clock.now(), 500)]
    assert left == [TimerKind.CALL] * 150
