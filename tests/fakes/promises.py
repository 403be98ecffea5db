"""A desk that promises something, in business hours, and times of its week to travel to."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.scheduler import Scheduler
from core.model.desk import Desk
from core.model.hours import OpeningHours, Span
from core.model.ids import TicketId
from core.model.outbox import Delivery, TimerKind
from core.model.sla import SlaPolicy
from core.model.ticket import Priority
from core.ports import Parcel
from tests.fakes.office import Office, desk_of

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BERLIN = ZoneInfo("Europe/Berlin")
BY_DAY = OpeningHours(zone="Europe/Berlin", week=dict.fromkeys(range(5), (Span(9 * 60, 17 * 60),)))
STANDARD = SlaPolicy(
    key="standard",
    first_response={Priority.URGENT: HOUR, Priority.HIGH: 2 * HOUR, Priority.NORMAL: 5 * HOUR},
    resolution={Priority.URGENT: 4 * HOUR, Priority.NORMAL: 16 * HOUR},
)
"""Of a first answer to a normal ticket it warns after four hours, of its resolution after 12:48. A low one is promised
nothing, a high one no resolution."""


def promising(desk: Desk | None = None, policy: SlaPolicy = STANDARD, **changes: Any) -> Desk:
    """The desk of Berlin, where every category but the sensitive one has ``policy``."""
    usual = desk or desk_of(time_zone="Europe/Berlin", hours=BY_DAY)
    categories = {key: one if one.sensitive else replace(one, sla=policy.key) for key, one in usual.categories.items()}
    return replace(usual, slas={policy.key: policy}, categories=categories, **changes)


def at(words: str) -> datetime:
    """``03-27 16:00``: of 2026, on Berlin's wall. 27 March is the Friday before the clock goes forward."""
    return datetime.fromisoformat(f"2026-{words.replace(' ', 'T')}").replace(tzinfo=BERLIN).astimezone(UTC)


def go(office: Office, words: str) -> None:
    """Travel there, forwards."""
    by = at(words) - office.clock.now()
    assert by >= timedelta(0)
    office.clock.advance(by)


def scheduler(office: Office) -> Scheduler:
    """As of a process that was started this moment."""
    return Scheduler(store=office.store, engine=office.engine, clock=office.clock)


async def ring(office: Office) -> int:
    return await scheduler(office).fire_due()


async def due(office: Office, kind: TimerKind, ticket: TicketId | None = None) -> list[str]:
    """When the timers of that kind ring, as ``at`` reads it."""
    timers = [timer for timer in await office.timers() if timer.kind is kind and ticket in (None, timer.ticket)]
    return [f"{timer.due_at.astimezone(BERLIN):%m-%d %H:%M}" for timer in timers]


async def said_of(office: Office, owed: Sequence[Delivery]) -> list[str]:
    """What became of each: the card's subtitle, or the reason why nobody needs it."""
    composed = [await office.composed(one) for one in owed]
    return [getattr(one.content, "subtitle", "") if isinstance(one, Parcel) else one.reason for one in composed]
