"""The vectors in memory: what is near, in what scope, beside whom."""

import threading
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.semantic.index import VectorIndex
from core.model.ids import PersonId
from core.model.similar import Entry, Item, Kind, Scope

SAM, ASHA = PersonId(1), PersonId(2)
ALL = Scope(groups=frozenset({"public", "private", "faq"}))
DIMENSIONS = 64
SEED = np.random.default_rng(7)
MANY = 2_000


def ticket(number: int) -> Item:
    return Item(Kind.TICKET, number)


def random_vectors(count: int) -> Sequence[bytes]:
    return [row.tobytes() for row in SEED.integers(-127, 128, (count, DIMENSIONS), np.int8)]


def entry(item: Item, vector: bytes, group: str = "public", owner: PersonId | None = SAM) -> Entry:
    return Entry(item=item, group=group, owner=owner, vector=vector)


def index_of(*entries: Entry) -> VectorIndex:
    index = VectorIndex(DIMENSIONS)
    index.put(entries)
    return index


def found(index: VectorIndex, vector: bytes, scope: Scope = ALL, limit: int = 10) -> list[Item]:
    return [near.item for near in index.nearest(vector, scope, limit)]


def exactly(vectors: Sequence[bytes], asked: bytes, limit: int) -> list[Item]:
    """By whole vectors over everything."""
    rows = np.frombuffer(b"".join(vectors), np.int8).reshape(-1, DIMENSIONS).astype(np.float64)
    wanted = np.frombuffer(asked, np.int8).astype(np.float64)
    cosines = rows @ wanted / np.linalg.norm(rows, axis=1)
    return [ticket(int(at) + 1) for at in np.argsort(-cosines)[:limit]]


def test_an_empty_index_finds_nothing() -> None:
    assert VectorIndex(DIMENSIONS).nearest(random_vectors(1)[0], ALL, 5) == []


def test_the_nearest_comes_first_with_its_cosine() -> None:
    one, other = random_vectors(2)
    near = index_of(entry(ticket(1), other), entry(ticket(2), one)).nearest(one, ALL, 2)
    assert [each.item for each in near] == [ticket(2), ticket(1)]
    assert near[0].cosine == pytest.approx(1)
    assert near[1].cosine < 0.9


def test_the_scan_of_signs_finds_what_whole_vectors_find() -> None:
    vectors = random_vectors(MANY)
    index = index_of(*(entry(ticket(n), vector) for n, vector in enumerate(vectors, 1)))
    base = np.frombuffer(vectors[42], np.int8).astype(np.int16)
    asked = np.clip(base + SEED.integers(-60, 60, DIMENSIONS), -127, 127).astype(np.int8).tobytes()
    assert found(index, asked, limit=3) == exactly(vectors, asked, 3)


def test_a_thousand_alike_are_told_apart_by_their_age() -> None:
    vector = random_vectors(1)[0]
    index = index_of(*(entry(ticket(n), vector) for n in range(MANY, 0, -1)))
    assert len(found(index, vector, limit=1000)) == 1000
    small = index_of(*(entry(ticket(n), vector) for n in (3, 1, 2)))
    assert found(small, vector) == [ticket(1), ticket(2), ticket(3)]


def test_a_ticket_and_a_faq_of_one_number_are_two() -> None:
    one, other = random_vectors(2)
    index = index_of(entry(ticket(1), one), entry(Item(Kind.FAQ, 1), other, "faq", None))
    assert len(index) == 2
    assert found(index, other, limit=1) == [Item(Kind.FAQ, 1)]


def test_an_item_put_again_has_its_new_vector_and_group_alone() -> None:
    one, other = random_vectors(2)
    index = index_of(entry(ticket(1), one))
    index.put([entry(ticket(1), one, "private"), entry(ticket(1), other, "private")])
    assert len(index) == 1
    assert found(index, one, Scope(groups=frozenset({"public"}))) == []
    assert index.nearest(other, ALL, 1)[0].cosine == pytest.approx(1)


def test_what_is_removed_is_found_no_more_and_its_room_is_used_again() -> None:
    vectors = random_vectors(3)
    index = index_of(entry(ticket(1), vectors[0]), entry(ticket(2), vectors[1]))
    index.remove([ticket(1), ticket(9)])
    assert found(index, vectors[0]) == [ticket(2)]
    assert index.cosines(vectors[0], [ticket(1)]) == {}
    index.put([entry(ticket(3), vectors[2], owner=ASHA)])
    assert found(index, vectors[2], Scope(owner=ASHA)) == [ticket(3)]
    assert found(index, vectors[2], Scope(owner=SAM)) == [ticket(2)]


SCOPES = [
    (Scope(), []),
    (Scope(groups=frozenset({"public"})), [1]),
    (Scope(groups=frozenset({"unheard of"})), []),
    (Scope(groups=frozenset({"public", "private"})), [1, 2, 3]),
    (Scope(owner=SAM), [1, 2]),
    (Scope(groups=frozenset({"public"}), owner=ASHA), [1, 3]),
    (Scope(also=frozenset({ticket(3), ticket(99)})), [3]),
    (Scope(groups=frozenset({"private"}), but=frozenset({ticket(3)})), [2]),
    (Scope(groups=frozenset({"private"}), but_owner=ASHA), [2]),
    (Scope(also=frozenset({ticket(3), ticket(2)}), but_owner=ASHA), [2]),
    (Scope(also=frozenset({ticket(3)}), but=frozenset({ticket(3)})), []),
    (Scope(groups=frozenset({"faq"})), [4]),
]


@pytest.mark.parametrize("filler", [0, MANY])
@pytest.mark.parametrize(("scope", "numbers"), SCOPES)
def test_nothing_outside_the_scope_is_found(scope: Scope, numbers: list[int], filler: int) -> None:
    vector, *others = random_vectors(filler + 1)
    index = index_of(
        *(entry(ticket(1_000 + n), other, "others", PersonId(9)) for n, other in enumerate(others)),
        entry(ticket(1), vector, "public", SAM),
        entry(ticket(2), vector, "private", SAM),
        entry(ticket(3), vector, "private", ASHA),
        entry(ticket(4), vector, "faq", None),
    )
    assert found(index, vector, scope) == [ticket(number) for number in numbers]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 30), st.sampled_from("abc"), st.integers(1, 3), st.booleans()), max_size=60),
    st.frozensets(st.sampled_from("abc")),
    st.none() | st.integers(1, 3).map(PersonId),
)
def test_whatever_was_put_and_removed_the_scope_holds(
    steps: list[tuple[int, str, int, bool]], groups: frozenset[str], owner: PersonId | None
) -> None:
    index, held = VectorIndex(DIMENSIONS), dict[Item, tuple[str, PersonId]]()
    vector = bytes(range(DIMENSIONS))
    for number, group, person, removed in steps:
        if removed:
            index.remove([ticket(number)])
            held.pop(ticket(number), None)
        else:
            index.put([entry(ticket(number), vector, group, PersonId(person))])
            held[ticket(number)] = group, PersonId(person)
    wanted = {item for item, (group, person) in held.items() if group in groups or person == owner}
    assert set(found(index, vector, Scope(groups=groups, owner=owner), 100)) == wanted
    assert len(index) == len(held)


def test_an_index_grows_past_a_segment() -> None:
    count = 70_000
    vectors = random_vectors(count)
    index = index_of(*(entry(ticket(n), vector) for n, vector in enumerate(vectors, 1)))
    assert len(index) == count
    for place in (0, 65_535, 65_536, count - 1):
        assert found(index, vectors[place], limit=1) == [ticket(place + 1)]


def test_cosines_are_of_the_items_asked_for() -> None:
    one, other = random_vectors(2)
    index = index_of(entry(ticket(1), one), entry(ticket(2), other))
    cosines = index.cosines(one, [ticket(1), ticket(3)])
    assert cosines == {ticket(1): pytest.approx(1)}


def test_a_vector_of_zeros_is_near_nothing() -> None:
    index = index_of(entry(ticket(1), bytes(DIMENSIONS)))
    assert index.nearest(bytes(DIMENSIONS), ALL, 1)[0].cosine == 0


def test_a_vector_of_another_length_is_refused_and_changes_nothing() -> None:
    index = index_of(entry(ticket(1), bytes(DIMENSIONS)))
    with pytest.raises(ValueError, match="64 bytes"):
        index.put([entry(ticket(2), bytes(DIMENSIONS)), entry(ticket(3), b"short")])
    with pytest.raises(ValueError, match="64 bytes"):
        index.nearest(b"short", ALL, 1)
    assert len(index) == 1


def test_a_reader_beside_a_writer_never_sees_what_it_must_not() -> None:
    public, private = random_vectors(2)
    index = index_of(*(entry(ticket(n), public) for n in range(1, 400)))
    seen: set[int] = set()
    done = threading.Event()

    def write() -> None:
        for n in range(1, 400):
            index.remove([ticket(n)])
            index.put([entry(ticket(1_000 + n), private, "private", ASHA)])
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not done.is_set():
        seen |= {item.id for item in found(index, private, Scope(groups=frozenset({"public"})), 400)}
    writer.join()
    assert max(seen, default=0) < 1_000
    assert found(index, private, Scope(groups=frozenset({"public"}))) == []
