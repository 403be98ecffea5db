"""``DiscordDoor``: one process at a time holds the gateway, by a lease; whoever has it hears what people do on Discord.

A process that dies is replaced when its lease runs out. What Discord does not take (a token, an intent that is off) is
told to the admins and tried again; the rest of the desk never waits for Discord.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
import discord
import structlog

from adapters.discord.answering.interactions import Interactions
from adapters.discord.api.rest import Refused, Rest
from adapters.discord.config import DiscordConfig
from adapters.discord.gateway import Gateway, Surroundings, point_at
from adapters.discord.hearing.downloads import Downloads
from adapters.discord.hearing.inbound import SYSTEM
from adapters.discord.hearing.lanes import Pauses
from adapters.discord.people import People
from adapters.discord.rooms import Rooms
from adapters.discord.sending.troubles import TOKEN
from core.commands import Command, MendTrouble, ReportTrouble
from core.engine import Engine
from core.errors import Conflict, Refusal, Unavailable
from core.model.ids import TicketId
from core.ports import Clock, Retry, Undeliverable, Unknown
from core.storage import Store
from core.vocabulary import FrontDesk

log = structlog.get_logger(__name__)

LEASE = "discord-gateway"
INTENTS = "discord:intents"
_NO_TOKEN, _NO_INTENTS = 4004, frozenset({4013, 4014})
"""https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes"""
_FROM_DISCORD = (discord.DiscordException, Retry, Unknown, Undeliverable, aiohttp.ClientError, OSError, TimeoutError)
_PORTAL = "https://discord.com/developers/applications"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    lease: timedelta = timedelta(seconds=30)
    look: timedelta = timedelta(seconds=5)
    """How often the lease is renewed, or tried for."""
    mending: float = 180.0
    """Seconds until what an admin has to mend is tried again."""
    drain: float = 4.0
    """Seconds that what was heard already is given at the end."""
    settle: float = 2.0
    between_sessions: float = 5.0
    """These two as in ``Surroundings``."""
    pauses: Pauses = Pauses()  # noqa: RUF009 - frozen, so safely shared


class DiscordDoor:
    """``owner``: unique among the processes of the desk."""

    def __init__(
        self,
        *,
        desk: FrontDesk,
        engine: Engine,
        store: Store,
        clock: Clock,
        config: DiscordConfig,
        rest: Rest,
        rooms: Rooms,
        owner: str,
        timing: Timing | None = None,
    ) -> None:
        self._engine = engine
        self._store = store
        self._clock = clock
        self._config = config
        self._rest = rest
        self._rooms = rooms
        self._owner = owner
        self._timing = timing or Timing()
        self._people = People(desk, config.guilds)
        self._downloads = Downloads(desk, most=config.max_file_bytes, pauses=self._timing.pauses)
        self._interactions = Interactions(
            desk=desk, rest=rest, people=self._people, rooms=rooms, downloads=self._downloads, store=store
        )
        self._around = Surroundings(
            desk=desk,
            engine=engine,
            store=store,
            clock=clock,
            config=config,
            rest=rest,
            rooms=rooms,
            people=self._people,
            downloads=self._downloads,
            interactions=self._interactions,
            report=self.report,
            mended=self.mended,
            pauses=self._timing.pauses,
            settle=self._timing.settle,
            between_sessions=self._timing.between_sessions,
        )
        self._task: asyncio.Task[None] | None = None
        self._connection: asyncio.Task[None] | None = None
        self.client: Gateway | None = None
        """The newest one, while this process has the gateway and after."""
        self._stop = asyncio.Event()

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="discord door")

    async def close(self) -> None:
        """Hear nothing more, end what was begun, and let another process have the gateway."""
        self._stop.set()
        if self._task is not None:
            await self._task
        await self._interactions.close()

    async def idle(self) -> None:
        """Until all that was heard so far is taken."""
        if self.client is not None:
            await self.client.lanes.idle()

    def made(self, ticket: TicketId, guild: str, channel: str) -> None:
        """Told by the channel of a thread that it made, or found again; it is recorded in a moment."""
        self._rooms.made(ticket, guild, channel)
        if self.client is not None:
            self.client.bound(int(channel))

    async def report(self, key: str, sentence: str) -> None:
        """Tell the admins of a trouble, the first time, and whoever reads the log."""
        log.warning("discord_trouble", key=key, sentence=sentence)
        await self._tell(ReportTrouble(key=key, sentence=sentence), key)

    async def mended(self, key: str) -> None:
        """Where it was reported, by whichever process."""
        try:
            async with self._store.read() as work:
                is_there = await work.troubles.get(key) is not None
        except Unavailable as refusal:
            log.warning("discord_trouble_not_noted", key=key, reason=str(refusal))
            return
        if is_there:
            await self._tell(MendTrouble(key=key), key)

    async def _tell(self, command: Command, key: str) -> None:
        try:
            await self._engine.handle(command, SYSTEM)
        except Refusal as refusal:
            log.warning("discord_trouble_not_noted", key=key, reason=str(refusal))

    # --- the lease ---------------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        try:
            while not self._stop.is_set():
                await self._follow_lease()
                await self._pause(self._timing.look.total_seconds())
        finally:
            await self._disconnect()
            await self._release()

    async def _follow_lease(self) -> None:
        now = self._clock.now()
        try:
            async with self._store.write() as work:
                held = await work.leases.take(LEASE, self._owner, now=now, until=now + self._timing.lease)
        except (Unavailable, Conflict) as refusal:
            # Nobody else can take it either: what is heard meanwhile waits in its lane for the database.
            log.warning("discord_lease_out_of_reach", reason=str(refusal))
            return
        except Exception:
            log.exception("discord_lease_stumbled")
            return
        if held and (self._connection is None or self._connection.done()):
            self._connection = asyncio.create_task(self._connect(), name="discord connection")
        elif not held:
            await self._disconnect()

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.cancel()
            await asyncio.gather(connection, return_exceptions=True)

    async def _release(self) -> None:
        try:
            async with self._store.write() as work:
                await work.leases.release(LEASE, self._owner)
        except (Unavailable, Conflict) as refusal:
            log.warning("discord_lease_not_released", reason=str(refusal))

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        except TimeoutError:
            return

    # --- the connection ----------------------------------------------------------------------------------------------

    async def _connect(self) -> None:
        """For as long as the lease is held. discord.py itself comes back after network trouble; what ends a client is
        tried again here with a new one."""
        attempt = 0
        while True:
            attempt += 1
            client = self.client = Gateway(self._around, self._connected)
            try:
                await self._listen(client)
                attempt = 0
                wait = self._timing.pauses.first
            except _FROM_DISCORD as error:
                wait = await self._judged(error, client, attempt)
            except Exception:
                log.exception("discord_connection_stumbled")
                wait = self._timing.pauses.longest
            finally:
                await self._end(client)
            await asyncio.sleep(wait)

    async def _listen(self, client: Gateway) -> None:
        gateway = await self._rest.call("GET", "/gateway/bot")
        left = gateway.get("session_start_limit", {})
        if left.get("remaining") == 0:
            log.warning("discord_no_sessions_left", milliseconds=left.get("reset_after"))
            await asyncio.sleep(float(left.get("reset_after", 0)) / 1000)
        point_at(self._config, str(gateway["url"]))
        await client.login(self._config.token)
        await client.connect()

    async def _end(self, client: Gateway) -> None:
        """First what was heard: taking it may still need the client's own connections."""
        await client.lanes.close(0 if client.is_closed() else self._timing.drain)
        await client.close()

    async def _connected(self) -> None:
        log.info("discord_connected")
        await self.mended(TOKEN)
        await self.mended(INTENTS)

    async def _judged(self, error: Exception, client: Gateway, attempt: int) -> float:
        """Seconds until the next try."""
        closed = error.code if isinstance(error, discord.ConnectionClosed) else None
        bad_token = isinstance(error, Refused) and error.status == 401
        if bad_token or isinstance(error, discord.LoginFailure) or closed == _NO_TOKEN:
            await self.report(
                TOKEN,
                "Discord does not know the bot's token. In the Developer Portal, your application, Bot, Reset Token; "
                "put the new one into BOT_DISCORD__TOKEN and start the desk again.",
            )
            return self._timing.mending
        if isinstance(error, discord.PrivilegedIntentsRequired) or closed in _NO_INTENTS:
            await self.report(INTENTS, _lacking_intents(client))
            return self._timing.mending
        log.warning("discord_out_of_reach", reason=str(error) or type(error).__name__)
        return self._timing.pauses.before(attempt)


def _lacking_intents(client: discord.Client) -> str:
    flags = client.application_flags
    lacking = []
    if not (flags.gateway_message_content or flags.gateway_message_content_limited):
        lacking.append("Message Content Intent")
    if not (flags.gateway_guild_members or flags.gateway_guild_members_limited):
        lacking.append("Server Members Intent")
    words = " and ".join(lacking or ["Message Content Intent and Server Members Intent"])
    return (
        f"Discord lets the bot hear nothing: {words} is off. Open {_PORTAL}/{client.application_id}/bot, and under "
        "Privileged Gateway Intents switch it on; Save Changes. The desk tries again every few minutes."
    )
