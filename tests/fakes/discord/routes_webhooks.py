"""Webhooks: posts under anybody's name; and the same addresses for what follows an interaction."""

import re
import secrets
from typing import Any

from tests.fakes.discord import posting, records, rules_messages
from tests.fakes.discord.interactions import Interaction
from tests.fakes.discord.payloads import webhook_json
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.posting import Origin
from tests.fakes.discord.refusals import Form, Refused
from tests.fakes.discord.rest import Call, Table
from tests.fakes.discord.routes_channels import require
from tests.fakes.discord.routes_messages import refuse_emptied, told
from tests.fakes.discord.state import Message, User, Webhook

routes = Table()
_TOKEN = "/webhooks/{webhook}/{token:text}"


@routes.on("POST", "/channels/{channel}/webhooks")
def create_webhook(call: Call) -> Any:
    channel = call.world.visible(call.id("channel"))
    if channel.is_thread or channel.is_dm:
        raise Refused(50024)
    form = Form()
    rules_messages.webhook_name(form, ("name",), call.form.get("name"), required=True)
    form.settle()
    require(call.world, channel, Permission.MANAGE_WEBHOOKS)
    if sum(1 for one in call.world.webhooks.values() if one.channel is channel) >= 15:
        raise Refused(30007)
    world = call.world
    token = secrets.token_urlsafe(51)
    made = Webhook(world.next_id(), token, channel, call.form["name"], None, world.bot, world.application_id)
    world.webhooks[made.id] = made
    return webhook_json(made)


@routes.on("GET", "/channels/{channel}/webhooks")
def channel_webhooks(call: Call) -> Any:
    channel = call.world.visible(call.id("channel"))
    if channel.is_thread or channel.is_dm:
        raise Refused(50024)
    require(call.world, channel, Permission.MANAGE_WEBHOOKS)
    found = [one for one in call.world.webhooks.values() if one.channel is channel]
    return [webhook_json(one, token=one.application_id == call.world.application_id) for one in found]


@routes.on("GET", "/guilds/{guild}/webhooks")
def guild_webhooks(call: Call) -> Any:
    guild = call.world.guild(call.id("guild"))
    return [webhook_json(one) for one in call.world.webhooks.values() if one.channel.guild is guild]


def _owned(call: Call) -> Webhook:
    webhook = call.world.webhooks.get(call.id("webhook"))
    if webhook is None:
        raise Refused(10015)
    require(call.world, webhook.channel, Permission.MANAGE_WEBHOOKS)
    return webhook


@routes.on("GET", "/webhooks/{webhook}")
def get_webhook(call: Call) -> Any:
    return webhook_json(_owned(call))


@routes.on("DELETE", "/webhooks/{webhook}")
def delete_webhook(call: Call) -> None:
    del call.world.webhooks[_owned(call).id]


def _known(call: Call) -> Webhook:
    """By id and token. Raises Refused (10015, 50027)."""
    webhook = call.world.webhooks.get(call.id("webhook"))
    if webhook is None:
        raise Refused(10015)
    if webhook.token != call.params["token"]:
        raise Refused(50027)
    return webhook


def _interaction(call: Call) -> Interaction | None:
    """Where the address is the application's: what follows an interaction. Raises Refused (50027)."""
    if call.id("webhook") != call.world.application_id:
        return None
    found = call.world.interactions.get(call.params["token"])
    if found is None:
        raise Refused(50027)
    return found


@routes.on("GET", _TOKEN)
def get_webhook_by_token(call: Call) -> Any:
    return webhook_json(_known(call))


@routes.on("DELETE", _TOKEN)
def delete_webhook_by_token(call: Call) -> None:
    del call.world.webhooks[_known(call).id]


@routes.on("POST", _TOKEN)
def execute(call: Call) -> Any:
    interaction = _interaction(call)
    if interaction is not None:
        return told(call.world, interaction.follow_up(call.form, call.files))
    webhook, world, body = _known(call), call.world, call.form
    form = Form()
    rules_messages.webhook_name(form, ("username",), body.get("username"))
    avatar = form.text(("avatar_url",), body.get("avatar_url"), 0, 2048)
    if avatar and not re.match(r"https?://\S+$", avatar):
        form.wrong(("avatar_url",), "URL_TYPE_INVALID_URL", "Not a well formed URL.")
    form.settle()
    rules_messages.check(world, body, call.files)
    rules_messages.refuse_empty(body, call.files)
    place = _place(call, webhook)
    author = User(webhook.id, body.get("username") or webhook.name, None, avatar or webhook.avatar, bot=True)
    origin = Origin(webhook=webhook, application_id=webhook.application_id)
    message = posting.post(world, place, author, body, call.files, origin)
    waits = call.query.get("wait", "").lower() in ("1", "true")
    return told(world, message) if waits else None


def _place(call: Call, webhook: Webhook) -> Any:
    """``thread_id`` must be a thread of the webhook's channel. Raises Refused (10003)."""
    if "thread_id" not in call.query:
        return webhook.channel
    place = call.world.places.get(int(call.query["thread_id"]))
    if place is None or not place.is_thread or place.parent is not webhook.channel:
        raise Refused(10003)
    return place


def _posted(call: Call) -> tuple[Message, Interaction | None]:
    interaction = _interaction(call)
    if interaction is not None:
        original = call.params["message"] == "@original"
        return (interaction.original() if original else interaction.find(_number(call))), interaction
    webhook = _known(call)
    found = _place(call, webhook).messages.get(_number(call))
    if found is None or found.webhook is not webhook:
        raise Refused(10008)
    return found, None


def _number(call: Call) -> int:
    if not call.params["message"].isdecimal():
        raise Refused(10008)
    return int(call.params["message"])


@routes.on("GET", _TOKEN + "/messages/{message:text}")
def get_posted(call: Call) -> Any:
    return told(call.world, _posted(call)[0])


@routes.on("PATCH", _TOKEN + "/messages/{message:text}")
def edit_posted(call: Call) -> Any:
    message, interaction = _posted(call)
    if message.place.archived:
        raise Refused(50083)
    if interaction is not None:
        return told(call.world, interaction.edit(message, call.form, call.files))
    rules_messages.check(call.world, call.form, call.files, had=message.flags)
    refuse_emptied(message, call)
    return told(call.world, posting.edit(call.world, message, call.form, call.files))


@routes.on("DELETE", _TOKEN + "/messages/{message:text}")
def delete_posted(call: Call) -> None:
    records.remove(call.world, _posted(call)[0])
