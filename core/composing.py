"""A delivery's words, made at the moment it is delivered, from the state of that moment.

So an edit, an undo, another language or a forgotten person is never overtaken by stale text. Its guard is here too: a
delivery that nobody needs any more is skipped, with the reason.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from core.cards.card import Card, Reader
from core.cards.news import persons_in
from core.cards.notices import alert, alert_news, bare, followed, ping
from core.cards.ticket import Names, TicketView, ticket_card
from core.cards.words import words_of
from core.events import Record, TicketAssigned, TicketResolved
from core.model.desk import Desk
from core.model.ids import PersonId
from core.model.outbox import Delivery, Intent, ToPerson, ToThread
from core.model.people import Person
from core.model.thread import Audience, Message, MessageKind, Thread, may_hear
from core.model.ticket import Ticket
from core.policy import Action, may
from core.ports import Parcel, Spoken, UnitOfWork


@dataclass(frozen=True, slots=True)
class Skip:
    """Not to be delivered any more."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """What the words are made from."""

    delivery: Delivery
    thread: Thread | None
    """The one addressed."""
    ticket: Ticket
    record: Record
    message: Message | None
    names: Names
    desk: Desk
    reader: Reader


def reader_of(person: Person | None, desk: Desk, now: datetime) -> Reader:
    """For whom words are made; None: a place that many people read, in the desk's time zone and English."""
    zone: tzinfo = ZoneInfo((person.time_zone if person else None) or desk.time_zone)
    return Reader(
        gettext=words_of(person.language if person else "en"),
        zone=zone,
        now=now.astimezone(UTC),
        is_staff=person is not None and person.is_staff,
    )


async def compose(delivery: Delivery, work: UnitOfWork, desk: Desk, now: datetime) -> Parcel | Skip:
    """The parcel to hand to the channel, or why there is none."""
    if delivery.ticket is None or delivery.event is None:
        return Skip("it is about nothing")
    ticket = await work.tickets.get(delivery.ticket)
    record = await work.events.get(delivery.event)
    if ticket is None or record is None:
        return Skip("the ticket is gone")
    message = await work.messages.get(delivery.message) if delivery.message is not None else None
    address = delivery.address
    thread = await work.threads.get(address.thread) if isinstance(address, ToThread) else None
    person = await work.people.get(address.person) if isinstance(address, ToPerson) else None
    named: set[PersonId] = {ticket.requester, *ticket.participants, *persons_in(record.event)}
    named |= {who for who in (ticket.assignee, record.actor, message.author if message else None) if who is not None}
    scene = _Scene(
        delivery=delivery,
        thread=thread,
        ticket=ticket,
        record=record,
        message=message,
        names=await work.people.named(sorted(named)),
        desk=desk,
        reader=reader_of(person, desk, now),
    )
    content = await _content(scene, person, work)
    if isinstance(content, Skip):
        return content
    return Parcel(delivery=delivery, address=address, thread=thread, ticket=ticket, content=content)


async def _content(scene: _Scene, person: Person | None, work: UnitOfWork) -> Card | Spoken | Skip:
    ticket, record, reader = scene.ticket, scene.record, scene.reader
    match scene.delivery.intent:
        case Intent.ALERT:
            return alert(ticket, scene.names, scene.desk, reader)
        case Intent.ALERT_NEWS:
            return alert_news(record, ticket, scene.names, scene.desk, reader)
        case Intent.PING:
            return await _ping(scene, person, work)
        case Intent.MESSAGE:
            return await _spoken(scene, work)
        case Intent.CREATE_THREAD | Intent.TICKET_CARD:
            if scene.desk.is_sensitive(ticket.category) and _is_shared(scene.thread):
                return bare(ticket, scene.desk, reader)
            place = await work.tickets.place_in_queue(ticket) if ticket.assignee is None else None
            view = TicketView(ticket=ticket, names=scene.names, place=place)
            return ticket_card(view, scene.desk, reader, None)


def _is_shared(thread: Thread | None) -> bool:
    """Whether others than a ticket's own people look there."""
    return thread is None or thread.audience is not Audience.REQUESTER


async def _ping(scene: _Scene, person: Person | None, work: UnitOfWork) -> Card | Skip:
    unwanted = _unwanted(scene, person)
    if unwanted is None:
        return ping(scene.record, scene.ticket, scene.message, scene.names, scene.desk, scene.reader)
    return followed(scene.ticket, scene.reader) if await _follows_blindly(scene, person, work) else unwanted


async def _follows_blindly(scene: _Scene, person: Person | None, work: UnitOfWork) -> bool:
    """Whether it is news of the solution for somebody who follows the ticket and may not see it."""
    if person is None or not isinstance(scene.record.event, TicketResolved):
        return False
    may_follow = may(Action.FOLLOW, person, scene.ticket, scene.desk, scene.reader.now)
    return may_follow and person.id in await work.tickets.followers(scene.ticket.id)


def _unwanted(scene: _Scene, person: Person | None) -> Skip | None:
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
    event = scene.record.event
    if isinstance(event, TicketAssigned) and person.id == event.assignee != ticket.assignee:
        return Skip("somebody else has the ticket by now")
    return None


async def _spoken(scene: _Scene, work: UnitOfWork) -> Spoken | Skip:
    message = scene.message
    if message is None or message.undone_at is not None:
        return Skip("the message was taken back")
    if scene.thread is None or not may_hear(message.kind, scene.thread.audience):
        return Skip("it is not for those who read there")
    files = tuple(file for file in await work.files.of(scene.ticket.id) if file.message == message.id)
    return Spoken(author=scene.names.get(message.author, "?"), text=message.text, kind=message.kind, files=files)
