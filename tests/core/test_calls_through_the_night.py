"""Time travel: an urgent ticket at two in the night, walked through every call to the last."""

import asyncio
from dataclasses import replace

import pytest

from adapters.sql.store import SqlStore
from core.commands import Acknowledge, MakeCall, MindLapse, ResolveTicket, Unacknowledge
from core.composing import Skip
from core.engine import Engine
from core.events import EscalationCalled
from core.model.escalation import EscalationState
from core.model.ids import TicketId
from core.model.outbox import Delivery, DeliveryState, Intent, TimerKind, ToSpace
from core.model.ticket import Priority
from core.ports import Parcel, Receipt, Retry
from tests.fakes.channels import ScriptedChannel
from tests.fakes.escalations import BY_DAY, DEANS, NIGHT, URGENT, Watch, armed, escalating, only, step
from tests.fakes.office import HOUR, MINUTE, SYSTEM, Office, desk_of

EVERY_CALL = [
    (0, "space:leads"),
    (10, "lee"),
    (15, "dean@example.com"),
    (15, "space:deans"),
    (15, "space:leads"),
    (20, "lee"),
]
"""Minutes since the ticket was opened. With nobody on duty, the team's lead is called in its place."""


async def at_night(office: Office) -> Watch:
    office.clock.advance(NIGHT)
    office.use(escalating(desk_of(hours=BY_DAY), URGENT))
    return Watch(office)


@pytest.fixture
async def watch(office: Office) -> Watch:
    return await at_night(office)


@pytest.fixture
async def any_watch(any_office: Office) -> Watch:
    return await at_night(any_office)


async def urgent(watch: Watch) -> TicketId:
    return await watch.office.open(priority=Priority.URGENT)


async def heard(*watches: Watch, minutes: int) -> list[tuple[int, str]]:
    """Who was called at which minute, in the order of time and name. Each watch is a process that ticks."""
    told: list[tuple[int, str]] = []
    for minute in range(minutes + 1):
        for watch in watches:
            before = len(watch.calls())
            await watch.tick()
            told += [(minute, one) for one in watch.calls()[before:]]
        watches[0].office.clock.advance(MINUTE)
    return sorted(told)


async def calls_owed(office: Office, state: DeliveryState | None = None) -> list[Delivery]:
    calls = [one for one in await office.owed() if one.intent is Intent.CALL]
    return [one for one in calls if state is None or one.state is state]


# --- every call, once ------------------------------------------------------------------------------------------------


async def test_with_nobody_on_duty_every_call_is_made_once_to_the_last(any_watch: Watch) -> None:
    """Each tick is a new scheduler and a new dispatcher: nothing is remembered but what is in the database."""
    ticket = await urgent(any_watch)
    assert await heard(any_watch, minutes=60) == EVERY_CALL
    assert await armed(any_watch.office, TimerKind.CALL) == []
    called = [event for event in await any_watch.office.events(ticket) if isinstance(event, EscalationCalled)]
    assert [(one.level, one.whom, one.is_last) for one in called] == [
        (1, ("space:leads",), False),
        (2, ("team_on_duty",), False),
        (3, ("space:leads", "space:deans", "email:dean@example.com"), False),
        (2, ("team_on_duty",), True),
    ]
    assert (await only(any_watch.office, ticket)).state is EscalationState.RUNNING


async def test_a_restart_between_any_two_minutes_loses_and_repeats_nothing(any_watch: Watch, database_url: str) -> None:
    """Engine, scheduler, dispatcher and the store itself are made anew each minute."""
    office = any_watch.office
    await urgent(any_watch)
    told = []
    for minute in range(25):
        office.store = SqlStore(database_url)
        office.use(office.desk)
        before = len(any_watch.calls())
        await any_watch.tick()
        told += [(minute, one) for one in any_watch.calls()[before:]]
        await office.store.close()
        office.clock.advance(MINUTE)
    assert sorted(told) == EVERY_CALL


async def test_two_processes_that_tick_on_one_database_call_everybody_once(
    any_watch: Watch, other_store: SqlStore
) -> None:
    other = Office(other_store)
    other.clock = any_watch.office.clock
    other.keys = any_watch.office.keys
    other.use(any_watch.office.desk)
    await other.meet()
    await urgent(any_watch)
    assert await heard(any_watch, Watch(other, owner="two"), minutes=30) == EVERY_CALL


async def test_two_processes_that_ring_at_the_same_moment_call_once(any_watch: Watch, other_store: SqlStore) -> None:
    office = any_watch.office
    ticket = await urgent(any_watch)
    other = Engine(other_store, office.desk, office.clock, office.keys)
    for _ in range(2):
        office.clock.advance(10 * MINUTE)
        [timer] = [one for one in await office.timers() if one.kind is TimerKind.CALL]
        ring = MakeCall(ticket=ticket, timer=timer.id, subject=timer.subject)
        await asyncio.gather(office.engine.handle(ring, SYSTEM), other.handle(ring, SYSTEM))
    called = [event for event in await office.events(ticket) if isinstance(event, EscalationCalled)]
    assert [one.level for one in called] == [1, 2, 3]  # at 20 minutes level 3 is late, and calls with level 2


async def test_what_an_outage_held_up_is_called_at_once_together_and_the_rest_in_its_own_time(watch: Watch) -> None:
    ticket = await urgent(watch)
    await watch.tick()
    watch.office.clock.advance(16 * MINUTE)
    await watch.tick()
    assert sorted(watch.calls()) == sorted(["space:leads", "lee", "space:leads", "space:deans", "dean@example.com"])
    [late] = [one for one in await watch.office.events(ticket) if isinstance(one, EscalationCalled) and one.level == 3]
    assert late.whom == ("team_on_duty", "space:leads", "space:deans", "email:dean@example.com")
    assert await armed(watch.office, TimerKind.CALL) == [(TimerKind.CALL, 4 * MINUTE)]


async def test_a_space_that_is_down_for_an_hour_hears_the_newest_call_once_it_is_back(watch: Watch) -> None:
    """One card, of the highest level, in place of those that waited for the same escalation. Others are called on
    time."""

    class Down(ScriptedChannel):
        down = True

        async def deliver(self, parcel: Parcel) -> Receipt:
            if self.down and isinstance(parcel.address, ToSpace):
                raise Retry("the space is down")
            return await super().deliver(parcel)

    watch.channel = channel = Down()
    await urgent(watch)
    assert await heard(watch, minutes=59) == [(10, "lee"), (15, "dean@example.com"), (20, "lee")]
    channel.down = False
    assert sorted(one for _, one in await heard(watch, minutes=10)) == ["space:deans", "space:leads"]
    fields = [{field.key: field.value for field in card.fields} for card in watch.cards()[-2:]]
    assert [one["level"] for one in fields] == ["3 of 3", "3 of 3"]
    assert await calls_owed(watch.office, DeliveryState.PENDING) == []


# --- acknowledged ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("minute", [0, 5, 10, 12, 15, 19])
async def test_after_the_acknowledgement_nobody_is_called(any_watch: Watch, minute: int) -> None:
    ticket = await urgent(any_watch)
    told = await heard(any_watch, minutes=minute)
    assert told == [one for one in EVERY_CALL if one[0] <= minute]
    await any_watch.office.do(Acknowledge(ticket=ticket), "lee")
    assert await armed(any_watch.office, TimerKind.CALL) == []
    assert await heard(any_watch, minutes=10) == []


async def test_one_that_is_due_this_second_is_not_made_where_the_acknowledgement_is_first(any_watch: Watch) -> None:
    office = any_watch.office
    ticket = await urgent(any_watch)
    await any_watch.tick()
    office.clock.advance(10 * MINUTE)
    [due] = [one for one in await office.timers() if one.kind is TimerKind.CALL]
    await office.do(Acknowledge(ticket=ticket), "lee")
    await office.do(MakeCall(ticket=ticket, timer=due.id, subject=due.subject), SYSTEM)
    assert await heard(any_watch, minutes=5) == []
    assert len(await calls_owed(office)) == 1


async def test_one_that_is_in_the_outbox_when_somebody_acknowledges_is_not_sent(any_watch: Watch) -> None:
    office = any_watch.office
    ticket = await urgent(any_watch)
    await any_watch.tick()
    office.clock.advance(10 * MINUTE)
    await any_watch.ring()
    [waiting] = await calls_owed(office, DeliveryState.PENDING)
    await office.do(Acknowledge(ticket=ticket), "lee")
    await any_watch.deliver()
    assert [one.state for one in await calls_owed(office)] == [DeliveryState.DONE, DeliveryState.SKIPPED]
    [skipped] = await calls_owed(office, DeliveryState.SKIPPED)
    assert (skipped.id, skipped.reason) == (waiting.id, "somebody acknowledged it")
    assert any_watch.calls() == ["space:leads"]


async def test_one_that_is_leased_already_is_not_sent_either(any_watch: Watch) -> None:
    """Its guard is asked when its words are made, after the lease."""
    office = any_watch.office
    ticket = await urgent(any_watch)
    now = office.clock.now()
    async with office.store.write() as work:
        leased = await work.outbox.lease(now, owner="one", until=now + MINUTE, limit=100)
    [call] = [one for one in leased if one.intent is Intent.CALL]
    await office.do(Acknowledge(ticket=ticket), "lee")
    assert await office.composed(call) == Skip("somebody acknowledged it")


@pytest.mark.parametrize("first", ["call", "acknowledgement", "together"])
async def test_however_the_acknowledgement_races_the_timer_nobody_is_called_after_it(
    any_watch: Watch, other_store: SqlStore, first: str
) -> None:
    office = any_watch.office
    ticket = await urgent(any_watch)
    await any_watch.tick()
    office.clock.advance(10 * MINUTE)
    [timer] = [one for one in await office.timers() if one.kind is TimerKind.CALL]
    ring = MakeCall(ticket=ticket, timer=timer.id, subject=timer.subject)
    acknowledging = Acknowledge(ticket=ticket)
    other = Engine(other_store, office.desk, office.clock, office.keys)
    if first == "together":
        await asyncio.gather(other.handle(ring, SYSTEM), office.do(acknowledging, "lee"))
    else:
        for command in (ring, acknowledging) if first == "call" else (acknowledging, ring):
            await office.do(command, SYSTEM if command is ring else "lee")
    assert (await only(office, ticket)).state is EscalationState.ACKNOWLEDGED
    before = any_watch.calls()
    assert await heard(any_watch, minutes=10) == []
    assert before == ["space:leads"]


async def test_two_who_acknowledge_at_once_are_one_who_has_it_and_one_who_is_told_so(
    any_watch: Watch, other_store: SqlStore
) -> None:
    office = any_watch.office
    ticket = await urgent(any_watch)
    other = Engine(other_store, office.desk, office.clock, office.keys)
    tried = await asyncio.gather(
        office.do(Acknowledge(ticket=ticket), "lee"),
        other.handle(Acknowledge(ticket=ticket), office.actor("ada")),
        return_exceptions=True,
    )
    refused = [one for one in tried if isinstance(one, Exception)]
    assert [type(one).__name__ for one in refused] == ["AlreadyAcknowledged"]
    holder = (await only(office, ticket)).acknowledged_by
    names = {office.people["lee"]: "Lee Lead", office.people["ada"]: "Ada Admin"}
    assert holder is not None and names[holder] in str(refused[0])


async def test_what_is_resolved_in_the_same_second_ends_there(any_watch: Watch, other_store: SqlStore) -> None:
    office = any_watch.office
    ticket = await urgent(any_watch)
    await any_watch.tick()
    office.clock.advance(10 * MINUTE)
    [timer] = [one for one in await office.timers() if one.kind is TimerKind.CALL]
    ring = MakeCall(ticket=ticket, timer=timer.id, subject=timer.subject)
    other = Engine(other_store, office.desk, office.clock, office.keys)
    await asyncio.gather(other.handle(ring, SYSTEM), office.do(ResolveTicket(ticket=ticket), "asha"))
    assert (await only(office, ticket)).state is EscalationState.ENDED
    assert await armed(office, TimerKind.CALL, TimerKind.LAPSE, TimerKind.UNASSIGNED) == []
    assert await heard(any_watch, minutes=30) == []


# --- lapse, and taking back ------------------------------------------------------------------------------------------


async def test_an_acknowledgement_lapses_after_a_reminder_and_it_goes_on_where_it_stood(any_watch: Watch) -> None:
    """Acknowledged at minute 5 for twenty minutes, of which the last five are after the reminder."""
    office = any_watch.office
    ticket = await urgent(any_watch)
    assert await heard(any_watch, minutes=4) == EVERY_CALL[:1]
    await office.do(Acknowledge(ticket=ticket), "lee")
    assert await heard(any_watch, minutes=14) == []
    reminded = len(any_watch.cards(Intent.PING))
    await any_watch.tick()
    [reminder] = any_watch.cards(Intent.PING)[reminded:]
    assert reminder.subtitle == "Nothing happened since it was acknowledged: it escalates again soon"
    assert (await only(office, ticket)).state is EscalationState.ACKNOWLEDGED
    told = await heard(any_watch, minutes=30)  # it lapses 5 minutes on, and has stood still since minute 5
    assert told == EVERY_CALL[1:]
    assert (await office.kinds(ticket)).count("EscalationResumed") == 1


async def test_what_the_staff_do_meanwhile_keeps_it(watch: Watch) -> None:
    office = watch.office
    ticket = await urgent(watch)
    await office.do(Acknowledge(ticket=ticket), "lee")
    for _ in range(6):
        office.clock.advance(14 * MINUTE)
        await watch.tick()
        await office.say(ticket, "lee", "Still at it")
    assert "AcknowledgementReminded" not in await office.kinds(ticket)
    for _ in range(15):
        office.clock.advance(MINUTE)
        await office.say(ticket, "sam", "And?")
        await watch.tick()
    assert (await office.kinds(ticket))[-1] == "AcknowledgementReminded"
    await office.say(ticket, "lee", "On my way")
    office.clock.advance(14 * MINUTE)
    await watch.tick()
    assert (await only(office, ticket)).state is EscalationState.ACKNOWLEDGED


async def test_two_processes_let_it_lapse_once(any_watch: Watch, other_store: SqlStore) -> None:
    office = any_watch.office
    ticket = await urgent(any_watch)
    await office.do(Acknowledge(ticket=ticket), "lee")
    other = Engine(other_store, office.desk, office.clock, office.keys)
    for minutes in (15, 5):
        office.clock.advance(minutes * MINUTE)
        [timer] = [one for one in await office.timers() if one.kind is TimerKind.LAPSE]
        ring = MindLapse(ticket=ticket, timer=timer.id, subject=timer.subject)
        await asyncio.gather(office.engine.handle(ring, SYSTEM), other.handle(ring, SYSTEM))
    kinds = await office.kinds(ticket)
    assert (kinds.count("AcknowledgementReminded"), kinds.count("EscalationResumed")) == (1, 1)


async def test_taken_back_it_goes_on_where_it_stood_and_at_the_end_the_last_step_calls_again(watch: Watch) -> None:
    office = watch.office
    ticket = await urgent(watch)
    assert await heard(watch, minutes=20) == EVERY_CALL
    await office.do(Acknowledge(ticket=ticket), "lee")
    office.clock.advance(5 * MINUTE)
    await office.do(Unacknowledge(ticket=ticket), "ada")
    assert await heard(watch, minutes=30) == [
        (0, "dean@example.com"),
        (0, "lee"),
        (0, "space:deans"),
        (0, "space:leads"),
    ]


# --- frozen ----------------------------------------------------------------------------------------------------------


async def test_another_bot_toml_does_not_reach_what_has_begun(watch: Watch) -> None:
    office = watch.office
    ticket = await urgent(watch)
    hasty = replace(URGENT, steps=(step(0, DEANS), step(1, DEANS, repeat=1, times=50)), lapses_after=MINUTE)
    office.use(escalating(desk_of(hours=BY_DAY), hasty))
    assert await heard(watch, minutes=30) == EVERY_CALL
    assert (await only(office, ticket)).policy == URGENT
    office.use(desk_of(hours=BY_DAY))
    await office.do(Acknowledge(ticket=ticket), "lee")
    assert await armed(office, TimerKind.LAPSE) == [(TimerKind.LAPSE, 15 * MINUTE)]
    second = await urgent(watch)
    assert [one.intent for one in await office.owed() if one.ticket == second and isinstance(one.address, ToSpace)] == [
        Intent.ALERT
    ]


async def test_the_hour_of_the_night_counts_for_nothing_else(watch: Watch) -> None:
    """By day the team on duty is called, and not the lead."""
    office = watch.office
    office.clock.advance(8 * HOUR)
    await urgent(watch)
    told = await heard(watch, minutes=20)
    assert sorted(who for minute, who in told if minute == 10) == ["abe", "asha", "lee", "wen"]
