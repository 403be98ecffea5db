"""A ticket's thread, made once: its card, as the first message of a person's own thread or of the staff's, and under it
what the ticket was opened with.

Each step is looked for before it is done again, so an attempt that broke off anywhere is gone on with.
"""

from collections.abc import Callable

from adapters.slack.api.client import Slack
from adapters.slack.config import SlackConfig
from adapters.slack.sending.files import Files
from adapters.slack.sending.history import Place
from adapters.slack.sending.posts import Payload, Posts
from adapters.slack.spot import Spot
from adapters.slack.words.cards import card_message, staff_card
from adapters.slack.words.rich import message, pieces
from core.cards.card import Card
from core.model.ids import PersonId, TicketId
from core.model.thread import Audience, MessageKind, Thread
from core.model.ticket import Ticket
from core.ports import Parcel, Receipt, Undeliverable

Made = Callable[[TicketId, PersonId | None, Spot], None]
"""Told the ticket, whose own thread it is (None: the staff's) and where, as soon as there is one."""

_HINTS = {
    MessageKind.REPLY: "A plain message here answers the student. Begin with // for a note, for the staff alone.",
    MessageKind.NOTE: "A plain message here is a note, for the staff alone. Begin with // to answer the student.",
}
"""By what plain words in a staff thread are."""


class Making:
    def __init__(self, slack: Slack, config: SlackConfig, *, files: Files, posts: Posts, made: Made) -> None:
        self._slack = slack
        self._config = config
        self._files = files
        self._posts = posts
        self._made = made

    async def thread(self, parcel: Parcel, ticket: Ticket, thread: Thread, card: Card) -> Receipt:
        channel = await self._channel(parcel, thread)
        ts = await self._posts.post_once(parcel.delivery, Place(channel), self.payload(thread, card))
        spot = Spot(channel, ts)
        self._made(ticket.id, thread.participant, spot)
        await self._bring_files(parcel, ticket, thread, Place(channel, ts))
        realm = (await self._slack.workspace()).team
        return Receipt(external_id=spot.external_id, card=ts, cursor=ts, realm=realm)

    def payload(self, thread: Thread, card: Card) -> Payload:
        """The card as that thread's readers see it. Where nothing can be done by it, as with a sensitive ticket's,
        nobody is told how to talk below it."""
        if thread.audience is not Audience.STAFF or not any(button.action for button in card.buttons):
            return card_message(card)
        return staff_card(card, _HINTS[self._config.staff_message_is])

    async def _channel(self, parcel: Parcel, thread: Thread) -> str:
        if thread.audience is Audience.STAFF:
            return thread.place
        if parcel.recipient is None:
            raise Undeliverable("Nobody on Slack can be found whose thread it is to be.")
        return await self._slack.open_dm(parcel.recipient)

    async def _bring_files(self, parcel: Parcel, ticket: Ticket, thread: Thread, place: Place) -> None:
        taken, left = self._files.sorted_out(parcel.files)
        if taken and await self._files.share(parcel.delivery, place, thread.id, taken) is None:
            left = list(parcel.files)
        for part, blocks in enumerate(pieces(self._files.elsewhere(left, ticket.ref)), start=1):
            await self._posts.post_once(parcel.delivery, place, message(blocks), part=part)
