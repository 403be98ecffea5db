"""All there is on the stand-in, its clock, its numbers and its settings."""

import base64
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fakes.discord.permissions import sees
from tests.fakes.discord.refusals import Refused
from tests.fakes.discord.state import Attachment, Channel, DirectChannel, Message, Thread, User, Webhook

Blank = Callable[[], dict[str, Any]]
_EPOCH_MS = 1_420_070_400_000
PRIVILEGED = {"members": 1 << 1, "presences": 1 << 8, "message_content": 1 << 15}
_FLAGS = {"presences": 1 << 13, "members": 1 << 15, "message_content": 1 << 19}
"""An application's flags for the intents that it was given while it is in fewer than 100 guilds."""


@dataclass
class Settings:
    """What a test may set; lengths of time in seconds."""

    active_threads: int = 1000
    upload_limit: int = 10 * 1024 * 1024
    request_limit: int = 25 * 1024 * 1024
    acknowledge_within: float = 3.0
    token_life: float = 900.0
    nonce_life: float = 180.0
    link_life: float = 86_400.0
    command_creates: int = 200
    thread_members: int = 1000
    heartbeat: float = 41.25
    privileged: set[str] = field(default_factory=lambda: {"members", "message_content"})
    """The privileged intents that were switched on in the developer portal."""


class World:
    def __init__(self, *, token: str | None = None, clock: Any = None) -> None:
        self.settings = Settings()
        self._clock = clock
        self._offset = timedelta()
        self._last_id = 0
        self._order = itertools.count(1)
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Any] = {}
        self.places: dict[int, Channel | Thread | DirectChannel] = {}
        self.webhooks: dict[int, Webhook] = {}
        self.attachments: dict[int, Attachment] = {}
        self.interactions: dict[str, Any] = {}
        self.commands: dict[int | None, dict[int, dict[str, Any]]] = {None: {}}
        """Of a guild's id, or None for the global ones."""
        self.command_creates: dict[int | None, int] = {}
        self.nonces: dict[tuple[int, int, str], tuple[datetime, Message]] = {}
        self.messages: list[Message] = []
        """Every message that was ever made, in order; deleted ones too."""
        self.closed_dms: set[int] = set()
        self.base = ""
        self.gateway: Any = None
        self.watchers: list[Callable[[Message], None]] = []
        self.bot = self.add_user("desk", bot=True)
        self.token = token or f"{base64.b64encode(str(self.bot.id).encode()).decode().rstrip('=')}.stand-in.bot"

    @property
    def application_id(self) -> int:
        return self.bot.id

    @property
    def application_flags(self) -> int:
        return sum(_FLAGS[name] for name in self.settings.privileged)

    def now(self) -> datetime:
        return self._clock.now() if self._clock is not None else datetime.now(UTC) + self._offset

    def advance(self, by: timedelta) -> None:
        if self._clock is not None:
            self._clock.advance(by)
        else:
            self._offset += by

    def next_id(self) -> int:
        made = int(self.now().timestamp() * 1000 - _EPOCH_MS) << 22
        self._last_id = max(made, self._last_id + 1)
        return self._last_id

    def next_order(self) -> int:
        return next(self._order)

    def add_user(self, name: str, *, avatar: str | None = None, bot: bool = False, shown: str | None = None) -> User:
        user = User(self.next_id(), name, shown, avatar, bot)
        self.users[user.id] = user
        return user

    def place(self, place_id: int) -> Any:
        """Raises Refused (10003)."""
        found = self.places.get(place_id)
        if found is None:
            raise Refused(10003)
        return found

    def visible(self, place_id: int) -> Any:
        """A place that the bot may see. Raises Refused (10003, 50001)."""
        found = self.place(place_id)
        if not self.bot_sees(found):
            raise Refused(50001)
        return found

    def bot_member(self, place: Any) -> Any:
        return None if place.guild is None else place.guild.members.get(self.bot.id)

    def bot_sees(self, place: Any) -> bool:
        return True if place.is_dm else sees(self.bot_member(place), place)

    def message(self, place: Any, message_id: int) -> Message:
        """Raises Refused (10008), for ephemeral messages too."""
        found = place.messages.get(message_id)
        if found is None or found.ephemeral_for is not None:
            raise Refused(10008)
        return found

    def guild(self, guild_id: int) -> Any:
        """A guild that the bot is in. Raises Refused (10004)."""
        found = self.guilds.get(guild_id)
        if found is None or self.bot.id not in found.members:
            raise Refused(10004)
        return found

    def threads(self, guild: Any) -> list[Thread]:
        """Those of a guild that are not archived."""
        return [p for p in self.places.values() if p.is_thread and p.guild is guild and not p.archived]

    def direct(self, user: User) -> DirectChannel:
        for place in self.places.values():
            if place.is_dm and place.recipient is user:
                return place
        made = DirectChannel(self.next_id(), user)
        self.places[made.id] = made
        return made

    def dispatch(self, event: str, data: dict[str, Any], intents: int, blank: Blank | None = None) -> None:
        """To every session with one of ``intents``; what ``blank`` makes to those without MESSAGE_CONTENT."""
        if self.gateway is not None:
            self.gateway.dispatch(event, data, intents, blank)


def monotonic() -> float:
    return time.perf_counter()
