"""Where a ticket stands, and the timer that closes what stays quiet."""

from dataclasses import replace

import pytest

from bot.scheduler import Scheduler
from core.commands import (
    AddParticipant,
    ClaimTicket,
    CloseQuietTicket,
    CloseTicket,
    ReopenTicket,
    ResolveTicket,
    SetStatus,
    WithdrawTicket,
)
from core.errors import NoSuchTicket, NotAllowed, Refusal
from core.events import MessagePosted, StatusChanged, TicketClosed, TicketReopened, TicketResolved
from core.model.ids import TicketId, TimerId
from core.model.outbox import TimerKind
from core.model.people import Platform, Standing
from core.model.thread import MessageKind
from core.model.ticket import Ending, Priority, Status
from core.text import Text
from tests.fakes.contested import Contested
from tests.fakes.office import DAY, HOUR, SYSTEM, Office

ANSWER = Text.of("It is there again.")
WHY = Text.of("It is gone again.")


def scheduler(office: Office) -> Scheduler:
    return Scheduler(store=office.store, engine=office.engine, clock=office.clock)


async def test_resolving_with_an_answer_says_it_first_and_starts_the_quiet_days(office: Office) -> None:
    ticket = await office.open(category="login")
    outcome = await office.do(ResolveTicket(ticket=ticket, answer=ANSWER), "pia")
    found, now = await office.ticket(ticket), office.clock.now()
    assert (found.status, found.resolved_at, found.assignee) == (Status.RESOLVED, now, office.people["pia"])
    assert found.first_response_at == now
    assert [m.text for m in await office.messages(ticket)] == [ANSWER]
    assert outcome.message is not None
    assert (await office.events(ticket))[1:] == [
        MessagePosted(ticket=ticket, message=outcome.message, kind=MessageKind.REPLY),
        StatusChanged(ticket=ticket, before=Status.OPEN, after=Status.IN_PROGRESS),
        TicketResolved(ticket=ticket, answer=outcome.message),
    ]
    assert [(t.kind, t.ticket, t.due_at) for t in await office.timers()] == [
        (TimerKind.QUIET_CLOSE, ticket, now + 3 * DAY)
    ]


@pytest.mark.parametrize("answer", [None, Text()])
async def test_resolving_without_an_answer_says_nothing(office: Office, answer: Text | None) -> None:
    ticket = await office.open()
    await office.do(ResolveTicket(ticket=ticket, answer=answer), "asha")
    assert await office.messages(ticket) == []
    assert (await office.events(ticket))[1:] == [TicketResolved(ticket=ticket, answer=None)]
    assert (await office.timers())[0].due_at == office.clock.now() + 7 * DAY


async def test_resolving_is_the_staffs(office: Office) -> None:
    ticket = await office.open()
    with pytest.raises(NotAllowed, match="You may not resolve tickets or change their status: the support staff can"):
        await office.do(ResolveTicket(ticket=ticket), "sam")


async def test_a_resolved_ticket_is_not_resolved_again_and_its_answer_is_not_said(office: Office) -> None:
    ticket = await office.open()
    await office.do(ResolveTicket(ticket=ticket), "asha")
    with pytest.raises(Refusal, match="it is resolved already"):
        await office.do(ResolveTicket(ticket=ticket, answer=ANSWER), "asha")
    assert await office.messages(ticket) == []


CLOSERS = [("sam", Ending.BY_REQUESTER), ("asha", Ending.BY_STAFF), ("ada", Ending.BY_STAFF)]


@pytest.mark.parametrize(("who", "ending"), CLOSERS)
async def test_closing_says_by_whom_and_stops_the_quiet_days(office: Office, who: str, ending: Ending) -> None:
    ticket = await office.open()
    await office.do(ResolveTicket(ticket=ticket), "asha")
    await office.do(CloseTicket(ticket=ticket), who)
    found = await office.ticket(ticket)
    assert (found.status, found.ending, found.closed_at) == (Status.CLOSED, ending, office.clock.now())
    assert (await office.events(ticket))[-1] == TicketClosed(ticket=ticket, ending=ending)
    assert await office.timers() == []


async def test_a_participant_does_not_close(office: Office) -> None:
    ticket = await office.open()
    await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    with pytest.raises(NotAllowed, match="close this ticket"):
        await office.do(CloseTicket(ticket=ticket), "kim")


# --- /ticket status --------------------------------------------------------------------------------------------------

BY_STATUS: list[tuple[list[Status], Status, str]] = [
    ([Status.IN_PROGRESS], Status.IN_PROGRESS, "TicketClaimed"),
    ([Status.IN_PROGRESS, Status.WAITING], Status.WAITING, "StatusChanged"),
    ([Status.IN_PROGRESS, Status.WAITING, Status.IN_PROGRESS], Status.IN_PROGRESS, "StatusChanged"),
    ([Status.RESOLVED], Status.RESOLVED, "TicketResolved"),
    ([Status.CLOSED], Status.CLOSED, "TicketClosed"),
    ([Status.RESOLVED, Status.IN_PROGRESS], Status.IN_PROGRESS, "TicketReopened"),
    ([Status.CLOSED, Status.OPEN], Status.OPEN, "TicketReopened"),
]


@pytest.mark.parametrize(("way", "status", "event"), BY_STATUS)
async def test_a_status_is_reached_by_the_transition_that_leads_there(
    office: Office, way: list[Status], status: Status, event: str
) -> None:
    ticket = await office.open()
    for step in way:
        await office.do(SetStatus(ticket=ticket, status=step), "asha")
    assert (await office.ticket(ticket)).status is status
    assert event in await office.kinds(ticket)


@pytest.mark.parametrize(
    ("way", "last", "sentence"),
    [
        ([], Status.WAITING, "T-1 is open, so it cannot wait. Claim it or answer it first."),
        (
            [],
            Status.OPEN,
            "T-1 is open, so it cannot be made open. To put it back into the queue, use /ticket unassign.",
        ),
        ([Status.IN_PROGRESS], Status.IN_PROGRESS, "T-1: it is in progress already."),
        ([Status.IN_PROGRESS, Status.WAITING], Status.WAITING, "T-1: it is waiting for the requester already."),
        ([Status.RESOLVED], Status.WAITING, "T-1 is resolved, so it cannot wait. Claim it or answer it first."),
        ([Status.RESOLVED], Status.RESOLVED, "T-1: it is resolved already."),
        (
            [Status.CLOSED],
            Status.RESOLVED,
            "T-1 is closed, so it cannot be resolved. Reopen it first with /ticket reopen.",
        ),
        ([Status.CLOSED], Status.CLOSED, "T-1: it is closed already."),
    ],
)
async def test_a_status_that_cannot_be_is_refused(
    office: Office, way: list[Status], last: Status, sentence: str
) -> None:
    ticket = await office.open()
    for step in way:
        await office.do(SetStatus(ticket=ticket, status=step), "asha")
    with pytest.raises(Refusal) as refused:
        await office.do(SetStatus(ticket=ticket, status=last), "asha")
    assert str(refused.value) == sentence


# --- reopening -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["sam", "asha", "lee"])
@pytest.mark.parametrize("closed", [False, True])
async def test_a_reopened_ticket_goes_back_to_its_assignee(office: Office, who: str, closed: bool) -> None:
    ticket = await office.open()
    await office.do(ResolveTicket(ticket=ticket), "asha")
    if closed:
        await office.do(CloseTicket(ticket=ticket), "sam")
    outcome = await office.do(ReopenTicket(ticket=ticket, why=WHY), who)
    found = await office.ticket(ticket)
    assert (found.status, found.assignee) == (Status.IN_PROGRESS, office.people["asha"])
    assert (found.resolved_at, found.closed_at, found.ending) == (None, None, None)
    assert [m.text for m in await office.messages(ticket)] == [WHY]
    assert (await office.events(ticket))[-1] == TicketReopened(ticket=ticket, reason=outcome.message)
    assert await office.timers() == []


async def test_a_reopened_ticket_whose_agent_can_take_it_no_more_waits_in_the_queue(office: Office) -> None:
    ticket = await office.open()
    await office.do(ResolveTicket(ticket=ticket), "asha")
    await office.stand("asha", Standing.SUSPENDED)
    await office.do(ReopenTicket(ticket=ticket), "sam")
    found = await office.ticket(ticket)
    assert (found.status, found.assignee) == (Status.OPEN, None)
    assert await office.messages(ticket) == []


async def test_a_live_ticket_is_not_reopened(office: Office) -> None:
    ticket = await office.open()
    with pytest.raises(Refusal, match="is open, so it cannot be reopened"):
        await office.do(ReopenTicket(ticket=ticket, why=WHY), "sam")
    assert await office.messages(ticket) == []


# --- withdrawing -----------------------------------------------------------------------------------------------------


async def test_what_nobody_answered_its_requester_withdraws(office: Office) -> None:
    ticket = await office.open()
    await office.do(ClaimTicket(ticket=ticket), "asha")
    await office.do(WithdrawTicket(ticket=ticket), "sam")
    found = await office.ticket(ticket)
    assert (found.status, found.ending) == (Status.CLOSED, Ending.WITHDRAWN)
    assert (await office.events(ticket))[-1] == TicketClosed(ticket=ticket, ending=Ending.WITHDRAWN)


async def test_what_was_answered_is_closed_and_not_withdrawn(office: Office) -> None:
    ticket = await office.open()
    await office.say(ticket, "asha", "Here.")
    with pytest.raises(Refusal) as refused:
        await office.do(WithdrawTicket(ticket=ticket), "sam")
    assert str(refused.value) == (
        f"T-{ticket} has been answered already, so it cannot be withdrawn. You can close it with /ticket close."
    )


@pytest.mark.parametrize("requester", ["sam", "ada"])
async def test_an_admin_withdraws_even_what_was_answered(office: Office, requester: str) -> None:
    ticket = await office.open(requester)
    await office.say(ticket, "asha", "Here.")
    await office.do(WithdrawTicket(ticket=ticket), "ada")
    assert (await office.ticket(ticket)).ending is Ending.WITHDRAWN


@pytest.mark.parametrize("who", ["asha", "lee"])
async def test_an_agent_withdraws_nothing_of_others(office: Office, who: str) -> None:
    ticket = await office.open()
    with pytest.raises(NotAllowed, match="You may not withdraw this ticket: its requester or an admin can"):
        await office.do(WithdrawTicket(ticket=ticket), who)


async def test_what_is_over_is_not_withdrawn(office: Office) -> None:
    ticket = await office.open()
    await office.do(CloseTicket(ticket=ticket), "sam")
    with pytest.raises(Refusal, match="it is closed already"):
        await office.do(WithdrawTicket(ticket=ticket), "sam")


# --- the quiet days --------------------------------------------------------------------------------------------------


async def test_a_resolved_ticket_closes_after_its_quiet_days_and_once(office: Office) -> None:
    ticket = await office.open()
    await office.do(ResolveTicket(ticket=ticket), "asha")
    office.clock.advance(7 * DAY - HOUR)
    assert await scheduler(office).fire_due() == 0
    office.clock.advance(HOUR)
    assert await scheduler(office).fire_due() == 1
    found = await office.ticket(ticket)
    assert (found.status, found.ending, found.closed_at) == (Status.CLOSED, Ending.QUIET, office.clock.now())
    last = (await office.records(ticket))[-1]
    assert (last.event, last.actor, last.door) == (
        TicketClosed(ticket=ticket, ending=Ending.QUIET),
        None,
        Platform.SYSTEM,
    )
    assert await scheduler(office).fire_due() == 0


async def test_a_late_timer_fires_once_after_a_restart(office: Office) -> None:
    ticket = await office.open(category="login")
    await office.do(ResolveTicket(ticket=ticket), "pia")
    office.clock.advance(300 * DAY)
    assert await scheduler(office).fire_due() == 1
    assert (await office.kinds(ticket)).count("TicketClosed") == 1


async def test_a_ticket_reopened_meanwhile_stays_open(office: Office) -> None:
    ticket = await office.open()
    await office.do(ResolveTicket(ticket=ticket), "asha")
    timer = (await office.timers())[0]
    await office.do(ReopenTicket(ticket=ticket), "sam")
    office.clock.advance(30 * DAY)
    assert await scheduler(office).fire_due() == 0
    await office.do(CloseQuietTicket(ticket=ticket, timer=timer.id), SYSTEM)
    assert (await office.ticket(ticket)).status is Status.IN_PROGRESS


async def test_a_ticket_resolved_again_has_its_quiet_days_anew(office: Office) -> None:
    ticket = await office.open()
    await office.do(ResolveTicket(ticket=ticket), "asha")
    office.clock.advance(6 * DAY)
    await office.do(ReopenTicket(ticket=ticket), "sam")
    await office.do(ResolveTicket(ticket=ticket), "asha")
    office.clock.advance(2 * DAY)
    assert await scheduler(office).fire_due() == 0
    office.clock.advance(5 * DAY)
    assert await scheduler(office).fire_due() == 1


async def test_a_timer_whose_ticket_moved_on_by_itself_changes_nothing(office: Office) -> None:
    """As if another process reopened the ticket and its disarming were lost: the state is asked again."""
    ticket = await office.open()
    await office.do(ResolveTicket(ticket=ticket), "asha")
    timer = (await office.timers())[0]
    async with office.store.write() as work:
        found = await work.tickets.get(ticket)
        assert found is not None
        await work.tickets.save(found.reopen(assignee_on_duty=True))
    await office.do(CloseQuietTicket(ticket=ticket, timer=timer.id), SYSTEM)
    assert (await office.ticket(ticket)).status is Status.IN_PROGRESS
    assert await office.timers() == []


async def test_many_timers_due_at_once_all_fire(office: Office) -> None:
    tickets = [await office.open(priority=Priority.LOW) for _ in range(3)]
    for ticket in tickets:
        await office.do(ResolveTicket(ticket=ticket), "asha")
    office.clock.advance(8 * DAY)
    assert await scheduler(office).fire_due() == 3
    assert {(await office.ticket(ticket)).status for ticket in tickets} == {Status.CLOSED}


async def test_a_timer_that_cannot_be_fired_now_holds_up_no_other_and_is_tried_again(office: Office) -> None:
    tickets = [await office.open() for _ in range(2)]
    for ticket in tickets:
        await office.do(ResolveTicket(ticket=ticket), "asha")
    office.clock.advance(8 * DAY)
    office.use(office.desk, Contested(office.store, times=12))
    assert await scheduler(office).fire_due() == 1
    assert [(await office.ticket(ticket)).status for ticket in tickets] == [Status.RESOLVED, Status.CLOSED]
    assert await scheduler(office).fire_due() == 1
    assert (await office.ticket(tickets[0])).status is Status.CLOSED


async def test_a_timer_of_no_ticket_that_another_took_changes_nothing(office: Office) -> None:
    before = await office.everything()
    await office.do(CloseQuietTicket(ticket=TicketId(999), timer=TimerId(999)), SYSTEM)
    assert await office.everything() == before


async def test_a_ticket_whose_category_is_gone_from_the_settings_is_its_requesters_alone(office: Office) -> None:
    ticket = await office.open(category="login")
    rest = {key: value for key, value in office.desk.categories.items() if key != "login"}
    office.use(replace(office.desk, categories=rest))
    for who in ("pia", "lee", "ada"):
        with pytest.raises(NoSuchTicket):
            await office.do(ResolveTicket(ticket=ticket), who)
    await office.do(CloseTicket(ticket=ticket), "sam")
