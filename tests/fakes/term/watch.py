"""What must hold all through a simulated term. What does not is written down, in a sentence."""

from collections.abc import Iterable
from datetime import datetime

from core.events import SlaBreached
from core.model.desk import Assignment, Desk
from core.model.ticket import Status
from core.rules.assignment import rank
from core.rules.duty import is_on_duty
from tests.fakes.term.case import Agent, Case
from tests.fakes.term.desk import TEAM


class Watch:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.broken: list[str] = []

    def given(self, agent: Agent, case: Case, now: datetime) -> None:
        """``agent`` was just offered ``case``, or has just become its assignee."""
        if not is_on_duty(agent.person, TEAM, self._desk, now):
            self._note(f"{agent.person.name} is off duty at {now}, and was given {case.ticket.ref}")
        if agent.load > agent.capacity:
            self._note(f"{agent.person.name} carries {agent.load} of {agent.capacity} with {case.ticket.ref}")
        if not agent.answers(case.ticket.category):
            self._note(f"{agent.person.name} does not answer {case.ticket.category}, and was given {case.ticket.ref}")

    def looked_over(self, waiting: Iterable[Case], agents: Iterable[Agent], mode: Assignment, now: datetime) -> None:
        """In a team that asks its agents: nothing waits that somebody could be asked to take."""
        on_duty = [agent for agent in agents if is_on_duty(agent.person, TEAM, self._desk, now)]
        for case in waiting:
            askable = [
                agent.as_candidate(case)
                for agent in on_duty
                if agent.answers(case.ticket.category) and not case.round.is_left_out(agent.person, now)
            ]
            if rank(mode, askable, case.weight):
                self._note(f"{case.ticket.ref} waits at {now}, and nobody was asked")

    def ended(self, cases: Iterable[Case], now: datetime) -> None:
        for case in cases:
            if case.ticket.status is not Status.RESOLVED or case.ticket.first_response_at is None:
                self._note(f"{case.ticket.ref} was forgotten: {case.ticket.status}")
            self._promises(case, now)

    def _promises(self, case: Case, now: datetime) -> None:
        """What was told under an earlier priority's target may be no breach any more; it was told once all the same."""
        targets = {(one.clock, one.target.total_seconds()): one.breached for one in case.clocks(self._desk.hours, now)}
        breached = {target for target, is_breached in targets.items() if is_breached}
        events = [one.event for one in case.records if isinstance(one.event, SlaBreached)]
        told = [(event.clock, event.target) for event in events]
        if len(told) != len(set(told)) or breached != targets.keys() & set(told):
            self._note(f"{case.ticket.ref} broke {sorted(breached)}, and told {sorted(told)}")

    def _note(self, sentence: str) -> None:
        self.broken.append(sentence)
