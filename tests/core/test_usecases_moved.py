"""What was said in a ticket that was merged or split since: taken back, sent on after all, and on its way meanwhile."""

from collections.abc import Awaitable, Callable

import pytest

from core.commands import MergeTicket, PostMessage, ReleaseMessage, SplitTicket, UndoMessage
from core.composing import Skip
from core.errors import NothingHeldBack, NothingToUndo, TooLate
from core.model.ids import MessageId, ThreadId, TicketId
from core.model.outbox import Intent
from core.model.people import Platform
from core.model.thread import Audience, Message, MessageKind
from core.ports import Marked, Parcel, Receipt, Removal, Retry, Spoken, Unknown
from core.text import Text
from core.usecases.splitting import SecretTitle
from tests.fakes.channels import ScriptedChannel
from tests.fakes.clock import START
from tests.fakes.office import DAY, Office, on_discord, on_slack

SECRET = "The password is hunter22"
NOTE, REPLY = MessageKind.NOTE, MessageKind.REPLY
SLACK = Platform.SLACK


async def split(office: Office, ticket: TicketId, *messages: MessageId) -> TicketId:
    made = (await office.do(SplitTicket(ticket=ticket, title="Another matter", messages=messages), "abe")).ticket
    assert made is not None
    return made


async def held(office: Office, ticket: TicketId, called: str = "1.1") -> Message:
    """What Asha wrote in the staff's thread on Slack, kept as a note."""
    threads = await office.threads(ticket, SLACK)
    triage = next((one.id for one in threads if one.audience is Audience.STAFF), None)
    triage = triage or await office.thread_on(ticket, SLACK, Audience.STAFF)
    saying = PostMessage(ticket=ticket, kind=REPLY, text=Text.of(SECRET), external_id=called)
    said = (await office.do(saying, "asha", door=SLACK, thread=triage)).message
    return next(one for one in await office.messages(ticket) if one.id == said)


async def standing(office: Office, *tickets: TicketId) -> list[str]:
    """What still stands there."""
    said = [one for ticket in tickets for one in await office.messages(ticket)]
    return [one.text.plain() for one in said if one.undone_at is None]


# --- taken back ------------------------------------------------------------------------------------------------------


async def test_an_undo_in_a_merged_ticket_takes_back_the_newest_wherever_it_is(any_office: Office) -> None:
    office = any_office
    one, other = await office.open(), await office.open("kim")
    await office.say(one, "asha", "Earlier, in the first")
    await office.say(other, "asha", "Newest, in the second")
    await office.do(MergeTicket(ticket=other, into=one), "asha")
    await office.do(UndoMessage(ticket=other), "asha")
    assert await standing(office, one, other) == ["Earlier, in the first"]
    await office.say(other, "asha", "Goes on to the first")
    await office.do(UndoMessage(ticket=other), "asha")
    assert await standing(office, one, other) == ["Earlier, in the first"]


async def test_an_undo_after_a_split_takes_back_what_moved_and_not_what_was_said_before_it(any_office: Office) -> None:
    office = any_office
    ticket = await office.open()
    await office.say(ticket, "asha", "Earlier")
    moved = await office.say(ticket, "asha", "Newest")
    made = await split(office, ticket, moved.id)
    await office.do(UndoMessage(ticket=ticket), "asha")
    assert await standing(office, ticket, made) == ["Earlier"]


async def test_an_undo_in_the_old_ticket_leaves_what_was_said_in_the_new_one(office: Office) -> None:
    ticket = await office.open()
    await office.say(ticket, "asha", "Earlier")
    made = await split(office, ticket, (await office.say(ticket, "sam", "The library")).id)
    await office.say(made, "asha", "Of the library")
    await office.do(UndoMessage(ticket=ticket), "asha")
    assert await standing(office, ticket, made) == ["The library", "Of the library"]


async def test_an_old_message_that_moved_hides_no_refusal(office: Office) -> None:
    ticket = await office.open()
    with pytest.raises(NothingToUndo):
        await office.do(UndoMessage(ticket=ticket), "asha")
    await split(office, ticket, (await office.say(ticket, "asha", "Long ago")).id)
    office.clock.advance(DAY)
    with pytest.raises(TooLate):
        await office.do(UndoMessage(ticket=ticket), "asha")


async def test_nobody_takes_back_anothers_words_by_a_merge_or_a_split(office: Office) -> None:
    ticket, other = await office.open(), await office.open("kim")
    moved = await office.say(ticket, "sam", "Sam's own")
    await office.say(other, "kim", "Kim's own")
    made = await split(office, ticket, moved.id)
    await office.do(MergeTicket(ticket=other, into=ticket), "asha")
    before = await office.everything()
    for where in (ticket, other, made):
        with pytest.raises(NothingToUndo):
            await office.do(UndoMessage(ticket=where), "abe")
    assert await office.everything() == before


# --- held back -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("there", ["old", "between", "new"])
async def test_what_was_held_back_is_released_at_any_time_after_a_split(
    any_office: Office, there: str, named: bool
) -> None:
    office = any_office
    ticket = await office.open()
    note = await held(office, ticket)
    made = await split(office, ticket, note.id)
    again = await split(office, made, note.id)
    office.clock.advance(DAY)
    where = {"old": ticket, "between": made, "new": again}[there]
    await office.do(ReleaseMessage(ticket=where, message=note.id if named else None), "asha")
    assert await standing(office, ticket, made, again) == [SECRET]
    assert (await office.messages(again))[-1].kind is REPLY


@pytest.mark.parametrize("in_new", [True, False])
async def test_what_was_held_back_is_taken_back_at_any_time_after_a_split(office: Office, in_new: bool) -> None:
    ticket = await office.open()
    note = await held(office, ticket)
    made = await split(office, ticket, note.id)
    office.clock.advance(DAY)
    await office.do(UndoMessage(ticket=made if in_new else ticket, message=note.id), "asha")
    assert await standing(office, ticket, made) == []


async def test_without_a_number_each_that_waits_is_released_the_newest_first(office: Office) -> None:
    ticket = await office.open()
    for called in ("1.1", "1.2"):
        await held(office, ticket, called)
    for left in (1, 0):
        await office.do(ReleaseMessage(ticket=ticket), "asha")
        waiting = [one for one in await office.messages(ticket) if one.kind is NOTE and one.undone_at is None]
        assert len(waiting) == left
    with pytest.raises(NothingHeldBack):
        await office.do(ReleaseMessage(ticket=ticket), "asha")


@pytest.mark.parametrize("named", [True, False])
async def test_what_a_merged_ticket_held_back_is_said_in_the_one_that_goes_on(any_office: Office, named: bool) -> None:
    office = any_office
    office.use(on_slack(office.desk))
    await office.join("sam", "kim", "asha", platform=SLACK)
    one, other = await office.open(), await office.open("kim")
    await office.carry_out()
    note, file = await held(office, other), await office.upload("asha")
    async with office.store.write() as work:
        await work.files.attach([file.id], other, note.id)
    await office.do(MergeTicket(ticket=other, into=one), "asha")
    await office.do(ReleaseMessage(ticket=other, message=note.id if named else None), "asha")
    assert (await standing(office, one), await standing(office, other)) == ([SECRET], [])
    said = (await office.messages(one))[-1]
    assert (said.kind, said.ticket) == (REPLY, one)
    async with office.store.read() as work:
        assert [found.message for found in await work.files.of(one)] == [said.id]
        assert await work.files.of(other) == []
    marks = [parcel.content for parcel in await office.carry_out() if parcel.delivery.intent is Intent.MARK]
    assert marks == [Marked(REPLY, was_held=True)]


async def test_a_split_is_not_given_a_title_that_looks_secret(office: Office) -> None:
    ticket = await office.open()
    moved = await office.say(ticket, "sam", "The library")
    before = await office.everything()
    with pytest.raises(SecretTitle, match="as if it held a password"):
        await office.do(SplitTicket(ticket=ticket, title=SECRET, messages=(moved.id,)), "asha")
    assert await office.everything() == before


# --- on its way ------------------------------------------------------------------------------------------------------


class Meanwhile(ScriptedChannel):
    """Something is done while it posts the words of a message."""

    def __init__(self, act: Callable[[], Awaitable[None]]) -> None:
        super().__init__()
        self._act = act
        self._is_done = False

    async def deliver(self, parcel: Parcel) -> Receipt:
        if isinstance(parcel.content, Spoken) and not self._is_done:
            self._is_done = True
            await self._act()
        return await super().deliver(parcel)


async def on_threads(office: Office) -> TicketId:
    office.use(on_discord(office.desk))
    await office.join("sam", "asha")
    ticket = await office.open()
    await office.carry_out()
    return ticket


def done_with(taken: list[Parcel], message: MessageId, threads: set[ThreadId]) -> list[type[object]]:
    """What happened to a message's words in those threads."""
    theirs = [one for one in taken if one.thread is not None and one.thread.id in threads]
    return [type(one.content) for one in theirs if one.delivery.message == message]


@pytest.mark.parametrize("undo", [True, False])
async def test_words_that_a_split_moves_while_they_are_posted_are_taken_out_again(
    any_office: Office, undo: bool
) -> None:
    office = any_office
    ticket = await on_threads(office)
    said = await office.say(ticket, "asha", "Take this back")
    threads = {one.id for one in await office.threads(ticket)}

    async def act() -> None:
        await split(office, ticket, said.id)
        if undo:
            await office.do(UndoMessage(ticket=ticket, message=said.id), "asha")

    channel = Meanwhile(act)
    await office.carry_out(channel)
    await office.carry_out(channel)
    assert done_with(channel.taken, said.id, threads) == [Spoken, Removal]
    removal = next(one for one in channel.taken if isinstance(one.content, Removal))
    assert removal.copy is not None and removal.copy.external_ids


@pytest.mark.parametrize("fault", [Retry("429"), Unknown("timeout")])
async def test_words_that_moved_after_a_failed_try_are_not_posted_in_the_old_thread(
    office: Office, fault: Exception
) -> None:
    ticket = await on_threads(office)
    said = await office.say(ticket, "asha", "Moved words")
    delivery = next(one for one in await office.owed() if one.message == said.id and one.intent is Intent.MESSAGE)
    async with office.store.write() as work:
        [leased] = [
            one
            for one in await work.outbox.lease(START, owner="x", until=START + DAY, limit=50)
            if one.id == delivery.id
        ]
        await work.outbox.retry(leased.id, "x", due_at=START, reason=str(fault), uncertain=isinstance(fault, Unknown))
    threads = {one.id for one in await office.threads(ticket)}
    await split(office, ticket, said.id)
    channel = ScriptedChannel()
    await office.carry_out(channel)
    assert Spoken not in done_with(channel.taken, said.id, threads)


async def test_words_that_moved_before_any_try_are_let_go(office: Office) -> None:
    ticket = await on_threads(office)
    said = await office.say(ticket, "asha", "Moved words")
    delivery = next(one for one in await office.owed() if one.message == said.id and one.intent is Intent.MESSAGE)
    await split(office, ticket, said.id)
    assert await office.composed(delivery) == Skip("the message is part of another ticket now")
