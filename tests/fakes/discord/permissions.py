"""What a member may do where: roles, channel overwrites, membership of threads.

https://discord.com/developers/docs/topics/permissions
"""

from collections.abc import Iterable
from enum import IntFlag
from typing import Any


class Permission(IntFlag):
    CREATE_INSTANT_INVITE = 1 << 0
    KICK_MEMBERS = 1 << 1
    BAN_MEMBERS = 1 << 2
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_AUDIT_LOG = 1 << 7
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    SEND_TTS_MESSAGES = 1 << 12
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    CHANGE_NICKNAME = 1 << 26
    MANAGE_NICKNAMES = 1 << 27
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    USE_EXTERNAL_STICKERS = 1 << 37
    SEND_MESSAGES_IN_THREADS = 1 << 38
    MODERATE_MEMBERS = 1 << 40
    SEND_POLLS = 1 << 49
    USE_EXTERNAL_APPS = 1 << 50
    PIN_MESSAGES = 1 << 51
    """Split off MANAGE_MESSAGES, which no longer pins."""
    BYPASS_SLOWMODE = 1 << 52


P = Permission
ALL = (1 << 53) - 1
EVERYONE = (
    P.VIEW_CHANNEL
    | P.SEND_MESSAGES
    | P.SEND_MESSAGES_IN_THREADS
    | P.EMBED_LINKS
    | P.ATTACH_FILES
    | P.READ_MESSAGE_HISTORY
    | P.ADD_REACTIONS
    | P.USE_APPLICATION_COMMANDS
    | P.CREATE_PUBLIC_THREADS
    | P.CREATE_PRIVATE_THREADS
    | P.CHANGE_NICKNAME
)
"""What a new server lets everyone do."""
DESK_BOT = (
    P.VIEW_CHANNEL
    | P.SEND_MESSAGES
    | P.SEND_MESSAGES_IN_THREADS
    | P.CREATE_PUBLIC_THREADS
    | P.CREATE_PRIVATE_THREADS
    | P.MANAGE_THREADS
    | P.MANAGE_MESSAGES
    | P.PIN_MESSAGES
    | P.MANAGE_WEBHOOKS
    | P.EMBED_LINKS
    | P.ATTACH_FILES
    | P.READ_MESSAGE_HISTORY
    | P.ADD_REACTIONS
    | P.MENTION_EVERYONE
)
"""A bot that was invited with all that a desk can use, and may ping everybody: its own manners must hold it back."""

Given = int | Iterable[str | Permission]


def bits(given: Given) -> int:
    """``Permission`` flags, an integer, or names such as ``"manage_threads"``."""
    if isinstance(given, int):
        return int(given)
    value = 0
    for one in given:
        value |= Permission[one.upper()] if isinstance(one, str) else one
    return int(value)


def in_guild(member: Any) -> int:
    """Without any channel's overwrites."""
    guild = member.guild
    if guild.owner_id == member.id:
        return ALL
    value = guild.everyone.permissions
    for role in member.roles:
        value |= role.permissions
    return ALL if value & P.ADMINISTRATOR else value


def in_place(member: Any, place: Any) -> int:
    """In a guild's channel, or in a thread by its parent's; 0 where the channel itself is hidden."""
    value = in_guild(member)
    if value == ALL:
        return ALL
    channel = place.parent if place.is_thread else place
    value = _overwritten(value, member, channel.overwrites)
    if not value & P.VIEW_CHANNEL:
        return 0
    if place.is_thread:
        sending = P.SEND_MESSAGES_IN_THREADS
        value = value | P.SEND_MESSAGES if value & sending else value & ~P.SEND_MESSAGES
    return value


def _overwritten(value: int, member: Any, overwrites: dict[int, tuple[int, int]]) -> int:
    allow, deny = overwrites.get(member.guild.id, (0, 0))
    value = value & ~deny | allow
    allow = deny = 0
    for role in member.roles:
        more, less = overwrites.get(role.id, (0, 0))
        allow, deny = allow | more, deny | less
    value = value & ~deny | allow
    allow, deny = overwrites.get(member.id, (0, 0))
    return value & ~deny | allow


def has(member: Any, place: Any, wanted: int) -> bool:
    return in_place(member, place) & wanted == wanted


def sees(member: Any, place: Any) -> bool:
    """Whether the place is shown to a member: a private thread only to its members and to who manages threads."""
    if member is None or not has(member, place, P.VIEW_CHANNEL):
        return False
    if not place.is_thread or not place.private:
        return True
    return member.id in place.members or has(member, place, P.MANAGE_THREADS)
