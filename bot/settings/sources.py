"""The four places settings come from, each as one tree that remembers where every value stands.

pydantic-settings has sources of its own; they forget where a value came from, pass over unknown variables and stop at
the first bad one. These are handed to it instead, in their order. A secret is sealed in SecretStr once it is read.
"""

import json
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path as File
from typing import Any, get_origin

from dotenv.parser import parse_stream
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from bot.settings.keys import (
    PREFIX,
    annotation_at,
    bare,
    did_you_mean,
    entry_of,
    inner,
    is_mapping,
    is_table,
    keys_of,
    variable_of,
    variables_of,
)
from bot.settings.places import Path, lines_of, written

CONFIG = "BOT_CONFIG"
SECRETS_DIR = "BOT_SECRETS_DIR"
ENVIRONMENT_ONLY: tuple[Path, ...] = (
    ("web", "secret_key"),
    ("gchat",),
    ("discord", "token"),
    ("slack", "bot_token"),
    ("slack", "app_token"),
    ("slack", "signing_secret"),
    ("webhooks",),
    ("email", "smtp_url"),
    ("email", "inbox", "url"),
)
"""Keys that bot.toml may not hold: people share that file."""
_BY_SPACE: Mapping[Path, str] = {
    ("gchat",): "BOT_GCHAT__SPACES__<KEY>",
    ("webhooks",): "BOT_WEBHOOKS__<KEY>__URL and BOT_WEBHOOKS__<KEY>__SECRET",
}
"""The variables of those that are tables: each alert space has its own."""
_PASSWORD = re.compile(r"://[^/]*:[^/]*@|[?&]password=")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the settings, for the person who set them. It never holds a secret's value."""

    key: str
    """Dotted: ``categories[2].team``; empty when it is about a whole file."""
    place: str
    wrong: str
    mend: str

    def __str__(self) -> str:
        head = f"{self.key} ({self.place})" if self.key else self.place
        return f"{head}\n  {self.wrong}\n  {self.mend}"


class BadSettings(Exception):
    """The desk cannot start with these settings. ``problems`` are all that could be found at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        count = "one problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        super().__init__("\n\n".join([f"The settings have {count}.", *map(str, self.problems)]))


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    """As the person wrote it."""
    value: str
    place: str


class Layer(PydanticBaseSettingsSource):
    """The values of one source as nested dictionaries, and the place of each."""

    def __init__(
        self, settings: type[BaseSettings], tree: dict[str, Any], places: Mapping[Path, str], whole: str
    ) -> None:
        super().__init__(settings)
        self.tree = tree
        self.places = places
        self.whole = whole

    def __call__(self) -> dict[str, Any]:
        return self.tree

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Only because the base class asks for it: ``__call__`` gives the tree as a whole."""
        return self.tree.get(field_name), field_name, False

    def place(self, path: Path) -> str:
        """Of the value at ``path`` or of the nearest thing around it."""
        around = (path[:length] for length in range(len(path), 0, -1))
        return next((self.places[part] for part in around if part in self.places), self.whole)


def place_of(layers: Sequence[Layer], path: Path) -> str | None:
    """Where the value at ``path`` was set; None where it is a default. ``layers``: the strongest first."""
    layer, depth = _giver(layers, path)
    return layer.place(path) if depth == len(path) else None


def place_near(layers: Sequence[Layer], path: Path) -> str:
    """Where the value at ``path`` was set, or would be: the table that lacks it."""
    layer, depth = _giver(layers, path)
    return layer.place(path[:depth])


def _giver(layers: Sequence[Layer], path: Path) -> tuple[Layer, int]:
    """The layer whose value counts, and how far along ``path`` it goes. Tables are merged; a list replaces a list."""
    givers = list(layers)
    for depth in range(1, len(path) + 1):
        having = [layer for layer in givers if _has(layer.tree, path[:depth])]
        if not having:
            return givers[-1], depth - 1
        givers = having if isinstance(value_at(having[0].tree, path[:depth]), dict) else having[:1]
    return givers[0], len(path)


_ABSENT = object()


def value_at(tree: Any, path: Path) -> Any:
    """The value at ``path`` in nested dictionaries and lists; None where there is none."""
    value = _look(tree, path)
    return None if value is _ABSENT else value


def _has(tree: Any, path: Path) -> bool:
    return _look(tree, path) is not _ABSENT


def _look(tree: Any, path: Path) -> Any:
    for part in path:
        inside = (isinstance(tree, dict) and part in tree) or (
            isinstance(tree, list) and isinstance(part, int) and part < len(tree)
        )
        if not inside:
            return _ABSENT
        tree = tree[part]
    return tree


# --- variables: the environment, .env, the secrets directory -------------------------------------------------------


def from_environment(environ: Mapping[str, str]) -> list[Variable]:
    return [Variable(name, value, f"environment variable {name}") for name, value in environ.items() if _ours(name)]


def from_dotenv(file: File, problems: list[Problem]) -> list[Variable]:
    """Nothing where there is no such file. Values are taken as they stand: ``${NAME}`` is not filled in."""
    if not reachable(file.exists):
        return []
    text = _read(file, file.name, problems)
    variables = []
    for binding in parse_stream(StringIO(text or "")):
        original = binding.original.string
        line = binding.original.line + original[: len(original) - len(original.lstrip())].count("\n")
        place = f"{file.name} line {line}"
        if binding.error:
            problems.append(Problem("", place, "This line cannot be read.", "Write NAME=value, or # before a comment."))
        elif binding.key and _ours(binding.key):
            variables.append(Variable(binding.key, binding.value or "", place))
    return variables


def from_secrets(folder: File, problems: list[Problem], place: str) -> list[Variable]:
    """Each file is named like a variable and holds its value. ``place``: where the folder was named."""
    try:
        files = sorted(folder.iterdir())
    except (OSError, ValueError):
        wrong = f"The directory {folder} is not there or cannot be read."
        problems.append(Problem(SECRETS_DIR, place, wrong, "Make it, mend its permissions, or take this variable out."))
        return []
    variables = []
    for file in files:
        if _ours(file.name) and reachable(file.is_file):
            text = _read(file, f"secrets file {file}", problems)
            variables += [] if text is None else [Variable(file.name, text.strip(), f"secrets file {file}")]
    return variables


def first(name: str, *sources: list[Variable]) -> Variable | None:
    """The strongest of the variables called ``name`` that is not empty."""
    return next((v for source in sources for v in source if v.name.upper() == name and v.value), None)


def variables_layer(
    settings: type[BaseSettings], variables: Sequence[Variable], whole: str, problems: list[Problem]
) -> Layer:
    """A wrong variable is left out and becomes a problem."""
    tree: dict[str, Any] = {}
    places: dict[Path, str] = {}
    known = {variable.name.upper() for variable in variables} & {CONFIG, SECRETS_DIR}
    found = [(_path(settings, variable.name), variable) for variable in variables if variable.name.upper() not in known]
    for path, variable in sorted(found, key=lambda pair: len(pair[0])):
        annotation = annotation_at(settings, path) if path else None
        if annotation is None or not path[-1]:
            problems.append(_unknown(settings, variable))
            continue
        try:
            value = _decoded(annotation, variable.value)
        except ValueError:
            problems.append(_not_json(annotation, path, variable))
            continue
        _put(tree, path, sealed(value, annotation))
        places[path] = variable.place
    return Layer(settings, tree, places, whole)


def _ours(name: str) -> bool:
    return name.upper().startswith(PREFIX)


def _path(settings: type[BaseModel], name: str) -> Path:
    parts = name[len(PREFIX) :].lower().split("__")
    annotation: Any = settings
    for depth, part in enumerate(parts):
        if is_mapping(bare(annotation)):
            return (*parts[:depth], *_in_mapping(bare(annotation), parts[depth:]))
        annotation = inner(annotation, part)
    return tuple(parts)


def _in_mapping(annotation: Any, parts: list[str]) -> Path:
    """The parts are one name, whatever it holds. Where a name stands for a table, the last part is a key of it."""
    tail = parts[-1:] if len(parts) > 1 and is_table(bare(entry_of(annotation))) else []
    return "__".join(parts[: len(parts) - len(tail)]), *tail


def _unknown(settings: type[BaseModel], variable: Variable) -> Problem:
    known = [*variables_of(settings), CONFIG, SECRETS_DIR]
    path = _path(settings, variable.name)
    table = bare(annotation_at(settings, path[:-1]))
    if is_table(table):
        known += [variable_of((*path[:-1], key)) for key in keys_of(table)]
    mend = did_you_mean(variable.name.upper(), known, "Take it out; docs/configuration.md lists all there are.")
    return Problem(variable.name, variable.place, "There is no such setting.", mend)


def _is_complex(annotation: Any) -> bool:
    annotation = bare(annotation)
    return is_table(annotation) or is_mapping(annotation) or get_origin(annotation) is tuple


def _decoded(annotation: Any, text: str) -> Any:
    return json.loads(text) if _is_complex(annotation) else text


def _not_json(annotation: Any, path: Path, variable: Variable) -> Problem:
    example = '["one", "two"]' if get_origin(bare(annotation)) is tuple else '{"key": "value"}'
    return Problem(
        written(path),
        variable.place,
        "A list or a table in a variable is written as JSON, and this is none.",
        f"Write it like {example}, or set it in bot.toml.",
    )


def _put(tree: dict[str, Any], path: Path, value: Any) -> None:
    """Under a variable that set the whole table and is no table (a problem that is told later), it is dropped."""
    *outer, name = path
    for part in outer:
        inside = tree.setdefault(str(part), {})
        if not isinstance(inside, dict):
            return
        tree = inside
    tree[str(name)] = value


def sealed(value: Any, annotation: Any) -> Any:
    """``value`` with every secret in it in a SecretStr, so that nothing that prints the tree prints it."""
    if isinstance(value, dict):
        return {name: sealed(part, inner(annotation, name)) for name, part in value.items()}
    if isinstance(value, list):
        return [sealed(part, inner(annotation, place)) for place, part in enumerate(value)]
    return SecretStr(value) if isinstance(value, str) and bare(annotation) is SecretStr else value


# --- bot.toml ------------------------------------------------------------------------------------------------------


def toml_layer(settings: type[BaseSettings], file: File, name: str, problems: list[Problem]) -> Layer | None:
    """None where the file is missing or cannot be read, which becomes a problem."""
    if not reachable(file.is_file):
        mend = f"Start in the folder that has it, copy the shipped bot.toml there, or name another file with {CONFIG}."
        problems.append(Problem("", name, f"There is no file {file}.", mend))
        return None
    text = _read(file, name, problems)
    if text is None:
        return None
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problems.append(_not_toml(name, text, str(error)))
        return None
    places = {path: f"{name} line {line}" for path, line in lines_of(text.replace("\r\n", "\n")).items()}
    layer = Layer(settings, sealed(tree, settings), places, name)
    url = value_at(tree, ("database", "url"))
    secret = [*ENVIRONMENT_ONLY, *([("database", "url")] if isinstance(url, str) and _PASSWORD.search(url) else [])]
    problems += [_not_here(layer, path) for path in secret if _has(layer.tree, path)]
    return layer


def _not_toml(name: str, text: str, message: str) -> Problem:
    """``message``: tomllib's, such as ``Invalid value (at line 3, column 5)``; it quotes no values."""
    found = re.search(r" \(at (?:line (\d+).*|end of document)\)$", message)
    line = int(found[1]) if found and found[1] else text.count("\n") + 1
    reason = message[: found.start()] if found else message
    reason = re.sub(r"\('([^']*)',\)", r"[\1]", reason)
    mend = "Look for a missing quote, bracket, comma or equals sign there or in the line above; text stands in quotes."
    if reason.startswith(("Cannot declare", "Cannot overwrite")):
        mend = "It stands in the file already, further up: put what both say into the first, and take this one out."
    return Problem("", f"{name} line {line}", f"This is not TOML: {reason[:1].lower()}{reason[1:]}.", mend)


def _not_here(layer: Layer, path: Path) -> Problem:
    """Takes the value out of the tree as well."""
    place = layer.place(path)
    *outer, name = path
    value_at(layer.tree, tuple(outer)).pop(name)
    variable = _BY_SPACE.get(path, variable_of(path))
    return Problem(
        written(path),
        place,
        "A secret does not belong in this file, which people share.",
        f"Take it out, and set {variable} in the environment, in .env or in the secrets directory. "
        "If others have seen the file, make a new one.",
    )


def reachable(question: Callable[[], bool]) -> bool:
    """The answer of pathlib, which raises where the way to a file is closed, or where its name is none: then no."""
    try:
        return question()
    except (OSError, ValueError):
        return False


def _read(file: File, place: str, problems: list[Problem]) -> str | None:
    try:
        raw = file.read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as error:
        problems.append(Problem("", place, f"It cannot be read: {error.strerror}.", "Mend its permissions."))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        problems.append(Problem("", f"{place} line {line}", "This is not UTF-8 text.", "Save the file as UTF-8."))
    return None
