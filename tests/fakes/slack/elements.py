"""Block elements: what they may be, and where they may stand.

https://docs.slack.dev/reference/block-kit/block-elements
"""

from collections.abc import Callable
from typing import Any

from tests.fakes.slack.checking import Problems, confirm, initial, option_lists, options, text_object

Json = dict[str, Any]
_SELECTS = {"static_select", "external_select", "users_select", "conversations_select", "channels_select"}
_MULTI = {f"multi_{name}" for name in _SELECTS}
_PICKERS = {"datepicker", "timepicker", "datetimepicker"}
_GROUPS = {"checkboxes", "radio_buttons"}
_TEXTS = {"plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input"}
_PRESSED = {"button", "overflow", "workflow_button"}
IN_SECTION = _SELECTS | _MULTI | (_PICKERS - {"datetimepicker"}) | _GROUPS | _PRESSED | {"image"}
IN_ACTIONS = _SELECTS | _MULTI | _PICKERS | _GROUPS | _PRESSED | {"rich_text_input"}
IN_INPUT = _SELECTS | _MULTI | _PICKERS | _GROUPS | _TEXTS | {"file_input"}


def check(found: Problems, at: str, given: Any, allowed: set[str]) -> None:
    if not isinstance(given, dict):
        found.add(at, "must provide an object")
        return
    kind = given.get("type")
    if kind not in allowed:
        found.add(f"{at}/type", f"unsupported type: {kind}")
        return
    if kind == "image":
        image(found, at, given)
        return
    if "action_id" in given:
        found.length(f"{at}/action_id", given["action_id"], 255, 1)
    if "confirm" in given:
        confirm(found, f"{at}/confirm", given["confirm"])
    if "placeholder" in given:
        text_object(found, f"{at}/placeholder", given["placeholder"], most=150, plain=True)
    if kind in _CHECKS:
        _CHECKS[kind](found, at, given)


def image(found: Problems, at: str, given: Json) -> None:
    """A block or an element."""
    if not isinstance(given.get("alt_text"), str):
        found.add(at, "missing required field: alt_text")
    found.length(f"{at}/alt_text", given.get("alt_text"), 2000)
    if "image_url" not in given and "slack_file" not in given:
        found.add(at, "missing required field: image_url or slack_file")
    found.length(f"{at}/image_url", given.get("image_url"), 3000)
    url = given.get("image_url")
    if isinstance(url, str) and not url.startswith(("https://", "http://")):
        found.add(f"{at}/image_url", "invalid_url")


def _button(found: Problems, at: str, given: Json) -> None:
    text_object(found, f"{at}/text", given.get("text"), most=75, plain=True)
    found.length(f"{at}/value", given.get("value"), 2000)
    found.length(f"{at}/url", given.get("url"), 3000)
    found.length(f"{at}/accessibility_label", given.get("accessibility_label"), 75)
    if given.get("style", "primary") not in ("primary", "danger"):
        found.add(f"{at}/style", "must be a valid enum value")
    url = given.get("url")
    if isinstance(url, str) and not url.startswith(("https://", "http://", "mailto:", "slack://")):
        found.add(f"{at}/url", "invalid_url")


def _overflow(found: Problems, at: str, given: Json) -> None:
    options(found, f"{at}/options", given.get("options"), least=1, most=5)


def _static_select(found: Problems, at: str, given: Json) -> None:
    option_lists(found, at, given)
    found.number(f"{at}/max_selected_items", given.get("max_selected_items"), 1, 1_000)


def _group(found: Problems, at: str, given: Json) -> None:
    options(found, f"{at}/options", given.get("options"), least=1, most=10, plain=False)
    initial(found, at, given, given.get("options"))


def _plain_text_input(found: Problems, at: str, given: Json) -> None:
    found.number(f"{at}/min_length", given.get("min_length"), 0, 3000)
    found.number(f"{at}/max_length", given.get("max_length"), 1, 3000)
    least, most = given.get("min_length"), given.get("max_length")
    if isinstance(least, int) and isinstance(most, int) and least > most:
        found.add(f"{at}/min_length", "must not be more than max_length")
    found.length(f"{at}/initial_value", given.get("initial_value"), most if isinstance(most, int) else 3000)
    if "dispatch_action_config" in given:
        _dispatched(found, f"{at}/dispatch_action_config", given["dispatch_action_config"])


def _dispatched(found: Problems, at: str, given: Any) -> None:
    """https://docs.slack.dev/reference/block-kit/composition-objects/dispatch-action-configuration-object"""
    if not isinstance(given, dict):
        found.add(at, "must provide an object")
    elif found.items(f"{at}/trigger_actions_on", given.get("trigger_actions_on"), 1, 2):
        for index, one in enumerate(given["trigger_actions_on"]):
            if one not in ("on_enter_pressed", "on_character_entered"):
                found.add(f"{at}/trigger_actions_on/{index}", "must be a valid enum value")


def _number_input(found: Problems, at: str, given: Json) -> None:
    if not isinstance(given.get("is_decimal_allowed"), bool):
        found.add(at, "missing required field: is_decimal_allowed")


def _file_input(found: Problems, at: str, given: Json) -> None:
    found.number(f"{at}/max_files", given.get("max_files"), 1, 10)
    if "filetypes" in given and found.items(f"{at}/filetypes", given["filetypes"], 1, 100):
        for index, one in enumerate(given["filetypes"]):
            if not isinstance(one, str) or not one or one.startswith("."):
                found.add(f"{at}/filetypes/{index}", "must be a file extension")


_CHECKS: dict[str, Callable[[Problems, str, Json], None]] = {
    "button": _button,
    "overflow": _overflow,
    "static_select": _static_select,
    "multi_static_select": _static_select,
    "checkboxes": _group,
    "radio_buttons": _group,
    "plain_text_input": _plain_text_input,
    "number_input": _number_input,
    "file_input": _file_input,
}
