"""Messages in channels, threads and direct messages: sent, read, edited, deleted, pinned, reacted to."""

from datetime import datetime
from typing import Any
from urllib.parse import unquote

from tests.fakes.discord import posting, records, rules_messages
from tests.fakes.discord.payloads import message_json, shows_content, stamp, user_json
from tests.fakes.discord.permissions import Permission, has
from tests.fakes.discord.refusals import Form, Refused
from tests.fakes.discord.rest import Call, Table
from tests.fakes.discord.routes_channels import require
from tests.fakes.discord.state import Message
from tests.fakes.discord.world import World

routes = Table()


def told(world: World, message: Message) -> dict[str, Any]:
    """As the bot reads it; without the intent in the portal even REST blanks what others wrote."""
    content = "message_content" in world.settings.privileged or shows_content(world, message)
    return message_json(world, message, content=content)


@routes.on("POST", "/channels/{channel}/messages")
def send(call: Call) -> Any:
    world, body = call.world, call.form
    place = world.place(call.id("channel"))
    if place.is_dm:
        _refuse_closed(world, place)
    elif place.type == 4:
        raise Refused(50008, message="Cannot send messages in a non-text channel")
    repeated = _said_before(world, place.id, body)
    if repeated is not None:
        return told(world, repeated)
    rules_messages.may_send(world, world.bot_member(place), place, body, call.files)
    rules_messages.check(world, body, call.files)
    rules_messages.refuse_empty(body, call.files)
    message = posting.post(world, place, world.bot, body, call.files)
    if body.get("enforce_nonce") and message.nonce:
        world.nonces[(world.bot.id, place.id, message.nonce)] = (world.now(), message)
    return told(world, message)


def _said_before(world: World, place_id: int, body: dict[str, Any]) -> Message | None:
    """``enforce_nonce``: the same nonce within some minutes is the same message."""
    if not body.get("enforce_nonce") or body.get("nonce") is None:
        return None
    kept = world.nonces.get((world.bot.id, place_id, str(body["nonce"])))
    if kept is None or (world.now() - kept[0]).total_seconds() > world.settings.nonce_life:
        return None
    return kept[1]


def _refuse_closed(world: World, place: Any) -> None:
    shared = any({place.recipient.id, world.bot.id} <= guild.members.keys() for guild in world.guilds.values())
    if place.recipient.id in world.closed_dms or not shared:
        raise Refused(50007)


@routes.on("GET", "/channels/{channel}/messages")
def history(call: Call) -> Any:
    """The newest first. Without READ_MESSAGE_HISTORY there is nothing to see, and no error."""
    world = call.world
    place = world.visible(call.id("channel"))
    if not place.is_dm and not has(world.bot_member(place), place, Permission.READ_MESSAGE_HISTORY):
        return []
    form = Form()
    limit = call.number("limit", 50) or 0
    form.number(("limit",), limit, 1, 100)
    form.settle()
    found = sorted((m for m in place.messages.values() if m.ephemeral_for is None), key=lambda message: message.id)
    before, after, around = call.number("before"), call.number("after"), call.number("around")
    if around is not None:
        found = _around(found, around, limit)
    elif before is not None:
        found = [message for message in found if message.id < before][-limit:]
    elif after is not None:
        found = [message for message in found if message.id > after][:limit]
    return [told(world, message) for message in reversed(found[-limit:])]


def _around(found: list[Message], middle: int, limit: int) -> list[Message]:
    half = limit // 2
    older = [message for message in found if message.id < middle][-half:] if half else []
    newer = [message for message in found if message.id >= middle][: limit - half]
    return older + newer


@routes.on("GET", "/channels/{channel}/messages/{message}")
def get_message(call: Call) -> Any:
    return told(call.world, _found(call, Permission.READ_MESSAGE_HISTORY))


def _found(call: Call, *wanted: Permission) -> Message:
    """A message that is there, in a place that the bot sees, with what it may do there."""
    place = call.world.visible(call.id("channel"))
    if not place.is_dm:
        require(call.world, place, *wanted)
    return call.world.message(place, call.id("message"))


@routes.on("PATCH", "/channels/{channel}/messages/{message}")
def edit_message(call: Call) -> Any:
    message = _found(call)
    if message.is_system:
        raise Refused(50021)
    if message.author is not call.world.bot:
        raise Refused(50005)
    if message.place.archived:
        raise Refused(50083)
    rules_messages.check(call.world, call.form, call.files, had=message.flags)
    refuse_emptied(message, call)
    return told(call.world, posting.edit(call.world, message, call.form, call.files))


def refuse_emptied(message: Message, call: Call) -> None:
    """An edit that would leave nothing. Raises Refused (50006)."""
    after = {
        "content": call.form.get("content", message.content),
        "embeds": call.form.get("embeds", message.embeds),
        "components": call.form.get("components", message.components),
        "sticker_ids": message.stickers,
    }
    left = call.form.get("attachments", message.attachments)
    if not left:
        rules_messages.refuse_empty(after, call.files, flags=message.flags)


@routes.on("DELETE", "/channels/{channel}/messages/{message}")
def delete_message(call: Call) -> None:
    message = _found(call)
    if message.author is not call.world.bot:
        require(call.world, message.place, Permission.MANAGE_MESSAGES)
    records.remove(call.world, message)


@routes.on("POST", "/channels/{channel}/messages/bulk-delete")
def bulk_delete(call: Call) -> None:
    place = call.world.visible(call.id("channel"))
    require(call.world, place, Permission.MANAGE_MESSAGES)
    form = Form()
    wanted = form.items(("messages",), call.form.get("messages"), 2, 100)
    form.settle()
    records.remove_many(call.world, place, [place.messages[int(one)] for one in wanted if int(one) in place.messages])


@routes.on("GET", "/channels/{channel}/messages/pins")
def pins(call: Call) -> Any:
    place = call.world.visible(call.id("channel"))
    found = _pinned(place)
    before = call.query.get("before")
    if before is not None:
        found = [message for message in found if message.pinned_at < datetime.fromisoformat(before)]
    limit = call.number("limit", 50) or 50
    items = [{"pinned_at": stamp(one.pinned_at), "message": told(call.world, one)} for one in found[:limit]]
    return {"items": items, "has_more": len(found) > limit}


@routes.on("GET", "/channels/{channel}/pins")
def old_pins(call: Call) -> Any:
    return [told(call.world, one) for one in _pinned(call.world.visible(call.id("channel")))][:50]


def _pinned(place: Any) -> list[Message]:
    found = [message for message in place.messages.values() if message.pinned]
    return sorted(found, key=lambda message: message.pinned_at, reverse=True)


@routes.on("PUT", "/channels/{channel}/messages/pins/{message}")
@routes.on("PUT", "/channels/{channel}/pins/{message}")
def pin(call: Call) -> None:
    message = _pinnable(call)
    if not message.pinned and len(_pinned(message.place)) >= 250:
        raise Refused(30003)
    records.pin(call.world, message, call.world.bot, pinned=True)


@routes.on("DELETE", "/channels/{channel}/messages/pins/{message}")
@routes.on("DELETE", "/channels/{channel}/pins/{message}")
def unpin(call: Call) -> None:
    records.pin(call.world, _pinnable(call), call.world.bot, pinned=False)


def _pinnable(call: Call) -> Message:
    message = _found(call, Permission.PIN_MESSAGES)
    if message.place.archived:
        raise Refused(50083)
    if message.is_system:
        raise Refused(50021)
    return message


_REACTIONS = "/channels/{channel}/messages/{message}/reactions"


@routes.on("PUT", _REACTIONS + "/{emoji:text}/@me")
def react(call: Call) -> None:
    message, emoji = _found(call, Permission.READ_MESSAGE_HISTORY), _emoji(call)
    if message.place.archived:
        raise Refused(50083)
    if emoji not in message.reactions and not message.place.is_dm:
        require(call.world, message.place, Permission.ADD_REACTIONS)
    posting.react(call.world, message, call.world.bot, emoji)


@routes.on("DELETE", _REACTIONS + "/{emoji:text}/@me")
def unreact(call: Call) -> None:
    posting.unreact(call.world, _found(call), call.world.bot, _emoji(call))


@routes.on("DELETE", _REACTIONS + "/{emoji:text}/{user}")
def remove_reaction(call: Call) -> None:
    message = _found(call, Permission.MANAGE_MESSAGES)
    posting.unreact(call.world, message, call.world.users[call.id("user")], _emoji(call))


@routes.on("DELETE", _REACTIONS)
def clear_reactions(call: Call) -> None:
    message = _found(call, Permission.MANAGE_MESSAGES)
    for emoji, users in list(message.reactions.items()):
        for user_id in list(users):
            posting.unreact(call.world, message, call.world.users[user_id], emoji)


@routes.on("GET", _REACTIONS + "/{emoji:text}")
def who_reacted(call: Call) -> Any:
    """By their ids. Of a super reaction (``type`` 1), which nobody sets here, nobody."""
    users = _found(call, Permission.READ_MESSAGE_HISTORY).reactions.get(_emoji(call), [])
    after, limit = call.number("after", 0) or 0, call.number("limit", 25)
    form = Form()
    form.number(("limit",), limit, 1, 100)
    form.settle()
    if call.number("type", 0) == 1:
        return []
    return [user_json(call.world.users[one]) for one in sorted(users) if one > after][:limit]


def _emoji(call: Call) -> str:
    """Raises Refused (10014) for a word that is no emoji."""
    emoji = unquote(call.params["emoji"])
    if emoji.isascii() and ":" not in emoji:
        raise Refused(10014)
    return emoji
