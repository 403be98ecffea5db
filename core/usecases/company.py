"""Who else is with a ticket: followers who want to hear of it, participants who talk in it."""

from dataclasses import replace

from core import limits
from core.commands import AddParticipant, FollowTicket, RemoveParticipant, UnfollowTicket
from core.errors import N_, AlreadySo, Clash, NoSuchPerson
from core.events import ParticipantAdded, ParticipantRemoved, TicketFollowed, TicketUnfollowed
from core.policy import Action
from core.storage import Outcome
from core.usecases.case import Case
from core.usecases.threads import make_threads


class OwnTicket(Clash):
    template = N_("{ref} is your own: you hear of it anyway.")


class NotWithUs(Clash):
    template = N_("{name} is not part of {ref}.")


async def follow_ticket(command: FollowTicket, case: Case) -> Outcome:
    ticket = await case.ticket(command.ticket, Action.FOLLOW)
    if ticket.requester == case.asker.id:
        raise OwnTicket(ref=ticket.ref)
    if not await case.work.tickets.follow(ticket.id, case.asker.id, case.now):
        raise AlreadySo(ref=ticket.ref, what=N_("you follow it"))
    case.change(
        replace(ticket, follower_count=ticket.follower_count + 1),
        TicketFollowed(ticket=ticket.id, person=case.asker.id),
    )
    return Outcome(ticket=ticket.id)


async def unfollow_ticket(command: UnfollowTicket, case: Case) -> Outcome:
    ticket = await case.ticket(command.ticket, Action.FOLLOW)
    if not await case.work.tickets.unfollow(ticket.id, case.asker.id):
        raise AlreadySo(ref=ticket.ref, what=N_("you do not follow it"))
    case.change(
        replace(ticket, follower_count=max(0, ticket.follower_count - 1)),
        TicketUnfollowed(ticket=ticket.id, person=case.asker.id),
    )
    return Outcome(ticket=ticket.id)


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
