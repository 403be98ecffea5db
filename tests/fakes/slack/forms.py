"""What Slack's own client looks at before it sends a form. https://docs.slack.dev/reference/block-kit"""

import re
from typing import Any

from tests.fakes.slack.views import View

Json = dict[str, Any]
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def refusals(view: View) -> list[str]:
    """Why the client would not send it as it stands; nothing where it would."""
    found = []
    for label, block, element in view.inputs:
        state = view.values[block["block_id"]][element["action_id"]]
        value = next(one for key, one in state.items() if key != "type")
        if value in (None, "", []):
            if not block.get("optional", False):
                found.append(f"{label!r} must be filled in")
            continue
        found += [f"{label!r} {one}" for one in _wrong(element, value)]
    return found


def _wrong(element: Json, value: Any) -> list[str]:
    match element["type"]:
        case "plain_text_input":
            return _text(element, value)
        case "email_text_input":
            return [] if _EMAIL.fullmatch(value) else ["must be an email address"]
        case "url_text_input":
            return [] if value.startswith(("http://", "https://")) else ["must be a link"]
        case "number_input":
            return _number(element, value)
        case "file_input":
            return _files(element, value)
        case "multi_static_select" if len(value) > element.get("max_selected_items", 100):
            return ["has too many chosen"]
    return []


def _text(element: Json, value: str) -> list[str]:
    most, least = element.get("max_length", 3000), element.get("min_length", 0)
    if len(value) > most:
        return [f"has more than {most} characters"]
    if len(value) < least:
        return [f"has less than {least} characters"]
    if "\n" in value and not element.get("multiline", False):
        return ["has one line only"]
    return []


def _number(element: Json, value: str) -> list[str]:
    try:
        number = float(value)
    except ValueError:
        return ["must be a number"]
    if not element["is_decimal_allowed"] and not number.is_integer():
        return ["must be a whole number"]
    if number < float(element.get("min_value", number)) or number > float(element.get("max_value", number)):
        return ["is out of its range"]
    return []


def _files(element: Json, value: list[Json]) -> list[str]:
    if len(value) > element.get("max_files", 10):
        return [f"takes at most {element.get('max_files', 10)} files"]
    allowed = element.get("filetypes")
    refused = [one["name"] for one in value if allowed and one["name"].rpartition(".")[2].lower() not in allowed]
    return [f"does not take {name}" for name in refused]
