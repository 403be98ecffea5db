"""What could not be read of a ticket's thread on a platform: said to the staff once, and that it was read after all."""

from core.commands import NoteCaughtUp, NoteGap
from core.errors import NoSuchTicket
from core.events import ThreadCaughtUp, ThreadNotRead
from core.merged import survivor_of
from core.model.ids import ThreadId, TicketId, ref_of
from core.model.thread import GapReason, Thread
from core.model.ticket import Ticket
from core.storage import Outcome, Traced
from core.usecases.case import Case

_TRACED = Traced(only=frozenset({ThreadNotRead, ThreadCaughtUp}))


async def note_gap(command: NoteGap, case: Case) -> Outcome:
    """Each gap once, however many processes find it, and however often: the trail remembers."""
    case.require_the_desk()
    ticket, thread = await _place(command.ticket, command.thread, case)
    if thread is None or _is(await _last(ticket, thread, case), command):
        return Outcome(ticket=ticket.id)
    noticed = ThreadNotRead(
        ticket=ticket.id,
        platform=thread.platform,
        thread=thread.id,
        audience=thread.audience,
        reason=command.reason,
        since=command.since,
        until=command.until or case.now,
    )
    case.change(ticket, noticed)
    return Outcome(ticket=ticket.id)


async def note_caught_up(command: NoteCaughtUp, case: Case) -> Outcome:
    """Only of what the staff were told. What its platform shows no more stays unread, whatever is read there later."""
    case.require_the_desk()
    ticket, thread = await _place(command.ticket, command.thread, case)
    if thread is None:
        return Outcome(ticket=ticket.id)
    last = await _last(ticket, thread, case)
    if isinstance(last, ThreadNotRead) and last.reason is GapReason.SHUT_OUT:
        read = ThreadCaughtUp(ticket=ticket.id, platform=thread.platform, thread=thread.id, audience=thread.audience)
        case.change(ticket, read)
    return Outcome(ticket=ticket.id)


async def _place(ticket: TicketId, thread: ThreadId, case: Case) -> tuple[Ticket, Thread | None]:
    """The ticket in which it is said: what is written for a merged one goes on to that in its place. None for a thread
    that is not the ticket's. Raises NoSuchTicket."""
    named = await case.work.tickets.get(ticket)
    if named is None:
        raise NoSuchTicket(ref=ref_of(ticket))
    found = await case.work.threads.get(thread)
    is_its = found is not None and found.ticket == named.id
    return await survivor_of(named, case.work), found if is_its else None


async def _last(ticket: Ticket, thread: Thread, case: Case) -> ThreadNotRead | ThreadCaughtUp | None:
    """What was said last of the thread."""
    told = [record.event for record in await case.work.events.of(ticket.id, traced=_TRACED)]
    of_it = [one for one in told if isinstance(one, ThreadNotRead | ThreadCaughtUp) and one.thread == thread.id]
    return of_it[-1] if of_it else None


def _is(last: ThreadNotRead | ThreadCaughtUp | None, command: NoteGap) -> bool:
    return isinstance(last, ThreadNotRead) and (last.reason, last.since) == (command.reason, command.since)
