"""To whom a ticket is offered: with room, in turn or by load, and first to whoever knows it."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model.desk import Assignment
from core.model.ids import PersonId
from core.model.ticket import Priority
from core.rules.assignment import ALIKE_SLACK, WEIGHT, Candidate, load_of, rank

MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ASKING = [Assignment.ROUND_ROBIN, Assignment.LEAST_LOADED]


def agent(
    person: int,
    load: float = 0,
    capacity: float = 10,
    *,
    given: int | None = None,
    knows: bool = False,
    alike: int = 0,
) -> Candidate:
    """``given``: how many minutes after nine they were last given one."""
    return Candidate(
        person=PersonId(person),
        load=load,
        capacity=capacity,
        last_given_at=None if given is None else MORNING + timedelta(minutes=given),
        knows_requester=knows,
        solved_alike=alike,
    )


def test_a_load_counts_urgent_tickets_thrice_and_low_ones_half() -> None:
    assert load_of([]) == 0
    assert load_of([Priority.LOW, Priority.NORMAL, Priority.HIGH, Priority.URGENT, Priority.LOW]) == 7
    assert list(WEIGHT) == list(Priority)


@pytest.mark.parametrize(
    ("mode", "candidates", "ranked"),
    [
        (Assignment.ROUND_ROBIN, [], []),
        (Assignment.ROUND_ROBIN, [agent(1, given=5), agent(2, given=3), agent(3, given=4)], [2, 3, 1]),
        (Assignment.ROUND_ROBIN, [agent(1, given=5), agent(2)], [2, 1]),  # who never had one is first
        (Assignment.ROUND_ROBIN, [agent(3), agent(1), agent(2)], [1, 2, 3]),
        (Assignment.ROUND_ROBIN, [agent(1, 9, given=1), agent(2, 0, given=2)], [1, 2]),  # load does not matter
        (Assignment.LEAST_LOADED, [agent(1, 3), agent(2, 1), agent(3, 2)], [2, 3, 1]),
        (Assignment.LEAST_LOADED, [agent(1, 3, 5), agent(2, 5, 20)], [2, 1]),  # by the part that is taken
        (Assignment.LEAST_LOADED, [agent(1, 2, given=5), agent(2, 2, given=3), agent(3, 2)], [3, 2, 1]),
        (Assignment.LEAST_LOADED, [agent(2, 2, given=3), agent(1, 2, given=3)], [1, 2]),
        (Assignment.MANUAL, [agent(1), agent(2, knows=True)], []),
    ],
)
def test_each_mode_asks_in_its_own_order(mode: Assignment, candidates: list[Candidate], ranked: list[int]) -> None:
    assert rank(mode, candidates, 1) == ranked


@pytest.mark.parametrize("mode", ASKING)
@pytest.mark.parametrize(
    ("candidates", "weight", "ranked"),
    [
        ([agent(1, 9)], 1, [1]),
        ([agent(1, 9.5)], 1, []),
        ([agent(1, 9.5)], 0.5, [1]),
        ([agent(1, 8), agent(2, 7)], 3, [2]),
        ([agent(1, 12, knows=True)], 1, []),  # not even who knows the requester
        ([agent(1, 0, 0)], 0.5, []),
        ([agent(1, 0, 0)], 0, []),
        ([agent(1, 0, 2)], 3, []),
    ],
)
def test_nobody_is_asked_to_carry_more_than_they_can(
    mode: Assignment, candidates: list[Candidate], weight: float, ranked: list[int]
) -> None:
    assert rank(mode, candidates, weight) == ranked


@pytest.mark.parametrize("mode", ASKING)
@pytest.mark.parametrize(
    ("candidates", "ranked"),
    [
        ([agent(1, 0), agent(2, 9, given=1, knows=True)], [2, 1]),
        ([agent(1, 5, given=2, knows=True), agent(2, 4, given=1, knows=True)], [2, 1]),
        ([agent(1, 0), agent(2, 2.5, given=1, alike=1)], [2, 1]),  # just within the slack
        ([agent(1, 0), agent(2, 3, given=1, alike=9)], [1, 2]),  # beyond it
        ([agent(1, 0), agent(2, 2, given=1, alike=1), agent(3, 9, given=2, knows=True)], [3, 2, 1]),
        ([agent(1, 1, given=1, alike=1), agent(2, 2, given=2, alike=9)], [1, 2]),  # how many does not matter
    ],
)
def test_who_knows_the_requester_is_asked_first_then_who_solved_ones_like_it(
    mode: Assignment, candidates: list[Candidate], ranked: list[int]
) -> None:
    assert rank(mode, candidates, 1) == ranked


@pytest.mark.parametrize("mode", ASKING)
def test_who_has_no_room_does_not_count_as_the_least_loaded(mode: Assignment) -> None:
    small = agent(1, 0, capacity=1)
    assert rank(mode, [small, agent(2, 5), agent(3, 7, given=1, alike=1)], 2) == [3, 2]


halves = st.integers(0, 40).map(lambda number: number / 2)
weights = st.sampled_from(list(WEIGHT.values()))
modes = st.sampled_from(Assignment)
teams = st.lists(
    st.builds(
        Candidate,
        person=st.integers(1, 50).map(PersonId),
        load=halves,
        capacity=halves,
        last_given_at=st.none() | st.integers(0, 5).map(lambda number: MORNING + timedelta(minutes=number)),
        knows_requester=st.booleans(),
        solved_alike=st.integers(0, 3),
    ),
    max_size=8,
    unique_by=lambda candidate: candidate.person,
)


@given(modes, teams, weights)
def test_everybody_with_room_is_asked_once_and_nobody_else(
    mode: Assignment, team: list[Candidate], weight: float
) -> None:
    asked = rank(mode, team, weight)
    with_room = {one.person for one in team if one.load + weight <= one.capacity}
    assert len(asked) == len(set(asked))
    assert set(asked) == (set() if mode is Assignment.MANUAL else with_room)


@given(modes, teams, weights, st.randoms())
def test_the_order_in_which_they_are_given_does_not_matter(
    mode: Assignment, team: list[Candidate], weight: float, chance: Random
) -> None:
    shuffled = list(team)
    chance.shuffle(shuffled)
    assert rank(mode, shuffled, weight) == rank(mode, team, weight)


@given(teams, weights)
def test_the_first_is_never_much_more_loaded_than_the_least_unless_they_know_the_requester(
    team: list[Candidate], weight: float
) -> None:
    asked = rank(Assignment.LEAST_LOADED, team, weight)
    with_room = {one.person: one for one in team if one.person in asked}
    if asked and not with_room[asked[0]].knows_requester:
        assert with_room[asked[0]].share <= min(one.share for one in with_room.values()) + ALIKE_SLACK


@given(st.integers(1, 6), st.lists(weights, max_size=60))
def test_taking_turns_is_fair_over_a_long_run(size: int, tickets: list[float]) -> None:
    team = {PersonId(number): agent(number, capacity=10**6) for number in range(1, size + 1)}
    given_to: Counter[PersonId] = Counter(dict.fromkeys(team, 0))
    for minute, weight in enumerate(tickets):
        first = rank(Assignment.ROUND_ROBIN, list(team.values()), weight)[0]
        given_to[first] += 1
        team[first] = replace(
            team[first], load=team[first].load + weight, last_given_at=MORNING + timedelta(minutes=minute)
        )
    assert max(given_to.values()) - min(given_to.values()) <= 1


@given(st.lists(st.sampled_from([4, 8, 15, 30]), min_size=1, max_size=6), st.lists(weights, max_size=60))
def test_the_least_loaded_fill_up_evenly_and_nobody_over_capacity(capacities: list[int], tickets: list[float]) -> None:
    team = {PersonId(number): agent(number, capacity=most) for number, most in enumerate(capacities, start=1)}
    for weight in tickets:
        asked = rank(Assignment.LEAST_LOADED, list(team.values()), weight)
        if not asked:
            assert all(one.load + weight > one.capacity for one in team.values())
            continue
        least = min(team[person].share for person in asked)
        assert team[asked[0]].share == least
        team[asked[0]] = replace(team[asked[0]], load=team[asked[0]].load + weight)
    assert all(one.load <= one.capacity for one in team.values())
