"""How tickets belong together, as rows."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from adapters.sql.database import Room
from adapters.sql.tables import files, followers, merges, messages, ticket_links, tickets
from adapters.sql.tickets import visible
from core.errors import Conflict
from core.model.ids import MergeId, MessageId, PersonId, TicketId
from core.model.relation import Hot, Link, Merge, Moved, Relation
from core.model.thread import MessageKind
from core.model.ticket import Status
from core.storage import Combining, Sight

_LEAST_REPLIES = 3
"""Of a ticket that nobody follows and nobody repeated: fewer are a ticket like any other."""


class SqlCombining(Room, Combining):
    async def merge(self, ticket: TicketId, into: TicketId, moved: Moved, at: datetime) -> Merge:
        values = {"ticket_id": ticket, "into_id": into, "at": at, "moved": _document(moved)}
        try:
            added = await self._run(insert(merges).values(values).returning(merges))
        except IntegrityError as error:
            raise Conflict(f"T-{ticket} is merged already") from error
        return _merge(added.one())

    async def merge_of(self, ticket: TicketId) -> Merge | None:
        row = await self._row(select(merges).where(merges.c.ticket_id == ticket, merges.c.undone_at.is_(None)))
        return row and _merge(row)

    async def undo_merge(self, merge: MergeId, at: datetime) -> bool:
        in_force = (merges.c.id == merge, merges.c.undone_at.is_(None))
        return await self._changed(update(merges).where(*in_force).values(undone_at=at)) > 0

    async def save_moved(self, merge: MergeId, moved: Moved) -> None:
        await self._run(update(merges).where(merges.c.id == merge).values(moved=_document(moved)))

    async def merged_into(self, ticket: TicketId) -> Sequence[TicketId]:
        there = select(merges.c.ticket_id).where(merges.c.into_id == ticket, merges.c.undone_at.is_(None))
        return [TicketId(row.ticket_id) for row in await self._rows(there.order_by(merges.c.id))]

    async def link(self, link: Link, at: datetime) -> bool:
        values = {"ticket_id": link.first, "other_id": link.second, "relation": link.relation, "at": at}
        added = self._insert(ticket_links).values(values).on_conflict_do_nothing().returning(ticket_links.c.ticket_id)
        return await self._row(added) is not None

    async def unlink(self, link: Link) -> bool:
        same = (
            ticket_links.c.ticket_id == link.first,
            ticket_links.c.other_id == link.second,
            ticket_links.c.relation == link.relation.value,
        )
        return await self._changed(delete(ticket_links).where(*same)) > 0

    async def links_of(self, ticket: TicketId) -> Sequence[Link]:
        theirs = or_(ticket_links.c.ticket_id == ticket, ticket_links.c.other_id == ticket)
        order = (ticket_links.c.ticket_id, ticket_links.c.other_id, ticket_links.c.relation)
        rows = await self._rows(select(ticket_links).where(theirs).order_by(*order))
        return [Link(TicketId(row.ticket_id), TicketId(row.other_id), Relation(row.relation)) for row in rows]

    async def move_messages(self, moving: Sequence[MessageId], ticket: TicketId) -> None:
        chosen = sorted(moving)
        await self._run(update(messages).where(messages.c.id.in_(chosen)).values(ticket_id=ticket))
        await self._run(update(files).where(files.c.message_id.in_(chosen)).values(ticket_id=ticket))

    async def hot(self, sight: Sight, *, since: datetime, limit: int) -> Sequence[Hot]:
        known = select(tickets.c.id).where(visible(sight))
        merged = _counted(merges.c.into_id, merges.c.undone_at.is_(None), merges.c.ticket_id.in_(known))
        is_double = ticket_links.c.relation == Relation.DUPLICATES.value
        doubled = _counted(ticket_links.c.other_id, is_double, ticket_links.c.ticket_id.in_(known))
        lately = (messages.c.at >= since, messages.c.kind == MessageKind.REPLY.value, messages.c.undone_at.is_(None))
        said = _counted(messages.c.ticket_id, *lately)
        repeats = func.coalesce(merged.c.number, 0) + func.coalesce(doubled.c.number, 0)
        replies = func.coalesce(said.c.number, 0)
        heat = 3 * (tickets.c.follower_count + repeats) + replies
        is_hot = or_(tickets.c.follower_count > 0, repeats > 0, replies >= _LEAST_REPLIES)
        rows = await self._rows(
            select(tickets.c.id, tickets.c.follower_count, repeats.label("repeats"), replies.label("replies"))
            .outerjoin(merged, merged.c.ticket == tickets.c.id)
            .outerjoin(doubled, doubled.c.ticket == tickets.c.id)
            .outerjoin(said, said.c.ticket == tickets.c.id)
            .where(visible(sight), tickets.c.merged_into.is_(None), tickets.c.updated_at >= since, is_hot)
            .order_by(heat.desc(), tickets.c.id.desc())
            .limit(limit)
        )
        return [Hot(TicketId(row.id), row.follower_count, row.repeats, row.replies) for row in rows]

    async def left_with(self, ticket: TicketId) -> Mapping[int, tuple[datetime, Mapping[str, str] | None]]:
        theirs = select(followers).where(followers.c.ticket_id == ticket)
        rows = await self._rows(theirs.order_by(followers.c.at, followers.c.person_id))
        return {row.person_id: (row.at, row.words) for row in rows}


def _counted(ticket: Any, *where: Any) -> Any:  # Any: a column, conditions and a subquery, of three tables
    return select(ticket.label("ticket"), func.count().label("number")).where(and_(*where)).group_by(ticket).subquery()


def _document(moved: Moved) -> Mapping[str, object]:
    def plain(value: object) -> object:
        return value.isoformat() if isinstance(value, datetime) else value

    left = {str(person): plain(at) for person, at in (moved.left or {}).items()}
    return {**{name: plain(value) for name, value in asdict(moved).items()}, "left": left}


def _merge(row: Row[Any]) -> Merge:
    kept = row.moved
    instants = {
        name: kept[name] and datetime.fromisoformat(kept[name])
        for name in ("resolved_at", "closed_at", "snoozed_until")
    }
    return Merge(
        id=MergeId(row.id),
        ticket=TicketId(row.ticket_id),
        into=TicketId(row.into_id),
        at=row.at,
        undone_at=row.undone_at,
        moved=Moved(
            status=Status(kept["status"]),
            ending=kept["ending"],
            joined=tuple(PersonId(person) for person in kept["joined"]),
            followed=tuple(PersonId(person) for person in kept["followed"]),
            left={PersonId(int(person)): datetime.fromisoformat(at) for person, at in kept["left"].items()},
            joins=kept.get("joins", bool(kept["joined"])),
            **instants,
        ),
    )
