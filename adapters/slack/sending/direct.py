"""Direct messages to a person."""

from collections.abc import Sequence

from adapters.slack.api.client import Slack
from adapters.slack.sending.history import Place
from adapters.slack.sending.posts import Posts
from adapters.slack.words.cards import card_message
from core.cards.card import Card
from core.ports import Parcel, Receipt


class Direct:
    def __init__(self, slack: Slack, posts: Posts) -> None:
        self._slack = slack
        self._posts = posts

    async def send(self, parcel: Parcel, recipient: str, card: Card) -> Receipt:
        place = Place(await self._slack.open_dm(recipient))
        return Receipt(external_id=await self._posts.post_once(parcel.delivery, place, card_message(card)))

    async def take_back(self, recipient: str, external_ids: Sequence[str]) -> Receipt:
        channel = await self._slack.open_dm(recipient)
        for external_id in external_ids:
            await self._posts.delete(channel, external_id)
        return Receipt()
