"""One mail as the desk takes it. Nothing in it is believed: its sender is whom it names, and may be anybody.

The standard library's parser reads it (RFC 5322, RFC 2045). It raises for some of what people send: all that is
``Unreadable`` here, with a reason for an admin.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import MessageError
from email.headerregistry import AddressHeader
from email.message import EmailMessage, Message, MIMEPart

from adapters.email.config import is_mailbox
from adapters.email.incoming.bounces import Bounce, bounce_of
from adapters.email.incoming.words import newest_of, text_of_html, tidied
from core.model.people import email_key
from core.text import clean_line, shorten

_MOST_PARTS = 200
_MOST_NAMES = 100
_LONGEST_ID = 250
_MOST_IDS = 50
_RECIPIENTS = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
_ROBOTS = ("bulk", "junk", "list", "auto_reply", "auto-reply")
_ROBOTS_OWN = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply-From", "X-AutoReply-From", "List-Id", "List-Unsubscribe")
_FAULTS = (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What the parser is known to raise of what it cannot read."""


class Unreadable(Exception):
    """A sentence for an admin. ``name``: what the mail can be found by."""

    def __init__(self, reason: str, name: str) -> None:
        super().__init__(reason)
        self.name = name


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    key: str
    """The same for the same mail, however often it comes: a digest of its Message-ID, or of all of it without one."""
    message_id: str | None
    """As an answer may refer to it."""
    sender: str | None
    """None where it names none, or several."""
    sender_name: str
    recipients: tuple[str, ...]
    references: tuple[str, ...]
    subject: str
    words: str
    """All that it says, with what it quotes or passes on."""
    newest: str
    """Without what it quotes."""
    attachments: tuple[Attachment, ...]
    is_automatic: bool
    bounce: Bounce | None


def read_mail(raw: bytes) -> Incoming:
    """Takes a while for a large one: call it in a thread. Raises Unreadable."""
    name = hashlib.sha256(raw).hexdigest()[:16]
    try:
        mail = message_from_bytes(raw, policy=policy.default)
        return _incoming(mail, raw)
    except _FAULTS as fault:
        raise Unreadable(f"its form is broken ({type(fault).__name__})", name) from fault


def _incoming(mail: EmailMessage, raw: bytes) -> Incoming:
    message_id = next(iter(_ids(mail, "Message-ID")), None)
    sender, sender_name = _sender(mail)
    bounce = bounce_of(mail)
    words = _words(mail) if bounce is None else ""
    return Incoming(
        key=hashlib.sha256(message_id.encode() if message_id else raw).hexdigest()[:40],
        message_id=message_id,
        sender=sender,
        sender_name=sender_name,
        recipients=tuple(_recipients(mail)),
        references=(*_ids(mail, "In-Reply-To"), *_ids(mail, "References")),
        subject=clean_line(_header(mail, "Subject")),
        words=words,
        newest=newest_of(words),
        attachments=tuple(_attachments(mail)) if bounce is None else (),
        is_automatic=_is_automatic(mail),
        bounce=bounce,
    )


def _header(mail: EmailMessage, name: str) -> str:
    return str(mail.get(name, ""))


def _ids(mail: EmailMessage, name: str) -> list[str]:
    """Those that may be written into a header again: ASCII, in angle brackets, without a blank."""
    words = [word for value in mail.get_all(name, []) for word in str(value).split()]
    return [word for word in words if _is_id(word)][-_MOST_IDS:]


def _is_id(word: str) -> bool:
    inside = word[1:-1]
    fits = len(word) <= _LONGEST_ID and word.isascii() and word.isprintable()
    return fits and word.startswith("<") and word.endswith(">") and not set("<>") & set(inside) and "@" in inside


def _sender(mail: EmailMessage) -> tuple[str | None, str]:
    named = [one for value in mail.get_all("From", []) if isinstance(value, AddressHeader) for one in value.addresses]
    if len(named) != 1 or not is_mailbox(named[0].addr_spec):
        return None, ""
    return email_key(named[0].addr_spec), clean_line(named[0].display_name)


def _recipients(mail: EmailMessage) -> Iterator[str]:
    for name in _RECIPIENTS:
        for value in mail.get_all(name, [])[:_MOST_NAMES]:
            if isinstance(value, AddressHeader):
                yield from (one.addr_spec for one in value.addresses[:_MOST_NAMES])
            else:
                yield str(value).strip().strip("<>")


def _is_automatic(mail: EmailMessage) -> bool:
    """Whether a program answered (RFC 3834), or wrote to many: it is answered by nobody."""
    submitted = _header(mail, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        submitted not in ("", "no")
        or _header(mail, "Precedence").strip().lower() in _ROBOTS
        or any(name in mail for name in _ROBOTS_OWN)
        or ("Return-Path" in mail and _header(mail, "Return-Path").strip() in ("", "<>"))
    )


def _words(mail: EmailMessage) -> str:
    body = mail.get_body(("plain", "html"))
    if body is None:
        return ""
    written = _text(body)
    return tidied(text_of_html(written) if body.get_content_subtype() == "html" else written)


def _text(part: MIMEPart) -> str:
    """Of an unknown character set, as Latin-1 has it."""
    try:
        content = part.get_content()
    except LookupError:
        content = _bytes(part).decode("latin-1")
    return content if isinstance(content, str) else ""


def _attachments(mail: EmailMessage) -> Iterator[Attachment]:
    body = mail.get_body(("plain", "html"))
    for number, part in enumerate(_leaves(mail, is_choice=False)):
        if number >= _MOST_PARTS:
            raise ValueError("it has too many parts")
        if part is not body:
            yield Attachment(_name(part), _bytes(part))


def _leaves(part: MIMEPart, *, is_choice: bool) -> Iterator[MIMEPart]:
    """The parts that hold something; of a text that comes in several forms only what is no text, such as pictures."""
    kind = part.get_content_maintype()
    if kind == "multipart":
        for inner in part.iter_parts():
            yield from _leaves(inner, is_choice=is_choice or part.get_content_subtype() == "alternative")
    elif not (is_choice and kind == "text" and part.get_filename() is None):
        yield part


def _name(part: MIMEPart) -> str:
    is_mail = part.get_content_type() == "message/rfc822"
    return shorten(clean_line(part.get_filename() or ""), 200) or ("mail.eml" if is_mail else "file")


def _bytes(part: MIMEPart) -> bytes:
    if part.get_content_maintype() == "message":
        inner = part.get_payload()
        passed_on = [one for one in inner if isinstance(one, Message)] if isinstance(inner, list) else []
        return b"".join(one.as_bytes() for one in passed_on)
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
