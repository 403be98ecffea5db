"""What endpoints were sent, and what it came to: the outbox's rows, as somebody looks at them afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.model.ids import DeliveryId
from core.model.outbox import Delivery


@dataclass(frozen=True, slots=True)
class Logged:
    delivery: Delivery
    kind: str
    """Of the event."""


class DeliveryLog(Protocol):
    async def of(self, endpoint: str, *, limit: int) -> Sequence[Logged]:
        """The newest first, what still waits too."""

    async def replay(self, delivery: DeliveryId, at: datetime) -> str | None:
        """One that is over (sent, given up or let go of) becomes due again under the same key, its attempts counted
        anew; its endpoint. None where there is none such."""

    async def replay_since(self, endpoint: str, since: datetime, at: datetime) -> int:
        """The same for all of the endpoint's that came about at ``since`` or later; how many."""

    async def forget(self, before: datetime) -> int:
        """Those that were over before then; how many."""
