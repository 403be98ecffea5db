"""One websocket of Socket Mode.

slack_sdk's own aiohttp client is not used, but its base: that one ends a connection before it opens the next, tries the
same one-time address for ever where it fails, asks for new ones without a pause, and names them in its log.
https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine
from typing import Any

import aiohttp
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

Take = Callable[["Connection", SocketModeRequest], Coroutine[Any, Any, None]]

_MOST = 16 * 1024 * 1024
"""Bytes of one message: a modal that was sent brings all that was typed."""


class Connection(AsyncBaseSocketModeClient):
    """One websocket. ``take`` answers each request that comes over it; ``begun`` is told before the first of them."""

    def __init__(self, take: Take, begun: Callable[[], None]) -> None:
        self.logger = _log()
        self.greeted = asyncio.Event()
        self.leaving = asyncio.Event()
        """Whether another is to be opened in its place: Slack is about to end it, or it has ended."""
        self.reason = ""
        """Why, as far as Slack says."""
        self.ended = asyncio.Event()
        self._take = take
        self._begun = begun
        self._taking: set[asyncio.Task[None]] = set()
        self._socket: aiohttp.ClientWebSocketResponse | None = None

    async def listen(self, session: aiohttp.ClientSession, address: str, *, heartbeat: float) -> None:
        """Until it ends. ``heartbeat``: seconds between two pings; one that is not answered in half the time ends it.
        Raises what aiohttp raises where it cannot be opened."""
        try:
            async with session.ws_connect(address, heartbeat=heartbeat, max_msg_size=_MOST) as socket:
                self._socket = socket
                async for message in socket:
                    if message.type is aiohttp.WSMsgType.TEXT:
                        self._heard(json.loads(message.data))
        finally:
            self.ended.set()
            self.leaving.set()

    async def send_message(self, message: str) -> None:
        if self._socket is None:
            raise ConnectionResetError("the connection is not open")
        await self._socket.send_str(message)

    async def settled(self, within: float) -> None:
        """Until what came over it is acknowledged, or so many seconds."""
        if self._taking:
            await asyncio.wait(self._taking, timeout=within)

    async def disconnect(self) -> None:
        if self._socket is not None:
            await self._socket.close()

    def _heard(self, told: dict[str, Any]) -> None:
        match told.get("type"):
            case "hello":
                self.greeted.set()
                self._begun()
            case "disconnect":
                self.reason = str(told.get("reason") or "")
                self.leaving.set()
            case _:
                request = SocketModeRequest.from_dict(told)
                if request is not None:
                    task = asyncio.create_task(self._take(self, request), name="slack request")
                    self._taking.add(task)
                    task.add_done_callback(self._taking.discard)


def _log() -> logging.Logger:
    """slack_sdk would tell what is sent, and what it was asked."""
    quiet = logging.getLogger(f"{__name__}.sdk")
    quiet.setLevel(logging.ERROR)
    return quiet
