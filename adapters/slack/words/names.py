"""Whom and what the ids in a message stand for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from core.text import Mention, Plain, Span, link

_CHANNEL = "some-channel"


@dataclass(frozen=True, slots=True)
class Names:
    """By what Slack calls them: users, channels, user groups."""

    people: Mapping[str, Mention] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    workspace: str = ""
    """Its address, with a slash at the end; "" where it is not known."""

    def person(self, user: str, label: str = "") -> Span:
        return self.people.get(user) or Mention(None, label.removeprefix("@") or "somebody")

    def channel(self, channel: str, label: str = "") -> Span:
        """Slack names only channels that the app is in: another is linked, so that who may see it finds it."""
        name = self.channels.get(channel) or label.removeprefix("#")
        if name or not self.workspace:
            return Plain(f"#{name or _CHANNEL}")
        return link(f"{self.workspace}archives/{quote(channel, safe='')}", (Plain(f"#{_CHANNEL}"),))

    def group(self, group: str, label: str = "") -> Span:
        return Mention(None, self.groups.get(group) or label.removeprefix("@") or "some group")


def everybody(which: str) -> Span:
    """``here``, ``channel`` or ``everyone``, as words."""
    return Mention(None, which)
