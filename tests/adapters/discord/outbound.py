"""A channel to the stand-in Discord over a real database, with a ticket to deliver things of."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from adapters.discord.api.pacing import Pacing
from adapters.discord.api.rest import Rest
from adapters.discord.channel import DiscordChannel
from adapters.discord.config import DiscordConfig
from adapters.sql.store import SqlStore
from core.cards.card import Button, Card, Field
from core.model.ids import DeliveryId, PersonId, TicketId
from core.model.outbox import Address, Delivery, DeliveryState, Intent, ToPerson, ToThread
from core.model.people import Platform
from core.model.thread import Audience, Copy, File, Message, MessageKind, Thread
from core.model.ticket import Status, Ticket
from core.ports import Content, Parcel, Receipt, Spoken
from core.receipts import take_receipt
from core.text import Text
from tests.fakes.discord import records
from tests.fakes.discord_server import DiscordServer
from tests.fakes.office import Office, opened

DAY = timedelta(days=1)
_numbers = itertools.count(1)

LONG = " ".join(f"word{n}" for n in range(700))
"""Three messages long."""


def card_of(ticket: Ticket, title: str = "", **more: Any) -> Card:
    shown = Card(
        title=title or ticket.title,
        subtitle=ticket.ref,
        body=Text.of("It was there."),
        fields=(Field("Status", "Open"),),
        buttons=(Button(label="Claim", action=f"1.ticket.claim.{ticket.id}"),),
        url=f"https://desk.example.org/t/{ticket.ref}",
    )
    return replace(shown, **more)


def spoken(words: str = "Look at page 3.", **more: Any) -> Spoken:
    return Spoken(**{"author": "Asha Agent", "text": Text.of(words), "kind": MessageKind.REPLY, **more})


@dataclass
class Scene:
    server: DiscordServer
    office: Office
    rest: Rest
    config: DiscordConfig
    made: list[tuple[TicketId, str, str]] = field(default_factory=list)
    reported: list[tuple[str, str]] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)
    rests: list[Rest] = field(default_factory=list)
    """To be closed."""

    def __post_init__(self) -> None:
        self.guild = self.server.add_guild("Uni")
        self.help = self.guild.add_channel("help")
        self.triage = self.guild.add_channel("triage")
        self.sam = self.guild.add_member("sam")
        self.asha = self.guild.add_member("asha")
        self.channel = self.another_process()

    def another_process(self, rest: Rest | None = None) -> DiscordChannel:
        """A channel that remembers nothing of what others did."""

        async def report(key: str, sentence: str) -> None:
            self.reported.append((key, sentence))

        async def mended(key: str) -> None:
            self.mended.append(key)

        return DiscordChannel(
            rest or self.rest,
            self.office.store,
            self.config,
            made=lambda ticket, guild, thread: self.made.append((ticket, guild, thread)),
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
        """A thread that is still to be made."""
        place = self.triage if audience is Audience.STAFF else self.help
        async with self.store.write() as work:
            return await work.threads.add(ticket.id, Platform.DISCORD, audience, place=str(place.id))

    def parcel(self, intent: Intent, content: Content, ticket: Ticket, thread: Thread | None, **more: Any) -> Parcel:
        """``attempts``, ``uncertain``, ``since`` and ``key`` are the delivery's; the rest the parcel's."""
        number = next(_numbers)
        address: Address = ToPerson(PersonId(1), Platform.DISCORD)
        if thread is not None:
            address = ToThread(thread.id, Platform.DISCORD)
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
        return Parcel(delivery=delivery, address=address, thread=thread, ticket=ticket, content=content, **more)

    async def deliver(self, parcel: Parcel, channel: DiscordChannel | None = None) -> Receipt:
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

    def place(self, thread: Thread) -> Any:
        """The thread as Discord has it."""
        return self.server.world.places[int(thread.external_id or 0)]

    def texts(self, thread: Thread) -> list[str]:
        """What stands in the thread beside Discord's own lines, the oldest first."""
        found = self.place(thread).messages.values()
        return [one.text for one in found if not one.is_system and not one.deleted]

    def said(self, thread: Thread) -> list[Any]:
        """The messages after the card."""
        found = [one for one in self.place(thread).messages.values() if not one.is_system and not one.deleted]
        return [one for one in found if str(one.id) != thread.card]

    def refuse(self, channel: Any, *permissions: str) -> None:
        """The bot is denied that there."""
        self.guild.overwrite(channel, self.guild.bot_role, deny=list(permissions))

    def remove(self, message: Any) -> None:
        """Somebody with the right to deletes it."""
        records.remove(self.server.world, message)

    def unlimited(self) -> Rest:
        """Not held to fifty calls a second."""
        self.rests.append(Rest(self.config, pacing=Pacing(per_second=1000)))
        return self.rests[-1]

    def allow_again(self, channel: Any) -> None:
        self.guild.overwrite(channel, self.guild.bot_role)

    async def resolve(self, ticket: Ticket) -> None:
        async with self.store.write() as work:
            found = await work.tickets.get(ticket.id)
            assert found is not None
            await work.tickets.save(replace(found, status=Status.RESOLVED, resolved_at=self.office.clock.now()))


@asynccontextmanager
async def scene(staffed: Path, file: Path, *, token: str | None = None) -> AsyncIterator[Scene]:
    async with DiscordServer() as server, opened(staffed, file) as office:
        config = DiscordConfig(
            token=token or server.token, api_base=server.api_base, public_url="https://desk.example.org"
        )
        rest = Rest(config, timeout=aiohttp.ClientTimeout(total=5, sock_connect=5), pacing=Pacing(patience=1.0))
        made = Scene(server, office, rest, config)
        yield made
        for one in (rest, *made.rests):
            await one.close()
        assert server.violations == []
