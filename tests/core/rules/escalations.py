"""Policies of escalation, written shortly."""

from datetime import UTC, datetime, timedelta

from core.model.escalation import Escalation, EscalationPolicy, EscalationStep, EscalationTrigger, Whom, WhomKind
from core.model.ids import EscalationId, TicketId
from core.rules.escalation import DueCall, due

BEGUN = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
ASSIGNEE, ON_DUTY, LEAD = Whom(WhomKind.ASSIGNEE), Whom(WhomKind.TEAM_ON_DUTY), Whom(WhomKind.LEAD)
SPACE, DEAN = Whom(WhomKind.SPACE, "leads"), Whom(WhomKind.EMAIL, "dean@example.org")


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def at(number: float) -> datetime:
    return BEGUN + minutes(number)


def step(after: float, *notify: Whom, repeat: float | None = None, times: int = 1) -> EscalationStep:
    every = None if repeat is None else minutes(repeat)
    return EscalationStep(after=minutes(after), notify=notify, repeat=every, times=times)


def policy(*steps: EscalationStep, lapses: float | None = None) -> EscalationPolicy:
    lapses_after = None if lapses is None else minutes(lapses)
    return EscalationPolicy(key="p", when=EscalationTrigger(), steps=steps, lapses_after=lapses_after)


def begun(frozen: EscalationPolicy) -> Escalation:
    return Escalation(
        id=EscalationId(1), ticket=TicketId(1), policy=frozen, started_at=BEGUN, resumed_at=BEGUN, elapsed=timedelta(0)
    )


def called(escalation: Escalation, now: datetime) -> DueCall:
    found = due(escalation, now)
    assert found is not None
    return found


REPEATS = policy(step(0, SPACE, repeat=10, times=4), step(15, LEAD, repeat=20, times=2))
