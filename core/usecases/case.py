"""One command being handled: what its use case may reach, and what it leaves to be written down."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from core.commands import Actor
from core.errors import N_, NoSuchTicket, NotAllowed
from core.events import Event, MessagePosted, Record, digest
from core.model.desk import Desk
from core.model.ids import EventId, PersonId, ThreadId, TicketId, ref_of
from core.model.people import Person, Platform
from core.model.ticket import Ticket
from core.policy import Action, may_in_general, require
from core.ports import Keys
from core.storage import Traced, UnitOfWork


@dataclass(slots=True)
class Case:
    work: UnitOfWork
    desk: Desk
    actor: Actor
    person: Person | None
    """Who asks; None for the operator and for the desk's own timers."""
    now: datetime
    keys: Keys
    events: list[Event] = field(default_factory=list)
    by_desk: set[int] = field(default_factory=set)
    """The places in ``events`` of what the desk did by itself, whoever asked for what led to it."""
    changed: Ticket | None = None
    made: list[ThreadId] = field(default_factory=list)
    """The threads that this command adds, for their platforms to make."""
    beside: list["Case"] = field(default_factory=list)
    """Those of other tickets that the same command changes."""
    is_first_answer: bool = False
    """Whether the staff answered for the first time: the one thing on a ticket's card that words alone change."""

    def of_another(self) -> "Case":
        """For another ticket that the same command changes: its own events, in the same transaction."""
        another = Case(
            work=self.work, desk=self.desk, actor=self.actor, person=self.person, now=self.now, keys=self.keys
        )
        self.beside.append(another)
        return another

    @property
    def asker(self) -> Person:
        """Who asks, for what only a person can ask."""
        if self.person is None:
            raise NotAllowed(what=N_("do this"), who=N_("a person who is signed in"))
        return self.person

    async def ticket(self, ticket: TicketId, action: Action) -> Ticket:
        """The ticket, if the asker may do ``action`` to it. Raises NoSuchTicket, NotAllowed or NotActive."""
        found = await self.work.tickets.get(ticket)
        if found is None:
            raise NoSuchTicket(ref=ref_of(ticket))
        require(action, self.asker, found, self.desk, self.now)
        return found

    def require_the_desk(self) -> None:
        """For what only the desk itself and its operator do."""
        if self.actor.person is not None or self.actor.door not in (Platform.OPERATOR, Platform.SYSTEM):
            raise NotAllowed(what=N_("administer the desk"), who=N_("an admin"))

    def require_a_platform(self) -> None:
        """For what a platform tells of itself, without saying who did it."""
        if self.actor.person is not None or self.actor.thread is None or not self.actor.door.keeps_copies:
            raise NotAllowed(what=N_("do this"), who=N_("a person who is signed in"))

    def may(self, action: Action) -> bool:
        """Whether the asker may do ``action`` in general."""
        return may_in_general(action, self.asker)

    async def name_of(self, person: PersonId | None) -> str:
        if person is None:
            return ""
        return (await self.work.people.named([person])).get(person, "")

    def record(self, event: Event) -> None:
        self.events.append(event)

    def change(self, ticket: Ticket, *events: Event) -> None:
        """Let ``ticket`` be saved when the use case is done, with ``events`` in its trail."""
        self.changed = ticket
        self.events.extend(events)

    def change_by_desk(self, ticket: Ticket, *events: Event) -> None:
        """As ``change``, where it is the desk's own doing, which follows from what was asked for."""
        self.by_desk.update(range(len(self.events), len(self.events) + len(events)))
        self.change(ticket, *events)

    def _hand(self, place: int) -> tuple[PersonId | None, Platform]:
        """By whom, and through which door, the event at that place came about."""
        return (None, Platform.SYSTEM) if place in self.by_desk else (self.actor.person, self.actor.door)

    async def trail(self, *kinds: type[Event]) -> Sequence[Record]:
        """What happened to the changed ticket, of ``kinds`` only, with what this command adds, which has no number yet;
        oldest first."""
        if self.changed is None:
            return []
        earlier = await self.work.events.of(self.changed.id, traced=Traced(only=frozenset(kinds)))
        new = [(event, *self._hand(place)) for place, event in enumerate(self.events) if isinstance(event, kinds)]
        return [
            *earlier,
            *(
                Record(id=EventId(0), event=event, at=self.now, actor=actor, door=door, digest="")
                for event, actor, door in new
            ),
        ]

    def has(self, *kinds: type[Event]) -> bool:
        """Whether this command brought one of ``kinds`` about."""
        return any(isinstance(event, kinds) for event in self.events)

    async def write_down(self) -> tuple[Record, ...]:
        """Save the ticket and append its events, each chained to the one before it."""
        link = self.changed.last_digest if self.changed else ""
        records = []
        for place, event in enumerate(self.events):
            actor, door = self._hand(place)
            mark = ""
            if event.ticket is not None:
                mark = link = digest(link, event, self.now, actor, door)
            records.append(await self.work.events.append(event, self.now, actor, door, mark))
        await self._read_what_was_said(records)
        if self.changed is not None:
            saved = replace(self.changed, last_digest=link, updated_at=self.now)
            await self.work.tickets.save(saved)
            self.changed = replace(saved, version=saved.version + 1)
        return tuple(records)

    async def _read_what_was_said(self, records: Sequence[Record]) -> None:
        """Whoever says something has read what was said before it, on whatever platform they did."""
        for record in records:
            event = record.event
            if isinstance(event, MessagePosted) and event.ticket is not None and record.actor is not None:
                await self.work.reads.put(record.actor, event.ticket, record.id, event.message, self.now)
