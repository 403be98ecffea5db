"""The gateway: sessions that outlive their sockets, so that RESUME replays what was missed.

https://discord.com/developers/docs/events/gateway
"""

import asyncio
import importlib
import json
import secrets
import zlib
from collections import deque
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from tests.fakes.discord import intents
from tests.fakes.discord.payloads import guild_create_json, member_json, user_json
from tests.fakes.discord.world import PRIVILEGED, Blank, World, monotonic

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME = 0, 1, 2, 3, 4, 6
RECONNECT, REQUEST_MEMBERS, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 7, 8, 9, 10, 11
UNKNOWN_ERROR, UNKNOWN_OPCODE, DECODE_ERROR, NOT_AUTHENTICATED = 4000, 4001, 4002, 4003
AUTHENTICATION_FAILED, ALREADY_AUTHENTICATED, DISALLOWED_INTENTS = 4004, 4005, 4014


class Zlib:
    """``compress=zlib-stream``: one context for the whole connection."""

    def __init__(self) -> None:
        self._context = zlib.compressobj()

    def __call__(self, data: bytes) -> bytes:
        return self._context.compress(data) + self._context.flush(zlib.Z_SYNC_FLUSH)


class Zstd:
    """``compress=zstd-stream``, where Python has it."""

    def __init__(self) -> None:
        self._module = importlib.import_module("compression.zstd")
        self._context = self._module.ZstdCompressor()

    def __call__(self, data: bytes) -> bytes:
        return self._context.compress(data, self._context.FLUSH_BLOCK)


_COMPRESSIONS = {"zlib-stream": Zlib, "zstd-stream": Zstd}


class Session:
    """Who identified, with which intents, and what was sent so far."""

    def __init__(self, wanted: int) -> None:
        self.id = secrets.token_hex(16)
        self.intents = wanted
        self.sequence = 0
        self.sent: deque[dict[str, Any]] = deque(maxlen=20_000)
        self.connection: Connection | None = None

    def hears(self, wanted: int) -> bool:
        return wanted == intents.ALWAYS or bool(self.intents & wanted)

    def tell(self, event: str, data: dict[str, Any]) -> None:
        self.sequence += 1
        payload = {"op": DISPATCH, "t": event, "s": self.sequence, "d": data}
        self.sent.append(payload)
        if self.connection is not None:
            self.connection.send(payload)


class Connection:
    """One socket; what is sent goes through one queue, in order."""

    def __init__(self, gateway: "Gateway", socket: web.WebSocketResponse, compression: str | None) -> None:
        self._gateway = gateway
        self._socket = socket
        self._compress = _COMPRESSIONS[compression]() if compression else None
        self._waiting: asyncio.Queue[tuple[float, dict[str, Any]]] = asyncio.Queue()
        """When each is to leave: a long wire delays what goes over it, and lets much of it travel at once."""
        self.session: Session | None = None
        self.cut = False
        """Whether it was closed from here: what the client then says is no goodbye."""

    def send(self, payload: dict[str, Any]) -> None:
        self._waiting.put_nowait((monotonic() + self._gateway.latency, payload))

    async def write(self) -> None:
        while True:
            leaves_at, payload = await self._waiting.get()
            if leaves_at > monotonic():
                await asyncio.sleep(leaves_at - monotonic())
            text = json.dumps(payload, separators=(",", ":"))
            if self._compress is None:
                await self._socket.send_str(text)
            else:
                await self._socket.send_bytes(self._compress(text.encode()))

    async def close(self, code: int, message: str = "") -> None:
        """Cuts the session off first, so that nothing more is written to a dying socket."""
        self.cut = True
        if self.session is not None and self.session.connection is self:
            self.session.connection = None
        await self._socket.close(code=code, message=message.encode())


class Gateway:
    def __init__(self, world: World) -> None:
        self._world = world
        self.sessions: dict[str, Session] = {}
        self.connections: set[Connection] = set()
        self.refusing = False
        self.latency = 0.0
        self.identifies = 0
        self.resumes = 0
        self.received: list[dict[str, Any]] = []
        """All that clients said, but heartbeats."""
        self.dispatched: list[tuple[int, str, dict[str, Any]]] = []
        """What happened, in order: its place in the order of all things, the event, its data."""

    @property
    def connected(self) -> bool:
        """Whether anybody listens now."""
        return any(connection.session is not None for connection in self.connections)

    def dispatch(self, event: str, data: dict[str, Any], wanted: int, blank: Blank | None) -> None:
        self.dispatched.append((self._world.next_order(), event, data))
        for session in self.sessions.values():
            if session.hears(wanted):
                reads = blank is None or session.intents & intents.MESSAGE_CONTENT
                session.tell(event, data if reads else blank())

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if self.refusing:
            return web.Response(status=503, text="upstream connect error")
        socket = web.WebSocketResponse(timeout=1.0, compress=False)
        await socket.prepare(request)
        compression = request.query.get("compress")
        connection = Connection(self, socket, compression if compression in _COMPRESSIONS else None)
        self.connections.add(connection)
        connection.send({"op": HELLO, "d": {"heartbeat_interval": int(self._world.settings.heartbeat * 1000)}})
        writer = asyncio.create_task(connection.write())
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._received(connection, message.data)
        finally:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
            self._left(connection, socket.close_code)
        return socket

    def _left(self, connection: Connection, code: int | None) -> None:
        """A client that says goodbye (1000, 1001) ends its session; one that vanishes may come back to it."""
        self.connections.discard(connection)
        session = connection.session
        if session is None or session.connection not in (connection, None):
            return
        session.connection = None
        if code in (1000, 1001) and not connection.cut:
            self.sessions.pop(session.id, None)

    async def _received(self, connection: Connection, text: str) -> None:
        try:
            payload = json.loads(text)
            op, data = payload["op"], payload.get("d")
        except (ValueError, KeyError, TypeError):
            await connection.close(DECODE_ERROR, "Error while decoding payload.")
            return
        if op == HEARTBEAT:
            connection.send({"op": HEARTBEAT_ACK})
            return
        self.received.append(payload)
        if op == IDENTIFY:
            await self._identify(connection, data)
        elif op == RESUME:
            await self._resume(connection, data)
        elif op not in (PRESENCE, VOICE, REQUEST_MEMBERS):
            await connection.close(UNKNOWN_OPCODE, "Unknown opcode.")
        elif connection.session is None:
            await connection.close(NOT_AUTHENTICATED, "Not authenticated.")
        elif op == REQUEST_MEMBERS:
            self._members(connection.session, data)

    async def _identify(self, connection: Connection, data: dict[str, Any]) -> None:
        self.identifies += 1
        if connection.session is not None:
            await connection.close(ALREADY_AUTHENTICATED, "Already authenticated.")
            return
        if data.get("token", "").removeprefix("Bot ") != self._world.token:
            await connection.close(AUTHENTICATION_FAILED, "Authentication failed.")
            return
        wanted = data.get("intents", 0)
        if any(wanted & bit and name not in self._world.settings.privileged for name, bit in PRIVILEGED.items()):
            await connection.close(DISALLOWED_INTENTS, "Disallowed intent(s).")
            return
        session = Session(wanted)
        self.sessions[session.id] = session
        self._attach(connection, session)
        guilds = [guild for guild in self._world.guilds.values() if self._world.bot.id in guild.members]
        session.tell("READY", self._ready(session, guilds))
        everybody = bool(wanted & intents.PRESENCES)
        for guild in guilds:
            if wanted & intents.GUILDS:
                session.tell("GUILD_CREATE", guild_create_json(self._world, guild, everybody=everybody))

    def _ready(self, session: Session, guilds: list[Any]) -> dict[str, Any]:
        world = self._world
        return {
            "v": 10,
            "user": user_json(world.bot) | {"verified": True, "mfa_enabled": False, "email": None, "flags": 0},
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.url,
            "application": {"id": str(world.application_id), "flags": world.application_flags},
            "private_channels": [],
            "relationships": [],
            "presences": [],
            "user_settings": {},
        }

    @property
    def url(self) -> str:
        return self._world.base.replace("http://", "ws://", 1) + "/gateway"

    def _attach(self, connection: Connection, session: Session) -> None:
        connection.session = session
        session.connection = connection

    async def _resume(self, connection: Connection, data: dict[str, Any]) -> None:
        if data.get("token", "").removeprefix("Bot ") != self._world.token:
            await connection.close(AUTHENTICATION_FAILED, "Authentication failed.")
            return
        session = self.sessions.get(data.get("session_id") or "")
        if session is None or not isinstance(data.get("seq"), int) or data["seq"] > session.sequence:
            connection.send({"op": INVALID_SESSION, "d": False})
            return
        self.resumes += 1
        for payload in session.sent:
            if payload["s"] > data["seq"]:
                connection.send(payload)
        self._attach(connection, session)
        session.tell("RESUMED", {})

    def _members(self, session: Session, data: dict[str, Any]) -> None:
        """https://discord.com/developers/docs/events/gateway-events#request-guild-members"""
        guild = self._world.guilds.get(int(data["guild_id"]))
        everyone = "query" in data and data["query"] == "" and not data.get("limit")
        if guild is None or (everyone and not session.intents & intents.MEMBERS):
            return
        ids = data.get("user_ids")
        found = list(guild.members.values())
        missing: list[str] = []
        if ids is not None:
            wanted = [int(one) for one in (ids if isinstance(ids, list) else [ids])]
            found = [guild.members[one] for one in wanted if one in guild.members]
            missing = [str(one) for one in wanted if one not in guild.members]
        elif data.get("query"):
            found = [m for m in found if (m.nick or m.user.name).lower().startswith(data["query"].lower())]
        if data.get("limit"):
            found = found[: data["limit"]]
        chunks = [found[at : at + 1000] for at in range(0, len(found), 1000)] or [[]]
        for index, chunk in enumerate(chunks):
            told: dict[str, Any] = {
                "guild_id": str(guild.id),
                "members": [member_json(member) for member in chunk],
                "chunk_index": index,
                "chunk_count": len(chunks),
                "not_found": missing if index == 0 else [],
            }
            session.tell("GUILD_MEMBERS_CHUNK", told | ({"nonce": data["nonce"]} if data.get("nonce") else {}))

    async def disconnect(self, *, resumable: bool, code: int = UNKNOWN_ERROR) -> None:
        """Ends every socket. Sessions that are not resumable are forgotten: their RESUME is answered op 9."""
        if not resumable:
            self.sessions.clear()
        await asyncio.gather(*(connection.close(code) for connection in list(self.connections)))

    def ask_to_reconnect(self) -> None:
        for connection in self.connections:
            connection.send({"op": RECONNECT, "d": None})

    def invalidate(self, *, resumable: bool = False) -> None:
        """Op 9 to everybody connected."""
        if not resumable:
            self.sessions.clear()
        for connection in self.connections:
            connection.send({"op": INVALID_SESSION, "d": resumable})

    async def stop(self) -> None:
        self.refusing = True
        await asyncio.gather(*(connection.close(WSCloseCode.GOING_AWAY) for connection in list(self.connections)))
