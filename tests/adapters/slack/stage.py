"""A desk and the stand-in Slack that it hears."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from adapters.slack.spot import Spot
from core.model.desk import Desk, Place
from core.model.ids import TicketId
from core.model.outbox import Trouble
from core.model.people import Grant, Identity, Person, Platform, Role
from core.model.thread import Audience, Message, Reaction, Thread
from tests.adapters.slack.ears import Ears
from tests.fakes.office import Office, desk_of, opened
from tests.fakes.patience import SLOWER, patience
from tests.fakes.slack import records
from tests.fakes.slack_server import Channel, SlackServer
from tests.fakes.slack_server import Message as Post
from tests.fakes.slack_server import Person as Member


class Stage:
    """sam, kim and asha are on Slack and known to the desk from before; asha by a user group that makes agents."""

    def __init__(self, office: Office, server: SlackServer) -> None:
        self.office = office
        self.server = server
        self.sam = server.add_user("sam", real_name="Sam Slack")
        self.asha = server.add_user("asha", real_name="Asha Slack")
        self.kim = server.add_user("kim", real_name="Kim Slack")
        self.agents = server.add_user_group("agents", [self.asha])
        self.triage = server.add_channel("triage", members=[self.asha, self.kim], with_app=True)
        self.lounge = server.add_channel("lounge", members=[self.asha, self.sam], with_app=True)
        self.ears: list[Ears] = []
        self.use(self.desk())

    def desk(self, *groups: str) -> Desk:
        """``groups``: those beside the agents' that give the same."""
        named = (self.agents.id, *groups)
        made = desk_of(group_grants={(Platform.SLACK, group): frozenset({grant(group)}) for group in named})
        academics = replace(made.teams["academics"], places=(Place(Platform.SLACK, self.triage.id),))
        return replace(made, teams={**made.teams, "academics": academics}, messengers=frozenset({Platform.SLACK}))

    def use(self, desk: Desk) -> None:
        self.office.use(desk)

    async def know(self, member: Member, who: str) -> None:
        async with self.office.store.write() as work:
            await work.people.bind(self.office.people[who], Identity(Platform.SLACK, self.server.team, member.id))

    def made(self, owner: str = "one", **more: Any) -> Ears:
        """Not opened yet."""
        made = Ears(self.office, self.server, owner, **more)
        self.ears.append(made)
        return made

    async def enter(self, owner: str = "one", *, connections: int = 2, **more: Any) -> Ears:
        """One that hears over sockets, and has looked at everything."""
        made = self.made(owner, **more)
        before = self.server.connected
        await made.open(connections=connections)
        await self.server.until_connected(before + connections)
        await self.settled()
        return made

    async def leave(self) -> None:
        for ears in self.ears:
            await ears.close()
        self.ears.clear()

    @contextmanager
    def deaf(self) -> Iterator[None]:
        """What happens meanwhile is never told."""
        self.server.lose_events(lambda _: True)
        yield
        self.server.lose_events(None)

    async def restart(self, owner: str = "again", **more: Any) -> Ears:
        """The processes end; another begins."""
        await self.leave()
        return await self.enter(owner, **more)

    async def retried(self) -> None:
        """Until Slack has told again what was not acknowledged (after a minute, and after five)."""
        for minutes in (1, 5):
            await asyncio.sleep(0.02)
            self.server.advance(timedelta(minutes=minutes))
        await self.settled()

    async def settled(self) -> None:
        """Until there is nothing more to do with what was told."""
        for _ in range(3):
            await asyncio.sleep(0.02)
            await self.server.settled()
            for ears in self.ears:
                await ears.hearing.idle()

    # --- tickets -----------------------------------------------------------------------------------------------------

    async def ticket(self, who: str = "sam", *, staff: bool = True) -> tuple[TicketId, Post, Post | None]:
        """One with the requester's own thread and, with ``staff``, theirs; the cards that they stand under."""
        ticket = await self.office.open(who)
        own = await self.bind(ticket, getattr(self, who))
        return ticket, own, await self.bind(ticket, None) if staff else None

    async def bind(self, ticket: TicketId, member: Member | None) -> Post:
        """A thread that the app has made, recorded as the outbox does; without ``member``, the staff's."""
        place = self.triage if member is None else member.dm
        card = self.post(place, f"T-{ticket}")
        await self.record(ticket, member, card)
        return card

    def post(self, place: Channel, text: str, **more: Any) -> Post:
        """By the app itself, whichever process."""
        world = self.server.world
        message = Post(world.next_ts(), place, world.bot.id, text, bot_id=world.bot_id, by_app=True, **more)
        return records.put(message)

    async def record(self, ticket: TicketId, member: Member | None, card: Post) -> None:
        spot = Spot(card.place.id, card.ts)
        at = {"realm": self.server.team, "external_id": spot.external_id, "card": card.ts, "cursor": card.ts}
        async with self.office.store.write() as work:
            people = await work.people.by_external(
                Platform.SLACK, self.server.team, [member.id] if member is not None else []
            )
            found = [one for one in await work.threads.of(ticket) if one.platform is Platform.SLACK]
            participant = None if member is None else people[member.id]
            thread = next((one for one in found if one.participant == participant and not one.external_id), None)
            if thread is None:
                audience = Audience.STAFF if member is None else Audience.REQUESTER
                place = card.place.id if member is None else ""
                thread = await work.threads.add(ticket, Platform.SLACK, audience, place=place, participant=participant)
            await work.threads.save(replace(thread, **at))

    async def thread(self, ticket: TicketId, audience: Audience = Audience.REQUESTER) -> Thread:
        return next(one for one in await self.threads(ticket) if one.audience is audience)

    async def threads(self, ticket: TicketId) -> list[Thread]:
        async with self.office.store.read() as work:
            return [one for one in await work.threads.of(ticket) if one.platform is Platform.SLACK]

    async def cursor(self, ticket: TicketId, audience: Audience = Audience.REQUESTER) -> str | None:
        return (await self.thread(ticket, audience)).cursor

    # --- what came of it ---------------------------------------------------------------------------------------------

    async def said(self, ticket: TicketId) -> list[Message]:
        return [one for one in await self.office.messages(ticket) if one.undone_at is None]

    async def words(self, ticket: TicketId) -> list[str]:
        return [one.text.plain() for one in await self.said(ticket)]

    async def until_said(self, ticket: TicketId, words: str, within: float = 5.0) -> None:
        async with patience(within):
            while words not in await self.words(ticket):  # noqa: ASYNC110 - the database sets no event
                await asyncio.sleep(0.01)

    async def reactions(self, ticket: TicketId) -> list[Reaction]:
        async with self.office.store.read() as work:
            return list(await work.reactions.of(ticket))

    async def troubles(self) -> dict[str, Trouble]:
        async with self.office.store.read() as work:
            return {one.key: one for one in await work.troubles.all()}

    async def who(self, member: Member) -> Person | None:
        async with self.office.store.read() as work:
            return await work.people.by_identity(Identity(Platform.SLACK, self.server.team, member.id))

    async def names(self) -> list[str]:
        """Of everybody whom the desk knows."""
        async with self.office.store.read() as work:
            return [person.name for person in await work.people.everybody()]

    async def grants(self, member: Member) -> set[str]:
        """The sources of what somebody has from Slack."""
        person = await self.who(member)
        return {one.source for one in (person.grants if person else ()) if one.source.startswith("slack:")}

    def told(self, member: Member, place: Channel) -> list[str]:
        """What they alone were told there."""
        return [one.text_shown for one in member.ephemerals(place)]


def grant(group: str) -> Grant:
    return Grant(Role.AGENT, "academics", f"slack:{group}")


@asynccontextmanager
async def staged(template: Path, file: Path, **given: Any) -> AsyncIterator[Stage]:
    """``template``: a database with everybody in it. ``given``: for the stand-in."""
    async with opened(template, file) as office, SlackServer(clock=office.clock, **given) as server:
        server.settings.acknowledge_within = server.settings.trigger_life = 3.0 * SLOWER
        stage = Stage(office, server)
        await stage.know(stage.sam, "sam")
        await stage.know(stage.asha, "asha")
        await stage.know(stage.kim, "kim")
        yield stage
        await stage.leave()
        assert server.violations == [], server.violations
