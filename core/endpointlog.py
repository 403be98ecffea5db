"""What each endpoint was sent, for the admins: how it stands, its newest deliveries, which of them can go again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.model.endpoint import Endpoint
from core.model.outbox import DeliveryState, Trouble
from core.storage import Logged, UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointView:
    endpoint: Endpoint
    off: Trouble | None
    """Why nothing is posted to it; None where it is."""
    sent: Sequence[Logged]
    """The newest first."""


async def views_of(endpoints: Iterable[Endpoint], work: UnitOfWork, *, limit: int) -> Sequence[EndpointView]:
    """Each with its newest ``limit`` deliveries."""
    return [
        EndpointView(
            endpoint=endpoint,
            off=await work.troubles.get(endpoint.trouble),
            sent=await work.delivery_log.of(endpoint.key, limit=limit),
        )
        for endpoint in endpoints
    ]


def may_be_replayed(logged: Logged) -> bool:
    return logged.delivery.state in (DeliveryState.DONE, DeliveryState.SKIPPED, DeliveryState.DEAD)
