"""A desk that takes mail: the real engine and database behind ``MailIn``, a real mail server for what it answers."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC
from email.message import EmailMessage
from pathlib import Path

from adapters.chat.reports import Reports
from adapters.email.config import Sender
from adapters.email.incoming.answers import Answers
from adapters.email.incoming.taking import Hearers, MailIn, Rules, Taken
from adapters.email.incoming.turns import Turns
from adapters.email.letters import Letters
from adapters.email.tokens import Tokens
from bot.mailbox import Bounces, Similar, Told
from core.commands import Actor, ClaimTicket, ConfirmEmail, PostMessage
from core.composing import compose
from core.model.ids import PersonId, TicketId
from core.model.outbox import Delivery, ToPerson
from core.model.people import Platform
from core.model.thread import Message, MessageKind
from core.ports import Parcel
from core.text import Text
from tests.fakes.office import HOUR
from tests.fakes.signer import SIGNER
from tests.fakes.smtp import FakeMailServer, trust
from tests.fakes.smtp import Taken as Sent
from tests.fakes.web_desk import OPERATOR, WebDesk, desk_of, running_web_desk

SENDER = Sender("desk@help.example.edu", "Support desk")
INBOX = "desk@help.example.edu"
TOKENS = Tokens(b"a secret", INBOX, SENDER.domain)
MAILING = replace(desk_of(), by_mail=True, answered_by_mail=True)
MAX = 200_000


@dataclass
class MailDesk:
    web: WebDesk
    server: FakeMailServer
    mail_in: MailIn
    letters: Letters
    numbers: list[int] = field(default_factory=list)

    def person(self, who: str) -> PersonId:
        return self.web.people[who]

    async def ticket(self, by: str = "student", category: str = "platform") -> TicketId:
        """That the agent has."""
        ticket = await self.web.ticket(by, category=category)
        await self.web.engine.handle(ClaimTicket(ticket=ticket), self.actor("agent"))
        return ticket

    def actor(self, who: str) -> Actor:
        return Actor(person=self.person(who), door=Platform.WEB)

    async def answer(self, ticket: TicketId, words: str = "Try again.", who: str = "agent") -> None:
        said = PostMessage(ticket=ticket, kind=MessageKind.REPLY, text=Text.of(words))
        await self.web.engine.handle(said, self.actor(who))

    async def send(self) -> Sequence[Sent]:
        """What the desk owes by mail goes out; what the server took of it, and only that."""
        before = len(self.server.taken)
        while leased := await self._leased():
            for delivery in leased:
                await self._deliver(delivery)
        return self.server.taken[before:]

    async def _leased(self) -> Sequence[Delivery]:
        async with self.web.store.write() as work:
            now = self.web.clock.now()
            return await work.outbox.lease(now, owner="me", until=now + HOUR, limit=100)

    async def _deliver(self, delivery: Delivery) -> None:
        now = self.web.clock.now()
        async with self.web.store.read() as work:
            parcel = await compose(delivery, work, self.web.desk.desk, now, SIGNER)
        by_mail = isinstance(delivery.address, ToPerson) and delivery.address.platform is Platform.EMAIL
        if by_mail and isinstance(parcel, Parcel):
            await self.letters.deliver(parcel)
        async with self.web.store.write() as work:
            await work.outbox.done(delivery.id, "me", receipt=None, at=now)

    async def take(self, mail: EmailMessage | bytes) -> Taken:
        return await self.mail_in.take(mail if isinstance(mail, bytes) else bytes(mail))

    async def said(self, ticket: TicketId) -> list[Message]:
        async with self.web.store.read() as work:
            return list(await work.messages.of(ticket, kinds=frozenset(MessageKind)))

    async def troubles(self) -> list[str]:
        async with self.web.store.read() as work:
            return [trouble.sentence for trouble in await work.troubles.all()]

    def letter(
        self, to: str = INBOX, *, by: str = "student@example.com", words: str = "It works now, thanks.", **headers: str
    ) -> EmailMessage:
        """Each with an id of its own."""
        self.numbers.append(len(self.numbers))
        mail = EmailMessage()
        mail["From"] = f"Somebody <{by}>"
        mail["To"] = to
        mail["Subject"] = "Re: T-1 I cannot sign in"
        mail["Message-ID"] = f"<{self.numbers[-1]}@example.com>"
        for name, value in headers.items():
            del mail[name.replace("_", "-")]
            mail[name.replace("_", "-")] = value
        mail.set_content(words)
        return mail


@asynccontextmanager
async def running_mail_desk(
    folder: Path, database: Path, *, category: str | None = None, per_hour: int = 30
) -> AsyncGenerator[MailDesk]:
    async with running_web_desk(folder, database, setup=MAILING) as web, FakeMailServer() as server:
        for who in ("student", "other"):
            await web.engine.handle(ConfirmEmail(email=f"{who}@example.com"), OPERATOR)
        reports = Reports(web.engine, web.store)
        bounced = Bounces(reports)
        mail_in = MailIn(
            front=web.desk,
            engine=web.engine,
            store=web.store,
            tokens=TOKENS,
            turns=Turns(web.store, web.clock, per_hour),
            answers=Answers(server=server.settings, sender=SENDER, zone=UTC, clock=web.clock, trust=trust()),
            rules=Rules(own=frozenset({INBOX}), max_bytes=MAX, category=category),
            hearers=Hearers(
                bounced=bounced,
                returned=Told(reports, "returned", "{address}: {why}"),
                flooded=Told(reports, "flooded", "{address}: {why}"),
            ),
        )
        letters = Letters(
            server.settings,
            SENDER,
            tokens=TOKENS,
            zone=UTC,
            clock=web.clock,
            bounced=bounced,
            enrich=Similar(web.desk, web.clock),
            trust=trust(),
        )
        yield MailDesk(web, server, mail_in, letters)
