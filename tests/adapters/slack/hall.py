"""A desk at the stand-in Slack, with all that answers people there: the real bolt hears them over a socket."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

from adapters.chat.downloads import Downloads
from adapters.chat.lanes import Pauses
from adapters.chat.patience import ended
from adapters.chat.reports import Reports
from adapters.files.inspector import Inspector
from adapters.slack.answering.counter import Waits
from adapters.slack.answering.interactions import Interactions
from adapters.slack.api.client import Slack
from adapters.slack.app import build_app
from adapters.slack.config import SlackConfig
from adapters.slack.groups import Groups
from adapters.slack.hearing.attachments import Attachments
from adapters.slack.hearing.hindrances import Hindrances
from adapters.slack.hearing.messages import is_in_thread, line_for_app, root_of
from adapters.slack.people import People
from adapters.slack.rooms import Rooms
from adapters.slack.sending.troubles import Troubles
from adapters.slack.spot import Spot
from adapters.slack.turns import Turns
from adapters.slack.words.cards import card_message
from adapters.slack.words.parse import parse_typed
from bot.desk import ThreadDesk
from core.actions import Press, encode_press
from core.cards.card import Button, Card
from core.frontdesk import FrontDesk
from core.model.ids import TicketId, parse_ref
from core.model.people import Grant, Identity, Platform, Role
from core.model.thread import Audience, Thread
from core.storage import Store
from core.text import Text
from tests.fakes.office import Office, desk_of, opened
from tests.fakes.patience import SLOWER, patience
from tests.fakes.slack_server import Channel, Interaction, Message, Person, SlackServer, View

QUICK = Waits(form=0.2, submit=2.0, link=0.05, look=60.0)
_PAUSES = Pauses(0.005, 0.05)


class Held:
    """A thing whose every coroutine waits until ``release``."""

    def __init__(self, thing: Any) -> None:
        self._thing = thing
        self._released = asyncio.Event()

    def release(self) -> None:
        self._released.set()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._thing, name)
        if not inspect.iscoroutinefunction(found):
            return found

        async def later(*args: Any, **given: Any) -> Any:
            await self._released.wait()
            return await found(*args, **given)

        return later


class HeldStore:
    """A database that answers nothing until ``release``."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._released = asyncio.Event()

    def release(self) -> None:
        self._released.set()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Any]:
        await self._released.wait()
        async with self._store.read() as work:
            yield work

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Any]:
        await self._released.wait()
        async with self._store.write() as work:
            yield work


class Hall:
    """sam and kim ask, asha is an agent of academics by a user group; the desk has met none of them."""

    def __init__(self, office: Office, server: SlackServer, **more: Any) -> None:
        self.office = office
        self.server = server
        self._hearing: set[asyncio.Task[None]] = set()
        self.sam = server.add_user("sam", real_name="Sam Slack", email="sam@example.com")
        self.kim = server.add_user("kim", real_name="Kim Slack")
        self.asha = server.add_user("asha", real_name="Asha Slack")
        self.agents = server.add_user_group("agents", [self.asha])
        self.triage = server.add_channel("triage", members=[self.asha], with_app=True)
        self.lounge = server.add_channel("lounge", private=False, members=[self.sam, self.kim, self.asha])
        grant = Grant(Role.AGENT, "academics", f"slack:{self.agents.id}")
        office.use(desk_of(group_grants={(Platform.SLACK, self.agents.id): frozenset({grant})}))
        self.config = SlackConfig(
            bot_token=server.bot_token, app_token=server.app_token, api_base=server.api_base, max_file_bytes=1_000_000
        )
        self._enter(**more)

    def _enter(
        self,
        *,
        desk: FrontDesk | None = None,
        store: Store | None = None,
        waits: Waits = QUICK,
        **config: Any,
    ) -> None:
        """``config``: other settings."""
        self.config = replace(self.config, **config)
        self.desk: Any = desk or self.front()
        store = store or self.office.store
        self.slack = Slack(self.config)
        reports = Reports(self.office.engine, self.office.store)
        self.troubles = Troubles(self.config, reports.report, reports.mended)
        self.groups = Groups(self.slack, self.desk)
        self.people = People(self.desk, self.slack, self.groups, store)
        self.rooms = Rooms(store, self.slack)
        self.interactions = Interactions(
            desk=self.desk,
            slack=self.slack,
            people=self.people,
            rooms=self.rooms,
            groups=self.groups,
            downloads=Downloads(self.desk, platform="Slack", most=self.config.max_file_bytes, pauses=_PAUSES),
            attachments=Attachments(
                self.slack, most=self.config.max_file_bytes, lacks=self.troubles.lacks, came=_nobody
            ),
            store=store,
            config=self.config,
            hindrances=Hindrances(self.troubles),
            turns=Turns(),
            waits=waits,
        )

    def front(self, **more: Any) -> ThreadDesk:
        """The desk itself."""
        office = self.office
        return ThreadDesk(
            engine=office.engine,
            store=office.store,
            desk=office.desk,
            clock=office.clock,
            inspector=Inspector(1_000_000, 20),
            parsers={Platform.SLACK: parse_typed},
            **more,
        )

    async def again(self, **more: Any) -> None:
        """As after a restart, with another desk, store, waits or settings."""
        await self._leave()
        self._enter(**more)
        await self._begin()

    async def _begin(self) -> None:
        await self.slack.workspace()
        await self.groups.load()
        self._handler = AsyncSocketModeHandler(
            build_app(self.slack, hearing=self, answering=self.interactions), self.config.app_token
        )
        await self._handler.connect_async()
        await self.server.until(lambda: self.server.connected == 1)

    async def _leave(self) -> None:
        await self._handler.close_async()
        await ended(self._hearing, 2)
        await self.interactions.close()
        await self.slack.close()

    def take(self, event: Mapping[str, Any]) -> None:
        """What ``hearing`` does with an event, as far as it is for the app."""
        if event["type"] in ("message", "app_mention"):
            task = asyncio.create_task(self._hear(event))
            self._hearing.add(task)
            task.add_done_callback(self._hearing.discard)

    def begin(self) -> None: ...

    async def _hear(self, event: Mapping[str, Any]) -> None:
        if event.get("bot_id") or event.get("subtype") not in (None, "file_share"):
            return
        line = line_for_app(event, self.server.bot_user)
        thread = await self.rooms.at(event["channel"], root_of(event)) if is_in_thread(event) else None
        if line is not None or (thread is None and event["channel"].startswith("D")):
            await self.interactions.mentions(event, line or "", thread)

    async def known(self, person: Person, who: str) -> None:
        """Let somebody on Slack be somebody whom the desk knows already."""
        async with self.office.store.write() as work:
            await work.people.bind(self.office.people[who], Identity(Platform.SLACK, self.server.team, person.id))

    async def ticket(self, person: Person, title: str = "My grade is missing") -> TicketId:
        """One that they opened, in the forum category, which has no questions."""
        sent = await self.open(person, title)
        told = await until_told(person, person.dm, f"\n{title}\n")
        assert sent.closed
        ticket = parse_ref(told.text_shown.removeprefix("✅ ").split()[0])
        assert ticket is not None, told.text_shown
        return ticket

    async def open(self, person: Person, title: str) -> Interaction:
        """By the command and its form."""
        return await person.submit(await self.open_form(person, title), {"description": "It was there."})

    async def open_form(self, person: Person, title: str = "My grade") -> View:
        """The form, with its category chosen."""
        asked = await person.slash(person.dm, f"/ticket open {title}")
        return await person.choose(await asked.modal(), "category", "forum")

    async def bind(self, ticket: TicketId, person: Person | None) -> Message:
        """The card of a ticket in somebody's direct message, or the staff's in triage, as the outbox makes it."""
        place = self.triage if person is None else person.dm
        said = await self.slack.call("chat.postMessage", {"channel": place.id, "text": f"T-{ticket}"})
        spot = Spot(place.id, str(said["ts"]))
        who = None if person is None else await self.people.person(person.id)
        audience = Audience.STAFF if who is None else Audience.REQUESTER
        async with self.office.store.write() as work:
            await work.threads.add(
                ticket,
                Platform.SLACK,
                audience,
                realm=self.server.team,
                place=place.id if who is None else "",
                external_id=spot.external_id,
                participant=who,
            )
        self.rooms.made(ticket, who, spot)
        return place.messages[spot.ts]

    async def threads(self, ticket: TicketId) -> list[Thread]:
        async with self.office.store.read() as work:
            return list(await work.threads.of(ticket))

    async def words(self, ticket: TicketId) -> list[str]:
        return [one.text.plain() for one in await self.office.messages(ticket)]

    async def settled(self) -> None:
        """Until nothing is being answered."""
        await asyncio.sleep(0.03)
        if self._hearing:
            await asyncio.wait(self._hearing)
        answering = [task for task in asyncio.all_tasks() if task.get_name() == "slack answer"]
        if answering:
            await asyncio.wait(answering, timeout=2)


async def card_in(hall: Hall, *buttons: Button, thread: Message | None = None) -> Message:
    """A message of the app's with buttons, in triage."""
    card = Card(title="A card", body=Text.of("with buttons"), buttons=buttons)
    more = {} if thread is None else {"thread_ts": thread.ts}
    said = await hall.slack.call("chat.postMessage", {"channel": hall.triage.id, **more, **card_message(card)})
    return hall.triage.messages[said["ts"]]


def button(label: str, *command: str, ticket: int | None = None, **arguments: str) -> Button:
    about = None if ticket is None else TicketId(ticket)
    return Button(label=label, action=encode_press(Press(command[0], command[1], about, arguments)))


async def _nobody(*_: object) -> None:
    return None


async def until_told(person: Person, place: Channel, words: str, within: float = 5.0) -> Message:
    """What they alone see there, once it says ``words``."""
    seen: list[str] = []
    try:
        async with patience(within):
            while True:
                told = person.ephemerals(place)
                for one in reversed(told):
                    if words in one.text_shown:
                        return one
                seen = [one.text_shown for one in told]
                await asyncio.sleep(0.005)
    except TimeoutError:
        raise AssertionError(f"{words!r} is not in {seen}") from None


async def shows(view: View, words: str, within: float = 5.0) -> View:
    """Until a modal or Home says ``words``."""
    try:
        async with patience(within):
            while words not in view.text_shown:  # noqa: ASYNC110 - a view sets no event
                await asyncio.sleep(0.005)
    except TimeoutError:
        raise AssertionError(f"{words!r} is not in {view.text_shown!r}") from None
    return view


@asynccontextmanager
async def in_hall(template: Path, file: Path, **more: Any) -> AsyncIterator[Hall]:
    """``template``: a database with everybody in it."""
    async with opened(template, file) as office, SlackServer() as server:
        server.settings.acknowledge_within = server.settings.trigger_life = 3.0 * SLOWER
        hall = Hall(office, server, **more)
        await hall._begin()
        try:
            yield hall
        finally:
            await hall._leave()
        assert server.violations == [], server.violations
