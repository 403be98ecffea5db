"""The audit trail as rows: written once, never changed."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, insert, or_, select

from adapters.sql.database import Room
from adapters.sql.tables import events, tickets
from core.events import (
    Event,
    MessageEdited,
    MessageMovedAway,
    MessageMovedHere,
    MessagePosted,
    MessageUndone,
    ReactionChanged,
    Record,
    decode,
    encode,
    kind_of,
)
from core.model.ids import EventId, MessageId, PersonId, TicketId
from core.model.people import Platform
from core.model.thread import MessageKind
from core.storage import EVERYTHING, Events, Traced


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
        self,
        ticket: TicketId,
        *,
        after: EventId | None = None,
        since: datetime | None = None,
        traced: Traced = EVERYTHING,
        limit: int | None = None,
    ) -> Sequence[Record]:
        statement = _trail(ticket, traced).order_by(events.c.id)
        if after is not None:
            statement = statement.where(events.c.id > after)
        if since is not None:
            statement = statement.where(events.c.at >= since)
        if limit is not None:
            statement = statement.limit(limit)
        return [_record(row) for row in await self._rows(statement)]

    async def newest(
        self,
        ticket: TicketId,
        limit: int,
        *,
        after: EventId | None = None,
        before: EventId | None = None,
        traced: Traced = EVERYTHING,
    ) -> Sequence[Record]:
        statement = _trail(ticket, traced).order_by(events.c.id.desc()).limit(limit)
        if after is not None:
            statement = statement.where(events.c.id > after)
        if before is not None:
            statement = statement.where(events.c.id < before)
        return [_record(row) for row in reversed(await self._rows(statement))]

    async def last_at(self, among: Sequence[TicketId], traced: Traced) -> Mapping[TicketId, datetime]:
        there = (events.c.ticket_id == tickets.c.id, *_wanted(traced))
        last = select(events.c.at).where(*there).order_by(events.c.id.desc()).limit(1).correlate(tickets)
        of_each = select(tickets.c.id, last.scalar_subquery().label("at")).where(tickets.c.id.in_(sorted(among)))
        return {TicketId(row.id): row.at for row in await self._rows(of_each) if row.at is not None}

    async def posting(self, ticket: TicketId, message: MessageId) -> Record | None:
        row = await self._row(_POSTING, {"ticket": ticket, "message": message})
        return row and _record(row)


_ADD = insert(events).returning(events.c.id)
_OF_MESSAGES = [
    kind.__name__
    for kind in (MessagePosted, MessageEdited, MessageUndone, ReactionChanged, MessageMovedAway, MessageMovedHere)
]
_POSTING = (
    select(events)
    .where(
        events.c.ticket_id == bindparam("ticket"),
        events.c.kind.in_([MessagePosted.__name__, MessageMovedHere.__name__]),
        events.c.data["message"].as_integer() == bindparam("message"),
    )
    .order_by(events.c.id.desc())  # what is asked for was mostly said just now
    .limit(1)
)


def _trail(ticket: TicketId, traced: Traced) -> Select[Any]:
    return select(events).where(events.c.ticket_id == ticket, *_wanted(traced))


def _wanted(traced: Traced) -> Sequence[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if traced.only is not None:
        wanted.append(events.c.kind.in_(sorted(kind.__name__ for kind in traced.only)))
    if traced.but:
        wanted.append(events.c.kind.not_in(sorted(kind.__name__ for kind in traced.but)))
    if traced.said != frozenset(MessageKind):
        said = events.c.data["kind"].as_string().in_(sorted(traced.said))
        wanted.append(or_(events.c.kind.not_in(_OF_MESSAGES), said))
    return wanted


def _record(row: Row[Any]) -> Record:
    return Record(
        id=EventId(row.id),
        event=decode(row.kind, row.schema, row.ticket_id, row.data),
        at=row.at,
        actor=row.actor_id,
        door=Platform(row.door),
        digest=row.digest,
    )
