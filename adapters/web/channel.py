"""``WebChannel``: a ping to a person's open pages. Who has none open finds it in ``/api/notices``."""

from adapters.web.live import Live
from adapters.web.render import notice_json
from core.cards.card import Card
from core.model.outbox import ToPerson
from core.ports import Pace, Parcel, Receipt
from core.reading import notice_of


class WebChannel:
    """A ``core.ports.Channel`` for ``ToPerson`` addresses of the web. It never fails: the record is the delivery."""

    def __init__(self, live: Live) -> None:
        self._live = live

    @property
    def pace(self) -> Pace | None:
        return None

    async def deliver(self, parcel: Parcel) -> Receipt:
        if isinstance(parcel.address, ToPerson) and isinstance(parcel.content, Card):
            notice = notice_of(parcel.delivery, parcel.content)
            self._live.push(parcel.address.person, {"type": "notice", "notice": notice_json(notice)})
        return Receipt()

    async def find(self, parcel: Parcel) -> Receipt | None:
        """None: a notice told twice bears the same id, and a page shows it once."""
        return None
