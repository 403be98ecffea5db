"""A delivery as a row of the outbox, and back."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from core.model.ids import DeliveryId, EscalationId, EventId, MessageId, PersonId, ThreadId, TicketId
from core.model.outbox import (
    Address,
    Delivery,
    DeliveryState,
    Intent,
    NewDelivery,
    ToEmail,
    ToEndpoint,
    ToPerson,
    ToSpace,
    ToThread,
)
from core.model.people import Platform

NOBODYS = {"owner": None, "leased_until": None}
"""Of one that no process holds."""


def columns_of(new: NewDelivery, key: str, event: EventId | None, at: datetime) -> dict[str, object]:
    """All of them, so that rows of different addresses are written in one call."""
    return {
        "key": key,
        "lane": new.lane,
        **_address_columns(new.address),
        "intent": new.intent,
        "ticket_id": new.ticket,
        "message_id": new.message,
        "event_id": event,
        "escalation_id": new.escalation,
        "pace_key": new.pace_key,
        "supersede_key": new.supersede_key,
        "state": DeliveryState.PENDING,
        "attempts": 0,
        "uncertain": False,
        "created_at": at,
        "due_at": at,
        "reason": None,
        "finished_at": None,
        **NOBODYS,
    }


def _address_columns(address: Address) -> dict[str, object]:
    columns = ("thread_id", "person_id", "platform", "space", "email", "endpoint")
    nobody: dict[str, object] = dict.fromkeys(columns)
    match address:
        case ToThread(thread, platform):
            return {**nobody, "address_kind": "thread", "thread_id": thread, "platform": platform}
        case ToPerson(person, platform):
            return {**nobody, "address_kind": "person", "person_id": person, "platform": platform}
        case ToSpace(space):
            return {**nobody, "address_kind": "space", "space": space}
        case ToEmail(email):
            return {**nobody, "address_kind": "email", "email": email}
        case ToEndpoint(endpoint):
            return {**nobody, "address_kind": "endpoint", "endpoint": endpoint}


def _address(row: Row[Any]) -> Address:
    match row.address_kind:
        case "thread":
            return ToThread(ThreadId(row.thread_id), Platform(row.platform))
        case "person":
            return ToPerson(PersonId(row.person_id), Platform(row.platform))
        case "space":
            return ToSpace(row.space)
        case "email":
            return ToEmail(row.email)
        case "endpoint":
            return ToEndpoint(row.endpoint)
        case other:
            raise ValueError(f"delivery {row.id} goes to a {other!r}, which this desk does not know")


def delivery_of(row: Row[Any]) -> Delivery:
    return Delivery(
        id=DeliveryId(row.id),
        key=row.key,
        address=_address(row),
        intent=Intent(row.intent),
        ticket=None if row.ticket_id is None else TicketId(row.ticket_id),
        message=None if row.message_id is None else MessageId(row.message_id),
        event=None if row.event_id is None else EventId(row.event_id),
        escalation=None if row.escalation_id is None else EscalationId(row.escalation_id),
        folded_into=None if row.folded_into is None else DeliveryId(row.folded_into),
        pace_key=row.pace_key,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        uncertain=row.uncertain,
        created_at=row.created_at,
        first_attempt_at=row.first_attempt_at,
        due_at=row.due_at,
        finished_at=row.finished_at,
        receipt=row.receipt,
        reason=row.reason,
        answered=row.answered,
    )
