"""Several escalations of one ticket: each person and place is called once, and each thing is told once."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest

from adapters.sql.store import SqlStore
from core.cards.card import Card
from core.commands import (
    AcceptOffer,
    Acknowledge,
    AssignTicket,
    ClaimTicket,
    HandOver,
    MakeCall,
    PassOffer,
    ResolveTicket,
    SetPriority,
    Unacknowledge,
)
from core.composing import Skip
from core.engine import Engine
from core.model.desk import Acknowledge as Link
from core.model.escalation import EscalationPolicy, EscalationState, EscalationTrigger
from core.model.ids import TicketId
from core.model.outbox import Delivery, DeliveryState, Intent, TimerKind, ToPerson, ToSpace
from core.model.people import Platform
from core.model.ticket import Priority
from core.ports import Parcel
from tests.fakes.escalations import DEANS, LEAD, LEADS, ON_DUTY, URGENT, Watch, escalating, of, step
from tests.fakes.offers import alone, offering, ring
from tests.fakes.office import MINUTE, SYSTEM, Office, on_discord

ENDED, RUNNING, HELD = EscalationState.ENDED, EscalationState.RUNNING, EscalationState.ACKNOWLEDGED
WEB = replace(SYSTEM, door=Platform.WEB)
STEPS = (step(0, LEADS), step(10, LEADS, LEAD))
FIRST = EscalationPolicy(
    key="first", when=EscalationTrigger(priorities=frozenset({Priority.URGENT})), steps=STEPS, lapses_after=20 * MINUTE
)
PRESSING = frozenset({Priority.HIGH, Priority.URGENT})
SECOND = EscalationPolicy(
    key="second", when=EscalationTrigger(priorities=PRESSING), steps=STEPS, lapses_after=20 * MINUTE
)


@pytest.fixture
def desk(office: Office) -> Office:
    office.use(escalating(office.desk, FIRST, SECOND))
    return office


async def card_of(office: Office, delivery: Delivery) -> Card:
    parcel = await office.composed(delivery)
    assert isinstance(parcel, Parcel) and isinstance(parcel.content, Card), parcel
    return parcel.content


def calls_in(owed: list[Delivery]) -> list[Delivery]:
    return [one for one in owed if one.intent is Intent.CALL]


async def news_of(office: Office, owed: list[Delivery]) -> list[str]:
    return [(await card_of(office, one)).title for one in owed if one.intent is Intent.ALERT_NEWS]


async def lines(office: Office, ticket: TicketId) -> Counter[str]:
    """What the staff read of it in the thread; the history has the same."""
    shown = Counter(entry.line for entry in (await office.view(ticket, "lee")).entries if entry.line)
    traced = Counter(one.line for one in await office.reading.history(ticket, office.actor("lee")))
    assert shown == traced
    return shown


# --- one call --------------------------------------------------------------------------------------------------------


async def test_two_that_begin_at_once_call_a_place_once(desk: Office) -> None:
    await desk.open(priority=Priority.URGENT)
    assert [one.address for one in calls_in(await desk.owed())] == [ToSpace("leads")]


async def test_two_whose_time_comes_at_once_call_together_and_everybody_once(desk: Office) -> None:
    ticket, watch = await desk.open(priority=Priority.URGENT), Watch(desk)
    await watch.wait(10)
    assert sorted(watch.calls()) == ["lee", "space:leads", "space:leads"]
    assert [one.called for one in await of(desk, ticket)] == [2, 2]
    assert (await lines(desk, ticket))["Level 2 was called"] == 1


async def test_two_processes_that_ring_for_two_escalations_at_once_call_everybody_once(
    any_office: Office, other_store: SqlStore
) -> None:
    any_office.use(escalating(any_office.desk, FIRST, SECOND))
    other = Engine(other_store, any_office.desk, any_office.clock, any_office.keys)
    ticket = await any_office.open(priority=Priority.URGENT)
    any_office.clock.advance(10 * MINUTE)
    timers = [one for one in await any_office.timers() if one.kind is TimerKind.CALL]
    rings = [MakeCall(ticket=ticket, timer=one.id, subject=one.subject) for one in timers]
    before = (await any_office.owed())[-1].id
    await asyncio.gather(any_office.engine.handle(rings[0], SYSTEM), other.handle(rings[1], SYSTEM))
    owed = calls_in(await any_office.owed(before))
    assert [one.address for one in owed] == [
        ToSpace("leads"),
        ToPerson(any_office.people["lee"], Platform.WEB),
    ]


async def test_the_call_that_stands_for_both_is_made_as_long_as_one_of_them_runs(desk: Office) -> None:
    ticket = await desk.open(priority=Priority.URGENT)
    [call] = calls_in(await desk.owed())
    first = (await of(desk, ticket))[0]
    assert call.escalation == first.id
    await desk.do(SetPriority(ticket=ticket, priority=Priority.HIGH), "asha")
    assert [one.state for one in await of(desk, ticket)] == [ENDED, RUNNING]
    card = await card_of(desk, call)
    assert "Acknowledge" in [button.label for button in card.buttons]
    await desk.do(SetPriority(ticket=ticket, priority=Priority.LOW), "asha")
    assert await desk.composed(call) == Skip("it escalates no more")


async def test_a_call_of_one_does_not_stand_for_another_that_called_elsewhere(desk: Office) -> None:
    desk.use(escalating(desk.desk, FIRST, replace(SECOND, steps=(step(0, DEANS),))))
    ticket = await desk.open(priority=Priority.URGENT)
    [leads] = [one for one in calls_in(await desk.owed()) if one.address == ToSpace("leads")]
    await desk.do(SetPriority(ticket=ticket, priority=Priority.HIGH), "asha")
    assert await desk.composed(leads) == Skip("it escalates no more")


async def test_what_waits_for_a_place_is_replaced_by_the_next_call_of_whichever(desk: Office) -> None:
    desk.use(escalating(desk.desk, replace(FIRST, steps=(step(0, LEADS),)), replace(SECOND, steps=(step(5, LEADS),))))
    await desk.open(priority=Priority.URGENT)
    desk.clock.advance(5 * MINUTE)
    await ring(desk)
    states = [one.state for one in calls_in(await desk.owed())]
    assert states == [DeliveryState.SKIPPED, DeliveryState.PENDING]


# --- one line --------------------------------------------------------------------------------------------------------


async def test_one_act_is_one_line_in_the_space_and_in_the_history(desk: Office) -> None:
    ticket = await desk.open(priority=Priority.URGENT)
    assert await news_of(desk, await desk.owed_by(Acknowledge(ticket=ticket), "lee")) == [
        f"T-{ticket}: Lee Lead acknowledged it"
    ]
    assert await news_of(desk, await desk.owed_by(Unacknowledge(ticket=ticket), "ada")) == [
        f"T-{ticket}: Ada Admin took the acknowledgement back: it escalates again"
    ]
    await desk.do(Acknowledge(ticket=ticket), "lee")
    desk.clock.advance(MINUTE)
    await desk.do(ResolveTicket(ticket=ticket), "lee")
    assert await lines(desk, ticket) == {
        "Sam Student opened the ticket for Academics": 1,
        "It escalates until somebody acknowledges it": 1,
        "Level 1 was called": 1,
        "Lee Lead acknowledged it": 2,
        "Ada Admin took the acknowledgement back: it escalates again": 1,
        "Lee Lead resolved it": 1,
        "Sam Student declared it urgent": 1,
        "It escalates no more": 1,
    }


async def test_it_lapses_and_is_reminded_of_once_for_both(desk: Office) -> None:
    ticket, watch = await desk.open(priority=Priority.URGENT), Watch(desk)
    await desk.do(Acknowledge(ticket=ticket), "lee")
    await watch.tick()
    before = (await desk.owed())[-1].id
    await watch.wait(15)
    assert desk.pinged(await desk.owed(before)) == ["lee"]
    before = (await desk.owed())[-1].id
    await watch.wait(5)
    assert await news_of(desk, await desk.owed(before)) == [
        f"T-{ticket}: Nothing happened since it was acknowledged: it escalates again"
    ]
    assert [one.state for one in await of(desk, ticket)] == [RUNNING, RUNNING]
    assert (await lines(desk, ticket))["Nothing happened since it was acknowledged: it escalates again soon"] == 1


async def test_a_space_hears_that_it_escalates_no_more_once_nothing_does(desk: Office) -> None:
    ticket = await desk.open(priority=Priority.URGENT)
    falls = [SetPriority(ticket=ticket, priority=priority) for priority in (Priority.HIGH, Priority.LOW)]
    assert await news_of(desk, await desk.owed_by(falls[0], "asha")) == []
    assert await news_of(desk, await desk.owed_by(falls[1], "asha")) == [f"T-{ticket}: It escalates no more"]


async def test_that_somebody_handed_it_on_is_told_where_it_was_alerted(desk: Office) -> None:
    ticket = await desk.open(priority=Priority.URGENT)
    await desk.do(ClaimTicket(ticket=ticket), "asha")
    owed = await desk.owed_by(HandOver(ticket=ticket), "asha")
    assert await news_of(desk, owed) == [f"T-{ticket}: Asha Agent handed it on"]


async def test_the_tickets_card_names_each(desk: Office) -> None:
    ticket = await desk.open(priority=Priority.URGENT)
    shown = [(one.label, one.value) for one in (await desk.view(ticket, "lee")).card.fields if one.key == "escalation"]
    assert shown == [
        ("Escalation first", "level 1 called, next in 10 min"),
        ("Escalation second", "level 1 called, next in 10 min"),
    ]


# --- a name that was typed -------------------------------------------------------------------------------------------


async def test_the_history_keeps_the_name_that_was_typed_and_says_that_nobody_verified_it(desk: Office) -> None:
    desk.use(replace(desk.desk, acknowledge=Link.LINK))
    ticket = await desk.open(priority=Priority.URGENT)
    link = (await of(desk, ticket))[0].id
    for name in ("Dean", "Rao"):
        desk.clock.advance(MINUTE)
        await desk.do(Acknowledge(ticket=ticket, escalation=link, name=name), WEB)
        desk.clock.advance(MINUTE)
        await desk.do(Unacknowledge(ticket=ticket), "lee")
    told = [one for one in await desk.reading.history(ticket, desk.actor("lee")) if "acknowledged it" in one.line]
    assert sorted((one.who, one.line) for one in told) == [
        ("Somebody with the alert's link", "Somebody with the alert's link acknowledged it"),
        ("“Rao” (not verified)", "“Rao” (not verified) acknowledged it"),
    ]
    assert not any("Rao" in repr(event) for event in await desk.events(ticket)), "the trail holds no words"
    said = [entry.line for entry in (await desk.view(ticket, "lee")).entries]
    assert "“Rao” (not verified) acknowledged it" in said
    assert not any("acknowledged" in entry.line for entry in (await desk.view(ticket, "sam")).entries)


async def test_whoever_comes_second_reads_that_the_first_name_is_not_verified(desk: Office) -> None:
    desk.use(replace(desk.desk, acknowledge=Link.LINK))
    ticket = await desk.open(priority=Priority.URGENT)
    link = (await of(desk, ticket))[0].id
    await desk.do(Acknowledge(ticket=ticket, escalation=link, name="Lee Lead"), WEB)
    desk.clock.advance(4 * MINUTE)
    with pytest.raises(Exception, match=r"“Lee Lead” \(not verified\) acknowledged it 4 min ago"):
        await desk.do(Acknowledge(ticket=ticket), "ada")


async def test_how_long_nobody_has_it_in_hand_counts_from_when_it_last_began_to_call(desk: Office) -> None:
    ticket = await desk.open(priority=Priority.URGENT)
    desk.clock.advance(5 * MINUTE)
    await desk.do(Acknowledge(ticket=ticket), "lee")
    desk.clock.advance(10 * MINUTE)
    await desk.do(Unacknowledge(ticket=ticket), "lee")
    desk.clock.advance(5 * MINUTE)
    await ring(desk)
    call = calls_in(await desk.owed())[-1]
    assert (await card_of(desk, call)).subtitle.endswith("not acknowledged for 5 min")


# --- called and asked ------------------------------------------------------------------------------------------------


@pytest.fixture
async def asking(office: Office) -> Office:
    """Whose team assigns by itself, and is called at once about what is urgent; Asha alone is there, on Discord too."""
    calling = replace(URGENT, steps=(step(0, ON_DUTY), step(2, ON_DUTY)))
    office.use(escalating(offering(on_discord(office.desk)), calling))
    await alone(office, "asha")
    await office.join("asha", "sam")
    return office


def to_asha(office: Office, owed: list[Delivery]) -> list[Delivery]:
    return [one for one in owed if isinstance(one.address, ToPerson) and one.address.person == office.people["asha"]]


async def test_whoever_is_called_and_asked_to_take_it_gets_one_card_to_accept_it_by(asking: Office) -> None:
    ticket = await asking.open(priority=Priority.URGENT)
    theirs = to_asha(asking, await asking.owed())
    assert [(one.intent, one.address) for one in theirs] == [
        (Intent.CALL, ToPerson(asking.people["asha"], platform)) for platform in (Platform.WEB, Platform.DISCORD)
    ]
    for one in theirs:
        card = await card_of(asking, one)
        assert card.tone == "urgent"
        assert [(button.label, button.style) for button in card.buttons] == [
            ("Accept", "primary"),
            ("Pass", "plain"),
            ("Open", "plain"),
        ]
    await asking.do(AcceptOffer(ticket=ticket), "asha")
    assert [one.state for one in await of(asking, ticket)] == [HELD]


async def test_a_call_after_the_offer_was_passed_on_asks_to_acknowledge(asking: Office) -> None:
    ticket = await asking.open(priority=Priority.URGENT)
    call = to_asha(asking, await asking.owed())[0]
    await asking.do(PassOffer(ticket=ticket), "asha")
    assert [button.label for button in (await card_of(asking, call)).buttons] == ["Acknowledge", "Open the thread"]


async def test_the_offer_reaches_whoever_is_asked_though_somebody_acknowledged_before_the_call_went_out(
    asking: Office,
) -> None:
    ticket = await asking.open(priority=Priority.URGENT)
    call = to_asha(asking, await asking.owed())[0]
    await asking.do(Acknowledge(ticket=ticket), "lee")
    assert (await card_of(asking, call)).buttons[0].label == "Accept"
    await asking.do(AssignTicket(ticket=ticket, assignee=asking.people["abe"]), "lee")
    assert await asking.composed(call) == Skip("somebody acknowledged it")


async def test_a_later_call_that_stands_for_no_offer_is_not_made_once_somebody_acknowledged(asking: Office) -> None:
    ticket = await asking.open(priority=Priority.URGENT)
    before = (await asking.owed())[-1].id
    asking.clock.advance(2 * MINUTE)
    await ring(asking)
    call = to_asha(asking, await asking.owed(before))[0]
    assert (await card_of(asking, call)).buttons[0].label == "Accept"
    await asking.do(Acknowledge(ticket=ticket), "lee")
    assert await asking.composed(call) == Skip("somebody acknowledged it")
