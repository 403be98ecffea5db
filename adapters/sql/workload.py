"""Who carries how much, what waits for somebody, and how long such things took: as queries over tickets."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true, union_all, update

from adapters.sql.database import Room
from adapters.sql.tables import escalations, events, live, tickets, timers
from adapters.sql.tables import people as persons
from adapters.sql.tickets import nobodys, ranked
from core.events import SlaBreached, SlaBreachFound, UrgencyDecided
from core.model.escalation import EscalationState
from core.model.ids import PersonId, TicketId
from core.model.outbox import TimerKind
from core.model.ticket import Priority, Status
from core.rules import queue as rules
from core.storage import Solved, Tally, Waiting, Workload

_BREACHES = [kind.__name__ for kind in (SlaBreached, SlaBreachFound)]


class SqlWorkload(Room, Workload):
    async def carried(self, people: Sequence[PersonId]) -> Mapping[PersonId, Sequence[Priority]]:
        counts = (live(tickets.c.status), tickets.c.snoozed_until.is_(None))
        asked = (tickets.c.offered_to.is_not(None), tickets.c.offered_to.in_(people))
        theirs = union_all(
            select(tickets.c.assignee_id.label("who"), tickets.c.priority).where(
                tickets.c.assignee_id.in_(people), *counts
            ),
            select(tickets.c.offered_to.label("who"), tickets.c.priority).where(*asked, *counts),
        )
        carried: defaultdict[PersonId, list[Priority]] = defaultdict(list)
        for row in await self._rows(theirs):
            carried[PersonId(row.who)].append(Priority(row.priority))
        return dict(carried)

    async def waiting(
        self, teams: Sequence[str], *, after: Waiting | None = None, raised_from: int = 0, limit: int
    ) -> Sequence[Waiting]:
        rank = ranked(raised_from)
        nobodys = (tickets.c.assignee_id.is_(None), tickets.c.offered_to.is_(None), tickets.c.snoozed_until.is_(None))
        behind: ColumnElement[bool] = true()
        if after is not None:
            weight = rules.ranked(after.priority, after.followers, raised_from).weight
            behind = or_(rank < weight, and_(rank == weight, tickets.c.id > after.ticket))
        columns = (tickets.c.id, tickets.c.team, tickets.c.category, tickets.c.priority, tickets.c.follower_count)
        rows = await self._rows(
            select(*columns)
            .where(tickets.c.team.in_(teams), live(tickets.c.status), *nobodys, behind)
            .order_by(rank.desc(), tickets.c.id)
            .limit(limit)
        )
        return [
            Waiting(TicketId(row.id), row.team, row.category, Priority(row.priority), row.follower_count)
            for row in rows
        ]

    async def offered_to(self, person: PersonId) -> Sequence[TicketId]:
        asked = (tickets.c.offered_to.is_not(None), tickets.c.offered_to == person)
        rows = await self._rows(select(tickets.c.id).where(*asked).order_by(tickets.c.id))
        return [TicketId(row.id) for row in rows]

    async def last_agent(self, requester: PersonId, category: str, *, but: TicketId) -> PersonId | None:
        earlier = (tickets.c.requester_id == requester, tickets.c.id != but, tickets.c.category == category)
        row = await self._row(
            select(tickets.c.assignee_id)
            .where(*earlier, tickets.c.assignee_id.is_not(None))
            .order_by(tickets.c.id.desc())
            .limit(1)
        )
        return row and PersonId(row.assignee_id)

    async def lately_solved(self, category: str, since: datetime, *, limit: int) -> Sequence[Solved]:
        solved = (tickets.c.category == category, tickets.c.resolved_at >= since, tickets.c.assignee_id.is_not(None))
        rows = await self._rows(
            select(tickets.c.assignee_id, tickets.c.title, tickets.c.tags)
            .where(*solved)
            .order_by(tickets.c.resolved_at.desc())
            .limit(limit)
        )
        return [Solved(PersonId(row.assignee_id), row.title, tuple(row.tags)) for row in rows]

    async def given_at(self, people: Sequence[PersonId]) -> Mapping[PersonId, datetime]:
        asked = and_(persons.c.id.in_(people), persons.c.given_at.is_not(None))
        rows = await self._rows(select(persons.c.id, persons.c.given_at).where(asked))
        return {PersonId(row.id): row.given_at for row in rows}

    async def note_given(self, person: PersonId, at: datetime) -> None:
        await self._run(update(persons).where(persons.c.id == person).values(given_at=at))

    async def first_answers(self, category: str, since: datetime, *, limit: int) -> Sequence[tuple[datetime, datetime]]:
        answered = (tickets.c.opened_at >= since, tickets.c.first_response_at.is_not(None))
        rows = await self._rows(
            select(tickets.c.opened_at, tickets.c.first_response_at)
            .where(tickets.c.category == category, *answered)
            .order_by(tickets.c.opened_at.desc())
            .limit(limit)
        )
        return [(row.opened_at, row.first_response_at) for row in rows]

    async def watched(self, categories: Sequence[str], *, after: TicketId | None, limit: int) -> Sequence[TicketId]:
        has_timer = tickets.c.id.in_(select(timers.c.ticket_id).where(timers.c.kind == TimerKind.SLA))
        theirs = and_(live(tickets.c.status), tickets.c.category.in_(categories))
        of_these = or_(theirs, tickets.c.status == Status.WAITING, has_timer)
        found = select(tickets.c.id).where(tickets.c.id > (after or 0), of_these)
        rows = await self._rows(found.order_by(tickets.c.id).limit(limit))
        return [TicketId(row.id) for row in rows]

    async def tally(self, teams: Sequence[str], categories: Sequence[str]) -> Tally:
        these = (live(tickets.c.status), tickets.c.team.in_(teams), tickets.c.category.in_(categories))
        is_breached = exists().where(events.c.ticket_id == tickets.c.id, events.c.kind.in_(_BREACHES))
        goes_on = exists().where(escalations.c.ticket_id == tickets.c.id, escalations.c.state != EscalationState.ENDED)
        counted = select(
            func.count().label("open"),
            func.count().filter(nobodys()).label("unassigned"),
            func.count().filter(tickets.c.status == Status.WAITING).label("waiting"),
            func.count().filter(is_breached).label("breached"),
            func.count().filter(goes_on).label("escalating"),
            func.min(tickets.c.id).label("oldest"),
        ).where(*these)
        row = (await self._run(counted)).one()
        return Tally(
            open=row.open,
            unassigned=row.unassigned,
            waiting=row.waiting,
            breached=row.breached,
            escalating=row.escalating,
            oldest=None if row.oldest is None else TicketId(row.oldest),
        )

    async def found_late(self, teams: Sequence[str], categories: Sequence[str], since: datetime) -> int:
        these = (live(tickets.c.status), tickets.c.team.in_(teams), tickets.c.category.in_(categories))
        found = (events.c.kind == SlaBreachFound.__name__, events.c.at >= since)
        counted = select(func.count()).where(*these, exists().where(events.c.ticket_id == tickets.c.id, *found))
        return int((await self._run(counted)).scalar_one())

    async def urgencies_declined(self, requester: PersonId) -> int:
        decided = (events.c.kind == UrgencyDecided.__name__, events.c.data["granted"].as_boolean().is_(False))
        counted = (
            select(func.count())
            .select_from(events.join(tickets, tickets.c.id == events.c.ticket_id))
            .where(tickets.c.requester_id == requester, *decided)
        )
        return int((await self._run(counted)).scalar_one())
