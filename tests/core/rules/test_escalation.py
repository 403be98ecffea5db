"""Escalations: each call once, at its time, and none while somebody has it in hand."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from core.model.escalation import EscalationPolicy, EscalationState, EscalationStep, EscalationTrigger, Whom
from core.model.ids import PersonId
from core.model.ticket import Priority
from core.rules.escalation import (
    CallPlan,
    acknowledge,
    begins_at,
    begins_with,
    calls,
    due,
    end,
    jump,
    lapse_at,
    next_call_at,
    remind_at,
    resume,
)
from tests.core.rules.escalations import (
    DEAN,
    LEAD,
    ON_DUTY,
    REPEATS,
    SPACE,
    at,
    begun,
    called,
    minutes,
    policy,
    step,
)

ASHA = PersonId(7)

THREE = policy(step(0, SPACE, ON_DUTY), step(10, ON_DUTY, LEAD), step(30, DEAN))


@pytest.mark.parametrize(
    ("steps", "planned"),
    [
        ((), []),
        ((step(0, SPACE),), [(0, 1, 0)]),
        ((step(5, SPACE), step(5, LEAD)), [(5, 1, 0), (5, 2, 0)]),
        ((step(0, SPACE, repeat=10, times=3),), [(0, 1, 0), (10, 1, 1), (20, 1, 2)]),
        ((step(0, SPACE, times=3),), [(0, 1, 0)]),  # no distance, so nothing to repeat at
        (REPEATS.steps, [(0, 1, 0), (10, 1, 1), (15, 2, 0), (20, 1, 2), (30, 1, 3), (35, 2, 1)]),
        ((step(0, SPACE, repeat=10, times=2), step(10, LEAD)), [(0, 1, 0), (10, 1, 1), (10, 2, 0)]),
    ],
)
def test_the_calls_of_all_steps_stand_in_the_order_of_their_times(
    steps: tuple[EscalationStep, ...], planned: list[tuple[float, int, int]]
) -> None:
    assert calls(policy(*steps)) == tuple(CallPlan(minutes(offset), level, nth) for offset, level, nth in planned)


@pytest.mark.parametrize(
    ("now", "level", "whom", "is_last", "next_at"),
    [
        (0, 1, (SPACE, ON_DUTY), False, 10),
        (9.9, 1, (SPACE, ON_DUTY), False, 10),
        (10, 2, (SPACE, ON_DUTY, LEAD), False, 30),
        (29, 2, (SPACE, ON_DUTY, LEAD), False, 30),
        (30, 3, (SPACE, ON_DUTY, LEAD, DEAN), True, None),
        (60 * 24 * 400, 3, (SPACE, ON_DUTY, LEAD, DEAN), True, None),
    ],
)
def test_what_is_due_is_called_together_each_person_once(
    now: float, level: int, whom: tuple[Whom, ...], is_last: bool, next_at: float | None
) -> None:
    call = called(begun(THREE), at(now))
    assert (call.level, call.whom, call.is_last) == (level, whom, is_last)
    assert (call.escalation.level, call.escalation.called) == (level, level)
    assert next_call_at(call.escalation) == (None if next_at is None else at(next_at))
    assert due(call.escalation, at(now)) is None


def test_after_an_outage_later_calls_keep_their_own_times() -> None:
    late = called(begun(THREE), at(12)).escalation
    assert next_call_at(late) == at(30)
    assert due(late, at(29)) is None
    assert called(late, at(30)).whom == (DEAN,)


def test_a_repeat_of_a_lower_step_calls_its_own_people_and_leaves_the_level() -> None:
    at_two = called(begun(REPEATS), at(15)).escalation
    repeated = called(at_two, at(20))
    assert (repeated.level, repeated.whom, repeated.escalation.level) == (1, (SPACE,), 2)


def test_a_step_that_repeats_stops_after_its_times() -> None:
    escalation, made = begun(REPEATS), []
    for minute in range(200):
        call = due(escalation, at(minute))
        if call is not None:
            escalation = call.escalation
            made.append((minute, call.level, call.is_last))
    assert made == [(0, 1, False), (10, 1, False), (15, 2, False), (20, 1, False), (30, 1, False), (35, 2, True)]
    assert next_call_at(escalation) is None


def test_a_clock_that_was_set_back_calls_nobody_early() -> None:
    assert due(begun(policy(step(1, SPACE))), at(-60)) is None
    assert acknowledge(begun(THREE), at(-60)).elapsed == timedelta(0)


def test_a_policy_without_steps_calls_nobody() -> None:
    empty = begun(policy())
    assert next_call_at(empty) is None
    assert due(empty, at(100)) is None
    assert next_call_at(resume(acknowledge(empty, at(1)), at(2))) is None


def test_who_acknowledged_is_kept_and_nothing_is_due_though_it_was_this_second() -> None:
    escalation = acknowledge(begun(THREE), at(10), by=ASHA)
    assert escalation.state is EscalationState.ACKNOWLEDGED
    assert (escalation.acknowledged_by, escalation.acknowledged_at) == (ASHA, at(10))
    assert (escalation.elapsed, escalation.called) == (minutes(10), 0)
    assert next_call_at(escalation) is None
    assert due(escalation, at(1000)) is None


def test_a_name_that_was_typed_is_kept_as_such() -> None:
    escalation = acknowledge(begun(THREE), at(1), name="Asha?")
    assert (escalation.acknowledged_by, escalation.acknowledged_as) == (None, "Asha?")


def test_the_name_that_was_last_typed_stays_when_nobody_or_another_has_it_in_hand() -> None:
    typed = acknowledge(begun(THREE), at(1), name="Dean")
    taken_back = resume(typed, at(2))
    assert (taken_back.acknowledged_as, taken_back.acknowledged_at) == ("Dean", None)
    known = acknowledge(taken_back, at(3), by=ASHA)
    assert (known.acknowledged_by, known.acknowledged_as) == (ASHA, "Dean")
    assert acknowledge(resume(known, at(4)), at(5), name="Rao").acknowledged_as == "Rao"


def test_a_second_acknowledgement_changes_nothing() -> None:
    first = acknowledge(begun(THREE), at(1), by=ASHA)
    assert acknowledge(first, at(2), by=PersonId(8)) is first


def test_resuming_forgets_the_acknowledgement_and_keeps_the_distances() -> None:
    held = replace(acknowledge(called(begun(THREE), at(0)).escalation, at(4), by=ASHA), reminded_at=at(50))
    resumed = resume(held, at(60))
    assert resumed == replace(
        held,
        state=EscalationState.RUNNING,
        resumed_at=at(60),
        acknowledged_by=None,
        acknowledged_at=None,
        reminded_at=None,
    )
    assert next_call_at(resumed) == at(66)


def test_a_call_that_was_due_when_it_was_acknowledged_is_made_on_resuming() -> None:
    resumed = resume(acknowledge(begun(THREE), at(10)), at(60))
    assert called(resumed, at(60)).whom == (SPACE, ON_DUTY, LEAD)
    assert next_call_at(called(resumed, at(60)).escalation) == at(80)


def test_where_all_were_called_resuming_calls_the_last_level_again_at_once_and_once() -> None:
    done = called(begun(THREE), at(30)).escalation
    resumed = resume(acknowledge(done, at(31)), at(90))
    assert next_call_at(resumed) is not None
    again = called(resumed, at(90))
    assert (again.level, again.whom, again.is_last) == (3, (DEAN,), True)
    assert due(again.escalation, at(500)) is None


def test_the_last_level_that_repeats_calls_once_more_on_resuming_and_no_oftener() -> None:
    resumed = resume(acknowledge(called(begun(REPEATS), at(99)).escalation, at(100)), at(101))
    again = called(resumed, at(101))
    assert (again.level, again.whom) == (2, (LEAD,))
    assert due(again.escalation, at(9999)) is None


def test_resuming_what_nobody_acknowledged_changes_nothing() -> None:
    running, ended = begun(THREE), end(begun(THREE), at(1))
    assert resume(running, at(5)) is running
    assert resume(ended, at(5)) is ended


@pytest.mark.parametrize(
    ("level", "whom", "next_at"), [(1, (SPACE, ON_DUTY), 15), (2, (ON_DUTY, LEAD), 25), (3, (DEAN,), None)]
)
def test_a_jump_calls_that_level_now_and_later_ones_at_their_distances(
    level: int, whom: tuple[Whom, ...], next_at: float | None
) -> None:
    jumped = jump(begun(THREE), level, at(5))
    assert next_call_at(jumped) == at(5)
    call = called(jumped, at(5))
    assert (call.level, call.whom, call.escalation.level) == (level, whom, level)
    assert next_call_at(call.escalation) == (None if next_at is None else at(next_at))


def test_a_jump_back_begins_again_from_there() -> None:
    back = jump(called(begun(THREE), at(30)).escalation, 1, at(40))
    assert called(back, at(40)).escalation.level == 1
    assert called(back, at(50)).whom == (SPACE, ON_DUTY, LEAD)


def test_a_jump_from_an_acknowledgement_runs_again() -> None:
    jumped = jump(acknowledge(begun(THREE), at(1), by=ASHA, name="Asha"), 2, at(5))
    assert (jumped.state, jumped.acknowledged_by, jumped.acknowledged_at) == (EscalationState.RUNNING, None, None)
    assert next_call_at(jumped) == at(5)


def test_a_jump_lets_repeats_of_lower_steps_go_on() -> None:
    call = called(jump(begun(REPEATS), 2, at(0)), at(0))
    assert call.whom == (LEAD,)
    assert next_call_at(call.escalation) == at(5)  # the first step's third call, at 20 on its clock


@pytest.mark.parametrize("level", [-1, 0, 4])
def test_a_jump_to_a_level_that_is_not_there_is_an_error(level: int) -> None:
    with pytest.raises(ValueError, match=f"level {level} of 3"):
        jump(begun(THREE), level, at(0))


def test_an_ended_one_stays_ended() -> None:
    ended = end(acknowledge(begun(THREE), at(1), by=ASHA), at(2))
    assert (ended.state, ended.ended_at, ended.acknowledged_by) == (EscalationState.ENDED, at(2), ASHA)
    assert ended.elapsed == minutes(1)
    for change in (acknowledge(ended, at(3)), resume(ended, at(3)), jump(ended, 1, at(3)), end(ended, at(3))):
        assert change is ended
    assert next_call_at(ended) is None
    assert due(ended, at(1000)) is None


@pytest.mark.parametrize(
    ("lapses", "progress", "reminded", "lapse", "remind"),
    [
        (None, None, None, None, None),
        (60, None, None, 70, 55),
        (60, 5, None, 70, 55),  # progress before it was acknowledged
        (60, 30, None, 90, 75),
        (60, 30, 20, 90, 75),  # something happened since they were reminded
        (60, 30, 75, 90, None),
        (2, None, None, 12, 11),  # at least a minute before
        (1, None, None, 11, 10.75),
        (0.5, None, None, 10.5, 10.375),
    ],
)
def test_an_acknowledgement_lapses_without_progress_after_a_reminder(
    lapses: float | None, progress: float | None, reminded: float | None, lapse: float | None, remind: float | None
) -> None:
    def moment(number: float | None) -> datetime | None:
        return None if number is None else at(number)

    frozen = policy(step(0, SPACE), lapses=lapses)
    held = replace(acknowledge(begun(frozen), at(10), by=ASHA), reminded_at=moment(reminded))
    assert lapse_at(held, moment(progress)) == moment(lapse)
    assert remind_at(held, moment(progress)) == moment(remind)


def test_only_what_is_acknowledged_lapses() -> None:
    running = begun(policy(step(0, SPACE), lapses=60))
    for one in (running, end(acknowledge(running, at(1)), at(2)), resume(acknowledge(running, at(1)), at(2))):
        assert lapse_at(one, None) is None
        assert remind_at(one, None) is None


NOTHING = EscalationTrigger()
BY_PRIORITY = EscalationTrigger(priorities=frozenset({Priority.HIGH, Priority.URGENT}))
BY_BREACH = EscalationTrigger(breached=True)
BY_REQUEST = EscalationTrigger(requested=True)
NEGLECTED = EscalationTrigger(unassigned_for=minutes(30))
ANY = EscalationTrigger(priorities=frozenset({Priority.URGENT}), breached=True, unassigned_for=minutes(30))


@pytest.mark.parametrize(
    ("when", "priority", "breached", "unassigned", "requested", "begins"),
    [
        (NOTHING, Priority.URGENT, True, 0, True, False),
        (BY_PRIORITY, Priority.NORMAL, True, 0, True, False),
        (BY_PRIORITY, Priority.HIGH, False, None, False, True),
        (BY_BREACH, Priority.URGENT, False, 0, True, False),
        (BY_BREACH, Priority.LOW, True, None, False, True),
        (BY_REQUEST, Priority.URGENT, True, 0, False, False),
        (BY_REQUEST, Priority.LOW, False, None, True, True),
        (NEGLECTED, Priority.URGENT, True, None, True, False),
        (NEGLECTED, Priority.LOW, False, 31, False, False),
        (NEGLECTED, Priority.LOW, False, 30, False, True),
        (NEGLECTED, Priority.LOW, False, 0, False, True),
        (ANY, Priority.NORMAL, False, None, True, False),
        (ANY, Priority.NORMAL, False, 0, False, True),
        (ANY, Priority.NORMAL, True, None, False, True),
        (ANY, Priority.URGENT, False, None, False, True),
    ],
)
def test_any_one_of_its_triggers_begins_it(
    when: EscalationTrigger, priority: Priority, breached: bool, unassigned: float | None, requested: bool, begins: bool
) -> None:
    since = None if unassigned is None else at(unassigned)
    frozen = EscalationPolicy(key="p", when=when, steps=())
    assert begins is begins_with(
        frozen, priority=priority, breached=breached, unassigned_since=since, requested=requested, now=at(60)
    )


def test_a_ticket_that_nobody_takes_begins_it_at_a_known_time() -> None:
    frozen = EscalationPolicy(key="p", when=NEGLECTED, steps=())
    assert begins_at(frozen, at(5)) == at(35)
    assert begins_at(frozen, None) is None
    assert begins_at(policy(), at(5)) is None
