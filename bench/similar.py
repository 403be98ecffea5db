"""Finding what was asked before: how good the desk's own function is at it, on both databases.

    python -m bench.similar FOLDER…

Each folder has corpus.jsonl.gz and queries.jsonl.gz (id, title, body) and qrels.tsv (query, document, 1). Prints hit@5,
MRR@10 and MAP (over the first 100), in per cent, of ``core.finding.find_similar`` with the model and by words alone,
and of SQLite's FTS5 alone (porter, OR of the title's words) in the same process. Then what thresholds make of them: how
many questions would get an answer, how many of these the right one; how many without a known duplicate would get one,
and how many that are foreign to the folder.
"""

import asyncio
import csv
import gzip
import json
import re
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert, text

from adapters.semantic.index import VectorIndex
from adapters.semantic.minilm import MiniLM
from adapters.sql import schema
from adapters.sql.store import SqlStore
from adapters.sql.tables import tickets
from core.finding import Pointed, find_similar
from core.model.ids import PersonId
from core.model.similar import Item, Kind, Similar
from core.model.ticket import Visibility
from core.similar import SHARED, SURE, Question, group_of, scope_of, text_of
from core.storage import Document, Sight
from core.storage.similar import Stale
from tests.fakes.clock import START
from tests.fakes.made import made
from tests.fakes.postgres import postgresql

CATEGORY, SHOWN, AT_ONCE, FOREIGN = "it", 100, 500, 500
STUDENT = Sight(person=PersonId(2), known=frozenset({CATEGORY}))
COSINES = (0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8)
SHARES = (0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6)


@dataclass(frozen=True, slots=True)
class Text:
    id: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Set:
    name: str
    corpus: Sequence[Text]
    queries: Sequence[Text]
    relevant: Mapping[str, Collection[str]]

    @classmethod
    def read(cls, folder: Path) -> "Set":
        relevant: dict[str, set[str]] = {}
        with (folder / "qrels.tsv").open(encoding="utf-8", newline="") as rows:
            for query, document, *_ in list(csv.reader(rows, delimiter="\t"))[1:]:
                relevant.setdefault(query, set()).add(document)
        return cls(folder.name, _texts(folder / "corpus.jsonl.gz"), _texts(folder / "queries.jsonl.gz"), relevant)

    @property
    def answerable(self) -> Sequence[Text]:
        return [query for query in self.queries if query.id in self.relevant]

    @property
    def unanswerable(self) -> Sequence[Text]:
        """Without a known duplicate."""
        return [query for query in self.queries if query.id not in self.relevant]


class Meanings:
    """The model; a text that was embedded is not embedded again."""

    def __init__(self) -> None:
        self.model = MiniLM()
        self._made: dict[str, bytes] = {}

    def of(self, texts: Sequence[str]) -> Sequence[bytes]:
        new = [one for one in dict.fromkeys(texts) if one not in self._made]
        for start in range(0, len(new), AT_ONCE):
            part = new[start : start + AT_ONCE]
            self._made |= dict(zip(part, self.model.embed(part), strict=True))
        return [self._made[one] for one in texts]


class Corpus:
    """Every text of it as a public ticket of one desk, with its place as its number."""

    def __init__(self, store: SqlStore, corpus: Sequence[Text], meanings: Meanings, *, on_postgresql: bool) -> None:
        self._store = store
        self._on_postgresql = on_postgresql
        self._corpus = corpus
        self._meanings = meanings
        self._index = VectorIndex()

    async def fill(self) -> None:
        async with self._store.write() as work:
            ann = await work.people.add("Ann", START)
        for start in range(0, len(self._corpus), AT_ONCE):
            part = dict(enumerate(self._corpus[start : start + AT_ONCE], start + 1))
            meant = [text_of(one.title, one.body) for one in part.values()]
            vectors = await asyncio.to_thread(self._meanings.of, meant)
            async with self._store.write() as work:
                rows = [ticket_row(number, one.title, ann.id) for number, one in part.items()]
                await work.connection.execute(insert(tickets), rows)
                for (number, one), meaning, vector in zip(part.items(), meant, vectors, strict=True):
                    document = document_of(number, one.title, one.body, meaning, ann.id)
                    await work.index.put(document)
                    await work.vectors.put(self._meanings.model.name, Stale(document.item, meaning), vector)
        if self._on_postgresql:
            async with self._store.write() as work:
                await work.connection.execute(text("ANALYZE"))
        await follow(self._store, self._meanings.model.name, self._index)

    async def find(self, asked: Text, *, by_meaning: bool) -> Sequence[Similar]:
        question = Question.of(asked.title, asked.body)
        pointed = Pointed(made(self._meanings.of([question.text])[0]), self._index) if by_meaning else None
        async with self._store.read() as work:
            return await find_similar(question, pointed, scope_of(STUDENT), STUDENT, work.fulltext, limit=SHOWN)

    def id(self, one: Similar) -> str:
        return self._corpus[one.item.id - 1].id


class Alone:
    """SQLite's full-text index of a corpus, and nothing else."""

    def __init__(self, corpus: Sequence[Text]) -> None:
        self._corpus = corpus
        self._database = sqlite3.connect(":memory:")
        self._database.execute("CREATE VIRTUAL TABLE texts USING fts5(title, body, tokenize='porter unicode61')")
        rows = [(place, one.title, one.body) for place, one in enumerate(corpus, 1)]
        self._database.executemany("INSERT INTO texts(rowid, title, body) VALUES (?, ?, ?)", rows)

    def ids(self, asked: Text) -> Sequence[str]:
        words = dict.fromkeys(re.findall(r"[^\W_]+", asked.title.casefold()))
        query = " OR ".join(f'"{word}"' for word in words)
        found = "SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT ?"
        rows = self._database.execute(found, (query, SHOWN)) if query else ()
        return [self._corpus[place - 1].id for (place,) in rows]


def ticket_row(number: int, title: str, requester: PersonId) -> Mapping[str, object]:
    facts = {"status": "open", "priority": "normal", "category": CATEGORY, "door": "web", "visibility": "public"}
    counts = {"follower_count": 0, "version": 0, "opened_at": START, "updated_at": START, "requester_id": requester}
    words = {"title": title, "description": {"blocks": []}, "answers": [], "tags": [], "team": "", "last_digest": ""}
    return {"id": number, "key": f"{number:032x}", **facts, **counts, **words}


def document_of(number: int, title: str, body: str, meaning: str, requester: PersonId) -> Document:
    return Document(
        item=Item(Kind.TICKET, number),
        title=title,
        body=body,
        meaning=meaning,
        group=group_of(CATEGORY, Visibility.PUBLIC),
        owner=requester,
    )


async def follow(store: SqlStore, model: str, index: VectorIndex) -> None:
    """As a process does at its start."""
    after = 0
    while True:
        async with store.read() as work:
            changes = await work.vectors.changes(model, after=after, limit=2_000)
        if not changes:
            return
        after = changes[-1].number
        index.put([change.entry for change in changes if change.entry is not None])


def measured(data: Set, found: Mapping[str, Sequence[str]]) -> str:
    """``found``: the ids for each query, the most similar first."""
    hits = ranks = precisions = 0.0
    for query in data.answerable:
        relevant = data.relevant[query.id]
        right = [place for place, id_ in enumerate(found[query.id][:SHOWN], 1) if id_ in relevant]
        hits += bool(right) and right[0] <= 5
        ranks += 1 / right[0] if right and right[0] <= 10 else 0
        precisions += sum(n / place for n, place in enumerate(right, 1)) / len(relevant)
    hit, mrr, mean = (100 * figure / len(data.answerable) for figure in (hits, ranks, precisions))
    return f"hit@5 {hit:5.2f}  MRR@10 {mrr:5.2f}  MAP {mean:5.2f}"


def thresholds(
    levels: Sequence[float],
    chosen: float,
    firsts: Sequence[tuple[float, bool]],
    unknown: Sequence[float],
    strangers: Sequence[float],
) -> None:
    """``firsts``: of each question, how near the first is, and whether it is right; ``unknown``: how near of those
    without a known duplicate; ``strangers``: of foreign ones."""
    for level in levels:
        sure = [right for near, right in firsts if near >= level]
        answered, right = len(sure) / len(firsts), sum(sure) / max(1, len(sure))
        kin, wrongly = (sum(near >= level for near in of) / max(1, len(of)) for of in (unknown, strangers))
        mark = "  <- the desk's" if level == chosen else ""
        print(f"    from {level:.2f}: answered {answered:4.0%}, of these right {right:4.0%};", end=" ")
        print(f"without a duplicate {kin:4.0%}; foreign {wrongly:4.1%}{mark}")


async def show(name: str, url: str, data: Set, foreign: Sequence[Text], meanings: Meanings) -> None:
    await schema.upgrade(url)
    store = SqlStore(url)
    corpus = Corpus(store, data.corpus, meanings, on_postgresql=name == "postgresql")
    await corpus.fill()
    nearness: Mapping[bool, Callable[[Similar], float]] = {
        True: lambda one: one.cosine or 0,
        False: lambda one: one.share,
    }
    for by_meaning, says, levels, chosen in ((True, "model", COSINES, SURE), (False, "words alone", SHARES, SHARED)):
        found = {one.id: await corpus.find(one, by_meaning=by_meaning) for one in data.answerable}
        ids = {query: [corpus.id(one) for one in ranked] for query, ranked in found.items()}
        print(f"  {name}, {says}: {measured(data, ids)}")
        near = nearness[by_meaning]
        firsts = [
            (near(ranked[0]), corpus.id(ranked[0]) in data.relevant[query]) if ranked else (0.0, False)
            for query, ranked in found.items()
        ]
        others = []
        for asked in (data.unanswerable, foreign):
            ranks = [await corpus.find(one, by_meaning=by_meaning) for one in asked]
            others.append([near(ranked[0]) if ranked else 0.0 for ranked in ranks])
        thresholds(levels, chosen, firsts, *others)
    await store.close()


def main() -> None:
    sets, meanings = [Set.read(Path(folder)) for folder in sys.argv[1:]], Meanings()
    for data in sets:
        foreign = [one for other in sets if other is not data for one in other.queries[:FOREIGN]]
        print(f"{data.name}: {len(data.answerable)} questions among {len(data.corpus)}, {len(foreign)} foreign")
        alone = Alone(data.corpus)
        print(f"  FTS5 alone: {measured(data, {query.id: alone.ids(query) for query in data.answerable})}")
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{Path(folder) / 'desk.db'}"
            asyncio.run(show("sqlite", url, data, foreign, meanings))
        with postgresql(quick=False) as server:
            name = server.create()
            try:
                asyncio.run(show("postgresql", server.url(name), data, foreign, meanings))
            finally:
                server.drop(name)


def _texts(file: Path) -> Sequence[Text]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [Text(row["id"], row["title"], row.get("body", "")) for row in map(json.loads, lines)]


if __name__ == "__main__":
    main()
