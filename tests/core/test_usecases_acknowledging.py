"""What people do to an escalation by hand: acknowledge it, take that back, call a level now."""

from dataclasses import replace
from typing import Any

import pytest

from core.commands import (
    Acknowledge,
    CloseTicket,
    Escalate,
    ResolveTicket,
    SetPriority,
    TicketCommand,
    Unacknowledge,
)
from core.errors import MissingTicket, NotAllowed, Refusal
from core.model.desk import Acknowledge as Link
from core.model.escalation import EscalationPolicy, EscalationState, EscalationTrigger
from core.model.ids import PersonId, TicketId
from core.model.outbox import TimerKind
from core.model.people import Platform
from core.model.ticket import Priority
from tests.fakes.escalations import LEAD, LEADS, URGENT, armed, escalating, of, only, step
from tests.fakes.office import HOUR, MINUTE, SYSTEM, Office

ENDED, RUNNING, HELD = EscalationState.ENDED, EscalationState.RUNNING, EscalationState.ACKNOWLEDGED
STEPS = (step(0, LEADS), step(10, LEAD))


def policy(key: str, *priorities: Priority, **when: Any) -> EscalationPolicy:
    trigger = EscalationTrigger(priorities=frozenset(priorities), **when)
    return EscalationPolicy(key=key, when=trigger, steps=STEPS, lapses_after=HOUR)


PRESSING = policy("pressing", Priority.HIGH, Priority.URGENT)
ASKED = policy("asked", requested=True)


@pytest.fixture
def desk(office: Office) -> Office:
    office.use(escalating(office.desk, URGENT, PRESSING, ASKED))
    return office


async def begun(office: Office, ticket: TicketId) -> list[tuple[str, EscalationState]]:
    return [(one.policy.key, one.state) for one in await of(office, ticket)]


@pytest.mark.parametrize("number", [None, 0, 2])
async def test_acknowledging_stops_them_all_by_the_link_of_one_as_well(desk: Office, number: int | None) -> None:
    ticket = await desk.open(priority=Priority.URGENT)
    link = (await of(desk, ticket))[number].id if number is not None else None
    await desk.do(Acknowledge(ticket=ticket, escalation=link), "lee")
    assert await begun(desk, ticket) == [("urgent", HELD), ("pressing", HELD), ("asked", HELD)]
    assert {one.acknowledged_by for one in await of(desk, ticket)} == {desk.people["lee"]}
    assert await armed(desk, TimerKind.CALL) == []


async def test_by_the_link_of_one_that_is_in_hand_others_that_call_are_stopped(desk: Office) -> None:
    ticket = await desk.open("asha", priority=Priority.HIGH)
    link = (await only(desk, ticket)).id
    await desk.do(Acknowledge(ticket=ticket, escalation=link), "lee")
    await desk.do(SetPriority(ticket=ticket, priority=Priority.URGENT), "asha")
    assert await begun(desk, ticket) == [("pressing", HELD), ("urgent", RUNNING)]
    await desk.do(Acknowledge(ticket=ticket, escalation=link), "lee")
    assert await begun(desk, ticket) == [("pressing", HELD), ("urgent", HELD)]


async def test_a_link_ends_with_its_own_escalation_and_stops_no_other_then(desk: Office) -> None:
    ticket = await desk.open(priority=Priority.URGENT)
    link = (await of(desk, ticket))[0].id
    await desk.do(SetPriority(ticket=ticket, priority=Priority.HIGH), "asha")
    assert (await begun(desk, ticket))[:2] == [("urgent", ENDED), ("pressing", RUNNING)]
    with pytest.raises(Refusal, match="calls nobody now, so there is nothing to acknowledge"):
        await desk.do(Acknowledge(ticket=ticket, escalation=link), "lee")
    assert ("pressing", RUNNING) in await begun(desk, ticket)


async def test_what_the_desk_began_called_and_ended_by_itself_is_its_own_doing(desk: Office) -> None:
    """Whoever asked for what led to it."""
    ticket = await desk.open(priority=Priority.HIGH)
    await desk.do(Escalate(ticket=ticket, level=2), "lee")
    await desk.do(ResolveTicket(ticket=ticket), "asha")
    hands: dict[str, set[PersonId | None]] = {}
    for record in await desk.records(ticket):
        hands.setdefault(type(record.event).__name__, set()).add(record.actor)
    own = ("EscalationStarted", "EscalationCalled", "EscalationEnded")
    assert [hands[kind] for kind in own] == [{None}, {None}, {None}]
    assert hands["EscalationRaised"] == {desk.people["lee"]}


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (Acknowledge(ticket=TicketId(1)), "T-1 is in hand: Lee Lead acknowledged it 3 min ago."),
        (Escalate(ticket=TicketId(1), level=9), "T-1 escalates in levels from 1 to 3; 9 is none of them."),
        (Escalate(ticket=TicketId(1), level=0), "T-1 escalates in levels from 1 to 3; 0 is none of them."),
    ],
)
async def test_what_cannot_be_is_refused_with_a_sentence(desk: Office, command: TicketCommand, sentence: str) -> None:
    ticket = await desk.open(priority=Priority.URGENT)
    await desk.do(Acknowledge(ticket=ticket), "lee")
    desk.clock.advance(3 * MINUTE)
    before = await desk.everything()
    with pytest.raises(Refusal) as refused:
        await desk.do(replace(command, ticket=ticket), "ada")
    assert str(refused.value) == sentence
    assert await desk.everything() == before


async def test_what_does_not_escalate_is_neither_acknowledged_nor_taken_back(desk: Office) -> None:
    ticket = await desk.open()
    for command, sentence in (
        (Acknowledge(ticket=ticket), f"T-{ticket} calls nobody now, so there is nothing to acknowledge."),
        (Unacknowledge(ticket=ticket), f"Nobody has acknowledged T-{ticket}, so there is nothing to take back."),
    ):
        with pytest.raises(Refusal) as refused:
            await desk.do(command, "lee")
        assert str(refused.value) == sentence
    await desk.do(CloseTicket(ticket=ticket), "sam")
    with pytest.raises(Refusal, match="is closed, so it cannot escalate"):
        await desk.do(Escalate(ticket=ticket, level=1), "lee")


async def test_a_desk_without_escalations_calls_nobody_by_hand(office: Office) -> None:
    ticket = await office.open()
    with pytest.raises(Refusal, match="Exams and grades names no escalation"):
        await office.do(Escalate(ticket=ticket, level=1), "lee")


async def test_a_jump_calls_that_level_now_and_later_ones_at_their_distances(office: Office) -> None:
    office.use(escalating(office.desk, URGENT))
    ticket = await office.open(priority=Priority.URGENT)
    await office.do(Acknowledge(ticket=ticket), "lee")
    await office.do(Escalate(ticket=ticket, level=3), "lee")
    escalation = await only(office, ticket)
    assert (escalation.state, escalation.level, escalation.acknowledged_by) == (RUNNING, 3, None)
    assert await armed(office, TimerKind.CALL, TimerKind.LAPSE) == [(TimerKind.CALL, 5 * MINUTE)]
    assert (await office.kinds(ticket))[-2:] == ["EscalationRaised", "EscalationCalled"]


async def test_of_several_that_go_on_the_first_that_has_the_level_jumps(desk: Office) -> None:
    ticket = await desk.open("asha", priority=Priority.HIGH)
    with pytest.raises(Refusal, match="from 1 to 2; 3"):
        await desk.do(Escalate(ticket=ticket, level=3), "lee")
    await desk.do(SetPriority(ticket=ticket, priority=Priority.URGENT), "asha")
    await desk.do(Escalate(ticket=ticket, level=3), "lee")
    assert [(one.policy.key, one.level) for one in await of(desk, ticket)] == [("pressing", 1), ("urgent", 3)]


@pytest.mark.parametrize("command", [Acknowledge, Unacknowledge])
@pytest.mark.parametrize(("who", "may"), [("sam", False), ("kim", False), ("lee", True), ("ada", True), ("asha", True)])
async def test_who_may(desk: Office, command: type[Acknowledge], who: str, may: bool) -> None:
    ticket = await desk.open(priority=Priority.HIGH)
    if command is Unacknowledge:
        await desk.do(Acknowledge(ticket=ticket), "lee")
    if may:
        await desk.do(command(ticket=ticket), who)
        return
    with pytest.raises((NotAllowed, MissingTicket)):
        await desk.do(command(ticket=ticket), who)


@pytest.mark.parametrize(
    ("setting", "door", "named", "name"),
    [
        (Link.SIGN_IN, Platform.WEB, True, "Dean"),
        (Link.LINK, Platform.WEB, False, "Dean"),
        (Link.LINK, Platform.API, True, "Dean"),
        (Link.LINK, Platform.OPERATOR, True, "Dean"),
        (Link.LINK, Platform.SYSTEM, True, "Dean"),
    ],
)
async def test_nobody_acknowledges_under_a_name_but_behind_a_link_that_allows_it(
    desk: Office, setting: Link, door: Platform, named: bool, name: str
) -> None:
    desk.use(replace(desk.desk, acknowledge=setting))
    ticket = await desk.open(priority=Priority.HIGH)
    escalation = (await only(desk, ticket)).id if named else None
    with pytest.raises(NotAllowed):
        await desk.do(Acknowledge(ticket=ticket, escalation=escalation, name=name), replace(SYSTEM, door=door))
    assert await begun(desk, ticket) == [("pressing", RUNNING)]
