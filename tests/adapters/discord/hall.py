"""A desk with its Discord door, and the stand-in Discord that the real discord.py in it is logged into."""

import asyncio
from collections.abc import AsyncIterable, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import discord

from adapters.chat.lanes import Pauses
from adapters.chat.reports import Reports
from adapters.discord.api.rest import Rest
from adapters.discord.config import DiscordConfig
from adapters.discord.door import DiscordDoor, Timing
from adapters.discord.rooms import Rooms
from core.commands import Actor
from core.errors import Unavailable
from core.frontdesk import FrontDesk
from core.model.desk import Place
from core.model.ids import PersonId, TicketId
from core.model.outbox import Trouble
from core.model.people import Grant, Identity, Person, Platform, Role
from core.model.thread import Audience, File, Message, Thread
from core.storage import Store, UnitOfWork
from tests.fakes.discord_server import DiscordServer
from tests.fakes.discord_server import Person as Member
from tests.fakes.discord_server import Thread as Place_
from tests.fakes.front import Front
from tests.fakes.office import Office, desk_of
from tests.fakes.patience import patience

QUICK = Timing(
    lease=timedelta(seconds=30),
    look=timedelta(milliseconds=20),
    mending=0.05,
    drain=2.0,
    settle=0.05,
    between_sessions=0.0,
    pauses=Pauses(0.005, 0.05),
)


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


class SlowFiles:
    """A desk that takes a file into its keeping when it is let."""

    def __init__(self, desk: FrontDesk) -> None:
        self._desk = desk
        self.let = asyncio.Event()

    async def keep_file(
        self, name: str, content: bytes | AsyncIterable[bytes], actor: Actor, *, image_only: bool = False
    ) -> File:
        await self.let.wait()
        return await self._desk.keep_file(name, content, actor, image_only=image_only)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._desk, name)


class FaultyFiles(SlowFiles):
    """One that has a fault in it."""

    async def keep_file(
        self, name: str, content: bytes | AsyncIterable[bytes], actor: Actor, *, image_only: bool = False
    ) -> File:
        raise ZeroDivisionError(name)


class Hall:
    """sam, asha, kim and wen are on the server, known to the desk from before; asha by a role that makes agents."""

    def __init__(self, office: Office, server: DiscordServer) -> None:
        self.office = office
        self.server = server
        self.guild = server.add_guild("Uni")
        self.agents = self.guild.add_role("Agents", permissions=["manage_threads"])
        self.exams = self.guild.add_channel("exams")
        self.triage = self.guild.add_channel("triage")
        self.sam = self.guild.add_member("sam", nick="Sam Student")
        self.asha = self.guild.add_member("asha", nick="Asha Agent", roles=[self.agents])
        self.kim = self.guild.add_member("kim", nick="Kim Other")
        self.doors: list[DiscordDoor] = []
        self._rests: list[Rest] = []
        made = desk_of(group_grants={(Platform.DISCORD, str(self.agents.id)): frozenset({self.grant})})
        exams = replace(made.categories["exams"], places=(Place(Platform.DISCORD, str(self.exams.id)),))
        academics = replace(made.teams["academics"], places=(Place(Platform.DISCORD, str(self.triage.id)),))
        self.desk = replace(
            made,
            categories={**made.categories, "exams": exams},
            teams={**made.teams, "academics": academics},
        )
        office.use(self.desk)

    @property
    def grant(self) -> Grant:
        return Grant(Role.AGENT, "academics", f"discord:{self.agents.id}")

    async def know(self, member: Member, who: str) -> None:
        async with self.office.store.write() as work:
            await work.people.bind(self.office.people[who], Identity(Platform.DISCORD, "", str(member.id)))

    def door(
        self,
        owner: str = "one",
        *,
        desk: FrontDesk | None = None,
        store: Store | None = None,
        timing: Timing = QUICK,
        **config: Any,
    ) -> DiscordDoor:
        """Started; the hall closes it."""
        given = {"token": self.server.token, "api_base": self.server.api_base, "max_file_bytes": 1_000_000, **config}
        settings = DiscordConfig(**given)
        rest = Rest(settings)
        self._rests.append(rest)
        made = DiscordDoor(
            desk=desk or Front(self.office).desk,
            engine=self.office.engine,
            store=store or self.office.store,
            clock=self.office.clock,
            config=settings,
            rest=rest,
            rooms=Rooms(store or self.office.store),
            reports=Reports(self.office.engine, store or self.office.store),
            owner=owner,
            timing=timing,
        )
        made.start()
        self.doors.append(made)
        return made

    async def enter(self, owner: str = "one", **more: Any) -> DiscordDoor:
        """A door that is there, and has looked at everything."""
        before = self._listings
        made = self.door(owner, **more)
        await self.server.until(lambda: self._listings > before, what="the door")
        await self.settled()
        return made

    @property
    def _listings(self) -> int:
        """How often somebody asked who is on the server, which is the last thing that a new session does."""
        return len([one for one in self.server.called("GET", "/guilds/*/members") if one.status == 200])

    async def again(self) -> None:
        """Until a new session has looked at everything."""
        before = self._listings
        await self.server.disconnect(resumable=False)
        await self.server.until(lambda: self._listings > before, what="a new session")
        await self.settled()

    async def leave(self) -> None:
        for door in self.doors:
            await door.close()
        for rest in self._rests:
            await rest.close()
        self.doors.clear()
        self._rests.clear()

    async def settled(self) -> None:
        """Until the doors have nothing more to do with what they were told."""
        for _ in range(3):
            await asyncio.sleep(0.03)
            for door in self.doors:
                await door.idle()

    async def ticket(self, who: str = "sam", *, card: bool = False) -> tuple[TicketId, Place_]:
        """One with its private thread, recorded as the outbox does; ``card``: and the staff's card and thread."""
        ticket = await self.office.open(who)
        place = self.guild.add_thread(self.exams, f"T-{ticket}", by=self.guild.bot, private=True)
        for member in (self.sam, self.asha):
            self.guild.add_to_thread(place, member)
        await self.bind(ticket, Audience.REQUESTER, place)
        if card:
            await self.bind(ticket, Audience.STAFF, self.guild.add_thread(self.triage, "Notes", by=self.guild.bot))
        return ticket, place

    async def bind(self, ticket: TicketId, audience: Audience, place: Place_) -> None:
        thread = await self.thread(ticket, audience)
        at = {"realm": str(self.guild.id), "external_id": str(place.id), "card": str(place.id)}
        async with self.office.store.write() as work:
            await work.threads.save(replace(thread, **at, cursor=str(place.id)))

    async def thread(self, ticket: TicketId, audience: Audience = Audience.REQUESTER) -> Thread:
        async with self.office.store.read() as work:
            threads = [one for one in await work.threads.of(ticket) if one.platform is Platform.DISCORD]
        [found] = [one for one in threads if one.audience is audience]
        return found

    async def words(self, ticket: TicketId) -> list[str]:
        return [one.text.plain() for one in await self.said(ticket)]

    async def said(self, ticket: TicketId) -> list[Message]:
        return [one for one in await self.office.messages(ticket) if one.undone_at is None]

    async def until(self, look: Callable[[], Awaitable[Any]], within: float = 5.0) -> Any:
        """What ``look`` gives as soon as that is something."""
        async with patience(within):
            while not (found := await look()):  # noqa: ASYNC110 - a database sets no event
                await asyncio.sleep(0.01)
        return found

    async def heard(self, ticket: TicketId, *words: str) -> None:
        """Until the ticket has these messages; then it must have no others."""

        async def there() -> bool:
            return len(await self.said(ticket)) >= len(words)

        await self.until(there)
        await self.settled()
        found = await self.words(ticket)
        assert found == list(words), found

    async def person(self, who: str) -> Person:
        async with self.office.store.read() as work:
            found = await work.people.get(self.office.people[who])
        assert found is not None
        return found

    async def known(self, member: Member) -> PersonId | None:
        async with self.office.store.read() as work:
            found = await work.people.by_external(Platform.DISCORD, "", [str(member.id)])
        return found.get(str(member.id))

    async def troubles(self) -> Mapping[str, Trouble]:
        async with self.office.store.read() as work:
            return {one.key: one for one in await work.troubles.all()}

    def told_of(self, kind: str) -> list[str]:
        """The troubles that the desk recorded as events of a kind."""
        events = [record.event for committed in self.office.told for record in committed.records]
        return [str(getattr(event, "trouble", "")) for event in events if type(event).__name__ == kind]

    @property
    def client(self) -> discord.Client:
        found = self.doors[-1].client
        assert found is not None
        return found

    def told(self, place: Place_) -> list[str]:
        """What the bot wrote there."""
        return [one.content for one in place.messages.values() if one.author is self.server.bot and one.content]
