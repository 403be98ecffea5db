"""What endpoints were sent, as the admins' page and the API tell it."""

from adapters.web.render import JsonObject, time_json
from core.endpointlog import EndpointView, may_be_replayed
from core.events.types import type_of
from core.model.ids import ref_of
from core.model.outbox import DeliveryState
from core.storage import Logged
from core.text import Json

STATES = {
    DeliveryState.PENDING: "waiting",
    DeliveryState.DONE: "delivered",
    DeliveryState.SKIPPED: "skipped",
    DeliveryState.DEAD: "failed",
    DeliveryState.PARKED: "failed",
}


def endpoint_json(view: EndpointView) -> JsonObject:
    endpoint = view.endpoint
    return {
        "key": endpoint.key,
        "events": list(endpoint.events),
        "categories": sorted(endpoint.categories) if endpoint.categories is not None else None,
        "reads": [
            name
            for name, given in (
                ("text", endpoint.with_text),
                ("notes", endpoint.with_notes),
                ("sensitive", endpoint.with_sensitive),
            )
            if given
        ],
        "off": view.off.sentence if view.off is not None else None,
        "deliveries": [_delivery(logged) for logged in view.sent],
    }


def _delivery(logged: Logged) -> Json:
    delivery = logged.delivery
    waits = delivery.state is DeliveryState.PENDING
    return {
        "id": delivery.id,
        "webhook_id": delivery.key,
        "type": type_of(logged.kind),
        "ref": ref_of(delivery.ticket) if delivery.ticket is not None else None,
        "at": time_json(delivery.created_at),
        "finished_at": time_json(delivery.finished_at) if delivery.finished_at is not None else None,
        "state": STATES[delivery.state],
        "status": delivery.answered,
        "attempts": delivery.attempts,
        "next_try": time_json(delivery.due_at) if waits and delivery.attempts else None,
        "reason": delivery.reason,
        "may_replay": may_be_replayed(logged),
    }
