"""All there is in the stand-in workspace, its clock, its numbers, and the way that events leave it."""

import itertools
import random
import string
from collections.abc import Callable, Iterable
from typing import Any

from tests.fakes.slack import state
from tests.fakes.slack.clock import SlackClock
from tests.fakes.slack.refusals import Refused
from tests.fakes.slack.settings import Installed, Settings
from tests.fakes.slack.state import Message, SlackFile, User, UserGroup

_LETTERS = string.ascii_uppercase + string.digits
SLACKBOT = "USLACKBOT"


class World:
    """``chance``: where ids, and the connection that an event goes to, come from."""

    def __init__(self, *, seed: int, clock: Any = None) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - so that a run can be repeated
        self.clock = SlackClock(clock)
        self.settings = Settings()
        self.installed = Installed()
        self.users: dict[str, User] = {}
        self.groups: dict[str, UserGroup] = {}
        self.channels: dict[str, Any] = {}
        self.directs: dict[str, Any] = {}
        """Of a user's id: their direct message with the app."""
        self.files: dict[str, SlackFile] = {}
        self.uploads: dict[str, SlackFile] = {}
        """Of a file's id: one that is announced, and perhaps sent, but not shared yet."""
        self.messages: list[Message] = []
        """Every message ever made, in order; deleted and ephemeral ones too."""
        self.views: dict[str, Any] = {}
        self.homes: dict[str, Any] = {}
        """Of a user's id: the home view that the app published for them."""
        self.triggers: dict[str, Any] = {}
        self.response_urls: dict[str, Any] = {}
        self.emoji: set[str] = set()
        """The workspace's own."""
        self.violations: list[str] = []
        self.pings: list[Message] = []
        """The app's messages that notified anybody by naming them."""
        self.base = ""
        self.deliver: Callable[[dict[str, Any]], None] = lambda payload: None
        self.lost_shares = 0
        self.forced_ts: list[str] = []
        self._order = itertools.count(1)
        self._last_ts = 0
        self.team = self.new_id("T")
        self.domain = "uni"
        self.team_name = "Uni"
        self.app_id = self.new_id("A")
        self.bot_id = self.new_id("B")
        self.bot = User(
            self.new_id("U"), self.team, "desk", "Desk", is_bot=True, bot_id=self.bot_id, app_id=self.app_id
        )
        self.users[self.bot.id] = self.bot
        secret = self.chance.getrandbits(96)
        self.bot_token = f"xoxb-stand-in-{secret:x}"
        self.app_token = f"xapp-1-{self.app_id}-stand-in-{secret:x}"
        self.signing_secret = f"{self.chance.getrandbits(128):032x}"
        self.revoked: str | None = None
        """The error that the bot token is answered with since it was taken away."""

    def new_id(self, letter: str) -> str:
        return letter + "0" + "".join(self.chance.choices(_LETTERS, k=9))

    def next_order(self) -> int:
        return next(self._order)

    def message_ts(self) -> str:
        """A new message's: the next, unless a test named one."""
        return self.forced_ts.pop(0) if self.forced_ts else self.next_ts()

    def next_ts(self) -> str:
        """Later than every other."""
        self._last_ts = max(int(self.clock.seconds() * 1_000_000), self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def seconds(self) -> int:
        return int(self.clock.seconds())

    @property
    def url(self) -> str:
        """The workspace's address in a browser."""
        return f"https://{self.domain}.slack.com/"

    def add_user(self, user: User) -> User:
        user.updated = self.seconds()
        self.users[user.id] = user
        return user

    def user(self, user_id: Any) -> User:
        """Raises Refused (user_not_found)."""
        found = self.users.get(user_id) if isinstance(user_id, str) else None
        if found is None:
            raise Refused("user_not_found")
        return found

    def channel(self, channel_id: Any) -> Any:
        """One that the app may know of. Raises Refused (channel_not_found)."""
        found = self.channels.get(channel_id) if isinstance(channel_id, str) else None
        if found is None or (found.kind != state.PUBLIC and not self.app_in(found)):
            raise Refused("channel_not_found")
        return found

    def app_in(self, channel: Any) -> bool:
        return self.bot.id in channel.members

    def message(self, channel: Any, ts: Any) -> Message:
        """Raises Refused (message_not_found), for ephemeral messages too."""
        found = channel.messages.get(ts) if isinstance(ts, str) else None
        if found is None or found.tombstone:
            raise Refused("message_not_found")
        return found

    def permalink(self, message: Message) -> str:
        """https://docs.slack.dev/reference/methods/chat.getPermalink"""
        made = f"{self.url}archives/{message.place.id}/p{message.ts.replace('.', '')}"
        return f"{made}?thread_ts={message.thread_ts}&cid={message.place.id}" if message.is_reply else made

    def tell(self, event: dict[str, Any], *, name: str | None = None) -> None:
        """To the app, where it subscribes to that. ``name``: the subscription's, where it is not the event's type."""
        if self.installed.hears(name or event["type"]) and self.revoked is None:
            self.deliver(self._callback({"event_ts": self.next_ts()} | event))

    def tell_of(self, channel: Any, event: dict[str, Any], *, name: str | None = None) -> None:
        """Of what happens in a conversation: where the app is in it."""
        if self.app_in(channel):
            self.tell(event, name=name)

    def _callback(self, event: dict[str, Any]) -> dict[str, Any]:
        """https://docs.slack.dev/apis/events-api#callback-field"""
        return {
            "token": "stand-in",
            "team_id": self.team,
            "context_team_id": self.team,
            "context_enterprise_id": None,
            "api_app_id": self.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": self.new_id("Ev"),
            "event_time": self.seconds(),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": self.team,
                    "user_id": self.bot.id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
            "event_context": f"4-{self.new_id('e')}",
        }

    def group_changed(self, group: UserGroup, *, added: Iterable[str], removed: Iterable[str]) -> None:
        """https://docs.slack.dev/reference/events/subteam_members_changed"""
        new = [one for one in added if one not in group.users]
        gone = [one for one in removed if one in group.users]
        if not new and not gone:
            return
        before, group.updated = group.updated, self.seconds()
        group.users = [one for one in group.users if one not in gone] + new
        self.tell(
            {
                "type": "subteam_members_changed",
                "subteam_id": group.id,
                "team_id": self.team,
                "date_previous_update": before,
                "date_update": group.updated,
                "added_users": new,
                "added_users_count": len(new),
                "removed_users": gone,
                "removed_users_count": len(gone),
            }
        )
        self.group_updated(group)

    def group_updated(self, group: UserGroup) -> None:
        self.tell({"type": "subteam_updated", "subteam": group_json(group)})


def group_json(group: UserGroup, *, users: bool = True) -> dict[str, Any]:
    """https://docs.slack.dev/reference/methods/usergroups.list"""
    made: dict[str, Any] = {
        "id": group.id,
        "team_id": group.world.team,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.name,
        "description": "",
        "handle": group.handle,
        "is_external": False,
        "date_create": group.created,
        "date_update": group.updated,
        "date_delete": group.updated if group.disabled else 0,
        "auto_type": None,
        "auto_provision": False,
        "created_by": SLACKBOT,
        "updated_by": SLACKBOT,
        "deleted_by": SLACKBOT if group.disabled else None,
        "prefs": {"channels": [], "groups": []},
        "user_count": len(group.users),
    }
    return made | {"users": list(group.users)} if users else made
