"""A ticket's thread as one person may see it: a page of its trail, with what was said there as it is now.

Only what the page shows is read, however long the thread is.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.belonging import belongings_of
from core.cards import combining
from core.cards.calls import acknowledged_line
from core.cards.card import Card, Reader
from core.cards.escalation import unverified
from core.cards.news import actor_of, history_line, line, persons_in
from core.cards.ticket import Names, TicketView, ticket_card
from core.composing import reader_of
from core.escalating import acknowledgers, awaits_decision, going_on, names_typed, without_echoes
from core.events import EscalationAcknowledged, MessageMovedHere, MessagePosted, MessageUndone, Record
from core.expectations import outlook_of, place_of
from core.listing import summaries
from core.merged import survivor_of
from core.model.desk import Desk
from core.model.ids import EventId, MessageId, PersonId, ThreadId
from core.model.people import Person
from core.model.thread import File, Message, MessageKind, Reaction
from core.model.ticket import Ticket
from core.policy import Action, may
from core.storage import UnitOfWork
from core.trail import CHANGES, as_of_now, audience_of, heard_by, shown_to
from core.vocabulary import Entry, Reactions, ThreadView, Trace

_ALL = 1_000_000
"""Events: more than any ticket has."""
_WRITES = {MessageKind.REPLY: Action.REPLY, MessageKind.NOTE: Action.NOTE}


@dataclass(frozen=True, slots=True)
class _Said:
    """What the entries of a page are made from."""

    messages: Mapping[MessageId, Message]
    files: Mapping[MessageId, Sequence[File]]
    reactions: Mapping[MessageId, Sequence[Reaction]]
    elsewhere: frozenset[ThreadId]
    """The ticket's threads on platforms that hold copies: what was written there is changed there."""
    names: Names
    typed: Mapping[EventId, str]
    """Behind an alert's link, by the acknowledgement."""
    staff: frozenset[PersonId]

    def under(self, message: Message | None) -> tuple[Reactions, ...]:
        theirs: defaultdict[str, list[PersonId]] = defaultdict(list)
        for one in self.reactions.get(message.id, ()) if message is not None else ():
            theirs[one.emoji].append(one.person)
        return tuple(
            Reactions(emoji, tuple(self.names.get(person, "?") for person in people), tuple(people))
            for emoji, people in theirs.items()
        )


class Conversation:
    """One ticket, for one person who may see it."""

    def __init__(self, ticket: Ticket, person: Person, desk: Desk, now: datetime, work: UnitOfWork) -> None:
        self._ticket = ticket
        self._person = person
        self._desk = desk
        self._now = now
        self._work = work
        self._reader: Reader = reader_of(person, desk, now)
        self._audience = audience_of(person, ticket, desk, now)

    async def newest(self, limit: int | None, before: EventId | None = None) -> ThreadView:
        """The last ``limit`` entries, or the last before ``before``."""
        wanted = shown_to(self._audience, but=CHANGES)
        most = limit or _ALL
        found = await self._work.events.newest(self._ticket.id, most + 1, before=before, traced=wanted)
        records = found[-most:]
        last = records[-1:] if before is not None else await self._last()
        cursor = last[0].id if last else EventId(0)
        return await self._view(records, cursor, has_before=len(found) > most)

    async def _last(self) -> Sequence[Record]:
        """Where the trail ends, changes of what was said counted."""
        return await self._work.events.newest(self._ticket.id, 1, traced=shown_to(self._audience))

    async def since(self, after: EventId, limit: int | None) -> ThreadView:
        """What is new and what changed later than ``after``: the first ``limit`` of it."""
        most = limit or _ALL
        wanted = shown_to(self._audience)
        found = await self._work.events.of(self._ticket.id, after=after, traced=wanted, limit=most + 1)
        records = found[:most]
        cursor = records[-1].id if records else after
        return await self._view(records, cursor, has_before=True, more_after=len(found) > most)

    async def _view(
        self, records: Sequence[Record], cursor: EventId, *, has_before: bool, more_after: bool = False
    ) -> ThreadView:
        ticket, person, work = self._ticket, self._person, self._work
        into = await survivor_of(ticket, work)
        [summary] = await summaries([ticket], person, self._desk, self._now, work)
        return ThreadView(
            ticket=ticket,
            card=await self.card(),
            files=tuple(await work.files.opened_with(ticket.id)),
            entries=await self.entries(records),
            cursor=cursor,
            may_reply=self._may(Action.REPLY) and self._may(Action.REPLY, into),
            may_note=self._may(Action.NOTE) and self._may(Action.NOTE, into),
            may_transcript=self._may(Action.TRANSCRIPT),
            goes_on=self._goes_on(into) if into.id != ticket.id else None,
            summary=summary,
            has_before=has_before,
            more_after=more_after,
            read_to=await work.reads.of(person.id, ticket.id) or EventId(0),
        )

    def _goes_on(self, into: Ticket) -> Card:
        reading = combining.MergedReader(
            asked=self._ticket.requester == self._person.id,
            sees=self._may(Action.SEE, into),
            writes=self._may(Action.REPLY) and self._may(Action.REPLY, into),
        )
        return combining.goes_on(self._ticket, into, self._desk, self._reader, reading)

    async def card(self) -> Card:
        ticket, work = self._ticket, self._work
        people = {ticket.requester, *ticket.participants}
        people |= {who for who in (ticket.assignee, ticket.offered_to) if who is not None}
        names = await work.people.named(sorted(people))
        place = await place_of(ticket, self._desk, work)
        outlook = await outlook_of(ticket, self._audience, place, self._desk, self._now, work)
        escalations = tuple(await going_on(ticket.id, work))
        names = {**names, **await acknowledgers(escalations, work)}
        view = TicketView(
            ticket=ticket,
            names=names,
            place=place,
            outlook=outlook,
            escalations=escalations,
            belongings=await belongings_of(ticket, self._person, self._desk, self._now, work),
            awaits_decision=await awaits_decision(ticket.id, work),
            faq=(await work.faqs.made_of([ticket.id])).get(ticket.id) if self._person.is_staff else None,
            is_followed=not self._person.is_staff and self._person.id in await work.tickets.followers(ticket.id),
        )
        return ticket_card(view, self._desk, self._reader, self._person)

    async def entry(self, message: MessageId) -> Entry | None:
        """A message as the thread shows it; None where it is none of the ticket's, or not for the person."""
        posting = await self._work.events.posting(self._ticket.id, message)
        entries = await self.entries([posting]) if posting is not None else ()
        return next((entry for entry in entries if entry.message is not None), None)

    async def entries(self, records: Sequence[Record]) -> tuple[Entry, ...]:
        records = without_echoes(await as_of_now(records, self._work))
        said = await self._said(records)
        shown = (self._entry(record, said) for record in records)
        return tuple(entry for entry in shown if entry.line or entry.message is not None)

    async def history(self, limit: int) -> Sequence[Trace]:
        """The newest ``limit`` of all that happened, whoever may know of it: for those who may read notes."""
        records = without_echoes(await as_of_now(await self._work.events.newest(self._ticket.id, limit), self._work))
        names = await self._work.people.named(sorted(_people_in(records)))
        typed = await self._typed(records)
        return [
            Trace(
                event=record.id,
                at=record.at,
                who=self._unverified(record, typed) or actor_of(record, names, self._reader),
                line=self._acknowledged(record, typed) or history_line(record, names, self._desk, self._reader),
                door=record.door,
            )
            for record in records
        ]

    async def _said(self, records: Sequence[Record]) -> _Said:
        work = self._work
        ids = {
            record.event.message
            for record in records
            if isinstance(record.event, (MessagePosted, MessageMovedHere, *CHANGES))
        }
        kinds = heard_by(self._audience)
        found = (
            [
                one
                for one in await work.messages.among(sorted(ids))
                if one.kind in kinds and one.ticket == self._ticket.id
            ]
            if ids
            else []
        )
        shown = [message.id for message in found]
        files: defaultdict[MessageId, list[File]] = defaultdict(list)
        reactions: defaultdict[MessageId, list[Reaction]] = defaultdict(list)
        for file in await work.files.under([message.id for message in found if message.files]):
            if file.message is not None:
                files[file.message].append(file)
        for reaction in await work.reactions.under(shown):
            reactions[reaction.message].append(reaction)
        reacting = {one.person for some in reactions.values() for one in some}
        names = await work.people.named(sorted(_people_in(records) | reacting))
        staff = frozenset(member.id for member in await work.people.staff())
        return _Said(
            messages={message.id: message for message in found},
            files=files,
            reactions=reactions,
            elsewhere=await self._elsewhere(found),
            names=names,
            typed=await self._typed(records),
            staff=staff,
        )

    async def _typed(self, records: Sequence[Record]) -> Mapping[EventId, str]:
        by_link = any(isinstance(one.event, EscalationAcknowledged) and one.actor is None for one in records)
        return await names_typed(self._ticket.id, self._work) if by_link else {}

    def _unverified(self, record: Record, typed: Mapping[EventId, str]) -> str:
        """Who acknowledged by the alert's link, as they called themselves; "" for anybody else."""
        return unverified(typed[record.id], self._reader) if record.id in typed else ""

    def _acknowledged(self, record: Record, typed: Mapping[EventId, str]) -> str:
        who = self._unverified(record, typed)
        return acknowledged_line(who, self._reader) if who else ""

    async def _elsewhere(self, found: Sequence[Message]) -> frozenset[ThreadId]:
        if not any(message.origin is not None and message.author == self._person.id for message in found):
            return frozenset()
        threads = await self._work.threads.of(self._ticket.id)
        return frozenset(thread.id for thread in threads if thread.platform.keeps_copies)

    def _entry(self, record: Record, said: _Said) -> Entry:
        event = record.event
        message = (
            said.messages.get(event.message) if isinstance(event, (MessagePosted, MessageMovedHere, *CHANGES)) else None
        )
        if message is not None and message.undone_at is not None and isinstance(event, CHANGES):
            message = None  # that it was taken back says more
        is_own = self._is_own(message)
        moved = message if isinstance(event, MessageMovedHere) else None
        who = record.actor if moved is None else moved.author
        return Entry(
            event=record.id,
            at=record.at if moved is None else moved.at,
            who=said.names.get(who, "?") if who is not None else self._desk.name,
            person=who,
            by_staff=who in said.staff,
            line=self._acknowledged(record, said.typed) or line(record, said.names, self._desk, self._reader),
            message=message,
            files=tuple(said.files.get(message.id, ())) if message is not None else (),
            about=event.message if isinstance(event, (MessageUndone, *CHANGES)) else None,
            reactions=said.under(message),
            door=record.door if isinstance(event, MessagePosted) else None,
            may_edit=is_own and message is not None and message.origin not in said.elsewhere,
            may_remove=is_own,
        )

    def _is_own(self, message: Message | None) -> bool:
        """Whether the person may still change it: it is theirs, it is there, and they may write where it stands."""
        if message is None or message.author != self._person.id or message.undone_at is not None:
            return False
        return self._may(_WRITES[message.kind])

    def _may(self, action: Action, ticket: Ticket | None = None) -> bool:
        return may(action, self._person, ticket or self._ticket, self._desk, self._now)


def _people_in(records: Sequence[Record]) -> set[PersonId]:
    people = {record.actor for record in records if record.actor is not None}
    return people.union(*(persons_in(record.event) for record in records))
