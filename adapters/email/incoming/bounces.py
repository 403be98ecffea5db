"""A report that a mail came back: a delivery status notification (RFC 3464)."""

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage, Message

from core.model.people import email_key
from core.text import clean_line, shorten

_LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Bounce:
    recipients: frozenset[str]
    """Whom the mail did not reach, as it was sent and as it was passed on; in the form of ``email_key``."""
    is_final: bool
    status: str
    """``5.1.1`` (RFC 3463)."""
    reason: str

    @property
    def is_of_address(self) -> bool:
        """Whether the address takes no mail at all, and not this one mail, or none for now: not a full mailbox, the
        mail's size or form, or somebody's rules (RFC 3463, section 3)."""
        return self.is_final and not self.status.startswith(("5.2.2", "5.2.3", "5.3.", "5.6.", "5.7."))


def bounce_of(mail: EmailMessage) -> Bounce | None:
    """None for anything else."""
    if mail.get_content_type() != "multipart/report":
        return None
    if str(mail.get_param("report-type", "")).lower() != "delivery-status":
        return None
    return next(_failures(mail), None)


def _failures(mail: EmailMessage) -> Iterator[Bounce]:
    for part in mail.iter_parts():
        if part.get_content_type() != "message/delivery-status":
            continue
        blocks = part.get_payload()
        for block in blocks if isinstance(blocks, list) else []:
            if isinstance(block, Message) and str(block.get("Action", "")).strip().lower() == "failed":
                yield _bounce(block)


def _bounce(block: Message) -> Bounce:
    status = clean_line(str(block.get("Status", ""))).partition(" ")[0]
    said = str(block.get("Diagnostic-Code", "")).partition(";")[2] or status
    named = (str(block.get(name, "")).partition(";")[2] for name in ("Final-Recipient", "Original-Recipient"))
    return Bounce(
        recipients=frozenset(email_key(clean_line(address).strip("<>")) for address in named if address.strip()),
        is_final=status.startswith("5."),
        status=status,
        reason=shorten(clean_line(said), _LONGEST_REASON),
    )
