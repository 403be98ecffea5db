"""Direct messages, and what stands in for them where a person takes none."""

from collections.abc import Sequence

from adapters.chat.ways import led_to
from adapters.discord.api.codes import Code
from adapters.discord.api.rest import Refused, Rest
from adapters.discord.rooms import link_in
from adapters.discord.sending.history import is_again
from adapters.discord.sending.posts import Posts
from adapters.discord.sending.threads import Threads
from adapters.discord.words.render import message
from core.cards.card import Card
from core.model.thread import Thread
from core.ports import Parcel, Receipt, Retry, Undeliverable

_WAIT = 60.0
"""Seconds until another conversation is opened, after too many in a short time."""
_NO_CONVERSATION = frozenset({400, 403, 404})
"""Closed to the bot, no server in common, blocked, left or deleted: Discord has a code for each, and more to come."""


class Direct:
    def __init__(self, rest: Rest, posts: Posts, threads: Threads) -> None:
        self._rest = rest
        self._posts = posts
        self._threads = threads
        self._channels: dict[str, str] = {}

    async def send(self, parcel: Parcel, recipient: str, card: Card) -> Receipt:
        """To the person; where they take no direct messages, as a ping in the ticket's thread that they are in."""
        way = link_in([parcel.fallback]) if parcel.fallback is not None else None
        card = card if way is None else led_to(card, way)
        try:
            channel = await self._channel(recipient)
            return Receipt(external_id=await self._posts.post_once(parcel.delivery, channel, message(card)))
        except Refused as refused:
            if refused.code == Code.DIRECT_MESSAGES_TOO_FAST:
                raise Retry(str(refused), after=_WAIT) from refused
            if refused.status not in _NO_CONVERSATION:
                raise
            closed = refused
        fallback = parcel.fallback
        if fallback is None or fallback.external_id is None:
            raise Undeliverable(f"The person takes no direct messages on Discord: {closed}")
        try:
            return await self._ping(parcel, recipient, card, fallback, fallback.external_id)
        except Refused as refused:
            raise Undeliverable(
                f"The person takes no direct messages on Discord, and cannot be pinged in the thread: {refused}"
            ) from refused

    async def take_back(self, recipient: str, external_ids: Sequence[str]) -> Receipt:
        """Messages to the person; one that stood in a thread instead is not among them, and goes with that."""
        channel = await self._channel(recipient)
        for external_id in external_ids:
            await self._posts.delete(channel, external_id)
        return Receipt()

    async def _ping(self, parcel: Parcel, recipient: str, card: Card, thread: Thread, to: str) -> Receipt:
        payload = message(card, content=f"<@{recipient}>", ping=(recipient,))

        async def ping() -> str:
            return await self._posts.post_once(parcel.delivery, to, payload)

        again = is_again(parcel.delivery)
        posted = await self._threads.while_open(to, thread.realm, ping, over=parcel.over, again=again)
        return Receipt(external_id=posted)

    async def _channel(self, recipient: str) -> str:
        if recipient not in self._channels:
            made = await self._rest.call("POST", "/users/@me/channels", json={"recipient_id": recipient})
            self._channels[recipient] = str(made["id"])
        return self._channels[recipient]
