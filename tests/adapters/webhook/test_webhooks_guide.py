"""docs/webhooks.md for those who receive events: its body is one that is sent, its list that of the declarations.

``WEBHOOKS=write`` writes the list anew.
"""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from core.events import KINDS, Event
from core.events.types import TYPES
from core.model.ids import TicketId
from tests.fakes.webhook import EVENTS

GUIDE = Path(__file__).parents[3] / "docs" / "webhooks.md"
HEADING = "| type | what happened | `details` |\n|---|---|---|\n"
NAMES = {bool: "true or false", int: "number", str: "text", datetime: "time"}


def test_the_guide_lists_every_event_with_its_details() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    before = text.partition(HEADING)[0]
    whole = before + HEADING + "".join(_row(type_, KINDS[kind]) for type_, kind in sorted(TYPES.items()))
    if os.environ.get("WEBHOOKS") == "write":
        GUIDE.write_text(whole, encoding="utf-8")
    assert text == whole, "WEBHOOKS=write pytest tests/adapters/webhook/test_webhooks_guide.py writes it anew"


def test_the_body_in_the_guide_is_one_that_a_strict_receiver_takes() -> None:
    found = re.search(r"```json\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    EVENTS.validate(json.loads(found[1]))


def _row(type_: str, kind: type[Event]) -> str:
    details = ", ".join(f"`{name}`: {words}" for name, words in _details(kind))
    return f"| `{type_}` | {_what(kind)} | {details or '–'} |\n"


def _what(kind: type[Event]) -> str:
    """What the declaration says beside its name; a dataclass without words has its signature there."""
    words = " ".join((kind.__doc__ or "").split())
    return "" if words.startswith(f"{kind.__name__}(") else words.replace("|", "/").replace("``", "`")


def _details(kind: type[Event]) -> Iterator[tuple[str, str]]:
    hints = get_type_hints(kind)
    for field in fields(kind):
        if field.name != "ticket":
            yield field.name, _words(hints[field.name])


def _words(hint: Any) -> str:
    options = get_args(hint)
    if NoneType in options:
        return f"{_words(options[0]).removesuffix(', or null')}, or null"
    if get_origin(hint) is tuple:
        return "list of texts"
    if hint is TicketId:
        return "ref, or null"
    if hasattr(hint, "__supertype__"):
        return f"number of a {hint.__name__.removesuffix('Id').casefold()}"
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return ", ".join(f"`{one.value}`" for one in hint)
    return NAMES[hint]
