"""What people see of messages and views, as plain words; and whom they make a sound at.

https://docs.slack.dev/messaging/formatting-message-text
"""

import html
import re
from dataclasses import dataclass
from typing import Any

from tests.fakes.slack.emoji import canonical, standard

_ENTITY = re.compile(r"<([^<>]*)>")
_CODE = re.compile(r"```\n?(.*?)\n?```|`([^`\n]+)`", re.S)
_STYLE = re.compile(r"(?<![\w*_~])([*_~])(?=\S)(.+?)(?<=\S)\1(?![\w*_~])", re.S)
_EMOJI = re.compile(r":([a-z0-9_+'\-]+(?:::skin-tone-[2-6])?):")
_AUTO_BROADCAST = re.compile(r"(?<![\w@])@(channel|here|everyone)\b")
_AUTO_NAME = re.compile(r"(?<![\w@.])@([\w.\-]+)")


@dataclass(frozen=True)
class Pings:
    """User ids, user group ids, and ``channel``, ``here``, ``everyone``."""

    users: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.users or self.groups or self.channels)

    def __or__(self, other: "Pings") -> "Pings":
        return Pings(self.users | other.users, self.groups | other.groups, self.channels | other.channels)


def message_words(message: Any) -> str:
    world = message.place.world
    if message.tombstone:
        return "This message was deleted."
    text = "" if message.blocks else plain(message.text, world, styled=message.mrkdwn)
    parts = [words(message.blocks, world), text]
    for one in message.attachments:
        parts += (
            [words(one["blocks"], world)]
            if one.get("blocks")
            else [plain(str(one[key]), world) for key in ("pretext", "title", "text") if one.get(key)]
        )
    return "\n".join(part for part in parts if part)


def plain(text: str, world: Any, *, styled: bool = True) -> str:
    """mrkdwn as it is read: mentions by name, links by label, without the marks of style, unescaped."""
    if not styled:
        return html.unescape(_ENTITY.sub(lambda match: _entity(match[1], world), text))
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(match[1] if match[1] is not None else match[2])
        return f"\x00{len(kept) - 1}\x00"

    text = _CODE.sub(keep, text)
    text = _ENTITY.sub(lambda match: _entity(match[1], world), text)
    for _ in range(3):
        text = _STYLE.sub(r"\2", text)
    text = _EMOJI.sub(lambda match: standard().get(canonical(match[1]), match[0]), text)
    text = re.sub(r"^&gt; ?", "", text, flags=re.M)
    text = re.sub(r"\x00(\d+)\x00", lambda match: kept[int(match[1])], text)
    return html.unescape(text)


def _entity(inner: str, world: Any) -> str:
    target, _, label = inner.partition("|")
    if target[:1] == "@":
        return f"@{_user_name(target[1:], world)}"
    if target[:1] == "#":
        return f"#{label or _channel_name(target[1:], world)}"
    if target.startswith("!subteam^"):
        return f"@{_group_name(target.removeprefix('!subteam^'), world)}"
    if target.startswith("!date^"):
        return label
    if target[:1] == "!":
        return f"@{target[1:].partition('^')[0]}"
    return label or target.removeprefix("mailto:")


def _user_name(user_id: str, world: Any) -> str:
    user = world.users.get(user_id)
    return user_id if user is None else user.shown


def _channel_name(channel_id: str, world: Any) -> str:
    channel = world.channels.get(channel_id)
    return channel_id if channel is None else channel.name


def _group_name(group_id: str, world: Any) -> str:
    group = world.groups.get(group_id)
    return group_id if group is None else group.handle


def words(blocks: list[dict[str, Any]], world: Any) -> str:
    """Everything that stands in blocks, one line for each of their parts."""
    return "\n".join(line for block in blocks for line in _lines(block, world) if line)


def _lines(node: Any, world: Any) -> list[str]:
    if isinstance(node, list):
        return [line for item in node for line in _lines(item, world)]
    if not isinstance(node, dict):
        return []
    kind = node.get("type")
    if kind == "mrkdwn":
        return [plain(node["text"], world)]
    if kind == "plain_text":
        return [_EMOJI.sub(lambda m: standard().get(canonical(m[1]), m[0]), node["text"])]
    if kind == "markdown":
        return [node["text"]]
    if kind == "rich_text":
        return [_rich(element, world) for element in node["elements"]]
    found = [line for key in _ORDER if key in node for line in _lines(node[key], world)]
    return [*found, node["alt_text"]] if kind == "image" and "alt_text" in node else found


_ORDER = ("label", "title", "text", "fields", "accessory", "element", "elements", "options", "placeholder", "hint")


def _rich(element: dict[str, Any], world: Any, indent: str = "") -> str:
    if element["type"] == "rich_text_list":
        marks = [f"{n}." if element["style"] == "ordered" else "•" for n in range(1, len(element["elements"]) + 1)]
        depth = "  " * element.get("indent", 0)
        lines = [_rich(item, world) for item in element["elements"]]
        return "\n".join(f"{depth}{mark} {line}" for mark, line in zip(marks, lines, strict=True))
    return "".join(_rich_part(part, world) for part in element["elements"])


def _rich_part(part: dict[str, Any], world: Any) -> str:
    match part["type"]:
        case "text":
            return str(part["text"])
        case "link":
            return str(part.get("text") or part["url"])
        case "user":
            return f"@{_user_name(part['user_id'], world)}"
        case "usergroup":
            return f"@{_group_name(part['usergroup_id'], world)}"
        case "channel":
            return f"#{_channel_name(part['channel_id'], world)}"
        case "broadcast":
            return f"@{part['range']}"
        case "emoji":
            return standard().get(canonical(part["name"]), f":{part['name']}:")
        case "date":
            return str(part.get("fallback", part["timestamp"]))
    return str(part.get("value", ""))


def pings(message: Any) -> Pings:
    """Mentions in its text (the fallback too), in mrkdwn and in rich text; names, where they are to be linked."""
    found = _in_text(message.text)
    if message.link_names or message.parse == "full":
        found |= _by_name(message.text, message.place.world)
    return found | _in_blocks([*message.blocks, *(b for a in message.attachments for b in a.get("blocks", []))])


def _in_text(text: str) -> Pings:
    users, groups, channels = set(), set(), set()
    for inner in _ENTITY.findall(text):
        target = inner.partition("|")[0]
        if target[:1] == "@":
            users.add(target[1:])
        elif target.startswith("!subteam^"):
            groups.add(target.removeprefix("!subteam^"))
        elif target in ("!channel", "!here", "!everyone", "!group"):
            channels.add(target[1:])
    return Pings(frozenset(users), frozenset(groups), frozenset(channels))


def _by_name(text: str, world: Any) -> Pings:
    names = set(_AUTO_NAME.findall(text))
    return Pings(
        frozenset(user.id for user in world.users.values() if user.name in names),
        frozenset(group.id for group in world.groups.values() if group.handle in names),
        frozenset(_AUTO_BROADCAST.findall(text)),
    )


def _in_blocks(node: Any) -> Pings:
    if isinstance(node, list):
        found = Pings()
        for item in node:
            found |= _in_blocks(item)
        return found
    if not isinstance(node, dict):
        return Pings()
    match node.get("type"):
        case "mrkdwn" | "markdown":
            return _in_text(node["text"])
        case "user":
            return Pings(users=frozenset({node["user_id"]}))
        case "usergroup":
            return Pings(groups=frozenset({node["usergroup_id"]}))
        case "broadcast":
            return Pings(channels=frozenset({node["range"]}))
    return _in_blocks([value for value in node.values() if isinstance(value, list | dict)])


def elements(blocks: list[dict[str, Any]]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Each interactive element with the block that it stands in."""
    found = []
    for block in blocks:
        own = [block.get("accessory"), block.get("element")]
        own += block["elements"] if block["type"] in ("actions", "context_actions") else []
        found += [(block, one) for one in own if one is not None and one["type"] != "image"]
    return found


def buttons(blocks: list[dict[str, Any]]) -> list[str]:
    return [one["text"]["text"] for _, one in elements(blocks) if one["type"] in ("button", "workflow_button")]


def menu(blocks: list[dict[str, Any]]) -> list[str]:
    return [
        option["text"]["text"] for _, one in elements(blocks) if one["type"] == "overflow" for option in one["options"]
    ]
