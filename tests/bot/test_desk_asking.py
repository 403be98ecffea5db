"""Which form a command opens, native or pressed, and what it is filled with."""

import pytest

from bot.asking import Asking
from bot.commands import COMMANDS
from core.actions import Press, Submit, UnknownAction, decode, encode_press, encode_submit
from core.cards.card import Form
from core.commands import SaveDraft
from core.errors import MissingTicket, NoSuchDraft
from core.model.ids import DraftId, TicketId
from core.vocabulary import Asks, ParameterKind, SlashCommand
from tests.fakes.front import Front, asked, fresh, shown

T7 = TicketId(7)
OPEN = Press("ticket", "open")
DECLARED = {command.command.name: command.command for command in COMMANDS}


@pytest.fixture
def asking(front: Front) -> Asking:
    return Asking(front.desk.vocabulary, front.desk.desk)


def opens(front: Front, name: str, given: dict[str, str]) -> Form | None:
    return front.desk.form_of(DECLARED[name], given, front.desk.reader("en"), T7)


def pressed(front: Front, name: str, given: dict[str, str]) -> Form | None:
    command = DECLARED[name]
    action = encode_press(Press(command.noun, command.verb, T7, given))
    return front.desk.form_at(action, front.desk.reader("en"))


ASKED: list[tuple[str, dict[str, str], bool, bool]] = [
    # a command, with what; whether a form opens where it is native, and where it is a button
    ("/ticket list", {}, False, False),
    ("/ticket claim", {}, False, False),
    ("/ticket close", {}, False, False),
    ("/ticket open", {}, True, True),
    ("/ticket open", {"title": "Given", "category": "exams", "priority": "high"}, True, True),
    ("/ticket urgent", {}, True, True),
    ("/ticket urgent", {"why": "Because"}, False, False),
    ("/ticket resolve", {}, False, True),
    ("/ticket resolve", {"answer": "Done"}, False, False),
    ("/ticket reopen", {}, False, True),
    ("/ticket edit", {}, True, True),
    ("/ticket edit", {"title": "Other"}, False, False),
    ("/ticket priority", {}, True, True),
    ("/ticket priority", {"priority": "high"}, False, False),
    ("/ticket visibility", {"visibility": "public"}, False, False),
    ("/queue", {}, False, False),
    ("/staff note", {}, True, True),
]


@pytest.mark.parametrize(("name", "given", "native", "button"), ASKED)
def test_a_form_opens_where_something_is_missing_that_the_command_asks_for(
    front: Front, name: str, given: dict[str, str], native: bool, button: bool
) -> None:
    assert (opens(front, name, given) is not None) is native
    assert (pressed(front, name, given) is not None) is button


@pytest.mark.parametrize("command", DECLARED.values(), ids=DECLARED)
def test_a_command_that_misses_what_it_requires_always_asks_for_all_of_its_own(
    front: Front, command: SlashCommand
) -> None:
    own = [one for one in command.shown if one.kind is not ParameterKind.TICKET]
    form = opens(front, command.name, {})
    if not any(one.required for one in own) and command.asks in (Asks.NEVER, Asks.PRESSED, Asks.LOOKED_UP):
        assert form is None
    elif command.asks is not Asks.DRAFT:
        assert form is not None and [entry.key for entry in form.inputs] == [one.name for one in own]
        assert decode(form.action) == Submit(command.noun, command.verb, ticket=T7)


def test_a_form_is_filled_with_what_was_given_already(front: Front) -> None:
    form = opens(front, "/desk role", {"role": "lead"})
    assert form is not None
    assert {entry.key: entry.value for entry in form.inputs} == {"role": "lead", "person": ""}


# --- the form that opens a ticket ------------------------------------------------------------------------------------


def values(form: Form | None) -> dict[str, str]:
    assert form is not None
    return {entry.key: entry.value for entry in form.inputs if entry.value}


def test_opening_natively_or_by_a_panels_button_starts_without_a_draft(front: Front) -> None:
    given = {"title": "My grade", "category": "exams"}
    native = opens(front, "/ticket open", given)
    panel = front.desk.form_at(encode_press(OPEN), front.desk.reader("en"))
    assert values(native) == {**given, "priority": "normal"}
    assert values(panel) == {"priority": "normal"}
    for form in (native, panel):
        assert form is not None
        assert (form.action, form.again, form.skip) == (encode_submit(Submit("ticket", "open")), "", "")


DRAFT = DraftId("d" * 22)


def button(front: Front, values: dict[str, str], **arguments: str) -> Form | None:
    action = encode_press(Press("ticket", "open", None, arguments))
    return front.desk.form_at(action, front.desk.reader("en"), values)


def test_a_drafts_button_opens_the_whole_form_or_its_categorys_questions_as_they_were_filled(front: Front) -> None:
    held = {"title": "My grade", "category": "exams", "exams:course": "CS1"}
    whole = button(front, held, draft=DRAFT)
    questions = button(front, held, draft=DRAFT, category="exams")
    assert values(whole) == {**held, "priority": "normal"}
    assert values(questions) == {"exams:course": "CS1"}
    assert questions is not None and [entry.key for entry in questions.inputs] == [
        "exams:course",
        "exams:term",
        "exams:story",
    ]
    for form in (whole, questions):
        assert form is not None and decode(form.action) == Submit("ticket", "open", draft=DRAFT)


def test_a_category_that_bot_toml_names_no_more_is_asked_for_anew(front: Front) -> None:
    form = button(front, {"category": "sports"}, draft=DRAFT, category="sports")
    assert form is not None and "title" in [entry.key for entry in form.inputs]


def test_a_button_that_skips_opens_no_form(front: Front, asking: Asking) -> None:
    assert button(front, {}, draft=DRAFT, category="exams", skip="yes") is None
    skip = Press("ticket", "open", None, {"draft": DRAFT, "category": "exams", "skip": "yes"})
    sent = Submit("ticket", "open", draft=DRAFT)
    assert asking.skipping(skip, {}) == (sent, {"exams:course": "", "exams:term": "", "exams:story": ""})
    assert asking.skipping(skip, {"title": "T", "exams:course": "CS1"}) == (sent, {"exams:term": "", "exams:story": ""})


@pytest.mark.parametrize(
    "press",
    [
        Press("ticket", "open", None, {"draft": DRAFT, "category": "exams"}),
        Press("ticket", "open", None, {"draft": DRAFT, "category": "sports", "skip": "yes"}),
        Press("ticket", "open", None, {"category": "exams", "skip": "yes"}),
        Press("ticket", "open", None, {"draft": "", "category": "exams", "skip": "yes"}),
        Press("ticket", "resolve", T7, {"skip": "yes", "draft": DRAFT, "category": "exams"}),
    ],
)
def test_any_other_button_skips_nothing(asking: Asking, press: Press) -> None:
    assert asking.skipping(press, {}) is None


async def test_questions_without_a_must_can_be_skipped_and_the_ticket_is_opened(front: Front) -> None:
    form = asked(await front.type("sam", "/ticket open"))
    whole = {"title": "T", "category": "exams", "priority": "normal", "description": "D", "exams__course": "CS1"}
    rest = asked(await front.submit("sam", form.action, **whole))
    assert [entry.key for entry in rest.inputs] == ["exams:term", "exams:story"]
    assert rest.skip and rest.again
    again = asked(await front.desk.press(rest.again, front.office.actor("sam")))
    assert values(again) == {"exams:course": "CS1"}
    reply = await front.desk.press(rest.skip, front.office.actor("sam"))
    assert shown(reply).title == "T-1 is open: write on in its thread"
    answers = (await front.office.ticket(TicketId(1))).answers
    assert [(answer.key, answer.value) for answer in answers] == [("course", "CS1")]


async def test_a_skip_of_what_must_be_answered_brings_the_form_back(front: Front) -> None:
    kept = await front.office.do(SaveDraft(values={"title": "T", "category": "exams", "description": "D"}), "sam")
    assert kept.draft is not None
    skip = Press("ticket", "open", None, {"draft": kept.draft, "category": "exams", "skip": "yes"})
    again = asked(await front.press("sam", skip))
    assert again.problem or [entry.key for entry in again.inputs if entry.required]


# --- what is no button of ours ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("draft", ["é" * 15, "x y", "a.b", "!" * 5, "x" * 41])
async def test_a_button_with_a_draft_that_no_desk_made_is_refused_with_a_sentence(front: Front, draft: str) -> None:
    """Forged: what is written into the form's own buttons must be what the desk itself would write."""
    action = f"1.ticket.open.-.draft={draft.replace('.', '%2E')}"
    with pytest.raises(UnknownAction):
        front.desk.form_at(action, front.desk.reader("en"))
    with pytest.raises(UnknownAction):
        await front.desk.press(action, front.office.actor("sam"))


@pytest.mark.parametrize("action", ["", "1!ticket!open!t!-", "1.ticket.sing.-", "1.song.-.-", "2.ticket.open.-"])
def test_a_form_at_what_is_no_button_is_refused(front: Front, action: str) -> None:
    with pytest.raises(UnknownAction):
        front.desk.form_at(action, front.desk.reader("en"))


async def test_anothers_draft_fills_nothing_and_is_sent_by_nobody_else(front: Front) -> None:
    form = asked(await front.type("sam", '/ticket open "My secret" exams'))
    draft = decode(form.action)
    assert isinstance(draft, Submit) and draft.draft is not None
    office = front.office
    assert (await front.desk.draft_values(draft.draft, office.actor("sam")))["title"] == "My secret"
    for who in ("kim", "asha", "ada"):
        assert await front.desk.draft_values(draft.draft, office.actor(who)) == {}
        theirs = asked(await front.desk.press(form.again, office.actor(who)))
        assert "My secret" not in repr(theirs)
        with pytest.raises(NoSuchDraft):
            await front.submit(who, theirs.action, title="Mine")
    assert await front.desk.draft_values(DraftId("never"), office.actor("sam")) == {}


async def test_a_form_about_a_ticket_that_one_may_not_see_opens_for_nobody(front: Front) -> None:
    hidden = await front.office.open(category="welfare")
    for ticket in (hidden, TicketId(999)):
        with pytest.raises(MissingTicket):
            await front.press("kim", Press("ticket", "urgent", ticket))
    seen = await fresh(front.office)
    assert asked(await front.press("sam", Press("ticket", "urgent", seen))).inputs
