"""The clocks of a ticket, by exact cases, and what is told of them when. ``test_sla_by_minutes.py`` tries the rest."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.events import (
    Event,
    MessagePosted,
    PriorityChanged,
    SlaBreached,
    SlaWarned,
    StatusChanged,
    TicketClaimed,
    TicketClosed,
    TicketReopened,
    TicketResolved,
    TicketSnoozed,
    TicketWoken,
)
from core.model.hours import OpeningHours, Span
from core.model.ids import MessageId, PersonId
from core.model.sla import SlaClock, SlaPolicy
from core.model.thread import MessageKind
from core.model.ticket import Ending, Priority, Status
from core.rules.history import HISTORY_EVENTS, History, history_of
from core.rules.sla import TOLD_EVENTS, ClockMark, ClockState, Mark, clocks, due_marks, next_mark_at, told_of
from tests.fakes.trails import ticket_of, trail_of

FIRST, RESOLUTION = SlaClock
LOW, NORMAL, HIGH, URGENT = Priority
OPEN, IN_PROGRESS, WAITING, RESOLVED, CLOSED = Status
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = OpeningHours(
    zone="Europe/Berlin",
    week=dict.fromkeys(range(5), (Span(9 * 60, 17 * 60),)),
    holidays={date(2026, 5, 14): "Ascension Day"},
)
POLICY = SlaPolicy(
    key="usual",
    first_response={LOW: 8 * HOUR, NORMAL: 4 * HOUR, HIGH: 2 * HOUR, URGENT: HOUR / 2},
    resolution={NORMAL: 16 * HOUR, HIGH: 8 * HOUR, URGENT: 4 * HOUR},
)

WAITS = StatusChanged(before=IN_PROGRESS, after=WAITING)
GOES_ON = StatusChanged(before=WAITING, after=IN_PROGRESS)
STARTS = StatusChanged(before=OPEN, after=IN_PROGRESS)
RESOLVES = TicketResolved(answer=None)
CLOSES = TicketClosed(ending=Ending.BY_REQUESTER)
REOPENS = TicketReopened(reason=None)
WAKES = TicketWoken()
CLAIMS = TicketClaimed(assignee=PersonId(2))
ASKS = MessagePosted(message=MessageId(1), kind=MessageKind.REPLY)
"""The requester writes."""
ANSWERS = MessagePosted(message=MessageId(2), kind=MessageKind.REPLY)
"""The staff write, for the first time."""

Steps = Sequence[tuple[str, Event]]


def at(words: str) -> datetime:
    """``11 10:00``: of May 2026, in Berlin. The 11th is a Monday, the 14th a holiday."""
    day, clock = words.split()
    return datetime.fromisoformat(f"2026-05-{day}T{clock}").replace(tzinfo=BERLIN).astimezone(UTC)


def snoozes(until: str) -> Event:
    return TicketSnoozed(until=at(until))


def becomes(after: Priority, before: Priority = NORMAL) -> Event:
    return PriorityChanged(before=before, after=after)


def history(opened: str, priority: Priority, steps: Steps = ()) -> History:
    answered = next((at(when) for when, event in steps if event is ANSWERS), None)
    changes = [event.after for _, event in steps if isinstance(event, PriorityChanged)]
    ticket = ticket_of(at(opened), changes[-1] if changes else priority, answered)
    return history_of(ticket, trail_of(at(opened), priority, [(at(when), event) for when, event in steps]))


def states(now: str, priority: Priority = NORMAL, steps: Steps = (), opened: str = "11 10:00") -> Sequence[ClockState]:
    return clocks(history(opened, priority, steps), POLICY, OFFICE, at(now))


def shown(state: ClockState) -> str:
    """``running 1:00 of 4:00, warning 11 13:12, due 11 14:00``; a ``!`` where it is breached."""
    kind = "met" if state.is_met else "late" if state.is_stopped else "running" if state.is_running else "standing"
    marks = (
        f", {name} {instant.astimezone(BERLIN):%d %H:%M}"
        for name, instant in (("warning", state.warn_at), ("due", state.due_at))
        if instant is not None
    )
    used, target = (f"{time // HOUR}:{time % HOUR // MINUTE:02}" for time in (state.elapsed, state.target))
    return f"{kind} {used} of {target}{''.join(marks)}{'!' if state.breached else ''}"


IN_HOURS: Sequence[tuple[SlaClock, str, str, str]] = [
    # clock, opened with normal priority, now
    (FIRST, "11 10:00", "11 10:00", "running 0:00 of 4:00, warning 11 13:12, due 11 14:00"),
    (FIRST, "11 10:00", "11 11:00", "running 1:00 of 4:00, warning 11 13:12, due 11 14:00"),
    # By night it stands where it was.
    (FIRST, "11 16:00", "12 08:00", "running 1:00 of 4:00, warning 12 11:12, due 12 12:00"),
    # Before the desk opens nothing goes by.
    (FIRST, "11 06:00", "11 09:30", "running 0:30 of 4:00, warning 11 12:12, due 11 13:00"),
    # A holiday does not count, nor does a weekend.
    (FIRST, "13 15:00", "14 12:00", "running 2:00 of 4:00, warning 15 10:12, due 15 11:00"),
    (RESOLUTION, "15 10:00", "16 12:00", "running 7:00 of 16:00, warning 18 14:48, due 19 10:00"),
    # What is used up at closing time is due then, and not the next morning.
    (RESOLUTION, "11 09:00", "12 17:00", "running 16:00 of 16:00, warning 12 13:48, due 12 17:00!"),
    # The end of the target belongs to the breach, after which the clock goes on.
    (FIRST, "11 10:00", "11 13:59", "running 3:59 of 4:00, warning 11 13:12, due 11 14:00"),
    (FIRST, "11 10:00", "11 14:00", "running 4:00 of 4:00, warning 11 13:12, due 11 14:00!"),
    (FIRST, "11 10:00", "12 10:00", "running 8:00 of 4:00, warning 11 13:12, due 11 14:00!"),
]


@pytest.mark.parametrize(("clock", "opened", "now", "expected"), IN_HOURS)
def test_a_clock_counts_the_business_time_since_the_opening(
    clock: SlaClock, opened: str, now: str, expected: str
) -> None:
    [state] = (one for one in states(now, opened=opened) if one.clock is clock)
    assert shown(state) == expected


ANSWERED: Sequence[tuple[Steps, str, str]] = [
    ([("11 12:00", ANSWERS), ("11 12:00", STARTS)], "11 20:00", "met 2:00 of 4:00"),
    ([("11 13:30", ANSWERS)], "11 20:00", "met 3:30 of 4:00, warning 11 13:12"),
    ([("11 15:00", ANSWERS)], "11 20:00", "late 5:00 of 4:00, warning 11 13:12, due 11 14:00!"),
    ([("11 14:00", ANSWERS)], "11 20:00", "late 4:00 of 4:00, warning 11 13:12, due 11 14:00!"),
    # Nothing that comes later moves it: neither what it waits for, nor a priority, nor that it was reopened.
    ([("11 12:00", ANSWERS), ("11 13:00", WAITS), ("12 10:00", GOES_ON)], "15 10:00", "met 2:00 of 4:00"),
    ([("11 12:00", ANSWERS), ("11 13:00", becomes(URGENT))], "11 14:00", "met 2:00 of 4:00"),
    ([("11 12:00", ANSWERS), ("11 12:00", becomes(URGENT))], "11 14:00", "met 2:00 of 4:00"),
    ([("11 12:00", ANSWERS), ("11 13:00", RESOLVES), ("12 10:00", REOPENS)], "15 10:00", "met 2:00 of 4:00"),
    # Closed without an answer it stops as well, and goes on when it is reopened.
    ([("11 12:00", CLOSES)], "12 12:00", "met 2:00 of 4:00"),
    ([("11 12:00", CLOSES), ("12 10:00", REOPENS)], "12 11:00", "running 3:00 of 4:00, warning 12 11:12, due 12 12:00"),
    # An answer under a ticket that is resolved already.
    ([("11 12:00", RESOLVES), ("12 10:00", ANSWERS)], "12 11:00", "met 2:00 of 4:00"),
    # A claim is no answer, nor is what the requester writes.
    ([("11 11:00", CLAIMS), ("11 11:00", STARTS), ("11 11:30", ASKS)], "11 12:00",
     "running 2:00 of 4:00, warning 11 13:12, due 11 14:00"),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "now", "expected"), ANSWERED)
def test_the_first_answer_stops_its_clock_for_good(steps: Steps, now: str, expected: str) -> None:
    assert shown(states(now, steps=steps)[0]) == expected


PAUSED: Sequence[tuple[Steps, str, str]] = [
    ([("11 11:00", WAITS)], "11 14:00", "standing 1:00 of 16:00"),
    ([("11 11:00", WAITS), ("11 13:00", ASKS), ("11 13:00", GOES_ON)], "11 14:00",
     "running 2:00 of 16:00, warning 12 16:48, due 13 12:00"),
    ([("12 15:30", WAITS)], "12 16:00", "standing 13:30 of 16:00, warning 12 14:48"),
    ([("13 11:00", WAITS)], "13 12:00", "standing 17:00 of 16:00, warning 12 14:48, due 13 10:00!"),
    # Snoozed: until its time, however late the timer wakes it, or until somebody wakes it before.
    ([("11 11:00", snoozes("11 13:00"))], "11 12:00", "standing 1:00 of 16:00"),
    ([("11 11:00", snoozes("11 13:00"))], "11 13:00", "running 1:00 of 16:00, warning 12 16:48, due 13 12:00"),
    ([("11 11:00", snoozes("11 13:00"))], "11 14:00", "running 2:00 of 16:00, warning 12 16:48, due 13 12:00"),
    ([("11 11:00", snoozes("11 13:00")), ("11 13:40", WAKES)], "11 14:00",
     "running 2:00 of 16:00, warning 12 16:48, due 13 12:00"),
    ([("11 11:00", snoozes("11 13:00")), ("11 12:00", WAKES)], "11 14:00",
     "running 3:00 of 16:00, warning 12 15:48, due 13 11:00"),
    # Snoozed anew, the last word counts.
    ([("11 11:00", snoozes("13 12:00")), ("11 12:00", snoozes("11 13:00"))], "11 14:00",
     "running 2:00 of 16:00, warning 12 16:48, due 13 12:00"),
    ([("11 11:00", snoozes("11 13:00")), ("11 12:00", snoozes("13 12:00"))], "11 14:00", "standing 1:00 of 16:00"),
    # What overlaps counts once.
    ([("11 11:00", WAITS), ("11 11:30", snoozes("12 10:00")), ("11 14:00", GOES_ON)], "12 11:00",
     "running 2:00 of 16:00, warning 13 13:48, due 13 17:00"),
    ([("11 11:00", snoozes("11 12:30")), ("11 12:00", WAITS), ("11 13:00", GOES_ON)], "11 14:00",
     "running 2:00 of 16:00, warning 12 16:48, due 13 12:00"),
    ([("11 11:00", WAITS), ("11 11:30", snoozes("11 12:00"))], "11 14:00", "standing 1:00 of 16:00"),
    ([("11 11:00", WAITS), ("11 11:30", snoozes("11 12:00")), ("11 13:00", GOES_ON)], "11 14:00",
     "running 2:00 of 16:00, warning 12 16:48, due 13 12:00"),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "now", "expected"), PAUSED)
def test_the_clock_stands_while_it_waits_for_the_requester_or_is_snoozed(steps: Steps, now: str, expected: str) -> None:
    assert shown(states(now, steps=steps)[1]) == expected


ENDED: Sequence[tuple[Steps, str, str]] = [
    ([("11 12:00", RESOLVES)], "15 12:00", "met 2:00 of 16:00"),
    ([("13 11:00", RESOLVES)], "15 12:00", "late 17:00 of 16:00, warning 12 14:48, due 13 10:00!"),
    ([("11 12:00", RESOLVES), ("18 12:00", CLOSES)], "19 12:00", "met 2:00 of 16:00"),
    ([("11 12:00", RESOLVES), ("11 13:00", becomes(URGENT))], "11 15:00", "met 2:00 of 16:00"),
    ([("11 12:00", CLOSES), ("12 10:00", REOPENS)], "12 11:00",
     "running 3:00 of 16:00, warning 13 12:48, due 13 16:00"),
    ([("11 12:00", RESOLVES), ("11 16:00", CLOSES), ("12 10:00", REOPENS)], "12 11:00",
     "running 3:00 of 16:00, warning 13 12:48, due 13 16:00"),
    # The staff's reason is written down before the reopening.
    ([("11 12:00", CLOSES), ("12 10:00", ANSWERS), ("12 10:00", STARTS), ("12 10:00", REOPENS)], "12 11:00",
     "running 3:00 of 16:00, warning 13 12:48, due 13 16:00"),
    # Reopened, it neither waits nor is snoozed any more.
    ([("11 11:00", WAITS), ("11 12:00", RESOLVES), ("12 10:00", REOPENS)], "12 11:00",
     "running 2:00 of 16:00, warning 13 13:48, due 13 17:00"),
    ([("11 11:00", WAITS), ("11 12:00", CLOSES), ("12 10:00", REOPENS)], "12 11:00",
     "running 2:00 of 16:00, warning 13 13:48, due 13 17:00"),
    ([("11 11:00", snoozes("15 12:00")), ("11 12:00", CLOSES), ("12 10:00", REOPENS)], "12 11:00",
     "running 2:00 of 16:00, warning 13 13:48, due 13 17:00"),
    ([("11 12:00", CLOSES), ("12 10:00", REOPENS), ("12 11:00", RESOLVES)], "12 16:00", "met 3:00 of 16:00"),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "now", "expected"), ENDED)
def test_what_is_over_stands_still_and_goes_on_where_it_is_reopened(steps: Steps, now: str, expected: str) -> None:
    found = history("11 10:00", NORMAL, steps)
    state = clocks(found, POLICY, OFFICE, at(now))[1]
    assert shown(state) == expected
    assert found.over is state.is_stopped


CHANGED: Sequence[tuple[SlaClock, Priority, Steps, str, str]] = [
    # Raised: the whole past counts. Where the target is over already it is breached by the change, and not before.
    (FIRST, NORMAL, [("11 11:00", becomes(HIGH))], "11 11:00",
     "running 1:00 of 2:00, warning 11 11:36, due 11 12:00"),
    (FIRST, NORMAL, [("11 12:00", becomes(URGENT))], "11 12:00",
     "running 2:00 of 0:30, warning 11 12:00, due 11 12:00!"),
    (FIRST, NORMAL, [("11 12:00", becomes(URGENT))], "11 13:00",
     "running 3:00 of 0:30, warning 11 12:00, due 11 12:00!"),
    # Raised after a breach: that stands.
    (FIRST, HIGH, [("11 13:00", becomes(URGENT, HIGH))], "11 13:30",
     "running 3:30 of 0:30, warning 11 11:36, due 11 12:00!"),
    # Lowered: breached no more, until the longer target is over too.
    (FIRST, URGENT, [("11 11:00", becomes(NORMAL, URGENT))], "11 11:00",
     "running 1:00 of 4:00, warning 11 13:12, due 11 14:00"),
    (FIRST, URGENT, [("11 11:00", becomes(NORMAL, URGENT))], "11 14:30",
     "running 4:30 of 4:00, warning 11 13:12, due 11 14:00!"),
    (FIRST, URGENT, [("11 11:00", becomes(NORMAL, URGENT)), ("11 12:00", becomes(URGENT))], "11 12:30",
     "running 2:30 of 0:30, warning 11 12:00, due 11 12:00!"),
    # There and back at one instant is no change.
    (FIRST, URGENT, [("11 11:00", becomes(NORMAL, URGENT)), ("11 11:00", becomes(URGENT))], "11 12:30",
     "running 2:30 of 0:30, warning 11 10:24, due 11 10:30!"),
    # While it stands still.
    (RESOLUTION, NORMAL, [("11 11:00", WAITS), ("11 12:00", becomes(URGENT))], "11 13:00",
     "standing 1:00 of 4:00"),
    (RESOLUTION, NORMAL, [("11 15:00", WAITS), ("12 10:00", becomes(URGENT))], "12 10:00",
     "standing 5:00 of 4:00, warning 12 10:00, due 12 10:00!"),
    (RESOLUTION, NORMAL, [("11 11:00", WAITS), ("11 12:00", becomes(URGENT)), ("12 09:00", GOES_ON)], "12 09:00",
     "running 1:00 of 4:00, warning 12 11:12, due 12 12:00"),
    (RESOLUTION, NORMAL, [("11 15:00", CLOSES), ("12 10:00", REOPENS), ("12 11:00", becomes(URGENT))], "12 11:00",
     "running 6:00 of 4:00, warning 12 11:00, due 12 11:00!"),
    # Promised nothing before.
    (RESOLUTION, LOW, [("12 10:00", becomes(HIGH, LOW))], "12 11:00",
     "running 9:00 of 8:00, warning 12 10:00, due 12 10:00!"),
]  # fmt: skip


@pytest.mark.parametrize(("clock", "priority", "steps", "now", "expected"), CHANGED)
def test_the_present_priority_has_its_target_over_the_whole_history(
    clock: SlaClock, priority: Priority, steps: Steps, now: str, expected: str
) -> None:
    [state] = (one for one in states(now, priority, steps) if one.clock is clock)
    assert shown(state) == expected


CLOCK_CHANGES = [
    (datetime(2026, 3, 28, 19, tzinfo=UTC), datetime(2026, 3, 29, 3, tzinfo=UTC)),
    (datetime(2026, 10, 24, 18, tzinfo=UTC), datetime(2026, 10, 25, 2, tzinfo=UTC)),
]


@pytest.mark.parametrize(("opened", "due"), CLOCK_CHANGES)
def test_a_night_with_an_hour_more_or_less_counts_the_hours_that_it_has(opened: datetime, due: datetime) -> None:
    always = OpeningHours(zone="Europe/Berlin")
    found = history_of(ticket_of(opened, LOW), trail_of(opened, LOW))
    [state] = clocks(found, POLICY, always, due - HOUR)
    assert (state.elapsed, state.due_at) == (7 * HOUR, due)


def test_a_priority_that_is_promised_nothing_has_no_clock() -> None:
    assert [one.clock for one in states("11 11:00", LOW)] == [FIRST]
    nothing = SlaPolicy(key="none", first_response={}, resolution={})
    assert clocks(history("11 10:00", URGENT), nothing, OFFICE, at("11 11:00")) == ()


def test_a_desk_that_does_not_open_again_is_never_due() -> None:
    closed = OpeningHours(zone="Europe/Berlin", week={})
    for state in clocks(history("11 10:00", NORMAL), POLICY, closed, at("15 10:00")):
        assert shown(state).startswith("running 0:00 of ")
        assert (state.warn_at, state.due_at, state.breached) == (None, None, False)


def test_a_history_needs_only_the_events_it_names() -> None:
    steps = [("11 11:00", CLAIMS), ("11 11:00", STARTS), ("11 11:30", WAITS), ("11 12:00", ASKS), ("11 12:00", GOES_ON)]
    more: Steps = [("11 13:00", becomes(HIGH)), ("11 14:00", RESOLVES), ("11 15:00", REOPENS), ("11 16:00", CLOSES)]
    trail = trail_of(at("11 10:00"), NORMAL, [(at(when), event) for when, event in (*steps, *more)])
    needed = [record for record in trail if type(record.event) in HISTORY_EVENTS]
    ticket = ticket_of(at("11 10:00"), HIGH)
    assert len(needed) < len(trail)
    assert history_of(ticket, needed) == history_of(ticket, trail)
    assert history_of(ticket, trail) == History(
        opened_at=at("11 10:00"),
        priorities=((at("11 10:00"), NORMAL), (at("11 13:00"), HIGH)),
        paused=(
            (at("11 11:30"), at("11 12:00")),
            (at("11 14:00"), at("11 15:00")),
            (at("11 16:00"), None),
        ),
        over_since=at("11 16:00"),
    )


def test_a_ticket_whose_trail_is_not_there_has_the_priority_it_has() -> None:
    assert history_of(ticket_of(at("11 10:00"), HIGH), ()).priority is HIGH


WARNED, BREACHED = Mark
TOLD: Sequence[tuple[str, Steps, str, Sequence[tuple[SlaClock, Mark, timedelta]]]] = [
    ("nothing before its time", [], "11 13:11", []),
    ("a warning at its time", [], "11 13:12", [(FIRST, WARNED, 4 * HOUR)]),
    ("a breach swallows its warning", [], "11 14:00", [(FIRST, BREACHED, 4 * HOUR)]),
    ("both clocks", [], "13 10:00", [(FIRST, BREACHED, 4 * HOUR), (RESOLUTION, BREACHED, 16 * HOUR)]),
    ("an answer ends it, in time", [("11 13:30", ANSWERS)], "11 14:00", []),
    ("an answer ends it, late", [("11 15:00", ANSWERS)], "11 15:00", []),
    ("so does the end", [("13 11:00", RESOLVES)], "13 11:00", []),
    ("until it is reopened", [("13 11:00", CLOSES), ("15 10:00", REOPENS), ("15 10:00", ANSWERS)], "15 10:00",
     [(RESOLUTION, BREACHED, 16 * HOUR)]),
    ("what waits was reached before", [("11 14:30", WAITS)], "11 15:00", [(FIRST, BREACHED, 4 * HOUR)]),
    ("or is reached by a change", [("11 11:00", WAITS), ("11 12:00", becomes(URGENT))], "11 12:00",
     [(FIRST, BREACHED, HOUR / 2)]),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "now", "told"), [row[1:] for row in TOLD], ids=[row[0] for row in TOLD])
def test_what_is_due_is_told(steps: Steps, now: str, told: Sequence[tuple[SlaClock, Mark, timedelta]]) -> None:
    found = states(now, steps=steps)
    due = due_marks(found, frozenset(), at(now))
    assert list(due) == told
    assert due_marks(found, frozenset(due), at(now)) == ()


def test_the_timer_rings_at_the_warning_then_at_the_breach_of_whichever_clock_is_first() -> None:
    rung, told, now = [], frozenset[ClockMark](), at("11 10:00")
    found = states("11 10:00")
    while (now_ := next_mark_at(found, told, now)) is not None:
        found = clocks(history("11 10:00", NORMAL), POLICY, OFFICE, now_)
        due = due_marks(found, told, now_)
        rung.append((f"{now_.astimezone(BERLIN):%d %H:%M}", [(one.clock, one.mark) for one in due]))
        told, now = told | set(due), now_
    assert rung == [
        ("11 13:12", [(FIRST, WARNED)]),
        ("11 14:00", [(FIRST, BREACHED)]),
        ("12 14:48", [(RESOLUTION, WARNED)]),
        ("13 10:00", [(RESOLUTION, BREACHED)]),
    ]


def test_nothing_rings_for_a_clock_that_stands_before_its_time_or_has_stopped() -> None:
    for steps in ([("11 11:00", WAITS)], [("11 11:00", snoozes("12 11:00"))], [("11 11:00", CLOSES)]):
        assert next_mark_at(states("11 12:00", steps=steps), frozenset(), at("11 12:00")) is None


def test_what_was_told_under_one_target_stays_told_and_another_target_is_told_anew() -> None:
    told = frozenset(due_marks(states("11 10:45", URGENT), frozenset(), at("11 10:45")))
    assert told == {(FIRST, BREACHED, HOUR / 2)}
    lowered = [("11 11:00", becomes(NORMAL, URGENT))]
    assert due_marks(states("11 11:00", URGENT, lowered), told, at("11 11:00")) == ()
    [later] = due_marks(states("11 14:00", URGENT, lowered), told, at("11 14:00"))
    assert later == (FIRST, BREACHED, 4 * HOUR)
    raised = [*lowered, ("11 12:00", becomes(URGENT))]
    assert due_marks(states("11 12:00", URGENT, raised), told, at("11 12:00")) == ()


def test_a_breach_that_was_told_swallows_a_warning_that_comes_after_it() -> None:
    """The hours were changed meanwhile: by those of now the target is not over."""
    told = frozenset({ClockMark(FIRST, BREACHED, 4 * HOUR)})
    assert [mark.clock for mark in due_marks(states("11 13:30"), told, at("11 13:30"))] == []
    assert next_mark_at(states("11 13:30"), told, at("11 13:30")) == at("12 14:48")


def test_what_was_told_is_read_from_the_trail() -> None:
    steps: Steps = [
        ("11 13:12", SlaWarned(clock=FIRST, target=14_400)),
        ("11 14:00", SlaBreached(clock=FIRST, target=14_400)),
        ("12 14:48", SlaWarned(clock=RESOLUTION, target=57_600)),
    ]
    trail = trail_of(at("11 10:00"), NORMAL, [(at(when), event) for when, event in steps])
    told = told_of(trail)
    assert told == {(FIRST, WARNED, 4 * HOUR), (FIRST, BREACHED, 4 * HOUR), (RESOLUTION, WARNED, 16 * HOUR)}
    assert told_of([record for record in trail if type(record.event) in TOLD_EVENTS]) == told
    assert next_mark_at(states("12 15:00"), told, at("12 15:00")) == at("13 10:00")
