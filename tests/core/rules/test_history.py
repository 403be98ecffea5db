"""Since when nobody has a ticket, and what of its trail counts after it was reopened."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from core.events import (
    Event,
    Record,
    SlaBreached,
    TicketAssigned,
    TicketClaimed,
    TicketHandedOver,
    TicketOpened,
    TicketReopened,
    TicketTransferred,
    TicketUnassigned,
    TicketWoken,
)
from core.model.ids import EventId, PersonId
from core.model.people import Platform
from core.model.sla import SlaClock
from core.model.ticket import Priority
from core.rules.history import nobody_since, since_reopened
from tests.fakes.clock import START

HOUR = timedelta(hours=1)
ASHA = PersonId(1)
OPENED = TicketOpened(requester=ASHA, category="exams", team="academics", priority=Priority.NORMAL)
CLAIMED, MOVED = TicketClaimed(assignee=ASHA), TicketTransferred(before="academics", after="platform")
ASSIGNED = TicketAssigned(assignee=ASHA, previous=None)
LEFT, HANDED = TicketUnassigned(previous=ASHA), TicketHandedOver(previous=ASHA)
REOPENED, WOKEN = TicketReopened(reason=None), TicketWoken()
LATE = SlaBreached(clock=SlaClock.RESOLUTION, target=60)


def trail(events: Sequence[Event]) -> list[Record]:
    """An hour apart, the first at START."""
    return [
        Record(id=EventId(n + 1), event=one, at=START + n * HOUR, actor=None, door=Platform.WEB, digest="")
        for n, one in enumerate(events)
    ]


@pytest.mark.parametrize(
    ("events", "hours"),
    [
        ([OPENED], 0),
        ([OPENED, MOVED], 0),
        ([OPENED, CLAIMED, LEFT], 2),
        ([OPENED, CLAIMED, HANDED], 2),
        ([OPENED, CLAIMED, MOVED], 2),
        ([OPENED, ASSIGNED, MOVED], 2),
        ([OPENED, CLAIMED, MOVED, MOVED], 2),
        ([OPENED, CLAIMED, MOVED, CLAIMED, MOVED], 4),
        ([OPENED, CLAIMED, MOVED, LEFT], 3),
        ([OPENED, CLAIMED, LEFT, MOVED], 2),
        ([OPENED, WOKEN, MOVED], 1),
        ([OPENED, CLAIMED, REOPENED, LATE], 2),
    ],
)
def test_since_when_nobody_has_it(events: list[Event], hours: int) -> None:
    assert nobody_since(START, trail(events)) == START + hours * HOUR


def test_without_a_trail_nobody_has_had_it_since_it_was_opened() -> None:
    assert nobody_since(START, []) == START


@pytest.mark.parametrize(
    ("events", "left"),
    [
        ([], 0),
        ([OPENED, LATE], 2),
        ([OPENED, LATE, REOPENED], 1),
        ([OPENED, LATE, REOPENED, LATE], 2),
        ([OPENED, REOPENED, LATE, REOPENED], 1),
    ],
)
def test_what_came_before_the_last_reopening_is_left_out(events: list[Event], left: int) -> None:
    records = trail(events)
    assert list(since_reopened(records)) == records[len(records) - left :]
