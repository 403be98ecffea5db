"""Of promises and escalations."""

from dataclasses import dataclass
from datetime import datetime

from core.events.base import Event
from core.model.ids import EscalationId
from core.model.sla import SlaClock


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaWarned(Event):
    """By the desk: most of a target's time is gone."""

    clock: SlaClock
    target: int
    """Seconds of business time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaBreached(Event):
    """By the desk: a target's time is over."""

    clock: SlaClock
    target: int
    """Seconds of business time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaBreachFound(Event):
    """By the desk: a target's time was over already when bot.toml came to promise it. It is late as one that was
    breached, but nobody is told of it alone, and it begins nothing."""

    clock: SlaClock
    target: int
    """Seconds of business time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationStarted(Event):
    escalation: EscalationId
    policy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationCalled(Event):
    """People are called, up to a level."""

    escalation: EscalationId
    level: int
    """The step, from 1."""
    whom: tuple[str, ...]
    """As bot.toml has them: ``space:leads``, ``team_on_duty``."""
    is_last: bool
    """Whether there is nobody else to call after this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationRaised(Event):
    """Somebody jumped to a level by hand."""

    escalation: EscalationId
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationAcknowledged(Event):
    """By the actor, or, where there is none, under a name that nobody verified (it stands with the escalation)."""

    escalation: EscalationId


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgementReminded(Event):
    """By the desk: it lapses soon, since nothing happened."""

    escalation: EscalationId


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationResumed(Event):
    """Nobody has it in hand any more."""

    escalation: EscalationId
    lapsed: bool
    """The acknowledgement ran out; else somebody took it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationEnded(Event):
    escalation: EscalationId


@dataclass(frozen=True, slots=True, kw_only=True)
class PromisesChanged(Event):
    """By the desk: bot.toml promises something else, and some tickets were late by it already (``SlaBreachFound``)."""

    since: datetime
    """When the desk began to look for them."""
