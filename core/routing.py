"""Who hears of what: each event of a transaction becomes the deliveries that it owes.

Rows hold references. What a person, a thread or a space then reads is made by ``core/composing.py`` at delivery.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.calling import calls_of, who_hears
from core.erasure import owed_by_erasure
from core.events import (
    AcknowledgementReminded,
    DutyChanged,
    EscalationAcknowledged,
    EscalationCalled,
    EscalationEnded,
    EscalationRaised,
    EscalationResumed,
    EscalationStarted,
    Event,
    MergeUndone,
    MessageEdited,
    MessageMovedAway,
    MessageMovedHere,
    MessagePosted,
    MessageUndone,
    NobodyToOffer,
    OfferPassed,
    ParticipantAdded,
    ParticipantRemoved,
    PersonLeft,
    PriorityChanged,
    ReactionChanged,
    Record,
    SecretSuspected,
    SplitOff,
    ThreadCaughtUp,
    ThreadLost,
    ThreadNotRead,
    TicketAssigned,
    TicketClaimed,
    TicketClosed,
    TicketHandedOver,
    TicketMerged,
    TicketOffered,
    TicketOpened,
    TicketReopened,
    TicketResolved,
    TicketSplit,
    TicketTransferred,
    TicketUnassigned,
    TranscriptTaken,
    TroubleFound,
    UrgencyDecided,
    UrgencyDeclared,
)
from core.hearers import OF_HANDS, deciders, team, who_hears_of_hands
from core.mailing import mailed
from core.model.ids import EventId, MessageId, PersonId, ThreadId, TicketId
from core.model.outbox import Intent, NewDelivery, ToPerson, ToThread
from core.model.people import Platform
from core.model.thread import Audience, MessageKind, Thread, is_talked_in, may_tell
from core.model.ticket import Ending, Ticket
from core.policy import Action, may_in_general
from core.receipts import mark
from core.timely import OF_TIME, digest_of, who_hears_of_time
from core.usecases.case import Case

Owed = tuple[NewDelivery, EventId]

_OF_ESCALATIONS = (
    EscalationStarted,
    EscalationCalled,
    EscalationRaised,
    EscalationAcknowledged,
    AcknowledgementReminded,
    EscalationResumed,
    EscalationEnded,
)
"""Of which a requester's thread shows nothing."""
_OF_OFFERS = (TicketOffered, OfferPassed, NobodyToOffer)
"""Nor of these."""
_ON_MESSAGES = (MessagePosted, MessageEdited, MessageUndone, ReactionChanged)
_IN_THE_THREAD = (
    TicketClaimed,
    TicketAssigned,
    TicketUnassigned,
    TicketHandedOver,
    TicketTransferred,
    PriorityChanged,
    TicketResolved,
    TicketClosed,
    TicketReopened,
    ParticipantAdded,
    ParticipantRemoved,
    PersonLeft,
    TicketMerged,
    MergeUndone,
    TicketSplit,
    SplitOff,
)
"""What a thread's people are told there, in a line of its own beside the card's change."""
_MOVED = (MessageMovedAway, MessageMovedHere)
"""Of which only the new ticket's threads show something, in what they begin with."""
_UNSEEN = (*_MOVED, TranscriptTaken, SecretSuspected)
"""Of which no thread of a platform shows anything."""
_OF_GAPS = (ThreadNotRead, ThreadCaughtUp)
"""Of which the staff's own threads are told in a line, and no others: a student reads in those."""
_FOR_ITS_ACTOR = (SecretSuspected,)
"""What whoever wrote it is told of."""
_MOVES_PEOPLE = (TicketClaimed, TicketAssigned, TicketResolved, TicketReopened, ParticipantAdded, ParticipantRemoved)
"""After which somebody may belong in a thread who is not there: whoever resolves what nobody had becomes its assignee,
and whoever left while it was over is needed again."""
_PUTS_AWAY = (TicketResolved, TicketClosed, TicketReopened)


async def route(records: Sequence[Record], case: Case) -> Sequence[Owed]:
    """What the transaction's ``records`` owe to whom, in order.

    Nobody is told of what they did themselves, and nobody is pinged twice for one transaction: its last event of theirs
    says the most (an answer that resolves is news of the resolution).
    """
    if not records:
        return []
    ticket = case.changed
    if ticket is None:
        return [owed for record in records for owed in await _of_no_ticket(record, case)]
    if ticket.erased_at is not None:
        return await owed_by_erasure(ticket, records, case.work)
    all_threads = await case.work.threads.of(ticket.id)
    threads = [thread for thread in all_threads if thread.platform.keeps_copies]
    elsewhere = await _elsewhere(records, threads, case)
    calls = await calls_of(records, ticket, case)
    owed: list[Owed] = []
    pings: dict[PersonId, Record] = {}
    for record in records:
        owed += [(new, record.id) for new in _to_threads(record.event, ticket, threads, case)]
        owed += [(new, record.id) for new in _removed(record.event, elsewhere, ticket)]
        owed += [(new, record.id) for new in _marks(record.event, [*threads, *elsewhere], owed, case)]
        owed += [(new, record.id) for new in calls.of(record)]
        for person in await _who_hears(record.event, ticket, case):
            is_told = person != record.actor or isinstance(record.event, _FOR_ITS_ACTOR)
            if is_told and person not in calls.people:
                pings[person] = record
    owed += [(new, records[-1].id) for new in _put_away(records, threads, case)]
    return [*owed, *await _pings(pings, ticket, threads, case), *await mailed(pings, records, ticket, case)]


async def _elsewhere(records: Sequence[Record], threads: Sequence[Thread], case: Case) -> Sequence[Thread]:
    """Threads that show a message of these records and do not hear of it otherwise: it was written in one of a ticket
    that was merged, was moved from there, or was held back where it was said."""
    there: set[ThreadId] = set()
    if case.actor.thread is not None and any(isinstance(record.event, MessagePosted) for record in records):
        there.add(case.actor.thread)
    there -= {thread.id for thread in threads}
    for record in records:
        if isinstance(record.event, MessageUndone):
            told = {thread.id for thread in threads if _hears(record.event.kind, thread, threads, case)}
            there |= {copy.thread for copy in await case.work.copies.of(record.event.message)} - told
    found = [await case.work.threads.get(thread) for thread in sorted(there)]
    return [one for one in found if one is not None and one.platform.keeps_copies and one.lost_at is None]


def _removed(event: Event, elsewhere: Sequence[Thread], ticket: Ticket) -> Iterator[NewDelivery]:
    """What was taken back goes from wherever a copy stands."""
    if isinstance(event, MessageUndone):
        for thread in elsewhere:
            yield _Owes(ToThread(thread.id, thread.platform), ticket.id)(Intent.REMOVAL, event.message)


async def _of_no_ticket(record: Record, case: Case) -> Sequence[Owed]:
    return [*await _to_admins(record, case), *await digest_of(record, case), *await _to_whom_it_is_set(record, case)]


async def _to_whom_it_is_set(record: Record, case: Case) -> Sequence[Owed]:
    """Somebody else set whether they are on duty: they are told wherever they can be reached."""
    event = record.event
    if not isinstance(event, DutyChanged) or record.actor in (None, event.person):
        return []
    reached = [Platform.WEB]
    for platform in sorted(case.desk.messengers):
        if await case.work.people.external_ids([event.person], platform):
            reached.append(platform)
    return [(NewDelivery(address=ToPerson(event.person, one), intent=Intent.PING), record.id) for one in reached]


async def _to_admins(record: Record, case: Case) -> Sequence[Owed]:
    if not isinstance(record.event, TroubleFound):
        return []
    admins = [p.id for p in await case.work.people.staff() if may_in_general(Action.ADMINISTER, p)]
    owed = [(NewDelivery(address=ToPerson(p, Platform.WEB), intent=Intent.TROUBLE), record.id) for p in admins]
    for platform in sorted(case.desk.messengers):
        there = await case.work.people.external_ids(admins, platform)
        owed += [(NewDelivery(address=ToPerson(p, platform), intent=Intent.TROUBLE), record.id) for p in sorted(there)]
    return owed


async def _pings(
    pings: Mapping[PersonId, Record], ticket: Ticket, threads: Sequence[Thread], case: Case
) -> Sequence[Owed]:
    """On the web everybody's; on a platform, what a person there does not read in a thread anyway."""
    owed = [(_ping(person, Platform.WEB, ticket, record.event), record.id) for person, record in pings.items()]
    if not pings:
        return owed
    for platform in sorted(case.desk.messengers):
        there = await case.work.people.external_ids(sorted(pings), platform)
        theirs = [thread for thread in threads if thread.platform is platform]
        owed += [
            (_ping(person, platform, ticket, record.event), record.id)
            for person, record in pings.items()
            if person in there and not _reads_of_it(record.event, person, ticket, theirs, case)
        ]
    return owed


def _reads_of_it(event: Event, person: PersonId, ticket: Ticket, threads: Sequence[Thread], case: Case) -> bool:
    """Whether ``person`` hears of it in one of the platform's ``threads`` already."""
    if isinstance(event, (*_OF_ESCALATIONS, *OF_TIME, *_FOR_ITS_ACTOR, UrgencyDecided)):
        return False
    has_own = any(thread.participant == person for thread in threads)
    inside = person in ticket.people and (has_own or any(_is_of(person, t, threads, ticket, case) for t in threads))
    match event:
        case TicketResolved() if has_own:
            return True
        case TicketResolved() | UrgencyDeclared() | PersonLeft() | ThreadLost() | TicketOffered() | NobodyToOffer():
            return False
        case MessagePosted(kind=MessageKind.NOTE) | ThreadNotRead():
            return any(_hears(MessageKind.NOTE, thread, threads, case) for thread in threads)
        case TicketHandedOver() if person == ticket.requester:
            return inside
        case TicketOpened() | TicketTransferred() | TicketUnassigned() | TicketReopened() | TicketHandedOver():
            return inside or any(thread.audience is Audience.STAFF for thread in threads)
        case _:
            return inside


def _is_of(person: PersonId, thread: Thread, threads: Sequence[Thread], ticket: Ticket, case: Case) -> bool:
    """Whether ``person``, who is one of the ticket's people, reads what is said in that thread, and hears of it there:
    the staff follow one of their own when the ticket becomes theirs."""
    if thread.audience is not Audience.STAFF:
        return thread.is_shared_with_staff
    follows = thread.platform.has_own_threads and person == ticket.assignee
    return follows and _hears(MessageKind.REPLY, thread, threads, case)


def _ping(person: PersonId, platform: Platform, ticket: Ticket, event: Event) -> NewDelivery:
    return NewDelivery(
        address=ToPerson(person, platform), intent=Intent.PING, ticket=ticket.id, message=_message_of(event)
    )


def _message_of(event: Event) -> MessageId | None:
    return event.message if isinstance(event, (*_ON_MESSAGES, SecretSuspected, UrgencyDeclared)) else None


def _to_threads(event: Event, ticket: Ticket, threads: Sequence[Thread], case: Case) -> Iterator[NewDelivery]:
    """What was said to every other thread that may hear it; a fresh card and a line where the state changed."""
    for thread in threads:
        if thread.id in case.made:
            continue
        owes = _Owes(ToThread(thread.id, thread.platform), ticket.id)
        if isinstance(event, _ON_MESSAGES):
            yield from _said(event, thread, threads, owes, case)
            if isinstance(event, MessagePosted) and case.is_first_answer:
                yield owes(Intent.TICKET_CARD, supersede_key="ticket_card")
        elif isinstance(event, _OF_GAPS):
            if _hears(MessageKind.NOTE, thread, threads, case) and not case.desk.is_former(thread, ticket.team):
                yield owes(Intent.NEWS)
        elif not isinstance(event, _UNSEEN):
            yield from _of_state(event, ticket, thread, threads, owes, case)


def _of_state(
    event: Event, ticket: Ticket, thread: Thread, threads: Sequence[Thread], owes: "_Owes", case: Case
) -> Iterator[NewDelivery]:
    if isinstance(event, (*_OF_ESCALATIONS, *_OF_OFFERS, *OF_TIME)) and thread.audience is not Audience.STAFF:
        return
    if isinstance(event, _MOVES_PEOPLE) and thread.is_shared_with_staff:
        yield owes(Intent.MEMBERS)
    yield owes(Intent.TICKET_CARD, supersede_key="ticket_card")
    if _is_told_there(event) and _hears(MessageKind.REPLY, thread, threads, case):
        is_former = case.desk.is_former(thread, ticket.team)
        if not is_former or isinstance(event, TicketTransferred):
            yield owes(Intent.NEWS)


def _is_told_there(event: Event) -> bool:
    """Where a ticket went when it was closed, another line says."""
    goes_on = isinstance(event, TicketClosed) and event.ending is Ending.MERGED
    return isinstance(event, _IN_THE_THREAD) and not goes_on


@dataclass(frozen=True, slots=True)
class _Owes:
    """A delivery to a thread, of any intent."""

    address: ToThread
    ticket: TicketId

    def __call__(
        self, intent: Intent, message: MessageId | None = None, supersede_key: str | None = None
    ) -> NewDelivery:
        return NewDelivery(
            address=self.address, intent=intent, ticket=self.ticket, message=message, supersede_key=supersede_key
        )


def _said(
    event: MessagePosted | MessageEdited | MessageUndone | ReactionChanged,
    thread: Thread,
    threads: Sequence[Thread],
    owes: _Owes,
    case: Case,
) -> Iterator[NewDelivery]:
    if not _hears(event.kind, thread, threads, case):
        return
    elsewhere = thread.id != case.actor.thread
    match event:
        case MessagePosted(message=message) if elsewhere and not case.desk.is_former(thread, _team_of(case)):
            yield owes(Intent.MESSAGE, message)
        case MessageEdited(message=message) if elsewhere:
            yield owes(Intent.EDIT, message)
        case MessageUndone(message=message):
            yield owes(Intent.REMOVAL, message)
        case ReactionChanged(message=message) if elsewhere:
            yield owes(Intent.REACTIONS, message, f"reactions:{message}")
        case _:
            return


def _team_of(case: Case) -> str:
    return case.changed.team if case.changed is not None else ""


def _hears(kind: MessageKind, thread: Thread, threads: Sequence[Thread], case: Case) -> bool:
    """What the staff's thread is for decides, beside who may hear it."""
    sensitive = case.changed is not None and case.desk.is_sensitive(case.changed.category)
    if not may_tell(kind, thread, sensitive=sensitive):
        return False
    return kind is MessageKind.NOTE or is_talked_in(thread, threads)


def _marks(event: Event, threads: Sequence[Thread], owed: Sequence[Owed], case: Case) -> Iterator[NewDelivery]:
    """What nobody else is to get is marked where it was written at once; any other reply when it is with them
    (``core/receipts.py``)."""
    origin = next((thread for thread in threads if thread.id == case.actor.thread), None)
    if not isinstance(event, MessagePosted) or origin is None or not origin.platform.has_own_threads:
        return
    is_copied = any(new.intent is Intent.MESSAGE and new.message == event.message for new, _event in owed)
    if event.kind is MessageKind.NOTE or not is_copied:
        yield mark(origin, event.message)


def _put_away(records: Sequence[Record], threads: Sequence[Thread], case: Case) -> Iterator[NewDelivery]:
    """Threads to be made, with what was said before; last of all, those to be put away or brought back."""
    ticket = case.changed
    if ticket is None:
        return
    opens = any(isinstance(record.event, TicketOpened) for record in records)
    is_new = opens and not any(isinstance(record.event, SplitOff) for record in records)
    ends = any(isinstance(record.event, _PUTS_AWAY) for record in records)
    for thread in threads:
        owes = _Owes(ToThread(thread.id, thread.platform), ticket.id)
        if thread.id in case.made:
            yield owes(Intent.CREATE_THREAD)
            if not is_new and is_talked_in(thread, threads):
                yield owes(Intent.HISTORY)
        elif ends and thread.is_shared_with_staff:
            yield owes(Intent.SETTLE, supersede_key="settle")


async def _who_hears(event: Event, ticket: Ticket, case: Case) -> Sequence[PersonId]:
    if isinstance(event, OF_HANDS):
        return await who_hears_of_hands(event, ticket, case)
    if isinstance(event, OF_TIME):
        return await who_hears_of_time(event, ticket, case)
    assignee = [ticket.assignee] if ticket.assignee is not None else []
    match event:
        case PriorityChanged():
            return assignee
        case UrgencyDeclared(granted=False):
            return await deciders(ticket, case)
        case PersonLeft() | ThreadNotRead():
            return assignee
        case ThreadLost(replaced=False) if ticket.status.is_live:
            return assignee or await team(ticket, case)
        case SecretSuspected():
            return [case.asker.id]
        case MessagePosted(kind=MessageKind.NOTE):
            return assignee
        case MessagePosted():
            return [ticket.requester, *sorted(ticket.participants), *assignee]
        case _:
            return await _who_hears_of_the_end(event, ticket, case)


async def _who_hears_of_the_end(event: Event, ticket: Ticket, case: Case) -> Sequence[PersonId]:
    match event:
        case TicketResolved():
            return [ticket.requester, *sorted(ticket.participants), *await case.work.tickets.followers(ticket.id)]
        case TicketClosed(ending=Ending.MERGED):
            return []
        case TicketMerged() | MergeUndone() | SplitOff():
            held = [ticket.assignee] if ticket.assignee is not None else []
            return [ticket.requester, *sorted(ticket.participants), *held]
        case TicketClosed(ending=Ending.BY_REQUESTER | Ending.WITHDRAWN):
            return [ticket.assignee] if ticket.assignee is not None else []
        case TicketClosed():
            return [ticket.requester]
        case ParticipantAdded(person=person):
            return [person]
        case _:
            return await who_hears(event, ticket, case)
