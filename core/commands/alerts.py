"""Of promises and escalations."""

from dataclasses import dataclass
from datetime import datetime

from core.commands.base import Command, TicketCommand, TimerCommand
from core.model.ids import EscalationId


@dataclass(frozen=True, slots=True, kw_only=True)
class MindSla(TimerCommand):
    """A promise may be about to be broken, or be broken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RearmPromises(TicketCommand):
    """By the desk, at its start: bot.toml may promise something else now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MindUnassigned(TimerCommand):
    """Nobody has had the ticket for as long as an escalation (``subject``: its policy) waits for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeCall(TimerCommand):
    """An escalation (``subject``) calls whom it is time to call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MindLapse(TimerCommand):
    """An acknowledgement (of the escalation ``subject``) is to be recalled, or lapses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge(TicketCommand):
    """The asker has it in hand: the ticket's escalations call no more."""

    escalation: EscalationId | None = None
    """One of them only, as a link does."""
    name: str = ""
    """What was typed by somebody who is not signed in, behind a link that allows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unacknowledge(TicketCommand):
    """Nobody has it in hand after all: the escalations go on where they stood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalate(TicketCommand):
    """Call the people of a step now; without an escalation yet, one begins there."""

    level: int
    """From 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TellPromises(Command):
    """By the desk, when the promises of every ticket are armed anew: how many were late already, to those who lead."""

    since: datetime
    """When it began to arm them."""
