"""A ticket's escalations as they stand, for whoever asks: what goes on, whom it called, who has it in hand, what a lead
is to decide."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from core.events import (
    AcknowledgementReminded,
    EscalationAcknowledged,
    EscalationCalled,
    EscalationEnded,
    EscalationResumed,
    EscalationStarted,
    Record,
    TicketReopened,
    UrgencyDecided,
    UrgencyDeclared,
)
from core.model.escalation import Escalation, EscalationState, Whom, WhomKind
from core.model.ids import EscalationId, EventId, PersonId, TicketId
from core.model.outbox import Address, ToEmail, ToPerson, ToSpace
from core.storage import Traced, UnitOfWork

_ON_URGENCY = Traced(only=frozenset({UrgencyDeclared, UrgencyDecided, TicketReopened}))
_DECIDED = Traced(only=frozenset({UrgencyDecided}))
_CALLED = Traced(only=frozenset({EscalationCalled}))
_ACKNOWLEDGED = Traced(only=frozenset({EscalationAcknowledged}))
_Echoing = (
    EscalationStarted
    | EscalationCalled
    | EscalationAcknowledged
    | AcknowledgementReminded
    | EscalationResumed
    | EscalationEnded
)
"""What happens to all of a ticket's escalations by one act."""


async def going_on(ticket: TicketId, work: UnitOfWork) -> Sequence[Escalation]:
    """Those that have not ended, the first begun first."""
    return [one for one in await work.escalations.of(ticket) if one.state is not EscalationState.ENDED]


async def acknowledgers(escalations: Sequence[Escalation], work: UnitOfWork) -> Mapping[PersonId, str]:
    """The names of those who have one of ``escalations`` in hand."""
    people = sorted({one.acknowledged_by for one in escalations if one.acknowledged_by is not None})
    return await work.people.named(people) if people else {}


async def awaits_decision(ticket: TicketId, work: UnitOfWork) -> bool:
    """Whether its requester asked for it to be urgent, and no lead has decided since. What was asked for before it was
    over is asked no more when it is reopened."""
    newest = await work.events.newest(ticket, 1, traced=_ON_URGENCY)
    return bool(newest) and isinstance(newest[0].event, UrgencyDeclared) and not newest[0].event.granted


async def declined_at(ticket: TicketId, work: UnitOfWork) -> datetime | None:
    """When a lead decided that it is not urgent, where that is what was decided last."""
    newest = await work.events.newest(ticket, 1, traced=_DECIDED)
    is_declined = bool(newest) and isinstance(newest[0].event, UrgencyDecided) and not newest[0].event.granted
    return newest[0].at if is_declined else None


async def names_typed(ticket: TicketId, work: UnitOfWork) -> Mapping[EventId, str]:
    """What was typed behind the alert's link, by the acknowledgement that it was typed for: unverified. Of each
    escalation the last name is kept; the trail itself holds no words."""
    kept = {one.id: one.acknowledged_as for one in await work.escalations.of(ticket) if one.acknowledged_as}
    if not kept:
        return {}
    newest: dict[EscalationId, EventId] = {}
    for record in await work.events.of(ticket, traced=_ACKNOWLEDGED):
        if isinstance(record.event, EscalationAcknowledged) and record.actor is None:
            newest[record.event.escalation] = record.id
    return {event: kept[escalation] for escalation, event in newest.items() if escalation in kept}


def without_echoes(records: Sequence[Record]) -> Sequence[Record]:
    """``records``, of which what one act did to several escalations at once stands once: an acknowledgement stops them
    all, and is one thing that happened."""
    shown: list[Record] = []
    done: dict[tuple[object, ...], set[EscalationId]] = {}
    for record in records:
        event = record.event
        if isinstance(event, _Echoing):
            told = getattr(event, "level", None), getattr(event, "lapsed", None)
            act = (type(event), *told, record.at, record.actor)
            so_far = done.get(act, set())
            if so_far and event.escalation not in so_far:
                so_far.add(event.escalation)
                continue
            done[act] = {event.escalation}
        shown.append(record)
    return shown


async def calls_made(ticket: TicketId, work: UnitOfWork) -> Sequence[EscalationCalled]:
    """Every call of its escalations so far, the first first."""
    found = (record.event for record in await work.events.of(ticket, traced=_CALLED))
    return [event for event in found if isinstance(event, EscalationCalled)]


def reaches(event: EscalationCalled, address: Address) -> bool:
    """Whether a call reaches ``address``, as far as it says: it names no persons, so any one that calls persons may."""
    match address:
        case ToSpace(space):
            return written(Whom(WhomKind.SPACE, space)) in event.whom
        case ToEmail(email):
            return written(Whom(WhomKind.EMAIL, email)) in event.whom
        case ToPerson():
            return any(whom.kind not in (WhomKind.SPACE, WhomKind.EMAIL) for whom in map(whom_of, event.whom))
        case _:
            return False


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
