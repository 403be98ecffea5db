"""A ticket's thread, made once, with its card and its people; and the card alone, in the staff's channel.

Each step is looked for before it is done again, so an attempt that broke off anywhere is gone on with.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from adapters.discord.api.rest import Refused
from adapters.discord.sending.files import Files, attached, is_too_large
from adapters.discord.sending.history import Message, begun, is_again, says_same
from adapters.discord.sending.places import Places
from adapters.discord.sending.posts import Posts, nonce
from adapters.discord.sending.threads import Threads
from adapters.discord.sending.troubles import Troubles, What, permission_key
from adapters.discord.words.render import Payload, message, thread_name
from core.cards.card import Card
from core.model.ids import TicketId
from core.model.thread import File, Thread
from core.model.ticket import Ticket
from core.ports import Parcel, Receipt

Made = Callable[[TicketId, str, str], None]
"""Told the ticket, the server and the thread as soon as there is one, before anything is in it."""

_KEPT = 4_000
_TO_THREAD = "Go to the thread"


class Making:
    def __init__(
        self,
        *,
        files: Files,
        places: Places,
        posts: Posts,
        threads: Threads,
        troubles: Troubles,
        made: Made,
    ) -> None:
        self._files = files
        self._places = places
        self._posts = posts
        self._threads = threads
        self._troubles = troubles
        self._made = made
        self._begun: OrderedDict[str, str] = OrderedDict()
        """Delivery key -> the thread that was made for it, so that a storm of rate limits asks for no long lists."""
        self._brought: OrderedDict[str, set[str]] = OrderedDict()
        """Delivery key -> who was added for it, so that with each try it gets further, however low a rate limit is."""
        self._blind: dict[str, set[str]] = {}
        """Channel -> who could not be added to threads of it."""

    async def thread(self, parcel: Parcel, ticket: Ticket, thread: Thread, card: Card) -> Receipt:
        """A private thread with its pinned card and its people."""
        guild = (await self._places.of(thread.place)).guild
        external_id = await self._thread(parcel, ticket, thread)
        self._made(ticket.id, guild, external_id)
        first = await self._first_card(parcel, ticket, external_id, card)
        await self.bring_in(parcel, thread, external_id, parcel.roster.present)
        await self.pin(thread, external_id, first)
        return Receipt(external_id=external_id, card=first, realm=guild)

    async def triage_card(self, parcel: Parcel, thread: Thread, card: Card) -> Receipt:
        """The card in the staff's channel; notes get a thread under it when there are any."""
        guild = (await self._places.of(thread.place)).guild
        payload = staff_message(card, parcel.home)

        async def is_it(found: Message) -> bool:
            same = found.get("nonce") == nonce(parcel.delivery, 0)["nonce"] or _is_card_of(found, payload)
            return same and not await self._threads.is_bound(str(found["id"]))

        posted = None
        if is_again(parcel.delivery):
            posted = await self._posts.find(thread.place, begun(parcel.delivery), is_it)
        if posted is None:
            posted = await self._posts.post(parcel.delivery, thread.place, payload)
        return Receipt(external_id=posted, card=posted, realm=guild)

    async def bring_in(self, parcel: Parcel, thread: Thread, external_id: str, people: tuple[str, ...]) -> None:
        """Add people to a thread; of those whom Discord does not let in, the admins are told."""
        brought = self._brought.setdefault(parcel.key, set())
        if len(self._brought) > _KEPT:
            self._brought.popitem(last=False)
        blind = await self._threads.bring_in(external_id, people, brought)
        self._brought.pop(parcel.key, None)
        known = self._blind.setdefault(thread.place, set())
        known -= set(people) - set(blind)
        if not known and not blind:
            await self._troubles.fine(permission_key(thread.place), What.PEOPLE)
        known |= set(blind)
        if not blind:
            return
        named = ", ".join(f"https://discord.com/users/{person}" for person in blind)
        where = await self._places.words(thread.place)
        sentence = (
            f"{named} cannot be added to a ticket's thread, because they do not see {where}: allow View Channel there "
            "to a role that every student has (Edit Channel, Permissions)."
        )
        await self._troubles.found(permission_key(thread.place), sentence, What.PEOPLE)

    async def pin(self, thread: Thread, external_id: str, card: str) -> None:
        """A card that cannot be pinned is a card all the same."""
        if await self._posts.pin(external_id, card):
            await self._troubles.fine(permission_key(thread.place), What.PINS)
        else:
            await self._troubles.forbidden(thread.place, thread, What.PINS)

    async def _thread(self, parcel: Parcel, ticket: Ticket, thread: Thread) -> str:
        name = thread_name(ticket.ref, ticket.title)
        found = self._begun.get(parcel.key)
        if found is None and is_again(parcel.delivery):
            found = await self._threads.find(thread.place, name, begun(parcel.delivery))
        if found is None:
            found = await self._threads.create(thread.place, name)
        self._begun[parcel.key] = found
        if len(self._begun) > _KEPT:
            self._begun.popitem(last=False)
        return found

    async def _first_card(self, parcel: Parcel, ticket: Ticket, external_id: str, card: Card) -> str:
        if is_again(parcel.delivery):

            async def is_it(_: Message) -> bool:
                return True

            # Nothing of ours comes before the card, whose words may have changed since.
            found = await self._posts.find(external_id, 0, is_it)
            if found is not None:
                return found
        batches, left = self._files.sorted_out(parcel.files)
        with_card = batches[0] if batches else ()
        left += [file for batch in batches[1:] for file in batch]
        try:
            return await self._post_card(parcel, ticket, external_id, card, with_card, left)
        except Refused as refused:
            if not with_card or not is_too_large(refused):
                raise
        return await self._post_card(parcel, ticket, external_id, card, (), list(parcel.files))

    async def _post_card(
        self, parcel: Parcel, ticket: Ticket, to: str, card: Card, files: tuple[File, ...], left: list[File]
    ) -> str:
        uploads = self._files.uploads(files)
        payload = attached(message(card, content=self._files.elsewhere(left, ticket.ref)), uploads)
        return await self._posts.post(parcel.delivery, to, payload, files=uploads)


def staff_message(card: Card, home: Thread | None) -> Payload:
    """The card as the staff's channel shows it, with the way to the ticket's thread once there is one."""
    if home is None or home.external_id is None or not home.realm:
        return message(card)
    return message(card, link=(_TO_THREAD, f"https://discord.com/channels/{home.realm}/{home.external_id}"))


def _is_card_of(found: Message, payload: Payload) -> bool:
    """Whether it is the same ticket's card, whatever has changed on it since."""
    shown: Any = (found.get("embeds") or [{}])[0]
    url = payload["embeds"][0].get("url")
    return bool(shown.get("url") == url) if url else says_same(found, payload)
