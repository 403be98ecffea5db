"""How long the full text takes to find what is like a few words, among many documents, on both databases.

    python -m bench.search [documents]

For questions of common and rare words: the milliseconds of what similarity asks (where each occurs, as the asker may
see it, or the newest with some of them where all are common), and of an OR of all the words, which is what it is
instead of. The words are made up, as frequent as people's are.
"""

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from itertools import accumulate
from pathlib import Path

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql import schema
from adapters.sql.search.terms import for_fts5, for_tsquery
from adapters.sql.store import SqlStore, SqlUnitOfWork
from adapters.sql.tables import index_counters, index_documents, tickets
from core.model.ids import PersonId
from core.model.ticket import Visibility
from core.similar import group_of, scope_of
from core.storage import Sight
from tests.fakes.clock import START
from tests.fakes.postgres import postgresql

_WORDS, _LONG, _AT_ONCE, _QUESTIONS, _ASKED = 60_000, 40, 10_000, 60, 12
_CHANCE = random.Random(7)  # noqa: S311 - nothing secret
_STUDENT = Sight(person=PersonId(2), known=frozenset({"it"}))
_NAIVE = {
    "sqlite": "SELECT rowid FROM index_text WHERE index_text MATCH :query ORDER BY bm25(index_text) LIMIT 50",
    "postgresql": "SELECT id FROM index_text WHERE asked @@ to_tsquery('index_text_words', :query) "
    "ORDER BY ts_rank_cd(asked, to_tsquery('index_text_words', :query)) DESC LIMIT 50",
}
_VECTORS = (
    "INSERT INTO index_text (id, asked, said, noted) SELECT id, v, v, '' FROM (SELECT id, "
    "setweight(to_tsvector('index_text_words', title), 'A') || setweight(to_tsvector('index_text_words', body), 'C') "
    "AS v FROM index_documents) AS made"
)


def vocabulary() -> tuple[Sequence[str], Sequence[float]]:
    """The n-th word is a n-th as frequent as the first."""
    made = ("".join(_CHANCE.choices("abcdefghiklmnoprstuvw", k=_CHANCE.randint(4, 9))) for _ in range(_WORDS))
    words = list(dict.fromkeys(made))
    return words, list(accumulate(1 / rank for rank in range(1, len(words) + 1)))


async def fill(work: SqlUnitOfWork, documents: int, words: Sequence[str], weights: Sequence[float]) -> None:
    ann = await work.people.add("Ann", START)
    for first in range(0, documents, _AT_ONCE):
        numbers = range(first + 1, min(first + _AT_ONCE, documents) + 1)
        said = {number: _CHANCE.choices(words, cum_weights=weights, k=_LONG) for number in numbers}
        await work.connection.execute(insert(tickets), [_ticket(number, said[number], ann.id) for number in numbers])
        rows = [_document(number, said[number], ann.id) for number in numbers]
        await work.connection.execute(insert(index_documents), rows)
    await work.connection.execute(insert(index_counters).values(name="documents", value=documents))
    if work.connection.dialect.name == "postgresql":
        await _fill_vectors(work.connection)


async def _fill_vectors(connection: AsyncConnection) -> None:
    """Indexes that are built at once take a tenth of the time of those that grow."""
    gin = text("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'index_text' AND indexdef LIKE '%gin%'")
    indexes = (await connection.execute(gin)).all()
    for index in indexes:
        await connection.execute(text(f"DROP INDEX {index.indexname}"))
    await connection.execute(text(_VECTORS))
    for index in indexes:
        await connection.execute(text(index.indexdef))
    await connection.execute(text("ANALYZE"))


def _ticket(number: int, said: Sequence[str], requester: PersonId) -> dict[str, object]:
    plain = dict.fromkeys(("team", "last_digest"), "")
    facts = {"status": "open", "priority": "normal", "category": "it", "door": "web", "answers": [], "tags": []}
    counts = {"follower_count": 0, "version": 0, "opened_at": START, "updated_at": START}
    words = {"key": f"{number:032x}", "title": " ".join(said[:8]), "description": {"blocks": []}}
    seen = {"visibility": _visibility(number), "requester_id": requester}
    return {"id": number, **plain, **facts, **counts, **words, **seen}


def _visibility(number: int) -> Visibility:
    return Visibility.PUBLIC if number % 2 else Visibility.PRIVATE


def _document(number: int, said: Sequence[str], requester: PersonId) -> dict[str, object]:
    words = {"title": " ".join(said[:8]), "body": " ".join(said[8:])}
    blank = dict.fromkeys(("said", "noted", "meaning", "model"), "")
    seen = {"circle": group_of("it", _visibility(number)), "owner_id": requester, "is_gone": False}
    return {"id": number, "kind": "ticket", "subject": number, **words, **blank, **seen, "seq": number}


async def measured(name: str, url: str, documents: int) -> None:
    words, weights = vocabulary()
    store = SqlStore(url)
    async with store.write() as work:
        await fill(work, documents, words, weights)
    questions = [list(dict.fromkeys(_CHANCE.choices(words, cum_weights=weights, k=_ASKED))) for _ in range(_QUESTIONS)]

    async def ours(asked: Sequence[str], work: SqlUnitOfWork) -> None:
        found = await work.fulltext.occurrences(asked, scope_of(_STUDENT))
        rarest = sorted((word for word in asked if found.held[word]), key=lambda word: found.held[word])
        if not any(found.items.get(word) for word in rarest):
            await work.fulltext.newest(rarest[:3], scope_of(_STUDENT), limit=50)

    async def naive(asked: Sequence[str], work: SqlUnitOfWork) -> None:
        make = for_tsquery if name == "postgresql" else lambda words, **how: for_fts5(words, ("title", "body"), **how)
        query = make(asked, any_of=True, prefix=False)
        await work.connection.execute(text(_NAIVE[name]), {"query": query})

    mine, theirs = await _times(ours, questions, store), await _times(naive, questions[:20], store)
    print(f"{name}, {documents} documents: p50 {_part(mine, 0.5):.0f} ms, p99 {_part(mine, 0.99):.0f} ms;", end=" ")
    print(f"an OR of all words p50 {_part(theirs, 0.5):.0f} ms (ratio {_part(mine, 0.5) / _part(theirs, 0.5):.3f})")
    await store.close()


async def _times(
    look: Callable[[Sequence[str], SqlUnitOfWork], Awaitable[None]], questions: Sequence[Sequence[str]], store: SqlStore
) -> Sequence[float]:
    took = []
    for asked in questions:
        async with store.read() as work:
            begun = time.perf_counter()
            await look(asked, work)
            took.append((time.perf_counter() - begun) * 1000)
    return sorted(took)


def _part(took: Sequence[float], part: float) -> float:
    return took[min(len(took) - 1, int(part * len(took)))]


def main() -> None:
    documents = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        asyncio.run(schema.upgrade(url))
        asyncio.run(measured("sqlite", url, documents))
    with postgresql(quick=True) as server:
        url = server.url(server.create())
        asyncio.run(schema.upgrade(url))
        asyncio.run(measured("postgresql", url, documents))


if __name__ == "__main__":
    main()
