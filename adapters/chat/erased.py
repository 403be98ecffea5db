"""Whether a thread's ticket was erased: then nothing is fetched for it, since nothing of it is kept."""

from core.model.thread import Thread
from core.storage import Store


async def is_erased(thread: Thread, store: Store) -> bool:
    async with store.read() as work:
        ticket = await work.tickets.get(thread.ticket)
    return ticket is not None and ticket.erased_at is not None
