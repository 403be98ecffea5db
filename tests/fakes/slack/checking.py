"""Problems as Slack words them, and the objects that many blocks consist of.

https://docs.slack.dev/reference/block-kit/composition-objects
"""

from typing import Any


class Problems:
    def __init__(self) -> None:
        self.ordered: list[str] = []

    def add(self, at: str, what: str) -> None:
        self.ordered.append(f"{what} [json-pointer:{at}]")

    def length(self, at: str, value: Any, most: int, least: int = 0) -> None:
        """Of a text, if there is one."""
        if value is None:
            return
        if not isinstance(value, str):
            self.add(at, "must be a string")
        elif len(value) > most:
            self.add(at, f"must be less than {most + 1} characters")
        elif len(value) < least:
            self.add(at, f"must be more than {least - 1} characters")

    def items(self, at: str, value: Any, least: int, most: int) -> bool:
        """Whether it is a list, to be looked at more closely."""
        if not isinstance(value, list):
            self.add(at, "must be an array")
            return False
        if len(value) > most:
            self.add(at, f"no more than {most} items allowed")
        if len(value) < least:
            self.add(at, f"no less than {least} items allowed" if least > 1 else "must not be empty")
        return True

    def number(self, at: str, value: Any, least: int, most: int) -> None:
        if value is None:
            return
        if not isinstance(value, int) or isinstance(value, bool):
            self.add(at, "must be a number")
        elif not least <= value <= most:
            self.add(at, f"must be between {least} and {most}")


def text_object(found: Problems, at: str, given: Any, *, most: int, plain: bool = False) -> None:
    """``plain``: whether mrkdwn is not taken there."""
    if not isinstance(given, dict):
        found.add(at, "must provide an object" if given is not None else "missing required field")
        return
    kind = given.get("type")
    if kind not in ("plain_text", "mrkdwn") or (plain and kind != "plain_text"):
        found.add(f"{at}/type", f"unsupported type: {kind}")
        return
    if not isinstance(given.get("text"), str):
        found.add(f"{at}/text", "missing required field: text")
        return
    found.length(f"{at}/text", given["text"], most, 1)
    if "verbatim" in given and kind == "plain_text":
        found.add(at, "invalid additional property: verbatim")
    if "emoji" in given and kind == "mrkdwn":
        found.add(at, "invalid additional property: emoji")


def confirm(found: Problems, at: str, given: Any) -> None:
    if not isinstance(given, dict):
        found.add(at, "must provide an object")
        return
    for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
        if name in given or name != "deny":
            text_object(found, f"{at}/{name}", given.get(name), most=most, plain=name != "text")


def option(found: Problems, at: str, given: Any, *, plain: bool) -> None:
    if not isinstance(given, dict):
        found.add(at, "must provide an object")
        return
    text_object(found, f"{at}/text", given.get("text"), most=75, plain=plain)
    if not isinstance(given.get("value"), str):
        found.add(at, "missing required field: value")
    found.length(f"{at}/value", given.get("value"), 150)
    if "description" in given:
        text_object(found, f"{at}/description", given["description"], most=75, plain=plain)
    found.length(f"{at}/url", given.get("url"), 3000)


def options(found: Problems, at: str, given: Any, *, least: int, most: int, plain: bool = True) -> None:
    if found.items(at, given, least, most):
        for index, one in enumerate(given):
            option(found, f"{at}/{index}", one, plain=plain)


def option_lists(found: Problems, at: str, element: dict[str, Any]) -> None:
    """A select's options or option groups, one of the two, and that the first choice is among them."""
    if ("options" in element) == ("option_groups" in element):
        found.add(at, "must provide either options or option_groups")
        return
    if "options" in element:
        options(found, f"{at}/options", element["options"], least=1, most=100)
        offered = element["options"]
    else:
        offered = []
        if found.items(f"{at}/option_groups", element["option_groups"], 1, 100):
            for index, group in enumerate(element["option_groups"]):
                text_object(found, f"{at}/option_groups/{index}/label", group.get("label"), most=75, plain=True)
                options(found, f"{at}/option_groups/{index}/options", group.get("options"), least=1, most=100)
                offered = [*offered, *(group.get("options") or [])]
    initial(found, at, element, offered)


def initial(found: Problems, at: str, element: dict[str, Any], offered: Any) -> None:
    """What is chosen already must be an option, word for word."""
    chosen = [("initial_option", element["initial_option"])] if "initial_option" in element else []
    chosen += [("initial_options", one) for one in element.get("initial_options") or []]
    for name, one in chosen:
        if isinstance(offered, list) and one not in offered:
            found.add(f"{at}/{name}", f"{name} must match an option exactly")
    if "initial_options" in element and not element["initial_options"]:
        found.add(f"{at}/initial_options", "must not be empty")
