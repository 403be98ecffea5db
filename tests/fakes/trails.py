"""Tickets with a trail, for rules that read one: no desk and no database."""

from collections.abc import Sequence
from datetime import datetime

from core.events import Event, Record, TicketOpened
from core.model.ids import EventId, PersonId, TicketId
from core.model.people import Platform
from core.model.ticket import Priority, Ticket
from core.text import Text

TICKET, REQUESTER = TicketId(7), PersonId(1)


def trail_of(
    opened_at: datetime, priority: Priority, steps: Sequence[tuple[datetime, Event]] = ()
) -> tuple[Record, ...]:
    """The trail of a ticket that was opened so, with what became of it: its events, oldest first."""
    opening = TicketOpened(ticket=TICKET, requester=REQUESTER, category="exams", team="academics", priority=priority)
    return tuple(
        Record(id=EventId(number), event=event, at=at, actor=None, door=Platform.WEB, digest="")
        for number, (at, event) in enumerate(((opened_at, opening), *steps), 1)
    )


def ticket_of(opened_at: datetime, priority: Priority, first_response_at: datetime | None = None) -> Ticket:
    """``priority``: the one it has now."""
    return Ticket(
        id=TICKET,
        key="0" * 32,
        title="My grade",
        description=Text.of("It is missing."),
        category="exams",
        requester=REQUESTER,
        team="academics",
        door=Platform.WEB,
        priority=priority,
        opened_at=opened_at,
        updated_at=opened_at,
        first_response_at=first_response_at,
    )
