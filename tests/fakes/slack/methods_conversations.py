"""``conversations.*``. https://docs.slack.dev/reference/methods"""

from typing import Any

from tests.fakes.slack import posting
from tests.fakes.slack.api import Call, Table
from tests.fakes.slack.payloads import channel_json, message_json
from tests.fakes.slack.refusals import Refused
from tests.fakes.slack.state import DIRECT, GROUP_DIRECT, PRIVATE, PUBLIC, Message

table = Table()
Json = dict[str, Any]
_SCOPES = {PUBLIC: "channels", PRIVATE: "groups", DIRECT: "im", GROUP_DIRECT: "mpim"}
_TYPES = {"public_channel": PUBLIC, "private_channel": PRIVATE, "im": DIRECT, "mpim": GROUP_DIRECT}


def _channel(call: Call, right: str) -> Any:
    """``right``: ``read`` or ``history``, of this kind of conversation."""
    channel = call.world.channel(call.text("channel"))
    call.need(f"{_SCOPES[channel.kind]}:{right}")
    return channel


@table.on("conversations.info")
def info(call: Call) -> Json:
    channel = _channel(call, "read")
    return {"channel": channel_json(channel, members=call.flag("include_num_members"))}


@table.on("conversations.members")
def members(call: Call) -> Json:
    channel = _channel(call, "read")
    page, cursor = call.page(list(channel.members), default=100, most=1000)
    return {"members": page, "response_metadata": {"next_cursor": cursor}}


@table.on("conversations.list")
def listed(call: Call) -> Json:
    """Private ones where the app is in them."""
    return _list(call, lambda channel: channel.kind == PUBLIC or call.world.app_in(channel))


@table.on("users.conversations")
def of_user(call: Call) -> Json:
    user_id = call.optional("user") or call.world.bot.id
    call.world.user(user_id)
    return _list(call, lambda channel: user_id in channel.members and call.world.app_in(channel))


def _list(call: Call, wanted: Any) -> Json:
    kinds = [one.strip() for one in (call.optional("types") or "public_channel").split(",")]
    if any(one not in _TYPES for one in kinds):
        raise Refused("invalid_types", fault=True)
    for one in kinds:
        call.need(f"{_SCOPES[_TYPES[one]]}:read")
    hidden = call.flag("exclude_archived")
    found = [
        one
        for one in call.world.channels.values()
        if one.kind in {_TYPES[kind] for kind in kinds} and wanted(one) and not (hidden and one.archived)
    ]
    page, cursor = call.page(found, default=100, most=999)
    return {"channels": [channel_json(one) for one in page], "response_metadata": {"next_cursor": cursor}}


@table.on("conversations.open")
def opened(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.open"""
    world = call.world
    users = call.optional("users")
    if users is None and call.optional("channel") is None:
        raise Refused("users_list_not_supplied")
    call.need("im:write")
    if users is None:
        channel = world.channel(call.text("channel"))
        return {"no_op": True, "already_open": True, "channel": channel_json(channel)}
    wanted = [one.strip() for one in users.split(",") if one.strip()]
    if len(wanted) != 1:
        call.need("mpim:write")
    known = wanted[0] in world.directs
    channel = posting.direct(world, wanted[0])
    told = channel_json(channel) if call.flag("return_im") else {"id": channel.id}
    return {"channel": told} | ({"no_op": True, "already_open": True} if known else {})


@table.on("conversations.join", "channels:join")
def join(call: Call) -> Json:
    channel = call.world.channel(call.text("channel"))
    if channel.kind != PUBLIC:
        raise Refused("method_not_supported_for_channel_type")
    if channel.archived:
        raise Refused("is_archived")
    channel.invite()
    return {"channel": channel_json(channel)}


@table.on("conversations.history")
def history(call: Call) -> Json:
    """The newest first; replies only where they were broadcast. From ``oldest`` alone, pages go towards the newest."""
    channel = _channel(call, "history")
    if not call.world.app_in(channel):
        raise Refused("not_in_channel")
    found = [one for one in channel.messages.values() if (not one.is_reply or one.broadcast) and _within(call, one)]
    upwards = bool(call.args.get("oldest")) and not call.args.get("latest")
    found.sort(key=lambda message: float(message.ts), reverse=not upwards)
    told = _limited(call, found)
    if upwards:
        told["messages"].reverse()
    return told


@table.on("conversations.replies")
def replies(call: Call) -> Json:
    """The first message, then its replies, the oldest first; of a reply, itself alone."""
    channel = _channel(call, "history")
    ts = call.text("ts")
    if not call.world.app_in(channel):
        raise Refused("not_in_channel")
    first = channel.messages.get(ts)
    if first is None:
        raise Refused("thread_not_found")
    said = sorted(first.replies, key=lambda message: float(message.ts))
    return _limited(call, [first, *(one for one in said if _within(call, one))])


def _within(call: Call, message: Message) -> bool:
    oldest, latest = call.args.get("oldest"), call.args.get("latest")
    try:
        ts, least, most = float(message.ts), float(oldest or 0), float(latest or 1e12)
    except ValueError:
        raise Refused("invalid_ts_oldest", fault=True) from None
    return least <= ts <= most if call.flag("inclusive") else least < ts < most


def _limited(call: Call, found: list[Message]) -> Json:
    """``is_limited`` stands there only where something is left out, since nobody pays for the workspace."""
    world = call.world
    limit = world.settings.shown_for
    if limit is None:
        return _told(call, found)
    shown = [one for one in found if float(one.ts) >= (world.clock.now() - limit).timestamp()]
    return _told(call, shown) | ({"is_limited": True} if len(shown) < len(found) else {})


def _told(call: Call, found: list[Message]) -> Json:
    page, cursor = call.page(found, default=100, most=call.world.settings.page)
    metadata = call.flag("include_all_metadata")
    made: Json = {"messages": [message_json(one, metadata=metadata) for one in page], "has_more": bool(cursor)}
    return made | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})
