"""A ticket is erased: every word of it goes, wherever it is kept; that it was there stays."""

import shutil
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.sql.store import SqlStore
from core.commands import (
    ClaimTicket,
    EditMessage,
    EraseTicket,
    FollowTicket,
    MergeTicket,
    PostMessage,
    React,
    RemoveMessage,
    ReopenTicket,
    ReplaceThread,
    ResolveTicket,
    TakeTranscript,
    UndoMessage,
    WithdrawTicket,
)
from core.errors import BadField, Erased, NoSuchFile, NoSuchMessage, NoSuchTicket, NotAllowed, Refusal
from core.events import TicketClosed, TicketErased, digest
from core.model.ids import TicketId
from core.model.outbox import Intent, ToPerson, ToThread
from core.model.people import Platform
from core.model.thread import Audience, Copy, MessageKind
from core.model.ticket import Ending, Status
from core.ports import Parcel, Removal, Wiped
from core.scene import Skip
from core.text import Text
from core.vocabulary import View
from tests.fakes.office import HOUR, SYSTEM, Office, on_discord
from tests.fakes.planted import WORD, files_with, indexed, merged, places_of, planted, published

WHY = "They asked for it"
PLANTED = (
    "blob_pieces.data",
    "drafts.values",
    "escalations.acknowledged_as",
    "faq_versions.answer",
    "faq_versions.question",
    "files.name",
    "followers.words",
    "index_documents.noted",
    "index_documents.said",
    "messages.text",
    "reactions.emoji",
    "tickets.answers",
    "tickets.description",
    "tickets.tags",
    "tickets.title",
)


@pytest.fixture
async def kept_in_folder(staffed_template: Path, tmp_path: Path) -> AsyncGenerator[Office]:
    """An office that keeps files in a folder."""
    shutil.copy(staffed_template, tmp_path / "desk.db")
    store = SqlStore(f"sqlite:///{tmp_path / 'desk.db'}", folder=tmp_path / "files", in_folder=True)
    office = Office(store)
    await office.meet()
    yield office
    await store.close()


async def erase(ticket: TicketId, office: Office, who: str = "ada") -> None:
    await office.do(EraseTicket(ticket=ticket, reason=WHY), who)


# --- nothing stays ---------------------------------------------------------------------------------------------------


async def test_no_word_is_left_in_any_column_of_the_database(any_office: Office) -> None:
    ticket = await planted(any_office)
    before = await places_of(WORD, any_office.store)
    for place in (
        "tickets.title",
        "messages.text",
        "files.name",
        "followers.words",
        "drafts.values",
        "reactions.emoji",
    ):
        assert place in before
    assert {"faq_versions.answer", "index_documents.said", "escalations.acknowledged_as", "blob_pieces.data"} <= {
        *before
    }
    await erase(ticket, any_office)
    await any_office.store.sweep_files()
    await indexed(any_office)
    assert await places_of(WORD, any_office.store) == []


async def test_no_word_is_left_in_the_database_s_file_or_in_the_folder(kept_in_folder: Office, tmp_path: Path) -> None:
    office = kept_in_folder
    ticket = await planted(office)
    assert files_with(WORD, tmp_path / "files")
    await erase(ticket, office)
    await office.store.sweep_files()
    await office.store.close()  # which brings all that was written into the one file
    assert files_with(WORD, tmp_path) == []


async def test_what_its_requester_follows_in_its_place_holds_its_words_no_more(any_office: Office) -> None:
    ticket = await planted(any_office)
    into = await merged(any_office, ticket)
    assert "followers.words" in await places_of(WORD, any_office.store)
    await erase(ticket, any_office)
    await any_office.store.sweep_files()
    assert await places_of(WORD, any_office.store) == []
    async with any_office.store.read() as work:
        assert any_office.people["sam"] in await work.tickets.followers(into)


async def test_the_bytes_stay_where_a_file_of_another_ticket_has_the_same(office: Office) -> None:
    ticket = await office.open(files=((await office.upload("sam")).id,))
    other_file = await office.upload("kim")
    await office.open("kim", files=(other_file.id,))
    await erase(ticket, office)
    assert await office.store.sweep_files() == 0
    async with office.store.read() as work:
        assert await work.files.data(other_file.id) == b"bytes"


async def test_what_is_published_of_it_stays_as_it_is_published(office: Office) -> None:
    ticket = await planted(office)
    draft, shown = await published(office)
    await erase(ticket, office)
    async with office.store.read() as work:
        assert await work.faqs.get(draft) is None
        faq = await work.faqs.get(shown)
        assert faq is not None
        assert faq.latest == faq.published
        assert faq.latest.question == "Where is it?"
        assert len(await work.faqs.versions(shown)) == 1


async def test_the_words_of_the_tickets_beside_it_stay(office: Office) -> None:
    first, ticket, last = await office.open("kim", "First"), await office.open(), await office.open("kim", "Last")
    await office.do(MergeTicket(ticket=first, into=ticket), "asha")
    await office.do(MergeTicket(ticket=ticket, into=last), "asha")
    await erase(ticket, office)
    assert (await office.ticket(first)).title == "First"
    assert (await office.ticket(last)).title == "Last"


async def test_no_timer_of_it_rings(office: Office) -> None:
    ticket = await planted(office)
    await erase(ticket, office)
    assert [timer for timer in await office.timers() if timer.ticket == ticket] == []


# --- what stays ------------------------------------------------------------------------------------------------------


async def test_that_it_was_there_stays_and_its_trail_verifies(office: Office) -> None:
    ticket = await planted(office)
    before = await office.ticket(ticket)
    await erase(ticket, office)
    after = await office.ticket(ticket)
    assert (after.category, after.priority, after.opened_at) == (before.category, before.priority, before.opened_at)
    assert (after.status, after.ending, after.erased_for) == (Status.CLOSED, Ending.ERASED, WHY)
    assert (after.erased_at, after.erased_by) == (office.clock.now(), office.people["ada"])
    records = await office.records(ticket)
    link = ""
    for record in records:
        link = digest(link, record.event, record.at, record.actor, record.door)
        assert record.digest == link
    assert records[-1].event == TicketErased(ticket=ticket)
    assert TicketClosed(ticket=ticket, ending=Ending.ERASED) in [record.event for record in records]
    assert after.last_digest == link


@pytest.mark.parametrize("who", ["sam", "asha", "lee", "ada"])
async def test_those_who_might_see_it_read_on_which_day_it_was_erased(who: str, office: Office) -> None:
    ticket = await office.open()
    await erase(ticket, office)
    for reading in (
        office.view(ticket, who),
        office.reading.ticket(ticket, office.actor(who)),
        office.reading.card(ticket, office.actor(who)),
    ):
        with pytest.raises(Erased, match=rf"^T-{ticket} was erased on 2026-\d\d-\d\d\.$"):
            await reading


async def test_nobody_else_hears_that_it_ever_was(office: Office) -> None:
    ticket = await office.open()
    await erase(ticket, office)
    with pytest.raises(NoSuchTicket):
        await office.view(ticket, "kim")


async def test_it_is_in_no_list_any_more(office: Office) -> None:
    ticket, other = await office.open(), await office.open()
    await erase(ticket, office)
    for who, view in (("sam", View.MINE), ("asha", View.ALL), ("ada", View.ALL), ("asha", View.QUEUE)):
        listed = await office.reading.list(view, office.actor(who), None, 50)
        assert [one.ticket.id for one in listed] == [other]


async def test_its_files_and_its_transcript_are_nobody_s_any_more(office: Office) -> None:
    file = await office.upload("sam")
    ticket = await office.open(files=(file.id,))
    await erase(ticket, office)
    with pytest.raises(NoSuchFile):
        await office.reading.about_file(file.id, office.actor("sam"))
    with pytest.raises(Erased):
        await office.do(TakeTranscript(ticket=ticket), "asha")


# --- who may, and how ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "refusal"), [("sam", NotAllowed), ("kim", NoSuchTicket), ("asha", NotAllowed), ("lee", NotAllowed)]
)
async def test_nobody_but_an_admin_may_erase(who: str, refusal: type[Refusal], office: Office) -> None:
    ticket = await office.open()
    with pytest.raises(refusal):
        await erase(ticket, office, who)
    assert (await office.ticket(ticket)).title


async def test_an_admin_whom_a_sensitive_category_does_not_name_may_not(office: Office) -> None:
    ticket = await office.open(category="welfare", answers={})
    with pytest.raises(NoSuchTicket):
        await erase(ticket, office)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 301])
async def test_a_reason_is_wanted_in_one_line(reason: str, office: Office) -> None:
    ticket = await office.open()
    with pytest.raises(BadField):
        await office.do(EraseTicket(ticket=ticket, reason=reason), "ada")


async def test_a_second_erasure_is_told_that_it_is_done(office: Office) -> None:
    ticket = await office.open()
    await erase(ticket, office)
    with pytest.raises(Erased):
        await erase(ticket, office)


async def test_a_ticket_that_is_over_is_erased_like_any_other(office: Office) -> None:
    ticket = await office.open()
    await office.do(WithdrawTicket(ticket=ticket), "sam")
    closed = (await office.ticket(ticket)).closed_at
    office.clock.advance(HOUR)
    await erase(ticket, office)
    assert (await office.ticket(ticket)).closed_at == closed


# --- what comes afterwards -------------------------------------------------------------------------------------------


async def test_whatever_comes_for_it_afterwards_is_refused_and_not_kept(office: Office) -> None:
    office.use(on_discord(office.desk))
    ticket = await office.open()
    thread = await office.thread_on(ticket, Platform.DISCORD, Audience.REQUESTER)
    said = await office.say(ticket, "sam", "Before", door=Platform.DISCORD, thread=thread)
    await erase(ticket, office)
    late = Text.of(WORD)
    for command in (
        PostMessage(ticket=ticket, kind=MessageKind.REPLY, text=late, external_id="77"),
        EditMessage(ticket=ticket, message=said.id, text=late),
        React(ticket=ticket, message=said.id, emoji="👍", on=True),
        UndoMessage(ticket=ticket),
        ReopenTicket(ticket=ticket, why=late),
        FollowTicket(ticket=ticket),
    ):
        with pytest.raises(Erased):
            await office.do(command, "sam", door=Platform.DISCORD, thread=thread)
    with pytest.raises(Erased):
        await office.do(ClaimTicket(ticket=ticket), "asha")
    with pytest.raises(NoSuchMessage):
        removal = RemoveMessage(ticket=ticket, message=said.id)
        await office.do(removal, replace(SYSTEM, door=Platform.DISCORD, thread=thread))
    assert await places_of(WORD, office.store) == []


async def test_what_is_written_for_a_ticket_that_went_into_it_is_refused_too(office: Office) -> None:
    ticket, into = await office.open(), await office.open("kim")
    await office.do(MergeTicket(ticket=ticket, into=into), "asha")
    await erase(into, office)
    with pytest.raises(Refusal):
        await office.say(ticket, "sam", WORD)
    assert await places_of(WORD, office.store) == []


# --- outside ---------------------------------------------------------------------------------------------------------


async def test_nobody_is_told_and_each_thread_is_taken_back(office: Office) -> None:
    office.use(on_discord(office.desk))
    await office.join("sam", "asha", "kim")
    ticket = await office.open()
    await office.do(ClaimTicket(ticket=ticket), "asha")
    await office.carry_out()
    owed = await office.owed_by(EraseTicket(ticket=ticket, reason=WHY), "ada")
    threads = await office.threads(ticket)
    assert [one.intent for one in owed] == [Intent.ERASE, Intent.ERASE]
    assert {one.address for one in owed} == {ToThread(one.id, Platform.DISCORD) for one in threads}
    parcels = [await office.composed(one) for one in owed]
    for parcel in parcels:
        assert isinstance(parcel, Parcel)
        assert isinstance(parcel.content, Wiped)
        assert parcel.content.card.title.startswith(f"T-{ticket} was erased on ")
        assert not parcel.content.card.buttons


async def test_what_was_on_its_way_is_skipped(office: Office) -> None:
    office.use(on_discord(office.desk))
    await office.join("sam", "asha")
    ticket = await office.open()
    await office.carry_out()
    await office.say(ticket, "asha", f"An answer with {WORD}")
    waiting = [one for one in await office.owed() if one.finished_at is None]
    assert waiting
    await erase(ticket, office)
    for delivery in waiting:
        assert await office.composed(delivery) == Skip("the ticket was erased")


async def test_a_message_that_may_be_there_already_is_looked_for(office: Office) -> None:
    office.use(on_discord(office.desk))
    ticket = await office.open()
    await office.carry_out()
    said = await office.say(ticket, "sam", WORD)
    [waiting] = [one for one in await office.owed() if one.intent is Intent.MESSAGE and one.message == said.id]
    await erase(ticket, office)
    parcel = await office.composed(replace(waiting, uncertain=True, attempts=2))
    assert isinstance(parcel, Parcel)
    assert parcel.content == Removal()


async def test_what_somebody_was_told_in_a_message_of_their_own_is_taken_back(office: Office) -> None:
    office.use(on_discord(office.desk))
    await office.join("sam", "asha")
    ticket, other = await office.open(), await office.open()
    for one in (ticket, other):
        await office.do(ResolveTicket(ticket=one, answer=Text.of(WORD)), "asha")
    await office.carry_out()
    told = [
        one
        for one in await office.owed()
        if one.address == ToPerson(office.people["sam"], Platform.DISCORD) and one.ticket == ticket
    ]
    assert [one.intent for one in told] == [Intent.PING]
    owed = await office.owed_by(EraseTicket(ticket=ticket, reason=WHY), "ada")
    [back] = [one for one in owed if isinstance(one.address, ToPerson)]
    parcel = await office.composed(back)
    assert isinstance(parcel, Parcel)
    assert isinstance(parcel.content, Wiped)
    assert (parcel.recipient, parcel.content.known) == ("d-sam", (told[0].receipt,))


async def test_a_copy_in_the_thread_of_another_ticket_is_taken_back(office: Office) -> None:
    office.use(on_discord(office.desk))
    ticket, other = await office.open(), await office.open("kim")
    thread = await office.thread_on(other, Platform.DISCORD, Audience.REQUESTER)
    said = await office.say(ticket, "sam", WORD)
    async with office.store.write() as work:
        await work.copies.put(Copy(said.id, thread, ("5", "6")))
    owed = await office.owed_by(EraseTicket(ticket=ticket, reason=WHY), "ada")
    [removal] = [one for one in owed if one.intent is Intent.REMOVAL]
    parcel = await office.composed(removal)
    assert isinstance(parcel, Parcel)
    assert parcel.copy == Copy(said.id, thread, ("5", "6"))


async def test_a_thread_that_is_found_gone_afterwards_changes_nothing(office: Office) -> None:
    office.use(on_discord(office.desk))
    ticket = await office.open()
    await office.carry_out()
    await erase(ticket, office)
    before = await office.kinds(ticket)
    [thread, *_] = await office.threads(ticket)
    gone = ReplaceThread(ticket=ticket, thread=thread.id, reason="deleted")
    assert await office.owed_by(gone, replace(SYSTEM)) == []
    assert await office.kinds(ticket) == before


# --- a message alone -------------------------------------------------------------------------------------------------


async def test_the_bytes_of_a_message_that_is_taken_back_go_from_the_folder_too(
    kept_in_folder: Office, tmp_path: Path
) -> None:
    office = kept_in_folder
    ticket = await office.open()
    files = [(await office.upload("sam", name)).id for name in ("a.png", "b.png")]  # with the same bytes
    first, second = [
        (await office.do(PostMessage(ticket=ticket, kind=MessageKind.REPLY, text=Text(), files=(file,)), "sam")).message
        for file in files
    ]
    await office.do(UndoMessage(ticket=ticket, message=first), "sam")
    assert await office.store.sweep_files() == 0
    assert files_with("bytes", tmp_path / "files")
    await office.do(UndoMessage(ticket=ticket, message=second), "sam")
    assert await office.store.sweep_files() == 1
    assert files_with("bytes", tmp_path / "files") == []
    assert (await office.everything())["blobs"] == 0
