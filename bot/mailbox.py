"""Mail to and from persons: its parts, and what they need of the desk."""

import hashlib
import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import structlog

from adapters.chat.lease import Lease
from adapters.chat.reports import Reports
from adapters.email.config import SmtpServer, imap_server, sender_of, smtp_server
from adapters.email.incoming.answers import Answers
from adapters.email.incoming.inbox import Handed, Inbox, Place
from adapters.email.incoming.reading import Unreadable
from adapters.email.incoming.taking import Hearers, MailIn, Rules
from adapters.email.incoming.turns import Turns
from adapters.email.letters import Letters
from adapters.email.tokens import Tokens
from bot.settings import Settings
from bot.settings.inbox import Unknown
from core.cards.card import Card
from core.cards.mail import with_similar
from core.commands import Actor
from core.composing import reader_of
from core.engine import Engine
from core.errors import Busy, Conflict, Unavailable
from core.frontdesk import FrontDesk
from core.model.mail import MailKind, bounce_code, bounce_key
from core.model.outbox import ToPerson
from core.model.people import Platform, email_key
from core.ports import Clock, Parcel
from core.storage import Store

log = structlog.get_logger(__name__)

_HEAD = 64 * 1024
_TERM, _LOOK = timedelta(minutes=1), timedelta(seconds=15)


class Bounces:
    """An address that takes no mail is told to the admins, and not written to until one of them clears it."""

    def __init__(self, reports: Reports) -> None:
        self._reports = reports

    async def __call__(self, address: str, reason: str) -> None:
        mend = (
            f"Nothing more is sent there. When it is right again: threaddesk people confirm {address}, "
            f"or /desk clear {bounce_code(address)}."
        )
        await self._reports.report(bounce_key(address), f"Mail to {address} came back: {reason} {mend}")


class Similar:
    """What may answer a ticket that a mail opened, for the mail that says so."""

    def __init__(self, front: FrontDesk, clock: Clock) -> None:
        self._front = front
        self._clock = clock

    async def __call__(self, parcel: Parcel, card: Card) -> Card:
        address, ticket = parcel.address, parcel.ticket
        is_new = parcel.mailing is not None and parcel.mailing.kind is MailKind.RECEIVED
        if not is_new or ticket is None or not isinstance(address, ToPerson):
            return card
        actor = Actor(person=address.person, door=Platform.EMAIL)
        words = ticket.description.plain()
        found = await self._front.similar(ticket.title, words, ticket.category, actor)
        person = await self._front.person(address.person)
        return with_similar(card, ticket, found, reader_of(person, self._front.desk, self._clock.now()))


def tokens_of(settings: Settings, secret: bytes) -> Tokens:
    sender = settings.email.sender
    domain = sender_of(sender).domain if sender is not None else ""
    return Tokens(secret, settings.email.inbox.address or "", domain)


def letters_of(settings: Settings, front: FrontDesk, reports: Reports, secret: bytes, clock: Clock) -> Letters | None:
    """None on a desk that tells persons nothing by mail."""
    server = server_of(settings)
    sender = settings.email.sender
    if server is None or sender is None or not settings.writes_to_persons:
        return None
    return Letters(
        server,
        sender_of(sender),
        tokens=tokens_of(settings, secret),
        zone=ZoneInfo(settings.desk.time_zone),
        clock=clock,
        bounced=Bounces(reports),
        enrich=Similar(front, clock),
    )


class MailHand:
    """The edge at which mail is handed over: it raises nothing, and one bad mail never holds up the next."""

    def __init__(self, taking: MailIn) -> None:
        self._taking = taking
        self.why = ""
        """Of the last that was set aside: for whoever keeps it."""

    async def __call__(self, raw: bytes) -> Handed:
        try:
            taken = await self._taking.take(raw)
        except Unreadable as fault:
            return self._aside(raw, str(fault))
        except (Conflict, Unavailable, Busy) as refusal:
            log.warning("mail_put_off", reason=str(refusal))
            return Handed.LATER
        except Exception as fault:
            log.exception("mail_stumbled", mail=name_of(raw))
            return self._aside(raw, f"a fault of the desk ({type(fault).__name__})")
        log.info("mail_taken", taken=taken.name.lower())
        return Handed.DONE

    def _aside(self, raw: bytes, why: str) -> Handed:
        self.why = why
        log.warning("mail_unreadable", mail=name_of(raw), reason=why)
        return Handed.ASIDE


def name_of(raw: bytes) -> str:
    """By which a mail can be found in the log and in the failures."""
    return hashlib.sha256(raw).hexdigest()[:16]


async def keep_aside(raw: bytes, why: str, reports: Reports) -> None:
    """Of a piped mail that cannot be read there is no folder: the admins are told of it by its id."""
    name = name_of(raw)
    found = re.search(rb"^message-id:\s*(<[!-~]{1,200}>)", raw[:_HEAD], re.IGNORECASE | re.MULTILINE)
    called = found[1].decode() if found else "without a Message-ID"
    sentence = (
        f"A mail that was piped in ({called}, {len(raw)} bytes, {name}) was not taken: {why}. The mail server's log "
        f"says whom it is from. When that is done: /desk clear {name[-8:]}."
    )
    await reports.report(f"mail:unread:{name}", sentence)


def mail_in_of(
    settings: Settings, front: FrontDesk, engine: Engine, store: Store, secret: bytes, clock: Clock
) -> MailIn | None:
    """None on a desk that takes no mail."""
    server, sender, inbox = server_of(settings), settings.email.sender, settings.email.inbox
    if server is None or sender is None or inbox.address is None or settings.desk.demo:
        return None
    reports = Reports(engine, store)
    writes = sender_of(sender)
    return MailIn(
        front=front,
        engine=engine,
        store=store,
        tokens=tokens_of(settings, secret),
        turns=Turns(store, clock, inbox.per_hour),
        answers=Answers(server=server, sender=writes, zone=ZoneInfo(settings.desk.time_zone), clock=clock),
        rules=Rules(
            own=frozenset({email_key(writes.address), email_key(inbox.address)}),
            max_bytes=inbox.max_mb * 1024 * 1024,
            category=inbox.category if inbox.unknown is Unknown.OPEN else None,
        ),
        hearers=Hearers(
            bounced=Bounces(reports),
            returned=Told(reports, "returned", "Mail to {address} came back, and was not that address's fault: {why}."),
            flooded=Told(reports, "flooded", "More mail came from {address} than is taken: {why}, and it is ignored."),
        ),
    )


class Told:
    """What the admins are told of an address, until one of them clears it."""

    def __init__(self, reports: Reports, what: str, sentence: str) -> None:
        self._reports = reports
        self._what = what
        self._sentence = sentence

    async def __call__(self, address: str, why: str) -> None:
        code = hashlib.sha256(f"{self._what} {address}".encode()).hexdigest()[:32]
        said = self._sentence.format(address=address, why=why.rstrip("."))
        await self._reports.report(f"mail:{self._what}:{code}", f"{said} To let it go: /desk clear {code[-8:]}.")


def place_of(settings: Settings) -> Place | None:
    """None where nothing is fetched."""
    inbox = settings.email.inbox
    if inbox.url is None or settings.desk.demo:
        return None
    return Place(
        server=imap_server(inbox.url.get_secret_value()),
        folder=inbox.folder,
        aside=inbox.aside,
        max_bytes=inbox.max_mb * 1024 * 1024,
    )


def fetching_of(
    settings: Settings, taking: MailIn | None, engine: Engine, store: Store, clock: Clock, owner: str
) -> Lease | None:
    """What one process at a time fetches; None where nothing is."""
    place = place_of(settings)
    if place is None or taking is None:
        return None
    inbox = Inbox(place, MailHand(taking), Reports(engine, store), every=settings.email.inbox.every)
    return Lease("mail", inbox.run, store=store, clock=clock, owner=owner, term=_TERM, look=_LOOK)


def server_of(settings: Settings) -> SmtpServer | None:
    url = settings.email.smtp_url
    return smtp_server(url.get_secret_value()) if url is not None else None
