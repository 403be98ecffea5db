"""A slash command's options as Discord's client checks and sends them."""

from typing import Any

from tests.fakes.discord import permissions, posting
from tests.fakes.discord.payloads import attachment_json, member_json, message_json, role_json, thread_json, user_json
from tests.fakes.discord.posting import Upload
from tests.fakes.discord.state import Channel, Message, Role
from tests.fakes.discord.world import World

File = tuple[str, bytes]
TEXT, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = 3, 4, 5, 6, 7, 8, 9, 10, 11


class Resolved:
    """The objects that an interaction's ids stand for, told along with it."""

    def __init__(self, world: World, place: Any) -> None:
        self.world = world
        self._place = place
        self._data: dict[str, dict[str, Any]] = {}

    def json(self) -> dict[str, Any]:
        return {"resolved": self._data} if self._data else {}

    def _keep(self, kind: str, thing_id: int, data: dict[str, Any]) -> str:
        self._data.setdefault(kind, {})[str(thing_id)] = data
        return str(thing_id)

    def person(self, person: Any) -> str:
        if self._place.guild is not None and person.id in self._place.guild.members:
            rights = str(permissions.in_place(person, self._place))
            self._keep("members", person.id, member_json(person, user=False) | {"permissions": rights})
        return self._keep("users", person.id, user_json(person.user))

    def role(self, role: Role) -> str:
        return self._keep("roles", role.id, role_json(role))

    def channel(self, channel: Channel) -> str:
        told: dict[str, Any] = {"id": str(channel.id), "name": channel.name, "type": channel.type, "permissions": "0"}
        if channel.is_thread:
            whole = thread_json(channel)
            told |= {"thread_metadata": whole["thread_metadata"], "parent_id": whole["parent_id"]}
        return self._keep("channels", channel.id, told)

    def message(self, message: Message) -> str:
        return self._keep("messages", message.id, message_json(self.world, message))

    def file(self, file: File) -> str:
        name, data = file
        kept = posting.keep_file(self.world, self._place.id, Upload(name, data), ephemeral=True)
        return self._keep("attachments", kept.id, attachment_json(self.world, kept))

    def anything(self, thing: Any) -> str:
        if isinstance(thing, Role):
            return self.role(thing)
        return self.channel(thing) if isinstance(thing, Channel) else self.person(thing)


def chosen_options(
    command: dict[str, Any], names: list[str], given: dict[str, Any], resolved: Resolved
) -> list[dict[str, Any]]:
    """Raises AssertionError for what the command does not declare, or for what it requires and is not given."""
    declared = _declared(command, names)
    unknown = set(given) - {one["name"] for one in declared}
    assert not unknown, f"/{' '.join(names)} has no {unknown}: {[one['name'] for one in declared]}"
    chosen = []
    for one in declared:
        if given.get(one["name"]) is None:
            assert not one.get("required"), f"/{' '.join(names)} needs {one['name']}"
            continue
        value = _value(one, given[one["name"]], resolved)
        chosen.append({"name": one["name"], "type": one["type"], "value": value})
    return _nested(command, names, chosen)


def focused_options(
    command: dict[str, Any], names: list[str], option: str, typed: str, others: dict[str, Any], resolved: Resolved
) -> list[dict[str, Any]]:
    chosen = []
    for one in _declared(command, names):
        if one["name"] == option:
            assert one.get("autocomplete"), f"/{' '.join(names)} {option} offers nothing while one types"
            chosen.append({"name": option, "type": one["type"], "value": typed, "focused": True})
        elif one["name"] in others:
            value = _value(one, others[one["name"]], resolved)
            chosen.append({"name": one["name"], "type": one["type"], "value": value})
    assert any(one.get("focused") for one in chosen), f"/{' '.join(names)} has no {option}"
    return _nested(command, names, chosen)


def _declared(command: dict[str, Any], names: list[str]) -> list[dict[str, Any]]:
    node = command
    for name in names[1:]:
        inner = [one for one in node.get("options") or [] if one["type"] in (1, 2)]
        found = [one for one in inner if one["name"] == name]
        assert found, f"/{' '.join(names)} is not declared: {[one['name'] for one in inner]}"
        node = found[0]
    options: list[dict[str, Any]] = node.get("options") or []
    assert not any(one["type"] in (1, 2) for one in options), f"/{' '.join(names)} goes on"
    return options


def _nested(command: dict[str, Any], names: list[str], chosen: list[dict[str, Any]]) -> list[dict[str, Any]]:
    made = chosen
    for depth in range(len(names) - 1, 0, -1):
        grouped = depth == 1 and len(names) == 3
        made = [{"name": names[depth], "type": 2 if grouped else 1, "options": made}]
    return made


def _value(option: dict[str, Any], given: Any, resolved: Resolved) -> Any:
    kind, name = option["type"], option["name"]
    if kind == ATTACHMENT:
        return resolved.file(given)
    if kind in (USER, CHANNEL, ROLE, MENTIONABLE):
        return resolved.anything(given)
    types: dict[int, Any] = {TEXT: str, INTEGER: int, BOOLEAN: bool, NUMBER: (int, float)}
    fits = isinstance(given, types[kind]) and (kind == BOOLEAN or not isinstance(given, bool))
    assert fits, f"{name} is no place for {given!r}"
    if option.get("choices"):
        return _choice(option, given)
    if kind == TEXT:
        low, high = option.get("min_length") or 0, option.get("max_length") or 6000
        assert low <= len(given) <= high, f"{name} takes {low} to {high} characters"
    elif kind in (INTEGER, NUMBER):
        low, high = option.get("min_value"), option.get("max_value")
        assert (low is None or given >= low) and (high is None or given <= high), f"{name} takes {low} to {high}"
    return given


def _choice(option: dict[str, Any], given: Any) -> Any:
    """By name or by value."""
    for one in option["choices"]:
        if given in (one["name"], one["value"]):
            return one["value"]
    raise AssertionError(f"{option['name']} does not offer {given!r}: {[one['name'] for one in option['choices']]}")
