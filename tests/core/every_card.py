"""Every card and form that there is, with words that gettext marks and names that are no words."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import cycle, product

from core.cards.answers import failures_card, help_card, panel_card, people_card
from core.cards.calls import (
    Listed,
    acknowledged_line,
    acknowledging,
    asking_to_decide,
    bare_line,
    call,
    going_on_card,
    many_alerts,
)
from core.cards.card import Card, Form, Reader
from core.cards.combining import MergedReader, goes_on
from core.cards.duty import (
    DutyView,
    LoadView,
    TurnView,
    available_card,
    away_card,
    by_shifts_card,
    capacity_card,
    duty_card,
    handed_over_card,
    load_card,
    offered,
    set_card,
)
from core.cards.endpoints import endpoints_card
from core.cards.escalation import unverified
from core.cards.faq import FaqView, clear_first, faq_card, faq_form, faq_list, nothing_found
from core.cards.forms import command_form, open_form, questions_form
from core.cards.mail import bare_letter, received, unknown, with_similar, without_files
from core.cards.notices import alert, alert_news, followed, history, own_solved, ping, thread_news, trouble
from core.cards.promises import Outlook
from core.cards.reminders import digest_card, promise_broken, promise_warned, reminded
from core.cards.secrets import asked_first, suspected
from core.cards.suggestions import follows_card
from core.cards.ticket import Names, TicketView, ticket_card, ticket_list
from core.cards.transcript import transcript_card
from core.endpointlog import EndpointView
from core.errors import LooksSecret
from core.events import Record
from core.model.desk import Assignment, Desk
from core.model.draft import Draft
from core.model.duty import DutyState
from core.model.endpoint import Endpoint
from core.model.escalation import Escalation
from core.model.faq import Faq, FaqState, FaqVersion
from core.model.ids import (
    DeliveryId,
    DraftId,
    EscalationId,
    EventId,
    FaqId,
    FollowId,
    MessageId,
    PersonId,
    ThreadId,
    TicketId,
)
from core.model.outbox import Delivery, DeliveryState, Intent, ToPerson, ToSpace, ToThread, Trouble
from core.model.people import Grant, Person, Platform, Role, Standing
from core.model.relation import Follow
from core.model.similar import Kind
from core.model.sla import SlaClock
from core.model.suggestion import Suggestion, Suggestions
from core.model.thread import Message, MessageKind
from core.model.ticket import Priority, Status, Ticket, Visibility
from core.policy import Action
from core.rules.escalation import acknowledge, end
from core.rules.personal import personal_in
from core.rules.secrets import PASSWORD
from core.rules.sla import ClockState
from core.storage import Logged, Tally
from core.text import Text
from core.vocabulary import Choice, Parameter, ParameterKind, SlashCommand, Vocabulary
from tests.fakes.clock import START as NOW
from tests.fakes.escalations import URGENT
from tests.fakes.events import KINDS, samples
from tests.fakes.office import desk_of

SAM, ASHA, KIM = PersonId(1), PersonId(2), PersonId(3)


def person(who: PersonId, *grants: Grant, **more: object) -> Person:
    return replace(Person(id=who, name="77", created_at=NOW, grants=grants), **more)


REQUESTER, AGENT = person(SAM), person(ASHA, Grant(Role.AGENT, "academics"))
ADMIN = person(KIM, Grant(Role.ADMIN))
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
        for title in ("", "404 404"):
            follow = Follow(id=FollowId(7), ticket=one.id, at=NOW, words={"title": title})
            yield followed(follow, "", marking())
            yield own_solved(one, follow, desk, marking())
        for asked, writes in product((True, False), repeat=2):
            yield goes_on(one, one, desk, marking(), MergedReader(asked=asked, sees=writes, writes=writes))
            yield follows_card([one], [follow], desk, marking())
    yield follows_card([], [], desk, marking())
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
    yield from cards_of_duty(desk, names)
    yield from cards_of_faqs(desk, names)
    yield from cards_of_calls(desk, names)
    yield from cards_of_time(desk, names)
    yield from cards_of_mail(desk)
    yield trouble(TROUBLE, marking())
    yield transcript_card("7", "", "", marking(), minutes=15, is_near=True)
    yield transcript_card("7", "", "", marking(), minutes=None, is_near=False)
    for kind, what in product(MessageKind, (PASSWORD, "")):
        yield suspected(ticket(), MessageId(7), kind, what, desk, marking())
    yield asked_first(LooksSecret(what=PASSWORD, ref="T-7"), "7", "7", TicketId(7), DRAFT.id, marking())
    yield failures_card([TROUBLE], FAILURES, FAILURES, names, marking())
    yield failures_card([], [], [], names, marking())
    yield from cards_of_endpoints()
    yield panel_card(desk, marking())
    yield open_form(DRAFT.values, desk, marking(is_staff=True), draft=DRAFT.id)
    yield questions_form(desk.categories["exams"], DRAFT.values, marking(), draft=DRAFT.id)
    yield command_form(ASSIGN, {}, None, VOCABULARY, marking())


def cards_of_endpoints() -> Iterator[Card]:
    """One that was sent something of every state, one that was sent nothing, one that is switched off."""
    endpoint = Endpoint(key="1", events=("*",))
    posted = replace(FAILURES[0], ticket=TicketId(7), answered=500)
    sent = [Logged(replace(posted, state=state), "2") for state in DeliveryState]
    sent.append(Logged(replace(posted, state=DeliveryState.PENDING, attempts=0, reason=None, answered=None), "2"))
    yield endpoints_card([EndpointView(endpoint=endpoint, off=None, sent=sent)], marking())
    yield endpoints_card([EndpointView(endpoint=endpoint, off=None, sent=[])], marking())
    yield endpoints_card([EndpointView(endpoint=endpoint, off=TROUBLE, sent=[])], marking())
    yield endpoints_card([], marking())


def cards_of_faqs(desk: Desk, names: dict[PersonId, str]) -> Iterator[Card | Form]:
    """Of a FAQ in every state, for each of those who read it, and the form that it is written in."""
    first = FaqVersion(number=1, question="1", answer=Text.of("1"), category="exams", by=ASHA, at=NOW)
    second, hidden = replace(first, number=2), replace(first, category="welfare")
    draft = Faq(id=FaqId(7), state=FaqState.DRAFT, latest=first, source=TicketId(7), created_at=NOW, helpful=1)
    public = draft.publish(NOW, NOW)
    for faq in (draft, public, public.edit(second), public.retire(), replace(draft, latest=hidden).publish(NOW, NOW)):
        for viewer in (REQUESTER, AGENT, ADMIN, None):
            view = FaqView(faq=faq, shown=faq.latest, rating=True, names=names)
            yield faq_card(view, desk, marking(), viewer)
            yield faq_card(view, desk, marking(now=NOW - timedelta(days=1)), viewer, title="1")
            yield faq_list("", [view], desk, marking(), viewer)
    yield faq_list("", [], desk, marking(), None)
    yield nothing_found("1", desk, marking())
    said = ", ".join(str(9_876_543_210 + one) for one in range(7))
    yield clear_first(draft, personal_in(said), desk, marking())
    yield faq_form({"question": "", "answer": ""}, desk, marking())
    yield faq_form({"faq": "F-7", "question": said, "answer": said}, desk, marking(), problem="1")


def cards_of_duty(desk: Desk, names: dict[PersonId, str]) -> Iterator[Card]:
    """Of offers, of who is there, and of who carries what."""
    far = NOW + timedelta(days=30)
    for category in ("exams", "welfare"):
        asked = ticket(category=category, offered_to=ASHA, offered_until=far)
        yield offered(asked, names, desk, marking())
        for viewer in (AGENT, None):
            view = TicketView(ticket=asked, names=names)
            yield ticket_card(view, desk, marking(), viewer, for_staff=viewer is None)
        brief = replace(asked, offered_until=NOW + timedelta(seconds=10))
        yield offered(replace(asked, offered_until=None), names, desk, marking())
        yield ticket_card(
            TicketView(ticket=brief, names=names, awaits_decision=True), desk, marking(), None, for_staff=True
        )
    for state, until in product((*DutyState, None), (None, far)):
        yield set_card("77", state, until, desk, marking())
    turns = replace(desk.teams["academics"], assignment=Assignment.ROUND_ROBIN)
    taking_turns = replace(desk, teams={**desk.teams, "academics": turns})
    both = [ticket(), ticket(team="platform")]
    yield away_card(None, None, both, taking_turns, marking())
    yield away_card(None, None, both[:1], taking_turns, marking())
    yield handed_over_card(both, names, 0, taking_turns, marking())
    for name, until, mine in product((None, "77"), (None, far), ([], [ticket()])):
        yield away_card(name, until, mine, desk, marking())
        yield available_card(name, far, len(mine), marking())
        yield capacity_card(name, 7 if until else None, marking())
        turn = TurnView(team=turns, is_on_duty=until is None, changes_at=until)
        yield by_shifts_card(name, [turn], marking())
        yield handed_over_card([*mine, ticket(assignee=ASHA)] if mine else [], names, len(mine), desk, marking())
    for there, changes_at in product((True, False), (None, far)):
        view = LoadView(
            person=person(ASHA),
            load=1,
            capacity=2,
            open=1,
            offered=1,
            urgent=1,
            is_on_duty=there,
            changes_at=changes_at,
        )
        yield load_card({"academics": [view], "platform": [view]}, desk, marking())
    yield load_card({}, desk, marking())
    team = desk.teams["academics"]
    for number in (0, 1, 12):
        stretch = (NOW, far)
        duty = DutyView(
            team=team, now=[("77", far), ("77", None)][:number], next=[("77", far)], gaps=[stretch] * number
        )
        yield duty_card([duty, duty], 7, marking())


def cards_of_calls(desk: Desk, names: dict[PersonId, str]) -> Iterator[Card]:
    """Of escalations, in every state and from every moment, and of what a lead is asked."""
    begun = Escalation(
        id=EscalationId(1), ticket=TicketId(7), policy=URGENT, started_at=NOW, resumed_at=NOW, called=1, level=1
    )
    last, soon = replace(begun, called=4, level=3), replace(begun, called=0, level=0)
    held = [acknowledge(begun, NOW, ASHA), acknowledge(begun, NOW, name="88")]
    for escalation, category, later in product([begun, last, soon, *held], ("exams", "welfare"), (0, 3)):
        one, reader = ticket(category=category), marking(now=NOW + timedelta(hours=later))
        yield call(1, escalation, one, names, desk, reader, acknowledging(reader, url=""))
        yield call(1, escalation, one, names, desk, reader, None)
        rows = [Listed(ticket=one, escalation=shown, level=2, url="") for shown in (escalation, None)]
        rows.append(replace(rows[0], ticket=replace(one, assignee=ASHA), level=0))
        yield many_alerts(rows, names, desk, reader)
        yield going_on_card([(one, escalation)], names, desk, reader)
        view = TicketView(ticket=one, names=names, escalations=(escalation, end(escalation, NOW)))
        yield ticket_card(view, desk, reader, None, for_staff=True)
        yield asking_to_decide(trouble(TROUBLE, reader), one, later, reader)
        yield asking_to_decide(trouble(TROUBLE, reader), one, 1, reader)
        for record in RECORDS:
            said = bare_line(record.event, reader) or acknowledged_line(unverified("88", reader), reader)
            yield alert_news(record, one, names, desk, reader, what=said)
    yield going_on_card([], names, desk, marking())


def cards_of_mail(desk: Desk) -> Iterator[Card]:
    for answered in (True, False):
        answering = replace(desk, answered_by_mail=answered)
        for category in ("exams", "welfare"):
            one = ticket(category=category)
            yield received(one, answering, marking())
            yield bare_letter(one, answering, marking())
    yield unknown(replace(desk, name="88", public_url="99"), marking())
    yield without_files("T-7", ["88"], marking())
    near = Suggestion(kind=Kind.FAQ, ref="F-1", title="88", state="99", url="/faq/F-1")
    found = Suggestions(items=(near,))
    yield with_similar(received(ticket(), desk, marking()), ticket(), found, marking())


def cards_of_time(desk: Desk, names: Names) -> Iterator[Card]:
    later = NOW + timedelta(days=1)
    for due_at, breached, is_running in product((None, NOW, later), (True, False), (True, False)):
        for clock in SlaClock:
            state = ClockState(
                clock=clock,
                target=timedelta(hours=2),
                elapsed=timedelta(hours=1),
                is_running=is_running,
                is_stopped=False,
                warn_at=None,
                due_at=due_at,
                breached=breached,
            )
            one = ticket(snoozed_until=later)
            yield promise_warned(state, one, desk, marking(now=NOW + timedelta(hours=1)))
            yield promise_broken(state, one, desk, marking(now=NOW + timedelta(hours=1)))
            outlook = Outlook(promises=(state,))
            yield ticket_card(TicketView(ticket=one, names=names, outlook=outlook), desk, marking(), AGENT)
        for expected_at, promised_at in ((later, None), (None, later)):
            outlook = Outlook(expected_at=expected_at, promised_at=promised_at, next_duty_at=later)
            yield ticket_card(TicketView(ticket=ticket(), names=names, outlook=outlook), desk, marking(), REQUESTER)
    yield reminded(ticket(), None, later, desk, marking())
    yield reminded(ticket(), None, None, desk, marking())
    tally = Tally(open=1, unassigned=1, waiting=1, breached=1, escalating=1, oldest=None)
    yield digest_card(tally, ticket(), names, desk, marking())
    yield digest_card(tally, None, names, desk, marking(), stale_faqs=7)
