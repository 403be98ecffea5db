"""What becomes of an erased ticket outside: its threads are taken back, and nothing else of it is delivered."""

from collections.abc import Sequence

from core.cards.card import Reader
from core.cards.erasure import erased_card
from core.events import Record, TicketErased
from core.model.ids import EventId
from core.model.outbox import Delivery, Intent, NewDelivery, ToPerson, ToThread
from core.model.thread import Thread
from core.model.ticket import Ticket
from core.ports import Content, Parcel, Removal, Wiped
from core.scene import Skip
from core.storage import UnitOfWork

_ERASED = "the ticket was erased"


async def owed_by_erasure(
    ticket: Ticket, records: Sequence[Record], work: UnitOfWork
) -> Sequence[tuple[NewDelivery, EventId]]:
    """Each of its threads goes, or what the desk put there; a copy in another ticket's thread is taken back, and so is
    what a person was told in a message of their own. Of what happens to it later nobody hears."""
    event = next((record.id for record in records if isinstance(record.event, TicketErased)), None)
    if event is None:
        return []
    threads = [thread for thread in await work.threads.of(ticket.id) if thread.platform.keeps_copies]
    whole = [
        NewDelivery(address=ToThread(thread.id, thread.platform), intent=Intent.ERASE, ticket=ticket.id)
        for thread in threads
    ]
    strays = [
        NewDelivery(address=address, intent=Intent.REMOVAL, ticket=ticket.id, message=message)
        for message, address in await work.erasing.strays(ticket.id)
        if address.platform.keeps_copies
    ]
    direct = [
        NewDelivery(address=address, intent=Intent.ERASE, ticket=ticket.id)
        for address in await work.erasing.told_of(ticket.id)
        if address.platform.keeps_copies
    ]
    return [(new, event) for new in (*whole, *strays, *direct)]


async def of_erased(
    delivery: Delivery, ticket: Ticket, thread: Thread | None, reader: Reader, work: UnitOfWork
) -> Parcel | Skip:
    """What was on its way when the ticket was erased is skipped, but for what may be there by now without the desk's
    knowing: that is finished without a word of it, or looked for, and what comes after it in the lane takes it away."""
    if isinstance(delivery.address, ToPerson) and delivery.intent is Intent.ERASE:
        return await _untold(delivery, delivery.address, ticket, reader, work)
    if thread is None or thread.lost_at is not None:
        return Skip(_ERASED)
    was_tried = delivery.uncertain or delivery.attempts > 1
    card = erased_card(ticket, reader)
    content: Content
    match delivery.intent:
        case Intent.ERASE if thread.external_id is not None:
            content = Wiped(card, tuple(await work.erasing.shown_in(thread.id)))
        case Intent.CREATE_THREAD if was_tried:
            content = card
        case Intent.MESSAGE | Intent.REMOVAL if delivery.message is not None:
            return await _taken_back(delivery, ticket, thread, work)
        case _:
            return Skip(_ERASED)
    return Parcel(delivery=delivery, address=delivery.address, thread=thread, ticket=ticket, content=content, over=True)


async def _untold(
    delivery: Delivery, address: ToPerson, ticket: Ticket, reader: Reader, work: UnitOfWork
) -> Parcel | Skip:
    recipient = (await work.people.external_ids([address.person], address.platform)).get(address.person)
    if recipient is None:
        return Skip("the person is no longer there")
    content = Wiped(erased_card(ticket, reader), tuple(await work.erasing.shown_to(address, ticket.id)))
    return Parcel(delivery=delivery, address=address, ticket=ticket, content=content, recipient=recipient)


async def _taken_back(delivery: Delivery, ticket: Ticket, thread: Thread, work: UnitOfWork) -> Parcel | Skip:
    """A copy that has no name yet is looked for, if an earlier attempt may have made it."""
    copies = await work.copies.of(delivery.message) if delivery.message is not None else []
    copy = next((one for one in copies if one.thread == thread.id), None)
    may_be_there = delivery.intent is Intent.MESSAGE and (delivery.uncertain or delivery.attempts > 1)
    if thread.external_id is None or (copy is None and not may_be_there):
        return Skip(_ERASED)
    return Parcel(
        delivery=delivery,
        address=delivery.address,
        thread=thread,
        ticket=ticket,
        content=Removal(),
        copy=copy,
        over=True,
    )
