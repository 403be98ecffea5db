"""Who else is with a ticket: followers who want to hear of it, participants who talk in it."""

from dataclasses import replace

from core import limits
from core.commands import AddParticipant, FollowTicket, RemoveParticipant, UnfollowTicket
from core.errors import N_, AlreadySo, Clash, MergedAway, NoSuchPerson, NoSuchTicket
from core.events import ParticipantAdded, ParticipantRemoved, TicketFollowed, TicketJoined, TicketUnfollowed
from core.model.ids import ref_of
from core.model.ticket import Ticket
from core.policy import Action, may
from core.storage import Outcome
from core.usecases.case import Case
from core.usecases.opening import end_draft
from core.usecases.threads import make_threads


class OwnTicket(Clash):
    template = N_("{ref} is your own: you hear of it anyway.")


class NothingToHear(Clash):
    template = N_("{ref} is over: nothing more is to be heard of it. If yours is not solved, /ticket open starts one.")


class NotWithUs(Clash):
    template = N_("{name} is not part of {ref}.")


async def follow_ticket(command: FollowTicket, case: Case) -> Outcome:
    """With a draft: in place of the ticket that it would have become; it ends, and its words are kept for the case
    that the other turns out to be about something else."""
    ticket = await case.ticket(command.ticket, Action.FOLLOW)
    if ticket.merged_into is not None:
        if not may(Action.SEE, case.asker, ticket, case.desk, case.now):
            raise NoSuchTicket(ref=ticket.ref)
        raise MergedAway(ref=ticket.ref, into=ref_of(ticket.merged_into))
    if ticket.requester == case.asker.id:
        raise OwnTicket(ref=ticket.ref)
    if not ticket.status.is_live:
        raise NothingToHear(ref=ticket.ref)
    words = await end_draft(command.draft, case) if command.draft is not None else None
    if not await case.work.tickets.follow(ticket.id, case.asker.id, case.now, words):
        raise AlreadySo(ref=ticket.ref, what=N_("you follow it"))
    kind = TicketFollowed if words is None else TicketJoined
    case.change(replace(ticket, follower_count=ticket.follower_count + 1), kind(ticket=ticket.id, person=case.asker.id))
    return Outcome(ticket=ticket.id)


async def unfollow_ticket(command: UnfollowTicket, case: Case) -> Outcome:
    """Whoever follows may let go, whatever else they may: a merge brought some along who may not see it."""
    ticket = await _followed(command, case) or await case.ticket(command.ticket, Action.FOLLOW)
    if not await case.work.tickets.unfollow(ticket.id, case.asker.id):
        raise AlreadySo(ref=ticket.ref, what=N_("you do not follow it"))
    case.change(
        replace(ticket, follower_count=max(0, ticket.follower_count - 1)),
        TicketUnfollowed(ticket=ticket.id, person=case.asker.id),
    )
    return Outcome(ticket=ticket.id)


async def _followed(command: UnfollowTicket, case: Case) -> Ticket | None:
    follows = case.asker.may_act and case.asker.id in await case.work.tickets.followers(command.ticket)
    return await case.work.tickets.get(command.ticket) if follows else None


async def add_participant(command: AddParticipant, case: Case) -> Outcome:
    ticket = await case.ticket(command.ticket, Action.CHANGE_PARTICIPANTS)
    person = await case.work.people.get(command.person)
    if person is None or not person.may_act:
        raise NoSuchPerson(name=person.name if person else "?")
    if person.id in ticket.participants or person.id == ticket.requester:
        raise AlreadySo(ref=ticket.ref, what=N_("that person is part of it"))
    if len(ticket.participants) >= limits.PARTICIPANTS:
        raise limits.TooManyOf(name=N_("People"), count=len(ticket.participants) + 1, limit=limits.PARTICIPANTS)
    joined = replace(ticket, participants=ticket.participants | {person.id})
    await make_threads(joined, case)
    case.change(joined, ParticipantAdded(ticket=ticket.id, person=person.id))
    return Outcome(ticket=ticket.id, person=person.id)


async def remove_participant(command: RemoveParticipant, case: Case) -> Outcome:
    ticket = await case.ticket(command.ticket, Action.CHANGE_PARTICIPANTS)
    if command.person not in ticket.participants:
        raise NotWithUs(name=await case.name_of(command.person) or "?", ref=ticket.ref)
    case.change(
        replace(ticket, participants=ticket.participants - {command.person}),
        ParticipantRemoved(ticket=ticket.id, person=command.person),
    )
    return Outcome(ticket=ticket.id, person=command.person)
