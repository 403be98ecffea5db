"""What a ticket has by what was merged into it, and has no more when that goes on by itself: a priority, and people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.events import Event, ParticipantRemoved, PriorityChanged, Record, TicketAbsorbed, TicketUnfollowed
from core.model.ids import PersonId, TicketId
from core.model.ticket import Priority

RAISING_EVENTS: frozenset[type[Event]] = frozenset({PriorityChanged, TicketAbsorbed})
"""All that ``lowered`` looks at in a trail."""
LETTING_GO: frozenset[type[Event]] = frozenset({TicketAbsorbed, TicketUnfollowed, ParticipantRemoved})
"""All that ``let_go`` looks at."""


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


@dataclass(frozen=True, slots=True)
class LetGo:
    """Who let go of the ticket that they were brought along into, so that the merge holds them no longer."""

    unfollowed: frozenset[PersonId]
    """They themselves."""
    removed: frozenset[PersonId]
    """Who took part, and does not or does so by another's hand since."""


def let_go(records: Sequence[Record], merged: TicketId) -> LetGo:
    """Since ``merged`` last went into the ticket whose trail this is. What such a person does there now is not by that
    merge: whoever follows cannot follow again, nor can whoever takes part be added."""
    unfollowed: set[PersonId] = set()
    removed: set[PersonId] = set()
    for record in records:
        match record.event:
            case TicketAbsorbed(merged=ticket) if ticket == merged:
                unfollowed, removed = set(), set()
            case TicketUnfollowed(person=person):
                unfollowed.add(person)
            case ParticipantRemoved(person=person):
                removed.add(person)
            case _:
                continue
    return LetGo(frozenset(unfollowed), frozenset(removed))
