"""An erased ticket's threads: all that the app put there goes, and the card above says so.

What people wrote there with their own hands only they can delete: Slack gives an app no way to it.
"""

from collections.abc import Sequence

from adapters.slack.sending.files import is_file
from adapters.slack.sending.history import History, Place
from adapters.slack.sending.posts import Payload, Posts
from adapters.slack.sending.speaking import Speaking
from adapters.slack.spot import Spot
from core.ports import Receipt


class Wiping:
    def __init__(self, history: History, posts: Posts, speaking: Speaking) -> None:
        self._history = history
        self._posts = posts
        self._speaking = speaking

    async def wipe(self, spot: Spot, card: str, payload: Payload, known: Sequence[str]) -> Receipt:
        """``known``: what the desk knows to stand there, for where the app may not look. Cut off, it goes on from what
        is left."""
        place = Place(spot.channel, spot.ts)
        there = await self._history.ours(place)
        if there is None:
            await self._remove(place, [one for one in known if one != card])
        else:
            for message in there:
                files = [str(file["id"]) for file in message.get("files") or ()]
                await self._remove(place, [*files, str(message["ts"])])
        is_there = await self._posts.change(spot.channel, card, payload)
        return Receipt(external_id=card, card=card if is_there else None)

    async def _remove(self, place: Place, external_ids: Sequence[str]) -> None:
        """A file goes before the message that shows it: without the message it would stay."""
        for external_id in sorted(external_ids, key=is_file, reverse=True):
            await self._speaking.remove(place, external_id)
