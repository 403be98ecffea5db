"""The words of alerts and calls, with their guards, and of what a ping asks its reader to decide; the link that
acknowledges a call, which is signed, for one ticket's escalation, for a day.

It stops all that escalates for the ticket, and is good as long as its own escalation goes on, also when an
acknowledgement is taken back or lapses: whoever was called may then press it again.
"""

import re
from dataclasses import replace
from datetime import datetime, timedelta

from core.cards.calls import acknowledged_line, acknowledging, asking_to_decide, bare_line, by_press, call
from core.cards.card import Button, Card, Tone
from core.cards.duty import offered
from core.cards.escalation import unverified
from core.cards.notices import alert, alert_news
from core.escalating import awaits_decision, calls_made, names_typed, reaches
from core.events import (
    AcknowledgementReminded,
    EscalationAcknowledged,
    EscalationCalled,
    Event,
    Record,
    TicketOffered,
    UrgencyDeclared,
)
from core.model.desk import Desk
from core.model.escalation import Escalation, EscalationState
from core.model.ids import EscalationId, TicketId
from core.model.outbox import Delivery, Intent, ToPerson
from core.model.people import Person
from core.model.ticket import Ticket
from core.policy import Action, may
from core.ports import Signer
from core.scene import Scene, Skip
from core.storage import Traced, UnitOfWork

LINK_LIFE = timedelta(days=1)
"""Each call brings a new one."""
_OFFERED = Traced(only=frozenset({TicketOffered}))
_PURPOSE = "acknowledge"
_SUBJECT = re.compile(r"([1-9][0-9]{0,14})-([1-9][0-9]{0,14})", re.ASCII)


def link_of(escalation: Escalation, desk: Desk, signer: Signer, now: datetime) -> str:
    """Where whoever was called acknowledges."""
    token = signer.sign(_PURPOSE, f"{escalation.ticket}-{escalation.id}", now + LINK_LIFE)
    return f"{desk.public_url}/ack/{token}"


def read_link(token: str, signer: Signer, now: datetime) -> tuple[TicketId, EscalationId] | None:
    """What a link's token is for; None where the desk did not make it. Raises Expired."""
    what = signer.read(_PURPOSE, token, now)
    found = _SUBJECT.fullmatch(what) if what is not None else None
    return (TicketId(int(found[1])), EscalationId(int(found[2]))) if found is not None else None


async def still_calling(delivery: Delivery, ticket: Ticket, work: UnitOfWork) -> Escalation | str:
    """The guard of a call: the escalation that makes it, or why nobody needs it any more. A call stands for all of the
    ticket's escalations that called the same place: it is made as long as one of them runs."""
    found = await work.escalations.get(delivery.escalation) if delivery.escalation is not None else None
    if found is not None and found.state is EscalationState.RUNNING and ticket.status.is_live:
        return found
    running = [one for one in await work.escalations.of(ticket.id) if one.state is EscalationState.RUNNING]
    if running and ticket.status.is_live:
        called = {one.escalation for one in await calls_made(ticket.id, work) if reaches(one, delivery.address)}
        other = next((one for one in running if one.id in called), None)
        if other is not None:
            return other
    is_held = found is not None and found.state is EscalationState.ACKNOWLEDGED and ticket.status.is_live
    return "somebody acknowledged it" if is_held else "it escalates no more"


def level_of(event: Event | None, escalation: Escalation) -> int:
    """Which step calls: the one of the call's ``event``, where ``escalation`` made it."""
    match event:
        case EscalationCalled(escalation=made_it, level=level) if made_it == escalation.id:
            return level
        case _:
            return escalation.level


async def alerted(scene: Scene, person: Person | None, work: UnitOfWork) -> Card | Skip:
    ticket, record, desk, reader = scene.ticket, scene.record, scene.desk, scene.reader
    match scene.delivery.intent:
        case Intent.ALERT:
            return alert(ticket, scene.names, desk, reader)
        case Intent.ALERT_NEWS if desk.is_sensitive(ticket.category):
            return alert_news(record, ticket, scene.names, desk, reader, what=bare_line(record.event, reader))
        case Intent.ALERT_NEWS:
            return alert_news(
                record, ticket, scene.names, desk, reader, what=await _who_acknowledged(record, scene, work)
            )
        case _:
            return await _call(scene, person, work)


async def _who_acknowledged(record: Record, scene: Scene, work: UnitOfWork) -> str:
    """With the name that was typed behind a link; "" for anything else."""
    if not isinstance(record.event, EscalationAcknowledged) or record.actor is not None:
        return ""
    typed = (await names_typed(scene.ticket.id, work)).get(record.id, "")
    return acknowledged_line(unverified(typed, scene.reader), scene.reader) if typed else ""


async def _call(scene: Scene, person: Person | None, work: UnitOfWork) -> Card | Skip:
    """For whoever is asked to take the ticket, the offer: to accept it acknowledges it."""
    ticket, desk, reader = scene.ticket, scene.desk, scene.reader
    is_to_person = isinstance(scene.delivery.address, ToPerson)
    if is_to_person and (person is None or not may(Action.SEE, person, ticket, desk, reader.now)):
        return Skip("the person may no longer see the ticket")
    escalation = await still_calling(scene.delivery, ticket, work)
    if person is not None and ticket.offered_to == person.id:
        runs = not isinstance(escalation, str)
        if runs or await _stands_for_an_offer(scene, work):
            return replace(offered(ticket, scene.names, desk, reader), tone=Tone.URGENT)
    if isinstance(escalation, str):
        return Skip(escalation)
    level = level_of(scene.record.event, escalation)
    return call(level, escalation, ticket, scene.names, desk, reader, _acknowledging(escalation, scene, person))


async def _stands_for_an_offer(scene: Scene, work: UnitOfWork) -> bool:
    """Whether they were asked to take it at the moment of the call, which went out in place of the question."""
    newest = await work.events.newest(scene.ticket.id, 1, traced=_OFFERED)
    return bool(newest) and newest[0].at == scene.record.at


def _acknowledging(escalation: Escalation, scene: Scene, person: Person | None) -> Button | None:
    if person is not None:
        may_it = may(Action.ACKNOWLEDGE, person, scene.ticket, scene.desk, scene.reader.now)
        return by_press(scene.ticket, scene.reader) if may_it else None
    if scene.signer is None:
        return None
    return acknowledging(scene.reader, url=link_of(escalation, scene.desk, scene.signer, scene.reader.now))


async def over_by_now(scene: Scene, work: UnitOfWork) -> Skip | None:
    """The guard of a ping that asks for something: it is still to be done."""
    match scene.record.event:
        case UrgencyDeclared(granted=False) if not await awaits_decision(scene.ticket.id, work):
            return Skip("it is decided already")
        case AcknowledgementReminded(escalation=held):
            escalation = await work.escalations.get(held)
            is_held = escalation is not None and escalation.state is EscalationState.ACKNOWLEDGED
            return None if is_held else Skip("nobody has it in hand any more")
        case _:
            return None


async def with_decision(told: Card, scene: Scene, person: Person | None, work: UnitOfWork) -> Card:
    """What a lead may answer to an urgency declared, and how often this requester's were declined."""
    event, ticket = scene.record.event, scene.ticket
    asks = isinstance(event, UrgencyDeclared) and not event.granted
    if not asks or person is None or not may(Action.DECIDE_URGENCY, person, ticket, scene.desk, scene.reader.now):
        return told
    return asking_to_decide(told, ticket, await work.workload.urgencies_declined(ticket.requester), scene.reader)
