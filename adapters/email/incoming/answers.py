"""What the desk answers at once to whoever wrote: that it took nothing, or not all. It goes out once, and no answer to
it is awaited (RFC 3834): what cannot be sent is logged."""

import ssl
from dataclasses import dataclass
from datetime import tzinfo

import structlog

from adapters.email.config import Sender, SmtpServer
from adapters.email.incoming.reading import Incoming
from adapters.email.message import Heading, mail_of
from adapters.email.render import Renderer
from adapters.email.sending import Envelope, send
from core.cards.card import Card
from core.ports import Clock, Retry, Undeliverable, Unknown

log = structlog.get_logger(__name__)

_NOBODY = ""
"""The empty return path: no robot answers it, and no bounce comes of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    server: SmtpServer
    sender: Sender
    zone: tzinfo
    clock: Clock
    trust: ssl.SSLContext | None = None

    async def send(self, mail: Incoming, card: Card) -> None:
        """``card`` to whoever wrote ``mail``."""
        if mail.sender is None:
            return
        heading = Heading(
            key=mail.key[:24],
            ticket_key=None,
            subject=card.title,
            sender=self.sender,
            recipients=(mail.sender,),
            at=self.clock.now(),
            answers=mail.message_id or "",
        )
        message = mail_of(heading, Renderer(self.zone).render(card))
        envelope = Envelope(_NOBODY, (mail.sender,), message)
        try:
            await send(envelope, self.server, client_name=self.sender.domain, trust=self.trust)
        except (Retry, Undeliverable, Unknown) as failure:
            log.warning("mail_not_answered", mail=mail.key, reason=str(failure))
