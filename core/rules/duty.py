"""Who is on duty for a team, and until when: a person's own word, then shifts, then the desk's business hours.

Only who may act and serves the team ever is. Their own word (``/agent available``, ``/agent away``) stands before
anything else. After it a shift or a calendar's entry decides that names the address they confirmed; whom neither names
is on duty while the desk is open.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from heapq import merge
from itertools import chain

from core.model.desk import Desk
from core.model.duty import Duty, DutyState, Shift
from core.model.hours import Span
from core.model.people import Person
from core.rules.hours import SpansOf, intervals, is_open, is_within, wall_intervals

HORIZON = timedelta(days=60)
"""How far ahead a change of duty is looked for."""

AVAILABLE_AT_MOST = timedelta(hours=12)
"""How long "available" stands that was said without an end: nobody is on duty all night because they forgot it."""

_WEEK = timedelta(days=7)
_NAMED_SINCE = timedelta(days=-21)
"""A calendar names somebody if it has them on duty at any time from three weeks before this week's Monday to the
horizon: it may have no end, so it is not asked whether it ever does."""


def is_on_duty(person: Person, team: str, desk: Desk, at: datetime) -> bool:
    if not (person.may_act and person.serves(team)):
        return False
    if person.duty is not None and _stands(person.duty, at):
        return person.duty.state is DutyState.AVAILABLE
    shifts, booked = _shifts(person, team, desk), _booked(person, team, desk, at)
    if not shifts and not booked:
        return is_open(at, desk.hours)
    return any(start <= at < end for start, end in booked) or any(
        is_within(desk.time_zone, spans, at) for spans in shifts
    )


def duty_changes_at(person: Person, team: str, desk: Desk, at: datetime) -> datetime | None:
    """The first moment after ``at`` at which ``is_on_duty`` says otherwise (UTC); None: not within ``HORIZON``."""
    if not (person.may_act and person.serves(team)):
        return None
    at = at.astimezone(UTC)
    now = is_on_duty(person, team, desk, at)
    moments = (moment for moment in _moments(person, team, desk, at) if at < moment <= at + HORIZON)
    return next((moment for moment in moments if is_on_duty(person, team, desk, moment) != now), None)


def next_duty(person: Person, team: str, desk: Desk, at: datetime) -> datetime | None:
    """The first moment from ``at`` on at which the person is on duty, ``at`` itself where they are; None: not within
    ``HORIZON``."""
    return at if is_on_duty(person, team, desk, at) else duty_changes_at(person, team, desk, at)


def first_on_duty(people: Iterable[Person], team: str, desk: Desk, at: datetime) -> tuple[datetime, Person] | None:
    """Who of ``people`` is on duty first from ``at`` on, and when; of several the one named first. None: nobody within
    ``HORIZON``."""
    known = ((next_duty(person, team, desk, at), person) for person in people)
    return min(((when, person) for when, person in known if when is not None), key=lambda one: one[0], default=None)


def _stands(word: Duty, at: datetime) -> bool:
    ends = word_ends(word)
    return ends is None or at < ends


def word_ends(word: Duty) -> datetime | None:
    """When what they said no longer stands; None: it stands until they say otherwise."""
    if word.until is None and word.state is DutyState.AVAILABLE:
        return word.since + AVAILABLE_AT_MOST
    return word.until


def _shifts(person: Person, team: str, desk: Desk) -> list[SpansOf]:
    """Of each shift that names the person, when on a day they are on duty: also of those not begun, or over."""
    address = person.confirmed_address
    if address is None:
        return []
    return [
        partial(_spans_on, shift, address, desk) for shift in desk.shifts if shift.team == team and address in shift.who
    ]


def _spans_on(shift: Shift, address: str, desk: Desk, day: date) -> tuple[Span, ...]:
    if (shift.first is not None and day < shift.first) or (shift.last is not None and day > shift.last):
        return ()
    if day in desk.hours.holidays and not shift.on_holidays:
        return ()
    if shift.rotate_weeks and _whose_turn(shift, day) != address:
        return ()
    return shift.week.get(day.weekday(), ())


def _whose_turn(shift: Shift, day: date) -> str:
    turns = (_monday(day) - _monday(shift.first or date.min)) // _WEEK // shift.rotate_weeks
    return shift.who[turns % len(shift.who)]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _booked(person: Person, team: str, desk: Desk, at: datetime) -> list[tuple[datetime, datetime]]:
    """When the team's calendar has the person on duty, about ``at``: none where it does not name them. The same is
    asked of it all week, so that it can know the answer."""
    calendar, address = desk.shift_calendars.get(team), person.confirmed_address
    if calendar is None or address is None:
        return []
    week = _week_of(at)
    entries = calendar.between(week + _NAMED_SINCE, week + _WEEK + HORIZON)
    return [(entry.start, entry.end) for entry in entries if entry.who == address]


def _week_of(at: datetime) -> datetime:
    """Its Monday, in UTC."""
    monday = _monday(at.astimezone(UTC).date())
    return datetime(monday.year, monday.month, monday.day, tzinfo=UTC)


def _moments(person: Person, team: str, desk: Desk, at: datetime) -> Iterator[datetime]:
    """Every moment within the horizon at which the answer may change, in order; and others."""
    end = at + HORIZON
    ends = word_ends(person.duty) if person.duty is not None else None
    booked = _booked(person, team, desk, at)
    weeks = [_week_of(at) + number * _WEEK for number in range(1, HORIZON // _WEEK + 2)]
    return merge(
        [ends] if ends is not None else [],
        sorted(chain.from_iterable(booked)),
        weeks if team in desk.shift_calendars else [],
        chain.from_iterable(intervals(desk.hours, at, end)),
        *(chain.from_iterable(wall_intervals(desk.time_zone, spans, at, end)) for spans in _shifts(person, team, desk)),
    )
