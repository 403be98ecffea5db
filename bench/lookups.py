"""How long one look at what is similar takes, from the words to the order, among ever more tickets, on both databases.

    python -m bench.lookups [tickets…]

Default: 10,000 and 100,000. The question has a title and a body of more than the model reads. Words and vectors of the
tickets are made up, the words as frequent as people's; half of the tickets are private, and not the asker's. Prints p50
and p99 of the whole look, and of when the model is done, for words are looked for meanwhile; and what the process
holds. Wanted: p99 under 60 ms at 100,000 and under 150 ms at 1,000,000, on two cores; under 400 MB with 100,000.
"""

import asyncio
import gc
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import psutil

from adapters.semantic.index import VectorIndex
from adapters.semantic.minilm import MiniLM
from adapters.sql import schema
from adapters.sql.store import SqlStore
from bench.search import fill, vocabulary
from bot.lifecycle import COLLECTION
from core.finding import Pointed, find_similar
from core.model.ids import PersonId
from core.model.similar import Entry, Item, Kind
from core.model.ticket import Visibility
from core.similar import Question, group_of, scope_of
from core.storage import Sight
from tests.fakes.postgres import postgresql

QUESTIONS, LONG, AT_ONCE, SHOWN = 200, 150, 10_000, 30
STUDENT = Sight(person=PersonId(2), known=frozenset({"it"}))
CHANCE = random.Random(11)  # noqa: S311 - nothing secret
SEED = np.random.default_rng(11)


def entries(count: int, dimensions: int) -> Iterator[Sequence[Entry]]:
    """As ``bench.search`` has the tickets: every other is public, all are one person's."""
    groups = [group_of("it", visibility) for visibility in (Visibility.PRIVATE, Visibility.PUBLIC)]
    for first in range(1, count + 1, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, count + 1))
        vectors = SEED.integers(-127, 128, (len(numbers), dimensions), np.int8)
        yield [
            Entry(item=Item(Kind.TICKET, n), group=groups[n % 2], owner=PersonId(1), vector=vector.tobytes())
            for n, vector in zip(numbers, vectors, strict=True)
        ]


def held() -> int:
    """Megabytes."""
    return int(psutil.Process().memory_info().rss) // 2**20


async def measured(name: str, url: str, count: int, model: MiniLM) -> None:
    await schema.upgrade(url)
    store = SqlStore(url)
    words, weights = vocabulary()
    async with store.write() as work:
        await fill(work, count, words, weights)
    before = held()
    index = VectorIndex(model.dimensions)
    for some in entries(count, model.dimensions):
        index.put(some)
    asked = [CHANCE.choices(words, cum_weights=weights, k=LONG) for _ in range(QUESTIONS)]
    whole: list[float] = []
    embedding: list[float] = []

    async def vector_of(text: str, begun: float) -> bytes:
        vector = (await asyncio.to_thread(model.embed, [text]))[0]
        embedding.append((time.perf_counter() - begun) * 1e3)
        return vector

    for said in asked:
        begun = time.perf_counter()
        question = Question.of(" ".join(said[:8]), " ".join(said[8:]))
        async with store.read() as work:
            pointed = Pointed(asyncio.create_task(vector_of(question.text, begun)), index)
            await find_similar(question, pointed, scope_of(STUDENT), STUDENT, work.fulltext, limit=SHOWN)
        whole.append((time.perf_counter() - begun) * 1e3)
    print(f"{name}, {count} tickets: p50 {_part(whole, 0.5):.0f} ms, p99 {_part(whole, 0.99):.0f} ms;", end=" ")
    print(f"the model is done at p50 {_part(embedding, 0.5):.0f} ms, p99 {_part(embedding, 0.99):.0f} ms;", end=" ")
    print(f"the index holds {held() - before} MB, the process {held()} MB")
    await store.close()


def _part(took: Sequence[float], part: float) -> float:
    return sorted(took)[min(len(took) - 1, int(part * len(took)))]


def main() -> None:
    gc.set_threshold(*COLLECTION)  # as a desk does
    counts, model = [int(given) for given in sys.argv[1:]] or [10_000, 100_000], MiniLM()
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(measured("sqlite", f"sqlite:///{Path(folder) / 'desk.db'}", count, model))
        with postgresql(quick=False) as server:
            name = server.create()
            try:
                asyncio.run(measured("postgresql", server.url(name), count, model))
            finally:
                server.drop(name)


if __name__ == "__main__":
    main()
