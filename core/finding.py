"""How the desk finds what is similar: candidates by meaning and by rare words, in the asker's scope, then put in order.

The semantic index may lag behind the database, which has the last word on who may see what. ``bench/similar.py``
measures this very function.
"""

from asyncio import Future, to_thread
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from core.model.similar import Candidate, Item, Scope, Similar
from core.ports import SemanticIndex
from core.similar import Question, rank, to_look_up
from core.storage import Sight
from core.storage.similar import FullText

_NEAREST = 40
"""Items that the index and the full text are each asked for."""


@dataclass(frozen=True, slots=True)
class Pointed:
    """A question's vector, which may be in the making still, and the index that it points into."""

    vector: Future[bytes]
    index: SemanticIndex


async def find_similar(
    question: Question, pointed: Pointed | None, scope: Scope, sight: Sight, fulltext: FullText, *, limit: int
) -> Sequence[Similar]:
    """The most similar first. ``pointed`` None: by words alone. ``scope`` is for the index; ``sight`` is what the
    database lets through, whatever the index says. The words are looked for while the vector is made."""
    frequencies = await fulltext.frequencies(question.words, sight)
    words = to_look_up(question, frequencies.seen, frequencies.total)
    items = set(await fulltext.matching(words, frequencies, sight, limit=_NEAREST)) if words else set()
    if pointed is not None:
        vector = await pointed.vector
        items |= {near.item for near in await to_thread(pointed.index.nearest, vector, scope, _NEAREST)}
    candidates = await fulltext.candidates(items - scope.but, sight)
    if pointed is not None:
        cosines = await to_thread(pointed.index.cosines, vector, [one.item for one in candidates])
        candidates = [_with_cosine(one, cosines) for one in candidates]
    return rank(question, candidates, _coarse(frequencies.seen), _rounded(frequencies.total), limit=limit)


def _with_cosine(one: Candidate, cosines: Mapping[Item, float]) -> Candidate:
    return replace(one, cosine=cosines.get(one.item))


def _coarse(frequencies: Mapping[str, int]) -> Mapping[str, int]:
    """As powers of two, from four on: so that no order tells whether a ticket that one may not see has a word."""
    return {word: _rounded(count) for word, count in frequencies.items()}


def _rounded(count: int) -> int:
    return max(4, 1 << max(0, count - 1).bit_length())
