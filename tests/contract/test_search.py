"""What search looks in, on both databases: marked, indexed, followed, found by whom may read it."""

from dataclasses import replace

import pytest

from adapters.sql.search import fulltext
from adapters.sql.store import SqlStore
from bot.indexer import Indexer
from core.model.ids import PersonId, TicketId
from core.model.similar import Item, Kind
from core.model.thread import MessageKind
from core.model.ticket import Ending, Visibility
from core.similar import scope_of
from core.storage import Document, Occurrences, Order, Sight, Stale, TicketQuery
from core.text import Text
from tests.contract.samples import NOW, a_person, a_ticket, reread
from tests.fakes.clock import FakeClock

STAFF = Sight(person=PersonId(99), known=frozenset({"it"}), staff_categories=frozenset({"it"}))


async def index(store: SqlStore) -> None:
    await Indexer(store=store, clock=FakeClock(), owner="one").drain()


async def found(store: SqlStore, words: str, sight: Sight = STAFF, **more: object) -> list[int]:
    query = TicketQuery(sight=sight, words=tuple(words.split()), **more)  # type: ignore[arg-type]  # as it comes
    async with store.read() as work:
        return [ticket.id for ticket in await work.tickets.find(query)]


def item(ticket: int) -> Item:
    return Item(Kind.TICKET, ticket)


async def test_every_word_of_a_ticket_is_found_once_it_is_indexed(store: SqlStore) -> None:
    async with store.write() as work:
        ann = await a_person(work)
        ticket = await a_ticket(
            work, ann.id, title="Café résumé for CS2001", description=Text.of("Error 0x80070005 in a/b"), tags=("exam",)
        )
        await work.messages.add(ticket.id, ann.id, MessageKind.REPLY, Text.of("Die Prüfung, 你好"), NOW, origin=None)
        await a_ticket(work, ann.id, title="Another", description=Text.of("else"))
    await index(store)
    for words in (
        "cafe",
        "RESUME",
        "cs2001",
        "0x80070005",
        "b",
        "exam",
        "prufung",
        "Prüfung",
        "你好",
        "t-1",
        "caf",
    ):
        assert await found(store, words) == [1], words
    assert await found(store, "errors cs2001") == [1]
    assert await found(store, "else cs2001") == []
    assert await found(store, "else cs2001", any_word=True) == [2, 1]


async def test_whatever_stands_in_a_question_is_words_and_never_a_query(store: SqlStore) -> None:
    async with store.write() as work:
        ann = await a_person(work)
        await a_ticket(work, ann.id, title="Salt AND pepper (NEAR the sink): it can't* wait")
    await index(store)
    for words in ("AND", "((", '"salt', "NEAR(", "can't", "sal*", "-salt", "^salt", "salt)", "salt AND"):
        assert await found(store, words) in ([1], []), words
    for words in ("salt AND", 'salt "pepper"', "can't wait", "sink):", "(near"):
        assert await found(store, words) == [1], words
    for words in ("' OR 1=1 --", "salt | nothing", "salt & !pepper", "{said} : x", "pepper:*A & zebra", "\x00zebra"):
        assert await found(store, words) == [], words


async def test_notes_are_searched_only_by_those_who_may_read_them(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob = [(await a_person(work, name)).id for name in ("Ann", "Bob")]
        ticket = await a_ticket(work, ann, visibility=Visibility.PUBLIC)
        await work.messages.add(ticket.id, bob, MessageKind.NOTE, Text.of("suspicious"), NOW, origin=None)
    await index(store)
    assert await found(store, "suspicious") == [1]
    student = Sight(person=ann, known=frozenset({"it"}))
    assert await found(store, "suspicious", student) == []
    assert await found(store, "printer", student) == [1]
    own = Sight(person=PersonId(99), known=frozenset({"it"}), staff_categories=frozenset({"library"}))
    assert await found(store, "suspicious", own) == []


async def test_what_was_edited_taken_back_or_withdrawn_is_found_no_more(store: SqlStore) -> None:
    async with store.write() as work:
        ann = (await a_person(work)).id
        ticket = await a_ticket(work, ann, title="Zebra")
        message = await work.messages.add(ticket.id, ann, MessageKind.REPLY, Text.of("giraffe"), NOW, origin=None)
    await index(store)
    assert (await found(store, "zebra"), await found(store, "giraffe")) == ([1], [1])
    async with store.write() as work:
        await work.tickets.save(replace(ticket, title="Lion"))
        await work.messages.save(replace(message, text=Text(), undone_at=NOW))
    await index(store)
    assert (await found(store, "zebra"), await found(store, "giraffe"), await found(store, "lion")) == ([], [], [1])
    async with store.write() as work:
        await work.tickets.save((await reread(work, ticket.id)).close(Ending.WITHDRAWN, NOW))
    await index(store)
    assert await found(store, "lion") == []
    async with store.read() as work:
        assert await work.index.words_of([item(1)]) == {}
        [gone] = await work.vectors.changes("any", after=0, limit=9)
        assert (gone.item, gone.entry) == (item(1), None)
        none = Occurrences(items={}, held={"zebra": 0, "lion": 0}, total=0)
        assert await work.fulltext.occurrences(["zebra", "lion"], scope_of(STAFF)) == none


async def test_what_was_taken_back_or_edited_is_found_no_more_before_it_is_indexed_either(store: SqlStore) -> None:
    async with store.write() as work:
        ann = (await a_person(work)).id
        ticket = await a_ticket(work, ann, title="Zebra")
        said = await work.messages.add(ticket.id, ann, MessageKind.REPLY, Text.of("giraffe"), NOW, origin=None)
        noted = await work.messages.add(ticket.id, ann, MessageKind.NOTE, Text.of("quokka"), NOW, origin=None)
        await a_ticket(work, ann, title="Giraffe")
    await index(store)
    assert (await found(store, "giraffe"), await found(store, "quokka")) == ([2, 1], [1])
    async with store.write() as work:
        await work.tickets.save(ticket)
        for message in (said, noted):
            await work.messages.save(replace(message, text=Text(), undone_at=NOW))
        within = TicketQuery(sight=STAFF, words=("quokka",))
        assert await work.tickets.find(within) == [], "nor in the same transaction"
    for words, numbers in (("giraffe", [2]), ("quokka", []), ("zebra", [1])):
        assert await found(store, words) == numbers, words
    assert await found(store, "giraffe quokka zebra", any_word=True) == [2]
    await index(store)
    assert (await found(store, "giraffe"), await found(store, "quokka")) == ([2], [])


async def test_a_title_is_found_before_it_is_indexed(store: SqlStore) -> None:
    async with store.write() as work:
        await a_ticket(work, (await a_person(work)).id, title="100% broken_thing")
    for words in ("broken", "%", "100%", "_"):
        assert await found(store, words) == [1], words
    await index(store)
    for words in ("broken", "%", "100%", "_", "100% broken"):
        assert await found(store, words) == [1], words


async def test_those_with_the_words_in_their_title_come_first_or_those_that_many_follow(store: SqlStore) -> None:
    async with store.write() as work:
        ann = (await a_person(work)).id
        first = await a_ticket(work, ann, title="Wifi in the library")
        second = await a_ticket(work, ann, title="Broken", description=Text.of("the wifi"))
        await work.tickets.save(replace(second, follower_count=3))
    await index(store)
    assert await found(store, "wifi", order=Order.BEST) == [first.id, second.id]
    assert await found(store, "wifi", order=Order.FOLLOWERS) == [second.id, first.id]
    assert await found(store, "wifi", order=Order.NEWEST) == [second.id, first.id]


async def test_marks_are_taken_once_and_what_is_the_same_is_not_written_again(store: SqlStore) -> None:
    async with store.write() as work:
        ann = (await a_person(work)).id
        for _ in range(3):
            await a_ticket(work, ann)
    async with store.write() as work:
        assert await work.index.waiting() == 3
        assert await work.index.take_marks(limit=2) == [item(3), item(2)]
        assert await work.index.waiting() == 1
    document = Document(item=item(1), title="a", body="b\x00", meaning="a b", group="private:it", owner=ann)
    async with store.write() as work:
        assert await work.index.put(document)
        assert not await work.index.put(document)
        assert await work.index.mark_all() == 3


async def test_vectors_follow_their_words_and_each_change_has_a_higher_number(store: SqlStore) -> None:
    document = Document(item=item(7), title="a", body="b", meaning="a b", group="private:it", owner=PersonId(5))
    async with store.write() as work:
        await work.index.put(document)
    async with store.write() as work:
        [stale] = await work.vectors.stale("m", limit=9)
        assert stale == Stale(item(7), "a b")
        await work.vectors.put("m", Stale(item(7), "other words"), b"old")
        assert await work.vectors.stale("m", limit=9) == [stale]
        await work.vectors.put("m", stale, b"new")
        assert await work.vectors.stale("m", limit=9) == []
        assert await work.vectors.stale("n", limit=9) == [stale]
    async with store.read() as work:
        [change] = await work.vectors.changes("m", after=0, limit=9)
        assert change.entry is not None
        assert (change.entry.vector, change.entry.owner, change.entry.group) == (b"new", PersonId(5), "private:it")
        assert await work.vectors.changes("m", after=change.number, limit=9) == []
    async with store.write() as work:
        await work.index.put(replace(document, group="public:it"))
    async with store.read() as work:
        [moved] = await work.vectors.changes("m", after=change.number, limit=9)
        assert moved.entry is not None
        assert (moved.entry.group, moved.entry.vector) == ("public:it", b"new")
    async with store.write() as work:
        await work.index.put(replace(document, meaning="c"))
    async with store.read() as work:
        [lost] = await work.vectors.changes("m", after=moved.number, limit=9)
        assert lost.entry is None


async def test_what_is_like_some_rare_words_is_found_by_those_who_may_see_it(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob = [(await a_person(work, name)).id for name in ("Ann", "Bob")]
        for number in range(30):
            visibility = Visibility.PUBLIC if number % 2 else Visibility.PRIVATE
            words = Text.of("eduroam" if number in (3, 4) else "nothing")
            await a_ticket(work, ann, title=f"Printer {number}", visibility=visibility, description=words)
    await index(store)
    async with store.read() as work:
        words = ["printers", "eduroam", "absent", "%", '"', "AND"]
        found = await work.fulltext.occurrences(words, scope_of(STAFF))
        assert found.held == {"printers": 30, "eduroam": 2, "absent": 0, "%": 0, '"': 0, "AND": 0}
        assert (found.total, found.seen) == (30, found.held)
        assert {word: set(items) for word, items in found.items.items()} == {
            "printers": {item(number) for number in range(1, 31)},
            "eduroam": {item(4), item(5)},
            "absent": set(),
            "AND": set(),
        }
        student = Sight(person=bob, known=frozenset({"it"}))
        seen = await work.fulltext.occurrences(words, scope_of(student))
        assert (seen.held, seen.total) == (found.held, 30)
        assert seen.seen == found.held | {"printers": 15, "eduroam": 1}
        assert seen.items["eduroam"] == [item(4)]
        shown = await work.fulltext.candidates([item(4), item(5), item(999)], student)
        assert [(one.item, one.title, one.body) for one in shown] == [(item(4), "Printer 3", "eduroam")]
        assert TicketId(5) not in {one.item.id for one in shown}


async def test_where_every_word_is_in_very_many_the_newest_with_them_all_are_like_it(store: SqlStore) -> None:
    async with store.write() as work:
        ann = (await a_person(work)).id
        for number in range(3):
            await a_ticket(work, ann, title=f"Zebra crossing {number}")
    await index(store)
    async with store.read() as work:
        assert await work.fulltext.newest(["zebras", "crossing"], scope_of(STAFF), limit=2) == [item(3), item(2)]
        assert await work.fulltext.newest(["zebras", "absent"], scope_of(STAFF), limit=2) == []
        student = Sight(person=PersonId(99), known=frozenset({"it"}))
        assert await work.fulltext.newest(["zebras", "crossing"], scope_of(student), limit=2) == []


async def test_how_many_have_a_common_word_is_guessed_by_how_far_the_first_of_them_reach(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fulltext, "_FEW", 5)
    async with store.write() as work:
        ann = (await a_person(work)).id
        for number in range(20):
            await a_ticket(work, ann, title="Zebra" if number % 2 else "Lion and zebra")
    await index(store)
    async with store.read() as work:
        found = await work.fulltext.occurrences(["zebra", "lion", "okapi"], scope_of(STAFF))
    assert (found.items, found.held) == ({"okapi": []}, {"zebra": 20, "lion": 10, "okapi": 0})
