"""``Webhook``: the way out to alert spaces that are a server of somebody's own."""

from collections.abc import Callable, Mapping

import aiohttp

from adapters.webhook.client import TIMEOUT, post_signed
from adapters.webhook.endpoint import Endpoint, endpoint_of
from adapters.webhook.payload import body_of
from core.cards.card import Card
from core.model.outbox import ToSpace
from core.ports import Clock, Pace, Parcel, Receipt, Undeliverable


def open_session() -> aiohttp.ClientSession:
    """One that keeps no cookies: the receivers have nothing in common."""
    return aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())


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
        self._spaces = dict(spaces)
        self._clock = clock
        self._open_session = open_session
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

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
        endpoint = self._endpoint(space)
        body = body_of(parcel, parcel.content)
        if self._session is None:
            self._session = self._open_session()
        await post_signed(
            self._session,
            endpoint,
            parcel.key,
            body,
            name=f"The webhook of the alert space “{space}”",
            now=self._clock.now(),
            timeout=self._timeout,
        )
        return Receipt()

    async def find(self, parcel: Parcel) -> Receipt | None:
        """None: a webhook cannot read, and need not, since a second call has the same ``webhook-id``, by which its
        receiver knows a repeat ("Webhook metadata" in the specification)."""
        return None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _endpoint(self, space: str) -> Endpoint:
        setting = f"BOT_WEBHOOKS__{space.upper().replace('-', '_')}"
        if space not in self._spaces:
            raise Undeliverable(
                f"No webhook is set for the alert space “{space}”: set {setting}__URL and {setting}__SECRET."
            )
        try:
            return endpoint_of(*self._spaces[space])
        except ValueError as error:
            raise Undeliverable(f"{setting}__URL or {setting}__SECRET is wrong. {error}") from error
