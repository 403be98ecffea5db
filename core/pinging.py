"""What a ping says at the moment it is delivered, and the guard of it: whether the person may still hear it, and it is
still so."""

from dataclasses import replace

from core.alerting import over_by_now, with_decision
from core.belonging import split_from
from core.cards.card import Card
from core.cards.combining import not_mine
from core.cards.duty import offered
from core.cards.notices import followed, own_solved, ping
from core.cards.secrets import suspected
from core.events import (
    Event,
    NobodyToOffer,
    SecretSuspected,
    TicketAssigned,
    TicketOffered,
    TicketOpened,
    TicketResolved,
)
from core.merged import came_along, follow_of, own_of
from core.model.ids import PersonId
from core.model.people import Person
from core.model.relation import Follow
from core.model.thread import MessageKind
from core.model.ticket import Ticket
from core.policy import Action, may
from core.reminding import reminder
from core.rules.secrets import secrets_in
from core.scene import Scene, Skip
from core.storage import UnitOfWork


async def ping_card(scene: Scene, person: Person | None, work: UnitOfWork) -> Card | Skip:
    """What a ping says to ``person``, or why it is not needed any more."""
    if has_moved(scene) and not await _sees_its_ticket(scene, person, work):
        return Skip("the message is part of another ticket now")
    unwanted = _unwanted(scene, person) or await over_by_now(scene, work)
    if unwanted is None:
        if isinstance(scene.record.event, TicketOffered):
            return offered(scene.ticket, scene.names, scene.desk, scene.reader)
        if isinstance(scene.record.event, SecretSuspected):
            return _warning(scene.record.event, scene)
        told_in_time = await reminder(scene.record, scene.ticket, scene.desk, scene.reader, work)
        if told_in_time is not None:
            return Skip(told_in_time) if isinstance(told_in_time, str) else told_in_time
        may_reopen = person is not None and may(Action.REOPEN, person, scene.ticket, scene.desk, scene.reader.now)
        is_new = isinstance(scene.record.event, TicketOpened)
        source = await split_from(scene.ticket, person, scene.desk, scene.reader.now, work) if is_new else ""
        told = ping(
            scene.record,
            scene.ticket,
            scene.message,
            scene.names,
            scene.desk,
            scene.reader,
            may_reopen=may_reopen,
            split_from=source,
        )
        return await with_decision(await _for_followers(told, scene, person, work), scene, person, work)
    follow = await _followed_blindly(scene, person, work) if person is not None else None
    if person is None or follow is None:
        return unwanted
    own = await own_of(scene.ticket.id, person.id, work)
    if own is not None and may(Action.SEE, person, own, scene.desk, scene.reader.now):
        return own_solved(own, follow, scene.desk, scene.reader)
    known = "" if await came_along(scene.ticket.id, person.id, work) else scene.ticket.ref
    return followed(follow, known, scene.reader)


def _warning(event: SecretSuspected, scene: Scene) -> Card:
    words = scene.message.text.plain() if scene.message is not None else ""
    seen = secrets_in(words, scene.desk.secret_patterns)
    what = seen[0].what if seen else ""
    return suspected(scene.ticket, event.message, event.kind, what, scene.desk, scene.reader)


def has_moved(scene: Scene) -> bool:
    """Whether a split made its message part of another ticket, which others may read."""
    return scene.message is not None and scene.message.ticket != scene.ticket.id


async def _sees_its_ticket(scene: Scene, person: Person | None, work: UnitOfWork) -> bool:
    """Whether the person may see where its message is now."""
    there = await work.tickets.get(scene.message.ticket) if scene.message is not None else None
    if person is None or there is None:
        return False
    return may(Action.SEE, person, there, scene.desk, scene.reader.now)


async def _followed_blindly(scene: Scene, person: Person, work: UnitOfWork) -> Follow | None:
    """Where it is news of the solution for somebody who follows the ticket and may not see it."""
    follow = await follow_of(scene.ticket.id, person.id, work)
    if follow is None or not isinstance(scene.record.event, TicketResolved):
        return None
    may_follow = may(Action.FOLLOW, person, scene.ticket, scene.desk, scene.reader.now)
    is_told = may_follow or (person.may_act and await came_along(scene.ticket.id, person.id, work))
    return follow if is_told else None


async def _for_followers(card: Card, scene: Scene, person: Person | None, work: UnitOfWork) -> Card:
    """Whoever follows what is solved may say that it is not what they asked for."""
    if person is None or not isinstance(scene.record.event, TicketResolved) or person.id in scene.ticket.people:
        return card
    if person.id not in await work.tickets.followers(scene.ticket.id):
        return card
    kept = tuple(button for button in card.buttons if button.url is not None)
    own = await own_of(scene.ticket.id, person.id, work)
    said = scene.reader.gettext("{what}. {ref} was merged into it")
    what = card.subtitle if own is None else said.format(what=card.subtitle, ref=own.ref)
    return replace(card, subtitle=what, buttons=(*kept, not_mine(scene.ticket.id, scene.reader)))


def _unwanted(scene: Scene, person: Person | None) -> Skip | None:
    """The guard of a ping: the person may still see it, has it still, and the words are still there."""
    ticket, message = scene.ticket, scene.message
    now = scene.reader.now
    if person is None or not may(Action.SEE, person, ticket, scene.desk, now):
        return Skip("the person may no longer see the ticket")
    if message is not None and message.undone_at is not None:
        return Skip("the message was taken back")
    is_note = message is not None and message.kind is MessageKind.NOTE
    if is_note and not may(Action.SEE_NOTES, person, ticket, scene.desk, now):
        return Skip("the person may not read notes")
    return _in_other_hands(scene.record.event, person.id, ticket)


def _in_other_hands(event: Event, person: PersonId, ticket: Ticket) -> Skip | None:
    """The guard of a ping that says who has the ticket, or is to take it."""
    match event:
        case TicketAssigned(assignee=assignee) if person == assignee != ticket.assignee:
            return Skip("somebody else has the ticket by now")
        case TicketOffered() if person != ticket.offered_to:
            return Skip("they are not asked to take it any more")
        case NobodyToOffer() if ticket.assignee or ticket.offered_to or not ticket.status.is_live:
            return Skip("somebody has it by now, or is asked to take it")
        case _:
            return None
