"""A mail server on the loopback: aiosmtpd, with TLS of either kind, a password, scripted refusals and losses. It
refuses what a strict server refuses of a mail.

``localhost.pem`` is its certificate, which ``trust()`` takes and no other client does.
"""

import asyncio
import re
import ssl
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import Enum, auto
from pathlib import Path
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from adapters.email.config import SmtpServer, Tls

USER, PASSWORD = "desk", "pa55 word/@:é"
_CERTIFICATE = Path(__file__).with_name("localhost.pem")
_ONCE = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Auto-Submitted")


class Stage(Enum):
    """Where the server may answer otherwise than with yes, or be lost. A recipient's own is their address."""

    CONNECT = auto()
    MAIL = auto()
    DATA = auto()
    """Once the whole message is there."""
    QUIT = auto()


class Loss(Enum):
    CUT = auto()
    """The connection is broken off."""
    SILENT = auto()
    """Nothing more comes."""


@dataclass(frozen=True, slots=True)
class Taken:
    sender: str
    recipients: tuple[str, ...]
    data: bytes
    mail: EmailMessage

    def part(self, kind: str) -> str:
        """``plain`` or ``html``."""
        part = self.mail.get_body((kind,))
        assert part is not None
        content: str = part.get_content()
        return content


def trust() -> ssl.SSLContext:
    """For a client that is to believe the server."""
    return ssl.create_default_context(cafile=_CERTIFICATE)


class FakeMailServer:
    """``async with FakeMailServer() as server``: then ``server.settings`` lead to it.

    ``tls``: what it has, and what its settings ask for. ``password``: what it wants of ``USER``. ``refusals``: what it
    answers ("550 5.1.1 No such user"), or how it is lost, by the stage or by the recipient.
    """

    def __init__(
        self,
        tls: Tls = Tls.NONE,
        *,
        password: str | None = None,
        refusals: Mapping[Stage | str, str | Loss] | None = None,
    ) -> None:
        self.tls = tls
        self.password = password
        self.refusals = dict(refusals or {})
        self.taken: list[Taken] = []
        self.names: list[str] = []
        """What the clients called themselves."""
        self.open: set[_Protocol] = set()
        self._closing = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.get_running_loop().create_server(
            lambda: _Protocol(self, _context() if self.tls is Tls.STARTTLS else None),
            "127.0.0.1",
            0,
            ssl=_context() if self.tls is Tls.SMTPS else None,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        self._server.close()
        for protocol in tuple(self.open):
            protocol.cut()
        await asyncio.sleep(0)

    @property
    def settings(self) -> SmtpServer:
        port: int = self._server.sockets[0].getsockname()[1]
        user = USER if self.password is not None else None
        return SmtpServer(host="127.0.0.1", port=port, tls=self.tls, user=user, password=self.password)

    async def refusal(self, at: Stage | str, protocol: "_Protocol") -> str | None:
        """What is said in place of yes, if anything is."""
        refusal = self.refusals.get(at)
        if not isinstance(refusal, Loss):
            return refusal
        if refusal is Loss.CUT:
            protocol.cut()
        await self._closing.wait()
        return "421 4.3.2 Closing"


class _Protocol(SMTP):
    def __init__(self, server: FakeMailServer, tls: ssl.SSLContext | None) -> None:
        self._fake = server
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a password that is asked for without STARTTLS
            super().__init__(
                _Handler(server),
                hostname="mail.test",
                tls_context=tls,
                require_starttls=tls is not None,
                auth_required=server.password is not None,
                auth_require_tls=tls is not None,
                authenticator=_authenticator(server),
                loop=asyncio.get_running_loop(),
            )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._fake.open.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._fake.open.discard(self)
        super().connection_lost(error)

    def cut(self) -> None:
        transport = self._original_transport or self.transport  # what lies below, after a STARTTLS
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()

    async def _handle_client(self) -> None:
        greeting = await self._fake.refusal(Stage.CONNECT, self)
        if greeting is None:
            await super()._handle_client()
        elif self.transport is not None:
            await self.push(greeting)
            self.transport.close()


class _Handler:
    def __init__(self, server: FakeMailServer) -> None:
        self._fake = server

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, protocol: Any, session: Session, envelope: Envelope, name: str, responses: list[str]
    ) -> list[str]:
        session.host_name = name
        self._fake.names.append(name)
        return responses

    async def handle_MAIL(  # noqa: N802 - as above
        self, protocol: _Protocol, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return await self._fake.refusal(Stage.MAIL, protocol) or "250 OK"

    async def handle_RCPT(  # noqa: N802 - as above
        self, protocol: _Protocol, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = await self._fake.refusal(address, protocol)
        if refusal is None:
            envelope.rcpt_tos.append(address)
        return refusal or "250 OK"

    async def handle_DATA(  # noqa: N802 - as above
        self, protocol: _Protocol, session: Session, envelope: Envelope
    ) -> str:
        data = envelope.original_content or b""
        mail = message_from_bytes(data, policy=policy.default)
        assert isinstance(mail, EmailMessage) and envelope.mail_from is not None
        if problems := list(_problems(data, mail)):
            return f"554 5.6.0 {'; '.join(problems)}"
        refusal = self._fake.refusals.get(Stage.DATA)
        if refusal is None or isinstance(refusal, Loss):
            self._fake.taken.append(Taken(envelope.mail_from, tuple(envelope.rcpt_tos), data, mail))
        return await self._fake.refusal(Stage.DATA, protocol) or "250 2.0.0 Queued"

    async def handle_QUIT(  # noqa: N802 - as above
        self, protocol: _Protocol, session: Session, envelope: Envelope
    ) -> str:
        return await self._fake.refusal(Stage.QUIT, protocol) or "221 Bye"


def _authenticator(server: FakeMailServer) -> Any:
    def authenticate(*told: Any) -> AuthResult:
        login = told[-1]
        assert isinstance(login, LoginPassword)
        is_right = (login.login, login.password) == (USER.encode(), (server.password or "").encode())
        refusal = f"535 5.7.8 No: {login.password.decode(errors='replace')}".encode("ascii", "replace").decode()
        return AuthResult(success=is_right, handled=False, message=None if is_right else refusal)

    return authenticate


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_CERTIFICATE)
    return context


def _problems(data: bytes, mail: EmailMessage) -> Iterator[str]:
    """What RFC 5322, RFC 2045 and RFC 2047 have against a mail."""
    if not data.isascii():
        yield "not ASCII"
    if re.search(rb"(?<!\r)\n|\r(?!\n)", data):
        yield "a lone CR or LF"
    if any(len(line) > 998 for line in data.split(b"\r\n")):
        yield "a line longer than 998"
    head, _, _ = data.partition(b"\r\n\r\n")
    if any(len(word) > 75 for word in re.findall(rb"=\?[^?\s]+\?[bqBQ]\?[^?\s]*\?=", head)):
        yield "an encoded word longer than 75"
    for part in mail.walk():
        yield from (f"{type(defect).__name__}" for defect in part.defects)
        for name, value in part.items():
            yield from (f"{name}: {type(defect).__name__}" for defect in getattr(value, "defects", ()))
    yield from (f"not one {name}" for name in _ONCE if len(mail.get_all(name, [])) != 1)
    if any(len(line) > 76 for part in mail.iter_parts() for line in _lines(part)):
        yield "an encoded line longer than 76"


def _lines(part: Any) -> list[str]:
    payload = part.get_payload()
    return payload.splitlines() if isinstance(payload, str) else []
