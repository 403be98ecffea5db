"""Requests held against Slack's own types, where that file lies beside the checkout.

What slack_sdk does to arguments on their way (numbers and JSON as text, truth as 1 and 0) is undone first. Of a union
of blocks or elements the branch of that ``type`` is asked: another's error would be about nothing.
"""

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator, ValidationError, validators
from jsonschema.exceptions import best_match

DOCUMENT = (
    Path(os.environ.get("THREADDESK_SPECS") or Path(__file__).resolve().parents[4] / "shared" / "specs")
    / "slack-web-api-types.schema.json"
)
_NUMBERS = {"limit", "length", "count", "page"}
_JSON = {"blocks", "attachments", "metadata", "view", "files"}
_FLAGS = {
    "as_user",
    "exclude_archived",
    "full",
    "include_all_metadata",
    "include_count",
    "include_disabled",
    "include_labels",
    "include_locale",
    "include_num_members",
    "include_users",
    "inclusive",
    "link_names",
    "mrkdwn",
    "no_reactions",
    "prevent_creation",
    "reply_broadcast",
    "return_im",
    "test",
    "unfurl_links",
    "unfurl_media",
}
_TAKEN = {"files.getUploadURLExternal": {"alt_txt"}}
"""What Slack takes although its types do not know it; ``team_id``, which slack_bolt adds, everywhere."""


def problems(method: str, args: dict[str, Any]) -> list[str]:
    """What the description has against a call, with its arguments as ``plain`` gives them."""
    if _document() is None:
        return []
    name = "".join(part[0].upper() + part[1:] for part in method.split("."))
    if name not in _definitions():
        return [f"{method} is described nowhere"]
    given = {key: value for key, value in args.items() if key not in _TAKEN.get(method, set()) | {"team_id"}}
    found = [one for key in ("blocks",) for one in _blocks(f"$.{key}", given.get(key))]
    if isinstance(given.get("view"), dict):
        found += _view(given["view"])
    if found:
        return found
    hollow = dict(given)
    if given.get("blocks"):
        hollow["blocks"] = [{"type": "divider"}]
    if isinstance(given.get("view"), dict):
        hollow["view"] = given["view"] | {"blocks": []}
    unknown = sorted(set(given) - _arguments(name))
    return [f"$: unknown argument {one}" for one in unknown] or _fault(name, hollow)


def plain(args: dict[str, Any]) -> dict[str, Any]:
    """Arguments as they were before they were put into a form."""
    return {key: _plain(key, value) for key, value in args.items()}


def _plain(key: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if key in _NUMBERS and value.isdigit():
        return int(value)
    if key in _FLAGS and value.lower() in ("1", "0", "true", "false"):
        return value.lower() in ("1", "true")
    if key in _JSON:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _blocks(at: str, blocks: Any) -> list[str]:
    if not isinstance(blocks, list):
        return []
    return [
        f"{at}[{n}]{one.removeprefix('$')}" for n, block in enumerate(blocks) for one in _fault("KnownBlock", block)
    ]


def _view(view: dict[str, Any]) -> list[str]:
    name = "HomeView" if view.get("type") == "home" else "ModalView"
    return _blocks("$.view.blocks", view.get("blocks")) + _fault(name, view | {"blocks": []})


def _fault(name: str, given: Any) -> list[str]:
    fault = next(iter(_validator(name).iter_errors(given)), None)
    if fault is None:
        return []
    if fault.context:
        fault = best_match([fault])
    return [f"{fault.json_path}: {fault.message[:400]}"]


@cache
def _arguments(name: str) -> frozenset[str]:
    """All that a definition knows, in any branch of its unions."""
    node = _definitions()[name]
    while "$ref" in node:
        node = _definitions()[node["$ref"].removeprefix("#/definitions/")]
    return frozenset(key for one in node.get("anyOf", [node]) for key in one.get("properties", {}))


@cache
def _document() -> dict[str, Any] | None:
    if not DOCUMENT.is_file():
        return None
    document = json.loads(DOCUMENT.read_text())
    definitions = document["definitions"]
    for definition in list(definitions.values()):
        _sort_by_type(definition, definitions)
    return document


def _sort_by_type(node: Any, definitions: dict[str, Any]) -> None:
    """Unions of things that name their ``type`` become tables of them."""
    if isinstance(node, list):
        for item in node:
            _sort_by_type(item, definitions)
    if not isinstance(node, dict):
        return
    for value in node.values():
        _sort_by_type(value, definitions)
    kinds = _kinds(node, definitions) if "anyOf" in node else None
    if kinds is not None:
        node.pop("anyOf")
        node["byType"] = kinds


def _kinds(node: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any] | None:
    """Of each ``type`` its schema; None where something does not name one."""
    if "$ref" in node:
        return _kinds(definitions[node["$ref"].removeprefix("#/definitions/")], definitions)
    if "byType" in node:
        return dict(node["byType"])
    if "anyOf" not in node:
        kind = node.get("properties", {}).get("type", {}).get("const")
        return None if kind is None else {kind: node}
    made: dict[str, list[Any]] = {}
    for branch in node["anyOf"]:
        kinds = _kinds(branch, definitions)
        if kinds is None:
            return None
        for kind, schema in kinds.items():
            made.setdefault(kind, []).append(schema)
    return {kind: schemas[0] if len(schemas) == 1 else {"anyOf": schemas} for kind, schemas in made.items()}


def _by_type(validator: Any, kinds: dict[str, Any], given: Any, schema: Any) -> Iterator[ValidationError]:
    kind = given.get("type") if isinstance(given, dict) else None
    if kind not in kinds:
        yield ValidationError(f"{str(given)[:200]} is none of {', '.join(sorted(kinds))}")
    else:
        yield from validator.descend(given, kinds[kind], schema_path=kind)


_Validator = validators.extend(Draft7Validator, {"byType": _by_type})


def _definitions() -> dict[str, Any]:
    document = _document()
    assert document is not None
    return document["definitions"]


@cache
def _validator(name: str) -> Any:
    return _Validator({"$ref": f"#/definitions/{name}", "definitions": _definitions()})
