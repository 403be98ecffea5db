"""A team's duty over days to come: when each is there, and when nobody is though the desk is open."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from core.model.desk import Desk
from core.model.people import Person
from core.rules.duty import duty_changes_at, is_on_duty
from core.rules.hours import intervals

Stretch = tuple[datetime, datetime]
"""From, to (UTC)."""


def turns(person: Person, team: str, desk: Desk, start: datetime, end: datetime) -> Iterator[Stretch]:
    """When the person is on duty for ``team`` between ``start`` and ``end``, in order."""
    at = start
    while at < end:
        changes_at = duty_changes_at(person, team, desk, at)
        until = end if changes_at is None else min(changes_at, end)
        if is_on_duty(person, team, desk, at):
            yield at.astimezone(UTC), until
        at = until


def gaps(people: Iterable[Person], team: str, desk: Desk, start: datetime, end: datetime) -> Sequence[Stretch]:
    """When, between ``start`` and ``end``, the desk is open and none of ``people`` is on duty for ``team``, in
    order."""
    there = sorted(turn for person in people for turn in turns(person, team, desk, start, end))
    found: list[Stretch] = []
    for opens, closes in intervals(desk.hours, start, end):
        at = opens
        for begins, ends in there:
            if ends <= at or begins >= closes:
                continue
            if begins > at:
                found.append((at, begins))
            at = max(at, ends)
        if at < closes:
            found.append((at, closes))
    return found
