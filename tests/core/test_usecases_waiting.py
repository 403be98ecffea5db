"""Tickets that wait: put aside by the staff for a while, or for their requester, who is reminded before it closes."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from core.commands import (
    AddParticipant,
    ClaimTicket,
    CloseTicket,
    Command,
    DeclareUrgent,
    EndSnooze,
    MindStale,
    PostMessage,
    ReopenTicket,
    ResolveTicket,
    SetStatus,
    Snooze,
    UnassignTicket,
    Wake,
)
from core.errors import AlreadySo, NotAllowed, WrongStatus
from core.events import TicketSnoozed, TicketWoken
from core.model.desk import Desk
from core.model.ids import TicketId, TimerId
from core.model.outbox import NewTimer, TimerKind
from core.model.people import Platform
from core.model.thread import MessageKind
from core.model.ticket import Ending, Status
from core.text import Text
from core.usecases.waiting import AsideUntilIsOver
from tests.fakes.clock import START
from tests.fakes.contested import Contested
from tests.fakes.counting import statements
from tests.fakes.office import DAY, HOUR, MINUTE, SYSTEM, Office, desk_of
from tests.fakes.promises import ring, scheduler

NOTE, REPLY = MessageKind.NOTE, MessageKind.REPLY
HELLO = Text.of("Hello")


def reminding(remind: int = 3, close: int = 7) -> Desk:
    usual = desk_of()
    categories = {
        key: replace(one, remind_after_days=remind, close_after_days=close) for key, one in usual.categories.items()
    }
    return replace(usual, categories=categories)


async def armed(office: Office, kind: TimerKind) -> list[timedelta]:
    """How long until each timer of that kind rings."""
    return [one.due_at - office.clock.now() for one in await office.timers() if one.kind is kind]


async def fact(office: Office, ticket: TicketId, key: str, who: str = "asha") -> str | None:
    """What the ticket's card says of it."""
    fields = {field.key: field.value for field in (await office.view(ticket, who)).card.fields}
    return str(fields[key]) if key in fields else None


# --- put aside -------------------------------------------------------------------------------------------------------


async def aside(office: Office, until: timedelta = DAY) -> TicketId:
    ticket = await office.open()
    await office.do(Snooze(ticket=ticket, until=office.clock.now() + until), "asha")
    return ticket


async def test_a_ticket_is_put_aside_until_a_time_and_wakes_at_it(office: Office) -> None:
    ticket = await aside(office)
    until = office.clock.now() + DAY
    assert (await office.ticket(ticket)).snoozed_until == until
    assert (await office.events(ticket))[-1] == TicketSnoozed(ticket=ticket, until=until)
    office.clock.advance(DAY - MINUTE)
    assert await ring(office) == 0
    office.clock.advance(MINUTE)
    assert await ring(office) == 1
    assert (await office.ticket(ticket)).snoozed_until is None
    woken = (await office.records(ticket))[-1]
    assert (woken.event, woken.actor, woken.door) == (TicketWoken(ticket=ticket), None, Platform.SYSTEM)
    assert await office.timers() == []


async def test_another_time_may_be_named_and_it_wakes_at_that_one(office: Office) -> None:
    ticket = await aside(office)
    await office.do(Snooze(ticket=ticket, until=office.clock.now() + 2 * DAY), "abe")
    assert await armed(office, TimerKind.SNOOZE) == [2 * DAY]
    with pytest.raises(AlreadySo, match="it is put aside until then already"):
        await office.do(Snooze(ticket=ticket, until=office.clock.now() + 2 * DAY), "abe")


@pytest.mark.parametrize("until", [timedelta(0), -HOUR])
async def test_it_is_put_aside_until_a_time_to_come(office: Office, until: timedelta) -> None:
    ticket = await office.open()
    with pytest.raises(AsideUntilIsOver):
        await office.do(Snooze(ticket=ticket, until=office.clock.now() + until), "asha")


async def test_what_is_over_is_not_put_aside_and_what_is_not_aside_does_not_wake(office: Office) -> None:
    ticket = await office.open()
    with pytest.raises(AlreadySo, match="it is not put aside"):
        await office.do(Wake(ticket=ticket), "asha")
    await office.do(ResolveTicket(ticket=ticket), "asha")
    with pytest.raises(WrongStatus, match="be put aside"):
        await office.do(Snooze(ticket=ticket, until=office.clock.now() + DAY), "asha")


async def test_its_requester_neither_puts_it_aside_nor_wakes_it_by_a_command(office: Office) -> None:
    ticket = await aside(office)
    for command in (Snooze(ticket=ticket, until=office.clock.now() + HOUR), Wake(ticket=ticket)):
        with pytest.raises(NotAllowed):
            await office.do(command, "sam")


WAKES: list[tuple[str, Callable[[TicketId], Command], bool]] = [
    ("sam", lambda ticket: PostMessage(ticket=ticket, kind=REPLY, text=HELLO), True),
    ("kim", lambda ticket: PostMessage(ticket=ticket, kind=REPLY, text=HELLO), True),
    ("sam", lambda ticket: DeclareUrgent(ticket=ticket, why=HELLO), True),
    ("abe", lambda ticket: Wake(ticket=ticket), True),
    ("asha", lambda ticket: PostMessage(ticket=ticket, kind=REPLY, text=HELLO), False),
    ("asha", lambda ticket: PostMessage(ticket=ticket, kind=NOTE, text=HELLO), False),
    ("asha", lambda ticket: ClaimTicket(ticket=ticket), False),
]


@pytest.mark.parametrize(("who", "command", "wakes"), WAKES)
async def test_what_its_requester_says_brings_it_back_and_what_the_staff_say_does_not(
    office: Office, who: str, command: Callable[[TicketId], Command], wakes: bool
) -> None:
    ticket = await aside(office)
    await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    await office.do(command(ticket), who)
    assert ((await office.ticket(ticket)).snoozed_until is None) is wakes
    assert (TicketWoken(ticket=ticket) in await office.events(ticket)) is wakes
    assert (await armed(office, TimerKind.SNOOZE) == []) is wakes


async def test_a_reply_that_brings_it_back_did_so_by_the_desk(office: Office) -> None:
    ticket = await aside(office)
    await office.say(ticket, "sam", "Here I am")
    by = {type(record.event).__name__: record.actor for record in await office.records(ticket)}
    assert (by["MessagePosted"], by["TicketWoken"]) == (office.people["sam"], None)


@pytest.mark.parametrize("end", [ResolveTicket, CloseTicket])
async def test_what_is_over_is_put_aside_no_longer(office: Office, end: type[Command]) -> None:
    ticket = await aside(office)
    await office.do(end(ticket=ticket), "asha")
    assert (await office.ticket(ticket)).snoozed_until is None
    assert await armed(office, TimerKind.SNOOZE) == []


async def test_a_timer_that_rings_for_what_was_taken_up_changes_nothing(office: Office) -> None:
    ticket = await aside(office)
    [timer] = await office.timers()
    await office.do(Wake(ticket=ticket), "asha")
    before = await office.kinds(ticket)
    await office.do(EndSnooze(ticket=ticket, timer=timer.id), SYSTEM)
    async with office.store.write() as work:
        await work.timers.arm(NewTimer(kind=TimerKind.SNOOZE, ticket=ticket, due_at=office.clock.now()))
    assert await ring(office) == 1
    assert await office.kinds(ticket) == before


async def test_a_timer_that_rings_early_is_set_again(office: Office) -> None:
    ticket = await aside(office)
    [timer] = await office.timers()
    await office.do(EndSnooze(ticket=ticket, timer=timer.id), SYSTEM)
    assert (await office.ticket(ticket)).snoozed_until is not None
    assert await armed(office, TimerKind.SNOOZE) == [DAY]


async def test_two_processes_wake_it_once(any_office: Office) -> None:
    ticket = await aside(any_office)
    any_office.clock.advance(DAY)
    await asyncio.gather(*(scheduler(any_office).fire_due() for _ in range(2)))
    assert (await any_office.kinds(ticket)).count("TicketWoken") == 1


async def test_what_is_put_aside_is_not_in_the_queue(office: Office) -> None:
    first, second = await office.open(), await office.open()
    assert await fact(office, second, "place") == "2"
    await office.do(Snooze(ticket=first, until=office.clock.now() + DAY), "asha")
    assert await fact(office, second, "place") == "1"
    assert await fact(office, first, "place") is None
    assert await fact(office, first, "snoozed") == str(office.clock.now() + DAY), "in each reader's own time"
    assert await fact(office, first, "snoozed", "sam") is None


# --- waiting for its requester ---------------------------------------------------------------------------------------


async def waiting(office: Office) -> TicketId:
    ticket = await office.open()
    await office.say(ticket, "asha", "Which course is it?")
    await office.do(SetStatus(ticket=ticket, status=Status.WAITING), "asha")
    return ticket


async def days(office: Office, count: float) -> list[str]:
    """Let so many days go by, and the timers ring; what was added to the trail of the only ticket."""
    before = len(await office.kinds(TicketId(1)))
    office.clock.advance(count * DAY)
    await ring(office)
    return (await office.kinds(TicketId(1)))[before:]


@pytest.fixture
def patient(office: Office) -> Office:
    office.use(reminding())
    return office


async def test_its_requester_is_reminded_then_it_closes_and_is_reopened(patient: Office) -> None:
    ticket = await waiting(patient)
    assert await armed(patient, TimerKind.STALE) == [3 * DAY]
    assert await days(patient, 2.9) == []
    assert await days(patient, 0.1) == ["RequesterReminded"]
    assert await days(patient, 6.9) == []
    assert await days(patient, 0.1) == ["TicketClosed"]
    found = await patient.ticket(ticket)
    assert (found.status, found.ending, found.closed_at) == (Status.CLOSED, Ending.UNANSWERED, patient.clock.now())
    assert await patient.timers() == []
    await patient.do(ReopenTicket(ticket=ticket), "sam")
    assert (await patient.ticket(ticket)).status is Status.OPEN
    assert await patient.timers() == []


ENDS_THE_WAIT: list[tuple[str, Callable[[TicketId], Command]]] = [
    ("sam", lambda ticket: PostMessage(ticket=ticket, kind=REPLY, text=HELLO)),
    ("asha", lambda ticket: SetStatus(ticket=ticket, status=Status.IN_PROGRESS)),
    ("asha", lambda ticket: ResolveTicket(ticket=ticket)),
    ("sam", lambda ticket: CloseTicket(ticket=ticket)),
    ("asha", lambda ticket: Snooze(ticket=ticket, until=START + 30 * DAY)),
]


@pytest.mark.parametrize(("who", "command"), ENDS_THE_WAIT)
@pytest.mark.parametrize("is_reminded", [False, True])
async def test_whatever_ends_the_wait_disarms_it(
    patient: Office, who: str, command: Callable[[TicketId], Command], is_reminded: bool
) -> None:
    ticket = await waiting(patient)
    if is_reminded:
        assert await days(patient, 3) == ["RequesterReminded"]
    await patient.do(command(ticket), who)
    assert await armed(patient, TimerKind.STALE) == []


GOES_ON_WAITING: list[tuple[str, Callable[[TicketId], Command], timedelta]] = [
    ("asha", lambda ticket: PostMessage(ticket=ticket, kind=NOTE, text=HELLO), 2 * DAY),
    ("abe", lambda ticket: PostMessage(ticket=ticket, kind=REPLY, text=HELLO), 3 * DAY),
    ("asha", lambda ticket: UnassignTicket(ticket=ticket), 2 * DAY),
]


@pytest.mark.parametrize(("who", "command", "left"), GOES_ON_WAITING)
async def test_only_another_question_begins_the_wait_anew(
    patient: Office, who: str, command: Callable[[TicketId], Command], left: timedelta
) -> None:
    ticket = await waiting(patient)
    if isinstance(command(ticket), UnassignTicket):
        await patient.do(ClaimTicket(ticket=ticket), "asha")
    patient.clock.advance(DAY)
    await patient.do(command(ticket), who)
    assert await armed(patient, TimerKind.STALE) == [left]


async def test_whoever_is_asked_anew_after_the_reminder_is_reminded_again_before_it_closes(patient: Office) -> None:
    ticket = await waiting(patient)
    assert await days(patient, 3) == ["RequesterReminded"]
    patient.clock.advance(6 * DAY)
    await patient.say(ticket, "asha", "Sorry: and which term?")
    assert await days(patient, 1) == []
    assert await days(patient, 2) == ["RequesterReminded"]
    assert await days(patient, 7) == ["TicketClosed"]


async def test_a_second_wait_is_counted_from_its_own_beginning(patient: Office) -> None:
    ticket = await waiting(patient)
    assert await days(patient, 3) == ["RequesterReminded"]
    await patient.say(ticket, "sam", "CS1")
    await patient.do(SetStatus(ticket=ticket, status=Status.WAITING), "asha")
    assert await days(patient, 3) == ["RequesterReminded"]


async def test_what_was_put_aside_while_it_waited_waits_from_when_it_wakes(patient: Office) -> None:
    ticket = await waiting(patient)
    await patient.do(Snooze(ticket=ticket, until=patient.clock.now() + 30 * DAY), "asha")
    assert await days(patient, 30) == ["TicketWoken"]
    assert await armed(patient, TimerKind.STALE) == [3 * DAY]
    assert await days(patient, 3) == ["RequesterReminded"]


async def test_after_an_outage_it_is_reminded_first_and_not_closed_at_once(patient: Office) -> None:
    ticket = await waiting(patient)
    assert await days(patient, 40) == ["RequesterReminded"]
    assert (await patient.ticket(ticket)).status is Status.WAITING
    assert await armed(patient, TimerKind.STALE) == [7 * DAY]


NEVER: list[tuple[int, int, list[str]]] = [(0, 7, []), (3, 0, ["RequesterReminded"])]


@pytest.mark.parametrize(("remind", "close", "heard"), NEVER)
async def test_a_category_may_remind_nobody_or_close_nothing(
    office: Office, remind: int, close: int, heard: list[str]
) -> None:
    office.use(reminding(remind, close))
    await waiting(office)
    assert await days(office, 3) == heard
    assert await days(office, 100) == []
    assert await office.timers() == []


async def test_what_bot_toml_says_now_counts_and_not_what_it_said_then(patient: Office) -> None:
    await waiting(patient)
    patient.use(reminding(5))
    assert await days(patient, 3) == []
    assert await armed(patient, TimerKind.STALE) == [2 * DAY]
    patient.use(reminding(0))
    assert await days(patient, 2) == []
    assert await patient.timers() == []


async def test_a_category_that_is_gone_from_bot_toml_keeps_the_usual_days(patient: Office) -> None:
    ticket = await waiting(patient)
    kept = {key: one for key, one in patient.desk.categories.items() if key != "exams"}
    patient.use(replace(patient.desk, categories=kept))
    assert await days(patient, 3) == ["RequesterReminded"]
    assert await days(patient, 7) == ["TicketClosed"]
    assert (await patient.ticket(ticket)).ending is Ending.UNANSWERED


async def test_an_answer_that_races_the_timer_is_not_answered_by_a_reminder(patient: Office) -> None:
    ticket = await waiting(patient)
    [timer] = await patient.timers()
    patient.clock.advance(3 * DAY)
    await patient.say(ticket, "sam", "CS1")
    before = await patient.kinds(ticket)
    await patient.do(MindStale(ticket=ticket, timer=timer.id), SYSTEM)
    assert await patient.kinds(ticket) == before


async def test_two_processes_remind_once(any_office: Office) -> None:
    any_office.use(reminding())
    ticket = await waiting(any_office)
    any_office.clock.advance(3 * DAY)
    await asyncio.gather(*(scheduler(any_office).fire_due() for _ in range(2)))
    assert (await any_office.kinds(ticket)).count("RequesterReminded") == 1
    assert await armed(any_office, TimerKind.STALE) == [7 * DAY]


async def test_a_lost_race_is_tried_again(patient: Office) -> None:
    await waiting(patient)
    desk = patient.desk
    patient.use(desk, Contested(patient.store, 2))
    assert await days(patient, 3) == ["RequesterReminded"]


@pytest.mark.parametrize("who", ["sam", "asha", "ada"])
async def test_the_timers_are_the_desks_alone(office: Office, who: str) -> None:
    ticket = await office.open()
    for command in (MindStale(ticket=ticket, timer=TimerId(1)), EndSnooze(ticket=ticket, timer=TimerId(1))):
        with pytest.raises(NotAllowed):
            await office.do(command, who)


async def test_a_mere_message_to_a_ticket_that_does_not_wait_asks_for_nothing(office: Office) -> None:
    """Reminders on or off, it is the same number of statements."""
    asked = []
    for desk in (reminding(0), reminding(3)):
        office.use(desk)
        ticket = await office.open()
        await office.say(ticket, "asha", "Hello")
        asked.append(await statements(office, partial(office.say, ticket, "sam", "Hm")))
        assert await office.timers() == []
    assert asked[0] == asked[1]
