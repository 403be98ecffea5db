"""Whom and what the ids in a message stand for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.text import Mention, Plain, Span


@dataclass(frozen=True, slots=True)
class Names:
    """By what Slack calls them: users, channels, user groups."""

    people: Mapping[str, Mention] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)

    def person(self, user: str, label: str = "") -> Span:
        return self.people.get(user) or Mention(None, label.removeprefix("@") or "somebody")

    def channel(self, channel: str, label: str = "") -> Span:
        return Plain("#" + (self.channels.get(channel) or label.removeprefix("#") or "some-channel"))

    def group(self, group: str, label: str = "") -> Span:
        return Mention(None, self.groups.get(group) or label.removeprefix("@") or "some group")


def everybody(which: str) -> Span:
    """``here``, ``channel`` or ``everyone``, as words."""
    return Mention(None, which)
