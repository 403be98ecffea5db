"""A card as the two parts of a mail: plain text, and HTML for readers in the light and in the dark.

The HTML loads nothing from anywhere, and its styles stand in its tags, since many readers drop style sheets; the sheet
that it has is for the dark and for phones alone.
"""

import re
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from adapters.email.words import Room, letter_of
from core.cards.card import Card
from core.text import Bold, Code, CodeBlock, Italic, Link, ListBlock, Paragraph, Plain, Quote, Strike

MAX_HTML = 100_000
"""Bytes: Gmail cuts off what is longer than 102 KB."""

_ROOMS = (
    Room(body=20_000, value=1_000, link=2_000, fields=40, rows=60, has_markup=True),
    Room(body=2_000, value=120, link=500, fields=15, rows=8, has_markup=False),
)
"""Tried in turn until the HTML fits. The last always does, at five bytes a character and its tags."""

_EMPTY_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Parts:
    text: str
    html: str


class Renderer:
    """``zone``: the desk's, in which times are shown."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters["lines"] = _lines
        environment.tests |= _KINDS
        self._html = environment.get_template("card.html")
        self._text = environment.get_template("card.txt")

    def render(self, card: Card) -> Parts:
        """Whatever the card holds: HTML of at most ``MAX_HTML`` bytes, and the same words as plain text."""
        smallest = _ROOMS[-1]
        for room in _ROOMS:
            letter = letter_of(card, self._zone, room)
            html = self._html.render(letter=letter)
            if room is smallest or len(html.encode()) <= MAX_HTML:
                break
        text = self._text.render(letter=letter, body=letter.body.plain().strip())
        return Parts(text=_EMPTY_LINES.sub("\n\n", text).strip() + "\n", html=html)


def _lines(words: str) -> Markup:
    return Markup("<br>").join(escape(line) for line in words.split("\n"))


_KINDS = {
    "paragraph": lambda block: isinstance(block, Paragraph),
    "code_block": lambda block: isinstance(block, CodeBlock),
    "quote": lambda block: isinstance(block, Quote),
    "list_block": lambda block: isinstance(block, ListBlock),
    "plain": lambda span: isinstance(span, Plain),
    "code": lambda span: isinstance(span, Code),
    "bold": lambda span: isinstance(span, Bold),
    "italic": lambda span: isinstance(span, Italic),
    "strike": lambda span: isinstance(span, Strike),
    "link": lambda span: isinstance(span, Link),
}
"""The kinds of blocks and spans that are left in a letter, as the templates tell them apart."""
