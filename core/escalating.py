"""A ticket's escalations as they stand, for whoever asks: what goes on, which alert spaces heard, what a lead is to
decide."""

from collections.abc import Mapping, Sequence

from core.events import EscalationCalled, Record, UrgencyDecided, UrgencyDeclared
from core.model.escalation import Escalation, EscalationState, Whom, WhomKind
from core.model.ids import PersonId, TicketId
from core.storage import Traced, UnitOfWork

_ON_URGENCY = Traced(only=frozenset({UrgencyDeclared, UrgencyDecided}))


async def going_on(ticket: TicketId, work: UnitOfWork) -> Sequence[Escalation]:
    """Those that have not ended, the first begun first."""
    return [one for one in await work.escalations.of(ticket) if one.state is not EscalationState.ENDED]


async def acknowledgers(escalations: Sequence[Escalation], work: UnitOfWork) -> Mapping[PersonId, str]:
    """The names of those who have one of ``escalations`` in hand."""
    people = sorted({one.acknowledged_by for one in escalations if one.acknowledged_by is not None})
    return await work.people.named(people) if people else {}


async def awaits_decision(ticket: TicketId, work: UnitOfWork) -> bool:
    """Whether its requester asked for it to be urgent, and no lead has decided since."""
    newest = await work.events.newest(ticket, 1, traced=_ON_URGENCY)
    return bool(newest) and isinstance(newest[0].event, UrgencyDeclared) and not newest[0].event.granted


def written(whom: Whom) -> str:
    """As bot.toml has it: ``space:leads``, ``team_on_duty``."""
    return f"{whom.kind}:{whom.name}" if whom.name else whom.kind.value


def whom_of(callee: str) -> Whom:
    """What ``written`` wrote."""
    kind, _, name = callee.partition(":")
    return Whom(WhomKind(kind), name)


def spaces_in(event: EscalationCalled) -> Sequence[str]:
    """The alert spaces that a call reaches."""
    return [whom.name for whom in map(whom_of, event.whom) if whom.kind is WhomKind.SPACE]


def spaces_called(trail: Sequence[Record]) -> Sequence[str]:
    """Every alert space that was called so far, each once. ``trail``: with each ``EscalationCalled``."""
    called = (record.event for record in trail if isinstance(record.event, EscalationCalled))
    return list(dict.fromkeys(space for event in called for space in spaces_in(event)))
