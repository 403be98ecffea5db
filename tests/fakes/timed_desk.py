"""A whole desk in the test's own process, by a clock that the test moves: an evening, a night, a week in a second.

It is built from a bot.toml as ``threaddesk run`` builds it, with everything that makes it go: scheduler, backlog,
dispatcher, ways out. A test either lets them run, or has each do its turn by ``tick``.
"""

import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from sqlalchemy import select

from adapters.sql.tables import deliveries
from bot.dispatcher import Patience
from bot.lifecycle import bound_socket, url_of
from bot.settings import Settings, load
from bot.wiring import House, build, open_office
from core.commands import Actor, Command, OpenTicket
from core.model.desk import Desk
from core.model.ids import PersonId, TicketId
from core.model.outbox import Delivery, DeliveryState, Intent
from core.model.people import Platform
from core.model.ticket import Priority
from core.storage import Outcome
from core.text import Text
from tests.fakes.channels import settle
from tests.fakes.clock import FakeClock
from tests.fakes.gchat_server import FakeGoogleChat
from tests.fakes.smtp import FakeMailServer
from tests.fakes.webhook import SECRET, FakeReceiver

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_PATIENCE = Patience(first_wait=timedelta(seconds=1), longest_wait=MINUTE, poll=timedelta(milliseconds=200))
_KEY = "the key of a desk under test: 0123456789"


@dataclass(frozen=True, slots=True)
class Outside:
    """Strict receivers of everything that leaves: a Google Chat space ``leads``, a webhook ``pager``, a mail server."""

    chat: FakeGoogleChat
    pager: FakeReceiver
    mail: FakeMailServer

    @property
    def settings(self) -> Mapping[str, str]:
        server = self.mail.settings
        return {
            "BOT_GCHAT__SPACES__LEADS": self.chat.url("leads"),
            "BOT_WEBHOOKS__PAGER__URL": self.pager.url,
            "BOT_WEBHOOKS__PAGER__SECRET": SECRET,
            "BOT_EMAIL__SMTP_URL": f"smtp://{server.host}:{server.port}",
        }


@asynccontextmanager
async def outside(folder: Path, clock: FakeClock) -> AsyncIterator[Outside]:
    async with (
        FakeGoogleChat(folder / "chat.jsonl", clock) as chat,
        FakeReceiver(clock) as pager,
        FakeMailServer() as mail,
    ):
        yield Outside(chat, pager, mail)


@dataclass
class TimedDesk:
    """One process of the desk. ``people``: the demo's, by their parts: student, agent, lead, admin."""

    folder: Path
    clock: FakeClock
    settings: dict[str, str]
    runs: bool
    """Whether its loops run by themselves; otherwise it does its turns by ``tick``."""
    url: str = ""
    people: Mapping[str, PersonId] = field(default_factory=dict)
    _house: House | None = None
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def house(self) -> House:
        assert self._house is not None, "it does not run"
        return self._house

    @property
    def setup(self) -> Desk:
        return self.house.office.desk

    async def start(self) -> None:
        settings = load(self.settings, self.folder)
        async with AsyncExitStack() as stack:
            listening = stack.enter_context(bound_socket(settings))
            self.url = url_of(listening)
            self.settings["BOT_WEB__PORT"] = str(urlsplit(self.url).port)
            office = open_office(settings, self.url, clock=self.clock)
            self._house = house = await build(office, patience=_PATIENCE)
            stack.push_async_callback(house.close)
            runner = web.AppRunner(house.app, access_log=None, shutdown_timeout=1, auto_decompress=False)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            stack.push_async_callback(house.door.close)
            await web.SockSite(runner, listening).start()
            self.people = await self._demo_people(settings)
            if self.runs:
                self._go(house, stack)
            self._stack = stack.pop_all()

    async def stop(self) -> None:
        self._house = None
        await self._stack.aclose()

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    async def tick(self) -> None:
        """What is due rings, what waits is offered, what is owed goes out."""
        await self.house.scheduler.fire_due()
        await self.house.backlog.drain()
        await self.deliver()

    async def deliver(self) -> None:
        """What is owed goes out; nothing rings."""
        await settle(self.house.dispatcher)

    def actor(self, who: str, **more: Any) -> Actor:
        return Actor(person=self.people[who], door=Platform.WEB, **more)

    async def do(self, command: Command, who: str) -> Outcome:
        return await self.house.office.engine.handle(command, self.actor(who))

    async def open(
        self,
        title: str,
        category: str = "exams",
        priority: Priority = Priority.NORMAL,
        words: str = "Since Monday.",
        who: str = "student",
    ) -> TicketId:
        command = OpenTicket(title=title, description=Text.of(words), category=category, priority=priority)
        ticket = (await self.do(command, who)).ticket
        assert ticket is not None
        return ticket

    async def delivered(self, intent: Intent) -> Sequence[Delivery]:
        """Every delivery of that kind that was made, oldest first."""
        made = (deliveries.c.intent == intent) & (deliveries.c.state == DeliveryState.DONE)
        async with self.house.office.store.read() as work:
            ids = await work.connection.execute(select(deliveries.c.id).where(made).order_by(deliveries.c.id))
            found = [await work.outbox.get(number) for number in ids.scalars()]
        return [one for one in found if one is not None]

    def _go(self, house: House, stack: AsyncExitStack) -> None:
        house.dispatcher.start()
        stack.push_async_callback(house.dispatcher.stop, timedelta(seconds=5))
        house.backlog.start()
        stack.push_async_callback(house.backlog.stop)
        house.scheduler.start()
        stack.callback(house.scheduler.stop)

    async def _demo_people(self, settings: Settings) -> Mapping[str, PersonId]:
        assert settings.desk.demo
        async with self.house.office.store.read() as work:
            everybody = await work.people.everybody()
        return {str(person.email).partition("@")[0]: person.id for person in everybody}


@asynccontextmanager
async def timed_desk(
    folder: Path,
    config: str,
    clock: FakeClock,
    database: str,
    around: Outside | None = None,
    *,
    runs: bool = False,
    more: Mapping[str, str] | None = None,
) -> AsyncIterator[TimedDesk]:
    """A desk with ``config`` as its bot.toml and ``database`` (a URL, migrated) that has been started in ``folder``.
    ``more``: variables beside those that it has anyway."""
    _furnish(folder, config)
    settings = {
        "BOT_WEB__PORT": "0",
        "BOT_SIMILAR__MODEL": "none",
        "BOT_SIMILAR__PATIENCE": "10",
        "BOT_WEB__SECRET_KEY": _KEY,
        "BOT_DATA_DIR": str(folder / "data"),
        "BOT_DATABASE__URL": database,
        **(around.settings if around is not None else {}),
        **(more or {}),
    }
    desk = TimedDesk(folder, clock, settings, runs)
    await desk.start()
    try:
        yield desk
    finally:
        await desk.stop()


def _furnish(folder: Path, config: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bot.toml").write_text(config, encoding="utf-8")


def copied(template: Path, folder: Path) -> str:
    """The URL of a database of the test's own."""
    folder.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{shutil.copy(template, folder / 'desk.db')}"
