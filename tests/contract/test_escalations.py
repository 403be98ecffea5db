"""Escalations in their store: frozen, one of a policy at a time, and no two writers at once."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.sql.store import SqlStore
from core.errors import Conflict
from core.model.escalation import (
    Escalation,
    EscalationPolicy,
    EscalationState,
    EscalationStep,
    EscalationTrigger,
    Whom,
    WhomKind,
)
from core.model.ids import EscalationId, TicketId
from core.model.ticket import Priority
from core.rules import escalation as rules
from core.storage import UnitOfWork
from tests.contract.samples import MINUTE, NOW, a_person, a_ticket

ODD = EscalationPolicy(
    key="odd",
    when=EscalationTrigger(
        priorities=frozenset({Priority.HIGH, Priority.URGENT}),
        breached=True,
        unassigned_for=timedelta(minutes=30, microseconds=1),
        requested=True,
    ),
    steps=(
        EscalationStep(after=timedelta(0), notify=(Whom(WhomKind.SPACE, "leads"), Whom(WhomKind.LEAD))),
        EscalationStep(
            after=timedelta(days=2, microseconds=7),
            notify=(Whom(WhomKind.EMAIL, "dean+é@example.edu"), Whom(WhomKind.ASSIGNEE), Whom(WhomKind.TEAM_ON_DUTY)),
            repeat=MINUTE,
            times=3,
        ),
    ),
    lapses_after=timedelta(hours=2),
)
PLAIN = EscalationPolicy(key="plain", when=EscalationTrigger(breached=True), steps=ODD.steps[:1])


async def begun(work: UnitOfWork, policy: EscalationPolicy = ODD, ticket: TicketId | None = None) -> Escalation:
    if ticket is None:
        ticket = (await a_ticket(work, (await a_person(work)).id)).id
    return await work.escalations.add(ticket, policy, NOW)


async def reread(work: UnitOfWork, escalation: EscalationId) -> Escalation:
    found = await work.escalations.get(escalation)
    assert found is not None
    return found


async def test_one_begins_as_its_policy_is_and_reads_back_whole(store: SqlStore) -> None:
    async with store.write() as work:
        made = await begun(work)
    assert (made.policy, made.state, made.started_at, made.resumed_at) == (ODD, EscalationState.RUNNING, NOW, NOW)
    assert (made.called, made.level, made.version, made.elapsed) == (0, 0, 0, timedelta(0))
    async with store.read() as work:
        assert await work.escalations.get(made.id) == made
        assert await work.escalations.of(made.ticket) == [made]
        assert await work.escalations.get(EscalationId(99)) is None
        assert await work.escalations.of(TicketId(99)) == []


async def test_every_change_of_it_reads_back(store: SqlStore) -> None:
    async with store.write() as work:
        made = await begun(work)
        lee = await a_person(work, "Lee")
    called = rules.due(made, NOW + timedelta(days=2, minutes=1, microseconds=7))
    assert called is not None
    odd_time = NOW + timedelta(days=2, minutes=1, microseconds=13)
    changes = [
        lambda one: replace(called.escalation, version=one.version),
        lambda one: rules.acknowledge(one, odd_time, by=lee.id),
        lambda one: replace(one, reminded_at=odd_time),
        lambda one: rules.resume(one, odd_time),
        lambda one: rules.acknowledge(one, odd_time, name="Dean “<Rao>” 👋"),
        lambda one: rules.jump(one, 2, odd_time),
        lambda one: rules.end(one, odd_time),
    ]
    for change in changes:
        async with store.write() as work:
            changed = change(await reread(work, made.id))
            await work.escalations.save(changed)
        async with store.read() as work:
            assert await reread(work, made.id) == replace(changed, version=changed.version + 1)


async def test_one_of_a_policy_goes_on_at_a_time_and_another_begins_when_it_has_ended(store: SqlStore) -> None:
    async with store.write() as work:
        first = await begun(work)
        plain = await begun(work, PLAIN, first.ticket)
    with pytest.raises(Conflict):
        async with store.write() as work:
            await begun(work, ODD, first.ticket)
    async with store.write() as work:
        held = rules.acknowledge(await reread(work, first.id), NOW)
        await work.escalations.save(held)
    with pytest.raises(Conflict):
        async with store.write() as work:
            await begun(work, ODD, first.ticket)
    async with store.write() as work:
        await work.escalations.save(rules.end(await reread(work, first.id), NOW))
        second = await begun(work, ODD, first.ticket)
    async with store.read() as work:
        assert [one.id for one in await work.escalations.of(first.ticket)] == [first.id, plain.id, second.id]
        assert [one.id for one in await work.escalations.going_on(limit=10)] == [plain.id, second.id]
        assert [one.id for one in await work.escalations.going_on(limit=1)] == [plain.id]
        assert [one.id for one in await work.escalations.going_on(after=plain.id, limit=10)] == [second.id]
        assert [one.id for one in await work.escalations.going_on(after=second.id, limit=10)] == []


async def test_of_two_that_read_the_same_one_saves(store: SqlStore, other_store: SqlStore) -> None:
    async with store.write() as work:
        made = await begun(work)
    async with other_store.write() as work:
        await work.escalations.save(rules.acknowledge(made, NOW))
    with pytest.raises(Conflict):
        async with store.write() as work:
            await work.escalations.save(rules.end(made, NOW))
    async with store.read() as work:
        assert (await reread(work, made.id)).state is EscalationState.ACKNOWLEDGED


async def test_of_two_that_begin_the_same_at_once_one_does(store: SqlStore, other_store: SqlStore) -> None:
    async with store.write() as work:
        ticket = (await a_ticket(work, (await a_person(work)).id)).id

    async def begin(through: SqlStore) -> Escalation:
        async with through.write() as work:
            return await begun(work, ODD, ticket)

    tried = await asyncio.gather(begin(store), begin(other_store), return_exceptions=True)
    assert sorted(type(one).__name__ for one in tried) == ["Conflict", "Escalation"]
