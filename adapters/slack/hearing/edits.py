"""Edits told late: Slack tells of one again, up to minutes later, where its acknowledgement was lost."""

from collections import OrderedDict

import structlog

from adapters.slack.api.client import Refused, Slack
from adapters.slack.hearing.messages import Message, edited_at, root_of
from adapters.slack.spot import Spot, seconds
from core.ports import Clock

log = structlog.get_logger(__name__)

_REMEMBERED = 10_000
_FRESH = 20.0
"""Seconds within which an edit is told for the first time."""


class Edits:
    def __init__(self, slack: Slack, clock: Clock) -> None:
        self._slack = slack
        self._clock = clock
        self._newest: OrderedDict[Spot, float] = OrderedDict()
        """When each message was changed last, as far as was told."""

    async def current(self, message: Message) -> Message | None:
        """``message``, or what it is by now where it is told late; None where newer words were told already, or it is
        gone. Raises Retry."""
        spot, at = Spot(str(message["channel"]), str(message["ts"])), seconds(edited_at(message))
        if at < self._newest.get(spot, 0.0):
            return None
        self._newest[spot] = at
        if len(self._newest) > _REMEMBERED:
            self._newest.popitem(last=False)
        if self._clock.now().timestamp() - at < _FRESH:
            return message
        asking = {"channel": spot.channel, "ts": root_of(message), "oldest": spot.ts, "latest": spot.ts}
        try:
            answer = await self._slack.call("conversations.replies", {**asking, "inclusive": True, "limit": 2})
        except Refused as refused:
            log.info("slack_message_not_read", reason=str(refused))
            return message
        found = [one for one in answer.get("messages", ()) if one["ts"] == spot.ts]
        return {**found[0], "channel": spot.channel} if found else None
