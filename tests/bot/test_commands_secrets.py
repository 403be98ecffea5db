"""A command whose words look like a secret: the question, and what its buttons do."""

from datetime import timedelta

import pytest

from bot.scheduler import Scheduler
from core.actions import decode
from core.cards.card import Card
from core.errors import NoSuchDraft
from core.model.ids import TicketId
from core.model.ticket import Priority, Status
from core.text import Text
from tests.fakes.front import Front, asked, held_back, shown
from tests.fakes.office import DAY

SECRET = "The password is hunter22"
LINES = ("/ticket resolve", "/ticket reopen", "/ticket urgent")


async def question(front: Front, line: str = "/ticket resolve") -> tuple[TicketId, Card]:
    ticket = await front.office.open()
    if line == "/ticket reopen":
        await front.type("asha", "/ticket resolve", ticket)
    return ticket, shown(await front.type("asha", f"{line} {SECRET}", ticket))


def button(card: Card, label: str) -> str:
    return next(one.action or "" for one in card.buttons if one.label == label)


async def pressed(front: Front, who: str, card: Card, label: str):
    return await front.desk.press(button(card, label), front.office.actor(who))


@pytest.mark.parametrize("line", LINES)
async def test_it_is_asked_first_and_sent_when_they_are_sure(front: Front, line: str) -> None:
    ticket, card = await question(front, line)
    before = await front.office.ticket(ticket)
    assert (card.title, [one.label for one in card.buttons]) == ("Not sent yet", ["Edit", "Send anyway"])
    assert "a password" in card.subtitle and "hunter22" not in repr(card)
    assert await front.office.messages(ticket) == []
    await pressed(front, "asha", card, "Send anyway")
    assert [one.text for one in await front.office.messages(ticket)] == [Text.of(SECRET)]
    after = await front.office.ticket(ticket)
    assert (before.status, before.priority) != (after.status, after.priority)


@pytest.mark.parametrize("line", LINES)
async def test_edit_opens_the_form_with_the_words_and_sends_what_is_left_of_them(front: Front, line: str) -> None:
    ticket, card = await question(front, line)
    form = asked(await pressed(front, "asha", card, "Edit"))
    [words] = [entry for entry in form.inputs if entry.value]
    assert words.value == SECRET
    again = await front.submit("asha", form.action, **{words.key: SECRET})
    assert shown(again).title == "Not sent yet"
    await front.submit("asha", form.action, **{words.key: "Ask me at my desk."})
    assert [one.text for one in await front.office.messages(ticket)] == [Text.of("Ask me at my desk.")]


async def test_an_edit_asks_first_with_both_of_its_words_kept(front: Front) -> None:
    ticket = await front.office.open()
    change = {"title": f"It is {SECRET}", "description": "Since Monday."}
    card = shown(await front.submit("asha", f"1!ticket!edit!t!T{ticket}", **change))
    assert card.title == "Not sent yet" and "hunter22" not in repr(card)
    form = asked(await pressed(front, "asha", card, "Edit"))
    assert {entry.key: entry.value for entry in form.inputs} == change
    assert (await front.office.ticket(ticket)).description != Text.of("Since Monday.")
    await pressed(front, "asha", card, "Send anyway")
    changed = await front.office.ticket(ticket)
    assert (changed.title, changed.description) == (f"It is {SECRET}", Text.of("Since Monday."))


async def test_an_edit_of_a_title_alone_leaves_the_description(front: Front) -> None:
    ticket = await front.office.open()
    before = await front.office.ticket(ticket)
    card = shown(await front.submit("asha", f"1!ticket!edit!t!T{ticket}", title=SECRET))
    await pressed(front, "asha", card, "Send anyway")
    changed = await front.office.ticket(ticket)
    assert (changed.title, changed.description) == (SECRET, before.description)


async def test_the_form_of_a_door_that_fills_it_by_itself_has_the_words_too(front: Front) -> None:
    _ticket, card = await question(front)
    action = button(card, "Edit")
    values = await front.desk.draft_values(decode(action).arguments["draft"], front.office.actor("asha"))
    form = front.desk.form_at(action, front.desk.reader("en"), values)
    assert form is not None and [entry.value for entry in form.inputs] == [SECRET]
    assert front.desk.form_at(button(card, "Send anyway"), front.desk.reader("en"), values) is None


@pytest.mark.parametrize("who", ["abe", "lee", "ada"])
@pytest.mark.parametrize("label", ["Edit", "Send anyway"])
async def test_anothers_question_is_answered_by_nobody_else(front: Front, who: str, label: str) -> None:
    ticket, card = await question(front)
    with pytest.raises(NoSuchDraft):
        await pressed(front, who, card, label)
    assert await front.office.messages(ticket) == []


async def test_words_that_wait_for_an_answer_are_kept_for_a_day_and_other_drafts_for_longer(front: Front) -> None:
    office = front.office
    ticket, card = await question(front)
    other = await front.desk.keep_draft({"title": "Mine"}, office.actor("sam"))
    scheduler = Scheduler(store=office.store, engine=office.engine, clock=office.clock)
    office.clock.advance(DAY)
    await scheduler.sweep()
    asked(await pressed(front, "asha", card, "Edit"))
    office.clock.advance(timedelta(seconds=1))
    await scheduler.sweep()
    with pytest.raises(NoSuchDraft, match="than a day"):
        await pressed(front, "asha", card, "Send anyway")
    assert await office.messages(ticket) == []
    assert await front.desk.draft_values(other, office.actor("sam")) == {"title": "Mine"}


async def test_what_needs_no_question_is_sent_at_once(front: Front) -> None:
    ticket = await front.office.open()
    await front.type("sam", f"/ticket urgent {SECRET}", ticket)
    await front.type("asha", "/ticket resolve Solved.", ticket)
    found = await front.office.ticket(ticket)
    assert (found.status, found.priority) == (Status.RESOLVED, Priority.URGENT)


async def test_what_was_warned_of_is_taken_back_by_its_button_after_the_minute_too(front: Front) -> None:
    ticket = await held_back(front.office)
    message = (await front.office.messages(ticket))[-1].id
    front.office.clock.advance(DAY)
    reply = await front.desk.press(f"1.staff.undo.{ticket}.message={message}", front.office.actor("asha"))
    assert shown(reply).title == (
        f"Your message in T-{ticket} is taken back everywhere else: delete it where you wrote it, too"
    )
    assert (await front.office.messages(ticket))[-1].undone_at is not None
