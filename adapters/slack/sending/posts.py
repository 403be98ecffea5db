"""Messages of the app's own: posted once, changed, deleted."""

from collections.abc import Mapping
from typing import Any

from adapters.slack.api.client import Refused, Slack
from adapters.slack.api.codes import NO_MESSAGE, NOT_OURS_TO_CHANGE, NOT_OURS_TO_DELETE
from adapters.slack.sending.history import History, Place, marked
from core.model.outbox import Delivery
from core.ports import Gone

Payload = Mapping[str, Any]

LOST = "The thread on Slack was deleted."
_QUIET = {"parse": "none", "unfurl_links": False, "unfurl_media": False}
"""No word in it is taken for a mention or a channel, and no link draws a picture
(https://docs.slack.dev/reference/methods/chat.postMessage)."""


class Posts:
    def __init__(self, slack: Slack, history: History) -> None:
        self._slack = slack
        self._history = history

    async def post_once(self, delivery: Delivery, place: Place, payload: Payload, *, part: int = 0) -> str:
        """The message's ``ts``: of a new one, unless an earlier attempt of the delivery made it. ``part``: which of
        the delivery's messages it is. Raises Gone where the thread is there no more, and as ``Slack.call``."""
        done = await self._history.done(delivery, place)
        if part not in done.parts:
            done.parts[part] = await self._post(place, {**payload, **_QUIET, **marked(delivery, part)})
        return done.parts[part]

    async def posted(self, delivery: Delivery, place: Place) -> Mapping[int, str]:
        """The messages that were made for a delivery already, by their number."""
        return dict((await self._history.done(delivery, place)).parts)

    async def change(self, channel: str, ts: str, payload: Payload) -> bool:
        """False where it was deleted, or somebody else wrote it."""
        shown = {key: payload[key] for key in ("text", "blocks")}
        try:
            await self._slack.call("chat.update", {"channel": channel, "ts": ts, "parse": "none", **shown})
        except Refused as refused:
            if refused.error not in (NO_MESSAGE, NOT_OURS_TO_CHANGE):
                raise
            return False
        return True

    async def delete(self, channel: str, ts: str) -> bool:
        """False where it stays, since somebody else wrote it. It may be gone already."""
        try:
            await self._slack.call("chat.delete", {"channel": channel, "ts": ts})
        except Refused as refused:
            if refused.error not in (NO_MESSAGE, NOT_OURS_TO_DELETE):
                raise
            return refused.error != NOT_OURS_TO_DELETE
        return True

    async def _post(self, place: Place, payload: Payload) -> str:
        said = await self._slack.call(
            "chat.postMessage", {"channel": place.channel, "thread_ts": place.thread, **payload}
        )
        ts, message = str(said["ts"]), said.get("message")
        # Where the first message of a thread is gone, Slack puts the answer outside it without a word.
        if place.thread is not None and isinstance(message, dict) and message.get("thread_ts") != place.thread:
            await self.delete(place.channel, ts)
            raise Gone(LOST)
        return ts
