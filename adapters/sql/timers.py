"""Deadlines, the inbox of what came in already, and tickets in the making."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Integer, Row, bindparam, delete, func, select, true
from sqlalchemy.sql.dml import ReturningInsert

from adapters.sql.database import Inserting, Room
from adapters.sql.tables import drafts, inbox, timers
from core.errors import Conflict
from core.model.draft import Draft
from core.model.ids import DraftId, FileId, PersonId, TicketId, TimerId
from core.model.outbox import NewTimer, Timer, TimerKind
from core.model.people import Platform
from core.storage import Drafts, Inbox, Outcome, Timers


class SqlTimers(Room, Timers):
    """A ticket has one timer of a kind and subject: arming it again sets it anew, under another id, so that whoever was
    about to fire the old one finds it gone."""

    async def arm(self, new: NewTimer) -> None:
        await self.disarm(new.ticket, new.kind, new.subject)
        armed = self._insert(timers).values(kind=new.kind, ticket_id=new.ticket, subject=new.subject, due_at=new.due_at)
        await self._run(
            armed.on_conflict_do_update(
                index_elements=[timers.c.ticket_id, timers.c.kind, timers.c.subject],
                set_={"due_at": armed.excluded.due_at},
            )
        )

    async def disarm(self, ticket: TicketId, kind: TimerKind, subject: str | None = None) -> None:
        theirs = [timers.c.ticket_id == ticket, timers.c.kind == kind]
        if subject is not None:
            theirs.append(timers.c.subject == subject)
        await self._run(delete(timers).where(*theirs))

    async def arm_if_none(self, new: NewTimer) -> None:
        armed = self._insert(timers).values(kind=new.kind, ticket_id=new.ticket, subject=new.subject, due_at=new.due_at)
        await self._run(armed.on_conflict_do_nothing())

    async def due(self, now: datetime, limit: int) -> Sequence[Timer]:
        return [_timer(row) for row in await self._rows(_DUE, {"now": now, "most": limit})]

    async def of(self, ticket: TicketId) -> Sequence[Timer]:
        theirs = select(timers).where(timers.c.ticket_id == ticket, _KNOWN).order_by(timers.c.due_at, timers.c.id)
        return [_timer(row) for row in await self._rows(theirs)]

    async def late(self, before: datetime) -> tuple[int, datetime | None]:
        [late] = await self._rows(_LATE, {"before": before})
        return late.how_many, late.first

    async def unknown_kinds(self) -> Sequence[str]:
        kinds = select(timers.c.kind).where(~_KNOWN).distinct().order_by(timers.c.kind)
        return [row.kind for row in await self._rows(kinds)]

    async def take(self, timer: TimerId) -> bool:
        return await self._changed(delete(timers).where(timers.c.id == timer)) > 0


_KNOWN = timers.c.kind.in_(sorted(TimerKind))
"""What a newer desk armed, whose database this one serves again, is left to it and holds up nothing."""
_DUE = (
    select(timers)
    .where(timers.c.due_at <= bindparam("now", type_=timers.c.due_at.type), _KNOWN)
    .order_by(timers.c.due_at, timers.c.id)
    .limit(bindparam("most", type_=Integer))
)
"""Asked every second: it is built once."""
_LATE = select(func.count().label("how_many"), func.min(timers.c.due_at).label("first")).where(
    timers.c.due_at < bindparam("before", type_=timers.c.due_at.type)
)


def _timer(row: Row[Any]) -> Timer:
    return Timer(
        id=TimerId(row.id),
        kind=TimerKind(row.kind),
        ticket=TicketId(row.ticket_id),
        subject=row.subject,
        due_at=row.due_at,
    )


class SqlInbox(Room, Inbox):
    async def find(self, door: Platform, inbound: str) -> Outcome | None:
        row = await self._row(_FIND, {"at_door": door, "called": inbound})
        return row and Outcome(
            ticket=row.ticket_id, message=row.message_id, draft=row.draft, person=row.person_id, faq=row.faq_id
        )

    async def record(self, door: Platform, inbound: str, outcome: Outcome, at: datetime) -> None:
        values = {
            "door": door,
            "inbound": inbound,
            "ticket_id": outcome.ticket,
            "message_id": outcome.message,
            "draft": outcome.draft,
            "person_id": outcome.person,
            "faq_id": outcome.faq,
            "at": at,
        }
        if await self._row(_recording(self._insert), values) is None:
            raise Conflict(f"{inbound} from {door} is in the inbox already")

    async def forget(self, before: datetime) -> int:
        return await self._changed(delete(inbox).where(inbox.c.at < before))


_FIND = select(inbox).where(inbox.c.door == bindparam("at_door"), inbox.c.inbound == bindparam("called"))


@cache
def _recording(insert: Inserting) -> ReturningInsert[Any]:
    return insert(inbox).on_conflict_do_nothing().returning(inbox.c.door)


class SqlDrafts(Room, Drafts):
    async def get(self, draft: DraftId) -> Draft | None:
        row = await self._row(select(drafts).where(drafts.c.id == draft))
        # row.values and row.count are methods of every row, so columns of such a name are asked for by their column
        return row and Draft(
            id=DraftId(row.id),
            person=PersonId(row.person_id),
            values=row._mapping[drafts.c["values"]],
            files=tuple(FileId(file) for file in row.files),
            updated_at=row.updated_at,
        )

    async def put(self, draft: Draft) -> None:
        columns = {
            "person_id": draft.person,
            "values": dict(draft.values),
            "files": list(draft.files),
            "updated_at": draft.updated_at,
        }
        put = self._insert(drafts).values(id=draft.id, **columns)
        await self._run(put.on_conflict_do_update(index_elements=[drafts.c.id], set_=columns))

    async def delete(self, draft: DraftId) -> bool:
        return await self._changed(delete(drafts).where(drafts.c.id == draft)) > 0

    async def forget(self, before: datetime, *, holding: str = "") -> int:
        old = drafts.c.updated_at < before
        held = drafts.c["values"][holding].as_string().is_not(None) if holding else true()
        return await self._changed(delete(drafts).where(old, held))
