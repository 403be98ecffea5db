"""A term at the desk on a clock that is moved on: the rules alone, neither engine nor database."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.model.desk import Assignment
from tests.fakes.clock import FakeClock
from tests.fakes.term.claiming import Claiming
from tests.fakes.term.desk import FIRST_DAY, ZONE, term_desk
from tests.fakes.term.figures import Figures, figures
from tests.fakes.term.floor import Floor
from tests.fakes.term.matters import matters
from tests.fakes.term.offering import Offering
from tests.fakes.term.rota import Rota

_AFTERWARDS = timedelta(weeks=4)
"""A ticket that is not resolved so long after the term was forgotten."""
_LOOKED_OVER = timedelta(minutes=61)
_PAST_THE_HOUR = timedelta(seconds=30)
"""Whoever comes at the full hour has looked by then."""


def simulated(mode: Assignment, *, tickets: int, weeks: int, seed: int = 1) -> Figures:
    """The same tickets come whatever the ``mode``; the same ``seed`` gives the same term."""
    begins = datetime.combine(FIRST_DAY, time(0), ZoneInfo(ZONE)).astimezone(UTC)
    floor = Floor(term_desk(mode, weeks), FakeClock(begins), seed)
    floor.assigning = Claiming(floor) if mode is Assignment.MANUAL else Offering(floor, mode)
    floor.expect(matters(tickets, weeks, seed))
    Rota(floor, weeks)
    if mode is not Assignment.MANUAL:
        floor.agenda.at(begins + _PAST_THE_HOUR, lambda: _look_over(floor, mode))
    floor.agenda.run(lambda: floor.unsettled == 0, begins + timedelta(weeks=weeks) + _AFTERWARDS)
    floor.watch.ended(floor.cases.values(), floor.now)
    if len(floor.cases) < tickets:
        floor.watch.broken.append(f"{tickets - len(floor.cases)} tickets were never opened")
    return figures(mode, floor.desk, floor.cases.values(), floor.agents.values(), floor.watch.broken)


def _look_over(floor: Floor, mode: Assignment) -> None:
    floor.watch.looked_over(floor.waiting.values(), floor.agents.values(), mode, floor.now)
    floor.agenda.at(floor.now + _LOOKED_OVER, lambda: _look_over(floor, mode))
