"""State as the JSON that Discord sends."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from tests.fakes.discord import permissions
from tests.fakes.discord.state import Attachment, Channel, Message, Role, Thread, User, Webhook
from tests.fakes.discord.world import World

Json = dict[str, Any]


def stamp(moment: datetime) -> str:
    return moment.isoformat()


def user_json(user: User) -> Json:
    return {
        "id": str(user.id),
        "username": user.name,
        "global_name": user.global_name,
        "discriminator": "0",
        "avatar": user.avatar,
        "bot": user.bot,
        "public_flags": 0,
    }


def member_json(member: Any, *, user: bool = True) -> Json:
    made: Json = {
        "nick": member.nick,
        "avatar": None,
        "roles": [str(role.id) for role in member.roles],
        "joined_at": stamp(member.joined_at),
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": False,
        "communication_disabled_until": None,
    }
    return made | {"user": user_json(member.user)} if user else made


def role_json(role: Role) -> Json:
    made: Json = {
        "id": str(role.id),
        "name": role.name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "icon": None,
        "unicode_emoji": None,
        "position": role.position,
        "permissions": str(int(role.permissions)),
        "managed": role.managed_by is not None,
        "mentionable": role.mentionable,
        "flags": 0,
    }
    return made if role.managed_by is None else made | {"tags": {"bot_id": str(role.managed_by)}}


def channel_json(channel: Channel) -> Json:
    return {
        "id": str(channel.id),
        "guild_id": str(channel.guild.id),
        "type": channel.type,
        "name": channel.name,
        "topic": channel.topic,
        "position": channel.position,
        "parent_id": None if channel.category_id is None else str(channel.category_id),
        "nsfw": False,
        "rate_limit_per_user": 0,
        "flags": 0,
        "last_message_id": None if channel.last_message_id is None else str(channel.last_message_id),
        "permission_overwrites": [
            {
                "id": str(target),
                "type": 1 if target in channel.guild.members else 0,
                "allow": str(int(allow)),
                "deny": str(int(deny)),
            }
            for target, (allow, deny) in channel.overwrites.items()
        ],
    }


def thread_member_json(thread: Thread, user_id: int) -> Json:
    joined = stamp(thread.members[user_id])
    return {"id": str(thread.id), "user_id": str(user_id), "join_timestamp": joined, "flags": 0}


def thread_json(thread: Thread, viewer: int | None = None) -> Json:
    """``viewer``: the user whose own membership is told along."""
    metadata: Json = {
        "archived": thread.archived,
        "auto_archive_duration": thread.auto_archive_duration,
        "archive_timestamp": stamp(thread.archive_timestamp),
        "locked": thread.locked,
        "create_timestamp": stamp(thread.created_at),
    }
    made: Json = {
        "id": str(thread.id),
        "guild_id": str(thread.guild.id),
        "parent_id": str(thread.parent.id),
        "owner_id": str(thread.owner_id),
        "name": thread.name,
        "type": thread.type,
        "last_message_id": None if thread.last_message_id is None else str(thread.last_message_id),
        "rate_limit_per_user": 0,
        "message_count": thread.message_count,
        "member_count": min(len(thread.members), 50),
        "total_message_sent": thread.total_message_sent,
        "flags": 0,
        "thread_metadata": metadata | {"invitable": thread.invitable} if thread.private else metadata,
    }
    if viewer in thread.members:
        made["member"] = thread_member_json(thread, viewer)
    return made


def place_json(world: World, place: Any) -> Json:
    if place.is_dm:
        return {
            "id": str(place.id),
            "type": 1,
            "last_message_id": None if place.last_message_id is None else str(place.last_message_id),
            "flags": 0,
            "recipients": [user_json(place.recipient)],
        }
    return thread_json(place, world.bot.id) if place.is_thread else channel_json(place)


def guild_json(guild: Any) -> Json:
    return {
        "id": str(guild.id),
        "name": guild.name,
        "icon": None,
        "owner_id": str(guild.owner_id),
        "roles": [role_json(role) for role in guild.roles.values()],
        "emojis": [],
        "stickers": [],
        "features": [],
        "preferred_locale": "en-US",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "verification_level": 0,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
    }


def guild_create_json(world: World, guild: Any, *, everybody: bool) -> Json:
    """``everybody``: whether all members are told; without the presences intent it is the bot alone."""
    me = guild.members[world.bot.id]
    threads = [thread for thread in world.threads(guild) if permissions.sees(me, thread)]
    return guild_json(guild) | {
        "joined_at": stamp(me.joined_at),
        "large": len(guild.members) > 250,
        "unavailable": False,
        "member_count": len(guild.members),
        "voice_states": [],
        "members": [member_json(member) for member in (guild.members.values() if everybody else [me])],
        "channels": [channel_json(channel) for channel in guild.channels.values()],
        "threads": [thread_json(thread, world.bot.id) for thread in threads],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def attachment_json(world: World, attachment: Attachment) -> Json:
    url = attachment_url(world, attachment)
    made: Json = {
        "id": str(attachment.id),
        "filename": attachment.filename,
        "size": attachment.size,
        "url": url,
        "proxy_url": url,
        "content_type": attachment.content_type,
    }
    if attachment.description:
        made["description"] = attachment.description
    return made | {"ephemeral": True} if attachment.ephemeral else made


def attachment_url(world: World, attachment: Attachment) -> str:
    """Signed anew each time it is told, and dead a day later (``Settings.link_life``)."""
    issued = world.now()
    expires = format(int((issued + timedelta(seconds=world.settings.link_life)).timestamp()), "x")
    path = f"/attachments/{attachment.place_id}/{attachment.id}/{quote(attachment.filename)}"
    query = f"ex={expires}&is={int(issued.timestamp()):x}&hm={link_signature(attachment.id, expires)}"
    return f"{world.base}{path}?{query}"


def link_signature(attachment_id: int, expires: str) -> str:
    return hashlib.sha256(f"{attachment_id}.{expires}".encode()).hexdigest()


def poll_json(question: str, answers: Sequence[str], expiry: datetime) -> Json:
    """https://docs.discord.com/developers/resources/poll#poll-object"""
    return {
        "question": {"text": question},
        "answers": [{"answer_id": at, "poll_media": {"text": words}} for at, words in enumerate(answers, start=1)],
        "expiry": stamp(expiry),
        "allow_multiselect": False,
        "layout_type": 1,
    }


def emoji_json(emoji: str) -> Json:
    name, _, emoji_id = emoji.partition(":")
    return {"id": emoji_id or None, "name": name}


def webhook_json(webhook: Webhook, *, token: bool = True) -> Json:
    made: Json = {
        "id": str(webhook.id),
        "type": 1,
        "guild_id": str(webhook.channel.guild.id),
        "channel_id": str(webhook.channel.id),
        "name": webhook.name,
        "avatar": webhook.avatar,
        "application_id": None if webhook.application_id is None else str(webhook.application_id),
        "user": user_json(webhook.creator),
    }
    return made | {"token": webhook.token} if token else made


def message_json(world: World, message: Message, *, content: bool = True, event: bool = False) -> Json:
    """``content``: False blanks what only the MESSAGE_CONTENT intent shows. ``event``: as the gateway tells it."""
    made: Json = {
        "id": str(message.id),
        "channel_id": str(message.place.id),
        "type": message.type,
        "author": user_json(message.author),
        "content": message.content,
        "timestamp": stamp(message.created_at),
        "edited_timestamp": None if message.edited_at is None else stamp(message.edited_at),
        "tts": False,
        "mention_everyone": message.mention_everyone,
        "mentions": [_mentioned(user, message, event=event) for user in message.mentioned],
        "mention_roles": [str(role) for role in message.mentioned_roles],
        "attachments": [attachment_json(world, one) for one in message.attachments],
        "embeds": message.embeds,
        "components": message.components,
        "pinned": message.pinned,
        "flags": message.flags,
    }
    made |= _optional(world, message, content=content)
    if event and message.place.guild is not None:
        made["guild_id"] = str(message.place.guild.id)
        member = message.place.guild.members.get(message.author.id)
        if member is not None and message.webhook is None:
            made["member"] = member_json(member, user=False)
    if not content:
        made |= {"content": "", "embeds": [], "attachments": [], "components": []}
    return made


def _mentioned(user: User, message: Message, *, event: bool) -> Json:
    guild = message.place.guild
    member = None if guild is None else guild.members.get(user.id)
    told = event and member is not None
    return user_json(user) | {"member": member_json(member, user=False)} if told else user_json(user)


def _optional(world: World, message: Message, *, content: bool) -> Json:
    thread = message.thread
    made: Json = {
        "nonce": message.nonce,
        "webhook_id": _webhook_id(world, message),
        "application_id": None if message.application_id is None else str(message.application_id),
        "message_reference": message.reference,
        "message_snapshots": message.snapshots or None,
        "sticker_items": message.stickers or None,
        "poll": message.poll,
        "interaction_metadata": message.interaction,
        "thread": None if thread is None else thread_json(thread),
        "reactions": [_reaction(world, emoji, users) for emoji, users in message.reactions.items()] or None,
    }
    made = {key: value for key, value in made.items() if value is not None}
    if message.type == 19 and message.referenced is not None:
        gone = message.referenced.deleted
        made["referenced_message"] = None if gone else _referenced(world, message.referenced, content=content)
    return made


def _webhook_id(world: World, message: Message) -> str | None:
    """Answers to interactions bear the application's id there."""
    if message.webhook is not None:
        return str(message.webhook.id)
    return None if message.interaction is None else str(world.application_id)


def _referenced(world: World, message: Message, *, content: bool) -> Json:
    made = message_json(world, message, content=content or shows_content(world, message))
    made.pop("referenced_message", None)
    return made


def _reaction(world: World, emoji: str, users: list[int]) -> Json:
    return {
        "emoji": emoji_json(emoji),
        "count": len(users),
        "count_details": {"burst": 0, "normal": len(users)},
        "burst_colors": [],
        "me": world.bot.id in users,
        "me_burst": False,
    }


def shows_content(world: World, message: Message) -> bool:
    """Whether even a bot without MESSAGE_CONTENT reads it: a direct message, its own, or one that mentions it.

    https://discord.com/developers/docs/events/gateway#message-content-intent
    """
    own = message.author is world.bot or message.application_id == world.application_id
    return message.place.is_dm or own or world.bot in message.mentioned
