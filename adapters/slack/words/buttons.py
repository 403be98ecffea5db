"""Buttons and menus of a card, and what a press of one runs.

https://docs.slack.dev/reference/block-kit/block-elements/button-element and overflow-menu-element. A button's action is
its ``action_id``; in a menu it is the option's ``value``.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.slack.words.addresses import is_web_link
from adapters.slack.words.elements import plain_text
from adapters.slack.words.fit import (
    ACTION_ID,
    BUTTON,
    BUTTONS,
    OPTION,
    OPTION_VALUE,
    OVERFLOW,
    Payload,
    one_line,
    size,
    units,
)
from core.cards.card import Button, ButtonStyle

LINK = "link."
"""What the ``action_id`` of a button begins with that only opens a page: Slack tells of its press all the same."""
MORE = "more."
"""The same for a menu of further buttons."""
_ADDRESS = 1_000
_IN_VIEW = 5
"""So many stand side by side; where there are more, some go into a menu."""
_STAY = 3
"""So many do not."""
_ROOM = 3_500
"""JSON of all the buttons of a card."""


class Buttons:
    """The buttons of one message or view: each action once, those out that Slack would refuse."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._links = 0
        self._menus = 0

    def fitting(self, buttons: Sequence[Button]) -> list[Button]:
        """Those to be shown: with an address of the web or an action, that no other button bears."""
        shown: list[Button] = []
        room = _ROOM
        for button in buttons[:BUTTONS]:
            key = button.url or button.action or ""
            room -= size(self._button(button)) if self._is_fit(button) else 0
            if self._is_fit(button) and key not in self._seen and room >= 0:
                self._seen.add(key)
                shown.append(button)
        return shown

    def row(self, buttons: Sequence[Button], *, compact: bool = False) -> list[Payload]:
        """A block of ``fitting`` buttons; none where there is none. Where they are too many to stand side by side, or
        ``compact``, the plain ones go into a menu."""
        if not buttons:
            return []
        hidden = _hidden(buttons) if compact or len(buttons) > _IN_VIEW else []
        menus = [hidden[start : start + OVERFLOW] for start in range(0, len(hidden), OVERFLOW)]
        if menus and len(menus[-1]) == 1:
            menus.pop()  # a menu of one is a button
        in_menus = [id(button) for menu in menus for button in menu]
        elements = [self.button(button) for button in buttons if id(button) not in in_menus]
        return [{"type": "actions", "elements": [*elements, *map(self._menu, menus)]}]

    def button(self, button: Button) -> Payload:
        """One of the ``fitting``."""
        made = self._button(button)
        if button.url is not None:
            made["action_id"] = f"{LINK}{self._links}"
            self._links += 1
        return made

    def _is_fit(self, button: Button) -> bool:
        if button.url is not None:
            return is_web_link(button.url, _ADDRESS)
        return button.action is not None and 0 < units(button.action) <= ACTION_ID

    def _button(self, button: Button) -> Payload:
        made: Payload = {"type": "button", "text": plain_text(one_line(button.label, BUTTON) or "•")}
        if button.style is not ButtonStyle.PLAIN:
            made["style"] = button.style.value
        return made | ({"url": button.url} if button.url is not None else {"action_id": button.action})

    def _menu(self, buttons: Sequence[Button]) -> Payload:
        made = {"type": "overflow", "action_id": f"{MORE}{self._menus}", "options": [_option(b) for b in buttons]}
        self._menus += 1
        return made


def pressed(action: Mapping[str, Any]) -> str | None:
    """What a press runs (``core/actions.py``), from an ``action`` of a ``block_actions`` payload; None where it is no
    button of the desk's, or one that only opens a page."""
    key = str(action.get("action_id") or "")
    if action.get("type") == "overflow" and key.startswith(MORE):
        option = action.get("selected_option")
        return str(option.get("value") or "") or None if isinstance(option, Mapping) else None
    return key if action.get("type") == "button" and key and not key.startswith(LINK) else None


def _hidden(buttons: Sequence[Button]) -> list[Button]:
    """Those that may stand in a menu: the plain ones that run something. The first of them stay in view where few
    others do."""
    plain = [button for button in buttons if button.style is ButtonStyle.PLAIN and button.url is None]
    stay = max(0, _STAY - (len(buttons) - len(plain)))
    return [button for button in plain[stay:] if units(button.action or "") <= OPTION_VALUE]


def _option(button: Button) -> Payload:
    return {"text": plain_text(one_line(button.label, OPTION) or "•"), "value": button.action}
