"""``Webhook``: the way out to alert spaces that are a server of somebody's own."""

from collections.abc import Callable, Mapping

import aiohttp

from adapters.webhook.client import TIMEOUT
from adapters.webhook.payload import body_of
from adapters.webhook.sender import Sender, open_session
from core.cards.card import Card
from core.model.outbox import ToSpace
from core.ports import Clock, Pace, Parcel, Receipt, Undeliverable


class Webhook:
    """A ``core.ports.Channel`` for ``ToSpace`` addresses, in the form of Standard Webhooks
    (https://www.standardwebhooks.com).

    ``spaces``: the address and the secret (``whsec_…``) of each space's receiver, by its key in bot.toml.
    ``open_session`` is called once, at the first delivery, inside the running loop; ``close`` ends what it gave.
    """

    def __init__(
        self,
        spaces: Mapping[str, tuple[str, str]],
        *,
        clock: Clock,
        open_session: Callable[[], aiohttp.ClientSession] = open_session,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
    ) -> None:
        self._sender = Sender(spaces, clock=clock, open_session=open_session, timeout=timeout)

    @property
    def pace(self) -> Pace | None:
        """None: a receiver that is called too often says so (429)."""
        return None

    async def deliver(self, parcel: Parcel) -> Receipt:
        """Post the card, signed. The receipt is empty: a receiver names nothing.

        ``webhook-id`` is the parcel's key, the same at every try; ``webhook-timestamp`` is of this try. Raises Retry,
        Undeliverable and Unknown; none of them holds the address or the secret.
        """
        if not isinstance(parcel.address, ToSpace):
            raise Undeliverable("A webhook serves alert spaces, and no threads, persons or email addresses.")
        if not isinstance(parcel.content, Card):
            raise Undeliverable("An alert space takes cards, and no messages.")
        space = parcel.address.space
        body = body_of(parcel, parcel.content)
        await self._sender.post(space, parcel.key, body, name=f"The webhook of the alert space “{space}”")
        return Receipt()

    async def find(self, parcel: Parcel) -> Receipt | None:
        """None: a webhook cannot read, and need not, since a second call has the same ``webhook-id``, by which its
        receiver knows a repeat ("Webhook metadata" in the specification)."""
        return None

    async def close(self) -> None:
        await self._sender.close()
