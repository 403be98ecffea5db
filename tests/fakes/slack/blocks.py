"""Block Kit's own rules, which no schema holds: what a message's and a view's blocks may be.

https://docs.slack.dev/reference/block-kit
"""

from collections.abc import Callable
from typing import Any

from tests.fakes.slack import elements, rich
from tests.fakes.slack.checking import Problems, text_object

Json = dict[str, Any]
_ALWAYS = {"section", "divider", "image", "actions", "context", "header", "rich_text", "video", "input"}
IN_MESSAGE = _ALWAYS | {"file", "markdown", "table", "context_actions"}
IN_VIEW = _ALWAYS
MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
VIEW_BYTES = 250_000
"""Of its JSON."""


def message_problems(blocks: Any, words: int) -> list[str]:
    """``words``: how many characters all of them may hold."""
    found = Problems()
    _blocks(found, "/blocks", blocks, MESSAGE_BLOCKS, IN_MESSAGE, modal=False)
    if not found.ordered and isinstance(blocks, list) and _length(blocks) > words:
        found.add("/blocks", f"must hold no more than {words} characters")
    return found.ordered


def view_problems(view: Any, *, home: bool | None = None) -> list[str]:
    """``home``: whether it must be one, or must not."""
    found = Problems()
    if not isinstance(view, dict):
        return ["must provide an object [json-pointer:/view]"]
    kind = view.get("type")
    if kind not in ("modal", "home") or (home is not None and (kind == "home") != home):
        found.add("/view/type", f"unsupported type: {kind}")
        return found.ordered
    for name in ("callback_id", "external_id"):
        found.length(f"/view/{name}", view.get(name), 255)
    found.length("/view/private_metadata", view.get("private_metadata"), 3000)
    _blocks(found, "/view/blocks", view.get("blocks"), VIEW_BLOCKS, IN_VIEW, modal=kind == "modal")
    if kind == "home":
        for name in ("title", "submit", "close"):
            if name in view:
                found.add("/view", f"invalid additional property: {name}")
    else:
        _heads(found, view)
    return found.ordered


def _heads(found: Problems, view: Json) -> None:
    """A modal's title and its buttons."""
    if "title" not in view:
        found.add("/view", "missing required field: title")
    for name in ("title", "submit", "close"):
        if name in view:
            text_object(found, f"/view/{name}", view[name], most=24, plain=True)
    blocks = view.get("blocks")
    inputs = isinstance(blocks, list) and any(isinstance(b, dict) and b.get("type") == "input" for b in blocks)
    if inputs and "submit" not in view:
        found.add("/view", "missing required field: submit")


def _length(node: Any) -> int:
    if isinstance(node, list):
        return sum(map(_length, node))
    if not isinstance(node, dict):
        return 0
    own = len(node["text"]) if isinstance(node.get("text"), str) else 0
    return own + sum(_length(value) for value in node.values() if isinstance(value, list | dict))


def _blocks(found: Problems, at: str, blocks: Any, most: int, allowed: set[str], *, modal: bool) -> None:
    if not isinstance(blocks, list):
        found.add(at, "must be an array")
        return
    if len(blocks) > most:
        found.add(at, f"no more than {most} items allowed")
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        here = f"{at}/{index}"
        if not isinstance(block, dict):
            found.add(here, "must be an object")
            continue
        kind = block.get("type")
        if kind not in allowed:
            found.add(f"{here}/type", f"unsupported type: {kind}")
            continue
        block_id = block.get("block_id")
        found.length(f"{here}/block_id", block_id, 255)
        if block_id in seen:
            found.add(f"{here}/block_id", f"`block_id` {block_id!r} already exists")
        elif block_id:
            seen.add(block_id)
        if kind in _KINDS:
            _KINDS[kind](found, here, block, modal)
        _unique_actions(found, here, block)


def _unique_actions(found: Problems, at: str, block: Json) -> None:
    """An ``action_id`` must be the only one of its block; another block may have it as well."""
    inner = block.get("elements")
    if block.get("type") not in ("actions", "context_actions") or not isinstance(inner, list):
        return
    seen: set[str] = set()
    for index, one in enumerate(inner):
        action_id = one.get("action_id") if isinstance(one, dict) else None
        if action_id in seen:
            found.add(f"{at}/elements/{index}/action_id", f"`action_id` {action_id!r} already exists")
        elif isinstance(action_id, str):
            seen.add(action_id)


def _section(found: Problems, at: str, block: Json, modal: bool) -> None:
    if "text" not in block and "fields" not in block:
        found.add(at, "missing required field: text or fields")
    if "text" in block:
        text_object(found, f"{at}/text", block["text"], most=3000)
    if "fields" in block and found.items(f"{at}/fields", block["fields"], 1, 10):
        for index, one in enumerate(block["fields"]):
            text_object(found, f"{at}/fields/{index}", one, most=2000)
    if "accessory" in block:
        elements.check(found, f"{at}/accessory", block["accessory"], elements.IN_SECTION)


def _header(found: Problems, at: str, block: Json, modal: bool) -> None:
    text_object(found, f"{at}/text", block.get("text"), most=150, plain=True)


def _actions(found: Problems, at: str, block: Json, modal: bool) -> None:
    if found.items(f"{at}/elements", block.get("elements"), 1, 25):
        for index, one in enumerate(block["elements"]):
            elements.check(found, f"{at}/elements/{index}", one, elements.IN_ACTIONS)


def _context(found: Problems, at: str, block: Json, modal: bool) -> None:
    if not found.items(f"{at}/elements", block.get("elements"), 1, 10):
        return
    for index, one in enumerate(block["elements"]):
        if isinstance(one, dict) and one.get("type") == "image":
            elements.check(found, f"{at}/elements/{index}", one, {"image"})
        else:
            text_object(found, f"{at}/elements/{index}", one, most=3000)


def _image(found: Problems, at: str, block: Json, modal: bool) -> None:
    elements.image(found, at, block)
    if "title" in block:
        text_object(found, f"{at}/title", block["title"], most=2000, plain=True)


def _input(found: Problems, at: str, block: Json, modal: bool) -> None:
    text_object(found, f"{at}/label", block.get("label"), most=2000, plain=True)
    if "hint" in block:
        text_object(found, f"{at}/hint", block["hint"], most=2000, plain=True)
    if not isinstance(block.get("dispatch_action", False), bool):
        found.add(f"{at}/dispatch_action", "must be a boolean")
    if block.get("dispatch_action") and (block.get("element") or {}).get("type") == "file_input":
        found.add(f"{at}/dispatch_action", "unsupported type: file_input")
    allowed = elements.IN_INPUT if modal else elements.IN_INPUT - {"file_input"}
    elements.check(found, f"{at}/element", block.get("element"), allowed)


def _rich_text(found: Problems, at: str, block: Json, modal: bool) -> None:
    rich.check(found, at, block)


def _markdown(found: Problems, at: str, block: Json, modal: bool) -> None:
    if not isinstance(block.get("text"), str):
        found.add(at, "missing required field: text")
    found.length(f"{at}/text", block.get("text"), 12_000)


_KINDS: dict[str, Callable[[Problems, str, Json, bool], None]] = {
    "section": _section,
    "header": _header,
    "actions": _actions,
    "context": _context,
    "image": _image,
    "input": _input,
    "rich_text": _rich_text,
    "markdown": _markdown,
}
