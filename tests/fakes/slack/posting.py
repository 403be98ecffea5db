"""A message as the app sends it: looked at as Slack looks, and put where it belongs.

https://docs.slack.dev/reference/methods/chat.postMessage
"""

import json
import re
from typing import Any

from tests.fakes.slack import blocks, records
from tests.fakes.slack.channels import Channel
from tests.fakes.slack.refusals import Refused, invalid
from tests.fakes.slack.state import DIRECT, PUBLIC, Message
from tests.fakes.slack.world import World

Json = dict[str, Any]
TEXT, USERNAME, METADATA_BYTES = 40_000, 80, 8_000
_EVENT_TYPE = re.compile(r"[A-Za-z0-9_]+")
_MADE_ID = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def checked(world: World, given: Json, *, empty: bool = False) -> Json:
    """The fields of a message that a request gives. ``empty``: whether it may say nothing.

    Raises Refused: no_text, msg_too_long, invalid_blocks, invalid_blocks_format, invalid_metadata_format, …
    """
    text, made_of = given.get("text"), given.get("blocks")
    _refuse_wrong(world, text, made_of, given.get("attachments") or [])
    if not (text or "").strip() and not made_of and not given.get("attachments") and not empty:
        raise Refused("no_text", fault=True)
    fields: Json = {name: given[name] for name in ("text", "attachments", "parse") if given.get(name) is not None}
    if made_of is not None:
        fields["blocks"] = numbered(world, made_of)
    if "metadata" in given:
        fields["metadata"] = _metadata(given["metadata"])
    return fields | _look(world, given)


def _refuse_wrong(world: World, text: Any, made_of: Any, attachments: Any) -> None:
    if text is not None and not isinstance(text, str):
        raise invalid("must be a string [json-pointer:/text]")
    if text and len(text) > TEXT:
        raise Refused("msg_too_long", fault=True)
    if isinstance(made_of, str) or not isinstance(attachments, list):
        raise Refused("invalid_blocks_format", fault=True)
    if made_of is not None:
        problems = blocks.message_problems(made_of, world.settings.words_of_blocks)
        if problems:
            raise Refused("invalid_blocks", messages=[f"[ERROR] {one}" for one in problems])
    if len(attachments) > 100:
        raise Refused("too_many_attachments", fault=True)


def _metadata(given: Any) -> Json | None:
    """https://docs.slack.dev/messaging/message-metadata"""
    if not isinstance(given, dict) or set(given) - {"event_type", "event_payload", "entities"}:
        raise Refused("invalid_metadata_format", fault=True)
    if not given:
        return None
    kind, payload = given.get("event_type"), given.get("event_payload")
    if not isinstance(kind, str) or not isinstance(payload, dict):
        raise Refused("invalid_metadata_format", fault=True)
    if not _EVENT_TYPE.fullmatch(kind):
        raise Refused("invalid_metadata_schema", fault=True)
    if len(json.dumps(given)) > METADATA_BYTES:
        raise Refused("metadata_too_large", fault=True)
    return {"event_type": kind, "event_payload": payload}


def _look(world: World, given: Json) -> Json:
    """Name and picture. Raises Refused (missing_scope)."""
    fields = {name: given[name] for name in ("username", "icon_url", "icon_emoji") if given.get(name)}
    if fields and "chat:write.customize" not in world.installed.scopes:
        provided = ",".join(sorted(world.installed.scopes))
        raise Refused("missing_scope", needed="chat:write.customize", provided=provided)
    if len(fields.get("username", "")) > USERNAME:
        raise invalid(f"must be less than {USERNAME + 1} characters [json-pointer:/username]")
    return fields


def numbered(world: World, made_of: list[Json]) -> list[Json]:
    """Blocks and their elements with the ids that Slack makes up where none are given."""
    made = []
    for block in made_of:
        copy = dict(block)
        copy.setdefault("block_id", _short(world))
        for name in ("accessory", "element"):
            if name in copy:
                copy[name] = _with_action(world, copy[name])
        if copy["type"] == "actions":
            copy["elements"] = [_with_action(world, one) for one in copy["elements"]]
        made.append(copy)
    return made


def _with_action(world: World, element: Json) -> Json:
    return element if element["type"] == "image" or "action_id" in element else element | {"action_id": _short(world)}


def _short(world: World) -> str:
    return "".join(world.chance.choices(_MADE_ID, k=5))


def destination(world: World, channel_id: Any) -> Channel:
    """Where the app may write: ``C…``, ``D…``, or a person's id. Raises Refused (channel_not_found, …)."""
    if isinstance(channel_id, str) and channel_id[:1] in "UW" and channel_id in world.users:
        return direct(world, channel_id)
    channel = world.channel(channel_id)
    if channel.kind == DIRECT and not world.installed.messages_tab:
        raise Refused("messages_tab_disabled")
    if not world.app_in(channel) and (channel.kind != PUBLIC or "chat:write.public" not in world.installed.scopes):
        raise Refused("not_in_channel")
    if channel.archived:
        raise Refused("is_archived")
    return channel


def direct(world: World, user_id: str) -> Channel:
    """A person's direct message with the app, made when it is first needed. Raises Refused."""
    user = world.user(user_id)
    if user.is_bot or user.id == "USLACKBOT":
        raise Refused("cannot_dm_bot")
    if user.deleted:
        raise Refused("user_disabled")
    if user_id not in world.directs:
        made = Channel(world.new_id("D"), f"{user.name}'s messages with the app", DIRECT, world)
        made.user, made.created, made.creator = user, world.seconds(), world.bot.id
        made.members = {world.bot.id: None, user.id: None}
        world.channels[made.id] = world.directs[user_id] = made
    return world.directs[user_id]


def thread_of(world: World, channel: Channel, thread_ts: str | None) -> str | None:
    """The first message's ts of the thread that a post belongs to. Raises Refused (thread_not_found) if it is to."""
    if thread_ts is None:
        return None
    found = channel.messages.get(thread_ts)
    if found is not None:
        return found.thread_ts or found.ts
    if world.settings.reply_to_missing == "refuse":
        raise Refused("thread_not_found")
    return None


def post(world: World, channel: Channel, fields: Json, *, thread_ts: str | None = None, **more: Any) -> Message:
    """The app's own message. Events tell of it too."""
    named = "username" in fields or "icon_url" in fields or "icon_emoji" in fields
    message = Message(
        world.message_ts(),
        channel,
        world.bot.id,
        bot_id=world.bot_id,
        by_app=True,
        subtype="bot_message" if named else None,
        thread_ts=thread_of(world, channel, thread_ts),
    )
    for name, value in (fields | more).items():
        setattr(message, name, value)
    message.broadcast = message.broadcast and message.is_reply
    if message.broadcast and not named:
        message.subtype = "thread_broadcast"
    return records.put(message)


def whisper(world: World, channel: Channel, user_id: str, fields: Json, *, thread_ts: str | None = None) -> Message:
    """For one person's eyes. https://docs.slack.dev/reference/methods/chat.postEphemeral"""
    message = Message(world.next_ts(), channel, world.bot.id, bot_id=world.bot_id, by_app=True, thread_ts=thread_ts)
    message.ephemeral_for = user_id
    root = channel.messages.get(thread_ts or "")
    message.unseen = thread_ts is not None and (root is None or not root.root.replies)
    for name, value in fields.items():
        setattr(message, name, value)
    return records.whisper(message)
