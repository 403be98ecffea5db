"""Where a ticket is talked about on the platforms: threads made, found to be gone, caught up with."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from core.commands import AdvanceThread, NoteDeparture, ReplaceThread
from core.errors import NoSuchTicket
from core.events import PersonLeft, ThreadLost
from core.model.desk import Place
from core.model.ids import PersonId, ref_of
from core.model.outbox import ToThread
from core.model.people import Platform
from core.model.thread import Audience, Thread
from core.model.ticket import Ticket
from core.storage import Outcome
from core.usecases.case import Case

_DAY = timedelta(days=1)
_REPLACED_A_DAY = 3
"""Somebody, or somebody's bot, deletes them on purpose: past this the ticket says so and is left alone."""


async def make_threads(ticket: Ticket, case: Case) -> None:
    """Each person's own, which they wait for, and one in every place of the ticket's category and team; where there is
    none yet."""
    places, owners = case.desk.places_of(ticket.category, ticket.team), await _owners(ticket, case)
    if not places and not owners:
        return
    threads = await case.work.threads.of(ticket.id)
    own = {(thread.platform, thread.participant) for thread in threads}
    for platform, person in owners:
        if (platform, person) not in own:
            made = await case.work.threads.add(ticket.id, platform, Audience.REQUESTER, participant=person)
            case.made.append(made.id)
    await _make_shared(ticket, places, threads, case)


async def _owners(ticket: Ticket, case: Case) -> Sequence[tuple[Platform, PersonId]]:
    """Who has a thread of their own: whoever asked there, and whoever was added and is there."""
    owners: list[tuple[Platform, PersonId]] = []
    for platform in sorted(case.desk.own_threads):
        there = await case.work.people.external_ids(sorted(ticket.participants), platform)
        asked = [ticket.requester] if ticket.door is platform else []
        owners += [(platform, person) for person in (*asked, *sorted(there))]
    return owners


async def _make_shared(
    ticket: Ticket, places: Sequence[tuple[Place, Audience]], threads: Sequence[Thread], case: Case
) -> None:
    """One that its people share on a platform is enough there, wherever bot.toml has others made by now."""
    there = {(thread.platform, thread.audience, thread.place) for thread in threads}
    shared = {thread.platform for thread in threads if thread.is_shared_with_staff}
    for place, audience in places:
        is_shared = audience is not Audience.STAFF and place.platform in shared
        if not is_shared and (place.platform, audience, place.channel) not in there:
            made = await case.work.threads.add(ticket.id, place.platform, audience, place=place.channel)
            case.made.append(made.id)


async def replace_thread(command: ReplaceThread, case: Case) -> Outcome:
    """What was to be said there is said in the one that takes its place, or stays in the record."""
    case.require_the_desk()
    thread = await case.work.threads.get(command.thread)
    ticket = await case.work.tickets.get(command.ticket)
    if ticket is None:
        raise NoSuchTicket(ref=ref_of(command.ticket))
    if thread is None or thread.ticket != ticket.id or thread.lost_at is not None:
        return Outcome(ticket=ticket.id)
    again = ticket.status.is_live and await case.work.threads.lost(ticket.id, case.now - _DAY) < _REPLACED_A_DAY
    await case.work.threads.save(replace(thread, lost_at=case.now))
    await case.work.copies.drop(thread.id)
    lane = ToThread(thread.id, thread.platform).lane
    await case.work.outbox.abandon(lane, reason=command.reason, at=case.now)
    if again:
        await make_threads(ticket, case)
    if ticket.erased_at is None:
        case.change(ticket, ThreadLost(ticket=ticket.id, platform=thread.platform, replaced=bool(case.made)))
    return Outcome(ticket=ticket.id)


async def note_departure(command: NoteDeparture, case: Case) -> Outcome:
    """For the staff, who would wait for an answer in vain. Only where a thread is there that the requester cannot see
    any more."""
    case.require_the_desk()
    ticket = await case.work.tickets.get(command.ticket)
    if ticket is None:
        raise NoSuchTicket(ref=ref_of(command.ticket))
    threads = [t for t in await case.work.threads.of(ticket.id) if t.audience is not Audience.STAFF]
    if any(thread.platform is command.platform for thread in threads):
        case.change(ticket, PersonLeft(ticket=ticket.id, person=ticket.requester, platform=command.platform))
    return Outcome(ticket=ticket.id)


async def advance_thread(command: AdvanceThread, case: Case) -> Outcome:
    case.require_the_desk()
    thread = await case.work.threads.get(command.thread)
    if thread is not None:
        await advance(thread, command.cursor, case)
    return Outcome(ticket=command.ticket)


async def advance(thread: Thread, cursor: str, case: Case) -> None:
    """Forward only: a late arrival of something older moves nothing."""
    if thread.cursor is None or _place(thread.cursor) < _place(cursor):
        await case.work.threads.save(replace(thread, cursor=cursor))


def _place(cursor: str) -> tuple[int, str]:
    """Platforms count upwards, in digits: the longer number is the later."""
    return len(cursor), cursor
