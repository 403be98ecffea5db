"""A message taken into a ticket: as a form's filling, or as a quote."""

from dataclasses import replace

import pytest

from adapters.chat.answers import is_told_here, leading, with_lines, without_details
from adapters.chat.quoting import filled, quotation, quoted_card
from core.cards.card import Button, Card, Field, Reader, Row, Tone
from core.model.ids import TicketId
from core.text import Link, Paragraph, Plain, Quote, Text
from tests.fakes.clock import FakeClock

PAGE, WAY = "https://desk.example.org/t/T-1", "https://chat.example/T-1"


def reader() -> Reader:
    now = FakeClock().now()
    assert now.tzinfo is not None
    return Reader(gettext=str, zone=now.tzinfo, now=now)


def cut(words: str, most: int) -> str:
    return words[:most]


FILLED = {
    ("My grade\nis gone", ""): ("My grade", "My grade\nis gone"),
    ("My grade", "From here"): ("My grade", "My grade\n\nFrom here"),
    ("  \n My\tgrade \n", ""): ("My grade", "My\tgrade"),
    ("", "From here"): ("", "From here"),
    ("x" * 300, "From here"): ("x" * 199 + "…", "x" * 39 + "\n\nFrom here"),
}


@pytest.mark.parametrize(("said", "form"), FILLED.items())
def test_the_first_line_is_the_title_and_the_source_always_stands_below(
    said: tuple[str, str], form: tuple[str, str]
) -> None:
    found = filled(*said, cut, 50)
    assert (found["title"], found["description"]) == form


def test_a_quotation_names_its_author_and_leads_to_the_message() -> None:
    said = Text.of("Look there")
    made = quotation(WAY, "Kim\nOther", said, reader())
    assert made.blocks == (Paragraph((Link(WAY, (Plain("Kim Other wrote"),)),)), Quote(said.blocks))
    assert quotation(None, "Kim", Text(), reader()).blocks == (Paragraph((Plain("Kim wrote"),)),)


def test_what_was_added_leads_to_the_thread_and_tells_what_was_lost() -> None:
    card = quoted_card(TicketId(1), WAY, ["a.png is too large."], reader())
    assert (card.title, card.tone, card.body.plain()) == ("Added to T-1", Tone.WARNING, "a.png is too large.")
    assert [button.url for button in card.buttons] == [WAY]
    assert quoted_card(TicketId(1), None, [], reader()) == Card(title="Added to T-1", tone=Tone.GOOD)


# --- answers ---------------------------------------------------------------------------------------------------------


def test_an_answer_in_a_tickets_own_thread_says_no_more_than_what_was_done() -> None:
    card = Card(title="T-1 is yours", subtitle="My grade", fields=(Field("Status", "Open"),), url=PAGE)
    assert is_told_here(card, TicketId(1), TicketId(1))
    assert without_details(card) == Card(title="T-1 is yours")
    assert not is_told_here(card, TicketId(1), TicketId(2)) and not is_told_here(card, None, None)
    assert not is_told_here(with_lines(card, ["a.png is too large."]), TicketId(1), TicketId(1))
    assert not is_told_here(replace(card, tone=Tone.WARNING), TicketId(1), TicketId(1))
    back, claim = Button(label="Take back", action="1.staff.undo.1", is_answers=True), Button(label="Claim")
    assert without_details(replace(card, buttons=(back, claim))).buttons == (back,)


def test_addresses_of_pages_become_those_of_threads() -> None:
    card = Card(
        title="T-1",
        url=PAGE,
        buttons=(Button(label="Open its page", url=PAGE), Button(label="Help", url="https://example.org")),
        rows=(Row(title="T-2", ref="T-2", url="https://desk.example.org/t/T-2"),),
    )
    led = leading(card, TicketId(1), {TicketId(1): WAY, TicketId(2): "https://chat.example/T-2"})
    assert (led.url, [button.url for button in led.buttons]) == (WAY, [WAY, "https://example.org"])
    assert [row.url for row in led.rows] == ["https://chat.example/T-2"]
    assert leading(card, TicketId(1), {}) == card
