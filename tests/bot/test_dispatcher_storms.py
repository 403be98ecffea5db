"""A storm: more alerts for a space in a minute than it is sent one by one."""

from collections import deque
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.storms import APART
from core.cards.card import Card
from core.commands import Acknowledge, ResolveTicket
from core.model.ids import TicketId
from core.model.outbox import DeliveryState, Intent, ToSpace
from core.model.ticket import Priority
from core.ports import Parcel, Retry, Undeliverable, Unknown
from tests.fakes.channels import settle
from tests.fakes.escalations import URGENT, Watch, escalating
from tests.fakes.front import Front
from tests.fakes.office import MINUTE, Office

SECOND = timedelta(seconds=1)
LIMIT = 3


@pytest.fixture
def office(front: Front) -> Office:
    front.office.use(escalating(front.office.desk, URGENT, storm_limit=LIMIT))
    return front.office


@pytest.fixture
def watch(office: Office) -> Watch:
    return Watch(office)


async def burst(office: Office, count: int, priority: Priority = Priority.URGENT, **more: str) -> list[TicketId]:
    return [await office.open(title=f"Trouble {n}", priority=priority, **more) for n in range(1, count + 1)]


def to_space(watch: Watch) -> list[Parcel]:
    return [one for one in watch.channel.taken if one.address == ToSpace("leads")]


def card(parcel: Parcel) -> Card:
    assert isinstance(parcel.content, Card)
    return parcel.content


def refs(parcel: Parcel) -> list[str | None]:
    return [row.ref for row in card(parcel).rows]


def named(tickets: list[TicketId]) -> list[str]:
    return [f"T-{ticket}" for ticket in tickets]


async def quiet(watch: Watch, seconds: int) -> None:
    for _ in range(seconds):
        watch.office.clock.advance(SECOND)
        await watch.deliver()


@pytest.mark.parametrize("priority", [Priority.HIGH, Priority.URGENT], ids=["alerts", "calls"])
async def test_as_many_as_the_limit_go_alone_and_the_rest_in_one_card_that_counts_and_lists(
    watch: Watch, priority: Priority
) -> None:
    tickets = await burst(watch.office, 12, priority)
    await watch.deliver()
    assert len(to_space(watch)) == LIMIT and all(one.ticket is not None for one in to_space(watch))
    await quiet(watch, 19)
    assert len(to_space(watch)) == LIMIT
    await quiet(watch, 1)
    *_, digest = to_space(watch)
    assert len(to_space(watch)) == LIMIT + 1 and digest.ticket is None
    assert card(digest).title == "9 alerts in a minute"
    assert [(one.label, one.url) for one in card(digest).buttons] == [("Open the desk", card(digest).url)]
    assert refs(digest) == named(tickets[LIMIT:])
    states = [one.state for one in await watch.office.owed() if one.address == ToSpace("leads")]
    assert states == [DeliveryState.DONE] * (LIMIT + 1) + [DeliveryState.SKIPPED] * 8


async def test_each_line_says_what_and_who_and_leads_to_where_it_is_acknowledged(watch: Watch) -> None:
    office = watch.office
    await burst(office, LIMIT)
    secret = await office.open(title="SECRET", category="welfare", answers={}, priority=Priority.URGENT)
    high = await office.open(title="Late", priority=Priority.HIGH)
    urgent = await office.open(title="Now", priority=Priority.URGENT)
    await watch.deliver()
    await quiet(watch, 20)
    rows = {row.ref: row for row in card(to_space(watch)[-1]).rows}
    assert set(rows) == set(named([secret, high, urgent]))
    assert rows[f"T-{secret}"].title == "Urgent" and "nobody" not in rows[f"T-{secret}"].detail
    assert rows[f"T-{high}"].title == "High: Late"
    assert rows[f"T-{high}"].url == f"https://desk.example.org/t/T-{high}"
    assert rows[f"T-{urgent}"].title == "Urgent: Now"
    assert rows[f"T-{urgent}"].detail == "with nobody yet · level 1 · open this to acknowledge it"
    assert (rows[f"T-{urgent}"].url or "").startswith("https://desk.example.org/ack/")


async def test_while_it_lasts_there_is_a_card_every_twenty_seconds_and_nothing_is_lost(watch: Watch) -> None:
    tickets = []
    for second in range(50):
        tickets += await burst(watch.office, 1)
        await watch.deliver()
        watch.office.clock.advance(SECOND)
        assert second < 3 or len(to_space(watch)) <= LIMIT + second // 20 + 1
    await quiet(watch, 60)
    told = [f"T-{one.ticket.id}" for one in to_space(watch) if one.ticket is not None]
    told += [ref for one in to_space(watch) for ref in refs(one) if ref is not None]
    assert sorted(told) == sorted(named(tickets))
    assert len(to_space(watch)) <= LIMIT + 4


async def test_after_a_quiet_minute_each_goes_alone_again(watch: Watch) -> None:
    await burst(watch.office, 6)
    await watch.deliver()
    await quiet(watch, 20)
    watch.office.clock.advance(2 * MINUTE)
    [ticket] = await burst(watch.office, 1)
    await watch.deliver()
    *_, last = to_space(watch)
    assert last.ticket is not None and last.ticket.id == ticket


async def test_one_that_waits_alone_stays_itself(watch: Watch) -> None:
    tickets = await burst(watch.office, LIMIT + 1)
    await watch.deliver()
    await quiet(watch, 20)
    *_, last = to_space(watch)
    assert last.ticket is not None and last.ticket.id == tickets[-1]


async def test_what_nobody_needs_any_more_is_not_listed(watch: Watch) -> None:
    office = watch.office
    tickets = await burst(office, LIMIT + 4)
    await watch.deliver()
    await office.do(Acknowledge(ticket=tickets[LIMIT]), "lee")
    await office.do(ResolveTicket(ticket=tickets[LIMIT + 1]), "asha")
    await quiet(watch, 20)
    digest = next(one for one in to_space(watch) if card(one).rows)
    assert (card(digest).title, refs(digest)) == ("2 alerts in a minute", named(tickets[LIMIT + 2 :]))


async def test_where_all_were_acknowledged_there_is_no_card(watch: Watch) -> None:
    tickets = await burst(watch.office, LIMIT + 3)
    await watch.deliver()
    for ticket in tickets:
        await watch.office.do(Acknowledge(ticket=ticket), "lee")
    await quiet(watch, 20)
    assert [one for one in to_space(watch) if one.delivery.intent is Intent.CALL][LIMIT:] == []


@pytest.mark.parametrize("fault", [Retry("busy"), Unknown("the answer was lost")], ids=["refused", "unknown"])
async def test_a_card_that_is_tried_again_lists_the_same(watch: Watch, fault: Exception) -> None:
    """What came meanwhile waits for the next: the space may have the first card already, under the same key."""
    office = watch.office
    tickets = await burst(office, LIMIT + 3)
    await watch.deliver()
    office.clock.advance(APART)
    watch.channel.faults = deque([fault])
    await watch.deliver()
    later = await burst(office, 2)
    await quiet(watch, 5)
    *_, digest = to_space(watch)
    assert refs(digest) == named(tickets[LIMIT:])
    await quiet(watch, 40)
    assert refs(to_space(watch)[-1]) == named(later)


async def test_a_card_that_was_given_up_lists_the_same_when_an_admin_tries_again(watch: Watch) -> None:
    office = watch.office
    tickets = await burst(office, LIMIT + 3)
    await watch.deliver()
    office.clock.advance(APART)
    watch.channel.faults = deque([Undeliverable("the webhook is gone")])
    await watch.deliver()
    [dead] = [one for one in await office.owed() if one.state is DeliveryState.DEAD]
    office.clock.advance(60 * MINUTE)
    async with office.store.write() as work:
        assert await work.outbox.revive(dead.id, office.clock.now())
    await watch.deliver()
    assert refs(to_space(watch)[-1]) == named(tickets[LIMIT:])


async def test_one_that_may_have_been_made_alone_is_not_made_to_tell_others(watch: Watch) -> None:
    office = watch.office
    tickets = await burst(office, LIMIT + 3)
    await watch.deliver()
    async with office.store.write() as work:
        leased = await work.outbox.lease(
            office.clock.now() + APART, owner="dead", until=office.clock.now() + APART, limit=5
        )
    assert [one.ticket for one in leased if one.address == ToSpace("leads")] == [tickets[LIMIT]]
    office.clock.advance(APART)
    await watch.deliver()
    *_, next_ = to_space(watch)
    assert next_.ticket is not None and next_.ticket.id == tickets[LIMIT]
    await quiet(watch, 25)
    assert refs(to_space(watch)[-1]) == named(tickets[LIMIT + 1 :])


async def test_two_processes_fold_what_waits_once(watch: Watch) -> None:
    office, other = watch.office, Watch(watch.office, watch.channel, owner="two")
    tickets = await burst(office, LIMIT + 5)
    for _ in range(25):
        await watch.deliver()
        await other.deliver()
        office.clock.advance(SECOND)
    assert [refs(one) for one in to_space(watch) if card(one).rows] == [named(tickets[LIMIT:])]


async def test_without_a_limit_everything_goes_alone_and_other_spaces_and_persons_are_no_part_of_it(
    watch: Watch,
) -> None:
    office = watch.office
    office.use(replace(office.desk, storm_limit=0))
    await burst(office, 15)
    await settle(watch.dispatcher())
    assert len(to_space(watch)) == 15
