"""One vector for each document, shared by all processes: each follows what changed by its number."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, or_, select, update

from adapters.sql.database import Room
from adapters.sql.search.documents import SqlIndex
from adapters.sql.search.terms import legible
from adapters.sql.tables import index_documents as documents
from core.model.ids import PersonId
from core.model.similar import Entry, Item, Kind
from core.storage.similar import Change, Stale, Vectors


class SqlVectors(Room, Vectors):
    async def stale(self, model: str, *, limit: int) -> Sequence[Stale]:
        rows = await self._rows(
            select(documents.c.kind, documents.c.subject, documents.c.meaning)
            .where(*_stale(model))
            .order_by(documents.c.id.desc())
            .limit(limit)
        )
        return [Stale(Item(Kind(row.kind), int(row.subject)), row.meaning) for row in rows]

    async def waiting(self, model: str) -> int:
        counted = select(func.count()).select_from(documents).where(*_stale(model))
        return int((await self._run(counted)).scalar_one())

    async def put(self, model: str, text: Stale, vector: bytes | None) -> None:
        seq = await SqlIndex(self._connection, set()).next_seq()
        await self._run(
            update(documents)
            .where(
                documents.c.kind == text.item.kind.value,
                documents.c.subject == text.item.id,
                documents.c.meaning == legible(text.text),
                documents.c.is_gone.is_(False),
            )
            .values(model=model, vector=vector, seq=seq)
        )

    async def changes(self, model: str, *, after: int, limit: int) -> Sequence[Change]:
        rows = await self._rows(select(documents).where(documents.c.seq > after).order_by(documents.c.seq).limit(limit))
        found = []
        for row in rows:
            item = Item(Kind(row.kind), int(row.subject))
            entry = None
            if not row.is_gone and row.model == model and row.vector is not None:
                owner = None if row.owner_id is None else PersonId(row.owner_id)
                entry = Entry(item=item, group=row.circle, owner=owner, vector=bytes(row.vector))
            found.append(Change(int(row.seq), item, entry))
        return found


def _stale(model: str) -> Sequence[ColumnElement[bool]]:
    return or_(documents.c.model < model, documents.c.model > model), documents.c.is_gone.is_(False)
