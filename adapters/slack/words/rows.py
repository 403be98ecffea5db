"""The lines of a list: what each stands for, the way there, and the button beside it."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from adapters.slack.words.addresses import is_web_link
from adapters.slack.words.buttons import Buttons
from adapters.slack.words.elements import BOLD, PLAIN, bullets, line, link, mrkdwn, rich, text, web
from adapters.slack.words.escape import escape, is_tame
from adapters.slack.words.fit import NONE, Payload, one_line, size
from core.cards.card import Button, Row

ADDRESS = 1_000
_LINE = 200
"""Of a row's title, and of its detail."""
_REF = 40
_TOGETHER = 10
"""Rows in one part of plain lines: far below what Slack takes in one."""


def listed(rows: Sequence[Row], buttons: Buttons, *, most: int, room: int) -> tuple[list[Payload], int]:
    """The blocks of as many of ``rows`` as ``most`` blocks hold, and ``room`` as JSON; and how many those are. A list
    of mere words, as that of the commands, becomes plain lines where that shows more of it."""
    blocks, count = _items(rows, buttons, most=most, room=room)
    if count == len(rows) or most < 1 or any(row.buttons or row.url is not None for row in rows):
        return blocks, count
    lines, more = _lines(rows, room)
    return (lines, more) if more > count else (blocks, count)


def _lines(rows: Sequence[Row], room: int) -> tuple[list[Payload], int]:
    """As many of ``rows`` as one block holds, in parts of a few lines each."""
    told = plain_rows(rows)
    for count in range(len(rows), 0, -1):
        ends = [min(start + _TOGETHER, count) for start in range(0, count, _TOGETHER)]
        parts = [text("\n".join(told[start:end]) + "\n" * (end < count)) for start, end in pairwise([0, *ends])]
        block = rich(line(*parts))
        if size(block) <= room:
            return [block], count
    return [], 0


def _items(rows: Sequence[Row], buttons: Buttons, *, most: int, room: int) -> tuple[list[Payload], int]:
    blocks: list[Payload] = []
    for count, row in enumerate(rows):
        offered = buttons.fitting(row.buttons)
        made = _blocks(row, offered, buttons)
        joins = not offered and bool(blocks) and blocks[-1]["type"] == "rich_text"
        room -= size(_item(made)) if joins else size(*made)
        if room < 0 or (not joins and len(blocks) + len(made) > most):
            return blocks, count
        if joins:
            blocks[-1]["elements"][0]["elements"].append(_item(made))
        else:
            blocks += made
    return blocks, len(rows)


def _item(made: Sequence[Payload]) -> Payload:
    """The one item of a row's list."""
    item: Payload = made[0]["elements"][0]["elements"][0]
    return item


def plain_rows(rows: Iterable[Row]) -> list[str]:
    return ["• " + " · ".join(filter(None, _told(row))) for row in rows]


def _told(row: Row) -> tuple[str, ...]:
    found = "".join(piece.text for piece in row.snippet.pieces) if row.snippet is not None else ""
    return one_line(row.title, _LINE), one_line(row.detail, _LINE), one_line(found, _LINE)


def _blocks(row: Row, offered: Sequence[Button], buttons: Buttons) -> list[Payload]:
    """Beside its words where it has one button and they show as themselves there, else below them."""
    ref, title, detail = one_line(row.ref or "", _REF), one_line(row.title, _LINE), one_line(row.detail, _LINE)
    first = ref or title or NONE
    rest = title.removeprefix(ref).strip() if ref else ""
    url = row.url if row.url is not None and is_web_link(row.url, ADDRESS) else None
    if len(offered) == 1 and row.snippet is None and is_tame(first) and is_tame(rest) and is_tame(detail):
        name = f"*{web(url, first) if url else escape(first)}*"
        words = "\n".join(filter(None, (f"{name} {escape(rest)}".strip(), escape(detail))))
        return [{"type": "section", "text": mrkdwn(words), "accessory": buttons.button(offered[0])}]
    parts = [link(url, first) if url else text(first, BOLD)]
    if rest:
        parts.append(text(f" {rest}"))
    if detail:
        parts.append(text(f" · {detail}"))
    if row.snippet is not None:
        parts.append(text("\n"))
        parts += [text(piece.text, BOLD if piece.is_found else PLAIN) for piece in row.snippet.pieces]
    return [rich(bullets(line(*parts))), *buttons.row(offered)]
