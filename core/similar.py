"""Which tickets and FAQs are like what somebody is about to ask, and by which words.

Pure: the semantic index and the database's full-text index are asked for candidates in the asker's scope alone, and
what they answer is put in order here. Similar, never the same: nothing here says that two texts mean one thing.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import nsmallest
from itertools import chain

from core.model.similar import Candidate, Item, Scope, Similar
from core.model.ticket import Visibility
from core.storage.queries import Sight
from core.terms import as_written, can_slip, is_code, is_slip, is_telling, stem, telling, words_of

SURE = 0.65
"""From which cosine on an answer is given for a plain question (``is_sure``): docs/similar.md has the figures."""
REPORTED = 0.5
"""From which cosine on something is shown as similar, and a private ticket of others counts among those like it."""
SHARED = 0.4
"""From which ``Similar.share`` on something is shown as similar where there is no model."""
FAQ_GROUP, FAQ_DRAFT_GROUP = "faq", "faq-draft"

_SHARE = 0.02
"""How much the words in common weigh beside the meaning: with more, those who say it in other words are missed."""
_CODES = 0.01
"""And codes besides: of two that mean about as much, the one with the error or the course that was named is first."""
_OTHER = 0.6
"""How telling a word is that was not asked with, beside one that occurs but once."""
_GUESSED = 0.5
"""A candidate without a vector stands where one with this much of a cosine would, times its share."""
_LOOKED_UP = 8
"""Words that the full-text index is asked for: an OR of common ones is slow, and says little."""
_COMMON = 0.1
"""Words in more than this part of all items are not asked for while there are rarer ones."""
_MOST_WORDS = 24
"""Of a question: each is counted in the full-text index."""
_MOST_SHOWN = 5
_BODY, _SHOWN_BODY = 1_000, 400
"""Characters of a candidate's body that are compared word by word, and those that reasons are taken from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What somebody is about to ask."""

    text: str
    """For ``Embedder.embed``."""
    words: tuple[str, ...]
    """What says most of it: the title's words first, then the body's."""
    stems: frozenset[str]
    """Of ``words``."""
    slipping: Mapping[str, Sequence[str]]
    """Of those of them in which a slip is forgiven, by their first letter (``p-``) and by their last (``-r``): a slip
    leaves one of the two."""
    title_stems: frozenset[str]

    @classmethod
    def of(cls, title: str, body: str = "", synonyms: Sequence[Sequence[str]] = ()) -> "Question":
        """``synonyms``: of the desk's own jargon, each a list of words or phrases that mean one thing."""
        said = words_of(f"{title}\n{body}")
        meant = _also_called(said, synonyms)
        added = [word for phrase in meant for word in words_of(phrase)]
        titled = telling([*words_of(title), *added])
        words = telling([*titled, *telling(said)])[:_MOST_WORDS]
        return cls(
            text=text_of(title, "\n".join((*meant, body))),
            words=tuple(words),
            stems=frozenset(map(stem, words)),
            slipping=_by_ends([stem(word) for word in words if can_slip(word)]),
            title_stems=frozenset(map(stem, titled)),
        )

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(word for word in self.words if is_code(word))


def text_of(title: str, body: str) -> str:
    """What is embedded of a ticket, a FAQ or a question: the title first, since only the beginning counts."""
    return f"{title.strip()}\n{body.strip()}".strip()


def group_of(category: str, visibility: Visibility) -> str:
    """The ``Entry.group`` of a ticket."""
    return f"{visibility}:{category}"


def scope_of(sight: Sight, *, also: Collection[Item] = (), but: Collection[Item] = (), drafts: bool = False) -> Scope:
    """What ``sight`` lets through, and published FAQs. ``also``: tickets that the person is part of; ``but``: what is
    not to be found, like the ticket that others are looked for; ``drafts``: FAQs that are not published too.

    It is as fresh as the index is; what ``FullText.candidates`` then says of the same sight is the last word.
    """
    seen = {group_of(category, visibility) for category in sight.staff_categories for visibility in Visibility}
    public = {group_of(category, Visibility.PUBLIC) for category in sight.known}
    faqs = {FAQ_GROUP, FAQ_DRAFT_GROUP} if drafts else {FAQ_GROUP}
    groups = faqs if sight.own_only else seen | public | faqs
    return Scope(groups=frozenset(groups), owner=sight.person, also=frozenset(also), but=frozenset(but))


def blind_scope(sight: Sight, categories: Iterable[str], *, but: Collection[Item] = ()) -> Scope:
    """The private tickets of others in the ``categories``, of which the person may know nothing but a count.

    ``but``: those that the person is part of, and so sees. Whom the desk blocked counts nothing.
    """
    hidden = () if sight.own_only else set(categories) - sight.staff_categories
    groups = frozenset(group_of(category, Visibility.PRIVATE) for category in hidden)
    return Scope(groups=groups, but=frozenset(but), but_owner=sight.person)


def to_look_up(question: Question, frequencies: Mapping[str, int], total: int) -> Sequence[str]:
    """The few words to ask the full-text index for: the title's before the body's, of each the codes first, then the
    rarest. ``frequencies``: in how many of the ``total`` items each occurs. Words that occur nowhere are left out, and
    common ones while there are rarer."""
    known = [word for word in question.words if frequencies.get(word, 0) > 0]
    ordered = sorted(known, key=lambda one: (stem(one) not in question.title_stems, not is_code(one), frequencies[one]))
    rare = [word for word in ordered if frequencies[word] <= max(1, _COMMON * total)]
    return (rare or sorted(ordered, key=lambda word: frequencies[word])[:1])[:_LOOKED_UP]


def said_by(
    words: Iterable[str], items: Mapping[str, Iterable[Item]], frequencies: Mapping[str, int], total: int, *, limit: int
) -> Sequence[Item]:
    """What has the ``words`` that say most, the best first, and of two alike the younger. ``items``: those that have
    each; one that is missing there is in very many."""
    scores: dict[Item, float] = defaultdict(float)
    for word in words:
        for item in items.get(word, ()):
            scores[item] += _rarity(word, frequencies, total)
    return nsmallest(limit, scores, key=lambda item: (-scores[item], -item.id, item.kind))


def rank(
    question: Question, candidates: Iterable[Candidate], frequencies: Mapping[str, int], total: int, *, limit: int
) -> Sequence[Similar]:
    """The most similar first, each with its reasons. The order is by meaning, and rare words and codes in common decide
    between those that mean about as much; where there is no model they decide alone."""
    weights = _weights(question, frequencies, total)
    found = [(_measured(weights, candidate), candidate) for candidate in _in_reach(list(candidates), limit)]
    similar = [(one, candidate) for one, candidate in found if one.cosine is not None or one.share > 0]
    similar.sort(key=lambda pair: (-pair[0].score, pair[0].item.kind, pair[0].item.id))
    return [_with_reasons(one, question, candidate) for one, candidate in similar[:limit]]


def _in_reach(candidates: Sequence[Candidate], limit: int) -> Sequence[Candidate]:
    """Without those whose meaning is so far that no words could bring them among the first ``limit``."""
    cosines = sorted((one.cosine for one in candidates if one.cosine is not None), reverse=True)
    if len(cosines) <= limit:
        return candidates
    least = cosines[limit - 1] - _SHARE - _CODES
    return [one for one in candidates if one.cosine is None or one.cosine >= least]


def why(question: Question, text: str) -> tuple[str, ...]:
    """Up to five words of ``text``, as they are written there, that were asked with: endings and small slips aside."""
    shown: dict[str, str] = {}
    for word, written in as_written(text):
        if len(shown) == _MOST_SHOWN:
            break
        if is_telling(word) and _was_asked(word, question):
            shown.setdefault(stem(word), written)
    return tuple(shown.values())


def _was_asked(word: str, question: Question) -> bool:
    plain = stem(word)
    return plain in question.stems or (can_slip(word) and any(is_slip(plain, one) for one in _near(plain, question)))


def _near(plain: str, question: Question) -> Iterable[str]:
    """Those that it may be a slip of."""
    return chain.from_iterable(question.slipping.get(end, ()) for end in _ends(plain))


def _by_ends(stems: Iterable[str]) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for one in stems:
        for end in _ends(one):
            found[end].append(one)
    return dict(found)


def _ends(stem: str) -> tuple[str, str]:
    return f"{stem[:1]}-", f"-{stem[-1:]}"


def is_sure(best: Similar) -> bool:
    """Whether it may be given as the answer to a plain question, with its source."""
    return best.cosine is not None and best.cosine >= SURE


def _also_called(said: Sequence[str], synonyms: Sequence[Sequence[str]]) -> Sequence[str]:
    """The other names of what is said, each once."""
    text = f" {' '.join(said)} "
    meant: dict[str, None] = {}
    for names in synonyms:
        spelled = {name: f" {' '.join(words_of(name))} " for name in names}
        if any(words.strip() and words in text for words in spelled.values()):
            meant |= dict.fromkeys(name for name, words in spelled.items() if words not in text)
    return tuple(meant)


@dataclass(frozen=True, slots=True)
class _Weights:
    """How much each stem of a question tells: the logarithm of how rare it is."""

    title: Mapping[str, float]
    whole: Mapping[str, float]
    codes: frozenset[str]
    other: float
    """Of a word that was not asked with."""


def _weights(question: Question, frequencies: Mapping[str, int], total: int) -> _Weights:
    whole: dict[str, float] = {}
    for word in question.words:
        whole[stem(word)] = max(whole.get(stem(word), 0.0), _rarity(word, frequencies, total))
    title = {one: weight for one, weight in whole.items() if one in question.title_stems}
    return _Weights(title, whole, frozenset(question.codes), _OTHER * math.log(total + 2))


def _rarity(word: str, frequencies: Mapping[str, int], total: int) -> float:
    return math.log1p((total + 1) / (frequencies.get(word, 0) + 0.5))


def _measured(weights: _Weights, candidate: Candidate) -> Similar:
    titled = _stems(candidate.title)
    whole = titled | _stems(candidate.body[:_BODY])
    share = _share(weights, titled, whole)
    meaning = candidate.cosine if candidate.cosine is not None else _GUESSED * share
    codes = len(weights.codes & whole) / len(weights.codes) if weights.codes else 0.0
    return Similar(
        item=candidate.item,
        score=meaning + _SHARE * share + _CODES * codes,
        cosine=candidate.cosine,
        share=share,
        why=(),
    )


def _with_reasons(one: Similar, question: Question, candidate: Candidate) -> Similar:
    return replace(one, why=why(question, candidate.title) or why(question, candidate.body[:_SHOWN_BODY]))


def _share(weights: _Weights, titled: Collection[str], whole: Collection[str]) -> float:
    """Half of it is how much of the question is there, and half how little else."""
    there = sum(weight for word, weight in weights.whole.items() if word in whole)
    part = there / sum(weights.whole.values()) if there else 0.0
    alike = (_overlap(weights.title, titled, weights.other) + _overlap(weights.whole, whole, weights.other)) / 2
    return (part + alike) / 2


def _overlap(asked: Mapping[str, float], there: Collection[str], other: float) -> float:
    """The cosine of two sets of words, each word as long as it is telling."""
    common = sum(weight**2 for word, weight in asked.items() if word in there)
    if not common:
        return 0.0
    rest = sum(1 for word in there if word not in asked)
    return common / math.sqrt(sum(weight**2 for weight in asked.values()) * (common + rest * other**2))


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in telling(words_of(text)))
