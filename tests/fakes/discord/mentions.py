"""Whom a message pings: what its text names, what its author may name, and what ``allowed_mentions`` lets through.

Without ``allowed_mentions`` everything that the text names is pinged.
https://discord.com/developers/docs/resources/message#allowed-mentions-object
Embeds never ping. A mention within a code block is counted too: better a false alarm in a test than a ping missed.
"""

import re
from typing import Any

from tests.fakes.discord.permissions import Permission, has
from tests.fakes.discord.state import Message, Pings, User
from tests.fakes.discord.world import World

_USER = re.compile(r"<@!?(\d+)>")
_ROLE = re.compile(r"<@&(\d+)>")
_EVERYONE = re.compile(r"@(everyone|here)")
ALL = {"parse": ["users", "roles", "everyone"], "replied_user": True}


def resolve(world: World, message: Message, allowed: dict[str, Any] | None, replied: Message | None) -> None:
    """Fills in a new message's mentions and pings."""
    given = ALL if allowed is None else allowed
    words = "\n".join([message.content, *_displayed(message.components)])
    users = _users(world, message, words, given)
    if replied is not None and given.get("replied_user") and replied.webhook is None and replied.author not in users:
        users.append(replied.author)
    message.mentioned = users
    message.mentioned_roles = _roles(message, words, given)
    message.mention_everyone = _everyone(message, words, given)
    message.pinged = Pings(
        frozenset(user.id for user in users), frozenset(message.mentioned_roles), message.mention_everyone
    )


def _displayed(components: list[dict[str, Any]]) -> list[str]:
    """The text displays of a components v2 message: mentions in them count as in content."""
    found = []
    for one in components:
        if one.get("type") == 10:
            found.append(str(one.get("content", "")))
        found += _displayed(one.get("components") or [])
    return found


def _users(world: World, message: Message, words: str, given: dict[str, Any]) -> list[User]:
    named = list(dict.fromkeys(int(one) for one in _USER.findall(words)))
    if "users" not in (given.get("parse") or []):
        chosen = {int(one) for one in given.get("users") or []}
        named = [one for one in named if one in chosen]
    return [world.users[one] for one in named if one in world.users]


def _roles(message: Message, words: str, given: dict[str, Any]) -> list[int]:
    guild = message.place.guild
    if guild is None:
        return []
    named = list(dict.fromkeys(int(one) for one in _ROLE.findall(words)))
    if "roles" not in (given.get("parse") or []):
        chosen = {int(one) for one in given.get("roles") or []}
        named = [one for one in named if one in chosen]
    known = [guild.roles[one] for one in named if one in guild.roles]
    return [role.id for role in known if role.mentionable or _may_ping_all(message)]


def _everyone(message: Message, words: str, given: dict[str, Any]) -> bool:
    if message.place.guild is None or "everyone" not in (given.get("parse") or []):
        return False
    return bool(_EVERYONE.search(words)) and _may_ping_all(message)


def _may_ping_all(message: Message) -> bool:
    if message.webhook is not None:
        return True
    member = message.place.guild.members.get(message.author.id)
    return member is not None and has(member, message.place, Permission.MENTION_EVERYONE)
