"""Channels, threads, their members, and who is where."""

from typing import Any

from tests.fakes.discord import threads
from tests.fakes.discord.payloads import (
    channel_json,
    guild_json,
    member_json,
    place_json,
    role_json,
    thread_json,
    thread_member_json,
    user_json,
)
from tests.fakes.discord.permissions import Permission, has, sees
from tests.fakes.discord.refusals import Form, Refused
from tests.fakes.discord.rest import Call, Table
from tests.fakes.discord.state import Thread
from tests.fakes.discord.world import World

routes = Table()
PUBLIC, PRIVATE = 11, 12
_ARCHIVED_KEYS = {"archived", "locked"}


def require(world: World, place: Any, *wanted: Permission) -> Any:
    """The bot's member. Raises Refused (50001, 50013)."""
    me = world.bot_member(place)
    if not sees(me, place):
        raise Refused(50001)
    if not all(has(me, place, one) for one in wanted):
        raise Refused(50013)
    return me


@routes.on("GET", "/channels/{channel}")
def get_channel(call: Call) -> Any:
    return place_json(call.world, call.world.visible(call.id("channel")))


@routes.on("PATCH", "/channels/{channel}")
def edit_channel(call: Call) -> Any:
    place = call.world.visible(call.id("channel"))
    if not place.is_thread:
        require(call.world, place, Permission.MANAGE_CHANNELS)
        form = Form()
        form.text(("name",), call.form.get("name"), 1, 100)
        form.text(("topic",), call.form.get("topic"), 0, 1024)
        form.settle()
        place.name = call.form.get("name") or place.name
        place.topic = call.form.get("topic", place.topic)
        return channel_json(place)
    _edit_thread(call.world, place, call.form)
    return thread_json(place, call.world.bot.id)


def _edit_thread(world: World, thread: Thread, body: dict[str, Any]) -> None:
    form = Form()
    if "name" in body:
        form.text(("name",), body["name"], 1, 100, required=True)
    if body.get("auto_archive_duration") is not None:
        form.choice(("auto_archive_duration",), body["auto_archive_duration"], {60, 1440, 4320, 10080})
    form.settle()
    me = require(world, thread)
    manages = has(me, thread, Permission.MANAGE_THREADS)
    archived = thread.archived if body.get("archived") is None else body["archived"]
    if thread.archived and archived and set(body) - _ARCHIVED_KEYS:
        raise Refused(50083)
    _refuse_thread_edit(thread, body, me, manages=manages, archived=archived)
    if body.get("name") and body["name"] != thread.name:
        threads.renamed(world, thread, body["name"], world.bot)
    for key in ("auto_archive_duration", "invitable"):
        if body.get(key) is not None:
            setattr(thread, key, body[key])
    if archived != thread.archived:
        threads.archive(world, thread, archived=archived, locked=body.get("locked"))
        return
    thread.locked = thread.locked if body.get("locked") is None else body["locked"]
    threads.updated(world, thread)


def _refuse_thread_edit(thread: Thread, body: dict[str, Any], me: Any, *, manages: bool, archived: bool) -> None:
    if manages:
        return
    owns = thread.owner_id == me.id
    locks = body.get("locked") is not None and body["locked"] != thread.locked
    unlocked_again = thread.archived and not archived and not thread.locked
    if locks or (thread.locked and archived != thread.archived):
        raise Refused(50013)
    if not owns and not (unlocked_again and has(me, thread, Permission.SEND_MESSAGES) and set(body) == {"archived"}):
        raise Refused(50013)


@routes.on("DELETE", "/channels/{channel}")
def delete_channel(call: Call) -> Any:
    place = call.world.visible(call.id("channel"))
    told = place_json(call.world, place)
    if place.is_thread:
        require(call.world, place, Permission.MANAGE_THREADS)
        threads.delete(call.world, place)
    elif place.is_dm:
        return told
    else:
        require(call.world, place, Permission.MANAGE_CHANNELS)
        place.guild.delete_channel(place)
    return told


@routes.on("POST", "/channels/{channel}/typing")
def typing(call: Call) -> None:
    call.world.visible(call.id("channel"))


@routes.on("POST", "/channels/{channel}/threads")
def start_thread(call: Call) -> Any:
    channel = call.world.visible(call.id("channel"))
    if channel.is_thread or channel.is_dm:
        raise Refused(50024)
    body = call.form
    kind = body.get("type") or PRIVATE
    form = Form()
    form.choice(("type",), kind, {PUBLIC, PRIVATE})
    _thread_form(form, body)
    needed = Permission.CREATE_PRIVATE_THREADS if kind == PRIVATE else Permission.CREATE_PUBLIC_THREADS
    require(call.world, channel, needed)
    made = threads.create(
        call.world,
        channel,
        call.world.bot,
        body["name"],
        private=kind == PRIVATE,
        invitable=body.get("invitable") is not False,
        auto_archive=body.get("auto_archive_duration") or 4320,
    )
    return thread_json(made, call.world.bot.id)


@routes.on("POST", "/channels/{channel}/messages/{message}/threads")
def start_thread_from_message(call: Call) -> Any:
    channel = call.world.visible(call.id("channel"))
    if channel.is_thread or channel.is_dm:
        raise Refused(50024)
    message = call.world.message(channel, call.id("message"))
    _thread_form(Form(), call.form)
    require(call.world, channel, Permission.CREATE_PUBLIC_THREADS, Permission.READ_MESSAGE_HISTORY)
    if message.thread is not None or message.id in call.world.places:
        raise Refused(160004)
    duration = call.form.get("auto_archive_duration") or 4320
    made = threads.create(
        call.world, channel, call.world.bot, call.form["name"], private=False, auto_archive=duration, starter=message
    )
    return thread_json(made, call.world.bot.id)


def _thread_form(form: Form, body: dict[str, Any]) -> None:
    form.text(("name",), body.get("name"), 1, 100, required=True)
    if body.get("auto_archive_duration") is not None:
        form.choice(("auto_archive_duration",), body["auto_archive_duration"], {60, 1440, 4320, 10080})
    form.settle()


def _thread(call: Call) -> Thread:
    place = call.world.visible(call.id("channel"))
    if not place.is_thread:
        raise Refused(50024)
    return place


@routes.on("GET", "/channels/{channel}/thread-members")
def list_thread_members(call: Call) -> Any:
    thread = _thread(call)
    return [_told_member(call, thread, user_id) for user_id in thread.members]


@routes.on("GET", "/channels/{channel}/thread-members/{user}")
def get_thread_member(call: Call) -> Any:
    thread = _thread(call)
    if call.id("user") not in thread.members:
        raise Refused(10007)
    return _told_member(call, thread, call.id("user"))


def _told_member(call: Call, thread: Thread, user_id: int) -> dict[str, Any]:
    told = thread_member_json(thread, user_id)
    member = thread.guild.members.get(user_id)
    wanted = call.query.get("with_member", "").lower() in ("1", "true") and member is not None
    return told | {"member": member_json(member)} if wanted else told


@routes.on("PUT", "/channels/{channel}/thread-members/@me")
def join_thread(call: Call) -> None:
    thread = _thread(call)
    if thread.archived:
        raise Refused(50083)
    threads.add(call.world, thread, call.world.bot)


@routes.on("PUT", "/channels/{channel}/thread-members/{user}")
def add_thread_member(call: Call) -> None:
    thread = _thread(call)
    if thread.archived:
        raise Refused(50083)
    me = require(call.world, thread, Permission.SEND_MESSAGES)
    if thread.private and not thread.invitable and not has(me, thread, Permission.MANAGE_THREADS):
        raise Refused(50013)
    if call.id("user") not in call.world.users:
        raise Refused(10013)
    member = thread.guild.members.get(call.id("user"))
    if member is None:
        raise Refused(10007)
    if not sees(member, thread.parent):
        raise Refused(50001)
    threads.add(call.world, thread, member.user, call.world.bot)


@routes.on("DELETE", "/channels/{channel}/thread-members/@me")
def leave_thread(call: Call) -> None:
    thread = _thread(call)
    if thread.archived:
        raise Refused(50083)
    threads.remove(call.world, thread, call.world.bot)


@routes.on("DELETE", "/channels/{channel}/thread-members/{user}")
def remove_thread_member(call: Call) -> None:
    thread = _thread(call)
    if thread.archived:
        raise Refused(50083)
    me = call.world.bot_member(thread)
    if not has(me, thread, Permission.MANAGE_THREADS) and not (thread.private and thread.owner_id == me.id):
        raise Refused(50013)
    if call.id("user") not in thread.members:
        raise Refused(10007)
    threads.remove(call.world, thread, call.world.users[call.id("user")], call.world.bot)


@routes.on("GET", "/channels/{channel}/threads/archived/{kind:text}")
def archived_threads(call: Call) -> Any:
    channel = call.world.visible(call.id("channel"))
    private = call.params["kind"] == "private"
    require(call.world, channel, *([Permission.MANAGE_THREADS] if private else []), Permission.READ_MESSAGE_HISTORY)
    found = [t for t in channel.guild.threads(archived=True) if t.parent is channel and t.private == private]
    found.sort(key=lambda thread: thread.archive_timestamp, reverse=True)
    limit = call.number("limit", 50) or 50
    return _listed(call.world, found[:limit]) | {"has_more": len(found) > limit}


def _listed(world: World, found: list[Thread]) -> dict[str, Any]:
    joined = [thread_member_json(t, world.bot.id) for t in found if world.bot.id in t.members]
    return {"threads": [thread_json(thread, world.bot.id) for thread in found], "members": joined}


@routes.on("GET", "/guilds/{guild}/threads/active")
def active_threads(call: Call) -> Any:
    guild = call.world.guild(call.id("guild"))
    return _listed(call.world, [thread for thread in call.world.threads(guild) if sees(guild.bot, thread)])


@routes.on("GET", "/guilds/{guild}")
def get_guild(call: Call) -> Any:
    guild = call.world.guild(call.id("guild"))
    told = guild_json(guild)
    return told | {"approximate_member_count": len(guild.members)} if "with_counts" in call.query else told


@routes.on("GET", "/guilds/{guild}/channels")
def guild_channels(call: Call) -> Any:
    return [channel_json(channel) for channel in call.world.guild(call.id("guild")).channels.values()]


@routes.on("GET", "/guilds/{guild}/roles")
def guild_roles(call: Call) -> Any:
    return [role_json(role) for role in call.world.guild(call.id("guild")).roles.values()]


@routes.on("GET", "/guilds/{guild}/members")
def guild_members(call: Call) -> Any:
    """Needs the members intent. https://discord.com/developers/docs/resources/guild#list-guild-members"""
    guild = call.world.guild(call.id("guild"))
    if "members" not in call.world.settings.privileged:
        raise Refused(50001)
    limit, after = call.number("limit", 1) or 1, call.number("after", 0) or 0
    found = sorted((m for m in guild.members.values() if m.id > after), key=lambda member: member.id)
    return [member_json(member) for member in found[: min(limit, 1000)]]


@routes.on("GET", "/guilds/{guild}/members/{user}")
def guild_member(call: Call) -> Any:
    member = call.world.guild(call.id("guild")).members.get(call.id("user"))
    if member is None:
        raise Refused(10007 if call.id("user") in call.world.users else 10013)
    return member_json(member)


@routes.on("GET", "/users/{user}")
def get_user(call: Call) -> Any:
    if call.id("user") not in call.world.users:
        raise Refused(10013)
    return user_json(call.world.users[call.id("user")])


@routes.on("POST", "/users/@me/channels")
def open_direct(call: Call) -> Any:
    user = call.world.users.get(int(call.form["recipient_id"]))
    if user is None or user is call.world.bot:
        raise Refused(50033, message="Invalid Recipient(s)")
    return place_json(call.world, call.world.direct(user))
