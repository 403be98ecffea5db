"""What holds between a person and a ticket, who is refused how, and that queries find just what the table lets see."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count, product

import pytest

from adapters.sql.store import SqlStore
from core.errors import NoSuchTicket, NotActive, NotAllowed
from core.model.desk import UrgencySetting
from core.model.duty import Booked, Duty, DutyState, Shift
from core.model.hours import ALWAYS, OpeningHours
from core.model.ids import PersonId, TicketId
from core.model.people import Grant, Person, Platform, Role, Standing
from core.model.ticket import Status, Ticket, Visibility
from core.policy import Action, Fact, facts_of, may, may_in_general, require, require_in_general, sight_of
from core.storage import NewTicket, Sight, TicketQuery
from core.text import Text
from tests.fakes.clock import START as NOW
from tests.fakes.office import desk_of

DESK = desk_of()
ME, OTHER = PersonId(1), PersonId(2)
AGENT, LEAD, ADMIN = Grant(Role.AGENT, "academics"), Grant(Role.LEAD, "academics"), Grant(Role.ADMIN)
CONDITIONS = {Fact.BEFORE_RESOLUTION, Fact.BEFORE_ANSWER, Fact.URGENCY_OPEN, Fact.NOBODY_JOINED}
"""What holds for any fresh ticket, whoever looks."""


def person(*grants: Grant, **more: object) -> Person:
    return replace(Person(id=ME, name="Me", created_at=NOW, grants=grants), **more)


def ticket(**more: object) -> Ticket:
    plain = Ticket(
        id=TicketId(7),
        key="0" * 32,
        title="My grade",
        description=Text.of("It is missing."),
        category="exams",
        requester=OTHER,
        team="academics",
        door=Platform.WEB,
        opened_at=NOW,
        updated_at=NOW,
    )
    return replace(plain, **more)


def named(*grants: Grant, **more: object) -> Person:
    """Somebody with the address that the sensitive category names."""
    return person(*grants, **{"email": "wen@example.com", "email_confirmed": True, **more})


WELFARE = ticket(category="welfare")
GONE = ticket(category="taken out of bot.toml")
RELATIONS = [
    ("a stranger", person(), ticket(), set()),
    ("its requester", person(), ticket(requester=ME), {Fact.OWN}),
    ("a participant", person(), ticket(participants=frozenset({ME})), {Fact.PART}),
    ("anybody, of a public one", person(), ticket(visibility=Visibility.PUBLIC), {Fact.PUBLIC}),
    ("anybody, of a public one that is sensitive", person(), replace(WELFARE, visibility=Visibility.PUBLIC), set()),
    ("anybody, of a public one whose category is gone", person(), replace(GONE, visibility=Visibility.PUBLIC), set()),
    ("an agent of its team", person(AGENT), ticket(), {Fact.SEES, Fact.TEAM}),
    ("an agent of every team", person(Grant(Role.AGENT)), ticket(), {Fact.SEES, Fact.TEAM}),
    ("an agent of another team", person(Grant(Role.AGENT, "platform")), ticket(), {Fact.SEES}),
    ("a lead of its team", person(LEAD), ticket(), {Fact.SEES, Fact.TEAM}),
    ("a lead of another team", person(Grant(Role.LEAD, "platform")), ticket(), {Fact.SEES}),
    ("an admin", person(ADMIN), ticket(), {Fact.SEES}),
    ("its assignee", person(AGENT), ticket(assignee=ME), {Fact.SEES, Fact.TEAM, Fact.MINE}),
    ("who waits to become an agent", person(replace(AGENT, approved=False)), ticket(), set()),
    ("an agent, of a sensitive one", person(AGENT), WELFARE, {Fact.TEAM}),
    ("an admin, of a sensitive one", person(ADMIN), WELFARE, set()),
    ("the named agent, of a sensitive one", named(AGENT), WELFARE, {Fact.SEES, Fact.TEAM}),
    ("the named admin, of a sensitive one", named(ADMIN), WELFARE, {Fact.SEES}),
    ("the named agent in capitals", named(AGENT, email="Wen@Example.COM"), WELFARE, {Fact.SEES, Fact.TEAM}),
    ("the named address, not confirmed", named(AGENT, email_confirmed=False), WELFARE, {Fact.TEAM}),
    ("the named address, no staff", named(), WELFARE, set()),
    ("the named address, not approved yet", named(replace(AGENT, approved=False)), WELFARE, set()),
    ("an agent, of one whose category is gone", person(AGENT), GONE, {Fact.TEAM}),
    ("an admin, of one whose category is gone", person(ADMIN), GONE, set()),
    ("a confirmed nobody, of a sensitive one", person(AGENT, email_confirmed=True), WELFARE, {Fact.TEAM}),
]


@pytest.mark.parametrize(("who", "about", "holding"), [row[1:] for row in RELATIONS], ids=[row[0] for row in RELATIONS])
def test_relations_hold_as_the_page_defines_them(who: Person, about: Ticket, holding: set[Fact]) -> None:
    relations = {Fact.OWN, Fact.PART, Fact.PUBLIC, Fact.SEES, Fact.TEAM, Fact.MINE}
    assert facts_of(who, about, DESK, NOW) & relations == holding


def test_an_address_that_only_unicode_folds_onto_a_named_one_is_not_that_one() -> None:
    desk = desk_of()
    kelvin = replace(desk.categories["welfare"], staff=frozenset({"kay@example.com"}))
    desk = replace(desk, categories={**desk.categories, "welfare": kelvin})
    stranger = named(AGENT, email="\N{KELVIN SIGN}ay@example.com")
    assert Fact.SEES not in facts_of(stranger, WELFARE, desk, NOW)
    assert "welfare" not in sight_of(stranger, desk).staff_categories


DESK_DENY = desk_of(urgent=UrgencySetting.DENY)
CONDITION_TABLE = [
    (Fact.BEFORE_RESOLUTION, ticket(), True),
    (Fact.BEFORE_RESOLUTION, ticket(status=Status.WAITING), True),
    (Fact.BEFORE_RESOLUTION, ticket(status=Status.RESOLVED), False),
    (Fact.BEFORE_RESOLUTION, ticket(status=Status.CLOSED), False),
    (Fact.BEFORE_ANSWER, ticket(status=Status.IN_PROGRESS), True),
    (Fact.BEFORE_ANSWER, ticket(first_response_at=NOW), False),
    (Fact.BEFORE_ANSWER, ticket(status=Status.CLOSED), False),
    (Fact.NOBODY_JOINED, ticket(), True),
    (Fact.NOBODY_JOINED, ticket(participants=frozenset({ME})), False),
    (Fact.NOBODY_JOINED, ticket(follower_count=1), False),
    (Fact.RESOLVED_THIS_WEEK, ticket(), False),
    (Fact.RESOLVED_THIS_WEEK, ticket(status=Status.RESOLVED, resolved_at=NOW - timedelta(days=7)), True),
    (Fact.RESOLVED_THIS_WEEK, ticket(status=Status.CLOSED, resolved_at=NOW - timedelta(days=7, seconds=1)), False),
    (Fact.RESOLVED_THIS_WEEK, ticket(status=Status.CLOSED, closed_at=NOW), True),
    (Fact.BLIND_FOLLOW, ticket(), False),
    (Fact.BLIND_FOLLOW, ticket(category="login"), True),
    (Fact.BLIND_FOLLOW, GONE, False),
]


@pytest.mark.parametrize(("fact", "about", "holds"), CONDITION_TABLE)
def test_conditions_hold_as_the_ticket_stands(fact: Fact, about: Ticket, holds: bool) -> None:
    assert (fact in facts_of(person(), about, DESK, NOW)) is holds


@pytest.mark.parametrize(
    ("setting", "open_"), [(UrgencySetting.ALLOW, True), (UrgencySetting.ASK, True), (UrgencySetting.DENY, False)]
)
def test_urgency_is_the_requesters_where_the_desk_lets_them(setting: UrgencySetting, open_: bool) -> None:
    assert (Fact.URGENCY_OPEN in facts_of(person(), ticket(), desk_of(urgent=setting), NOW)) is open_


AWAY = Duty(state=DutyState.AWAY, since=NOW)
HERE = Duty(state=DutyState.AVAILABLE, since=NOW, until=NOW + timedelta(hours=1))
CLOSED = OpeningHours(week={})
BY_NIGHT = Shift(team="academics", who=("wen@example.com",), week={}, first=NOW.date())
DUTY_TABLE = [
    # who, when the desk is open, its shifts, and whether they are on duty for academics
    ("an agent while the desk is open", person(AGENT), ALWAYS, (), True),
    ("an agent while it is closed", person(AGENT), CLOSED, (), False),
    ("an agent who says so while it is closed", person(AGENT, duty=HERE), CLOSED, (), True),
    ("an agent who is away", person(AGENT, duty=AWAY), ALWAYS, (), False),
    ("an agent who has another shift", named(AGENT), ALWAYS, (BY_NIGHT,), False),
    ("an agent of another team", person(Grant(Role.AGENT, "platform")), ALWAYS, (), False),
    ("a lead who is no agent", person(LEAD), ALWAYS, (), False),
    ("a suspended agent", person(AGENT, standing=Standing.SUSPENDED), ALWAYS, (), False),
]


@pytest.mark.parametrize(
    ("who", "hours", "shifts", "there"), [case[1:] for case in DUTY_TABLE], ids=[case[0] for case in DUTY_TABLE]
)
def test_who_is_on_duty_for_the_tickets_team_may_acknowledge(
    who: Person, hours: OpeningHours, shifts: tuple[Shift, ...], there: bool
) -> None:
    desk = replace(DESK, hours=hours, shifts=shifts)
    assert (Fact.ON_DUTY in facts_of(who, ticket(), desk, NOW)) is there
    leads = Role.LEAD in who.roles
    assert may(Action.ACKNOWLEDGE, who, ticket(), desk, NOW) is (there or leads)
    assert may(Action.ACKNOWLEDGE, who, ticket(assignee=ME), desk, NOW) is (who.may_act)
    assert may(Action.CLAIM, who, ticket(), desk, NOW) is who.may_act


def test_whoever_is_on_duty_acknowledges_nothing_that_they_may_not_see() -> None:
    assert Fact.ON_DUTY in facts_of(person(AGENT), WELFARE, DESK, NOW)
    assert not may(Action.ACKNOWLEDGE, person(AGENT), WELFARE, DESK, NOW)
    assert may(Action.ACKNOWLEDGE, named(AGENT), WELFARE, DESK, NOW)


def test_duty_is_looked_up_only_where_the_table_asks_for_it() -> None:
    """A calendar of shifts is read from a file: nobody waits for it to see a ticket."""
    desk = replace(DESK, shift_calendars={"academics": Unread()})
    who = named(AGENT)
    for action in set(Action) - {Action.ACKNOWLEDGE}:
        may(action, who, ticket(), desk, NOW)
    with pytest.raises(AssertionError, match="read"):
        may(Action.ACKNOWLEDGE, who, ticket(), desk, NOW)


class Unread:
    """A calendar of shifts that nobody is to read."""

    def between(self, start: datetime, end: datetime) -> Sequence[Booked]:
        raise AssertionError(f"read from {start} to {end}")


READING = {Action.SEE, Action.SEARCH, Action.TRANSCRIPT}


@pytest.mark.parametrize("standing", [Standing.BLOCKED, Standing.SUSPENDED])
@pytest.mark.parametrize("grants", [(), (AGENT,), (LEAD,), (ADMIN,)])
def test_who_is_blocked_reads_own_tickets_and_no_more(standing: Standing, grants: tuple[Grant, ...]) -> None:
    blocked = person(*grants, standing=standing)
    allowed = {action for action in Action if may(action, blocked, ticket(requester=ME), DESK, NOW)}
    assert allowed - {Action.EXPORT_OWN, Action.REPORT_OWN} == READING
    for about in (ticket(), ticket(participants=frozenset({ME})), ticket(visibility=Visibility.PUBLIC)):
        assert not any(may(action, blocked, about, DESK, NOW) for action in Action)


def test_who_waits_for_approval_may_what_a_requester_may() -> None:
    waiting, requester = person(replace(LEAD, approved=False)), person()
    for about in (ticket(), ticket(requester=ME), ticket(visibility=Visibility.PUBLIC), WELFARE):
        for action in Action:
            assert may(action, waiting, about, DESK, NOW) == may(action, requester, about, DESK, NOW)


def test_a_ticket_that_may_not_be_seen_is_refused_as_one_that_is_not_there() -> None:
    for action in set(Action) - {Action.SEE}:
        if not may(action, person(), WELFARE, DESK, NOW):
            with pytest.raises(NoSuchTicket, match=r"There is no ticket T-7 that you can see"):
                require(action, person(), WELFARE, DESK, NOW)


REFUSALS = [
    (Action.CLAIM, person(), ticket(requester=ME), "You may not claim tickets: the support staff can."),
    (Action.EDIT, person(), ticket(requester=ME, status=Status.CLOSED), "its requester and the staff responsible can."),
    (Action.WITHDRAW, person(AGENT), ticket(), "You may not withdraw this ticket: its requester or an admin can."),
    (Action.ASSIGN, person(Grant(Role.AGENT, "platform")), ticket(), "an agent of its team, a lead or an admin can."),
    (Action.RATE, person(AGENT), ticket(), "You may not rate this ticket: its requester can."),
    (Action.ADMINISTER, person(LEAD), ticket(), "You may not administer the desk: an admin can."),
    (Action.DECIDE_URGENCY, person(AGENT), ticket(), "You may not decide what is urgent: a lead or an admin can."),
]


@pytest.mark.parametrize(("action", "who", "about", "sentence"), REFUSALS)
def test_a_refusal_says_what_and_who_can(action: Action, who: Person, about: Ticket, sentence: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        require(action, who, about, DESK, NOW)
    assert sentence in str(refused.value)


def test_every_refusal_of_every_action_is_a_whole_sentence() -> None:
    for action in Action:
        if not may_in_general(action, person()):
            with pytest.raises(NotAllowed, match=r"^You may not .+: .+ can\.$"):
                require_in_general(action, person())


@pytest.mark.parametrize(("standing", "word"), [(Standing.BLOCKED, "blocked"), (Standing.SUSPENDED, "suspended")])
def test_who_is_blocked_is_told_so(standing: Standing, word: str) -> None:
    stopped = person(standing=standing)
    with pytest.raises(NotActive, match=f"Your account is {word}"):
        require(Action.REPLY, stopped, ticket(requester=ME), DESK, NOW)
    with pytest.raises(NotActive):
        require_in_general(Action.OPEN, stopped)


@pytest.mark.parametrize(
    ("grants", "offered"), [((), False), ((AGENT,), True), ((replace(AGENT, approved=False),), False)]
)
def test_a_menu_shows_staff_actions_to_staff(grants: tuple[Grant, ...], offered: bool) -> None:
    assert may_in_general(Action.CLAIM, person(*grants)) is offered
    assert may_in_general(Action.REPLY, person(*grants))


async def test_a_query_finds_exactly_the_tickets_that_the_table_lets_a_person_see(sqlite_url: str) -> None:
    """Every standing x roles x address, against every category x visibility x relation."""
    store, numbers, addresses = SqlStore(sqlite_url), count(1), count(1)
    roles = [(), (AGENT,), (Grant(Role.AGENT),), (LEAD,), (ADMIN,), (replace(ADMIN, approved=False),)]
    people: list[Person] = []
    listed: set[str] = set()
    async with store.write() as work:
        for standing, grants, address in product(
            (Standing.ACTIVE, Standing.BLOCKED), roles, ("none", "named", "typed", "other")
        ):
            email = None if address == "none" else f"P{next(addresses)}@Example.com"
            if email and address != "other":
                listed.add(email.lower())
            made = await work.people.add("P", NOW, email=email, email_confirmed=address in ("named", "other"))
            await work.people.save(replace(made, standing=standing))
            for grant in grants:
                await work.people.grant(made.id, grant, NOW)
            found = await work.people.get(made.id)
            assert found is not None
            people.append(found)
        nobody = await work.people.add("Nobody", NOW)
        for category, visibility in product(("exams", "welfare", "gone"), Visibility):
            for who, relation in [(nobody, "none"), (nobody, "part"), *((one, "own") for one in people)]:
                added = await work.tickets.add(
                    NewTicket(
                        key=f"{next(numbers):032x}",
                        title="T",
                        description=Text.of("D"),
                        category=category,
                        answers=(),
                        priority=ticket().priority,
                        visibility=visibility,
                        requester=who.id,
                        team="academics",
                        tags=(),
                        door=Platform.WEB,
                        at=NOW,
                        alerted_in=None,
                    )
                )
                if relation == "part":
                    await work.tickets.save(replace(added, participants=frozenset(one.id for one in people[::2])))
    welfare = replace(DESK.categories["welfare"], staff=frozenset(listed))
    desk = replace(DESK, categories={**DESK.categories, "welfare": welfare})
    async with store.read() as work:
        all_seeing = Sight(person=nobody.id, staff_categories=frozenset({"exams", "welfare", "gone"}))
        everything = await work.tickets.find(TicketQuery(sight=all_seeing, limit=10_000))
        assert len(everything) == 6 * (2 + len(people))
        sizes = set()
        for who in people:
            seen = {one.id for one in await work.tickets.find(TicketQuery(sight=sight_of(who, desk), limit=10_000))}
            assert seen == {one.id for one in everything if may(Action.SEE, who, one, desk, NOW)}, who
            sizes.add(len(seen))
    assert len(sizes) > 5, "the persons differ in what they see"
    await store.close()
