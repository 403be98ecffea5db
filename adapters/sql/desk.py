"""What the desk's processes remember for each other: who holds what, what a platform was told, what is in the way."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Insert, Row, bindparam, delete, or_, select
from sqlalchemy.sql.dml import ReturningInsert

from adapters.sql.database import Inserting, Room
from adapters.sql.tables import leases, marks, troubles
from core.model.outbox import Trouble
from core.storage import Leases, Marks, Troubles


class SqlLeases(Room, Leases):
    async def take(self, name: str, owner: str, *, now: datetime, until: datetime) -> bool:
        values = {"name": name, "owner": owner, "until": until, "now": now}
        return await self._row(_taking(self._insert), values) is not None

    async def release(self, name: str, owner: str) -> None:
        await self._run(delete(leases).where(leases.c.name == name, leases.c.owner == owner))


class SqlMarks(Room, Marks):
    async def get(self, name: str) -> str | None:
        row = await self._row(select(marks.c.value).where(marks.c.name == name))
        return row and str(row.value)

    async def put(self, name: str, value: str) -> None:
        await self._run(_putting(self._insert), {"name": name, "value": value})


class SqlTroubles(Room, Troubles):
    async def report(self, key: str, sentence: str, at: datetime) -> bool:
        values = {"key": key, "sentence": sentence, "since": at, "seen_at": at, "count": 1}
        reported = await self._run(_reporting(self._insert), values)
        return int(reported.scalar_one()) == 1

    async def mend(self, key: str) -> bool:
        return await self._changed(delete(troubles).where(troubles.c.key == key)) > 0

    async def get(self, key: str) -> Trouble | None:
        row = await self._row(select(troubles).where(troubles.c.key == key))
        return row and _trouble(row)

    async def all(self) -> Sequence[Trouble]:
        rows = await self._rows(select(troubles).order_by(troubles.c.since, troubles.c.key))
        return [_trouble(row) for row in rows]


@cache
def _taking(insert: Inserting) -> ReturningInsert[Any]:
    """No row comes back where another holds it: of two at once, the database makes one wait and then look again."""
    taken = insert(leases)
    free = or_(leases.c.owner == taken.excluded.owner, leases.c.until <= bindparam("now", type_=leases.c.until.type))
    return taken.on_conflict_do_update(
        index_elements=[leases.c.name],
        set_={"owner": taken.excluded.owner, "until": taken.excluded.until},
        where=free,
    ).returning(leases.c.name)


@cache
def _putting(insert: Inserting) -> Insert:
    put = insert(marks)
    return put.on_conflict_do_update(index_elements=[marks.c.name], set_={"value": put.excluded.value})


@cache
def _reporting(insert: Inserting) -> ReturningInsert[Any]:
    reported = insert(troubles)
    again = {
        "sentence": reported.excluded.sentence,
        "seen_at": reported.excluded.seen_at,
        "count": troubles.c.count + 1,
    }
    return reported.on_conflict_do_update(index_elements=[troubles.c.key], set_=again).returning(troubles.c.count)


def _trouble(row: Row[Any]) -> Trouble:
    return Trouble(
        key=row.key,
        sentence=row.sentence,
        since=row.since,
        seen_at=row.seen_at,
        count=row._mapping[troubles.c.count],  # ``row.count`` is a method of every row
    )
