"""The parts of the Slack door, constructed: apart from ``wiring.py``, since only a desk with that door loads them."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from adapters.chat.reports import Reports
from adapters.slack.api.client import Slack
from adapters.slack.channel import SlackChannel
from adapters.slack.config import SlackConfig
from adapters.slack.door import SlackDoor
from bot.settings import Settings
from core.engine import Engine
from core.filelinks import FileLinks
from core.frontdesk import FrontDesk
from core.model.thread import MessageKind
from core.ports import Clock, Signer
from core.storage import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackParts:
    """The door to Slack, and the way out to it."""

    door: SlackDoor
    channel: SlackChannel
    slack: Slack

    def routes(self) -> Sequence[web.RouteDef]:
        return self.door.routes()

    def start(self) -> None:
        self.door.start()

    async def shut(self) -> None:
        await self.door.close()

    async def close(self) -> None:
        await self.shut()
        await self.slack.close()


def open_slack(
    settings: Settings, front: FrontDesk, engine: Engine, store: Store, clock: Clock, owner: str, signer: Signer
) -> SlackParts:
    """``owner``: unique among the processes of the desk. Raises ValueError without a token."""
    table = settings.slack
    if table.bot_token is None:
        raise ValueError("Slack's door has no token")
    config = SlackConfig(
        bot_token=table.bot_token.get_secret_value(),
        app_token=table.app_token.get_secret_value() if table.app_token is not None else None,
        signing_secret=table.signing_secret.get_secret_value() if table.signing_secret is not None else None,
        api_base=table.api_base,
        command=table.command,
        staff_message_is=MessageKind(table.staff_message_is),
        desk_name=front.desk.name,
        public_url=front.desk.public_url,
        max_file_bytes=settings.files.max_bytes,
    )
    slack, reports = Slack(config), Reports(engine, store)
    door = SlackDoor(
        desk=front,
        engine=engine,
        store=store,
        clock=clock,
        config=config,
        slack=slack,
        reports=reports,
        owner=owner,
    )
    channel = SlackChannel(
        slack,
        store,
        config,
        made=door.made,
        report=reports.report,
        mended=reports.mended,
        links=FileLinks(signer, front.desk.public_url),
    )
    return SlackParts(door=door, channel=channel, slack=slack)
