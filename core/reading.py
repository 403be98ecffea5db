"""What people look at: lists of tickets, a thread, a file, one's notices. Permissions first, then everything else."""

from collections import Counter
from collections.abc import Mapping, Sequence

from core.cards.card import Card, Reader
from core.commands import Actor
from core.composing import compose, reader_of
from core.conversation import Conversation
from core.errors import N_, NoSuchFile, NoSuchMessage, NoSuchTicket, NotAllowed
from core.listing import look_up, summaries
from core.model.desk import Desk
from core.model.ids import DraftId, EventId, FileId, MessageId, PersonId, TicketId, ref_of
from core.model.outbox import Delivery
from core.model.people import Person, Platform, told_apart
from core.model.thread import File, MessageKind
from core.model.ticket import LIVE, Ticket
from core.policy import Action, may, require, require_in_general, sight_of
from core.ports import Clock, Parcel
from core.storage import Order, Sight, Store, TicketQuery, UnitOfWork
from core.vocabulary import Choice, Entry, Notice, Summary, ThreadView, Trace, View

_TO_CHOOSE_FROM = 100
"""Tickets that a list to choose from is made of."""
_TAGGED = 500
"""Tickets with tags, whose tags are offered."""
_MOST_TRACES = 500
_MOST_OTHERS = 20


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

    async def list(self, view: View, actor: Actor, before: TicketId | None, limit: int) -> Sequence[Summary]:
        """At most ``limit`` (1 to 200) tickets. Raises NotAllowed where the queue is asked for by no staff."""
        async with self._store.read() as work:
            person = await asker_of(actor, work)
            if view is View.QUEUE:
                require_in_general(Action.CLAIM, person)
            query = self._query(view, person, before, max(1, min(limit, 200)))
            return await self.summaries(query, person, work)

    async def summaries(self, query: TicketQuery, person: Person, work: UnitOfWork) -> Sequence[Summary]:
        """What ``query`` finds, as ``person``, whose sight it has, is shown it."""
        return await summaries(await work.tickets.find(query), person, self._desk, self._clock.now(), work)

    async def look_up(self, query: TicketQuery, person: Person, work: UnitOfWork) -> tuple[Sequence[Summary], int]:
        """The same, the best first where it asks for words, and how much there is."""
        return await look_up(query, person, self._desk, self._clock.now(), work)

    def _query(self, view: View, person: Person, before: TicketId | None, limit: int) -> TicketQuery:
        sight = sight_of(person, self._desk)
        match view:
            case View.MINE:
                return TicketQuery(sight=sight, concerning=person.id, before=before, limit=limit)
            case View.ALL:
                return TicketQuery(sight=sight, before=before, limit=limit)
            case View.QUEUE:
                own = frozenset(one for one in self._desk.teams if person.serves(one) or person.leads(one))
                return TicketQuery(
                    sight=sight,
                    teams=own or None,
                    statuses=LIVE,
                    order=Order.QUEUE,
                    raised_from=self._desk.followers_raise,
                    limit=limit,
                )

    async def opened_by(self, requester: PersonId, actor: Actor, limit: int) -> Sequence[Summary]:
        """The tickets of one requester that the asker may see, the newest first."""
        async with self._store.read() as work:
            person = await asker_of(actor, work)
            sight = sight_of(person, self._desk)
            return await self.summaries(TicketQuery(sight=sight, requester=requester, limit=limit), person, work)

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
                found += await work.tickets.find(self._query(View.QUEUE, person, None, _TO_CHOOSE_FROM))
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

    async def tags(self, actor: Actor) -> Sequence[str]:
        """Of tickets that the asker may see, those that the newest bear most often first."""
        async with self._store.read() as work:
            person = await asker_of(actor, work)
            found = await work.tickets.tags(sight_of(person, self._desk), most=_TAGGED)
        return [tag for tag, _count in Counter(tag for tags in found for tag in tags).most_common()]

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
            return found, await self._conversation(found, person, work).card(), self._reader(person)

    def _conversation(self, ticket: Ticket, person: Person, work: UnitOfWork) -> Conversation:
        return Conversation(ticket, person, self._desk, self._clock.now(), work)

    async def thread(
        self,
        ticket: TicketId,
        actor: Actor,
        after: EventId | None,
        *,
        before: EventId | None = None,
        limit: int | None = None,
    ) -> ThreadView:
        """As ``FrontDesk.thread``. Raises NoSuchTicket."""
        async with self._store.read() as work:
            person = await asker_of(actor, work)
            conversation = self._conversation(await self._seen(ticket, person, work), person, work)
            if after is not None:
                return await conversation.since(after, limit)
            return await conversation.newest(limit, before)

    async def entry(self, ticket: TicketId, message: MessageId, actor: Actor) -> Entry:
        """What was just said, as its thread shows it. Raises NoSuchTicket or NoSuchMessage."""
        async with self._store.read() as work:
            person = await asker_of(actor, work)
            found = await self._seen(ticket, person, work)
            entry = await self._conversation(found, person, work).entry(message)
        if entry is None:
            raise NoSuchMessage
        return entry

    async def history(self, ticket: TicketId, actor: Actor) -> Sequence[Trace]:
        """As ``FrontDesk.history``. Raises NoSuchTicket."""
        async with self._store.read() as work:
            person = await asker_of(actor, work)
            found = await self._seen(ticket, person, work)
            if not self._may(Action.SEE_NOTES, person, found):
                raise NoSuchTicket(ref=found.ref)
            return await self._conversation(found, person, work).history(_MOST_TRACES)

    async def others(self, ticket: TicketId, actor: Actor) -> Sequence[Summary]:
        """As ``FrontDesk.others``. Raises NoSuchTicket."""
        async with self._store.read() as work:
            person = await asker_of(actor, work)
            found = await self._seen(ticket, person, work)
            if not self._may(Action.SEE_NOTES, person, found):
                raise NoSuchTicket(ref=found.ref)
            sight = sight_of(person, self._desk)
            query = TicketQuery(sight=sight, requester=found.requester, limit=_MOST_OTHERS + 1)
            listed = await self.summaries(query, person, work)
        return [one for one in listed if one.ticket.id != ticket][:_MOST_OTHERS]

    async def read_to(self, ticket: TicketId, actor: Actor) -> EventId | None:
        """Up to which event the asker has read it."""
        async with self._store.read() as work:
            return await work.reads.of((await asker_of(actor, work)).id, ticket)

    async def _seen(self, ticket: TicketId, person: Person, work: UnitOfWork) -> Ticket:
        found = await work.tickets.get(ticket)
        if found is None:
            raise NoSuchTicket(ref=ref_of(ticket))
        require(Action.SEE, person, found, self._desk, self._clock.now())
        return found

    def _may(self, action: Action, person: Person, ticket: Ticket) -> bool:
        return may(action, person, ticket, self._desk, self._clock.now())

    async def file(self, file: FileId, actor: Actor) -> tuple[File, bytes]:
        """With its bytes, whole. Raises as ``about_file``."""
        async with self._store.read() as work:
            found = await self._opened(file, actor, work)
            return found, await work.files.data(file)

    async def about_file(self, file: FileId, actor: Actor) -> File:
        """Raises NoSuchFile: for a ticket that one may not see, a note's file for a student, and another's upload."""
        async with self._store.read() as work:
            return await self._opened(file, actor, work)

    async def _opened(self, file: FileId, actor: Actor, work: UnitOfWork) -> File:
        person = await asker_of(actor, work)
        found = await work.files.get(file)
        if found is None or not await self._may_open(found, person, work):
            raise NoSuchFile
        return found

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
