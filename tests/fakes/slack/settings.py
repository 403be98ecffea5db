"""What a test may set: figures, times in seconds, what the app was installed with."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

BOT_SCOPES = frozenset(
    {
        "app_mentions:read",
        "chat:write",
        "chat:write.customize",
        "commands",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "reactions:read",
        "reactions:write",
        "usergroups:read",
        "users:read",
        "users:read.email",
    }
)
EVENTS = frozenset(
    {
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
    }
)


_EVENT_SCOPES = {
    "app_mention": "app_mentions:read",
    "channel_archive": "channels:read",
    "channel_deleted": "channels:read",
    "channel_left": "channels:read",
    "channel_rename": "channels:read",
    "channel_unarchive": "channels:read",
    "file_deleted": "files:read",
    "group_archive": "groups:read",
    "group_deleted": "groups:read",
    "group_left": "groups:read",
    "group_rename": "groups:read",
    "group_unarchive": "groups:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "subteam_members_changed": "usergroups:read",
    "subteam_updated": "usergroups:read",
    "user_change": "users:read",
}


@dataclass
class Installed:
    """What the app's manifest says. https://docs.slack.dev/reference/app-manifest"""

    scopes: set[str] = field(default_factory=lambda: set(BOT_SCOPES))
    app_scopes: set[str] = field(default_factory=lambda: {"connections:write"})
    events: set[str] = field(default_factory=lambda: set(EVENTS))
    commands: set[str] = field(default_factory=lambda: {"/ticket"})
    global_shortcuts: dict[str, str] = field(default_factory=lambda: {"open_ticket": "Open a ticket"})
    """Of a callback id: what it is called in the menu."""
    message_shortcuts: dict[str, str] = field(
        default_factory=lambda: {
            "open_from_message": "Open a ticket from this",
            "add_to_ticket": "Add to a ticket",
            "ticket_actions": "What can I do here?",
        }
    )
    escape_commands: bool = True
    """``should_escape``: whether names picked in a command's text come as ids."""
    home: bool = True
    messages_tab: bool = True
    interactive: bool = True

    def hears(self, event: str) -> bool:
        """Whether it subscribes to that, and has the scope for it."""
        return event in self.events and _EVENT_SCOPES.get(event, "") in self.scopes | {""}

    def take(self, manifest: dict[str, Any]) -> None:
        """As Slack would install it. Raises KeyError where a part is missing that Slack wants, AssertionError where
        an event, a command or a shortcut lacks its scope."""
        features, settings = manifest["features"], manifest["settings"]
        home, shortcuts = features.get("app_home", {}), features.get("shortcuts", [])
        self.scopes = set(manifest["oauth_config"]["scopes"]["bot"])
        self.events = set(settings["event_subscriptions"]["bot_events"])
        self.commands = {one["command"] for one in features.get("slash_commands", [])}
        self.escape_commands = all(one.get("should_escape", False) for one in features.get("slash_commands", []))
        self.global_shortcuts = {one["callback_id"]: one["name"] for one in shortcuts if one["type"] == "global"}
        self.message_shortcuts = {one["callback_id"]: one["name"] for one in shortcuts if one["type"] == "message"}
        self.home = home.get("home_tab_enabled", False)
        self.messages_tab = home.get("messages_tab_enabled", False) and not home.get("messages_tab_read_only_enabled")
        self.interactive = settings.get("interactivity", {}).get("is_enabled", False)
        deaf = sorted(one for one in self.events if not self.hears(one))
        assert not deaf, f"events without their scope: {deaf}"
        called = self.commands or self.global_shortcuts or self.message_shortcuts
        assert not called or "commands" in self.scopes, "commands and shortcuts need the scope commands"


@dataclass
class Settings:
    acknowledge_within: float = 3.0
    """For events, commands and everything that is pressed or sent."""
    trigger_life: float = 3.0
    response_url_life: float = 1800.0
    response_url_uses: int = 5
    retries: tuple[float, ...] = (0.0, 60.0, 300.0)
    """How long after a failed attempt an event is sent again. https://docs.slack.dev/apis/events-api#retries"""
    connections: int = 10
    ticket_life: float = 30.0
    """How long a Socket Mode address may be used."""
    disconnect_lead: float = 0.2
    """How long a connection lives on after it was told that it will end."""
    edit_window: float | None = None
    """How old a message may be and still be changed by the app; None: any age."""
    reply_to_missing: str = "unthread"
    """What becomes of a post into a thread whose first message is gone. Slack lets it stand in the conversation itself,
    in no thread, and says nothing; ``refuse``: ``thread_not_found`` instead."""
    file_share_delay: float = 0.02
    """After ``files.completeUploadExternal``, which answers before the file stands in the conversation."""
    file_access_check: bool = False
    """Whether events tell of files only that ``files.info`` is to be asked."""
    words_of_blocks: int = 40_000
    """Characters in all the blocks of a message."""
    user_reactions: int = 23
    message_emoji: int = 50
    reactors_shown: int = 50
    """How many of those who reacted are named with an emoji, unless all are asked for."""
    shown_for: timedelta | None = None
    """How long a message is shown, where nobody pays for the workspace: 90 days."""
    page: int = 1000
    """The most that history gives at once; 15 for apps that are sold outside the Marketplace."""
    modal_stack: int = 3
