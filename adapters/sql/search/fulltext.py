"""Tickets and FAQs like some words: by the few words of a question that are rare, for what is common costs time and
says nothing."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, literal_column, or_, select, text

from adapters.sql.database import Room
from adapters.sql.search.documents import COUNT
from adapters.sql.search.marks import marked
from adapters.sql.search.matching import ASKED, fts, holding, of_each, says_each, says_fts5, tsquery, vectors
from adapters.sql.search.terms import folded, worded
from adapters.sql.tables import faq_versions, faqs, tickets
from adapters.sql.tables import index_counters as counters
from adapters.sql.tables import index_documents as documents
from adapters.sql.tickets import visible
from core.model.faq import FaqState
from core.model.similar import Candidate, Item, Kind
from core.storage import Sight
from core.storage.similar import Frequencies, FullText

_COUNTED = 2_000
"""Documents with a word that are counted; how many more there are is guessed."""
_LOOKED_AT = 250
"""Of a rarer word those are counted that the asker may see, so that what is hidden moves no count. Of a commoner one
all are, as one more or less says nothing."""
_MOST_HITS = 1_000
"""Documents that are ranked: words are left out, the commonest first, until there are no more."""
_FEWEST = 3
"""Words that are looked for together where even the rarest is too common."""


class SqlFullText(Room, FullText):
    async def frequencies(self, words: Collection[str], sight: Sight) -> Frequencies:
        total = await self._total()
        held = dict.fromkeys(words, 0)
        real = worded(list(held))
        if real and total:
            held |= await (self._count_postgresql if self._on_postgresql else self._count_sqlite)(real, total)
        rarer = [word for word in real if 0 < held[word] < _LOOKED_AT]
        return Frequencies({**held, **await self._seen_with(rarer, sight)}, held, total)

    async def _total(self) -> int:
        row = await self._row(select(counters.c.value).where(counters.c.name == COUNT))
        return int(row.value) if row is not None else 0

    async def _count_sqlite(self, words: Sequence[str], total: int) -> Mapping[str, int]:
        """A word with more than ``_COUNTED`` is taken to be as frequent in all documents as it is in the oldest."""
        some = select(fts.c.rowid).where(self._says_each).limit(_COUNTED).subquery()
        both = select(func.json_array(func.count(), func.max(some.c.rowid))).select_from(some)
        found = {}
        for word, counts in (await self._of_each(words, both)).items():
            counted, last = json.loads(counts)
            found[word] = min(total, counted if counted < _COUNTED else max(counted, counted * total // last))
        return found

    async def _count_postgresql(self, words: Sequence[str], total: int) -> Mapping[str, int]:
        """What ANALYZE found to be common is not counted."""
        lexemes = {word: folded(word) for word in words}
        rows = await self._rows(_COMMON, {"words": list(lexemes.values())})
        common = {row.word: float(row.part) for row in rows}
        some = select(vectors.c.id).where(self._says_each).limit(_COUNTED * 10).subquery()
        rarer = [word for word in words if lexemes[word] not in common]
        counted = await self._of_each(rarer, select(func.count()).select_from(some))
        guessed = {word: int(common[lexeme] * total) for word, lexeme in lexemes.items() if lexeme in common}
        return {word: min(total, count) for word, count in {**counted, **guessed}.items()}

    async def _seen_with(self, words: Sequence[str], sight: Sight) -> Mapping[str, int]:
        """In how many of what ``sight`` lets through each occurs."""
        place = vectors if self._on_postgresql else fts
        number = vectors.c.id if self._on_postgresql else fts.c.rowid
        joined = _with_rows(select(documents.c.id).select_from(place).join(documents, documents.c.id == number))
        some = joined.where(self._says_each, _seen(sight)).limit(_LOOKED_AT).subquery()
        return await self._of_each(words, select(func.count()).select_from(some))

    @property
    def _says_each(self) -> ColumnElement[bool]:
        return says_each(on_postgresql=self._on_postgresql)

    async def _of_each(self, words: Sequence[str], found: Select[Any]) -> Mapping[str, Any]:
        if not words:
            return {}
        each = of_each(words, found.scalar_subquery(), on_postgresql=self._on_postgresql)
        return {words[row.place]: row.found for row in await self._rows(each)}

    async def matching(
        self, words: Sequence[str], frequencies: Frequencies, sight: Sight, *, limit: int
    ) -> Sequence[Item]:
        held = frequencies.held
        there = sorted((word for word in words if held[word]), key=lambda word: held[word])
        if not there:
            return []
        chosen, hits = [], 0
        for word in there:
            hits += held[word]
            if hits > _MOST_HITS:
                break
            chosen.append(word)
        find = _matching_postgresql if self._on_postgresql else _matching_sqlite
        statement = find(chosen) if chosen else self.of_the_newest(there[:_FEWEST])
        rows = await self._rows(statement.where(_seen(sight)).limit(limit))
        return [Item(Kind(row.kind), int(row.subject)) for row in rows]

    def of_the_newest(self, words: Sequence[str]) -> Select[Any]:
        """Where even the rarest word is in very many: the newest with a few of them together."""
        held = holding(words, ASKED, prefix=False, on_postgresql=self._on_postgresql)
        newest = held.order_by(held.selected_columns[0].desc()).limit(_MOST_HITS)
        chosen = select(documents.c.kind, documents.c.subject).select_from(documents)
        return _with_rows(chosen).where(documents.c.id.in_(newest)).order_by(documents.c.subject.desc())

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


def _matching_sqlite(words: Sequence[str]) -> Select[Any]:
    joined = _with_rows(
        select(documents.c.kind, documents.c.subject).select_from(fts).join(documents, documents.c.id == fts.c.rowid)
    )
    best = func.bm25(literal_column("index_text"), literal(3.0), literal(1.0), literal(0.0), literal(0.0))
    return joined.where(says_fts5(words, ASKED, any_of=True, prefix=False)).order_by(best, documents.c.subject.desc())


def _matching_postgresql(words: Sequence[str]) -> Select[Any]:
    """The rarer a word, the earlier it stands in ``words`` and the more it counts."""
    joined = _with_rows(
        select(documents.c.kind, documents.c.subject)
        .select_from(vectors)
        .join(documents, documents.c.id == vectors.c.id)
    )
    ranks = [
        func.ts_rank_cd(vectors.c.asked, tsquery([word], any_of=True, prefix=False), 1) / (place + 1)
        for place, word in enumerate(words)
    ]
    best = sum(ranks[1:], start=ranks[0])
    query = tsquery(words, any_of=True, prefix=False)
    return joined.where(vectors.c.asked.op("@@")(query)).order_by(best.desc(), documents.c.subject.desc())


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
