"""How far people have read, what came since, and the pages that a thread is read in."""

from dataclasses import replace

from adapters.sql.store import SqlStore
from core import events
from core.model.ids import EventId, MessageId, PersonId, TicketId
from core.model.people import Platform
from core.model.thread import Message, MessageKind, Reaction
from core.storage import Traced, UnitOfWork
from core.text import Text
from tests.contract.samples import MINUTE, NOW, a_person, a_requester_with_a_ticket, a_ticket

NOBODY: frozenset[TicketId] = frozenset()
REPLY, NOTE = MessageKind.REPLY, MessageKind.NOTE


async def say(
    work: UnitOfWork, ticket: TicketId, author: PersonId, kind: MessageKind = REPLY, words: str = "words"
) -> tuple[Message, EventId]:
    message = await work.messages.add(ticket, author, kind, Text.of(words), NOW, origin=None)
    posted = events.MessagePosted(ticket=ticket, message=message.id, kind=kind)
    return message, (await work.events.append(posted, NOW, author, Platform.WEB, "")).id


async def unread(work: UnitOfWork, person: PersonId, ticket: TicketId, noted: frozenset[TicketId] = NOBODY) -> int:
    return (await work.reads.unread(person, [ticket], noted, most=99)).get(ticket, 0)


async def test_a_ticket_is_read_up_to_an_event_and_never_backwards(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        (first, one), (second, two) = [await say(work, ticket.id, ann.id) for _ in range(2)]
        assert await work.reads.of(ann.id, ticket.id) is None
        assert await work.reads.put(ann.id, ticket.id, two, second.id, NOW)
        assert not await work.reads.put(ann.id, ticket.id, one, first.id, NOW + MINUTE)
        assert not await work.reads.put(ann.id, ticket.id, two, second.id, NOW + MINUTE)
        assert await work.reads.of(ann.id, ticket.id) == two


async def test_unread_is_what_others_said_since_and_did_not_take_back(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        bob = await a_person(work, "Bob")
        before, event = await say(work, ticket.id, bob.id)
        await say(work, ticket.id, ann.id)
        gone, _ = await say(work, ticket.id, bob.id)
        await say(work, ticket.id, bob.id)
        await say(work, ticket.id, bob.id, NOTE)
        await work.messages.save(replace(gone, undone_at=NOW))
        assert await unread(work, ann.id, ticket.id) == 2
        assert await unread(work, ann.id, ticket.id, frozenset({ticket.id})) == 3
        await work.reads.put(ann.id, ticket.id, event, before.id, NOW)
        assert await unread(work, ann.id, ticket.id) == 1
        assert await unread(work, bob.id, ticket.id) == 1


async def test_a_whole_list_is_counted_at_once_and_no_further_than_asked(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        bob = await a_person(work, "Bob")
        other, quiet = await a_ticket(work, ann.id), await a_ticket(work, ann.id)
        for count, one in ((3, ticket), (5, other)):
            for _ in range(count):
                await say(work, one.id, bob.id)
        ids = [ticket.id, other.id, quiet.id]
        assert await work.reads.unread(ann.id, ids, NOBODY, most=4) == {ticket.id: 3, other.id: 4}
        assert await work.reads.unread(ann.id, [], NOBODY, most=4) == {}


async def test_the_newest_words_of_each_ticket_are_those_that_may_be_heard_there(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        other, quiet = await a_ticket(work, ann.id), await a_ticket(work, ann.id)
        reply, _ = await say(work, ticket.id, ann.id)
        note, _ = await say(work, ticket.id, ann.id, NOTE)
        elsewhere, _ = await say(work, other.id, ann.id)
        gone, _ = await say(work, other.id, ann.id)
        await work.messages.save(replace(gone, undone_at=NOW))
        ids = [ticket.id, other.id, quiet.id]
        assert await work.messages.newest_in(ids, NOBODY) == {ticket.id: reply, other.id: elsewhere}
        assert (await work.messages.newest_in(ids, frozenset({ticket.id})))[ticket.id] == note
        assert await work.messages.newest_in([], NOBODY) == {}


async def test_a_trail_is_read_in_pages_from_its_end(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        said = [(await say(work, ticket.id, ann.id, kind))[1] for kind in (REPLY, NOTE, REPLY, NOTE, REPLY)]
        claimed = events.TicketClaimed(ticket=ticket.id, assignee=ann.id)
        end = (await work.events.append(claimed, NOW, ann.id, Platform.WEB, "")).id

        async def newest(limit: int, traced: Traced | None = None, **within: EventId) -> list[EventId]:
            found = await work.events.newest(ticket.id, limit, traced=traced or Traced(), **within)
            return [record.id for record in found]

        assert await newest(2) == [said[4], end]
        assert await newest(2, before=said[4]) == [said[2], said[3]]
        assert await newest(9, after=said[1], before=said[4]) == [said[2], said[3]]
        replies = Traced(said=frozenset({REPLY}))
        assert await newest(3, replies) == [said[2], said[4], end]
        assert await newest(9, replace(replies, but=frozenset({events.TicketClaimed}))) == said[::2]
        assert await newest(9, Traced(only=frozenset({events.TicketClaimed}))) == [end]
        first = await work.events.of(ticket.id, after=said[0], traced=replies, limit=1)
        assert [record.id for record in first] == [said[2]]


async def test_when_each_ticket_changed_last_is_told_of_what_is_traced_alone(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        other, quiet = await a_ticket(work, ann.id), await a_ticket(work, ann.id)
        for one, kind, minutes in ((ticket, REPLY, 1), (ticket, NOTE, 2), (other, NOTE, 3)):
            posted = events.MessagePosted(ticket=one.id, message=MessageId(1), kind=kind)
            await work.events.append(posted, NOW + minutes * MINUTE, ann.id, Platform.WEB, "")
        ids = [quiet.id, other.id, ticket.id]
        replies = Traced(said=frozenset({REPLY}))
        assert await work.events.last_at(ids, replies) == {ticket.id: NOW + MINUTE}
        whole = {ticket.id: NOW + 2 * MINUTE, other.id: NOW + 3 * MINUTE}
        assert await work.events.last_at(ids, Traced()) == whole
        assert await work.events.last_at([], Traced()) == {}


async def test_a_message_is_found_in_the_trail_of_its_own_ticket(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        other = await a_ticket(work, ann.id)
        message, event = await say(work, ticket.id, ann.id)
        edited = events.MessageEdited(ticket=ticket.id, message=message.id, kind=REPLY)
        await work.events.append(edited, NOW, ann.id, Platform.WEB, "")
        found = await work.events.posting(ticket.id, message.id)
        assert found is not None and found.id == event
        assert await work.events.posting(other.id, message.id) is None
        assert await work.events.posting(ticket.id, MessageId(4711)) is None


async def test_messages_with_their_files_and_reactions_are_read_by_number_however_many(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        said = [(await say(work, ticket.id, ann.id))[0] for _ in range(3)]
        files = [await work.files.add(ann.id, name, "text/plain", b"a", NOW, width=None, height=None) for name in "abc"]
        await work.files.attach([files[2].id, files[0].id], ticket.id, said[1].id)
        await work.files.attach([files[1].id], ticket.id, None)
        thumb = Reaction(said[2].id, ann.id, "👍", Platform.WEB)
        await work.reactions.add(thumb, NOW)
        ids = [said[2].id, said[1].id, *(MessageId(number) for number in range(10_000, 12_000))]
        assert [one.id for one in await work.messages.among(ids)] == [said[1].id, said[2].id]
        assert [one.id for one in await work.files.under(ids)] == [files[2].id, files[0].id]
        assert await work.reactions.under(ids) == [thumb]
        assert [one.id for one in await work.files.opened_with(ticket.id)] == [files[1].id]
        assert await work.messages.among([]) == await work.files.under([]) == await work.reactions.under([]) == []


async def test_of_two_who_are_one_the_further_reading_counts(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        bob = await a_person(work, "Bob")
        other, alone = await a_ticket(work, ann.id), await a_ticket(work, ann.id)
        marks = {}
        for one, first, second in ((ticket, ann, bob), (other, bob, ann)):
            for reader in (first, second):
                message, event = await say(work, one.id, bob.id)
                await work.reads.put(reader.id, one.id, event, message.id, NOW)
                marks[one.id] = event
        message, marks[alone.id] = await say(work, alone.id, bob.id)
        await work.reads.put(bob.id, alone.id, marks[alone.id], message.id, NOW)
        await work.links.absorb(bob.id, ann.id)
        for one in (ticket, other, alone):
            assert await work.reads.of(ann.id, one.id) == marks[one.id]
            assert await work.reads.of(bob.id, one.id) is None
