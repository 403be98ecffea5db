"""Two things at once, in two processes of one desk, on both databases: whichever is first, what is left is whole."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace

import pytest

from adapters.sql.store import SqlStore
from core.commands import (
    AcceptOffer,
    ClaimTicket,
    Command,
    HandOver,
    PassOffer,
    ResolveTicket,
    SetCapacity,
    SetDuty,
)
from core.errors import Clash, Refusal
from core.model.duty import DutyState
from core.model.ids import TicketId
from core.model.outbox import Intent, ToPerson
from core.model.people import Platform
from core.storage import Outcome
from tests.fakes.offers import alone, asked, backlog, carry, holder, offer_timers, offering, ring
from tests.fakes.office import MINUTE, Office

FIVE = 5 * MINUTE


@pytest.fixture
def desk(any_office: Office) -> Office:
    """An office whose academics take turns."""
    any_office.use(offering(any_office.desk))
    return any_office


@pytest.fixture
def other(desk: Office, other_store: SqlStore) -> Office:
    """The same desk, as another process runs it."""
    made = Office(other_store, desk.desk)
    made.clock = desk.clock
    made.people = desk.people
    made.keys = desk.keys
    made.use(desk.desk)
    return made


async def tried(doing: Awaitable[Outcome | int]) -> Outcome | int | Refusal:
    try:
        return await doing
    except Refusal as refusal:
        return refusal


async def at_once(*doing: Awaitable[Outcome | int]) -> list[Outcome | int | Refusal]:
    return list(await asyncio.gather(*(tried(one) for one in doing)))


def refused(results: list[Outcome | int | Refusal]) -> list[Refusal]:
    return [result for result in results if isinstance(result, Refusal)]


async def is_whole(desk: Office, ticket: TicketId) -> None:
    """Nobody has a ticket and is asked to take it; who is asked has a timer, and it goes with the offer."""
    found = await desk.ticket(ticket)
    assert found.assignee is None or found.offered_to is None
    assert (found.offered_to is None) == (found.offered_until is None)
    assert await offer_timers(desk, ticket) == ([] if found.offered_until is None else [found.offered_until])


async def test_of_two_tickets_that_open_at_once_the_last_place_is_given_to_one(desk: Office, other: Office) -> None:
    await alone(desk, "asha")
    await carry(desk, "asha", 1)
    tickets = await asyncio.gather(desk.open("sam"), other.open("kim", "Where is the hall?"))
    assert sorted([await asked(desk, one) or "" for one in tickets]) == ["", "asha"]
    for ticket in tickets:
        await is_whole(desk, ticket)
    assert {(await desk.kinds(one))[-1] for one in tickets} == {"NobodyToOffer", "TicketOffered"}


async def test_many_tickets_at_once_bring_nobody_over_their_capacity(desk: Office, other: Office) -> None:
    await alone(desk, "asha", "abe")
    await carry(desk, "asha", 2)
    await carry(desk, "abe", 1)
    titles = ["Where is it?", "Who is there?", "When is that?", "What is this?"]
    opening = [one.open(who, title) for title in titles for one, who in ((desk, "sam"), (other, "kim"))]
    given = [await asked(desk, one) for one in await asyncio.gather(*opening)]
    assert sorted(who for who in given if who is not None) == ["abe", "asha", "asha"]


async def test_to_accept_and_to_run_out_of_time_at_once_leaves_one_of_the_two(desk: Office, other: Office) -> None:
    for _ in range(4):
        ticket = await desk.open()
        first = await asked(desk, ticket)
        assert first is not None
        desk.clock.advance(FIVE)
        results = await at_once(desk.do(AcceptOffer(ticket=ticket), first), ring(other))
        await is_whole(desk, ticket)
        if refused(results):
            assert await asked(desk, ticket) not in (None, first)
            await desk.do(ResolveTicket(ticket=ticket), "lee")
        else:
            assert (await holder(desk, ticket), (await desk.kinds(ticket)).count("OfferPassed")) == (first, 0)


async def test_of_two_who_take_it_at_once_one_has_it_and_the_other_is_told_who(desk: Office, other: Office) -> None:
    ticket = await desk.open()
    results = await at_once(desk.do(AcceptOffer(ticket=ticket), "asha"), other.do(ClaimTicket(ticket=ticket), "abe"))
    [refusal] = refused(results)
    assert isinstance(refusal, Clash)
    has_it = await holder(desk, ticket)
    assert has_it in ("asha", "abe")
    assert {"asha": "Asha Agent", "abe": "Abe Academic"}[has_it] in str(refusal)
    await is_whole(desk, ticket)


async def test_passed_twice_at_once_it_goes_on_once(desk: Office, other: Office) -> None:
    ticket = await desk.open()
    results = await at_once(*(one.do(PassOffer(ticket=ticket), "asha") for one in (desk, other)))
    assert len(refused(results)) == 1
    assert await asked(desk, ticket) == "abe"
    assert (await desk.kinds(ticket)).count("OfferPassed") == 1
    await is_whole(desk, ticket)


async def test_two_processes_that_tick_at_once_let_an_offer_run_out_once(desk: Office, other: Office) -> None:
    tickets = [await desk.open(title=f"{n} and {n}") for n in range(6)]
    desk.clock.advance(FIVE)
    await at_once(ring(desk), ring(other))
    for ticket in tickets:
        kinds = await desk.kinds(ticket)
        assert (kinds.count("OfferPassed"), kinds.count("TicketOffered")) == (1, 2)
        await is_whole(desk, ticket)


async def test_two_processes_that_drain_at_once_ask_one_agent_for_each_ticket(desk: Office, other: Office) -> None:
    await alone(desk)
    tickets = [await desk.open(title=f"{n} and {n}") for n in range(6)]
    await carry(desk, "asha", 4)
    async with desk.store.write() as work:
        asha = await work.people.get(desk.people["asha"])
        assert asha is not None
        assert asha.duty is not None
        await work.people.set_duty(asha.id, replace(asha.duty, state=DutyState.AVAILABLE))
    await at_once(backlog(desk).drain(), backlog(other).drain())
    assert [await asked(desk, one) for one in tickets] == ["asha"] * 4 + [None] * 2
    for ticket in tickets:
        await is_whole(desk, ticket)
        assert (await desk.kinds(ticket)).count("TicketOffered") <= 1


@pytest.mark.parametrize("first", ["desk", "other"])
async def test_whoever_goes_away_while_they_are_being_asked_is_asked_no_longer_after_the_next_tick(
    desk: Office, other: Office, first: str
) -> None:
    await alone(desk, "asha")
    doing: list[Awaitable[Outcome | TicketId]] = [
        desk.open(),
        other.do(SetDuty(state=DutyState.AWAY), "asha"),
    ]
    results = await asyncio.gather(*(doing if first == "desk" else reversed(doing)))
    [ticket] = [result for result in results if not isinstance(result, Outcome)]
    await ring(desk)
    assert await asked(desk, ticket) is None
    assert (await desk.kinds(ticket))[-1] == "NobodyToOffer"
    await is_whole(desk, ticket)


@pytest.mark.parametrize("command", [ResolveTicket, ClaimTicket])
async def test_what_is_over_or_taken_as_its_time_runs_out_is_offered_to_nobody(
    desk: Office, other: Office, command: type[Command]
) -> None:
    ticket = await desk.open()
    desk.clock.advance(FIVE)
    await at_once(ring(desk), other.do(command(ticket=ticket), "lee"))  # type: ignore[call-arg]  # both take one
    assert (await asked(desk, ticket), await holder(desk, ticket)) == (None, "lee")
    await is_whole(desk, ticket)


async def test_a_ticket_handed_over_twice_at_once_is_handed_over_once(desk: Office, other: Office) -> None:
    ticket = await desk.open()
    await desk.do(AcceptOffer(ticket=ticket), "asha")
    results = await at_once(*(one.do(HandOver(ticket=ticket), "asha") for one in (desk, other)))
    assert len(refused(results)) == 1
    assert (await desk.kinds(ticket)).count("TicketHandedOver") == 1
    await is_whole(desk, ticket)


async def test_a_word_of_a_lead_and_of_the_agent_at_once_leave_both_their_traces(desk: Office, other: Office) -> None:
    asha = desk.people["asha"]
    await at_once(desk.do(SetDuty(state=DutyState.AWAY), "asha"), other.do(SetCapacity(person=asha, capacity=3), "lee"))
    found = await desk.person("asha")
    assert found.duty is not None
    assert (found.duty.state, found.capacity) == (DutyState.AWAY, 3)


async def test_nobody_is_written_to_twice_for_one_offer(desk: Office, other: Office) -> None:
    tickets = [await desk.open(title=f"{n} and {n}") for n in range(4)]
    desk.clock.advance(FIVE)
    await at_once(ring(desk), ring(other), backlog(desk).drain(), backlog(other).drain())
    for ticket in tickets:
        to = [
            one.address.person
            for one in await desk.owed()
            if one.ticket == ticket
            and one.intent is Intent.PING
            and isinstance(one.address, ToPerson)
            and one.address.platform is Platform.WEB
        ]
        assert len(to) == len(set(to)) == 2
