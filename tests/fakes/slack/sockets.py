"""Socket Mode: up to ten connections, each envelope to one of them.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from tests.fakes.slack.clock import monotonic
from tests.fakes.slack.delivery import FAILED, TIMEOUT, Ack, Stopwatch
from tests.fakes.slack.refusals import Refused
from tests.fakes.slack.world import World

Json = dict[str, Any]


@dataclass
class Waiting:
    """An envelope that is not acknowledged yet."""

    connection: "Connection"
    timer: asyncio.TimerHandle
    done: Callable[[str | None, Any], None]


class Connection:
    """One socket; what is sent goes through one queue, in order."""

    def __init__(self, sockets: "Sockets", socket: web.WebSocketResponse) -> None:
        self._sockets = sockets
        self._socket = socket
        self._waiting: asyncio.Queue[tuple[float, Json]] = asyncio.Queue()
        """When each is to leave."""
        self.open = True
        self.envelopes = 0
        """How many went over it."""

    def send(self, payload: Json) -> None:
        self._waiting.put_nowait((monotonic() + self._sockets.latency, payload))

    async def write(self) -> None:
        while True:
            leaves_at, payload = await self._waiting.get()
            if leaves_at > monotonic():
                await asyncio.sleep(leaves_at - monotonic())
            await self._socket.send_str(json.dumps(payload, separators=(",", ":")))

    async def close(self, code: int = WSCloseCode.OK) -> None:
        self.open = False
        await self._socket.close(code=code)

    def abort(self) -> None:
        """As when the line is cut: no goodbye."""
        self.open = False
        transport = self._socket._req.transport if self._socket._req is not None else None
        if transport is not None:
            transport.abort()


class Sockets:
    def __init__(self, world: World) -> None:
        self._world = world
        self._tickets: dict[str, float] = {}
        self._envelopes: dict[str, Waiting] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self.connections: list[Connection] = []
        self.latency = 0.0
        self.refusing = False
        self.disabled = False
        """Whether Socket Mode was switched off in the app's settings."""
        self.opened = 0
        """How many connections there ever were."""

    def address(self) -> str:
        """Raises Refused (internal_error, link_disabled)."""
        if self.disabled:
            raise Refused("link_disabled")
        if self.refusing:
            raise Refused("internal_error")
        ticket = secrets.token_urlsafe(16)
        self._tickets[ticket] = self._world.clock.seconds()
        base = self._world.base.replace("http://", "ws://", 1)
        return f"{base}/link/?ticket={ticket}&app_id={self._world.app_id}"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """A ticket is good for one connection."""
        ticket = request.query.get("ticket", "")
        made = self._tickets.get(ticket)
        if self.refusing or self.disabled:
            return web.Response(status=503, text="upstream connect error")
        if made is None or self._world.clock.seconds() - made > self._world.settings.ticket_life:
            return web.Response(status=401, text="invalid ticket")
        self._tickets.pop(ticket)
        socket = web.WebSocketResponse(timeout=1.0, compress=False)
        await socket.prepare(request)
        connection = Connection(self, socket)
        writer = asyncio.create_task(connection.write())
        self._greet(connection)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._received(connection, message.data)
        finally:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
            self._left(connection)
        return socket

    def _greet(self, connection: Connection) -> None:
        self.opened += 1
        if len(self.connections) >= self._world.settings.connections:
            connection.open = False
            connection.send(_goodbye("too_many_websockets"))
            self._close_soon(connection)
            return
        self.connections.append(connection)
        connection.send(
            {
                "type": "hello",
                "num_connections": len(self.connections),
                "debug_info": {"host": "applink-stand-in", "build_number": 1, "approximate_connection_time": 18060},
                "connection_info": {"app_id": self._world.app_id},
            }
        )

    def _left(self, connection: Connection) -> None:
        """What it did not acknowledge has failed."""
        connection.open = False
        if connection in self.connections:
            self.connections.remove(connection)
        for envelope_id, waiting in list(self._envelopes.items()):
            if waiting.connection is connection:
                self._settle(envelope_id, "connection_lost", None)

    def _received(self, connection: Connection, text: str) -> None:
        try:
            given = json.loads(text)
            envelope_id = given["envelope_id"]
        except (ValueError, KeyError, TypeError):
            self._world.violations.append(f"socket: no acknowledgement: {text[:200]}")
            return
        self._settle(envelope_id, None, given.get("payload"))

    def _settle(self, envelope_id: str, failure: str | None, payload: Any) -> None:
        waiting = self._envelopes.pop(envelope_id, None)
        if waiting is not None:
            waiting.timer.cancel()
            waiting.done(failure, payload)

    def _post(self, kind: str, payload: Json, done: Callable[[str | None, Any], None], **more: Any) -> None:
        live = [one for one in self.connections if one.open]
        if not live:
            done("no_connection", None)
            return
        connection = self._world.chance.choice(live)
        envelope_id = secrets.token_hex(16)
        timer = asyncio.get_running_loop().call_later(
            self._world.settings.acknowledge_within, self._settle, envelope_id, "timeout", None
        )
        self._envelopes[envelope_id] = Waiting(connection, timer, done)
        connection.envelopes += 1
        connection.send({"envelope_id": envelope_id, "type": kind, "payload": payload} | more)

    def event(self, payload: Json, attempt: int, reason: str, done: Callable[[str | None], None]) -> None:
        more = {"accepts_response_payload": False, "retry_attempt": attempt, "retry_reason": reason}
        self._post("events_api", payload, lambda failure, _: done(failure), **more)

    async def interaction(self, kind: str, payload: Json) -> Ack:
        watch = Stopwatch()
        settled: asyncio.Future[tuple[str | None, Any]] = asyncio.get_running_loop().create_future()

        def done(failure: str | None, answer: Any) -> None:
            if not settled.done():
                settled.set_result((failure, answer))

        takes = kind == "slash_commands" or payload.get("type") in ("view_submission", "block_suggestion")
        self._post(kind, payload, done, accepts_response_payload=takes)
        failure, answer = await settled
        if failure is not None:
            return Ack(error=TIMEOUT if failure == "timeout" else FAILED)
        return Ack(watch.seconds, answer, status=200)

    async def disconnect(self, reason: str) -> None:
        """Each connection is told, and ends soon: ``warning``, ``refresh_requested``, ``link_disabled``."""
        if reason == "link_disabled":
            self.disabled = True
        for connection in list(self.connections):
            connection.send(_goodbye(reason))
            self._close_soon(connection)

    def _close_soon(self, connection: Connection) -> None:
        async def close() -> None:
            await asyncio.sleep(self._world.settings.disconnect_lead)
            await connection.close()

        task = asyncio.create_task(close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def drop(self) -> None:
        """Every connection, at once and without a word."""
        for connection in list(self.connections):
            connection.abort()

    async def stop(self) -> None:
        self.refusing = True
        for task in self._closing:
            task.cancel()
        for envelope_id in list(self._envelopes):
            self._settle(envelope_id, "stopped", None)
        await asyncio.gather(*(one.close(WSCloseCode.GOING_AWAY) for one in list(self.connections)))


def _goodbye(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-stand-in"}}
