"""What a card says, made fit for a mail: times in the desk's zone, no address that is none of the web, nothing without
an end. The templates lay it out and escape it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import assert_never

from adapters.chat.addresses import is_web_address
from core.cards.card import Button, Card, Field, Row, Step
from core.text import (
    Block,
    Bold,
    Code,
    CodeBlock,
    Emoji,
    Italic,
    Link,
    ListBlock,
    Mention,
    Moment,
    Paragraph,
    Plain,
    Quote,
    Span,
    Strike,
    Text,
    clean,
    clean_line,
    shorten,
)

_LINE = 250
"""Characters of a line: a priority, a ref and the longest title of a ticket."""
_LABEL = 80
_MAX_STEPS = 8
_MAX_BUTTONS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How much of a card is shown: characters of its words, numbers of its parts."""

    body: int
    value: int
    link: int
    fields: int
    rows: int
    has_markup: bool
    """Whether the body keeps its bold words and its links: in HTML they may take many times what the words take."""


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a list."""

    words: str
    detail: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Anchor:
    label: str
    url: str
    style: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A card as the templates take it."""

    title: str
    subtitle: str
    tone: str
    progress: Sequence[Step]
    body: Text
    fields: Sequence[Fact]
    more_fields: int
    """How many were left out."""
    rows: Sequence[Line]
    more_rows: int
    buttons: Sequence[Anchor]
    footer: str
    url: str | None
    """The card's page, where no button opens it."""


def letter_of(card: Card, zone: tzinfo, room: Room) -> Letter:
    buttons = _anchors(card.buttons, room)
    url = _link(card.url, room)
    return Letter(
        title=line(card.title, _LINE) or "…",
        subtitle=line(card.subtitle, _LINE),
        tone=card.tone.value,
        progress=[replace(step, label=line(step.label, _LABEL)) for step in card.progress[:_MAX_STEPS]],
        body=_body(card.body, zone, room),
        fields=[_fact(field, zone, room) for field in card.fields[: room.fields]],
        more_fields=max(0, len(card.fields) - room.fields),
        rows=[_row(row, room) for row in card.rows[: room.rows]],
        more_rows=max(0, len(card.rows) - room.rows),
        buttons=buttons,
        footer=shorten(clean(card.footer).strip(), 2 * _LINE),
        url=url if all(button.url != url for button in buttons) else None,
    )


def line(words: str, limit: int) -> str:
    return shorten(clean_line(words), limit)


def local(at: datetime, zone: tzinfo) -> str:
    """``2026-11-21 17:30 IST``."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")


def _fact(field: Field, zone: tzinfo, room: Room) -> Fact:
    value = local(field.value, zone) if isinstance(field.value, datetime) else clean(field.value).strip()
    return Fact(line(field.label, _LABEL), shorten(value, room.value) or "–")


def _row(row: Row, room: Room) -> Line:
    ref = row.ref or ""
    words = row.title if row.title.startswith(ref) else f"{ref} {row.title}"
    return Line(line(words, room.value) or "–", line(row.detail, room.value), _link(row.url, room))


def _anchors(buttons: Iterable[Button], room: Room) -> list[Anchor]:
    """Those that open a page: the others run a command, which a mail cannot."""
    linked = [(button, url) for button in buttons if (url := _link(button.url, room)) is not None]
    return [Anchor(line(button.label, _LABEL) or "↗", url, button.style.value) for button, url in linked[:_MAX_BUTTONS]]


def _link(url: str | None, room: Room) -> str | None:
    return url if url is not None and is_web_address(url) and len(url) <= room.link else None


def _body(text: Text, zone: tzinfo, room: Room) -> Text:
    fit = _Fitting(zone, room).text(text)
    words = fit.plain()
    return fit if room.has_markup and len(words) <= room.body else Text.of(shorten(words, room.body))


@dataclass(frozen=True, slots=True)
class _Fitting:
    """A text with its times as words, and with links that lead to the web alone."""

    zone: tzinfo
    room: Room

    def text(self, text: Text) -> Text:
        return Text(tuple(self._block(block) for block in text.blocks))

    def _block(self, block: Block) -> Block:
        match block:
            case Paragraph(spans):
                return Paragraph(self._spans(spans))
            case CodeBlock(code):
                return CodeBlock(clean(code))
            case Quote(blocks):
                return Quote(tuple(self._block(inner) for inner in blocks))
            case ListBlock(items, ordered):
                return ListBlock(tuple(tuple(self._block(inner) for inner in item) for item in items), ordered)
            case _:
                assert_never(block)

    def _spans(self, spans: Iterable[Span]) -> tuple[Span, ...]:
        return tuple(fit for span in spans for fit in self._span(span))

    def _span(self, span: Span) -> tuple[Span, ...]:
        match span:
            case Plain(text):
                return (Plain(clean(text)),)
            case Code(text):
                return (Code(clean(text)),)
            case Mention(_, name):
                return (Plain(f"@{clean_line(name)}"),)
            case Moment(at):
                return (Plain(local(at, self.zone)),)
            case Emoji(_, url):
                return self._span(Link(url, (Plain(clean_line(span.written)),)))
            case Bold(spans) | Italic(spans) | Strike(spans):
                return (type(span)(self._spans(spans)),)
            case Link(url, spans):
                words = self._spans(spans)
                fit = _link(url, self.room)
                return words or (Plain(clean_line(url)),) if fit is None else (Link(fit, words or (Plain(fit),)),)
            case _:
                assert_never(span)
