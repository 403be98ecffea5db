"""Promises in time: warned before, told when broken, standing still while nobody of the desk is waited for."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from core.commands import (
    ClaimTicket,
    CloseTicket,
    Command,
    MindSla,
    PostMessage,
    RearmPromises,
    ReopenTicket,
    ResolveTicket,
    SetPriority,
    SetStatus,
    Snooze,
    TransferTicket,
    UnassignTicket,
    Wake,
)
from core.errors import NoSuchTicket, NotAllowed
from core.events import SlaBreached, SlaWarned
from core.model.ids import TicketId, TimerId
from core.model.outbox import TimerKind
from core.model.sla import SlaClock
from core.model.thread import MessageKind
from core.model.ticket import Priority, Status
from core.text import Text
from tests.fakes.contested import Contested
from tests.fakes.counting import statements
from tests.fakes.office import SYSTEM, Office, desk_of
from tests.fakes.promises import at, due, go, promising, ring, scheduler

FIRST, RESOLUTION = SlaClock.FIRST_RESPONSE, SlaClock.RESOLUTION
SLA = TimerKind.SLA
HELLO = Text.of("Hello")
FIVE_HOURS = 5 * 3600


@pytest.fixture(autouse=True)
def promised(request: pytest.FixtureRequest) -> None:
    for name in ("office", "any_office"):
        if name in request.fixturenames:
            office: Office = request.getfixturevalue(name)
            office.use(promising())


async def told(office: Office, ticket: TicketId) -> list[tuple[str, SlaClock]]:
    """What was told of its promises."""
    events = [one for one in await office.events(ticket) if isinstance(one, SlaWarned | SlaBreached)]
    return [("warned" if isinstance(one, SlaWarned) else "breached", one.clock) for one in events]


# --- the timer -------------------------------------------------------------------------------------------------------


async def test_an_opened_ticket_is_watched_by_one_timer_for_its_first_warning(office: Office) -> None:
    go(office, "03-03 10:00")
    ticket = await office.open()
    assert await due(office, SLA) == ["03-03 14:00"]
    timers = await office.timers()
    assert [(one.kind, one.ticket, one.subject) for one in timers] == [(SLA, ticket, "")]


NOTHING_PROMISED: list[tuple[str, dict[str, Any]]] = [
    ("its category has no sla", {"category": "welfare", "answers": {}}),
    ("its priority has no target", {"priority": Priority.LOW}),
]


@pytest.mark.parametrize(("_why", "given"), NOTHING_PROMISED, ids=[why for why, _ in NOTHING_PROMISED])
async def test_where_nothing_is_promised_there_is_no_timer(office: Office, _why: str, given: dict[str, Any]) -> None:
    await office.open(**given)
    assert await office.timers() == []


async def test_a_category_that_names_an_sla_bot_toml_no_longer_has_is_promised_nothing(office: Office) -> None:
    office.use(replace(promising(), slas={}))
    await office.open()
    assert await office.timers() == []


TOUCHES: list[tuple[Callable[[TicketId], Command], str, list[str]]] = [
    # what is done at 11:00 on a ticket that asha claimed at 10:00, when it was opened, and when the timer rings then
    (lambda t: PostMessage(ticket=t, kind=MessageKind.REPLY, text=HELLO), "asha", ["03-04 14:48"]),
    (lambda t: PostMessage(ticket=t, kind=MessageKind.NOTE, text=HELLO), "asha", ["03-03 14:00"]),
    (lambda t: PostMessage(ticket=t, kind=MessageKind.REPLY, text=HELLO), "sam", ["03-03 14:00"]),
    (lambda t: SetPriority(ticket=t, priority=Priority.HIGH), "asha", ["03-03 11:36"]),
    (lambda t: SetPriority(ticket=t, priority=Priority.URGENT), "asha", ["03-03 11:00"]),
    (lambda t: SetPriority(ticket=t, priority=Priority.LOW), "asha", []),
    (lambda t: SetStatus(ticket=t, status=Status.WAITING), "asha", []),
    (lambda t: Snooze(ticket=t, until=at("03-05 09:00")), "asha", []),
    (lambda t: ResolveTicket(ticket=t), "asha", []),
    (lambda t: CloseTicket(ticket=t), "sam", []),
    (lambda t: UnassignTicket(ticket=t), "asha", ["03-03 14:00"]),
    (lambda t: TransferTicket(ticket=t, team="platform"), "asha", ["03-03 14:00"]),
]


@pytest.mark.parametrize(("command", "who", "rings"), TOUCHES)
async def test_what_touches_a_clock_sets_the_timer_anew(
    office: Office, command: Callable[[TicketId], Command], who: str, rings: list[str]
) -> None:
    go(office, "03-03 10:00")
    ticket = await office.open()
    await office.do(ClaimTicket(ticket=ticket), "asha")
    go(office, "03-03 11:00")
    await office.do(command(ticket), who)
    assert await due(office, SLA) == rings


# --- in time ---------------------------------------------------------------------------------------------------------


async def test_over_a_weekend_on_which_the_clock_goes_forward_only_open_hours_count(office: Office) -> None:
    go(office, "03-27 16:00")
    ticket = await office.open()
    assert await due(office, SLA) == ["03-30 12:00"]
    assert at("03-30 12:00") - at("03-27 16:00") == 67 * (at("03-03 11:00") - at("03-03 10:00"))
    for words, heard in (
        ("03-30 11:59", []),
        ("03-30 12:00", [("warned", FIRST)]),
        ("03-30 12:59", [("warned", FIRST)]),
        ("03-30 13:00", [("warned", FIRST), ("breached", FIRST)]),
    ):
        go(office, words)
        await ring(office)
        assert await told(office, ticket) == heard
    assert await due(office, SLA) == ["03-31 12:48"]
    assert [one.target for one in await office.events(ticket) if isinstance(one, SlaWarned)] == [FIVE_HOURS]


async def test_over_a_weekend_on_which_the_clock_goes_back_only_open_hours_count(office: Office) -> None:
    go(office, "10-23 16:00")
    await office.open()
    assert await due(office, SLA) == ["10-26 12:00"]


async def test_each_clock_is_told_to_its_end_and_then_nothing_rings(office: Office) -> None:
    go(office, "03-03 09:00")
    ticket = await office.open()
    for words in ("03-03 13:00", "03-03 14:00", "03-04 13:48", "03-04 17:00"):
        go(office, words)
        assert await ring(office) == 1
    heard = [("warned", FIRST), ("breached", FIRST), ("warned", RESOLUTION), ("breached", RESOLUTION)]
    assert await told(office, ticket) == heard
    assert await office.timers() == []


async def test_while_it_waits_for_its_requester_the_clock_stands_still(office: Office) -> None:
    go(office, "03-03 10:00")
    ticket = await office.open()
    await office.do(ClaimTicket(ticket=ticket), "asha")
    go(office, "03-03 13:00")
    await office.do(SetStatus(ticket=ticket, status=Status.WAITING), "asha")
    go(office, "03-05 16:30")
    await ring(office)
    assert await told(office, ticket) == []
    await office.say(ticket, "sam", "Here it is")
    assert await due(office, SLA) == ["03-06 09:30"]


async def test_a_snooze_that_ends_by_its_time_sets_the_timer_again(office: Office) -> None:
    go(office, "03-03 10:00")
    ticket = await office.open()
    await office.do(Snooze(ticket=ticket, until=at("03-04 10:00")), "asha")
    go(office, "03-04 10:00")
    await ring(office)
    assert await due(office, SLA) == ["03-04 14:00"]


async def test_a_timer_that_wakes_it_late_counts_from_when_it_should_have(office: Office) -> None:
    go(office, "03-03 10:00")
    ticket = await office.open()
    await office.do(Snooze(ticket=ticket, until=at("03-04 10:00")), "asha")
    go(office, "03-04 13:00")
    await ring(office)
    assert await due(office, SLA) == ["03-04 14:00"]
    assert await told(office, ticket) == []


async def test_whoever_wakes_it_before_its_time_starts_the_clock(office: Office) -> None:
    go(office, "03-03 10:00")
    ticket = await office.open()
    await office.do(Snooze(ticket=ticket, until=at("03-06 10:00")), "asha")
    go(office, "03-03 12:00")
    await office.do(Wake(ticket=ticket), "asha")
    assert await due(office, SLA) == ["03-03 16:00"]


async def test_a_ticket_that_becomes_urgent_after_its_time_is_late_at_once_and_without_a_warning(
    office: Office,
) -> None:
    go(office, "03-03 10:00")
    ticket = await office.open()
    go(office, "03-03 13:00")
    await office.do(SetPriority(ticket=ticket, priority=Priority.URGENT), "asha")
    await ring(office)
    assert await told(office, ticket) == [("breached", FIRST)]
    assert await due(office, SLA) == ["03-03 13:12"]


async def test_a_priority_that_goes_back_tells_of_its_target_once(office: Office) -> None:
    go(office, "03-03 10:00")
    ticket = await office.open()
    go(office, "03-03 14:00")
    await ring(office)
    for priority in (Priority.LOW, Priority.NORMAL):
        await office.do(SetPriority(ticket=ticket, priority=priority), "asha")
    assert await due(office, SLA) == ["03-03 15:00"]
    go(office, "03-03 15:00")
    await ring(office)
    assert await told(office, ticket) == [("warned", FIRST), ("breached", FIRST)]


async def test_an_answer_in_time_is_told_by_nobody_and_the_resolution_is_still_watched(office: Office) -> None:
    go(office, "03-03 10:00")
    ticket = await office.open()
    go(office, "03-03 11:00")
    await office.say(ticket, "asha", "Which course?")
    go(office, "03-04 14:48")
    await ring(office)
    assert await told(office, ticket) == [("warned", RESOLUTION)]


async def test_what_is_reopened_goes_on_where_its_clock_stood(office: Office) -> None:
    go(office, "03-03 09:00")
    ticket = await office.open()
    go(office, "03-03 12:00")
    await office.do(ResolveTicket(ticket=ticket, answer=HELLO), "asha")
    assert await due(office, SLA) == []
    go(office, "03-05 09:00")
    await office.do(ReopenTicket(ticket=ticket), "sam")
    assert await due(office, SLA) == ["03-06 10:48"]


# --- outages, races, restarts ----------------------------------------------------------------------------------------


async def test_after_an_outage_what_is_over_is_told_once_and_without_its_warning(any_office: Office) -> None:
    go(any_office, "03-03 09:00")
    ticket = await any_office.open()
    go(any_office, "03-20 09:00")
    any_office.use(promising())
    await ring(any_office)
    assert await told(any_office, ticket) == [("breached", FIRST), ("breached", RESOLUTION)]
    assert await ring(any_office) == 0


async def test_two_processes_that_ring_at_once_tell_it_once(any_office: Office) -> None:
    go(any_office, "03-03 09:00")
    ticket = await any_office.open()
    go(any_office, "03-03 13:00")
    await asyncio.gather(*(scheduler(any_office).fire_due() for _ in range(2)))
    assert await told(any_office, ticket) == [("warned", FIRST)]
    assert await due(any_office, SLA) == ["03-03 14:00"]


async def test_an_answer_that_races_the_timer_is_not_told_as_late(office: Office) -> None:
    """The timer was read before; by the time it is taken, the answer is there."""
    go(office, "03-03 09:00")
    ticket = await office.open()
    go(office, "03-03 14:00")
    [timer] = await office.timers()
    await office.say(ticket, "asha", "Here")
    await office.do(MindSla(ticket=ticket, timer=timer.id), SYSTEM)
    assert await told(office, ticket) == []
    assert await due(office, SLA) == ["03-04 13:48"]


async def test_a_lost_race_leaves_the_timer_for_the_next_try(office: Office) -> None:
    go(office, "03-03 09:00")
    ticket = await office.open()
    go(office, "03-03 13:00")
    office.use(office.desk, Contested(office.store, 2))
    await ring(office)
    assert await told(office, ticket) == [("warned", FIRST)]


async def test_a_process_whose_clock_is_behind_does_not_look_into_the_past(office: Office) -> None:
    go(office, "03-03 10:00")
    ticket = await office.open()
    await office.do(ClaimTicket(ticket=ticket), "asha")
    office.clock.advance(-(at("03-03 10:00") - at("03-03 09:58")))
    await office.do(SetStatus(ticket=ticket, status=Status.WAITING), "asha")
    await office.say(ticket, "sam", "Here")
    assert await due(office, SLA) == ["03-03 14:00"]


@pytest.mark.parametrize("who", ["sam", "asha", "ada"])
async def test_the_clock_is_the_desks_alone(office: Office, who: str) -> None:
    ticket = await office.open()
    for command in (MindSla(ticket=ticket, timer=TimerId(1)), RearmPromises(ticket=ticket)):
        with pytest.raises(NotAllowed):
            await office.do(command, who)


async def test_a_promise_of_no_ticket_is_none(office: Office) -> None:
    with pytest.raises(NoSuchTicket):
        await office.do(RearmPromises(ticket=TicketId(99)), SYSTEM)


# --- what it costs ---------------------------------------------------------------------------------------------------

ORDINARY: list[tuple[str, Callable[[Office, TicketId], Awaitable[Any]]]] = [
    ("a reply of the requester's", lambda office, ticket: office.say(ticket, "sam", "Hm")),
    ("a later reply of the staff's", lambda office, ticket: office.say(ticket, "asha", "Hm")),
    ("a note", lambda office, ticket: office.say(ticket, "asha", "Hm", MessageKind.NOTE)),
    ("a transfer", lambda office, ticket: office.do(TransferTicket(ticket=ticket, team="platform"), "asha")),
]


@pytest.mark.parametrize(("_what", "do"), ORDINARY, ids=[what for what, _ in ORDINARY])
async def test_what_touches_no_clock_asks_the_database_nothing_more(
    office: Office, _what: str, do: Callable[[Office, TicketId], Awaitable[Any]]
) -> None:
    asked = []
    for desk in (promising(), desk_of(time_zone="Europe/Berlin")):
        office.use(desk)
        ticket = await office.open()
        await office.say(ticket, "asha", "Hello")
        asked.append(await statements(office, partial(do, office, ticket)))
    assert asked[0] == asked[1]


async def test_opening_asks_nothing_more_where_nothing_is_promised(office: Office) -> None:
    opening = partial(office.open, category="welfare", answers={})
    asked = [await statements(office, opening)]
    office.use(desk_of(time_zone="Europe/Berlin"))
    asked.append(await statements(office, opening))
    assert asked[0] == asked[1]
