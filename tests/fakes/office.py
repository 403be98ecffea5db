"""An engine over a real database, with people to speak as: what the tests of the use cases work at."""

import shutil
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from adapters.sql.store import SqlStore
from adapters.sql.tables import deliveries
from core.commands import Actor, Command, OpenTicket, PostMessage
from core.composing import Skip, compose
from core.engine import Engine
from core.events import Event, Record
from core.model.desk import Category, Desk, Place, Question, QuestionKind, Quotas, Similarity, Team, UrgencySetting
from core.model.ids import DeliveryId, MessageId, PersonId, ThreadId, TicketId
from core.model.outbox import Delivery, DeliveryState, Intent, Timer, ToPerson
from core.model.people import Grant, Identity, Person, Platform, Role, Standing
from core.model.thread import Audience, File, Message, MessageKind, Thread
from core.model.ticket import Ticket, Visibility
from core.ports import Channel, Committed, Parcel
from core.reading import Reading
from core.receipts import take_receipt
from core.storage import Outcome, Store
from core.text import Text
from core.vocabulary import ThreadView
from tests.fakes.channels import ScriptedChannel
from tests.fakes.clock import FakeClock
from tests.fakes.keys import FakeKeys
from tests.fakes.signer import SIGNER

OPERATOR = Actor(person=None, door=Platform.OPERATOR)
SYSTEM = Actor(person=None, door=Platform.SYSTEM)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WHO = {
    "sam": ("Sam Student", ()),
    "kim": ("Kim Other", ()),
    "asha": ("Asha Agent", (Grant(Role.AGENT, "academics"),)),
    "abe": ("Abe Academic", (Grant(Role.AGENT, "academics"),)),
    "pia": ("Pia Platform", (Grant(Role.AGENT, "platform"),)),
    "lee": ("Lee Lead", (Grant(Role.AGENT, "academics"), Grant(Role.LEAD, "academics"))),
    "ada": ("Ada Admin", (Grant(Role.ADMIN),)),
    "wen": ("Wen Warden", (Grant(Role.AGENT, "academics"),)),
}
"""sam and kim ask; asha, abe and wen answer for academics, pia for the platform; lee leads academics. Only wen is named
for welfare, which is sensitive."""


def desk_of(*, quotas: Quotas | None = None, urgent: UrgencySetting = UrgencySetting.ALLOW, **changes: Any) -> Desk:
    course = Question(key="course", label="Course code", required=True)
    term = Question(key="term", label="Term", kind=QuestionKind.CHOICE, choices=("January", "May"))
    story = Question(key="story", label="The story", kind=QuestionKind.PARAGRAPH)
    categories = (
        Category(key="exams", name="Exams and grades", team="academics", questions=(course, term, story)),
        Category(key="login", name="Platform and login", team="platform", blind_follow=True, quiet_days=3),
        Category(key="forum", name="Course forum", team="academics", visibility=Visibility.PUBLIC),
        Category(
            key="welfare",
            name="Wellbeing",
            team="academics",
            sensitive=True,
            quiet_days=30,
            staff=frozenset({"wen@example.com"}),
        ),
    )
    made = Desk(
        name="Student Support",
        time_zone="Asia/Kolkata",
        teams={
            "academics": Team(key="academics", name="Academics", members=frozenset({"asha@example.com"})),
            "platform": Team(key="platform", name="Platform team"),
        },
        categories={category.key: replace(category, alert_space="leads") for category in categories},
        quotas=quotas or Quotas(),
        urgent_by_requester=urgent,
        public_url="https://desk.example.org",
        similar=Similarity(patience=30),
    )
    return replace(made, **changes)


def on_discord(desk: Desk) -> Desk:
    """The desk with a channel on Discord for the threads of each category, and one for the cards of each team."""
    return replace(
        desk,
        categories={
            key: replace(one, places=(Place(Platform.DISCORD, f"for {key}"),)) for key, one in desk.categories.items()
        },
        teams={key: replace(one, places=(Place(Platform.DISCORD, f"of {key}"),)) for key, one in desk.teams.items()},
        messengers=frozenset({Platform.DISCORD}),
    )


def on_slack(desk: Desk) -> Desk:
    """The desk with a triage channel on Slack for each team, where each person has a thread of their own."""
    teams = {key: replace(one, places=(Place(Platform.SLACK, f"of {key}"),)) for key, one in desk.teams.items()}
    return replace(desk, teams=teams, messengers=frozenset({Platform.SLACK}))


async def staffed(template: Path, file: Path) -> Path:
    """A copy of the migrated database ``template`` with everybody of ``WHO`` in it, to be copied again."""
    shutil.copy(template, file)
    store = SqlStore(f"sqlite:///{file}")
    await Office(store).staff_up()
    await store.close()
    return file


@asynccontextmanager
async def opened(staffed: Path, file: Path) -> AsyncGenerator["Office"]:
    """An office over a copy of what ``staffed`` made, which is a test's own."""
    shutil.copy(staffed, file)
    office = Office(SqlStore(f"sqlite:///{file}"))
    try:
        await office.meet()
        yield office
    finally:
        await office.store.close()


class Office:
    def __init__(self, store: SqlStore, desk: Desk | None = None) -> None:
        self.store = store
        self.desk = desk or desk_of()
        self.clock = FakeClock()
        self.keys = FakeKeys()
        self.people: dict[str, PersonId] = {}
        self.told: list[Committed] = []
        self.use(self.desk)

    def use(self, desk: Desk, store: Store | None = None) -> None:
        """Another desk, as after a restart with another bot.toml; or the same behind another store."""
        self.desk = desk
        self.engine = Engine(store or self.store, desk, self.clock, self.keys)
        self.engine.listen(self.told.append)
        self.reading = Reading(store or self.store, desk, self.clock)

    async def staff_up(self) -> None:
        """Everybody of ``WHO``, each with a confirmed address."""
        async with self.store.write() as work:
            for who, (name, grants) in WHO.items():
                email = f"{who}@example.com"
                person = await work.people.add(name, self.clock.now(), email=email, email_confirmed=True)
                for grant in grants:
                    await work.people.grant(person.id, grant, self.clock.now())
        await self.meet()

    async def meet(self) -> None:
        """Learn who is there already."""
        names = {name: who for who, (name, _) in WHO.items()}
        async with self.store.read() as work:
            self.people = {names[person.name]: person.id for person in await work.people.everybody()}

    def actor(self, who: str, *, door: Platform = Platform.WEB, **more: Any) -> Actor:
        return Actor(person=self.people[who], door=door, **more)

    async def do(self, command: Command, who: str | Actor, **actor: Any) -> Outcome:
        return await self.engine.handle(command, who if isinstance(who, Actor) else self.actor(who, **actor))

    async def open(
        self, who: str = "sam", title: str = "My grade is missing", *, door: Platform = Platform.WEB, **more: Any
    ) -> TicketId:
        given = {"category": "exams", "description": Text.of("It was there."), "answers": {"course": "CS1"}, **more}
        outcome = await self.do(OpenTicket(title=title, **given), who, door=door)
        assert outcome.ticket is not None
        return outcome.ticket

    async def say(
        self, ticket: TicketId, who: str, words: str, kind: MessageKind = MessageKind.REPLY, **actor: Any
    ) -> Message:
        outcome = await self.do(PostMessage(ticket=ticket, kind=kind, text=Text.of(words)), who, **actor)
        assert outcome.message is not None
        async with self.store.read() as work:
            message = await work.messages.get(outcome.message)
        assert message is not None
        return message

    async def ticket(self, ticket: TicketId) -> Ticket:
        async with self.store.read() as work:
            found = await work.tickets.get(ticket)
        assert found is not None
        return found

    async def person(self, who: str) -> Person:
        async with self.store.read() as work:
            found = await work.people.get(self.people[who])
        assert found is not None
        return found

    async def stand(self, who: str, standing: Standing) -> None:
        async with self.store.write() as work:
            person = await work.people.get(self.people[who])
            assert person is not None
            await work.people.save(replace(person, standing=standing))

    async def upload(self, who: str, name: str = "a.png") -> File:
        async with self.store.write() as work:
            return await work.files.add(
                self.people[who], name, "image/png", b"bytes", self.clock.now(), width=1, height=1
            )

    async def join(self, *who: str, platform: Platform = Platform.DISCORD) -> None:
        """Let them be on the platform, which calls each ``d-<who>``."""
        async with self.store.write() as work:
            for one in who:
                await work.people.bind(self.people[one], Identity(platform, "", f"d-{one}"))

    async def thread_on(
        self, ticket: TicketId, platform: Platform, audience: Audience, *, of: str | None = None
    ) -> ThreadId:
        """A thread on a platform that keeps copies. ``of``: the one person whose own it is."""
        called = f"{platform}-{audience}-{ticket}-{of}"
        participant = self.people[of] if of is not None else None
        async with self.store.write() as work:
            added = await work.threads.add(ticket, platform, audience, external_id=called, participant=participant)
        return added.id

    async def threads(self, ticket: TicketId, platform: Platform = Platform.DISCORD) -> list[Thread]:
        """Those on the platform that are not lost, the first made first."""
        async with self.store.read() as work:
            return [thread for thread in await work.threads.of(ticket) if thread.platform is platform]

    async def thread(self, thread: ThreadId) -> Thread:
        async with self.store.read() as work:
            found = await work.threads.get(thread)
        assert found is not None
        return found

    async def copies(self, message: MessageId) -> dict[ThreadId, tuple[str, ...]]:
        async with self.store.read() as work:
            return {copy.thread: copy.external_ids for copy in await work.copies.of(message)}

    async def carry_out(self, channel: Channel | None = None) -> list[Parcel]:
        """Deliver all that is due, as the dispatcher does, to a platform that takes everything; what it took."""
        channel = channel or ScriptedChannel()
        delivered = []
        while leased := await self._leased():
            for delivery in leased:
                parcel = await self.composed(delivery)
                now = self.clock.now()
                receipt = await channel.deliver(parcel) if isinstance(parcel, Parcel) else None
                async with self.store.write() as work:
                    if isinstance(parcel, Skip) or receipt is None:
                        await work.outbox.skip(delivery.id, "office", reason=str(parcel), at=now)
                        continue
                    await work.outbox.done(delivery.id, "office", receipt=receipt.external_id, at=now)
                    await take_receipt(parcel, receipt, work, now, self.keys)
                    delivered.append(parcel)
        return delivered

    async def _leased(self) -> Sequence[Delivery]:
        now = self.clock.now()
        async with self.store.write() as work:
            return await work.outbox.lease(now, owner="office", until=now + HOUR, limit=100)

    async def records(self, ticket: TicketId) -> Sequence[Record]:
        async with self.store.read() as work:
            return await work.events.of(ticket)

    async def events(self, ticket: TicketId) -> list[Event]:
        return [record.event for record in await self.records(ticket)]

    async def kinds(self, ticket: TicketId) -> list[str]:
        """The names of the events in its trail."""
        return [type(event).__name__ for event in await self.events(ticket)]

    async def messages(self, ticket: TicketId) -> Sequence[Message]:
        async with self.store.read() as work:
            return await work.messages.of(ticket, kinds=frozenset(MessageKind))

    async def timers(self) -> Sequence[Timer]:
        async with self.store.read() as work:
            return await work.timers.due(self.clock.now() + 1000 * DAY, 1000)

    async def owed(self, after: DeliveryId | None = None) -> list[Delivery]:
        """Every delivery ever written down, or those after one, oldest first."""
        async with self.store.read() as work:
            later = select(deliveries.c.id).where(deliveries.c.id > (after or 0)).order_by(deliveries.c.id)
            found = [await work.outbox.get(number) for number in (await work.connection.execute(later)).scalars()]
        return [delivery for delivery in found if delivery is not None]

    async def owed_by(self, command: Command, who: str | Actor, **actor: Any) -> list[Delivery]:
        """What handling the command adds to the outbox."""
        async with self.store.read() as work:
            newest = (await work.connection.execute(select(func.max(deliveries.c.id)))).scalar_one()
        await self.do(command, who, **actor)
        return await self.owed(newest)

    def pinged(self, owed: Sequence[Delivery]) -> list[str]:
        """Who is pinged, by their short names, sorted, each as often as they are."""
        called = {person: who for who, person in self.people.items()}
        return sorted(
            called[one.address.person]
            for one in owed
            if one.intent is Intent.PING and isinstance(one.address, ToPerson)
        )

    async def composed(self, delivery: Delivery) -> Parcel | Skip:
        async with self.store.read() as work:
            return await compose(delivery, work, self.desk, self.clock.now(), SIGNER)

    async def finish(self, owed: Sequence[Delivery]) -> None:
        """As if they had been delivered."""
        async with self.store.write() as work:
            for one in owed:
                await work.connection.execute(
                    deliveries.update().where(deliveries.c.id == one.id).values(state=DeliveryState.DONE)
                )

    async def view(self, ticket: TicketId, who: str) -> ThreadView:
        return await self.reading.thread(ticket, self.actor(who), None)

    async def everything(self) -> dict[str, int]:
        """How many rows there are of each thing a command may leave behind."""
        async with self.store.read() as work:
            tables = deliveries.metadata.sorted_tables
            return {table.name: len((await work.connection.execute(select(table))).all()) for table in tables}
