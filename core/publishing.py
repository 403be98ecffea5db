"""An event as an endpoint is told of it, made at the moment it is posted: what happened, to which ticket, by whom.

Words that people typed, and what people are called, are in it only for an endpoint that reads them; of a note only
where it reads notes too. A sensitive ticket is told to none that does not say so, and what an endpoint may not hear of
is not named to it either: no ref of such a ticket stands in an event of another. docs/webhooks.md says what is in it.
"""

import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from core.cards.news import persons_in
from core.cards.ticket import url_of
from core.escalating import whom_of
from core.events import Event, Record, encode, kind_of
from core.events.types import type_of
from core.model.desk import Desk
from core.model.endpoint import Endpoint
from core.model.escalation import WhomKind
from core.model.ids import PersonId, TicketId
from core.model.outbox import Delivery, ToEndpoint
from core.model.thread import Message, MessageKind
from core.model.ticket import Ticket
from core.ports import Parcel, Published
from core.scene import Skip
from core.storage import UnitOfWork
from core.text import Json, clean, shorten

MAX_BYTES = 19_000
"""Of the data, as JSON in UTF-8: with its type and time below the 20 kB that Standard Webhooks recommends."""
_ROOMS = (12_000, 4_000, 1_000)
"""Characters of a description or a message that are told, tried in turn until the data fits. The last always does."""
_NAME = 80
"""Characters of a file's name."""
_TICKETS = ("into", "merged", "source", "other", "found")
"""The fields of events that hold another ticket."""


def hears_of(endpoint: Endpoint, event: Event, ticket: Ticket | None, desk: Desk) -> bool:
    """``ticket``: the event's, as it is now; None for an event of none, or where it is there no more."""
    if event.ticket is None:
        return endpoint.categories is None
    return ticket is not None and may_know(endpoint, ticket, desk)


def may_know(endpoint: Endpoint, ticket: Ticket, desk: Desk) -> bool:
    """Whether the endpoint may hear that there is that ticket."""
    if endpoint.categories is not None and ticket.category not in endpoint.categories:
        return False
    return endpoint.with_sensitive or not desk.is_sensitive(ticket.category)


async def published(
    delivery: Delivery, address: ToEndpoint, record: Record, desk: Desk, work: UnitOfWork
) -> Parcel | Skip:
    """The parcel for the channel; what the endpoint may hear is looked at again."""
    endpoint = desk.endpoints.get(address.endpoint)
    if endpoint is None:
        return Skip("bot.toml has the endpoint no longer")
    ticket = await work.tickets.get(delivery.ticket) if delivery.ticket is not None else None
    if not hears_of(endpoint, record.event, ticket, desk):
        return Skip("it is not for this endpoint any more")
    message = await work.messages.get(delivery.message) if delivery.message is not None else None
    shared: dict[str, Json] = {
        "event": record.id,
        "by": record.actor,
        "door": record.door.value,
        "details": await _details(record.event, endpoint, desk, work),
        "people": await _people(record, ticket, message, endpoint, work),
    }
    files = await _files(message, work) if message is not None and _reads(endpoint, message, ticket) else ()
    for room in _ROOMS:
        data = {
            **shared,
            "ticket": _ticket(ticket, endpoint, desk, room) if ticket is not None else None,
            "message": _message(message, ticket, endpoint, files, room) if message is not None else None,
        }
        if len(json.dumps(data, ensure_ascii=False).encode()) <= MAX_BYTES:
            break
    content = Published(type=type_of(kind_of(record.event)), at=record.at, data=data)
    return Parcel(delivery=delivery, address=address, content=content)


async def _details(event: Event, endpoint: Endpoint, desk: Desk, work: UnitOfWork) -> Mapping[str, Json]:
    """The event's own fields."""
    fields: dict[str, Json] = encode(event)
    for name in _TICKETS:
        if isinstance(number := fields.get(name), int):
            other = await work.tickets.get(TicketId(number))
            fields[name] = other.ref if other is not None and may_know(endpoint, other, desk) else None
    if isinstance(whom := fields.get("whom"), list):
        fields["whom"] = [without_address(str(callee)) for callee in whom]
    return fields


def without_address(callee: str) -> str:
    """Whom an escalation calls, as bot.toml has it, and no address of anybody's."""
    return WhomKind.EMAIL.value if whom_of(callee).kind is WhomKind.EMAIL else callee


async def _people(
    record: Record, ticket: Ticket | None, message: Message | None, endpoint: Endpoint, work: UnitOfWork
) -> Mapping[str, Json]:
    """What those are called who are named by number."""
    if not endpoint.with_text:
        return {}
    told: Collection[PersonId | None] = (
        record.actor,
        *persons_in(record.event),
        *((ticket.requester, ticket.assignee) if ticket is not None else ()),
        message.author if message is not None else None,
    )
    names = await work.people.named(sorted({person for person in told if person is not None}))
    return {str(person): name for person, name in names.items()}


def _ticket(ticket: Ticket, endpoint: Endpoint, desk: Desk, room: int) -> Mapping[str, Json]:
    return {
        "ref": ticket.ref,
        "url": url_of(ticket, desk),
        "category": ticket.category,
        "team": ticket.team,
        "status": ticket.status.value,
        "priority": ticket.priority.value,
        "visibility": ticket.visibility.value,
        "requester": ticket.requester,
        "assignee": ticket.assignee,
        "opened_at": moment(ticket.opened_at),
        "text": _text_of(ticket, room) if endpoint.with_text else None,
    }


def _text_of(ticket: Ticket, room: int) -> Mapping[str, Json]:
    description = clean(ticket.description.plain())
    return {
        "title": ticket.title,
        "description": shorten(description, room),
        "tags": list(ticket.tags),
        "is_shortened": len(description) > room,
    }


def _message(
    message: Message, ticket: Ticket | None, endpoint: Endpoint, files: Collection[str], room: int
) -> Mapping[str, Json]:
    words = clean(message.text.plain())
    reads = _reads(endpoint, message, ticket)
    text: Json = {"words": shorten(words, room), "files": list(files), "is_shortened": len(words) > room}
    return {
        "id": message.id,
        "kind": message.kind.value,
        "author": message.author,
        "at": moment(message.at),
        "is_undone": message.undone_at is not None,
        "text": text if reads else None,
    }


def _reads(endpoint: Endpoint, message: Message, ticket: Ticket | None) -> bool:
    """Not where it is part of another ticket by now: what that one's may be told is another question."""
    is_here = ticket is not None and message.ticket == ticket.id and message.undone_at is None
    return is_here and endpoint.with_text and (endpoint.with_notes or message.kind is not MessageKind.NOTE)


async def _files(message: Message, work: UnitOfWork) -> Collection[str]:
    return [shorten(file.name, _NAME) for file in await work.files.of(message.ticket) if file.message == message.id]


def moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
