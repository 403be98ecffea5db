"""What Discord refuses of application commands.

https://discord.com/developers/docs/interactions/application-commands
"""

import re
from typing import Any

from tests.fakes.discord.refusals import Form, Refused

CHAT, USER_MENU, MESSAGE_MENU = 1, 2, 3
SUBCOMMAND, GROUP = 1, 2
_NAME = re.compile(r"^[-_'\w\u0900-\u097F\u0E00-\u0E7F]{1,32}$")
_MOST = {CHAT: 100, USER_MENU: 15, MESSAGE_MENU: 15}
_CHOICES = {3, 4, 10}
Path = tuple[str | int, ...]


def check(commands: list[Any]) -> None:
    """A whole set, as it is overwritten at once. Raises Refused (50035, 30032)."""
    form = Form()
    seen: set[tuple[int, str]] = set()
    for index, command in enumerate(commands):
        kind = command.get("type") or CHAT
        form.choice((index, "type"), kind, {CHAT, USER_MENU, MESSAGE_MENU})
        if (kind, command.get("name")) in seen:
            words = "Application command names must be unique"
            form.wrong((index,), "APPLICATION_COMMANDS_DUPLICATE_NAME", words)
        seen.add((kind, str(command.get("name"))))
        if kind == CHAT:
            _chat(form, (index,), command)
        else:
            _menu(form, (index,), command)
    form.settle()
    for kind, most in _MOST.items():
        if sum(1 for command in commands if (command.get("type") or CHAT) == kind) > most:
            raise Refused(30032, message=f"Maximum number of application commands reached ({most}).")


def _chat(form: Form, path: Path, command: dict[str, Any]) -> None:
    _name(form, path, command.get("name"))
    form.text((*path, "description"), command.get("description"), 1, 100, required=True)
    _options(form, path, command.get("options"), depth=0)
    if _size(command) > 8000:
        form.wrong(path, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)")


def _menu(form: Form, path: Path, command: dict[str, Any]) -> None:
    form.text((*path, "name"), command.get("name"), 1, 32, required=True)
    if command.get("description"):
        words = "Context menu commands cannot have description"
        form.wrong((*path, "description"), "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION", words)
    if command.get("options"):
        words = "Context menu commands cannot have options"
        form.wrong((*path, "options"), "APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS", words)


def _name(form: Form, path: Path, name: Any) -> None:
    if not isinstance(name, str) or not _NAME.match(name) or name != name.lower():
        words = "Command name is invalid"
        form.wrong((*path, "name"), "APPLICATION_COMMAND_INVALID_NAME", words)


def _options(form: Form, path: Path, given: Any, *, depth: int) -> None:
    options = form.items((*path, "options"), given, 0, 25)
    names: set[str] = set()
    optional = False
    for index, option in enumerate(options):
        where = (*path, "options", index)
        _name(form, where, option.get("name"))
        form.text((*where, "description"), option.get("description"), 1, 100, required=True)
        if option.get("name") in names:
            form.wrong(where, "APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATE", "Option names must be unique")
        names.add(str(option.get("name")))
        if option.get("required") and optional:
            words = "Required options must be placed before non-required options"
            form.wrong(where, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", words)
        optional = optional or not option.get("required")
        _option(form, where, option, depth)
    kinds = {option.get("type") for option in options}
    if kinds & {SUBCOMMAND, GROUP} and kinds - {SUBCOMMAND, GROUP}:
        words = "Sub-command and sub-command group option types are mutually exclusive to all other types"
        form.wrong((*path, "options"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", words)


def _option(form: Form, path: Path, option: dict[str, Any], depth: int) -> None:
    kind = option.get("type")
    form.choice((*path, "type"), kind, set(range(1, 12)))
    if kind in (SUBCOMMAND, GROUP):
        if depth > 1 or (kind == GROUP and depth > 0):
            form.wrong((*path, "type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Nested too deep")
        _options(form, path, option.get("options"), depth=depth + 1)
        return
    choices = form.items((*path, "choices"), option.get("choices"), 0, 25)
    if choices and option.get("autocomplete"):
        words = "Autocomplete cannot be used with choices"
        form.wrong((*path, "autocomplete"), "APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES", words)
    if (choices or option.get("autocomplete")) and kind not in _CHOICES:
        form.wrong((*path, "choices"), "APPLICATION_COMMAND_OPTIONS_CHOICES", "Choices are for text and numbers")
    check_choices(form, (*path, "choices"), choices, kind)


def check_choices(form: Form, path: Path, choices: list[Any], kind: Any) -> None:
    values: set[Any] = set()
    for index, choice in enumerate(choices):
        form.text((*path, index, "name"), choice.get("name"), 1, 100, required=True)
        value = choice.get("value")
        if kind == 3:
            form.text((*path, index, "value"), value, 1, 100, required=True)
        elif kind in (4, 10) and (isinstance(value, bool) or not isinstance(value, int | float)):
            form.wrong((*path, index, "value"), "NUMBER_TYPE_COERCE", f'Value "{value}" is not a number.')
        if str(value) in values:
            form.wrong((*path, index, "value"), "APPLICATION_COMMAND_OPTIONS_CHOICE_VALUE_DUPLICATE", "Used twice")
        values.add(str(value))


def _size(node: dict[str, Any]) -> int:
    own = len(node.get("name") or "") + len(node.get("description") or "")
    own += sum(len(choice.get("name") or "") + len(str(choice.get("value"))) for choice in node.get("choices") or [])
    return own + sum(_size(option) for option in node.get("options") or [])


def changed(old: dict[str, Any], new: dict[str, Any]) -> bool:
    keys = ("description", "options", "default_member_permissions", "contexts", "nsfw")
    return any(old.get(key) != new.get(key) for key in keys)
