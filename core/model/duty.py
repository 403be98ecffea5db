"""Who is on duty when: shifts from bot.toml or a calendar file, and what a person said of themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from core.model.hours import Week


class DutyState(StrEnum):
    AVAILABLE = "available"
    AWAY = "away"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A person's own word, which stands before any shift: ``/agent available`` or ``/agent away``."""

    state: DutyState
    since: datetime
    until: datetime | None = None
    """None: until they say otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Of a team: ``who`` (addresses, as ``email_key`` has them) are on duty at these hours of the desk's wall clock.

    With ``rotate_weeks`` they take turns: the first for so many weeks counted from the Monday of ``first``, then the
    next. On the desk's holidays nobody is, unless ``on_holidays``.
    """

    team: str
    who: tuple[str, ...]
    week: Week
    first: date | None = None
    """The first day it counts; None: always. A rotation has one."""
    last: date | None = None
    """The last day it counts."""
    rotate_weeks: int = 0
    on_holidays: bool = False


@dataclass(frozen=True, slots=True)
class Booked:
    """One turn of duty from a calendar file."""

    who: str
    """An address, as ``email_key`` has it."""
    start: datetime
    end: datetime


class ShiftCalendar(Protocol):
    """A team's shifts from a calendar file, read anew when the file changes."""

    def between(self, start: datetime, end: datetime) -> Sequence[Booked]:
        """Those that overlap the time from ``start`` to ``end`` (aware), by their start."""
