"""Direct messages to a person."""

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
