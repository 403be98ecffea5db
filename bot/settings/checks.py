"""What is wrong with single settings, in sentences: pydantic's findings in our words."""

from collections.abc import Sequence

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from bot.settings.keys import annotation_at, bare, did_you_mean, is_table, keys_of
from bot.settings.places import Path, written
from bot.settings.sources import Layer, Problem, place_near

Finding = tuple[Path, str, str]
"""Where, what is wrong, how to mend it."""

SHOWN = 30
"""Characters of a wrong value that are repeated to the person; longer ones could be a secret in the wrong place."""


def findings_of(error: ValidationError, settings: type[BaseModel]) -> list[Finding]:
    """pydantic's findings in our words. Raises nothing; unknown kinds get a plain sentence."""
    details = error.errors(include_url=False)
    return [_finding(detail, settings) for detail in details if not _is_echo(detail, details)]


def _is_echo(detail: ErrorDetails, details: Sequence[ErrorDetails]) -> bool:
    """Whether it only follows from another: entries of a list that are wrong are not counted in its length."""
    path = detail["loc"]
    within = (other["loc"] for other in details if other["loc"] != path and other["loc"][: len(path)] == path)
    return detail["type"] == "default_factory_not_called" or (detail["type"] == "too_short" and any(within))


def problems_of(findings: Sequence[Finding], layers: Sequence[Layer]) -> list[Problem]:
    return [Problem(written(path), place_near(layers, path), wrong, mend) for path, wrong, mend in findings]


# --- pydantic's findings -------------------------------------------------------------------------------------------

_SENTENCES = {
    "enum": ("{value} is not one of its values.", "Write one of: {expected}."),
    "int": ("{value} is not a whole number.", "Write digits only, such as 5."),
    "number": ("{value} is not a number.", "Write digits, such as 0.8."),
    "bool": ("{value} is neither true nor false.", "Write true or false, without quotes."),
    "string": ("This is not text.", 'Write it in quotes: "…".'),
    "string_too_long": ("It has more than {max_length} characters.", "Shorten it."),
    "string_too_short": ("It is empty.", "Write something there."),
    "greater_than_equal": ("{value} is too small.", "The least is {ge}."),
    "less_than_equal": ("{value} is too large.", "The most is {le}."),
    "too_long": ("There are {actual_length}, and {max_length} is the most.", "Take some out."),
    "too_short": ("There are {actual_length}, and {min_length} is the least.", "Add some."),
    "tuple": ("This is not a list.", "Write it in brackets: [ … ]."),
    "table": ("This is not a table.", "Write it as [name] with its keys below, or as {{ key = value }}."),
}
_KINDS = {
    "literal_error": "enum",
    "int_parsing": "int",
    "int_parsing_size": "int",
    "int_type": "int",
    "int_from_float": "int",
    "float_parsing": "number",
    "float_type": "number",
    "bool_parsing": "bool",
    "bool_type": "bool",
    "string_type": "string",
    "path_type": "string",
    "tuple_type": "tuple",
    "model_type": "table",
    "model_attributes_type": "table",
    "mapping_type": "table",
    "dict_type": "table",
}


def _finding(detail: ErrorDetails, settings: type[BaseModel]) -> Finding:
    path = _way(detail["loc"])
    context = detail.get("ctx", {})
    kind = _KINDS.get(detail["type"], detail["type"])
    if kind == "wrong":
        return path, context["wrong"], context["mend"]
    if kind == "extra_forbidden":
        return _unknown_key(path, settings)
    if kind == "missing":
        return path, "It is missing.", f"Add it: {_meaning(path, settings)}"
    if kind not in _SENTENCES:
        return path, "It is not what this key takes.", _meaning(path, settings)
    wrong, mend = _SENTENCES[kind]
    value = _shown(detail["input"], path, settings)
    expected = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
    words = {**context, "value": value, "expected": expected}
    return path, wrong.format(**words), mend.format(**words)


def _way(loc: Path) -> Path:
    """pydantic says of a wrong name in a mapping that it is the name, with a part more."""
    return loc[:-1] if loc[-1:] == ("[key]",) else loc


def _unknown_key(path: Path, settings: type[BaseModel]) -> Finding:
    table = bare(annotation_at(settings, path[:-1]))
    known = list(keys_of(table)) if is_table(table) else []
    listed = f"Known here: {', '.join(known)}."
    guess = did_you_mean(str(path[-1]), known, "Take it out.")
    return path, "There is no such key.", f"{guess} {listed}"


def _meaning(path: Path, settings: type[BaseModel]) -> str:
    table = bare(annotation_at(settings, path[:-1]))
    field = keys_of(table).get(str(path[-1])) if is_table(table) else None
    return f"{field.description or path[-1]}." if field else "docs/configuration.md says what it is."


def _shown(value: object, path: Path, settings: type[BaseModel]) -> str:
    secret = bare(annotation_at(settings, path)) is SecretStr
    if secret or not isinstance(value, str | int | float) or len(str(value)) > SHOWN:
        return "This"
    return f"“{str(value).lower() if isinstance(value, bool) else value}”"
