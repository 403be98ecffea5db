"""``MailIn``: a mail becomes what somebody says in a ticket, a new ticket, or nothing.

Whose answer it is, a sign says that the desk itself wrote into its mail (``adapters/email/tokens.py``), and it counts
from that person's own address alone. Anything else is unknown, and refused or opened as bot.toml says.
"""

from asyncio import to_thread
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

import structlog

from adapters.email.incoming.answers import Answers
from adapters.email.incoming.bounces import Bounce
from adapters.email.incoming.reading import Attachment, Incoming, Unreadable, read_mail
from adapters.email.incoming.turns import Turns
from adapters.email.tokens import Meant, Tokens
from core import limits
from core.cards.card import Reader
from core.cards.mail import not_taken, unknown, without_files
from core.commands import Actor, OpenTicket
from core.composing import reader_of
from core.engine import Engine
from core.errors import Busy, Refusal, Unavailable
from core.frontdesk import FrontDesk
from core.model.ids import FileId, PersonId, ref_of
from core.model.people import Identity, Person, Platform, email_key
from core.model.thread import MessageKind
from core.storage import Store
from core.text import Text, shorten

log = structlog.get_logger(__name__)

Told = Callable[[str, str], Awaitable[None]]
"""What the admins are told: of which address, and why."""


class Taken(Enum):
    SAID = auto()
    OPENED = auto()
    REFUSED = auto()
    """Whoever wrote was told why, unless they were today."""
    IGNORED = auto()
    """A robot's, the desk's own, or one that was taken before."""
    CAME_BACK = auto()
    """A mail of the desk's did not arrive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    own: frozenset[str]
    """The desk's addresses, in the form of ``email_key``."""
    max_bytes: int
    category: str | None
    """Of the tickets that unknown mail opens; None: it is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearers:
    """Who is told what the admins are to know."""

    bounced: Told
    """An address takes no mail."""
    returned: Told
    """One mail came back, and the next may not."""
    flooded: Told
    """An address writes more than is taken."""


class MailIn:
    def __init__(
        self,
        *,
        front: FrontDesk,
        engine: Engine,
        store: Store,
        tokens: Tokens,
        turns: Turns,
        answers: Answers,
        rules: Rules,
        hearers: Hearers,
    ) -> None:
        self._front = front
        self._engine = engine
        self._store = store
        self._tokens = tokens
        self._turns = turns
        self._answers = answers
        self._rules = rules
        self._hearers = hearers

    @property
    def max_bytes(self) -> int:
        return self._rules.max_bytes

    async def take(self, raw: bytes) -> Taken:
        """Raises Unreadable, and Unavailable or Conflict where it may be tried again: told twice, it counts once."""
        if len(raw) > self._rules.max_bytes:
            raise Unreadable(f"it is larger than {self._rules.max_bytes} bytes", "")
        mail = await to_thread(read_mail, raw)
        if mail.bounce is not None:
            return await self._came_back(mail, mail.bounce)
        if mail.is_automatic or mail.sender in self._rules.own or await self._is_known(mail):
            log.info("mail_ignored", mail=mail.key)
            return Taken.IGNORED
        if mail.sender is None:
            raise Unreadable("it does not name one sender", mail.key)
        if not await self._turns.take(mail.sender):
            await self._hearers.flooded(mail.sender, "it wrote more in an hour than the desk takes")
            return Taken.IGNORED
        return await self._heard(mail, mail.sender)

    async def _is_known(self, mail: Incoming) -> bool:
        return await self._engine.earlier(_actor(None, mail)) is not None

    async def _heard(self, mail: Incoming, sender: str) -> Taken:
        meant = self._meant(mail)
        person = await self._whose(meant, sender) if meant is not None else None
        try:
            if meant is not None and person is not None:
                return await self._say(mail, meant, person)
            if self._rules.category is not None:
                return await self._open(mail, sender, self._rules.category)
        except (Unavailable, Busy):
            raise
        except Refusal as refusal:
            reader = self._reader(person)
            await self._answers.send(mail, not_taken(refusal.sentence(reader.gettext), reader))
            return Taken.REFUSED
        if await self._turns.may_be_refused(sender):
            await self._answers.send(mail, unknown(self._front.desk, self._reader(None)))
        return Taken.REFUSED

    def _meant(self, mail: Incoming) -> Meant | None:
        signs = [*map(self._tokens.of_address, mail.recipients), *map(self._tokens.of_id, mail.references)]
        return next((sign for sign in signs if sign is not None), None)

    async def _whose(self, meant: Meant, sender: str) -> Person | None:
        """The person meant, if the sender's address is theirs."""
        person = await self._front.person(meant.person)
        return person if person is not None and sender in await self._addresses(person) else None

    async def _addresses(self, person: Person) -> frozenset[str]:
        async with self._store.read() as work:
            wrote_from = (await work.people.external_ids([person.id], Platform.EMAIL)).values()
        return frozenset(email_key(one) for one in (person.confirmed_address, *wrote_from) if one is not None)

    async def _say(self, mail: Incoming, meant: Meant, person: Person) -> Taken:
        actor = _actor(person.id, mail)
        files, problems = await self._keep(mail.attachments, person)
        entry = await self._front.say(meant.ticket, MessageKind.REPLY, Text.of(mail.newest), files, actor)
        if problems:
            ref = ref_of(entry.message.ticket if entry.message is not None else meant.ticket)
            await self._answers.send(mail, without_files(ref, problems, self._reader(person)))
        return Taken.SAID

    async def _open(self, mail: Incoming, sender: str, category: str) -> Taken:
        person = await self._front.person(await self._sender(sender))
        if person is None:
            raise Unavailable(why="whoever wrote is gone")
        files, problems = await self._keep(mail.attachments, person)
        title = shorten(mail.subject or mail.words.partition("\n")[0], limits.TITLE)
        opening = OpenTicket(title=title, description=Text.of(mail.words or title), category=category, files=files)
        outcome = await self._engine.handle(opening, _actor(person.id, mail))
        if problems and outcome.ticket is not None:
            await self._answers.send(mail, without_files(ref_of(outcome.ticket), problems, self._reader(person)))
        return Taken.OPENED

    async def _sender(self, sender: str) -> PersonId:
        """Whoever's confirmed address it is, or somebody new. The name that a mail gives is anybody's, and not used."""
        async with self._store.read() as work:
            holder = await work.people.by_email(sender)
        if holder is not None and holder.email_confirmed:
            return holder.id
        identity = Identity(Platform.EMAIL, "", sender)
        return await self._front.arrive(identity, f"{sender.partition('@')[0]} (mail)")

    async def _keep(self, attachments: Sequence[Attachment], person: Person) -> tuple[tuple[FileId, ...], list[str]]:
        """The files that are taken, and of each other one why not."""
        actor = Actor(person=person.id, door=Platform.EMAIL)
        kept: list[FileId] = []
        problems = [one.name for one in attachments[limits.FILES :]]
        for one in attachments[: limits.FILES]:
            try:
                kept.append((await self._front.keep_file(one.name, one.content, actor)).id)
            except Unavailable:
                raise
            except Refusal as refusal:
                problems.append(refusal.sentence(self._reader(person).gettext))
        return tuple(kept), problems

    async def _came_back(self, mail: Incoming, bounce: Bounce) -> Taken:
        """Counts where it came to the address that was written for that person alone, and tells of theirs."""
        meant = self._meant(mail)
        person = await self._front.person(meant.person) if meant is not None else None
        theirs = bounce.recipients & await self._addresses(person) if person is not None else frozenset()
        if not bounce.is_final or not theirs:
            return Taken.IGNORED
        tell = self._hearers.bounced if bounce.is_of_address else self._hearers.returned
        for address in sorted(theirs):
            await tell(address, bounce.reason or bounce.status)
        return Taken.CAME_BACK

    def _reader(self, person: Person | None) -> Reader:
        return reader_of(person, self._front.desk, self._answers.clock.now())


def _actor(person: PersonId | None, mail: Incoming) -> Actor:
    return Actor(person=person, door=Platform.EMAIL, inbound=f"mail:{mail.key}")
