"""Escalations: who is called, and after how long, until somebody acknowledges."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.model.ids import EscalationId, PersonId, TicketId
from core.model.ticket import Priority


class WhomKind(StrEnum):
    SPACE = "space"
    EMAIL = "email"
    ASSIGNEE = "assignee"
    TEAM_ON_DUTY = "team_on_duty"
    LEAD = "lead"


@dataclass(frozen=True, slots=True)
class Whom:
    """Who is called by a step. ``name``: the space's key, or the address."""

    kind: WhomKind
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationStep:
    after: timedelta
    """Since the escalation began."""
    notify: tuple[Whom, ...]
    repeat: timedelta | None = None
    """How long between two calls of this step; None: it calls once."""
    times: int = 1
    """How often it calls in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationTrigger:
    """When an escalation begins: any one of these suffices."""

    priorities: frozenset[Priority] = frozenset()
    breached: bool = False
    """A promise of the SLA is broken."""
    unassigned_for: timedelta | None = None
    """Nobody has had the ticket for so long."""
    requested: bool = False
    """The requester declared it urgent, granted or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationPolicy:
    key: str
    when: EscalationTrigger
    steps: tuple[EscalationStep, ...]
    """In the order of their times."""
    lapses_after: timedelta | None = None
    """How long an acknowledgement stands without progress; None: for good."""


class EscalationState(StrEnum):
    RUNNING = "running"
    ACKNOWLEDGED = "acknowledged"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """One that began for a ticket, with its policy as it was then: a change of bot.toml does not reach it.

    Its own clock runs while it is RUNNING and stands still while it is ACKNOWLEDGED. The calls of the policy's steps,
    repeats included, are numbered from 0 in the order of their times (``core/rules/escalation.py``).
    """

    id: EscalationId
    ticket: TicketId
    policy: EscalationPolicy
    state: EscalationState = EscalationState.RUNNING
    started_at: datetime
    resumed_at: datetime
    """Since when its clock runs, where it does."""
    elapsed: timedelta = timedelta(0)
    """What its clock had run until then (or stands at)."""
    called: int = 0
    """How many of its calls were made, or passed over: the next one's number."""
    level: int = 0
    """The highest step that called, from 1; 0 before the first."""
    acknowledged_by: PersonId | None = None
    acknowledged_as: str = ""
    """The name that was last typed by somebody who is not signed in: unverified. It is theirs who have it in hand where
    ``acknowledged_by`` is None, and stays for the history when they have it no more."""
    acknowledged_at: datetime | None = None
    reminded_at: datetime | None = None
    """When whoever acknowledged was told that it lapses soon."""
    ended_at: datetime | None = None
    version: int = 0
