"""The app manifest: all that the desk needs of Slack, in the form that “Create New App → From a manifest” takes.

https://docs.slack.dev/reference/app-manifest names the fields and their limits. Scopes, events and shortcuts are
declared here alone; ``checkup.py`` compares them with what Slack has given, the doors listen to them.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from core.text import clean_line, shorten
from core.vocabulary import Vocabulary

SCOPES: Mapping[str, str] = MappingProxyType(
    {
        "app_mentions:read": "hear a command that begins with a mention of the app",
        "chat:write": "write into tickets' threads, keep cards up to date, answer commands",
        "chat:write.customize": "show who wrote a message by their name and picture",
        "commands": "the slash command and the shortcuts",
        "files:read": "copy the files that people attach",
        "files:write": "bring files from elsewhere into a thread",
        "groups:history": "read the triage channels' threads, also what was said while the desk was away",
        "groups:read": "look at the triage channels: are they there, is the app in them",
        "im:history": "read what people write to the app, also while the desk was away",
        "im:read": "know the direct message that a person has with the app",
        "im:write": "begin a direct message with somebody whom a ticket concerns",
        "reactions:read": "carry people's reactions to the other side",
        "reactions:write": "mark a message as delivered or as a note, carry reactions from elsewhere",
        "usergroups:read": "know who is in the user groups that make people agents, leads and admins",
        "users:read": "people's names, pictures and languages",
        "users:read.email": "tell somebody that their address belongs to an account here; it gives no rights",
    }
)
"""What the app may do, each with what for (https://docs.slack.dev/reference/scopes)."""

APP_SCOPE = "connections:write"
"""Of the app-level token, for Socket Mode (https://docs.slack.dev/reference/scopes/connections.write)."""

EVENTS: tuple[str, ...] = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "group_archive",
    "group_deleted",
    "group_left",
    "group_rename",
    "group_unarchive",
    "member_left_channel",
    "message.groups",
    "message.im",
    "reaction_added",
    "reaction_removed",
    "subteam_members_changed",
    "subteam_updated",
    "tokens_revoked",
    "user_change",
)
"""What Slack tells the app of (https://docs.slack.dev/reference/events)."""


class Shortcut(StrEnum):
    """The callback ids of the app's shortcuts."""

    OPEN_TICKET = "open_ticket"
    OPEN_FROM_MESSAGE = "open_from_message"
    ADD_TO_TICKET = "add_to_ticket"
    TICKET_ACTIONS = "ticket_actions"


@dataclass(frozen=True, slots=True)
class DeclaredShortcut:
    id: Shortcut
    name: str
    """24 characters at most: Slack refuses longer ones, though its reference does not say so."""
    description: str
    on_message: bool


SHORTCUTS: tuple[DeclaredShortcut, ...] = (
    DeclaredShortcut(Shortcut.OPEN_TICKET, "Open a ticket", "Ask the desk for help", on_message=False),
    DeclaredShortcut(
        Shortcut.OPEN_FROM_MESSAGE, "Open a ticket from this", "Make this message a ticket", on_message=True
    ),
    DeclaredShortcut(
        Shortcut.ADD_TO_TICKET, "Add to a ticket", "Say what this message says in a ticket of yours", on_message=True
    ),
    DeclaredShortcut(
        Shortcut.TICKET_ACTIONS, "What can I do here?", "In a ticket's thread: what you can do with it", on_message=True
    ),
)

REQUEST_PATH = "/slack/events"
"""Where the desk's web server hears Slack, without Socket Mode."""

_NOUN = "ticket"
"""The verbs of this noun are typed right behind the command."""
_NAME = 35
_DESCRIPTION = 139
"""The reference says 140, and Slack refuses so many."""
_USAGE_HINT = 1_000
_UNFIT_IN_HANDLE = re.compile(r"[^A-Za-z0-9 ._-]+")
_LONG_DESCRIPTION = (
    "Open a ticket with the command, a shortcut, or the button on the app's Home. It becomes a thread in your messages "
    "with the app: write there, and the right people answer you there, wherever they work. The staff see their tickets "
    "in a channel of their team, answer in threads, and leave notes for each other that nobody else reads."
)
"""174 to 4,000 characters."""


def manifest(vocabulary: Vocabulary, *, desk_name: str, command: str, request_url: str | None = None) -> dict[str, Any]:
    """The manifest as it is written in JSON. ``command``: with its slash. ``request_url``: where Slack's requests reach
    the desk; None for Socket Mode, which needs no address."""
    at = {} if request_url is None else {"request_url": request_url}
    name = clean_line(desk_name) or "Support desk"
    return {
        "display_information": {
            "name": shorten(name, _NAME),
            "description": shorten(f"Ask {name}, and hear its answer here.", _DESCRIPTION),
            "long_description": _LONG_DESCRIPTION,
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": _handle(name), "always_online": True},
            "shortcuts": [
                {
                    "name": one.name,
                    "type": "message" if one.on_message else "global",
                    "callback_id": one.id.value,
                    "description": one.description,
                }
                for one in SHORTCUTS
            ],
            "slash_commands": [
                {
                    "command": command,
                    "description": shorten(f"Tickets of {name}", _DESCRIPTION),
                    "usage_hint": _usage(vocabulary),
                    "should_escape": True,
                    **({} if request_url is None else {"url": request_url}),
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**at, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **at},
            "org_deploy_enabled": False,
            "socket_mode_enabled": request_url is None,
            "token_rotation_enabled": False,
        },
    }


def _usage(vocabulary: Vocabulary) -> str:
    """Which words may follow the command: verbs of a ticket, then the other nouns."""
    verbs = [command.verb for command in vocabulary.commands if command.noun == _NOUN]
    nouns = [noun for noun in vocabulary.nouns if noun != _NOUN]
    return shorten(" | ".join([*verbs, *nouns]), _USAGE_HINT)


def _handle(name: str) -> str:
    """The bot's name, of ASCII letters, digits, and few marks, 80 at most (a desk's name is no longer)."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return " ".join(_UNFIT_IN_HANDLE.sub(" ", ascii_only).split()) or "Support desk"
