"""``Mail``: the way out to email addresses."""

import ssl
from collections.abc import Mapping
from datetime import tzinfo

import structlog

from adapters.email.config import Sender, SmtpServer, is_mailbox
from adapters.email.message import Heading, mail_of
from adapters.email.render import Renderer
from adapters.email.sending import TIMEOUT, Envelope, send
from core.cards.card import Card
from core.model.outbox import ToEmail, ToSpace
from core.ports import Clock, Pace, Parcel, Receipt, Undeliverable

log = structlog.get_logger(__name__)


class Mail:
    """A ``core.ports.Channel`` for ``ToEmail`` addresses, and for ``ToSpace`` where the space is a list of them.

    ``spaces``: the addresses of each such space, by its key in bot.toml. ``zone``: the desk's, in which times are
    shown. ``trust``: in place of the system's certificates. ``within``: seconds that a delivery may take.

    Where a server takes a mail for some of a space's addresses and refuses others, the mail goes to those at once and
    the delivery is done: an alert that reached somebody is not sent to them again for the sake of a full mailbox. Whom
    it refused is logged, with the server's words.
    """

    def __init__(
        self,
        server: SmtpServer,
        sender: Sender,
        *,
        spaces: Mapping[str, tuple[str, ...]],
        zone: tzinfo,
        clock: Clock,
        trust: ssl.SSLContext | None = None,
        within: float = TIMEOUT,
    ) -> None:
        self._server = server
        self._sender = sender
        self._spaces = dict(spaces)
        self._renderer = Renderer(zone)
        self._clock = clock
        self._trust = trust
        self._within = within

    @property
    def pace(self) -> Pace | None:
        """None: a server that is sent too much asks for patience."""
        return None

    async def deliver(self, parcel: Parcel) -> Receipt:
        """One mail, over a connection of its own; its Message-ID is the receipt. Raises Retry, Undeliverable and
        Unknown; none of them holds the password."""
        if not isinstance(parcel.content, Card):
            raise Undeliverable("A mail tells a card, and no messages.")
        recipients = self._recipients(parcel)
        heading = Heading(
            key=parcel.key,
            ticket_key=parcel.ticket.key if parcel.ticket is not None else None,
            subject=parcel.content.title,
            sender=self._sender,
            recipients=recipients,
            at=self._clock.now(),
        )
        message = mail_of(heading, self._renderer.render(parcel.content))
        refused = await send(
            Envelope(self._sender.address, recipients, message),
            self._server,
            client_name=self._sender.domain,
            trust=self._trust,
            within=self._within,
        )
        if refused:
            log.warning("mail refused for some", delivery=parcel.delivery.id, refused=dict(refused))
        return Receipt(external_id=heading.message_id)

    async def find(self, parcel: Parcel) -> Receipt | None:
        """None: nobody can be asked whether a mail arrived. It is sent again, and only because the second bears the
        same Message-ID is that right: who looks for it drops the copy, and the others are shown one mail twice."""
        return None

    async def close(self) -> None:
        """Nothing stays open between deliveries."""

    def _recipients(self, parcel: Parcel) -> tuple[str, ...]:
        match parcel.address:
            case ToEmail(address):
                recipients: tuple[str, ...] = (address,)
            case ToSpace(space):
                recipients = tuple(dict.fromkeys(self._spaces.get(space, ())))
                if not recipients:
                    raise Undeliverable(f"The alert space “{space}” has no email addresses: write them into bot.toml.")
            case _:
                raise Undeliverable("Mail goes to alert spaces and email addresses, and to no threads or persons.")
        for recipient in recipients:
            if not is_mailbox(recipient):
                raise Undeliverable("An email address in bot.toml is none: write it like agent@example.edu.")
        return recipients
