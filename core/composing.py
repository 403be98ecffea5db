"""A delivery's words, made at the moment it is delivered, from the state of that moment.

So an edit, an undo, another language or a forgotten person is never overtaken by stale text. Its guard is here too: a
delivery that nobody needs any more is skipped, with the reason.
"""

from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from core.alerting import alerted
from core.attendance import duty_set
from core.belonging import belongings_of
from core.cards.card import Card, Reader
from core.cards.news import FOR_EVERYBODY, persons_in
from core.cards.notices import bare, history, thread_news, trouble
from core.cards.ticket import TicketView, ticket_card
from core.cards.words import words_of
from core.erasure import of_erased
from core.escalating import acknowledgers, awaits_decision, going_on
from core.events import (
    DutyChanged,
    ParticipantRemoved,
    Record,
    SecretSuspected,
    TicketAssigned,
    TicketClaimed,
    TroubleFound,
)
from core.expectations import outlook_of, place_of
from core.mailing import addressed, as_letter
from core.model.desk import Desk, Place
from core.model.ids import PersonId
from core.model.outbox import Delivery, Intent, ToEmail, ToEndpoint, ToPerson, ToSpace, ToThread
from core.model.people import Person, Platform
from core.model.thread import Audience, Message, MessageKind, Reaction, Thread, is_talked_in, may_tell
from core.model.ticket import Ticket
from core.pinging import has_moved, ping_card
from core.policy import Action, Fact, facts_of, may_in_general
from core.ports import Content, Marked, Parcel, Reacted, Removal, Roster, Settled, Signer, Spoken
from core.publishing import published
from core.reminding import digest
from core.scene import Scene, Skip
from core.storage import Traced, UnitOfWork
from core.trail import as_of_now, heard_by


def reader_of(person: Person | None, desk: Desk, now: datetime) -> Reader:
    """For whom words are made; None: a place that many people read, in the desk's time zone and English."""
    zone: tzinfo = ZoneInfo((person.time_zone if person else None) or desk.time_zone)
    return Reader(
        gettext=words_of(person.language if person else "en"),
        zone=zone,
        now=now.astimezone(UTC),
        is_staff=person is not None and person.is_staff,
    )


async def compose(
    delivery: Delivery, work: UnitOfWork, desk: Desk, now: datetime, signer: Signer | None = None
) -> Parcel | Skip:
    """The parcel to hand to the channel, or why there is none. ``signer``: for what goes to a place where nobody is
    known, and may be acknowledged by a link."""
    written = await work.events.get(delivery.event) if delivery.event is not None else None
    if written is None:
        return Skip("it is about nothing")
    [record] = await as_of_now([written], work)
    address = delivery.address
    if isinstance(address, ToEndpoint):
        return await published(delivery, address, record, desk, work)
    thread = await work.threads.get(address.thread) if isinstance(address, ToThread) else None
    reads = address.person if isinstance(address, ToPerson) else thread.participant if thread is not None else None
    person = await work.people.get(reads) if reads is not None else None
    if isinstance(address, ToPerson) and person is not None:  # absorbed since, perhaps
        address = replace(address, person=person.id)
        delivery = replace(delivery, address=address)
    if delivery.intent is Intent.TROUBLE:
        return await _trouble(delivery, record, person, reader_of(person, desk, now), work)
    if delivery.intent is Intent.DIGEST or isinstance(record.event, DutyChanged):
        return await _of_the_desk(delivery, record, person, desk, reader_of(person, desk, now), work)
    ticket = await work.tickets.get(delivery.ticket) if delivery.ticket is not None else None
    if ticket is None:
        return Skip("the ticket is gone")
    if ticket.erased_at is not None:
        return await of_erased(delivery, ticket, thread, reader_of(person, desk, now), work)
    message = await work.messages.get(delivery.message) if delivery.message is not None else None
    unwanted = _nobody_reads(thread, delivery.intent, record, ticket, desk)
    if unwanted is not None:
        return unwanted
    named: set[PersonId] = {ticket.requester, *ticket.participants, *persons_in(record.event)}
    told = (ticket.assignee, ticket.offered_to, record.actor, message.author if message else None)
    named |= {who for who in told if who is not None}
    scene = Scene(
        delivery=delivery,
        thread=thread,
        ticket=ticket,
        record=record,
        message=message,
        names=await work.people.named(sorted(named)),
        desk=desk,
        reader=reader_of(person, desk, now),
        signer=signer,
    )
    content = await _content(scene, person, work)
    if isinstance(content, Skip):
        return content
    parcel = Parcel(
        delivery=delivery,
        address=address,
        thread=_placed(thread, ticket, desk),
        ticket=ticket,
        content=content,
        over=not ticket.status.is_live,
    )
    return await _with_ids(parcel, scene, person, work)


def _nobody_reads(thread: Thread | None, intent: Intent, record: Record, ticket: Ticket, desk: Desk) -> Skip | None:
    """The guard of a thread: it is there, and who reads there may hear of the ticket. Words are taken back anywhere."""
    if thread is None:
        return None
    if thread.lost_at is not None:
        return Skip("the thread is gone")
    if thread.participant is not None and thread.participant not in ticket.people:
        event = record.event
        is_farewell = isinstance(event, ParticipantRemoved) and event.person == thread.participant
        if intent is not Intent.REMOVAL and not (is_farewell and intent is Intent.NEWS):
            return Skip("whose thread it is has no part in the ticket any more")
    tells = intent in (Intent.NEWS, Intent.HISTORY)
    if tells and desk.is_sensitive(ticket.category) and _is_shared(thread):
        return Skip("it is not for those who read there")
    return None


def _placed(thread: Thread | None, ticket: Ticket, desk: Desk) -> Thread | None:
    """A thread that is still to be made is made where bot.toml says now: a channel may have been deleted since. One for
    another team, which had the ticket before, stays that team's."""
    if thread is None or thread.external_id is not None or desk.names(Place(thread.platform, thread.place)):
        return thread
    places = [p for p, audience in desk.places_of(ticket.category, ticket.team) if audience is thread.audience]
    here = [place.channel for place in places if place.platform is thread.platform]
    return replace(thread, place=here[0]) if here else thread


async def _trouble(
    delivery: Delivery, record: Record, person: Person | None, reader: Reader, work: UnitOfWork
) -> Parcel | Skip:
    if person is None or not may_in_general(Action.ADMINISTER, person):
        return Skip("the person is no longer an admin")
    found = await work.troubles.get(record.event.trouble) if isinstance(record.event, TroubleFound) else None
    if found is None:
        return Skip("it is mended")
    parcel = Parcel(delivery=delivery, address=delivery.address, content=trouble(found, reader))
    return await _to_recipient(parcel, person.id, work)


async def _of_the_desk(
    delivery: Delivery, record: Record, person: Person | None, desk: Desk, reader: Reader, work: UnitOfWork
) -> Parcel | Skip:
    told = duty_set if isinstance(record.event, DutyChanged) else digest
    card = await told(record, person, desk, reader, work)
    if isinstance(card, str) or person is None:
        return Skip(str(card))
    return await _to_recipient(Parcel(delivery=delivery, address=delivery.address, content=card), person.id, work)


async def _to_recipient(parcel: Parcel, person: PersonId, work: UnitOfWork) -> Parcel | Skip:
    """With what the platform calls the person addressed. The web needs no such name."""
    if isinstance(parcel.address, ToSpace | ToEmail | ToEndpoint) or not parcel.address.platform.keeps_copies:
        return parcel
    recipient = (await work.people.external_ids([person], parcel.address.platform)).get(person)
    return Skip("the person is no longer there") if recipient is None else replace(parcel, recipient=recipient)


async def _with_ids(parcel: Parcel, scene: Scene, person: Person | None, work: UnitOfWork) -> Parcel | Skip:
    """With what the platform calls everything that the parcel is about."""
    address, ticket, intent = parcel.address, scene.ticket, scene.delivery.intent
    if isinstance(address, ToPerson):
        inside = person is not None and person.id in ticket.people and _is_for_everybody(scene)
        fallback = await _home(address.platform, ticket, work) if inside and address.platform.keeps_copies else None
        if address.platform is Platform.EMAIL:
            return await addressed(parcel, scene, person, work)
        return await _to_recipient(replace(parcel, fallback=fallback), address.person, work)
    if not isinstance(address, ToThread) or scene.thread is None:
        return parcel
    if scene.thread.external_id is None and intent is not Intent.CREATE_THREAD:
        return Skip("the thread was never made")
    match intent:
        case Intent.CREATE_THREAD:
            return await _to_be_made(parcel, scene, scene.thread, work)
        case Intent.TICKET_CARD if scene.thread.audience is Audience.STAFF:
            return replace(parcel, home=await _home(address.platform, ticket, work))
        case Intent.EDIT | Intent.REMOVAL | Intent.REACTIONS | Intent.MARK:
            copies = await work.copies.of(scene.message.id) if scene.message is not None else []
            copy = next((copy for copy in copies if copy.thread == scene.thread.id), None)
            return Skip("it is not there") if copy is None else replace(parcel, copy=copy)
        case Intent.NEWS:
            return replace(parcel, pings=await _pinged(scene, work))
        case _:
            return parcel


async def _to_be_made(parcel: Parcel, scene: Scene, thread: Thread, work: UnitOfWork) -> Parcel | Skip:
    """With what belongs in the thread from its first moment: its people, and the files that the ticket was opened with
    where it is talked about."""
    ticket = scene.ticket
    if is_talked_in(thread, await work.threads.of(ticket.id)) and _may_tell(scene, MessageKind.REPLY, thread):
        parcel = replace(parcel, files=tuple(f for f in await work.files.of(ticket.id) if f.message is None))
    if thread.participant is not None:
        return await _to_recipient(parcel, thread.participant, work)
    if thread.audience is Audience.STAFF:
        return replace(parcel, home=await _home(thread.platform, ticket, work))
    return replace(parcel, roster=await _roster(scene, work))


def _is_for_everybody(scene: Scene) -> bool:
    """Whether all who read the ticket's own thread may hear of it: it is no note, and no trail of the staff's."""
    is_note = scene.message is not None and scene.message.kind is MessageKind.NOTE
    return isinstance(scene.record.event, FOR_EVERYBODY) and not is_note


async def _home(platform: Platform, ticket: Ticket, work: UnitOfWork) -> Thread | None:
    """The ticket's thread on ``platform`` that its people share."""
    shared = (t for t in await work.threads.of(ticket.id) if t.platform is platform and t.is_shared_with_staff)
    return next((thread for thread in shared if thread.external_id is not None), None)


async def _pinged(scene: Scene, work: UnitOfWork) -> tuple[str, ...]:
    """The assignee hears of a ticket that somebody gave them; nobody is ever pinged by anything else in a thread. In a
    thread of the staff's own they are named when they took it themselves, too: so they follow it from then on."""
    event, assignee, thread = scene.record.event, scene.ticket.assignee, scene.thread
    if thread is None or assignee is None or thread.participant is not None:
        return ()
    is_theirs = isinstance(event, TicketAssigned | TicketClaimed) and event.assignee == assignee
    follows = thread.platform.has_own_threads
    if not is_theirs or (assignee == scene.record.actor and not follows):
        return ()
    return tuple((await work.people.external_ids([assignee], thread.platform)).values())


async def _roster(scene: Scene, work: UnitOfWork) -> Roster:
    """Who belongs in the thread addressed, and who was just taken out of it."""
    if scene.thread is None:
        return Roster()
    present = scene.ticket.people
    event = scene.record.event
    gone = {event.person} - present if isinstance(event, ParticipantRemoved) else set()
    ids = await work.people.external_ids(sorted(present | gone), scene.thread.platform)
    return Roster(
        present=tuple(ids[person] for person in sorted(present) if person in ids),
        gone=tuple(ids[person] for person in sorted(gone) if person in ids),
    )


async def _content(scene: Scene, person: Person | None, work: UnitOfWork) -> Content | Skip:
    ticket, record, reader = scene.ticket, scene.record, scene.reader
    match scene.delivery.intent:
        case Intent.ALERT | Intent.ALERT_NEWS | Intent.CALL:
            return await alerted(scene, person, work)
        case Intent.PING:
            return await _ping(scene, person, work)
        case Intent.CREATE_THREAD | Intent.TICKET_CARD:
            return await _card(scene, person, work)
        case Intent.MEMBERS:
            return await _roster(scene, work)
        case Intent.NEWS:
            return thread_news(record, ticket, scene.names, scene.desk, reader)
        case Intent.HISTORY:
            return await _history(scene, work)
        case Intent.SETTLE:
            return Settled(over=not ticket.status.is_live)
        case _:
            return await _of_message(scene, work)


async def _ping(scene: Scene, person: Person | None, work: UnitOfWork) -> Card | Skip:
    card = await ping_card(scene, person, work)
    address = scene.delivery.address
    by_mail = isinstance(address, ToPerson) and address.platform is Platform.EMAIL
    return await as_letter(card, scene, person, work) if by_mail and isinstance(card, Card) else card


async def _of_message(scene: Scene, work: UnitOfWork) -> Content | Skip:
    match scene.delivery.intent:
        case Intent.MESSAGE | Intent.EDIT:
            return await _spoken(scene, work)
        case Intent.REMOVAL:
            return Removal()
        case Intent.REACTIONS:
            return await _reacted(scene, work)
        case Intent.MARK:
            return await _marked(scene, work)
        case _:
            return Skip("this desk does not know what it is")


async def _card(scene: Scene, person: Person | None, work: UnitOfWork) -> Card:
    """With the buttons of whoever's own thread it is, or of all that anybody there may press."""
    if scene.desk.is_sensitive(scene.ticket.category) and _is_shared(scene.thread):
        return bare(scene.ticket, scene.desk, scene.reader)
    place = await place_of(scene.ticket, scene.desk, work)
    audience = scene.thread.audience if scene.thread is not None else Audience.REQUESTER
    outlook = await outlook_of(scene.ticket, audience, place, scene.desk, scene.reader.now, work)
    escalations = tuple(await going_on(scene.ticket.id, work))
    names = {**scene.names, **await acknowledgers(escalations, work)}
    for_staff = scene.thread is not None and scene.thread.audience is Audience.STAFF
    is_read = for_staff or person is not None
    view = TicketView(
        ticket=scene.ticket,
        names=names,
        place=place,
        outlook=outlook,
        escalations=escalations,
        belongings=await belongings_of(scene.ticket, person, scene.desk, scene.reader.now, work) if is_read else (),
        awaits_decision=await awaits_decision(scene.ticket.id, work),
    )
    return ticket_card(view, scene.desk, scene.reader, person, for_staff=for_staff)


async def _history(scene: Scene, work: UnitOfWork) -> Card | Skip:
    """What was said until the thread was asked for: what came later has deliveries of its own."""
    audience = scene.thread.audience if scene.thread is not None else Audience.REQUESTER
    said = await work.messages.of(scene.ticket.id, kinds=heard_by(audience))
    before = [message for message in said if message.undone_at is None and message.at <= scene.record.at]
    if not before:
        return Skip("nothing was said before")
    names = await work.people.named(sorted({message.author for message in before}))
    return history(scene.ticket, before, names, scene.desk, scene.reader)


async def _reacted(scene: Scene, work: UnitOfWork) -> Reacted | Skip:
    if scene.message is None or scene.thread is None or not _may_tell(scene, scene.message.kind, scene.thread):
        return Skip("it is not for those who read there")
    theirs = [r for r in await work.reactions.of(scene.ticket.id) if r.message == scene.message.id]
    return Reacted(tuple(dict.fromkeys(r.emoji for r in theirs if not _shows(scene.thread, r))))


def _shows(thread: Thread, reaction: Reaction) -> bool:
    """Whether it was set there."""
    return reaction.platform is thread.platform if reaction.thread is None else reaction.thread == thread.id


async def _marked(scene: Scene, work: UnitOfWork) -> Marked | Skip:
    if scene.message is None or scene.message.undone_at is not None:
        return Skip("the message was taken back")
    if scene.thread is None or not _may_tell(scene, scene.message.kind, scene.thread):
        return Skip("it is not for those who read there")
    kind = scene.message.kind
    return Marked(kind, was_held=kind is MessageKind.REPLY and await _held_something(scene.message, work))


async def _held_something(message: Message, work: UnitOfWork) -> bool:
    """Whether words of its author's were held back in the ticket, or in the one in whose thread they were said: the
    reply does not say whether it is those."""
    written = await work.threads.get(message.origin) if message.origin is not None else None
    homes = {message.ticket, written.ticket if written is not None else message.ticket}
    trails = [await work.events.of(home, traced=Traced(only=frozenset({SecretSuspected}))) for home in homes]
    return any(
        record.actor == message.author
        and isinstance(record.event, SecretSuspected)
        and record.event.kind is MessageKind.NOTE
        for trail in trails
        for record in trail
    )


def _may_tell(scene: Scene, kind: MessageKind, thread: Thread) -> bool:
    return may_tell(kind, thread, sensitive=scene.desk.is_sensitive(scene.ticket.category))


def _is_shared(thread: Thread | None) -> bool:
    """Whether others than a ticket's own people look there."""
    return thread is None or thread.audience is not Audience.REQUESTER


async def _spoken(scene: Scene, work: UnitOfWork) -> Spoken | Removal | Skip:
    message, delivery = scene.message, scene.delivery
    was_tried = delivery.intent is Intent.MESSAGE and (delivery.uncertain or delivery.attempts > 1)
    if message is None:
        return Skip("the message is gone")
    gone = "the message was taken back" if message.undone_at is not None else ""
    if has_moved(scene):
        gone = "the message is part of another ticket now"
    if gone and not was_tried:
        return Skip(gone)
    if scene.thread is None or not _may_tell(scene, message.kind, scene.thread):
        return Skip("it is not for those who read there")
    author = await work.people.get(message.author)
    is_staff = author is not None and Fact.SEES in facts_of(author, scene.ticket, scene.desk, scene.reader.now)
    name, by_staff = scene.names.get(message.author, "?"), is_staff and message.author != scene.ticket.requester
    if gone:
        return Removal(author=name, by_staff=by_staff)
    return Spoken(
        author=name,
        by_staff=by_staff,
        avatar_url=author.avatar_url if author is not None else None,
        text=message.text,
        kind=message.kind,
        files=tuple(file for file in await work.files.of(scene.ticket.id) if file.message == message.id),
    )
