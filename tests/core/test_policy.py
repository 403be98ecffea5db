"""The table of ``core/policy.py`` against POLICY.md's, cell by cell, for every combination of relations."""

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import combinations, product

import pytest

from core.model.people import Role
from core.policy import TABLE, Action, Fact, allows

ROLES = (Role.REQUESTER, Role.AGENT, Role.LEAD, Role.ADMIN)
Page = Mapping[Action, tuple[str, ...]]


def read(page: str) -> Page:
    rows = [[cell.strip() for cell in line.split("|")] for line in page.strip().splitlines()]
    return {Action(name): tuple(cells) for name, *cells in rows}


# POLICY.md, row by row, its actions parted where it names several. "own part" wants both, "own, part" either. What it
# says of "team" and "mine" it says of tickets that the agent sees; so is an admin's yes to withdrawing one.
PAGE = read(
    """
    open                | yes                      | yes                      | yes  | yes
    see                 | own, part, public        | sees                     | sees | sees
    see_notes           | no                       | sees                     | sees | sees
    reply               | own, part                | sees                     | sees | sees
    undo                | own, part                | sees                     | sees | sees
    note                | no                       | sees                     | sees | sees
    edit                | own before_resolution    | sees                     | sees | sees
    withdraw            | own before_answer        | no                       | no   | sees
    close               | own                      | sees                     | sees | sees
    resolve             | no                       | sees                     | sees | sees
    reopen              | own                      | sees                     | sees | sees
    declare_urgent      | own urgency_open         | sees                     | sees | sees
    prioritise          | no                       | sees                     | sees | sees
    claim               | no                       | sees                     | sees | sees
    assign              | no                       | team sees                | sees | sees
    unassign            | no                       | team sees, mine sees     | sees | sees
    transfer            | no                       | team sees, mine sees     | sees | sees
    make_public         | own                      | team sees                | sees | sees
    make_private        | own nobody_joined        | team sees                | sees | sees
    change_participants | own                      | sees                     | sees | sees
    follow              | own, part, public, blind_follow | sees              | sees | sees
    rate                | own resolved_this_week   | no                       | no   | no
    transcript          | own, part                | sees                     | sees | sees
    combine             | no                       | sees                     | sees | sees
    acknowledge         | no                       | mine sees, on_duty sees  | yes  | yes
    see_alerts          | no                       | sees                     | sees | sees
    decide_urgency      | no                       | no                       | yes  | yes
    own_duty            | no                       | yes                      | yes  | yes
    others_duty         | no                       | no                       | yes  | yes
    see_duty            | no                       | yes                      | yes  | yes
    faq_draft           | no                       | yes                      | yes  | yes
    faq_publish         | no                       | no                       | yes  | yes
    search              | own, part, public        | sees                     | sees | sees
    report_own          | yes                      | yes                      | yes  | yes
    report_team         | no                       | yes                      | yes  | yes
    report_agents       | no                       | no                       | yes  | yes
    report_own_as_agent | no                       | yes                      | yes  | yes
    block               | no                       | no                       | yes  | yes
    macros              | no                       | no                       | team | yes
    erase               | no                       | no                       | no   | sees
    administer          | no                       | no                       | no   | yes
    export_own          | yes                      | yes                      | yes  | yes
    export              | no                       | no                       | no   | yes
    """
)

RELATIONS = (Fact.OWN, Fact.PART, Fact.PUBLIC, Fact.SEES, Fact.TEAM, Fact.MINE)
CONDITIONS = tuple(fact for fact in Fact if fact not in RELATIONS)


def subsets(facts: tuple[Fact, ...]) -> list[frozenset[Fact]]:
    return [frozenset(chosen) for size in range(len(facts) + 1) for chosen in combinations(facts, size)]


SITUATIONS = [
    relations | conditions
    for relations in subsets(RELATIONS)
    for conditions in {
        *(frozenset({one}) for one in CONDITIONS),
        *(frozenset(CONDITIONS) - {one} for one in CONDITIONS),
        frozenset(CONDITIONS),
        frozenset[Fact](),
    }
]
"""Every combination of relations, each with no condition, every condition, one alone, and all but one."""


@cache
def said_by_the_page(cell: str) -> str:
    """The cell's answer in each situation: ``1`` for yes."""
    if cell in ("yes", "no"):
        return ("1" if cell == "yes" else "0") * len(SITUATIONS)
    terms = [frozenset(map(Fact, term.split())) for term in cell.split(",")]
    return "".join("1" if any(term <= situation for term in terms) else "0" for situation in SITUATIONS)


@cache
def said_by_the_code(action: Action, role: Role) -> str:
    return "".join("1" if allows(action, frozenset({role}), situation) else "0" for situation in SITUATIONS)


def differences(page: Page) -> Iterator[tuple[Action, Role]]:
    """The cells in which the page and the code disagree in any situation."""
    for action, role in product(Action, ROLES):
        cells = page.get(action)
        if cells is None or said_by_the_page(cells[ROLES.index(role)]) != said_by_the_code(action, role):
            yield action, role


def test_the_code_says_in_every_situation_what_the_page_says() -> None:
    assert list(differences(PAGE)) == []


def test_the_page_has_exactly_the_actions_of_the_code() -> None:
    assert set(PAGE) == set(Action) == set(TABLE)


@pytest.mark.parametrize("action", Action)
def test_changing_any_cell_to_what_any_other_says_is_noticed(action: Action) -> None:
    others = sorted({cell for row in PAGE.values() for cell in row})
    for column, role in enumerate(ROLES):
        for other in others:
            row = list(PAGE[action])
            if other == row[column]:
                continue
            row[column] = other
            assert list(differences({**PAGE, action: tuple(row)})) == [(action, role)], (action, role, other)


def test_a_missing_row_is_noticed() -> None:
    shorter = {action: row for action, row in PAGE.items() if action is not Action.RATE}
    assert list(differences(shorter)) == [(Action.RATE, role) for role in ROLES]


@pytest.mark.parametrize("action", Action)
def test_a_person_has_the_sum_of_what_their_roles_allow(action: Action) -> None:
    for held in (frozenset(chosen) for size in range(5) for chosen in combinations(ROLES, size)):
        for situation in SITUATIONS[::7]:
            alone = (allows(action, frozenset({role}), situation) for role in held)
            assert allows(action, held, situation) == any(alone)


@pytest.mark.parametrize("action", Action)
def test_one_more_fact_never_takes_a_right_away(action: Action) -> None:
    for role, situation in product(ROLES, subsets(RELATIONS)):
        if allows(action, frozenset({role}), situation):
            assert all(allows(action, frozenset({role}), situation | {fact}) for fact in Fact)
