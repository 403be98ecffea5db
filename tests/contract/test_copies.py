"""What platforms call our messages, and what people set under them."""

from dataclasses import replace

import pytest

from adapters.sql.store import SqlStore
from core.model.ids import MessageId, PersonId, ThreadId, TicketId
from core.model.people import Platform
from core.model.thread import Audience, Copy, Message, MessageKind, Reaction, Thread
from core.storage import UnitOfWork
from core.text import Text
from tests.contract.samples import MINUTE, NOW, a_person, a_requester_with_a_ticket, a_ticket


async def a_thread(work: UnitOfWork, ticket: TicketId, platform: Platform = Platform.DISCORD) -> Thread:
    return await work.threads.add(ticket, platform, Audience.REQUESTER)


async def a_message(
    work: UnitOfWork, ticket: TicketId, author: PersonId, origin: ThreadId | None = None, words: str = "words"
) -> Message:
    return await work.messages.add(ticket, author, MessageKind.REPLY, Text.of(words), NOW, origin=origin)


async def test_a_message_is_known_by_all_of_its_parts_in_every_thread_that_has_a_copy(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        one, other = await a_thread(work, ticket.id), await a_thread(work, ticket.id, Platform.SLACK)
        message, plain = [await a_message(work, ticket.id, ann.id) for _ in range(2)]
        long = Copy(message.id, one.id, ("900", "100", "500"))
        elsewhere = Copy(message.id, other.id, ("100",))
        await work.copies.put(elsewhere)
        await work.copies.put(long)
    async with store.read() as work:
        assert await work.copies.of(message.id) == [long, elsewhere]
        assert await work.copies.of(plain.id) == []
        assert [await work.copies.find(one.id, part) for part in ("900", "100", "500")] == [message.id] * 3
        assert await work.copies.find(other.id, "900") is None
        assert await work.copies.find(ThreadId(4711), "100") is None


async def test_what_was_known_of_a_message_in_a_thread_is_replaced_and_elsewhere_it_stays(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        one, other = await a_thread(work, ticket.id), await a_thread(work, ticket.id, Platform.SLACK)
        message = (await a_message(work, ticket.id, ann.id)).id
        elsewhere = Copy(message, other.id, ("7",))
        await work.copies.put(elsewhere)
        await work.copies.put(Copy(message, one.id, ("1", "2", "3")))
        shorter = Copy(message, one.id, ("3", "1"))
        await work.copies.put(shorter)
        assert await work.copies.of(message) == [shorter, elsewhere]
        assert await work.copies.find(one.id, "2") is None
        await work.copies.put(Copy(message, one.id, ()))
        assert await work.copies.of(message) == [elsewhere]


async def test_a_name_that_a_platform_gave_to_another_message_stands_for_that_one(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        thread = (await a_thread(work, ticket.id)).id
        first, second = [(await a_message(work, ticket.id, ann.id)).id for _ in range(2)]
        await work.copies.put(Copy(first, thread, ("1", "2")))
        await work.copies.put(Copy(second, thread, ("2",)))
        assert await work.copies.find(thread, "2") == second
        assert await work.copies.of(first) == [Copy(first, thread, ("1",))]


async def test_what_was_said_in_a_thread_is_read_newest_first_with_its_copies(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        here, web = await a_thread(work, ticket.id), await a_thread(work, ticket.id, Platform.WEB)
        said = [await a_message(work, ticket.id, ann.id, here.id, f"number {n}") for n in range(4)]
        mirrored = await a_message(work, ticket.id, ann.id, web.id)
        await a_message(work, ticket.id, ann.id, here.id, "under no name that we know")
        copies = [Copy(message.id, here.id, (f"{message.id}a", f"{message.id}b")) for message in said]
        for copy in (*copies, Copy(mirrored.id, here.id, ("mirror",)), Copy(said[0].id, web.id, ("elsewhere",))):
            await work.copies.put(copy)
        await work.messages.save(replace(said[2], text=Text(), undone_at=NOW))
        file = await work.files.add(ann.id, "a", "text/plain", b"a", NOW, width=None, height=None)
        await work.files.attach([file.id], ticket.id, said[1].id)
    async with store.read() as work:
        with_file = replace(said[1], files=(file.id,))
        newest_first = [(said[3], copies[3]), (with_file, copies[1]), (said[0], copies[0])]
        assert await work.copies.said_in(here.id, limit=9) == newest_first
        assert await work.copies.said_in(here.id, limit=2) == newest_first[:2]
        assert await work.copies.said_in(web.id, limit=9) == []


async def test_dropping_the_copies_of_a_thread_leaves_those_of_others(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        gone, kept = await a_thread(work, ticket.id), await a_thread(work, ticket.id)
        message = (await a_message(work, ticket.id, ann.id)).id
        for thread in (gone, kept):
            await work.copies.put(Copy(message, thread.id, ("1", "2")))
        await work.copies.drop(gone.id)
        assert await work.copies.of(message) == [Copy(message, kept.id, ("1", "2"))]
        await work.copies.drop(gone.id)


async def test_a_reaction_stands_once_and_goes_once_wherever_it_was_set(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        bob = await a_person(work, "Bob")
        message = (await a_message(work, ticket.id, ann.id)).id
        thumb = Reaction(message, ann.id, "👍🏽", Platform.DISCORD)
        assert await work.reactions.add(thumb, NOW)
        assert not await work.reactions.add(thumb, NOW + MINUTE)
        assert not await work.reactions.add(replace(thumb, platform=Platform.WEB), NOW)
        assert await work.reactions.of(ticket.id) == [thumb]
        assert not await work.reactions.remove(replace(thumb, person=bob.id))
        assert not await work.reactions.remove(replace(thumb, emoji="👍"))
        assert await work.reactions.remove(replace(thumb, platform=Platform.WEB))
        assert not await work.reactions.remove(thumb)
        assert await work.reactions.add(thumb, NOW)


async def test_the_reactions_of_a_ticket_are_read_in_the_order_in_which_they_were_set(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        other = await a_ticket(work, ann.id)
        first, second, strange = [(await a_message(work, where.id, ann.id)).id for where in (ticket, ticket, other)]
        set_in_order = [
            Reaction(second, ann.id, ":blob:", Platform.SLACK),
            Reaction(first, ann.id, "🎉", Platform.DISCORD),
            Reaction(second, ann.id, "❤️", Platform.WEB),
        ]
        for minutes, reaction in enumerate(set_in_order):
            assert await work.reactions.add(reaction, NOW + minutes * MINUTE)
        assert await work.reactions.add(Reaction(strange, ann.id, "🎉", Platform.DISCORD), NOW)
        assert await work.reactions.of(ticket.id) == set_in_order
        await work.reactions.clear(second)
        assert await work.reactions.of(ticket.id) == [set_in_order[1]]
        assert len(await work.reactions.of(other.id)) == 1
        await work.reactions.clear(MessageId(4711))


@pytest.mark.parametrize("emoji", ["🏳️‍⚧️", ":party_parrot:", "<:a:1>\u200d"])
async def test_an_emoji_comes_back_as_it_was_set(store: SqlStore, emoji: str) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        thread = await work.threads.add(ticket.id, Platform.DISCORD, Audience.REQUESTER)
        reaction = Reaction((await a_message(work, ticket.id, ann.id)).id, ann.id, emoji, Platform.DISCORD, thread.id)
        await work.reactions.add(reaction, NOW)
        assert await work.reactions.of(ticket.id) == [reaction]
