"""What a message may name by an id: the server's roles, and the channels that its author sees.

Discord tells a bot the names of channels that whoever writes may not see; a message is no way to learn them.
"""

import re
from collections.abc import Mapping

import discord

_CHANNEL = re.compile(r"<#(\d{1,25})>")
_ROLE = re.compile(r"<@&(\d{1,25})>")


def roles_named(message: discord.Message) -> Mapping[str, str]:
    """By their ids: what the roles are called that ``message``, or what it forwards, names. Everybody on a server sees
    its roles; Discord itself tells with a message only of those that it pings."""
    guild = message.guild
    if guild is None:
        return {}
    found = (guild.get_role(int(key)) for key in _ids(_ROLE, message))
    return {str(role.id): role.name for role in found if role is not None}


def channels_named(message: discord.Message) -> Mapping[str, str]:
    guild = message.guild
    if guild is None:
        return {}
    found = (guild.get_channel_or_thread(int(key)) for key in _ids(_CHANNEL, message))
    return {str(one.id): one.name for one in found if one is not None and _may_name(message, one)}


def _ids(named: re.Pattern[str], message: discord.Message) -> set[str]:
    said = [message.content, *(snapshot.content for snapshot in message.message_snapshots)]
    return {key for words in said for key in named.findall(words)}


def _may_name(message: discord.Message, place: discord.abc.GuildChannel | discord.Thread) -> bool:
    """Who has left the server, or is not told of with the message, counts as anybody there. A private thread is called
    by its ticket's title: nobody names one but where it is."""
    if isinstance(place, discord.Thread) and place.is_private():
        return place.id == message.channel.id
    author = message.author if isinstance(message.author, discord.Member) else place.guild.get_member(message.author.id)
    return place.permissions_for(author or place.guild.default_role).view_channel
