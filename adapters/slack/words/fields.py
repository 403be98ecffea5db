"""The facts of a card: short ones in two columns, the others each on a line."""

from collections.abc import Sequence
from datetime import datetime

from adapters.slack.words.elements import BOLD, line, mrkdwn, rich, text
from adapters.slack.words.escape import escape, is_tame
from adapters.slack.words.fit import FIELDS, NONE, Payload, clip, one_line
from adapters.slack.words.times import date, mrkdwn_date, plain_date
from core.cards.card import Field
from core.text import clean, clean_line

_SHORT = 40
"""Characters of a fact that stands beside another."""
_MOST = 15
_LABEL = 60
_VALUE = 150


def columns_and_lines(fields: Sequence[Field], *, label: int, value: int) -> tuple[list[Payload], bool]:
    """Their blocks, and whether something was cut. ``label`` and ``value``: the most units of each."""
    columns: list[Payload] = []
    below: list[Payload] = []
    is_cut = False
    for field in fields:
        name, fact = one_line(field.label, label), _fact(field, value)
        is_cut = is_cut or (name, fact) != (clean_line(field.label), _whole(field))
        if _is_short(name, fact):
            columns.append(mrkdwn(f"*{escape(name)}*\n{escape(fact) if isinstance(fact, str) else mrkdwn_date(fact)}"))
        else:
            below += [text("\n")] if below else []
            below += [text(f"{name}: ", BOLD), text(fact) if isinstance(fact, str) else date(fact)]
    parted = [columns[start : start + FIELDS] for start in range(0, len(columns), FIELDS)]
    blocks: list[Payload] = [{"type": "section", "fields": part} for part in parted]
    return [*blocks, *([rich(line(*below))] if below else [])], is_cut


def plain_fields(fields: Sequence[Field]) -> list[str]:
    """The first of them, in words alone."""
    found = ((one_line(field.label, _LABEL), _fact(field, _VALUE)) for field in fields[:_MOST])
    return [f"{name}: {fact if isinstance(fact, str) else plain_date(fact)}" for name, fact in found]


def _whole(field: Field) -> str | datetime:
    return field.value if isinstance(field.value, datetime) else clean(field.value).strip() or NONE


def _fact(field: Field, room: int) -> str | datetime:
    whole = _whole(field)
    return clip(whole, room) if isinstance(whole, str) else whole


def _is_short(name: str, fact: str | datetime) -> bool:
    """Whether it shows as itself in a column, where words are markup."""
    if not name or not is_tame(name):
        return False
    return isinstance(fact, datetime) or (len(fact) <= _SHORT and is_tame(fact))
