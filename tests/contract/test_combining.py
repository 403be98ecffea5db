"""Merges, links, messages that move and what many ask for, as rows."""

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.sql.store import SqlStore
from core.errors import Conflict
from core.model.ids import TicketId
from core.model.relation import Hot, Link, Moved, Relation
from core.model.thread import MessageKind
from core.model.ticket import Priority, Status, Ticket
from core.rules.queue import ranked
from core.storage import Order, Sight, TicketQuery
from core.text import Text
from tests.contract.samples import MINUTE, NOW, a_person, a_ticket, reread

MOVED = Moved(status=Status.OPEN, snoozed_until=NOW, joined=(), followed=(), left={})


async def test_a_merge_is_read_as_it_was_written_until_it_is_undone(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob = await a_person(work), await a_person(work, "Bob")
        one, other = await a_ticket(work, ann.id), await a_ticket(work, bob.id)
        moved = Moved(
            status=Status.RESOLVED,
            resolved_at=NOW,
            ending="quiet",
            joined=(ann.id,),
            followed=(bob.id,),
            left={bob.id: NOW + MINUTE},
        )
        merge = await work.combining.merge(other.id, one.id, moved, NOW)
    async with store.write() as work:
        assert await work.combining.merge_of(other.id) == merge
        assert (merge.ticket, merge.into, merge.at, merge.moved) == (other.id, one.id, NOW, moved)
        assert await work.combining.merged_into(one.id) == [other.id]
        more = replace(moved, joined=(ann.id,), joins=True)
        await work.combining.save_moved(merge.id, more)
        assert await work.combining.merge_of(other.id) == replace(merge, moved=more)
        assert await work.combining.undo_merge(merge.id, NOW)
        assert not await work.combining.undo_merge(merge.id, NOW)
        assert await work.combining.merge_of(other.id) is None
        assert await work.combining.merged_into(one.id) == []
        await work.combining.merge(other.id, one.id, MOVED, NOW)


async def test_a_ticket_is_merged_once_at_a_time(store: SqlStore) -> None:
    async with store.write() as work:
        ann = await a_person(work)
        one, other = await a_ticket(work, ann.id), await a_ticket(work, ann.id)
        await work.combining.merge(other.id, one.id, MOVED, NOW)
    with pytest.raises(Conflict):
        async with store.write() as work:
            await work.combining.merge(other.id, one.id, MOVED, NOW)


async def test_a_ticket_remembers_where_it_went(store: SqlStore) -> None:
    async with store.write() as work:
        ann = await a_person(work)
        one, other = await a_ticket(work, ann.id), await a_ticket(work, ann.id)
        await work.tickets.save(other.merge(one, NOW))
        assert (await reread(work, other.id)).merged_into == one.id


async def test_links_are_kept_once_and_found_from_both_sides(store: SqlStore) -> None:
    async with store.write() as work:
        ann = await a_person(work)
        one, other = await a_ticket(work, ann.id), await a_ticket(work, ann.id)
        blocks, doubles = (Link(one.id, other.id, kind) for kind in (Relation.BLOCKS, Relation.DUPLICATES))
        assert await work.combining.link(blocks, NOW)
        assert not await work.combining.link(blocks, NOW)
        assert await work.combining.link(doubles, NOW)
        assert await work.combining.links_of(one.id) == await work.combining.links_of(other.id) == [blocks, doubles]
        assert await work.combining.unlink(blocks)
        assert not await work.combining.unlink(blocks)
        assert await work.combining.links_of(one.id) == [doubles]


async def test_messages_move_with_their_files(store: SqlStore) -> None:
    async with store.write() as work:
        ann = await a_person(work)
        one, other = await a_ticket(work, ann.id), await a_ticket(work, ann.id)
        said = [
            await work.messages.add(one.id, ann.id, MessageKind.REPLY, Text.of(words), NOW, origin=None)
            for words in ("stays", "goes")
        ]
        files = [await work.files.add(ann.id, "a", "text/plain", b"a", NOW, width=None, height=None) for _ in range(3)]
        await work.files.attach([files[0].id], one.id, said[0].id)
        await work.files.attach([files[1].id], one.id, said[1].id)
        await work.files.attach([files[2].id], one.id, None)
        await work.combining.move_messages([said[1].id], other.id)
        there = [await work.messages.of(ticket, kinds=frozenset(MessageKind)) for ticket in (one.id, other.id)]
        assert [[message.id for message in some] for some in there] == [[said[0].id], [said[1].id]]
        assert [file.id for file in await work.files.of(other.id)] == [files[1].id]
        assert {file.id for file in await work.files.of(one.id)} == {files[0].id, files[2].id}


async def test_followers_keep_since_when_and_what_they_typed(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob, eve = [await a_person(work, name) for name in ("Ann", "Bob", "Eve")]
        ticket = await a_ticket(work, ann.id)
        await work.tickets.follow(ticket.id, eve.id, NOW + MINUTE)
        await work.tickets.follow(ticket.id, bob.id, NOW, {"title": "Mine"})
        assert await work.combining.left_with(ticket.id) == {
            bob.id: (NOW, {"title": "Mine"}),
            eve.id: (NOW + MINUTE, None),
        }


async def test_what_one_person_follows_has_a_number_of_its_own_that_no_other_gets_later(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob = [await a_person(work, name) for name in ("Ann", "Bob")]
        one, other = [await a_ticket(work, ann.id) for _ in range(2)]
        await work.tickets.follow(other.id, bob.id, NOW, {"title": "Mine"})
        await work.tickets.follow(one.id, bob.id, NOW + MINUTE)
        newer, older = await work.tickets.follows_of(bob.id)
        assert (older.ticket, older.at, older.words) == (other.id, NOW, {"title": "Mine"})
        assert (newer.ticket, newer.at, newer.words) == (one.id, NOW + MINUTE, {})
        assert await work.tickets.follows_of(ann.id) == []
        await work.tickets.unfollow(one.id, bob.id)
        await work.tickets.follow(one.id, bob.id, NOW)
        again, _older = await work.tickets.follows_of(bob.id)
        assert again.id > newer.id > older.id


async def test_the_queues_order_and_places_follow_the_rule(store: SqlStore) -> None:
    async with store.write() as work:
        ann = await a_person(work)
        made = []
        for priority in Priority:
            for count in (0, 4, 5, 9):
                ticket = await a_ticket(work, ann.id, priority=priority)
                await work.tickets.save(_followed(ticket, count))
                made.append(await reread(work, ticket.id))
        for raised_from in (0, 5):
            weights = {one.id: ranked(one.priority, one.follower_count, raised_from).weight for one in made}
            wanted = sorted(made, key=lambda one: (-weights[one.id], one.id))
            query = TicketQuery(sight=Sight(person=ann.id), order=Order.QUEUE, raised_from=raised_from)
            assert [ticket.id for ticket in await work.tickets.find(query)] == [ticket.id for ticket in wanted]
            places = [await work.tickets.place_in_queue(ticket, raised_from) for ticket in wanted]
            assert places == list(range(1, len(made) + 1))


def _followed(ticket: Ticket, count: int) -> Ticket:
    return replace(ticket, follower_count=count)


async def test_what_many_ask_for_is_hot_and_only_what_is_in_sight(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob = await a_person(work), await a_person(work, "Bob")
        cold, asked, repeated, talked, hidden = [await a_ticket(work, ann.id) for _ in range(4)] + [
            await a_ticket(work, bob.id, category="welfare")
        ]
        merged, double = await a_ticket(work, ann.id), await a_ticket(work, ann.id)
        for ticket, count in ((asked, 2), (hidden, 9)):
            await work.tickets.save(_followed(ticket, count))
        await work.tickets.save(merged.merge(repeated, NOW))
        await work.combining.merge(merged.id, repeated.id, MOVED, NOW)
        await work.combining.link(Link(double.id, repeated.id, Relation.DUPLICATES), NOW)
        await work.combining.link(Link(cold.id, repeated.id, Relation.RELATES), NOW)
        for at in (NOW - timedelta(days=1), NOW, NOW, NOW):
            await work.messages.add(talked.id, ann.id, MessageKind.REPLY, Text.of("hm"), at, origin=None)
        await work.messages.add(cold.id, ann.id, MessageKind.NOTE, Text.of("hm"), NOW, origin=None)
        found = await work.combining.hot(Sight(person=ann.id), since=NOW, limit=9)
        assert list(found) == [
            Hot(TicketId(repeated.id), 0, 2, 0),
            Hot(TicketId(asked.id), 2, 0, 0),
            Hot(TicketId(talked.id), 0, 0, 3),
        ]
        assert await work.combining.hot(Sight(person=ann.id), since=NOW + MINUTE, limit=9) == []


async def test_what_repeats_a_ticket_counts_for_those_alone_who_may_see_the_repetition(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob, wen = [(await a_person(work, name)).id for name in ("Ann", "Bob", "Wen")]
        ticket = await a_ticket(work, ann)
        secret, merged = [await a_ticket(work, bob, category="welfare") for _ in range(2)]
        await work.combining.link(Link(secret.id, ticket.id, Relation.DUPLICATES), NOW)
        await work.tickets.save(merged.merge(ticket, NOW))
        await work.combining.merge(merged.id, ticket.id, MOVED, NOW)
        outsider = Sight(person=wen, known=frozenset({"it"}), staff_categories=frozenset({"it"}))
        named = Sight(person=wen, known=frozenset({"it"}), staff_categories=frozenset({"it", "welfare"}))
        assert await work.combining.hot(outsider, since=NOW, limit=9) == []
        hot = await work.combining.hot(named, since=NOW, limit=9)
        assert [(one.ticket, one.repeats) for one in hot] == [(ticket.id, 2)]
