"""bot.toml promises something else: the timers are set anew, once, whichever process does it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from adapters.sql.store import SqlStore, SqlUnitOfWork
from bot.promises import _AT_ONCE, Promises
from bot.scheduler import Scheduler
from core.cards.card import Card
from core.commands import ClaimTicket, CloseTicket, SetStatus
from core.errors import Unavailable
from core.model.desk import Desk
from core.model.escalation import EscalationPolicy, EscalationTrigger
from core.model.hours import OpeningHours
from core.model.outbox import Delivery, Intent, TimerKind, ToPerson
from core.model.people import Platform
from core.model.ticket import Priority, Status
from core.ports import Parcel
from core.scene import Skip
from tests.fakes.counting import Counting
from tests.fakes.escalations import LEADS, escalating, step
from tests.fakes.front import Front
from tests.fakes.office import HOUR, Office, desk_of
from tests.fakes.promises import BY_DAY, STANDARD, due, go, promising, ring

PLAIN = desk_of(time_zone="Europe/Berlin", hours=BY_DAY)
QUICK = replace(STANDARD, first_response={Priority.NORMAL: 2 * HOUR}, resolution={})
SLA = TimerKind.SLA
ON_BREACH = EscalationPolicy(key="broken", when=EscalationTrigger(breached=True), steps=(step(0, LEADS),))


@pytest.fixture
def office(front: Front) -> Office:
    front.office.use(PLAIN)
    go(front.office, "03-03 10:00")
    return front.office


def promises(office: Office) -> Promises:
    """As of a process that was started this moment."""
    return Promises(store=office.store, engine=office.engine, desk=office.desk, clock=office.clock)


async def digests(office: Office) -> list[Delivery]:
    return [one for one in await office.owed() if one.intent is Intent.DIGEST]


async def started(office: Office, desk: Desk) -> int:
    """The desk starts anew with that bot.toml; how many tickets were looked at."""
    office.use(desk)
    return await Promises(store=office.store, engine=office.engine, desk=desk, clock=office.clock).rearm()


async def test_what_was_open_before_anything_was_promised_is_watched_from_the_next_start(office: Office) -> None:
    await office.open()
    assert await due(office, SLA) == []
    assert await started(office, promising()) == 1
    assert await due(office, SLA) == ["03-03 14:00"]


CHANGES: list[tuple[str, Desk, list[str]]] = [
    ("a shorter target", promising(policy=QUICK), ["03-03 11:36"]),
    ("an earlier warning", promising(policy=replace(STANDARD, warn_at=0.5)), ["03-03 12:30"]),
    ("other hours", promising(replace(PLAIN, hours=OpeningHours(zone="UTC", week={}))), []),
    ("nothing any more", PLAIN, []),
    ("nothing for this category", replace(promising(), categories=PLAIN.categories), []),
]


@pytest.mark.parametrize(("_what", "changed", "rings"), CHANGES, ids=[what for what, *_ in CHANGES])
async def test_another_promise_counts_for_what_is_open_already(
    office: Office, _what: str, changed: Desk, rings: list[str]
) -> None:
    await started(office, promising())
    await office.open()
    assert await started(office, changed) == 1
    assert await due(office, SLA) == rings


async def test_what_is_over_under_a_new_target_counts_as_late_and_is_told_of_nobody_by_itself(office: Office) -> None:
    """A desk that comes to promise something would else tell its leads of every old ticket within a minute."""
    office.use(escalating(PLAIN, ON_BREACH))
    old = [await office.open() for _ in range(3)]
    go(office, "03-03 16:00")
    young = await office.open()
    go(office, "03-03 18:00")
    await started(office, promising(office.desk))
    assert await ring(office) == 0
    for ticket in old:
        assert (await office.kinds(ticket))[1:] == ["SlaBreachFound"]
        assert await due(office, SLA, ticket) == ["03-04 14:48"]
    assert (await office.kinds(young))[1:] == []
    async with office.store.read() as work:
        assert await work.escalations.going_on(limit=9) == []
        assert (await work.workload.tally(["academics"], ["exams"])).breached == 3
    go(office, "03-04 14:48")
    await ring(office)
    assert (await office.kinds(old[0]))[-1] == "SlaWarned", "of the resolution, which was not over yet"


async def test_those_who_lead_are_told_once_how_many_were_late_already(office: Office) -> None:
    for _ in range(3):
        await office.open()
    go(office, "03-04 10:00")
    await started(office, promising())
    [owed] = await digests(office)
    assert owed.address == ToPerson(office.people["lee"], Platform.WEB)
    parcel = await office.composed(owed)
    assert isinstance(parcel, Parcel) and isinstance(parcel.content, Card)
    assert parcel.content.subtitle == "Tickets that were past the promised time already: 3"
    await started(office, promising())
    await started(office, promising(policy=replace(STANDARD, warn_at=0.5)))
    assert len(await digests(office)) == 1


async def test_where_nothing_was_late_nobody_is_told(office: Office) -> None:
    await office.open()
    await started(office, promising())
    assert await digests(office) == []


async def test_a_lead_none_of_whose_tickets_was_late_reads_nothing_of_it(office: Office) -> None:
    ticket = await office.open()
    go(office, "03-04 10:00")
    await started(office, promising())
    [owed] = await digests(office)
    await office.do(CloseTicket(ticket=ticket), "sam")
    assert await office.composed(owed) == Skip("none of theirs was late")


async def test_a_process_that_dies_meanwhile_leaves_the_telling_to_the_next(office: Office) -> None:
    for _ in range(2):
        await office.open()
    go(office, "03-04 10:00")
    office.use(promising(), _Away(office.store, 1, after=2))
    with pytest.raises(Unavailable):
        await promises(office).rearm()
    go(office, "03-04 10:01")
    await promises(office).rearm()
    [owed] = await digests(office)
    parcel = await office.composed(owed)
    assert isinstance(parcel, Parcel) and isinstance(parcel.content, Card)
    assert parcel.content.subtitle.endswith(": 2")


async def test_what_was_late_before_the_change_is_told_as_ever(office: Office) -> None:
    await started(office, promising())
    ticket = await office.open()
    go(office, "03-03 16:00")
    await started(office, promising(policy=replace(STANDARD, warn_at=0.5)))
    await ring(office)
    assert (await office.kinds(ticket))[1:] == ["SlaBreached"]
    assert await digests(office) == []


async def test_a_start_without_a_change_looks_at_no_ticket(office: Office) -> None:
    assert await started(office, promising()) == 0
    await office.open()
    assert await started(office, promising()) == 0
    assert await started(office, replace(promising(), name="Another name")) == 0
    assert await started(office, promising(policy=QUICK)) == 1


async def test_what_waits_for_its_requester_waits_as_long_as_bot_toml_says_now(office: Office) -> None:
    """One that waited before, though nobody reminded anybody then, is reminded from the next start."""

    def reminding(days: int) -> Desk:
        categories = {key: replace(one, remind_after_days=days) for key, one in PLAIN.categories.items()}
        return replace(PLAIN, categories=categories)

    await started(office, reminding(0))
    ticket = await office.open()
    await office.do(ClaimTicket(ticket=ticket), "asha")
    await office.do(SetStatus(ticket=ticket, status=Status.WAITING), "asha")
    for days, rings in ((0, []), (3, ["03-06 10:00"]), (5, ["03-08 10:00"]), (0, [])):
        await started(office, reminding(days))
        assert await due(office, TimerKind.STALE) == rings
    go(office, "03-20 10:00")
    await started(office, reminding(3))
    await ring(office)
    assert (await office.kinds(ticket))[-1] == "RequesterReminded"
    assert await due(office, TimerKind.STALE) == ["03-27 10:00"]


async def test_it_is_done_once_for_a_start(office: Office) -> None:
    counting = Counting(office.store)
    looking = Promises(store=counting, engine=office.engine, desk=promising(), clock=office.clock)
    await looking.rearm()
    asked = counting.asked
    assert await looking.rearm() == 0
    assert counting.asked == asked


async def test_what_is_over_is_not_looked_at(office: Office) -> None:
    await office.do(CloseTicket(ticket=await office.open()), "sam")
    assert await started(office, promising()) == 0


async def test_there_may_be_more_than_one_batch(office: Office) -> None:
    office.use(replace(PLAIN, quotas=replace(PLAIN.quotas, open_tickets_per_person=9_999, tickets_per_day=9_999)))
    for _ in range(_AT_ONCE + 1):
        await office.open()
    assert await started(office, promising()) == _AT_ONCE + 1
    assert len(await due(office, SLA)) == _AT_ONCE + 1


async def test_two_processes_that_start_at_once_come_to_the_same(office: Office) -> None:
    await office.open()
    office.use(promising())
    both = [Promises(store=office.store, engine=office.engine, desk=office.desk, clock=office.clock) for _ in range(2)]
    await asyncio.gather(*(one.rearm() for one in both))
    assert await due(office, SLA) == ["03-03 14:00"]


class _Away(SqlStore):
    """A store that cannot be written to, so many times ``after`` so many others."""

    def __init__(self, behind: SqlStore, times: int, *, after: int = 0) -> None:
        self._behind = behind
        self._left = times
        self._after = after

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[SqlUnitOfWork]:
        async with self._behind.read() as work:
            yield work

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[SqlUnitOfWork]:
        if self._after:
            self._after -= 1
        elif self._left:
            self._left -= 1
            raise Unavailable(why="the disk is full")
        async with self._behind.write() as work:
            yield work


async def test_where_the_database_is_out_of_reach_it_is_tried_again(office: Office) -> None:
    await office.open()
    office.use(promising(), _Away(office.store, 1))
    looking = promises(office)
    with pytest.raises(Unavailable):
        await looking.rearm()
    assert await looking.rearm() == 1
    assert await due(office, SLA) == ["03-03 14:00"]


# --- minute by minute ------------------------------------------------------------------------------------------------


async def test_a_look_that_fails_is_logged_and_stops_no_other(office: Office) -> None:
    async def broken() -> None:
        raise RuntimeError("oh")

    async def away() -> None:
        raise Unavailable(why="the disk is full")

    scheduler = Scheduler(store=office.store, engine=office.engine, clock=office.clock)
    with capture_logs() as logs:
        await scheduler._look("broken", broken)
        await scheduler._look("away", away)
    assert [(one["event"], one["name"]) for one in logs] == [("look stumbled", "broken"), ("look put off", "away")]


async def test_the_scheduler_looks_as_each_minute_begins(office: Office) -> None:
    async def look() -> None:
        return None

    scheduler = Scheduler(store=office.store, engine=office.engine, clock=office.clock, minutely={"mine": look})
    scheduler.start()
    [job] = [one for one in scheduler._scheduler.get_jobs() if one.id == "mine"]
    scheduler.stop()
    assert job.next_run_time.second == 0
    assert str(job.trigger) == "cron[second='0']"
