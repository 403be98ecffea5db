"""An erased ticket's threads: the requester's goes as a whole, and where the staff's card was it says so.

https://discord.com/developers/docs/resources/channel#deleteclose-channel
"""

from adapters.discord.api.codes import FORBIDDEN
from adapters.discord.api.rest import Refused, Rest
from adapters.discord.sending.history import messages_since
from adapters.discord.sending.posts import Payload, Posts
from adapters.discord.sending.speaking import Speaking
from adapters.discord.sending.threads import Threads
from adapters.discord.words.render import message
from core.model.thread import Audience, Thread
from core.ports import Receipt, Wiped


class Wiping:
    def __init__(self, rest: Rest, posts: Posts, threads: Threads, speaking: Speaking) -> None:
        self._rest = rest
        self._posts = posts
        self._threads = threads
        self._speaking = speaking

    async def wipe(self, thread: Thread, to: str, wiped: Wiped) -> Receipt:
        """With the card that stays, where one does. Raises Refused where the bot may not delete the thread: what it may
        delete in it is gone then."""
        payload: Payload = {**message(wiped.card), "attachments": []}
        if thread.audience is not Audience.STAFF:
            try:
                await self._threads.delete(to)
            except Refused as refused:
                if refused.code in FORBIDDEN:
                    await self._empty(thread, to, payload)
                raise
            return Receipt()
        shown = thread.card or to
        is_there = await self._posts.edit(thread.place, shown, payload)
        await self._threads.delete(to)
        return Receipt(external_id=shown, card=shown if is_there else None)

    async def _empty(self, thread: Thread, to: str, payload: Payload) -> None:
        if thread.card is not None:
            await self._posts.edit(to, thread.card, payload)
        async for found in messages_since(self._rest, to, 0):
            if str(found["id"]) != thread.card:
                await self._remove(thread, to, str(found["id"]))

    async def _remove(self, thread: Thread, to: str, external_id: str) -> None:
        """What people wrote there themselves the bot may delete only with Manage Messages."""
        try:
            await self._speaking.remove(thread, to, external_id)
        except Refused as refused:
            if refused.code not in FORBIDDEN:
                raise
