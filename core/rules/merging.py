"""Which priority a ticket has by what was merged into it, and has no more when that goes on by itself."""

from collections.abc import Mapping, Sequence

from core.events import Event, PriorityChanged, Record, TicketAbsorbed
from core.model.ids import TicketId
from core.model.ticket import Priority

RAISING_EVENTS: frozenset[type[Event]] = frozenset({PriorityChanged, TicketAbsorbed})
"""All that ``lowered`` looks at in a trail."""


def lowered(records: Sequence[Record], present: Priority, absorbed: Mapping[TicketId, Priority]) -> Priority:
    """The priority once a merge is taken back. ``records``: the ticket's trail, oldest first; ``absorbed``: what still
    goes on in it, with the priority that each brought.

    What a person set since stays: the desk raises by its own hand, so theirs is told apart. Else it is the ticket's own
    again, or the highest of those that still go on in it.
    """
    own: Priority | None = None
    since: set[TicketId] = set()
    for record in records:
        match record.event:
            case PriorityChanged(before=before) if record.actor is None:
                own = before if own is None else own
            case PriorityChanged():
                own, since = None, set()
            case TicketAbsorbed(merged=merged):
                since.add(merged)
            case _:
                continue
    if own is None:
        return present
    brought = (absorbed[one] for one in since & absorbed.keys())
    return max([own, *brought], key=lambda priority: priority.weight)
