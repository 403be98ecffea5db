"""The documents that search looks in: put in place and taken out, one after the other however many processes do it."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache

from sqlalchemy import Row, delete, func, insert, literal, select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningInsert

from adapters.sql.database import Inserting, Room
from adapters.sql.search.marks import marked, marking
from adapters.sql.search.terms import LONGEST, folded, legible
from adapters.sql.tables import index_counters as counters
from adapters.sql.tables import index_documents as documents
from adapters.sql.tables import index_marks as marks
from adapters.sql.tables import tickets
from core.model.similar import Item, Kind
from core.storage.search import PART, Document, Index, Words

SEQ, COUNT = "seq", "documents"
_WORDS = ("title", "body", "said", "noted")


class SqlIndex(Room, Index):
    def __init__(self, connection: AsyncConnection, marked: set[Item]) -> None:
        """``marked``: to be indexed once this unit is done."""
        super().__init__(connection)
        self._marked = marked

    async def mark(self, items: Collection[Item]) -> None:
        self._marked.update(items)

    async def write_marks(self) -> None:
        """In one order, and last of all in a unit: so no two wait for each other's."""
        rows = [{"kind": item.kind, "subject": item.id} for item in sorted(self._marked, key=lambda i: (i.kind, i.id))]
        if rows:
            await self._run(marking(self._insert), rows)

    async def mark_all(self) -> int:
        for kind, ids in (
            (literal(Kind.TICKET.value), select(tickets.c.id)),
            (documents.c.kind, select(documents.c.subject)),
        ):
            chosen = ids.add_columns(kind, literal(1)).order_by(ids.selected_columns[0]).where(literal(1) == 1)
            put = self._insert(marks).from_select(["subject", "kind", "times"], chosen)
            await self._run(put.on_conflict_do_nothing())
        return await self.waiting()

    async def waiting(self) -> int:
        return int((await self._run(select(func.count()).select_from(marks))).scalar_one())

    async def take_marks(self, *, limit: int) -> Sequence[Item]:
        key = tuple_(marks.c.kind, marks.c.subject)
        newest = select(marks.c.kind, marks.c.subject).order_by(marks.c.subject.desc(), marks.c.kind).limit(limit)
        free = newest.with_for_update(skip_locked=True)
        rows = await self._rows(delete(marks).where(key.in_(free)).returning(marks.c.kind, marks.c.subject))
        return sorted((_item(row) for row in rows), key=lambda item: -item.id)

    async def put(self, document: Document) -> bool:
        values = {
            "title": legible(document.title[:LONGEST]),
            "body": legible(document.body[:LONGEST]),
            "said": legible(document.said[:LONGEST]),
            "noted": legible(document.noted[:LONGEST]),
            "meaning": legible(document.meaning),
            "circle": document.group,
            "owner_id": document.owner,
            "is_gone": False,
        }
        return await self._write(document.item, values)

    async def remove(self, items: Collection[Item]) -> None:
        """Its row stays, without a word, so that every process hears that it is gone."""
        for item in items:
            empty = dict.fromkeys((*_WORDS, "meaning", "circle"), "")
            await self._write(item, {**empty, "owner_id": None, "is_gone": True}, only_if_there=True)

    async def _write(self, item: Item, values: Mapping[str, object], *, only_if_there: bool = False) -> bool:
        mine = (documents.c.kind == item.kind.value, documents.c.subject == item.id)
        found = await self._row(select(documents).where(*mine))
        if found is None and only_if_there:
            return False
        held = found._mapping if found is not None else {"is_gone": True}
        changed = {name: value for name, value in values.items() if name not in held or held[name] != value}
        if not changed:
            return False
        changed["seq"] = await self.next_seq()
        if "is_gone" in changed:
            await self._count(COUNT, -1 if changed["is_gone"] else 1)
        if "meaning" in changed:
            changed |= {"model": "", "vector": None}
        if found is None:
            blank = {"kind": item.kind, "subject": item.id, "is_gone": False, **values, **changed}
            number = int((await self._run(insert(documents).returning(documents.c.id), blank)).scalar_one())
        else:
            number = int(found.id)
            await self._run(update(documents).where(documents.c.id == number), changed)
        if self._on_postgresql and not changed.keys().isdisjoint(_WORDS):
            await self._put_vectors(number, values)
        return True

    async def _put_vectors(self, number: int, values: Mapping[str, object]) -> None:
        words = {name: folded(str(values[name])) for name in _WORDS}
        await self._run(_TSVECTORS, {"id": number, **words})

    async def next_seq(self) -> int:
        """The number of a change: higher than any that was given out, and committed later."""
        return await self._count(SEQ, 1)

    async def _count(self, name: str, by: int) -> int:
        """The counter ``name`` after ``by`` was added: its row is locked until this transaction ends, so whoever gets a
        higher number commits later."""
        return int((await self._run(_counting(self._insert), {"name": name, "value": by})).scalar_one())

    async def words_of(self, items: Collection[Item]) -> Mapping[Item, Words]:
        found: dict[Item, Words] = {}
        columns = select(documents.c.kind, documents.c.subject, *(documents.c[name] for name in _WORDS))
        for kind in Kind:
            ids = sorted(item.id for item in items if item.kind is kind)
            is_fresh = documents.c.subject.not_in(marked(kind))
            there = columns.where(documents.c.kind == kind.value, documents.c.is_gone.is_(False), is_fresh)
            for row in await self._rows_among(there, documents.c.subject, ids):
                said = PART.join(part for part in (row.body, row.said) if part)
                found[_item(row)] = Words(row.title, said, row.noted)
        return found


@cache
def _counting(insert: Inserting) -> ReturningInsert[tuple[int]]:
    put = insert(counters)
    return put.on_conflict_do_update(
        index_elements=[counters.c.name], set_={"value": counters.c.value + put.excluded.value}
    ).returning(counters.c.value)


_TSVECTORS = text(
    """
    INSERT INTO index_text (id, asked, said, noted)
    SELECT :id, title || body, title || body || said, to_tsvector('index_text_words', :noted)
    FROM (SELECT setweight(to_tsvector('index_text_words', :title), 'A') AS title,
                 setweight(to_tsvector('index_text_words', :body), 'C') AS body,
                 to_tsvector('index_text_words', :said) AS said) AS parts
    ON CONFLICT (id) DO UPDATE SET asked = excluded.asked, said = excluded.said, noted = excluded.noted
    """
)


def _item(row: Row[tuple[str, int]]) -> Item:
    return Item(Kind(row.kind), int(row.subject))
