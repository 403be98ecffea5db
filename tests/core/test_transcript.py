"""A ticket told whole: what stands in it and for whom, what it takes along, and that it was taken."""

import random
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise

import pytest

from bot.signer import HmacSigner
from core.commands import (
    AddParticipant,
    ClaimTicket,
    EditMessage,
    MergeTicket,
    PostMessage,
    RemoveMessage,
    RemoveParticipant,
    ResolveTicket,
    TakeTranscript,
)
from core.errors import NoSuchTicket, NotAllowed, Refusal
from core.events import TranscriptTaken, digest
from core.model.ids import PersonId, TicketId
from core.model.people import Platform, Standing
from core.model.thread import Audience, MessageKind
from core.ports import Expired
from core.text import Text
from core.transcript import LINK_LIFE, Account, Format, Part, Transcribing, Transcript, link_of, read_link
from tests.fakes.counting import statements
from tests.fakes.office import Office, on_discord
from tests.fakes.signer import SIGNER

NOTE, REPLY = MessageKind.NOTE, MessageKind.REPLY
MEGABYTE = 1024 * 1024


async def take(office: Office, ticket: TicketId, who: str, *, include: int = MEGABYTE, **more: bool) -> Transcript:
    transcribing = Transcribing(office.store, office.engine, office.desk, office.clock, include=include)
    return await transcribing.take(ticket, office.actor(who), **more)


def words(account: Account) -> list[str]:
    return [entry.message.text.plain() for entry in account.view.entries if entry.message is not None]


def lines(account: Account) -> list[str]:
    return [entry.line for entry in account.view.entries if entry.message is None]


# --- for whom --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("category", "who", "may"),
    [
        ("exams", "sam", True),
        ("exams", "kim", False),
        ("exams", "asha", True),
        ("exams", "pia", True),
        ("exams", "ada", True),
        ("forum", "kim", False),
        ("welfare", "sam", True),
        ("welfare", "asha", False),
        ("welfare", "ada", False),
        ("welfare", "wen", True),
    ],
)
async def test_a_transcript_is_for_the_requester_and_the_staff_who_see_the_ticket(
    office: Office, category: str, who: str, may: bool
) -> None:
    ticket = await office.open(category=category)
    before = await office.kinds(ticket)
    if may:
        found = await take(office, ticket, who)
        assert found.with_notes == (who != "sam")
        assert await office.kinds(ticket) == [*before, "TranscriptTaken"]
        return
    with pytest.raises(NotAllowed if category == "forum" else NoSuchTicket):
        await take(office, ticket, who)
    assert await office.kinds(ticket) == before


async def test_who_was_added_takes_one_and_who_was_removed_takes_none_any_more(office: Office) -> None:
    ticket = await office.open()
    await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    await office.say(ticket, "kim", "Mine too")
    found = await take(office, ticket, "kim")
    assert [(one.name, one.part) for one in found.whole.people] == [
        ("Sam Student", Part.REQUESTER),
        ("Kim Other", Part.PARTICIPANT),
    ]
    await office.do(RemoveParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    with pytest.raises(NoSuchTicket):
        await take(office, ticket, "kim")
    left = await take(office, ticket, "sam")
    assert [(one.name, one.part) for one in left.whole.people][1:] == [("Kim Other", Part.OTHER)]
    assert words(left.whole) == ["Mine too"]


async def test_who_is_blocked_still_takes_their_own_and_staff_who_are_blocked_no_others(office: Office) -> None:
    ticket = await office.open()
    for who in ("sam", "asha"):
        await office.stand(who, Standing.BLOCKED)
    assert not (await take(office, ticket, "sam")).with_notes
    with pytest.raises(NoSuchTicket):
        await take(office, ticket, "asha")


async def test_staff_who_asked_themselves_in_a_sensitive_category_get_no_notes(office: Office) -> None:
    ticket = await office.open("asha", category="welfare")
    await office.say(ticket, "wen", "About her", NOTE)
    found = await take(office, ticket, "asha")
    assert (found.with_notes, words(found.whole)) == (False, [])
    assert words((await take(office, ticket, "wen")).whole) == ["About her"]


# --- what stands in it -----------------------------------------------------------------------------------------------


async def test_all_is_there_in_its_order_as_it_is_now_and_notes_are_the_staffs(office: Office) -> None:
    ticket = await office.open()
    first = await office.say(ticket, "sam", "Helo")
    await office.say(ticket, "asha", "Between us", NOTE)
    gone = await office.say(ticket, "sam", "Oops")
    await office.do(ClaimTicket(ticket=ticket), "asha")
    await office.say(ticket, "asha", "Done")
    await office.do(EditMessage(ticket=ticket, message=first.id, text=Text.of("Hello")), "sam")
    await office.do(RemoveMessage(ticket=ticket, message=gone.id), "sam")
    await office.do(ResolveTicket(ticket=ticket), "asha")
    for_sam, for_asha = await take(office, ticket, "sam"), await take(office, ticket, "asha")
    assert words(for_sam.whole) == ["Hello", "", "Done"]
    assert words(for_asha.whole) == ["Hello", "Between us", "", "Done"]
    told = lines(for_sam.whole)
    assert told.index("Asha Agent has it now") < told.index("Asha Agent resolved it")
    edited = next(one.message for one in for_sam.whole.view.entries if one.message and one.message.id == first.id)
    assert edited is not None and edited.edited_at is not None
    assert set(lines(for_sam.whole)) <= set(lines(for_asha.whole))


@pytest.mark.parametrize("seed", range(6))
async def test_it_says_exactly_what_the_thread_shows_its_reader(office: Office, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    category = chance.choice(["exams", "forum", "welfare"])
    staff = ["wen"] if category == "welfare" else ["asha", "lee"]
    ticket = await office.open(category=category)
    await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    said = []
    for number in range(25):
        kind = chance.choice([NOTE, REPLY, REPLY])
        who = chance.choice(staff if kind is NOTE else [*staff, "sam", "kim"])
        said.append((who, await office.say(ticket, who, f"Words {number}", kind)))
        author, message = chance.choice(said)
        edit = EditMessage(ticket=ticket, message=message.id, text=Text.of(f"Other {number}"))
        removal = RemoveMessage(ticket=ticket, message=message.id)
        change = chance.choice([None, edit, removal])
        if change is not None:
            with suppress(Refusal):  # it is removed already
                await office.do(change, author)
    for who in ("sam", "kim", *staff):
        shown = await office.reading.thread(ticket, office.actor(who), None)
        found = await take(office, ticket, who)
        assert found.whole.view.entries == shown.entries
        assert found.whole.view.card == shown.card
        notes = [entry for entry in found.whole.view.entries if entry.message and entry.message.kind is NOTE]
        assert bool(notes) == (who in staff)


async def test_what_went_into_it_is_told_behind_it_to_those_who_may_have_that_too(office: Office) -> None:
    survivor, own, others = await office.open("sam"), await office.open("sam"), await office.open("kim")
    for ticket, who in ((own, "sam"), (others, "kim")):
        await office.say(ticket, who, f"Said in {ticket}")
        await office.do(MergeTicket(ticket=ticket, into=survivor), "asha")
    for_sam, for_asha = await take(office, survivor, "sam"), await take(office, survivor, "asha")
    assert [account.view.ticket.id for account in for_asha.merged] == [own, others]
    assert [account.view.ticket.id for account in for_sam.merged] == [own]
    told = [*words(for_sam.whole), *lines(for_sam.whole), *(line for one in for_sam.merged for line in words(one))]
    assert f"Said in {own}" in told
    assert not any(f"Said in {others}" in one or f"T-{others}" in one or "Kim" in one for one in told)
    with pytest.raises(NoSuchTicket):
        await take(office, survivor, "kim")


# --- files -----------------------------------------------------------------------------------------------------------


async def test_files_are_taken_along_until_there_is_no_room_and_a_removed_messages_are_not(office: Office) -> None:
    ticket = await office.open()
    files = [await office.upload("sam", f"{number}.png") for number in range(3)]
    for file in files:
        await office.do(PostMessage(ticket=ticket, kind=REPLY, text=Text.of("See"), files=(file.id,)), "sam")
    noted = await office.upload("asha", "secret.png")
    await office.do(PostMessage(ticket=ticket, kind=NOTE, text=Text.of("See"), files=(noted.id,)), "asha")
    size = len(b"bytes")
    for include, held in ((0, 0), (size, 1), (2 * size + 1, 2), (100, 3)):
        assert list((await take(office, ticket, "sam", include=include)).data) == [one.id for one in files][:held]
    assert set((await take(office, ticket, "asha")).data) == {*(one.id for one in files), noted.id}
    [first, *_rest] = await office.messages(ticket)
    await office.do(RemoveMessage(ticket=ticket, message=first.id), "sam")
    assert files[0].id not in (await take(office, ticket, "sam")).data


# --- that it was taken -----------------------------------------------------------------------------------------------


async def test_that_it_was_taken_stands_in_the_history_for_the_staff_alone_and_the_chain_holds(office: Office) -> None:
    ticket = await office.open()
    await take(office, ticket, "sam", by_link=True)
    await take(office, ticket, "asha")
    events = [event for event in await office.events(ticket) if isinstance(event, TranscriptTaken)]
    assert [(event.with_notes, event.by_link) for event in events] == [(False, True), (True, False)]
    history = [one.line for one in await office.reading.history(ticket, office.actor("asha"))]
    assert history[-2:] == ["A transcript was taken by the link that Sam Student got", "Asha Agent took a transcript"]
    for who in ("sam", "asha"):
        shown = await office.view(ticket, who)
        assert not any("transcript" in entry.line for entry in shown.entries)
    records = await office.records(ticket)
    for before, record in pairwise(records):
        assert digest(before.digest, record.event, record.at, record.actor, record.door) == record.digest


async def test_taking_one_is_owed_to_nobody_and_changes_nothing_else(office: Office) -> None:
    office.use(on_discord(office.desk))
    await office.join("sam", "asha")
    ticket = await office.open()
    await office.do(ClaimTicket(ticket=ticket), "asha")
    await office.thread_on(ticket, Platform.DISCORD, Audience.REQUESTER)
    before, timers = await office.ticket(ticket), await office.timers()
    assert await office.owed_by(TakeTranscript(ticket=ticket), "sam") == []
    after = await office.ticket(ticket)
    assert (after.status, after.assignee, after.first_response_at) == (
        before.status,
        before.assignee,
        before.first_response_at,
    )
    assert await office.timers() == timers


# --- how much it asks ------------------------------------------------------------------------------------------------


async def test_a_long_thread_asks_the_database_no_more_than_a_short_one(office: Office) -> None:
    asked = []
    for messages in (5, 120):
        ticket = await office.open(category="forum", title=f"{messages}")
        for number in range(messages):
            await office.say(ticket, ("sam", "asha")[number % 2], f"{number}")

        async def taken(about: TicketId = ticket) -> None:
            await take(office, about, "asha")

        asked.append(await statements(office, taken))
    assert asked[0] == asked[1]


# --- the link --------------------------------------------------------------------------------------------------------


def test_a_link_names_the_ticket_the_person_and_the_form_for_a_quarter_of_an_hour(office: Office) -> None:
    now = office.clock.now()
    for form in Format:
        url = link_of(TicketId(7), PersonId(3), form, office.desk, SIGNER, now)
        token = url.removeprefix("https://desk.example.org/transcript/")
        assert read_link(token, SIGNER, now + LINK_LIFE - timedelta(seconds=1)) == (7, 3, form)
        with pytest.raises(Expired):
            read_link(token, SIGNER, now + LINK_LIFE)
        assert read_link(token, HmacSigner(b"another secret key, as long as that"), now) is None


@pytest.mark.parametrize("what", ["", "7", "7-3", "7-3-pdf", "7-0-html", "07-3-html", "7-3-html-x", "x-3-json"])
def test_what_was_signed_otherwise_is_no_link(office: Office, what: str) -> None:
    now = office.clock.now()
    assert read_link(SIGNER.sign("transcript", what, now + LINK_LIFE), SIGNER, now) is None
    assert read_link(SIGNER.sign("acknowledge", "7-3-html", now + LINK_LIFE), SIGNER, now) is None
