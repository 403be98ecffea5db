"""To whom a ticket is offered: a team's agents in the order in which they are asked."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import assert_never

from core.model.desk import Assignment
from core.model.ids import PersonId
from core.model.ticket import Priority

WEIGHT: Mapping[Priority, float] = {
    Priority.LOW: 0.5,
    Priority.NORMAL: 1,
    Priority.HIGH: 2,
    Priority.URGENT: 3,
}
"""What a live ticket adds to its assignee's load."""
LEAST_CAPACITY = int(WEIGHT[Priority.URGENT])
"""With less, nobody could be given an urgent ticket."""
ALIKE_SLACK = 0.25
"""By how much of their capacity somebody who solved tickets like it may be more loaded than the least loaded, and be
asked first all the same."""
_NEVER = datetime.min.replace(tzinfo=UTC)


def load_of(priorities: Iterable[Priority]) -> float:
    """The load of whoever has live tickets of these priorities."""
    return sum((WEIGHT[priority] for priority in priorities), 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An agent who is on duty, answers the ticket's category, may take it, and has not passed."""

    person: PersonId
    load: float
    capacity: float
    """The load that they carry at most."""
    last_given_at: datetime | None
    """When they last took a ticket or were offered one; None: never."""
    knows_requester: bool
    """They had the requester's earlier ticket, or this one before it was reopened."""
    solved_alike: int
    """How many tickets like this one they solved."""

    def has_room_for(self, weight: float) -> bool:
        return self.capacity > 0 and self.load + weight <= self.capacity

    @property
    def share(self) -> float:
        """The part of their capacity that is taken."""
        return self.load / self.capacity


def rank(mode: Assignment, candidates: Sequence[Candidate], weight: float) -> list[PersonId]:
    """Whom to ask for a ticket of ``weight``, one after the other. Nobody who has no room for it is among them.

    Whoever knows the requester is asked first, then whoever solved tickets like it and is not much more loaded than
    others, then the rest; within each, by the team's mode. In a team that assigns by hand nobody is asked.
    """
    with_room = [candidate for candidate in candidates if candidate.has_room_for(weight)]
    if mode is Assignment.MANUAL or not with_room:
        return []
    at_most = min(candidate.share for candidate in with_room) + ALIKE_SLACK
    turn = _turn(mode)
    ranked = sorted(with_room, key=lambda candidate: (_nearness(candidate, at_most), turn(candidate), candidate.person))
    return [candidate.person for candidate in ranked]


def _nearness(candidate: Candidate, at_most: float) -> int:
    """0 for the nearest. ``at_most``: the share up to which somebody who solved ones like it is preferred."""
    if candidate.knows_requester:
        return 0
    return 1 if candidate.solved_alike and candidate.share <= at_most else 2


def _turn(mode: Assignment) -> Callable[[Candidate], tuple[float, datetime]]:
    """The key by which a mode sorts: the first is asked first."""
    match mode:
        case Assignment.LEAST_LOADED:
            return lambda candidate: (candidate.share, candidate.last_given_at or _NEVER)
        case Assignment.ROUND_ROBIN | Assignment.MANUAL:
            return lambda candidate: (0, candidate.last_given_at or _NEVER)
        case _:
            assert_never(mode)
