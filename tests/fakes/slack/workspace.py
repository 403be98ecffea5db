"""The workspace as its admins furnish it: people, groups, channels; and what befalls it."""

from collections.abc import Iterable
from typing import Any

from tests.fakes.slack import records
from tests.fakes.slack.channels import Channel
from tests.fakes.slack.delivery import Delivery
from tests.fakes.slack.people import Person
from tests.fakes.slack.settings import Installed, Settings
from tests.fakes.slack.state import PRIVATE, PUBLIC, Message, User, UserGroup
from tests.fakes.slack.views import View
from tests.fakes.slack.world import World


class Workspace:
    def __init__(self, world: World) -> None:
        self.world = world
        self.delivery = Delivery(world)
        self.people: dict[str, Person] = {}

    @property
    def settings(self) -> Settings:
        return self.world.settings

    @property
    def installed(self) -> Installed:
        return self.world.installed

    @property
    def bot_token(self) -> str:
        return self.world.bot_token

    @property
    def app_token(self) -> str:
        return self.world.app_token

    @property
    def signing_secret(self) -> str:
        return self.world.signing_secret

    @property
    def team(self) -> str:
        return self.world.team

    @property
    def bot_user(self) -> str:
        """The id that people mention the app by."""
        return self.world.bot.id

    @property
    def mention(self) -> str:
        """What people type to mention the app."""
        return f"<@{self.world.bot.id}>"

    @property
    def violations(self) -> list[str]:
        """What no right request would have been refused for."""
        return self.world.violations

    @property
    def messages(self) -> list[Message]:
        """Every message ever made, anywhere, in order; deleted and ephemeral ones too."""
        return self.world.messages

    @property
    def pings(self) -> list[Message]:
        """The app's messages that notified anybody by naming them."""
        return self.world.pings

    @property
    def homes(self) -> dict[str, View]:
        """Of a user's id: what the app published for them."""
        return self.world.homes

    def events(self, kind: str) -> list[dict[str, Any]]:
        """The events of a type that the app was told, in order."""
        return [one["event"] for one in self.delivery.sent if one["event"]["type"] == kind]

    def add_user(
        self,
        name: str,
        *,
        email: str | None = None,
        real_name: str | None = None,
        display_name: str = "",
        avatar: str | None = None,
        locale: str = "en-US",
        team: str | None = None,
        is_admin: bool = False,
        is_guest: bool = False,
    ) -> Person:
        """``team``: another workspace's id makes them a stranger here, as with Slack Connect."""
        user = User(self.world.new_id("U"), team or self.world.team, name, real_name or name.title(), display_name)
        user.email, user.avatar, user.locale = email, avatar, locale
        user.is_admin, user.is_restricted = is_admin, is_guest
        return self._person(user)

    def add_bot(self, name: str, *, integration: bool = False) -> Person:
        """Another app's bot. ``integration``: an old one, whose messages are ``bot_message`` and have no user."""
        user = User(self.world.new_id("U"), self.world.team, name, name.title(), is_bot=True)
        user.bot_id, user.app_id = self.world.new_id("B"), None if integration else self.world.new_id("A")
        return self._person(user)

    def _person(self, user: User) -> Person:
        made = self.people[user.id] = Person(self.world, self.delivery, self.world.add_user(user))
        return made

    def add_user_group(self, handle: str, people: Iterable[Person] = ()) -> UserGroup:
        now = self.world.seconds()
        made = UserGroup(self.world.new_id("S"), handle, handle.title(), self.world, [one.id for one in people])
        made.created = made.updated = now
        self.world.groups[made.id] = made
        return made

    def add_channel(
        self, name: str, *, private: bool = True, members: Iterable[Person] = (), with_app: bool = False
    ) -> Channel:
        made = Channel(self.world.new_id("C"), name, PRIVATE if private else PUBLIC, self.world)
        made.members = {one.id: None for one in members}
        made.created, made.creator = self.world.seconds(), next(iter(made.members), "USLACKBOT")
        if with_app:
            made.members[self.world.bot.id] = None
        self.world.channels[made.id] = made
        return made

    def install(self, manifest: dict[str, Any]) -> None:
        """Scopes, events, commands and shortcuts as the app's manifest declares them, instead of the desk's own."""
        self.installed.take(manifest)

    def add_emoji(self, name: str) -> None:
        """One of the workspace's own."""
        self.world.emoji.add(name)

    def unfurl(self, message: Message, title: str = "A page") -> None:
        """A preview of a link is added to it: told as a change that nobody made."""
        records.change(message, attachments=[{"id": 1, "title": title, "fallback": title, "from_url": "https://x.org"}])

    def force_ts(self, *ts: str) -> None:
        """The next messages' ``ts``, in order: so that two conversations have the same."""
        self.world.forced_ts += ts

    def lose_shares(self, times: int = 1) -> None:
        """The next files that are completed never appear, although Slack says yes."""
        self.world.lost_shares = times

    def revoke(self, error: str = "token_revoked") -> None:
        """The bot token is taken away; ``account_inactive``: the app is removed altogether."""
        gone = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [self.bot_user]}}
        self.world.tell(gone if error == "token_revoked" else {"type": "app_uninstalled"})
        self.world.revoked = error
