"""What Discord refuses of buttons, selects and modals. https://discord.com/developers/docs/components/reference"""

from typing import Any

from tests.fakes.discord.refusals import Form

Path = tuple[str | int, ...]
ROW, BUTTON, STRING_SELECT, TEXT_INPUT, SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL = (
    *(1, 2, 3, 4, 9, 10, 11, 12, 13, 14),
    *(17, 18),
)
UPLOAD, RADIO, CHECKS, CHECK = 19, 21, 22, 23
SELECTS = {3, 5, 6, 7, 8}
IN_LABEL = SELECTS | {TEXT_INPUT, UPLOAD, RADIO, CHECKS, CHECK}


class Ids:
    """Refuses a custom_id that comes twice."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._seen: set[str] = set()

    def take(self, path: Path, value: Any) -> None:
        value = self._form.text((*path, "custom_id"), value, 1, 100, required=True)
        if value in self._seen:
            self._form.wrong(
                (*path, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated"
            )
        elif value is not None:
            self._seen.add(value)


def message(form: Form, components: Any, *, v2: bool) -> None:
    path: Path = ("components",)
    ids = Ids(form)
    if v2:
        _version_two(form, path, form.items(path, components, 0, 40), ids)
        return
    for index, one in enumerate(form.items(path, components, 0, 5)):
        if one.get("type") != ROW:
            form.wrong((*path, index, "type"), "UNION_TYPE_CHOICES", 'Value of field "type" must be one of (1,).')
        else:
            _row(form, (*path, index), one, ids)


def _version_two(form: Form, path: Path, components: list[Any], ids: Ids) -> None:
    """At most 40 components, nested ones too, and 4000 characters of text in all."""
    total, words = 0, 0
    waiting = [((*path, index), one) for index, one in enumerate(components)]
    while waiting:
        where, one = waiting.pop()
        total += 1
        if one.get("type") == ROW:
            _row(form, where, one, ids)
            total += len(one.get("components") or [])
            continue
        if one.get("type") == BUTTON:
            _button(form, where, one, ids)
        elif one.get("type") == TEXT:
            words += len(form.text((*where, "content"), one.get("content"), 1, 4000, required=True) or "")
        elif one.get("type") not in {SECTION, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER}:
            form.wrong((*where, "type"), "UNION_TYPE_CHOICES", "This type of component does not go here.")
        waiting += [((*where, "components", at), inner) for at, inner in enumerate(one.get("components") or [])]
        if one.get("accessory"):
            waiting.append(((*where, "accessory"), one["accessory"]))
    if total > 40:
        form.wrong(path, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", "The total number of components exceeds 40.")
    if words > 4000:
        form.wrong(path, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", "Total displayable text exceeds 4000 characters.")


def _row(form: Form, path: Path, row: dict[str, Any], ids: Ids) -> None:
    children = form.items((*path, "components"), row.get("components"), 1, 5)
    kinds = {one.get("type") for one in children}
    if kinds & SELECTS and len(children) > 1:
        form.wrong(
            (*path, "components"),
            "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
            "The specified component exceeds the maximum width",
        )
    for index, one in enumerate(children):
        where = (*path, "components", index)
        if one.get("type") == BUTTON:
            _button(form, where, one, ids)
        elif one.get("type") in SELECTS:
            select(form, where, one, ids)
        else:
            form.wrong(
                (*where, "type"), "UNION_TYPE_CHOICES", 'Value of field "type" must be one of (2, 3, 5, 6, 7, 8).'
            )


def _button(form: Form, path: Path, button: dict[str, Any], ids: Ids) -> None:
    style = button.get("style")
    form.choice((*path, "style"), style, {1, 2, 3, 4, 5, 6})
    form.text((*path, "label"), button.get("label"), 0, 80)
    if style != 6 and not (button.get("label") or "").strip() and not button.get("emoji"):
        form.wrong(path, "BUTTON_COMPONENT_INVALID_LABEL", "A button must have a label or emoji")
    if style == 5:
        form.text((*path, "url"), button.get("url"), 1, 512, required=True)
        if button.get("custom_id"):
            form.wrong(path, "BUTTON_COMPONENT_CUSTOM_ID_URL_CONFLICT", "A custom id and url cannot both be specified")
        return
    if button.get("url"):
        form.wrong(path, "BUTTON_COMPONENT_CUSTOM_ID_URL_CONFLICT", "A custom id and url cannot both be specified")
    ids.take(path, button.get("custom_id"))


def select(form: Form, path: Path, one: dict[str, Any], ids: Ids) -> None:
    ids.take(path, one.get("custom_id"))
    form.text((*path, "placeholder"), one.get("placeholder"), 0, 150)
    form.number((*path, "min_values"), one.get("min_values"), 0, 25)
    form.number((*path, "max_values"), one.get("max_values"), 1, 25)
    least, most = _given(one, "min_values", 1), _given(one, "max_values", 1)
    if least > most:
        form.wrong((*path, "min_values"), "BASE_TYPE_BAD_LENGTH", "min_values must not exceed max_values.")
    if one.get("type") == STRING_SELECT:
        options = _options(form, path, one.get("options"), 1, 25)
        if most > len(options):
            form.wrong((*path, "max_values"), "SELECT_COMPONENT_MAX_VALUES_TOO_LARGE", "More than there are options.")
        if sum(1 for option in options if option.get("default")) > most:
            form.wrong((*path, "options"), "SELECT_COMPONENT_TOO_MANY_DEFAULTS", "More defaults than max_values.")
    elif one.get("options"):
        form.wrong((*path, "options"), "SELECT_COMPONENT_OPTIONS", "Only a string select has options.")


def _options(form: Form, path: Path, given: Any, low: int, high: int) -> list[dict[str, Any]]:
    options = form.items((*path, "options"), given, low, high)
    seen: set[str] = set()
    for index, option in enumerate(options):
        where = (*path, "options", index)
        form.text((*where, "label"), option.get("label"), 1, 100, required=True)
        value = form.text((*where, "value"), option.get("value"), 1, 100, required=True)
        form.text((*where, "description"), option.get("description"), 0, 100)
        if value in seen:
            form.wrong(
                (*where, "value"),
                "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
                "The specified option value is already used",
            )
        seen.add(value or "")
    return options


def modal(form: Form, data: dict[str, Any]) -> None:
    form.text(("data", "custom_id"), data.get("custom_id"), 1, 100, required=True)
    form.text(("data", "title"), data.get("title"), 1, 45, required=True)
    ids = Ids(form)
    for index, one in enumerate(form.items(("data", "components"), data.get("components"), 1, 5)):
        path: Path = ("data", "components", index)
        if one.get("type") == LABEL:
            form.text((*path, "label"), one.get("label"), 1, 45, required=True)
            form.text((*path, "description"), one.get("description"), 1, 100)
            _labelled(form, (*path, "component"), one.get("component") or {}, ids)
        elif one.get("type") == ROW:
            inner = form.items((*path, "components"), one.get("components"), 1, 1)
            for child in inner:
                form.choice((*path, "components", 0, "type"), child.get("type"), {TEXT_INPUT})
                form.text((*path, "components", 0, "label"), child.get("label"), 1, 45, required=True)
                _text_input(form, (*path, "components", 0), child, ids)
        elif one.get("type") == TEXT:
            form.text((*path, "content"), one.get("content"), 1, 4000, required=True)
        else:
            form.choice((*path, "type"), one.get("type"), {ROW, TEXT, LABEL})


def _labelled(form: Form, path: Path, one: dict[str, Any], ids: Ids) -> None:
    kind = one.get("type")
    if kind not in IN_LABEL:
        form.choice((*path, "type"), kind, IN_LABEL)
    elif kind == TEXT_INPUT:
        if one.get("label"):
            form.wrong(
                (*path, "label"), "COMPONENT_LABEL_DUPLICATED", "A text input in a label has no label of its own."
            )
        _text_input(form, path, one, ids)
    elif kind in SELECTS:
        select(form, path, one, ids)
        if one.get("disabled"):
            form.wrong((*path, "disabled"), "COMPONENT_DISABLED", "Nothing in a modal can be disabled.")
        if one.get("required", True) and one.get("min_values") == 0:
            form.wrong((*path, "min_values"), "COMPONENT_REQUIRED_MIN_VALUES", "A required select needs a choice.")
    else:
        _other_input(form, path, one, ids)


def _other_input(form: Form, path: Path, one: dict[str, Any], ids: Ids) -> None:
    ids.take(path, one.get("custom_id"))
    kind = one["type"]
    if kind == RADIO:
        _options(form, path, one.get("options"), 2, 10)
    elif kind == CHECKS:
        _options(form, path, one.get("options"), 1, 10)
    if kind in (CHECKS, UPLOAD):
        form.number((*path, "min_values"), one.get("min_values"), 0, 10)
        form.number((*path, "max_values"), one.get("max_values"), 1, 10)
        if one.get("required", True) and one.get("min_values") == 0:
            form.wrong((*path, "min_values"), "COMPONENT_REQUIRED_MIN_VALUES", "A required field needs a choice.")
        if _given(one, "min_values", 0) > _given(one, "max_values", 10 if kind == CHECKS else 1):
            form.wrong((*path, "min_values"), "BASE_TYPE_BAD_LENGTH", "min_values must not exceed max_values.")


def _text_input(form: Form, path: Path, one: dict[str, Any], ids: Ids) -> None:
    ids.take(path, one.get("custom_id"))
    form.choice((*path, "style"), one.get("style"), {1, 2})
    form.number((*path, "min_length"), one.get("min_length"), 0, 4000)
    form.number((*path, "max_length"), one.get("max_length"), 1, 4000)
    form.text((*path, "placeholder"), one.get("placeholder"), 0, 100)
    least, most = _given(one, "min_length", 0), _given(one, "max_length", 4000)
    if least > most:
        form.wrong((*path, "min_length"), "BASE_TYPE_BAD_LENGTH", "min_length must not exceed max_length.")
    value = form.text((*path, "value"), one.get("value"), 0, 4000)
    if value and not least <= len(value) <= most:
        form.wrong((*path, "value"), "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")


def _given(one: dict[str, Any], key: str, default: int) -> int:
    value = one.get(key)
    return value if isinstance(value, int) else default
