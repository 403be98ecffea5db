"""Cards and texts as the payloads that Discord's API takes for a message, fitted to its limits so that none is refused.

Limits: https://docs.discord.com/developers/resources/message#embed-object-embed-limits and
https://docs.discord.com/developers/components/reference#button. ``allowed_mentions`` is always sent, and names nobody
but whom the caller wants to ping.
"""

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.chat.names import visible
from adapters.discord.words.fit import ELLIPSIS, clip, is_web_link, one_line, units
from adapters.discord.words.markup import MESSAGE, markup, pieces, plain, plain_within
from core.cards.card import Button, ButtonStyle, Card, Field, Row, Step, StepState, Tone
from core.text import Bold, Link, Paragraph, Plain, Quote, Span, Text, clean_line

Payload = dict[str, Any]
"""JSON as Discord takes it: its shape is Discord's to say."""

_MARKS = {Tone.PLAIN: "", Tone.GOOD: "✅ ", Tone.WARNING: "", Tone.URGENT: "🔴 "}
_COLOURS = {Tone.PLAIN: 0x5865F2, Tone.GOOD: 0x2E7D32, Tone.WARNING: 0xF9A825, Tone.URGENT: 0xC62828}
_STEPS = {StepState.DONE: "●", StepState.NOW: "◉", StepState.TO_COME: "○"}
_STYLES = {ButtonStyle.PRIMARY: 1, ButtonStyle.PLAIN: 2, ButtonStyle.DANGER: 4}
_LINK_STYLE = 5
_ROW, _BUTTON, _SELECT = 1, 2, 3
_SUPPRESS_EMBEDS = 1 << 2

_EMBED = 6_000
_TITLE = 256
_LINK = 2_048
_FIELDS = 25
_BUTTONS_IN_ROW = 5
_BUTTONS = 25
_LABEL = 80
_CUSTOM_ID = 100
_BUTTON_LINK = 512
_OPTIONS = 25
_OPTION = 100
_PLACEHOLDER = 150
_THREAD_NAME = 100
_WEBHOOK_NAME = 80
_SHORT = 40
"""A field this short stands beside the next."""
_MOST_PINGS = 50
_LINE = 200
"""Of a row's title, and of its detail."""
_SHORTEST_BODY = 202
_NOTHING = "\u200b"
_NONE = "–"


@dataclass(frozen=True, slots=True)
class _Room:
    """How much of a card is shown, in UTF-16 units; all of it together may take 6,000."""

    description: int
    label: int
    value: int
    footer: int


_ROOMS = (
    _Room(description=4_096, label=256, value=1_024, footer=2_048),
    _Room(description=4_000, label=100, value=200, footer=300),
    _Room(description=3_000, label=60, value=100, footer=300),
    _Room(description=1_900, label=50, value=80, footer=300),
)
"""Tried in turn until the embed fits. The last always does: 256 of title, 3,250 of fields, 300 of footer."""


def embed(card: Card) -> Payload:
    """The embed for ``card``: whatever it holds, within Discord's limits.

    What was cut ends in "…", with the address of the card's page behind it where it has one.
    """
    smallest = _ROOMS[-1]
    for room in _ROOMS:
        made = _embed(card, room)
        if room is smallest or _size(made) <= _EMBED:
            break
    return made


def _size(made: Payload) -> int:
    """The units that count toward the limit of an embed as a whole."""
    words = [made["title"], made.get("description", ""), made.get("footer", {}).get("text", "")]
    words += [part for field in made.get("fields", ()) for part in (field["name"], field["value"])]
    return sum(units(part) for part in words)


def _embed(card: Card, room: _Room) -> Payload:
    title = _MARKS[card.tone] + plain_within(card.title, _TITLE - 4)
    made: Payload = {"title": title.strip() or ELLIPSIS, "color": _COLOURS[card.tone]}
    if card.url is not None and is_web_link(card.url, _LINK):
        made["url"] = card.url
    if fields := [_field(field, room) for field in card.fields[:_FIELDS]]:
        made["fields"] = fields
    if footer := one_line(card.footer, room.footer):
        made["footer"] = {"text": footer}
    if description := _description(card, room.description, cut=_cuts(card, room)):
        made["description"] = description
    return made


def _cuts(card: Card, room: _Room) -> bool:
    """Whether anything beside the description does not fit."""
    return (
        units(plain(card.title)) > _TITLE - 4
        or units(clean_line(card.footer)) > room.footer
        or any(
            units(plain(field.label)) > room.label
            or (isinstance(field.value, str) and units(plain(field.value)) > room.value)
            for field in card.fields[:_FIELDS]
        )
    )


def _field(field: Field, room: _Room) -> Payload:
    if isinstance(field.value, datetime):
        value = _time(field.value)
        short = True
    else:
        value = plain_within(field.value, room.value)
        short = units(value) <= _SHORT
    return {"name": plain_within(field.label, room.label) or _NOTHING, "value": value or _NONE, "inline": short}


def _time(at: datetime) -> str:
    return f"<t:{math.floor(at.timestamp())}:f>"


def _description(card: Card, room: int, *, cut: bool) -> str:
    """What is said under the title, then the lines of a list; at the end, what was left out and where all of it is."""
    where = _where(card)
    top = [words for words in (_shown(Plain(one_line(card.subtitle, _LINE))), _progress(card.progress)) if words]
    rows = [_row(row) for row in card.rows]
    left = room - sum(units(words) + 2 for words in top) - units(where) - len("\n\n… +1000000 ")
    wanted = sum(units(row) + 1 for row in rows)
    body, cut_body = _body(card.body, max(left - min(wanted, left // 2), _SHORTEST_BODY))
    left -= units(body) + 2
    shown: list[str] = []
    for row in rows:
        left -= units(row) + 1
        if left < 0:
            break
        shown.append(row)
    missing = len(rows) - len(shown) + max(len(card.fields) - _FIELDS, 0)
    parts = ["\n".join(top), body, "\n".join(shown)]
    if missing:
        parts.append(f"{ELLIPSIS} +{missing}{where}")
    elif where and (cut or cut_body):
        parts.append(ELLIPSIS + where)
    return "\n\n".join(part for part in parts if part)


def _where(card: Card) -> str:
    """The way to the page that shows it all, in no language."""
    url = card.url
    return f" → {_shown(Link(url, ()))}" if url is not None and is_web_link(url, _BUTTON_LINK) else ""


def _shown(*spans: Span) -> str:
    return markup(Text((Paragraph(spans),)))


def _body(text: Text, room: int) -> tuple[str, bool]:
    """As much of the body as fits, and whether that is less than all."""
    first, *more = pieces(text, room - 2) or [""]
    if not more:
        return first, False
    return first + ("\n" if first.endswith("```") else "") + ELLIPSIS, True


def _progress(steps: Sequence[Step]) -> str:
    spans: list[Span] = []
    for index, step in enumerate(steps[:10]):
        words = Plain(f"{_STEPS[step.state]} {one_line(step.label, _SHORT)}")
        spans += [Plain(" ━ " if index else ""), Bold((words,)) if step.state is StepState.NOW else words]
    return _shown(*spans)


def _row(row: Row) -> str:
    """A row's line: its ref or, without one, its title leads to its page. Below it where it was found, as a quote."""
    title, ref, detail = one_line(row.title, _LINE), one_line(row.ref or "", _SHORT), one_line(row.detail, _LINE)
    rest = title.removeprefix(ref).strip()
    first = ref or title or _NONE
    spans: list[Span] = [Plain(first)]
    if row.url is not None and is_web_link(row.url, _BUTTON_LINK):
        spans = [Link(row.url, (Plain(first),))]
    if ref and rest:
        spans.append(Plain(f" {rest}"))
    if detail:
        spans.append(Plain(f" · {detail}"))
    return "\n".join([_shown(*spans), *_found(row)])


def _found(row: Row) -> list[str]:
    if row.snippet is None:
        return []
    spans = [(Bold((Plain(piece.text),)) if piece.is_found else Plain(piece.text)) for piece in row.snippet.pieces]
    return [markup(Text((Quote((Paragraph(tuple(spans)),)),)))]


def components(buttons: Sequence[Button]) -> list[Payload]:
    """Rows of buttons, five in each, 25 at most.

    One that Discord would refuse is left out: an address that is none of the web or too long, an action of more than
    100 characters, an action that another button bears.
    """
    shown: list[Payload] = []
    seen: set[str] = set()
    for button in buttons:
        made = _button(button)
        if made is None or made.get("custom_id") in seen:
            continue
        seen.update(made[key] for key in ("custom_id",) if key in made)
        shown.append(made)
    kept = shown[:_BUTTONS]
    return [
        {"type": _ROW, "components": kept[start : start + _BUTTONS_IN_ROW]}
        for start in range(0, len(kept), _BUTTONS_IN_ROW)
    ]


def _button(button: Button) -> Payload | None:
    label = one_line(button.label, _LABEL)
    if button.url is not None:
        if not is_web_link(button.url, _BUTTON_LINK):
            return None
        return {"type": _BUTTON, "style": _LINK_STYLE, "label": label or "↗", "url": button.url}
    if not button.action or units(button.action) > _CUSTOM_ID:
        return None
    return {"type": _BUTTON, "style": _STYLES[button.style], "label": label or "•", "custom_id": button.action}


def _buttons(card: Card, link: tuple[str, str] | None) -> list[Button]:
    """The card's buttons, then its rows', each of these with its row's name where there are several."""
    rows = [row for row in card.rows if row.buttons]
    of_rows = [
        Button(
            label=f"{button.label} · {_name(row)}" if len(rows) > 1 else button.label,
            action=button.action,
            url=button.url,
            style=button.style,
        )
        for row in rows
        for button in row.buttons
    ]
    last = [Button(label=link[0], url=link[1])] if link and is_web_link(link[1], _BUTTON_LINK) else []
    return [*[*card.buttons, *of_rows][: _BUTTONS - len(last)], *last]


def _name(row: Row) -> str:
    return one_line(row.ref or row.title, _SHORT)


def message(card: Card, *, content: str = "", ping: Sequence[str] = (), link: tuple[str, str] | None = None) -> Payload:
    """A whole message, to send or to put in the place of one that was sent.

    ``content`` is Discord's markup already; ``ping`` are the ids of the users that this message may ping, who are named
    before ``content`` where it does not name them; ``link`` is the label and the address of one more button.
    """
    pinged = [key for key in dict.fromkeys(ping) if re.fullmatch(r"[0-9]{1,20}", key)][:_MOST_PINGS]
    named = [f"<@{key}>" for key in pinged if f"<@{key}>" not in content]
    return {
        "content": clip(" ".join(filter(None, (*named, content))), MESSAGE),
        "embeds": [embed(card)],
        "components": components(_buttons(card, link)),
        "allowed_mentions": {"parse": [], "users": pinged},
    }


def text_message(piece: str) -> Payload:
    """One of ``markup.pieces`` as a message: it pings nobody, and Discord fetches no address that stands in it."""
    return {"content": piece, "allowed_mentions": {"parse": []}, "flags": _SUPPRESS_EMBEDS}


def select(custom_id: str, placeholder: str, options: Sequence[tuple[str, str, str]]) -> Payload:
    """A row with a menu to choose one of ``options`` (value, label, description) from; the first 25 are shown.

    Raises ValueError where there is none to choose: Discord refuses an empty menu.
    """
    shown = {
        value: {"value": value, "label": one_line(label, _OPTION) or _NONE} | _described(description)
        for value, label, description in reversed(options)
        if 0 < units(value) <= _OPTION
    }
    if not shown:
        raise ValueError("a menu with nothing to choose")
    menu: Payload = {"type": _SELECT, "custom_id": custom_id, "options": list(reversed(shown.values()))[:_OPTIONS]}
    if words := one_line(placeholder, _PLACEHOLDER):
        menu["placeholder"] = words
    return {"type": _ROW, "components": [menu]}


def _described(description: str) -> Payload:
    words = one_line(description, _OPTION)
    return {"description": words} if words else {}


def thread_name(ref: str, title: str) -> str:
    """The name of a ticket's thread: 1 to 100 characters."""
    return one_line(f"{ref} {visible(title)}", _THREAD_NAME) or ELLIPSIS


def webhook_name(author: str) -> str:
    """``author`` as a name that Discord lets a webhook bear: 1 to 80 characters.

    It refuses names that contain "discord" or "clyde" and names that are "everyone" or "here"
    (https://docs.discord.com/developers/resources/webhook#create-webhook); those stay readable with a letter changed,
    also where they are written with other letters or signs between, since what exactly it compares is not told.
    """
    name = visible(author).replace("```", "'''")
    for word, place, letter in (("discord", 3, "k"), ("clyde", 2, "i")):
        name = _respelt(name, word, place, letter)
    name = one_line(name, _WEBHOOK_NAME)
    if name.strip("@ ").casefold() in ("everyone", "here"):
        name += "."
    return name or _NONE


def _respelt(name: str, word: str, place: int, letter: str) -> str:
    """``name`` with one letter of each ``word`` in it changed, the letter at ``place``."""
    letters = [
        (folded, index)
        for index, char in enumerate(name)
        for folded in unicodedata.normalize("NFKD", char).casefold()
        if folded.isalnum()
    ]
    folded = "".join(char for char, _ in letters)
    chars = list(name)
    start = folded.find(word)
    while start >= 0:
        index = letters[start + place][1]
        chars[index] = letter.upper() if chars[index].isupper() else letter
        start = folded.find(word, start + len(word))
    return "".join(chars)
