"""A channel that does as it is told, and remembers what it was handed."""

import asyncio
from collections import deque
from datetime import timedelta

from bot.dispatcher import Dispatcher
from core.model.ids import DeliveryId
from core.model.outbox import Intent
from core.ports import Pace, Parcel, Receipt


class ScriptedChannel:
    """Each ``deliver`` raises the next of ``faults``, or takes the parcel. ``applied``: with an ``Unknown``, whether
    the call had happened all the same, so that ``find`` sees its work."""

    def __init__(self, pace: timedelta | None = None) -> None:
        self.faults: deque[Exception] = deque()
        self.faults_of: dict[DeliveryId, deque[Exception]] = {}
        self.applied: set[DeliveryId] = set()
        self.taken: list[Parcel] = []
        self.looked_for: list[DeliveryId] = []
        self.parts = 1
        """Into how many messages the words of one are split there."""
        self._pace = pace

    @property
    def pace(self) -> Pace | None:
        return None if self._pace is None else Pace(self._pace)

    @property
    def order(self) -> list[DeliveryId]:
        return [parcel.delivery.id for parcel in self.taken]

    async def deliver(self, parcel: Parcel) -> Receipt:
        faults = self.faults_of.get(parcel.delivery.id, self.faults)
        if faults:
            raise faults.popleft()
        self.taken.append(parcel)
        made = f"made-{parcel.delivery.id}"
        match parcel.delivery.intent:
            case Intent.CREATE_THREAD:
                return Receipt(external_id=made, card=f"card-{parcel.delivery.id}", realm="guild")
            case Intent.MESSAGE | Intent.EDIT:
                return Receipt(external_id=made, parts=(made, *(f"{made}-{n}" for n in range(2, self.parts + 1))))
            case Intent.TICKET_CARD:
                card = parcel.thread.card if parcel.thread is not None else None
                return Receipt(external_id=made, card=card or f"card-{parcel.delivery.id}")
            case _:
                return Receipt(external_id=made)

    async def find(self, parcel: Parcel) -> Receipt | None:
        self.looked_for.append(parcel.delivery.id)
        return Receipt(external_id=f"found-{parcel.delivery.id}") if parcel.delivery.id in self.applied else None


async def settle(dispatcher: Dispatcher) -> None:
    """Let all that is due now be done."""
    while True:
        await dispatcher.step()
        flights = [task for task in asyncio.all_tasks() if task.get_name().startswith("delivery ")]
        if not flights:
            return
        await asyncio.gather(*flights)
