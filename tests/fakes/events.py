"""Every kind of event, with samples of each."""

from dataclasses import fields
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import count
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from core.events import Event
from core.model.ids import TicketId
from tests.fakes.clock import START

KINDS = tuple({kind.__name__: kind for kind in Event.__subclasses__()}.values())
"""By name, since a dataclass with slots leaves the class that it was made from behind until that is collected."""


def samples(kind: type[Event]) -> list[Event]:
    """One of the kind for each value of its enums, with None wherever it may be and once without."""
    hints, numbers = get_type_hints(kind), count(1)
    made: list[dict[str, Any]] = [{"ticket": TicketId(7)}]
    for field in fields(kind):
        if field.name != "ticket":
            values = _values(hints[field.name], numbers)
            made = [{**one, field.name: value} for one in made for value in values]
    return [kind(**one) for one in made]


def _values(hint: Any, numbers: "count[int]") -> list[Any]:
    options = get_args(hint)
    if NoneType in options:
        return [None, *(value for option in options if option is not NoneType for value in _values(option, numbers))]
    base = getattr(hint, "__supertype__", hint)
    if isinstance(base, type) and issubclass(base, StrEnum):
        return list(base)
    if base is bool:
        return [True, False]
    if base is datetime:
        return [START + timedelta(minutes=next(numbers))]
    if get_origin(hint) is tuple:
        return [(), (f"word {next(numbers)}", f"word {next(numbers)}")]
    return [next(numbers) if base is int else f"word {next(numbers)}"]
