"""A mail: its headers, and its two parts as they are sent.

The standard library's older classes make it, header by header: the newer ones read what a title says as if it were a
header already (``=?utf-8?q?=0D=0ABcc:…?=`` is decoded), and encode ids that are longer than a line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.charset import QP, Charset
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.utils import format_datetime, formataddr

from adapters.email.config import Sender
from adapters.email.render import Parts
from core.text import clean_line, shorten

SUBJECT = 250
"""Characters: a priority, a ref and the longest title of a ticket."""

_PLAIN = 60
"""Characters that stand behind a header's name in one line."""
_POLICY = policy.compat32.clone(linesep="\r\n")
_UNFOLDED = _POLICY.clone(max_line_length=900)
"""For a long id: some programs read its name's line alone, and find nothing there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What stands over a mail. ``key`` names the delivery and ``ticket_key`` its ticket, which gathers all mails about
    it in one thread."""

    key: str
    ticket_key: str | None
    subject: str
    sender: Sender
    recipients: Sequence[str]
    at: datetime
    own_id: str | None = None
    """A Message-ID that says more than the delivery."""
    reply_to: str | None = None
    unsubscribe: str | None = None
    """The address that ends such mails."""
    answers: str | None = None
    """The id of the mail that is answered at once, "" where it has none; None for any other mail."""

    @property
    def message_id(self) -> str:
        """The same at every try, so that a mail which arrives twice can be told from two."""
        return self.own_id or f"<{self.key}@{self.sender.domain}>"


def mail_of(heading: Heading, parts: Parts) -> bytes:
    """The mail in ASCII with CRLF: no line is longer than RFC 5322 allows, so any server takes it."""
    mail = MIMEMultipart("alternative", boundary=f"=_{heading.key}")
    mail["From"] = _from(heading.sender)
    mail["To"] = ", ".join(heading.recipients)
    if heading.reply_to is not None:
        mail["Reply-To"] = heading.reply_to
    mail["Subject"] = _subject(heading.subject)
    mail["Date"] = format_datetime(heading.at)
    mail["Message-ID"] = heading.message_id
    thread = _thread(heading)
    if thread:
        mail["In-Reply-To"] = thread
        mail["References"] = thread
    # No out-of-office answers and no receipts (RFC 3834; Exchange has a header of its own). Bounces may come.
    mail["Auto-Submitted"] = "auto-generated" if heading.answers is None else "auto-replied"
    mail["X-Auto-Response-Suppress"] = "DR, RN, NRN, OOF, AutoReply"
    if heading.unsubscribe is not None:
        _let_go(mail, heading.unsubscribe)
    mail.attach(_part(parts.text, "plain"))
    mail.attach(_part(parts.html, "html"))
    return mail.as_bytes(policy=_UNFOLDED if heading.own_id or heading.answers else _POLICY)


def _thread(heading: Heading) -> str:
    """What a mail program keeps it with: the mail that it answers, or all that is about its ticket."""
    if heading.ticket_key is None:
        return heading.answers or ""
    return f"<ticket.{heading.ticket_key}@{heading.sender.domain}>"


def _let_go(mail: MIMEMultipart, url: str) -> None:
    """A mail program's own button (RFC 2369). By one click (RFC 8058) it works over TLS alone."""
    mail["List-Unsubscribe"] = f"<{url}>"
    if url.startswith("https://"):
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _from(sender: Sender) -> str:
    if _is_plain(sender.name):
        return formataddr((sender.name, sender.address))
    return f"{_encoded(sender.name, 'From')} <{sender.address}>"


def _subject(words: str) -> str:
    subject = shorten(clean_line(words), SUBJECT) or "…"
    return subject if _is_plain(subject) else _encoded(subject, "Subject")


def _is_plain(words: str) -> bool:
    """Whether it is ASCII that needs no folding, and cannot be taken for an encoded word."""
    return words.isascii() and "=?" not in words and len(words) <= _PLAIN


def _encoded(words: str, header: str) -> str:
    """Words of one line after RFC 2047. The library counts a space too few in a line."""
    return Header(words, "utf-8", maxlinelen=75, header_name=header).encode()


def _part(words: str, kind: str) -> MIMENonMultipart:
    charset = Charset("utf-8")
    charset.body_encoding = QP
    part = MIMENonMultipart("text", kind)
    part.set_payload(words, charset)
    return part
