"""Every word that people read goes through gettext: cards, forms, lines, refusals."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime

import pytest

from core import engine
from core.actions import Press, decode
from core.cards.answers import INTENTS, failures_card
from core.cards.card import Field, Reader
from core.cards.news import line
from core.cards.words import words_of
from core.errors import Refusal
from core.events import Event, Record, UrgencyDeclared
from core.model.ids import EventId, TicketId
from core.model.outbox import Intent
from core.model.people import Platform
from tests.core.every_card import FAILURES, SAM, all_cards, marking
from tests.fakes.clock import START as NOW
from tests.fakes.events import KINDS, samples
from tests.fakes.office import desk_of

MARKS = "«»"
READER = Reader(gettext=words_of("en"), zone=UTC, now=NOW)

NOT_READ = {
    "action",
    "url",
    "key",
    "value",
    "kind",
    "tone",
    "style",
    "state",
    "ref",
    "when",
    "field",
    "language",
    "again",
    "skip",
}


def strings(thing: object, *, of_field: bool = False) -> Iterator[str]:
    """Every string of a card that a person reads."""
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, tuple):
        for one in thing:
            yield from strings(one)
    elif isinstance(thing, datetime):
        return
    elif is_dataclass(thing):
        for one in fields(thing):
            if one.name not in NOT_READ or (isinstance(thing, Field) and one.name == "value"):
                yield from strings(getattr(thing, one.name))


def unmarked(words: str) -> str:
    """What of ``words`` did not come through gettext; refs, platforms and teams' keys are no words."""
    while (shorter := re.sub(f"«[^{MARKS}]*»", "", words)) != words:
        words = shorter
    return re.sub(r"[TF]-\d+|\b(web|platform|academics)\b", "", words)


def test_every_word_of_every_card_goes_through_gettext() -> None:
    seen = 0
    for card in all_cards():
        for words in strings(card):
            seen += 1
            assert not re.search("[A-Za-z]", unmarked(words)), words
    assert seen > 1000


@pytest.mark.parametrize("kind", KINDS)
def test_every_event_of_a_ticket_has_its_line_through_gettext_with_every_name_filled_in(kind: type[Event]) -> None:
    of_messages = {"MessageMovedHere", "MessagePosted", "MessageEdited", "ReactionChanged", "TranscriptTaken"}
    of_no_ticket = {
        "PersonRegistered",
        "EmailConfirmed",
        "PasswordChanged",
        "SignedOutEverywhere",
        "PersonLinked",
        "RoleGranted",
        "RoleRevoked",
        "DeliveryRetried",
        "DeliveriesReplayed",
        "EndpointEnabled",
        "TroubleFound",
    }
    without = of_messages | of_no_ticket
    for event in samples(kind):
        record = Record(id=EventId(1), event=event, at=NOW, actor=SAM, door=Platform.WEB, digest="")
        words = line(record, dict.fromkeys(range(9), "7"), desk_of(), marking())
        assert ("" if kind.__name__ in without else "«") == words[:1]
        assert "{" not in words


def test_the_desk_itself_has_a_name_in_its_lines() -> None:
    record = Record(
        id=EventId(1),
        event=UrgencyDeclared(ticket=TicketId(7), message=None, granted=True),
        at=NOW,
        actor=None,
        door=Platform.SYSTEM,
        digest="",
    )
    assert line(record, {}, desk_of(), READER) == "The desk declared it urgent"


def every_refusal() -> list[type[Refusal]]:
    """All that the engine may raise."""
    assert engine
    found, rest = [], [Refusal]
    while rest:
        found.append(kind := rest.pop())
        rest += [one for one in kind.__subclasses__() if one.__module__.startswith("core.")]
    return found


def test_every_refusal_is_a_sentence_that_gettext_turns_with_its_words() -> None:
    for kind in every_refusal():
        wanted = re.findall(r"\{(\w+)\}", kind.template)
        refusal = kind(**dict.fromkeys(wanted, "word"))
        assert refusal.sentence() == str(refusal)
        assert refusal.sentence(lambda message: f"«{message}»").count("«") == 1 + len(wanted)
        assert kind.template.startswith(("{", "“")) or kind.template[0].isupper(), kind.template
        assert kind.template.endswith((".", "}")), kind.template
    assert len(every_refusal()) > 30


def test_an_empty_value_of_a_refusal_never_shows_a_catalogues_header() -> None:
    turned = Refusal()
    turned.values = {"name": ""}
    assert turned.sentence(lambda message: message or "HEADER") == "That is not possible."


def test_every_intent_has_its_words() -> None:
    assert set(INTENTS) == set(Intent)


def test_an_unknown_language_is_english() -> None:
    assert words_of("xx-YY")("Open a ticket") == "Open a ticket"
    assert words_of("en")("") == ""


def test_a_failed_delivery_has_a_button_that_tries_it_again() -> None:
    button = failures_card([], FAILURES, [], {}, READER).rows[0].buttons[0]
    assert decode(button.action or "") == Press("desk", "retry", None, {"number": "1"})
