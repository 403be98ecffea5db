"""When people work and how much they carry, by their own word or a lead's. Both are in the audit of people."""

from core import limits
from core.commands import SetCapacity, SetDuty
from core.errors import N_, BadInput, Clash, NoSuchPerson
from core.events import CapacitySet, DutyChanged
from core.model.duty import Duty
from core.model.ids import PersonId
from core.model.outbox import NewTimer, TimerKind
from core.model.people import Person, Role
from core.policy import Action, require_in_general
from core.rules.assignment import LEAST_CAPACITY
from core.rules.duty import is_on_duty
from core.storage import Outcome
from core.usecases.case import Case


class NoAgent(Clash):
    template = N_("{name} answers for no team: only agents are on duty or away, and have a capacity.")


class UntilIsOver(BadInput):
    template = N_("That time is over already: give one that is still to come.")


class CapacityOutOfRange(BadInput):
    template = N_(
        "An urgent ticket counts {least}, so with less nobody could be given one: a capacity is from {least} to "
        "{limit}."
    )


async def set_duty(command: SetDuty, case: Case) -> Outcome:
    """Whoever goes away is asked to take nothing from now on: what they were asked goes on to the next at once. So it
    does where they are off duty by their shifts, which count again."""
    person = await _whose(command.person, case)
    if command.until is not None and command.until <= case.now:
        raise UntilIsOver
    said = None
    if command.state is not None:
        said = Duty(state=command.state, since=case.now, until=command.until)
    await case.work.people.set_duty(person.id, said)
    case.record(DutyChanged(person=person.id, state=command.state, until=command.until))
    await _let_go(person.id, case)
    return Outcome(person=person.id)


async def _let_go(person: PersonId, case: Case) -> None:
    """Let the time for what they are asked be over now, where they are no longer on duty for it."""
    now_so = await case.work.people.get(person)
    for ticket in await case.work.workload.offered_to(person):
        found = await case.work.tickets.get(ticket)
        if now_so is None or found is None or is_on_duty(now_so, found.team, case.desk, case.now):
            continue
        await case.work.timers.arm(NewTimer(kind=TimerKind.OFFER, ticket=ticket, due_at=case.now))


async def set_capacity(command: SetCapacity, case: Case) -> Outcome:
    person = await _whose(command.person, case)
    capacity = command.capacity
    if capacity is not None and not LEAST_CAPACITY <= capacity <= limits.CAPACITY:
        raise CapacityOutOfRange(least=LEAST_CAPACITY, limit=limits.CAPACITY)
    await case.work.people.set_capacity(person.id, capacity)
    case.record(CapacitySet(person=person.id, capacity=capacity))
    return Outcome(person=person.id)


async def _whose(person: PersonId | None, case: Case) -> Person:
    """The agent that it is about, held until the transaction ends. Raises NotAllowed, NoSuchPerson or NoAgent."""
    is_own = person is None or person == case.asker.id
    require_in_general(Action.OWN_DUTY if is_own else Action.OTHERS_DUTY, case.asker)
    found = await case.work.people.get(case.asker.id if person is None else person, lock=True)
    if found is None:
        raise NoSuchPerson(name="?")
    if not any(grant.approved and grant.role is Role.AGENT for grant in found.grants):
        raise NoAgent(name=found.name)
    return found
