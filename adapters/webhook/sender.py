"""``Sender``: the one way in which anything signed leaves the desk, for alerts and for events."""

from collections.abc import Callable, Mapping

import aiohttp

from adapters.webhook.client import TIMEOUT, post_signed
from adapters.webhook.endpoint import Endpoint, endpoint_of
from core.ports import Clock, Undeliverable


def open_session() -> aiohttp.ClientSession:
    """One that keeps no cookies: the receivers have nothing in common."""
    return aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())


class Sender:
    """``receivers``: the address and the secret (``whsec_…``) of each, by its key in bot.toml. ``open_session`` is
    called once, at the first call, inside the running loop; ``close`` ends what it gave."""

    def __init__(
        self,
        receivers: Mapping[str, tuple[str, str]],
        *,
        clock: Clock,
        open_session: Callable[[], aiohttp.ClientSession] = open_session,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
    ) -> None:
        self._receivers = dict(receivers)
        self._clock = clock
        self._open_session = open_session
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    async def post(self, key: str, message_id: str, body: str, *, name: str) -> int:
        """Post ``body``, signed as of now, to the receiver ``key``; the status of its success. ``name``: what the
        receiver is called in what is raised. Raises Retry, Undeliverable and Unknown; none of them holds the address or
        the secret."""
        endpoint = self._endpoint(key, name)
        if self._session is None:
            self._session = self._open_session()
        return await post_signed(
            self._session, endpoint, message_id, body, name=name, now=self._clock.now(), timeout=self._timeout
        )

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _endpoint(self, key: str, name: str) -> Endpoint:
        setting = f"BOT_WEBHOOKS__{key.upper().replace('-', '_')}"
        if key not in self._receivers:
            raise Undeliverable(f"{name} has no address: set {setting}__URL and {setting}__SECRET.")
        try:
            return endpoint_of(*self._receivers[key])
        except ValueError as error:
            raise Undeliverable(f"{setting}__URL or {setting}__SECRET is wrong. {error}") from error
