"""What Discord shows of a place since a point in time: where an earlier attempt's work is looked for.

A nonce makes sending again safe for a few minutes only, and a webhook has none; past that, what was said is known by
who said it and by its words.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.discord.api.rest import Rest
from core.model.outbox import Delivery

Message = Mapping[str, Any]
"""https://discord.com/developers/docs/resources/message#message-object"""

_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
_SKEW = timedelta(seconds=10)
"""Discord's clock may be behind ours by as much."""
_PAGE = 100
_MOST_PAGES = 20
_SHOWN = ("title", "description", "url")


def snowflake(at: datetime) -> int:
    """The smallest id that Discord gives at a time (https://discord.com/developers/docs/reference#snowflakes)."""
    return max(0, (at - _EPOCH) // timedelta(milliseconds=1)) << 22


def begun(delivery: Delivery) -> int:
    """The smallest id that work on a delivery can have."""
    return snowflake((delivery.first_attempt_at or delivery.created_at) - _SKEW)


def is_again(delivery: Delivery) -> bool:
    """Whether an earlier attempt may have done some of the work."""
    return delivery.uncertain or delivery.attempts > 1


async def messages_since(rest: Rest, channel: str, after: int) -> AsyncIterator[Message]:
    """The messages of a channel or thread with ids above ``after``, oldest first."""
    for _ in range(_MOST_PAGES):
        params = {"after": str(after), "limit": str(_PAGE)}
        page: Sequence[Message] = await rest.call("GET", f"/channels/{channel}/messages", params=params)
        for message in sorted(page, key=lambda one: int(one["id"])):
            after = int(message["id"])
            yield message
        if len(page) < _PAGE:
            return


def says_same(message: Message, payload: Mapping[str, Any]) -> bool:
    """Whether a message shows what ``payload`` asked for. Discord trims what it takes, and adds to embeds."""
    return _trimmed(message.get("content")) == _trimmed(payload.get("content")) and _embeds(message) == _embeds(payload)


def _embeds(holder: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    return [
        (
            *(_trimmed(embed.get(part)) for part in _SHOWN),
            _trimmed((embed.get("footer") or {}).get("text")),
            tuple((_trimmed(field["name"]), _trimmed(field["value"])) for field in embed.get("fields") or ()),
        )
        for embed in holder.get("embeds") or ()
        # Discord makes embeds of its own for the links in a text; ours are "rich".
        if embed.get("type", "rich") == "rich"
    ]


def _trimmed(words: Any) -> str:
    return str(words or "").strip()
