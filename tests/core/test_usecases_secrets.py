"""What the staff write to a student that looks like a secret: asked about first, held back, or warned of."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from core.commands import (
    AddParticipant,
    CloseTicket,
    Command,
    DeclareUrgent,
    EditMessage,
    EditTicket,
    PostMessage,
    ReleaseMessage,
    RemoveMessage,
    ReopenTicket,
    ResolveTicket,
    UndoMessage,
)
from core.composing import Skip
from core.errors import LooksSecret, NoSuchMessage, NothingHeldBack, Refusal
from core.events import MessagePosted, MessageUndone, SecretSuspected, StatusChanged
from core.model.ids import MessageId, ThreadId, TicketId
from core.model.outbox import Delivery, Intent, ToPerson, ToThread
from core.model.people import Platform
from core.model.thread import Audience, Message, MessageKind
from core.model.ticket import Status
from core.ports import Marked, Parcel
from core.text import Text
from tests.fakes.office import DAY, Office, on_discord, on_slack

SECRET = "The password is hunter22"
NOTE, REPLY = MessageKind.NOTE, MessageKind.REPLY
DISCORD, SLACK = Platform.DISCORD, Platform.SLACK


# --- asked about first -----------------------------------------------------------------------------------------------

Wish = Callable[[TicketId, Text, bool], Command]
WISHES: dict[str, Wish] = {
    "reply": lambda ticket, text, sure: PostMessage(ticket=ticket, kind=REPLY, text=text, sure=sure),
    "resolve": lambda ticket, text, sure: ResolveTicket(ticket=ticket, answer=text, sure=sure),
    "urgent": lambda ticket, text, sure: DeclareUrgent(ticket=ticket, why=text, sure=sure),
    "edit": lambda ticket, text, sure: EditMessage(ticket=ticket, message=MessageId(1), text=text, sure=sure),
}


@pytest.mark.parametrize("wish", WISHES.values(), ids=WISHES)
async def test_what_looks_secret_is_not_sent_before_its_author_is_sure(office: Office, wish: Wish) -> None:
    ticket = await office.open()
    await office.say(ticket, "asha", "Wait a moment.")
    before = await office.everything()
    with pytest.raises(LooksSecret, match=f"as if it held a password, so it was not sent to whoever reads T-{ticket}"):
        await office.do(wish(ticket, Text.of(SECRET), False), "asha")
    assert await office.everything() == before
    await office.do(wish(ticket, Text.of(SECRET), True), "asha")
    assert (await office.messages(ticket))[-1].text == Text.of(SECRET)


async def test_a_word_on_why_it_is_open_again_is_asked_about_too(office: Office) -> None:
    ticket = await office.open()
    await office.do(CloseTicket(ticket=ticket), "asha")
    with pytest.raises(LooksSecret):
        await office.do(ReopenTicket(ticket=ticket, why=Text.of(SECRET)), "asha")
    assert (await office.ticket(ticket)).status is Status.CLOSED
    await office.do(ReopenTicket(ticket=ticket, why=Text.of(SECRET), sure=True), "asha")
    assert (await office.ticket(ticket)).status is Status.IN_PROGRESS


EDITS = {
    "a secret in the title": ({"title": SECRET}, True),
    "a secret in the description": ({"description": Text.of(SECRET)}, True),
    "other words": ({"title": "I cannot sign in", "description": Text.of("Since Monday.")}, False),
}


@pytest.mark.parametrize(("who", "asks"), [("asha", True), ("sam", False)])
@pytest.mark.parametrize(("change", "is_secret"), EDITS.values(), ids=EDITS)
async def test_a_title_or_a_description_that_the_staff_change_is_looked_through(
    office: Office, change: dict[str, Any], is_secret: bool, who: str, asks: bool
) -> None:
    ticket = await office.open("sam")
    before = await office.everything()
    if is_secret and asks:
        with pytest.raises(LooksSecret):
            await office.do(EditTicket(ticket=ticket, **change), who)
        assert await office.everything() == before
    await office.do(EditTicket(ticket=ticket, **change, sure=is_secret and asks), who)
    changed = await office.ticket(ticket)
    assert {name: getattr(changed, name) for name in change} == change


async def test_a_secret_that_the_student_wrote_does_not_ask_whoever_edits_the_rest(office: Office) -> None:
    ticket = await office.open("sam")
    await office.do(EditTicket(ticket=ticket, description=Text.of(SECRET)), "sam")
    await office.do(EditTicket(ticket=ticket, description=Text.of(f"{SECRET}. Since Monday.")), "asha")
    with pytest.raises(LooksSecret):
        await office.do(EditTicket(ticket=ticket, description=Text.of("The password is hunter44")), "asha")


@pytest.mark.parametrize(
    ("opener", "author", "kind"),
    [("sam", "sam", REPLY), ("sam", "kim", REPLY), ("sam", "asha", NOTE), ("asha", "asha", REPLY)],
)
async def test_students_notes_and_ones_own_ticket_are_asked_about_nothing(
    office: Office, opener: str, author: str, kind: MessageKind
) -> None:
    ticket = await office.open(opener)
    if author == "kim":
        await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), opener)
    assert (await office.say(ticket, author, SECRET, kind)).kind is kind


# --- held back in a thread of the staff's own ------------------------------------------------------------------------


async def written(
    office: Office, ticket: TicketId, thread: ThreadId, words: str = SECRET, called: str = "1.1"
) -> Message:
    """By Asha, on the thread's platform itself."""
    platform = (await office.thread(thread)).platform
    saying = PostMessage(ticket=ticket, kind=REPLY, text=Text.of(words), external_id=called)
    outcome = await office.do(saying, "asha", door=platform, thread=thread)
    return next(one for one in await office.messages(ticket) if one.id == outcome.message)


async def on_triage(office: Office) -> tuple[TicketId, ThreadId, ThreadId]:
    """A ticket of Sam's with a thread of his on Slack, and the team's there."""
    office.use(on_slack(office.desk))
    await office.join("sam", "asha", "abe", platform=SLACK)
    ticket = await office.open()
    await office.carry_out()
    triage = next(one.id for one in await office.threads(ticket, SLACK) if one.audience is Audience.STAFF)
    return ticket, await office.thread_on(ticket, SLACK, Audience.REQUESTER, of="sam"), triage


async def test_what_is_written_in_the_staffs_thread_is_kept_as_a_note_and_its_author_asked(office: Office) -> None:
    ticket, own, triage = await on_triage(office)
    before = (await office.owed())[-1].id
    note = await written(office, ticket, triage)
    assert (note.kind, note.origin, note.text) == (NOTE, triage, Text.of(SECRET))
    assert (await office.events(ticket))[-2:] == [
        MessagePosted(ticket=ticket, message=note.id, kind=NOTE),
        SecretSuspected(ticket=ticket, message=note.id, kind=NOTE),
    ]
    assert (await office.ticket(ticket)).first_response_at is None
    owed = await office.owed(before)
    assert not any(isinstance(one.address, ToThread) and one.address.thread == own for one in owed)
    assert set(office.pinged(owed)) == {"asha"}
    for ping in (one for one in owed if one.intent is Intent.PING):
        card = (await parcel_of(office, ping)).content
        assert "looks as if it held a password" in repr(card) and "hunter22" not in repr(card)
        assert [button.label for button in card.buttons] == ["Send anyway", "Don't send", "Open"]


async def parcel_of(office: Office, delivery: Delivery) -> Parcel:
    composed = await office.composed(delivery)
    assert isinstance(composed, Parcel)
    return composed


@pytest.mark.parametrize(("held", "was_held"), [(True, True), (False, False)])
async def test_the_mark_of_what_was_held_back_changes_with_it(office: Office, held: bool, was_held: bool) -> None:
    ticket, _, triage = await on_triage(office)
    if held:
        note = await written(office, ticket, triage)
        await office.do(ReleaseMessage(ticket=ticket, message=note.id), "asha")
    else:
        await written(office, ticket, triage, "Wait a moment.")
    await office.carry_out()
    marks = [await office.composed(one) for one in await office.owed() if one.intent is Intent.MARK]
    contents = [one.content for one in marks if isinstance(one, Parcel)]
    assert contents == [Marked(REPLY, was_held=was_held)]


async def test_released_it_is_a_reply_that_stands_where_it_was_said(office: Office) -> None:
    ticket, own, triage = await on_triage(office)
    note = await written(office, ticket, triage)
    before = (await office.owed())[-1].id
    await office.do(ReleaseMessage(ticket=ticket, message=note.id), "asha")
    gone, reply = await office.messages(ticket)
    assert (gone.undone_at, gone.text) == (office.clock.now(), Text())
    assert (reply.kind, reply.text, reply.origin) == (REPLY, Text.of(SECRET), triage)
    assert (await office.copies(gone.id), await office.copies(reply.id)) == ({}, {triage: ("1.1",)})
    assert (await office.events(ticket))[-3:] == [
        MessagePosted(ticket=ticket, message=reply.id, kind=REPLY),
        StatusChanged(ticket=ticket, before=Status.OPEN, after=Status.IN_PROGRESS),
        MessageUndone(ticket=ticket, message=gone.id, kind=NOTE),
    ]
    owed = await office.owed(before)
    said = {one.address.thread for one in owed if one.intent is Intent.MESSAGE and isinstance(one.address, ToThread)}
    assert said == {own}
    removals = [one for one in owed if one.intent is Intent.REMOVAL]
    assert all([isinstance(await office.composed(one), Skip) for one in removals])
    with pytest.raises(NoSuchMessage):
        await office.do(ReleaseMessage(ticket=ticket, message=note.id), "asha")


async def test_its_files_go_with_it(office: Office) -> None:
    ticket, _own, triage = await on_triage(office)
    file = await office.upload("asha")
    saying = PostMessage(ticket=ticket, kind=REPLY, text=Text.of(SECRET), files=(file.id,), external_id="1.1")
    await office.do(saying, "asha", door=SLACK, thread=triage)
    await office.do(ReleaseMessage(ticket=ticket), "asha")
    async with office.store.read() as work:
        assert [one.message for one in await work.files.of(ticket)] == [(await office.messages(ticket))[-1].id]


@pytest.mark.parametrize(("who", "refusal"), [("abe", NoSuchMessage), ("lee", NoSuchMessage), ("sam", NoSuchMessage)])
async def test_only_its_author_releases_or_takes_back_what_is_held(
    office: Office, who: str, refusal: type[Refusal]
) -> None:
    ticket, _own, triage = await on_triage(office)
    note = await written(office, ticket, triage)
    for command in (ReleaseMessage(ticket=ticket, message=note.id), UndoMessage(ticket=ticket, message=note.id)):
        with pytest.raises(refusal):
            await office.do(command, who)
    with pytest.raises(NothingHeldBack):
        await office.do(ReleaseMessage(ticket=ticket), who)


async def test_a_note_that_was_never_held_back_is_released_by_nobody(office: Office) -> None:
    ticket = await office.open()
    note = await office.say(ticket, "asha", SECRET, NOTE)
    for command in (ReleaseMessage(ticket=ticket, message=note.id), ReleaseMessage(ticket=ticket)):
        with pytest.raises(NothingHeldBack):
            await office.do(command, "asha")


async def test_what_is_not_to_be_sent_is_taken_back_at_any_time(office: Office) -> None:
    ticket, _own, triage = await on_triage(office)
    note = await written(office, ticket, triage)
    ping = next(one for one in await office.owed() if one.intent is Intent.PING and one.message == note.id)
    office.clock.advance(DAY)
    await office.do(UndoMessage(ticket=ticket, message=note.id), "asha")
    assert (await office.messages(ticket))[-1].undone_at == office.clock.now()
    assert await office.composed(ping) == Skip("the message was taken back")


async def test_an_edit_that_looks_secret_is_not_carried_to_the_student(office: Office) -> None:
    ticket, _own, triage = await on_triage(office)
    reply = await written(office, ticket, triage, "Hello")
    edit = EditMessage(ticket=ticket, message=reply.id, text=Text.of(SECRET))
    with pytest.raises(LooksSecret):
        await office.do(edit, "asha", door=SLACK, thread=triage)
    assert (await office.messages(ticket))[-1].text == Text.of("Hello")


# --- where the student reads it at once ------------------------------------------------------------------------------


async def on_shared(office: Office, *there: str) -> tuple[TicketId, ThreadId]:
    """A ticket of Sam's with a thread on Discord that its people share with the staff. ``there``: who is on Discord."""
    office.use(on_discord(office.desk))
    await office.join("asha", *there)
    ticket = await office.open()
    await office.carry_out()
    shared = next(one.id for one in await office.threads(ticket) if one.audience is Audience.REQUESTER)
    return ticket, shared


async def test_what_the_student_may_have_read_is_warned_of_with_a_way_to_take_it_back(office: Office) -> None:
    ticket, shared = await on_shared(office, "sam")
    before = (await office.owed())[-1].id
    reply = await written(office, ticket, shared)
    assert reply.kind is REPLY
    assert (await office.events(ticket))[-1] == SecretSuspected(ticket=ticket, message=reply.id, kind=REPLY)
    pings = [one for one in await office.owed(before) if isinstance(one.address, ToPerson)]
    mine = [one for one in pings if one.address.person == office.people["asha"]]
    assert {one.address.platform for one in mine} == {DISCORD, Platform.WEB}
    for ping in mine:
        parcel = await parcel_of(office, ping)
        assert [button.label for button in parcel.content.buttons] == ["Take back", "Open"]
        assert parcel.fallback is None, "a warning is no line in the thread that the student reads"
    office.clock.advance(DAY)
    await office.do(UndoMessage(ticket=ticket, message=reply.id), "asha")
    removed = [one.address for one in await office.owed(before) if one.intent is Intent.REMOVAL]
    assert ToThread(shared, DISCORD) in removed


async def test_an_edit_there_is_warned_of(office: Office) -> None:
    ticket, shared = await on_shared(office, "sam")
    reply = await written(office, ticket, shared, "Hello")
    edit = EditMessage(ticket=ticket, message=reply.id, text=Text.of(SECRET))
    await office.do(edit, "asha", door=DISCORD, thread=shared)
    assert SecretSuspected(ticket=ticket, message=reply.id, kind=REPLY) in await office.events(ticket)
    assert (await office.messages(ticket))[-1].text == Text.of(SECRET)


async def test_in_a_shared_thread_without_anybody_of_the_students_side_it_is_held_back(office: Office) -> None:
    ticket, shared = await on_shared(office)
    note = await written(office, ticket, shared)
    assert note.kind is NOTE
    await office.carry_out()
    before = (await office.owed())[-1].id
    await office.do(UndoMessage(ticket=ticket, message=note.id), "asha")
    removals = [one for one in await office.owed(before) if one.intent is Intent.REMOVAL]
    assert ToThread(shared, DISCORD) in [one.address for one in removals]
    assert all([isinstance(await office.composed(one), Parcel) for one in removals])


async def test_a_participant_who_reads_there_counts_as_the_student_does(office: Office) -> None:
    ticket, shared = await on_shared(office, "kim")
    await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    assert (await written(office, ticket, shared)).kind is REPLY


# --- the attacks -----------------------------------------------------------------------------------------------------


async def test_until_it_is_released_a_student_finds_nothing_of_it_anywhere(office: Office) -> None:
    ticket, _own, triage = await on_triage(office)
    await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    note = await written(office, ticket, triage)
    delivered = await office.carry_out()
    for who in ("sam", "kim"):
        theirs = [p for p in delivered if getattr(p.address, "person", None) == office.people[who]]
        owned = [p for p in delivered if p.thread is not None and p.thread.audience is not Audience.STAFF]
        found = (await office.view(ticket, who), await office.reading.notices(office.actor(who), 20), theirs, owned)
        assert not any(word in repr(found) for word in ("hunter22", "looks like a secret", "SecretSuspected"))
        assert note.id not in [entry.message.id for entry in found[0].entries if entry.message is not None]


async def test_a_removal_where_it_was_said_takes_the_released_reply_back(office: Office) -> None:
    ticket, own, triage = await on_triage(office)
    await written(office, ticket, triage)
    await office.do(ReleaseMessage(ticket=ticket), "asha")
    await office.carry_out()
    reply = (await office.messages(ticket))[-1]
    assert own in await office.copies(reply.id)
    before = (await office.owed())[-1].id
    await office.do(
        RemoveMessage(ticket=ticket, message=reply.id),
        replace(office.actor("asha", door=SLACK, thread=triage), person=None),
    )
    assert ToThread(own, SLACK) in [one.address for one in await office.owed(before) if one.intent is Intent.REMOVAL]
