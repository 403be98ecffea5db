"""What every chat door answers in the same words: that something was refused or went wrong, and cards as they fit where
they are asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from adapters.chat.ways import led, led_to
from core.cards.card import Card, Reader, Tone
from core.errors import Gettext, Refusal
from core.model.ids import TicketId
from core.text import Paragraph, Plain, Text


def refusal_card(refusal: Refusal, reader: Reader, gettext: Gettext | None = None) -> Card:
    """``gettext``: how its sentence is worded, where not as ``reader``'s language has it."""
    words = refusal.sentence(gettext or reader.gettext)
    return Card(title=reader.gettext("Not done"), body=Text.of(words), tone=Tone.WARNING)


def fault_words(reader: Reader) -> str:
    return reader.gettext(
        "Something went wrong inside the desk; its admins find it in the log. Please try again in a minute."
    )


def fault_card(reader: Reader) -> Card:
    return Card(title=reader.gettext("That did not work"), body=Text.of(fault_words(reader)), tone=Tone.WARNING)


def with_lines(card: Card, lines: Sequence[str]) -> Card:
    """``lines``: sentences above all else that the card says."""
    if not lines:
        return card
    return replace(card, body=Text((*(Paragraph((Plain(line),)) for line in lines), *card.body.blocks)))


def is_told_here(card: Card, ticket: TicketId | None, here: TicketId | None) -> bool:
    """Whether the card is about the ticket in whose thread it was asked for, and says nothing but what that thread's
    own card does: a warning asks something of its own."""
    return ticket is not None and ticket == here and not card.body and card.tone is not Tone.WARNING


def without_details(card: Card) -> Card:
    own = tuple(button for button in card.buttons if button.is_answers)
    return replace(card, subtitle="", fields=(), progress=(), buttons=own, url=None)


def leading(card: Card, ticket: TicketId | None, ways: Mapping[TicketId, str]) -> Card:
    """The card with the addresses of threads in place of the pages'. ``ticket``: the one that it is about."""
    way = ways.get(ticket) if ticket is not None else None
    return led(card if way is None else led_to(card, way), ways)
