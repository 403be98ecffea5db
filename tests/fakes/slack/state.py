"""What a Slack workspace consists of, as plain objects: users, groups, conversations, messages, files."""

from dataclasses import dataclass, field
from typing import Any

from tests.fakes.slack import shown
from tests.fakes.slack.clock import monotonic
from tests.fakes.slack.shown import Pings

PUBLIC, PRIVATE, DIRECT, GROUP_DIRECT = "channel", "group", "im", "mpim"
"""A conversation's ``channel_type``, as message events name it."""


@dataclass(eq=False)
class User:
    id: str
    team: str
    name: str
    real_name: str
    display_name: str = ""
    email: str | None = None
    avatar: str | None = None
    locale: str = "en-US"
    tz: str = "Europe/Amsterdam"
    is_bot: bool = False
    bot_id: str | None = None
    app_id: str | None = None
    is_admin: bool = False
    is_restricted: bool = False
    """A guest."""
    deleted: bool = False
    updated: int = 0

    @property
    def shown(self) -> str:
        """What people see above their messages."""
        return self.display_name or self.real_name or self.name


@dataclass(eq=False)
class UserGroup:
    id: str
    handle: str
    name: str
    world: Any
    users: list[str] = field(default_factory=list)
    disabled: bool = False
    created: int = 0
    updated: int = 0

    @property
    def mention(self) -> str:
        """What somebody types to name it."""
        return f"<!subteam^{self.id}>"

    def add(self, *people: Any) -> None:
        self.world.group_changed(self, added=[one.id for one in people], removed=[])

    def remove(self, *people: Any) -> None:
        self.world.group_changed(self, added=[], removed=[one.id for one in people])

    def disable(self, disabled: bool = True) -> None:
        self.disabled = disabled
        self.world.group_updated(self)


@dataclass(eq=False)
class SlackFile:
    id: str
    user: str
    name: str
    data: bytes
    mimetype: str
    created: int
    title: str = ""
    deleted: bool = False
    external_url: str | None = None
    """A file that lies elsewhere (``mode`` external)."""
    link: str | None = None
    """Another address than its own for ``url_private_download``, as somebody hostile would want it."""
    handed_in: bool = False
    """Whether it was given to the app in a form, rather than shared in a conversation."""
    shares: list["Message"] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len(self.data)


@dataclass(eq=False)
class Message:
    ts: str
    place: Any
    user: str | None
    """Its author's id; None for another app's message."""
    text: str = ""
    blocks: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    files: list[SlackFile] = field(default_factory=list)
    subtype: str | None = None
    thread_ts: str | None = None
    broadcast: bool = False
    bot_id: str | None = None
    by_app: bool = False
    """Whether the app under test posted it."""
    username: str | None = None
    icon_url: str | None = None
    icon_emoji: str | None = None
    metadata: dict[str, Any] | None = None
    client_msg_id: str | None = None
    edited: dict[str, str] | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    """Of an emoji's name: the ids of who reacted with it, in order."""
    replies: list["Message"] = field(default_factory=list)
    subscribers: dict[str, None] = field(default_factory=dict)
    """Of a thread's first message: who is told of what is said there, in order."""
    mrkdwn: bool = True
    link_names: bool = False
    parse: str = "none"
    unfurl: bool = False
    """Whether links in it may be unfurled."""
    ephemeral_for: str | None = None
    unseen: bool = False
    """Ephemeral, and in a thread that nobody had replied in: Slack then shows it to nobody."""
    deleted: bool = False
    tombstone: bool = False
    """Deleted, though its replies still stand under it."""
    pinged: Pings = field(default_factory=Pings)
    """Whom it notified when it was posted."""
    order: int = 0
    """Where it stands among all that happened in the workspace."""
    at: float = field(default_factory=monotonic)
    """When it was made: ``time.perf_counter()``."""

    @property
    def id(self) -> str:
        return f"{self.place.id}:{self.ts}"

    @property
    def channel(self) -> Any:
        return self.place

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def root(self) -> "Message":
        """The first message of its thread: itself where it is in none."""
        return self.place.messages[self.thread_ts] if self.is_reply else self

    @property
    def name(self) -> str:
        """What is shown above it."""
        if self.username is not None:
            return self.username
        author = None if self.user is None else self.place.world.users.get(self.user)
        return "" if author is None else author.shown

    @property
    def text_shown(self) -> str:
        """All the words that a person reads in it: its blocks' where it has some, else its text's, without markup."""
        return shown.message_words(self)

    @property
    def pings(self) -> Pings:
        """Whom it names in such a way that it would notify them, as it stands now."""
        return shown.pings(self)

    @property
    def buttons(self) -> list[str]:
        return shown.buttons(self.blocks)

    @property
    def menu(self) -> list[str]:
        """What its overflow menus offer."""
        return shown.menu(self.blocks)

    def __repr__(self) -> str:
        return f"<{self.name or self.bot_id} in {self.place.name}: {self.text_shown[:60]!r}>"
