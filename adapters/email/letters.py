"""``Letters``: what a person is told by mail, each in a mail of its own that a mail program keeps with its ticket's."""

import ssl
from collections.abc import Awaitable, Callable
from datetime import tzinfo

from adapters.email.config import Sender, SmtpServer, is_mailbox
from adapters.email.message import Heading, mail_of
from adapters.email.render import Renderer
from adapters.email.sending import TIMEOUT, Envelope, NoMailbox, send
from adapters.email.tokens import Tokens
from core.cards.card import Card
from core.model.outbox import ToPerson
from core.ports import Clock, Pace, Parcel, Receipt, Undeliverable

Bounced = Callable[[str, str], Awaitable[None]]
"""Told of an address that takes no mail, and why."""
Enrich = Callable[[Parcel, Card], Awaitable[Card]]
"""What a card says besides, at the moment when it goes."""


class Letters:
    """A ``core.ports.Channel`` for ``ToPerson`` addresses of mail. ``zone``: the desk's, in which times are shown.
    ``trust``: in place of the system's certificates. ``within``: seconds that a delivery may take."""

    def __init__(
        self,
        server: SmtpServer,
        sender: Sender,
        *,
        tokens: Tokens,
        zone: tzinfo,
        clock: Clock,
        bounced: Bounced,
        enrich: Enrich,
        trust: ssl.SSLContext | None = None,
        within: float = TIMEOUT,
    ) -> None:
        self._server = server
        self._sender = sender
        self._tokens = tokens
        self._renderer = Renderer(zone)
        self._clock = clock
        self._bounced = bounced
        self._enrich = enrich
        self._trust = trust
        self._within = within

    @property
    def pace(self) -> Pace | None:
        """None: a server that is sent too much asks for patience."""
        return None

    async def deliver(self, parcel: Parcel) -> Receipt:
        """One mail, over a connection of its own; its Message-ID is the receipt. Raises Retry, Undeliverable and
        Unknown."""
        address, card, recipient = parcel.address, parcel.content, parcel.recipient
        if not isinstance(address, ToPerson) or not isinstance(card, Card) or recipient is None:
            raise Undeliverable("A letter tells one person a card.")
        if not is_mailbox(recipient):
            raise Undeliverable("The person's email address is none that every mail server takes.")
        heading = self._heading(parcel, address, card, recipient)
        message = mail_of(heading, self._renderer.render(await self._enrich(parcel, card)))
        envelope = Envelope(heading.reply_to or self._sender.address, (recipient,), message)
        try:
            await send(envelope, self._server, client_name=self._sender.domain, trust=self._trust, within=self._within)
        except NoMailbox as refusal:
            await self._bounced(recipient, str(refusal))
            raise
        return Receipt(external_id=heading.message_id)

    async def find(self, parcel: Parcel) -> Receipt | None:
        """None: nobody can be asked whether a mail arrived. Sent again it bears the same Message-ID."""
        return None

    def _heading(self, parcel: Parcel, address: ToPerson, card: Card, recipient: str) -> Heading:
        ticket, mailing = parcel.ticket, parcel.mailing
        return Heading(
            key=parcel.key,
            ticket_key=ticket.key if ticket is not None else None,
            subject=card.title,
            sender=self._sender,
            recipients=(recipient,),
            at=self._clock.now(),
            own_id=self._tokens.message_id(parcel.key, ticket.id, address.person) if ticket is not None else None,
            reply_to=self._tokens.address(ticket.id, address.person) if ticket is not None else None,
            unsubscribe=mailing.unsubscribe if mailing is not None else None,
        )
