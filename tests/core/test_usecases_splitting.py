"""Messages that become a ticket of their own."""

import pytest

from core.belonging import split_from
from core.cards.card import Card
from core.commands import AddParticipant, EditMessage, MergeTicket, PostMessage, SplitTicket, UndoMessage
from core.errors import BadInput, MergedAway, NoSuchFile, NoSuchMessage, NoSuchTicket, NotAllowed
from core.events import MessageMovedAway, MessageMovedHere, SplitOff, TicketOpened, TicketSplit
from core.model.ids import MessageId, TicketId
from core.model.outbox import Intent
from core.model.people import Platform
from core.model.thread import Copy, MessageKind
from core.ports import Parcel
from core.text import Text
from core.usecases.splitting import NothingChosen
from tests.fakes.office import Office, desk_of, on_discord


async def split(office: Office, ticket: TicketId, *messages: MessageId, who: str = "asha") -> TicketId:
    made = (await office.do(SplitTicket(ticket=ticket, title="Another matter", messages=messages), who)).ticket
    assert made is not None
    return made


async def shown(office: Office, ticket: TicketId, who: str) -> list[str]:
    """What is said in the ticket's thread, as one person sees it."""
    entries = (await office.view(ticket, who)).entries
    return [entry.message.text.plain() for entry in entries if entry.message is not None]


async def test_chosen_messages_move_into_a_new_ticket_of_the_same_requester(any_office: Office) -> None:
    office = any_office
    ticket = await office.open()
    kept = await office.say(ticket, "sam", "About my grade")
    moved = await office.say(ticket, "sam", "By the way, the library is shut")
    made = await split(office, ticket, moved.id)
    new = await office.ticket(made)
    assert (new.title, new.requester, new.category, new.participants) == (
        "Another matter",
        office.people["sam"],
        "exams",
        frozenset(),
    )
    assert [one.id for one in await office.messages(ticket)] == [kept.id]
    assert [one.id for one in await office.messages(made)] == [moved.id]
    assert (await shown(office, ticket, "sam"), await shown(office, made, "sam")) == (
        ["About my grade"],
        ["By the way, the library is shut"],
    )


async def test_both_trails_tell_it(office: Office) -> None:
    ticket = await office.open()
    moved = await office.say(ticket, "sam", "Another thing")
    made = await split(office, ticket, moved.id)
    assert (await office.events(ticket))[-2:] == [
        TicketSplit(ticket=ticket, into=made),
        MessageMovedAway(ticket=ticket, message=moved.id, kind=MessageKind.REPLY, into=made),
    ]
    first, second, third = (await office.events(made))[:3]
    assert (type(first), second) == (TicketOpened, SplitOff(ticket=made, source=ticket))
    assert third == MessageMovedHere(
        ticket=made, message=moved.id, kind=MessageKind.REPLY, source=ticket, person=office.people["sam"]
    )
    lines = [entry.line for entry in (await office.view(ticket, "sam")).entries if entry.line]
    assert f"Asha Agent made a ticket of its own of some messages: T-{made}" in lines


async def test_a_message_stands_in_its_new_ticket_under_its_own_author_and_time(office: Office) -> None:
    ticket = await office.open()
    moved = await office.say(ticket, "sam", "Another thing")
    made = await split(office, ticket, moved.id)
    [entry] = [entry for entry in (await office.view(made, "asha")).entries if entry.message is not None]
    assert (entry.who, entry.person, entry.by_staff) == ("Sam Student", office.people["sam"], False)


async def test_files_move_with_their_message(office: Office) -> None:
    ticket, file = await office.open(), await office.upload("sam")
    await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    post = PostMessage(ticket=ticket, kind=MessageKind.REPLY, text=Text.of("See"), files=(file.id,))
    message = (await office.do(post, "sam")).message
    assert message is not None
    made = await split(office, ticket, message)
    found, _data = await office.reading.file(file.id, office.actor("sam"))
    assert found.ticket == made
    with pytest.raises(NoSuchFile):
        await office.reading.file(file.id, office.actor("kim"))


async def test_a_note_stays_a_note(office: Office) -> None:
    ticket = await office.open()
    note = await office.say(ticket, "asha", "Psst", MessageKind.NOTE)
    reply = await office.say(ticket, "sam", "Hello")
    made = await split(office, ticket, note.id, reply.id)
    assert (await shown(office, made, "sam"), await shown(office, made, "abe")) == (["Hello"], ["Psst", "Hello"])
    assert "Psst" not in str(await office.view(made, "sam"))


async def test_whoever_wrote_some_of_it_takes_part_in_the_new_ticket(office: Office) -> None:
    ticket = await office.open()
    for who in ("kim", "pia"):
        await office.do(AddParticipant(ticket=ticket, person=office.people[who]), "sam")
    moved = await office.say(ticket, "kim", "Mine too")
    made = await split(office, ticket, moved.id)
    assert (await office.ticket(made)).participants == {office.people["kim"]}


async def test_another_tickets_message_and_one_taken_back_are_not_there_to_be_moved(office: Office) -> None:
    ticket, other = await office.open(), await office.open("kim")
    mine, theirs = await office.say(ticket, "sam", "Mine"), await office.say(other, "kim", "Theirs")
    gone = await office.say(ticket, "sam", "Oops")
    await office.do(UndoMessage(ticket=ticket), "sam")
    before = await office.everything()
    for forged in (theirs.id, gone.id, MessageId(999_999)):
        with pytest.raises(NoSuchMessage):
            await split(office, ticket, mine.id, forged)
    assert await office.everything() == before
    assert await shown(office, other, "kim") == ["Theirs"]


async def test_a_split_needs_messages_a_title_and_the_staff(office: Office) -> None:
    ticket = await office.open()
    message = await office.say(ticket, "sam", "Hello")
    with pytest.raises(NothingChosen):
        await split(office, ticket)
    with pytest.raises(BadInput):
        await office.do(SplitTicket(ticket=ticket, title=" ", messages=(message.id,)), "asha")
    with pytest.raises(NotAllowed):
        await split(office, ticket, message.id, who="sam")
    with pytest.raises(NoSuchTicket):
        await split(office, ticket, message.id, who="kim")


async def test_a_merged_ticket_is_not_split(office: Office) -> None:
    ticket, other = await office.open(), await office.open()
    message = await office.say(other, "sam", "Hello")
    await office.do(MergeTicket(ticket=other, into=ticket), "asha")
    with pytest.raises(MergedAway):
        await split(office, other, message.id)


async def test_the_new_tickets_threads_begin_with_what_was_moved_and_old_copies_stay(office: Office) -> None:
    office.use(on_discord(desk_of()))
    await office.join("sam")
    ticket = await office.open()
    await office.carry_out()
    moved = await office.say(ticket, "sam", "Another thing")
    await office.carry_out()
    made = await split(office, ticket, moved.id)
    delivered = await office.carry_out()
    told = [parcel for parcel in delivered if parcel.delivery.ticket == made]
    assert [parcel.delivery.intent for parcel in told].count(Intent.CREATE_THREAD) == 2
    histories = [parcel for parcel in told if parcel.delivery.intent is Intent.HISTORY]
    assert histories and all("Another thing" in str(parcel.content) for parcel in histories)
    assert not [parcel for parcel in delivered if parcel.delivery.intent is Intent.REMOVAL]


async def test_a_moved_message_is_changed_and_taken_back_where_it_was_said(office: Office) -> None:
    office.use(on_discord(desk_of()))
    await office.join("sam", "kim")
    ticket = await office.open()
    await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    await office.carry_out()
    [thread, _staffs] = await office.threads(ticket)
    moved = await office.say(ticket, "sam", "Another", door=Platform.DISCORD, thread=thread.id)
    async with office.store.write() as work:
        await work.copies.put(Copy(moved.id, thread.id, ("m1",)))
    made = await split(office, ticket, moved.id)
    await office.carry_out()
    edit = EditMessage(ticket=ticket, message=moved.id, text=Text.of("ZEBRA"))
    owed = await office.owed_by(edit, "sam", door=Platform.DISCORD, thread=thread.id)
    assert await shown(office, made, "sam") == ["ZEBRA"]
    parcels = [await office.composed(one) for one in owed]
    assert not [one for one in parcels if isinstance(one, Parcel) and one.thread and one.thread.ticket == ticket]
    with pytest.raises(NoSuchMessage):
        await office.do(edit, "kim", door=Platform.DISCORD, thread=thread.id)
    removed = [one for one in await office.owed_by(UndoMessage(ticket=made), "sam") if one.intent is Intent.REMOVAL]
    composed = [one for one in [await office.composed(each) for each in removed] if isinstance(one, Parcel)]
    assert thread.id in {one.thread.id for one in composed if one.thread is not None}


async def test_who_hears_of_the_new_ticket_reads_whose_it_is_and_what_it_was_split_from(office: Office) -> None:
    ticket = await office.open()
    moved = await office.say(ticket, "sam", "Another thing")
    split_off = SplitTicket(ticket=ticket, title="Another matter", messages=(moved.id,))
    owed = [one for one in await office.owed_by(split_off, "asha") if one.intent is Intent.PING]
    told = {office.pinged([one])[0]: await office.composed(one) for one in owed}
    cards = {who: one.content for who, one in told.items() if isinstance(one, Parcel)}
    subtitles = {who: card.subtitle for who, card in cards.items() if isinstance(card, Card)}
    assert subtitles["abe"] == f"New for Academics, from Sam Student, split from T-{ticket}"
    assert subtitles["sam"] == f"Asha Agent made it of messages from T-{ticket}"


@pytest.mark.parametrize(("who", "named"), [("abe", True), ("sam", True), ("kim", False), (None, False)])
async def test_the_ticket_that_one_was_split_from_is_named_to_those_who_may_see_it(
    office: Office, who: str | None, named: bool
) -> None:
    ticket = await office.open()
    made = await split(office, ticket, (await office.say(ticket, "sam", "Another thing")).id)
    await office.do(AddParticipant(ticket=made, person=office.people["kim"]), "sam")
    reader = await office.person(who) if who is not None else None
    async with office.store.read() as work:
        source = await split_from(await office.ticket(made), reader, office.desk, office.clock.now(), work)
        assert source == (f"T-{ticket}" if named else "")
        assert await split_from(await office.ticket(ticket), reader, office.desk, office.clock.now(), work) == ""
