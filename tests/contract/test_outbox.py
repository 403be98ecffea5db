"""The outbox: lanes in order, leases that run out, paces, and what was given up."""

from dataclasses import replace
from datetime import datetime, timedelta

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
from tests.contract.samples import MINUTE, NOW, a_delivery, a_person, a_requester_with_a_ticket, state_of

A, B = ToSpace("a"), ToSpace("b")
ME = "process 1"


async def lease(work: UnitOfWork, at: datetime = NOW, *, owner: str = ME, limit: int = 100) -> list[Delivery]:
    return list(await work.outbox.lease(at, owner=owner, until=at + MINUTE, limit=limit))


async def leased_ids(work: UnitOfWork, at: datetime = NOW, *, owner: str = ME, limit: int = 100) -> list[DeliveryId]:
    return [delivery.id for delivery in await lease(work, at, owner=owner, limit=limit)]


async def give_up(work: UnitOfWork, delivery: DeliveryId, state: DeliveryState = DeliveryState.DEAD) -> None:
    assert await work.outbox.give_up(delivery, ME, state=state, reason="gone", at=NOW)


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


async def test_a_dead_one_steps_aside_and_a_parked_one_holds_its_lane(store: SqlStore) -> None:
    async with store.write() as work:
        a1, a2, b1, b2 = [await a_delivery(work, lane) for lane in (A, A, B, B)]
        assert await leased_ids(work) == [a1, b1]
        await give_up(work, a1)
        await give_up(work, b1, DeliveryState.PARKED)
        assert await leased_ids(work) == [a2]
        assert [one.id for one in await work.outbox.given_up()] == [b1, a1]
        assert [one.id for one in await work.outbox.given_up(limit=1)] == [b1]
        assert (await work.outbox.given_up())[0].reason == "gone"
        assert await state_of(work, b2) is DeliveryState.PENDING


@pytest.mark.parametrize("state", [DeliveryState.DEAD, DeliveryState.PARKED])
async def test_one_that_was_given_up_is_revived_due_now_and_counted_anew(store: SqlStore, state: DeliveryState) -> None:
    async with store.write() as work:
        first, second = await a_delivery(work), await a_delivery(work)
        await lease(work)
        assert not await work.outbox.revive(first, NOW)
        await give_up(work, first, state)
        assert await work.outbox.revive(first, NOW + MINUTE)
        assert not await work.outbox.revive(first, NOW + MINUTE)
        assert not await work.outbox.revive(DeliveryId(4711), NOW)
        [again] = await lease(work, NOW + MINUTE)
        assert (again.id, again.attempts, again.due_at) == (first, 1, NOW + MINUTE)
        assert again.uncertain  # the call that it was given up after may have happened
        assert again.first_attempt_at == NOW
        assert await work.outbox.given_up() == []
        assert await state_of(work, second) is DeliveryState.PENDING


async def test_one_revived_while_a_newer_one_of_its_lane_is_on_its_way_waits_for_that(store: SqlStore) -> None:
    async with store.write() as work:
        old, newer = await a_delivery(work), await a_delivery(work)
        await lease(work)
        await give_up(work, old)
        assert await leased_ids(work) == [newer]
        await work.outbox.revive(old, NOW)
        assert await leased_ids(work) == []
        assert await work.outbox.next_due() == NOW + MINUTE
        await work.outbox.done(newer, ME, receipt=None, at=NOW)
        assert await leased_ids(work) == [old]


async def test_the_newer_ones_expired_lease_gives_way_to_the_revived_one(store: SqlStore) -> None:
    async with store.write() as work:
        old, newer = await a_delivery(work), await a_delivery(work)
        await lease(work)
        await give_up(work, old)
        await lease(work)
        await work.outbox.revive(old, NOW)
        assert await leased_ids(work, NOW + MINUTE) == [old]
        assert await work.outbox.next_due() == NOW + 2 * MINUTE
        await work.outbox.done(old, ME, receipt=None, at=NOW)
        [last] = await lease(work, NOW + 2 * MINUTE)
        assert (last.id, last.uncertain) == (newer, True)


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


async def test_what_is_unfinished_in_a_lane_is_abandoned_whoever_holds_it(store: SqlStore) -> None:
    async with store.write() as work:
        done, dead, held, waiting, other_lane = [await a_delivery(work, lane) for lane in (A, A, A, A, B)]
        await lease(work, limit=1)
        await work.outbox.done(done, ME, receipt=None, at=NOW)
        await lease(work, limit=1)
        await give_up(work, dead)
        await lease(work)
        assert await work.outbox.abandon(A.lane, reason="the thread is gone", at=NOW + MINUTE) == 2
        assert await work.outbox.abandon(A.lane, reason="the thread is gone", at=NOW + MINUTE) == 0
        states = [await state_of(work, one) for one in (done, dead, held, waiting, other_lane)]
        skipped = DeliveryState.SKIPPED
        assert states == [DeliveryState.DONE, DeliveryState.DEAD, skipped, skipped, DeliveryState.PENDING]
        found = await work.outbox.get(held)
        assert found is not None
        assert found.reason == "the thread is gone"
        assert not await work.outbox.done(held, ME, receipt="x", at=NOW)


async def test_a_parked_one_is_abandoned_with_the_lane_that_it_holds(store: SqlStore) -> None:
    async with store.write() as work:
        parked, behind = await a_delivery(work), await a_delivery(work)
        await lease(work)
        await give_up(work, parked, DeliveryState.PARKED)
        assert await work.outbox.abandon("space:leads", reason="gone", at=NOW) == 2
        assert await work.outbox.given_up() == []
        assert await state_of(work, behind) is DeliveryState.SKIPPED


async def test_those_that_struggle_have_failed_before_and_are_tried_again(store: SqlStore) -> None:
    async with store.write() as work:
        made = [await a_delivery(work, ToSpace(str(n))) for n in range(7)]
        untried, first_time, refused, orphan, dead, revived, postponed = made
        leased = {one.id: one for one in await lease(work)}
        assert await work.outbox.struggling() == []
        await work.outbox.postpone(leased[untried], ME, due_at=NOW + 9 * MINUTE)
        await work.outbox.postpone(leased[postponed], ME, due_at=NOW + 9 * MINUTE)
        await work.outbox.retry(refused, ME, due_at=NOW + 9 * MINUTE, reason="429", uncertain=False)
        await give_up(work, dead)
        await give_up(work, revived)
        await work.outbox.revive(revived, NOW + 2 * MINUTE)
        await work.outbox.done(first_time, ME, receipt=None, at=NOW)
        assert [one.id for one in await lease(work, NOW + MINUTE)] == [orphan]
        assert [(one.id, one.reason) for one in await work.outbox.struggling()] == [
            (refused, "429"),
            (orphan, None),
        ]
        assert [one.id for one in await work.outbox.struggling(limit=1)] == [refused]
        await lease(work, NOW + 2 * MINUTE)
        assert [one.id for one in await work.outbox.struggling()] == [refused, orphan, revived]


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


async def test_what_the_alert_spaces_got_is_told_newest_first_but_for_what_was_skipped(store: SqlStore) -> None:
    async with store.write() as work:
        done, dead, skipped, elsewhere, waiting, pending = [
            await a_delivery(work, ToSpace(space))
            for space in ("leads", "platform", "third", "elsewhere", "leads", "leads")
        ]
        await work.outbox.lease(NOW, owner="me", until=NOW + MINUTE, limit=10)
        assert await work.outbox.done(done, "me", receipt=None, at=NOW + MINUTE)
        assert await work.outbox.give_up(dead, "me", state=DeliveryState.DEAD, reason="no such space", at=NOW)
        assert await work.outbox.skip(skipped, "me", reason="answered", at=NOW)
        found = await work.outbox.to_spaces(["leads", "platform", "third"], limit=10)
        assert [one.id for one in found] == [pending, waiting, dead, done]
        assert found[-1].finished_at == NOW + MINUTE
        assert [one.id for one in await work.outbox.to_spaces(["leads"], limit=2)] == [pending, waiting]
        assert await work.outbox.to_spaces([], limit=10) == []
        assert elsewhere not in [one.id for one in found]


async def test_one_alert_tells_all_that_wait_for_the_same_space(store: SqlStore) -> None:
    """But for what was told, what somebody holds, what is no alert, and what is for another space."""
    async with store.write() as work:
        told = await a_delivery(work, A)
        [head] = await lease(work)
        assert await work.outbox.done(told, ME, receipt=None, at=NOW)
        first = await a_delivery(work, A)
        news = await work.outbox.add(NewDelivery(address=A, intent=Intent.ALERT_NEWS), key="n" * 24, event=None, at=NOW)
        call = await work.outbox.add(NewDelivery(address=A, intent=Intent.CALL), key="c" * 24, event=None, at=NOW)
        more, elsewhere = await a_delivery(work, A), await a_delivery(work, B)
        assert await leased_ids(work) == [first, elsewhere]
        assert await work.outbox.fold(first, "a", NOW) == 2
        folded = await work.outbox.folded(first)
        assert [one.id for one in folded] == [call, more]
        assert {(one.state, one.folded_into) for one in folded} == {(DeliveryState.SKIPPED, first)}
        assert [await state_of(work, one) for one in (told, first, news, elsewhere)] == [
            DeliveryState.DONE,
            *[DeliveryState.PENDING] * 3,
        ]
        assert await work.outbox.fold(first, "a", NOW) == 0
        assert head.id == told


async def test_what_a_space_was_sent_lately_counts_alerts_alone(store: SqlStore) -> None:
    async with store.write() as work:
        for minutes, intent in ((1, Intent.ALERT), (2, Intent.ALERT_NEWS), (3, Intent.CALL), (4, Intent.ALERT)):
            new = NewDelivery(address=A, intent=intent)
            added = await work.outbox.add(new, key=f"{minutes:024}", event=None, at=NOW)
            await lease(work)
            assert await work.outbox.done(added, ME, receipt=None, at=NOW + minutes * MINUTE)
        await a_delivery(work, A)
        sent = await work.outbox.sent_since("a", NOW + MINUTE)
        assert sent == [(NOW + 4 * MINUTE, Intent.ALERT), (NOW + 3 * MINUTE, Intent.CALL)]
        assert await work.outbox.sent_since("b", NOW) == []


async def test_what_one_card_told_counts_for_as_many_as_it_told(store: SqlStore) -> None:
    async with store.write() as work:
        head = await a_delivery(work, A)
        for _ in range(3):
            await a_delivery(work, A)
        await lease(work)
        assert await work.outbox.fold(head, "a", NOW) == 3
        assert await work.outbox.sent_since("a", NOW - MINUTE) == []
        assert await work.outbox.done(head, ME, receipt=None, at=NOW + MINUTE)
        assert await work.outbox.sent_since("a", NOW) == [(NOW + MINUTE, Intent.ALERT)] * 4
        assert await work.outbox.sent_since("a", NOW + MINUTE) == []


async def test_a_newer_one_does_not_take_the_place_of_one_that_tells_others_too(store: SqlStore) -> None:
    """Those would be told by nobody."""
    async with store.write() as work:
        head = await a_delivery(work, A, supersede_key="call:1")
        other = await a_delivery(work, A)
        assert await work.outbox.fold(head, "a", NOW) == 1
        await a_delivery(work, A, supersede_key="call:1")
        assert await state_of(work, head) is DeliveryState.PENDING
        assert [one.id for one in await work.outbox.folded(head)] == [other]


async def test_one_card_tells_no_more_than_it_has_room_for_and_calls_first(store: SqlStore) -> None:
    async with store.write() as work:
        head = await a_delivery(work, A)
        alerts = [await a_delivery(work, A) for _ in range(20)]
        call = await work.outbox.add(NewDelivery(address=A, intent=Intent.CALL), key="c" * 24, event=None, at=NOW)
        assert await work.outbox.fold(head, "a", NOW) == 20
        assert {one.id for one in await work.outbox.folded(head)} == {*alerts[:19], call}
        assert await state_of(work, alerts[19]) is DeliveryState.PENDING
