"""Views: modals and home tabs as they stand on somebody's screen, with what they filled in so far.

https://docs.slack.dev/reference/views
"""

import asyncio
from typing import Any

from tests.fakes.patience import patience
from tests.fakes.slack import posting, shown
from tests.fakes.slack.payloads import file_json
from tests.fakes.slack.state import SlackFile, User
from tests.fakes.slack.world import World

Json = dict[str, Any]
_EMPTY: dict[str, Json] = {
    "plain_text_input": {"value": None},
    "email_text_input": {"value": None},
    "url_text_input": {"value": None},
    "number_input": {"value": None},
    "static_select": {"selected_option": None},
    "external_select": {"selected_option": None},
    "radio_buttons": {"selected_option": None},
    "checkboxes": {"selected_options": []},
    "multi_static_select": {"selected_options": []},
    "multi_external_select": {"selected_options": []},
    "users_select": {"selected_user": None},
    "multi_users_select": {"selected_users": []},
    "channels_select": {"selected_channel": None},
    "multi_channels_select": {"selected_channels": []},
    "conversations_select": {"selected_conversation": None},
    "multi_conversations_select": {"selected_conversations": []},
    "datepicker": {"selected_date": None},
    "timepicker": {"selected_time": None},
    "datetimepicker": {"selected_date_time": None},
    "rich_text_input": {"rich_text_value": None},
    "file_input": {"files": []},
}
_INITIAL = {
    "value": "initial_value",
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_user": "initial_user",
    "selected_users": "initial_users",
    "selected_channel": "initial_channel",
    "selected_channels": "initial_channels",
    "selected_conversation": "initial_conversation",
    "selected_conversations": "initial_conversations",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_date_time": "initial_date_time",
    "rich_text_value": "initial_value",
}


class View:
    """``stack``: the modals that lie on one another, the first below; of a home it is empty."""

    def __init__(self, world: World, user: User, data: Json, stack: list["View"]) -> None:
        self.world = world
        self.user = user
        self.id = world.new_id("V")
        self.stack = stack
        self.previous_id = stack[-1].id if stack else None
        self.root_id = stack[0].id if stack else self.id
        self.open = True
        self.updates = 0
        """How often it was changed by the app."""
        self.response_place: Any = None
        self.hash = ""
        self.data: Json = {}
        self.values: dict[str, dict[str, Json]] = {}
        self._changed = asyncio.Event()
        self.show(data)
        self.updates = 0
        world.views[self.id] = self

    def show(self, data: Json) -> None:
        """What stands in it now. Of inputs that are still there what was filled in stays."""
        before = self.values
        self.data = data | {"blocks": posting.numbered(self.world, data["blocks"])}
        self.values = {}
        for block, element in shown.elements(self.data["blocks"]):
            if element["type"] in _EMPTY:
                kept = before.get(block["block_id"], {}).get(element["action_id"])
                value = kept if kept is not None and _still_fits(kept, element) else _first(element)
                self.values.setdefault(block["block_id"], {})[element["action_id"]] = value
        self.hash = f"{self.world.seconds()}.{self.world.chance.getrandbits(32):08x}"
        self.updates += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def changed(self, since: int, within: float = 5.0) -> "View":
        """Until the app changed it more than ``since`` times (``updates``). Raises TimeoutError."""
        async with patience(within):
            while self.updates <= since:
                await self._changed.wait()
        return self

    @property
    def kind(self) -> str:
        return str(self.data["type"])

    @property
    def title(self) -> str:
        return str(self.data["title"]["text"])

    @property
    def blocks(self) -> list[Json]:
        return list(self.data["blocks"])

    @property
    def private_metadata(self) -> str:
        return str(self.data.get("private_metadata", ""))

    @property
    def inputs(self) -> list[tuple[str, Json, Json]]:
        """Each input's label, with its block and its element."""
        return [(one["label"]["text"], one, one["element"]) for one in self.blocks if one["type"] == "input"]

    @property
    def labels(self) -> list[str]:
        return [label for label, _, _ in self.inputs]

    @property
    def buttons(self) -> list[str]:
        return shown.buttons(self.blocks)

    @property
    def menu(self) -> list[str]:
        return shown.menu(self.blocks)

    @property
    def text_shown(self) -> str:
        heads = [self.data[name]["text"] for name in ("title",) if name in self.data]
        return "\n".join([*heads, shown.words(self.blocks, self.world)])

    def options(self, name: str) -> list[str]:
        """What a select offers, by its label, placeholder or action_id."""
        return [one["text"]["text"] for one in offered(self.element(name)[1])]

    def element(self, name: str) -> tuple[Json, Json]:
        """A block and its element, by label, placeholder, block_id or action_id. Raises AssertionError."""
        found = shown.elements(self.blocks)
        for block, one in found:
            label = block.get("label", {}).get("text")
            hint = one.get("placeholder", {}).get("text")
            if name in (label, hint, block.get("block_id"), one.get("action_id")):
                return block, one
        raise AssertionError(f"the form {self.text_shown!r} has no {name!r}: {self.labels}")

    def value(self, name: str) -> Any:
        """What stands in an input: a text, an option's or options' labels, ids, files' names."""
        block, element = self.element(name)
        state = self.values[block["block_id"]][element["action_id"]]
        found = next(value for key, value in state.items() if key != "type")
        if isinstance(found, list):
            return [one["text"]["text"] if isinstance(one, dict) and "text" in one else one for one in found]
        return found["text"]["text"] if isinstance(found, dict) and "text" in found else found

    def put(self, block: Json, element: Json, value: Any) -> None:
        """``value``: as a person would give it: a text, an option's label, a person, files."""
        made = {"type": element["type"]} | _filled(element, value, self.world)
        self.values.setdefault(block["block_id"], {})[element["action_id"]] = made

    def json(self) -> Json:
        data, world = self.data, self.world
        return {
            "id": self.id,
            "team_id": world.team,
            "type": data["type"],
            "blocks": data["blocks"],
            "private_metadata": data.get("private_metadata", ""),
            "callback_id": data.get("callback_id", ""),
            "state": {"values": self.values},
            "hash": self.hash,
            "title": data.get("title", {"type": "plain_text", "text": "View Title", "emoji": True}),
            "clear_on_close": data.get("clear_on_close", False),
            "notify_on_close": data.get("notify_on_close", False),
            "close": data.get("close"),
            "submit": data.get("submit"),
            "previous_view_id": self.previous_id,
            "root_view_id": self.root_id,
            "app_id": world.app_id,
            "external_id": data.get("external_id", ""),
            "app_installed_team_id": world.team,
            "bot_id": world.bot_id,
        }

    def shut(self) -> None:
        """This one, and what lies upon it."""
        at = self.stack.index(self) if self in self.stack else len(self.stack)
        for one in self.stack[at:]:
            one.open = False
        del self.stack[at:]
        self.open = False

    def __repr__(self) -> str:
        return f"<{self.kind} of {self.user.name}: {self.text_shown[:60]!r}>"


def offered(element: Json) -> list[Json]:
    groups = element.get("option_groups")
    return list(element.get("options") or []) if groups is None else [one for g in groups for one in g["options"]]


def _first(element: Json) -> Json:
    (name, empty), *_ = _EMPTY[element["type"]].items()
    return {"type": element["type"], name: element.get(_INITIAL.get(name, ""), empty)}


def _still_fits(kept: Json, element: Json) -> bool:
    if kept["type"] != element["type"]:
        return False
    chosen = [kept["selected_option"]] if kept.get("selected_option") else kept.get("selected_options") or []
    return all(one in offered(element) for one in chosen)


def _filled(element: Json, value: Any, world: World) -> Json:
    (name, empty), *_ = _EMPTY[element["type"]].items()
    if value is None:
        return {name: empty}
    if name == "selected_option":
        return {name: option(element, value)}
    if name == "selected_options":
        return {name: [option(element, one) for one in (value if isinstance(value, list) else [value])]}
    if name == "files":
        return {name: [file_json(one, world) for one in value if isinstance(one, SlackFile)]}
    if isinstance(empty, list):
        return {name: [getattr(one, "id", one) for one in (value if isinstance(value, list) else [value])]}
    return {name: getattr(value, "id", value)}


def option(element: Json, wanted: str) -> Json:
    """By label or value. Raises AssertionError."""
    known = offered(element)
    for one in known:
        if wanted in (one["text"]["text"], one.get("value")):
            return one
    raise AssertionError(f"{wanted!r} is not offered: {[one['text']['text'] for one in known]}")
