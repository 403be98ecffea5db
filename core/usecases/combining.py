"""Tickets that belong together: one that goes on in another, for a day to be taken back; links between two.

Nobody reads more by a merge than before: whoever asked for the merged ticket follows the other, without a word of it,
unless the staff say that they join. A higher priority comes along, by the desk's own hand.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from core.commands import LinkTickets, MergeTicket, UndoMerge, UnlinkTickets
from core.errors import N_, AlreadySo, Clash, Conflict, SameTicket
from core.events import (
    AbsorptionUndone,
    Event,
    MergeUndone,
    ParticipantAdded,
    ParticipantRemoved,
    StatusChanged,
    TicketAbsorbed,
    TicketClosed,
    TicketLinked,
    TicketMerged,
    TicketReopened,
    TicketSnoozed,
    TicketUnlinked,
)
from core.merged import survivor_of
from core.model.ids import PersonId, TicketId, ref_of
from core.model.outbox import NewTimer, TimerKind
from core.model.relation import RELATION_WORDS_BACK, UNDO_TIME, Link, Merge, Moved, Relation
from core.model.ticket import Ending, Status, Ticket
from core.policy import Action
from core.rules.merging import RAISING_EVENTS, lowered
from core.storage import Outcome
from core.usecases.bringing import Company, bring_along, part
from core.usecases.case import Case
from core.usecases.facts import prioritised
from core.usecases.threads import make_threads


class SensitiveApart(Clash):
    template = N_("{ref} and {other} cannot be merged: a sensitive ticket goes with none of another category.")


class NotMerged(Clash):
    template = N_("{ref} is not merged into another ticket.")


class MergeStands(Clash):
    template = N_("{ref} was merged more than a day ago: that stays. /staff link and /staff split still help.")


class MergedOn(Clash):
    template = N_("{ref} was itself merged into {into} since. Take that back first, with /staff unmerge {ref}.")


async def merge_ticket(command: MergeTicket, case: Case) -> Outcome:
    """Into where the other went, if it was merged itself. Raises NoSuchTicket where the asker may not see both."""
    ticket = await case.ticket(command.ticket, Action.COMBINE)
    named = await case.ticket(command.into, Action.COMBINE)
    into = await case.ticket((await survivor_of(named, case.work)).id, Action.COMBINE)
    merged = ticket.merge(into, case.now)
    sensitive = case.desk.is_sensitive(ticket.category) or case.desk.is_sensitive(into.category)
    if sensitive and ticket.category != into.category:
        raise SensitiveApart(ref=ticket.ref, other=into.ref)
    left = await case.work.combining.left_with(ticket.id)
    company = await bring_along(ticket, into, left, case, joins=command.join)
    moved = Moved(
        status=ticket.status,
        resolved_at=ticket.resolved_at,
        closed_at=ticket.closed_at,
        ending=ticket.ending,
        snoozed_until=ticket.snoozed_until,
        joined=tuple(company.joined),
        followed=tuple(company.followed),
        left={PersonId(person): since for person, (since, _words) in left.items()},
        joins=command.join,
    )
    await case.work.combining.merge(ticket.id, into.id, moved, case.now)
    await case.work.timers.disarm(ticket.id, TimerKind.QUIET_CLOSE)
    closed = () if ticket.status is Status.CLOSED else (TicketClosed(ticket=ticket.id, ending=Ending.MERGED),)
    case.change(replace(merged, follower_count=0), *closed, TicketMerged(ticket=ticket.id, into=into.id))
    await _take_in(into, ticket, company, case.of_another())
    return Outcome(ticket=into.id)


async def _take_in(into: Ticket, ticket: Ticket, company: Company, case: Case) -> None:
    """``into`` is changed even where nobody comes along: of two that are merged at once into each other or on into a
    third, one sees what the other did."""
    goes_on = replace(
        into,
        participants=into.participants | set(company.joined),
        follower_count=into.follower_count + len(company.followed),
    )
    if company.joined:
        await make_threads(goes_on, case)
    added = [ParticipantAdded(ticket=into.id, person=person) for person in company.joined]
    case.change(goes_on, TicketAbsorbed(ticket=into.id, merged=ticket.id), *added)
    if ticket.status.is_live and ticket.priority.weight > into.priority.weight:
        case.change_by_desk(*prioritised(goes_on, ticket.priority, case.desk))


async def undo_merge(command: UndoMerge, case: Case) -> Outcome:
    """All is put back as it was, whatever became of the other ticket; what was said there since stays there, and so
    does whoever is there for another reason too."""
    ticket = await case.ticket(command.ticket, Action.COMBINE)
    merge = await case.work.combining.merge_of(ticket.id)
    if merge is None:
        raise NotMerged(ref=ticket.ref)
    if case.now - merge.at > UNDO_TIME:
        raise MergeStands(ref=ticket.ref)
    into = await case.ticket(merge.into, Action.COMBINE)
    if into.merged_into is not None:
        raise MergedOn(ref=into.ref, into=ref_of(into.merged_into))
    if not await case.work.combining.undo_merge(merge.id, case.now):
        raise Conflict(f"{ticket.ref} is merged no longer")
    parting = await part(into, ticket, merge, case)
    another = case.of_another()
    another.change(
        parting.into,
        AbsorptionUndone(ticket=into.id, merged=ticket.id),
        *(ParticipantRemoved(ticket=into.id, person=person) for person in parting.leaving),
    )
    await _lower(another)
    await _go_on(parting.ticket, merge, case)
    return Outcome(ticket=ticket.id)


async def _lower(case: Case) -> None:
    """To the priority that the ticket has by what still goes on in it; what is closed keeps the one that it had."""
    into = case.changed
    if into is None or into.status is Status.CLOSED:
        return
    merges = [await case.work.combining.merge_of(one) for one in await case.work.combining.merged_into(into.id)]
    live = [merge.ticket for merge in merges if merge is not None and merge.moved.status.is_live]
    there = [await case.work.tickets.get(one) for one in live]
    brought = {one.id: one.priority for one in there if one is not None}
    priority = lowered(await case.trail(*RAISING_EVENTS), into.priority, brought)
    if priority is not into.priority:
        case.change_by_desk(*prioritised(into, priority, case.desk))


async def _go_on(ticket: Ticket, merge: Merge, case: Case) -> None:
    moved = merge.moved
    aside = moved.snoozed_until if moved.snoozed_until is not None and moved.snoozed_until > case.now else None
    restored = replace(
        ticket,
        status=moved.status,
        resolved_at=moved.resolved_at,
        closed_at=moved.closed_at,
        ending=None if moved.ending is None else Ending(moved.ending),
        snoozed_until=aside,
        merged_into=None,
    )
    case.change(restored, *_goes_on(restored), MergeUndone(ticket=ticket.id, into=merge.into))
    if aside is not None:
        await case.work.timers.arm(NewTimer(kind=TimerKind.SNOOZE, ticket=ticket.id, due_at=aside))
    if moved.status is Status.RESOLVED and moved.resolved_at is not None:
        category = case.desk.categories.get(ticket.category)
        due = moved.resolved_at + timedelta(days=category.quiet_days if category else 7)
        timer = NewTimer(kind=TimerKind.QUIET_CLOSE, ticket=ticket.id, due_at=max(due, case.now))
        await case.work.timers.arm(timer)
    if moved.status.is_live:
        await make_threads(restored, case)


def _goes_on(ticket: Ticket) -> Sequence[Event]:
    """What its clocks follow from: that it is not over any more, and whether it waits or is put aside."""
    if not ticket.status.is_live:
        return ()
    events: list[Event] = [TicketReopened(ticket=ticket.id, reason=None)]
    if ticket.status is Status.WAITING:
        events.append(StatusChanged(ticket=ticket.id, before=Status.IN_PROGRESS, after=Status.WAITING))
    if ticket.snoozed_until is not None:
        events.append(TicketSnoozed(ticket=ticket.id, until=ticket.snoozed_until))
    return events


async def link_tickets(command: LinkTickets, case: Case) -> Outcome:
    """Raises AlreadySo where they are linked so, or the other way round."""
    ticket, other = await _both(command, case)
    link = _link(ticket.id, other.id, command.relation)
    known = await case.work.combining.links_of(ticket.id)
    if replace(link, first=link.second, second=link.first) in known and link.relation is not Relation.RELATES:
        raise AlreadySo(ref=f"{ticket.ref}, {other.ref}", what=RELATION_WORDS_BACK[link.relation])
    if not await case.work.combining.link(link, case.now):
        raise AlreadySo(ref=ticket.ref, what=N_("it is linked so"))
    told = TicketLinked(ticket=ticket.id, other=other.id, relation=link.relation, is_first=True)
    _tell(ticket, other, [told], case)
    back = replace(told, ticket=other.id, other=ticket.id, is_first=False)
    _tell(other, ticket, [back], case.of_another())
    return Outcome(ticket=ticket.id)


async def unlink_tickets(command: UnlinkTickets, case: Case) -> Outcome:
    ticket, other = await _both(command, case)
    between = [one for one in await case.work.combining.links_of(ticket.id) if other.id in (one.first, one.second)]
    if not between:
        raise AlreadySo(ref=ticket.ref, what=N_("it has no link to that one"))
    gone = []
    for link in between:
        await case.work.combining.unlink(link)
        is_first = link.first == ticket.id
        gone.append(TicketUnlinked(ticket=ticket.id, other=other.id, relation=link.relation, is_first=is_first))
    _tell(ticket, other, gone, case)
    back = [replace(one, ticket=other.id, other=ticket.id, is_first=not one.is_first) for one in gone]
    _tell(other, ticket, back, case.of_another())
    return Outcome(ticket=ticket.id)


def _tell(ticket: Ticket, other: Ticket, events: Sequence[Event], case: Case) -> None:
    """In the trail of ``ticket``, which names no sensitive ticket unless it is sensitive itself: others read it."""
    if case.desk.is_sensitive(ticket.category) or not case.desk.is_sensitive(other.category):
        case.change(ticket, *events)


async def _both(command: LinkTickets | UnlinkTickets, case: Case) -> tuple[Ticket, Ticket]:
    ticket = await case.ticket(command.ticket, Action.COMBINE)
    other = await case.ticket(command.other, Action.COMBINE)
    if ticket.id == other.id:
        raise SameTicket(ref=ticket.ref)
    return ticket, other


def _link(ticket: TicketId, other: TicketId, relation: Relation) -> Link:
    """What relates to another is related to by it: kept once."""
    if relation is Relation.RELATES:
        return Link(min(ticket, other), max(ticket, other), relation)
    return Link(ticket, other, relation)
