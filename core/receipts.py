"""What the desk remembers of a delivery that was made: where its thread is, and what the platform calls the copy.

Written in the transaction that ends the delivery, so that neither is known without the other.
"""

from dataclasses import replace
from datetime import datetime

from core.model.ids import MessageId
from core.model.outbox import Delivery, Intent, NewDelivery, ToThread
from core.model.thread import Audience, Copy, MessageKind, Thread
from core.ports import Keys, Parcel, Receipt
from core.storage import UnitOfWork


async def take_receipt(parcel: Parcel, receipt: Receipt, work: UnitOfWork, now: datetime, keys: Keys) -> bool:
    """Whether something more is owed because of it."""
    thread = await work.threads.get(parcel.thread.id) if parcel.thread is not None else None
    if thread is None:
        return False
    match parcel.delivery.intent:
        case Intent.CREATE_THREAD:
            place = parcel.thread.place if parcel.thread is not None else thread.place
            made = replace(
                thread,
                place=place,
                realm=receipt.realm or thread.realm,
                external_id=receipt.external_id,
                card=receipt.card,
                cursor=thread.cursor or receipt.cursor or receipt.external_id,
            )
            await work.threads.save(made)
            return await _show_the_way(parcel, made, work, now, keys)
        case Intent.TICKET_CARD if receipt.card is not None and receipt.card != thread.card:
            await work.threads.save(replace(thread, card=receipt.card))
        case Intent.ERASE:
            await work.copies.drop(thread.id)
            if receipt.card is None:
                await work.threads.save(replace(thread, lost_at=now))
        case Intent.MESSAGE | Intent.EDIT if receipt.parts and parcel.delivery.message is not None:
            await work.copies.put(Copy(parcel.delivery.message, thread.id, receipt.parts))
    if parcel.delivery.intent is Intent.MESSAGE:
        gone = await _take_out(parcel.delivery, thread, receipt, work, now, keys)
        return await _mark(parcel.delivery, work, now, keys) or gone
    return False


async def _take_out(
    delivery: Delivery, thread: Thread, receipt: Receipt, work: UnitOfWork, now: datetime, keys: Keys
) -> bool:
    """A copy that was on its way while a split moved its message goes again: nothing that is done to the message in
    its new ticket could know of it."""
    message = await work.messages.get(delivery.message) if delivery.message is not None else None
    if message is None or delivery.ticket is None or message.ticket == delivery.ticket or not receipt.parts:
        return False
    removal = NewDelivery(
        address=ToThread(thread.id, thread.platform), intent=Intent.REMOVAL, ticket=thread.ticket, message=message.id
    )
    await work.outbox.add(removal, key=keys.hex(24), event=delivery.event, at=now)
    return True


async def _mark(delivery: Delivery, work: UnitOfWork, now: datetime, keys: Keys) -> bool:
    """Whoever wrote it is told where they did, once it is with everybody."""
    message = await work.messages.get(delivery.message) if delivery.message is not None else None
    if message is None or message.kind is MessageKind.NOTE or message.origin is None:
        return False
    origin = await work.threads.get(message.origin)
    if origin is None or not origin.platform.has_own_threads or await work.outbox.is_underway(message.id):
        return False
    await work.outbox.add(mark(origin, message.id), key=keys.hex(24), event=delivery.event, at=now)
    return True


def mark(origin: Thread, message: MessageId) -> NewDelivery:
    return NewDelivery(
        address=ToThread(origin.id, origin.platform),
        intent=Intent.MARK,
        ticket=origin.ticket,
        message=message,
        supersede_key=f"mark:{message}",
    )


async def _show_the_way(parcel: Parcel, made: Thread, work: UnitOfWork, now: datetime, keys: Keys) -> bool:
    """A staff's card that was made before the thread that it is to lead to gets the way there now.

    The two are made side by side: whichever is written down last finds the other.
    """
    if parcel.ticket is None:
        return False
    await work.people.get(parcel.ticket.requester, lock=True)
    threads = [one for one in await work.threads.of(made.ticket) if one.platform is made.platform]
    if made.audience is Audience.STAFF:
        is_there = any(one.is_shared_with_staff and one.external_id is not None for one in threads)
        cards = [made] if is_there and parcel.home is None else []
    elif made.is_shared_with_staff:
        cards = [one for one in threads if one.audience is Audience.STAFF and one.card is not None]
    else:
        cards = []
    for thread in cards:
        card = NewDelivery(
            address=ToThread(thread.id, thread.platform),
            intent=Intent.TICKET_CARD,
            ticket=made.ticket,
            supersede_key="ticket_card",
        )
        await work.outbox.add(card, key=keys.hex(24), event=parcel.delivery.event, at=now)
    return bool(cards)
