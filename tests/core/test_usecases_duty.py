"""When people work and how much they carry: by their own word, by a lead's, and what follows from it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.commands import AcceptOffer, Acknowledge, GrantRole, SetCapacity, SetDuty
from core.errors import NoSuchPerson, NotActive, NotAllowed
from core.events import CapacitySet, DutyChanged, OfferPassed
from core.model.duty import Duty, DutyState, Shift
from core.model.ids import PersonId
from core.model.people import Role, Standing
from core.usecases.duty import CapacityOutOfRange, NoAgent, UntilIsOver
from tests.fakes.offers import alone, asked, backlog, offer_timers, offering, ring
from tests.fakes.office import DAY, HOUR, MINUTE, OPERATOR, Office

AVAILABLE, AWAY = DutyState.AVAILABLE, DutyState.AWAY


@pytest.fixture
def desk(office: Office) -> Office:
    """An office whose academics take turns."""
    office.use(offering(office.desk))
    return office


# --- saying so -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [AVAILABLE, AWAY])
@pytest.mark.parametrize("hours", [None, 2])
async def test_what_an_agent_says_of_their_duty_is_kept_and_in_the_audit(
    office: Office, state: DutyState, hours: int | None
) -> None:
    until = None if hours is None else office.clock.now() + hours * HOUR
    await office.do(SetDuty(state=state, until=until), "asha")
    assert (await office.person("asha")).duty == Duty(state=state, since=office.clock.now(), until=until)
    [record] = office.told[-1].records
    assert record.event == DutyChanged(person=office.people["asha"], state=state, until=until)
    assert record.actor == office.people["asha"]


async def test_the_last_word_counts(office: Office) -> None:
    await office.do(SetDuty(state=AWAY, until=office.clock.now() + HOUR), "asha")
    office.clock.advance(MINUTE)
    await office.do(SetDuty(state=AVAILABLE), "asha")
    assert (await office.person("asha")).duty == Duty(state=AVAILABLE, since=office.clock.now())


@pytest.mark.parametrize("state", [AVAILABLE, AWAY])
async def test_who_goes_by_their_shifts_again_says_nothing_of_their_duty(office: Office, state: DutyState) -> None:
    await office.do(SetDuty(state=state), "asha")
    await office.do(SetDuty(state=None), "asha")
    assert (await office.person("asha")).duty is None
    [record] = office.told[-1].records
    assert record.event == DutyChanged(person=office.people["asha"], state=None, until=None)
    await office.do(SetDuty(state=None), "asha")
    assert (await office.person("asha")).duty is None


async def test_a_lead_says_it_for_others_and_an_agent_does_not(office: Office) -> None:
    asha = office.people["asha"]
    for command in (SetDuty(person=asha, state=AWAY), SetCapacity(person=asha, capacity=3)):
        with pytest.raises(NotAllowed, match="set somebody else's duty: a lead or an admin can"):
            await office.do(command, "abe")
        await office.do(command, "lee")
        await office.do(command, "asha")
    found = await office.person("asha")
    assert (found.duty, found.capacity) == (Duty(state=AWAY, since=office.clock.now()), 3)
    assert office.told[-1].records[0].event == CapacitySet(person=asha, capacity=3)


@pytest.mark.parametrize("command", [SetDuty(state=AWAY), SetCapacity(capacity=3)])
async def test_a_student_and_a_suspended_agent_have_no_duty(office: Office, command: SetDuty | SetCapacity) -> None:
    with pytest.raises(NotAllowed, match="go on or off duty: the support staff can"):
        await office.do(command, "sam")
    await office.stand("asha", Standing.SUSPENDED)
    with pytest.raises(NotActive):
        await office.do(command, "asha")


@pytest.mark.parametrize("who", ["ada", "sam"])
async def test_whoever_answers_for_no_team_is_neither_on_duty_nor_away(office: Office, who: str) -> None:
    with pytest.raises(NoAgent, match="answers for no team"):
        await office.do(SetDuty(person=office.people[who], state=AWAY), "ada")
    with pytest.raises(NoAgent):
        await office.do(SetCapacity(person=office.people[who], capacity=1), "ada")


async def test_nobody_the_desk_does_not_know_is_given_a_duty(office: Office) -> None:
    with pytest.raises(NoSuchPerson):
        await office.do(SetDuty(person=PersonId(4711), state=AWAY), "lee")


@pytest.mark.parametrize("ago", [timedelta(0), MINUTE])
async def test_a_time_that_is_over_is_refused(office: Office, ago: timedelta) -> None:
    with pytest.raises(UntilIsOver, match="over already"):
        await office.do(SetDuty(state=AWAY, until=office.clock.now() - ago), "asha")
    assert (await office.person("asha")).duty is None


@pytest.mark.parametrize("capacity", [3, 1000, None])
async def test_a_capacity_is_kept(office: Office, capacity: int | None) -> None:
    await office.do(SetCapacity(capacity=7), "asha")
    await office.do(SetCapacity(capacity=capacity), "asha")
    assert (await office.person("asha")).capacity == capacity


@pytest.mark.parametrize("capacity", [-1, 0, 2, 1001, 10**9])
async def test_a_capacity_out_of_range_is_refused(office: Office, capacity: int) -> None:
    with pytest.raises(
        CapacityOutOfRange,
        match="An urgent ticket counts 3, so with less nobody could be given one: a capacity is from 3 to 1000",
    ):
        await office.do(SetCapacity(capacity=capacity), "asha")


# --- what follows ----------------------------------------------------------------------------------------------------


async def test_what_somebody_was_asked_goes_on_at_once_when_their_shifts_say_that_they_are_off(desk: Office) -> None:
    shifts = (Shift(team="academics", who=("asha@example.com",), week={}),)
    desk.use(replace(desk.desk, shifts=shifts))
    await alone(desk, "asha")
    await desk.do(SetDuty(state=AVAILABLE), "asha")
    ticket = await desk.open()
    assert await asked(desk, ticket) == "asha"
    await desk.do(SetDuty(state=None), "asha")
    await ring(desk)
    assert await asked(desk, ticket) is None


async def test_what_somebody_was_asked_goes_on_at_once_when_they_go_away(desk: Office) -> None:
    ticket = await desk.open()
    desk.clock.advance(MINUTE)
    await desk.do(SetDuty(state=AWAY), "asha")
    assert await offer_timers(desk, ticket) == [desk.clock.now()]
    assert await ring(desk) == 1
    assert await asked(desk, ticket) == "abe"
    passed = (await desk.records(ticket))[-2]
    assert passed.event == OfferPassed(ticket=ticket, person=desk.people["asha"], late=False)
    assert passed.actor is None


async def test_all_that_somebody_was_asked_goes_on_by_a_leads_word_too(desk: Office) -> None:
    await alone(desk, "asha")
    tickets = [await desk.open() for _ in range(3)]
    async with desk.store.write() as work:
        await work.people.set_duty(desk.people["wen"], Duty(state=AVAILABLE, since=desk.clock.now()))
    await desk.do(SetDuty(person=desk.people["asha"], state=AWAY), "lee")
    await ring(desk)
    assert [await asked(desk, ticket) for ticket in tickets] == ["wen"] * 3


async def test_whoever_is_back_before_it_went_on_is_asked_still_and_until_the_same_time(desk: Office) -> None:
    ticket = await desk.open()
    ends = desk.clock.now() + 5 * MINUTE
    desk.clock.advance(MINUTE)
    await desk.do(SetDuty(state=AWAY), "asha")
    await desk.do(SetDuty(state=AVAILABLE), "asha")
    await ring(desk)
    assert await asked(desk, ticket) == "asha"
    assert await offer_timers(desk, ticket) == [ends]


async def test_whoever_goes_away_may_still_take_what_they_are_asked_until_it_went_on(desk: Office) -> None:
    ticket = await desk.open()
    await desk.do(SetDuty(state=AWAY), "asha")
    await desk.do(AcceptOffer(ticket=ticket), "asha")
    assert await ring(desk) == 0
    assert (await desk.ticket(ticket)).assignee == desk.people["asha"]


async def test_to_say_that_one_is_available_lets_nothing_go(desk: Office) -> None:
    ticket = await desk.open()
    ends = desk.clock.now() + 5 * MINUTE
    await desk.do(SetDuty(state=AVAILABLE), "asha")
    assert await offer_timers(desk, ticket) == [ends]


async def test_nobody_is_asked_who_is_away_and_everybody_again_when_the_time_is_over(desk: Office) -> None:
    await alone(desk)
    await desk.do(SetDuty(state=AWAY, until=desk.clock.now() + HOUR), "asha")
    ticket = await desk.open()
    assert await asked(desk, ticket) is None
    desk.clock.advance(HOUR)
    assert await backlog(desk).drain() == 1
    assert await asked(desk, ticket) == "asha"


async def test_available_that_was_said_without_an_end_lasts_for_half_a_day(desk: Office) -> None:
    await alone(desk)
    await desk.do(SetDuty(state=AVAILABLE), "asha")
    desk.clock.advance(timedelta(hours=12) - MINUTE)
    assert await asked(desk, await desk.open()) == "asha"


async def test_an_agent_on_duty_acknowledges_and_one_who_is_away_does_not(office: Office) -> None:
    """By the table of rights; nothing escalates here, so that the one who may is told so."""
    ticket = await office.open()
    await office.do(SetDuty(state=AWAY, until=office.clock.now() + DAY), "asha")
    with pytest.raises(NotAllowed, match="acknowledge alerts"):
        await office.do(Acknowledge(ticket=ticket), "asha")


async def test_a_role_that_somebody_gets_lets_them_be_asked(desk: Office) -> None:
    await alone(desk)
    ticket = await desk.open()
    await desk.do(GrantRole(person=desk.people["kim"], role=Role.AGENT, team="academics"), OPERATOR)
    assert await backlog(desk).drain() == 1
    assert await asked(desk, ticket) == "kim"
