"""A channel to the stand-in Slack over a real database, with a ticket to deliver things of."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from adapters.slack.api.client import Slack
from adapters.slack.api.pacing import Pacing
from adapters.slack.channel import SlackChannel
from adapters.slack.config import SlackConfig
from adapters.slack.spot import Spot
from adapters.sql.store import SqlStore
from core.cards.card import Button, Card, Field
from core.model.ids import DeliveryId, PersonId, TicketId
from core.model.outbox import Address, Delivery, DeliveryState, Intent, ToPerson, ToThread
from core.model.people import Platform
from core.model.thread import Audience, Copy, File, Message, MessageKind, Thread
from core.model.ticket import Ticket
from core.ports import Content, Parcel, Receipt, Spoken
from core.receipts import take_receipt
from core.text import Text
from tests.fakes.office import Office, opened
from tests.fakes.slack import records
from tests.fakes.slack_server import SlackServer

DAY = timedelta(days=1)
PAGE = "https://desk.example.org/t/"
_numbers = itertools.count(1)

LONG = " ".join(f"word{n}" for n in range(1_000))
"""Three messages long."""


def card_of(ticket: Ticket, title: str = "", **more: Any) -> Card:
    shown = Card(
        title=title or ticket.title,
        subtitle=ticket.ref,
        body=Text.of("It was there."),
        fields=(Field("Status", "Open"),),
        buttons=(Button(label="Claim", action=f"1.ticket.claim.{ticket.id}"),),
        url=f"{PAGE}{ticket.ref}",
    )
    return replace(shown, **more)


def spoken(words: str = "Look at page 3.", **more: Any) -> Spoken:
    return Spoken(**{"author": "Asha Agent", "text": Text.of(words), "kind": MessageKind.REPLY, **more})


@dataclass
class Scene:
    server: SlackServer
    office: Office
    slack: Slack
    config: SlackConfig
    made: list[tuple[TicketId, PersonId | None, Spot]] = field(default_factory=list)
    reported: list[tuple[str, str]] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)
    slacks: list[Slack] = field(default_factory=list)
    """To be closed."""

    def __post_init__(self) -> None:
        self.sam = self.server.add_user("sam")
        self.asha = self.server.add_user("asha")
        self.triage = self.server.add_channel("triage", members=[self.asha], with_app=True)
        self.channel = self.another_process()

    def another_process(self, slack: Slack | None = None, **config: Any) -> SlackChannel:
        """A channel that remembers nothing of what others did."""

        async def report(key: str, sentence: str) -> None:
            self.reported.append((key, sentence))

        async def mended(key: str) -> None:
            self.mended.append(key)

        return SlackChannel(
            slack or self.slack,
            self.office.store,
            replace(self.config, **config),
            made=lambda ticket, person, spot: self.made.append((ticket, person, spot)),
            report=report,
            mended=mended,
        )

    @property
    def store(self) -> SqlStore:
        return self.office.store

    @property
    def keys(self) -> list[str]:
        """Of what was reported."""
        return [key for key, _ in self.reported]

    async def ticket(self, title: str = "My grade is missing", **more: Any) -> Ticket:
        return await self.office.ticket(await self.office.open(title=title, **more))

    async def bound(self, ticket: Ticket, audience: Audience = Audience.REQUESTER) -> Thread:
        """A thread that is still to be made: sam's own, or the staff's."""
        staff = audience is Audience.STAFF
        participant = None if staff else self.office.people["sam"]
        place = self.triage.id if staff else ""
        async with self.store.write() as work:
            return await work.threads.add(ticket.id, Platform.SLACK, audience, place=place, participant=participant)

    def parcel(self, intent: Intent, content: Content, ticket: Ticket, thread: Thread | None, **more: Any) -> Parcel:
        """``attempts``, ``uncertain``, ``since`` and ``key`` are the delivery's; the rest the parcel's."""
        number = next(_numbers)
        address: Address = ToPerson(PersonId(1), Platform.SLACK)
        if thread is not None:
            address = ToThread(thread.id, Platform.SLACK)
        since: datetime = more.pop("since", datetime.now(UTC))
        delivery = Delivery(
            id=DeliveryId(number),
            key=more.pop("key", f"{number:024x}"),
            address=address,
            intent=intent,
            ticket=ticket.id,
            message=more.pop("message", None),
            event=None,
            pace_key=None,
            state=DeliveryState.PENDING,
            attempts=more.pop("attempts", 1),
            uncertain=more.pop("uncertain", False),
            created_at=since,
            first_attempt_at=since,
            due_at=since,
            receipt=None,
            reason=None,
        )
        if intent is Intent.CREATE_THREAD and thread is not None and thread.participant is not None:
            more.setdefault("recipient", self.sam.id)
        return Parcel(delivery=delivery, address=address, thread=thread, ticket=ticket, content=content, **more)

    async def deliver(self, parcel: Parcel, channel: SlackChannel | None = None) -> Receipt:
        """As the dispatcher does it: what was made is written down."""
        receipt = await (channel or self.channel).deliver(parcel)
        async with self.store.write() as work:
            await take_receipt(parcel, receipt, work, self.office.clock.now(), self.office.keys)
        return receipt

    async def thread(self, ticket: Ticket, audience: Audience = Audience.REQUESTER, **more: Any) -> Thread:
        """One that is there, with the card in it."""
        thread = await self.bound(ticket, audience)
        await self.deliver(self.parcel(Intent.CREATE_THREAD, card_of(ticket), ticket, thread, **more))
        return await self.again(thread)

    async def again(self, thread: Thread) -> Thread:
        """As it is now."""
        async with self.store.read() as work:
            found = await work.threads.get(thread.id)
        assert found is not None
        return found

    async def say(
        self, ticket: Ticket, thread: Thread, words: str = "Look at page 3.", **more: Any
    ) -> tuple[Message, Receipt]:
        """Somebody says it on the web, and it is delivered."""
        message = await self.office.say(ticket.id, "asha", words)
        parcel = self.parcel(Intent.MESSAGE, spoken(words, **more), ticket, thread, message=message.id)
        return message, await self.deliver(parcel)

    async def copy(self, message: Message, thread: Thread) -> Copy:
        async with self.store.read() as work:
            return next(copy for copy in await work.copies.of(message.id) if copy.thread == thread.id)

    async def file(self, name: str = "notes.png", data: bytes = b"bytes") -> File:
        async with self.store.write() as work:
            owner, now = self.office.people["sam"], self.office.clock.now()
            return await work.files.add(owner, name, "image/png", data, now, width=1, height=1)

    def root(self, thread: Thread) -> Any:
        """The thread's first message as Slack has it."""
        spot = Spot.of(thread.external_id or "")
        return self.server.world.channels[spot.channel].messages[spot.ts]

    def said(self, thread: Thread) -> list[Any]:
        """The messages under the card."""
        return [one for one in self.root(thread).replies if not one.deleted]

    def texts(self, thread: Thread) -> list[str]:
        return [one.text_shown for one in self.said(thread)]

    def remove(self, message: Any) -> None:
        """Somebody with the right to deletes it."""
        records.remove(message)

    def patient(self, pacing: Pacing) -> Slack:
        """Another process's way to Slack."""
        self.slacks.append(Slack(self.config, pacing=pacing))
        return self.slacks[-1]


def again(parcel: Parcel, *, uncertain: bool = False, attempts: int = 0) -> Parcel:
    """Its next attempt."""
    delivery = parcel.delivery
    number = attempts or delivery.attempts + 1
    return replace(parcel, delivery=replace(delivery, attempts=number, uncertain=uncertain))


@asynccontextmanager
async def scene(staffed: Path, file: Path, *, token: str | None = None) -> AsyncIterator[Scene]:
    async with SlackServer() as server, opened(staffed, file) as office:
        config = SlackConfig(
            bot_token=token or server.bot_token, api_base=server.api_base, public_url="https://desk.example.org"
        )
        pacing = Pacing(per_second=1_000, burst=1_000, patience=1.0)
        slack = Slack(config, timeout=aiohttp.ClientTimeout(total=5, sock_connect=5), pacing=pacing)
        made = Scene(server, office, slack, config)
        yield made
        for one in (slack, *made.slacks):
            await one.close()
    assert server.violations == []
