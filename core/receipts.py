"""What the desk remembers of a delivery that was made: where its thread is, and what the platform calls the copy.

Written in the transaction that ends the delivery, so that neither is known without the other.
"""

from dataclasses import replace
from datetime import datetime

from core.model.outbox import Intent, NewDelivery, ToThread
from core.model.thread import Audience, Copy, Thread
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
                cursor=thread.cursor or receipt.external_id,
            )
            await work.threads.save(made)
            return await _show_the_way(parcel, made, work, now, keys)
        case Intent.TICKET_CARD if receipt.card is not None and receipt.card != thread.card:
            await work.threads.save(replace(thread, card=receipt.card))
        case Intent.MESSAGE | Intent.EDIT if receipt.parts and parcel.delivery.message is not None:
            await work.copies.put(Copy(parcel.delivery.message, thread.id, receipt.parts))
    return False


async def _show_the_way(parcel: Parcel, made: Thread, work: UnitOfWork, now: datetime, keys: Keys) -> bool:
    """The staff's card, if it was there first, is to lead to the thread that is there now."""
    if not made.is_shared_with_staff:
        return False
    cards = [
        thread
        for thread in await work.threads.of(made.ticket)
        if thread.platform is made.platform and thread.audience is Audience.STAFF and thread.card is not None
    ]
    for thread in cards:
        card = NewDelivery(
            address=ToThread(thread.id, thread.platform),
            intent=Intent.TICKET_CARD,
            ticket=made.ticket,
            supersede_key="ticket_card",
        )
        await work.outbox.add(card, key=keys.hex(24), event=parcel.delivery.event, at=now)
    return bool(cards)
