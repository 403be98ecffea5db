"""What a Discord consists of, as plain objects: users, roles, channels, threads, messages, webhooks."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

EPHEMERAL = 1 << 6
HAS_THREAD = 1 << 5
LOADING = 1 << 7
COMPONENTS_V2 = 1 << 15


@dataclass(eq=False)
class User:
    id: int
    name: str
    global_name: str | None = None
    avatar: str | None = None
    bot: bool = False


@dataclass(eq=False)
class Role:
    id: int
    guild: Any
    name: str
    permissions: int
    position: int = 1
    mentionable: bool = False
    managed_by: int | None = None
    """The id of the bot that this role came with."""

    @property
    def mention(self) -> str:
        return f"<@&{self.id}>"


@dataclass(eq=False)
class Channel:
    """A text channel (type 0) or a category (type 4) of a guild."""

    id: int
    guild: Any
    name: str
    type: int = 0
    topic: str | None = None
    position: int = 0
    category_id: int | None = None
    overwrites: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Of a role's or member's id: what is allowed, what is denied."""
    messages: dict[int, "Message"] = field(default_factory=dict)
    last_message_id: int | None = None
    is_thread = False
    is_dm = False
    archived = False

    @property
    def mention(self) -> str:
        return f"<#{self.id}>"


@dataclass(eq=False)
class Thread(Channel):
    parent: Channel = None
    owner_id: int = 0
    private: bool = True
    invitable: bool = True
    archived: bool = False
    locked: bool = False
    auto_archive_duration: int = 4320
    archive_timestamp: datetime = None
    created_at: datetime = None
    members: dict[int, datetime] = field(default_factory=dict)
    """Of a user's id: when they joined."""
    message_count: int = 0
    total_message_sent: int = 0
    is_thread = True


@dataclass(eq=False)
class DirectChannel:
    id: int
    recipient: User
    type: int = 1
    messages: dict[int, "Message"] = field(default_factory=dict)
    last_message_id: int | None = None
    guild = None
    is_thread = False
    is_dm = True
    archived = False


@dataclass(eq=False)
class Attachment:
    id: int
    filename: str
    data: bytes
    content_type: str
    place_id: int
    description: str | None = None
    ephemeral: bool = False

    @property
    def size(self) -> int:
        return len(self.data)


@dataclass(eq=False)
class Webhook:
    id: int
    token: str
    channel: Channel
    name: str
    avatar: str | None
    creator: User
    application_id: int | None


@dataclass(frozen=True)
class Pings:
    """Whom a message made a sound at: as far as its author might, and ``allowed_mentions`` let it."""

    users: frozenset[int] = frozenset()
    roles: frozenset[int] = frozenset()
    everyone: bool = False

    def __bool__(self) -> bool:
        return bool(self.users or self.roles or self.everyone)


@dataclass(eq=False)
class Message:
    id: int
    place: Any
    author: User
    """A webhook's message has a user of its own here, with the name and avatar that were sent along."""
    content: str = ""
    type: int = 0
    embeds: list[dict[str, Any]] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    stickers: list[dict[str, Any]] = field(default_factory=list)
    poll: dict[str, Any] | None = None
    snapshots: list[dict[str, Any]] = field(default_factory=list)
    created_at: datetime = None
    edited_at: datetime | None = None
    flags: int = 0
    nonce: str | None = None
    pinned_at: datetime | None = None
    webhook: Webhook | None = None
    application_id: int | None = None
    reference: dict[str, Any] | None = None
    referenced: "Message | None" = None
    reactions: dict[str, list[int]] = field(default_factory=dict)
    """Of an emoji: who reacted with it, in order."""
    mentioned: list[User] = field(default_factory=list)
    mentioned_roles: list[int] = field(default_factory=list)
    mention_everyone: bool = False
    pinged: Pings = field(default_factory=Pings)
    ephemeral_for: int | None = None
    interaction: Any = None
    thread: Thread | None = None
    deleted: bool = False
    order: int = 0
    """Where it stands among all that happened on the server."""

    @property
    def pinned(self) -> bool:
        return self.pinned_at is not None

    @property
    def name(self) -> str:
        """What is shown above it."""
        if self.webhook is None and self.place.guild is not None:
            member = self.place.guild.members.get(self.author.id)
            if member is not None and member.nick:
                return str(member.nick)
        return self.author.global_name or self.author.name

    @property
    def avatar(self) -> str | None:
        """A webhook's message: the address that was sent along."""
        return self.author.avatar

    @property
    def is_system(self) -> bool:
        return self.type not in (0, 19, 20, 23)

    @property
    def text(self) -> str:
        """All that a person reads of it: the text, the embeds' and the components' words."""
        return "\n".join(part for part in (self.content, *_words(self.embeds), *_words(self.components)) if part)


_READ = ("title", "description", "name", "value", "text", "label", "content", "placeholder")


def _words(node: Any) -> list[str]:
    if isinstance(node, list):
        return [word for item in node for word in _words(item)]
    if not isinstance(node, dict):
        return []
    own = [value for key in _READ if isinstance(value := node.get(key), str)]
    return own + [word for value in node.values() if isinstance(value, list | dict) for word in _words(value)]
