"""A thread read in pages and marked as read, and two answers that cross."""

import pytest

from core.commands import AddParticipant, EditMessage, MarkRead, PostMessage, RemoveMessage
from core.errors import NoSuchTicket, ReplyMeanwhile
from core.events import MessagePosted
from core.model.ids import EventId, TicketId
from core.model.people import Platform
from core.model.thread import MessageKind
from core.text import Text
from core.usecases.messages import _LOOKED_BACK
from core.vocabulary import Entry, View
from tests.fakes.office import Office

NOTE, REPLY = MessageKind.NOTE, MessageKind.REPLY


async def end_of(office: Office, ticket: TicketId) -> EventId:
    return (await office.records(ticket))[-1].id


async def reply(office: Office, ticket: TicketId, who: str, seen: EventId | None, kind: MessageKind = REPLY) -> None:
    await office.do(PostMessage(ticket=ticket, kind=kind, text=Text.of("Mine"), seen=seen), who)


def words(entries: tuple[Entry, ...]) -> list[str]:
    return [entry.message.text.plain() for entry in entries if entry.message is not None]


# --- pages -----------------------------------------------------------------------------------------------------------


async def test_news_come_in_parts_that_say_whether_there_is_more(office: Office) -> None:
    ticket = await office.open()
    await office.say(ticket, "asha", "Hello")
    cursor = await end_of(office, ticket)
    for number in range(5):
        await office.say(ticket, "asha", str(number))
        await office.say(ticket, "asha", "Between us", NOTE)
    parts, more = [], True
    while more:
        view = await office.reading.thread(ticket, office.actor("sam"), cursor, limit=2)
        parts.append(words(view.entries))
        cursor, more = view.cursor, view.more_after
    assert parts == [["0", "1"], ["2", "3"], ["4"]]
    view = await office.reading.thread(ticket, office.actor("sam"), cursor, limit=2)
    assert (view.entries, view.cursor, view.first) == ((), cursor, None)


async def test_a_page_shows_what_was_changed_since_as_it_is_now_and_its_cursor_is_behind_that(office: Office) -> None:
    ticket = await office.open()
    first = await office.say(ticket, "sam", "Helo")
    await office.say(ticket, "sam", "Second")
    await office.do(EditMessage(ticket=ticket, message=first.id, text=Text.of("Hello")), "sam")
    view = await office.reading.thread(ticket, office.actor("asha"), None, limit=2)
    assert words(view.entries) == ["Hello", "Second"]
    assert view.cursor == await end_of(office, ticket)
    earlier = await office.reading.thread(ticket, office.actor("asha"), None, before=view.entries[1].event, limit=1)
    assert (words(earlier.entries), earlier.has_before) == (["Hello"], True)


# --- what was read ---------------------------------------------------------------------------------------------------


async def read_to(office: Office, ticket: TicketId, who: str) -> EventId | None:
    return await office.reading.read_to(ticket, office.actor(who))


async def test_nobody_has_read_what_is_yet_to_come_or_what_they_may_not_know(office: Office) -> None:
    ticket = await office.open()
    await office.say(ticket, "asha", "Hello")
    end = await end_of(office, ticket)
    await office.say(ticket, "asha", "Between us", NOTE)
    noted = await end_of(office, ticket)
    for who, furthest in (("sam", end), ("asha", noted), ("lee", noted)):
        await office.do(MarkRead(ticket=ticket, event=EventId(10**14)), who)
        assert await read_to(office, ticket, who) == furthest, who


async def test_an_event_of_another_ticket_is_read_as_the_one_before_it_in_this(office: Office) -> None:
    first = await office.open()
    end = await end_of(office, first)
    second = await office.open()
    between = await end_of(office, second)
    await office.say(first, "asha", "Hello")
    await office.do(MarkRead(ticket=first, event=between), "sam")
    assert (await read_to(office, first, "sam"), await read_to(office, second, "sam")) == (end, None)
    await office.do(MarkRead(ticket=second, event=EventId(1)), "sam")
    assert await read_to(office, second, "sam") is None


async def test_reading_changes_neither_the_ticket_nor_its_trail_and_is_owed_to_nobody(office: Office) -> None:
    ticket = await office.open()
    await office.say(ticket, "asha", "Hello")
    before = (await office.ticket(ticket), await office.records(ticket), await office.owed())
    await office.do(MarkRead(ticket=ticket, event=await end_of(office, ticket)), "sam")
    assert (await office.ticket(ticket), await office.records(ticket), await office.owed()) == before


async def test_who_was_taken_out_reads_no_further(office: Office) -> None:
    ticket = await office.open()
    with pytest.raises(NoSuchTicket):
        await office.do(MarkRead(ticket=ticket, event=EventId(1)), "kim")
    await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    await office.do(MarkRead(ticket=ticket, event=EventId(1)), "kim")
    assert await read_to(office, ticket, "kim") is not None


@pytest.mark.parametrize("door", [Platform.WEB, Platform.DISCORD, Platform.EMAIL])
async def test_whoever_says_something_has_read_what_was_said_before(office: Office, door: Platform) -> None:
    ticket = await office.open()
    await office.say(ticket, "asha", "Hello")
    [listed] = await office.reading.list(View.MINE, office.actor("sam"), None, 10)
    assert (listed.unread, listed.last and listed.last.text) == (1, "Hello")
    await office.say(ticket, "sam", "Thanks", door=door)
    [listed] = await office.reading.list(View.MINE, office.actor("sam"), None, 10)
    assert (listed.unread, listed.last and listed.last.text) == (0, "Thanks")


# --- answers that cross ----------------------------------------------------------------------------------------------


async def test_the_newest_of_several_who_answered_is_named(office: Office) -> None:
    ticket = await office.open()
    seen = await end_of(office, ticket)
    for who in ("lee", "ada", "asha"):
        await office.say(ticket, who, "Answered")
    with pytest.raises(ReplyMeanwhile, match=r"^Ada "):
        await reply(office, ticket, "asha", seen)
    await reply(office, ticket, "asha", await end_of(office, ticket))


async def test_an_answer_that_was_taken_back_is_none_and_an_answer_by_chat_is_one(office: Office) -> None:
    ticket = await office.open()
    seen = await end_of(office, ticket)
    answer = await office.say(ticket, "lee", "Answered", door=Platform.DISCORD)
    with pytest.raises(ReplyMeanwhile):
        await reply(office, ticket, "asha", seen)
    await office.do(RemoveMessage(ticket=ticket, message=answer.id), "lee")
    await reply(office, ticket, "asha", seen)


async def test_staff_who_speak_for_themselves_are_never_held_back_and_hold_nobody_back(office: Office) -> None:
    ticket = await office.open("asha")
    seen = await end_of(office, ticket)
    await office.say(ticket, "lee", "Answered")
    await reply(office, ticket, "asha", seen)
    seen = await end_of(office, ticket)
    await office.say(ticket, "asha", "And another thing")
    await reply(office, ticket, "lee", seen)


async def test_a_page_that_is_very_far_behind_still_hears_of_an_answer(office: Office) -> None:
    ticket = await office.open()
    seen = await end_of(office, ticket)
    for _ in range(_LOOKED_BACK):
        await office.say(ticket, "sam", "Hello?")
    await office.say(ticket, "lee", "Answered")
    posted = [record for record in await office.records(ticket) if isinstance(record.event, MessagePosted)]
    assert len(posted) > _LOOKED_BACK
    with pytest.raises(ReplyMeanwhile):
        await reply(office, ticket, "asha", seen)
    assert len(await office.messages(ticket)) == _LOOKED_BACK + 1
