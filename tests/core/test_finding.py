"""Where candidates come from, and that neither the index nor the words bring in what the asker may not see."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from core.finding import Pointed, find_similar
from core.model.ids import PersonId
from core.model.similar import Candidate, Entry, Item, Kind, Near, Scope
from core.similar import Question
from core.storage import Occurrences, Sight
from tests.fakes.made import made

SAM = PersonId(1)
SIGHT = Sight(person=SAM, known=frozenset({"it"}))
SCOPE = Scope(groups=frozenset({"public:it"}))
TITLES = {1: "Printer jams", 2: "No paper", 3: "Printer secret", 4: "Wifi"}


def ticket(number: int) -> Item:
    return Item(Kind.TICKET, number)


class Index:
    """``core.ports.SemanticIndex`` with these cosines; it remembers in which scope it was asked."""

    def __init__(self, cosines: Mapping[int, float]) -> None:
        self._cosines = cosines
        self.scopes: list[Scope] = []

    def __len__(self) -> int:
        return len(self._cosines)

    def put(self, entries: Iterable[Entry]) -> None:
        raise NotImplementedError

    def remove(self, items: Iterable[Item]) -> None:
        raise NotImplementedError

    def nearest(self, vector: bytes, scope: Scope, limit: int) -> Sequence[Near]:
        self.scopes.append(scope)
        near = [Near(ticket(number), cosine) for number, cosine in self._cosines.items()]
        return sorted(near, key=lambda one: -one.cosine)[:limit]

    def cosines(self, vector: bytes, items: Collection[Item]) -> Mapping[Item, float]:
        return {item: self._cosines[item.id] for item in items if item.id in self._cosines}


class FullText:
    """``core.storage.similar.FullText`` of ``TITLES``, of which the asker may see ``seen``."""

    def __init__(
        self, seen: Collection[int], *, common: Mapping[str, int] | None = None, hidden: Mapping[str, int] | None = None
    ) -> None:
        """``common``: how many have a word that is in very many; ``hidden``: how many more of the others."""
        self._seen = seen
        self._hidden = hidden or {}
        self._common = common or {}
        self.scopes: list[Scope] = []
        self.sights: list[Sight] = []

    async def occurrences(self, words: Collection[str], scope: Scope) -> Occurrences:
        self.scopes.append(scope)
        there = {word: [number for number, title in TITLES.items() if word in title.casefold()] for word in words}
        items = {word: [ticket(n) for n in numbers if self._finds(n, scope)] for word, numbers in there.items()}
        rare = {word: some for word, some in items.items() if word not in self._common}
        return Occurrences(
            rare,
            {word: len(numbers) + self._hidden.get(word, 0) for word, numbers in there.items()} | self._common,
            1_000,
        )

    async def newest(self, words: Collection[str], scope: Scope, *, limit: int) -> Sequence[Item]:
        self.scopes.append(scope)
        found = [number for number, title in TITLES.items() if all(word in title.casefold() for word in words)]
        return [ticket(number) for number in sorted(found, reverse=True) if self._finds(number, scope)][:limit]

    def _finds(self, number: int, scope: Scope) -> bool:
        return number in self._seen and ticket(number) not in scope.but

    async def candidates(self, items: Collection[Item], sight: Sight) -> Sequence[Candidate]:
        self.sights.append(sight)
        return [Candidate(item=item, title=TITLES[item.id]) for item in items if item.id in self._seen]


async def found(
    asked: str, index: Index | None, fulltext: FullText, scope: Scope = SCOPE, limit: int = 10
) -> list[int]:
    pointed = Pointed(made(b"vector"), index) if index is not None else None
    ranked = await find_similar(Question.of(asked), pointed, scope, SIGHT, fulltext, limit=limit)
    return [one.item.id for one in ranked]


async def test_what_is_near_and_what_says_the_words_are_ranked_together() -> None:
    assert await found("printer", Index({2: 0.9, 1: 0.5}), FullText({1, 2})) == [2, 1]


async def test_what_only_the_words_find_is_ranked_by_its_meaning_too() -> None:
    class Blind(Index):
        def nearest(self, vector: bytes, scope: Scope, limit: int) -> Sequence[Near]:
            return ()

    assert await found("printer wifi", Blind({1: 0.2, 4: 0.7}), FullText({1, 4})) == [4, 1]


async def test_both_are_asked_for_what_the_asker_may_see() -> None:
    index, fulltext = Index({1: 0.5}), FullText({1})
    await found("printer", index, fulltext)
    assert index.scopes == [SCOPE]
    assert fulltext.scopes == [SCOPE]
    assert set(fulltext.sights) == {SIGHT}


async def test_words_that_are_in_very_many_lead_to_the_newest_with_all_of_them() -> None:
    fulltext = FullText({1, 2, 3, 4}, common={"printer": 60, "secret": 70})
    assert await found("printer secret", None, fulltext) == [3]


async def test_what_the_index_brings_in_wrongly_the_database_drops() -> None:
    assert await found("printer", Index({3: 0.99, 1: 0.5}), FullText({1})) == [1]


async def test_what_is_not_to_be_found_the_words_do_not_bring_back() -> None:
    scope = replace(SCOPE, but=frozenset({ticket(1)}))
    assert await found("printer", None, FullText({1, 3}), scope) == [3]


async def test_without_a_model_the_words_alone_find() -> None:
    assert await found("printer jams", None, FullText({1, 2, 3, 4})) == [1, 3]


async def test_no_more_than_the_limit_are_given() -> None:
    assert await found("printer", Index({1: 0.5, 2: 0.4, 4: 0.3}), FullText({1, 2, 4}), limit=2) == [1, 2]


async def test_whether_a_hidden_ticket_has_a_word_too_changes_no_order() -> None:
    """More tickets with the word, which the asker may not see, are more in what the index counts."""
    for hidden in (0, 1, 4, 400):
        fulltext = FullText({1, 4}, hidden={"printer": hidden})
        assert await found("printer wifi", Index({1: 0.5, 4: 0.5}), fulltext) == [4, 1], hidden
        assert await found("printer wifi", None, fulltext) == [4, 1], hidden
