"""In which thread a message is: a reaction tells its ts alone."""

from collections import OrderedDict

import structlog

from adapters.slack.api.client import Refused, Slack
from adapters.slack.hearing.messages import Message, root_of
from adapters.slack.spot import Spot

log = structlog.get_logger(__name__)

_KEPT = 50_000


class Roots:
    """Learnt from every message that is heard, the app's own too; what was posted before this process began is asked
    for."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack
        self._roots: OrderedDict[Spot, str] = OrderedDict()

    def learn(self, message: Message) -> None:
        spot = Spot(str(message["channel"]), str(message["ts"]))
        self._roots[spot] = root_of(message)
        self._roots.move_to_end(spot)
        if len(self._roots) > _KEPT:
            self._roots.popitem(last=False)

    def known(self, spot: Spot) -> str | None:
        """The ts of the message that its thread stands under, its own where it is in none."""
        return self._roots.get(spot)

    async def find(self, spot: Spot) -> str | None:
        """The same, asking Slack; None where it will not tell. Raises Retry.

        https://docs.slack.dev/reference/methods/conversations.replies takes the ts of any message of a thread.
        """
        try:
            answer = await self._slack.call(
                "conversations.replies", {"channel": spot.channel, "ts": spot.ts, "limit": 1}
            )
        except Refused as refused:
            log.info("slack_message_not_found", reason=str(refused))
            return None
        there = answer.get("messages") or ()
        if there:
            self.learn({"channel": spot.channel, "ts": spot.ts, "thread_ts": there[0].get("thread_ts")})
        return self.known(spot)
