"""How the desk finds what is similar: candidates by meaning and by rare words, in the asker's scope, then put in order.

The semantic index may lag behind the database, which has the last word on who may see what. ``bench/similar.py``
measures this very function.
"""

from asyncio import Future, to_thread
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

from core.model.similar import Candidate, Item, Scope, Similar
from core.ports import SemanticIndex
from core.similar import Question, rank, said_by, to_look_up
from core.storage import Sight
from core.storage.similar import FullText, Occurrences

_NEAREST = 40
"""Items that meaning and words each lead to."""
_ALONE = 100
"""Items that the words lead to where there is no model. 200 are no better."""
_TOGETHER = 3
"""Words that are looked for together where even the rarest is in very many items."""


@dataclass(frozen=True, slots=True)
class Pointed:
    """A question's vector, which may be in the making still, and the index that it points into."""

    vector: Future[bytes]
    index: SemanticIndex


async def find_similar(
    question: Question, pointed: Pointed | None, scope: Scope, sight: Sight, fulltext: FullText, *, limit: int
) -> Sequence[Similar]:
    """The most similar first. ``pointed`` None: by words alone. ``scope`` is what both indexes look among; ``sight``
    is what the database lets through, whatever they say. The words are looked for while the vector is made."""
    found = await fulltext.occurrences(question.words, scope)
    seen, total = _coarse(found.seen), _rounded(found.total)
    most = _ALONE if pointed is None else _NEAREST
    said = await _saying(question, found, scope, fulltext, limit=most)
    candidates = await fulltext.candidates(said, sight)
    if pointed is not None:
        candidates = await _with_the_nearest(candidates, pointed, scope, sight, fulltext)
    return rank(question, candidates, seen, total, limit=limit)


async def _saying(question: Question, found: Occurrences, scope: Scope, fulltext: FullText, *, limit: int) -> Set[Item]:
    """What the words lead to."""
    words = to_look_up(question, found.seen, found.total)
    items = said_by(words, found.items, _coarse(found.seen), _rounded(found.total), limit=limit)
    if words and not items:
        rarest = sorted(words, key=lambda word: found.held[word])[:_TOGETHER]
        items = await fulltext.newest(rarest, scope, limit=limit)
    return set(items)


async def _with_the_nearest(
    candidates: Sequence[Candidate], pointed: Pointed, scope: Scope, sight: Sight, fulltext: FullText
) -> Sequence[Candidate]:
    """With what is near by meaning, and how near each is."""
    vector = await pointed.vector
    near = {one.item for one in await to_thread(pointed.index.nearest, vector, scope, _NEAREST)}
    there = {one.item for one in candidates}
    together = [*candidates, *await fulltext.candidates(near - there, sight)]
    cosines = await to_thread(pointed.index.cosines, vector, [one.item for one in together])
    return [_with_cosine(one, cosines) for one in together]


def _with_cosine(one: Candidate, cosines: Mapping[Item, float]) -> Candidate:
    return replace(one, cosine=cosines.get(one.item))


def _coarse(frequencies: Mapping[str, int]) -> Mapping[str, int]:
    """As powers of two, from four on: so that no order tells whether a ticket that one may not see has a word."""
    return {word: _rounded(count) for word, count in frequencies.items()}


def _rounded(count: int) -> int:
    return max(4, 1 << max(0, count - 1).bit_length())
