"""What the bot, students and staff must be allowed on Discord, where, and what somebody is allowed there.

Names are those of Discord's settings (Edit Channel, Permissions), so that whoever reads one finds it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import IntFlag
from urllib.parse import urlencode


class Permission(IntFlag):
    """https://discord.com/developers/docs/topics/permissions#permissions-bitwise-permission-flags"""

    ADMINISTRATOR = 1 << 3
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MANAGE_WEBHOOKS = 1 << 29
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38
    PIN_MESSAGES = 1 << 51
    """Manage Messages no longer covers it (change log of 2025-11-24: since 2026-02-23)."""


_WORDS = {
    Permission.ADMINISTRATOR: "Administrator",
    Permission.VIEW_CHANNEL: "View Channel",
    Permission.MANAGE_WEBHOOKS: "Manage Webhooks",
    Permission.SEND_MESSAGES: "Send Messages",
    Permission.SEND_MESSAGES_IN_THREADS: "Send Messages in Threads",
    Permission.CREATE_PUBLIC_THREADS: "Create Public Threads",
    Permission.CREATE_PRIVATE_THREADS: "Create Private Threads",
    Permission.EMBED_LINKS: "Embed Links",
    Permission.ATTACH_FILES: "Attach Files",
    Permission.ADD_REACTIONS: "Add Reactions",
    Permission.MANAGE_MESSAGES: "Manage Messages",
    Permission.PIN_MESSAGES: "Pin Messages",
    Permission.MANAGE_THREADS: "Manage Threads",
    Permission.READ_MESSAGE_HISTORY: "Read Message History",
    Permission.USE_APPLICATION_COMMANDS: "Use Application Commands",
}
"""In the order in which Discord lists them."""

TRIAGE_CHANNEL = (
    Permission.VIEW_CHANNEL
    | Permission.MANAGE_WEBHOOKS
    | Permission.SEND_MESSAGES
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.ADD_REACTIONS
    | Permission.MANAGE_THREADS
    | Permission.READ_MESSAGE_HISTORY
)
"""What the bot needs where staff see a team's tickets: their cards, and threads for notes."""

REQUESTER_CHANNEL = (
    Permission.VIEW_CHANNEL
    | Permission.MANAGE_WEBHOOKS
    | Permission.SEND_MESSAGES
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.CREATE_PRIVATE_THREADS
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.ADD_REACTIONS
    | Permission.MANAGE_MESSAGES
    | Permission.PIN_MESSAGES
    | Permission.MANAGE_THREADS
    | Permission.READ_MESSAGE_HISTORY
)
"""What the bot needs where tickets become private threads. Manage Messages: a message that its author takes back with
/staff undo is taken out of the thread as well."""

INVITE = REQUESTER_CHANNEL | TRIAGE_CHANNEL

STUDENT = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.READ_MESSAGE_HISTORY
    | Permission.USE_APPLICATION_COMMANDS
)
"""What a student needs in a category's channel: whoever cannot see a channel cannot be added to a thread in it."""

STAFF = Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES_IN_THREADS | Permission.MANAGE_THREADS
"""What agents need in a category's channel, so that they see every private thread of it."""

_EVERYTHING = (1 << 64) - 1
_AUTHORIZE = "https://discord.com/oauth2/authorize"


@dataclass(frozen=True, slots=True)
class Overwrite:
    """What a channel allows and denies a role or a member beyond the server's own settings."""

    target: str
    """The id of the role or the member; that of the server itself stands for @everyone."""
    allow: int
    deny: int


def invite_url(application_id: str) -> str:
    """Opened by whoever may manage a server, it brings the bot there with its commands and exactly ``INVITE``."""
    query = {"client_id": application_id, "permissions": int(INVITE), "scope": "bot applications.commands"}
    return f"{_AUTHORIZE}?{urlencode(query)}"


def missing(have: int, need: Permission) -> list[str]:
    """The names, as Discord shows them, of what ``need`` has and ``have`` lacks."""
    return [words for permission, words in _WORDS.items() if permission & need and not permission & have]


def computed(
    *,
    guild: str,
    roles: Mapping[str, int],
    has: Collection[str],
    overwrites: Sequence[Overwrite] = (),
    member: str = "",
    owner: bool = False,
) -> int:
    """What somebody is allowed in a channel, as permission bits; without ``overwrites``, on the server.

    ``roles``: what each of the server's roles allows, by its id; @everyone's id is ``guild``. ``has``: the ids of the
    roles that the person has; of @everyone nobody needs to be told. The rule is that of
    https://discord.com/developers/docs/topics/permissions#permission-overwrites without its last part: who may not view
    a channel can do nothing in it, but one who mends that wants to hear what else is missing, and not all of it.
    """
    everyone = roles.get(guild, 0)
    allowed = everyone
    for role in has:
        allowed |= roles.get(role, 0)
    if owner or allowed & Permission.ADMINISTRATOR:
        return _EVERYTHING
    theirs = [one for one in overwrites if one.target in has and one.target != guild]
    layers = (
        [one for one in overwrites if one.target == guild],
        theirs,
        [one for one in overwrites if member and one.target == member],
    )
    for layer in layers:
        for one in layer:
            allowed &= ~one.deny
        for one in layer:
            allowed |= one.allow
    return allowed
