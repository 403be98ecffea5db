"""Reading the tree of settings as it was set, before anybody knows that it is right."""

from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.settings.sources import value_at


def rows(tree: object, *path: str | int) -> list[tuple[int, dict[str, Any]]]:
    """The tables in the array at ``path``, each with its position; what is no table, another check tells."""
    found = value_at(tree, path)
    return [(at, row) for at, row in enumerate(found) if isinstance(row, dict)] if isinstance(found, list) else []


def keys_in(tree: object, *path: str | int) -> list[str]:
    """The ``key`` of each of those tables that has one."""
    return [row["key"] for _, row in rows(tree, *path) if isinstance(row.get("key"), str)]


def table(tree: object, *path: str | int) -> dict[str, Any]:
    """The table at ``path``; empty where there is none."""
    found = value_at(tree, path)
    return found if isinstance(found, dict) else {}


def listed(tree: object, *path: str | int) -> list[Any]:
    """The list at ``path``; empty where there is none."""
    found = value_at(tree, path)
    return found if isinstance(found, list) else []


def truth(value: object) -> bool | None:
    """As the settings will read it, which take "yes" for true; None where they cannot."""
    try:
        return TypeAdapter(bool).validate_python(value)
    except ValidationError:
        return None


def is_demo(tree: dict[str, Any]) -> bool | None:
    """None where nobody can tell."""
    demo = value_at(tree, ("desk", "demo"))
    return truth(False if demo is None else demo)


def fold(space: str) -> str:
    """The form in which names of alert spaces are compared: a variable's has no small letters and no hyphen."""
    return space.casefold().replace("-", "_")
