"""Making one person of two: the codes that show it, and every row that is moved from the one to the other."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Executable,
    Insert,
    Table,
    and_,
    bindparam,
    case,
    delete,
    exists,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.database import Inserting, Room
from adapters.sql.tables import (
    accounts,
    deliveries,
    drafts,
    escalations,
    faq_ratings,
    faq_versions,
    faqs,
    files,
    followers,
    grants,
    identities,
    inbox,
    link_codes,
    link_misses,
    messages,
    participants,
    preferences,
    reactions,
    reads,
    sessions,
    threads,
    tickets,
)
from adapters.sql.tables import people as persons
from adapters.sql.types import Id
from core.model.ids import PersonId
from core.model.outbox import ToPerson
from core.model.people import Platform
from core.model.similar import Item, Kind
from core.storage import Links

_PLAIN: Sequence[Column[Any]] = (
    identities.c.person_id,
    accounts.c.person_id,
    sessions.c.person_id,
    threads.c.participant_id,
    messages.c.author_id,
    files.c.owner_id,
    inbox.c.person_id,
    drafts.c.person_id,
    escalations.c.acknowledged_by,
    faq_versions.c.by_id,
)
"""Columns that name a person, where both may have rows beside each other."""
_SHARED: Sequence[tuple[Table, tuple[str, ...]]] = (
    (participants, ("ticket_id",)),
    (followers, ("ticket_id",)),
    (reactions, ("message_id", "emoji")),
    (reads, ("ticket_id",)),
    (preferences, ("key",)),
    (faq_ratings, ("faq_id",)),
)
"""Tables in which a person has one row for each of these columns' values."""


class SqlLinks(Room, Links):
    def __init__(self, connection: AsyncConnection, marked: set[Item]) -> None:
        """``marked``: to be indexed once this unit is done."""
        super().__init__(connection)
        self._marked = marked

    async def offer(self, owner: PersonId, digest: str, *, at: datetime, until: datetime) -> None:
        """Codes that ran out are forgotten."""
        await self._run(delete(link_codes).where(link_codes.c.expires_at <= at))
        values = {"person_id": owner, "digest": digest, "expires_at": until, "typist_id": None}
        await self._run(_offering(self._insert), values)

    async def take(self, digest: str, typist: PersonId, at: datetime) -> PersonId | None:
        row = await self._row(_TAKE, {"given": digest, "typed_by": typist, "now": at})
        return row and PersonId(row.person_id)

    async def missed(self, person: PersonId) -> tuple[int, datetime] | None:
        # row.count is a method of every row
        row = await self._row(select(link_misses).where(link_misses.c.person_id == person))
        return row and (row._mapping[link_misses.c.count], row.since)

    async def miss(self, person: PersonId, *, at: datetime, within: timedelta) -> None:
        await self._run(delete(link_misses).where(link_misses.c.since <= at - within))
        await self._run(_missing(self._insert), {"person_id": person, "count": 1, "since": at})

    async def hold(self, people: Sequence[PersonId]) -> None:
        """Always in the same order, so that two who hold the same people do not wait for each other."""
        await self._rows(_HOLD, {"people": sorted(set(people))})

    async def absorb(self, absorbed: PersonId, survivor: PersonId) -> None:
        """Tables are searched for what has no index by person: it is done once in a person's life."""
        both = {"absorbed": absorbed, "survivor": survivor}
        for statement in _STEPS:
            await self._run(statement, both)
        lanes = {platform.value: ToPerson(survivor, platform).lane for platform in Platform}
        own = await self._rows(select(tickets.c.id).where(tickets.c.requester_id == survivor))
        self._marked.update(Item(Kind.TICKET, row.id) for row in own)
        theirs = update(deliveries).where(deliveries.c.person_id == absorbed)
        await self._run(theirs.values(person_id=survivor, lane=case(lanes, value=deliveries.c.platform)))


@cache
def _offering(insert: Inserting) -> Insert:
    offered = insert(link_codes)
    newer = {name: offered.excluded[name] for name in ("digest", "expires_at", "typist_id")}
    return offered.on_conflict_do_update(index_elements=[link_codes.c.person_id], set_=newer)


@cache
def _missing(insert: Inserting) -> Insert:
    again = {"count": link_misses.c.count + 1}
    return insert(link_misses).on_conflict_do_update(index_elements=[link_misses.c.person_id], set_=again)


_typist = bindparam("typed_by", type_=Id)
_TAKE = (
    update(link_codes)
    .where(
        link_codes.c.digest == bindparam("given"),
        link_codes.c.expires_at > bindparam("now", type_=link_codes.c.expires_at.type),
        or_(link_codes.c.typist_id.is_(None), link_codes.c.typist_id == _typist),
    )
    .values(typist_id=_typist)
    .returning(link_codes.c.person_id)
)
_HOLD = (
    select(persons.c.id)
    .where(persons.c.id.in_(bindparam("people", expanding=True)))
    .order_by(persons.c.id)
    .with_for_update()
)

_absorbed, _survivor = (bindparam(name, type_=Id) for name in ("absorbed", "survivor"))


def _moved(column: Column[Any]) -> ColumnElement[Any]:
    return case((column == _absorbed, _survivor), else_=column)


def _tickets_of(table: Table, person: ColumnElement[Any]) -> ColumnElement[bool]:
    return tickets.c.id.in_(select(table.c.ticket_id).where(table.c.person_id == person))


def _without_doubles(table: Table, keys: Sequence[str]) -> tuple[Executable, Executable]:
    """The absorbed person's rows, but for those that the survivor has already."""
    beside = table.alias()
    same = and_(beside.c.person_id == _survivor, *(beside.c[key] == table.c[key] for key in keys))
    return (
        delete(table).where(table.c.person_id == _absorbed, exists().where(same)),
        update(table).where(table.c.person_id == _absorbed).values(person_id=_survivor),
    )


def _only_the_furthest() -> Executable:
    """Of two marks of how far a ticket was read, the nearer one goes: what either read was read by the one human."""
    beside = reads.alias()
    both = and_(
        beside.c.ticket_id == reads.c.ticket_id,
        or_(
            and_(reads.c.person_id == _survivor, beside.c.person_id == _absorbed),
            and_(reads.c.person_id == _absorbed, beside.c.person_id == _survivor),
        ),
    )
    return delete(reads).where(exists().where(both, beside.c.event_id > reads.c.event_id))


def _of_two_ratings_one() -> Sequence[Executable]:
    """Of a FAQ that both said something of, what the survivor said counts."""
    theirs, beside = faq_ratings.alias(), faq_ratings.alias()
    doubled = (
        select(theirs.c.faq_id)
        .join(beside, and_(beside.c.faq_id == theirs.c.faq_id, beside.c.person_id == _survivor))
        .where(theirs.c.person_id == _absorbed)
    )
    return tuple(
        update(faqs).where(faqs.c.id.in_(doubled.where(theirs.c.helpful.is_(said)))).values({column: column - 1})
        for column, said in ((faqs.c.helpful, True), (faqs.c.unhelpful, False))
    )


def _of_own(table: Table) -> Executable:
    """A requester hears of the ticket anyway: they neither follow it nor take part in it besides."""
    own = select(tickets.c.id).where(tickets.c.requester_id == _survivor)
    return delete(table).where(table.c.person_id == _survivor, table.c.ticket_id.in_(own))


_one_less = update(tickets).values(follower_count=tickets.c.follower_count - 1, version=tickets.c.version + 1)
_STEPS: Sequence[Executable] = (
    # First the tickets, and each under another version: whoever read one before cannot save it any more.
    update(tickets)
    .where(
        or_(
            tickets.c.requester_id == _absorbed,
            tickets.c.assignee_id == _absorbed,
            tickets.c.offered_to == _absorbed,
            tickets.c.erased_by == _absorbed,
            _tickets_of(participants, _absorbed),
            _tickets_of(followers, _absorbed),
        )
    )
    .values(
        requester_id=_moved(tickets.c.requester_id),
        assignee_id=_moved(tickets.c.assignee_id),
        offered_to=_moved(tickets.c.offered_to),
        erased_by=_moved(tickets.c.erased_by),
        version=tickets.c.version + 1,
    ),
    _one_less.where(_tickets_of(followers, _absorbed), _tickets_of(followers, _survivor)),
    _only_the_furthest(),
    *_of_two_ratings_one(),
    *(statement for table, keys in _SHARED for statement in _without_doubles(table, keys)),
    _one_less.where(tickets.c.requester_id == _survivor, _tickets_of(followers, _survivor)),
    _of_own(followers),
    _of_own(participants),
    *(update(column.table).where(column == _absorbed).values({column: _survivor}) for column in _PLAIN),
    delete(grants).where(grants.c.person_id == _absorbed),
    delete(link_codes).where(
        or_(link_codes.c.person_id.in_([_absorbed, _survivor]), link_codes.c.typist_id == _absorbed)
    ),
    delete(link_misses).where(link_misses.c.person_id == _absorbed),
    update(persons).where(persons.c.merged_into == _absorbed).values(merged_into=_survivor),
    update(persons)
    .where(persons.c.id == _absorbed)
    .values(merged_into=_survivor, email=null(), email_key=null(), email_confirmed=False),
)
