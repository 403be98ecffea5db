"""Agents come and go: by their shifts, by their own word, and what they leave behind is handed over."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.model.duty import Duty, DutyState
from core.rules.duty import HORIZON, duty_changes_at, is_on_duty, next_duty
from tests.fakes.term.case import Agent
from tests.fakes.term.desk import FIRST_DAY, TEAM, ZONE
from tests.fakes.term.floor import Floor

_BREAK = timedelta(hours=4)
"""Who is back by then keeps what they have."""
_NIGHT = timedelta(hours=20)
"""Who is back by then hands over what they have not answered; whoever stays away longer, all that is their turn."""
_AWAY, _EXTRA = 0.15, 0.3
"""How likely, in a week, an agent is away for a while, or works an evening besides their shifts."""


class Rota:
    def __init__(self, floor: Floor, weeks: int) -> None:
        self._floor = floor
        for agent in floor.agents.values():
            self._check(agent)
            for week in range(weeks):
                self._plan(agent, week)

    def _plan(self, agent: Agent, week: int) -> None:
        chance = self._floor.chance
        if chance.random() < _AWAY:
            begins = _moment(week, chance.randrange(5), 9) + timedelta(minutes=chance.randrange(480))
            self._say(agent, DutyState.AWAY, begins, timedelta(hours=chance.choice([2, 4, 24, 72])))
        if chance.random() < _EXTRA:
            self._say(agent, DutyState.AVAILABLE, _moment(week, chance.randrange(5), 18), timedelta(hours=2))

    def _say(self, agent: Agent, state: DutyState, at: datetime, time_of_it: timedelta) -> None:
        def say() -> None:
            agent.person = replace(agent.person, duty=Duty(state=state, since=at, until=at + time_of_it))
            self._check(agent)
            self._floor.agenda.at(at, self._floor.assigning.look)

        self._floor.agenda.at(at, say, first=True)

    def _check(self, agent: Agent) -> None:
        floor, now = self._floor, self._floor.now
        is_there = is_on_duty(agent.person, TEAM, floor.desk, now)
        if is_there and agent.on_duty_since is None:
            agent.on_duty_since = now
            floor.agenda.at(now, lambda: self._arrived(agent))
        elif not is_there and agent.on_duty_since is not None:
            agent.on_duty_for += now - agent.on_duty_since
            agent.on_duty_since = None
            floor.agenda.at(now, lambda: self._left(agent))
        changes_at = duty_changes_at(agent.person, TEAM, floor.desk, now) or now + HORIZON
        word = agent.person.duty
        floor.agenda.at(changes_at, lambda: self._check(agent) if agent.person.duty is word else None, first=True)

    def _arrived(self, agent: Agent) -> None:
        self._floor.take_up(agent)
        self._floor.assigning.look()

    def _left(self, agent: Agent) -> None:
        floor = self._floor
        back_at = next_duty(agent.person, TEAM, floor.desk, floor.now)
        gone_for = back_at - floor.now if back_at is not None else HORIZON
        floor.assigning.left(agent)
        for case in list(agent.held.values()):
            is_theirs = gone_for <= _BREAK or case is agent.works_on or not case.is_for_staff
            if not is_theirs and (gone_for > _NIGHT or case.ticket.first_response_at is None):
                floor.hand_over(agent, case)
        floor.assigning.look()


def _moment(week: int, weekday: int, hour: int) -> datetime:
    day = FIRST_DAY + timedelta(weeks=week, days=weekday)
    return datetime.combine(day, time(hour), ZoneInfo(ZONE)).astimezone(UTC)
