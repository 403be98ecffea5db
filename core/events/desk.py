"""Of the desk as a whole."""

from dataclasses import dataclass

from core.events.base import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubleFound(Event):
    trouble: str
    """The key of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestSent(Event):
    """By the desk: those who lead are told how it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRetried(Event):
    delivery: int
