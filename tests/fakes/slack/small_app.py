"""A small app of the real slack_bolt, in either mode, for the tests of the stand-in itself."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack_server import SlackServer

Json = dict[str, Any]


def client_of(server: SlackServer, token: str | None = None) -> AsyncWebClient:
    return AsyncWebClient(token=token or server.bot_token, base_url=server.api_base, retry_handlers=[])


class SmallApp:
    """Writes down each event it hears; ``bolt`` takes more listeners."""

    def __init__(self, server: SlackServer) -> None:
        self.server = server
        self.client = client_of(server)
        self.bolt = AsyncApp(
            client=self.client,
            signing_secret=server.signing_secret,
            ignoring_self_events_enabled=False,
            request_verification_enabled=True,
        )
        self.heard: list[Json] = []
        self.bodies: list[Json] = []
        self.works: dict[str, Callable[[Json], Awaitable[None]]] = {}
        """Of an event's type: what is done about it."""
        self.bolt.event({"type": re.compile(".*")})(self._hear)

    async def _hear(self, event: Json, body: Json) -> None:
        self.heard.append(event)
        self.bodies.append(body)
        if event["type"] in self.works:
            await self.works[event["type"]](event)

    def of(self, kind: str, subtype: str | None = None) -> list[Json]:
        return [one for one in self.heard if one["type"] == kind and one.get("subtype") == subtype]


@asynccontextmanager
async def over_sockets(
    app: SmallApp, sockets: int = 1, *, ping_interval: float = 5
) -> AsyncIterator[list[SocketModeClient]]:
    """``ping_interval``: seconds; also how long slack_sdk waits before it tries again to connect."""
    handlers = [
        AsyncSocketModeHandler(app.bolt, app.server.app_token, ping_interval=ping_interval) for _ in range(sockets)
    ]
    for handler in handlers:
        await handler.connect_async()
    await app.server.until_connected(sockets)
    try:
        yield [handler.client for handler in handlers]
    finally:
        await asyncio.gather(*(handler.close_async() for handler in handlers))


@asynccontextmanager
async def over_http(app: SmallApp) -> AsyncIterator[str]:
    async def take(request: web.Request) -> web.Response:
        answer = await app.bolt.async_dispatch(await to_bolt_request(request))
        return await to_aiohttp_response(answer)

    served = web.Application()
    served.router.add_post("/slack/events", take)
    runner = web.AppRunner(served, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    app.server.deliver_to(url)
    try:
        yield url
    finally:
        await runner.cleanup()
