"""One process that hears Slack: the real bolt, sockets or signed requests, and all of ``hearing/``; what is for the app
is only noted down."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from functools import partial
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.chat.downloads import Downloads
from adapters.chat.lanes import Pauses
from adapters.chat.reports import Reports
from adapters.slack.api.client import Slack
from adapters.slack.api.pacing import Pacing
from adapters.slack.app import build_app
from adapters.slack.config import SlackConfig
from adapters.slack.groups import Groups
from adapters.slack.hearing.attachments import Attachments
from adapters.slack.hearing.away import slack_away
from adapters.slack.hearing.duties import Rhythm
from adapters.slack.hearing.hearing import Hearing, Timing
from adapters.slack.people import People
from adapters.slack.requests import PATH, Requests
from adapters.slack.rooms import Rooms
from adapters.slack.sending.troubles import Troubles, scope_key
from adapters.slack.sockets import Sockets
from adapters.slack.sockets import Timing as SocketTiming
from adapters.slack.turns import Turns
from core.errors import Unavailable
from core.frontdesk import FrontDesk
from core.model.ids import TicketId
from core.model.thread import Thread
from core.storage import Store, UnitOfWork
from tests.fakes.front import Front
from tests.fakes.office import Office
from tests.fakes.slack_server import SlackServer

PAUSES = Pauses(0.005, 0.05)
QUICK = Timing(
    look=timedelta(milliseconds=20),
    groups=600.0,
    window=0.02,
    drain=2.0,
    pauses=PAUSES,
    rhythm=Rhythm(again=1_800.0, look=0.05, between=0.0),
)
SOCKETS = SocketTiming(open=2.0, linger=1.0, mending=0.1, steady=0.0, full=0.05, busy=0.05, pauses=PAUSES)


class AwayStore:
    """A store that is out of reach while ``away``."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.away = False

    def write(self) -> AbstractAsyncContextManager[UnitOfWork]:
        self._refuse()
        return self._store.write()

    def read(self) -> AbstractAsyncContextManager[UnitOfWork]:
        self._refuse()
        return self._store.read()

    def _refuse(self) -> None:
        if self.away:
            raise Unavailable(why="it is away")


class Noted:
    """Fulfils ``app.Answers`` and ``inbound.Asked``."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, TicketId | None]] = []
        """Who, what, and in which ticket's thread."""
        self.bodies: list[tuple[str, Mapping[str, Any]]] = []

    async def __call__(self, event: Mapping[str, Any], line: str, thread: Thread | None) -> None:
        self.asked.append((str(event["user"]), line, None if thread is None else thread.ticket))

    async def home_opened(self, event: Mapping[str, Any]) -> None:
        self.bodies.append(("home", event))

    async def command(self, body: Mapping[str, Any], ack: Any) -> None:
        await self._note("command", body, ack)

    async def action(self, body: Mapping[str, Any], ack: Any) -> None:
        await self._note("action", body, ack)

    async def submit(self, body: Mapping[str, Any], ack: Any) -> None:
        await self._note("submit", body, ack)

    async def shortcut(self, body: Mapping[str, Any], ack: Any) -> None:
        await self._note("shortcut", body, ack)

    async def _note(self, what: str, body: Mapping[str, Any], ack: Any) -> None:
        await ack()
        self.bodies.append((what, body))


class Ears:
    """One process's way in."""

    def __init__(
        self, office: Office, server: SlackServer, owner: str, *, store: Store | None = None, **more: Any
    ) -> None:
        store = store or office.store
        front: FrontDesk = Front(office).desk
        timing: Timing = more.pop("timing", QUICK)
        self.is_ready = True
        self.begun = 0
        """How many sessions there were."""
        self.config = SlackConfig(
            **{
                "bot_token": server.bot_token,
                "app_token": server.app_token,
                "signing_secret": server.signing_secret,
                "api_base": server.api_base,
                "max_file_bytes": 1_000_000,
                "desk_name": "Threaddesk",
                **more,
            }
        )
        self.noted = Noted()
        self.slack = Slack(
            self.config,
            pacing=Pacing(per_second=1_000, burst=1_000),
            timeout=aiohttp.ClientTimeout(total=5, sock_connect=5),
        )
        self.groups = Groups(self.slack, front)
        self.people = People(front, self.slack, self.groups, store)
        self.rooms = Rooms(store, self.slack)
        self.reports = reports = Reports(office.engine, store)
        troubles = Troubles(self.config, reports.report, reports.mended)
        most = self.config.max_file_bytes
        self.hearing = Hearing(
            desk=front,
            engine=office.engine,
            store=store,
            clock=office.clock,
            config=self.config,
            slack=self.slack,
            rooms=self.rooms,
            people=self.people,
            groups=self.groups,
            downloads=Downloads(front, platform="Slack", most=most, pauses=PAUSES, away=slack_away),
            attachments=Attachments(
                self.slack, most=most, lacks=troubles.lacks, came=partial(troubles.fine, scope_key("files:read"))
            ),
            troubles=troubles,
            asked=self.noted,
            races=lambda: self.sockets is None or self.sockets.live > 1,
            owner=owner,
            timing=timing,
        )
        self._clock = office.clock
        self.sockets: Sockets | None = None
        self.requests: Requests | None = None
        self._web: TestServer | None = None

    async def open(self, *, connections: int = 2) -> None:
        """Socket Mode."""
        await self._begin()
        self.sockets = Sockets(
            app=self.app,
            app_token=self.config.app_token or "",
            web=self.slack.web,
            heard=self._heard,
            report=self.reports.report,
            mended=self.reports.mended,
            turns=Turns(),
            connections=connections,
            timing=SOCKETS,
        )
        self.sockets.start()

    async def serve(self) -> str:
        """HTTP; the address."""
        await self._begin()
        self.requests = Requests(
            app=self.app,
            signing_secret=self.config.signing_secret or "",
            clock=self._clock,
            is_ready=lambda: self.is_ready,
            missed=self._heard,
            turns=Turns(),
        )
        application = web.Application()
        application.router.add_post(PATH, self.requests.handle)
        self._web = TestServer(application)
        await self._web.start_server()
        self._heard()
        return str(self._web.make_url(PATH))

    async def _begin(self) -> None:
        await self.slack.workspace()
        self.app = build_app(self.slack, hearing=self.hearing, answering=self.noted)
        self.hearing.start()

    def _heard(self) -> None:
        self.begun += 1
        self.hearing.begin()

    async def close(self) -> None:
        if self.sockets is not None:
            await self.sockets.close()
        if self._web is not None:
            await self._web.close()
        await self.hearing.close()
        await self.slack.close()
