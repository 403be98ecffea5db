"""The desk of a simulated term: one team of twelve with shifts, holidays, and longer hours while exams are written."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from core.model.desk import Assignment, Category, Desk, Team
from core.model.duty import Shift
from core.model.hours import OpeningHours, Season, Span, Week
from core.model.ids import PersonId
from core.model.people import Grant, Person, Role
from core.model.sla import SlaPolicy
from core.model.ticket import Priority

TEAM, ZONE = "support", "Europe/Berlin"
CATEGORIES = ("technical", "enrolment", "exams")
FIRST_DAY = date(2026, 3, 23)
"""A Monday. On the Sunday after it the clock goes forward."""
AGENTS = 12
HOUR = timedelta(hours=1)
PROMISED = SlaPolicy(
    key="usual",
    first_response={
        Priority.LOW: 8 * HOUR,
        Priority.NORMAL: 4 * HOUR,
        Priority.HIGH: HOUR,
        Priority.URGENT: HOUR / 2,
    },
    resolution={Priority.NORMAL: 30 * HOUR, Priority.HIGH: 16 * HOUR, Priority.URGENT: 8 * HOUR},
)


def address(number: int) -> str:
    return f"agent{number}@desk.example"


def agents() -> tuple[Person, ...]:
    """Numbered from 1. The tenth and the eleventh carry less than the team's usual."""
    return tuple(
        Person(
            id=PersonId(number),
            name=f"Agent {number}",
            email=address(number),
            email_confirmed=True,
            capacity=8 if number in (10, 11) else None,
            grants=(Grant(Role.AGENT, TEAM),),
            created_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        for number in range(1, AGENTS + 1)
    )


def term_desk(mode: Assignment, weeks: int) -> Desk:
    team = Team(
        key=TEAM,
        name="Support",
        assignment=mode,
        skills={address(1): frozenset({"technical"}), address(2): frozenset({"enrolment", "exams"})},
    )
    return Desk(
        name="Term",
        time_zone=ZONE,
        teams={TEAM: team},
        categories={key: Category(key=key, name=key, team=TEAM, sla=PROMISED.key) for key in CATEGORIES},
        hours=_hours(weeks),
        shifts=_shifts(weeks),
        slas={PROMISED.key: PROMISED},
        public_url="http://127.0.0.1:8080",
    )


def _exams(weeks: int) -> tuple[date, date]:
    """The first and the last day: the last seventh of the term."""
    last = FIRST_DAY + timedelta(weeks=weeks) - timedelta(days=1)
    return last - timedelta(days=weeks), last


def _hours(weeks: int) -> OpeningHours:
    first, last = _exams(weeks)
    return OpeningHours(
        zone=ZONE,
        week={**_daily(range(5), (9, 18)), **_daily([5], (10, 13))},
        holidays={date(2026, 4, 3): "Good Friday", date(2026, 4, 6): "Easter Monday", date(2026, 5, 1): "May Day"},
        seasons=(Season(name="exams", first=first, last=last, week=_daily(range(5), (9, 20))),),
    )


def _shifts(weeks: int) -> tuple[Shift, ...]:
    """Early, late, and split; one agent is there three days a week, and one has no shift: the desk's hours are theirs.
    Four take turns on Saturdays, and the late ones stay for the evening while exams are written."""
    first, last = _exams(weeks)
    return (
        _shift(range(1, 6), _daily(range(5), (9, 14))),
        _shift(range(6, 9), _daily(range(5), (13, 18))),
        _shift(range(9, 11), _daily(range(5), (9, 12), (15, 18))),
        _shift([11], _daily([0, 2, 4], (10, 18))),
        Shift(team=TEAM, who=_addresses(range(1, 5)), week=_daily([5], (10, 13)), first=FIRST_DAY, rotate_weeks=1),
        Shift(team=TEAM, who=_addresses(range(6, 9)), week=_daily(range(5), (18, 20)), first=first, last=last),
    )


def _shift(who: Iterable[int], week: Week) -> Shift:
    return Shift(team=TEAM, who=_addresses(who), week=week)


def _addresses(who: Iterable[int]) -> tuple[str, ...]:
    return tuple(address(number) for number in who)


def _daily(days: Iterable[int], *hours: tuple[int, int]) -> Week:
    return dict.fromkeys(days, tuple(Span(begins * 60, ends * 60) for begins, ends in hours))
