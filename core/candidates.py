"""Who of a team can be asked to take a ticket now: reads, for those who ask and for the look at what waits."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.model.desk import Assignment, Desk, Team
from core.model.ids import PersonId
from core.model.people import Person
from core.model.ticket import Ticket
from core.policy import Action, may
from core.rules.assignment import WEIGHT, Candidate, load_of, rank
from core.rules.duty import is_on_duty
from core.rules.offers import Round, are_alike, is_skilled
from core.storage import UnitOfWork

SOLVED_SINCE = timedelta(days=90)
"""How far back a solved ticket tells that somebody knows about such things."""
_SOLVED = 200
"""Tickets that are compared at most."""


@dataclass(frozen=True, slots=True)
class Agent:
    """Somebody of a team who is on duty, with what they carry."""

    person: Person
    load: float
    capacity: float
    """The load that they carry at most."""

    def has_room_for(self, weight: float) -> bool:
        return self.load + weight <= self.capacity


def assigns_itself(team: Team | None) -> bool:
    """Whether the team's tickets are offered. A team that bot.toml no longer has assigns by hand."""
    return team is not None and team.assignment is not Assignment.MANUAL


def capacity_of(person: Person, team: Team) -> float:
    return float(team.capacity if person.capacity is None else person.capacity)


async def agents_of(
    team: Team, people: Sequence[Person], desk: Desk, now: datetime, work: UnitOfWork
) -> Sequence[Agent]:
    """Those of ``people`` who are on duty for ``team`` at ``now``."""
    there = [person for person in people if is_on_duty(person, team.key, desk, now)]
    carried = await work.workload.carried([person.id for person in there]) if there else {}
    return [Agent(person, load_of(carried.get(person.id, ())), capacity_of(person, team)) for person in there]


def can_be_asked(person: Person, ticket: Ticket, team: Team, so_far: Round, desk: Desk, now: datetime) -> bool:
    """Whether ``person``, who is on duty, may take the ticket, answers such ones, and has not left it already. Nobody
    answers themselves."""
    return (
        person.id != ticket.requester
        and is_skilled(person, team, ticket.category)
        and not so_far.is_left_out(person, now)
        and may(Action.CLAIM, person, ticket, desk, now)
    )


async def whom_to_ask(
    ticket: Ticket, team: Team, so_far: Round, desk: Desk, now: datetime, work: UnitOfWork
) -> Sequence[PersonId]:
    """The agents who can be asked and have room for it, in the order in which they are."""
    weight = WEIGHT[ticket.priority]
    agents = [
        agent
        for agent in await agents_of(team, await work.people.staff(), desk, now, work)
        if agent.has_room_for(weight) and can_be_asked(agent.person, ticket, team, so_far, desk, now)
    ]
    if len(agents) < 2:
        return [agent.person.id for agent in agents]
    given = await work.workload.given_at([agent.person.id for agent in agents])
    solved = await _solved_alike(ticket, now, work)
    known = so_far.holder or await work.workload.last_agent(ticket.requester, ticket.category, but=ticket.id)
    candidates = [
        Candidate(
            person=agent.person.id,
            load=agent.load,
            capacity=agent.capacity,
            last_given_at=given.get(agent.person.id),
            knows_requester=agent.person.id == known,
            solved_alike=solved[agent.person.id],
        )
        for agent in agents
    ]
    return rank(team.assignment, candidates, weight)


async def _solved_alike(ticket: Ticket, now: datetime, work: UnitOfWork) -> Counter[PersonId]:
    """How many like it each agent solved lately."""
    solved = await work.workload.lately_solved(ticket.category, now - SOLVED_SINCE, limit=_SOLVED)
    return Counter(one.by for one in solved if are_alike(ticket.title, ticket.tags, one.title, one.tags))
