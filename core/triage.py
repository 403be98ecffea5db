"""The staff's list: what narrows it, what each filter counts, and a ticket as it stood before somebody changed it."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.commands import Actor
from core.errors import N_, BadField
from core.listing import MOST_COUNTED
from core.model.desk import Desk
from core.model.ids import PersonId, TicketId
from core.model.people import Person, told_apart
from core.model.ticket import LIVE, Priority, Status, Ticket
from core.policy import Action, require_in_general, sight_of
from core.reading import Reading, asker_of
from core.storage import Order, Store, TicketQuery, UnitOfWork
from core.vocabulary import Summary

_NUMBER = re.compile(r"[1-9][0-9]{0,14}", re.ASCII)
_MOST_REQUESTERS = 500
"""People whom a name in a filter may mean."""


class TooManyCalled(BadField):
    template = N_("{name}: more than {limit} people are called “{words}”. Write more of the name.")


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFilter:
    """What narrows the staff's list: any of the values of each field, and every field that has some."""

    statuses: frozenset[Status] = frozenset()
    teams: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    priorities: frozenset[Priority] = frozenset()
    assignees: frozenset[PersonId] = frozenset()
    mine: bool = False
    """Those of whoever asks, beside those of ``assignees``."""
    unassigned: bool = False
    """Those that nobody has, beside those."""
    tags: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    requesters: tuple[str, ...] = ()
    """Each a person's number, ``me``, or words of their name."""
    order: Order = Order.QUEUE


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A filter that everybody of the staff has."""

    key: str
    name: str
    filter: TicketFilter


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A ticket as it stood at one moment."""

    ticket: Ticket
    assignee: str
    """Who had it, named so that no namesake is meant; "" for nobody."""


class Triage:
    """For the staff of one desk. Nobody is shown, or counts, what their sight does not reach. Every method raises
    NotAllowed or NotActive for anybody else."""

    def __init__(self, store: Store, desk: Desk, reading: Reading) -> None:
        self._store = store
        self._desk = desk
        self._reading = reading

    async def find(
        self,
        wanted: TicketFilter,
        actor: Actor,
        *,
        followed: bool = False,
        before: TicketId | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> tuple[Sequence[Summary], int]:
        """A page of the list, and how many tickets the whole has. ``followed``: of those that the person follows."""
        async with self._store.read() as work:
            person = await _staff(actor, work)
            query = await self._query(wanted, person, work, before=before, offset=offset, limit=limit)
            query = replace(query, followed_by=person.id if followed else None)
            return await self._reading.look_up(query, person, work)

    async def counts(self, filters: Sequence[TicketFilter], actor: Actor) -> Sequence[int]:
        async with self._store.read() as work:
            person = await _staff(actor, work)
            return [await self._count(one, person, work) for one in filters]

    async def _count(self, wanted: TicketFilter, person: Person, work: UnitOfWork) -> int:
        """0 for one that cannot be looked for: whoever opens it reads why."""
        try:
            query = await self._query(wanted, person, work)
        except TooManyCalled:
            return 0
        return await work.tickets.count(query, most=MOST_COUNTED)

    async def agents(self, actor: Actor) -> Sequence[tuple[PersonId, str]]:
        """Whom a ticket may be given to, by name; two of one name are told apart, and so is a name like an address."""
        async with self._store.read() as work:
            await _staff(actor, work)
            staff = [person for person in await work.people.staff() if person.may_act]
        held = Counter(person.name.casefold() for person in staff)
        named = [(p, p.name if held[p.name.casefold()] == 1 and "@" not in p.name else told_apart(p)) for p in staff]
        return sorted(((person.id, name) for person, name in named), key=lambda one: one[1].casefold())

    async def snapshot(self, ticket: TicketId, actor: Actor) -> Snapshot:
        """Raises NoSuchTicket."""
        found = await self._reading.ticket(ticket, actor)
        if found.assignee is None:
            return Snapshot(found, "")
        async with self._store.read() as work:
            assignee = await work.people.get(found.assignee)
        return Snapshot(found, told_apart(assignee) if assignee is not None else "")

    async def _query(
        self,
        wanted: TicketFilter,
        person: Person,
        work: UnitOfWork,
        *,
        before: TicketId | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> TicketQuery:
        assignees = wanted.assignees | ({person.id} if wanted.mine else frozenset())
        return TicketQuery(
            sight=sight_of(person, self._desk),
            requesters=await _requesters(wanted.requesters, person, work) if wanted.requesters else None,
            assignees=assignees or None,
            unassigned=wanted.unassigned,
            teams=wanted.teams or None,
            categories=wanted.categories or None,
            priorities=wanted.priorities or None,
            statuses=wanted.statuses or None,
            tags=wanted.tags or None,
            words=wanted.words,
            order=wanted.order,
            raised_from=self._desk.followers_raise,
            before=before,
            offset=offset,
            limit=limit,
        )


async def _staff(actor: Actor, work: UnitOfWork) -> Person:
    person = await asker_of(actor, work)
    require_in_general(Action.CLAIM, person)
    return person


async def _requesters(wanted: Sequence[str], person: Person, work: UnitOfWork) -> frozenset[PersonId]:
    found: set[PersonId] = set()
    for words in wanted:
        if words.casefold() == "me":
            found.add(person.id)
        elif _NUMBER.fullmatch(words):
            found.add(PersonId(int(words)))
        else:
            called = await work.people.everybody(words=tuple(words.split()), limit=_MOST_REQUESTERS + 1)
            if len(called) > _MOST_REQUESTERS:
                raise TooManyCalled(name=N_("Asked by"), limit=_MOST_REQUESTERS, words=words)
            found |= {one.id for one in called}
    return frozenset(found)


def own_teams(person: Person, desk: Desk) -> frozenset[str]:
    """Those whose queue is the person's."""
    return frozenset(team for team in desk.teams if person.serves(team) or person.leads(team))


def built_in(person: Person, desk: Desk) -> Sequence[BuiltIn]:
    """For the person's own teams; for all of them where they have none, or every one."""
    serving = own_teams(person, desk)
    teams = frozenset() if len(serving) == len(desk.teams) else serving
    urgent = frozenset({Priority.URGENT})
    return (
        BuiltIn("unassigned", N_("Unassigned"), TicketFilter(statuses=LIVE, unassigned=True, teams=teams)),
        BuiltIn("mine", N_("Mine"), TicketFilter(statuses=LIVE, mine=True)),
        BuiltIn("urgent", N_("Urgent"), TicketFilter(statuses=LIVE, priorities=urgent, teams=teams)),
        BuiltIn("waiting", N_("Waiting"), TicketFilter(statuses=frozenset({Status.WAITING}), teams=teams)),
        BuiltIn("all", N_("All open"), TicketFilter(statuses=LIVE)),
    )
