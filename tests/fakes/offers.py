"""Teams that assign by themselves, who is there for them, and the time that goes by."""

from dataclasses import replace
from typing import Any

from bot.backlog import Backlog
from bot.scheduler import Scheduler
from core.commands import ClaimTicket
from core.model.desk import Assignment, Desk
from core.model.duty import Duty, DutyState
from core.model.ids import TicketId
from core.model.outbox import TimerKind
from core.model.ticket import Priority
from tests.fakes.office import Office

AGENTS = ("asha", "abe", "lee", "wen")
"""The office's agents of academics."""


def offering(desk: Desk, *teams: str, mode: Assignment = Assignment.ROUND_ROBIN, **changes: Any) -> Desk:
    """The desk with those teams (academics, where none is named) assigning by themselves."""
    made = {key: replace(desk.teams[key], assignment=mode, **changes) for key in teams or ("academics",)}
    return replace(desk, teams={**desk.teams, **made})


async def said(office: Office, state: DutyState, *who: str) -> None:
    """As if each of ``who`` had said so just now."""
    async with office.store.write() as work:
        for one in who:
            await work.people.set_duty(office.people[one], Duty(state=state, since=office.clock.now()))


async def alone(office: Office, *who: str) -> None:
    """Of the agents of academics only those are on duty."""
    await said(office, DutyState.AWAY, *(one for one in AGENTS if one not in who))


async def carry(office: Office, who: str, capacity: int) -> None:
    async with office.store.write() as work:
        await work.people.set_capacity(office.people[who], capacity)


async def two_held(office: Office) -> tuple[TicketId, TicketId]:
    """A plain and an urgent ticket that asha has."""
    tickets = await office.open(), await office.open(title="Where?", priority=Priority.URGENT)
    for ticket in tickets:
        await office.do(ClaimTicket(ticket=ticket), "asha")
    return tickets


async def asked(office: Office, ticket: TicketId) -> str | None:
    """Who is asked to take it."""
    found = await office.ticket(ticket)
    called = {person: who for who, person in office.people.items()}
    return called[found.offered_to] if found.offered_to is not None else None


async def holder(office: Office, ticket: TicketId) -> str | None:
    """Who has it."""
    found = await office.ticket(ticket)
    called = {person: who for who, person in office.people.items()}
    return called[found.assignee] if found.assignee is not None else None


async def offer_timers(office: Office, ticket: TicketId) -> list[Any]:
    """When the ticket's offers end."""
    return [one.due_at for one in await office.timers() if (one.kind, one.ticket) == (TimerKind.OFFER, ticket)]


async def ring(office: Office) -> int:
    """A tick: every timer that is due."""
    return await Scheduler(store=office.store, engine=office.engine, clock=office.clock).fire_due()


def backlog(office: Office) -> Backlog:
    return Backlog(store=office.store, engine=office.engine, desk=office.desk, clock=office.clock)
