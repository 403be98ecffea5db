"""Every word that people read goes through gettext: cards, forms, lines, refusals."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import cycle, product

import pytest

from core import engine
from core.actions import Press, decode
from core.cards.answers import INTENTS, failures_card, help_card, panel_card, people_card
from core.cards.card import Card, Field, Form, Reader
from core.cards.forms import command_form, open_form, questions_form
from core.cards.news import line
from core.cards.notices import alert, alert_news, followed, history, ping, thread_news, trouble
from core.cards.ticket import TicketView, ticket_card, ticket_list
from core.cards.words import words_of
from core.errors import Refusal
from core.events import Event, Record, UrgencyDeclared
from core.model.desk import Desk
from core.model.draft import Draft
from core.model.ids import DeliveryId, DraftId, EventId, MessageId, PersonId, ThreadId, TicketId
from core.model.outbox import Delivery, DeliveryState, Intent, ToPerson, ToSpace, ToThread, Trouble
from core.model.people import Grant, Person, Platform, Role, Standing
from core.model.thread import Message, MessageKind
from core.model.ticket import Priority, Status, Ticket, Visibility
from core.policy import Action
from core.text import Text
from core.vocabulary import Choice, Parameter, ParameterKind, SlashCommand, Vocabulary
from tests.fakes.clock import START as NOW
from tests.fakes.events import KINDS, samples
from tests.fakes.office import desk_of

SAM, ASHA, KIM = PersonId(1), PersonId(2), PersonId(3)


def person(who: PersonId, *grants: Grant, **more: object) -> Person:
    return replace(Person(id=who, name="77", created_at=NOW, grants=grants), **more)


REQUESTER, AGENT = person(SAM), person(ASHA, Grant(Role.AGENT, "academics"))
DRAFT = Draft(id=DraftId("d" * 22), person=SAM, values={}, updated_at=NOW)
ASSIGN = SlashCommand(
    noun="ticket",
    verb="priority",
    help="Set the priority",
    action=Action.PRIORITISE,
    parameters=(
        Parameter(name="ref", kind=ParameterKind.TICKET, help="The ticket"),
        Parameter(name="priority", kind=ParameterKind.PRIORITY, help="How much"),
        Parameter(name="why", kind=ParameterKind.TEXT, help="Why", required=False),
    ),
)
VOCABULARY = Vocabulary(commands=(ASSIGN,), choices={ParameterKind.PRIORITY: (Choice("low", "low"),)})


def marking(*, now: datetime = NOW, is_staff: bool = False) -> Reader:
    """Somebody for whom gettext marks what it gave."""
    return Reader(gettext=lambda words: f"«{words}»", zone=UTC, now=now, is_staff=is_staff)


def ticket(**more: object) -> Ticket:
    plain = Ticket(
        id=TicketId(7),
        key="0" * 32,
        title="88",
        description=Text.of("99"),
        category="exams",
        requester=SAM,
        team="academics",
        door=Platform.WEB,
        opened_at=NOW,
        updated_at=NOW,
    )
    return replace(plain, **more)


MARKS = "«»"
READER = Reader(gettext=words_of("en"), zone=UTC, now=NOW)
RECORDS = [
    Record(id=EventId(1), event=e, at=NOW, actor=SAM, door=Platform.WEB, digest="") for k in KINDS for e in samples(k)
]
TROUBLE = Trouble(key="1", sentence="2", since=NOW, seen_at=NOW, count=3)
PEOPLE = [
    person(SAM, Grant(Role.LEAD), Grant(Role.AGENT), Grant(Role.ADMIN), email="1@2", standing=Standing.BLOCKED),
    person(KIM, standing=Standing.SUSPENDED),
]
FAILURES = [
    Delivery(
        id=DeliveryId(1),
        key="0",
        address=address,
        intent=intent,
        ticket=None,
        message=None,
        event=None,
        pace_key=None,
        state=DeliveryState.DEAD,
        attempts=2,
        uncertain=False,
        created_at=NOW,
        first_attempt_at=NOW,
        due_at=NOW,
        receipt=None,
        reason="5",
    )
    for intent, address in zip(
        Intent, cycle([ToSpace("1"), ToPerson(SAM, Platform.WEB), ToThread(ThreadId(2), Platform.WEB)]), strict=False
    )
]


def bare_desk() -> Desk:
    """A desk whose own words are no letters, so that every letter read is one of ours."""
    desk = desk_of()
    categories = {
        key: replace(
            one, name="11", questions=tuple(replace(q, label="22", hint="33", choices=("44",)) for q in one.questions)
        )
        for key, one in desk.categories.items()
    }
    teams = {key: replace(team, name="55") for key, team in desk.teams.items()}
    return replace(desk, name="66", categories=categories, teams=teams, public_url="")


def all_cards() -> Iterator[Card | Form]:
    """Every card and form there is, in every state, read by somebody for whom gettext marks what it gave."""
    desk, names = bare_desk(), dict.fromkeys((SAM, ASHA, KIM), "77")
    for status, priority, visibility, category in product(Status, Priority, Visibility, ("exams", "welfare")):
        one = ticket(
            status=status,
            priority=priority,
            visibility=visibility,
            category=category,
            participants=frozenset({KIM}),
            follower_count=1,
            tags=("1",),
            assignee=ASHA if status is Status.WAITING else None,
        )
        for viewer in (REQUESTER, AGENT, None):
            yield ticket_card(TicketView(ticket=one, names=names, place=1), desk, marking(), viewer)
        yield ticket_list("", [one], names, desk, marking())
        yield alert(one, names, desk, marking(now=NOW + timedelta(hours=3)))
        yield followed(one, marking())
    said = Message(id=MessageId(1), ticket=TicketId(7), author=SAM, kind=MessageKind.REPLY, text=Text.of("1"), at=NOW)
    for record in RECORDS:
        yield ping(record, ticket(), said, names, desk, marking())
        yield alert_news(record, ticket(), names, desk, marking())
        yield thread_news(record, ticket(status=Status.RESOLVED), names, desk, marking())
    yield ticket_list("", [], names, desk, marking())
    yield help_card([], "66", marking())
    yield people_card(PEOPLE, marking())
    yield people_card([], marking())
    yield history(ticket(), [said] * 100, names, desk, marking())
    yield trouble(TROUBLE, marking())
    yield failures_card([TROUBLE], FAILURES, FAILURES, names, marking())
    yield failures_card([], [], [], names, marking())
    yield panel_card(desk, marking())
    yield open_form(DRAFT.values, desk, marking(is_staff=True), draft=DRAFT.id)
    yield questions_form(desk.categories["exams"], DRAFT.values, marking(), draft=DRAFT.id)
    yield command_form(ASSIGN, {}, None, VOCABULARY, marking())


NOT_READ = {
    "action",
    "url",
    "key",
    "value",
    "kind",
    "tone",
    "style",
    "state",
    "ref",
    "when",
    "field",
    "language",
    "again",
    "skip",
}


def strings(thing: object, *, of_field: bool = False) -> Iterator[str]:
    """Every string of a card that a person reads."""
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, tuple):
        for one in thing:
            yield from strings(one)
    elif isinstance(thing, datetime):
        return
    elif is_dataclass(thing):
        for one in fields(thing):
            if one.name not in NOT_READ or (isinstance(thing, Field) and one.name == "value"):
                yield from strings(getattr(thing, one.name))


def unmarked(words: str) -> str:
    """What of ``words`` did not come through gettext; refs, platforms and teams' keys are no words."""
    while (shorter := re.sub(f"«[^{MARKS}]*»", "", words)) != words:
        words = shorter
    return re.sub(r"T-\d+|\b(web|platform|academics)\b", "", words)


def test_every_word_of_every_card_goes_through_gettext() -> None:
    seen = 0
    for card in all_cards():
        for words in strings(card):
            seen += 1
            assert not re.search("[A-Za-z]", unmarked(words)), words
    assert seen > 1000


@pytest.mark.parametrize("kind", KINDS)
def test_every_event_of_a_ticket_has_its_line_through_gettext_with_every_name_filled_in(kind: type[Event]) -> None:
    of_messages = {"MessagePosted", "MessageEdited", "ReactionChanged"}
    of_no_ticket = {
        "PersonRegistered",
        "EmailConfirmed",
        "PersonLinked",
        "RoleGranted",
        "RoleRevoked",
        "DeliveryRetried",
        "TroubleFound",
    }
    without = of_messages | of_no_ticket
    for event in samples(kind):
        record = Record(id=EventId(1), event=event, at=NOW, actor=SAM, door=Platform.WEB, digest="")
        words = line(record, dict.fromkeys(range(9), "7"), desk_of(), marking())
        assert ("" if kind.__name__ in without else "«") == words[:1]
        assert "{" not in words


def test_the_desk_itself_has_a_name_in_its_lines() -> None:
    record = Record(
        id=EventId(1),
        event=UrgencyDeclared(ticket=TicketId(7), message=None, granted=True),
        at=NOW,
        actor=None,
        door=Platform.SYSTEM,
        digest="",
    )
    assert line(record, {}, desk_of(), READER) == "The desk declared it urgent"


def every_refusal() -> list[type[Refusal]]:
    """All that the engine may raise."""
    assert engine
    found, rest = [], [Refusal]
    while rest:
        found.append(kind := rest.pop())
        rest += [one for one in kind.__subclasses__() if one.__module__.startswith("core.")]
    return found


def test_every_refusal_is_a_sentence_that_gettext_turns_with_its_words() -> None:
    for kind in every_refusal():
        wanted = re.findall(r"\{(\w+)\}", kind.template)
        refusal = kind(**dict.fromkeys(wanted, "word"))
        assert refusal.sentence() == str(refusal)
        assert refusal.sentence(lambda message: f"«{message}»").count("«") == 1 + len(wanted)
        assert kind.template.startswith(("{", "“")) or kind.template[0].isupper(), kind.template
        assert kind.template.endswith((".", "}")), kind.template
    assert len(every_refusal()) > 30


def test_an_empty_value_of_a_refusal_never_shows_a_catalogues_header() -> None:
    turned = Refusal()
    turned.values = {"name": ""}
    assert turned.sentence(lambda message: message or "HEADER") == "That is not possible."


def test_every_intent_has_its_words() -> None:
    assert set(INTENTS) == set(Intent)


def test_an_unknown_language_is_english() -> None:
    assert words_of("xx-YY")("Open a ticket") == "Open a ticket"
    assert words_of("en")("") == ""


def test_a_failed_delivery_has_a_button_that_tries_it_again() -> None:
    button = failures_card([], FAILURES, [], {}, READER).rows[0].buttons[0]
    assert decode(button.action or "") == Press("desk", "retry", None, {"number": "1"})
