"""The outbox as rows: lanes in order, leases that run out, paces that all processes share.

A delivery may be leased while it is PENDING and due, nobody holds it, no older one of its lane is unfinished, and none
of its lane is held (an older one may have been revived while a newer one is on its way). On PostgreSQL two processes
may find the same lane free at once, each in its own snapshot: so a lease first locks its rows (skipping those that
others lock), then takes its lanes' advisory locks for the rest of the transaction, and then asks all of it once more,
in a statement whose snapshot is younger than those locks. https://www.postgresql.org/docs/current/explicit-locking.html
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Row,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    or_,
    select,
    text,
    true,
    union_all,
    update,
)

from adapters.sql.database import Room
from adapters.sql.deliveryrows import NOBODYS, columns_of, delivery_of
from adapters.sql.tables import DONE, GIVEN_UP, deliveries, pace, pending, unfinished
from core.model.ids import DeliveryId, EventId, MessageId, PersonId
from core.model.outbox import (
    Delivery,
    DeliveryState,
    Intent,
    NewDelivery,
    ToPerson,
    ToSpace,
)
from core.model.people import Platform
from core.storage import Outbox

_older, _beside, _ahead, _folded = (deliveries.alias(name) for name in ("older", "beside", "ahead", "folded"))
_NOW = bindparam("now", type_=deliveries.c.due_at.type)
_SUPERSEDED = "a newer one took its place"
_MOST_FOLDED = 20
"""Alerts that one card tells beside its own: every kind of space has room for so many, each with its link."""
_FOLDED = "told by another, with those of that minute"
_MOST_ALERTS = 1_000
"""Of one space that are looked through for those of the last minute: as many as bot.toml may allow in it."""
_ALERTS = sorted(intent for intent in Intent if intent.is_alert)
_FREE_LANES = text(
    "SELECT lane FROM unnest(CAST(:lanes AS text[])) AS wanted(lane)"
    " WHERE pg_try_advisory_xact_lock(hashtextextended('outbox ' || lane, 0))"
)


class SqlOutbox(Room, Outbox):
    async def add(self, new: NewDelivery, *, key: str, event: EventId | None, at: datetime) -> DeliveryId:
        if new.supersede_key is not None:
            await self._supersede([_kind(new)], at)
        added = await self._run(_ADD.returning(deliveries.c.id), columns_of(new, key, event, at))
        return DeliveryId(added.scalar_one())

    async def add_all(self, owed: Sequence[tuple[NewDelivery, str, EventId | None]], *, at: datetime) -> None:
        newest = {_kind(new): key for new, key, _ in owed if new.supersede_key is not None}
        if newest:
            await self._supersede(newest, at)
        rows = []
        for new, key, event in owed:
            taken = newest.get(_kind(new), key) != key
            rows.append({**columns_of(new, key, event, at), **(_superseded(at) if taken else {})})
        if rows:
            await self._run(_ADD, rows)

    async def _supersede(self, kinds: Iterable[tuple[str, str | None]], at: datetime) -> None:
        older = [{"of_lane": lane, "of_kind": kind, "now": at, **_superseded(at)} for lane, kind in kinds]
        await self._run(_SUPERSEDE, older)

    async def lease(self, now: datetime, *, owner: str, until: datetime, limit: int) -> Sequence[Delivery]:
        rows = await self._rows(_HEADS, {"now": now, "most": limit})
        chosen = await self._lock_lanes(rows) if self._on_postgresql else [row.id for row in rows]
        if not chosen:
            return []
        holder = {"now": now, "chosen": chosen, "holder": owner, "lasting": until}
        leased = await self._rows(_LEASE, holder)
        return sorted((delivery_of(row) for row in leased), key=lambda one: (one.due_at, one.id))

    async def _lock_lanes(self, rows: Sequence[Row[Any]]) -> Sequence[int]:
        """The ids of ``rows`` whose lanes no other transaction is leasing from; ours until this one ends."""
        if not rows:
            return []
        lanes = sorted({row.lane for row in rows})
        free = set((await self._connection.execute(_FREE_LANES, {"lanes": lanes})).scalars())
        return [row.id for row in rows if row.lane in free]

    async def done(
        self, delivery: DeliveryId, owner: str, *, receipt: str | None, at: datetime, answered: int | None = None
    ) -> bool:
        values = {"state": DeliveryState.DONE, "receipt": receipt, "reason": None, "finished_at": at}
        return await self._finish(delivery, owner, {**values, "answered": answered})

    async def retry(
        self,
        delivery: DeliveryId,
        owner: str,
        *,
        due_at: datetime,
        reason: str,
        uncertain: bool,
        answered: int | None = None,
    ) -> bool:
        values = {"due_at": due_at, "reason": reason, "uncertain": uncertain, "answered": answered}
        return await self._finish(delivery, owner, values)

    async def postpone(self, delivery: Delivery, owner: str, *, due_at: datetime) -> bool:
        return await self._finish(delivery.id, owner, {"due_at": due_at, "attempts": deliveries.c.attempts - 1})

    async def hold(self, delivery: DeliveryId, owner: str, *, until: datetime) -> bool:
        held = (deliveries.c.id == delivery, deliveries.c.owner == owner, pending(deliveries.c.state))
        return await self._changed(update(deliveries).where(*held).values(leased_until=until)) > 0

    async def skip(self, delivery: DeliveryId, owner: str, *, reason: str, at: datetime) -> bool:
        values = {"state": DeliveryState.SKIPPED, "reason": reason, "finished_at": at}
        return await self._finish(delivery, owner, values)

    async def give_up(
        self,
        delivery: DeliveryId,
        owner: str,
        *,
        state: DeliveryState,
        reason: str,
        at: datetime,
        answered: int | None = None,
    ) -> bool:
        values = {"state": state, "reason": reason, "finished_at": at, "answered": answered}
        return await self._finish(delivery, owner, values)

    async def _finish(self, delivery: DeliveryId, owner: str, values: dict[str, Any]) -> bool:
        held = (deliveries.c.id == delivery, deliveries.c.owner == owner, pending(deliveries.c.state))
        return await self._changed(update(deliveries).where(*held).values({**NOBODYS, **values})) > 0

    async def abandon(self, lane: str, *, reason: str, at: datetime) -> int:
        rest = (unfinished(deliveries.c.state), deliveries.c.lane == lane)
        values = {"state": DeliveryState.SKIPPED, "reason": reason, "finished_at": at, **NOBODYS}
        return await self._changed(update(deliveries).where(*rest).values(values))

    async def revive(self, delivery: DeliveryId, now: datetime) -> bool:
        """One that was ever tried comes back ``uncertain``: the call that it was given up after may have happened."""
        dead = (deliveries.c.id == delivery, text(GIVEN_UP))
        values = {
            "state": DeliveryState.PENDING,
            "due_at": now,
            "attempts": 0,
            "uncertain": or_(deliveries.c.uncertain, deliveries.c.attempts > 0),
            "finished_at": None,
        }
        return await self._changed(update(deliveries).where(*dead).values(values)) > 0

    async def take_slot(self, pace_key: str, interval: timedelta, now: datetime) -> datetime | None:
        slot = self._insert(pace).values(pace_key=pace_key, next_at=now + interval)
        taken = await self._row(
            slot.on_conflict_do_update(
                index_elements=[pace.c.pace_key],
                set_={"next_at": slot.excluded.next_at},
                where=pace.c.next_at <= now,
            ).returning(pace.c.next_at)
        )
        if taken is not None:
            return None
        of_key, nearest = pace.c.pace_key == pace_key, now + interval
        row = await self._run(select(pace.c.next_at).where(of_key))
        free_at: datetime = row.scalar_one()
        if free_at > nearest:
            await self._run(update(pace).where(of_key, pace.c.next_at > nearest).values(next_at=nearest))
        return min(free_at, nearest)

    async def sent_since(self, space: str, since: datetime) -> Sequence[tuple[datetime, Intent]]:
        sent = (deliveries.c.lane == ToSpace(space).lane, text(DONE), deliveries.c.intent.in_(_ALERTS))
        newest = (
            select(deliveries.c.id, deliveries.c.finished_at, deliveries.c.intent)
            .where(*sent)
            .order_by(deliveries.c.id.desc())
            .limit(_MOST_ALERTS)
            .subquery()
        )
        rows = await self._rows(select(newest).where(newest.c.finished_at > since).order_by(newest.c.id.desc()))
        found = {row.id: [(row.finished_at, Intent(row.intent))] for row in rows}
        told = select(deliveries.c.folded_into, deliveries.c.intent).where(deliveries.c.folded_into.in_(found))
        for row in await self._rows(told) if found else ():
            found[row.folded_into].append((found[row.folded_into][0][0], Intent(row.intent)))
        return [one for together in found.values() for one in together]

    async def fold(self, delivery: DeliveryId, space: str, at: datetime) -> int:
        waiting = (
            unfinished(deliveries.c.state),
            pending(deliveries.c.state),
            deliveries.c.lane == ToSpace(space).lane,
            deliveries.c.intent.in_(_ALERTS),
            deliveries.c.id != delivery,
            deliveries.c.owner.is_(None),
        )
        calls_first = case((deliveries.c.intent == Intent.CALL, 0), else_=1)
        chosen = select(deliveries.c.id).where(*waiting).order_by(calls_first, deliveries.c.id).limit(_MOST_FOLDED)
        told = {"state": DeliveryState.SKIPPED, "reason": _FOLDED, "finished_at": at, "folded_into": delivery}
        return await self._changed(update(deliveries).where(deliveries.c.id.in_(chosen), *waiting).values(told))

    async def folded(self, delivery: DeliveryId) -> Sequence[Delivery]:
        told = select(deliveries).where(deliveries.c.folded_into == delivery).order_by(deliveries.c.id)
        return [delivery_of(row) for row in await self._rows(told)]

    async def get(self, delivery: DeliveryId) -> Delivery | None:
        row = await self._row(select(deliveries).where(deliveries.c.id == delivery))
        return row and delivery_of(row)

    async def given_up(self, *, limit: int = 100) -> Sequence[Delivery]:
        rows = await self._rows(select(deliveries).where(text(GIVEN_UP)).order_by(deliveries.c.id.desc()).limit(limit))
        return [delivery_of(row) for row in rows]

    async def struggling(self, *, limit: int = 100) -> Sequence[Delivery]:
        """Those too whose process died over them, which leave no reason."""
        again = or_(deliveries.c.reason.is_not(None) & (deliveries.c.attempts > 0), deliveries.c.attempts > 1)
        failed = select(deliveries).where(pending(deliveries.c.state), again)
        return [delivery_of(row) for row in await self._rows(failed.order_by(deliveries.c.id).limit(limit))]

    async def to_spaces(self, spaces: Sequence[str], *, limit: int) -> Sequence[Delivery]:
        """In three, each in the words of an index."""
        lanes = [ToSpace(space).lane for space in spaces]
        found: list[Row[Any]] = []
        for state in (unfinished(deliveries.c.state), text(DONE), text(GIVEN_UP)):
            theirs = select(deliveries).where(deliveries.c.lane.in_(lanes), state)
            found += await self._rows(theirs.order_by(deliveries.c.id.desc()).limit(limit))
        newest = {row.id: row for row in sorted(found, key=lambda row: int(row.id), reverse=True)}
        return [delivery_of(row) for row in newest.values()][:limit]

    async def to_person(self, person: PersonId, platform: Platform, *, limit: int) -> Sequence[Delivery]:
        theirs = (deliveries.c.lane == ToPerson(person, platform).lane, text("state = 'done'"))
        rows = await self._rows(select(deliveries).where(*theirs).order_by(deliveries.c.id.desc()).limit(limit))
        return [delivery_of(row) for row in rows]

    async def is_underway(self, message: MessageId) -> bool:
        row = await self._row(_UNDERWAY, {"said": message})
        return row is not None

    async def next_due(self) -> datetime | None:
        moment: datetime | None = (await self._connection.execute(_NEXT_DUE)).scalar_one()
        return moment

    async def backlog(self) -> int:
        row = await self._run(select(func.count()).select_from(deliveries).where(pending(deliveries.c.state)))
        return int(row.scalar_one())


def _unheld(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    return or_(deliveries.c.owner.is_(None), deliveries.c.leased_until <= now)


def _before(other: Any) -> ColumnElement[bool]:
    return and_(other.c.lane == deliveries.c.lane, other.c.id < deliveries.c.id)


def _has_older() -> ColumnElement[bool]:
    """Whether the lane has an older one that is pending or parked."""
    return exists().where(_before(_older), unfinished(_older.c.state))


def _is_held_beside(now: BindParameter[datetime] | None) -> ColumnElement[bool]:
    """Whether another of the lane is held: by a lease that lasts beyond ``now``, or by any if that is None."""
    lasting = _beside.c.owner.is_not(None) if now is None else _beside.c.leased_until > now
    same_lane = and_(_beside.c.lane == deliveries.c.lane, _beside.c.id != deliveries.c.id)
    return exists().where(same_lane, unfinished(_beside.c.state), lasting)


_ADD = insert(deliveries)
_SUPERSEDE = update(deliveries).where(
    unfinished(deliveries.c.state),  # for the lane's index
    pending(deliveries.c.state),
    deliveries.c.lane == bindparam("of_lane"),
    deliveries.c.supersede_key == bindparam("of_kind"),
    _unheld(_NOW),
    ~exists().where(_folded.c.folded_into == deliveries.c.id),  # those that it tells too are nobody else's to tell
)

# The dispatcher asks these all day: they are built once, since building costs more than running them.
_READY = (
    pending(deliveries.c.state),
    deliveries.c.due_at <= _NOW,
    _unheld(_NOW),
    ~_has_older(),
    ~_is_held_beside(_NOW),
)
_HEADS = (
    select(deliveries.c.id, deliveries.c.lane)
    .where(*_READY)
    .order_by(deliveries.c.due_at, deliveries.c.id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)
)
_LEASE = (
    update(deliveries)
    .where(deliveries.c.id.in_(bindparam("chosen", expanding=True)), *_READY)
    .values(
        owner=bindparam("holder"),
        leased_until=bindparam("lasting", type_=deliveries.c.due_at.type),
        attempts=deliveries.c.attempts + 1,
        uncertain=case((deliveries.c.owner.is_not(None), true()), else_=deliveries.c.uncertain),
        first_attempt_at=func.coalesce(deliveries.c.first_attempt_at, _NOW, type_=deliveries.c.due_at.type),
    )
    .returning(deliveries)
)
_WAITING = (pending(deliveries.c.state), deliveries.c.owner.is_(None), ~_has_older(), ~_is_held_beside(None))
_STOPPED = exists().where(
    _before(_ahead),
    or_(_ahead.c.owner.is_not(None), _ahead.c.state == DeliveryState.PARKED),
    unfinished(_ahead.c.state),
)
_COPIED = (deliveries.c.message_id == bindparam("said"), deliveries.c.intent == Intent.MESSAGE)
_UNDERWAY = union_all(
    select(deliveries.c.id).where(unfinished(deliveries.c.state), *_COPIED),
    select(deliveries.c.id).where(text(GIVEN_UP), *_COPIED),
).limit(1)
"""In two, each in the words of an index."""
_HELD = (pending(deliveries.c.state), deliveries.c.owner.is_not(None), ~_STOPPED)
_NEXT_DUE = select(
    func.min(
        union_all(
            select(deliveries.c.due_at.label("at")).where(*_WAITING),
            select(deliveries.c.leased_until.label("at")).where(*_HELD),
        )
        .subquery()
        .c.at
    )
)


def _kind(new: NewDelivery) -> tuple[str, str | None]:
    """What supersedes what."""
    return new.lane, new.supersede_key


def _superseded(at: datetime) -> dict[str, object]:
    return {"state": DeliveryState.SKIPPED, "reason": _SUPERSEDED, "finished_at": at, **NOBODYS}
