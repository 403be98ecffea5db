"""``SlackChannel``: the way out to Slack."""

from collections.abc import Sequence

from adapters.slack.api.client import Refused, Slack
from adapters.slack.config import SlackConfig
from adapters.slack.sending.direct import Direct
from adapters.slack.sending.files import Files, is_file
from adapters.slack.sending.history import History, Place
from adapters.slack.sending.making import Made, Making
from adapters.slack.sending.marks import Marks
from adapters.slack.sending.posts import Posts
from adapters.slack.sending.speaking import Scene, Speaking, words_in
from adapters.slack.sending.troubles import Mended, Report, Troubles
from adapters.slack.sending.wiping import Wiping
from adapters.slack.spot import Spot
from adapters.slack.words.cards import card_message, lines
from core.cards.card import Card
from core.filelinks import FileLinks
from core.model.outbox import Intent
from core.model.thread import Copy, Thread
from core.model.ticket import Ticket
from core.ports import Gone, Marked, Parcel, Reacted, Receipt, Removal, Spoken, Undeliverable, Wiped
from core.storage import Store


class SlackChannel:
    """A ``core.ports.Channel`` for Slack's threads and persons.

    ``made`` is told of each thread as soon as there is one; ``report`` and ``mended`` of what an admin has to mend, and
    that it is; ``links`` leads to files that Slack does not take. Of several attempts at one delivery each goes on from
    what the others did.
    """

    pace = None
    """A channel's pace is ``api/pacing.py``'s: it knows which calls of a delivery count."""

    def __init__(
        self,
        slack: Slack,
        store: Store,
        config: SlackConfig,
        *,
        made: Made,
        report: Report,
        mended: Mended,
        links: FileLinks | None = None,
    ) -> None:
        history = History(slack)
        self._troubles = Troubles(config, report, mended)
        self._posts = Posts(slack, history)
        self._marks = Marks(slack)
        files = Files(slack, store, config, history=history, posts=self._posts, troubles=self._troubles, links=links)
        self._making = Making(slack, config, files=files, posts=self._posts, made=made)
        self._speaking = Speaking(self._posts, files, self._marks)
        self._wiping = Wiping(history, self._posts, self._speaking)
        self._direct = Direct(slack, self._posts)

    async def deliver(self, parcel: Parcel) -> Receipt:
        """Raises Retry, Undeliverable, Unknown and Gone; none of them holds a token."""
        try:
            receipt = await self._deliver(parcel)
        except Refused as refused:
            raise await self._troubles.verdict(parcel, refused) from refused
        await self._troubles.delivered(parcel)
        return receipt

    async def find(self, parcel: Parcel) -> Receipt | None:
        """None: ``deliver`` itself looks for what earlier attempts did, and does only what is missing."""
        return None

    async def _deliver(self, parcel: Parcel) -> Receipt:
        content, ticket, thread = parcel.content, parcel.ticket, parcel.thread
        if thread is None and parcel.recipient is not None and isinstance(content, Card):
            return await self._direct.send(parcel, parcel.recipient, content)
        if thread is None and parcel.recipient is not None and isinstance(content, Wiped):
            return await self._direct.take_back(parcel.recipient, content.known)
        if thread is None or ticket is None:
            raise Undeliverable("Slack has threads and persons of the desk, and nothing else.")
        match parcel.delivery.intent, content:
            case Intent.CREATE_THREAD, Card():
                return await self._making.thread(parcel, ticket, thread, content)
            case Intent.TICKET_CARD, Card():
                return await self._card(thread, content)
            case _, Card():
                return await self._post(parcel, thread, content)
            case _, Wiped(card, known):
                return await self._wipe(thread, card, known)
            case _, Spoken():
                return await self._speak(parcel, ticket, thread, content)
            case _:
                await self._change(parcel, ticket, thread)
                return Receipt()

    async def _card(self, thread: Thread, card: Card) -> Receipt:
        """Put the card in the place of what it was. Where somebody deleted it the thread is gone: it stood under it."""
        spot = _spot(thread)
        shown = thread.card or spot.ts
        if not await self._posts.change(spot.channel, shown, self._making.payload(thread, card)):
            raise Gone("The ticket's card on Slack was deleted.")
        return Receipt(external_id=shown, card=shown)

    async def _wipe(self, thread: Thread, card: Card, known: Sequence[str]) -> Receipt:
        spot = _spot(thread)
        return await self._wiping.wipe(spot, thread.card or spot.ts, self._making.payload(thread, card), known)

    async def _post(self, parcel: Parcel, thread: Thread, card: Card) -> Receipt:
        is_news = parcel.delivery.intent is Intent.NEWS
        payload = lines(card, ping=parcel.pings) if is_news else card_message(card, ping=parcel.pings)
        if is_news and parcel.over and thread.participant is not None:
            # The last news of a person's ticket is shown outside its thread too, where they see it.
            payload = {**payload, "reply_broadcast": True}
        return Receipt(external_id=await self._posts.post_once(parcel.delivery, _place(thread), payload))

    async def _speak(self, parcel: Parcel, ticket: Ticket, thread: Thread, spoken: Spoken) -> Receipt:
        scene = _scene(parcel, ticket, thread)
        if parcel.delivery.intent is Intent.EDIT:
            parts = await self._speaking.edit(scene, spoken, _copy(parcel))
        else:
            parts = await self._speaking.say(scene, spoken)
        return Receipt(external_id=parts[0] if parts else None, parts=parts)

    async def _change(self, parcel: Parcel, ticket: Ticket, thread: Thread) -> None:
        place = _place(thread)
        match parcel.content:
            case Removal() if parcel.copy is None:
                await self._speaking.unsay(_scene(parcel, ticket, thread))
            case Removal():
                # A file goes before the message that shows it: without the message it would stay.
                for external_id in sorted(_copy(parcel).external_ids, key=is_file, reverse=True):
                    await self._speaking.remove(place, external_id)
            case Reacted(emoji):
                await self._marks.show(place.channel, _shown(_copy(parcel)), emoji)
            case Marked(kind, was_held):
                await self._marks.mark(place.channel, _shown(_copy(parcel)), kind, was_held=was_held)
            case _:
                raise Undeliverable("Threads on Slack have no members of their own, and are not put away.")


def _spot(thread: Thread) -> Spot:
    if thread.external_id is None:
        raise Undeliverable("The ticket has no thread on Slack yet.")
    try:
        return Spot.of(thread.external_id)
    except ValueError:
        raise Undeliverable("What the desk calls the thread is no place on Slack.") from None


def _place(thread: Thread) -> Place:
    spot = _spot(thread)
    return Place(spot.channel, spot.ts)


def _scene(parcel: Parcel, ticket: Ticket, thread: Thread) -> Scene:
    return Scene(delivery=parcel.delivery, thread=thread, place=_place(thread), ref=ticket.ref)


def _copy(parcel: Parcel) -> Copy:
    if parcel.copy is None or not parcel.copy.external_ids:
        raise Undeliverable("Slack has no message of it.")
    return parcel.copy


def _shown(copy: Copy) -> str:
    """The message under which signs stand: the last of its words, or the one that shows its files."""
    messages = words_in(copy) or [one for one in copy.external_ids if not is_file(one)]
    if not messages:
        raise Undeliverable("Slack has no message of it.")
    return messages[-1]
