"""What a ticket says of itself: its words, tags, priority, urgency and who may read it."""

from dataclasses import replace
from datetime import timedelta

from core import limits
from core.commands import ChangeTags, DecideUrgency, DeclareUrgent, EditTicket, SetPriority, SetVisibility
from core.errors import N_, AlreadySo, BadField, Clash
from core.escalating import awaits_decision, declined_at
from core.events import (
    PriorityChanged,
    TagsChanged,
    TicketEdited,
    UrgencyDecided,
    UrgencyDeclared,
    VisibilityChanged,
)
from core.model.desk import Desk, UrgencySetting
from core.model.thread import MessageKind
from core.model.ticket import Priority, Ticket, Visibility
from core.policy import Action
from core.storage import Outcome
from core.usecases.case import Case
from core.usecases.messages import say
from core.usecases.opening import span
from core.usecases.withholding import require_no_new_secret

AGAIN_AFTER = timedelta(days=1)
"""After a lead decided that it is not urgent."""


class NothingToChange(BadField):
    template = N_("{ref}: say what to change, a title or a description.")


class StaysPrivate(Clash):
    template = N_("{ref} is in a sensitive category: it can never be made public.")


class DecisionAwaited(Clash):
    template = N_("{ref}: you asked already for it to be urgent. A lead decides, and you are told.")


class DeclinedLately(Clash):
    template = N_(
        "{ref}: a lead decided {time} ago that it is not urgent. You can declare it again a day after that; "
        "write here what is new meanwhile."
    )


class NothingToDecide(Clash):
    template = N_("{ref}: nobody waits for a word on whether it is urgent. Set its priority with /ticket priority.")


class PreviewFirst(Clash):
    template = N_("{ref}: look first at what everybody would read, and then confirm it.")


async def set_priority(command: SetPriority, case: Case) -> Outcome:
    ticket = await case.ticket(command.ticket, Action.PRIORITISE)
    _prioritise(ticket, command.priority, case)
    return Outcome(ticket=ticket.id)


async def declare_urgent(command: DeclareUrgent, case: Case) -> Outcome:
    """The reason is a reply. A requester's urgency counts at once, or waits for a lead, as the desk is set.

    Raises AlreadySo; DecisionAwaited or DeclinedLately for a requester whom a lead is to answer, or has answered.
    """
    ticket = await case.ticket(command.ticket, Action.DECLARE_URGENT)
    why = limits.text(N_("Why it is urgent"), command.why)
    if ticket.priority is Priority.URGENT:
        raise AlreadySo(ref=ticket.ref, what=N_("it is urgent"))
    granted = case.asker.is_staff or case.desk.urgent_by_requester is UrgencySetting.ALLOW
    if not granted:
        await _require_nothing_answered(ticket, case)
    said = await say(ticket, MessageKind.REPLY, why, case, sure=command.sure)
    case.record(UrgencyDeclared(ticket=ticket.id, message=said.message, granted=granted))
    if granted:
        _prioritise(case.changed or ticket, Priority.URGENT, case)
    return said


async def _require_nothing_answered(ticket: Ticket, case: Case) -> None:
    if await awaits_decision(ticket.id, case.work):
        raise DecisionAwaited(ref=ticket.ref)
    declined = await declined_at(ticket.id, case.work)
    if declined is not None and case.now - declined < AGAIN_AFTER:
        raise DeclinedLately(ref=ticket.ref, time=span(case.now - declined))


async def decide_urgency(command: DecideUrgency, case: Case) -> Outcome:
    """A lead grants or declines what the requester asked for. Raises NothingToDecide where nobody asks, or another has
    decided."""
    await case.ticket(command.ticket, Action.SEE)
    ticket = await case.ticket(command.ticket, Action.DECIDE_URGENCY)
    if not await awaits_decision(ticket.id, case.work):
        raise NothingToDecide(ref=ticket.ref)
    case.change(ticket, UrgencyDecided(ticket=ticket.id, requester=ticket.requester, granted=command.granted))
    if command.granted and ticket.priority is not Priority.URGENT:
        _prioritise(ticket, Priority.URGENT, case)
    return Outcome(ticket=ticket.id)


def _prioritise(ticket: Ticket, priority: Priority, case: Case) -> None:
    changed, event = prioritised(ticket, priority, case.desk)
    case.change(changed, event)


def prioritised(ticket: Ticket, priority: Priority, desk: Desk) -> tuple[Ticket, PriorityChanged]:
    """With the space that is alerted of it where it rises to what alerts. Raises AlreadySo and WrongStatus."""
    changed = ticket.prioritise(priority)
    if priority in desk.alert_priorities and priority.weight > ticket.priority.weight:
        changed = replace(changed, alerted_in=ticket.alerted_in or alert_space(ticket, desk))
    return changed, PriorityChanged(ticket=ticket.id, before=ticket.priority, after=priority)


def alert_space(ticket: Ticket, desk: Desk) -> str | None:
    category = desk.categories.get(ticket.category)
    return category.alert_space if category else None


async def edit_ticket(command: EditTicket, case: Case) -> Outcome:
    """Raises LooksSecret where the staff bring in what looks like a secret."""
    ticket = await case.ticket(command.ticket, Action.EDIT)
    if command.title is None and command.description is None:
        raise NothingToChange(ref=ticket.ref)
    title = ticket.title if command.title is None else limits.line(N_("The title"), command.title, limits.TITLE)
    description = (
        ticket.description if command.description is None else limits.text(N_("The description"), command.description)
    )
    edited = replace(ticket, title=title, description=description)
    if edited == ticket:
        raise AlreadySo(ref=ticket.ref, what=N_("it says just that"))
    require_no_new_secret(_read_in(ticket), _read_in(edited), ticket, case, sure=command.sure)
    case.change(
        edited,
        TicketEdited(ticket=ticket.id, title=title != ticket.title, description=description != ticket.description),
    )
    return Outcome(ticket=ticket.id)


def _read_in(ticket: Ticket) -> str:
    return f"{ticket.title}\n{ticket.description.plain()}"


async def change_tags(command: ChangeTags, case: Case) -> Outcome:
    ticket = await case.ticket(command.ticket, Action.EDIT)
    gone = frozenset(limits.tags(command.remove))
    kept = tuple(tag for tag in ticket.tags if tag not in gone)
    tags = limits.tags((*kept, *command.add))
    if tags == ticket.tags:
        raise AlreadySo(ref=ticket.ref, what=N_("its tags are just those"))
    added, removed = len(set(tags) - set(ticket.tags)), len(set(ticket.tags) - set(tags))
    case.change(replace(ticket, tags=tags), TagsChanged(ticket=ticket.id, added=added, removed=removed))
    return Outcome(ticket=ticket.id)


async def set_visibility(command: SetVisibility, case: Case) -> Outcome:
    public = command.visibility is Visibility.PUBLIC
    ticket = await case.ticket(command.ticket, Action.MAKE_PUBLIC if public else Action.MAKE_PRIVATE)
    changed = ticket.show_to(command.visibility)
    if public and case.desk.is_sensitive(ticket.category):
        raise StaysPrivate(ref=ticket.ref)
    if public and not command.previewed:
        raise PreviewFirst(ref=ticket.ref)
    case.change(changed, VisibilityChanged(ticket=ticket.id, before=ticket.visibility, after=changed.visibility))
    return Outcome(ticket=ticket.id)
