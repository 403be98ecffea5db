"""Threads, messages and files: where a ticket is talked about, and what is said there."""

import hashlib
from dataclasses import replace
from datetime import datetime

import pytest

from adapters.sql.store import SqlStore
from core.errors import Conflict, NoSuchFile
from core.model.ids import FileId, MessageId, PersonId, ThreadId
from core.model.people import Platform
from core.model.thread import Audience, File, Message, MessageKind, Thread
from core.model.ticket import Status, Ticket
from core.storage import UnitOfWork
from core.text import Text
from tests.contract.samples import MINUTE, NOW, RICH, a_person, a_requester_with_a_ticket, a_ticket

PNG = b"\x89PNG\r\n\x1a\n\x00\xff"
BOTH = frozenset(MessageKind)


async def a_file(work: UnitOfWork, owner: PersonId, name: str = "a.png", data: bytes = PNG) -> File:
    return await work.files.add(owner, name, "image/png", data, NOW, width=3, height=2)


async def test_threads_come_back_as_added_in_their_order(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        plain = await work.threads.add(ticket.id, Platform.WEB, Audience.REQUESTER)
        full = await work.threads.add(
            ticket.id,
            Platform.SLACK,
            Audience.STAFF,
            realm="T1",
            place="C2",
            external_id="1712345.000100",
            participant=ann.id,
        )
    assert plain == Thread(id=plain.id, ticket=ticket.id, platform=Platform.WEB, audience=Audience.REQUESTER)
    assert full == Thread(
        id=full.id,
        ticket=ticket.id,
        platform=Platform.SLACK,
        realm="T1",
        place="C2",
        external_id="1712345.000100",
        audience=Audience.STAFF,
        participant=ann.id,
    )
    async with store.read() as work:
        assert await work.threads.of(ticket.id) == [plain, full]
        assert await work.threads.get(full.id) == full
        assert await work.threads.get(ThreadId(4711)) is None


async def test_a_thread_comes_back_as_saved_and_keeps_what_it_is_of(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        added = await work.threads.add(ticket.id, Platform.DISCORD, Audience.STAFF, participant=ann.id)
        saved = replace(added, realm="guild", place="7", external_id="42", card="43", cursor="44")
        await work.threads.save(saved)
        assert await work.threads.get(added.id) == saved
        await work.threads.save(replace(saved, audience=Audience.PUBLIC, participant=None, platform=Platform.WEB))
        assert await work.threads.get(added.id) == saved


async def test_a_thread_is_found_by_what_its_platform_calls_it_until_it_is_lost(store: SqlStore) -> None:
    async with store.write() as work:
        _, ticket = await a_requester_with_a_ticket(work)
        first = await work.threads.add(ticket.id, Platform.DISCORD, Audience.REQUESTER, external_id="42")
        slack = await work.threads.add(ticket.id, Platform.SLACK, Audience.REQUESTER, external_id="42")
        assert await work.threads.find(Platform.DISCORD, "42") == first
        assert await work.threads.find(Platform.SLACK, "42") == slack
        assert await work.threads.find(Platform.DISCORD, "43") is None
        gone = replace(first, lost_at=NOW)
        await work.threads.save(gone)
        assert await work.threads.find(Platform.DISCORD, "42") is None
        assert await work.threads.get(first.id) == gone
        again = await work.threads.add(ticket.id, Platform.DISCORD, Audience.REQUESTER, external_id="42")
        assert await work.threads.find(Platform.DISCORD, "42") == again
        assert await work.threads.of(ticket.id) == [slack, again]


async def test_two_threads_never_go_by_one_name_on_one_platform(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        other = await a_ticket(work, ann.id)
        await work.threads.add(ticket.id, Platform.DISCORD, Audience.REQUESTER, external_id="42")
        unmade = await work.threads.add(other.id, Platform.DISCORD, Audience.REQUESTER)
        await work.threads.add(other.id, Platform.DISCORD, Audience.STAFF)
    with pytest.raises(Conflict):
        async with store.write() as work:
            await work.threads.add(other.id, Platform.DISCORD, Audience.PUBLIC, external_id="42")
    with pytest.raises(Conflict):
        async with store.write() as work:
            await work.threads.save(replace(unmade, external_id="42"))
    async with store.read() as work:
        assert await work.threads.get(unmade.id) == unmade


async def test_the_threads_that_were_lost_are_counted_from_a_moment_on(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        other = await a_ticket(work, ann.id)
        for of, minutes in ((ticket, 1), (ticket, 2), (ticket, 3), (other, 3)):
            thread = await work.threads.add(of.id, Platform.DISCORD, Audience.REQUESTER)
            await work.threads.save(replace(thread, lost_at=NOW + minutes * MINUTE))
        await work.threads.add(ticket.id, Platform.DISCORD, Audience.REQUESTER)
        assert await work.threads.lost(ticket.id, NOW) == 3
        assert await work.threads.lost(ticket.id, NOW + 2 * MINUTE) == 2
        assert await work.threads.lost(ticket.id, NOW + 4 * MINUTE) == 0


async def end(work: UnitOfWork, ticket: Ticket, status: Status, minutes: int, **more: datetime) -> None:
    at = NOW + minutes * MINUTE
    times = {"resolved_at": at} if status is Status.RESOLVED else {"closed_at": at}
    await work.tickets.save(replace(ticket, status=status, **{**times, **more}))


async def test_live_threads_are_those_made_on_a_platform_for_tickets_that_go_on(store: SqlStore) -> None:
    async with store.write() as work:
        ann = await a_person(work)
        tickets = [await a_ticket(work, ann.id) for _ in Status]
        made = [
            await work.threads.add(ticket.id, Platform.DISCORD, Audience.REQUESTER, external_id=str(ticket.id))
            for ticket in tickets
        ]
        for ticket, status in zip(tickets, Status, strict=True):
            await work.tickets.save(replace(ticket, status=status, resolved_at=None if status.is_live else NOW))
        await work.threads.add(tickets[0].id, Platform.DISCORD, Audience.STAFF)  # not made yet
        await work.threads.add(tickets[0].id, Platform.SLACK, Audience.REQUESTER, external_id="1")
        lost = await work.threads.add(tickets[0].id, Platform.DISCORD, Audience.PUBLIC, external_id="lost")
        await work.threads.save(replace(lost, lost_at=NOW))
        is_live = dict(zip((thread.id for thread in made), Status, strict=True))
        assert await work.threads.live(Platform.DISCORD) == [one for one in made if is_live[one.id].is_live]
        assert await work.threads.live(Platform.DISCOURSE) == []
        assert await work.threads.live(Platform.DISCORD, over_since=NOW + MINUTE) == [
            one for one in made if is_live[one.id].is_live
        ]
        assert await work.threads.live(Platform.DISCORD, over_since=NOW) == made


async def test_threads_whose_ticket_is_over_come_the_longest_over_first(store: SqlStore) -> None:
    async with store.write() as work:
        ann = await a_person(work)
        resolved, closed, both, going_on, unasked, lost = [await a_ticket(work, ann.id) for _ in range(6)]
        called = {
            ticket.id: await work.threads.add(ticket.id, Platform.DISCORD, Audience.REQUESTER, external_id=str(n))
            for n, ticket in enumerate((resolved, closed, both, going_on, unasked, lost))
        }
        await end(work, resolved, Status.RESOLVED, 3)
        await end(work, closed, Status.CLOSED, 2)
        await end(work, both, Status.CLOSED, 9, resolved_at=NOW + MINUTE)
        await end(work, unasked, Status.CLOSED, 1)
        await end(work, lost, Status.CLOSED, 1)
        await work.threads.save(replace(called[lost.id], lost_at=NOW))
        names = ["0", "1", "2", "3", "5", "unknown"]
        over = [called[ticket.id] for ticket in (both, closed, resolved)]
        assert await work.threads.over(Platform.DISCORD, names) == over
        assert await work.threads.over(Platform.SLACK, names) == []
        assert await work.threads.over(Platform.DISCORD, []) == []


async def test_a_message_comes_back_as_added_with_its_files_in_the_order_of_attaching(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        thread = await work.threads.add(ticket.id, Platform.WEB, Audience.REQUESTER)
        first, second = await a_file(work, ann.id), await a_file(work, ann.id, "b.png")
        added = await work.messages.add(ticket.id, ann.id, MessageKind.NOTE, RICH, NOW, origin=thread.id)
        await work.files.attach([second.id, first.id], ticket.id, added.id)
    assert added == Message(
        id=added.id, ticket=ticket.id, author=ann.id, kind=MessageKind.NOTE, text=RICH, at=NOW, origin=thread.id
    )
    async with store.read() as work:
        whole = replace(added, files=(second.id, first.id))
        assert await work.messages.get(added.id) == whole
        assert await work.messages.of(ticket.id, kinds=BOTH) == [whole]
        assert await work.messages.get(MessageId(4711)) is None


async def test_an_edited_and_an_undone_message_come_back_as_saved(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        message = await work.messages.add(ticket.id, ann.id, MessageKind.REPLY, RICH, NOW, origin=None)
        edited = replace(message, text=Text.of("Other words"), edited_at=NOW + MINUTE)
        await work.messages.save(edited)
        assert await work.messages.get(message.id) == edited
        undone = replace(edited, text=Text(), undone_at=NOW + 2 * MINUTE)
        await work.messages.save(undone)
        assert await work.messages.get(message.id) == undone


async def test_the_last_message_of_an_author_is_the_newest_that_was_not_taken_back(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        bob = await a_person(work, "Bob")
        assert await work.messages.last_by(ticket.id, ann.id) is None
        first, second = [
            await work.messages.add(ticket.id, ann.id, kind, Text.of("words"), NOW, origin=None)
            for kind in (MessageKind.REPLY, MessageKind.NOTE)
        ]
        await work.messages.add(ticket.id, bob.id, MessageKind.REPLY, Text.of("words"), NOW, origin=None)
        assert await work.messages.last_by(ticket.id, ann.id) == second
        await work.messages.save(replace(second, undone_at=NOW))
        assert await work.messages.last_by(ticket.id, ann.id) == first


async def test_messages_of_a_ticket_are_of_the_kinds_asked_for_oldest_first(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        other = await a_ticket(work, ann.id)
        kinds = (MessageKind.REPLY, MessageKind.NOTE, MessageKind.REPLY)
        made = [await work.messages.add(ticket.id, ann.id, kind, Text.of("words"), NOW, origin=None) for kind in kinds]
        await work.messages.add(other.id, ann.id, MessageKind.REPLY, Text.of("words"), NOW, origin=None)
        assert await work.messages.of(ticket.id, kinds=BOTH) == made
        assert await work.messages.of(ticket.id, kinds=frozenset({MessageKind.REPLY})) == [made[0], made[2]]
        assert await work.messages.of(ticket.id, kinds=frozenset()) == []


async def test_a_file_comes_back_with_its_bytes_size_and_sum(store: SqlStore) -> None:
    data = bytes(range(256)) * 5000
    async with store.write() as work:
        ann = await a_person(work)
        added = await work.files.add(ann.id, "dump “1”.bin", "application/zip", data, NOW, width=None, height=None)
    assert added == File(
        id=added.id,
        owner=ann.id,
        name="dump “1”.bin",
        media_type="application/zip",
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        at=NOW,
    )
    async with store.read() as work:
        assert await work.files.get(added.id) == added
        assert await work.files.data(added.id) == data
        assert await work.files.get(FileId(4711)) is None
        with pytest.raises(NoSuchFile):
            await work.files.data(FileId(4711))


async def test_files_of_a_ticket_are_those_of_its_opening_then_those_of_its_messages(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        message = await work.messages.add(ticket.id, ann.id, MessageKind.REPLY, RICH, NOW, origin=None)
        of_message, of_opening, loose = [await a_file(work, ann.id, name) for name in ("1", "2", "3")]
        await work.files.attach([of_message.id], ticket.id, message.id)
        await work.files.attach([of_opening.id], ticket.id, None)
        assert await work.files.of(ticket.id) == [
            replace(of_opening, ticket=ticket.id),
            replace(of_message, ticket=ticket.id, message=message.id),
        ]
        assert await work.files.get(loose.id) == loose


async def test_a_file_is_attached_once(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        file = await a_file(work, ann.id)
        await work.files.attach([file.id], ticket.id, None)
    for gone in (file.id, FileId(4711)):
        with pytest.raises(Conflict):
            async with store.write() as work:
                await work.files.attach([gone], ticket.id, None)


async def test_deleting_the_files_of_a_message_leaves_no_bytes(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        message = await work.messages.add(ticket.id, ann.id, MessageKind.REPLY, RICH, NOW, origin=None)
        gone, kept = await a_file(work, ann.id), await a_file(work, ann.id)
        await work.files.attach([gone.id], ticket.id, message.id)
        await work.files.attach([kept.id], ticket.id, None)
        await work.files.delete_of(message.id)
        assert await work.files.get(gone.id) is None
        with pytest.raises(NoSuchFile):
            await work.files.data(gone.id)
        assert await work.files.data(kept.id) == PNG


async def test_uploads_that_were_never_sent_go_after_their_time(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        old, sent = await a_file(work, ann.id), await a_file(work, ann.id)
        await work.files.attach([sent.id], ticket.id, None)
        new = await work.files.add(ann.id, "new", "text/plain", b"", NOW + MINUTE, width=None, height=None)
        assert await work.files.delete_unattached(NOW + MINUTE) == 1
        assert [await work.files.get(file.id) is None for file in (old, sent, new)] == [True, False, False]
        assert await work.files.data(new.id) == b""
