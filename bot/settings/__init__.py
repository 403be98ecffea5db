"""The settings of one desk: bot.toml and the environment in, a frozen ``Settings`` out, or every problem in sentences.

    environment > .env > secrets directory > bot.toml > defaults

A key ``[web] port`` is the variable ``BOT_WEB__PORT``; lists and tables are JSON there. docs/configuration.md has all.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path as File
from typing import Any

from pydantic import BaseModel, SecretStr, ValidationError

from bot.settings import sources
from bot.settings.across import across
from bot.settings.checks import findings_of, problems_of
from bot.settings.desk import desk_of
from bot.settings.model import Settings
from bot.settings.places import Path, written
from bot.settings.sources import BadSettings, Layer, Problem

__all__ = ["BadSettings", "Problem", "Settings", "desk_of", "effective", "load"]


def load(environ: Mapping[str, str], cwd: File) -> Settings:
    """The settings of the desk that starts in ``cwd`` with ``environ``; nothing else is looked at.

    Raises BadSettings with everything that could be found at once.
    """
    problems: list[Problem] = []
    read = _layers(environ, cwd, problems)
    if read is None:
        raise BadSettings(problems)
    found = _settings(*read)
    if isinstance(found, list):
        problems += found
    if problems or isinstance(found, list):
        raise BadSettings(problems)
    return found


def _layers(environ: Mapping[str, str], cwd: File, problems: list[Problem]) -> tuple[list[Layer], File] | None:
    """The strongest first, and the folder of bot.toml. None where there is no bot.toml to go by."""
    process = sources.from_environment(environ)
    dotenv = sources.from_dotenv(cwd / ".env", problems)
    folder = sources.first(sources.SECRETS_DIR, process, dotenv)
    secrets = sources.from_secrets(cwd / folder.value, problems, folder.place) if folder else []
    config = sources.first(sources.CONFIG, process, dotenv)
    name = config.value if config else "bot.toml"
    toml = sources.toml_layer(Settings, cwd / name, name, problems)
    layer = partial(sources.variables_layer, Settings, problems=problems)
    variables = [layer(process, "environment"), layer(dotenv, ".env"), layer(secrets, "secrets directory")]
    return None if toml is None else ([*variables, toml], (cwd / name).parent)


def _settings(layers: list[Layer], folder: File) -> Settings | list[Problem]:
    # pydantic-settings merges the layers; an empty one at the end hears what they came to. (It also keeps their values
    # out of the library's debug log, which knows sources by their class's name and shows the last.)
    bottom = Layer(Settings, {}, {}, "")
    findings = []
    try:
        settings = Settings(_build_sources=((*layers, bottom), {}))  # type: ignore[call-arg]  # mypy sees fields only
    except ValidationError as error:
        findings = findings_of(error, Settings)
    findings += across(bottom.current_state, folder)
    if findings:
        return problems_of(findings, layers)
    paths = [path for path, _ in _leaves(settings, ())]
    settings._folder = folder
    settings._places = {path: place for path in paths if (place := sources.place_of(layers, path))}
    return settings


def effective(settings: Settings) -> list[tuple[str, str, str]]:
    """Every key with its value, as bot.toml would have it, and where it was set. A secret reads ``(set)``."""
    return [
        (written(path), _shown(path, value), settings._places.get(path, "default"))
        for path, value in _leaves(settings, ())
    ]


def _shown(path: Path, value: Any) -> str:
    """Promises are in business hours, which bot.toml counts in no days."""
    is_promise = path[0] == "sla" and isinstance(value, timedelta)
    return _short(value, _UNITS[1:]) if is_promise else _value(value)


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield from _leaves(getattr(value, name), (*path, field.alias or name))
    elif isinstance(value, Mapping) and any(isinstance(inside, SecretStr | BaseModel) for inside in value.values()):
        for name, inside in value.items():
            yield from _leaves(inside, (*path, name))
    elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        for at, inside in enumerate(value):
            yield from _leaves(inside, (*path, at))
    else:
        yield path, value


def _value(value: Any) -> str:
    match value:
        case None:
            return "(not set)"
        case SecretStr():
            return "(set)"
        case bool():
            return str(value).lower()
        case tuple():
            return f"[{', '.join(map(_value, value))}]"
        case Mapping():
            pairs = ", ".join(f'"{name}" = {_value(inside)}' for name, inside in value.items())
            return f"{{ {pairs} }}" if pairs else "{}"
        case timedelta():
            return _short(value, _UNITS)
        case int() | float() | date():
            return str(value)
        case _:
            return f'"{value}"'


def _short(duration: timedelta, units: Sequence[tuple[int, str]]) -> str:
    seconds = int(duration.total_seconds())
    size, unit = next(((size, unit) for size, unit in units if seconds and seconds % size == 0), (1, "s"))
    return f'"{seconds // size}{unit}"'


_UNITS = ((86400, "d"), (3600, "h"), (60, "m"))
