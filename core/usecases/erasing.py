"""A ticket's words are deleted for good: that it was there, when, and who did it stays."""

from core import limits
from core.commands import EraseTicket
from core.errors import N_
from core.events import TicketClosed, TicketErased
from core.model.ticket import Ending, Status
from core.policy import Action
from core.storage import Outcome
from core.usecases.case import Case


async def erase_ticket(command: EraseTicket, case: Case) -> Outcome:
    """Of this ticket alone: what went into it keeps its own words, and so does what it went into."""
    ticket = await case.ticket(command.ticket, Action.ERASE)
    why = limits.line(N_("The reason"), command.reason, limits.REASON)
    await case.work.erasing.wipe(ticket.id, case.now)
    closed = () if ticket.status is Status.CLOSED else (TicketClosed(ticket=ticket.id, ending=Ending.ERASED),)
    erased = ticket.erase(case.asker.id, why, case.now)
    case.change(erased, *closed, TicketErased(ticket=ticket.id))
    return Outcome(ticket=ticket.id)
