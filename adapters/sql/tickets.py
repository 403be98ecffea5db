"""Tickets as rows: who may know of which, in what order they wait, and who was first to change one."""

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    delete,
    false,
    func,
    insert,
    not_,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.database import Room
from adapters.sql.keys import containing
from adapters.sql.search.marks import marked
from adapters.sql.search.matching import ALL, SEEN, TITLE, holding, of_kind
from adapters.sql.search.terms import worded
from adapters.sql.tables import followers, live, participants, tickets
from core.errors import Conflict
from core.model.ids import FollowId, PersonId, TicketId, parse_ref
from core.model.people import Platform
from core.model.relation import Follow
from core.model.similar import Item, Kind
from core.model.ticket import Answer, Ending, Priority, Status, Ticket, Visibility
from core.rules import queue as rules
from core.storage import NewTicket, Order, Sight, TicketQuery, Tickets
from core.text import from_json, to_json

_NUMBER = re.compile(r"[1-9][0-9]{0,14}", re.ASCII)
urgency = case({priority.value: priority.weight for priority in Priority}, value=tickets.c.priority)


class SqlTickets(Room, Tickets):
    def __init__(self, connection: AsyncConnection, marked: set[Item]) -> None:
        """``marked``: to be indexed once this unit is done."""
        super().__init__(connection)
        self._marked = marked
        self._present: dict[tuple[TicketId, int], frozenset[PersonId]] = {}
        """Who took part in what this unit read: nobody else changes that without the next version."""

    async def add(self, new: NewTicket) -> Ticket:
        ticket = Ticket(
            id=TicketId(0),
            key=new.key,
            title=new.title,
            description=new.description,
            category=new.category,
            answers=new.answers,
            priority=new.priority,
            visibility=new.visibility,
            requester=new.requester,
            team=new.team,
            tags=new.tags,
            door=new.door,
            opened_at=new.at,
            updated_at=new.at,
            alerted_in=new.alerted_in,
        )
        added = await self._run(_ADD, {**_columns(ticket), "version": 0})
        ticket = self._met(added.one(), frozenset())
        self._marked.add(Item(Kind.TICKET, ticket.id))
        return ticket

    async def get(self, ticket: TicketId) -> Ticket | None:
        rows = await self._rows(_GET, {"ticket": ticket})
        taking_part = frozenset(PersonId(row.taking_part) for row in rows if row.taking_part is not None)
        return self._met(rows[0], taking_part) if rows else None

    async def save(self, ticket: Ticket) -> None:
        as_read = {"ticket": ticket.id, "read_version": ticket.version}
        if await self._changed(_SAVE, {**_columns(ticket), "version": ticket.version + 1, **as_read}) == 0:
            raise Conflict(f"{ticket.ref} is no longer at version {ticket.version}")
        present = self._present.pop((ticket.id, ticket.version), None)
        if present is None:
            rows = await self._rows(_TAKING_PART, {"ticket": ticket.id})
            present = frozenset(PersonId(row.person_id) for row in rows)
        await self._change_company(ticket, present)
        self._present[ticket.id, ticket.version + 1] = ticket.participants
        self._marked.add(Item(Kind.TICKET, ticket.id))

    async def _change_company(self, ticket: Ticket, present: frozenset[PersonId]) -> None:
        if gone := present - ticket.participants:
            mine = participants.c.ticket_id == ticket.id
            await self._run(delete(participants).where(mine, participants.c.person_id.in_(gone)))
        if come := ticket.participants - present:
            rows = [{"ticket_id": ticket.id, "person_id": person} for person in sorted(come)]
            await self._run(insert(participants), rows)

    async def find(self, query: TicketQuery) -> Sequence[Ticket]:
        statement = select(tickets).where(*self._wanted(query)).limit(query.limit).offset(query.offset)
        match query.order:
            case Order.NEWEST:
                statement = statement.order_by(tickets.c.id.desc())
            case Order.FOLLOWERS:
                statement = statement.order_by(tickets.c.follower_count.desc(), tickets.c.id.desc())
            case Order.BEST:
                real = worded(query.words)
                titled = [self._held(real, TITLE, any_of=query.any_word).desc()] if real else []
                statement = statement.order_by(*titled, tickets.c.id.desc())
            case Order.QUEUE:
                statement = statement.order_by(
                    tickets.c.snoozed_until.is_not(None), ranked(query.raised_from).desc(), tickets.c.id
                )
        return await self._all(statement)

    async def tags(self, sight: Sight, *, most: int) -> Sequence[tuple[str, ...]]:
        tagged = cast(tickets.c.tags, Text) != json.dumps([])
        statement = select(tickets.c.tags).where(visible(sight), tagged).order_by(tickets.c.id.desc()).limit(most)
        return [tuple(row.tags) for row in await self._rows(statement)]

    def _wanted(self, query: TicketQuery) -> Sequence[ColumnElement[bool]]:
        return [*_wanted(query), *([self._says(query)] if query.words else [])]

    def _says(self, query: TicketQuery) -> ColumnElement[bool]:
        """Of what is not indexed yet the title is looked at and nothing else: some of what the index has may be taken
        back. So it is for words without a letter, which are in no index."""
        titled = and_(*(containing(tickets.c.title, word) for word in query.words))
        real = worded(query.words)
        if not real:
            return titled
        if query.any_word:
            return self._indexed(real, query)
        bare = (containing(tickets.c.title, word) for word in query.words if word not in real)
        ways = [and_(self._is_marked(), titled), and_(self._indexed(real, query), *bare)]
        if len(query.words) == 1 and (named := _named(query.words[0])) is not None:
            ways.append(tickets.c.id == named)
        return or_(*ways)

    def _is_marked(self) -> ColumnElement[bool]:
        own = [item.id for item in self._marked if item.kind is Kind.TICKET]
        return or_(tickets.c.id.in_(marked(Kind.TICKET)), tickets.c.id.in_(own))

    def _indexed(self, words: Sequence[str], query: TicketQuery) -> ColumnElement[bool]:
        """Notes are looked in only where the person may read them."""
        seen = self._held(words, SEEN, any_of=query.any_word)
        if query.sight.staff_categories:
            may_read_notes = tickets.c.category.in_(sorted(query.sight.staff_categories))
            seen = or_(seen, and_(may_read_notes, self._held(words, ALL, any_of=query.any_word)))
        return and_(not_(self._is_marked()), seen)

    def _held(self, words: Sequence[str], columns: tuple[str, ...], *, any_of: bool) -> ColumnElement[bool]:
        held = holding(words, columns, any_of=any_of, on_postgresql=self._on_postgresql)
        return tickets.c.id.in_(of_kind(Kind.TICKET, held))

    async def count(self, query: TicketQuery, *, most: int) -> int:
        found = select(tickets.c.id).where(*self._wanted(query)).limit(most).subquery()
        return int((await self._run(select(func.count()).select_from(found))).scalar_one())

    async def count_open_by(self, requester: PersonId) -> int:
        row = await self._run(_COUNT_OPEN, {"person": requester})
        return int(row.scalar_one())

    async def opened_since(self, requester: PersonId, since: datetime) -> Sequence[datetime]:
        rows = await self._rows(_OPENED_SINCE, {"person": requester, "since": since})
        return [row.opened_at for row in rows]

    async def place_in_queue(self, ticket: Ticket, raised_from: int = 0) -> int:
        weight = rules.ranked(ticket.priority, ticket.follower_count, raised_from).weight
        rank = ranked(raised_from)
        before = or_(rank > weight, and_(rank == weight, tickets.c.id < ticket.id))
        waiting = (tickets.c.team == ticket.team, live(tickets.c.status), nobodys())
        ahead = select(func.count()).select_from(tickets).where(*waiting, before, tickets.c.id != ticket.id)
        return 1 + int((await self._run(ahead)).scalar_one())

    async def follow(
        self, ticket: TicketId, person: PersonId, at: datetime, words: Mapping[str, str] | None = None
    ) -> bool:
        typed = null() if words is None else dict(words)
        row = await self._row(
            self._insert(followers)
            .values(ticket_id=ticket, person_id=person, at=at, words=typed)
            .on_conflict_do_nothing()
            .returning(followers.c.person_id)
        )
        return row is not None

    async def unfollow(self, ticket: TicketId, person: PersonId) -> bool:
        both = (followers.c.ticket_id == ticket, followers.c.person_id == person)
        return await self._changed(delete(followers).where(*both)) > 0

    async def followers(self, ticket: TicketId) -> Sequence[PersonId]:
        """The longest following first."""
        rows = await self._rows(
            select(followers.c.person_id)
            .where(followers.c.ticket_id == ticket)
            .order_by(followers.c.at, followers.c.person_id)
        )
        return [PersonId(row.person_id) for row in rows]

    async def follows_of(self, person: PersonId) -> Sequence[Follow]:
        theirs = select(followers).where(followers.c.person_id == person)
        return [
            Follow(id=FollowId(row.id), ticket=TicketId(row.ticket_id), at=row.at, words=row.words or {})
            for row in await self._rows(theirs.order_by(followers.c.id.desc()))
        ]

    async def _all(self, statement: Select[Any]) -> Sequence[Ticket]:
        rows = await self._rows(statement)
        taking_part: defaultdict[int, set[PersonId]] = defaultdict(set)
        if rows:
            theirs = participants.c.ticket_id.in_([row.id for row in rows])
            for row in await self._rows(select(participants).where(theirs)):
                taking_part[row.ticket_id].add(PersonId(row.person_id))
        return [self._met(row, frozenset(taking_part[row.id])) for row in rows]

    def _met(self, row: Row[Any], taking_part: frozenset[PersonId]) -> Ticket:
        ticket = _ticket(row, taking_part)
        self._present[ticket.id, ticket.version] = taking_part
        return ticket


_ADD = insert(tickets).returning(tickets)
_GET = (
    select(tickets, participants.c.person_id.label("taking_part"))
    .outerjoin(participants, participants.c.ticket_id == tickets.c.id)
    .where(tickets.c.id == bindparam("ticket"))
)
_SAVE = update(tickets).where(tickets.c.id == bindparam("ticket"), tickets.c.version == bindparam("read_version"))
_TAKING_PART = select(participants.c.person_id).where(participants.c.ticket_id == bindparam("ticket"))
_COUNT_OPEN = (
    select(func.count())
    .select_from(tickets)
    .where(tickets.c.requester_id == bindparam("person"), live(tickets.c.status))
)
_OPENED_SINCE = (
    select(tickets.c.opened_at)
    .where(tickets.c.requester_id == bindparam("person"), tickets.c.opened_at >= bindparam("since"))
    .order_by(tickets.c.opened_at)
)


def ranked(raised_from: int) -> ColumnElement[int]:
    """The weight by which a ticket waits: ``core/rules/queue.py`` in SQL."""
    if raised_from == 0:
        return urgency
    raised = and_(tickets.c.follower_count >= raised_from, urgency < Priority.URGENT.weight)
    return case((raised, urgency + 1), else_=urgency)


def visible(sight: Sight) -> ColumnElement[bool]:
    """Whether the person of ``sight`` may know of a row of ``tickets``; nobody finds one that was erased."""
    return and_(tickets.c.erased_at.is_(None), _shown_to(sight))


def _shown_to(sight: Sight) -> ColumnElement[bool]:
    own = tickets.c.requester_id == sight.person
    if sight.own_only:
        return own
    return or_(
        own,
        _with(participants.c.ticket_id, participants.c.person_id, sight.person),
        _public(sight),
        tickets.c.category.in_(sorted(sight.staff_categories)) if sight.staff_categories else false(),
    )


def _public(sight: Sight) -> ColumnElement[bool]:
    if not sight.known:
        return false()
    return and_(tickets.c.visibility == Visibility.PUBLIC.value, tickets.c.category.in_(sorted(sight.known)))


def _with(ticket: ColumnElement[int], holder: ColumnElement[int], person: PersonId) -> ColumnElement[bool]:
    return tickets.c.id.in_(select(ticket).where(holder == person))


def _wanted(query: TicketQuery) -> Sequence[ColumnElement[bool]]:
    wanted = [visible(query.sight)]
    if query.requester is not None:
        wanted.append(tickets.c.requester_id == query.requester)
    if query.concerning is not None:
        wanted.append(_concerns(query.concerning))
    if query.assignees is not None or query.unassigned:
        wanted.append(_with_agent(query.assignees or frozenset(), or_nobody=query.unassigned))
    among: Sequence[tuple[ColumnElement[Any], frozenset[Any] | None]] = (
        (tickets.c.requester_id, query.requesters),
        (tickets.c.team, query.teams),
        (tickets.c.category, query.categories),
        (tickets.c.priority, query.priorities),
        (tickets.c.status, query.statuses),
    )
    wanted += [column.in_(sorted(values)) for column, values in among if values is not None]
    if query.tags is not None:
        wanted.append(or_(false(), *(_tagged(tag) for tag in sorted(query.tags))))
    if query.public:
        wanted.append(_public(query.sight))
    if query.followed_by is not None:
        wanted.append(_with(followers.c.ticket_id, followers.c.person_id, query.followed_by))
    if query.before is not None:
        wanted.append(tickets.c.id < query.before)
    return wanted


def _with_agent(agents: frozenset[PersonId], *, or_nobody: bool) -> ColumnElement[bool]:
    theirs = tickets.c.assignee_id.in_(sorted(agents))
    return or_(theirs, nobodys()) if or_nobody else theirs


def nobodys() -> ColumnElement[bool]:
    """It waits for somebody to take it, if it is live."""
    return and_(tickets.c.assignee_id.is_(None), tickets.c.snoozed_until.is_(None))


def _tagged(tag: str) -> ColumnElement[bool]:
    """By the list's JSON, in which the quotes of a tag's end can stand for nothing else: each database has functions of
    its own for it, and PostgreSQL's refuse some of what people type."""
    return cast(tickets.c.tags, Text).contains(json.dumps(tag), autoescape=True)


def _named(word: str) -> TicketId | None:
    return parse_ref(word) or (TicketId(int(word)) if _NUMBER.fullmatch(word) else None)


def _concerns(person: PersonId) -> ColumnElement[bool]:
    return or_(
        tickets.c.requester_id == person,
        tickets.c.assignee_id == person,
        _with(participants.c.ticket_id, participants.c.person_id, person),
        _with(followers.c.ticket_id, followers.c.person_id, person),
    )


def _columns(ticket: Ticket) -> dict[str, object]:
    return {
        "key": ticket.key,
        "title": ticket.title,
        "description": to_json(ticket.description),
        "category": ticket.category,
        "answers": [asdict(answer) for answer in ticket.answers],
        "priority": ticket.priority,
        "status": ticket.status,
        "visibility": ticket.visibility,
        "requester_id": ticket.requester,
        "assignee_id": ticket.assignee,
        "team": ticket.team,
        "tags": list(ticket.tags),
        "follower_count": ticket.follower_count,
        "door": ticket.door,
        "opened_at": ticket.opened_at,
        "updated_at": ticket.updated_at,
        "first_response_at": ticket.first_response_at,
        "resolved_at": ticket.resolved_at,
        "closed_at": ticket.closed_at,
        "ending": ticket.ending,
        "alerted_in": ticket.alerted_in,
        "offered_to": ticket.offered_to,
        "offered_until": ticket.offered_until,
        "snoozed_until": ticket.snoozed_until,
        "merged_into": ticket.merged_into,
        "erased_at": ticket.erased_at,
        "erased_by": ticket.erased_by,
        "erased_for": ticket.erased_for,
        "last_digest": ticket.last_digest,
    }


def _ticket(row: Row[Any], taking_part: frozenset[PersonId]) -> Ticket:
    return Ticket(
        id=TicketId(row.id),
        key=row.key,
        title=row.title,
        description=from_json(row.description),
        category=row.category,
        answers=tuple(Answer(**answer) for answer in row.answers),
        priority=Priority(row.priority),
        status=Status(row.status),
        visibility=Visibility(row.visibility),
        requester=PersonId(row.requester_id),
        assignee=None if row.assignee_id is None else PersonId(row.assignee_id),
        team=row.team,
        tags=tuple(row.tags),
        participants=taking_part,
        follower_count=row.follower_count,
        door=Platform(row.door),
        opened_at=row.opened_at,
        updated_at=row.updated_at,
        first_response_at=row.first_response_at,
        resolved_at=row.resolved_at,
        closed_at=row.closed_at,
        ending=None if row.ending is None else Ending(row.ending),
        alerted_in=row.alerted_in,
        offered_to=None if row.offered_to is None else PersonId(row.offered_to),
        offered_until=row.offered_until,
        snoozed_until=row.snoozed_until,
        merged_into=None if row.merged_into is None else TicketId(row.merged_into),
        erased_at=row.erased_at,
        erased_by=None if row.erased_by is None else PersonId(row.erased_by),
        erased_for=row.erased_for,
        version=row.version,
        last_digest=row.last_digest,
    )
