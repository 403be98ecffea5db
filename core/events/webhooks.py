"""Of the endpoints that events are posted to."""

from dataclasses import dataclass

from core.events.base import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointEnabled(Event):
    """By an admin, after it had said that it wants no more."""

    endpoint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveriesReplayed(Event):
    """By an admin: what was sent before is sent again."""

    endpoint: str
    count: int
