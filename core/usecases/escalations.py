"""Escalations as they follow their ticket: what begins one and what ends it, the calls that come due, the
acknowledgement that lapses. What people do to one by hand is in ``core/usecases/acknowledging.py``.

An escalation begins by an event, not by what lasts: one that was acknowledged or has ended does not begin again because
the ticket still is what it was. It ends with its ticket, or when nothing of its own policy holds any more; one that
somebody raised by hand ends with its ticket only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from core.commands import MakeCall, MindLapse, MindUnassigned, TimerCommand
from core.escalating import going_on, spaces_in, written
from core.events import (
    AcknowledgementReminded,
    EscalationAcknowledged,
    EscalationCalled,
    EscalationEnded,
    EscalationRaised,
    EscalationResumed,
    EscalationStarted,
    Event,
    MessagePosted,
    PriorityChanged,
    Record,
    SlaBreached,
    StatusChanged,
    TicketAssigned,
    TicketClaimed,
    TicketClosed,
    TicketHandedOver,
    TicketOpened,
    TicketReopened,
    TicketResolved,
    TicketSnoozed,
    TicketTransferred,
    TicketUnassigned,
    TicketWoken,
    UrgencyDecided,
    UrgencyDeclared,
)
from core.model.desk import Desk
from core.model.escalation import Escalation, EscalationPolicy, EscalationState
from core.model.ids import EscalationId, PersonId
from core.model.outbox import NewTimer, TimerKind
from core.model.thread import MessageKind
from core.model.ticket import Ticket
from core.policy import Action, may
from core.rules import escalation as rules
from core.rules.history import nobody_since, since_reopened
from core.storage import Outcome, Traced
from core.usecases.case import Case

_BEGINS = (TicketOpened, TicketReopened, PriorityChanged, SlaBreached, UrgencyDeclared)
_ENDS = (TicketResolved, TicketClosed)
_EASES = (TicketClaimed, TicketAssigned, PriorityChanged, UrgencyDecided)
"""After which less may hold of what began an escalation."""
_TAKES = (TicketClaimed, TicketAssigned)
_LEAVES = (TicketOpened, TicketUnassigned, TicketHandedOver, TicketReopened, TicketWoken)
"""From when on, if anybody is to have it, nobody has."""
_HANDS = frozenset({*_LEAVES, *_TAKES, TicketTransferred})
"""What tells since when nobody has it: all that ``nobody_since`` looks at."""
_MOVES = (*_LEAVES, *_TAKES, TicketTransferred, TicketSnoozed, PriorityChanged, UrgencyDecided)
"""After which it may be due anew to ring when nobody takes it: an escalation may have ended, too."""
_CONCERNS = (*_BEGINS, *_ENDS, *_EASES, *_MOVES)
_HELD = (EscalationRaised, SlaBreached, UrgencyDeclared, UrgencyDecided, *_HANDS)
"""What tells, in a ticket's trail, whether something of a policy holds."""
_PROGRESS = Traced(
    only=frozenset({MessagePosted, TicketClaimed, TicketAssigned, StatusChanged, PriorityChanged}),
    said=frozenset({MessageKind.REPLY}),
)


async def mind_escalations(case: Case) -> None:
    """The aftermath of any command: begin, acknowledge and end what it brings about."""
    ticket = case.changed
    if ticket is None or not case.has(*_CONCERNS):
        return
    on = [] if case.has(TicketOpened) else await going_on(ticket.id, case.work)
    if not ticket.status.is_live:
        await case.work.timers.disarm(ticket.id, TimerKind.UNASSIGNED)
        for escalation in on:
            await _end(escalation, case)
        return
    on = await _without_those_that_end(on, ticket, case)
    for escalation in on if _takes_it_in_hand(ticket, case) else ():
        await take_in_hand(escalation, case)
    begun = {escalation.policy.key for escalation in on}
    for policy in policies_of(ticket, case.desk).values():
        if policy.key not in begun and any(_begins(policy, event, ticket) for event in case.events):
            await go_on(await begin(policy, case), case)
            begun.add(policy.key)
    await _mind_unassigned_for(ticket, begun, case)


def policies_of(ticket: Ticket, desk: Desk) -> Mapping[str, EscalationPolicy]:
    """Those that the ticket may begin, by key, in the order of its category."""
    category = desk.categories.get(ticket.category)
    keys = category.escalations if category is not None else ()
    return {key: desk.escalations[key] for key in keys if key in desk.escalations}


def _begins(policy: EscalationPolicy, event: Event, ticket: Ticket) -> bool:
    match event:
        case TicketOpened() | TicketReopened():
            return ticket.priority in policy.when.priorities
        case PriorityChanged(before=before, after=after):
            return after.weight > before.weight and after in policy.when.priorities
        case SlaBreached():
            return policy.when.breached
        case UrgencyDeclared():
            return policy.when.requested
        case _:
            return False


async def begin(policy: EscalationPolicy, case: Case) -> Escalation:
    """For the changed ticket, with the policy as it is now. ``go_on`` or a jump makes its first calls."""
    ticket = _changed(case)
    begun = await case.work.escalations.add(ticket.id, policy, case.now)
    case.change_by_desk(ticket, EscalationStarted(ticket=ticket.id, escalation=begun.id, policy=policy.key))
    return begun


async def go_on(escalation: Escalation, case: Case) -> None:
    """Make the calls that are due, write down how the escalation then stands, and ring again at its next call."""
    ticket, call = _changed(case), rules.due(escalation, case.now)
    if call is not None:
        escalation = call.escalation
        called = EscalationCalled(
            ticket=ticket.id,
            escalation=escalation.id,
            level=call.level,
            whom=tuple(map(written, call.whom)),
            is_last=call.is_last,
        )
        heard = next(iter(spaces_in(called)), None)
        case.change_by_desk(replace(ticket, alerted_in=ticket.alerted_in or heard), called)
    await case.work.escalations.save(escalation)
    await _arm(TimerKind.CALL, escalation, rules.next_call_at(escalation), case)


async def take_in_hand(escalation: Escalation, case: Case, name: str = "") -> None:
    """Acknowledge one that is running: it calls no more. ``name``: of somebody who is not signed in."""
    if escalation.state is not EscalationState.RUNNING:
        return
    held = rules.acknowledge(escalation, case.now, case.actor.person, name)
    await case.work.escalations.save(held)
    await _arm(TimerKind.CALL, held, None, case)
    await _arm_lapse(held, None, case)
    case.record(EscalationAcknowledged(ticket=held.ticket, escalation=held.id))


async def resume(escalation: Escalation, case: Case, *, lapsed: bool) -> None:
    """Nobody has it in hand any more: it goes on where it stood."""
    await _arm(TimerKind.LAPSE, escalation, None, case)
    case.record(EscalationResumed(ticket=escalation.ticket, escalation=escalation.id, lapsed=lapsed))
    await go_on(rules.resume(escalation, case.now), case)


async def jump(escalation: Escalation, level: int, case: Case) -> None:
    """By hand: its step ``level`` calls now."""
    await _arm(TimerKind.LAPSE, escalation, None, case)
    case.record(EscalationRaised(ticket=escalation.ticket, escalation=escalation.id, level=level))
    await go_on(rules.jump(escalation, level, case.now), case)


async def _end(escalation: Escalation, case: Case) -> None:
    await case.work.escalations.save(rules.end(escalation, case.now))
    await _arm(TimerKind.CALL, escalation, None, case)
    await _arm(TimerKind.LAPSE, escalation, None, case)
    case.change_by_desk(_changed(case), EscalationEnded(ticket=escalation.ticket, escalation=escalation.id))


async def _without_those_that_end(on: Sequence[Escalation], ticket: Ticket, case: Case) -> Sequence[Escalation]:
    """End those of ``on`` that nothing warrants any more; the others."""
    if not on or not case.has(*_EASES):
        return on
    trail = await case.trail(*_HELD)
    warranted = [escalation for escalation in on if _is_warranted(escalation, ticket, trail, case.now)]
    for escalation in on:
        if escalation not in warranted:
            await _end(escalation, case)
    return warranted


def _is_warranted(escalation: Escalation, ticket: Ticket, trail: Sequence[Record], now: datetime) -> bool:
    """Whether something of its own policy still holds, or somebody raised it by hand."""
    events = [record.event for record in trail]
    if any(isinstance(event, EscalationRaised) and event.escalation == escalation.id for event in events):
        return True
    anew = [record.event for record in since_reopened(trail)]
    of_urgency = [event for event in anew if isinstance(event, UrgencyDeclared | UrgencyDecided)]
    newest = of_urgency[-1] if of_urgency else None
    return rules.begins_with(
        escalation.policy,
        priority=ticket.priority,
        breached=any(isinstance(event, SlaBreached) for event in anew),
        unassigned_since=_unassigned_since(ticket, trail),
        requested=isinstance(newest, UrgencyDeclared) or (newest is not None and newest.granted),
        now=now,
    )


def _unassigned_since(ticket: Ticket, trail: Sequence[Record]) -> datetime | None:
    """Since when nobody has it, though somebody should."""
    if ticket.assignee is not None or ticket.snoozed_until is not None:
        return None
    return nobody_since(ticket.opened_at, trail)


def _takes_it_in_hand(ticket: Ticket, case: Case) -> bool:
    """Whether the asker took the ticket: so they have its escalations in hand, if they may."""
    person = case.person
    own = [event for place, event in enumerate(case.events) if place not in case.by_desk]
    took = person is not None and any(isinstance(one, _TAKES) and one.assignee == person.id for one in own)
    return took and person is not None and may(Action.ACKNOWLEDGE, person, ticket, case.desk, case.now)


async def _mind_unassigned_for(ticket: Ticket, begun: set[str], case: Case) -> None:
    """Ring when nobody has had it for as long as a policy waits for."""
    if not case.has(*_MOVES):
        return
    if ticket.assignee is not None or ticket.snoozed_until is not None:
        await case.work.timers.disarm(ticket.id, TimerKind.UNASSIGNED)
        return
    stand = set() if case.has(*_LEAVES) else await _armed(ticket, case)
    is_anew = case.has(*_LEAVES) or (case.has(TicketTransferred) and not stand)
    since = case.now if is_anew else _unassigned_since(ticket, await case.trail(*_HANDS))
    for key, policy in policies_of(ticket, case.desk).items():
        at = rules.begins_at(policy, since)
        if at is not None and key not in begun | stand:
            await _arm_unassigned(ticket, key, max(at, case.now), case)


async def _armed(ticket: Ticket, case: Case) -> set[str]:
    """The policies that wait for the ticket to find somebody already: a transfer does not set them anew. Where none
    does, a transfer took it from whoever had it."""
    return {one.subject for one in await case.work.timers.of(ticket.id) if one.kind is TimerKind.UNASSIGNED}


async def _arm_unassigned(ticket: Ticket, key: str, at: datetime, case: Case) -> None:
    timer = NewTimer(kind=TimerKind.UNASSIGNED, ticket=ticket.id, subject=key, due_at=at)
    await case.work.timers.arm(timer)


async def mind_unassigned(command: MindUnassigned, case: Case) -> Outcome:
    """Nobody has had the ticket for long: the escalation that waited for it begins."""
    outcome, ticket = Outcome(ticket=command.ticket), await _rung(command, case)
    if ticket is None or not ticket.status.is_live:
        return outcome
    policy = policies_of(ticket, case.desk).get(command.subject)
    on = {escalation.policy.key for escalation in await going_on(ticket.id, case.work)}
    if policy is None or policy.key in on:
        return outcome
    trail = await case.work.events.of(ticket.id, traced=Traced(only=_HANDS))
    at = rules.begins_at(policy, _unassigned_since(ticket, trail))
    if at is None:
        return outcome
    if at > case.now:
        await _arm_unassigned(ticket, policy.key, at, case)
        return outcome
    case.change(ticket)
    await go_on(await begin(policy, case), case)
    return outcome


async def make_call(command: MakeCall, case: Case) -> Outcome:
    """It is time for an escalation's next call, unless somebody has it in hand by now. What the ticket's others call at
    this moment is called together with it, so that nobody is called twice."""
    outcome, ticket = Outcome(ticket=command.ticket), await _rung(command, case)
    on = await going_on(command.ticket, case.work) if ticket is not None else ()
    own = EscalationId(int(command.subject))
    running = [one for one in on if one.state is EscalationState.RUNNING]
    due = [one for one in running if one.id == own or rules.due(one, case.now) is not None]
    if ticket is None or not due:
        return outcome
    case.change(ticket)
    for escalation in due:
        await go_on(escalation, case)
    return outcome


async def mind_lapse(command: MindLapse, case: Case) -> Outcome:
    """Whoever acknowledged is reminded, or their acknowledgement lapses: once, however many of the ticket's escalations
    they have in hand. What the staff did since is looked up here: so nothing needs to be armed anew whenever somebody
    writes."""
    outcome, ticket = Outcome(ticket=command.ticket), await _rung(command, case)
    on = await going_on(command.ticket, case.work) if ticket is not None else ()
    for escalation in on:
        if ticket is not None and escalation.state is EscalationState.ACKNOWLEDGED:
            await _remind_or_lapse(escalation, ticket, case)
    return outcome


async def _remind_or_lapse(escalation: Escalation, ticket: Ticket, case: Case) -> None:
    """Where it is time; else its timer is set anew."""
    progress = await _last_progress(escalation, ticket, case)
    lapse, remind = rules.lapse_at(escalation, progress), rules.remind_at(escalation, progress)
    if lapse is not None and lapse <= case.now:
        case.change(case.changed or ticket)
        await resume(escalation, case, lapsed=True)
        return
    if remind is not None and remind <= case.now:
        escalation = replace(escalation, reminded_at=case.now)
        await case.work.escalations.save(escalation)
        reminded = AcknowledgementReminded(ticket=ticket.id, escalation=escalation.id)
        case.change(case.changed or ticket, reminded)
    await _arm_lapse(escalation, progress, case)


async def _last_progress(escalation: Escalation, ticket: Ticket, case: Case) -> datetime | None:
    """When the staff last did something for the ticket since it was acknowledged."""
    since = await case.work.events.of(ticket.id, since=escalation.acknowledged_at, traced=_PROGRESS)
    is_staffs: dict[PersonId, bool] = {ticket.requester: False}
    for record in reversed(since):
        actor = record.actor
        if actor is not None and actor not in is_staffs:
            person = await case.work.people.get(actor)
            is_staffs[actor] = person is not None and person.is_staff and person.id != ticket.requester
        if actor is not None and is_staffs[actor]:
            return record.at
    return None


async def _arm_lapse(escalation: Escalation, progress: datetime | None, case: Case) -> None:
    at = rules.remind_at(escalation, progress) or rules.lapse_at(escalation, progress)
    await _arm(TimerKind.LAPSE, escalation, at, case)


async def _arm(kind: TimerKind, escalation: Escalation, at: datetime | None, case: Case) -> None:
    """Set the escalation's timer of that kind, or stop it."""
    ticket, subject = escalation.ticket, str(escalation.id)
    if at is None:
        await case.work.timers.disarm(ticket, kind, subject)
    else:
        await case.work.timers.arm(NewTimer(kind=kind, ticket=ticket, subject=subject, due_at=at))


async def _rung(command: TimerCommand, case: Case) -> Ticket | None:
    """The ticket of a timer that rings; None where it was taken by another already."""
    case.require_the_desk()
    if not await case.work.timers.take(command.timer):
        return None
    return await case.work.tickets.get(command.ticket)


def _changed(case: Case) -> Ticket:
    if case.changed is None:
        raise ValueError("an escalation goes on with its ticket: change that first")
    return case.changed
