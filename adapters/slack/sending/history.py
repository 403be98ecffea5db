"""What Slack shows of a thread or a channel since a point in time: where an earlier attempt's work is looked for.

chat.postMessage knows no key that makes it safe to call twice, so each message bears its delivery's key in its metadata
(https://docs.slack.dev/messaging/message-metadata), and is known by that. A message with files can bear none.
"""

from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog

from adapters.slack.api.client import Refused, Slack
from adapters.slack.api.codes import NO_THREAD, NOT_FOR_BOTS
from core.model.outbox import Delivery

log = structlog.get_logger(__name__)

Message = Mapping[str, Any]
"""https://docs.slack.dev/reference/events/message"""

EVENT = "threaddesk_delivery"
_SKEW = timedelta(seconds=10)
"""Slack's clock may be behind ours by as much."""
_PAGE = 200
_MOST_PAGES = 20
_KEPT = 4_000
_EVER = "0"


@dataclass(frozen=True, slots=True)
class Place:
    """Where messages go: a channel, or with ``thread`` the thread under that message of it."""

    channel: str
    thread: str | None = None


@dataclass(slots=True)
class Done:
    """What is known of the work on a delivery."""

    delivery: Delivery
    """As it was at its last attempt."""
    is_all: bool
    """Whether there can be nothing else."""
    parts: dict[int, str] = field(default_factory=dict)
    """Each message's number -> its ``ts``."""


def marked(delivery: Delivery, part: int) -> Mapping[str, Any]:
    """The metadata by which a message is found again."""
    return {"metadata": {"event_type": EVENT, "event_payload": {"key": delivery.key, "part": part}}}


def begun(delivery: Delivery) -> str:
    """The smallest ``ts`` that work on a delivery can have."""
    return f"{((delivery.first_attempt_at or delivery.created_at) - _SKEW).timestamp():.6f}"


def is_again(delivery: Delivery) -> bool:
    """Whether an earlier attempt may have done some of the work."""
    return delivery.uncertain or delivery.attempts > 1


class History:
    """One per process. What it did itself it remembers: of a delivery all of whose attempts were its own, and answered,
    nothing need be looked for, so that a storm of rate limits asks for no lists."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack
        self._done: OrderedDict[tuple[str, Place], Done] = OrderedDict()
        """By the delivery's key and where it goes."""

    async def done(self, delivery: Delivery, place: Place) -> Done:
        """Which messages of a delivery are at ``place`` already; whoever makes another puts it in. Raises as
        ``Slack.call``."""
        done = self._known(delivery, place)
        if not done.is_all:
            async for message in self.since(place, begun(delivery)):
                part = await self._part(message, delivery)
                if part is not None:
                    done.parts[part] = str(message["ts"])
            done.is_all = True
        return done

    async def ours_since(self, place: Place, oldest: str) -> AsyncIterator[Message]:
        """The app's own messages."""
        me = await self._slack.workspace()
        async for message in self.since(place, oldest):
            if message.get("bot_id") == me.bot or message.get("user") == me.bot_user:
                yield message

    async def ours(self, place: Place) -> Sequence[Message] | None:
        """All of the app's own messages in a thread; None where a bot may not read them, or what it stands under is
        gone."""
        me = await self._slack.workspace()
        try:
            there = [message async for message in self._read(place, _EVER)]
        except Refused as refused:
            if refused.error not in NOT_FOR_BOTS | NO_THREAD:
                raise
            return None
        return [one for one in there if one.get("bot_id") == me.bot or one.get("user") == me.bot_user]

    async def since(self, place: Place, oldest: str) -> AsyncIterator[Message]:
        """The messages after ``oldest``, in the order in which Slack tells them; of a thread, without the one that it
        stands under. None where a bot may not read them."""
        try:
            async for message in self._read(place, oldest):
                yield message
        except Refused as refused:
            if refused.error not in NOT_FOR_BOTS:
                raise
            # Better said twice than never.
            log.warning("slack_thread_unreadable", channel=place.channel, error=refused.error)

    async def _read(self, place: Place, oldest: str) -> AsyncIterator[Message]:
        args: dict[str, Any] = {
            "channel": place.channel,
            "oldest": oldest,
            "limit": _PAGE,
            "include_all_metadata": True,
        }
        method = "conversations.history"
        if place.thread is not None:
            method, args["ts"] = "conversations.replies", place.thread
        for _ in range(_MOST_PAGES):
            page = await self._slack.call(method, args)
            messages: Sequence[Message] = page.get("messages") or ()
            for message in messages:
                if message.get("ts") != place.thread:
                    yield message
            args["cursor"] = (page.get("response_metadata") or {}).get("next_cursor")
            if not args["cursor"]:
                return

    def _known(self, delivery: Delivery, place: Place) -> Done:
        done = self._done.get((delivery.key, place))
        if done is None:
            done = self._done[delivery.key, place] = Done(delivery, is_all=not is_again(delivery))
            if len(self._done) > _KEPT:
                self._done.popitem(last=False)
        elif done.delivery is not delivery:
            done.is_all &= not delivery.uncertain and delivery.attempts == done.delivery.attempts + 1
            done.delivery = delivery
        return done

    async def _part(self, message: Message, delivery: Delivery) -> int | None:
        """Which part of the delivery it is; None for any other message. An app can put anything into its metadata."""
        metadata = message.get("metadata") or {}
        payload = metadata.get("event_payload") or {}
        if metadata.get("event_type") != EVENT or payload.get("key") != delivery.key:
            return None
        part = payload.get("part")
        me = await self._slack.workspace()
        return part if isinstance(part, int) and message.get("bot_id") == me.bot else None
