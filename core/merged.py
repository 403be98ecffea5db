"""Where a merged ticket went, who came along, and what its requester would open anew."""

from collections.abc import Mapping

from core.model.desk import Desk
from core.model.ids import PersonId, TicketId
from core.model.relation import Follow
from core.model.ticket import Ticket
from core.storage import UnitOfWork


async def survivor_of(ticket: Ticket, work: UnitOfWork) -> Ticket:
    """The ticket that goes on in its place: itself, where it was not merged. Merges lead on, and never in a circle."""
    here = ticket
    while here.merged_into is not None:
        found = await work.tickets.get(here.merged_into)
        if found is None:
            break
        here = found
    return here


async def came_along(ticket: TicketId, person: PersonId, work: UnitOfWork) -> bool:
    """Whether ``person`` follows the ticket since another of which they heard was merged into it."""
    for merged in await work.combining.merged_into(ticket):
        merge = await work.combining.merge_of(merged)
        if merge is not None:
            followed = merge.moved.followed
            now = await work.people.survivors(sorted(followed)) if followed else {}
            if person in {now.get(one, one) for one in followed}:
                return True
    return False


async def own_of(ticket: TicketId, person: PersonId, work: UnitOfWork) -> Ticket | None:
    """The person's own ticket (they asked it, or take part in it) that goes on in ``ticket``, if there is one."""
    waiting = list(await work.combining.merged_into(ticket))
    while waiting:
        merged = await work.tickets.get(waiting.pop(0))
        if merged is None:
            continue
        if person in (merged.requester, *merged.participants):
            return merged
        waiting += await work.combining.merged_into(merged.id)
    return None


async def follow_of(ticket: TicketId, person: PersonId, work: UnitOfWork) -> Follow | None:
    """Where ``person`` follows the ticket."""
    return next((one for one in await work.tickets.follows_of(person) if one.ticket == ticket), None)


async def to_open_anew(ticket: Ticket, person: PersonId, desk: Desk, work: UnitOfWork) -> Mapping[str, str]:
    """What a form for the person's own trouble is filled with, where ``ticket`` is not about it: what they typed before
    they followed it, or what their own ticket said that was merged. Nothing of anybody else's."""
    if ticket.requester == person:
        return draft_of(ticket, desk) if ticket.merged_into is not None else {}
    _since, words = (await work.combining.left_with(ticket.id)).get(person, (None, None))
    return words or {}


def draft_of(ticket: Ticket, desk: Desk) -> Mapping[str, str]:
    """The opening form as its requester filled it, by input key."""
    category = desk.categories.get(ticket.category)
    keys = {question.key: category.input_key(question) for question in category.questions} if category else {}
    return {
        "title": ticket.title,
        "category": ticket.category if category else "",
        "description": ticket.description.plain(),
        **{keys[answer.key]: answer.value for answer in ticket.answers if answer.key in keys},
    }
