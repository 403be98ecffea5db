"""``chat.*`` and ``reactions.*``. https://docs.slack.dev/reference/methods"""

from typing import Any

from tests.fakes.slack import posting, records
from tests.fakes.slack.api import Call, Table
from tests.fakes.slack.payloads import message_json
from tests.fakes.slack.refusals import Refused, invalid
from tests.fakes.slack.state import Message

table = Table()
Json = dict[str, Any]


@table.on("chat.postMessage", "chat:write")
def post_message(call: Call) -> Json:
    world = call.world
    channel_id = call.text("channel")
    fields = posting.checked(world, call.args)
    channel = posting.destination(world, channel_id)
    more = {
        "mrkdwn": call.args.get("mrkdwn", True),
        "link_names": call.flag("link_names"),
        "unfurl": call.args.get("unfurl_links") is not False,
        "broadcast": call.flag("reply_broadcast"),
    }
    message = posting.post(world, channel, fields, thread_ts=call.optional("thread_ts"), **more)
    return {"channel": channel.id, "ts": message.ts, "message": message_json(message, metadata=True)}


@table.on("chat.postEphemeral", "chat:write")
def post_ephemeral(call: Call) -> Json:
    """In a thread that has no replies yet it is seen by nobody, and Slack says nothing of that."""
    world = call.world
    channel_id, user_id = call.text("channel"), call.text("user")
    fields = posting.checked(world, call.args)
    channel = posting.destination(world, channel_id)
    if user_id not in channel.members:
        raise Refused("user_not_in_channel")
    message = posting.whisper(world, channel, user_id, fields, thread_ts=call.optional("thread_ts"))
    return {"message_ts": message.ts}


@table.on("chat.update", "chat:write")
def update(call: Call) -> Json:
    """Blocks that are not given stay, unless a text is given: then they go."""
    world = call.world
    channel_id, ts = call.text("channel"), call.text("ts")
    fields = posting.checked(world, call.args)
    channel = _inside(call, channel_id)
    message = world.message(channel, ts)
    if not message.by_app:
        raise Refused("cant_update_message")
    window = world.settings.edit_window
    if window is not None and world.clock.seconds() - float(ts) > window:
        raise Refused("edit_window_closed")
    if channel.archived:
        raise Refused("is_archived")
    for name in ("username", "icon_url", "icon_emoji"):
        if fields.pop(name, None) is not None:
            raise invalid(f"invalid additional property: {name}")
    if "text" in fields and "blocks" not in fields:
        fields["blocks"] = []
    by = None if fields.get("blocks") else world.bot.id
    records.change(message, by=by, **fields)
    told = message_json(message, metadata=True)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": told}


@table.on("chat.delete", "chat:write")
def delete(call: Call) -> Json:
    channel_id, ts = call.text("channel"), call.text("ts")
    channel = _inside(call, channel_id)
    message = call.world.message(channel, ts)
    if not message.by_app:
        raise Refused("cant_delete_message")
    records.remove(message)
    return {"channel": channel.id, "ts": ts}


@table.on("chat.getPermalink")
def get_permalink(call: Call) -> Json:
    channel_id, ts = call.text("channel"), call.text("message_ts")
    channel = call.world.channel(channel_id)
    message = call.world.message(channel, ts)
    return {"channel": channel.id, "permalink": call.world.permalink(message)}


def _inside(call: Call, channel_id: str) -> Any:
    channel = call.world.channel(channel_id)
    if not call.world.app_in(channel):
        raise Refused("not_in_channel")
    return channel


def _reacted(call: Call) -> tuple[Message, str]:
    world = call.world
    name, channel_id, ts = call.text("name"), call.text("channel"), call.text("timestamp")
    channel = _inside(call, channel_id)
    message = world.message(channel, ts)
    if channel.archived:
        raise Refused("is_archived")
    return message, name.strip(":")


@table.on("reactions.add", "reactions:write")
def add_reaction(call: Call) -> None:
    message, name = _reacted(call)
    records.react(message, call.world.bot, name)


@table.on("reactions.remove", "reactions:write")
def remove_reaction(call: Call) -> None:
    message, name = _reacted(call)
    records.unreact(message, call.world.bot, name)


@table.on("reactions.get", "reactions:read")
def get_reactions(call: Call) -> Json:
    channel_id, ts = call.text("channel"), call.text("timestamp")
    channel = _inside(call, channel_id)
    message = call.world.message(channel, ts)
    told = message_json(message, reactors=call.flag("full"))
    return {"type": "message", "channel": channel.id, "message": told}
