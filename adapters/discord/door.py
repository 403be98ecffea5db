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

from adapters.chat.downloads import Downloads
from adapters.chat.lanes import Pauses
from adapters.chat.lease import Lease
from adapters.chat.reports import Reports
from adapters.discord.answering.interactions import Interactions
from adapters.discord.api.rest import Refused, Rest
from adapters.discord.config import DiscordConfig
from adapters.discord.gateway import Gateway, Surroundings, point_at
from adapters.discord.hearing.away import discord_away
from adapters.discord.people import People
from adapters.discord.rooms import Rooms
from adapters.discord.sending.troubles import TOKEN
from core.engine import Engine
from core.frontdesk import FrontDesk
from core.model.ids import TicketId
from core.ports import Clock, Retry, Undeliverable, Unknown
from core.storage import Store

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
        reports: Reports,
        owner: str,
        timing: Timing | None = None,
    ) -> None:
        self._reports = reports
        self._config = config
        self._rest = rest
        self._rooms = rooms
        self._timing = timing or Timing()
        self._people = People(desk, config.guilds)
        self._downloads = Downloads(
            desk, platform="Discord", most=config.max_file_bytes, pauses=self._timing.pauses, away=discord_away
        )
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
            report=self._reports.report,
            mended=self._reports.mended,
            pauses=self._timing.pauses,
            settle=self._timing.settle,
            between_sessions=self._timing.between_sessions,
        )
        self._lease = Lease(
            LEASE,
            self._connect,
            store=store,
            clock=clock,
            owner=owner,
            term=self._timing.lease,
            look=self._timing.look,
        )
        self.client: Gateway | None = None
        """The newest one, while this process has the gateway and after."""

    def start(self) -> None:
        self._lease.start()

    async def close(self) -> None:
        """Hear nothing more, end what was begun, and let another process have the gateway."""
        await self._lease.close()
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
        await self._reports.mended(TOKEN)
        await self._reports.mended(INTENTS)

    async def _judged(self, error: Exception, client: Gateway, attempt: int) -> float:
        """Seconds until the next try."""
        closed = error.code if isinstance(error, discord.ConnectionClosed) else None
        bad_token = isinstance(error, Refused) and error.status == 401
        if bad_token or isinstance(error, discord.LoginFailure) or closed == _NO_TOKEN:
            await self._reports.report(
                TOKEN,
                "Discord does not know the bot's token. In the Developer Portal, your application, Bot, Reset Token; "
                "put the new one into BOT_DISCORD__TOKEN and start the desk again.",
            )
            return self._timing.mending
        if isinstance(error, discord.PrivilegedIntentsRequired) or closed in _NO_INTENTS:
            await self._reports.report(INTENTS, _lacking_intents(client))
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
