"""``Events``: the way out to endpoints that are told of what happens, in the form of Standard Webhooks.

    {"type": "ticket.opened", "timestamp": "2026-11-21T12:00:00Z", "data": {"event": 812, "ticket": {...}, ...}}

docs/webhooks.md tells receivers what is in it.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import aiohttp

from adapters.webhook.client import TIMEOUT
from adapters.webhook.sender import Sender, open_session
from core.model.outbox import ToEndpoint
from core.ports import Clock, Gone, Pace, Parcel, Published, Receipt, Undeliverable

PING = "ping"
"""The type of what ``threaddesk check`` sends: nothing happened."""
_GONE = 410


class Events:
    """A ``core.ports.Channel`` for ``ToEndpoint`` addresses. ``endpoints``: the address and the secret (``whsec_…``) of
    each, by its key in bot.toml."""

    def __init__(
        self,
        endpoints: Mapping[str, tuple[str, str]],
        *,
        clock: Clock,
        open_session: Callable[[], aiohttp.ClientSession] = open_session,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
    ) -> None:
        self._sender = Sender(endpoints, clock=clock, open_session=open_session, timeout=timeout)
        self._clock = clock

    @property
    def pace(self) -> Pace | None:
        """None: its lane has one call at a time, and an endpoint that is called too often says so (429)."""
        return None

    async def deliver(self, parcel: Parcel) -> Receipt:
        """Post the event, signed; ``webhook-id`` is the parcel's key, the same at every try and when it is sent again
        by hand. Raises Retry, Undeliverable, Unknown, and Gone where the endpoint wants no more."""
        if not isinstance(parcel.address, ToEndpoint) or not isinstance(parcel.content, Published):
            raise Undeliverable("An endpoint takes events, and nothing else.")
        key, content = parcel.address.endpoint, parcel.content
        try:
            status = await self._post(key, parcel.key, content)
        except Undeliverable as refused:
            if refused.answered != _GONE:
                raise
            gone = Gone(f"The endpoint “{key}” answered 410 Gone: it wants no more.", answered=_GONE)
        else:
            return Receipt(answered=status)
        raise gone

    async def find(self, parcel: Parcel) -> Receipt | None:
        """None: a second call has the same ``webhook-id``, by which its receiver knows a repeat."""
        return None

    async def ping(self, key: str, message_id: str) -> int:
        """Post an event in which nothing happened; the status of the answer. Raises as ``deliver`` does, Gone apart."""
        return await self._post(key, message_id, Published(PING, self._clock.now(), {}))

    async def close(self) -> None:
        await self._sender.close()

    async def _post(self, key: str, message_id: str, content: Published) -> int:
        body = json.dumps(
            {"type": content.type, "timestamp": _moment(content.at), "data": content.data},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        return await self._sender.post(key, message_id, body, name=f"The endpoint “{key}”")


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
