"""Every transition of a ticket from every status: where it leads, or the sentence that refuses it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import AlreadyClaimed, AlreadyYours, NotAssigned, Refusal, StaffAnswered
from core.model.ids import PersonId, TicketId, parse_ref, ref_of
from core.model.people import Platform
from core.model.ticket import LIVE, Ending, Priority, Status, Ticket, Visibility
from core.text import Text
from tests.fakes.clock import START as NOW

SAM, ASHA, ABE = PersonId(1), PersonId(2), PersonId(3)
OPEN, IN_PROGRESS, WAITING, RESOLVED, CLOSED = Status
LATER = NOW + timedelta(hours=1)


def ticket(status: Status = OPEN, **more: object) -> Ticket:
    plain = Ticket(
        id=TicketId(9),
        key="0" * 32,
        title="My grade",
        description=Text.of("It is missing."),
        category="exams",
        requester=SAM,
        team="academics",
        door=Platform.WEB,
        opened_at=NOW,
        updated_at=NOW,
        status=status,
        resolved_at=NOW if status in (RESOLVED, CLOSED) else None,
        closed_at=NOW if status is CLOSED else None,
        ending=Ending.BY_STAFF if status is CLOSED else None,
    )
    return replace(plain, **more)


REOPEN_FIRST = "Reopen it first with /ticket reopen."


def cannot(status: str, what: str, mend: str = REOPEN_FIRST) -> str:
    return f"T-9 is {status}, so it cannot {what}. {mend}"


def over(what: str) -> dict[Status, Status | str]:
    return {RESOLVED: cannot("resolved", what), CLOSED: cannot("closed", what)}


NOTHING_NEW = cannot("closed", "take anything new", "Reopen it first with /ticket reopen and say why.")
NOT_STARTED = "Claim it or answer it first."
NO_RESUMING = "An open ticket is claimed or answered, a resolved or closed one is reopened."
WORKED_ON = "It is still being worked on: write in its thread."
SAME: dict[Status, Status | str] = {status: status for status in Status}
RESUMED = "be put in progress"

Change = Callable[[Ticket], Ticket]
TRANSITIONS: dict[str, tuple[Change, dict[Status, Status | str]]] = {
    "claim": (
        lambda t: t.claim(ASHA, ""),
        {OPEN: IN_PROGRESS, IN_PROGRESS: IN_PROGRESS, WAITING: WAITING, **over("be claimed")},
    ),
    "assign": (
        lambda t: t.assign(ASHA, "Asha"),
        {OPEN: IN_PROGRESS, IN_PROGRESS: IN_PROGRESS, WAITING: WAITING, **over("be assigned")},
    ),
    "unassign": (lambda t: replace(t, assignee=ASHA).unassign(), {**SAME, IN_PROGRESS: OPEN}),
    "unassign what was answered": (
        lambda t: replace(t, assignee=ASHA, first_response_at=NOW).unassign(),
        SAME,
    ),
    "answer by staff": (
        lambda t: t.answered_by_staff(LATER),
        {**SAME, OPEN: IN_PROGRESS, CLOSED: NOTHING_NEW},
    ),
    "answer by the requester": (
        lambda t: t.answered_by_requester(),
        {**SAME, WAITING: IN_PROGRESS, CLOSED: NOTHING_NEW},
    ),
    "wait": (
        lambda t: t.wait(),
        {
            OPEN: cannot("open", "wait", NOT_STARTED),
            IN_PROGRESS: WAITING,
            WAITING: "T-9: it is waiting for the requester already.",
            RESOLVED: cannot("resolved", "wait", NOT_STARTED),
            CLOSED: cannot("closed", "wait", NOT_STARTED),
        },
    ),
    "resume": (
        lambda t: t.resume(),
        {
            OPEN: cannot("open", RESUMED, NO_RESUMING),
            IN_PROGRESS: "T-9: it is in progress already.",
            WAITING: IN_PROGRESS,
            RESOLVED: cannot("resolved", RESUMED, NO_RESUMING),
            CLOSED: cannot("closed", RESUMED, NO_RESUMING),
        },
    ),
    "resolve": (
        lambda t: t.resolve(ASHA, LATER),
        {
            OPEN: RESOLVED,
            IN_PROGRESS: RESOLVED,
            WAITING: RESOLVED,
            RESOLVED: "T-9: it is resolved already.",
            CLOSED: cannot("closed", "be resolved"),
        },
    ),
    "close": (
        lambda t: t.close(Ending.BY_REQUESTER, LATER),
        dict.fromkeys(Status, CLOSED) | {CLOSED: "T-9: it is closed already."},
    ),
    "withdraw": (
        lambda t: t.withdraw(LATER, even_answered=False),
        dict.fromkeys(Status, CLOSED) | {CLOSED: "T-9: it is closed already."},
    ),
    "reopen to its assignee": (
        lambda t: replace(t, assignee=ASHA).reopen(assignee_on_duty=True),
        {
            OPEN: cannot("open", "be reopened", WORKED_ON),
            IN_PROGRESS: cannot("in progress", "be reopened", WORKED_ON),
            WAITING: cannot("waiting for the requester", "be reopened", WORKED_ON),
            RESOLVED: IN_PROGRESS,
            CLOSED: IN_PROGRESS,
        },
    ),
    "reopen to the queue": (
        lambda t: replace(t, assignee=ASHA).reopen(assignee_on_duty=False),
        {
            OPEN: cannot("open", "be reopened", WORKED_ON),
            IN_PROGRESS: cannot("in progress", "be reopened", WORKED_ON),
            WAITING: cannot("waiting for the requester", "be reopened", WORKED_ON),
            RESOLVED: OPEN,
            CLOSED: OPEN,
        },
    ),
    "prioritise": (lambda t: t.prioritise(Priority.URGENT), {**SAME, CLOSED: NOTHING_NEW}),
    "transfer": (
        lambda t: t.transfer("platform", assignee_serves_it=False),
        {OPEN: OPEN, IN_PROGRESS: IN_PROGRESS, WAITING: WAITING, **over("be transferred")},
    ),
    "make public": (lambda t: t.show_to(Visibility.PUBLIC), SAME),
}
CELLS = [(name, status) for name in TRANSITIONS for status in Status]


@pytest.mark.parametrize(("name", "status"), CELLS)
def test_a_transition_leads_where_the_table_says_or_is_refused_with_its_sentence(name: str, status: Status) -> None:
    change, table = TRANSITIONS[name]
    before, expected = ticket(status), table[status]
    untouched = replace(before)
    if isinstance(expected, Status):
        assert change(before).status is expected
    else:
        with pytest.raises(Refusal) as refused:
            change(before)
        assert str(refused.value) == refused.value.sentence() == expected
    assert before == untouched


def test_the_table_has_every_status_for_every_transition() -> None:
    assert all(set(table) == set(Status) for _, table in TRANSITIONS.values())


def test_live_is_where_somebody_has_something_to_do() -> None:
    assert {status for status in Status if status.is_live} == LIVE == {OPEN, IN_PROGRESS, WAITING}


def test_a_second_claim_is_refused_and_names_the_first_agent() -> None:
    held = ticket().claim(ASHA, "")
    with pytest.raises(AlreadyClaimed, match=r"T-9 is already with Asha\. An agent can take it over"):
        held.claim(ABE, "Asha")
    with pytest.raises(AlreadyYours, match="T-9 is already yours"):
        held.claim(ASHA, "Asha")


def test_assigning_takes_over_from_another_but_not_from_the_same() -> None:
    held = ticket().assign(ASHA, "Asha")
    assert held.assign(ABE, "Abe").assignee == ABE
    with pytest.raises(AlreadyClaimed, match="T-9 is already with Asha"):
        held.assign(ASHA, "Asha")


def test_what_nobody_has_cannot_be_taken_away() -> None:
    with pytest.raises(NotAssigned, match="T-9 is with nobody yet"):
        ticket().unassign()


def test_a_ticket_taken_away_before_any_answer_is_open_again() -> None:
    back = ticket().claim(ASHA, "").unassign()
    assert (back.status, back.assignee) == (OPEN, None)


def test_a_ticket_taken_away_after_an_answer_stays_in_progress() -> None:
    back = ticket().claim(ASHA, "").answered_by_staff(NOW).unassign()
    assert (back.status, back.assignee) == (IN_PROGRESS, None)


def test_the_first_answer_is_remembered_and_later_ones_are_not() -> None:
    answered = ticket().answered_by_staff(NOW)
    assert answered.answered_by_staff(LATER).first_response_at == NOW


def test_who_resolves_what_nobody_had_becomes_its_assignee() -> None:
    assert ticket().resolve(ASHA, LATER).assignee == ASHA
    assert ticket(assignee=ABE).resolve(ASHA, LATER).assignee == ABE
    assert ticket().resolve(ASHA, LATER).resolved_at == LATER


@pytest.mark.parametrize("ending", Ending)
def test_a_closed_ticket_says_how_and_when_it_ended(ending: Ending) -> None:
    closed = ticket().close(ending, LATER)
    assert (closed.ending, closed.closed_at) == (ending, LATER)


def test_a_reopened_ticket_forgets_its_ending() -> None:
    again = ticket(CLOSED).reopen(assignee_on_duty=True)
    assert (again.status, again.resolved_at, again.closed_at, again.ending) == (OPEN, None, None, None)


def test_what_was_answered_is_withdrawn_only_by_whoever_may_even_then() -> None:
    answered = ticket().answered_by_staff(NOW)
    with pytest.raises(StaffAnswered, match="has been answered already, so it cannot be withdrawn"):
        answered.withdraw(LATER, even_answered=False)
    assert answered.withdraw(LATER, even_answered=True).ending is Ending.WITHDRAWN


@pytest.mark.parametrize(
    ("priority", "sentence"),
    [
        (Priority.LOW, "T-9: its priority is low already."),
        (Priority.NORMAL, "T-9: its priority is normal already."),
        (Priority.HIGH, "T-9: its priority is high already."),
        (Priority.URGENT, "T-9: it is urgent already."),
    ],
)
def test_the_same_priority_again_is_refused(priority: Priority, sentence: str) -> None:
    with pytest.raises(Refusal) as refused:
        ticket(priority=priority).prioritise(priority)
    assert str(refused.value) == sentence


def test_priorities_weigh_in_their_order() -> None:
    assert [priority.weight for priority in Priority] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("visibility", "sentence"),
    [(Visibility.PRIVATE, "T-9: it is private already."), (Visibility.PUBLIC, "T-9: it is public already.")],
)
def test_the_same_visibility_again_is_refused(visibility: Visibility, sentence: str) -> None:
    with pytest.raises(Refusal) as refused:
        ticket(visibility=visibility).show_to(visibility)
    assert str(refused.value) == sentence


def test_a_transfer_keeps_an_assignee_who_serves_the_other_team() -> None:
    held = ticket(assignee=ASHA)
    assert held.transfer("platform", assignee_serves_it=True).assignee == ASHA
    assert held.transfer("platform", assignee_serves_it=False).assignee is None
    with pytest.raises(Refusal, match="T-9: that team has it already"):
        held.transfer("academics", assignee_serves_it=True)


@pytest.mark.parametrize(
    ("words", "number"),
    [
        *(("T-12", 12), ("t-12", 12), ("#12", 12), (" T-12 ", 12), ("T-999999999999999", 999_999_999_999_999)),
        *(("12", None), ("T-0", None), ("T-012", None), ("T--1", None), ("T-1000000000000000", None)),
        *(("T-١", None), ("T-", None), ("", None), ("T-1 T-2", None)),
    ],
)
def test_a_ref_is_read_in_its_forms_and_nothing_else_is_one(words: str, number: int | None) -> None:
    assert parse_ref(words) == number


def test_a_ref_is_written_as_it_is_read() -> None:
    assert parse_ref(ref_of(TicketId(1042))) == 1042
