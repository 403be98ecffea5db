"""How far each person has read each ticket, as rows; and what came since."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import and_, bindparam, func, literal, or_, select
from sqlalchemy.sql.dml import ReturningInsert

from adapters.sql.database import Inserting, Room
from adapters.sql.tables import messages, reads, tickets
from core.model.ids import EventId, MessageId, PersonId, TicketId
from core.model.thread import MessageKind
from core.storage import Reads


class SqlReads(Room, Reads):
    async def put(
        self, person: PersonId, ticket: TicketId, event: EventId, message: MessageId | None, at: datetime
    ) -> bool:
        values = {"person_id": person, "ticket_id": ticket, "event_id": event, "message_id": message, "at": at}
        return await self._row(_reading(self._insert), values) is not None

    async def of(self, person: PersonId, ticket: TicketId) -> EventId | None:
        row = await self._row(_OF, {"person": person, "ticket": ticket})
        return row and EventId(row.event_id)

    async def unread(
        self, person: PersonId, tickets: Sequence[TicketId], noted: frozenset[TicketId], *, most: int
    ) -> Mapping[TicketId, int]:
        values = {"person": person, "tickets": sorted(tickets), "noted": sorted(noted), "most": most}
        return {TicketId(row.id): row.unread for row in await self._rows(_UNREAD, values) if row.unread}


@cache
def _reading(insert: Inserting) -> ReturningInsert[tuple[int]]:
    read = insert(reads)
    further = {name: read.excluded[name] for name in ("event_id", "message_id", "at")}
    return read.on_conflict_do_update(
        index_elements=[reads.c.person_id, reads.c.ticket_id],
        set_=further,
        where=reads.c.event_id < read.excluded.event_id,
    ).returning(reads.c.person_id)


_OF = select(reads.c.event_id).where(reads.c.person_id == bindparam("person"), reads.c.ticket_id == bindparam("ticket"))
_news = (
    select(literal(1).label("one"))
    .select_from(messages)
    .where(
        messages.c.ticket_id == tickets.c.id,
        messages.c.id > func.coalesce(reads.c.message_id, 0),
        messages.c.author_id != bindparam("person"),
        messages.c.undone_at.is_(None),
        or_(messages.c.kind == MessageKind.REPLY.value, tickets.c.id.in_(bindparam("noted", expanding=True))),
    )
    .correlate(tickets, reads)
    .limit(bindparam("most"))
    .subquery()
)
_UNREAD = (
    select(tickets.c.id, select(func.count()).select_from(_news).scalar_subquery().label("unread"))
    .outerjoin(reads, and_(reads.c.ticket_id == tickets.c.id, reads.c.person_id == bindparam("person")))
    .where(tickets.c.id.in_(bindparam("tickets", expanding=True)))
)
"""No ticket's messages are looked at any further back than they were read, nor beyond the most that is counted."""
