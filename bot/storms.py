"""Alerts that come too fast for a space: once it was sent as many in a minute as bot.toml allows, what waits is folded
into one card, and the next is made no sooner than ``APART`` later, for more to come together."""

from collections.abc import Sequence
from datetime import timedelta

from core.model.outbox import Delivery, ToSpace
from core.ports import Clock
from core.storage import Store

MINUTE = timedelta(minutes=1)
APART = timedelta(seconds=20)


class Storms:
    """``limit``: alerts a minute for a space, 0 for any number. ``owner``: who holds the leases."""

    def __init__(self, store: Store, clock: Clock, limit: int, owner: str) -> None:
        self._store = store
        self._clock = clock
        self._limit = limit
        self._owner = owner

    async def gather(self, delivery: Delivery) -> Sequence[Delivery] | None:
        """Those that ``delivery``, which is leased, tells too; none outside a storm. None where it was put off.

        One that is tried again tells the same as before: what its first call may have made would say nothing of later
        ones. So one that may have been made alone stays alone.
        """
        address = delivery.address
        if not isinstance(address, ToSpace) or not delivery.intent.is_alert:
            return ()
        now = self._clock.now()
        async with self._store.read() as work:
            told = await work.outbox.folded(delivery.id)
            sent = [one for one in await work.outbox.sent_since(address.space, now - MINUTE) if one[0] <= now]
        if told or delivery.uncertain or self._limit == 0 or len(sent) < self._limit:
            return told
        again = sent[0][0] + APART
        async with self._store.write() as work:
            if again > now:
                await work.outbox.postpone(delivery, self._owner, due_at=again)
                return None
            await work.outbox.fold(delivery.id, address.space, now)
            return await work.outbox.folded(delivery.id)
