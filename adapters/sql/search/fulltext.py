"""Tickets and FAQs like some words: by the few words of a question that are rare, for what is common costs time and
says nothing."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Row,
    Select,
    and_,
    any_,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
)

from adapters.sql.database import Room
from adapters.sql.search.documents import COUNT
from adapters.sql.search.marks import marked
from adapters.sql.search.matching import ASKED, fts, holding, of_each, says_each, vectors
from adapters.sql.search.terms import folded, worded
from adapters.sql.tables import faq_versions, faqs, tickets
from adapters.sql.tables import index_counters as counters
from adapters.sql.tables import index_documents as documents
from adapters.sql.tickets import visible
from core.model.faq import FaqState
from core.model.similar import Candidate, Item, Kind, Scope
from core.storage import Sight
from core.storage.similar import FullText, Occurrences

_FEW = 500
"""Of a word that fewer documents have, those are given that are in scope, so that what is hidden moves no count.
Of a commoner one all are counted, as one more or less says nothing: how many is guessed by how far the first reach."""
_SEARCHED = 1_000
"""Documents with the words that are in very many of which the newest are given."""


_KINDS = {kind.value: kind for kind in Kind}
"""Hundreds of rows are read in a look, and an enumeration's own look-up takes longer than the rest of a row."""


class SqlFullText(Room, FullText):
    async def occurrences(self, words: Collection[str], scope: Scope) -> Occurrences:
        held, found = dict.fromkeys(words, 0), dict[str, Sequence[int]]()
        real = worded(list(held))
        total = await self._total() if real else 0
        if self._on_postgresql and total:
            held |= await self._common(real, total)
        for word, numbers in (await self._numbers([word for word in real if not held[word]] if total else [])).items():
            if len(numbers) < _FEW:
                held[word], found[word] = len(numbers), numbers
            else:
                held[word] = min(total, max(_FEW, _FEW * total // max(numbers)))
        seen = await self._among({number for numbers in found.values() for number in numbers}, scope)
        items = {word: [seen[number] for number in numbers if number in seen] for word, numbers in found.items()}
        return Occurrences(items, held, total)

    async def _total(self) -> int:
        row = await self._row(select(counters.c.value).where(counters.c.name == COUNT))
        return int(row.value) if row is not None else 0

    async def _common(self, words: Sequence[str], total: int) -> Mapping[str, int]:
        """What ANALYZE found to be common is not counted."""
        lexemes = {word: folded(word) for word in words}
        rows = await self._rows(_COMMON, {"words": list(lexemes.values())})
        common = {row.word: float(row.part) for row in rows}
        guessed = {word: int(common[lexeme] * total) for word, lexeme in lexemes.items() if lexeme in common}
        return {word: count for word, count in guessed.items() if count >= _FEW}

    async def _numbers(self, words: Sequence[str]) -> Mapping[str, Sequence[int]]:
        """The documents that each is in, ``_FEW`` at most: those that lie first."""
        if not words:
            return {}
        place = vectors.c.id if self._on_postgresql else fts.c.rowid
        some = select(place.label("id")).where(says_each(on_postgresql=self._on_postgresql)).limit(_FEW).subquery()
        gathered = func.array_agg(some.c.id) if self._on_postgresql else func.json_group_array(some.c.id)
        each = of_each(words, select(gathered).scalar_subquery(), on_postgresql=self._on_postgresql)
        read = (lambda found: found or []) if self._on_postgresql else json.loads
        return {words[row.place]: read(row.found) for row in await self._rows(each)}

    async def _among(self, numbers: Collection[int], scope: Scope) -> Mapping[int, Item]:
        """Of the documents ``numbers`` those in ``scope``."""
        if not numbers:
            return {}
        chosen = select(documents.c.id, documents.c.kind, documents.c.subject)
        rows = await self._rows(chosen.where(self._is_one_of(documents.c.id, numbers), self._is_in(scope)))
        seen = {number: Item(_KINDS[kind], subject) for number, kind, subject in map(tuple, rows)}
        return {number: item for number, item in seen.items() if item not in scope.but} if scope.but else seen

    def _is_in(self, scope: Scope) -> ColumnElement[bool]:
        """As the index has it: a join with what is so now would cost more than the rest of a look."""
        allowed: list[ColumnElement[bool]] = [documents.c.circle.in_(sorted(scope.groups))]
        if scope.owner is not None:
            allowed.append(documents.c.owner_id == scope.owner)
        for kind in {item.kind for item in scope.also}:
            subjects = [item.id for item in scope.also if item.kind is kind]
            allowed.append(and_(_is(kind), self._is_one_of(documents.c.subject, subjects)))
        there = [documents.c.is_gone.is_(False), or_(*allowed)]
        if scope.but_owner is not None:
            there.append(documents.c.owner_id.is_distinct_from(scope.but_owner))
        return and_(*there)

    def _is_one_of(self, column: ColumnElement[Any], numbers: Collection[int]) -> ColumnElement[bool]:
        """One parameter for all, however many: each of its own would take longer to write than to look up."""
        if self._on_postgresql:
            return column == any_(literal(sorted(numbers), ARRAY(BigInteger)))
        return column.in_(select(func.json_each(literal(json.dumps(sorted(numbers)))).table_valued("value").c.value))

    async def newest(self, words: Collection[str], scope: Scope, *, limit: int) -> Sequence[Item]:
        held = holding(list(words), ASKED, prefix=False, on_postgresql=self._on_postgresql)
        some = held.order_by(held.selected_columns[0].desc()).limit(_SEARCHED)
        chosen = select(documents.c.kind, documents.c.subject).where(documents.c.id.in_(some), self._is_in(scope))
        rows = await self._rows(chosen.order_by(documents.c.subject.desc()).limit(limit + len(scope.but)))
        return [item for item in map(_item, rows) if item not in scope.but][:limit]

    async def candidates(self, items: Collection[Item], sight: Sight) -> Sequence[Candidate]:
        title = func.coalesce(tickets.c.title, faq_versions.c.question, documents.c.title).label("title")
        found = []
        for kind in Kind:
            ids = sorted(item.id for item in items if item.kind is kind)
            body = case((documents.c.subject.in_(marked(kind)), ""), else_=documents.c.body).label("body")
            columns = select(documents.c.subject, title, body).select_from(documents)
            there = _with_rows(columns).where(documents.c.kind == kind.value, _seen(sight))
            for row in await self._rows_among(there, documents.c.subject, ids):
                found.append(Candidate(item=Item(kind, int(row.subject)), title=row.title, body=row.body))
        return found


def _with_rows(chosen: Select[Any]) -> Select[Any]:
    """With the ticket or the FAQ that a document is of, as it is now."""
    return (
        chosen.outerjoin(tickets, and_(_is(Kind.TICKET), tickets.c.id == documents.c.subject))
        .outerjoin(faqs, and_(_is(Kind.FAQ), faqs.c.id == documents.c.subject))
        .outerjoin(faq_versions, and_(faq_versions.c.faq_id == faqs.c.id, faq_versions.c.number == faqs.c.published))
    )


def _item(row: Row[Any]) -> Item:
    return Item(Kind(row.kind), row.subject)


def _is(kind: Kind) -> ColumnElement[bool]:
    return documents.c.kind == literal_column(f"'{kind}'")


def _seen(sight: Sight) -> ColumnElement[bool]:
    ticket = and_(tickets.c.id.is_not(None), visible(sight))
    return and_(documents.c.is_gone.is_(False), or_(ticket, _faq_seen(sight)))


def _faq_seen(sight: Sight) -> ColumnElement[bool]:
    """The staff see drafts too; others what is published in categories that are open, or in none."""
    if sight.staff_categories:
        return faqs.c.state.in_([FaqState.DRAFT.value, FaqState.PUBLISHED.value])
    return and_(faqs.c.state == FaqState.PUBLISHED.value, faq_versions.c.category.in_(sorted({*sight.known, ""})))


_COMMON = text(
    """
    WITH wanted AS MATERIALIZED (
        SELECT word, (tsvector_to_array(to_tsvector('index_text_words', word)))[1] AS lexeme
        FROM (SELECT unnest(CAST(:words AS text[])) AS word) AS given
    )
    SELECT word, part FROM (
        SELECT unnest(CAST(CAST(most_common_elems AS text) AS text[])) AS lexeme,
               unnest(most_common_elem_freqs) AS part
        FROM pg_stats WHERE schemaname = current_schema() AND tablename = 'index_text' AND attname = 'asked'
    ) AS common JOIN wanted USING (lexeme)
    """
)
