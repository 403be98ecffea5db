"""What begins an escalation and what ends it, by itself."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.commands import (
    Acknowledge,
    AssignTicket,
    ClaimTicket,
    CloseTicket,
    DecideUrgency,
    DeclareUrgent,
    Escalate,
    HandOver,
    MakeCall,
    MindLapse,
    MindUnassigned,
    ReopenTicket,
    ResolveTicket,
    SetDuty,
    SetPriority,
    SetStatus,
    Snooze,
    TicketCommand,
    TransferTicket,
    UnassignTicket,
    Wake,
    WithdrawTicket,
)
from core.errors import MissingTicket, NotAllowed, Refusal
from core.model.desk import Assignment, UrgencySetting
from core.model.duty import DutyState
from core.model.escalation import EscalationPolicy, EscalationState, EscalationTrigger
from core.model.ids import EscalationId, PersonId, TicketId, TimerId
from core.model.outbox import TimerKind
from core.model.sla import SlaPolicy
from core.model.ticket import Priority, Status
from core.text import Text
from tests.fakes.clock import START
from tests.fakes.escalations import LEAD, LEADS, URGENT, Watch, armed, escalating, of, only, step
from tests.fakes.office import DAY, HOUR, MINUTE, SYSTEM, Office, desk_of

ENDED, RUNNING, HELD = EscalationState.ENDED, EscalationState.RUNNING, EscalationState.ACKNOWLEDGED
WHY = Text.of("The exam is in an hour.")
STEPS = (step(0, LEADS), step(10, LEAD))


def policy(key: str, *priorities: Priority, **when: Any) -> EscalationPolicy:
    trigger = EscalationTrigger(priorities=frozenset(priorities), **when)
    return EscalationPolicy(key=key, when=trigger, steps=STEPS, lapses_after=HOUR)


PRESSING = policy("pressing", Priority.HIGH, Priority.URGENT)
BROKEN = policy("broken", breached=True)
NEGLECTED = policy("neglected", unassigned_for=30 * MINUTE)
ASKED = policy("asked", requested=True)
ALL = (URGENT, PRESSING, BROKEN, NEGLECTED, ASKED)


@pytest.fixture
def desk(office: Office) -> Office:
    office.use(escalating(office.desk, *ALL))
    return office


async def begun(office: Office, ticket: TicketId) -> list[tuple[str, EscalationState]]:
    return [(one.policy.key, one.state) for one in await of(office, ticket)]


@pytest.fixture
async def promising(office: Office) -> Office:
    """Whose tickets are to be resolved within two hours."""
    every = dict.fromkeys(Priority, 2 * HOUR)
    sla = SlaPolicy(key="two hours", first_response={}, resolution=every)
    desk = escalating(office.desk, URGENT, PRESSING, BROKEN)
    categories = {key: replace(one, sla=sla.key) for key, one in desk.categories.items()}
    office.use(replace(desk, slas={sla.key: sla}, categories=categories))
    return office


async def breach(office: Office) -> None:
    office.clock.advance(2 * HOUR)
    await Watch(office).ring()


# --- what begins one -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("priority", "keys"),
    [
        (Priority.LOW, []),
        (Priority.NORMAL, []),
        (Priority.HIGH, ["pressing"]),
        (Priority.URGENT, ["urgent", "pressing", "asked"]),
    ],
)
async def test_a_ticket_begins_by_its_priority_and_by_being_declared_urgent(
    desk: Office, priority: Priority, keys: list[str]
) -> None:
    ticket = await desk.open(priority=priority)
    assert await begun(desk, ticket) == [(key, RUNNING) for key in keys]


@pytest.mark.parametrize(
    ("before", "after", "keys"),
    [
        (Priority.NORMAL, Priority.HIGH, ["pressing"]),
        (Priority.HIGH, Priority.URGENT, ["pressing", "urgent"]),
        (Priority.LOW, Priority.NORMAL, []),
        (Priority.HIGH, Priority.LOW, ["pressing"]),
    ],
)
async def test_a_priority_that_rises_begins_what_it_was_not_before(
    desk: Office, before: Priority, after: Priority, keys: list[str]
) -> None:
    ticket = await desk.open("asha", priority=before)
    await desk.do(SetPriority(ticket=ticket, priority=after), "asha")
    assert [key for key, _ in await begun(desk, ticket)] == keys


async def test_a_broken_promise_begins_one(promising: Office) -> None:
    ticket = await promising.open()
    await breach(promising)
    assert await begun(promising, ticket) == [("broken", RUNNING)]


@pytest.mark.parametrize(
    ("setting", "keys"),
    [(UrgencySetting.ALLOW, ["urgent", "pressing", "asked"]), (UrgencySetting.ASK, ["asked"])],
)
async def test_a_requester_who_declares_it_urgent_begins_one_granted_or_not(
    desk: Office, setting: UrgencySetting, keys: list[str]
) -> None:
    desk.use(replace(desk.desk, urgent_by_requester=setting))
    ticket = await desk.open()
    await desk.do(DeclareUrgent(ticket=ticket, why=WHY), "sam")
    assert await begun(desk, ticket) == [(key, RUNNING) for key in keys]


async def test_nobody_has_it_for_long_and_one_begins_once(desk: Office) -> None:
    ticket, watch = await desk.open(), Watch(desk)
    assert await armed(desk, TimerKind.UNASSIGNED) == [(TimerKind.UNASSIGNED, 30 * MINUTE)]
    await watch.wait(29)
    assert await begun(desk, ticket) == []
    await watch.wait(60)
    assert await begun(desk, ticket) == [("neglected", RUNNING)]
    assert await armed(desk, TimerKind.UNASSIGNED) == []


async def test_the_wait_for_somebody_goes_on_from_where_it_was_when_what_began_sooner_is_over(office: Office) -> None:
    """Nobody forgets a ticket because it was urgent for a while, or because somebody asked for it to be."""
    office.use(escalating(office.desk, policy("both", Priority.URGENT, unassigned_for=30 * MINUTE)))
    ticket, watch = await office.open("asha", priority=Priority.URGENT), Watch(office)
    assert await begun(office, ticket) == [("both", RUNNING)]
    office.clock.advance(10 * MINUTE)
    await office.do(SetPriority(ticket=ticket, priority=Priority.NORMAL), "asha")
    assert await begun(office, ticket) == [("both", ENDED)]
    assert await armed(office, TimerKind.UNASSIGNED) == [(TimerKind.UNASSIGNED, 20 * MINUTE)]
    await watch.wait(20)
    assert await begun(office, ticket) == [("both", ENDED), ("both", RUNNING)]


async def test_a_ticket_that_the_desk_gives_to_whoever_took_it_away_is_not_in_their_hands(desk: Office) -> None:
    """With an offer_timeout of 0 it comes back to them by the desk's hand, not by theirs."""
    academics = replace(desk.desk.teams["academics"], assignment=Assignment.LEAST_LOADED, offer_timeout=timedelta(0))
    ticket = await desk.open("sam", priority=Priority.URGENT)
    await desk.do(AssignTicket(ticket=ticket, assignee=desk.people["abe"]), "lee")
    desk.use(replace(desk.desk, teams={**desk.desk.teams, "academics": academics}))
    await desk.do(SetDuty(person=desk.people["abe"], state=DutyState.AWAY), "lee")
    await desk.do(UnassignTicket(ticket=ticket), "asha")
    assert (await desk.ticket(ticket)).assignee is not None
    assert HELD not in [state for _, state in await begun(desk, ticket)]


@pytest.mark.parametrize(
    ("command", "who", "left"),
    [
        (ClaimTicket(ticket=TicketId(1)), "asha", None),
        (AssignTicket(ticket=TicketId(1), assignee=PersonId(1)), "lee", None),
        (ResolveTicket(ticket=TicketId(1)), "asha", None),
        (WithdrawTicket(ticket=TicketId(1)), "sam", None),
        (Snooze(ticket=TicketId(1), until=START + DAY), "asha", None),
        (TransferTicket(ticket=TicketId(1), team="platform"), "lee", 20),
        (SetPriority(ticket=TicketId(1), priority=Priority.LOW), "asha", 20),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_the_wait_for_somebody_ends_with_somebody_and_goes_on_elsewhere(
    desk: Office, command: TicketCommand, who: str, left: int | None
) -> None:
    ticket = await desk.open()
    desk.clock.advance(10 * MINUTE)
    if isinstance(command, AssignTicket):
        command = replace(command, assignee=desk.people["abe"])
    await desk.do(replace(command, ticket=ticket), who)
    waits = await armed(desk, TimerKind.UNASSIGNED)
    assert waits == ([] if left is None else [(TimerKind.UNASSIGNED, left * MINUTE)])


async def test_the_wait_begins_anew_when_a_transfer_takes_it_from_whoever_had_it(desk: Office) -> None:
    ticket = await desk.open()
    await desk.do(ClaimTicket(ticket=ticket), "asha")
    desk.clock.advance(2 * HOUR)
    await desk.do(TransferTicket(ticket=ticket, team="platform"), "asha")
    assert await armed(desk, TimerKind.UNASSIGNED) == [(TimerKind.UNASSIGNED, 30 * MINUTE)]
    desk.clock.advance(10 * MINUTE)
    await desk.do(TransferTicket(ticket=ticket, team="academics"), "pia")
    assert await armed(desk, TimerKind.UNASSIGNED) == [(TimerKind.UNASSIGNED, 20 * MINUTE)]
    desk.clock.advance(20 * MINUTE)
    await Watch(desk).ring()
    assert await begun(desk, ticket) == [("neglected", RUNNING)]


@pytest.mark.parametrize("leaving", [UnassignTicket, HandOver])
async def test_the_wait_begins_anew_when_it_is_nobodys_again(desk: Office, leaving: type[UnassignTicket]) -> None:
    ticket = await desk.open()
    await desk.do(ClaimTicket(ticket=ticket), "asha")
    desk.clock.advance(10 * MINUTE)
    await desk.do(leaving(ticket=ticket), "asha")
    found = await desk.ticket(ticket)
    if found.assignee is None:
        assert await armed(desk, TimerKind.UNASSIGNED) == [(TimerKind.UNASSIGNED, 30 * MINUTE)]


async def test_what_was_put_aside_is_waited_for_anew_when_it_is_back(desk: Office) -> None:
    ticket = await desk.open()
    await desk.do(Snooze(ticket=ticket, until=desk.clock.now() + DAY), "asha")
    desk.clock.advance(HOUR)
    await desk.do(Wake(ticket=ticket), "asha")
    assert await armed(desk, TimerKind.UNASSIGNED) == [(TimerKind.UNASSIGNED, 30 * MINUTE)]


async def test_a_longer_wait_in_bot_toml_is_waited_for(desk: Office) -> None:
    ticket, watch = await desk.open(), Watch(desk)
    patient = policy("neglected", unassigned_for=2 * HOUR)
    desk.use(escalating(desk_of(), patient))
    await watch.wait(31)
    assert await begun(desk, ticket) == []
    await watch.wait(90)
    assert await begun(desk, ticket) == [("neglected", RUNNING)]


async def test_a_category_without_escalations_begins_none(office: Office) -> None:
    ticket = await office.open(priority=Priority.URGENT)
    assert await of(office, ticket) == [] and await armed(office, TimerKind.UNASSIGNED) == []


# --- what ends one ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [ResolveTicket, CloseTicket])
async def test_with_the_ticket_everything_ends_and_reopened_it_begins_by_its_priority(
    desk: Office, end: type[ResolveTicket]
) -> None:
    ticket = await desk.open(priority=Priority.URGENT)
    await desk.do(Acknowledge(ticket=ticket, escalation=(await of(desk, ticket))[0].id), "lee")
    await desk.do(end(ticket=ticket), "asha")
    assert {state for _, state in await begun(desk, ticket)} == {ENDED}
    assert await armed(desk, TimerKind.CALL, TimerKind.LAPSE, TimerKind.UNASSIGNED) == []
    await desk.do(ReopenTicket(ticket=ticket), "sam")
    assert [one for one in await begun(desk, ticket) if one[1] is RUNNING] == [
        ("urgent", RUNNING),
        ("pressing", RUNNING),
    ]


async def test_a_priority_that_falls_ends_what_it_began_and_nothing_else(promising: Office) -> None:
    ticket = await promising.open("asha", priority=Priority.URGENT)
    await breach(promising)
    await promising.do(SetPriority(ticket=ticket, priority=Priority.HIGH), "asha")
    assert await begun(promising, ticket) == [("urgent", ENDED), ("pressing", RUNNING), ("broken", RUNNING)]
    await promising.do(SetPriority(ticket=ticket, priority=Priority.NORMAL), "asha")
    assert await begun(promising, ticket) == [("urgent", ENDED), ("pressing", ENDED), ("broken", RUNNING)]
    await promising.do(SetPriority(ticket=ticket, priority=Priority.URGENT), "asha")
    assert [one for one in await begun(promising, ticket) if one[1] is RUNNING] == [
        ("broken", RUNNING),
        ("urgent", RUNNING),
        ("pressing", RUNNING),
    ]


async def test_what_waited_for_somebody_ends_when_it_is_assigned(desk: Office) -> None:
    ticket, watch = await desk.open(), Watch(desk)
    await watch.wait(30)
    await desk.do(AssignTicket(ticket=ticket, assignee=desk.people["abe"]), "lee")
    assert await begun(desk, ticket) == [("neglected", ENDED)]


async def test_what_somebody_raised_by_hand_is_acknowledged_by_a_claim_and_does_not_end(desk: Office) -> None:
    ticket = await desk.open()
    await desk.do(Escalate(ticket=ticket, level=2), "lee")
    await desk.do(SetPriority(ticket=ticket, priority=Priority.LOW), "asha")
    assert await begun(desk, ticket) == [("urgent", RUNNING)]
    await desk.do(ClaimTicket(ticket=ticket), "asha")
    assert await begun(desk, ticket) == [("urgent", HELD)]


async def test_a_claim_acknowledges_and_an_assignment_by_another_does_not(desk: Office) -> None:
    first, second = await desk.open(priority=Priority.HIGH), await desk.open(priority=Priority.HIGH)
    await desk.do(AssignTicket(ticket=first, assignee=desk.people["abe"]), "lee")
    assert await begun(desk, first) == [("pressing", RUNNING)]
    await desk.do(ClaimTicket(ticket=second), "asha")
    escalation = await only(desk, second)
    assert (escalation.state, escalation.acknowledged_by) == (HELD, desk.people["asha"])
    await desk.do(AssignTicket(ticket=first, assignee=desk.people["asha"]), "asha")
    assert await begun(desk, first) == [("pressing", HELD)]


async def test_a_promise_that_was_broken_before_a_reopening_holds_nothing_after_it(promising: Office) -> None:
    """What goes on since then began by the priority, and ends with it."""
    both = policy("both", Priority.HIGH, breached=True)
    promising.use(escalating(promising.desk, both))
    ticket = await promising.open("asha", priority=Priority.HIGH)
    await breach(promising)
    await promising.do(ResolveTicket(ticket=ticket), "asha")
    await promising.do(ReopenTicket(ticket=ticket), "asha")
    await promising.do(SetPriority(ticket=ticket, priority=Priority.LOW), "asha")
    assert await begun(promising, ticket) == [("both", ENDED), ("both", ENDED)]


async def test_what_was_declared_urgent_before_a_reopening_holds_nothing_after_it(desk: Office) -> None:
    both = policy("both", Priority.HIGH, requested=True)
    desk.use(escalating(replace(desk.desk, urgent_by_requester=UrgencySetting.ASK), both))
    ticket = await desk.open(priority=Priority.HIGH)
    await desk.do(DeclareUrgent(ticket=ticket, why=WHY), "sam")
    await desk.do(ResolveTicket(ticket=ticket), "asha")
    await desk.do(ReopenTicket(ticket=ticket), "sam")
    await desk.do(SetPriority(ticket=ticket, priority=Priority.LOW), "asha")
    assert await begun(desk, ticket) == [("both", ENDED), ("both", ENDED)]


# --- what begins not again -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        TransferTicket(ticket=TicketId(1), team="platform"),
        UnassignTicket(ticket=TicketId(1)),
        SetStatus(ticket=TicketId(1), status=Status.WAITING),
        DeclareUrgent(ticket=TicketId(1), why=WHY),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_what_lasts_begins_nothing_again(promising: Office, command: TicketCommand) -> None:
    ticket = await promising.open("asha", priority=Priority.HIGH)
    await promising.do(ClaimTicket(ticket=ticket), "asha")
    await breach(promising)
    await promising.do(Acknowledge(ticket=ticket), "lee")
    await promising.do(replace(command, ticket=ticket), "asha")
    states = dict(await begun(promising, ticket))
    assert (states["pressing"], states["broken"]) == (HELD, HELD)


# --- what the requester declared urgent ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("granted", "priority", "states"),
    [
        (True, Priority.URGENT, {"asked": RUNNING, "urgent": RUNNING, "pressing": RUNNING}),
        (False, Priority.NORMAL, {"asked": ENDED}),
    ],
)
async def test_a_lead_decides_and_what_was_asked_for_goes_on_or_ends(
    desk: Office, granted: bool, priority: Priority, states: dict[str, EscalationState]
) -> None:
    desk.use(replace(desk.desk, urgent_by_requester=UrgencySetting.ASK))
    ticket = await desk.open()
    await desk.do(DeclareUrgent(ticket=ticket, why=WHY), "sam")
    await desk.do(DecideUrgency(ticket=ticket, granted=granted), "lee")
    assert (await desk.ticket(ticket)).priority is priority
    assert dict(await begun(desk, ticket)) == states
    with pytest.raises(Refusal, match="nobody waits for a word"):
        await desk.do(DecideUrgency(ticket=ticket, granted=True), "ada")
    async with desk.store.read() as work:
        assert await work.workload.urgencies_declined(desk.people["sam"]) == (0 if granted else 1)


async def test_whoever_opens_as_urgent_where_a_lead_is_asked_waits_for_the_lead(desk: Office) -> None:
    desk.use(replace(desk.desk, urgent_by_requester=UrgencySetting.ASK))
    ticket = await desk.open(priority=Priority.URGENT)
    assert (await desk.ticket(ticket)).priority is Priority.HIGH
    with pytest.raises(NotAllowed):
        await desk.do(DecideUrgency(ticket=ticket, granted=True), "asha")
    await desk.do(DecideUrgency(ticket=ticket, granted=True), "lee")
    assert (await desk.ticket(ticket)).priority is Priority.URGENT


# --- the desk's own commands -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [MakeCall, MindLapse, MindUnassigned])
@pytest.mark.parametrize("who", ["sam", "ada"])
async def test_a_timers_command_is_the_desks_alone(desk: Office, command: type[MakeCall], who: str) -> None:
    ticket = await desk.open(priority=Priority.HIGH)
    subject = str((await only(desk, ticket)).id)
    with pytest.raises(NotAllowed):
        await desk.do(command(ticket=ticket, timer=TimerId(1), subject=subject), who)


@pytest.mark.parametrize("command", [MakeCall, MindLapse, MindUnassigned])
async def test_a_timer_that_was_taken_changes_nothing(desk: Office, command: type[MakeCall]) -> None:
    ticket = await desk.open(priority=Priority.HIGH)
    before = await desk.everything()
    await desk.do(command(ticket=ticket, timer=TimerId(999), subject="1"), SYSTEM)
    assert await desk.everything() == before


async def test_an_escalation_that_is_not_there_is_no_fault_of_the_tick(desk: Office) -> None:
    assert await of(desk, TicketId(99)) == []
    with pytest.raises(MissingTicket):
        await desk.do(Acknowledge(ticket=TicketId(99), escalation=EscalationId(1)), "lee")


async def test_a_mere_message_asks_the_database_nothing_more(desk: Office) -> None:
    """What is said begins nothing: neither timers nor escalations are looked at."""
    ticket = await desk.open(priority=Priority.HIGH)
    await desk.do(Acknowledge(ticket=ticket), "lee")
    lapses = await armed(desk, TimerKind.LAPSE)
    desk.clock.advance(timedelta(seconds=30))
    await desk.say(ticket, "asha", "On it")
    assert await armed(desk, TimerKind.LAPSE) == [(kind, left - timedelta(seconds=30)) for kind, left in lapses]
