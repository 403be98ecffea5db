"""What Slack refuses, checked apart from the code that keeps it: by its documented limits, and by its own types where
those lie beside the repository (https://docs.slack.dev/reference/block-kit). A key that is not described counts as an
error.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator

DOCUMENT = Path(__file__).resolve().parents[4] / "shared" / "specs" / "slack-web-api-types.schema.json"
_DATE = re.compile(r"<!date\^\d+\^[^<>|]*\|[^<>|]*>")
_LINK = re.compile(r"<https?://[^<>|\s]+\|[^<>|\n]*>")
_ENTITY = re.compile(r"&(?!amp;|lt;|gt;)")
_STYLES = {"bold", "italic", "strike", "code"}


def length(words: str) -> int:
    return len(words.encode("utf-16-le")) // 2


def check_message(payload: Mapping[str, Any], pings: Sequence[str] = ()) -> None:
    """Raises AssertionError for a message that Slack refuses, or one that pings anybody but ``pings``."""
    assert set(payload) == {"text", "blocks"}
    assert 1 <= length(payload["text"].strip()) <= 4_000
    named = "".join(f"<@{key}> " for key in pings)
    words = payload["text"]
    assert words.startswith(named.strip())
    assert not re.search(r"[<>]", words[len(named.strip()) :])
    assert not _ENTITY.search(words)
    assert 1 <= len(payload["blocks"]) <= 50
    assert len(json.dumps(payload["blocks"], ensure_ascii=False)) <= 12_000
    assert [part["user_id"] for part in _walk(payload["blocks"]) if part.get("type") == "user"] == list(pings)
    check_blocks(payload["blocks"])


def check_modal(view: Mapping[str, Any]) -> None:
    assert official_problems("ModalViewT", view) == []
    assert view["type"] == "modal"
    assert 1 <= length(view["title"]["text"].strip()) <= 24
    assert 1 <= len(view["blocks"]) <= 100
    assert length(view.get("private_metadata", "")) <= 3_000
    assert length(view.get("callback_id", "")) <= 255
    has_input = any(block["type"] == "input" for block in view["blocks"])
    assert "submit" in view or not has_input
    assert 1 <= length(view.get("submit", {"text": "-"})["text"].strip()) <= 24
    check_blocks(view["blocks"])


def check_home(view: Mapping[str, Any]) -> None:
    assert official_problems("HomeViewT", view) == []
    assert set(view) == {"type", "blocks"}
    assert view["type"] == "home"
    assert 1 <= len(view["blocks"]) <= 100
    assert not any(block["type"] == "input" for block in view["blocks"])
    assert len(json.dumps(view, ensure_ascii=False)) <= 250_000
    check_blocks(view["blocks"])


def check_blocks(blocks: Sequence[Mapping[str, Any]]) -> None:
    keys = [block["block_id"] for block in blocks if "block_id" in block]
    assert len(keys) == len(set(keys))
    assert all(1 <= length(key) <= 255 for key in keys)
    actions = [part["action_id"] for part in _walk(blocks) if "action_id" in part]
    assert len(actions) == len(set(actions))
    assert all(1 <= length(action) <= 255 for action in actions)
    for block in blocks:
        assert official_problems("KnownBlockT", block) == []
        _CHECKS[block["type"]](block)


def _check_section(block: Mapping[str, Any]) -> None:
    assert ("text" in block) != ("fields" in block)
    if "text" in block:
        _check_text(block["text"], 3_000)
    assert 1 <= len(block.get("fields", [0])) <= 10
    for field in block.get("fields", ()):
        _check_text(field, 2_000)
    if "accessory" in block:
        _check_element(block["accessory"])


def _check_actions(block: Mapping[str, Any]) -> None:
    assert 1 <= len(block["elements"]) <= 25
    for element in block["elements"]:
        _check_element(element)


def _check_context(block: Mapping[str, Any]) -> None:
    assert 1 <= len(block["elements"]) <= 10
    for element in block["elements"]:
        _check_text(element, 3_000)


def _check_header(block: Mapping[str, Any]) -> None:
    assert block["text"]["type"] == "plain_text"
    _check_text(block["text"], 150)


def _check_input(block: Mapping[str, Any]) -> None:
    _check_text(block["label"], 2_000)
    assert block["label"]["type"] == "plain_text"
    _check_text(block.get("hint", {"type": "plain_text", "text": "-"}), 2_000)
    element = block["element"]
    match element["type"]:
        case "plain_text_input":
            assert 1 <= element["max_length"] <= 3_000
            assert length(element.get("initial_value", "")) <= element["max_length"]
        case "static_select":
            assert 1 <= len(element["options"]) <= 100
            _check_options(element["options"])
            assert element.get("initial_option", element["options"][0]) in element["options"]
        case "multi_static_select":
            assert 1 <= len(element["options"]) <= 100
            _check_options(element["options"])
            assert all(option in element["options"] for option in element.get("initial_options", []))
        case "file_input":
            assert 1 <= element["max_files"] <= 10
        case other:
            raise AssertionError(f"an input of type {other}")


def _check_element(element: Mapping[str, Any]) -> None:
    assert element["type"] in ("button", "overflow")
    if element["type"] == "overflow":
        assert 2 <= len(element["options"]) <= 5
        _check_options(element["options"])
        return
    assert element["text"]["type"] == "plain_text"
    _check_text(element["text"], 75)
    assert length(element.get("value", "")) <= 2_000
    assert element.get("style", "primary") in ("primary", "danger")
    assert re.match(r"https?://[^/]", element.get("url", "https://a"))
    assert length(element.get("url", "")) <= 3_000


def _check_options(options: Sequence[Mapping[str, Any]]) -> None:
    assert len({option["value"] for option in options}) == len(options)
    for option in options:
        _check_text(option["text"], 75)
        assert option["text"]["type"] == "plain_text"
        assert 1 <= len(option["value"]) <= 75


def _check_text(text: Mapping[str, Any], longest: int) -> None:
    assert 1 <= length(text["text"].strip()) <= length(text["text"]) <= longest
    if text["type"] == "plain_text":
        assert text.get("emoji", False) is False
        return
    assert text["verbatim"] is True
    rest = _LINK.sub("", _DATE.sub("", text["text"]))
    assert not re.search(r"[<>]", rest)
    assert not _ENTITY.search(text["text"])


def _check_rich(block: Mapping[str, Any]) -> None:
    assert block["elements"]
    for element in block["elements"]:
        match element["type"]:
            case "rich_text_list":
                assert 0 <= element.get("indent", 0) <= 8
                assert element["elements"]
                for item in element["elements"]:
                    assert item["type"] == "rich_text_section"
                    _check_parts(item)
            case "rich_text_section" | "rich_text_quote" | "rich_text_preformatted":
                _check_parts(element)
            case other:
                raise AssertionError(f"an element of type {other}")


def _check_parts(element: Mapping[str, Any]) -> None:
    assert element["elements"]
    for part in element["elements"]:
        assert set(part.get("style", {})) <= _STYLES
        match part["type"]:
            case "text":
                assert part["text"]
            case "link":
                assert re.match(r"https?://[^/]", part["url"])
                assert length(part["url"]) <= 3_000
                assert part.get("text", "-")
            case "date":
                assert 0 < part["timestamp"] <= 253_402_300_799
            case "user":
                assert re.fullmatch(r"[UW][A-Z0-9]+", part["user_id"])
            case other:
                raise AssertionError(f"a part of type {other}")


_CHECKS = {
    "section": _check_section,
    "actions": _check_actions,
    "context": _check_context,
    "header": _check_header,
    "input": _check_input,
    "rich_text": _check_rich,
    "divider": lambda block: None,
}


def _walk(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
        for inner in value.values():
            yield from _walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner)


def shown(blocks: Sequence[Mapping[str, Any]]) -> str:
    """Every word that a reader of ``blocks`` sees."""
    return "\n".join(
        str(part["text"]) for part in _walk(list(blocks)) if isinstance(part.get("text"), str) and part["text"]
    )


def official_problems(definition: str, value: object) -> list[str]:
    """What Slack's own types have against ``value``; nothing where they are not there.

    A list's ``offset`` is left out before: Slack's pages tell of it, its types do not yet
    (https://docs.slack.dev/reference/block-kit/block-elements/rich-text-list-element).
    """
    validator = _validator(definition)
    if validator is None:
        return []
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(_typed(value))]


def _typed(value: Any) -> Any:
    if isinstance(value, list):
        return [_typed(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    newer = "offset" if value.get("type") == "rich_text_list" else None
    return {key: _typed(inner) for key, inner in value.items() if key != newer}


@cache
def _validator(definition: str) -> Draft7Validator | None:
    if not DOCUMENT.is_file():
        return None
    document = json.loads(DOCUMENT.read_text())
    return Draft7Validator({"$ref": f"#/definitions/{definition}", "definitions": document["definitions"]})
