"""Business hours: when the desk is open, by the clock on its wall. What follows from them: ``core/rules/hours.py``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

MIDNIGHT = 24 * 60


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a day, in minutes since its midnight by the clock on the wall: ``start`` < ``end`` <= 1440."""

    start: int
    end: int


Week = Mapping[int, tuple[Span, ...]]
"""Weekday (0 is Monday) -> its spans, in order and apart. A day that is not there has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """Other hours for a while: exam weeks. A weekday that ``week`` does not name keeps its usual hours."""

    name: str
    first: date
    last: date
    """Included."""
    week: Week


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningHours:
    """Of the desk. On a holiday it is closed, whatever else is said of that day; of two seasons the later one in
    ``seasons`` counts."""

    zone: str = "UTC"
    """IANA name."""
    week: Week | None = None
    """None: open at every hour, holidays apart."""
    holidays: Mapping[date, str] = field(default_factory=dict)
    """Each with its name."""
    seasons: tuple[Season, ...] = ()


ALWAYS = OpeningHours()
