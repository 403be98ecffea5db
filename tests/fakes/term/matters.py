"""What the students of a simulated term come with: the same for every way of assigning it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from core.model.ids import PersonId
from core.model.ticket import Priority
from tests.fakes.term.desk import AGENTS, CATEGORIES, FIRST_DAY, ZONE

FIRST_STUDENT = AGENTS + 1
_PRIORITIES = {Priority.LOW: 20, Priority.NORMAL: 62, Priority.HIGH: 14, Priority.URGENT: 4}
_BY_WEEKDAY = (13, 11, 10, 10, 9, 3, 4)
_BY_HOUR = (1, 1, 0, 0, 0, 0, 1, 3, 6, 10, 12, 12, 9, 8, 10, 10, 9, 7, 5, 4, 4, 4, 3, 2)
_RECENT = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """``topic``: tickets of one topic are alike."""

    asked_at: datetime
    student: PersonId
    category: str
    topic: int
    priority: Priority
    work: tuple[timedelta, ...]
    """What each of the staff's answers takes; the last one resolves the ticket."""
    replies: tuple[timedelta, ...]
    """How long the student thinks about each answer but the last."""
    urgent_after: timedelta | None = None
    """It becomes urgent, where it is not resolved by then."""
    reopened_after: timedelta | None = None
    """So long after it is resolved the student comes back with it, once."""


def matters(count: int, weeks: int, seed: int) -> Sequence[Matter]:
    """In the order in which they are asked."""
    chance = Random(seed)  # noqa: S311 - so that a run can be repeated
    made: list[Matter] = []
    for number, asked_at in enumerate(sorted(_moment(weeks, chance) for _ in range(count))):
        made.append(_matter(asked_at, _student(number, made, chance), chance))
    return made


def _moment(weeks: int, chance: Random) -> datetime:
    """More on Mondays than on Fridays, little by night, and half as much again in the last weeks."""
    week = chance.choices(range(weeks), [3 if week >= weeks * 6 / 7 else 2 for week in range(weeks)])[0]
    weekday = chance.choices(range(7), _BY_WEEKDAY)[0]
    hour = chance.choices(range(24), _BY_HOUR)[0]
    day = FIRST_DAY + timedelta(weeks=week, days=weekday)
    wall = datetime.combine(day, time(hour), ZoneInfo(ZONE))
    return wall.astimezone(UTC) + timedelta(seconds=chance.uniform(0, 3600))


def _student(number: int, before: Sequence[Matter], chance: Random) -> PersonId:
    """One in four was here lately."""
    if before and chance.random() < 0.25:
        return chance.choice(before[-_RECENT:]).student
    return PersonId(FIRST_STUDENT + number)


def _matter(asked_at: datetime, student: PersonId, chance: Random) -> Matter:
    answers = chance.choices([1, 2, 3, 4], [50, 30, 14, 6])[0]
    urgent = timedelta(minutes=chance.expovariate(1 / 240)) if chance.random() < 0.03 else None
    reopened = timedelta(hours=chance.expovariate(1 / 20)) if chance.random() < 0.05 else None
    return Matter(
        asked_at=asked_at,
        student=student,
        category=chance.choice(CATEGORIES),
        topic=int(20 * chance.paretovariate(1.2)),
        priority=chance.choices(list(_PRIORITIES), list(_PRIORITIES.values()))[0],
        work=tuple(timedelta(minutes=min(60, chance.lognormvariate(2, 0.6))) for _ in range(answers)),
        replies=tuple(timedelta(hours=chance.expovariate(1 / 5)) for _ in range(answers - 1)),
        urgent_after=urgent,
        reopened_after=reopened,
    )
