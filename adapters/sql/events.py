"""The audit trail as rows: written once, never changed."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, insert, select

from adapters.sql.database import Room
from adapters.sql.tables import events
from core.events import Event, Record, decode, encode, kind_of
from core.model.ids import EventId, PersonId, TicketId
from core.model.people import Platform
from core.storage import Events


class SqlEvents(Room, Events):
    async def append(self, event: Event, at: datetime, actor: PersonId | None, door: Platform, digest: str) -> Record:
        values = {
            "ticket_id": event.ticket,
            "kind": kind_of(event),
            "schema": event.schema,
            "data": encode(event),
            "at": at,
            "actor_id": actor,
            "door": door,
            "digest": digest,
        }
        added = await self._run(_ADD, values)
        number = EventId(added.scalar_one())
        return Record(id=number, event=event, at=at.astimezone(UTC), actor=actor, door=door, digest=digest)

    async def get(self, event: EventId) -> Record | None:
        """Raises ValueError for an event that a newer desk wrote: so does ``of``."""
        row = await self._row(select(events).where(events.c.id == event))
        return row and _record(row)

    async def of(
        self, ticket: TicketId, *, after: EventId | None = None, since: datetime | None = None
    ) -> Sequence[Record]:
        statement = select(events).where(events.c.ticket_id == ticket).order_by(events.c.id)
        if after is not None:
            statement = statement.where(events.c.id > after)
        if since is not None:
            statement = statement.where(events.c.at >= since)
        return [_record(row) for row in await self._rows(statement)]


_ADD = insert(events).returning(events.c.id)


def _record(row: Row[Any]) -> Record:
    return Record(
        id=EventId(row.id),
        event=decode(row.kind, row.schema, row.ticket_id, row.data),
        at=row.at,
        actor=row.actor_id,
        door=Platform(row.door),
        digest=row.digest,
    )
