"""How an escalation runs: whom it calls when, what an acknowledgement stops, and what starts it.

Its clock runs while it is RUNNING and stands still otherwise. A call is due once the clock has reached its offset, so
a late tick makes every call that it finds due, together, and those to come keep their own times.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.model.escalation import (
    Escalation,
    EscalationPolicy,
    EscalationState,
    EscalationStep,
    EscalationTrigger,
    Whom,
    WhomKind,
)
from core.model.ids import PersonId
from core.model.ticket import Priority
from core.text import Json

_MINUTE = timedelta(minutes=1)
_MICROSECOND = timedelta(microseconds=1)
_VERSION = 1


@dataclass(frozen=True, slots=True, order=True)
class CallPlan:
    """One call of one step."""

    offset: timedelta
    """On the escalation's clock."""
    level: int
    """The step, from 1."""
    nth: int
    """Which of that step's calls, from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueCall:
    """The calls that are due, as one."""

    level: int
    """The highest of their steps, from 1."""
    whom: tuple[Whom, ...]
    """Each once, in the order of the calls."""
    is_last: bool
    """Whether no call is left after it."""
    escalation: Escalation
    """As it is once they are made."""


def calls(policy: EscalationPolicy) -> tuple[CallPlan, ...]:
    """Every call of every step, in the order in which they are made and numbered."""
    return tuple(sorted(call for level, step in enumerate(policy.steps, start=1) for call in _calls_of(step, level)))


def _calls_of(step: EscalationStep, level: int) -> list[CallPlan]:
    if step.repeat is None:
        return [CallPlan(step.after, level, 0)]
    return [CallPlan(step.after + nth * step.repeat, level, nth) for nth in range(step.times)]


def next_call_at(escalation: Escalation) -> datetime | None:
    """When the next call is due, a moment past where it is late. None: it is not running, or all were made."""
    planned = calls(escalation.policy)
    if escalation.state is not EscalationState.RUNNING or escalation.called >= len(planned):
        return None
    return escalation.resumed_at + (planned[escalation.called].offset - escalation.elapsed)


def due(escalation: Escalation, now: datetime) -> DueCall | None:
    """Every call that is due at ``now``, as one; None where none is."""
    if escalation.state is not EscalationState.RUNNING:
        return None
    planned = calls(escalation.policy)
    time = _clock(escalation, now)
    made = [call for call in planned[escalation.called :] if call.offset <= time]
    if not made:
        return None
    called = escalation.called + len(made)
    level = max(call.level for call in made)
    return DueCall(
        level=level,
        whom=tuple(dict.fromkeys(whom for call in made for whom in escalation.policy.steps[call.level - 1].notify)),
        is_last=called == len(planned),
        escalation=replace(escalation, called=called, level=max(level, escalation.level)),
    )


def _clock(escalation: Escalation, now: datetime) -> timedelta:
    if escalation.state is not EscalationState.RUNNING:
        return escalation.elapsed
    return escalation.elapsed + max(now - escalation.resumed_at, timedelta(0))


def acknowledge(escalation: Escalation, now: datetime, by: PersonId | None = None, name: str = "") -> Escalation:
    """Somebody has it in hand: its clock stands still, and no call is due. ``name``: what was typed by somebody who is
    not signed in; the last is kept, whoever acknowledges next. The very same where it is not running."""
    if escalation.state is not EscalationState.RUNNING:
        return escalation
    return replace(
        escalation,
        state=EscalationState.ACKNOWLEDGED,
        elapsed=_clock(escalation, now),
        acknowledged_by=by,
        acknowledged_as=name or escalation.acknowledged_as,
        acknowledged_at=now,
    )


def resume(escalation: Escalation, now: datetime) -> Escalation:
    """Nobody has it in hand any more: its clock goes on from where it stood. Where every call was made, the last step
    calls again at once, together with whatever repeated after it. The very same where it is not acknowledged."""
    if escalation.state is not EscalationState.ACKNOWLEDGED:
        return escalation
    planned = calls(escalation.policy)
    called = escalation.called
    if planned and called >= len(planned):
        called = max(number for number, call in enumerate(planned) if call.level == len(escalation.policy.steps))
    return _running(replace(escalation, called=called), now)


def jump(escalation: Escalation, level: int, now: datetime) -> Escalation:
    """The step ``level`` calls now, and later calls follow at their distances; what would have come before it is
    passed over. Ends an acknowledgement. The very same where it has ended.

    Raises ValueError for a level that the policy does not have.
    """
    if not 1 <= level <= len(escalation.policy.steps):
        raise ValueError(f"level {level} of {len(escalation.policy.steps)}")
    if escalation.state is EscalationState.ENDED:
        return escalation
    first = CallPlan(escalation.policy.steps[level - 1].after, level, 0)
    put = replace(
        escalation,
        elapsed=first.offset,
        called=calls(escalation.policy).index(first),
        level=min(escalation.level, level),
    )
    return _running(put, now)


def _running(escalation: Escalation, now: datetime) -> Escalation:
    return replace(
        escalation,
        state=EscalationState.RUNNING,
        resumed_at=now,
        acknowledged_by=None,
        acknowledged_at=None,
        reminded_at=None,
    )


def end(escalation: Escalation, now: datetime) -> Escalation:
    """For good: nothing is due any more. Who had acknowledged it stays written. The very same where it has ended."""
    if escalation.state is EscalationState.ENDED:
        return escalation
    return replace(escalation, state=EscalationState.ENDED, elapsed=_clock(escalation, now), ended_at=now)


def lapse_at(escalation: Escalation, last_progress: datetime | None) -> datetime | None:
    """When its acknowledgement lapses, unless something happens before; None: never, or nobody acknowledged it.

    ``last_progress``: when the staff last did something for the ticket.
    """
    since, lapses_after = _in_hand_since(escalation, last_progress), escalation.policy.lapses_after
    return since + lapses_after if since is not None and lapses_after is not None else None


def remind_at(escalation: Escalation, last_progress: datetime | None) -> datetime | None:
    """When whoever acknowledged it is told that this lapses soon: a quarter of its time before, at least a minute.
    None: never, or they were told, and nothing happened since."""
    since, lapses_after = _in_hand_since(escalation, last_progress), escalation.policy.lapses_after
    if since is None or lapses_after is None:
        return None
    if escalation.reminded_at is not None and escalation.reminded_at >= since:
        return None
    quarter = lapses_after / 4
    return since + lapses_after - (max(quarter, _MINUTE) if lapses_after > _MINUTE else quarter)


def _in_hand_since(escalation: Escalation, last_progress: datetime | None) -> datetime | None:
    """Since when nothing happened under the present acknowledgement."""
    if escalation.state is not EscalationState.ACKNOWLEDGED or escalation.acknowledged_at is None:
        return None
    return max(escalation.acknowledged_at, last_progress or escalation.acknowledged_at)


def begins_with(
    policy: EscalationPolicy,
    *,
    priority: Priority,
    breached: bool,
    unassigned_since: datetime | None,
    requested: bool,
    now: datetime,
) -> bool:
    """Whether such a ticket begins an escalation. ``unassigned_since``: since when nobody has it; None: somebody has.
    ``requested``: its requester declared it urgent."""
    neglected_at = begins_at(policy, unassigned_since)
    return (
        priority in policy.when.priorities
        or (policy.when.breached and breached)
        or (policy.when.requested and requested)
        or (neglected_at is not None and neglected_at <= now)
    )


def begins_at(policy: EscalationPolicy, unassigned_since: datetime | None) -> datetime | None:
    """When it begins by time alone, for a ticket that nobody takes; None: never."""
    if unassigned_since is None or policy.when.unassigned_for is None:
        return None
    return unassigned_since + policy.when.unassigned_for


def to_json(policy: EscalationPolicy) -> Mapping[str, Json]:
    """The policy as it is frozen into an escalation. Times are in microseconds."""
    when = policy.when
    return {
        "v": _VERSION,
        "key": policy.key,
        "when": {
            "priorities": sorted(when.priorities),
            "breached": when.breached,
            "unassigned_for": _microseconds(when.unassigned_for),
            "requested": when.requested,
        },
        "steps": [
            {
                "after": _microseconds(step.after),
                "notify": [{"kind": whom.kind, "name": whom.name} for whom in step.notify],
                "repeat": _microseconds(step.repeat),
                "times": step.times,
            }
            for step in policy.steps
        ],
        "lapses_after": _microseconds(policy.lapses_after),
    }


def from_json(value: Json) -> EscalationPolicy:
    """The policy that ``to_json`` wrote. Raises ValueError for what it did not write."""
    document = _object(value)
    if document.get("v") != _VERSION:
        raise ValueError(f"an escalation's policy of version {document.get('v')!r}, this desk reads {_VERSION}")
    try:
        return EscalationPolicy(
            key=str(document["key"]),
            when=_trigger(_object(document["when"])),
            steps=tuple(_step(_object(step)) for step in _array(document["steps"])),
            lapses_after=_time(document["lapses_after"]),
        )
    except KeyError as missing:
        raise ValueError(f"an escalation's policy without {missing}") from missing
    except OverflowError as endless:
        raise ValueError("an escalation's policy with a time beyond all times") from endless


def _trigger(value: Mapping[str, Json]) -> EscalationTrigger:
    return EscalationTrigger(
        priorities=frozenset(Priority(str(priority)) for priority in _array(value["priorities"])),
        breached=bool(value["breached"]),
        unassigned_for=_time(value["unassigned_for"]),
        requested=bool(value["requested"]),
    )


def _step(value: Mapping[str, Json]) -> EscalationStep:
    people = [_object(whom) for whom in _array(value["notify"])]
    return EscalationStep(
        after=_number(value["after"]) * _MICROSECOND,
        notify=tuple(Whom(WhomKind(str(whom["kind"])), str(whom["name"])) for whom in people),
        repeat=_time(value["repeat"]),
        times=_number(value["times"]),
    )


def _microseconds(time: timedelta | None) -> int | None:
    return None if time is None else time // _MICROSECOND


def _time(value: Json) -> timedelta | None:
    return None if value is None else _number(value) * _MICROSECOND


def _number(value: Json) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"a number was expected, not {type(value).__name__}")
    return value


def _object(value: Json) -> Mapping[str, Json]:
    if not isinstance(value, Mapping):
        raise ValueError(f"an object was expected, not {type(value).__name__}")
    return value


def _array(value: Json) -> Sequence[Json]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise ValueError(f"a list was expected, not {type(value).__name__}")
    return value
