"""A ticket of a simulated term with its trail, and an agent with what they hold."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from core.events import Event, Record, TicketOpened
from core.model.hours import OpeningHours
from core.model.ids import EventId, PersonId, TicketId
from core.model.people import Person, Platform
from core.model.ticket import Status, Ticket
from core.rules.assignment import WEIGHT, Candidate, load_of
from core.rules.history import history_of
from core.rules.offers import Round, round_of
from core.rules.sla import ClockState, clocks
from core.text import Text
from tests.fakes.term.desk import PROMISED, TEAM
from tests.fakes.term.matters import Matter


class Case:
    """``knows_student``: who had their last ticket."""

    round: Round
    """How far its offers went."""

    def __init__(self, number: int, matter: Matter, knows_student: PersonId | None = None) -> None:
        self.matter = matter
        self.knows_student = knows_student
        self.answers = 0
        self.times_over = 0
        self.turns_at = matter.asked_at
        """Since when it is the staff's turn."""
        self.records: list[Record] = []
        self.ticket = Ticket(
            id=TicketId(number),
            key=f"{number:032x}",
            title="A matter",
            description=Text(),
            category=matter.category,
            requester=matter.student,
            team=TEAM,
            priority=matter.priority,
            door=Platform.WEB,
            opened_at=matter.asked_at,
            updated_at=matter.asked_at,
        )
        opened = TicketOpened(
            ticket=self.ticket.id,
            requester=matter.student,
            category=matter.category,
            team=TEAM,
            priority=matter.priority,
        )
        self.happened(opened, matter.asked_at)

    @property
    def weight(self) -> float:
        return WEIGHT[self.ticket.priority]

    @property
    def is_for_staff(self) -> bool:
        """Whether it is the staff's turn."""
        return self.ticket.status in (Status.OPEN, Status.IN_PROGRESS)

    @property
    def urgency(self) -> tuple[int, datetime, TicketId]:
        """The key that puts the most urgent first, then who waits longest."""
        return (-self.ticket.priority.weight, self.turns_at, self.ticket.id)

    def happened(self, event: Event, at: datetime) -> None:
        number = EventId(len(self.records) + 1)
        self.records.append(Record(id=number, event=event, at=at, actor=None, door=Platform.SYSTEM, digest=""))
        self.round = round_of(self.records)

    def clocks(self, hours: OpeningHours, now: datetime) -> tuple[ClockState, ...]:
        return clocks(history_of(self.ticket, self.records), PROMISED, hours, now)


@dataclass(eq=False, kw_only=True)
class Agent:
    person: Person
    capacity: int
    skills: frozenset[str]
    """The categories that they answer."""
    eagerness: timedelta
    """How long it takes them, in the middle, to look at the queue when they have nothing to do."""
    held: dict[TicketId, Case] = field(default_factory=dict)
    offered: dict[TicketId, Case] = field(default_factory=dict)
    works_on: Case | None = None
    is_looking: bool = False
    on_duty_since: datetime | None = None
    """None: off duty."""
    on_duty_for: timedelta = timedelta(0)
    """In all, the present turn aside."""
    last_given_at: datetime | None = None
    solved: Counter[int] = field(default_factory=Counter)
    """By topic."""
    resolved: int = 0

    @property
    def id(self) -> PersonId:
        return self.person.id

    @property
    def load(self) -> float:
        """What they were offered and may yet accept counts too."""
        return load_of(case.ticket.priority for case in (*self.held.values(), *self.offered.values()))

    @property
    def is_free(self) -> bool:
        return self.on_duty_since is not None and self.works_on is None

    def answers(self, category: str) -> bool:
        return category in self.skills

    def as_candidate(self, case: Case) -> Candidate:
        return Candidate(
            person=self.id,
            load=self.load,
            capacity=self.capacity,
            last_given_at=self.last_given_at,
            knows_requester=self.id in (case.knows_student, case.round.holder),
            solved_alike=self.solved[case.matter.topic],
        )

    def take(self, case: Case, now: datetime) -> None:
        """As its assignee from now on."""
        case.ticket = replace(case.ticket.claim(self.id, ""), offered_to=None, offered_until=None)
        self.held[case.ticket.id] = case
        self.last_given_at = now
