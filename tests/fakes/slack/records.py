"""Messages made, changed and deleted, reacted to; each told to the app as Slack tells it.

https://docs.slack.dev/reference/events/message
"""

from typing import Any

from tests.fakes.slack import emoji
from tests.fakes.slack.channels import subscription
from tests.fakes.slack.payloads import Json, message_json
from tests.fakes.slack.refusals import Refused
from tests.fakes.slack.state import DIRECT, Message, User


def put(message: Message) -> Message:
    """A new message into its place, and its thread; its event, and ``app_mention`` beside it."""
    world, place = message.place.world, message.place
    message.order = world.next_order()
    place.messages[message.ts] = message
    world.messages.append(message)
    if message.is_reply:
        message.root.replies.append(message)
    for file in message.files:
        file.shares.append(message)
    message.pinged = message.pings
    if message.by_app and message.pinged:
        world.pings.append(message)
    for one in (message.user, *message.pinged.users):
        if one:
            message.root.subscribers[one] = None
    _tell_new(message)
    return message


def whisper(message: Message) -> Message:
    """A message that one person sees; no event tells of it."""
    world = message.place.world
    message.order = world.next_order()
    message.place.ephemerals.append(message)
    world.messages.append(message)
    message.pinged = message.pings
    return message


def _tell_new(message: Message) -> None:
    world, place = message.place.world, message.place
    event = told(message) | {"event_ts": message.ts}
    if message.broadcast:
        event["root"] = message_json(message.root)
    world.tell_of(place, event, name=subscription(place))
    if place.kind != DIRECT and not message.by_app and f"<@{world.bot.id}>" in message.text:
        mention = {name: value for name, value in told(message).items() if name not in ("subtype", "channel_type")}
        world.tell_of(place, mention | {"type": "app_mention", "event_ts": message.ts})


def told(message: Message) -> Json:
    """A message inside an event."""
    made = message_json(message) | {"channel": message.place.id, "channel_type": message.place.kind}
    for name in ("reply_count", "reply_users_count", "latest_reply", "reply_users", "is_locked", "subscribed"):
        made.pop(name, None)
    world = message.place.world
    if message.files and world.settings.file_access_check:
        made["files"] = [
            {"id": one.id, "mode": "file_access", "file_access": "check_file_info"} for one in message.files
        ]
    return made


def change(message: Message, *, by: str | None = None, **new: Any) -> Message:
    """``by``: whose ``edited`` mark it gets; nobody's: as when a link is unfurled. ``new``: its fields' new values."""
    before = message_json(message)
    for name, value in new.items():
        setattr(message, name, value)
    if by is not None:
        message.edited = {"user": by, "ts": message.place.world.next_ts()}
    _tell_changed(message, before)
    return message


def _tell_changed(message: Message, before: Json) -> None:
    world, place = message.place.world, message.place
    ts = world.next_ts()
    event = {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "channel": place.id,
        "channel_type": place.kind,
        "ts": ts,
        "event_ts": ts,
        "message": message_json(message) | {"source_team": world.team, "user_team": world.team},
        "previous_message": before,
    }
    world.tell_of(place, event, name=subscription(place))


def remove(message: Message) -> None:
    """With replies under it a tombstone stays, and is told of as a change."""
    world, place = message.place.world, message.place
    before = message_json(message)
    message.deleted = True
    if message.is_reply:
        root = message.root
        root.replies.remove(message)
        if root.tombstone and not root.replies:
            place.messages.pop(root.ts, None)
    if message.replies:
        message.tombstone = True
        _tell_changed(message, before)
        return
    place.messages.pop(message.ts, None)
    ts = world.next_ts()
    event = {
        "type": "message",
        "subtype": "message_deleted",
        "hidden": True,
        "channel": place.id,
        "channel_type": place.kind,
        "ts": ts,
        "event_ts": ts,
        "deleted_ts": message.ts,
        "previous_message": before,
    }
    world.tell_of(place, event, name=subscription(place))


def react(message: Message, user: User, name: str) -> None:
    """Raises Refused (invalid_name, already_reacted, too_many_reactions, too_many_emoji)."""
    world = message.place.world
    if not emoji.known(name, world.emoji):
        raise Refused("invalid_name")
    name = emoji.canonical(name)
    if user.id in message.reactions.get(name, []):
        raise Refused("already_reacted")
    if sum(user.id in users for users in message.reactions.values()) >= world.settings.user_reactions:
        raise Refused("too_many_reactions")
    if name not in message.reactions and len(message.reactions) >= world.settings.message_emoji:
        raise Refused("too_many_emoji")
    message.reactions.setdefault(name, []).append(user.id)
    _tell_reaction("reaction_added", message, user, name)


def unreact(message: Message, user: User, name: str) -> None:
    """Raises Refused (invalid_name, no_reaction)."""
    world = message.place.world
    if not emoji.known(name, world.emoji):
        raise Refused("invalid_name")
    name = emoji.canonical(name)
    if user.id not in message.reactions.get(name, []):
        raise Refused("no_reaction")
    message.reactions[name].remove(user.id)
    if not message.reactions[name]:
        message.reactions.pop(name)
    _tell_reaction("reaction_removed", message, user, name)


def _tell_reaction(kind: str, message: Message, user: User, name: str) -> None:
    event: Json = {
        "type": kind,
        "user": user.id,
        "reaction": name,
        "item": {"type": "message", "channel": message.place.id, "ts": message.ts},
    }
    if message.user and message.subtype != "bot_message":
        event["item_user"] = message.user
    message.place.world.tell_of(message.place, event)


def remove_file(world: Any, file: Any) -> None:
    """From every message that it stands in; ``file_deleted`` is told to who subscribes to it."""
    befores = [(message, message_json(message)) for message in file.shares if not message.deleted]
    file.deleted = True
    world.tell({"type": "file_deleted", "file_id": file.id})
    for message, before in befores:
        _tell_changed(message, before)
