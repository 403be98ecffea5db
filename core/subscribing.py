"""Which endpoints hear of an event: a delivery for each, in a lane of its own.

The lane is the endpoint's: what is posted to it comes in the order in which it happened, whatever ticket it is of. One
that is down holds up nothing but itself, and takes one of the dispatcher's calls at a time, however much waits for it.
"""

from collections.abc import Sequence

from core.events import Event, Record, kind_of
from core.events.types import type_of
from core.model.endpoint import Endpoint
from core.model.ids import EventId, MessageId
from core.model.outbox import Intent, NewDelivery, ToEndpoint
from core.model.ticket import Ticket
from core.publishing import hears_of
from core.usecases.case import Case

_MESSAGES = ("message", "answer", "reason")
"""The fields of events that hold a message."""


async def subscribed(records: Sequence[Record], case: Case) -> Sequence[tuple[NewDelivery, EventId]]:
    """What the transaction's ``records`` owe to the desk's endpoints, in order."""
    if not case.desk.endpoints:
        return []
    wanted = [
        (record, endpoint)
        for record in records
        for endpoint in case.desk.endpoints.values()
        if endpoint.wants(type_of(kind_of(record.event)))
    ]
    on = {key for key in {endpoint.key for _, endpoint in wanted} if await _is_on(case.desk.endpoints[key], case)}
    return [
        (_delivery(record.event, endpoint), record.id)
        for record, endpoint in wanted
        if endpoint.key in on and hears_of(endpoint, record.event, await _ticket(record.event, case), case.desk)
    ]


async def _is_on(endpoint: Endpoint, case: Case) -> bool:
    return await case.work.troubles.get(endpoint.trouble) is None


async def _ticket(event: Event, case: Case) -> Ticket | None:
    if event.ticket is None or (case.changed is not None and case.changed.id == event.ticket):
        return case.changed if event.ticket is not None else None
    return await case.work.tickets.get(event.ticket)


def _delivery(event: Event, endpoint: Endpoint) -> NewDelivery:
    return NewDelivery(
        address=ToEndpoint(endpoint.key), intent=Intent.EVENT, ticket=event.ticket, message=_message_of(event)
    )


def _message_of(event: Event) -> MessageId | None:
    return next((found for name in _MESSAGES if (found := getattr(event, name, None)) is not None), None)
