"""The mail servers and the sender, read from settings.

    smtp://user:password@mail.example.edu:587          STARTTLS, which the server must offer
    smtps://user:password@mail.example.edu:465         TLS from the first byte
    smtp://localhost:25                                on this computer: no encryption, unless ?starttls=required
    smtp://relay.example.edu:25?starttls=no            none, said in so many words; never with a password
    imaps://user:password@mail.example.edu:993         where mail is fetched: TLS from the first byte
    imap://user:password@mail.example.edu:143          STARTTLS, which the server must offer; none on this computer

User and password are percent-encoded. No sentence that is raised here holds what was written.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from core.hosts import is_loopback
from core.text import clean_line

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_MAILBOX = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
"""A dot-atom on both sides (RFC 5322, section 3.4.1): quoted names and letters outside ASCII (RFC 6531), which many
servers refuse, are left out."""
_SENDER = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]+)>|(?P<alone>[^<>\s]+)")
_LONGEST_LOCAL, _LONGEST_MAILBOX = 64, 254
_HOST_NAME = re.compile(rf"{_LABEL}(?:[._]{_LABEL})*\.?")
_UNFIT = re.compile(r"[\x00-\x20\x7f-\xa0]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_EXAMPLE = "write it like smtp://user:password@mail.example.edu:587"
_PORTS = {"smtp": 587, "smtps": 465}
_IMAP_EXAMPLE = "write it like imaps://user:password@mail.example.edu"
_IMAP_PORTS = {"imaps": 993, "imap": 143}


class Tls(StrEnum):
    SMTPS = "smtps"
    """From the first byte, of IMAP too."""
    STARTTLS = "starttls"
    """Asked for before anything is said; a server that does not offer it gets nothing."""
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    host: str
    port: int
    tls: Tls
    user: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Sender:
    address: str
    name: str = ""

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


def smtp_server(url: str) -> SmtpServer:
    """The server that ``url`` names: ``smtp://`` or ``smtps://``, ports 587 and 465 where none is given.

    Raises ValueError with a sentence for what is no such address, and for a password that would travel in the clear.
    """
    parts = _split(url.strip())
    if parts is None or parts.scheme not in _PORTS or parts.hostname is None:
        raise ValueError(f"This is not a mail server's address: {_EXAMPLE}.")
    if parts.path not in ("", "/") or parts.fragment:
        raise ValueError(f"There is something behind the host and its port: {_EXAMPLE}.")
    user, password = _credentials(parts)
    tls = _tls(parts, parts.hostname)
    if password is not None and tls is Tls.NONE and not is_loopback(parts.hostname):
        raise ValueError("The password would travel unencrypted: take starttls=no out, or user and password.")
    port = parts.port or _PORTS[parts.scheme]
    return SmtpServer(host=parts.hostname, port=port, tls=tls, user=user, password=password)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapServer:
    host: str
    port: int
    tls: Tls
    user: str
    password: str = field(repr=False)


def imap_server(url: str) -> ImapServer:
    """The server that ``url`` names: ``imaps://`` or ``imap://``, ports 993 and 143 where none is given.

    Raises ValueError with a sentence.
    """
    parts = _split(url.strip())
    if parts is None or parts.scheme not in _IMAP_PORTS or parts.hostname is None:
        raise ValueError(f"This is not an IMAP server's address: {_IMAP_EXAMPLE}.")
    if parts.path not in ("", "/") or parts.fragment or parts.query:
        raise ValueError(f"There is something behind the host and its port: {_IMAP_EXAMPLE}.")
    user, password = _credentials(parts)
    if user is None or password is None:
        raise ValueError(f"An inbox needs a user and a password: {_IMAP_EXAMPLE}.")
    plain = Tls.NONE if is_loopback(parts.hostname) else Tls.STARTTLS
    return ImapServer(
        host=parts.hostname,
        port=parts.port or _IMAP_PORTS[parts.scheme],
        tls=Tls.SMTPS if parts.scheme == "imaps" else plain,
        user=user,
        password=password,
    )


def sender_of(written: str) -> Sender:
    """A sender: ``desk@example.edu``, or with a name: ``Support desk <desk@example.edu>``.

    Raises ValueError with a sentence.
    """
    found = _SENDER.fullmatch(written.strip())
    if found is None or _CONTROL.search(written.strip()) or not is_mailbox(found["address"] or found["alone"]):
        raise ValueError("This is not a sender: write it like Support desk <desk@example.edu>.")
    return Sender(found["address"] or found["alone"], clean_line((found["name"] or "").strip('" ')))


def is_mailbox(address: str) -> bool:
    """Whether it is an address that every mail server takes, and nothing else besides."""
    local = address.partition("@")[0]
    is_short = len(address) <= _LONGEST_MAILBOX and len(local) <= _LONGEST_LOCAL
    return is_short and _MAILBOX.fullmatch(address) is not None


def _split(url: str) -> SplitResult | None:
    """None where it is no URL. Blanks are looked for first, since ``urlsplit`` takes some of them out. What the
    standard library raises repeats what was written, and goes no further."""
    if _UNFIT.search(url):
        return None
    try:
        parts = urlsplit(url)
        has_port = parts.port != 0
    except ValueError:
        return None
    return parts if has_port and _is_host(parts.hostname or "") else None


def _credentials(parts: SplitResult) -> tuple[str | None, str | None]:
    user, password = (unquote(part) if part else None for part in (parts.username, parts.password))
    if (user is None) != (password is None):
        raise ValueError(f"A user needs a password, and a password a user: {_EXAMPLE}.")
    if _CONTROL.search((user or "") + (password or "")):
        raise ValueError("The user or the password holds a control character.")
    return user, password


def _tls(parts: SplitResult, host: str) -> Tls:
    match parts.scheme, parse_qsl(parts.query, keep_blank_values=True):
        case "smtps", []:
            return Tls.SMTPS
        case "smtps", _:
            raise ValueError("smtps:// is encrypted from the first byte: take out what stands behind the “?”.")
        case _, []:
            return Tls.NONE if is_loopback(host) else Tls.STARTTLS
        case _, [("starttls", "no")]:
            return Tls.NONE
        case _, [("starttls", "required")]:
            return Tls.STARTTLS
        case _:
            raise ValueError("Behind the “?” stands starttls=required or starttls=no, and nothing else.")


def _is_host(host: str) -> bool:
    if _HOST_NAME.fullmatch(host):
        return True
    try:
        return bool(ip_address(host))
    except ValueError:
        return False
