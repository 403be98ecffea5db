"""What takes a change back: a table of what a ticket was and what it became."""

from dataclasses import replace
from typing import Any

import pytest

from core.model.ids import PersonId, TicketId
from core.model.people import Platform
from core.model.ticket import Priority, Status, Ticket
from core.text import Text
from core.undoing import Undo, undo_of
from tests.fakes.clock import START

ME, OTHER = PersonId(1), PersonId(2)
PLAIN = Ticket(
    id=TicketId(7),
    key="k",
    title="It does not work",
    description=Text.of("At all."),
    category="it",
    requester=PersonId(9),
    team="it",
    tags=("old",),
    door=Platform.WEB,
    opened_at=START,
    updated_at=START,
)
LIVE, MINE = {"status": Status.IN_PROGRESS}, {"status": Status.IN_PROGRESS, "assignee": ME}
THEIRS = {"status": Status.IN_PROGRESS, "assignee": OTHER}
RESOLVED, CLOSED = {"status": Status.RESOLVED, "assignee": ME}, {"status": Status.CLOSED, "assignee": ME}


@pytest.mark.parametrize(
    "before, after, undo",
    [
        ({}, MINE, Undo("unassign")),
        (LIVE, THEIRS, Undo("unassign")),
        (MINE, LIVE, Undo("claim")),
        (THEIRS, LIVE, Undo("assign", {"agent": "Bob (2)"})),
        (THEIRS, MINE, Undo("assign", {"agent": "Bob (2)"})),
        (MINE, THEIRS, Undo("assign", {"agent": "Bob (2)"})),
        ({}, RESOLVED, Undo("reopen")),
        (MINE, CLOSED, Undo("reopen")),
        (MINE, MINE | {"status": Status.WAITING}, Undo("status", {"status": "in_progress"})),
        (MINE | {"status": Status.WAITING}, MINE, Undo("status", {"status": "waiting"})),
        (RESOLVED, MINE, Undo("status", {"status": "resolved"})),
        (CLOSED, MINE, Undo("status", {"status": "closed"})),
        (RESOLVED, CLOSED, None),
        (RESOLVED, RESOLVED | {"assignee": None}, None),
        (RESOLVED, RESOLVED | {"priority": Priority.LOW}, Undo("priority", {"priority": "normal"})),
        ({}, {"priority": Priority.URGENT}, Undo("priority", {"priority": "normal"})),
        (MINE, {**LIVE, "team": "library"}, Undo("transfer", {"team": "it"})),
        ({}, {"tags": ("old", "new")}, Undo("tag", {"tags": "-new"})),
        ({}, {"tags": ("new", "newer")}, Undo("tag", {"tags": "old -new -newer"})),
        (CLOSED, CLOSED | {"tags": ()}, Undo("tag", {"tags": "old"})),
        ({}, {}, None),
    ],
)
def test_a_change_is_taken_back_by_the_command_that_leads_to_where_it_stood(
    before: dict[str, Any], after: dict[str, Any], undo: Undo | None
) -> None:
    was, became = replace(PLAIN, **before), replace(PLAIN, **after, version=1)
    assert undo_of(was, became, assignee="Bob (2)", by=ME) == undo


def test_what_others_changed_meanwhile_or_nobody_changed_is_not_taken_back() -> None:
    for version in (0, 2):
        assert undo_of(PLAIN, replace(PLAIN, **MINE, version=version), assignee="", by=ME) is None
