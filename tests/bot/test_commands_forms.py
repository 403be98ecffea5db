"""Forms that open tickets and ask for arguments; the buttons on every card."""

import pytest

from core.actions import Press, Submit, UnknownAction, decode, encode_submit
from core.cards.card import InputKind
from core.commands import (
    SetStatus,
)
from core.errors import BadArgument, MissingTicket, Refusal
from core.model.ids import DraftId, TicketId, ref_of
from core.model.ticket import Priority, Status
from tests.fakes.front import Front, asked, failed, fresh, shown
from tests.fakes.office import Office

# --- opening ---------------------------------------------------------------------------------------------------------

FILLED = {"title": "My grade", "category": "exams", "priority": "normal", "description": "Gone", "exams__course": "CS1"}


async def test_opening_is_a_form_filled_with_what_was_typed_then_a_ticket(front: Front) -> None:
    form = asked(await front.type("sam", '/ticket open "My grade" exams high'))
    values = {entry.key: entry.value for entry in form.inputs}
    assert (values["title"], values["category"], values["priority"]) == ("My grade", "exams", "high")
    reply = await front.submit("sam", form.action, **FILLED, exams__term="", exams__story="")
    assert shown(reply).title == "T-1 is open: write on in its thread"
    found = await front.office.ticket(TicketId(1))
    assert (reply.ticket, found.title, found.priority) == (1, "My grade", Priority.NORMAL)
    assert [answer.value for answer in found.answers] == ["CS1"]


async def test_a_door_without_conditions_is_asked_the_categorys_questions_next(front: Front) -> None:
    form = asked(await front.type("sam", "/ticket open"))
    first = {key: value for key, value in FILLED.items() if key != "exams__course"}
    rest = asked(await front.submit("sam", form.action, **first))
    assert [entry.key for entry in rest.inputs] == ["exams:course", "exams:term", "exams:story"]
    reply = await front.submit("sam", rest.action, exams__course="CS1", exams__term="May", exams__story="")
    assert reply.ticket == 1


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"title": " "}, "The title is empty: please write something there."),
        ({"title": "x" * 201}, "The title has 201 characters, and 200 is the most. Please shorten it."),
        ({"description": ""}, "The description is empty: please write something there."),
        ({"exams__course": ""}, "Course code is empty: please write something there."),
        ({"exams__term": "June"}, "Term: “June” is not one of its choices: January, May."),
        ({"priority": "huge"}, "Priority: “huge” is not one of its choices: low, normal, high, urgent."),
        ({"category": "sports"}, "There is no category “sports”. Choose one of: exams, login, forum, welfare."),
    ],
)
async def test_a_wrong_form_comes_back_filled_with_what_is_wrong(
    front: Front, wrong: dict[str, str], problem: str
) -> None:
    form = asked(await front.type("sam", "/ticket open"))
    whole = {**FILLED, "exams__term": "", "exams__story": ""}
    again = asked(await front.submit("sam", form.action, **{**whole, **wrong}))
    assert again.problem == problem
    assert again.action == form.action
    changed = {entry.key: entry.value for entry in again.inputs}
    assert all(changed[k.replace("__", ":")] == v for k, v in {**whole, **wrong}.items() if v)
    assert (await front.submit("sam", again.action, **whole)).ticket == 1


async def test_a_form_sent_twice_opens_one_ticket_and_a_redelivery_is_answered_the_same(front: Front) -> None:
    form = asked(await front.type("sam", "/ticket open"))
    whole = {**FILLED, "exams__term": "", "exams__story": ""}
    first = await front.submit("sam", form.action, inbound="i1", **whole)
    again = await front.submit("sam", form.action, inbound="i1", **whole)
    assert first == again
    with pytest.raises(Refusal, match="That form is no longer open: it was sent already"):
        await front.submit("sam", form.action, inbound="i2", **whole)
    with pytest.raises(Refusal, match="That form is no longer open"):
        await front.submit("kim", form.action, **whole)
    assert await front.office.open() == 2


# --- buttons and forms -----------------------------------------------------------------------------------------------


async def in_status(office: Office, status: Status) -> TicketId:
    ticket = await office.open(category="forum")
    way = [Status.IN_PROGRESS, Status.WAITING] if status is Status.WAITING else [status]
    for step in way if status is not Status.OPEN else []:
        await office.do(SetStatus(ticket=ticket, status=step), "asha")
    return ticket


@pytest.mark.parametrize("who", ["sam", "kim", "asha", "lee", "ada"])
@pytest.mark.parametrize("status", Status)
async def test_each_button_on_a_card_runs_its_command_or_asks_what_it_needs(
    front: Front, who: str, status: Status
) -> None:
    offered = len(shown(await front.type(who, f"/ticket show {ref_of(await in_status(front.office, status))}")).buttons)
    for number in range(offered):
        ticket = await in_status(front.office, status)
        action = shown(await front.type(who, f"/ticket show {ref_of(ticket)}")).buttons[number].action or ""
        reply = await front.desk.press(action, front.office.actor(who))
        if reply.form is not None:
            values = {entry.key: entry.choices[0].value if entry.choices else "Why" for entry in reply.form.inputs}
            reply = await front.desk.submit(reply.form.action, values, (), front.office.actor(who))
        assert shown(reply).title.startswith(("T-", "The ", "You follow T-", "F-"))
        assert reply.ticket == (None if shown(reply).title.startswith("F-") else ticket)


async def test_a_button_that_asks_may_be_answered_with_nothing_where_nothing_is_required(front: Front) -> None:
    ticket = await fresh(front.office)
    form = asked(await front.press("asha", Press("ticket", "resolve", ticket)))
    assert [(entry.key, entry.kind, entry.required) for entry in form.inputs] == [
        ("answer", InputKind.PARAGRAPH, False)
    ]
    await front.submit("asha", form.action, answer="  ")
    assert (await front.office.ticket(ticket)).status is Status.RESOLVED
    assert await front.office.messages(ticket) == []


async def test_a_form_with_something_missing_comes_back_with_the_sentence(front: Front) -> None:
    ticket = await fresh(front.office)
    form = asked(await front.press("sam", Press("ticket", "urgent", ticket)))
    again = asked(await front.submit("sam", form.action, why=" "))
    assert again.problem == "why: this is missing. Usage: /ticket urgent [ref] <why>"
    edit = asked(await front.type("sam", "/ticket edit", ticket))
    assert asked(await front.submit("sam", edit.action, title="", description="")).problem.endswith(
        "say what to change, a title or a description."
    )


async def test_a_button_of_a_ticket_one_may_not_see_is_refused_as_of_none(front: Front) -> None:
    hidden, missing = await front.office.open(category="welfare"), TicketId(4242)
    for verb in ("claim", "resolve", "urgent", "priority", "reopen", "follow", "close"):
        sentences = set()
        for ticket in (hidden, missing):
            with pytest.raises(MissingTicket) as refused:
                await front.press("asha", Press("ticket", verb, ticket))
            sentences.add(str(refused.value).replace(ref_of(ticket), "T-#"))
        assert len(sentences) == 1


@pytest.mark.parametrize(
    "action", ["", "1.ticket.sing.7", "1!ticket!sing!t!T7", "2.ticket.claim.7", "1!ticket!open!d!x"]
)
async def test_a_button_of_another_version_is_refused_with_a_sentence(front: Front, action: str) -> None:
    with pytest.raises(UnknownAction, match="Type the command instead"):
        await front.desk.press(action, front.office.actor("asha"))
    if not action.endswith("d!x"):
        with pytest.raises(UnknownAction):
            await front.desk.submit(action, {}, (), front.office.actor("asha"))


async def test_a_form_whose_draft_is_not_there_is_refused(front: Front) -> None:
    with pytest.raises(MissingTicket, match="That form is no longer open"):
        await front.submit("sam", encode_submit(Submit("ticket", "open", draft=DraftId("never"))), title="T")


async def test_a_button_with_a_wrong_argument_is_refused_with_what_is_right(front: Front) -> None:
    ticket = await fresh(front.office)
    with pytest.raises(BadArgument, match="“huge” is not one of low, normal, high, urgent"):
        await front.press("asha", Press("ticket", "priority", ticket, {"priority": "huge"}))


async def test_a_failed_deliverys_button_tries_it_again(front: Front) -> None:
    await failed(front.office)
    card = shown(await front.type("ada", "/desk failures"))
    pressed = decode(card.rows[0].buttons[0].action or "")
    assert isinstance(pressed, Press) and pressed.verb == "retry"
    after = shown(await front.desk.press(card.rows[0].buttons[0].action or "", front.office.actor("ada")))
    assert len(after.rows) == len(card.rows) - 1
