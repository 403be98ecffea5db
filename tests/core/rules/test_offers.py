"""How far the asking went, by trails; and which tickets are alike."""

from datetime import UTC, datetime, timedelta

import pytest

from core.events import (
    Event,
    NobodyToOffer,
    OfferPassed,
    Record,
    TicketAssigned,
    TicketClaimed,
    TicketHandedOver,
    TicketOffered,
    TicketOpened,
    TicketReopened,
    TicketResolved,
    TicketTransferred,
    TicketUnassigned,
)
from core.model.desk import Team
from core.model.duty import Duty, DutyState
from core.model.ids import EventId, PersonId, TicketId
from core.model.people import Person, Platform
from core.model.ticket import Priority
from core.rules.offers import PASS_LASTS, are_alike, is_skilled, round_of

T, SAM, ASHA, ABE, LEE = TicketId(1), PersonId(1), PersonId(2), PersonId(3), PersonId(4)
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

OPENED = TicketOpened(ticket=T, requester=SAM, category="exams", team="academics", priority=Priority.NORMAL)
REOPENED = TicketReopened(ticket=T, reason=None)
MOVED = TicketTransferred(ticket=T, before="platform", after="academics")
NOBODY = NobodyToOffer(ticket=T, asked=0)
RESOLVED = TicketResolved(ticket=T, answer=None)


def offered(person: PersonId) -> Event:
    return TicketOffered(ticket=T, person=person)


def passed(person: PersonId, *, late: bool = False) -> Event:
    return OfferPassed(ticket=T, person=person, late=late)


def claimed(person: PersonId) -> Event:
    return TicketClaimed(ticket=T, assignee=person)


def given(person: PersonId) -> Event:
    return TicketAssigned(ticket=T, assignee=person, previous=None)


def handed(person: PersonId) -> Event:
    return TicketHandedOver(ticket=T, previous=person)


def taken(person: PersonId) -> Event:
    return TicketUnassigned(ticket=T, previous=person)


def trail(*events: Event, actor: PersonId | None = LEE) -> list[Record]:
    """The events, a minute apart."""
    return [
        Record(id=EventId(n), event=event, at=START + n * MINUTE, actor=actor, door=Platform.WEB, digest="")
        for n, event in enumerate(events)
    ]


@pytest.mark.parametrize(
    ("events", "asked", "left", "is_told", "holder"),
    [
        ([], set(), set(), False, None),
        ([OPENED], set(), set(), False, None),
        ([OPENED, offered(ASHA)], {ASHA}, set(), False, None),
        ([OPENED, offered(ASHA), passed(ASHA), offered(ABE)], {ASHA, ABE}, {ASHA}, False, None),
        ([OPENED, offered(ASHA), passed(ASHA, late=True), NOBODY], {ASHA}, {ASHA}, True, None),
        ([OPENED, NOBODY, offered(ASHA)], {ASHA}, set(), False, None),
        ([OPENED, NOBODY, offered(ASHA), passed(ASHA)], {ASHA}, {ASHA}, False, None),
        ([OPENED, offered(ASHA), claimed(ASHA)], {ASHA}, set(), False, ASHA),
        ([OPENED, offered(ASHA), claimed(ASHA), handed(ASHA)], set(), {ASHA}, False, None),
        ([OPENED, offered(ASHA), passed(ASHA), claimed(ABE), handed(ABE)], set(), {ASHA, ABE}, False, None),
        ([OPENED, claimed(ASHA), taken(ASHA), NOBODY], set(), {ASHA}, True, None),
        ([OPENED, offered(ASHA), passed(ASHA), MOVED], set(), set(), False, None),
        ([OPENED, offered(ASHA), passed(ASHA), NOBODY, REOPENED], set(), set(), False, None),
        ([OPENED, given(ABE), RESOLVED, REOPENED], set(), set(), False, ABE),
        ([OPENED, RESOLVED, REOPENED], set(), set(), False, LEE),
        ([OPENED, claimed(ASHA), given(ABE)], set(), set(), False, ABE),
    ],
)
def test_a_round_is_read_from_the_trail(
    events: list[Event], asked: set[PersonId], left: set[PersonId], is_told: bool, holder: PersonId | None
) -> None:
    found = round_of(trail(*events))
    assert (found.asked, set(found.left), found.is_told, found.holder) == (asked, left, is_told, holder)


def person(number: PersonId, word: Duty | None = None) -> Person:
    return Person(id=number, name="Asha", email="Asha@example.com", email_confirmed=True, duty=word, created_at=START)


@pytest.mark.parametrize(
    ("word", "after", "left_out"),
    [
        (None, timedelta(0), True),
        (None, PASS_LASTS - timedelta(seconds=1), True),
        (None, PASS_LASTS, False),
        (Duty(state=DutyState.AVAILABLE, since=START), MINUTE, True),
        (Duty(state=DutyState.AVAILABLE, since=START + 2 * MINUTE), MINUTE, True),
        (Duty(state=DutyState.AVAILABLE, since=START + 3 * MINUTE), 2 * MINUTE, False),
        (Duty(state=DutyState.AWAY, since=START + 3 * MINUTE), 2 * MINUTE, True),
    ],
)
def test_whoever_passed_is_left_out_for_a_time_or_until_they_come_back(
    word: Duty | None, after: timedelta, left_out: bool
) -> None:
    """They passed two minutes after START."""
    found = round_of(trail(OPENED, offered(ASHA), passed(ASHA)))
    assert found.is_left_out(person(ASHA, word), START + 2 * MINUTE + after) == left_out
    assert not found.is_left_out(person(ABE), START + 2 * MINUTE)


def test_skills_bind_those_alone_whom_they_name_by_the_address_they_confirmed() -> None:
    team = Team(key="academics", name="Academics", skills={"asha@example.com": frozenset({"exams"})})
    asha = person(ASHA)
    assert is_skilled(asha, team, "exams")
    assert not is_skilled(asha, team, "forum")
    assert is_skilled(Person(id=ABE, name="Abe", email="asha@example.com", created_at=START), team, "forum")


@pytest.mark.parametrize(
    ("title", "tags", "other", "other_tags", "alike"),
    [
        ("My grade is missing", (), "A grade is missing", (), True),
        ("My GRADE, missing!", (), "missing grade", (), True),
        ("My grade is missing", (), "My grade is wrong", (), False),
        ("It is not so", (), "It is not so", (), False),
        ("missing missing", (), "missing missing", (), False),
        ("One thing", ("quiz",), "Another", ("exam", "quiz"), True),
        ("One thing", ("quiz",), "Another", ("exam",), False),
        ("", (), "", (), False),
        ("Prüfung fehlt", (), "PRÜFUNG FEHLT", (), True),
    ],
)
def test_tickets_are_alike_by_a_tag_or_by_two_words_that_say_something(
    title: str, tags: tuple[str, ...], other: str, other_tags: tuple[str, ...], alike: bool
) -> None:
    assert are_alike(title, tags, other, other_tags) == alike
    assert are_alike(other, other_tags, title, tags) == alike
