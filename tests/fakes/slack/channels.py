"""A conversation: a channel, or a direct message; what its members and admins do with it."""

from dataclasses import dataclass, field
from typing import Any

from tests.fakes.slack import state
from tests.fakes.slack.payloads import channel_json
from tests.fakes.slack.state import Message, User


@dataclass(eq=False)
class Channel:
    """What is done to it here is told to the app as Slack tells it; nothing of it waits for the app."""

    id: str
    name: str
    kind: str
    world: Any
    members: dict[str, None] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    ephemerals: list[Message] = field(default_factory=list)
    user: User | None = None
    """Of a direct message with the app: who else is in it."""
    archived: bool = False
    created: int = 0
    creator: str = ""
    topic: str = ""

    @property
    def mention(self) -> str:
        return f"<#{self.id}>"

    def invite(self, who: Any = None) -> None:
        """``who``: a person; nobody: the app."""
        user = self.world.bot if who is None else self.world.users[who.id]
        if user.id in self.members:
            return
        self.members[user.id] = None
        joined = {"type": "member_joined_channel", "user": user.id, "channel": self.id, "channel_type": self._letter}
        self.world.tell_of(self, joined | {"team": self.world.team, "inviter": self.creator})
        self._say(user, "join", f"<@{user.id}> has joined the channel")

    def kick(self, who: Any = None) -> None:
        """``who``: a person; nobody: the app, which then sees nothing of it any more."""
        user = self.world.bot if who is None else self.world.users[who.id]
        if user.id not in self.members:
            return
        self._say(user, "leave", f"<@{user.id}> has left the channel")
        left = {"type": "member_left_channel", "user": user.id, "channel": self.id, "channel_type": self._letter}
        self.world.tell_of(self, left | {"team": self.world.team})
        if user is self.world.bot:
            gone = "group_left" if self.kind == state.PRIVATE else "channel_left"
            self.world.tell_of(self, {"type": gone, "channel": self.id, "actor_id": self.creator})
        self.members.pop(user.id)

    def archive(self) -> None:
        self.archived = True
        self.world.tell_of(self, {"type": f"{self._noun}_archive", "channel": self.id, "user": self.creator})

    def unarchive(self) -> None:
        self.archived = False
        self.world.tell_of(self, {"type": f"{self._noun}_unarchive", "channel": self.id, "user": self.creator})

    def rename(self, name: str) -> None:
        self.name = name
        told = {"id": self.id, "name": name, "name_normalized": name, "created": self.created, "is_channel": True}
        self.world.tell_of(self, {"type": f"{self._noun}_rename", "channel": told})

    def delete(self) -> None:
        """With all that was said in it."""
        self.world.tell_of(self, {"type": f"{self._noun}_deleted", "channel": self.id, "actor_id": self.creator})
        self.world.channels.pop(self.id)
        for message in self.messages.values():
            message.deleted = True

    def json(self) -> dict[str, Any]:
        return channel_json(self)

    @property
    def _noun(self) -> str:
        return "group" if self.kind == state.PRIVATE else "channel"

    @property
    def _letter(self) -> str:
        return "G" if self.kind == state.PRIVATE else "C"

    def _say(self, user: User, what: str, text: str) -> None:
        """Slack's own line, which is a message too."""
        message = Message(self.world.next_ts(), self, user.id, text, subtype=f"{self._noun}_{what}")
        message.order = self.world.next_order()
        self.messages[message.ts] = message
        self.world.messages.append(message)
        told = {"type": "message", "subtype": message.subtype, "user": user.id, "text": text, "ts": message.ts}
        told |= {"channel": self.id, "channel_type": self.kind, "event_ts": message.ts}
        self.world.tell_of(self, told, name=f"message.{_plural(self.kind)}")

    def __repr__(self) -> str:
        return f"<{self.name}>"


def _plural(kind: str) -> str:
    return {state.PUBLIC: "channels", state.PRIVATE: "groups"}.get(kind, kind)


def subscription(channel: Channel) -> str:
    """The name of the message events of such a conversation: ``message.groups``."""
    return f"message.{_plural(channel.kind)}"
