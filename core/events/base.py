"""What all events have in common."""

from dataclasses import dataclass
from typing import ClassVar

from core.model.ids import TicketId


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    schema: ClassVar[int] = 1

    ticket: TicketId | None = None
