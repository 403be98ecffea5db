"""What goes to the alert spaces: many alerts told by one card, and what a space was sent."""

from adapters.sql.store import SqlStore
from core.model.outbox import DeliveryState, Intent, NewDelivery, ToSpace
from tests.contract.leasing import ME, A, B, lease, leased_ids
from tests.contract.samples import MINUTE, NOW, a_delivery, state_of


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
