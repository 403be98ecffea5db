"""The parts of the Discord door, constructed: apart from ``wiring.py``, since only a desk with that door loads them."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from adapters.chat.reports import Reports
from adapters.discord.api.rest import Rest
from adapters.discord.channel import DiscordChannel
from adapters.discord.config import DiscordConfig
from adapters.discord.door import DiscordDoor
from adapters.discord.rooms import Rooms
from bot.settings import Settings
from core.engine import Engine
from core.filelinks import FileLinks
from core.frontdesk import FrontDesk
from core.ports import Clock, Signer
from core.storage import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Discord:
    """The door to Discord, and the way out to it."""

    door: DiscordDoor
    channel: DiscordChannel
    rest: Rest

    def routes(self) -> Sequence[web.RouteDef]:
        """None: Discord is heard over its gateway."""
        return ()

    def start(self) -> None:
        self.door.start()

    async def shut(self) -> None:
        await self.door.close()

    async def close(self) -> None:
        await self.shut()
        await self.rest.close()


def open_discord(
    settings: Settings, front: FrontDesk, engine: Engine, store: Store, clock: Clock, owner: str, signer: Signer
) -> Discord:
    """``owner``: unique among the processes of the desk. Raises ValueError without a token."""
    if settings.discord.token is None:
        raise ValueError("Discord's door has no token")
    config = DiscordConfig(
        token=settings.discord.token.get_secret_value(),
        api_base=settings.discord.api_base,
        guilds=settings.discord.guilds,
        desk_name=front.desk.name,
        public_url=front.desk.public_url,
        max_file_bytes=settings.files.max_bytes,
    )
    rest, rooms, reports = Rest(config), Rooms(store), Reports(engine, store)
    door = DiscordDoor(
        desk=front,
        engine=engine,
        store=store,
        clock=clock,
        config=config,
        rest=rest,
        rooms=rooms,
        reports=reports,
        owner=owner,
    )
    channel = DiscordChannel(
        rest,
        store,
        config,
        made=door.made,
        report=reports.report,
        mended=reports.mended,
        links=FileLinks(signer, front.desk.public_url),
    )
    return Discord(door=door, channel=channel, rest=rest)
