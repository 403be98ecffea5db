"""``GoogleChat``: the way out to the alert spaces."""

from collections.abc import Callable, Mapping
from datetime import timedelta, tzinfo

import aiohttp
from yarl import URL

from adapters.gchat.client import TIMEOUT, post_message
from adapters.gchat.render import encode, render
from adapters.gchat.rules import REPLY_OR_NEW
from core.cards.card import Card
from core.model.outbox import ToSpace
from core.ports import Clock, Pace, Parcel, Receipt, Undeliverable


class GoogleChat:
    """A ``core.ports.Channel`` for ``ToSpace`` addresses.

    ``spaces``: the webhook address of each space, by its key in bot.toml. ``zone``: the desk's, in which times are
    shown. ``open_session`` is called once, at the first delivery, inside the running loop; ``close`` ends what it gave.
    """

    def __init__(
        self,
        spaces: Mapping[str, str],
        *,
        zone: tzinfo,
        clock: Clock,
        open_session: Callable[[], aiohttp.ClientSession] = aiohttp.ClientSession,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
    ) -> None:
        self._spaces = dict(spaces)
        self._zone = zone
        self._clock = clock
        self._open_session = open_session
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    @property
    def pace(self) -> Pace:
        """One message a second: 60 writes a minute a space, shared by all that write there
        (https://developers.google.com/workspace/chat/limits)."""
        return Pace(timedelta(seconds=1))

    async def deliver(self, parcel: Parcel) -> Receipt:
        """Post the card; all cards of one ticket stand in one thread of the space.

        ``threadKey`` counts only together with ``messageReplyOption``, and ``requestId`` makes one message of any
        number of tries (https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages/create).
        Raises Retry, Undeliverable and Unknown; none of them holds the webhook's address.
        """
        url = self._url(parcel)
        if not isinstance(parcel.content, Card):
            raise Undeliverable("An alert space takes cards, and no messages.")
        thread_key = parcel.ticket.key if parcel.ticket is not None else None
        query = {"requestId": parcel.key}
        if thread_key is not None:
            query["messageReplyOption"] = REPLY_OR_NEW
        body = encode(render(parcel.content, self._zone, thread_key))
        if self._session is None:
            self._session = self._open_session()
        name = await post_message(self._session, url, query, body, now=self._clock.now(), timeout=self._timeout)
        return Receipt(external_id=name)

    async def find(self, parcel: Parcel) -> Receipt | None:
        """None: a webhook cannot read, and need not, since a second call with the same ``requestId`` returns the
        message that the first made (https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages/create).
        """
        return None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _url(self, parcel: Parcel) -> URL:
        if not isinstance(parcel.address, ToSpace):
            raise Undeliverable("Google Chat has alert spaces, and no threads or persons of the desk.")
        space = parcel.address.space
        setting = f"BOT_GCHAT__SPACES__{space.upper()}"
        if space not in self._spaces:
            raise Undeliverable(f"No webhook is set for the alert space “{space}”: set {setting} to its address.")
        url = _web_address(self._spaces[space])
        if url is None:
            raise Undeliverable(f"{setting} is no web address: copy it anew from the space's webhooks.")
        return url


def _web_address(written: str) -> URL | None:
    try:
        url = URL(written.strip())
    except ValueError:
        return None
    return url if url.scheme in ("http", "https") and url.host else None
