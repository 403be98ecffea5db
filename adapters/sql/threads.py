"""Threads as rows: where a ticket is talked about, and what its platform calls that."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, bindparam, func, or_, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.dml import ReturningInsert

from adapters.sql.database import Inserting, Room
from adapters.sql.tables import FOUND, live, threads, tickets
from core.errors import Conflict
from core.model.ids import PersonId, ThreadId, TicketId
from core.model.people import Platform
from core.model.thread import Audience, Thread
from core.storage import Threads

_THERE = (threads.c.external_id.is_not(None), threads.c.lost_at.is_(None))  # in the words of the index


_over_at = func.coalesce(tickets.c.resolved_at, tickets.c.closed_at)


class SqlThreads(Room, Threads):
    async def add(
        self,
        ticket: TicketId,
        platform: Platform,
        audience: Audience,
        *,
        realm: str = "",
        place: str = "",
        external_id: str | None = None,
        participant: PersonId | None = None,
    ) -> Thread:
        """Raises Conflict where another thread, not lost, is there already."""
        values = {
            "ticket_id": ticket,
            "platform": platform,
            "realm": realm,
            "place": place,
            "external_id": external_id,
            "audience": audience,
            "participant_id": participant,
        }
        row = await self._row(_adding(self._insert), values)
        if row is None:
            raise _taken(platform, external_id)
        return _thread(row)

    async def get(self, thread: ThreadId) -> Thread | None:
        row = await self._row(_GET, {"thread": thread})
        return row and _thread(row)

    async def of(self, ticket: TicketId) -> Sequence[Thread]:
        return [_thread(row) for row in await self._rows(_OF, {"ticket": ticket})]

    async def lost(self, ticket: TicketId, since: datetime) -> int:
        lost = (threads.c.ticket_id == ticket, threads.c.lost_at >= since)
        row = await self._run(select(func.count()).select_from(threads).where(*lost))
        return int(row.scalar_one())

    async def find(self, platform: Platform, external_id: str) -> Thread | None:
        row = await self._row(_FIND, {"on": platform, "called": external_id})
        return row and _thread(row)

    async def save(self, thread: Thread) -> None:
        """Raises Conflict where another thread, not lost, is there already."""
        values = {
            "thread": thread.id,
            "realm": thread.realm,
            "place": thread.place,
            "external_id": thread.external_id,
            "card": thread.card,
            "cursor": thread.cursor,
            "lost_at": thread.lost_at,
        }
        try:
            await self._run(_SAVE, values)
        except IntegrityError as error:
            raise _taken(thread.platform, thread.external_id) from error

    async def live(self, platform: Platform, *, over_since: datetime | None = None) -> Sequence[Thread]:
        """The first made first."""
        wanted = live(tickets.c.status)
        if over_since is not None:
            wanted = or_(wanted, _over_at >= over_since)
        there = select(threads).join(tickets).where(*_THERE, threads.c.platform == platform, wanted)
        return [_thread(row) for row in await self._rows(there.order_by(threads.c.id))]

    async def over(self, platform: Platform, external_ids: Sequence[str]) -> Sequence[Thread]:
        """A ticket is over from when it was resolved, or closed without that."""
        among = (*_THERE, threads.c.platform == platform, threads.c.external_id.in_(external_ids))
        ended = select(threads).join(tickets).where(*among, ~live(tickets.c.status)).order_by(_over_at, threads.c.id)
        return [_thread(row) for row in await self._rows(ended)]


@cache
def _adding(insert: Inserting) -> ReturningInsert[Any]:
    called = [threads.c.platform, threads.c.external_id]
    added = insert(threads).on_conflict_do_nothing(index_elements=called, index_where=text(FOUND))
    return added.returning(threads)


_GET = select(threads).where(threads.c.id == bindparam("thread"))
_OF = (
    select(threads)
    .where(threads.c.ticket_id == bindparam("ticket"), threads.c.lost_at.is_(None))
    .order_by(threads.c.id)
)
_FIND = select(threads).where(
    *_THERE, threads.c.platform == bindparam("on"), threads.c.external_id == bindparam("called")
)
_SAVE = update(threads).where(threads.c.id == bindparam("thread"))


def _taken(platform: Platform, external_id: str | None) -> Conflict:
    return Conflict(f"{platform} has {external_id} as another thread already")


def _thread(row: Row[Any]) -> Thread:
    return Thread(
        id=ThreadId(row.id),
        ticket=TicketId(row.ticket_id),
        platform=Platform(row.platform),
        realm=row.realm,
        place=row.place,
        external_id=row.external_id,
        card=row.card,
        cursor=row.cursor,
        lost_at=row.lost_at,
        audience=Audience(row.audience),
        participant=row.participant_id,
    )
