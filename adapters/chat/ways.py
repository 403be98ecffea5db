"""Cards that lead to a ticket's page lead to its thread instead, for whoever is in it: they are there already."""

from collections.abc import Mapping
from dataclasses import replace

from core.cards.card import Button, Card, Row
from core.model.ids import TicketId, parse_ref


def tickets_in(card: Card) -> frozenset[TicketId]:
    """The tickets that the rows of a list stand for."""
    refs = (parse_ref(row.ref) for row in card.rows if row.ref is not None)
    return frozenset(ref for ref in refs if ref is not None)


def led_to(card: Card, url: str) -> Card:
    """What led to the page of the card's ticket leads to ``url``."""
    page = card.url
    if page is None:
        return card
    return replace(card, url=url, buttons=tuple(_button(button, page, url) for button in card.buttons))


def led(card: Card, ways: Mapping[TicketId, str]) -> Card:
    """The same for each row of a list, where there is a way."""
    return replace(card, rows=tuple(_row(row, ways) for row in card.rows))


def _row(row: Row, ways: Mapping[TicketId, str]) -> Row:
    ticket = parse_ref(row.ref) if row.ref is not None else None
    return replace(row, url=ways[ticket]) if ticket is not None and ticket in ways else row


def _button(button: Button, page: str, url: str) -> Button:
    return replace(button, url=url) if button.url == page else button
