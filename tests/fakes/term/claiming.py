"""Tickets are claimed: whoever has nothing to do looks at the queue, some sooner than others, and takes one."""

from functools import partial

from core.model.ticket import Priority
from tests.fakes.term.case import Agent, Case
from tests.fakes.term.floor import Floor

_OLDEST = 0.7
"""How likely an agent takes the oldest; else any that is as urgent."""


class Claiming:
    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def look(self) -> None:
        for agent in self._floor.on_duty:
            if agent.is_free and not agent.is_looking and self._claimable(agent):
                agent.is_looking = True
                looks_at = self._floor.now + agent.eagerness * self._floor.chance.expovariate(1)
                self._floor.agenda.at(looks_at, partial(self._looks, agent))

    def left(self, agent: Agent) -> None:
        """Nothing is asked of anybody here."""

    def _looks(self, agent: Agent) -> None:
        agent.is_looking = False
        claimable = self._claimable(agent)
        if not agent.is_free or not claimable:
            return
        alike = [case for case in claimable if case.ticket.priority is claimable[0].ticket.priority]
        takes_oldest = alike[0].ticket.priority is Priority.URGENT or self._floor.chance.random() < _OLDEST
        self._floor.give(agent, alike[0] if takes_oldest else self._floor.chance.choice(alike))

    def _claimable(self, agent: Agent) -> list[Case]:
        room = agent.capacity - agent.load
        return [case for case in self._floor.backlog() if case.weight <= room and agent.answers(case.ticket.category)]
