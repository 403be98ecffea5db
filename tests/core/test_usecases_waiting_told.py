"""What people are told of a wait: a reminder with the question, the end with its way back, that it is woken."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from core.actions import Press, decode
from core.cards.card import Card
from core.commands import ClaimTicket, CloseTicket, ResolveTicket, SetStatus, Snooze, UndoMessage, Wake
from core.composing import Skip
from core.events import RequesterReminded, TicketClosed
from core.model.desk import Assignment
from core.model.ids import DeliveryId, TicketId
from core.model.outbox import Delivery, Intent, ToPerson, ToThread
from core.model.people import Platform
from core.model.thread import Audience, MessageKind
from core.model.ticket import Status
from core.ports import Parcel
from core.text import Text
from tests.fakes.office import DAY, MINUTE, Office
from tests.fakes.promises import ring

DISCORD = Platform.DISCORD
QUESTION = "Which course is it, and which term?"


async def waiting(office: Office, **more: str) -> TicketId:
    ticket = await office.open(**more)
    who = "wen" if more.get("category") == "welfare" else "asha"
    await office.do(ClaimTicket(ticket=ticket), who)
    await office.say(ticket, who, QUESTION)
    await office.say(ticket, who, "Look at the term", MessageKind.NOTE)
    await office.do(SetStatus(ticket=ticket, status=Status.WAITING), who)
    return ticket


async def after(office: Office, days: int) -> list[Delivery]:
    """What is owed when the timers have rung so many days later."""
    owed = await office.owed()
    newest: DeliveryId | None = owed[-1].id if owed else None
    office.clock.advance(days * DAY)
    assert await ring(office) == 1
    return await office.owed(newest)


async def card(office: Office, owed: Sequence[Delivery], who: str, platform: Platform = Platform.WEB) -> Card:
    [mine] = [one for one in owed if one.address == ToPerson(office.people[who], platform)]
    parcel = await office.composed(mine)
    assert isinstance(parcel, Parcel) and isinstance(parcel.content, Card)
    return parcel.content


def presses(shown: Card) -> list[Press]:
    found = [decode(button.action) for button in shown.buttons if button.action is not None]
    return [one for one in found if isinstance(one, Press)]


# --- the reminder ----------------------------------------------------------------------------------------------------


async def test_the_requester_alone_is_reminded_with_the_question_and_when_it_closes(office: Office) -> None:
    ticket = await waiting(office)
    owed = await after(office, 3)
    assert office.pinged(owed) == ["sam"]
    told = await card(office, owed, "sam")
    assert (told.title, told.subtitle) == ("T-1 My grade is missing", "We are waiting for your answer")
    assert told.body.plain() == QUESTION
    assert told.footer == "Without an answer it closes: 2026-03-12 14:30 IST. You can reopen it with one click."
    assert [button.label for button in told.buttons] == ["Answer", "Close"]
    assert presses(told) == [Press("ticket", "close", ticket)]


async def test_where_nothing_closes_nothing_is_said_of_it(office: Office) -> None:
    kept = {key: replace(one, close_after_days=0) for key, one in office.desk.categories.items()}
    office.use(replace(office.desk, categories=kept))
    await waiting(office)
    assert (await card(office, await after(office, 3), "sam")).footer == ""


async def test_a_question_that_was_taken_back_is_not_repeated(office: Office) -> None:
    ticket = await waiting(office)
    await office.do(UndoMessage(ticket=ticket), "asha")
    await office.say(ticket, "asha", "Wrong one")
    await office.do(UndoMessage(ticket=ticket), "asha")
    assert (await card(office, await after(office, 3), "sam")).body.plain() == QUESTION


async def test_of_a_sensitive_ticket_no_word_is_repeated(office: Office) -> None:
    await waiting(office, category="welfare")
    told = await card(office, await after(office, 3), "sam")
    assert (told.title, told.body) == ("T-1", Text())


async def test_whoever_answered_before_the_reminder_went_out_is_spared_it(office: Office) -> None:
    ticket = await waiting(office)
    [ping] = [one for one in await after(office, 3) if one.intent is Intent.PING]
    await office.say(ticket, "sam", "CS1")
    assert await office.composed(ping) == Skip("it does not wait for them any more")


async def test_on_a_messenger_it_is_written_to_them_though_they_have_a_thread(office: Office) -> None:
    office.use(replace(office.desk, messengers=frozenset({DISCORD})))
    await office.join("sam", "asha")
    ticket = await waiting(office)
    for audience in Audience:
        await office.thread_on(ticket, DISCORD, audience)
    owed = await after(office, 3)
    assert (await card(office, owed, "sam", DISCORD)).subtitle == "We are waiting for your answer"
    threads = {one.id: one.audience for one in await office.threads(ticket)}
    assert [threads[o.address.thread] for o in owed if isinstance(o.address, ToThread)] == [Audience.STAFF]


async def test_everybody_who_sees_the_ticket_reads_that_its_requester_was_reminded(office: Office) -> None:
    ticket = await waiting(office)
    await after(office, 3)
    for who in ("sam", "asha"):
        assert (await office.view(ticket, who)).entries[-1].line == "The requester was reminded that it waits for them"


# --- the end ---------------------------------------------------------------------------------------------------------


async def test_what_closes_unanswered_comes_with_a_button_that_reopens_it_at_once(office: Office) -> None:
    ticket = await waiting(office)
    await after(office, 3)
    owed = await after(office, 7)
    assert office.pinged(owed) == ["sam"]
    told = await card(office, owed, "sam")
    assert told.subtitle == "Closed, since its requester was asked and did not answer"
    assert presses(told) == [Press("ticket", "reopen", ticket, {"skip": "yes"})]


async def test_the_line_in_its_thread_has_that_button_too(office: Office) -> None:
    await office.join("sam")
    ticket = await waiting(office)
    await office.thread_on(ticket, DISCORD, Audience.REQUESTER)
    await after(office, 3)
    [news] = [one for one in await after(office, 7) if one.intent is Intent.NEWS]
    parcel = await office.composed(news)
    assert isinstance(parcel, Parcel) and isinstance(parcel.content, Card)
    assert presses(parcel.content) == [Press("ticket", "reopen", ticket, {"skip": "yes"})]


async def test_what_the_staff_close_is_reopened_with_a_word_on_why(office: Office) -> None:
    ticket = await office.open()
    owed = await office.owed_by(CloseTicket(ticket=ticket), "asha")
    assert presses(await card(office, owed, "sam")) == [Press("ticket", "reopen", ticket)]


async def test_an_agent_whose_requester_closed_it_is_offered_no_reopening(office: Office) -> None:
    ticket = await waiting(office)
    owed = await office.owed_by(CloseTicket(ticket=ticket), "sam")
    assert presses(await card(office, owed, "asha")) == []


async def test_what_is_over_reminds_nobody_again(office: Office) -> None:
    ticket = await waiting(office)
    await office.do(ResolveTicket(ticket=ticket), "asha")
    office.clock.advance(3 * DAY)
    await ring(office)
    assert RequesterReminded(ticket=ticket) not in await office.events(ticket)
    assert not [one for one in await office.events(ticket) if isinstance(one, TicketClosed)]


# --- taken up again --------------------------------------------------------------------------------------------------


async def test_its_agent_hears_when_it_is_taken_up_again(office: Office) -> None:
    ticket = await office.open()
    await office.do(ClaimTicket(ticket=ticket), "asha")
    await office.do(Snooze(ticket=ticket, until=office.clock.now() + DAY), "asha")
    owed = await after(office, 1)
    assert office.pinged(owed) == ["asha"]
    assert (await card(office, owed, "asha")).subtitle == "It is not put aside any more"


async def test_one_that_nobody_has_is_told_to_the_team(office: Office) -> None:
    ticket = await office.open()
    await office.do(Snooze(ticket=ticket, until=office.clock.now() + DAY), "asha")
    assert office.pinged(await after(office, 1)) == ["abe", "asha", "lee", "wen"]


async def test_or_it_is_offered_and_only_whoever_is_asked_hears(office: Office) -> None:
    teams = {key: replace(one, assignment=Assignment.ROUND_ROBIN) for key, one in office.desk.teams.items()}
    ticket = await office.open()
    await office.do(Snooze(ticket=ticket, until=office.clock.now() + DAY), "asha")
    office.use(replace(office.desk, teams=teams))
    assert len(office.pinged(await after(office, 1))) == 1
    assert (await office.ticket(ticket)).offered_to is not None


async def test_a_reply_that_wakes_it_is_told_as_the_reply(office: Office) -> None:
    ticket = await office.open()
    await office.do(ClaimTicket(ticket=ticket), "asha")
    await office.do(Snooze(ticket=ticket, until=office.clock.now() + DAY), "asha")
    before = (await office.owed())[-1].id
    await office.say(ticket, "sam", "It is urgent after all")
    owed = await office.owed(before)
    assert office.pinged(owed) == ["asha"]
    assert (await card(office, owed, "asha")).subtitle == "Sam Student wrote"


async def test_a_reply_that_wakes_what_nobody_has_is_told_to_the_team(office: Office) -> None:
    ticket = await office.open()
    await office.do(Snooze(ticket=ticket, until=office.clock.now() + DAY), "asha")
    before = (await office.owed())[-1].id
    await office.say(ticket, "sam", "It is urgent after all")
    assert office.pinged(await office.owed(before)) == ["abe", "asha", "lee", "wen"]


async def test_whoever_has_it_hears_that_another_put_it_aside(office: Office) -> None:
    ticket = await office.open()
    await office.do(ClaimTicket(ticket=ticket), "asha")
    owed = await office.owed_by(Snooze(ticket=ticket, until=office.clock.now() + DAY), "lee")
    assert office.pinged(owed) == ["asha"]
    assert (await card(office, owed, "asha")).subtitle == "Lee Lead put it aside until Tue 14:30 IST"


async def test_whoever_wakes_it_themselves_is_not_told(office: Office) -> None:
    ticket = await office.open()
    await office.do(ClaimTicket(ticket=ticket), "asha")
    await office.do(Snooze(ticket=ticket, until=office.clock.now() + DAY), "asha")
    office.clock.advance(MINUTE)
    assert office.pinged(await office.owed_by(Wake(ticket=ticket), "asha")) == []
    await office.do(Snooze(ticket=ticket, until=office.clock.now() + DAY), "asha")
    assert office.pinged(await office.owed_by(Wake(ticket=ticket), "abe")) == ["asha"]


@pytest.mark.parametrize("who", ["sam", "kim"])
async def test_nobody_of_those_who_asked_reads_that_it_was_put_aside(office: Office, who: str) -> None:
    ticket = await office.open(category="forum", answers={})
    await office.do(Snooze(ticket=ticket, until=office.clock.now() + DAY), "asha")
    await after(office, 1)
    lines = [entry.line for entry in (await office.view(ticket, who)).entries]
    assert not [words for words in lines if "aside" in words]
