"""Replies, notes, and taking the last word back."""

from datetime import timedelta

import pytest

from core.commands import AddParticipant, CloseTicket, PostMessage, ResolveTicket, SetStatus, UndoMessage
from core.errors import NoSuchFile, NoSuchTicket, NotActive, NotAllowed, NothingToUndo, Refusal, TooLate
from core.events import MessagePosted, MessageUndone, StatusChanged
from core.limits import FieldEmpty, FieldTooLong, TooManyOf
from core.model.ids import FileId
from core.model.people import Platform, Standing
from core.model.thread import Audience, MessageKind
from core.model.ticket import Status
from core.text import Text
from tests.fakes.office import MINUTE, Office

NOTE, REPLY = MessageKind.NOTE, MessageKind.REPLY


async def test_a_reply_is_recorded_with_its_author_words_and_time(office: Office) -> None:
    ticket = await office.open()
    message = await office.say(ticket, "sam", "One more thing.")
    assert (message.author, message.kind, message.text) == (office.people["sam"], REPLY, Text.of("One more thing."))
    assert (message.at, message.origin) == (office.clock.now(), None)
    assert (await office.events(ticket))[1:] == [MessagePosted(ticket=ticket, message=message.id, kind=REPLY)]


async def test_the_first_answer_of_staff_takes_an_open_ticket_in_progress(office: Office) -> None:
    ticket = await office.open()
    message = await office.say(ticket, "asha", "Looking into it.")
    found = await office.ticket(ticket)
    assert (found.status, found.first_response_at, found.assignee) == (Status.IN_PROGRESS, office.clock.now(), None)
    assert (await office.events(ticket))[1:] == [
        MessagePosted(ticket=ticket, message=message.id, kind=REPLY),
        StatusChanged(ticket=ticket, before=Status.OPEN, after=Status.IN_PROGRESS),
    ]
    office.clock.advance(MINUTE)
    await office.say(ticket, "asha", "Found it.")
    assert (await office.ticket(ticket)).first_response_at == found.first_response_at


async def test_a_note_answers_nothing(office: Office) -> None:
    ticket = await office.open()
    await office.say(ticket, "asha", "Odd one.", NOTE)
    found = await office.ticket(ticket)
    assert (found.status, found.first_response_at) == (Status.OPEN, None)


async def test_staff_who_ask_do_not_answer_themselves(office: Office) -> None:
    ticket = await office.open("asha")
    await office.say(ticket, "asha", "Anybody?")
    found = await office.ticket(ticket)
    assert (found.status, found.first_response_at) == (Status.OPEN, None)


@pytest.mark.parametrize(
    ("who", "status"), [("sam", Status.IN_PROGRESS), ("kim", Status.IN_PROGRESS), ("asha", Status.WAITING)]
)
async def test_waiting_ends_with_a_word_of_the_students_side(office: Office, who: str, status: Status) -> None:
    ticket = await office.open()
    await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    await office.say(ticket, "asha", "Which course?")
    await office.do(SetStatus(ticket=ticket, status=Status.WAITING), "asha")
    await office.say(ticket, who, "CS1")
    assert (await office.ticket(ticket)).status is status


async def test_a_resolved_ticket_takes_a_thank_you_and_stays_resolved(office: Office) -> None:
    ticket = await office.open()
    await office.do(ResolveTicket(ticket=ticket), "asha")
    await office.say(ticket, "sam", "Thank you!")
    assert (await office.ticket(ticket)).status is Status.RESOLVED


async def test_a_closed_ticket_takes_no_reply_but_a_note(office: Office) -> None:
    ticket = await office.open()
    await office.do(CloseTicket(ticket=ticket), "sam")
    for who in ("sam", "asha"):
        with pytest.raises(Refusal, match=r"is closed, so it cannot take anything new\. Reopen it first"):
            await office.say(ticket, who, "But…")
    await office.say(ticket, "asha", "For the record.", NOTE)


@pytest.mark.parametrize(
    ("who", "kind", "refusal"),
    [
        ("sam", NOTE, NotAllowed),
        ("kim", REPLY, NoSuchTicket),
        ("kim", NOTE, NoSuchTicket),
    ],
)
async def test_who_may_not_write_is_refused(
    office: Office, who: str, kind: MessageKind, refusal: type[Refusal]
) -> None:
    ticket = await office.open()
    with pytest.raises(refusal):
        await office.say(ticket, who, "Hello", kind)


async def test_a_public_ticket_is_read_by_all_and_written_in_by_its_own(office: Office) -> None:
    ticket = await office.open(category="forum")
    with pytest.raises(NotAllowed, match="You may not write in this ticket: its requester and the staff"):
        await office.say(ticket, "kim", "Me too")


async def test_who_is_blocked_reads_and_does_not_write(office: Office) -> None:
    ticket = await office.open()
    await office.stand("sam", Standing.BLOCKED)
    with pytest.raises(NotActive, match="Your account is blocked"):
        await office.say(ticket, "sam", "Hello")
    assert (await office.view(ticket, "sam")).may_reply is False


@pytest.mark.parametrize("kind", [REPLY, NOTE])
async def test_an_empty_message_is_refused_unless_it_brings_files(office: Office, kind: MessageKind) -> None:
    ticket = await office.open("asha")
    with pytest.raises(FieldEmpty, match="The message is empty"):
        await office.say(ticket, "asha", " \u200b ", kind)
    with pytest.raises(FieldTooLong):
        await office.say(ticket, "asha", "x" * 20_001, kind)
    file = await office.upload("asha")
    outcome = await office.do(PostMessage(ticket=ticket, kind=kind, text=Text(), files=(file.id,)), "asha")
    assert [(m.id, m.files) for m in await office.messages(ticket)] == [(outcome.message, (file.id,))]


async def test_files_of_a_message_are_ones_own_sent_once_and_ten_at_most(office: Office) -> None:
    ticket = await office.open()
    mine, others = await office.upload("sam"), await office.upload("kim")
    await office.do(PostMessage(ticket=ticket, kind=REPLY, text=Text(), files=(mine.id,)), "sam")
    for wrong in (mine.id, others.id, FileId(999)):
        with pytest.raises(NoSuchFile):
            await office.do(PostMessage(ticket=ticket, kind=REPLY, text=Text(), files=(wrong,)), "sam")
    eleven = tuple([(await office.upload("sam")).id for _ in range(11)])
    with pytest.raises(TooManyOf, match="Files: 11 are too many"):
        await office.do(PostMessage(ticket=ticket, kind=REPLY, text=Text(), files=eleven), "sam")


async def test_a_file_that_is_named_twice_in_a_message_is_there_once_in_its_first_place(office: Office) -> None:
    ticket = await office.open()
    first, second = (await office.upload("sam")).id, (await office.upload("sam")).id
    said = PostMessage(ticket=ticket, kind=REPLY, text=Text(), files=(second, first, second))
    await office.do(said, "sam")
    assert [message.files for message in await office.messages(ticket)] == [(second, first)]


async def test_a_message_remembers_the_thread_it_was_written_in(office: Office) -> None:
    ticket = await office.open()
    thread = await office.thread_on(ticket, Platform.DISCORD, Audience.REQUESTER)
    assert (await office.say(ticket, "sam", "Hello", door=Platform.DISCORD, thread=thread)).origin == thread


# --- undo ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "kind"), [("sam", REPLY), ("asha", REPLY), ("asha", NOTE)])
async def test_the_last_word_can_be_taken_back_within_a_minute(office: Office, who: str, kind: MessageKind) -> None:
    ticket = await office.open()
    file = await office.upload(who)
    words = PostMessage(ticket=ticket, kind=kind, text=Text.of("Oops"), files=(file.id,))
    message = (await office.do(words, who)).message
    office.clock.advance(MINUTE)
    outcome = await office.do(UndoMessage(ticket=ticket), who)
    gone = (await office.messages(ticket))[0]
    assert outcome.message == gone.id == message
    assert (gone.text, gone.files, gone.undone_at) == (Text(), (), office.clock.now())
    async with office.store.read() as work:
        assert await work.files.get(file.id) is None
    assert (await office.events(ticket))[-1] == MessageUndone(ticket=ticket, message=gone.id, kind=kind)


async def test_after_a_minute_a_word_stays(office: Office) -> None:
    ticket = await office.open()
    await office.say(ticket, "sam", "Said.")
    office.clock.advance(MINUTE + timedelta(seconds=1))
    with pytest.raises(TooLate, match="taken back for 1 min only, and that is over"):
        await office.do(UndoMessage(ticket=ticket), "sam")
    assert (await office.messages(ticket))[0].text == Text.of("Said.")


async def test_nobody_takes_back_what_another_said(office: Office) -> None:
    ticket = await office.open()
    await office.say(ticket, "sam", "Mine.")
    for who in ("asha", "lee", "ada"):
        with pytest.raises(NothingToUndo, match=f"You have written nothing in T-{ticket} that could be taken back"):
            await office.do(UndoMessage(ticket=ticket), who)


async def test_undoing_goes_back_one_word_at_a_time(office: Office) -> None:
    ticket = await office.open()
    await office.say(ticket, "sam", "First")
    await office.say(ticket, "sam", "Second")
    await office.do(UndoMessage(ticket=ticket), "sam")
    assert [message.text.plain() for message in await office.messages(ticket)] == ["First", ""]
    await office.do(UndoMessage(ticket=ticket), "sam")
    with pytest.raises(NothingToUndo):
        await office.do(UndoMessage(ticket=ticket), "sam")


# --- reading ---------------------------------------------------------------------------------------------------------


async def test_a_note_is_in_the_staffs_view_and_leaves_no_trace_in_the_requesters(office: Office) -> None:
    ticket = await office.open()
    await office.say(ticket, "sam", "Hello?")
    await office.say(ticket, "asha", "Careful with this one.", NOTE)
    await office.do(UndoMessage(ticket=ticket), "asha")
    await office.say(ticket, "asha", "Staff words", NOTE)
    await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    for who in ("sam", "kim"):
        view = await office.view(ticket, who)
        assert [e.message.text.plain() for e in view.entries if e.message] == ["Hello?"]
        assert not any("note" in entry.line for entry in view.entries)
        assert not view.may_note
    seen = await office.view(ticket, "lee")
    assert [e.message.text.plain() for e in seen.entries if e.message] == ["Hello?", "", "Staff words"]
    assert any("took a note back" in entry.line for entry in seen.entries)


async def test_a_notes_file_is_the_staffs(office: Office) -> None:
    ticket = await office.open()
    file = await office.upload("asha")
    await office.do(PostMessage(ticket=ticket, kind=NOTE, text=Text(), files=(file.id,)), "asha")
    assert (await office.reading.file(file.id, office.actor("lee")))[1] == b"bytes"
    for who in ("sam", "kim"):
        with pytest.raises(NoSuchFile):
            await office.reading.file(file.id, office.actor(who))


async def test_an_upload_is_its_owners_until_it_is_sent_then_of_all_who_see_the_ticket(office: Office) -> None:
    file, ticket = await office.upload("sam"), await office.open()
    with pytest.raises(NoSuchFile):
        await office.reading.file(file.id, office.actor("asha"))
    await office.do(PostMessage(ticket=ticket, kind=REPLY, text=Text(), files=(file.id,)), "sam")
    assert (await office.reading.file(file.id, office.actor("asha")))[0].id == file.id
    with pytest.raises(NoSuchFile):
        await office.reading.file(file.id, office.actor("kim"))


async def test_a_thread_is_read_on_from_a_cursor(office: Office) -> None:
    ticket = await office.open()
    first = await office.view(ticket, "sam")
    await office.say(ticket, "sam", "More")
    more = await office.reading.thread(ticket, office.actor("sam"), first.cursor)
    assert [entry.message.text.plain() for entry in more.entries if entry.message] == ["More"]
    assert more.cursor > first.cursor
    assert (await office.reading.thread(ticket, office.actor("sam"), more.cursor)).cursor == more.cursor
