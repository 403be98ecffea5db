"""The clocks of any ticket against a reference that lives through it minute by minute, with holidays, exam weeks, and
the clock on the wall changed either way; and what holds of the warnings and breaches of every ticket."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.events import (
    Event,
    PriorityChanged,
    StatusChanged,
    TicketClosed,
    TicketReopened,
    TicketResolved,
    TicketSnoozed,
    TicketWoken,
)
from core.model.hours import OpeningHours, Season, Span
from core.model.sla import SlaClock, SlaPolicy
from core.model.ticket import Ending, Priority, Status
from core.rules.history import history_of
from core.rules.sla import ClockMark, ClockState, Mark, clocks, due_marks, next_mark_at
from tests.fakes.trails import ticket_of, trail_of

MINUTE, DAY = timedelta(minutes=1), 24 * 60
TABLED = 24 * DAY
"""The minutes from the beginning of a story's week that the reference knows the opening hours of."""

DESKS = {
    "office": OpeningHours(
        zone="Europe/Berlin",
        week=dict.fromkeys(range(5), (Span(9 * 60, 17 * 60),)),
        holidays={date(2026, 4, 1): "A holiday", date(2026, 10, 26): "Another"},
    ),
    "always": OpeningHours(
        zone="Europe/Berlin", holidays={date(2026, 3, 30): "A holiday", date(2026, 10, 24): "Another"}
    ),
    "nights": OpeningHours(
        zone="America/New_York",
        week=dict.fromkeys(range(7), (Span(30, 210), Span(22 * 60, DAY))),
        holidays={date(2026, 3, 10): "A holiday"},
    ),
    "exams": OpeningHours(
        zone="America/New_York",
        week=dict.fromkeys(range(5), (Span(8 * 60, 12 * 60), Span(13 * 60, 18 * 60))),
        seasons=(
            Season(name="Exams", first=date(2026, 3, 8), last=date(2026, 3, 14), week={6: (Span(0, DAY),), 1: ()}),
            Season(name="Exams", first=date(2026, 11, 1), last=date(2026, 11, 7), week={6: (Span(60, 150),)}),
        ),
    ),
}
WEEKS = {
    "Europe/Berlin": (datetime(2026, 3, 27, tzinfo=UTC), datetime(2026, 10, 23, tzinfo=UTC)),
    "America/New_York": (datetime(2026, 3, 6, tzinfo=UTC), datetime(2026, 10, 30, tzinfo=UTC)),
}
"""Each begins two days before the clock is changed, forward or back."""

TARGETS = [timedelta(minutes=minutes) for minutes in (10, 30, 60, 120, 240, 480, 960)]
WARNINGS = [0.0, 0.5, 0.8, 1.0]
"""Parts that are whole minutes of every target."""


@dataclass(frozen=True, slots=True)
class Story:
    """A ticket's life. Minutes count from ``week``."""

    hours: OpeningHours
    week: datetime
    policy: SlaPolicy
    opened: int
    priority: Priority
    steps: tuple[tuple[int, Event], ...]
    answered: int | None
    now: int

    def at(self, minute: int) -> datetime:
        return self.week + minute * MINUTE

    def clocks(self) -> tuple[ClockState, ...]:
        answered = None if self.answered is None else self.at(self.answered)
        steps = [(self.at(minute), event) for minute, event in self.steps]
        ticket = ticket_of(self.at(self.opened), self.priority, answered)
        history = history_of(ticket, trail_of(self.at(self.opened), self.priority, steps))
        return clocks(history, self.policy, self.hours, self.at(self.now))

    def as_of(self, now: int) -> "Story":
        """As much of it as had happened by then."""
        answered = self.answered if self.answered is not None and self.answered <= now else None
        return replace(self, steps=tuple(step for step in self.steps if step[0] <= now), answered=answered, now=now)


@st.composite
def policies(draw: st.DrawFn, *, complete: bool) -> SlaPolicy:
    """What is more urgent waits no longer. Unless ``complete``, some priorities are promised nothing."""
    one_each = st.lists(st.sampled_from(TARGETS), min_size=len(Priority), max_size=len(Priority))
    first, resolution = (dict(zip(Priority, sorted(draw(one_each), reverse=True), strict=True)) for _ in SlaClock)
    for priority in () if complete else draw(st.sets(st.sampled_from(Priority), max_size=2)):
        del resolution[priority]
    return SlaPolicy(key="any", first_response=first, resolution=resolution, warn_at=draw(st.sampled_from(WARNINGS)))


MOVES = ("wait", "wait", "go on", "snooze", "snooze", "wake", "answer", "resolve", "close", "reopen", *Priority)


@st.composite
def stories(draw: st.DrawFn, *, complete: bool = False) -> Story:
    hours = draw(st.sampled_from(list(DESKS.values())))
    week = draw(st.sampled_from(WEEKS[hours.zone]))
    opened = minute = draw(st.integers(0, 3 * DAY))
    priority = held = draw(st.sampled_from(Priority))
    status, answered = Status.IN_PROGRESS, None
    steps: list[tuple[int, Event]] = []
    one_move = st.tuples(st.sampled_from(MOVES), st.integers(0, 600), st.integers(1, 1500))
    for move, gap, snooze in draw(st.lists(one_move, max_size=12)):
        minute += gap
        if isinstance(move, Priority):
            if move is not held:
                steps.append((minute, PriorityChanged(before=held, after=move)))
            held = move
        elif move == "answer":
            answered = minute if answered is None and status is not Status.CLOSED else answered
        else:
            event, status = moved(move, status, week + (minute + snooze) * MINUTE)
            steps += [(minute, event)] if event is not None else []
    now = minute + draw(st.integers(0, 2 * DAY))
    return Story(hours, week, draw(policies(complete=complete)), opened, priority, tuple(steps), answered, now)


def moved(move: str, status: Status, until: datetime) -> tuple[Event | None, Status]:
    """What is written down of ``move``, and where the ticket then stands; None where it cannot be done."""
    match move, status:
        case "wait", Status.IN_PROGRESS:
            return StatusChanged(before=status, after=Status.WAITING), Status.WAITING
        case "go on", Status.WAITING:
            return StatusChanged(before=status, after=Status.IN_PROGRESS), Status.IN_PROGRESS
        case "snooze", Status.IN_PROGRESS | Status.WAITING:
            return TicketSnoozed(until=until), status
        case "wake", Status.IN_PROGRESS | Status.WAITING:
            return TicketWoken(), status
        case "resolve", Status.IN_PROGRESS | Status.WAITING:
            return TicketResolved(answer=None), Status.RESOLVED
        case "close", Status.IN_PROGRESS | Status.WAITING | Status.RESOLVED:
            return TicketClosed(ending=Ending.BY_STAFF), Status.CLOSED
        case "reopen", Status.RESOLVED | Status.CLOSED:
            return TicketReopened(reason=None), Status.IN_PROGRESS
    return None, status


def open_minutes(hours: OpeningHours, week: datetime) -> bytes:
    """For each minute of the table whether the clock on the wall shows an open one."""
    return _table(next(name for name, one in DESKS.items() if one is hours), week)


@cache
def _table(desk: str, week: datetime) -> bytes:
    hours = DESKS[desk]
    zone = ZoneInfo(hours.zone)
    return bytes(_is_open((week + minute * MINUTE).astimezone(zone), hours) for minute in range(TABLED))


def _is_open(wall: datetime, hours: OpeningHours) -> bool:
    if wall.date() in hours.holidays:
        return False
    spans = [Span(0, DAY)] if hours.week is None else hours.week.get(wall.weekday(), ())
    for season in hours.seasons:
        if season.first <= wall.date() <= season.last:
            spans = season.week.get(wall.weekday(), spans)
    return any(span.start <= wall.hour * 60 + wall.minute < span.end for span in spans)


@dataclass(slots=True)
class Slow:
    """A ticket that is lived through: what is true of it in the minute that it has come to."""

    priority: Priority
    is_waiting: bool = False
    snoozed_until: datetime | None = None
    over_since: int | None = None

    def take(self, event: Event, minute: int) -> None:
        match event:
            case PriorityChanged(after=priority):
                self.priority = priority
            case StatusChanged(after=after):
                self.is_waiting = after is Status.WAITING
            case TicketSnoozed(until=until):
                self.snoozed_until = until
            case TicketWoken():
                self.snoozed_until = None
            case TicketResolved() | TicketClosed():
                self.is_waiting, self.snoozed_until = False, None
                self.over_since = minute if self.over_since is None else self.over_since
            case TicketReopened():
                self.over_since = None

    def stands(self, at: datetime) -> bool:
        is_snoozed = self.snoozed_until is not None and at < self.snoozed_until
        return self.is_waiting or is_snoozed or self.over_since is not None


def by_minutes(story: Story) -> Iterator[ClockState]:
    ticket, standing, priorities, steps = Slow(story.priority), [], [], list(story.steps)
    for minute in range(story.opened, story.now + 1):
        while steps and steps[0][0] == minute:
            ticket.take(steps.pop(0)[1], minute)
        standing.append(ticket.stands(story.at(minute)))
        priorities.append(ticket.priority)
    for clock in SlaClock:
        stop = ticket.over_since
        if clock is SlaClock.FIRST_RESPONSE and story.answered is not None:
            stop = story.answered
        state = _lived(story, clock, standing, priorities, stop)
        if state is not None:
            yield state


def _lived(
    story: Story, clock: SlaClock, standing: list[bool], priorities: list[Priority], stop: int | None
) -> ClockState | None:
    """``standing``, ``priorities``: of each minute since the opening. ``stop``: the one in which the clock stopped."""
    last = len(priorities) - 1 if stop is None else max(0, stop - story.opened - 1)
    targets = [story.policy.target(clock, priorities[min(index, last)]) for index in range(len(priorities))]
    if (target := targets[-1]) is None:
        return None
    used = _used(story, standing, stop)
    is_running = stop is None and not standing[-1]
    warn_at, due_at = (
        _past_since(story, used, [None if one is None else one * part for one in targets], is_running)
        for part in (story.policy.warn_at, 1)
    )
    return ClockState(
        clock=clock,
        target=target,
        elapsed=used[-1] * MINUTE,
        is_running=is_running,
        is_stopped=stop is not None,
        warn_at=warn_at,
        due_at=due_at,
        breached=due_at is not None and due_at <= story.at(story.now),
    )


def _used(story: Story, standing: list[bool], stop: int | None) -> list[int]:
    """Of each minute since the opening how many open ones had been used when it began."""
    is_open, used = open_minutes(story.hours, story.week), [0]
    for minute, stands in enumerate(standing[:-1], story.opened):
        has_stopped = stop is not None and minute >= stop
        used.append(used[-1] + (is_open[minute] and not stands and not has_stopped))
    return used


def _past_since(story: Story, used: list[int], goals: list[timedelta | None], is_running: bool) -> datetime | None:
    """Looking back from now, while the goal of each minute was reached; else looking ahead to the last of them."""
    minute = story.now
    while minute >= story.opened:
        goal = goals[minute - story.opened]
        if goal is None or used[minute - story.opened] * MINUTE < goal:
            break
        minute -= 1
    if minute < story.now:
        return story.at(minute + 1)
    done, goal, is_open = used[-1], goals[-1], open_minutes(story.hours, story.week)
    while is_running and goal is not None and done * MINUTE < goal:
        done += is_open[minute]
        minute += 1
    return story.at(minute) if is_running else None


@settings(max_examples=60, deadline=None)
@given(stories())
def test_the_clocks_are_those_of_one_who_looks_every_minute(story: Story) -> None:
    assert story.clocks() == tuple(by_minutes(story))


@settings(max_examples=60, deadline=None)
@given(stories(), st.integers(0, 90))
def test_each_mark_is_told_once_and_the_timer_never_rings_in_the_past(story: Story, late: int) -> None:
    """The desk looks after each step of the story and whenever its timer rings, ``late`` minutes after its time."""
    told: list[ClockMark] = []
    pending = sorted({story.opened, *(minute for minute, _ in story.steps), story.now})
    now = story.opened
    while pending:
        now = pending.pop(0)
        states = story.as_of(now).clocks()
        due = due_marks(states, frozenset(told), story.at(now))
        rings = next_mark_at(states, frozenset(told), story.at(now))
        assert bool(due) == (rings is not None and rings <= story.at(now))
        told += due
        rings = next_mark_at(states, frozenset(told), story.at(now))
        assert rings is None or rings > story.at(now)
        if rings is not None and (minute := (rings - story.week) // MINUTE + late) <= story.now:
            pending = sorted({*pending, minute})
    assert len(set(told)) == len(told)
    for state in states:
        breach = ClockMark(state.clock, Mark.BREACH, state.target)
        assert state.is_stopped or not state.breached or breach in told


@settings(max_examples=60, deadline=None)
@given(stories(complete=True), st.sampled_from(Priority))
def test_a_raised_priority_never_moves_what_is_due_later(story: Story, raised: Priority) -> None:
    before = story.clocks()
    held = [event.after for _, event in story.steps if isinstance(event, PriorityChanged)]
    assume(raised.weight > (held[-1] if held else story.priority).weight)
    change = (story.now, PriorityChanged(before=story.priority, after=raised))
    for was, now in zip(before, replace(story, steps=(*story.steps, change)).clocks(), strict=True):
        for old, new in ((was.warn_at, now.warn_at), (was.due_at, now.due_at)):
            assert old is None or (new is not None and new <= old)
        assert now.elapsed == was.elapsed
