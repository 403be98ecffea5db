"""Threads: made, joined, archived, deleted, each told to the bot as the gateway tells it.

https://discord.com/developers/docs/topics/threads
"""

from typing import Any

from tests.fakes.discord import intents, records
from tests.fakes.discord.payloads import member_json, thread_json, thread_member_json
from tests.fakes.discord.permissions import sees
from tests.fakes.discord.refusals import Refused
from tests.fakes.discord.state import HAS_THREAD, Channel, Message, Thread, User
from tests.fakes.discord.world import World


def refuse_when_full(world: World, guild: Any) -> None:
    if len(world.threads(guild)) >= world.settings.active_threads:
        raise Refused(160006)


def create(
    world: World,
    channel: Channel,
    owner: User,
    name: str,
    *,
    private: bool = True,
    invitable: bool = True,
    auto_archive: int = 4320,
    starter: Message | None = None,
) -> Thread:
    """Raises Refused (160006) when the guild has all the active threads that it may have."""
    refuse_when_full(world, channel.guild)
    now = world.now()
    thread = Thread(
        world.next_id() if starter is None else starter.id,
        channel.guild,
        name,
        type=12 if private else 11,
        parent=channel,
        owner_id=owner.id,
        private=private,
        invitable=invitable,
        auto_archive_duration=auto_archive,
        archive_timestamp=now,
        created_at=now,
        members={owner.id: now},
    )
    world.places[thread.id] = thread
    if world.bot_sees(thread):
        world.dispatch("THREAD_CREATE", thread_json(thread, world.bot.id) | {"newly_created": True}, intents.GUILDS)
    if starter is not None:
        starter.thread, starter.flags = thread, starter.flags | HAS_THREAD
        records.tell(world, "MESSAGE_UPDATE", starter)
        reference = {"channel_id": str(channel.id), "message_id": str(starter.id), "guild_id": str(channel.guild.id)}
        records.system(world, thread, owner, records.THREAD_STARTER, reference=reference, referenced=starter)
    elif not private:
        reference = {"channel_id": str(thread.id), "guild_id": str(channel.guild.id)}
        records.system(world, channel, owner, records.THREAD_CREATED, content=name, reference=reference)
    return thread


def add(world: World, thread: Thread, user: User, by: User | None = None) -> None:
    """``by``: who is told to have added them; none for who joined, or was mentioned."""
    if user.id in thread.members:
        return
    if len(thread.members) >= world.settings.thread_members:
        raise Refused(30033)
    seen = world.bot_sees(thread)
    thread.members[user.id] = world.now()
    if user is world.bot and not seen:
        world.dispatch("THREAD_CREATE", thread_json(thread, user.id), intents.GUILDS)
    added = thread_member_json(thread, user.id) | {
        "member": member_json(thread.guild.members[user.id]),
        "presence": None,
    }
    _members_changed(world, thread, user, {"added_members": [added]})
    if by is not None and by is not user:
        records.system(world, thread, by, records.RECIPIENT_ADD, mentioned=[user])


def remove(world: World, thread: Thread, user: User, by: User | None = None) -> None:
    if thread.members.pop(user.id, None) is None:
        return
    _members_changed(world, thread, user, {"removed_member_ids": [str(user.id)]})
    if by is not None:
        records.system(world, thread, by, records.RECIPIENT_REMOVE, mentioned=[user])


def _members_changed(world: World, thread: Thread, user: User, change: dict[str, Any]) -> None:
    """Of others than itself a bot is told with the members intent alone."""
    if not world.bot_sees(thread) and user is not world.bot:
        return
    data = {
        "id": str(thread.id),
        "guild_id": str(thread.guild.id),
        "member_count": min(len(thread.members), 50),
    } | change
    world.dispatch("THREAD_MEMBERS_UPDATE", data, intents.GUILDS if user is world.bot else intents.MEMBERS)


def archive(world: World, thread: Thread, *, archived: bool, locked: bool | None = None) -> None:
    """Raises Refused (160006) where it would be one active thread too many."""
    if thread.archived and not archived:
        refuse_when_full(world, thread.guild)
    thread.archived = archived
    thread.archive_timestamp = world.now()
    if locked is not None:
        thread.locked = locked
    updated(world, thread)


def updated(world: World, thread: Thread) -> None:
    if world.bot_sees(thread):
        world.dispatch("THREAD_UPDATE", thread_json(thread, world.bot.id), intents.GUILDS)


def renamed(world: World, thread: Thread, name: str, by: User) -> None:
    thread.name = name
    if not thread.archived:
        records.system(world, thread, by, records.NAME_CHANGE, content=name)


def delete(world: World, thread: Thread, *, told: bool = True) -> None:
    """``told``: False when its channel goes with it, which is told instead."""
    seen = world.bot_sees(thread)
    world.places.pop(thread.id, None)
    for message in thread.messages.values():
        message.deleted = True
    if told and seen:
        data = {
            "id": str(thread.id),
            "guild_id": str(thread.guild.id),
            "parent_id": str(thread.parent.id),
            "type": thread.type,
        }
        world.dispatch("THREAD_DELETE", data, intents.GUILDS)


def sync(world: World, guild: Any, channels: list[Channel]) -> None:
    """What a bot is told when it gains sight of channels."""
    me = guild.members[world.bot.id]
    found = [t for t in world.threads(guild) if t.parent in channels and sees(me, t)]
    data = {
        "guild_id": str(guild.id),
        "channel_ids": [str(channel.id) for channel in channels],
        "threads": [thread_json(thread, world.bot.id) for thread in found],
        "members": [thread_member_json(t, world.bot.id) for t in found if world.bot.id in t.members],
    }
    world.dispatch("THREAD_LIST_SYNC", data, intents.GUILDS)
