"""What endpoints were sent, read from the outbox's rows, sent again, and forgotten in time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from adapters.sql.database import Room
from adapters.sql.deliveryrows import delivery_of
from adapters.sql.tables import deliveries, events
from core.model.ids import DeliveryId
from core.model.outbox import DeliveryState
from core.storage import DeliveryLog, Logged

_OVER = deliveries.c.state.in_([DeliveryState.DONE, DeliveryState.SKIPPED, DeliveryState.DEAD])
_POSTED = deliveries.c.endpoint.is_not(None)


class SqlDeliveryLog(Room, DeliveryLog):
    async def of(self, endpoint: str, *, limit: int) -> Sequence[Logged]:
        newest = (
            select(deliveries, events.c.kind.label("event_kind"))
            .join(events, events.c.id == deliveries.c.event_id)
            .where(_POSTED, deliveries.c.endpoint == endpoint)
            .order_by(deliveries.c.id.desc())
            .limit(limit)
        )
        return [Logged(delivery_of(row), row.event_kind) for row in await self._rows(newest)]

    async def replay(self, delivery: DeliveryId, at: datetime) -> str | None:
        again = update(deliveries).where(deliveries.c.id == delivery, _POSTED, _OVER).values(_anew(at))
        row = await self._row(again.returning(deliveries.c.endpoint))
        return row and str(row.endpoint)

    async def replay_since(self, endpoint: str, since: datetime, at: datetime) -> int:
        theirs = (_POSTED, deliveries.c.endpoint == endpoint, deliveries.c.created_at >= since, _OVER)
        return await self._changed(update(deliveries).where(*theirs).values(_anew(at)))

    async def forget(self, before: datetime) -> int:
        return await self._changed(delete(deliveries).where(_POSTED, _OVER, deliveries.c.finished_at < before))


def _anew(at: datetime) -> dict[str, Any]:
    return {
        "state": DeliveryState.PENDING,
        "due_at": at,
        "attempts": 0,
        "uncertain": False,
        "first_attempt_at": None,
        "finished_at": None,
        "reason": None,
        "answered": None,
    }
