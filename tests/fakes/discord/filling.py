"""A form's fields and a message's selects, filled in as Discord's client lets a person."""

from typing import Any

from tests.fakes.discord.options import Resolved
from tests.fakes.discord.rules_components import CHECK, CHECKS, RADIO, STRING_SELECT, TEXT_INPUT, UPLOAD


def fill(field: dict[str, Any], given: Any, resolved: Resolved, *, label: str) -> dict[str, Any]:
    """One field as it is submitted; ``given`` None leaves what it came with. Raises AssertionError."""
    made: dict[str, Any] = {"type": field["type"], "id": field["id"], "custom_id": field["custom_id"]}
    kind = field["type"]
    if kind == TEXT_INPUT:
        return made | {"value": _text(field, given, label)}
    if kind == CHECK:
        return made | {"value": bool(field.get("default", False) if given is None else given)}
    if kind == RADIO:
        picked = _picked(field, _listed(given), label)
        assert picked or not field.get("required", True), f"{label!r} must be chosen"
        assert len(picked) <= 1, f"{label!r} takes one"
        return made | {"value": picked[0] if picked else None}
    if kind in (STRING_SELECT, CHECKS):
        values = _picked(field, _listed(given), label)
    elif kind == UPLOAD:
        values = [resolved.file(one) for one in _listed(given) or []]
    else:
        values = [resolved.anything(one) for one in _listed(given) or []]
    _counted(field, values, label)
    return made | {"values": values}


def _text(field: dict[str, Any], given: Any, label: str) -> str:
    text = field.get("value") or "" if given is None else given
    assert isinstance(text, str), f"{label!r} takes text, not {given!r}"
    if not text:
        assert not field.get("required", True), f"{label!r} must be filled in"
        return text
    low, high = field.get("min_length") or 0, field.get("max_length") or 4000
    assert low <= len(text) <= high, f"{label!r} takes {low} to {high} characters, not {len(text)}"
    return text


def _listed(given: Any) -> list[Any] | None:
    if given is None:
        return None
    is_file = isinstance(given, tuple) and len(given) == 2 and isinstance(given[1], bytes)
    return list(given) if isinstance(given, list | tuple) and not is_file else [given]


def _picked(field: dict[str, Any], given: list[Any] | None, label: str) -> list[str]:
    """Options by label or value; those that come chosen, where nothing is given."""
    options = field.get("options") or []
    if given is None:
        return [one["value"] for one in options if one.get("default")]
    found = []
    for wanted in given:
        match = [one["value"] for one in options if wanted in (one["label"], one["value"])]
        assert match, f"{label!r} does not offer {wanted!r}: {[one['label'] for one in options]}"
        found.append(match[0])
    return found


def _counted(field: dict[str, Any], values: list[str], label: str) -> None:
    required = field.get("required", True)
    most = field.get("max_values") or (len(field.get("options") or []) if field["type"] == CHECKS else 1)
    least = field.get("min_values")
    least = 1 if least is None else least
    if not values and not required:
        return
    assert least <= len(values) <= most, f"{label!r} takes {least} to {most}, not {len(values)}"
