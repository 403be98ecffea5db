"""Two weeks at a desk by the rules alone: nobody is given what they should not be, and no ticket is forgotten.

``python -m bench.term`` does the same for a whole term.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.events import SlaBreached
from core.model.desk import Assignment
from core.model.ids import PersonId
from core.model.sla import SlaClock
from tests.fakes.clock import FakeClock
from tests.fakes.term.case import Agent, Case
from tests.fakes.term.desk import ZONE, term_desk
from tests.fakes.term.floor import Floor
from tests.fakes.term.matters import matters
from tests.fakes.term.term import simulated

TICKETS, WEEKS = 500, 2
NOON = datetime(2026, 3, 24, 12, 0, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
EARLY, LATE, SPECIALIST = PersonId(5), PersonId(6), PersonId(1)
"""Agents: on duty at noon, in the afternoon; and one who answers technical questions only."""


@pytest.mark.parametrize("mode", Assignment)
def test_nobody_is_given_what_they_should_not_be_and_no_ticket_is_forgotten(mode: Assignment) -> None:
    seen = simulated(mode, tickets=TICKETS, weeks=WEEKS)
    assert seen.broken == ()
    assert len(seen.first_responses) == TICKETS
    assert seen.events["TicketResolved"] >= TICKETS  # some are resolved twice
    assert all(rate > 0 for rate in seen.per_hour)


@pytest.mark.parametrize("mode", [Assignment.ROUND_ROBIN, Assignment.LEAST_LOADED])
def test_agents_pass_are_late_and_hand_over_and_every_ticket_is_offered(mode: Assignment) -> None:
    events = simulated(mode, tickets=TICKETS, weeks=WEEKS, seed=2).events
    assert events["TicketOffered"] >= TICKETS
    assert all(events[kind] > 0 for kind in ("OfferPassed", "NobodyToOffer", "TicketHandedOver"))


def test_promises_are_broken_where_too_much_comes_at_once() -> None:
    seen = simulated(Assignment.LEAST_LOADED, tickets=200, weeks=1, seed=3)
    crowded = simulated(Assignment.LEAST_LOADED, tickets=1000, weeks=1, seed=3)
    assert crowded.breaches[SlaClock.FIRST_RESPONSE] > 10 * seen.breaches[SlaClock.FIRST_RESPONSE]
    assert crowded.broken == ()


def test_the_same_seed_gives_the_same_term() -> None:
    one, other = (simulated(Assignment.ROUND_ROBIN, tickets=100, weeks=1, seed=7) for _ in range(2))
    assert one == other
    assert one != simulated(Assignment.ROUND_ROBIN, tickets=100, weeks=1, seed=8)


@pytest.fixture
def floor() -> Floor:
    return Floor(term_desk(Assignment.LEAST_LOADED, WEEKS), FakeClock(NOON), seed=1)


def cases(floor: Floor, category: str, count: int) -> list[Case]:
    coming = (one for one in matters(200, WEEKS, seed=1) if one.category == category)
    return [Case(number, next(coming)) for number in range(1, count + 1)]


def hold(agent: Agent, *held: Case) -> None:
    for case in held:
        agent.take(case, NOON)


def off_duty(floor: Floor) -> None:
    [case] = cases(floor, "exams", 1)
    hold(floor.agents[LATE], case)
    floor.watch.given(floor.agents[LATE], case, NOON)


def over_capacity(floor: Floor) -> None:
    held = cases(floor, "exams", 40)
    hold(floor.agents[EARLY], *held)
    floor.watch.given(floor.agents[EARLY], held[0], NOON)


def unskilled(floor: Floor) -> None:
    [case] = cases(floor, "exams", 1)
    hold(floor.agents[SPECIALIST], case)
    floor.watch.given(floor.agents[SPECIALIST], case, NOON)


def unasked(floor: Floor) -> None:
    floor.watch.looked_over(cases(floor, "exams", 1), floor.agents.values(), Assignment.LEAST_LOADED, NOON)


def forgotten(floor: Floor) -> None:
    floor.watch.ended(cases(floor, "exams", 1), NOON)


def untold(floor: Floor) -> None:
    floor.watch.ended(cases(floor, "exams", 1), NOON + timedelta(days=60))


def told_for_nothing(floor: Floor) -> None:
    [case] = cases(floor, "exams", 1)
    opened_at = case.ticket.opened_at
    [first, *_] = case.clocks(floor.desk.hours, opened_at)
    told = SlaBreached(ticket=case.ticket.id, clock=first.clock, target=int(first.target.total_seconds()))
    case.happened(told, opened_at)
    floor.watch.ended([case], opened_at)


@pytest.mark.parametrize(
    ("slip", "words"),
    [
        (off_duty, "is off duty"),
        (over_capacity, "carries"),
        (unskilled, "does not answer exams"),
        (unasked, "and nobody was asked"),
        (forgotten, "was forgotten: open"),
        (untold, "and told []"),
        (told_for_nothing, "broke [], and told [(<SlaClock.FIRST_RESPONSE"),
    ],
)
def test_what_should_not_be_is_seen(slip: Callable[[Floor], None], words: str, floor: Floor) -> None:
    slip(floor)
    assert any(words in sentence for sentence in floor.watch.broken)
