"""``DiscordChannel``: the way out to Discord."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from adapters.discord.api.codes import Code
from adapters.discord.api.rest import Refused, Rest
from adapters.discord.config import DiscordConfig
from adapters.discord.sending.direct import Direct
from adapters.discord.sending.files import Files
from adapters.discord.sending.history import is_again
from adapters.discord.sending.making import Made, Making, staff_message
from adapters.discord.sending.places import Places
from adapters.discord.sending.posts import Posts
from adapters.discord.sending.speaking import Scene, Speaking
from adapters.discord.sending.threads import Threads
from adapters.discord.sending.troubles import Mended, Report, Troubles
from adapters.discord.sending.webhooks import Webhooks
from adapters.discord.sending.wiping import Wiping
from adapters.discord.words.render import message
from core.cards.card import Card
from core.filelinks import FileLinks
from core.model.outbox import Intent
from core.model.thread import Audience, Copy, Thread
from core.model.ticket import Ticket
from core.ports import Gone, Parcel, Reacted, Receipt, Removal, Roster, Settled, Spoken, Undeliverable, Wiped
from core.storage import Store

_T = TypeVar("_T")


class DiscordChannel:
    """A ``core.ports.Channel`` for Discord's threads and persons.

    ``made`` is told of each thread of a requester's as soon as there is one; ``report`` and ``mended`` of what an admin
    has to mend, and that it is; ``links`` leads to files that Discord does not take. Of several attempts at one
    delivery each goes on from what the others did.
    """

    pace = None
    """Discord tells its limits in each answer, and ``Rest`` keeps them."""

    def __init__(
        self,
        rest: Rest,
        store: Store,
        config: DiscordConfig,
        *,
        made: Made,
        report: Report,
        mended: Mended,
        links: FileLinks | None = None,
    ) -> None:
        places = Places(rest)
        files = Files(store, config, links)
        self._posts = Posts(rest, places)
        self._threads = Threads(rest, store, places)
        self._troubles = Troubles(report, mended, places)
        webhooks = Webhooks(rest, places, self._troubles)
        self._speaking = Speaking(rest, store, files=files, places=places, posts=self._posts, webhooks=webhooks)
        self._wiping = Wiping(rest, self._posts, self._threads, self._speaking)
        self._direct = Direct(rest, self._posts, self._threads)
        self._making = Making(
            files=files,
            places=places,
            posts=self._posts,
            threads=self._threads,
            troubles=self._troubles,
            made=made,
        )

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
        if parcel.recipient is not None and isinstance(content, Card):
            return await self._direct.send(parcel, parcel.recipient, content)
        if parcel.recipient is not None and isinstance(content, Wiped):
            return await self._direct.take_back(parcel.recipient, content.known)
        if thread is None or ticket is None:
            raise Undeliverable("Discord has threads and persons of the desk, and nothing else.")
        match parcel.delivery.intent, content:
            case Intent.CREATE_THREAD, Card() if thread.audience is Audience.STAFF:
                return await self._making.triage_card(parcel, thread, content)
            case Intent.CREATE_THREAD, Card():
                return await self._making.thread(parcel, ticket, thread, content)
            case Intent.TICKET_CARD, Card():
                return await self._card(parcel, ticket, thread, content)
            case _, Wiped():
                return await self._wiping.wipe(thread, _made(thread), content)
            case _:
                return await self._in_thread(parcel, ticket, thread)

    async def _in_thread(self, parcel: Parcel, ticket: Ticket, thread: Thread) -> Receipt:
        to, content = _made(thread), parcel.content
        if isinstance(content, Settled):
            await self._threads.settle(to, thread.realm, over=content.over)
            return Receipt()

        async def work() -> Receipt:
            match content:
                case Card():
                    return await self._post(parcel, to, content)
                case Spoken():
                    scene = Scene(delivery=parcel.delivery, thread=thread, to=to, ref=ticket.ref)
                    return await self._speak(parcel, scene, content)
                case Roster(present, gone):
                    await self._making.bring_in(parcel, thread, to, present)
                    await self._threads.take_out(to, gone)
                case Removal() if parcel.copy is None:
                    scene = Scene(delivery=parcel.delivery, thread=thread, to=to, ref=ticket.ref)
                    await self._speaking.unsay(scene, content)
                case Removal():
                    for external_id in _copy(parcel).external_ids:
                        await self._speaking.remove(thread, to, external_id)
                case Reacted(emoji):
                    await self._posts.show_reactions(to, _copy(parcel).external_ids[-1], emoji)
            return Receipt()

        return await self._opened(parcel, ticket, thread, work)

    async def _post(self, parcel: Parcel, to: str, card: Card) -> Receipt:
        payload = message(card, ping=parcel.pings)
        return Receipt(external_id=await self._posts.post_once(parcel.delivery, to, payload))

    async def _speak(self, parcel: Parcel, scene: Scene, spoken: Spoken) -> Receipt:
        if parcel.delivery.intent is Intent.EDIT:
            parts = await self._speaking.edit(scene, spoken, _copy(parcel))
        else:
            parts = await self._speaking.say(scene, spoken)
        return Receipt(external_id=parts[0] if parts else None, parts=parts)

    async def _card(self, parcel: Parcel, ticket: Ticket, thread: Thread, card: Card) -> Receipt:
        """Put the card in the place of what it was; a new one where somebody deleted it."""
        to = _made(thread)
        if thread.audience is Audience.STAFF:
            return await self._staff_card(parcel, thread, to, card)

        async def work() -> Receipt:
            payload = message(card)
            if thread.card is not None and await self._posts.edit(to, thread.card, _without_words(payload)):
                return Receipt(external_id=thread.card, card=thread.card)
            posted = await self._posts.post_once(parcel.delivery, to, payload)
            await self._making.pin(thread, to, posted)
            return Receipt(external_id=posted, card=posted)

        return await self._opened(parcel, ticket, thread, work)

    async def _staff_card(self, parcel: Parcel, thread: Thread, to: str, card: Card) -> Receipt:
        payload = staff_message(card, parcel.home)
        shown = thread.card or to
        if await self._posts.edit(thread.place, shown, _without_words(payload)):
            return Receipt(external_id=shown, card=shown)
        if not await self._threads.exists(to):
            raise Gone("The ticket's card in the staff's channel on Discord was deleted.")
        posted = await self._posts.post_once(parcel.delivery, thread.place, payload)
        return Receipt(external_id=posted, card=posted)

    async def _opened(self, parcel: Parcel, ticket: Ticket, thread: Thread, work: Callable[[], Awaitable[_T]]) -> _T:
        to = _made(thread)

        async def opened() -> _T:
            again = is_again(parcel.delivery)
            return await self._threads.while_open(to, thread.realm, work, over=parcel.over, again=again)

        try:
            return await opened()
        except Refused as refused:
            if thread.audience is not Audience.STAFF or refused.code != Code.UNKNOWN_CHANNEL:
                raise
        # The first words under a card of the staff's: their thread has the card's own id. Its name holds nothing that
        # a sensitive ticket's card leaves out.
        try:
            await self._threads.create_under(thread.place, to, ticket.ref)
        except Refused as refused:
            if refused.code != Code.UNKNOWN_MESSAGE:
                raise
            raise Gone("The ticket's card in the staff's channel on Discord was deleted.") from refused
        return await opened()


def _made(thread: Thread) -> str:
    if thread.external_id is None:
        raise Undeliverable("The ticket has no thread on Discord yet.")
    return thread.external_id


def _copy(parcel: Parcel) -> Copy:
    if parcel.copy is None or not parcel.copy.external_ids:
        raise Undeliverable("Discord has no message of it.")
    return parcel.copy


def _without_words(payload: dict[str, object]) -> dict[str, object]:
    """For an edit: beside the first card there may be a line on files, which stays."""
    return {key: value for key, value in payload.items() if key != "content"}
