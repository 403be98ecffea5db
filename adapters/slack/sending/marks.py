"""Signs under messages: the app's own reactions, for what people elsewhere set, and for what became of the message.

https://docs.slack.dev/reference/methods/reactions.add
"""

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.slack.api.client import Refused, Slack
from adapters.slack.words.emoji import named
from core.model.thread import MessageKind

MARKS = {MessageKind.REPLY: "white_check_mark", MessageKind.NOTE: "memo"}
"""Under a message where it was written: it is with the others; it is with the staff."""

_FINE = frozenset(
    {
        "already_reacted",
        "invalid_name",
        "message_not_found",
        "no_reaction",
        "not_reactable",
        "too_many_emoji",
        "too_many_reactions",
    }
)
"""It is as it was to be, or cannot be: the message is gone, has no room, or Slack does not know the sign."""


class Marks:
    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    async def mark(self, channel: str, ts: str, kind: MessageKind) -> None:
        await self._react("reactions.add", channel, ts, MARKS[kind])

    async def unmark(self, channel: str, ts: str) -> None:
        """What was written there is taken back."""
        message = await self._read(channel, ts)
        ours = await self._ours(message) if message is not None else set()
        for name in sorted(ours.intersection(MARKS.values())):
            await self._react("reactions.remove", channel, ts, name)

    async def show(self, channel: str, ts: str, emoji: Sequence[str]) -> None:
        """Make the app's own reactions those. Names of another platform's own emoji mean nothing on Slack."""
        message = await self._read(channel, ts)
        if message is None:
            return
        ours = await self._ours(message)
        if message.get("bot_id") != (await self._slack.workspace()).bot:
            ours.difference_update(MARKS.values())
        wanted = dict.fromkeys(name for name in map(named, emoji) if name is not None)
        for name in sorted(ours - wanted.keys()):
            await self._react("reactions.remove", channel, ts, name)
        for name in wanted:
            if name not in ours:
                await self._react("reactions.add", channel, ts, name)

    async def _ours(self, message: Mapping[str, Any]) -> set[str]:
        me = (await self._slack.workspace()).bot_user
        return {str(one["name"]) for one in message.get("reactions") or () if me in (one.get("users") or ())}

    async def _read(self, channel: str, ts: str) -> Mapping[str, Any] | None:
        """None where it was deleted."""
        try:
            said = await self._slack.call("reactions.get", {"channel": channel, "timestamp": ts, "full": True})
        except Refused as refused:
            if refused.error not in _FINE:
                raise
            return None
        message: Mapping[str, Any] = said.get("message") or {}
        return message

    async def _react(self, method: str, channel: str, ts: str, name: str) -> None:
        try:
            await self._slack.call(method, {"channel": channel, "timestamp": ts, "name": name})
        except Refused as refused:
            if refused.error not in _FINE:
                raise
