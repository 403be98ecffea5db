"""What the desk promises: how soon a ticket is answered and resolved, in business hours."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from core.errors import N_
from core.model.ticket import Priority


class SlaClock(StrEnum):
    FIRST_RESPONSE = "first_response"
    RESOLUTION = "resolution"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaPolicy:
    """Targets in business hours. A priority without one is promised nothing."""

    key: str
    first_response: Mapping[Priority, timedelta]
    resolution: Mapping[Priority, timedelta]
    warn_at: float = 0.8
    """The part of a target after which the assignee is warned, 0 to 1."""

    def target(self, clock: SlaClock, priority: Priority) -> timedelta | None:
        targets = self.first_response if clock is SlaClock.FIRST_RESPONSE else self.resolution
        return targets.get(priority)


CLOCK_WORDS = {
    SlaClock.FIRST_RESPONSE: N_("first answer"),
    SlaClock.RESOLUTION: N_("resolution"),
}
"""What people read for a clock."""
