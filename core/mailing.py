"""What reaches a person by mail: of which events, whether they want it, at which address, and in which words."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from core.cards.card import Card, Field
from core.cards.mail import bare_letter, fewer, how_to_answer, received
from core.cards.ticket import progress
from core.events import (
    Event,
    MessagePosted,
    Record,
    RequesterReminded,
    TicketAssigned,
    TicketClosed,
    TicketHandedOver,
    TicketOffered,
    TicketOpened,
    TicketReopened,
    TicketResolved,
)
from core.model.desk import Desk
from core.model.ids import EventId, PersonId
from core.model.mail import MailKind, bounce_key, is_wanted
from core.model.outbox import Intent, NewDelivery, ToPerson
from core.model.people import Person, Platform
from core.model.thread import Message, MessageKind
from core.model.ticket import Ticket
from core.policy import Action, may
from core.ports import Mailing, Parcel
from core.scene import Scene, Skip
from core.storage import UnitOfWork
from core.usecases.case import Case

UNSUBSCRIBE = "unsubscribe"
"""What a link that turns a kind of mail off is signed for."""
LINK_LIFE = timedelta(days=365)


def kind_of(record: Record, person: PersonId, ticket: Ticket) -> MailKind | None:
    """As what ``person`` is written of it; None: by other ways only. A note is never mailed."""
    match record.event:
        case TicketOpened():
            return MailKind.RECEIVED if person == ticket.requester and record.door is Platform.EMAIL else None
        case MessagePosted(kind=MessageKind.REPLY):
            return _of_words(person, ticket)
        case RequesterReminded():
            return MailKind.ANSWER
        case TicketResolved() | TicketClosed():
            return MailKind.SOLVED if person != ticket.assignee else None
        case TicketReopened():
            return MailKind.REOPENED if person != ticket.assignee else MailKind.SAID
        case TicketAssigned() | TicketHandedOver():
            return MailKind.ASSIGNED if person == ticket.assignee else None
        case TicketOffered(person=asked) if asked == person:
            return MailKind.OFFERED
        case _:
            return None


def _of_words(person: PersonId, ticket: Ticket) -> MailKind:
    return MailKind.ANSWER if person == ticket.requester or person != ticket.assignee else MailKind.SAID


async def mailed(
    pings: Mapping[PersonId, Record], records: Sequence[Record], ticket: Ticket, case: Case
) -> Sequence[tuple[NewDelivery, EventId]]:
    """Of what is told to persons, what goes by mail too; and that a mail was received, to whoever wrote it."""
    if not case.desk.by_mail:
        return []
    told = dict(pings)
    for record in records:
        if _is_for_requester(record, ticket):
            told.setdefault(ticket.requester, record)
    owed = []
    for person, record in told.items():
        kind = kind_of(record, person, ticket)
        if kind is not None and await _is_written_to(person, kind, case.desk, case.work):
            message = record.event.message if isinstance(record.event, MessagePosted) else None
            address = ToPerson(person, Platform.EMAIL)
            owed.append(
                (NewDelivery(address=address, intent=Intent.PING, ticket=ticket.id, message=message), record.id)
            )
    return owed


def _is_for_requester(record: Record, ticket: Ticket) -> bool:
    """What their threads and their pages show them anyway, and nobody pings them of."""
    match record.event:
        case TicketOpened():
            return record.door is Platform.EMAIL
        case TicketReopened():
            return record.actor != ticket.requester
        case _:
            return False


async def _is_written_to(person: PersonId, kind: MailKind, desk: Desk, work: UnitOfWork) -> bool:
    found = await work.people.get(person)
    return found is not None and await wants(found, kind, desk, work) and await address_of(found, work) is not None


async def wants(person: Person, kind: MailKind, desk: Desk, work: UnitOfWork) -> bool:
    reached = [platform for platform in desk.messengers if await work.people.external_ids([person.id], platform)]
    return is_wanted(kind, await work.preferences.of(person.id), is_on_chat=bool(reached))


async def address_of(person: Person, work: UnitOfWork) -> str | None:
    """The address that is theirs for certain, else the one that they wrote from; None where there is none, or where it
    takes no mail."""
    confirmed = person.email if person.email_confirmed else None
    address = confirmed or (await work.people.external_ids([person.id], Platform.EMAIL)).get(person.id)
    if address is None or await work.troubles.get(bounce_key(address)) is not None:
        return None
    return address


async def addressed(parcel: Parcel, scene: Scene, person: Person | None, work: UnitOfWork) -> Parcel | Skip:
    """A ping as a mail to ``person``: where it goes, and the link that ends such mails. Whoever may not see the ticket
    is told nothing that names it."""
    kind = kind_of(scene.record, person.id, scene.ticket) if person is not None else None
    if person is None or kind is None:
        return Skip("it is nothing for a mail")
    if not await wants(person, kind, scene.desk, work):
        return Skip("the person wants no such mail")
    address = await address_of(person, work)
    if address is None:
        return Skip("there is no address that takes mail")
    seen = may(Action.SEE, person, scene.ticket, scene.desk, scene.reader.now)
    return replace(
        parcel,
        recipient=address,
        ticket=parcel.ticket if seen else None,
        mailing=Mailing(kind, _link(person.id, kind, scene)),
    )


def _link(person: PersonId, kind: MailKind, scene: Scene) -> str | None:
    """The same at every try: it is good from when the delivery was owed."""
    if scene.signer is None:
        return None
    token = scene.signer.sign(UNSUBSCRIBE, f"{person}:{kind}", scene.delivery.created_at + LINK_LIFE)
    return f"{scene.desk.public_url}/unsubscribe/{token}"


async def as_letter(card: Card, scene: Scene, person: Person | None, work: UnitOfWork) -> Card:
    """A ping's card as a mail says it, with the way to fewer of them."""
    letter = await _letter(card, scene, person, work)
    kind = kind_of(scene.record, person.id, scene.ticket) if person is not None else None
    url = _link(person.id, kind, scene) if person is not None and kind is not None else None
    return letter if url is None else replace(letter, buttons=(*letter.buttons, fewer(url, scene.reader)))


async def _letter(card: Card, scene: Scene, person: Person | None, work: UnitOfWork) -> Card:
    """Whole words, how far the ticket is, how to answer. Of a sensitive ticket there is its ref and the way to it, and
    of one that the reader may not see what the card says and no more."""
    ticket, desk, reader = scene.ticket, scene.desk, scene.reader
    if person is None or not may(Action.SEE, person, ticket, desk, reader.now):
        return replace(card, buttons=(), url=None)
    if desk.is_sensitive(ticket.category):
        return bare_letter(ticket, desk, reader)
    if isinstance(scene.record.event, TicketOpened):
        return received(ticket, desk, reader)
    message = scene.message or await _said_with(scene.record.event, work)
    files = await work.files.under([message.id]) if message is not None else []
    names = Field(reader.gettext("Files"), ", ".join(file.name for file in files))
    return replace(
        card,
        body=message.text if message is not None else card.body,
        fields=(*card.fields, names) if files else card.fields,
        progress=progress(ticket, reader),
        buttons=tuple(button for button in card.buttons if button.url is not None),
        footer=how_to_answer(desk, reader),
    )


async def _said_with(event: Event, work: UnitOfWork) -> Message | None:
    """The answer that resolved the ticket, or why it is open again."""
    match event:
        case TicketResolved(answer=said) | TicketReopened(reason=said) if said is not None:
            message = await work.messages.get(said)
        case _:
            return None
    is_there = message is not None and message.undone_at is None and message.kind is MessageKind.REPLY
    return message if is_there else None
