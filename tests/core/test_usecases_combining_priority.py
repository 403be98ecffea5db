"""A higher priority comes along with a merge, and goes with its undo."""

import pytest

from core.commands import ClaimTicket, CloseTicket, MergeTicket, ResolveTicket, SetPriority, UndoMerge
from core.errors import NoSuchTicket
from core.events import PriorityChanged
from core.model.ids import TicketId
from core.model.outbox import TimerKind
from core.model.ticket import Priority, Status
from tests.fakes.office import Office
from tests.fakes.promises import promising

LOW, NORMAL, HIGH, URGENT = Priority


async def of(office: Office, *priorities: Priority) -> list[TicketId]:
    return [await office.open(priority=priority) for priority in priorities]


async def priority(office: Office, ticket: TicketId) -> Priority:
    return (await office.ticket(ticket)).priority


@pytest.mark.parametrize(
    ("into", "merged", "raised"),
    [(NORMAL, URGENT, URGENT), (LOW, HIGH, HIGH), (HIGH, NORMAL, HIGH), (HIGH, HIGH, HIGH)],
)
async def test_the_higher_priority_is_kept_and_put_back(
    any_office: Office, into: Priority, merged: Priority, raised: Priority
) -> None:
    office = any_office
    one, other = await of(office, into, merged)
    await office.do(MergeTicket(ticket=other, into=one), "asha")
    assert await priority(office, one) is raised
    changes = [event for event in await office.events(one) if isinstance(event, PriorityChanged)]
    assert changes == ([PriorityChanged(ticket=one, before=into, after=merged)] if raised is not into else [])
    await office.do(UndoMerge(ticket=other), "asha")
    assert (await priority(office, one), await priority(office, other)) == (into, merged)


async def test_the_trail_says_that_the_desk_did_it(office: Office) -> None:
    one, other = await of(office, NORMAL, URGENT)
    await office.do(MergeTicket(ticket=other, into=one), "asha")
    lines = [entry.line for entry in (await office.view(one, "asha")).entries if entry.line]
    assert lines[-2:] == [f"Asha Agent merged T-{other} into it", "The desk set the priority to urgent"]


async def test_what_was_over_is_urgent_no_more_and_raises_nothing(office: Office) -> None:
    one, other = await of(office, NORMAL, URGENT)
    await office.do(ResolveTicket(ticket=other), "asha")
    await office.do(MergeTicket(ticket=other, into=one), "asha")
    assert await priority(office, one) is NORMAL
    await office.do(UndoMerge(ticket=other), "asha")
    assert await priority(office, one) is NORMAL


@pytest.mark.parametrize("chosen", [LOW, HIGH])
async def test_what_somebody_set_since_stays(office: Office, chosen: Priority) -> None:
    one, other = await of(office, NORMAL, URGENT)
    await office.do(MergeTicket(ticket=other, into=one), "asha")
    await office.do(SetPriority(ticket=one, priority=chosen), "abe")
    await office.do(UndoMerge(ticket=other), "asha")
    assert await priority(office, one) is chosen


async def test_of_several_merges_the_highest_that_is_left_counts_in_whichever_order(office: Office) -> None:
    one, high, urgent = await of(office, LOW, HIGH, URGENT)
    for ticket in (high, urgent):
        await office.do(MergeTicket(ticket=ticket, into=one), "asha")
    await office.do(UndoMerge(ticket=high), "asha")
    assert await priority(office, one) is URGENT
    await office.do(UndoMerge(ticket=urgent), "asha")
    assert await priority(office, one) is LOW
    await office.do(MergeTicket(ticket=urgent, into=one), "asha")
    await office.do(MergeTicket(ticket=high, into=one), "asha")
    await office.do(UndoMerge(ticket=urgent), "asha")
    assert await priority(office, one) is HIGH


async def test_what_is_closed_keeps_the_priority_that_it_had(office: Office) -> None:
    one, other = await of(office, NORMAL, URGENT)
    await office.do(MergeTicket(ticket=other, into=one), "asha")
    await office.do(CloseTicket(ticket=one), "sam")
    await office.do(UndoMerge(ticket=other), "asha")
    assert (await office.ticket(one)).status is Status.CLOSED
    assert await priority(office, one) is URGENT


async def test_a_merge_that_is_refused_raises_nothing(office: Office) -> None:
    one, other = await of(office, NORMAL, URGENT)
    with pytest.raises(NoSuchTicket):
        await office.do(MergeTicket(ticket=other, into=one), "kim")
    assert await priority(office, one) is NORMAL


async def test_its_assignee_is_told_and_its_promise_is_the_one_of_the_higher_priority(office: Office) -> None:
    office.use(promising())
    one, other = await of(office, NORMAL, URGENT)
    await office.do(ClaimTicket(ticket=one), "abe")
    [usual] = [timer.due_at for timer in await office.timers() if (timer.kind, timer.ticket) == (TimerKind.SLA, one)]
    owed = await office.owed_by(MergeTicket(ticket=other, into=one), "asha")
    assert "abe" in office.pinged([new for new in owed if new.ticket == one])
    [sooner] = [timer.due_at for timer in await office.timers() if timer.kind is TimerKind.SLA]
    assert sooner < usual
    await office.do(UndoMerge(ticket=other), "asha")
    assert usual in [
        timer.due_at for timer in await office.timers() if (timer.kind, timer.ticket) == (TimerKind.SLA, one)
    ]
