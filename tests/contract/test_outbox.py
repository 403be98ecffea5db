"""The outbox: lanes in order, leases that run out, paces, and what was given up."""

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.sql.store import SqlStore
from core.events import TicketClaimed
from core.model.escalation import EscalationPolicy, EscalationTrigger
from core.model.ids import DeliveryId, EventId, PersonId
from core.model.outbox import (
    Address,
    Delivery,
    DeliveryState,
    Intent,
    NewDelivery,
    ToEmail,
    ToPerson,
    ToSpace,
    ToThread,
)
from core.model.people import Platform
from core.model.thread import Audience, MessageKind
from core.storage import UnitOfWork
from core.text import Text
from tests.contract.leasing import ME, A, B, give_up, lease, leased_ids
from tests.contract.samples import MINUTE, NOW, a_delivery, a_person, a_requester_with_a_ticket, state_of


async def test_a_delivery_comes_back_with_every_kind_of_address_and_all_it_refers_to(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        thread = await work.threads.add(ticket.id, Platform.SLACK, Audience.STAFF)
        message = await work.messages.add(ticket.id, ann.id, MessageKind.REPLY, Text.of("x"), NOW, origin=None)
        event = await work.events.append(TicketClaimed(ticket=ticket.id, assignee=ann.id), NOW, None, Platform.WEB, "")
        policy = EscalationPolicy(key="urgent", when=EscalationTrigger(), steps=())
        escalation = await work.escalations.add(ticket.id, policy, NOW)
        person, mail = ToPerson(ann.id, Platform.DISCORD), ToEmail("dean@example.org")
        addresses: list[Address] = [ToThread(thread.id, Platform.SLACK), person, A, mail]
        for number, address in enumerate(addresses):
            new = NewDelivery(
                address=address,
                intent=Intent.MESSAGE,
                ticket=ticket.id,
                message=message.id,
                escalation=escalation.id,
                pace_key="slack:C1",
            )
            added = await work.outbox.add(new, key=f"{number:024}", event=event.id, at=NOW)
            assert await work.outbox.get(added) == Delivery(
                id=added,
                key=f"{number:024}",
                address=address,
                intent=Intent.MESSAGE,
                ticket=ticket.id,
                message=message.id,
                event=event.id,
                escalation=escalation.id,
                pace_key="slack:C1",
                state=DeliveryState.PENDING,
                attempts=0,
                uncertain=False,
                created_at=NOW,
                first_attempt_at=None,
                due_at=NOW,
                receipt=None,
                reason=None,
            )
        assert await work.outbox.get(DeliveryId(4711)) is None


async def test_a_lane_gives_its_oldest_alone_and_the_next_only_when_that_is_finished(store: SqlStore) -> None:
    async with store.write() as work:
        a1, b1, a2, a3 = [await a_delivery(work, lane) for lane in (A, B, A, A)]
    async with store.write() as work:
        assert await leased_ids(work) == [a1, b1]
    async with store.write() as work:
        assert await leased_ids(work) == []
        assert await work.outbox.done(a1, ME, receipt="msg 1", at=NOW)
        assert await leased_ids(work) == [a2]
        assert await work.outbox.skip(a2, ME, reason="acknowledged", at=NOW)
        assert await leased_ids(work) == [a3]
        done = await work.outbox.get(a1)
        assert done is not None
        assert (done.state, done.receipt, done.attempts) == (DeliveryState.DONE, "msg 1", 1)
        assert await state_of(work, a2) is DeliveryState.SKIPPED


async def test_a_head_that_is_not_due_yet_holds_its_lane_and_no_other(store: SqlStore) -> None:
    async with store.write() as work:
        late = await a_delivery(work, A, at=NOW + MINUTE)
        behind = await a_delivery(work, A)
        beside = await a_delivery(work, B)
        assert await leased_ids(work) == [beside]
        assert await leased_ids(work, NOW + MINUTE - timedelta(microseconds=1)) == []
        assert await leased_ids(work, NOW + MINUTE) == [beside, late]
        assert await state_of(work, behind) is DeliveryState.PENDING


async def test_a_lease_takes_no_more_than_asked_the_longest_due_first(store: SqlStore) -> None:
    async with store.write() as work:
        made = [await a_delivery(work, ToSpace(str(n)), at=NOW + (5 - n) * MINUTE) for n in range(6)]
        assert await leased_ids(work, NOW + 9 * MINUTE, limit=2) == [made[5], made[4]]
        assert await leased_ids(work, NOW + 9 * MINUTE, limit=2) == [made[3], made[2]]


async def test_attempts_count_the_call_to_come_and_the_first_attempt_is_kept(store: SqlStore) -> None:
    async with store.write() as work:
        one = await a_delivery(work)
        [first] = await lease(work)
        assert (first.attempts, first.first_attempt_at, first.uncertain) == (1, NOW, False)
        assert await work.outbox.retry(one, ME, due_at=NOW + 5 * MINUTE, reason="429", uncertain=False)
        assert await lease(work, NOW + 4 * MINUTE) == []
        [second] = await lease(work, NOW + 5 * MINUTE)
        assert second == replace(first, attempts=2, due_at=NOW + 5 * MINUTE, reason="429")
        assert await work.outbox.retry(one, ME, due_at=NOW + 6 * MINUTE, reason="time-out", uncertain=True)
        [third] = await lease(work, NOW + 6 * MINUTE)
        assert (third.attempts, third.uncertain, third.first_attempt_at) == (3, True, NOW)


async def test_a_lease_that_ran_out_is_taken_over_as_uncertain_and_its_old_holder_may_change_nothing(
    store: SqlStore,
) -> None:
    async with store.write() as work:
        one = await a_delivery(work)
        [held] = await lease(work)
        assert await lease(work, NOW + MINUTE - timedelta(microseconds=1), owner="process 2") == []
        [taken] = await lease(work, NOW + MINUTE, owner="process 2")
        assert taken == replace(held, attempts=2, uncertain=True)
        later = NOW + MINUTE
        assert not await work.outbox.done(one, ME, receipt="x", at=later)
        assert not await work.outbox.retry(one, ME, due_at=later, reason="x", uncertain=False)
        assert not await work.outbox.postpone(held, ME, due_at=later)
        assert not await work.outbox.skip(one, ME, reason="x", at=later)
        assert not await work.outbox.give_up(one, ME, state=DeliveryState.DEAD, reason="x", at=later)
        assert await work.outbox.get(one) == taken
        assert await work.outbox.done(one, "process 2", receipt="y", at=later)
        assert not await work.outbox.done(one, "process 2", receipt="z", at=later)


async def test_a_postponed_delivery_is_as_it_was_but_later(store: SqlStore) -> None:
    async with store.write() as work:
        one = await a_delivery(work)
        [held] = await lease(work)
        await work.outbox.retry(one, ME, due_at=NOW, reason="time-out", uncertain=True)
        [held] = await lease(work)
        assert await work.outbox.postpone(held, ME, due_at=NOW + MINUTE)
        assert await lease(work) == []
        [again] = await lease(work, NOW + MINUTE)
        assert again == replace(held, due_at=NOW + MINUTE)


async def test_a_newer_one_takes_the_place_of_older_pending_ones_of_its_kind_that_nobody_holds(
    store: SqlStore,
) -> None:
    async with store.write() as work:
        held = await a_delivery(work, A, supersede_key="card")
        assert await leased_ids(work) == [held]
        older = await a_delivery(work, A, supersede_key="card")
        other_kind = await a_delivery(work, A, supersede_key="news")
        no_kind = await a_delivery(work, A)
        other_lane = await a_delivery(work, B, supersede_key="card")
        newest = await a_delivery(work, A, supersede_key="card")
        states = [await state_of(work, one) for one in (held, older, other_kind, no_kind, other_lane, newest)]
        skipped, pending = DeliveryState.SKIPPED, DeliveryState.PENDING
        assert states == [pending, skipped, pending, pending, pending, pending]
        await work.outbox.done(held, ME, receipt=None, at=NOW)
        after = await a_delivery(work, A, supersede_key="card")
        assert await state_of(work, held) is DeliveryState.DONE
        assert await state_of(work, newest) is DeliveryState.SKIPPED
        assert await state_of(work, after) is DeliveryState.PENDING


async def test_the_next_due_is_the_first_free_head_or_the_first_lease_to_run_out(store: SqlStore) -> None:
    async with store.write() as work:
        assert await work.outbox.next_due() is None
        a1 = await a_delivery(work, A, at=NOW + 3 * MINUTE)
        await a_delivery(work, A, at=NOW)
        assert await work.outbox.next_due() == NOW + 3 * MINUTE
        b1 = await a_delivery(work, B, at=NOW)
        assert await work.outbox.next_due() == NOW
        await lease(work)
        assert await work.outbox.next_due() == NOW + MINUTE
        await work.outbox.done(b1, ME, receipt=None, at=NOW)
        assert await work.outbox.next_due() == NOW + 3 * MINUTE
        await lease(work, NOW + 3 * MINUTE)
        await give_up(work, a1, DeliveryState.PARKED)
        assert await work.outbox.next_due() is None


async def test_several_that_are_added_at_once_are_as_if_added_one_by_one(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        thread = await work.threads.add(ticket.id, Platform.DISCORD, Audience.REQUESTER)
        event = await work.events.append(TicketClaimed(ticket=ticket.id, assignee=ann.id), NOW, None, Platform.WEB, "")
        older = await a_delivery(work, A, supersede_key="card")
        there = ToThread(thread.id, Platform.DISCORD)
        news = [
            NewDelivery(address=there, intent=Intent.CREATE_THREAD, ticket=ticket.id, pace_key="discord"),
            NewDelivery(address=A, intent=Intent.TICKET_CARD, supersede_key="card"),
            NewDelivery(address=ToPerson(ann.id, Platform.WEB), intent=Intent.PING, ticket=ticket.id),
            NewDelivery(address=B, intent=Intent.TICKET_CARD, supersede_key="card"),
            NewDelivery(address=A, intent=Intent.TICKET_CARD, supersede_key="card"),
        ]
        await work.outbox.add_all([(new, f"{n:024}", event.id) for n, new in enumerate(news)], at=NOW)
        await work.outbox.add_all([], at=NOW)
        made = [await work.outbox.get(DeliveryId(older + n)) for n in range(6)]
        skipped, pending = DeliveryState.SKIPPED, DeliveryState.PENDING
        assert [one and one.state for one in made] == [skipped, pending, skipped, pending, pending, pending]
        assert [one and one.address for one in made[1:]] == [new.address for new in news]
        assert [one and one.key for one in made[1:]] == [f"{n:024}" for n in range(5)]
        assert made[1] == replace(await one_by_one(work, news[0], event.id), id=DeliveryId(older + 1), key=f"{0:024}")


async def one_by_one(work: UnitOfWork, new: NewDelivery, event: EventId) -> Delivery:
    found = await work.outbox.get(await work.outbox.add(new, key="f" * 24, event=event, at=NOW))
    assert found is not None
    return found


async def test_the_backlog_is_what_is_pending(store: SqlStore) -> None:
    async with store.write() as work:
        made = [await a_delivery(work, ToSpace(str(n))) for n in range(4)]
        await lease(work, limit=2)
        await work.outbox.done(made[0], ME, receipt=None, at=NOW)
        await give_up(work, made[1])
        assert await work.outbox.backlog() == 2


async def test_what_was_done_for_a_person_is_read_newest_first(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob = await a_person(work), await a_person(work, "Bob")
        mine = ToPerson(ann.id, Platform.WEB)
        done = [await a_delivery(work, mine) for _ in range(3)]
        await a_delivery(work, ToPerson(bob.id, Platform.WEB))
        await a_delivery(work, ToPerson(ann.id, Platform.SLACK))
        while leased := await leased_ids(work):
            for one in leased:
                await work.outbox.done(one, ME, receipt=None, at=NOW)
        await a_delivery(work, mine)
        found = await work.outbox.to_person(ann.id, Platform.WEB, limit=2)
        assert [one.id for one in found] == [done[2], done[1]]
        assert await work.outbox.to_person(PersonId(4711), Platform.WEB, limit=2) == []


async def test_a_pace_gives_one_slot_per_interval_to_all(store: SqlStore, other_store: SqlStore) -> None:
    second = timedelta(seconds=1)
    async with store.write() as work:
        assert await work.outbox.take_slot("slack:C1", second, NOW) is None
    async with other_store.write() as work:
        assert await work.outbox.take_slot("slack:C1", second, NOW) == NOW + second
        assert await work.outbox.take_slot("slack:C2", second, NOW) is None
        almost = NOW + second - timedelta(microseconds=1)
        assert await work.outbox.take_slot("slack:C1", second, almost) == NOW + second
    async with store.write() as work:
        assert await work.outbox.take_slot("slack:C1", second, NOW + second) is None
        assert await work.outbox.take_slot("slack:C1", second, NOW + second) == NOW + 2 * second


async def test_a_clock_that_is_set_back_holds_a_pace_for_one_interval_only(store: SqlStore) -> None:
    second, hour = timedelta(seconds=1), timedelta(hours=1)
    async with store.write() as work:
        assert await work.outbox.take_slot("slack:C1", second, NOW + hour) is None
    async with store.write() as work:
        assert await work.outbox.take_slot("slack:C1", second, NOW) == NOW + second
    async with store.write() as work:
        assert await work.outbox.take_slot("slack:C1", second, NOW + second) is None
        assert await work.outbox.take_slot("slack:C1", second, NOW + second) == NOW + 2 * second


@pytest.mark.parametrize(
    ("intent", "state", "is_underway"),
    [
        (Intent.MESSAGE, DeliveryState.PENDING, True),
        (Intent.MESSAGE, DeliveryState.DEAD, True),
        (Intent.MESSAGE, DeliveryState.PARKED, True),
        (Intent.MESSAGE, DeliveryState.DONE, False),
        (Intent.MESSAGE, DeliveryState.SKIPPED, False),
        (Intent.REACTIONS, DeliveryState.PENDING, False),
    ],
)
async def test_a_message_is_underway_until_everybody_has_it(
    store: SqlStore, intent: Intent, state: DeliveryState, is_underway: bool
) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        said = [
            (await work.messages.add(ticket.id, ann.id, MessageKind.REPLY, Text.of("x"), NOW, origin=None)).id
            for _ in range(2)
        ]
        new = NewDelivery(address=A, intent=intent, ticket=ticket.id, message=said[0])
        added = await work.outbox.add(new, key="0" * 24, event=None, at=NOW)
        await lease(work)
        match state:
            case DeliveryState.DONE:
                assert await work.outbox.done(added, ME, receipt=None, at=NOW)
            case DeliveryState.SKIPPED:
                assert await work.outbox.skip(added, ME, reason="", at=NOW)
            case DeliveryState.DEAD | DeliveryState.PARKED:
                await give_up(work, added, state)
        assert await work.outbox.is_underway(said[0]) is is_underway
        assert not await work.outbox.is_underway(said[1])
