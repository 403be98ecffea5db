"""``Inbox``: new mail fetched from an IMAP server (RFC 9051), one after the other.

A mail is marked as read once it is taken. One that cannot be read is moved aside, and the next is taken. Where the
desk's own database is out of reach, the rest waits for the next look.
"""

import asyncio
import imaplib
import ssl
from asyncio import to_thread
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from typing import Protocol

import structlog
from imap_tools import AND, BaseMailBox, MailBox, MailBoxUnencrypted, MailMessageFlags
from imap_tools.errors import ImapToolsError

from adapters.email.config import ImapServer, Tls

log = structlog.get_logger(__name__)

FAULTS = (imaplib.IMAP4.error, ImapToolsError, OSError)
"""What the library raises of a server that refuses or is not there."""
_TIMEOUT = 8.0
"""Seconds for each answer of the server: a desk that stops waits for no more than one."""
_AT_ONCE = 50
"""Mails of one look."""
ASIDE, OUT_OF_REACH = "mail:aside", "mail:inbox"
"""Troubles."""


class Handed(Enum):
    """What became of a mail that was handed over."""

    DONE = auto()
    ASIDE = auto()
    """It cannot be read, now or later."""
    LATER = auto()


class Tells(Protocol):
    async def report(self, key: str, sentence: str) -> None: ...

    async def mended(self, key: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    server: ImapServer
    folder: str
    aside: str
    """The folder for what cannot be read; made where it is not there."""
    max_bytes: int
    trust: ssl.SSLContext | None = None


def opened(place: Place) -> BaseMailBox:
    """Signed in, in no folder yet. Raises one of ``FAULTS``; what they say holds no password."""
    server = place.server
    trust = place.trust or ssl.create_default_context()  # without one the library believes every certificate
    if server.tls is Tls.SMTPS:
        box: BaseMailBox = MailBox(server.host, server.port, timeout=_TIMEOUT, ssl_context=trust)
    else:
        box = MailBoxUnencrypted(server.host, server.port, timeout=_TIMEOUT)
    try:
        _enter(box, server, trust)
    except FAULTS:
        _cut(box)
        raise
    return box


def _enter(box: BaseMailBox, server: ImapServer, trust: ssl.SSLContext) -> None:
    if server.tls is Tls.STARTTLS:
        box.client.starttls(ssl_context=trust)
    if server.password.isascii() and server.user.isascii():
        box.login(server.user, server.password, initial_folder=None)
    else:
        box.login_utf8(server.user, server.password, initial_folder=None)


class Inbox:
    """``hand``: what takes a mail; it raises nothing."""

    def __init__(
        self, place: Place, hand: Callable[[bytes], Awaitable[Handed]], tells: Tells, *, every: timedelta
    ) -> None:
        self._place = place
        self._hand = hand
        self._tells = tells
        self._every = every

    async def run(self) -> None:
        """Look again and again, until it is cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(self._every.total_seconds())

    async def look(self) -> None:
        """Once. What stands in the way is told to the admins, and over when it is."""
        try:
            box = await to_thread(opened, self._place)
            try:
                await self._empty(box)
                await to_thread(_leave, box)
            finally:
                _cut(box)
        except FAULTS as fault:
            host, why = self._place.server.host, words_of(fault, self._place.server)
            await self._tells.report(
                OUT_OF_REACH, f"The inbox on {host} cannot be read: {why}. Check BOT_EMAIL__INBOX__URL and the folder."
            )
        else:
            await self._tells.mended(OUT_OF_REACH)

    async def _empty(self, box: BaseMailBox) -> None:
        await to_thread(box.folder.set, self._place.folder)
        uids = await to_thread(box.uids, AND(seen=False))
        for uid in uids[:_AT_ONCE]:
            if await self._take(box, uid) is Handed.LATER:
                break
        await self._tell_of_aside(box)

    async def _take(self, box: BaseMailBox, uid: str) -> Handed:
        raw = await to_thread(_content, box, uid, self._place.max_bytes)
        handed = await self._hand(raw) if raw is not None else Handed.ASIDE
        match handed:
            case Handed.DONE:
                await to_thread(box.flag, uid, MailMessageFlags.SEEN, True)
            case Handed.ASIDE:
                await to_thread(_move, box, uid, self._place.aside)
            case Handed.LATER:
                log.warning("mail_waits", uid=uid)
        return handed

    async def _tell_of_aside(self, box: BaseMailBox) -> None:
        """The folder itself is the list of what an admin has to look at."""
        count = await to_thread(_count, box, self._place.aside)
        if not count:
            await self._tells.mended(ASIDE)
            return
        await self._tells.report(
            ASIDE,
            f"{count} mails could not be read and lie in the folder “{self._place.aside}” of the inbox. "
            "Look at them there; when the folder is empty, this is over.",
        )


def _content(box: BaseMailBox, uid: str, most: int) -> bytes | None:
    """None where it is larger: it is not even fetched."""
    _, told = box.client.uid("FETCH", uid, "(RFC822.SIZE)")
    size = int(b"".join(_flat(told)).partition(b"RFC822.SIZE ")[2].partition(b")")[0].partition(b" ")[0] or b"0")
    if size > most:
        return None
    _, data = box.client.uid("FETCH", uid, "(BODY.PEEK[])")
    return next((one[1] for one in data if isinstance(one, tuple)), None)


def _flat(told: list[object]) -> list[bytes]:
    return [one if isinstance(one, bytes) else one[0] for one in told if isinstance(one, bytes | tuple)]


def _move(box: BaseMailBox, uid: str, folder: str) -> None:
    if not box.folder.exists(folder):
        box.folder.create(folder)
    box.move(uid, folder)


def _count(box: BaseMailBox, folder: str) -> int:
    return box.folder.status(folder)["MESSAGES"] if box.folder.exists(folder) else 0


def _leave(box: BaseMailBox) -> None:
    try:
        box.logout()
    except FAULTS as fault:
        log.info("inbox_left", reason=type(fault).__name__)


def _cut(box: BaseMailBox) -> None:
    """Whoever waits for the server in a thread, as the desk stops, waits no longer."""
    with suppress(OSError):
        box.client.shutdown()


def words_of(fault: Exception, server: ImapServer) -> str:
    """What a server said. In a line, without the password, should the server repeat it."""
    said = " ".join(str(fault).split()) or type(fault).__name__
    return said.replace(server.password, "…")[:200]
