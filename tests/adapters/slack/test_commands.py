"""Lines as they are typed on Slack, and the desk's commands as its words name them there."""

from typing import Any

import pytest

from adapters.slack.answering.lines import Spoken, given_in, line_of, people_in, plain, read
from bot.desk import vocabulary_of
from core.cards.card import Card, Form, Reader, Row
from core.errors import AlreadyClaimed, BadCommand, NoSuchDelivery, NoSuchPerson, NoSuchTicket, Refusal, WrongStatus
from core.grammar import parse
from core.model.ids import TicketId
from core.vocabulary import Vocabulary
from tests.fakes.clock import FakeClock
from tests.fakes.office import desk_of

VOCABULARY: Vocabulary = vocabulary_of(desk_of())
SHORT, LONG = Spoken("/ticket", VOCABULARY), Spoken("/helpdesk", VOCABULARY)


def reader(**words: str) -> Reader:
    now = FakeClock().now()
    assert now.tzinfo is not None
    return Reader(gettext=lambda message: words.get(message, message), zone=now.tzinfo, now=now)


LINES = {
    "": "/help",
    "  ": "/help",
    "open My grade": "/ticket open My grade",
    "OPEN My grade": "/ticket OPEN My grade",
    "claim T-7": "/ticket claim T-7",
    "ticket claim T-7": "/ticket claim T-7",
    "staff note T-7 words": "/staff note T-7 words",
    "Queue academics": "/Queue academics",
    "desk failures": "/desk failures",
    "help": "/help",
    "link ABCDE-FGHJK": "/link ABCDE-FGHJK",
    "nonsense here": "/ticket nonsense here",
}


@pytest.mark.parametrize(("typed", "line"), LINES.items())
def test_a_verb_of_a_ticket_and_any_other_noun_may_come_first(typed: str, line: str) -> None:
    assert line_of(typed, VOCABULARY) == line


def test_no_verb_of_a_ticket_is_another_noun() -> None:
    verbs = {command.verb for command in VOCABULARY.commands if command.noun == "ticket"}
    assert not verbs & set(VOCABULARY.nouns)


@pytest.mark.parametrize("command", VOCABULARY.commands, ids=lambda command: command.name)
def test_every_command_is_found_by_what_its_help_says_to_type(command: Any) -> None:
    typed = SHORT.of(command.name).removeprefix("/ticket ")
    assert line_of(typed, VOCABULARY).removeprefix("/").startswith(command.name.removeprefix("/"))


@pytest.mark.parametrize("typed", ["urgent T-7", "staff note T-7", "assign #7", "desk retry", "desk role"])
def test_a_command_without_its_arguments_is_one_for_a_form_to_ask_them(typed: str) -> None:
    parsed = read(line_of(typed, VOCABULARY), VOCABULARY)
    assert parsed.arguments == {}
    assert parsed.ticket == (TicketId(7) if "7" in typed else None)


def test_in_a_tickets_thread_the_ref_may_be_left_out_there_too() -> None:
    assert read("/ticket urgent", VOCABULARY, TicketId(3)).ticket == 3


@pytest.mark.parametrize("typed", ["urgent", "priority T-7 mauve", "desk role admin", "claim T-7 now", "note T-7 x"])
def test_what_cannot_be_read_is_refused_as_anywhere(typed: str) -> None:
    line = line_of(typed, VOCABULARY)
    with pytest.raises(Refusal) as told:
        read(line, VOCABULARY)
    with pytest.raises(Refusal) as known:
        parse(line, VOCABULARY, None)
    assert str(told.value) == str(known.value)


def test_a_text_keeps_its_markup_and_everything_else_is_words() -> None:
    parsed = read("/staff note T-7 *b* &lt;i&gt; <https://example.org|here> <@U1|sam>", VOCABULARY)
    assert given_in(parsed)["text"] == "*b* &lt;i&gt; <https://example.org|here> <@U1|sam>"
    parsed = read("/ticket open <@U1|sam> &amp; <https://example.org|here> &lt;i&gt;", VOCABULARY)
    assert given_in(parsed)["title"] == "sam & https://example.org <i>"


PLAIN = {
    "a &amp; b &lt;c&gt;": "a & b <c>",
    "&amp;lt;": "&lt;",
    "<https://example.org/x?a=1&amp;b=2>": "https://example.org/x?a=1&b=2",
    "<http://example.org|example.org>": "http://example.org",
    "<mailto:sam@example.org|sam@example.org>": "sam@example.org",
    "<@U123|sam> <#C123|exams> <!subteam^S1|@agents>": "sam exams @agents",
    "<@U123> <!here>": " ",
    "< not a link >": "< not a link >",
}


@pytest.mark.parametrize(("typed", "words"), PLAIN.items())
def test_words_alone(typed: str, words: str) -> None:
    assert plain(typed) == words


PEOPLE = {
    "ticket add T-7 <@U123|sam>": {"person": "U123"},
    "ticket add T-7 <@W0A1>": {"person": "W0A1"},
    "ticket assign T-7 <@U123>": {"agent": "U123"},
    "ticket add T-7 sam@example.org": {},
    "ticket add T-7 <@U1|a> <@U2|b>": {},
    "ticket add T-7 <@u123>": {},
    "staff note T-7 <@U123|sam>": {},
}


@pytest.mark.parametrize(("line", "people"), PEOPLE.items())
def test_a_mention_alone_is_a_person(line: str, people: dict[str, str]) -> None:
    assert people_in(read(f"/{line}", VOCABULARY)) == people


# --- as they are typed here ------------------------------------------------------------------------------------------

WORDS = {
    "Reopen it first with /ticket reopen.": "Reopen it first with /helpdesk reopen.",
    "/desk failures lists them.": "/helpdesk desk failures lists them.",
    "/help lists them all.": "/helpdesk help lists them all.",
    "Usage: /staff note [ref] <text>": "Usage: /helpdesk staff note [ref] <text>",
    "/staff: note, transfer.": "/helpdesk staff: note, transfer.",
    "(/queue)": "(/helpdesk queue)",
    "and/help": "and/help",
    "https://desk.example.org/help": "https://desk.example.org/help",
    "/helpers /ticketing": "/helpers /ticketing",
}


@pytest.mark.parametrize(("words", "typed"), WORDS.items())
def test_the_desks_words_name_its_commands_as_they_are_typed(words: str, typed: str) -> None:
    assert LONG.of(words) == typed


REFUSALS: dict[Refusal, str] = {
    NoSuchTicket(ref="T-9"): "There is no ticket T-9 that you can see. /helpdesk list shows yours.",
    NoSuchDelivery(number=3): "There is no failed delivery 3. /helpdesk desk failures lists them.",
    NoSuchPerson(name="/help"): (
        "Nobody here is called “/help”. Use their email address or the name shown beside their messages."
    ),
    AlreadyClaimed(ref="T-1", name="/ticket"): (
        "T-1 is already with /ticket. An agent can take it over with /helpdesk assign."
    ),
    BadCommand(name="/ticket shwo", hint="Did you mean /ticket show?"): (
        "There is no command “/helpdesk shwo”. Did you mean /helpdesk show?"
    ),
    WrongStatus(ref="T-1", status="closed", what="be claimed", mend="Reopen it first with /ticket reopen."): (
        "T-1 is closed, so it cannot be claimed. Reopen it first with /helpdesk reopen."
    ),
}


@pytest.mark.parametrize(("refusal", "sentence"), REFUSALS.items(), ids=lambda one: type(one).__name__)
def test_a_refusals_own_words_are_changed_and_nobody_elses(refusal: Refusal, sentence: str) -> None:
    assert refusal.sentence(LONG.gettext(refusal, reader())) == sentence


def test_they_are_changed_in_the_readers_own_language() -> None:
    refusal = NoSuchTicket(ref="T-9")
    hindi = reader(**{NoSuchTicket.template: "{ref}? /ticket list"})
    assert refusal.sentence(LONG.gettext(refusal, hindi)) == "T-9? /helpdesk list"


def test_a_list_of_commands_says_what_to_type_and_other_rows_stay() -> None:
    usage = VOCABULARY.commands[0].usage
    card = Card(title="/help", rows=(Row(title=usage), Row(title="T-1 /help me"), Row(title="/helpers")))
    shown = LONG.card(card)
    assert [row.title for row in shown.rows] == [
        f"/helpdesk{usage.removeprefix('/ticket')}",
        "T-1 /help me",
        "/helpers",
    ]
    assert shown.title == "/help"


def test_a_forms_problem_ends_with_what_to_type() -> None:
    form = Form(
        action="x", title="t", submit="s", inputs=(), problem="“/help” is missing. Usage: /staff note [ref] <text>"
    )
    assert LONG.form(form).problem == "“/help” is missing. Usage: /helpdesk staff note [ref] <text>"
