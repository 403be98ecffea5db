"""Tickets are offered, to one agent after the other, who take them, pass, or do not answer in time."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from core.events import NobodyToOffer, OfferPassed, TicketOffered
from core.model.desk import Assignment
from core.model.ids import PersonId
from core.rules.assignment import rank
from tests.fakes.term.case import Agent, Case
from tests.fakes.term.desk import CATEGORIES, TEAM
from tests.fakes.term.floor import Floor

_TAKES, _PASSES = 0.88, 0.06
"""How likely; else they do not answer."""
_REACTS = timedelta(minutes=1)
_LEAD_ACTS = timedelta(minutes=30)
"""After so long a lead gives a ticket away by hand that nobody took."""


class Offering:
    def __init__(self, floor: Floor, mode: Assignment) -> None:
        self._floor = floor
        self._mode = mode
        self._timeout = floor.desk.teams[TEAM].offer_timeout

    def look(self) -> None:
        """``most``: the room that anybody has for a category's tickets."""
        there = [(agent, agent.capacity - agent.load) for agent in self._floor.on_duty]
        most = {key: max((room for agent, room in there if agent.answers(key)), default=0) for key in CATEGORIES}
        for case in self._floor.backlog():
            if case.weight <= most[case.ticket.category] or not case.round.is_told:
                self._offer(case)

    def left(self, agent: Agent) -> None:
        for case in list(agent.offered.values()):
            self._withdraw(agent, case)

    def _offer(self, case: Case) -> None:
        floor, so_far = self._floor, case.round
        candidates = [agent for agent in floor.on_duty if not so_far.is_left_out(agent.person, floor.now)]
        ranked = self._ranked(case, candidates)
        if not ranked:
            self._tell_lead(case)
            return
        agent, until = floor.agents[ranked[0]], floor.now + self._timeout
        del floor.waiting[case.ticket.id]
        case.ticket = replace(case.ticket, offered_to=agent.id, offered_until=until)
        case.happened(TicketOffered(ticket=case.ticket.id, person=agent.id), floor.now)
        agent.offered[case.ticket.id] = case
        agent.last_given_at = floor.now
        floor.watch.given(agent, case, floor.now)
        self._react(agent, case)

    def _ranked(self, case: Case, candidates: Iterable[Agent]) -> list[PersonId]:
        skilled = [agent.as_candidate(case) for agent in candidates if agent.answers(case.ticket.category)]
        return rank(self._mode, skilled, case.weight)

    def _react(self, agent: Agent, case: Case) -> None:
        floor, offer = self._floor, (agent.id, case.ticket.offered_until)
        mood = floor.chance.random()
        reacts_at = floor.now + _REACTS * floor.chance.expovariate(1)
        is_late = mood > _TAKES + _PASSES or reacts_at >= floor.now + self._timeout

        def react() -> None:
            if (case.ticket.offered_to, case.ticket.offered_until) != offer:
                return
            if mood < _TAKES and not is_late and agent.load <= agent.capacity:
                del agent.offered[case.ticket.id]
                floor.give(agent, case)
            else:
                self._pass(agent, case, is_late)

        floor.agenda.at(floor.now + self._timeout if is_late else reacts_at, react)

    def _pass(self, agent: Agent, case: Case, is_late: bool) -> None:
        self._withdraw(agent, case)
        case.happened(OfferPassed(ticket=case.ticket.id, person=agent.id, late=is_late), self._floor.now)
        self.look()

    def _withdraw(self, agent: Agent, case: Case) -> None:
        del agent.offered[case.ticket.id]
        case.ticket = replace(case.ticket, offered_to=None, offered_until=None)
        self._floor.waiting[case.ticket.id] = case

    def _tell_lead(self, case: Case) -> None:
        so_far = case.round
        if so_far.is_told:
            return
        case.happened(NobodyToOffer(ticket=case.ticket.id, asked=len(so_far.asked)), self._floor.now)
        if so_far.asked:
            self._floor.agenda.at(self._floor.now + _LEAD_ACTS, lambda: self._give_away(case))

    def _give_away(self, case: Case) -> None:
        """By the lead, to whoever is there, passed or not; a while later where nobody has room."""
        if case.ticket.id not in self._floor.waiting:
            return
        ranked = self._ranked(case, self._floor.on_duty)
        if ranked:
            self._floor.give(self._floor.agents[ranked[0]], case)
        else:
            self._floor.agenda.at(self._floor.now + _LEAD_ACTS, lambda: self._give_away(case))
