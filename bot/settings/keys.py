"""What the keys of the settings are called, in bot.toml and as variables, and what each of them takes."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from bot.settings.places import Path

PREFIX = "BOT_"


def keys_of(table: type[BaseModel]) -> Mapping[str, FieldInfo]:
    """The fields by the names that people write: ``from`` is no name for a field in Python, but one in bot.toml."""
    return {field.alias or name: field for name, field in table.model_fields.items()}


def bare(annotation: Any) -> Any:
    """``annotation`` without ``Annotated`` and ``| None``."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return bare(get_args(annotation)[0])
    if origin in {Union, UnionType}:
        return bare(next(part for part in get_args(annotation) if part is not type(None)))
    return annotation


def inner(annotation: Any, part: str | int) -> Any:
    """The annotation of ``part`` inside ``annotation``; None where it has no such part."""
    annotation = bare(annotation)
    if is_table(annotation):
        field = keys_of(annotation).get(str(part))
        return field.annotation if field else None
    if get_origin(annotation) is tuple:
        return get_args(annotation)[0] if isinstance(part, int) else None
    return entry_of(annotation) if is_mapping(annotation) else None


def annotation_at(settings: type[BaseModel], path: Path) -> Any:
    """None where the settings have no such key."""
    annotation: Any = settings
    for part in path:
        annotation = inner(annotation, part)
    return annotation


def is_table(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def is_mapping(annotation: Any) -> bool:
    return get_origin(annotation) in {Mapping, dict}


def entry_of(mapping: Any) -> Any:
    """The annotation of what a mapping holds under each name."""
    return get_args(mapping)[1]


def variable_of(path: Path) -> str:
    return PREFIX + "__".join(str(part) for part in path).upper()


def variables_of(settings: Any, path: Path = ()) -> Iterator[str]:
    """The names of all variables that may be set, tables as a whole (in JSON) included. ``<KEY>`` is a person's own."""
    for name, field in keys_of(settings).items():
        yield variable_of((*path, name))
        yield from _variables_in(bare(field.annotation), (*path, name))


def _variables_in(annotation: Any, path: Path) -> Iterator[str]:
    if is_table(annotation):
        yield from variables_of(annotation, path)
    elif is_mapping(annotation):
        yield variable_of((*path, "<key>"))
        yield from _variables_in(bare(entry_of(annotation)), (*path, "<key>"))


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    known = list(known)
    near = get_close_matches(word, known, n=1) or get_close_matches(word.casefold(), known, n=1)
    return f"Did you mean “{near[0]}”?" if near else otherwise
