"""The cards and forms: in every state, for everybody, with the buttons that fit."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.actions import Press, decode
from core.cards.card import ButtonStyle, Card, InputKind, Reader, StepState, Tone
from core.cards.forms import answers_in, command_form, next_form, open_form
from core.cards.ticket import TicketView, progress, ticket_card
from core.cards.times import ago, away, length, moment, when
from core.cards.words import words_of
from core.model.desk import UrgencySetting
from core.model.draft import Draft
from core.model.ids import DraftId, PersonId, TicketId
from core.model.people import Grant, Person, Platform, Role, Standing
from core.model.ticket import Priority, Status, Ticket, Visibility
from core.policy import Action
from core.text import Text
from core.vocabulary import Choice, Parameter, ParameterKind, SlashCommand, Vocabulary
from tests.fakes.clock import START as NOW
from tests.fakes.office import desk_of

SAM, ASHA, KIM = PersonId(1), PersonId(2), PersonId(3)
DESK = desk_of()
NAMES = {SAM: "Sam", ASHA: "Asha", KIM: "Kim"}


def reader(*, is_staff: bool = False, now: datetime = NOW) -> Reader:
    return Reader(gettext=words_of("en"), zone=ZoneInfo("Asia/Kolkata"), now=now, is_staff=is_staff)


def person(who: PersonId, *grants: Grant, **more: object) -> Person:
    return replace(Person(id=who, name=NAMES[who], created_at=NOW, grants=grants), **more)


REQUESTER, STRANGER = person(SAM), person(KIM)
AGENT, OTHER_AGENT = person(ASHA, Grant(Role.AGENT, "academics")), person(ASHA, Grant(Role.AGENT, "platform"))
LEAD, ADMIN = person(ASHA, Grant(Role.LEAD, "academics")), person(ASHA, Grant(Role.ADMIN))


def ticket(**more: object) -> Ticket:
    plain = Ticket(
        id=TicketId(7),
        key="0" * 32,
        title="My grade",
        description=Text.of("It is missing."),
        category="exams",
        requester=SAM,
        team="academics",
        door=Platform.WEB,
        opened_at=NOW,
        updated_at=NOW,
    )
    return replace(plain, **more)


def card_of(about: Ticket, viewer: Person | None, **options: object) -> Card:
    view = TicketView(ticket=about, names=NAMES, place=options.pop("place", None))
    staff = viewer is not None and viewer.is_staff
    return ticket_card(view, options.pop("desk", DESK), reader(is_staff=staff, **options), viewer)


def verbs(card: Card) -> list[str]:
    pressed = [decode(button.action or "") for button in card.buttons]
    assert all(isinstance(one, Press) and one.ticket == 7 for one in pressed)
    return [one.verb if one.noun == "ticket" else f"{one.noun} {one.verb}" for one in pressed]


# --- the ticket's card -----------------------------------------------------------------------------------------------

STAFF_LIVE, STAFF_OVER = ["claim", "resolve", "urgent", "priority", "close"], ["reopen", "close", "faq add"]
BUTTONS: list[tuple[Person | None, Status, list[str]]] = [
    *((REQUESTER, status, ["urgent", "close"]) for status in (Status.OPEN, Status.IN_PROGRESS, Status.WAITING)),
    (REQUESTER, Status.RESOLVED, ["reopen", "close"]),
    (REQUESTER, Status.CLOSED, ["reopen"]),
    *((viewer, Status.OPEN, STAFF_LIVE) for viewer in (AGENT, OTHER_AGENT, LEAD, ADMIN)),
    (AGENT, Status.WAITING, STAFF_LIVE),
    (AGENT, Status.RESOLVED, STAFF_OVER),
    (ADMIN, Status.CLOSED, ["reopen", "faq add"]),
    (None, Status.OPEN, STAFF_LIVE),
    (None, Status.CLOSED, ["reopen"]),
    (STRANGER, Status.OPEN, []),
]


@pytest.mark.parametrize(("viewer", "status", "offered"), BUTTONS)
def test_a_card_offers_what_its_viewer_may_do_now(viewer: Person | None, status: Status, offered: list[str]) -> None:
    answered = None if status is Status.OPEN else NOW
    assert verbs(card_of(ticket(status=status, first_response_at=answered), viewer)) == offered


VARIANTS: list[tuple[dict[str, object], Person, list[str]]] = [
    ({"assignee": ASHA}, AGENT, ["resolve", "urgent", "priority", "close"]),
    ({"priority": Priority.URGENT}, AGENT, ["claim", "resolve", "priority", "close"]),
    ({"priority": Priority.URGENT}, REQUESTER, ["close"]),
    ({"visibility": Visibility.PUBLIC}, STRANGER, ["follow"]),
    ({"visibility": Visibility.PUBLIC, "status": Status.RESOLVED}, STRANGER, []),
    ({"participants": frozenset({KIM})}, STRANGER, ["follow"]),
    ({"category": "welfare"}, AGENT, []),
    ({}, replace(REQUESTER, standing=Standing.BLOCKED), []),
]


@pytest.mark.parametrize(("given", "viewer", "offered"), VARIANTS)
def test_a_card_offers_nothing_that_is_so_already_or_not_theirs(
    given: dict[str, object], viewer: Person, offered: list[str]
) -> None:
    assert verbs(card_of(ticket(**given), viewer)) == offered


@pytest.mark.parametrize(
    ("status", "is_followed", "offered"),
    [(Status.OPEN, False, ["follow"]), (Status.OPEN, True, ["unfollow"]), (Status.RESOLVED, True, [])],
)
def test_whoever_follows_a_ticket_may_let_it_go(status: Status, is_followed: bool, offered: list[str]) -> None:
    about = ticket(status=status, visibility=Visibility.PUBLIC)
    view = TicketView(ticket=about, names=NAMES, is_followed=is_followed)
    assert verbs(ticket_card(view, DESK, reader(), STRANGER)) == offered


@pytest.mark.parametrize(("assignee", "first"), [(None, "Claim"), (ASHA, "Resolve")])
def test_one_button_comes_first_to_claim_it_then_to_resolve_it(assignee: PersonId | None, first: str) -> None:
    card = card_of(ticket(assignee=assignee), AGENT)
    assert [button.label for button in card.buttons if button.style is ButtonStyle.PRIMARY] == [first]
    assert "Resolve" in [button.label for button in card.buttons]


def test_a_desk_that_denies_urgency_offers_it_to_staff_only() -> None:
    denying = desk_of(urgent=UrgencySetting.DENY)
    assert verbs(card_of(ticket(), REQUESTER, desk=denying)) == ["close"]
    assert "urgent" in verbs(card_of(ticket(), AGENT, desk=denying))


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("viewer", [REQUESTER, STRANGER, AGENT, LEAD, ADMIN, None])
def test_a_card_renders_in_every_state_for_everybody(status: Status, viewer: Person | None) -> None:
    card = card_of(ticket(status=status, assignee=ASHA, tags=("a", "b")), viewer, place=3)
    assert (card.title, card.subtitle) == ("My grade", "T-7")
    assert card.url == "https://desk.example.org/t/T-7"
    assert all(field.label and field.value for field in card.fields)
    assert all(button.label for button in card.buttons)
    assert card.footer.endswith(".")


def test_a_card_has_the_facts() -> None:
    card = card_of(ticket(participants=frozenset({KIM}), follower_count=2, tags=("exam",)), REQUESTER, place=4)
    assert {field.label: field.value for field in card.fields} == {
        "Status": "Open",
        "Priority": "Normal",
        "Category": "Exams and grades",
        "With": "nobody yet",
        "Team": "Academics",
        "Asked by": "Sam",
        "Opened": NOW,
        "Place in the queue": "4",
        "Tags": "exam",
        "Also here": "Kim",
        "Followers": "2",
    }


TONES = [
    ({"priority": Priority.URGENT}, Tone.URGENT),
    ({"priority": Priority.HIGH}, Tone.WARNING),
    ({}, Tone.PLAIN),
    ({"priority": Priority.URGENT, "status": Status.RESOLVED}, Tone.GOOD),
]


@pytest.mark.parametrize(("given", "tone"), TONES)
def test_a_card_feels_as_it_stands(given: dict[str, object], tone: Tone) -> None:
    assert card_of(ticket(**given), REQUESTER).tone is tone


DONE, HERE, TO_COME = StepState.DONE, StepState.NOW, StepState.TO_COME
LINES: list[tuple[dict[str, object], list[StepState]]] = [
    ({}, [HERE, TO_COME, TO_COME, TO_COME]),
    ({"assignee": ASHA}, [DONE, HERE, TO_COME, TO_COME]),
    ({"first_response_at": NOW}, [DONE, TO_COME, HERE, TO_COME]),
    ({"assignee": ASHA, "first_response_at": NOW}, [DONE, DONE, HERE, TO_COME]),
    ({"assignee": ASHA, "first_response_at": NOW, "status": Status.RESOLVED}, [DONE, DONE, DONE, HERE]),
    ({"status": Status.CLOSED}, [DONE, TO_COME, TO_COME, HERE]),
]


@pytest.mark.parametrize(("given", "states"), LINES)
def test_the_progress_line_says_what_was_reached_and_where_it_stands(
    given: dict[str, object], states: list[StepState]
) -> None:
    steps = progress(ticket(**given), reader())
    assert [step.state for step in steps] == states
    assert [step.label for step in steps[:3]] == ["Opened", "With an agent", "Answered"]
    assert steps[3].label == ("Closed" if given.get("status") is Status.CLOSED else "Resolved")


# --- forms -----------------------------------------------------------------------------------------------------------


def draft(**values: str) -> Draft:
    return Draft(
        id=DraftId("d" * 22), person=SAM, values={k.replace("__", ":"): v for k, v in values.items()}, updated_at=NOW
    )


def test_the_opening_form_asks_each_categorys_questions_with_it() -> None:
    form = open_form(draft(title="T", exams__course="CS1").values, DESK, reader(), problem="Hm")
    by_key = {entry.key: entry for entry in form.inputs}
    assert list(by_key) == [
        *("title", "category", "priority", "description", "exams:course", "exams:term", "exams:story", "files")
    ]
    assert (by_key["title"].value, by_key["exams:course"].value, form.problem) == ("T", "CS1", "Hm")
    when = by_key["exams:course"].when
    assert when is not None and (when.field, when.value) == ("category", "exams")
    assert by_key["exams:term"].kind is InputKind.CHOICE
    assert [choice.label for choice in by_key["priority"].choices] == ["Low", "Normal", "High", "Urgent"]
    assert by_key["priority"].value == "normal"


@pytest.mark.parametrize(("is_staff", "urgent"), [(False, False), (True, True)])
def test_the_form_offers_urgent_to_whom_the_desk_lets_choose_it(is_staff: bool, urgent: bool) -> None:
    form = open_form({}, desk_of(urgent=UrgencySetting.DENY), reader(is_staff=is_staff))
    choices = next(entry.choices for entry in form.inputs if entry.key == "priority")
    assert ("urgent" in [choice.value for choice in choices]) is urgent


def test_a_door_without_conditions_is_asked_what_remains_until_nothing_does() -> None:
    first = {"title": "T", "category": "exams", "priority": "low", "description": "D"}
    remaining = next_form(first, DESK, reader(), draft=None)
    assert remaining is not None
    assert [entry.key for entry in remaining.inputs] == ["exams:course", "exams:term", "exams:story"]
    answered = draft(**first, exams__course="CS1", exams__term="", exams__story="")
    assert next_form(answered.values, DESK, reader(), draft=None) is None
    assert answers_in(answered.values, DESK.categories["exams"]) == {"course": "CS1", "term": "", "story": ""}
    assert next_form({**first, "category": "login"}, DESK, reader(), draft=None) is None


ASSIGN = SlashCommand(
    noun="ticket",
    verb="priority",
    help="Set the priority",
    action=Action.PRIORITISE,
    parameters=(
        Parameter(name="ref", kind=ParameterKind.TICKET, help="The ticket"),
        Parameter(name="priority", kind=ParameterKind.PRIORITY, help="How much"),
        Parameter(name="why", kind=ParameterKind.TEXT, help="Why", required=False),
        Parameter(name="word", kind=ParameterKind.WORD, help="A word", required=False),
    ),
)
VOCABULARY = Vocabulary(commands=(ASSIGN,), choices={ParameterKind.PRIORITY: (Choice("low", "low"),)})


def test_a_commands_form_is_made_from_its_declaration() -> None:
    form = command_form(ASSIGN, {"why": "It waits"}, TicketId(7), VOCABULARY, reader())
    kinds = {entry.key: (entry.kind, entry.required, entry.value) for entry in form.inputs}
    assert kinds == {
        "priority": (InputKind.CHOICE, True, ""),
        "why": (InputKind.PARAGRAPH, False, "It waits"),
        "word": (InputKind.LINE, False, ""),
    }
    assert (form.title, form.inputs[0].choices[0].label) == ("Set the priority", "Low")


# --- times -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        *(
            (timedelta(seconds=59), "just now"),
            (timedelta(minutes=1), "1 min ago"),
            (timedelta(minutes=59), "59 min ago"),
        ),
        *((timedelta(hours=1), "1 h ago"), (timedelta(hours=23), "23 h ago"), (timedelta(days=1), "yesterday")),
        *((timedelta(days=2), "2 days ago"), (timedelta(days=13), "13 days ago"), (timedelta(days=14), "2026-03-02")),
        (-timedelta(minutes=5), "just now"),
    ],
)
def test_a_time_is_said_by_its_distance(passed: timedelta, words: str) -> None:
    assert ago(NOW, reader(now=NOW + passed)) == words


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(seconds=59), "in a moment"),
        (timedelta(minutes=1), "in 1 min"),
        (timedelta(minutes=9, seconds=59), "in 10 min"),
        (timedelta(minutes=59, seconds=40), "in 1 h"),
        (timedelta(minutes=89), "in 1 h 29 min"),
        (timedelta(minutes=119, seconds=31), "in 2 h"),
        (timedelta(hours=2), "in 2 h"),
        (timedelta(hours=9, minutes=59), "in 9 h 59 min"),
        (timedelta(hours=11, minutes=59), "in 12 h"),
        (timedelta(hours=47, minutes=59), "in 2 days"),
        (timedelta(days=2, hours=20), "in 3 days"),
    ],
)
def test_what_is_to_come_is_as_far_as_it_is_to_the_nearest(left: timedelta, words: str) -> None:
    assert away(NOW + left, reader()) == words


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (timedelta(0), "0 s"),
        (timedelta(seconds=10), "10 s"),
        (timedelta(seconds=59, milliseconds=600), "1 min"),
        (timedelta(minutes=4, seconds=59), "5 min"),
        (timedelta(hours=1, minutes=59, seconds=59), "2 h"),
        (timedelta(hours=2, minutes=30), "2 h 30 min"),
        (timedelta(hours=47, minutes=59, seconds=59), "2 days"),
        (timedelta(days=3, hours=2), "74 h"),
    ],
)
def test_a_length_is_said_to_the_nearest(time: timedelta, words: str) -> None:
    assert length(time, reader()) == words


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Asia/Kolkata", "16:30 IST, in 2 h"),
        ("Europe/Berlin", "12:00 CET, in 2 h"),
        ("Asia/Tashkent", "16:00 UTC+05, in 2 h"),
    ],
)
def test_a_time_in_words_names_its_zone(zone: str, words: str) -> None:
    assert moment(NOW + timedelta(hours=2), replace(reader(), zone=ZoneInfo(zone))) == words


def test_a_time_on_another_day_says_which() -> None:
    assert when(NOW + timedelta(days=1), reader()) == "Tue 14:30 IST"
    assert when(NOW + timedelta(days=8), reader()) == "2026-03-10 14:30 IST"
    assert when(NOW - timedelta(days=1), reader()) == "2026-03-01 14:30 IST"


def test_a_date_is_the_readers() -> None:
    late = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
    assert ago(late, reader(now=late + timedelta(days=20))) == "2026-03-02"
