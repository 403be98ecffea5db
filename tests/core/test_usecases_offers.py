"""A team that assigns by itself asks one agent after the other."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.commands import (
    AcceptOffer,
    ClaimTicket,
    CloseTicket,
    OfferWaiting,
    PassOffer,
    ReopenTicket,
    ResolveTicket,
    SetPriority,
)
from core.errors import AlreadyClaimed, AlreadyYours, NoSuchTicket, NotAllowed
from core.events import (
    NobodyToOffer,
    OfferPassed,
    StatusChanged,
    TicketAssigned,
    TicketClaimed,
    TicketOffered,
    TicketOpened,
)
from core.model.desk import Assignment
from core.model.duty import DutyState
from core.model.people import Platform, Standing
from core.model.thread import MessageKind
from core.model.ticket import Priority, Status
from core.rules.offers import PASS_LASTS
from core.usecases.offers import NothingToPass, OfferIsOver
from tests.fakes.offers import AGENTS, alone, asked, backlog, carry, holder, offer_timers, offering, ring, said
from tests.fakes.office import DAY, MINUTE, SYSTEM, Office

FIVE = 5 * MINUTE


@pytest.fixture
def desk(office: Office) -> Office:
    """An office whose academics take turns."""
    office.use(offering(office.desk))
    return office


# --- asking ----------------------------------------------------------------------------------------------------------


async def test_a_ticket_that_opens_is_offered_to_one_agent_by_the_desk(desk: Office) -> None:
    ticket = await desk.open()
    found = await desk.ticket(ticket)
    assert (found.offered_to, found.offered_until) == (desk.people["asha"], desk.clock.now() + FIVE)
    assert (found.assignee, found.status) == (None, Status.OPEN)
    opened, offered = await desk.records(ticket)
    assert isinstance(opened.event, TicketOpened)
    assert (opened.actor, opened.door) == (desk.people["sam"], Platform.WEB)
    assert offered.event == TicketOffered(ticket=ticket, person=desk.people["asha"])
    assert (offered.actor, offered.door) == (None, Platform.SYSTEM)
    assert await offer_timers(desk, ticket) == [desk.clock.now() + FIVE]


async def test_a_team_that_assigns_by_hand_asks_nobody(office: Office) -> None:
    ticket = await office.open()
    assert await office.kinds(ticket) == ["TicketOpened"]
    assert await office.timers() == []


async def test_a_team_that_was_taken_out_of_the_configuration_asks_nobody(desk: Office) -> None:
    ticket = await desk.open()
    desk.use(replace(desk.desk, teams={}))
    desk.clock.advance(FIVE)
    await ring(desk)
    assert await asked(desk, ticket) is None
    assert (await desk.kinds(ticket))[-2:] == ["OfferPassed", "NobodyToOffer"]


async def test_agents_take_turns(desk: Office) -> None:
    turns = []
    for _ in range(6):
        turns.append(await asked(desk, await desk.open()))
        desk.clock.advance(MINUTE)
    assert turns == ["asha", "abe", "lee", "wen", "asha", "abe"]


async def test_the_least_loaded_agent_is_asked_each_by_their_capacity(office: Office) -> None:
    office.use(offering(office.desk, mode=Assignment.LEAST_LOADED, capacity=10))
    await alone(office, "asha", "abe")
    await carry(office, "abe", 20)
    heavy = await office.open(priority=Priority.URGENT)
    assert await asked(office, heavy) == "asha"
    turns = []
    for _ in range(8):
        office.clock.advance(MINUTE)
        turns.append(await asked(office, await office.open()))
    assert turns == ["abe"] * 6 + ["asha", "abe"]


async def test_whoever_is_full_is_not_asked(desk: Office) -> None:
    await alone(desk, "asha", "abe")
    await carry(desk, "asha", 1)
    await carry(desk, "abe", 0)
    first, second = await desk.open(), await desk.open()
    assert [await asked(desk, first), await asked(desk, second)] == ["asha", None]
    assert (await desk.events(second))[-1] == NobodyToOffer(ticket=second, asked=0)


async def test_an_urgent_ticket_takes_more_room(desk: Office) -> None:
    await alone(desk, "asha")
    await carry(desk, "asha", 2)
    assert await asked(desk, await desk.open(priority=Priority.URGENT)) is None
    assert await asked(desk, await desk.open(priority=Priority.HIGH)) == "asha"


async def test_only_agents_who_answer_the_category_are_asked(desk: Office) -> None:
    skills = {"asha@example.com": frozenset({"forum"}), "abe@example.com": frozenset({"exams"})}
    desk.use(offering(desk.desk, skills=skills))
    await alone(desk, "asha", "abe")
    exams = [await desk.open() for _ in range(2)]
    assert [await asked(desk, one) for one in exams] == ["abe", "abe"]
    assert await asked(desk, await desk.open(category="forum", answers={})) == "asha"


async def test_a_sensitive_ticket_is_offered_to_those_alone_whom_its_category_names(desk: Office) -> None:
    ticket = await desk.open(category="welfare", answers={})
    assert await asked(desk, ticket) == "wen"
    await desk.do(PassOffer(ticket=ticket), "wen")
    assert await asked(desk, ticket) is None
    assert (await desk.events(ticket))[-1] == NobodyToOffer(ticket=ticket, asked=1)


async def test_nobody_is_asked_to_answer_themselves(desk: Office) -> None:
    assert await asked(desk, await desk.open("asha")) == "abe"
    await alone(desk, "asha")
    assert await asked(desk, await desk.open("asha")) is None


async def test_whoever_is_not_on_duty_may_not_act_or_serves_another_team_is_not_asked(desk: Office) -> None:
    await alone(desk, "abe", "lee")
    await desk.stand("lee", Standing.SUSPENDED)
    turns = [await asked(desk, await desk.open()) for _ in range(3)]
    assert turns == ["abe", "abe", "abe"]


async def test_where_the_team_gives_no_time_to_answer_the_agent_has_it_at_once(desk: Office) -> None:
    desk.use(offering(desk.desk, offer_timeout=timedelta(0)))
    ticket = await desk.open()
    found = await desk.ticket(ticket)
    assert (found.assignee, found.status, found.offered_to) == (desk.people["asha"], Status.IN_PROGRESS, None)
    records = await desk.records(ticket)
    assert [record.event for record in records[1:]] == [
        TicketAssigned(ticket=ticket, assignee=desk.people["asha"], previous=None),
        StatusChanged(ticket=ticket, before=Status.OPEN, after=Status.IN_PROGRESS),
    ]
    assert [(record.actor, record.door) for record in records[1:]] == [(None, Platform.SYSTEM)] * 2
    assert await desk.timers() == []
    assert await holder(desk, await desk.open("kim", "Where is the hall?")) == "abe"


# --- the same agent again --------------------------------------------------------------------------------------------


async def test_a_students_next_ticket_of_the_category_is_offered_to_the_agent_who_had_the_last(desk: Office) -> None:
    earlier = await desk.open()
    await desk.do(ClaimTicket(ticket=earlier), "lee")
    await desk.do(ResolveTicket(ticket=earlier), "lee")
    assert await asked(desk, await desk.open()) == "lee"
    assert await asked(desk, await desk.open("kim", "Where is the hall?")) == "abe"
    assert await asked(desk, await desk.open(category="forum", answers={})) == "wen"
    await said(desk, DutyState.AWAY, "lee")
    assert await asked(desk, await desk.open()) == "asha"


async def test_a_ticket_is_offered_to_whoever_solved_ones_like_it(desk: Office) -> None:
    earlier = await desk.open("kim", "Transcript was never posted")
    await desk.do(ClaimTicket(ticket=earlier), "wen")
    await desk.do(ResolveTicket(ticket=earlier), "wen")
    assert await asked(desk, await desk.open(title="When is my transcript posted?")) == "wen"
    assert await asked(desk, await desk.open(title="When is my transcript ready?")) == "abe"
    desk.clock.advance(91 * DAY)
    assert await asked(desk, await desk.open("ada", "Transcript was never posted")) == "lee"


async def test_a_reopened_ticket_goes_back_to_its_agent_where_they_are_on_duty(desk: Office) -> None:
    ticket = await desk.open()
    await desk.do(ClaimTicket(ticket=ticket), "wen")
    await desk.do(ResolveTicket(ticket=ticket), "wen")
    await desk.do(ReopenTicket(ticket=ticket), "sam")
    found = await desk.ticket(ticket)
    assert (found.assignee, found.status, found.offered_to) == (desk.people["wen"], Status.IN_PROGRESS, None)


async def test_a_reopened_ticket_whose_agent_is_away_is_offered_and_to_them_first_once_they_are_back(
    desk: Office,
) -> None:
    ticket = await desk.open()
    await desk.do(ClaimTicket(ticket=ticket), "wen")
    await desk.do(ResolveTicket(ticket=ticket), "wen")
    await alone(desk, "abe")
    await desk.do(ReopenTicket(ticket=ticket), "sam")
    assert ((await desk.ticket(ticket)).status, await asked(desk, ticket)) == (Status.OPEN, "abe")
    await alone(desk)
    await desk.do(PassOffer(ticket=ticket), "abe")
    desk.clock.advance(MINUTE)
    await said(desk, DutyState.AVAILABLE, "asha", "wen")
    await backlog(desk).drain()
    assert await asked(desk, ticket) == "wen"


async def test_in_a_team_that_assigns_by_hand_too_a_reopened_ticket_is_nobodys_where_its_agent_is_away(
    office: Office,
) -> None:
    ticket = await office.open()
    await office.do(ClaimTicket(ticket=ticket), "asha")
    await office.do(CloseTicket(ticket=ticket), "sam")
    await alone(office, "abe")
    await office.do(ReopenTicket(ticket=ticket), "sam")
    found = await office.ticket(ticket)
    assert (found.assignee, found.status) == (None, Status.OPEN)


# --- accepting -------------------------------------------------------------------------------------------------------


async def test_an_accepted_ticket_is_with_the_agent_and_the_offer_is_over(desk: Office) -> None:
    ticket = await desk.open()
    await desk.do(AcceptOffer(ticket=ticket), "asha")
    found = await desk.ticket(ticket)
    assert (found.assignee, found.offered_to, found.offered_until) == (desk.people["asha"], None, None)
    assert await desk.timers() == []
    assert (await desk.events(ticket))[-2:] == [
        TicketClaimed(ticket=ticket, assignee=desk.people["asha"]),
        StatusChanged(ticket=ticket, before=Status.OPEN, after=Status.IN_PROGRESS),
    ]
    with pytest.raises(AlreadyYours):
        await desk.do(AcceptOffer(ticket=ticket), "asha")


async def test_what_went_on_to_somebody_else_is_not_accepted(desk: Office) -> None:
    ticket = await desk.open()
    desk.clock.advance(FIVE)
    await ring(desk)
    with pytest.raises(OfferIsOver, match=f"T-{ticket} is offered to Abe Academic by now"):
        await desk.do(AcceptOffer(ticket=ticket), "asha")
    await desk.do(AcceptOffer(ticket=ticket), "abe")
    with pytest.raises(AlreadyClaimed, match="already with Abe Academic"):
        await desk.do(AcceptOffer(ticket=ticket), "asha")


async def test_a_ticket_that_nobody_is_asked_to_take_any_more_can_still_be_accepted(desk: Office) -> None:
    await alone(desk, "asha")
    ticket = await desk.open()
    desk.clock.advance(FIVE)
    await ring(desk)
    assert await asked(desk, ticket) is None
    await desk.do(AcceptOffer(ticket=ticket), "asha")
    assert await holder(desk, ticket) == "asha"


@pytest.mark.parametrize("command", [AcceptOffer, PassOffer])
async def test_only_staff_answer_an_offer(desk: Office, command: type[AcceptOffer | PassOffer]) -> None:
    ticket = await desk.open()
    with pytest.raises(NotAllowed):
        await desk.do(command(ticket=ticket), "sam")
    with pytest.raises(NoSuchTicket):
        await desk.do(command(ticket=ticket), "kim")


async def test_a_claim_by_another_ends_the_offer(desk: Office) -> None:
    ticket = await desk.open()
    await desk.do(ClaimTicket(ticket=ticket), "pia")
    assert (await asked(desk, ticket), await holder(desk, ticket)) == (None, "pia")
    assert await desk.timers() == []
    with pytest.raises(AlreadyClaimed, match="already with Pia Platform"):
        await desk.do(AcceptOffer(ticket=ticket), "asha")
    with pytest.raises(NothingToPass):
        await desk.do(PassOffer(ticket=ticket), "asha")


async def test_whoever_is_asked_and_answers_instead_has_taken_it(desk: Office) -> None:
    ticket = await desk.open()
    await desk.say(ticket, "asha", "Which course is it?", MessageKind.NOTE)
    assert await asked(desk, ticket) == "asha"
    await desk.say(ticket, "asha", "Which course is it?")
    found = await desk.ticket(ticket)
    assert (found.assignee, found.status) == (desk.people["asha"], Status.IN_PROGRESS)
    assert found.offered_to is None
    assert await desk.timers() == []
    assert (await desk.kinds(ticket))[-1] == "TicketClaimed"
    assert (await desk.records(ticket))[-1].actor == desk.people["asha"]


async def test_an_answer_by_somebody_else_leaves_the_offer_as_it_is(desk: Office) -> None:
    ticket = await desk.open()
    await desk.say(ticket, "abe", "Which course is it?")
    await desk.say(ticket, "sam", "CS1.")
    assert (await asked(desk, ticket), await holder(desk, ticket)) == ("asha", None)


# --- passing and letting the time go by ------------------------------------------------------------------------------


async def test_what_is_passed_goes_to_the_next_and_both_are_written_down(desk: Office) -> None:
    ticket = await desk.open()
    desk.clock.advance(MINUTE)
    await desk.do(PassOffer(ticket=ticket), "asha")
    assert await asked(desk, ticket) == "abe"
    passed, offered = (await desk.records(ticket))[-2:]
    assert passed.event == OfferPassed(ticket=ticket, person=desk.people["asha"], late=False)
    assert passed.actor == desk.people["asha"]
    assert offered.event == TicketOffered(ticket=ticket, person=desk.people["abe"])
    assert offered.actor is None
    assert await offer_timers(desk, ticket) == [desk.clock.now() + FIVE]


async def test_nothing_is_passed_twice_or_by_another(desk: Office) -> None:
    ticket = await desk.open()
    await desk.do(PassOffer(ticket=ticket), "asha")
    for who in ("asha", "lee", "ada"):
        with pytest.raises(NothingToPass, match=f"T-{ticket} is not offered to you"):
            await desk.do(PassOffer(ticket=ticket), who)
    assert (await desk.kinds(ticket)).count("OfferPassed") == 1


async def test_what_is_not_answered_in_time_goes_to_the_next(desk: Office) -> None:
    ticket = await desk.open()
    desk.clock.advance(FIVE - timedelta(seconds=1))
    assert await ring(desk) == 0
    desk.clock.advance(timedelta(seconds=1))
    assert await ring(desk) == 1
    assert await asked(desk, ticket) == "abe"
    assert (await desk.events(ticket))[-2] == OfferPassed(ticket=ticket, person=desk.people["asha"], late=True)


async def test_everybody_is_asked_once_and_then_the_leads_are_told_once(desk: Office) -> None:
    ticket = await desk.open()
    turns = []
    for _ in range(4):
        turns.append(await asked(desk, ticket))
        desk.clock.advance(FIVE)
        await ring(desk)
    assert turns == list(AGENTS)
    assert await asked(desk, ticket) is None
    assert (await desk.events(ticket))[-1] == NobodyToOffer(ticket=ticket, asked=4)
    assert await desk.timers() == []
    await desk.do(OfferWaiting(ticket=ticket), SYSTEM)
    await desk.do(SetPriority(ticket=ticket, priority=Priority.HIGH), "lee")
    assert (await desk.kinds(ticket)).count("NobodyToOffer") == 1
    assert await backlog(desk).drain() == 0


async def test_a_pass_lasts_for_half_a_day(desk: Office) -> None:
    await alone(desk, "asha")
    ticket = await desk.open()
    await desk.do(PassOffer(ticket=ticket), "asha")
    desk.clock.advance(PASS_LASTS - timedelta(seconds=1))
    assert await backlog(desk).drain() == 0
    desk.clock.advance(timedelta(seconds=1))
    assert await backlog(desk).drain() == 1
    assert await asked(desk, ticket) == "asha"
    await desk.do(PassOffer(ticket=ticket), "asha")
    assert (await desk.events(ticket))[-1] == NobodyToOffer(ticket=ticket, asked=1)


async def test_whoever_comes_back_on_duty_is_asked_again_before_that(desk: Office) -> None:
    await alone(desk, "asha")
    ticket = await desk.open()
    await desk.do(PassOffer(ticket=ticket), "asha")
    desk.clock.advance(MINUTE)
    await said(desk, DutyState.AVAILABLE, "asha")
    await backlog(desk).drain()
    assert await asked(desk, ticket) == "asha"


async def test_a_raised_priority_asks_again_where_there_is_somebody_by_now(desk: Office) -> None:
    await alone(desk)
    ticket = await desk.open()
    await alone(desk)
    async with desk.store.write() as work:
        person = await work.people.get(desk.people["abe"])
        assert person is not None and person.duty is not None
        await work.people.set_duty(person.id, replace(person.duty, until=desk.clock.now()))
    await desk.do(SetPriority(ticket=ticket, priority=Priority.LOW), "lee")
    assert await asked(desk, ticket) is None
    await desk.do(SetPriority(ticket=ticket, priority=Priority.HIGH), "lee")
    assert await asked(desk, ticket) == "abe"
