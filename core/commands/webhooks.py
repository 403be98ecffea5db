"""Of the endpoints that events are posted to."""

from dataclasses import dataclass
from datetime import datetime

from core.commands.base import Command
from core.model.ids import DeliveryId


@dataclass(frozen=True, slots=True, kw_only=True)
class DisableEndpoint(Command):
    """By the desk: it answered that it wants no more. What waits for it is let go of, and the admins are told."""

    endpoint: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnableEndpoint(Command):
    endpoint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayDelivery(Command):
    """Send it again, under the same ``webhook-id``."""

    delivery: DeliveryId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaySince(Command):
    """All that became the endpoint's from ``since`` on, in its order."""

    endpoint: str
    since: datetime
