"""Where candidates come from, and that neither the index nor the words bring in what the asker may not see."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from core.finding import Pointed, find_similar
from core.model.ids import PersonId
from core.model.similar import Candidate, Entry, Item, Kind, Near, Scope
from core.similar import Question
from core.storage import Frequencies, Sight
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

    def __init__(self, seen: Collection[int], *, frequencies: Mapping[str, int] | None = None) -> None:
        self._seen = seen
        self._frequencies = frequencies
        self.sights: list[Sight] = []

    async def frequencies(self, words: Collection[str], sight: Sight) -> Frequencies:
        self.sights.append(sight)
        counted = {word: sum(word in title.casefold() for title in TITLES.values()) for word in words}
        return Frequencies(self._frequencies or counted, self._frequencies or counted, 1_000)

    async def matching(
        self, words: Sequence[str], frequencies: Frequencies, sight: Sight, *, limit: int
    ) -> Sequence[Item]:
        self.sights.append(sight)
        found = [number for number, title in TITLES.items() if any(word in title.casefold() for word in words)]
        return [ticket(number) for number in found if number in self._seen][:limit]

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
    assert fulltext.sights == [SIGHT, SIGHT, SIGHT]


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
    """One more ticket with the word, which the asker may not see, is one more in what the index counts."""
    index = Index({1: 0.5, 4: 0.5})
    orders = [
        await found("printer wifi", index, FullText({1, 4}, frequencies={"printer": count, "wifi": 3}))
        for count in (1, 2, 3, 4)
    ]
    assert all(order == orders[0] for order in orders)
