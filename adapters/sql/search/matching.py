"""Which documents words occur in, as a part of a query, on each database."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    String,
    and_,
    cast,
    column,
    func,
    literal,
    literal_column,
    or_,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import JSONB

from adapters.sql.search.terms import for_fts5, for_tsquery
from adapters.sql.tables import index_documents as documents

CONFIGURATION: ColumnElement[str] = literal_column("'index_text_words'")
fts = table("index_text", column("rowid"))
vectors = table("index_text", column("id"), column("asked"), column("said"), column("noted"))
TITLE, ASKED, SEEN, ALL = ("title",), ("title", "body"), ("title", "body", "said"), ("title", "body", "said", "noted")


def says_fts5(words: Sequence[str], columns: Sequence[str], *, any_of: bool, prefix: bool) -> ColumnElement[bool]:
    """Where ``fts`` is among what is selected from."""
    query = for_fts5(words, columns, any_of=any_of, prefix=prefix)
    return literal_column("index_text").op("MATCH", is_comparison=True)(literal(query))


def says_each(*, on_postgresql: bool) -> ColumnElement[bool]:
    """For a part of ``of_each``: where the word of which it is just then occurs in what was asked."""
    query: ColumnElement[str] = literal_column("each_word.value")
    if on_postgresql:
        return vectors.c.asked.op("@@", is_comparison=True)(func.to_tsquery(CONFIGURATION, query))
    return literal_column("index_text").op("MATCH", is_comparison=True)(query)


def of_each(words: Sequence[str], found: ScalarSelect[Any], *, on_postgresql: bool) -> Select[Any]:
    """The ``place`` of each in ``words``, and what is ``found`` for it: one statement, however many words."""
    if on_postgresql:
        queries = [for_tsquery([word], any_of=True, prefix=False) for word in words]
        given = cast(literal(json.dumps(queries), String), JSONB)
        each = (
            func.jsonb_array_elements_text(given)
            .table_valued("value", with_ordinality="nth")
            .render_derived("each_word")
        )
        return select((each.c.nth - 1).label("place"), found.label("found")).select_from(each)
    queries = [for_fts5([word], ASKED, any_of=True, prefix=False) for word in words]
    each = func.json_each(literal(json.dumps(queries))).table_valued("key", "value", name="each_word")
    return select(each.c.key.label("place"), found.label("found")).select_from(each)


def tsquery(words: Sequence[str], *, any_of: bool, prefix: bool, weight: str = "") -> ColumnElement[str]:
    return func.to_tsquery(CONFIGURATION, for_tsquery(words, any_of=any_of, prefix=prefix, weight=weight))


def holding(
    words: Sequence[str], columns: Sequence[str], *, any_of: bool = False, prefix: bool = True, on_postgresql: bool
) -> Select[tuple[int]]:
    """The documents in which every word occurs, or ``any_of`` them, in any of ``columns``. ``prefix``: the last may
    go on."""
    if not on_postgresql:
        return select(fts.c.rowid).where(says_fts5(words, columns, any_of=any_of, prefix=prefix))
    places = range(len(words))
    says = [_says_tsquery(words[at : at + 1], columns, prefix=prefix and at == len(words) - 1) for at in places]
    return select(vectors.c.id).where(or_(*says) if any_of else and_(*says))


def _says_tsquery(word: Sequence[str], columns: Sequence[str], *, prefix: bool) -> ColumnElement[bool]:
    weight = "A" if columns == TITLE else ""
    query = tsquery(word, any_of=True, prefix=prefix, weight=weight)
    place = vectors.c.asked if columns in (TITLE, ASKED) else vectors.c.said
    said = place.op("@@", is_comparison=True)(query)
    return or_(said, vectors.c.noted.op("@@", is_comparison=True)(query)) if columns == ALL else said


def of_kind(kind: str, held: Select[tuple[int]]) -> Select[tuple[int]]:
    """The tickets or FAQs whose documents ``held`` finds."""
    return select(documents.c.subject).where(documents.c.kind == kind, documents.c.id.in_(held))
