"""What holds of any policy of escalation, however it is written: that it is kept, and that every call is made."""

import json
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model.escalation import EscalationPolicy, EscalationStep, EscalationTrigger, Whom, WhomKind
from core.model.ticket import Priority
from core.rules.escalation import (
    CallPlan,
    acknowledge,
    calls,
    due,
    end,
    from_json,
    jump,
    lapse_at,
    next_call_at,
    remind_at,
    resume,
    to_json,
)
from core.text import Json
from tests.core.rules.escalations import (
    BEGUN,
    DEAN,
    LEAD,
    ON_DUTY,
    REPEATS,
    SPACE,
    at,
    begun,
    minutes,
    policy,
)

whoms = st.builds(Whom, st.sampled_from(WhomKind), st.text(max_size=6))
times = st.timedeltas(timedelta(0), timedelta(days=400))
steps = st.builds(
    EscalationStep,
    after=times,
    notify=st.lists(whoms, max_size=3).map(tuple),
    repeat=st.none() | times,
    times=st.integers(1, 5),
)
policies = st.builds(
    EscalationPolicy,
    key=st.text(max_size=8),
    when=st.builds(
        EscalationTrigger,
        priorities=st.frozensets(st.sampled_from(Priority)),
        breached=st.booleans(),
        unassigned_for=st.none() | times,
        requested=st.booleans(),
    ),
    steps=st.lists(steps, max_size=4).map(lambda some: tuple(sorted(some, key=lambda one: one.after))),
    lapses_after=st.none() | times,
)


@given(policies)
def test_a_frozen_policy_reads_back_as_it_was(frozen: EscalationPolicy) -> None:
    assert from_json(json.loads(json.dumps(to_json(frozen)))) == frozen


WRITTEN = to_json(REPEATS)


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        "p",
        {**WRITTEN, "v": 2},
        {**WRITTEN, "steps": None},
        {**WRITTEN, "steps": "abc"},
        {**WRITTEN, "steps": [{"after": 1}]},
        {**WRITTEN, "steps": [{"after": "1", "notify": [], "repeat": None, "times": 1}]},
        {**WRITTEN, "steps": [{"after": 10**30, "notify": [], "repeat": None, "times": 1}]},
        {**WRITTEN, "steps": [{"after": 1, "notify": [], "repeat": None, "times": True}]},
        {**WRITTEN, "steps": [{"after": 1, "notify": [{"kind": "owl", "name": ""}], "repeat": None, "times": 1}]},
        {**WRITTEN, "when": {"priorities": ["purple"], "breached": False, "unassigned_for": None, "requested": False}},
        {**WRITTEN, "lapses_after": 1.5},
        {key: part for key, part in WRITTEN.items() if key != "key"},
    ],
)
def test_what_was_not_written_by_it_is_not_read(value: Json) -> None:
    with pytest.raises(ValueError):
        from_json(value)


short_steps = st.builds(
    EscalationStep,
    after=st.integers(0, 60).map(minutes),
    notify=st.lists(st.sampled_from([SPACE, ON_DUTY, LEAD, DEAN]), min_size=1, max_size=3).map(tuple),
    repeat=st.none() | st.integers(1, 30).map(minutes),
    times=st.integers(1, 5),
)
short_policies = st.lists(short_steps, min_size=1, max_size=4).map(
    lambda some: policy(*sorted(some, key=lambda one: one.after))
)
waits = st.lists(st.integers(0, 90) | st.integers(1000, 5000), max_size=12)
"""Minutes between two ticks, with outages."""


def people(frozen: EscalationPolicy, made: Sequence[CallPlan]) -> list[Whom]:
    """Who is called by ``made``, each once, in order."""
    found: list[Whom] = []
    for whom in (whom for call in made for whom in frozen.steps[call.level - 1].notify):
        found += [] if whom in found else [whom]
    return found


@given(short_policies, waits)
def test_every_call_is_made_once_at_the_first_tick_after_its_time(frozen: EscalationPolicy, ticks: list[int]) -> None:
    escalation, now, planned = begun(frozen), BEGUN, calls(frozen)
    for wait in [*ticks, 10**5]:
        before, now = now, now + minutes(wait)
        expected = [one for one in planned[escalation.called :] if BEGUN + one.offset <= now]
        assert all(BEGUN + one.offset > before for one in expected) or before == BEGUN
        call = due(escalation, now)
        assert (call is not None) is bool(expected)
        if call:
            assert list(call.whom) == people(frozen, expected)
            assert call.level == max(one.level for one in expected)
            assert call.escalation.called == escalation.called + len(expected)
            assert call.is_last is (call.escalation.called == len(planned))
            escalation = call.escalation
    assert (escalation.called, escalation.level) == (len(planned), len(frozen.steps))
    assert due(escalation, now + minutes(10**6)) is None


@given(short_policies, st.integers(0, 200), st.integers(0, 200), st.integers(0, 5000))
def test_an_acknowledgement_moves_later_calls_by_as_long_as_it_stood(
    frozen: EscalationPolicy, ticked: int, waited: int, stood: int
) -> None:
    call = due(begun(frozen), at(ticked))
    escalation = call.escalation if call else begun(frozen)
    resumed = resume(acknowledge(escalation, at(ticked + waited)), at(ticked + waited + stood))
    following = next_call_at(escalation)
    if following is None:
        assert next_call_at(resumed) is not None
    else:
        assert next_call_at(resumed) == following + minutes(stood)


actions = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from(["tick", "tick", "acknowledge", "resume", "jump", "end"])),
    max_size=30,
)


@given(short_policies, actions, st.data())
def test_it_runs_as_one_that_is_kept_by_hand(
    frozen: EscalationPolicy, happened: list[tuple[int, str]], data: st.DataObject
) -> None:
    escalation, now, planned = begun(frozen), BEGUN, calls(frozen)
    state, ran, left = "running", timedelta(0), list(planned)
    for wait, what in happened:
        now += minutes(wait)
        ran += minutes(wait) if state == "running" else timedelta(0)
        if what == "tick":
            call = due(escalation, now)
            made = [one for one in left if one.offset <= ran] if state == "running" else []
            left = [one for one in left if one not in made]
            assert (list(call.whom) if call else []) == people(frozen, made)
            escalation = call.escalation if call else escalation
        elif what == "acknowledge":
            escalation = acknowledge(escalation, now)
            state = "acknowledged" if state == "running" else state
        elif what == "resume":
            escalation = resume(escalation, now)
            if state == "acknowledged" and not left:
                last = max(one for one in planned if one.level == len(frozen.steps))
                left = [one for one in planned if one >= last]
            state = "running" if state == "acknowledged" else state
        elif what == "jump":
            level = data.draw(st.integers(1, len(frozen.steps)))
            escalation = jump(escalation, level, now)
            if state != "ended":
                state, ran = "running", frozen.steps[level - 1].after
                left = [one for one in planned if one >= CallPlan(ran, level, 0)]
        else:
            escalation, state = end(escalation, now), "ended"
        assert escalation.state.value == state
        assert (next_call_at(escalation) is None) is (state != "running" or not left)


@given(policies, st.integers(0, 60), st.none() | st.integers(0, 120))
def test_the_reminder_comes_before_the_lapse(frozen: EscalationPolicy, after: int, progress: int | None) -> None:
    held = acknowledge(begun(frozen), at(after))
    moment = None if progress is None else at(progress)
    lapse, remind = lapse_at(held, moment), remind_at(held, moment)
    assert (lapse is None) is (frozen.lapses_after is None)
    assert (remind is None) is (lapse is None)
    if lapse is not None and remind is not None and frozen.lapses_after is not None:
        assert held.acknowledged_at is not None
        assert held.acknowledged_at <= remind <= lapse
        assert remind < lapse or frozen.lapses_after < timedelta(microseconds=4)
