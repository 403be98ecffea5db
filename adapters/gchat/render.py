"""A neutral ``Card`` as the body of a Google Chat webhook message (``cardsV2``), as plain data.

Field names: https://developers.google.com/workspace/chat/api/reference/rest/v1/cards and
https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages. What has no place on a one-way card
is left out: a button that runs a command, a second button of a row. ``text`` stays empty, or the space would show
everything twice, and so there is no ``markupSyntax``, which speaks of ``text`` alone; phones notify with
``fallbackText``.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import assert_never
from urllib.parse import urlsplit

from adapters.gchat.fit import ELLIPSIS, Html, clip, escaped, is_web_link, neutral
from adapters.gchat.rules import MAX_MESSAGE_BYTES
from core.cards.card import Button, ButtonStyle, Card, Field, Row, Step, StepState, Tone
from core.text import (
    Block,
    Bold,
    Code,
    CodeBlock,
    Emoji,
    Italic,
    Json,
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
)

Widget = dict[str, Json]
Message = dict[str, Json]

_MARKS = {Tone.PLAIN: "", Tone.GOOD: "✅ ", Tone.WARNING: "⚠️ ", Tone.URGENT: "🔴 "}
_STEPS = {StepState.DONE: "✓", StepState.NOW: "●", StepState.TO_COME: "○"}
_RED: Json = {"red": 0.72, "green": 0.11, "blue": 0.11}
_TITLE_ROOM = 600
_FALLBACK_ROOM = 900
_LABEL_ROOM = 120
_LINK_ROOM = 1500
_MAX_BUTTONS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    """How much of a card is shown: bytes for words, numbers of fields and rows."""

    body: int
    value: int
    row_link: int
    fields: int
    rows: int


_ROOMS = (
    _Room(body=12_000, value=3_000, row_link=_LINK_ROOM, fields=40, rows=40),
    _Room(body=6_000, value=1_000, row_link=_LINK_ROOM, fields=40, rows=40),
    _Room(body=3_000, value=400, row_link=700, fields=40, rows=30),
    _Room(body=1_500, value=200, row_link=400, fields=25, rows=20),
    _Room(body=600, value=120, row_link=200, fields=15, rows=8),
)
"""Tried in turn until the message fits. The last always does: at most 11,000 bytes of buttons, 8,000 of rows, 5,000 of
fields, 6,000 of the rest (``test_render.py`` has such a card)."""


def render(card: Card, zone: tzinfo, thread_key: str | None = None) -> Message:
    """The message for ``card``: at most 32,000 bytes as ``encode`` writes it, and at most 100 widgets.

    Times are shown in ``zone``. ``thread_key`` (up to 4,000 characters by Google's limit, a ticket's 32 here) is the
    thread it belongs to.
    """
    smallest = _ROOMS[-1]
    for room in _ROOMS:
        message = _message(card, zone, thread_key, room)
        if room is smallest or len(encode(message)) <= MAX_MESSAGE_BYTES:
            break
    return message


def encode(message: Message) -> bytes:
    """The bytes that are sent, and counted."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def _message(card: Card, zone: tzinfo, thread_key: str | None, room: _Room) -> Message:
    header: dict[str, Json] = {"title": _title(card)}
    if subtitle := neutral(card.subtitle, _TITLE_ROOM):
        header["subtitle"] = subtitle
    body: Json = {"header": header, "sections": _sections(card, zone, room)}
    message: Message = {"fallbackText": _fallback(card), "cardsV2": [{"cardId": "card", "card": body}]}
    if thread_key is not None:
        message["thread"] = {"threadKey": thread_key}
    return message


def _title(card: Card) -> str:
    return (_MARKS[card.tone] + neutral(card.title, _TITLE_ROOM)).strip() or ELLIPSIS


def _fallback(card: Card) -> str:
    parts = (neutral(part, _TITLE_ROOM) for part in (card.subtitle, card.body.plain()))
    return clip(" · ".join([_title(card), *filter(None, parts)]), _FALLBACK_ROOM)


def _sections(card: Card, zone: tzinfo, room: _Room) -> list[Json]:
    groups = (
        [*_progress(card.progress, room), *_body(card.body, zone, room), *_fields(card.fields, zone, room)],
        _rows(card.rows, room),
        [*_buttons(card.buttons), *_footer(card)],
    )
    sections: list[Json] = [{"widgets": group} for group in groups if group]
    return sections or [{"widgets": [_paragraph(escaped(_title(card), _TITLE_ROOM))]}]


def _paragraph(markup: str) -> Widget:
    return {"textParagraph": {"text": markup}}


def _progress(steps: Sequence[Step], room: _Room) -> list[Widget]:
    line = Html(room.body)
    for index, step in enumerate(steps):
        line.write(" → " if index else "")
        words = f"{_STEPS[step.state]} {step.label}"
        if step.state is StepState.NOW:
            with line.tag("b"):
                line.write(words)
        else:
            line.write(words)
    return [_paragraph(str(line))] if steps else []


def _body(text: Text, zone: tzinfo, room: _Room) -> list[Widget]:
    out = Html(room.body)
    _write_blocks(out, text.blocks, zone, "\n\n")
    return [_paragraph(str(out))] if str(out).strip() else []


def _fields(fields: Sequence[Field], zone: tzinfo, room: _Room) -> list[Widget]:
    shown = [_field(field, zone, room) for field in fields[: room.fields]]
    return [*shown, *_more(len(fields) - room.fields)]


def _field(field: Field, zone: tzinfo, room: _Room) -> Widget:
    value = _local(field.value, zone) if isinstance(field.value, datetime) else field.value
    inner: dict[str, Json] = {"text": escaped(value, room.value).strip() or "–", "wrapText": True}
    if label := neutral(field.label, _LABEL_ROOM):
        inner["topLabel"] = label
    return {"decoratedText": inner}


def _rows(rows: Sequence[Row], room: _Room) -> list[Widget]:
    return [*(_row(row, room) for row in rows[: room.rows]), *_more(len(rows) - room.rows)]


def _row(row: Row, room: _Room) -> Widget:
    words = escaped(" · ".join(filter(None, (row.ref, row.title))), room.value)
    inner: dict[str, Json] = {"text": words.strip() or "–", "wrapText": True}
    if detail := neutral(row.detail, room.value):
        inner["bottomLabel"] = detail
    if row.url is not None and is_web_link(row.url, room.row_link):
        inner["onClick"] = {"openLink": {"url": row.url}}
    if button := _link_buttons(row.buttons, room.row_link)[:1]:
        inner["button"] = button[0]
    return {"decoratedText": inner}


def _more(number: int) -> list[Widget]:
    """How many were left out, in no language."""
    return [_paragraph(f"{ELLIPSIS} +{number}")] if number > 0 else []


def _buttons(buttons: Sequence[Button]) -> list[Widget]:
    shown = _link_buttons(buttons, _LINK_ROOM)[:_MAX_BUTTONS]
    return [{"buttonList": {"buttons": shown}}] if shown else []


def _link_buttons(buttons: Iterable[Button], link_room: int) -> list[Json]:
    return [
        _button(button, button.url)
        for button in buttons
        if button.url is not None and is_web_link(button.url, link_room)
    ]


def _button(button: Button, url: str) -> Json:
    label = neutral(button.label, _LABEL_ROOM) or "↗"
    shown: dict[str, Json] = {"text": label, "onClick": {"openLink": {"url": url}}}
    match button.style:
        case ButtonStyle.PRIMARY:
            shown["type"] = "FILLED"
        case ButtonStyle.DANGER:
            shown["color"] = _RED
        case ButtonStyle.PLAIN:
            pass
        case _:
            assert_never(button.style)
    return shown


def _footer(card: Card) -> list[Widget]:
    """The footer's words, and the card's page where no button opens it."""
    lines = Html(_TITLE_ROOM + 2 * _LINK_ROOM)
    footer = clip(clean(card.footer).strip(), _TITLE_ROOM)
    lines.write(footer)
    url = card.url
    if url is not None and is_web_link(url, _LINK_ROOM) and all(button.url != url for button in card.buttons):
        lines.write("\n" if footer else "")
        with lines.tag("a", href=url):
            lines.write(clip(urlsplit(url).netloc + urlsplit(url).path, _LABEL_ROOM))
    return [_paragraph(str(lines))] if str(lines).strip() else []


def _local(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")


def _write_blocks(out: Html, blocks: Iterable[Block], zone: tzinfo, between: str) -> None:
    for index, block in enumerate(blocks):
        if out.full:
            return
        out.write(between if index else "")
        _write_block(out, block, zone)


def _write_block(out: Html, block: Block, zone: tzinfo) -> None:
    match block:
        case Paragraph(spans):
            _write_spans(out, spans, zone)
        case CodeBlock(code):
            # An ordinary space at a line's beginning is not shown.
            out.write("\n".join(_indent(line) for line in code.split("\n")))
        case Quote(blocks):
            out.write("“")
            _write_blocks(out, blocks, zone, "\n")
            out.write("”")
        case ListBlock(items, ordered):
            for number, item in enumerate(items, start=1):
                out.write("\n" if number > 1 else "")
                out.write(f"{number}. " if ordered else "• ")
                _write_blocks(out, item, zone, "\n")
        case _:
            assert_never(block)


def _indent(line: str) -> str:
    words = line.lstrip(" ")
    return "\u00a0" * (len(line) - len(words)) + words


def _write_spans(out: Html, spans: Iterable[Span], zone: tzinfo) -> None:
    for span in spans:
        if out.full:
            return
        _write_span(out, span, zone)


def _write_span(out: Html, span: Span, zone: tzinfo) -> None:
    match span:
        case Plain(text):
            out.write(text)
        case Code(text):
            out.write(f"`{text}`")
        case Mention(_, name):
            out.write(f"@{name}")
        case Moment(at):
            out.write(_local(at, zone))
        case Emoji():
            out.write(span.written)
        case Link(url, spans):
            _write_link(out, url, spans, zone)
        case Bold() | Italic() | Strike():
            with out.tag(_TAGS[type(span)]):
                _write_spans(out, span.spans, zone)
        case _:
            assert_never(span)


_TAGS: dict[type[Bold | Italic | Strike], str] = {Bold: "b", Italic: "i", Strike: "s"}


def _write_link(out: Html, url: str, spans: tuple[Span, ...], zone: tzinfo) -> None:
    words = spans if Text((Paragraph(spans),)) else (Plain(url),)
    if not is_web_link(url, _LINK_ROOM):
        _write_spans(out, words, zone)
        return
    with out.tag("a", href=url):
        _write_spans(out, words, zone)
