"""Rich text blocks: which parts there are, and what each must hold.

https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from typing import Any

from tests.fakes.slack.checking import Problems

Json = dict[str, Any]
_STYLES = {"bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"}
_NEEDED = {
    "text": "text",
    "link": "url",
    "user": "user_id",
    "usergroup": "usergroup_id",
    "channel": "channel_id",
    "broadcast": "range",
    "emoji": "name",
    "color": "value",
    "team": "team_id",
    "date": "timestamp",
}
_ELEMENTS = {"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"}


def check(found: Problems, at: str, block: Json) -> None:
    if not found.items(f"{at}/elements", block.get("elements"), 1, 10_000):
        return
    for index, element in enumerate(block["elements"]):
        _element(found, f"{at}/elements/{index}", element)


def _element(found: Problems, at: str, element: Any) -> None:
    kind = element.get("type") if isinstance(element, dict) else None
    if kind not in _ELEMENTS:
        found.add(f"{at}/type", f"unsupported type: {kind}")
        return
    if kind == "rich_text_list":
        _list(found, at, element)
        return
    if found.items(f"{at}/elements", element.get("elements"), 0, 10_000):
        for index, part in enumerate(element["elements"]):
            _part(found, f"{at}/elements/{index}", part, preformatted=kind == "rich_text_preformatted")


def _list(found: Problems, at: str, element: Json) -> None:
    if element.get("style") not in ("bullet", "ordered"):
        found.add(f"{at}/style", "must be a valid enum value")
    found.number(f"{at}/indent", element.get("indent"), 0, 8)
    found.number(f"{at}/border", element.get("border"), 0, 1)
    if not found.items(f"{at}/elements", element.get("elements"), 1, 10_000):
        return
    for index, item in enumerate(element["elements"]):
        if not isinstance(item, dict) or item.get("type") != "rich_text_section":
            found.add(f"{at}/elements/{index}/type", "must be rich_text_section")
        else:
            _element(found, f"{at}/elements/{index}", item)


def _part(found: Problems, at: str, part: Any, *, preformatted: bool) -> None:
    kind = part.get("type") if isinstance(part, dict) else None
    if kind not in _NEEDED or (preformatted and kind not in ("text", "link")):
        found.add(f"{at}/type", f"unsupported type: {kind}")
        return
    value = part.get(_NEEDED[kind])
    if value is None:
        found.add(at, f"missing required field: {_NEEDED[kind]}")
    elif kind == "text":
        found.length(f"{at}/text", value, 1_000_000, 1)
    elif kind == "link" and not str(value).startswith(("https://", "http://", "mailto:", "slack://", "tel:")):
        found.add(f"{at}/url", "invalid_url")
    elif kind == "broadcast" and value not in ("here", "channel", "everyone"):
        found.add(f"{at}/range", "must be a valid enum value")
    style = part.get("style", {})
    if not isinstance(style, dict) or any(
        name not in _STYLES or not isinstance(on, bool) for name, on in style.items()
    ):
        found.add(f"{at}/style", "must be a valid style")
