"""Requests held against Discord's own OpenAPI description, where that file lies beside the checkout.

Names that the description does not declare count as errors. What the API takes although the description does not (it
knows snowflakes as text alone, say) is brought into the described form first.
"""

import json
import os
import re
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

DOCUMENT = (
    Path(os.environ.get("THREADDESK_SPECS") or Path(__file__).resolve().parents[4] / "shared" / "specs")
    / "discord-openapi.json"
)
_CALLBACKS = {
    1: "PongInteractionCallbackRequest",
    4: "CreateMessageInteractionCallbackRequest",
    5: "CreateMessageInteractionCallbackRequest",
    6: "UpdateMessageInteractionCallbackRequest",
    7: "UpdateMessageInteractionCallbackRequest",
    8: "ApplicationCommandAutocompleteCallbackRequest",
    9: "ModalInteractionCallbackRequest",
}
_UNDECLARED_BUT_TAKEN = {"use_nested_fields"}
_VERBS = ("get", "put", "post", "patch", "delete")


def problems(method: str, path: str, query: dict[str, str], body: Any, *, thread: bool | None = None) -> list[str]:
    """What the description has against a request; nothing where there is no description.

    ``path``: after ``/api/v10``. ``thread``: whether a channel's PATCH is a thread's; None: unknown.
    """
    document = _document()
    if document is None:
        return []
    operation = _operation(method.lower(), path)
    if operation is None:
        return [f"{method} {path} is described nowhere"]
    declared = {one["name"] for one in operation.get("parameters", []) if one["in"] == "query"}
    found = [f"unknown query parameter {name}" for name in query if name not in declared | _UNDECLARED_BUT_TAKEN]
    if body is None:
        needed = operation.get("requestBody", {}).get("required")
        return [*found, "a body is required"] if needed else found
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return [*found, "no body is described"] if body != {} else found
    validator = _validator(_schema(content["schema"], path, method, body, thread=thread))
    fault = best_match(validator.iter_errors(normalised(method, body)))
    return found if fault is None else [*found, f"{fault.json_path}: {fault.message[:600]}"]


def _schema(schema: dict[str, Any], path: str, method: str, body: Any, *, thread: bool | None) -> str:
    """A union's right branch: an error would otherwise be about a wrong one."""
    named = None
    if path.endswith("/callback"):
        named = _CALLBACKS.get(body.get("type") if isinstance(body, dict) else None)
    elif method == "PATCH" and thread is not None and re.fullmatch(r"/channels/\d+", path):
        named = "UpdateThreadRequestPartial" if thread else "UpdateGuildChannelRequestPartial"
    elif method == "POST" and re.fullmatch(r"/webhooks/\d+/[^/]+", path):
        named = "IncomingWebhookRequestPartial"
    elif method == "POST" and re.fullmatch(r"/channels/\d+/threads", path):
        named = "CreateTextThreadWithoutMessageRequest"
    return json.dumps(schema if named is None else {"$ref": f"#/components/schemas/{named}"}, sort_keys=True)


def normalised(method: str, body: Any) -> Any:
    """A body with snowflakes as text, and without what is sent although it does nothing (``tts`` of an edit)."""
    made = deepcopy(body)
    _walk(made)
    if isinstance(made, dict) and method == "PATCH":
        made.pop("tts", None)
    if isinstance(made, dict) and made.get("type") == 7 and isinstance(made.get("data"), dict):
        made["data"].pop("tts", None)
    return made


def _walk(node: Any, key: str = "") -> None:
    if isinstance(node, list):
        for item in node:
            _walk(item, key)
        if key == "embeds":
            for embed in node:
                embed.pop("flags", None)
        return
    if not isinstance(node, dict):
        return
    for name, value in list(node.items()):
        node[name] = _text_ids(name, value, key)
        _walk(node[name], name)
    if "default_member_permissions" in node and isinstance(node["default_member_permissions"], str):
        node["default_member_permissions"] = int(node["default_member_permissions"])
    if {"default_member_permissions", "options"} & set(node):
        node.pop("nsfw", None)


_LISTS = {("users", "allowed_mentions"), ("roles", "allowed_mentions"), ("sticker_ids", ""), ("messages", "")}
_SINGLE = {("id", "attachments"), ("id", "default_values"), ("recipient_id", "")}


def _text_ids(name: str, value: Any, within: str) -> Any:
    if isinstance(value, list) and (name, within) in _LISTS:
        return [str(one) for one in value]
    referenced = within == "message_reference" and name.endswith("_id")
    if isinstance(value, int) and ((name, within) in _SINGLE or referenced):
        return str(value)
    return value


@cache
def _document() -> dict[str, Any] | None:
    if not DOCUMENT.is_file():
        return None
    document = json.loads(DOCUMENT.read_text())
    _forbid_unknown(document["components"]["schemas"])
    for operations in document["paths"].values():
        for verb in _VERBS:
            content = operations.get(verb, {}).get("requestBody", {}).get("content", {})
            _forbid_unknown(content.get("application/json", {}))
    return document


def _forbid_unknown(node: Any) -> None:
    if isinstance(node, list):
        for item in node:
            _forbid_unknown(item)
    elif isinstance(node, dict):
        for item in node.values():
            _forbid_unknown(item)
        if isinstance(node.get("properties"), dict) and "allOf" not in node:
            node.setdefault("additionalProperties", False)


@cache
def _paths() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    document = _document()
    assert document is not None
    ordered = sorted(document["paths"].items(), key=lambda item: item[0].count("{"))
    return [(re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))), found) for path, found in ordered]


def _operation(method: str, path: str) -> dict[str, Any] | None:
    for pattern, operations in _paths():
        if method in operations and pattern.fullmatch(path):
            return operations[method]
    return None


@cache
def _validator(schema: str) -> Draft202012Validator:
    document = _document()
    assert document is not None
    return Draft202012Validator(json.loads(schema) | {"components": document["components"]})
