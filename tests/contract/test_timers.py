"""Timers, the inbox and drafts: what outlives a restart."""

import asyncio
from dataclasses import replace

from sqlalchemy import func, select, update

from adapters.sql.store import SqlStore
from adapters.sql.tables import timers
from core.errors import Conflict
from core.model.draft import Draft
from core.model.ids import DraftId, FaqId, FileId, TicketId, TimerId
from core.model.outbox import NewTimer, TimerKind
from core.model.people import Platform
from core.model.thread import MessageKind
from core.storage import Outcome, UnitOfWork
from core.text import Text
from tests.contract.samples import MINUTE, NOW, a_person, a_requester_with_a_ticket, a_ticket


async def arm(work: UnitOfWork, ticket: TicketId, minutes: int) -> None:
    await work.timers.arm(NewTimer(kind=TimerKind.QUIET_CLOSE, ticket=ticket, due_at=NOW + minutes * MINUTE))


async def test_timers_are_due_from_their_moment_on_the_longest_due_first(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        tickets = [ticket, *[await a_ticket(work, ann.id) for _ in range(3)]]
        for minutes, each in zip((3, 1, 2, 9), tickets, strict=True):
            await arm(work, each.id, minutes)
        assert await work.timers.due(NOW, 10) == []
        due = await work.timers.due(NOW + 3 * MINUTE, 10)
        assert [timer.ticket for timer in due] == [tickets[1].id, tickets[2].id, tickets[0].id]
        assert (due[0].kind, due[0].due_at) == (TimerKind.QUIET_CLOSE, NOW + MINUTE)
        assert await work.timers.due(NOW + 3 * MINUTE, 2) == due[:2]


async def test_a_timer_is_taken_once(store: SqlStore) -> None:
    async with store.write() as work:
        _, ticket = await a_requester_with_a_ticket(work)
        await arm(work, ticket.id, 0)
        [timer] = await work.timers.due(NOW, 10)
        assert await work.timers.take(timer.id)
        assert not await work.timers.take(timer.id)
        assert not await work.timers.take(TimerId(4711))
        assert await work.timers.due(NOW, 10) == []


async def test_of_two_processes_one_takes_the_timer(store: SqlStore, other_store: SqlStore) -> None:
    async with store.write() as work:
        _, ticket = await a_requester_with_a_ticket(work)
        await arm(work, ticket.id, 0)
        [timer] = await work.timers.due(NOW, 10)

    async def take(where: SqlStore) -> bool:
        async with where.write() as work:
            return await work.timers.take(timer.id)

    assert sorted(await asyncio.gather(take(store), take(other_store))) == [False, True]


async def test_arming_again_sets_the_timer_anew_and_whoever_would_fire_the_old_one_finds_it_gone(
    store: SqlStore,
) -> None:
    async with store.write() as work:
        _, ticket = await a_requester_with_a_ticket(work)
        await arm(work, ticket.id, 0)
        [old] = await work.timers.due(NOW, 10)
        await arm(work, ticket.id, 5)
        assert await work.timers.due(NOW, 10) == []
        assert not await work.timers.take(old.id)
        assert len(await work.timers.due(NOW + 5 * MINUTE, 10)) == 1


async def test_a_disarmed_timer_is_gone_and_anothers_is_not(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        other = await a_ticket(work, ann.id)
        await arm(work, ticket.id, 0)
        await arm(work, other.id, 0)
        await work.timers.disarm(ticket.id, TimerKind.QUIET_CLOSE)
        assert [timer.ticket for timer in await work.timers.due(NOW, 10)] == [other.id]


async def test_timers_of_one_kind_are_told_apart_by_their_subject(store: SqlStore) -> None:
    async with store.write() as work:
        _, ticket = await a_requester_with_a_ticket(work)
        for subject, minutes in (("1", 4), ("2", 2), ("2", 3)):
            due_at = NOW + minutes * MINUTE
            await work.timers.arm(NewTimer(kind=TimerKind.CALL, ticket=ticket.id, subject=subject, due_at=due_at))
        await arm(work, ticket.id, 1)
        found = await work.timers.of(ticket.id)
        assert [(one.kind, one.subject, (one.due_at - NOW) / MINUTE) for one in found] == [
            (TimerKind.QUIET_CLOSE, "", 1),
            (TimerKind.CALL, "2", 3),
            (TimerKind.CALL, "1", 4),
        ]
        await work.timers.disarm(ticket.id, TimerKind.CALL, "2")
        assert [one.subject for one in await work.timers.of(ticket.id)] == ["", "1"]
        await arm(work, ticket.id, 1)
        await work.timers.disarm(ticket.id, TimerKind.CALL)
        assert [one.kind for one in await work.timers.of(ticket.id)] == [TimerKind.QUIET_CLOSE]


async def test_a_timer_that_is_there_is_not_set_anew_by_who_arms_only_where_there_is_none(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        other = await a_ticket(work, ann.id)
        await arm(work, ticket.id, 5)
        for each in (ticket, other):
            kind, due_at = TimerKind.QUIET_CLOSE, NOW + 9 * MINUTE
            await work.timers.arm_if_none(NewTimer(kind=kind, ticket=each.id, due_at=due_at))
        found = await work.timers.due(NOW + 9 * MINUTE, 10)
        assert [(one.ticket, one.due_at) for one in found] == [
            (ticket.id, NOW + 5 * MINUTE),
            (other.id, NOW + 9 * MINUTE),
        ]


async def test_what_a_newer_desk_armed_is_left_to_it_and_holds_up_no_other(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        for _ in range(3):
            await arm(work, (await a_ticket(work, ann.id)).id, -1)
        await work.connection.execute(update(timers).values(kind="tea_time"))
        assert await work.timers.unknown_kinds() == ["tea_time"]
        await arm(work, ticket.id, 0)
        assert [timer.ticket for timer in await work.timers.due(NOW, 1)] == [ticket.id]
        assert await work.timers.late(NOW + MINUTE) == (4, NOW - MINUTE)
    async with store.read() as work:
        assert await work.timers.of(TicketId(ticket.id + 1)) == []
        left = await work.connection.execute(select(func.count()).where(timers.c.kind == "tea_time"))
        assert left.scalar_one() == 3


async def test_late_timers_are_counted_with_the_first_of_them(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        assert await work.timers.late(NOW) == (0, None)
        await arm(work, ticket.id, 2)
        await arm(work, (await a_ticket(work, ann.id)).id, 1)
        await arm(work, (await a_ticket(work, ann.id)).id, 9)
        assert await work.timers.late(NOW + MINUTE) == (0, None)
        assert await work.timers.late(NOW + 3 * MINUTE) == (2, NOW + MINUTE)


async def test_the_outcome_of_what_came_in_is_kept_per_door(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        message = await work.messages.add(ticket.id, ann.id, MessageKind.REPLY, Text.of("x"), NOW, origin=None)
        full = Outcome(ticket=ticket.id, message=message.id, draft=DraftId("d" * 22), person=ann.id, faq=FaqId(9))
        await work.inbox.record(Platform.SLACK, "Ev1", full, NOW)
        await work.inbox.record(Platform.DISCORD, "Ev1", Outcome(), NOW)
    async with store.read() as work:
        assert await work.inbox.find(Platform.SLACK, "Ev1") == full
        assert await work.inbox.find(Platform.DISCORD, "Ev1") == Outcome()
        assert await work.inbox.find(Platform.WEB, "Ev1") is None


async def test_of_two_deliveries_of_one_inbound_event_at_once_exactly_one_is_recorded(
    store: SqlStore, other_store: SqlStore
) -> None:
    async def receive(where: SqlStore) -> bool:
        try:
            async with where.write() as work:
                person = await a_person(work)
                await work.inbox.record(Platform.SLACK, "Ev1", Outcome(person=person.id), NOW)
        except Conflict:
            return False
        return True

    stores = (store, other_store) * 4
    assert sum(await asyncio.gather(*(receive(where) for where in stores))) == 1
    async with store.read() as work:
        [person] = await work.people.everybody()
        assert await work.inbox.find(Platform.SLACK, "Ev1") == Outcome(person=person.id)


async def test_the_inbox_forgets_what_is_old(store: SqlStore) -> None:
    async with store.write() as work:
        for minute in range(3):
            await work.inbox.record(Platform.WEB, str(minute), Outcome(), NOW + minute * MINUTE)
        assert await work.inbox.forget(NOW + 2 * MINUTE) == 2
        assert await work.inbox.find(Platform.WEB, "1") is None
        assert await work.inbox.find(Platform.WEB, "2") is not None


async def test_a_draft_comes_back_as_put_last_whatever_was_typed(store: SqlStore) -> None:
    async with store.write() as work:
        ann = await a_person(work)
        first = Draft(id=DraftId("d" * 22), person=ann.id, values={"title": ""}, updated_at=NOW)
        await work.drafts.put(first)
        assert await work.drafts.get(first.id) == first
        second = replace(
            first,
            values={"title": "“x” 🖨️ \x00 \ud800 \\u0000", "note": ""},
            files=(FileId(2), FileId(1)),
            updated_at=NOW + MINUTE,
        )
        await work.drafts.put(second)
    async with store.read() as work:
        assert await work.drafts.get(first.id) == second
        assert await work.drafts.get(DraftId("x" * 22)) is None


async def test_a_draft_is_deleted_once_and_forgotten_when_it_is_old(store: SqlStore) -> None:
    async with store.write() as work:
        ann = await a_person(work)
        for minute in range(3):
            at = NOW + minute * MINUTE
            await work.drafts.put(Draft(id=DraftId(str(minute)), person=ann.id, values={}, updated_at=at))
        assert await work.drafts.delete(DraftId("0"))
        assert not await work.drafts.delete(DraftId("0"))
        assert await work.drafts.forget(NOW + 2 * MINUTE) == 1
        assert await work.drafts.get(DraftId("1")) is None
        assert await work.drafts.get(DraftId("2")) is not None


async def test_drafts_that_hold_a_value_are_forgotten_sooner_than_others(store: SqlStore) -> None:
    held = {"plain": {"title": "x"}, "held": {"held_back": ""}, "new": {"held_back": "x"}}
    async with store.write() as work:
        ann = await a_person(work)
        for name, values in held.items():
            at = NOW + (MINUTE if name == "new" else 0 * MINUTE)
            await work.drafts.put(Draft(id=DraftId(name), person=ann.id, values=values, updated_at=at))
        assert await work.drafts.forget(NOW + MINUTE, holding="held_back") == 1
        assert [name for name in held if await work.drafts.get(DraftId(name)) is None] == ["held"]
