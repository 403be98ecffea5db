"""What people look at: lists of tickets, a thread, a file, one's notices. Permissions first, then everything else."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.cards.card import Card, Reader
from core.cards.news import FOR_EVERYBODY, line, persons_in
from core.cards.ticket import Names, TicketView, ticket_card
from core.commands import Actor
from core.composing import compose, reader_of
from core.errors import N_, NoSuchFile, NoSuchTicket, NotAllowed
from core.events import MessageEdited, MessagePosted, MessageUndone, ReactionChanged, Record
from core.model.desk import Desk
from core.model.ids import DraftId, EventId, FileId, MessageId, PersonId, TicketId, ref_of
from core.model.outbox import Delivery
from core.model.people import Person, Platform, told_apart
from core.model.thread import Audience, File, Message, MessageKind, Reaction, may_hear
from core.model.ticket import LIVE, Ticket
from core.policy import Action, may, require, require_in_general, sight_of
from core.ports import Clock, Parcel
from core.storage import Order, Sight, Store, TicketQuery, UnitOfWork
from core.trail import as_of_now
from core.vocabulary import Choice, Entry, Notice, Reactions, Summary, ThreadView, View

_TO_CHOOSE_FROM = 100
"""Tickets that a list to choose from is made of."""


_CHANGES = (MessageEdited, ReactionChanged)
"""What a page that shows the message already has to hear; a whole view shows the message as it is now."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What a ticket's entries are made from."""

    messages: Mapping[MessageId, Message]
    files: Sequence[File]
    reactions: Sequence[Reaction]
    names: Names
    staff: frozenset[PersonId]

    def under(self, message: Message | None) -> tuple[Reactions, ...]:
        theirs: defaultdict[str, list[str]] = defaultdict(list)
        for one in self.reactions:
            if message is not None and one.message == message.id:
                theirs[one.emoji].append(self.names.get(one.person, "?"))
        return tuple(Reactions(emoji, tuple(people)) for emoji, people in theirs.items())


class Reading:
    """Reads for one desk. Every method is one consistent view of the database and changes nothing."""

    def __init__(self, store: Store, desk: Desk, clock: Clock) -> None:
        self._store = store
        self._desk = desk
        self._clock = clock

    async def person(self, person: PersonId) -> Person | None:
        async with self._store.read() as work:
            return await work.people.get(person)

    async def reader(self, actor: Actor) -> Reader:
        async with self._store.read() as work:
            return self._reader(await asker_of(actor, work))

    def _reader(self, person: Person) -> Reader:
        return reader_of(person, self._desk, self._clock.now())

    async def list(
        self, view: View, actor: Actor, before: TicketId | None, limit: int, *, team: str | None = None
    ) -> Sequence[Summary]:
        """At most ``limit`` (1 to 200) tickets. ``team``: the queue of that team alone, whosever team it is.

        Raises NotAllowed where the queue is asked for by no staff.
        """
        async with self._store.read() as work:
            person = await asker_of(actor, work)
            if view is View.QUEUE:
                require_in_general(Action.CLAIM, person)
            return await self._summaries(self._query(view, person, before, max(1, min(limit, 200)), team), work)

    async def _summaries(self, query: TicketQuery, work: UnitOfWork) -> Sequence[Summary]:
        tickets = await work.tickets.find(query)
        shown = {ticket.requester for ticket in tickets} | {t.assignee for t in tickets if t.assignee is not None}
        names = await work.people.named(sorted(shown))
        return [
            Summary(
                ticket=ticket,
                requester=names.get(ticket.requester, "?"),
                assignee=names.get(ticket.assignee) if ticket.assignee is not None else None,
            )
            for ticket in tickets
        ]

    def _query(self, view: View, person: Person, before: TicketId | None, limit: int, team: str | None) -> TicketQuery:
        sight = sight_of(person, self._desk)
        match view:
            case View.MINE:
                return TicketQuery(sight=sight, concerning=person.id, before=before, limit=limit)
            case View.ALL:
                return TicketQuery(sight=sight, before=before, limit=limit)
            case View.QUEUE:
                own = frozenset(one for one in self._desk.teams if person.serves(one) or person.leads(one))
                teams = frozenset({team}) if team is not None else own or None
                return TicketQuery(sight=sight, teams=teams, statuses=LIVE, order=Order.QUEUE, limit=limit)

    async def opened_by(self, requester: PersonId, actor: Actor, limit: int) -> Sequence[Summary]:
        """The tickets of one requester that the asker may see, the newest first."""
        async with self._store.read() as work:
            person = await asker_of(actor, work)
            sight = sight_of(person, self._desk)
            return await self._summaries(TicketQuery(sight=sight, requester=requester, limit=limit), work)

    async def has_account_at(self, email: str, actor: Actor) -> bool:
        async with self._store.read() as work:
            asker = await asker_of(actor, work)
            holder = await work.people.by_email(email)
            return holder is not None and holder.email_confirmed and holder.id != asker.id

    async def live_of(self, requester: PersonId) -> Sequence[TicketId]:
        """For the desk itself: the live tickets of a requester."""
        async with self._store.read() as work:
            sight = Sight(person=requester, own_only=True)
            query = TicketQuery(sight=sight, requester=requester, statuses=LIVE, limit=1_000)
            return [ticket.id for ticket in await work.tickets.find(query)]

    async def refs(self, actor: Actor, *, to_write_in: bool = False) -> Sequence[Choice]:
        """Tickets to choose one from, by ref and title: the asker's own first, then, for the staff, the queue's."""
        async with self._store.read() as work:
            person = await asker_of(actor, work)
            sight = sight_of(person, self._desk)
            statuses = LIVE if to_write_in else None
            found = list(
                await work.tickets.find(
                    TicketQuery(sight=sight, concerning=person.id, statuses=statuses, limit=_TO_CHOOSE_FROM)
                )
            )
            if person.is_staff:
                found += await work.tickets.find(self._query(View.QUEUE, person, None, _TO_CHOOSE_FROM, None))
        action = Action.REPLY if to_write_in else Action.SEE
        known = {ticket.id: ticket for ticket in found if self._may(action, person, ticket)}
        return [Choice(ticket.ref, f"{ticket.ref} {ticket.title}") for ticket in known.values()]

    async def agents(self, actor: Actor) -> Sequence[Choice]:
        """The staff by name, for the staff. Two of one name are told apart, and so is a name like an address."""
        async with self._store.read() as work:
            if not (await asker_of(actor, work)).is_staff:
                return []
            staff = [person for person in await work.people.staff() if person.may_act]
        names = Counter(person.name.casefold() for person in staff)
        plain = {p.id for p in staff if names[p.name.casefold()] == 1 and "@" not in p.name}
        named = (p.name if p.id in plain else told_apart(p) for p in staff)
        return [Choice(name, name) for name in sorted(named)]

    async def draft_values(self, draft: DraftId, actor: Actor) -> Mapping[str, str]:
        """What a draft of the asker's own holds; nothing where there is none."""
        async with self._store.read() as work:
            asker = await asker_of(actor, work)
            found = await work.drafts.get(draft)
            return found.values if found is not None and found.person == asker.id else {}

    async def ticket(self, ticket: TicketId, actor: Actor) -> Ticket:
        """Raises NoSuchTicket."""
        async with self._store.read() as work:
            return await self._seen(ticket, await asker_of(actor, work), work)

    async def card(self, ticket: TicketId, actor: Actor) -> tuple[Ticket, Card, Reader]:
        """The ticket's card for one person, and for whom its words were made. Raises NoSuchTicket."""
        async with self._store.read() as work:
            person = await asker_of(actor, work)
            found = await self._seen(ticket, person, work)
            names = await work.people.named(sorted(_everybody(found, ())))
            return found, await self._card(found, names, person, work), self._reader(person)

    async def thread(self, ticket: TicketId, actor: Actor, after: EventId | None) -> ThreadView:
        """Raises NoSuchTicket."""
        async with self._store.read() as work:
            person = await asker_of(actor, work)
            found = await self._seen(ticket, person, work)
            return await self._view(found, person, await work.events.of(ticket, after=after), after, work)

    async def entry(self, ticket: TicketId, message: MessageId, actor: Actor) -> Entry:
        """What was just said, as its thread shows it."""
        async with self._store.read() as work:
            person = await asker_of(actor, work)
            found = await self._seen(ticket, person, work)
            said = await work.messages.get(message)
            records = await work.events.of(ticket, since=said.at) if said is not None else []
            view = await self._view(found, person, records, None, work)
        return next(entry for entry in view.entries if entry.message is not None and entry.message.id == message)

    async def _seen(self, ticket: TicketId, person: Person, work: UnitOfWork) -> Ticket:
        found = await work.tickets.get(ticket)
        if found is None:
            raise NoSuchTicket(ref=ref_of(ticket))
        require(Action.SEE, person, found, self._desk, self._clock.now())
        return found

    async def _view(
        self, ticket: Ticket, person: Person, records: Sequence[Record], after: EventId | None, work: UnitOfWork
    ) -> ThreadView:
        reads_notes = self._may(Action.SEE_NOTES, person, ticket)
        audience = Audience.STAFF if reads_notes else Audience.REQUESTER
        kinds = frozenset(kind for kind in MessageKind if may_hear(kind, audience))
        records = [record for record in await as_of_now(records, work) if _shows(record, audience)]
        cursor = records[-1].id if records else (after or EventId(0))
        messages = await self._messages(ticket, records, kinds, work)
        files = await work.files.of(ticket.id)
        reactions = await work.reactions.of(ticket.id)
        names = await work.people.named(sorted(_everybody(ticket, records) | {one.person for one in reactions}))
        staff = frozenset(member.id for member in await work.people.staff())
        said = _Said(messages, files, reactions, names, staff)
        if after is None:
            records = [record for record in records if not isinstance(record.event, _CHANGES)]
        reader = self._reader(person)
        shown = (self._entry(record, said, reader) for record in records)
        return ThreadView(
            ticket=ticket,
            card=await self._card(ticket, names, person, work),
            files=tuple(file for file in files if file.message is None),
            entries=tuple(entry for entry in shown if entry.line or entry.message is not None),
            cursor=cursor,
            may_reply=self._may(Action.REPLY, person, ticket),
            may_note=self._may(Action.NOTE, person, ticket),
        )

    async def _messages(
        self, ticket: Ticket, records: Sequence[Record], kinds: frozenset[MessageKind], work: UnitOfWork
    ) -> Mapping[MessageId, Message]:
        """What was said from the first of ``records`` on, and what they say was changed."""
        since = min((record.at for record in records), default=self._clock.now())
        found = {message.id: message for message in await work.messages.of(ticket.id, kinds=kinds, since=since)}
        for record in records:
            if isinstance(record.event, _CHANGES) and record.event.message not in found:
                changed = await work.messages.get(record.event.message)
                if changed is not None and changed.undone_at is None:
                    found[changed.id] = changed
        return found

    async def _card(self, ticket: Ticket, names: Names, person: Person, work: UnitOfWork) -> Card:
        waits = ticket.status.is_live and ticket.assignee is None
        place = await work.tickets.place_in_queue(ticket) if waits else None
        view = TicketView(ticket=ticket, names=names, place=place)
        return ticket_card(view, self._desk, self._reader(person), person)

    def _may(self, action: Action, person: Person, ticket: Ticket) -> bool:
        return may(action, person, ticket, self._desk, self._clock.now())

    def _entry(self, record: Record, said: _Said, reader: Reader) -> Entry:
        event = record.event
        message = said.messages.get(event.message) if isinstance(event, (MessagePosted, *_CHANGES)) else None
        return Entry(
            event=record.id,
            at=record.at,
            who=said.names.get(record.actor, "?") if record.actor is not None else self._desk.name,
            person=record.actor,
            by_staff=record.actor in said.staff,
            line=line(record, said.names, self._desk, reader),
            message=message,
            files=tuple(file for file in said.files if message is not None and file.message == message.id),
            about=event.message if isinstance(event, (MessageUndone, *_CHANGES)) else None,
            reactions=said.under(message),
        )

    async def file(self, file: FileId, actor: Actor) -> tuple[File, bytes]:
        """Raises NoSuchFile: for a ticket that one may not see, a note's file for a student, and another's upload."""
        async with self._store.read() as work:
            person = await asker_of(actor, work)
            found = await work.files.get(file)
            if found is None or not await self._may_open(found, person, work):
                raise NoSuchFile
            return found, await work.files.data(file)

    async def _may_open(self, file: File, person: Person, work: UnitOfWork) -> bool:
        if file.ticket is None:
            return file.owner == person.id
        ticket = await work.tickets.get(file.ticket)
        message = await work.messages.get(file.message) if file.message is not None else None
        if ticket is None or not self._may(Action.SEE, person, ticket):
            return False
        is_note = message is not None and message.kind is MessageKind.NOTE
        return not is_note or self._may(Action.SEE_NOTES, person, ticket)

    async def notices(self, actor: Actor, limit: int) -> Sequence[Notice]:
        """The newest pings that reached the person, in the words of now; those nobody needs any more are left out."""
        async with self._store.read() as work:
            person = await asker_of(actor, work)
            now = self._clock.now()
            notices = []
            for delivery in await work.outbox.to_person(person.id, Platform.WEB, limit=limit):
                parcel = await compose(delivery, work, self._desk, now)
                if isinstance(parcel, Parcel) and isinstance(parcel.content, Card):
                    notices.append(notice_of(delivery, parcel.content))
        return notices


async def asker_of(actor: Actor, work: UnitOfWork) -> Person:
    """Raises NotAllowed where nobody the desk knows is asking."""
    person = await work.people.get(actor.person) if actor.person is not None else None
    if person is None:
        raise NotAllowed(what=N_("read this"), who=N_("a person who is signed in"))
    return person


def notice_of(delivery: Delivery, card: Card) -> Notice:
    """A ping as a person's page shows it."""
    return Notice(id=delivery.id, at=delivery.created_at, card=card)


def _everybody(ticket: Ticket, records: Sequence[Record]) -> set[PersonId]:
    people = {ticket.requester, *ticket.participants, *(r.actor for r in records if r.actor is not None)}
    if ticket.assignee is not None:
        people.add(ticket.assignee)
    return people.union(*(persons_in(record.event) for record in records))


def _shows(record: Record, audience: Audience) -> bool:
    """Whether a reader of ``audience`` may know of it: notes and the staff's own trail are the staff's."""
    if isinstance(record.event, (MessagePosted, MessageUndone, *_CHANGES)):
        return may_hear(record.event.kind, audience)
    return audience is Audience.STAFF or isinstance(record.event, FOR_EVERYBODY)
