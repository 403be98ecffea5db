"""Tickets: kept whole, shown to those who may know of them, in the order in which they wait."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from adapters.sql.store import SqlStore
from core.model.ids import PersonId, TicketId
from core.model.people import Platform
from core.model.ticket import Ending, Priority, Status, Ticket, Visibility
from core.storage import Order, Sight, TicketQuery
from tests.contract.samples import ANSWERS, MINUTE, NOW, RICH, a_person, a_ticket, new_ticket, reread


async def test_a_new_ticket_comes_back_with_its_number_and_all_it_was_opened_with(store: SqlStore) -> None:
    async with store.write() as work:
        person = await a_person(work)
        new = new_ticket(
            person.id,
            title="Ünïcode “quotes” 🖨️",
            description=RICH,
            answers=ANSWERS,
            priority=Priority.URGENT,
            visibility=Visibility.PUBLIC,
            tags=("printer", "fire"),
            door=Platform.DISCORD,
            at=NOW + timedelta(microseconds=1),
            alerted_in="leads",
        )
        added = await work.tickets.add(new)
    async with store.read() as work:
        found = await reread(work, added.id)
    assert found == added
    assert found == Ticket(
        id=added.id,
        key=new.key,
        title=new.title,
        description=RICH,
        category="it",
        answers=ANSWERS,
        priority=Priority.URGENT,
        visibility=Visibility.PUBLIC,
        requester=person.id,
        team="helpdesk",
        tags=("printer", "fire"),
        door=Platform.DISCORD,
        opened_at=new.at,
        updated_at=new.at,
        alerted_in="leads",
    )


async def test_a_saved_ticket_comes_back_as_it_was_saved_with_the_next_version(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob, eve = [await a_person(work, name) for name in ("Ann", "Bob", "Eve")]
        ticket = await a_ticket(work, ann.id)
    changed = replace(
        ticket,
        title="Other",
        description=RICH,
        category="library",
        answers=ANSWERS,
        priority=Priority.HIGH,
        status=Status.CLOSED,
        visibility=Visibility.PUBLIC,
        assignee=bob.id,
        team="librarians",
        tags=("a", "b"),
        participants=frozenset({bob.id, eve.id}),
        follower_count=3,
        updated_at=NOW + MINUTE,
        first_response_at=NOW + 2 * MINUTE,
        resolved_at=NOW + 3 * MINUTE,
        closed_at=NOW + 4 * MINUTE,
        ending=Ending.BY_STAFF,
        alerted_in="leads",
        last_digest="d" * 64,
    )
    async with store.write() as work:
        await work.tickets.save(changed)
        assert await reread(work, ticket.id) == replace(changed, version=1)
        fewer = replace(changed, version=1, participants=frozenset({eve.id}), assignee=None, ending=None, tags=())
        await work.tickets.save(fewer)
    async with store.read() as work:
        assert await reread(work, ticket.id) == replace(fewer, version=2)


async def test_a_ticket_that_is_not_there_is_none(store: SqlStore) -> None:
    async with store.read() as work:
        assert await work.tickets.get(TicketId(4711)) is None
        assert await work.tickets.get(TicketId(10**15 - 1)) is None


@dataclass(frozen=True)
class Cast:
    """Who is who in the table of sights, and which tickets there are, by name."""

    me: PersonId
    tickets: dict[str, TicketId]


async def a_cast(store: SqlStore) -> Cast:
    async with store.write() as work:
        me, other = (await a_person(work, "Me")).id, (await a_person(work, "Other")).id
        made = {
            "my own": await a_ticket(work, me),
            "my own sensitive": await a_ticket(work, me, category="wellbeing"),
            "shared": await a_ticket(work, other),
            "shared sensitive": await a_ticket(work, other, category="wellbeing"),
            "public": await a_ticket(work, other, visibility=Visibility.PUBLIC),
            "public sensitive": await a_ticket(work, other, category="wellbeing", visibility=Visibility.PUBLIC),
            "private": await a_ticket(work, other),
            "private library": await a_ticket(work, other, category="library"),
            "private sensitive": await a_ticket(work, other, category="wellbeing"),
        }
        for name in ("shared", "shared sensitive"):
            await work.tickets.save(replace(made[name], participants=frozenset({me})))
        await work.tickets.follow(made["private library"].id, me, NOW)
    return Cast(me, {name: ticket.id for name, ticket in made.items()})


OWN = {"my own", "my own sensitive"}
SHARED = {"shared", "shared sensitive"}
SIGHTS: list[tuple[str, Callable[[PersonId], Sight], set[str]]] = [
    ("suspended", lambda me: Sight(person=me, own_only=True), OWN),
    (
        "suspended, were it staff of everything",
        lambda me: Sight(
            person=me, own_only=True, known=frozenset({"it"}), staff_categories=frozenset({"it", "wellbeing"})
        ),
        OWN,
    ),
    ("requester where no category is known", lambda me: Sight(person=me), OWN | SHARED),
    ("requester", lambda me: Sight(person=me, known=frozenset({"it", "library"})), OWN | SHARED | {"public"}),
    (
        "staff of it",
        lambda me: Sight(person=me, known=frozenset({"library"}), staff_categories=frozenset({"it"})),
        OWN | SHARED | {"public", "private"},
    ),
    (
        "staff of the sensitive one alone",
        lambda me: Sight(person=me, staff_categories=frozenset({"wellbeing"})),
        OWN | SHARED | {"public sensitive", "private sensitive"},
    ),
    (
        "staff of it and library",
        lambda me: Sight(person=me, known=frozenset({"it"}), staff_categories=frozenset({"it", "library"})),
        OWN | SHARED | {"public", "private", "private library"},
    ),
]


@pytest.mark.parametrize(("who", "sight", "seen"), SIGHTS, ids=[who for who, _, _ in SIGHTS])
async def test_a_person_finds_what_they_may_know_of_and_nothing_else(
    store: SqlStore, who: str, sight: Callable[[PersonId], Sight], seen: set[str]
) -> None:
    cast = await a_cast(store)
    names = {number: name for name, number in cast.tickets.items()}
    async with store.read() as work:
        found = await work.tickets.find(TicketQuery(sight=sight(cast.me)))
    assert {names[ticket.id] for ticket in found} == seen


ALL = frozenset({"it", "library", "wellbeing"})


async def test_every_field_of_a_query_narrows(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob, eve = [(await a_person(work, name)).id for name in ("Ann", "Bob", "Eve")]
        anns = await a_ticket(work, ann)
        claimed = replace(await a_ticket(work, ann), assignee=bob, status=Status.IN_PROGRESS)
        await work.tickets.save(claimed)
        librarys = await a_ticket(work, eve, team="librarians", category="library")
        await work.tickets.save(replace(librarys, participants=frozenset({bob})))
        followed = await a_ticket(work, eve)
        await work.tickets.follow(followed.id, bob, NOW)
        sight = Sight(person=bob, staff_categories=ALL)

        async def found(**fields: object) -> list[TicketId]:
            query = TicketQuery(sight=sight, **fields)  # type: ignore[arg-type] # one line for every field
            return [ticket.id for ticket in await work.tickets.find(query)]

        assert await found() == [followed.id, librarys.id, claimed.id, anns.id]
        assert await found(requester=ann) == [claimed.id, anns.id]
        assert await found(concerning=bob) == [followed.id, librarys.id, claimed.id]
        assert await found(concerning=ann) == [claimed.id, anns.id]
        assert await found(assignees=frozenset({bob})) == [claimed.id]
        assert await found(unassigned=True) == [followed.id, librarys.id, anns.id]
        assert await found(teams=frozenset({"librarians", "nobody"})) == [librarys.id]
        assert await found(teams=frozenset()) == []
        assert await found(statuses=frozenset({Status.IN_PROGRESS, Status.CLOSED})) == [claimed.id]
        assert await found(before=librarys.id) == [claimed.id, anns.id]
        assert await found(limit=2) == [followed.id, librarys.id]
        assert await found(requester=ann, unassigned=True, limit=1) == [anns.id]


async def test_a_filter_takes_any_of_a_fields_values_and_counts_what_it_finds(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob, eve = [(await a_person(work, name)).id for name in ("Ann", "Bob", "Eve")]
        fire = await a_ticket(work, ann, tags=("fire", "größe"), priority=Priority.URGENT)
        book = await a_ticket(work, eve, category="library", title='50% of A_book, “quoted” and "so" \\ it is')
        claimed = await a_ticket(work, bob, title="Übung fünf", tags=("fi", "re"))
        await work.tickets.save(replace(claimed, assignee=bob))
        hidden = await a_ticket(work, eve, category="secret", tags=("fire",), priority=Priority.URGENT)
        sight = Sight(person=bob, staff_categories=ALL)

        async def found(**fields: object) -> list[TicketId]:
            query = TicketQuery(sight=sight, **fields)  # type: ignore[arg-type] # one line for every field
            tickets = [ticket.id for ticket in await work.tickets.find(query)]
            assert await work.tickets.count(query, most=100) == len(tickets)
            return tickets

        assert hidden.id not in await found()
        assert await found(requesters=frozenset({ann, eve})) == [book.id, fire.id]
        assert await found(requesters=frozenset()) == []
        assert await found(assignees=frozenset({bob, ann})) == [claimed.id]
        assert await found(assignees=frozenset({bob}), unassigned=True) == [claimed.id, book.id, fire.id]
        assert await found(categories=frozenset({"library", "secret"})) == [book.id]
        assert await found(priorities=frozenset({Priority.URGENT, Priority.LOW})) == [fire.id]
        assert await found(tags=frozenset({"fire"})) == [fire.id]
        assert await found(tags=frozenset({"größe", "re"})) == [claimed.id, fire.id]
        assert await found(tags=frozenset({'fi", "re', "f_re", "f%"})) == []
        for words, those in (
            (("PRINTER",), [fire.id]),
            (("printer", "fire"), [fire.id]),
            (("printer", "book"), []),
            (("50%",), [book.id]),
            (("%",), [book.id]),
            (("a_b",), [book.id]),
            (("_",), [book.id]),
            (("\\",), [book.id]),
            (("“quoted”",), [book.id]),
            (('"so"',), [book.id]),
            (("'",), []),
            (("/",), []),
            (("übung",), [claimed.id]),
            (("ÜBUNG",), [claimed.id]),
            (("ÜBUNG", "FÜNF"), [claimed.id]),
            ((claimed.ref.lower(),), [claimed.id]),
            ((f"#{claimed.id}",), [claimed.id]),
            ((str(fire.id),), [fire.id]),
            ((str(hidden.id),), []),
            (("9" * 15,), []),
            (("9" * 40,), []),
            (("\x00",), []),
            (("\ud800",), []),
        ):
            assert await found(words=words) == those, words
        everything = TicketQuery(sight=sight, limit=1, offset=1)
        assert [ticket.id for ticket in await work.tickets.find(everything)] == [book.id]
        assert await work.tickets.count(everything, most=100) == 3
        assert await work.tickets.count(everything, most=2) == 2


async def test_the_tags_of_the_newest_are_those_that_somebody_may_see(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob = [(await a_person(work, name)).id for name in ("Ann", "Bob")]
        for by, category, tags in (
            (ann, "exams", ("größe", 'a"b')),
            (ann, "exams", ()),
            (bob, "exams", ("fire",)),
            (bob, "secret", ("quagga",)),
        ):
            await a_ticket(work, by, category=category, tags=tags)
        staff = Sight(person=ann, staff_categories=frozenset({"exams"}))
        assert await work.tickets.tags(staff, most=10) == [("fire",), ("größe", 'a"b')]
        assert await work.tickets.tags(staff, most=1) == [("fire",)]
        assert await work.tickets.tags(Sight(person=ann), most=10) == [("größe", 'a"b')]
        assert await work.tickets.tags(Sight(person=bob, own_only=True), most=10) == [("quagga",), ("fire",)]


async def test_the_queue_is_most_urgent_first_then_the_longest_waiting(store: SqlStore) -> None:
    async with store.write() as work:
        ann = (await a_person(work)).id
        order = [Priority.LOW, Priority.URGENT, Priority.NORMAL, Priority.HIGH, Priority.URGENT, Priority.NORMAL]
        made = [await a_ticket(work, ann, priority=priority) for priority in order]
        query = TicketQuery(sight=Sight(person=ann), order=Order.QUEUE)
        assert [ticket.id for ticket in await work.tickets.find(query)] == [made[i].id for i in (1, 4, 3, 2, 5, 0)]
        assert [await work.tickets.place_in_queue(ticket) for ticket in made] == [6, 1, 4, 3, 2, 5]


async def test_only_live_tickets_of_the_team_that_nobody_has_are_ahead_in_the_queue(store: SqlStore) -> None:
    async with store.write() as work:
        ann = (await a_person(work)).id
        await a_ticket(work, ann)
        await work.tickets.save(replace(await a_ticket(work, ann), status=Status.RESOLVED))
        await work.tickets.save(replace(await a_ticket(work, ann), assignee=ann))
        await a_ticket(work, ann, team="librarians")
        await work.tickets.save(replace(await a_ticket(work, ann), status=Status.WAITING))
        last = await a_ticket(work, ann)
        assert await work.tickets.place_in_queue(last) == 3


async def test_what_is_put_aside_is_last_in_the_queue_before_nobody_and_waits_for_nobody(store: SqlStore) -> None:
    async with store.write() as work:
        ann = (await a_person(work)).id
        aside = await a_ticket(work, ann, priority=Priority.URGENT)
        await work.tickets.save(replace(aside, snoozed_until=NOW + MINUTE))
        low, normal = await a_ticket(work, ann, priority=Priority.LOW), await a_ticket(work, ann)
        query = TicketQuery(sight=Sight(person=ann), order=Order.QUEUE)
        assert [ticket.id for ticket in await work.tickets.find(query)] == [normal.id, low.id, aside.id]
        assert await work.tickets.place_in_queue(normal) == 1
        waiting = replace(query, unassigned=True)
        assert [ticket.id for ticket in await work.tickets.find(waiting)] == [normal.id, low.id]
        assert await work.tickets.count(waiting, most=9) == 2


async def test_open_tickets_and_openings_of_a_person_are_counted(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob = [(await a_person(work, name)).id for name in ("Ann", "Bob")]
        for minute, status in enumerate((Status.CLOSED, Status.OPEN, Status.WAITING, Status.RESOLVED)):
            ticket = await a_ticket(work, ann, at=NOW + minute * MINUTE)
            await work.tickets.save(replace(ticket, status=status, ending=Ending.WITHDRAWN))
        await a_ticket(work, bob)
        assert await work.tickets.count_open_by(ann) == 2
        assert await work.tickets.opened_since(ann, NOW + MINUTE) == [NOW + n * MINUTE for n in (1, 2, 3)]
        assert await work.tickets.opened_since(ann, NOW + timedelta(microseconds=1)) == [
            NOW + n * MINUTE for n in (1, 2, 3)
        ]


async def test_following_twice_counts_once_and_unfollowing_takes_it_back(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob = [(await a_person(work, name)).id for name in ("Ann", "Bob")]
        ticket = (await a_ticket(work, ann)).id
        assert await work.tickets.follow(ticket, bob, NOW)
        assert not await work.tickets.follow(ticket, bob, NOW + MINUTE)
        assert await work.tickets.follow(ticket, ann, NOW + MINUTE)
        assert await work.tickets.followers(ticket) == [bob, ann]
        assert await work.tickets.unfollow(ticket, bob)
        assert not await work.tickets.unfollow(ticket, bob)
        assert await work.tickets.followers(ticket) == [ann]


async def test_participants_come_and_go_over_several_saves_of_one_unit_and_of_several(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob, eve = [(await a_person(work, name)).id for name in ("Ann", "Bob", "Eve")]
        first = await a_ticket(work, ann)
        await work.tickets.save(replace(first, participants=frozenset({bob, eve})))
        await work.tickets.save(replace(first, version=first.version + 1, participants=frozenset({eve})))
        assert (await reread(work, first.id)).participants == {eve}
    async with store.write() as work:
        read_before = replace(first, version=first.version + 2, participants=frozenset({bob}))
        await work.tickets.save(read_before)
        assert (await reread(work, first.id)).participants == {bob}
        await work.tickets.save(await reread(work, first.id))
    async with store.read() as work:
        assert (await reread(work, first.id)).participants == {bob}
