"""Cards as Slack's messages, fitted to its limits so that none is refused.

What people wrote stands in ``rich_text`` and ``plain_text``, where nothing is markup; in ``mrkdwn`` only what shows
there as itself. Limits: https://docs.slack.dev/reference/block-kit/blocks.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.slack.words.addresses import is_web_link
from adapters.slack.words.buttons import Buttons
from adapters.slack.words.elements import BOLD, context, header, line, link, rich, text, user
from adapters.slack.words.escape import escape
from adapters.slack.words.fields import columns_and_lines, plain_fields
from adapters.slack.words.fit import (
    CONTEXT_WORDS,
    ELLIPSIS,
    FALLBACK,
    HEADER,
    MESSAGE_BLOCKS,
    MESSAGE_SIZE,
    Payload,
    clip,
    one_line,
    size,
    units,
)
from adapters.slack.words.rich import pieces
from adapters.slack.words.rows import ADDRESS, listed, plain_rows
from core.cards.card import Button, Card, Step, StepState, Tone
from core.model.ids import parse_ref
from core.text import clean_line

PAGE = "Open its page"

_MARKS = {Tone.PLAIN: "", Tone.GOOD: "✅ ", Tone.WARNING: "🟠 ", Tone.URGENT: "🔴 "}
_STEPS = {StepState.DONE: "●", StepState.NOW: "◉", StepState.TO_COME: "○"}
_USER = re.compile(r"[UW][A-Z0-9]{1,30}")
_MOST_PINGS = 20
_TITLE = 500
_SUBTITLE = 200
_STEP = 30
_MOST_STEPS = 6
_PREVIEW = 1_000
"""Of the body, in the text for where blocks are not shown."""
_NOTE = 1_300
"""JSON of the line that says what was left out."""
_SHORTEST_BODY = 700


@dataclass(frozen=True, slots=True)
class _Room:
    """How much of a card's small parts is shown."""

    fields: int
    label: int
    value: int
    footer: int


_ROOMS = (
    _Room(fields=25, label=200, value=1_500, footer=CONTEXT_WORDS),
    _Room(fields=25, label=100, value=200, footer=500),
    _Room(fields=15, label=40, value=80, footer=300),
)
"""Tried in turn until they leave half of the message to the body and the rows."""


def card_message(card: Card, *, ping: Sequence[str] = ()) -> Payload:
    """``text`` and ``blocks`` for ``card``: whatever it holds, within Slack's limits. ``ping``: the Slack ids of the
    users whom this message may ping; nobody else is.

    What was cut ends in "…", with the address of the card's page behind it where it has one.
    """
    buttons = Buttons()
    row = buttons.row(buttons.fitting(card.buttons))
    return _message(card, _named(ping), _laid_out(card, buttons, row), ping)


def staff_card(card: Card, hint: str, *, page: str = PAGE, ping: Sequence[str] = ()) -> Payload:
    """The card in a team's triage channel: what matters most as buttons, the rest in a menu, and in small print how a
    message below it is taken. ``page``: the words of the button that leads to the card's page."""
    buttons = Buttons()
    there = [Button(label=page, url=card.url)] if card.url is not None else []
    row = buttons.row(buttons.fitting([*card.buttons, *there]), compact=True)
    below = one_line(hint, CONTEXT_WORDS)
    return _message(card, _named(ping), _laid_out(card, buttons, row, [context(below)] if below else []), ping)


def lines(card: Card, *, ping: Sequence[str] = ()) -> Payload:
    """A card that is but a line or two, as news between people's words: small where it pings nobody."""
    buttons = Buttons()
    shown = [_MARKS[card.tone] + one_line(card.title, _TITLE), clip(card.body.plain().strip(), _PREVIEW)]
    words = [part for part in shown if part.strip()] or [ELLIPSIS]
    if named := _pinged(ping):
        blocks = [rich(line(*_users(named), text(" " + "\n".join(words))))]
    else:
        blocks = [context(part) for part in words]
    return _message(card, [], [*blocks, *buttons.row(buttons.fitting(card.buttons))], ping)


def card_blocks(card: Card) -> list[Payload]:
    """The blocks alone, for a view."""
    buttons = Buttons()
    return _laid_out(card, buttons, buttons.row(buttons.fitting(card.buttons)))


def _message(card: Card, above: Sequence[Payload], blocks: Sequence[Payload], ping: Sequence[str]) -> Payload:
    named = " ".join(f"<@{key}>" for key in _pinged(ping))
    words = escape(clip(_plain(card), FALLBACK - len(named) - 1))
    return {"text": f"{named} {words}".strip(), "blocks": [*above, *blocks]}


def _pinged(ping: Sequence[str]) -> list[str]:
    return [key for key in dict.fromkeys(ping) if _USER.fullmatch(key)][:_MOST_PINGS]


def _users(keys: Sequence[str]) -> list[Payload]:
    return [part for index, key in enumerate(keys) for part in ([text(" ")] * bool(index) + [user(key)])]


def _named(ping: Sequence[str]) -> list[Payload]:
    named = _pinged(ping)
    return [rich(line(*_users(named)))] if named else []


def _plain(card: Card) -> str:
    """What the card says, for where blocks are not shown: a notification, a screen reader."""
    words = [
        _MARKS[card.tone] + one_line(card.title, _TITLE),
        one_line(card.subtitle, _SUBTITLE),
        clip(card.body.plain().strip(), _PREVIEW),
        *plain_fields(card.fields),
        *plain_rows(card.rows[:50]),
    ]
    return "\n".join(part for part in words if part.strip()) or ELLIPSIS


def _laid_out(card: Card, buttons: Buttons, row: Sequence[Payload], hint: Sequence[Payload] = ()) -> list[Payload]:
    top = _top(card)
    for room in _ROOMS:
        fields, cut = columns_and_lines(card.fields[: room.fields], label=room.label, value=room.value)
        footer = one_line(card.footer, room.footer)
        end = [*row, *([context(footer)] if footer else []), *hint]
        left = MESSAGE_SIZE - _NOTE - size(*top, *fields, *end)
        if left >= MESSAGE_SIZE // 2:
            break
    wanted = sum(size(*listed([one], Buttons(), most=2, room=MESSAGE_SIZE)[0]) for one in card.rows[:50])
    body, cut_body = _body(card, max(left - min(wanted, left // 2), _SHORTEST_BODY))
    room_for_rows = left - size(*body)
    most = MESSAGE_BLOCKS - 2 - len(top) - len(body) - len(fields) - len(end)
    rows, shown = listed(card.rows, buttons, most=most, room=room_for_rows)
    missing = len(card.rows) - shown + max(len(card.fields) - room.fields, 0)
    is_cut = cut or cut_body or footer != clean_line(card.footer)
    blocks = [*top, *body, *rows, *fields, *_left_out(card, missing, is_cut=is_cut), *end]
    return blocks or [rich(line(text(ELLIPSIS)))]


def _top(card: Card) -> list[Payload]:
    """Title, subtitle and the progress line: the title large over what has parts, else a bold line."""
    title = (_MARKS[card.tone] + clean_line(card.title)).strip()
    url = _page(card)
    blocks: list[Payload] = []
    inner: list[list[Payload]] = []
    if title and (card.fields or card.rows) and units(title) <= HEADER:
        blocks.append(header(title))
    elif words := clip(title, _TITLE):
        inner.append([link(url, words, BOLD) if url is not None else text(words, BOLD)])
    if subtitle := one_line(card.subtitle, _SUBTITLE):
        leads = url is not None and parse_ref(subtitle) is not None
        inner.append([link(url, subtitle) if leads and url is not None else text(subtitle)])
    if card.progress:
        inner.append(_progress(card.progress))
    if inner:
        parts = [part for index, one in enumerate(inner) for part in ([text("\n")] * bool(index) + one)]
        blocks.append(rich(line(*parts)))
    return blocks


def _page(card: Card) -> str | None:
    return card.url if card.url is not None and is_web_link(card.url, ADDRESS) else None


def _progress(steps: Sequence[Step]) -> list[Payload]:
    parts: list[Payload] = []
    for step in steps[:_MOST_STEPS]:
        words = f"{_STEPS[step.state]} {one_line(step.label, _STEP)}"
        parts += [text(" ━ ")] if parts else []
        parts.append(text(words, BOLD) if step.state is StepState.NOW else text(words))
    return parts


def _body(card: Card, room: int) -> tuple[list[Payload], bool]:
    """As much of the body as fits, and whether that is less than all."""
    first, *more = pieces(card.body, size=room) or [[]]
    return (first, False) if not more else ([*first, rich(line(text(ELLIPSIS)))], True)


def _left_out(card: Card, missing: int, *, is_cut: bool) -> list[Payload]:
    """What was left out, and the way to the page that shows it all, in no language."""
    url = _page(card)
    if not missing and not (is_cut and url is not None):
        return []
    parts = [text(f"{ELLIPSIS} +{missing}" if missing else ELLIPSIS)]
    return [rich(line(*parts, *([text(" → "), link(url)] if url is not None else [])))]
