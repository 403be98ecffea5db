"""A channel that does as it is told, and remembers what it was handed."""

from collections import deque
from datetime import timedelta

from core.model.ids import DeliveryId
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
        return Receipt(external_id=f"made-{parcel.delivery.id}")

    async def find(self, parcel: Parcel) -> Receipt | None:
        self.looked_for.append(parcel.delivery.id)
        return Receipt(external_id=f"found-{parcel.delivery.id}") if parcel.delivery.id in self.applied else None
