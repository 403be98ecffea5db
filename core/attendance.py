"""Who is there and who carries what: reads for those who plan the day, and for whom they set."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from core.candidates import capacity_of
from core.cards.card import Card, Reader
from core.cards.duty import DutyView, LoadView, TurnView, set_card
from core.events import DutyChanged, Record
from core.model.desk import Desk, Team
from core.model.people import Person
from core.model.ticket import LIVE, Priority, Ticket
from core.policy import sight_of
from core.rules.assignment import load_of
from core.rules.duty import duty_changes_at, is_on_duty, next_duty, word_ends
from core.rules.roster import gaps
from core.storage import Order, TicketQuery, UnitOfWork

AHEAD = timedelta(days=7)
"""How far gaps are looked for."""
MOST = 200
"""Of one agent's own tickets."""


def teams_of(person: Person, desk: Desk) -> Sequence[Team]:
    """Those that the person answers for or leads; all where there is none."""
    theirs = [team for key, team in desk.teams.items() if person.serves(key) or person.leads(key)]
    return theirs or list(desk.teams.values())


async def had_by(person: Person, desk: Desk, work: UnitOfWork) -> Sequence[Ticket]:
    """The live tickets that the person has: the most urgent first, then the oldest."""
    theirs = TicketQuery(
        sight=sight_of(person, desk),
        assignees=frozenset({person.id}),
        statuses=LIVE,
        order=Order.QUEUE,
        limit=MOST,
    )
    return await work.tickets.find(theirs)


async def loads(team: Team, desk: Desk, now: datetime, work: UnitOfWork) -> Sequence[LoadView]:
    agents = await _agents(team, work)
    carried = await work.workload.carried([agent.id for agent in agents])
    views = []
    for agent in agents:
        priorities = carried.get(agent.id, ())
        offered = len(await work.workload.offered_to(agent.id))
        view = LoadView(
            person=agent,
            load=load_of(priorities),
            capacity=capacity_of(agent, team),
            open=len(priorities) - offered,
            offered=offered,
            urgent=Counter(priorities)[Priority.URGENT],
            is_on_duty=is_on_duty(agent, team.key, desk, now),
            changes_at=duty_changes_at(agent, team.key, desk, now),
        )
        views.append(view)
    return views


async def duty_of(team: Team, desk: Desk, now: datetime, work: UnitOfWork) -> DutyView:
    agents = await _agents(team, work)
    there = [agent for agent in agents if is_on_duty(agent, team.key, desk, now)]
    later = [(agent.name, next_duty(agent, team.key, desk, now)) for agent in agents if agent not in there]
    coming = [(name, at) for name, at in later if at is not None]
    return DutyView(
        team=team,
        now=[(agent.name, duty_changes_at(agent, team.key, desk, now)) for agent in there],
        next=sorted(coming, key=lambda one: one[1]),
        gaps=gaps(agents, team.key, desk, now, now + AHEAD),
    )


async def duty_set(record: Record, person: Person | None, desk: Desk, reader: Reader, work: UnitOfWork) -> Card | str:
    """What somebody is told of their duty that a lead set; or why nobody needs to read it any more."""
    event = record.event
    if not isinstance(event, DutyChanged) or person is None:
        return "whose duty it was is not there any more"
    said = person.duty
    is_so = said is None if event.state is None else said is not None and said.since == record.at
    if not is_so:
        return "it was set anew since"
    until = word_ends(said) if said is not None else None
    if until is not None and until <= reader.now:
        return "it is over"
    by = await work.people.named([record.actor]) if record.actor is not None else {}
    return set_card(next(iter(by.values()), "?"), event.state, until, desk, reader)


def turns_of(person: Person, desk: Desk, now: datetime) -> Sequence[TurnView]:
    """What the shifts say of ``person`` at ``now``, by team."""
    return [
        TurnView(
            team=team,
            is_on_duty=is_on_duty(person, team.key, desk, now),
            changes_at=duty_changes_at(person, team.key, desk, now),
        )
        for team in desk.teams.values()
        if person.serves(team.key)
    ]


async def _agents(team: Team, work: UnitOfWork) -> Sequence[Person]:
    return [person for person in await work.people.staff() if person.may_act and person.serves(team.key)]
