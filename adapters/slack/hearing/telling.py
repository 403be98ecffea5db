"""What only the one who wrote something is told of it: that it did not reach the ticket, and why."""

import structlog

from adapters.slack.api.client import Refused, Slack
from adapters.slack.words.rich import message, rich_text
from core.ports import Unknown
from core.text import Text

log = structlog.get_logger(__name__)


class Telling:
    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    async def tell(self, user: str, words: str, *, channel: str, thread_ts: str) -> None:
        """Raises Retry. In a direct message that takes none that vanish, it stays: nobody else reads there."""
        told = {"channel": channel, "thread_ts": thread_ts, **message(rich_text(Text.of(words)))}
        try:
            try:
                await self._slack.call("chat.postEphemeral", {**told, "user": user})
            except Refused as refused:
                if not channel.startswith("D"):
                    raise
                log.info("slack_ephemeral_refused", reason=str(refused))
                await self._slack.call("chat.postMessage", {**told, "unfurl_links": False, "unfurl_media": False})
        except (Refused, Unknown) as lost:
            log.warning("slack_refusal_not_told", reason=str(lost))
