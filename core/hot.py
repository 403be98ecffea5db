"""What many ask for, of the tickets that one person may see."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from core.cards.combining import Topic
from core.model.desk import Desk
from core.model.faq import Faq
from core.model.ids import TicketId
from core.model.people import Person
from core.model.relation import Hot
from core.model.ticket import Ticket
from core.policy import Action, may, sight_of
from core.storage import UnitOfWork

LATELY = timedelta(days=14)
SHOWN = 20
"""Tickets of the list; its topics are made of ten times as many."""
_TOPICS = 8


async def hot_list(
    person: Person, desk: Desk, now: datetime, work: UnitOfWork
) -> tuple[Sequence[tuple[Hot, Ticket]], Sequence[Topic], Mapping[TicketId, Faq]]:
    """The hottest first, and the FAQs that were made of some of them. Of a ticket that the person sees only as its
    requester, the staff's list says nothing."""
    found = await work.combining.hot(sight_of(person, desk), since=now - LATELY, limit=10 * SHOWN)
    known = [(one, await work.tickets.get(one.ticket)) for one in found]
    seen = [
        (one, ticket) for one, ticket in known if ticket is not None and may(Action.COMBINE, person, ticket, desk, now)
    ]
    shown = seen[:SHOWN]
    return shown, topics_of(seen, desk), await work.faqs.made_of([ticket.id for _one, ticket in shown])


def topics_of(hot: Sequence[tuple[Hot, Ticket]], desk: Desk) -> Sequence[Topic]:
    """Categories and tags of more than one hot ticket, the hottest first."""
    heats: dict[str, list[int]] = {}
    for one, ticket in hot:
        for name in dict.fromkeys((desk.category_name(ticket.category), *ticket.tags)):
            heats.setdefault(name, []).append(one.heat)
    topics = [Topic(name, len(some), sum(some)) for name, some in heats.items() if len(some) > 1]
    return sorted(topics, key=lambda topic: (-topic.heat, topic.name))[:_TOPICS]
