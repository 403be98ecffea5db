"""What Discord refuses, checked apart from the code that keeps it: by its documented limits, and by its own description
of the API where that lies beside the repository (https://docs.discord.com/developers/components/reference and
https://docs.discord.com/developers/resources/message). A key that is not described counts as an error.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

DOCUMENT = Path(__file__).resolve().parents[4] / "shared" / "specs" / "discord-openapi.json"


def length(words: str) -> int:
    return len(words.encode("utf-16-le")) // 2


def check_message(payload: Mapping[str, Any]) -> None:
    """Raises AssertionError for a message that Discord refuses, or one that pings whom it should not."""
    assert official_problems("MessageCreateRequest", payload) == []
    assert payload.get("content") or payload.get("embeds")
    assert length(payload.get("content", "")) <= 2_000
    assert payload["allowed_mentions"]["parse"] == []
    for embed in payload.get("embeds", ()):
        check_embed(embed)
    check_rows(payload.get("components", []))


def check_embed(embed: Mapping[str, Any]) -> None:
    title, description = embed["title"], embed.get("description", "")
    fields = embed.get("fields", [])
    footer = embed.get("footer", {}).get("text", "")
    assert 1 <= length(title.strip()) <= 256
    assert "description" not in embed or 1 <= length(description.strip()) <= 4_096
    assert len(fields) <= 25
    for field in fields:
        assert 1 <= length(field["name"].strip()) <= 256
        assert 1 <= length(field["value"].strip()) <= 1_024
    assert "footer" not in embed or 1 <= length(footer.strip()) <= 2_048
    assert "url" not in embed or embed["url"].startswith(("https://", "http://"))
    counted = [title, description, footer, *(part for field in fields for part in (field["name"], field["value"]))]
    assert sum(map(length, counted)) <= 6_000


def check_rows(rows: list[Mapping[str, Any]]) -> None:
    assert len(rows) <= 5
    ids = [part["custom_id"] for row in rows for part in row["components"] if "custom_id" in part]
    assert len(ids) == len(set(ids))
    for row in rows:
        assert row["type"] == 1
        kinds = [part["type"] for part in row["components"]]
        assert kinds == [3] or (set(kinds) == {2} and len(kinds) <= 5)
        for part in row["components"]:
            check_button(part) if part["type"] == 2 else check_select(part)


def check_button(button: Mapping[str, Any]) -> None:
    assert 1 <= length(button["label"].strip()) <= 80
    if button["style"] == 5:
        assert re.match(r"https?://[^/]", button["url"])
        assert length(button["url"]) <= 512
        assert "custom_id" not in button
    else:
        assert button["style"] in (1, 2, 3, 4)
        assert 1 <= length(button["custom_id"]) <= 100
        assert "url" not in button


def check_select(menu: Mapping[str, Any]) -> None:
    options = menu["options"]
    assert 1 <= len(options) <= 25
    assert len({option["value"] for option in options}) == len(options)
    assert menu.get("min_values", 1) <= menu.get("max_values", 1) <= len(options)
    assert sum(option.get("default", False) for option in options) <= menu.get("max_values", 1)
    assert length(menu.get("placeholder", "")) <= 150
    for option in options:
        assert 1 <= length(option["value"]) <= 100
        assert 1 <= length(option["label"].strip()) <= 100
        assert 1 <= length(option.get("description", "-").strip()) <= 100


def check_modal(modal: Mapping[str, Any]) -> None:
    """Raises AssertionError for a modal that Discord refuses."""
    assert official_problems("ModalInteractionCallbackRequest", {"type": 9, "data": modal}) == []
    assert 1 <= length(modal["custom_id"]) <= 100
    assert 1 <= length(modal["title"].strip()) <= 45
    assert 1 <= len(modal["components"]) <= 5
    inputs = [part["component"] for part in modal["components"] if part["type"] == 18]
    assert len({part["custom_id"] for part in inputs}) == len(inputs)
    for part in modal["components"]:
        if part["type"] == 10:
            assert 1 <= length(part["content"].strip()) <= 4_000
            continue
        assert part["type"] == 18
        assert 1 <= length(part["label"].strip()) <= 45
        assert 1 <= length(part.get("description", "-").strip()) <= 100
        _check_input(part["component"])


def _check_input(part: Mapping[str, Any]) -> None:
    assert 1 <= length(part["custom_id"]) <= 100
    match part["type"]:
        case 4:
            assert "label" not in part
            assert 1 <= part["max_length"] <= 4_000
            assert length(part.get("value", "")) <= part["max_length"]
        case 3:
            check_select(part)
            assert part["required"] == (part["min_values"] > 0)
        case 19:
            assert 0 <= part["min_values"] <= part["max_values"] <= 10
        case other:
            raise AssertionError(f"a component of type {other}")


def official_problems(schema: str, payload: object) -> list[str]:
    """What Discord's description has against ``payload``; nothing where the description is not there."""
    validator = _validator(schema)
    return (
        [] if validator is None else [f"{error.json_path}: {error.message}" for error in validator.iter_errors(payload)]
    )


@cache
def _validator(schema: str) -> Draft202012Validator | None:
    if not (schemas := _schemas()):
        return None
    return Draft202012Validator({"components": {"schemas": schemas}, "$ref": f"#/components/schemas/{schema}"})


@cache
def _schemas() -> Mapping[str, Any]:
    if not DOCUMENT.is_file():
        return {}
    return {name: _strict(schema) for name, schema in json.loads(DOCUMENT.read_text())["components"]["schemas"].items()}


def _strict(schema: Any) -> Any:
    """The schema with every key forbidden that it does not name."""
    if isinstance(schema, list):
        return [_strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: _strict(value) for key, value in schema.items()}
    if "properties" in made and made.get("type") == "object":
        made.setdefault("additionalProperties", False)
    return made
