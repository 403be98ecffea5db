"""Who carries how much, what waits, and how long such things took."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from adapters.sql.store import SqlStore
from core.events import SlaBreached, SlaBreachFound, UrgencyDecided
from core.model.escalation import EscalationPolicy, EscalationState, EscalationTrigger
from core.model.ids import PersonId
from core.model.outbox import NewTimer, TimerKind
from core.model.people import Platform
from core.model.sla import SlaClock
from core.model.ticket import Ending, Priority, Status, Ticket
from core.storage import Order, Solved, Tally, TicketQuery, UnitOfWork, Waiting
from tests.contract.samples import MINUTE, NOW, a_person, a_ticket, reread
from tests.contract.test_search import STAFF

DAY = timedelta(days=1)
POLICY = EscalationPolicy(key="late", when=EscalationTrigger(breached=True), steps=())


async def changed(work: UnitOfWork, ticket: Ticket, **more: Any) -> Ticket:
    """The ticket with other columns, saved."""
    await work.tickets.save(replace(ticket, **more))
    return await reread(work, ticket.id)


async def had_by(work: UnitOfWork, agent: PersonId, requester: PersonId, **more: Any) -> Ticket:
    ticket = await a_ticket(work, requester, **more)
    return await changed(work, ticket, assignee=agent, status=Status.IN_PROGRESS)


async def test_an_agent_carries_their_live_tickets_and_those_they_are_asked_to_take(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob, cid = [(await a_person(work, name)).id for name in ("Ann", "Bob", "Cid")]
        await had_by(work, bob, ann, priority=Priority.URGENT)
        waiting = await had_by(work, bob, ann, priority=Priority.LOW)
        await changed(work, waiting, status=Status.WAITING)
        await changed(work, await a_ticket(work, ann), offered_to=bob, offered_until=NOW)
        await changed(work, await a_ticket(work, ann, priority=Priority.HIGH), offered_to=cid, offered_until=NOW)
        over = await had_by(work, bob, ann, priority=Priority.HIGH)
        await changed(work, over, status=Status.RESOLVED, resolved_at=NOW)
        aside = await had_by(work, bob, ann, priority=Priority.HIGH)
        await changed(work, aside, snoozed_until=NOW + DAY)
        await a_ticket(work, bob, priority=Priority.HIGH)
        carried = await work.workload.carried([ann, bob, cid])
        assert {who: sorted(theirs) for who, theirs in carried.items()} == {
            bob: [Priority.LOW, Priority.NORMAL, Priority.URGENT],
            cid: [Priority.HIGH],
        }
        assert await work.workload.carried([ann]) == {}
        assert await work.workload.carried([]) == {}


async def test_two_tickets_of_one_priority_count_twice(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob = [(await a_person(work, name)).id for name in ("Ann", "Bob")]
        await had_by(work, bob, ann)
        await had_by(work, bob, ann)
        await changed(work, await a_ticket(work, ann), offered_to=bob, offered_until=NOW)
        assert await work.workload.carried([bob]) == {bob: [Priority.NORMAL] * 3}


async def test_what_waits_comes_most_urgent_first_then_the_oldest(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob = [(await a_person(work, name)).id for name in ("Ann", "Bob")]
        low, normal, later, urgent = [
            await a_ticket(work, ann, priority=priority)
            for priority in (Priority.LOW, Priority.NORMAL, Priority.NORMAL, Priority.URGENT)
        ]
        elsewhere = await a_ticket(work, ann, team="network", category="wifi", priority=Priority.HIGH)
        await had_by(work, bob, ann)
        await changed(work, await a_ticket(work, ann), offered_to=bob, offered_until=NOW)
        await changed(work, await a_ticket(work, ann), snoozed_until=NOW + DAY)
        await changed(work, await a_ticket(work, ann), status=Status.CLOSED, closed_at=NOW, ending=Ending.WITHDRAWN)
        found = await work.workload.waiting(["helpdesk"], limit=10)
        assert [one.ticket for one in found] == [urgent.id, normal.id, later.id, low.id]
        assert await work.workload.waiting(["helpdesk"], limit=2) == found[:2]
        assert await work.workload.waiting(["network"], limit=10) == [
            Waiting(elsewhere.id, "network", "wifi", Priority.HIGH)
        ]
        both = await work.workload.waiting(["network", "helpdesk"], limit=10)
        assert [one.ticket for one in both] == [urgent.id, elsewhere.id, normal.id, later.id, low.id]
        assert await work.workload.waiting([], limit=10) == []
        for place, one in enumerate(both):
            assert await work.workload.waiting(["network", "helpdesk"], after=one, limit=2) == both[place + 1 :][:2]


async def test_what_many_follow_waits_before_its_priority_as_in_the_queue(store: SqlStore) -> None:
    async with store.write() as work:
        ann = (await a_person(work, "Ann")).id
        urgent, high, normal, followed = [
            await a_ticket(work, ann, priority=priority)
            for priority in (Priority.URGENT, Priority.HIGH, Priority.NORMAL, Priority.NORMAL)
        ]
        await changed(work, followed, follower_count=3)
        for raised_from, order in ((0, [normal, followed]), (4, [normal, followed]), (3, [followed, normal])):
            found = await work.workload.waiting(["helpdesk"], raised_from=raised_from, limit=10)
            assert [one.ticket for one in found] == [one.id for one in (urgent, high, *order)]
            query = TicketQuery(sight=STAFF, order=Order.QUEUE, raised_from=raised_from)
            assert [one.id for one in await work.tickets.find(query)] == [one.ticket for one in found]
            for place, one in enumerate(found):
                after = await work.workload.waiting(["helpdesk"], after=one, raised_from=raised_from, limit=2)
                assert after == found[place + 1 :][:2]


async def test_what_somebody_is_asked_to_take_is_found(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob, cid = [(await a_person(work, name)).id for name in ("Ann", "Bob", "Cid")]
        first, second, _third = [await a_ticket(work, ann) for _ in range(3)]
        for ticket in (second, first):
            await changed(work, ticket, offered_to=bob, offered_until=NOW)
        await had_by(work, bob, ann)
        assert await work.workload.offered_to(bob) == [first.id, second.id]
        assert await work.workload.offered_to(cid) == []


async def test_the_last_agent_is_that_of_the_requesters_newest_other_ticket_of_the_category(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob, cid, dee = [(await a_person(work, name)).id for name in ("Ann", "Bob", "Cid", "Dee")]
        await had_by(work, bob, ann)
        newest = await had_by(work, cid, ann)
        await changed(work, newest, status=Status.CLOSED, closed_at=NOW, ending=Ending.BY_STAFF)
        await had_by(work, dee, ann, category="wifi")
        await had_by(work, dee, bob)
        await a_ticket(work, ann)
        mine = await a_ticket(work, ann)
        assert await work.workload.last_agent(ann, "it", but=mine.id) == cid
        assert await work.workload.last_agent(ann, "it", but=newest.id) == bob
        assert await work.workload.last_agent(ann, "wifi", but=mine.id) == dee
        assert await work.workload.last_agent(dee, "it", but=mine.id) is None


async def resolved(work: UnitOfWork, agent: PersonId, requester: PersonId, at: datetime, **more: Any) -> Ticket:
    ticket = await had_by(work, agent, requester, **more)
    return await changed(work, ticket, status=Status.RESOLVED, resolved_at=at)


async def test_what_was_solved_lately_comes_newest_first(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob, cid = [(await a_person(work, name)).id for name in ("Ann", "Bob", "Cid")]
        await resolved(work, bob, ann, NOW - 3 * DAY, title="Paper jam", tags=("printer",))
        await resolved(work, cid, ann, NOW - DAY, title="No toner")
        await resolved(work, bob, ann, NOW - 9 * DAY)
        await resolved(work, bob, ann, NOW, category="wifi")
        await had_by(work, bob, ann)
        since = NOW - 3 * DAY
        assert await work.workload.lately_solved("it", since, limit=10) == [
            Solved(cid, "No toner", ()),
            Solved(bob, "Paper jam", ("printer",)),
        ]
        assert [one.by for one in await work.workload.lately_solved("it", since, limit=1)] == [cid]


async def test_when_somebody_was_last_asked_is_remembered(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob = [await a_person(work, name) for name in ("Ann", "Bob")]
        assert await work.workload.given_at([ann.id, bob.id]) == {}
        await work.workload.note_given(ann.id, NOW)
        await work.workload.note_given(ann.id, NOW + MINUTE)
        assert await work.workload.given_at([ann.id, bob.id]) == {ann.id: NOW + MINUTE}
        await work.people.save(replace(ann, name="Anna"))
        assert await work.workload.given_at([ann.id]) == {ann.id: NOW + MINUTE}


async def test_how_long_first_answers_took_comes_newest_first(store: SqlStore) -> None:
    async with store.write() as work:
        ann = (await a_person(work)).id
        for days, answered in ((5, MINUTE), (3, 2 * MINUTE), (1, None), (0, 3 * MINUTE)):
            opened = NOW - days * DAY
            ticket = await a_ticket(work, ann, at=opened)
            await changed(work, ticket, first_response_at=None if answered is None else opened + answered)
        other = await a_ticket(work, ann, category="wifi")
        await changed(work, other, first_response_at=NOW)
        since = NOW - 3 * DAY
        assert await work.workload.first_answers("it", since, limit=10) == [
            (NOW, NOW + 3 * MINUTE),
            (since, since + 2 * MINUTE),
        ]
        assert len(await work.workload.first_answers("it", since, limit=1)) == 1


async def test_the_urgencies_that_were_declined_are_those_of_the_persons_own_tickets(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob = [(await a_person(work, name)).id for name in ("Ann", "Bob")]
        for requester, granted in ((ann, False), (ann, True), (ann, False), (bob, False)):
            ticket = await a_ticket(work, requester)
            decided = UrgencyDecided(ticket=ticket.id, requester=requester, granted=granted)
            await work.events.append(decided, NOW, None, Platform.SYSTEM, "")
        assert await work.workload.urgencies_declined(ann) == 2
        assert await work.workload.urgencies_declined(bob) == 1


async def test_watched_are_the_live_tickets_of_categories_what_waits_and_what_has_a_timer(store: SqlStore) -> None:
    async with store.write() as work:
        ann = (await a_person(work)).id
        first, over, other, watched, waiting, last = [
            await a_ticket(work, ann, category=category) for category in ("it", "it", "wifi", "wifi", "wifi", "it")
        ]
        await changed(work, waiting, status=Status.WAITING)
        await changed(work, over, status=Status.CLOSED, closed_at=NOW, ending=Ending.WITHDRAWN)
        for kind, ticket in ((TimerKind.SLA, watched), (TimerKind.STALE, other)):
            await work.timers.arm(NewTimer(kind=kind, ticket=ticket.id, due_at=NOW))
        assert await work.workload.watched(["it"], after=None, limit=10) == [first.id, watched.id, waiting.id, last.id]
        assert await work.workload.watched(["it"], after=None, limit=2) == [first.id, watched.id]
        assert await work.workload.watched(["it"], after=waiting.id, limit=10) == [last.id]
        assert await work.workload.watched([], after=None, limit=10) == [watched.id, waiting.id]


async def test_live_tickets_are_tallied_by_team_and_category(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob = [(await a_person(work, name)).id for name in ("Ann", "Bob")]
        over = await a_ticket(work, ann)
        await changed(work, over, status=Status.CLOSED, closed_at=NOW, ending=Ending.WITHDRAWN)
        oldest = await had_by(work, bob, ann)
        waiting = await had_by(work, bob, ann)
        await changed(work, waiting, status=Status.WAITING)
        await changed(work, await a_ticket(work, ann), snoozed_until=NOW + DAY)
        late, elsewhere, _hidden = [
            await a_ticket(work, ann, team=team, category=category)
            for team, category in (("helpdesk", "it"), ("network", "it"), ("helpdesk", "welfare"))
        ]
        for ticket in (late, late, over, elsewhere):
            broken = SlaBreached(ticket=ticket.id, clock=SlaClock.RESOLUTION, target=60)
            await work.events.append(broken, NOW, None, Platform.SYSTEM, "")
        for ticket in (oldest, waiting, elsewhere):
            await work.escalations.add(ticket.id, POLICY, NOW)
        [ended] = await work.escalations.of(waiting.id)
        await work.escalations.save(replace(ended, state=EscalationState.ENDED, ended_at=NOW))
        assert await work.workload.tally(["helpdesk"], ["it", "wifi"]) == Tally(
            open=4, unassigned=1, waiting=1, breached=1, escalating=1, oldest=oldest.id
        )
        nothing = Tally(open=0, unassigned=0, waiting=0, breached=0, escalating=0, oldest=None)
        assert await work.workload.tally(["helpdesk"], []) == nothing
        assert (await work.workload.tally(["network", "helpdesk"], ["it"])).breached == 2


async def test_what_was_found_late_counts_as_broken_and_is_counted_since_it_was_found(store: SqlStore) -> None:
    async with store.write() as work:
        ann = (await a_person(work)).id
        before, found, elsewhere, over, _in_time = [
            await a_ticket(work, ann, team=team) for team in ("helpdesk", "helpdesk", "network", "helpdesk", "helpdesk")
        ]
        await changed(work, over, status=Status.CLOSED, closed_at=NOW, ending=Ending.WITHDRAWN)
        for at, tickets in ((NOW - DAY, (before,)), (NOW, (found, found, elsewhere, over))):
            for ticket in tickets:
                late = SlaBreachFound(ticket=ticket.id, clock=SlaClock.RESOLUTION, target=60)
                await work.events.append(late, at, None, Platform.SYSTEM, "")
        assert await work.workload.found_late(["helpdesk"], ["it"], NOW) == 1
        assert await work.workload.found_late(["helpdesk", "network"], ["it"], NOW - DAY) == 3
        assert await work.workload.found_late(["helpdesk"], [], NOW) == 0
        assert (await work.workload.tally(["helpdesk"], ["it"])).breached == 2
