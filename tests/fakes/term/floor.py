"""The floor of a simulated desk: tickets come in, agents work on what they hold, students answer or come back."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Protocol

from core.events import (
    PriorityChanged,
    SlaBreached,
    SlaWarned,
    StatusChanged,
    TicketClaimed,
    TicketHandedOver,
    TicketReopened,
    TicketResolved,
)
from core.model.desk import Desk, Team
from core.model.ids import PersonId, TicketId
from core.model.people import Person
from core.model.ticket import Priority, Status
from core.rules.offers import is_skilled
from core.rules.sla import Mark, due_marks, next_mark_at, told_of
from tests.fakes.clock import FakeClock
from tests.fakes.term.agenda import Agenda
from tests.fakes.term.case import Agent, Case
from tests.fakes.term.desk import CATEGORIES, TEAM, agents
from tests.fakes.term.matters import Matter
from tests.fakes.term.watch import Watch


class Assigning(Protocol):
    """How tickets find their agents."""

    def look(self) -> None:
        """Something waits that did not, somebody came, or somebody has room or time."""

    def left(self, agent: Agent) -> None:
        """They have gone off duty."""


class Floor:
    """``waiting``: what has no assignee and is offered to nobody."""

    assigning: Assigning

    def __init__(self, desk: Desk, clock: FakeClock, seed: int) -> None:
        self.desk = desk
        self.clock = clock
        self.chance = Random(seed)  # noqa: S311 - so that a run can be repeated
        self.agenda = Agenda(clock)
        self.watch = Watch(desk)
        self.cases: dict[TicketId, Case] = {}
        self.waiting: dict[TicketId, Case] = {}
        self.agents = {person.id: _agent(person, desk.teams[TEAM]) for person in agents()}
        self.unsettled = 0
        """Matters that are yet to come, to be resolved, or to be reopened."""
        self._last_with: dict[PersonId, PersonId] = {}

    @property
    def now(self) -> datetime:
        return self.clock.now()

    @property
    def on_duty(self) -> Sequence[Agent]:
        return [agent for agent in self.agents.values() if agent.on_duty_since is not None]

    def backlog(self) -> Sequence[Case]:
        """The most urgent first."""
        return sorted(self.waiting.values(), key=lambda case: case.urgency)

    def expect(self, coming: Iterable[Matter]) -> None:
        for number, matter in enumerate(coming, start=1):
            self.unsettled += 1
            self.agenda.at(matter.asked_at, partial(self._open, number, matter))

    def give(self, agent: Agent, case: Case) -> None:
        self.waiting.pop(case.ticket.id, None)
        agent.take(case, self.now)
        case.happened(TicketClaimed(ticket=case.ticket.id, assignee=agent.id), self.now)
        self.watch.given(agent, case, self.now)
        self.take_up(agent)

    def take_up(self, agent: Agent) -> None:
        """Whoever has nothing in hand begins with the most urgent of theirs. What is begun is done, duty or not."""
        theirs = [case for case in agent.held.values() if case.is_for_staff]
        if not agent.is_free or not theirs:
            return
        case = min(theirs, key=lambda one: one.urgency)
        agent.works_on = case
        self.agenda.at(self.now + case.matter.work[case.answers], lambda: self._answer(agent, case))

    def hand_over(self, agent: Agent, case: Case) -> None:
        del agent.held[case.ticket.id]
        case.ticket = case.ticket.unassign()
        case.happened(TicketHandedOver(ticket=case.ticket.id, previous=agent.id), self.now)
        self.waiting[case.ticket.id] = case

    def _open(self, number: int, matter: Matter) -> None:
        case = Case(number, matter, self._last_with.get(matter.student))
        self.cases[case.ticket.id] = case
        if matter.urgent_after is not None:
            self.agenda.at(self.now + matter.urgent_after, lambda: self._becomes_urgent(case))
        self._mind_promises(case)
        self.waiting[case.ticket.id] = case
        self.assigning.look()

    def _answer(self, agent: Agent, case: Case) -> None:
        agent.works_on = None
        case.answers += 1
        case.ticket = case.ticket.answered_by_staff(self.now)
        if case.answers == len(case.matter.work):
            self._resolve(agent, case)
        else:
            case.ticket = case.ticket.wait()
            changed = StatusChanged(ticket=case.ticket.id, before=Status.IN_PROGRESS, after=Status.WAITING)
            case.happened(changed, self.now)
            self.agenda.at(self.now + case.matter.replies[case.answers - 1], lambda: self._reply(case))
        self.take_up(agent)
        self.assigning.look()

    def _resolve(self, agent: Agent, case: Case) -> None:
        case.ticket = case.ticket.resolve(agent.id, self.now)
        case.happened(TicketResolved(ticket=case.ticket.id, answer=None), self.now)
        case.times_over += 1
        del agent.held[case.ticket.id]
        agent.resolved += 1
        agent.solved[case.matter.topic] += 1
        self._last_with[case.ticket.requester] = agent.id
        if case.matter.reopened_after is not None and case.times_over == 1:
            self.agenda.at(self.now + case.matter.reopened_after, lambda: self._reopen(agent, case))
        else:
            self.unsettled -= 1

    def _reopen(self, agent: Agent, case: Case) -> None:
        """It is the same agent's again if they are there and have room; else they are asked first."""
        stays = agent.on_duty_since is not None and agent.as_candidate(case).has_room_for(case.weight)
        case.ticket = case.ticket.reopen(assignee_on_duty=stays)
        case.happened(TicketReopened(ticket=case.ticket.id, reason=None), self.now)
        case.answers -= 1
        case.turns_at = self.now
        self._mind_promises(case)
        if stays:
            agent.held[case.ticket.id] = case
            self.watch.given(agent, case, self.now)
            self.take_up(agent)
        else:
            self.waiting[case.ticket.id] = case
            self.assigning.look()

    def _reply(self, case: Case) -> None:
        case.ticket = case.ticket.answered_by_requester()
        changed = StatusChanged(ticket=case.ticket.id, before=Status.WAITING, after=Status.IN_PROGRESS)
        case.happened(changed, self.now)
        case.turns_at = self.now
        self._mind_promises(case)
        if case.ticket.assignee is not None:
            self.take_up(self.agents[case.ticket.assignee])

    def _becomes_urgent(self, case: Case) -> None:
        if not case.ticket.status.is_live or case.ticket.priority is Priority.URGENT:
            return
        before = case.ticket.priority
        case.ticket = case.ticket.prioritise(Priority.URGENT)
        case.happened(PriorityChanged(ticket=case.ticket.id, before=before, after=Priority.URGENT), self.now)
        self._mind_promises(case)

    def _mind_promises(self, case: Case) -> None:
        """Tell what is due of them, and arm the timer for the next. One that rings for what has changed since finds
        nothing due."""
        states = case.clocks(self.desk.hours, self.now)
        for clock, mark, target in due_marks(states, told_of(case.records), self.now):
            kind = SlaBreached if mark is Mark.BREACH else SlaWarned
            told = kind(ticket=case.ticket.id, clock=clock, target=int(target.total_seconds()))
            case.happened(told, self.now)
        following = next_mark_at(states, told_of(case.records), self.now)
        if following is not None:
            self.agenda.at(following, lambda: self._mind_promises(case))


def _agent(person: Person, team: Team) -> Agent:
    return Agent(
        person=person,
        capacity=team.capacity if person.capacity is None else person.capacity,
        skills=frozenset(category for category in CATEGORIES if is_skilled(person, team, category)),
        eagerness=timedelta(minutes=(2 + person.id) / 4),
    )
