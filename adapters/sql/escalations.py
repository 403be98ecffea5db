"""Escalations as rows, each with its policy as it was when it began."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select, text, update

from adapters.sql.database import Room
from adapters.sql.tables import GOING_ON, escalations
from core.errors import Conflict
from core.model.escalation import Escalation, EscalationPolicy, EscalationState
from core.model.ids import EscalationId, PersonId, TicketId
from core.rules.escalation import from_json, to_json
from core.storage import Escalations

_MICROSECOND = timedelta(microseconds=1)


class SqlEscalations(Room, Escalations):
    async def add(self, ticket: TicketId, policy: EscalationPolicy, at: datetime) -> Escalation:
        begun = Escalation(id=EscalationId(0), ticket=ticket, policy=policy, started_at=at, resumed_at=at)
        row = await self._row(
            self._insert(escalations)
            .values(**_columns(begun), ticket_id=ticket, version=0)
            .on_conflict_do_nothing(
                index_elements=[escalations.c.ticket_id, escalations.c.policy_key], index_where=text(GOING_ON)
            )
            .returning(escalations)
        )
        if row is None:
            raise Conflict(f"an escalation by {policy.key} goes on for ticket {ticket}")
        return _escalation(row)

    async def get(self, escalation: EscalationId) -> Escalation | None:
        row = await self._row(select(escalations).where(escalations.c.id == escalation))
        return row and _escalation(row)

    async def of(self, ticket: TicketId) -> Sequence[Escalation]:
        theirs = select(escalations).where(escalations.c.ticket_id == ticket).order_by(escalations.c.id)
        return [_escalation(row) for row in await self._rows(theirs)]

    async def save(self, escalation: Escalation) -> None:
        as_read = (escalations.c.id == escalation.id, escalations.c.version == escalation.version)
        saved = update(escalations).where(*as_read).values(**_columns(escalation), version=escalation.version + 1)
        if await self._changed(saved) == 0:
            raise Conflict(f"escalation {escalation.id} is no longer at version {escalation.version}")

    async def going_on(self, *, after: EscalationId | None = None, limit: int) -> Sequence[Escalation]:
        rows = select(escalations).where(text(GOING_ON)).order_by(escalations.c.id).limit(limit)
        if after is not None:
            rows = rows.where(escalations.c.id > after)
        return [_escalation(row) for row in await self._rows(rows)]


def _columns(escalation: Escalation) -> dict[str, object]:
    return {
        "policy_key": escalation.policy.key,
        "policy": to_json(escalation.policy),
        "state": escalation.state,
        "started_at": escalation.started_at,
        "resumed_at": escalation.resumed_at,
        "elapsed": escalation.elapsed // _MICROSECOND,
        "called": escalation.called,
        "level": escalation.level,
        "acknowledged_by": escalation.acknowledged_by,
        "acknowledged_as": escalation.acknowledged_as,
        "acknowledged_at": escalation.acknowledged_at,
        "reminded_at": escalation.reminded_at,
        "ended_at": escalation.ended_at,
    }


def _escalation(row: Row[Any]) -> Escalation:
    return Escalation(
        id=EscalationId(row.id),
        ticket=TicketId(row.ticket_id),
        policy=from_json(row.policy),
        state=EscalationState(row.state),
        started_at=row.started_at,
        resumed_at=row.resumed_at,
        elapsed=row.elapsed * _MICROSECOND,
        called=row.called,
        level=row.level,
        acknowledged_by=None if row.acknowledged_by is None else PersonId(row.acknowledged_by),
        acknowledged_as=row.acknowledged_as,
        acknowledged_at=row.acknowledged_at,
        reminded_at=row.reminded_at,
        ended_at=row.ended_at,
        version=row.version,
    )
