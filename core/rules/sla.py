"""What the desk promised for a ticket: how much business time is used of it, and when that is told to whom it concerns.

All of it follows from the ticket's own trail, so that a priority set today counts as if it had been so from the start.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from core.events import Event, Record, SlaBreached, SlaBreachFound, SlaWarned
from core.model.hours import OpeningHours
from core.model.sla import SlaClock, SlaPolicy
from core.rules.history import History
from core.rules.hours import after, worked

TOLD_EVENTS: frozenset[type[Event]] = frozenset({SlaWarned, SlaBreached, SlaBreachFound})
"""All that ``told_of`` looks at."""


class Mark(StrEnum):
    WARNING = "warning"
    BREACH = "breach"


class ClockMark(NamedTuple):
    """What is told once: a clock reached its warning, or its end, under a target (business time)."""

    clock: SlaClock
    mark: Mark
    target: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockState:
    """One clock of a ticket at one moment. Times are business time, instants in UTC."""

    clock: SlaClock
    target: timedelta
    elapsed: timedelta
    is_running: bool
    """Neither stopped nor paused. By night it runs all the same, though no business time goes by."""
    is_stopped: bool
    """Answered or over: nothing is told of it any more. What is over may be reopened, and the clock goes on."""
    warn_at: datetime | None
    """When the warning was or will be reached if nothing more pauses the clock. None while it stands still before."""
    due_at: datetime | None
    """The same of the target. The end of the target belongs to the breach."""
    breached: bool

    @property
    def is_met(self) -> bool:
        """It stopped in time."""
        return self.is_stopped and not self.breached


def told_of(records: Sequence[Record]) -> frozenset[ClockMark]:
    """What the trail says was told before, or is to be told of nobody."""
    told: set[ClockMark] = set()
    for record in records:
        match record.event:
            case SlaWarned(clock=clock, target=target):
                told.add(ClockMark(clock, Mark.WARNING, timedelta(seconds=target)))
            case SlaBreached(clock=clock, target=target) | SlaBreachFound(clock=clock, target=target):
                told.add(ClockMark(clock, Mark.BREACH, timedelta(seconds=target)))
    return frozenset(told)


def clocks(history: History, policy: SlaPolicy, hours: OpeningHours, now: datetime) -> tuple[ClockState, ...]:
    """The clocks that have a target, at ``now``, which is not before anything in ``history``.

    A running or paused clock has the target of the present priority. One that has stopped is judged by the priority
    under which it did: an answer that was in time is not late because the ticket became urgent afterwards. Whoever
    raises a priority to one whose target is over already breaches it then, not before.
    """
    states = (_state(clock, history, policy, hours, now) for clock in SlaClock)
    return tuple(state for state in states if state is not None)


def due_marks(states: Sequence[ClockState], told: frozenset[ClockMark], now: datetime) -> tuple[ClockMark, ...]:
    """What is to be told now, the ``states`` being those of ``now``. A breach is told without its warning."""
    return tuple(mark for at, mark in _untold(states, told, now) if at <= now)


def next_mark_at(states: Sequence[ClockState], told: frozenset[ClockMark], now: datetime) -> datetime | None:
    """When something is next to be told: not after ``now`` only where ``due_marks`` has something."""
    return min((at for at, _ in _untold(states, told, now)), default=None)


def _untold(
    states: Sequence[ClockState], told: frozenset[ClockMark], now: datetime
) -> Iterator[tuple[datetime, ClockMark]]:
    for state in states:
        warning = ClockMark(state.clock, Mark.WARNING, state.target)
        breach = ClockMark(state.clock, Mark.BREACH, state.target)
        if state.is_stopped or breach in told:
            continue
        is_breached = state.due_at is not None and state.due_at <= now
        if state.warn_at is not None and warning not in told and not is_breached:
            yield state.warn_at, warning
        if state.due_at is not None:
            yield state.due_at, breach


@dataclass(frozen=True, slots=True)
class _Run:
    """A time during which a clock ran without a pause."""

    start: datetime
    worked: timedelta | None
    """The business time in it; None: it has no end yet."""


def _state(
    clock: SlaClock, history: History, policy: SlaPolicy, hours: OpeningHours, now: datetime
) -> ClockState | None:
    stopped_at = _stopped_at(clock, history)
    opening, *changes = history.priorities
    held = [opening, *(change for change in changes if stopped_at is None or change[0] < stopped_at)]
    targets = [(at, policy.target(clock, priority)) for at, priority in held]
    target = targets[-1][1]
    if target is None:
        return None
    warnings = [(at, None if one is None else one * policy.warn_at) for at, one in targets]
    runs = _runs(history, stopped_at, hours)
    is_running = stopped_at is None and not _is_paused(history, now)
    warn_at, due_at = (
        at if at is not None and (is_running or at <= now) else None
        for at in (_reached_at(warnings, runs, hours), _reached_at(targets, runs, hours))
    )
    return ClockState(
        clock=clock,
        target=target,
        elapsed=_elapsed(runs, hours, now),
        is_running=is_running,
        is_stopped=stopped_at is not None,
        warn_at=warn_at,
        due_at=due_at,
        breached=due_at is not None and due_at <= now,
    )


def _stopped_at(clock: SlaClock, history: History) -> datetime | None:
    if clock is SlaClock.FIRST_RESPONSE and history.first_response_at is not None:
        return history.first_response_at
    return history.over_since


def _is_paused(history: History, now: datetime) -> bool:
    return any(start <= now and (end is None or now < end) for start, end in history.paused)


def _runs(history: History, stopped_at: datetime | None, hours: OpeningHours) -> list[_Run]:
    """In order. Where pauses overlap, what would lie between them is empty."""
    runs: list[_Run] = []
    since = history.opened_at
    for start, end in history.paused:
        ends = start if stopped_at is None else min(start, stopped_at)
        runs.append(_Run(since, worked(since, ends, hours)))
        if end is None:
            return runs
        since = max(since, start, end)
    return [*runs, _Run(since, None if stopped_at is None else worked(since, stopped_at, hours))]


def _elapsed(runs: Sequence[_Run], hours: OpeningHours, now: datetime) -> timedelta:
    times = (worked(run.start, now, hours) if run.worked is None else run.worked for run in runs)
    return sum(times, timedelta())


def _reached_at(
    goals: Sequence[tuple[datetime, timedelta | None]], runs: Sequence[_Run], hours: OpeningHours
) -> datetime | None:
    """Since when the time worked has been past the goal of each moment without a break, or will be.

    ``goals``: each with the instant since which it held.
    """
    reached: datetime | None = None
    for at, goal in goals:
        if reached is not None and reached > at:
            reached = None
        instant = None if goal is None else _instant(goal, runs, hours)
        if instant is None:
            reached = None
        elif reached is None or instant > at:
            reached = max(instant, at)
    return reached


def _instant(time: timedelta, runs: Sequence[_Run], hours: OpeningHours) -> datetime | None:
    """When ``time`` had been worked, or will be; None: it is not."""
    left = time
    for run in runs:
        if run.worked is None or run.worked >= left:
            return after(run.start, left, hours)
        left -= run.worked
    return None
