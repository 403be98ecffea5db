"""What is read from a ticket's trail: its priorities, when its clocks stood still, since when nobody has it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.events import (
    Event,
    PriorityChanged,
    Record,
    StatusChanged,
    TicketAssigned,
    TicketClaimed,
    TicketClosed,
    TicketHandedOver,
    TicketOpened,
    TicketReopened,
    TicketResolved,
    TicketSnoozed,
    TicketTransferred,
    TicketUnassigned,
    TicketWoken,
)
from core.model.ticket import Priority, Status, Ticket

HISTORY_EVENTS: frozenset[type[Event]] = frozenset(
    {
        TicketOpened,
        PriorityChanged,
        StatusChanged,
        TicketResolved,
        TicketClosed,
        TicketReopened,
        TicketSnoozed,
        TicketWoken,
    }
)
"""All that ``history_of`` looks at: no other part of a trail has to be read for it."""

_ENDS_A_SNOOZE = (TicketSnoozed, TicketWoken, TicketResolved, TicketClosed, TicketReopened)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What a ticket's clocks follow from. Instants are aware."""

    opened_at: datetime
    priorities: tuple[tuple[datetime, Priority], ...]
    """Each with the instant since which it held, in order: the first since the opening, the last is the present one."""
    paused: tuple[tuple[datetime, datetime | None], ...] = ()
    """From, to (None: still) while the clocks stand: waiting for the requester, snoozed, resolved or closed. By their
    start; they may overlap, and the end of a snooze may be yet to come."""
    first_response_at: datetime | None = None
    over_since: datetime | None = None
    """When it was resolved or closed, where it is so now."""

    @property
    def priority(self) -> Priority:
        return self.priorities[-1][1]

    @property
    def over(self) -> bool:
        return self.over_since is not None


def history_of(ticket: Ticket, records: Sequence[Record]) -> History:
    """``records``: the ticket's trail, oldest first, with at least the ``HISTORY_EVENTS`` in it."""
    overs = _stretches(records, _is_over)
    paused = [*_stretches(records, _waits), *_snoozes(records), *overs]
    return History(
        opened_at=ticket.opened_at,
        priorities=_priorities(ticket, records),
        paused=tuple(sorted(paused, key=lambda pause: pause[0])),
        first_response_at=ticket.first_response_at,
        over_since=overs[-1][0] if overs and overs[-1][1] is None else None,
    )


def _priorities(ticket: Ticket, records: Sequence[Record]) -> tuple[tuple[datetime, Priority], ...]:
    """Of two changes at one instant the later counts."""
    held = {ticket.opened_at: ticket.priority}
    for record in records:
        match record.event:
            case TicketOpened(priority=priority):
                held[ticket.opened_at] = priority
            case PriorityChanged(after=priority):
                held[record.at] = priority
    return tuple(held.items())


def _waits(event: Event) -> bool | None:
    match event:
        case StatusChanged(after=status):
            return status is Status.WAITING
        case TicketResolved() | TicketClosed():
            return False
        case _:
            return None


def _is_over(event: Event) -> bool | None:
    match event:
        case TicketResolved() | TicketClosed():
            return True
        case TicketReopened():
            return False
        case _:
            return None


def _stretches(
    records: Sequence[Record], holds: Callable[[Event], bool | None]
) -> list[tuple[datetime, datetime | None]]:
    """From each event after which it holds to the next after which it does not; None: the event says nothing of it."""
    found: list[tuple[datetime, datetime | None]] = []
    since: datetime | None = None
    for record in records:
        held = holds(record.event)
        if held and since is None:
            since = record.at
        elif held is False and since is not None:
            found.append((since, record.at))
            since = None
    return found if since is None else [*found, (since, None)]


def _snoozes(records: Sequence[Record]) -> list[tuple[datetime, datetime | None]]:
    """Each until its own time, or what ended it before: a timer that wakes the ticket late adds nothing."""
    found: list[tuple[datetime, datetime]] = []
    for record in records:
        if found and isinstance(record.event, _ENDS_A_SNOOZE):
            start, end = found[-1]
            found[-1] = (start, min(end, record.at))
        if isinstance(record.event, TicketSnoozed):
            found.append((record.at, record.event.until))
    return [*found]


def since_reopened(records: Sequence[Record]) -> Sequence[Record]:
    """What of the trail (oldest first) came with or after the last reopening; all of it where there was none."""
    last = max((place for place, one in enumerate(records) if isinstance(one.event, TicketReopened)), default=0)
    return records[last:]


def nobody_since(opened_at: datetime, records: Sequence[Record]) -> datetime:
    """Since when nobody has a ticket that nobody has now, though somebody should. ``records``: its trail, oldest first.

    A transfer does not say whether it took the ticket from its agent, who may serve both teams: the first one after
    somebody took it counts.
    """
    since, is_held = opened_at, False
    for record in records:
        match record.event:
            case TicketClaimed() | TicketAssigned():
                is_held = True
            case TicketOpened() | TicketUnassigned() | TicketHandedOver() | TicketReopened() | TicketWoken():
                since, is_held = record.at, False
            case TicketTransferred() if is_held:
                since, is_held = record.at, False
    return since
