"""Who hears of what: pings, copies in other threads, alerts."""

from dataclasses import replace

import pytest

from core.commands import (
    AddParticipant,
    AssignTicket,
    ChangeTags,
    ClaimTicket,
    CloseQuietTicket,
    CloseTicket,
    Command,
    DeclareUrgent,
    EditTicket,
    FollowTicket,
    OpenTicket,
    PostMessage,
    RemoveParticipant,
    ReopenTicket,
    ResolveTicket,
    SetPriority,
    SetStatus,
    SetVisibility,
    TransferTicket,
    UnassignTicket,
    UndoMessage,
    UnfollowTicket,
    WithdrawTicket,
)
from core.model.desk import UrgencySetting
from core.model.ids import TicketId
from core.model.outbox import Delivery, Intent, ToSpace, ToThread
from core.model.people import Platform, Standing
from core.model.thread import Audience, MessageKind
from core.model.ticket import Priority, Status, Visibility
from core.text import Text
from tests.fakes.office import DAY, SYSTEM, Office, desk_of

HELLO = Text.of("Hello")
TEAM = ["abe", "asha", "lee", "wen"]
"""The agents of academics."""


async def prepared(office: Office, stage: str) -> TicketId:
    """``fresh``, ``held`` by asha, ``public`` (and held), or ``resolved`` by asha; kim takes part, ada follows."""
    ticket = await office.open()
    await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    await office.do(FollowTicket(ticket=ticket), "ada")
    if stage != "fresh":
        await office.do(ClaimTicket(ticket=ticket), "asha")
    if stage == "public":
        await office.do(SetVisibility(ticket=ticket, visibility=Visibility.PUBLIC, previewed=True), "sam")
    if stage == "resolved":
        await office.do(ResolveTicket(ticket=ticket), "asha")
    return ticket


NOTE, REPLY = MessageKind.NOTE, MessageKind.REPLY
PINGED: list[tuple[str, str, type[Command], dict[str, object], list[str]]] = [
    ("held", "sam", PostMessage, {"kind": REPLY, "text": HELLO}, ["asha", "kim"]),
    ("held", "kim", PostMessage, {"kind": REPLY, "text": HELLO}, ["asha", "sam"]),
    ("held", "asha", PostMessage, {"kind": REPLY, "text": HELLO}, ["kim", "sam"]),
    ("held", "lee", PostMessage, {"kind": REPLY, "text": HELLO}, ["asha", "kim", "sam"]),
    ("fresh", "sam", PostMessage, {"kind": REPLY, "text": HELLO}, ["kim"]),
    ("held", "lee", PostMessage, {"kind": NOTE, "text": HELLO}, ["asha"]),
    ("held", "asha", PostMessage, {"kind": NOTE, "text": HELLO}, []),
    ("fresh", "lee", PostMessage, {"kind": NOTE, "text": HELLO}, []),
    ("fresh", "asha", ClaimTicket, {}, ["sam"]),
    ("fresh", "lee", AssignTicket, {"assignee": "asha"}, ["asha", "sam"]),
    ("held", "lee", AssignTicket, {"assignee": "abe"}, ["abe", "asha", "sam"]),
    ("held", "asha", AssignTicket, {"assignee": "abe"}, ["abe", "sam"]),
    ("held", "lee", AssignTicket, {"assignee": "lee"}, ["asha", "sam"]),
    ("held", "asha", UnassignTicket, {}, ["abe", "lee", "wen"]),
    ("held", "asha", TransferTicket, {"team": "platform"}, ["pia"]),
    ("held", "lee", SetPriority, {"priority": Priority.LOW}, ["asha"]),
    ("held", "asha", SetPriority, {"priority": Priority.LOW}, []),
    ("held", "sam", DeclareUrgent, {"why": HELLO}, ["asha", "kim"]),
    ("held", "asha", SetStatus, {"status": Status.WAITING}, []),
    ("held", "asha", ResolveTicket, {}, ["ada", "kim", "sam"]),
    ("held", "asha", ResolveTicket, {"answer": HELLO}, ["ada", "kim", "sam"]),
    ("held", "lee", ResolveTicket, {"answer": HELLO}, ["ada", "asha", "kim", "sam"]),
    ("held", "sam", CloseTicket, {}, ["asha"]),
    ("fresh", "sam", CloseTicket, {}, []),
    ("held", "lee", CloseTicket, {}, ["sam"]),
    ("held", "sam", WithdrawTicket, {}, ["asha"]),
    ("resolved", "sam", ReopenTicket, {}, ["asha"]),
    ("resolved", "sam", ReopenTicket, {"why": HELLO}, ["asha", "kim"]),
    ("resolved", "asha", ReopenTicket, {"why": HELLO}, ["kim", "sam"]),
    ("fresh", "sam", AddParticipant, {"person": "pia"}, ["pia"]),
    ("fresh", "sam", RemoveParticipant, {"person": "kim"}, []),
    ("held", "sam", EditTicket, {"title": "Other"}, []),
    ("held", "sam", ChangeTags, {"add": ("x",)}, []),
    ("held", "sam", SetVisibility, {"visibility": Visibility.PUBLIC, "previewed": True}, []),
    ("public", "asha", SetVisibility, {"visibility": Visibility.PRIVATE}, []),
    ("fresh", "asha", FollowTicket, {}, []),
    ("held", "ada", UnfollowTicket, {}, []),
]


@pytest.mark.parametrize(("stage", "who", "kind", "given", "pinged"), PINGED)
async def test_a_transaction_pings_whom_it_concerns_once_and_never_who_did_it(
    office: Office, stage: str, who: str, kind: type[Command], given: dict[str, object], pinged: list[str]
) -> None:
    ticket = await prepared(office, stage)
    named = {key: office.people[value] if key in ("assignee", "person") else value for key, value in given.items()}
    owed = await office.owed_by(kind(ticket=ticket, **named), who)
    assert office.pinged(owed) == pinged


async def test_a_word_taken_back_pings_nobody(office: Office) -> None:
    ticket = await prepared(office, "held")
    await office.say(ticket, "asha", "Oops")
    assert await office.owed_by(UndoMessage(ticket=ticket), "asha") == []


async def test_a_quiet_close_tells_the_requester(office: Office) -> None:
    ticket = await prepared(office, "resolved")
    office.clock.advance(8 * DAY)
    timer = (await office.timers())[0]
    assert office.pinged(await office.owed_by(CloseQuietTicket(ticket=ticket, timer=timer.id), SYSTEM)) == ["sam"]


def opening(category: str, **more: object) -> OpenTicket:
    return OpenTicket(title="T", description=HELLO, category=category, answers={"course": "C"}, **more)


@pytest.mark.parametrize(
    ("who", "category", "pinged"),
    [
        ("sam", "exams", TEAM),
        ("asha", "exams", ["abe", "lee", "wen"]),
        ("sam", "login", ["pia"]),
        ("sam", "welfare", ["wen"]),
        ("wen", "welfare", []),
    ],
)
async def test_a_new_ticket_pings_the_teams_agents_who_may_see_it(
    office: Office, who: str, category: str, pinged: list[str]
) -> None:
    assert office.pinged(await office.owed_by(opening(category), who)) == pinged


async def test_the_blocked_are_not_pinged_as_staff(office: Office) -> None:
    await office.stand("abe", Standing.BLOCKED)
    assert office.pinged(await office.owed_by(opening("exams"), "sam")) == ["asha", "lee", "wen"]


async def test_a_sensitive_ticket_of_a_team_without_a_named_agent_pings_the_named_of_another(office: Office) -> None:
    welfare = replace(office.desk.categories["welfare"], team="platform")
    office.use(replace(office.desk, categories={"welfare": welfare}))
    assert office.pinged(await office.owed_by(opening("welfare"), "sam")) == ["wen"]


@pytest.mark.parametrize("at", ["opening", "later"])
async def test_urgency_that_a_lead_decides_on_pings_the_leads(office: Office, at: str) -> None:
    office.use(desk_of(urgent=UrgencySetting.ASK))
    if at == "opening":
        owed = await office.owed_by(opening("exams", priority=Priority.URGENT), "sam")
        assert office.pinged(owed) == TEAM
    else:
        ticket = await prepared(office, "held")
        owed = await office.owed_by(DeclareUrgent(ticket=ticket, why=HELLO), "sam")
        assert office.pinged(owed) == ["asha", "kim", "lee"]


async def test_urgency_in_a_team_without_a_lead_pings_whoever_else_may_decide(office: Office) -> None:
    office.use(desk_of(urgent=UrgencySetting.ASK))
    ticket = await office.open(category="login")
    owed = await office.owed_by(DeclareUrgent(ticket=ticket, why=HELLO), "sam")
    assert office.pinged(owed) == ["ada", "lee"]


# --- alerts ----------------------------------------------------------------------------------------------------------


def alerts(owed: list[Delivery]) -> list[Intent]:
    return [one.intent for one in owed if isinstance(one.address, ToSpace)]


@pytest.mark.parametrize(
    ("priority", "heard"),
    [
        (Priority.LOW, []),
        (Priority.NORMAL, []),
        (Priority.HIGH, [Intent.ALERT]),
        (Priority.URGENT, [Intent.ALERT]),
    ],
)
async def test_opening_alerts_for_alert_priorities_only(
    office: Office, priority: Priority, heard: list[Intent]
) -> None:
    owed = await office.owed_by(opening("exams", priority=priority), "sam")
    assert alerts(owed) == heard
    spaces = [one for one in owed if isinstance(one.address, ToSpace)]
    assert all((one.address, one.pace_key) == (ToSpace("leads"), "space:leads") for one in spaces)


@pytest.mark.parametrize(
    ("before", "after", "heard"),
    [
        (Priority.LOW, Priority.NORMAL, []),
        (Priority.NORMAL, Priority.HIGH, [Intent.ALERT]),
        (Priority.HIGH, Priority.URGENT, [Intent.ALERT]),
        (Priority.LOW, Priority.URGENT, [Intent.ALERT]),
        (Priority.URGENT, Priority.HIGH, []),
        (Priority.HIGH, Priority.LOW, []),
    ],
)
async def test_a_priority_that_rises_to_an_alert_priority_alerts(
    office: Office, before: Priority, after: Priority, heard: list[Intent]
) -> None:
    ticket = await office.open(priority=before)
    assert alerts(await office.owed_by(SetPriority(ticket=ticket, priority=after), "asha")) == heard


async def test_a_category_without_a_space_and_a_desk_without_alert_priorities_alert_nobody(office: Office) -> None:
    office.use(desk_of(alert_priorities=frozenset()))
    ticket = await office.open(priority=Priority.URGENT)
    assert alerts(await office.owed()) == []
    assert (await office.ticket(ticket)).alerted_in is None


async def test_what_becomes_of_an_alerted_ticket_follows_the_alert(office: Office) -> None:
    ticket = await office.open(priority=Priority.URGENT)
    asha = office.people["asha"]
    told: list[tuple[Command, str, list[Intent]]] = [
        (ClaimTicket(ticket=ticket), "lee", [Intent.ALERT_NEWS]),
        (AssignTicket(ticket=ticket, assignee=asha), "lee", [Intent.ALERT_NEWS]),
        (PostMessage(ticket=ticket, kind=REPLY, text=HELLO), "asha", []),
        (SetStatus(ticket=ticket, status=Status.WAITING), "asha", []),
        (UnassignTicket(ticket=ticket), "asha", [Intent.ALERT_NEWS]),
        (SetPriority(ticket=ticket, priority=Priority.LOW), "asha", []),
        (ResolveTicket(ticket=ticket, answer=HELLO), "asha", [Intent.ALERT_NEWS]),
        (CloseTicket(ticket=ticket), "sam", [Intent.ALERT_NEWS]),
        (ReopenTicket(ticket=ticket), "sam", [Intent.ALERT_NEWS]),
        (SetPriority(ticket=ticket, priority=Priority.HIGH), "asha", [Intent.ALERT]),
    ]
    for command, who, heard in told:
        assert alerts(await office.owed_by(command, who)) == heard, command


async def test_a_ticket_that_never_alerted_has_no_news(office: Office) -> None:
    ticket = await office.open()
    assert alerts(await office.owed_by(ClaimTicket(ticket=ticket), "asha")) == []


# --- copies in other threads -----------------------------------------------------------------------------------------


def in_threads(owed: list[Delivery]) -> list[tuple[str, Intent]]:
    return sorted((one.address.platform, one.intent) for one in owed if isinstance(one.address, ToThread))


async def test_a_message_goes_to_every_other_thread_that_may_hear_it(office: Office) -> None:
    ticket = await office.open()
    students = await office.thread_on(ticket, Platform.DISCORD, Audience.REQUESTER)
    await office.thread_on(ticket, Platform.SLACK, Audience.STAFF)
    reply = PostMessage(ticket=ticket, kind=REPLY, text=HELLO)
    note = PostMessage(ticket=ticket, kind=NOTE, text=HELLO)
    messages = {Platform.DISCORD: Intent.MESSAGE, Platform.SLACK: Intent.MESSAGE}
    assert in_threads(await office.owed_by(reply, "sam")) == sorted(messages.items())
    from_discord = await office.owed_by(reply, "sam", door=Platform.DISCORD, thread=students)
    assert in_threads(from_discord) == [(Platform.SLACK, Intent.MESSAGE)]
    assert in_threads(await office.owed_by(note, "asha")) == [(Platform.SLACK, Intent.MESSAGE)]
    assert in_threads(await office.owed_by(UndoMessage(ticket=ticket), "asha")) == [(Platform.SLACK, Intent.REMOVAL)]


async def test_a_changed_ticket_gets_a_fresh_card_that_takes_an_older_ones_place(office: Office) -> None:
    ticket = await office.open()
    await office.thread_on(ticket, Platform.DISCORD, Audience.REQUESTER)
    for command in (ClaimTicket(ticket=ticket), SetPriority(ticket=ticket, priority=Priority.LOW)):
        assert (Platform.DISCORD, Intent.TICKET_CARD) in in_threads(await office.owed_by(command, "asha"))
    cards = [one for one in await office.owed() if one.intent is Intent.TICKET_CARD]
    assert [one.state for one in cards[:-1]] == ["skipped"] * (len(cards) - 1)
    assert cards[-1].state == "pending"


async def test_the_browser_reads_the_record_and_gets_no_copies(office: Office) -> None:
    ticket = await office.open()
    await office.say(ticket, "sam", "Hello")
    await office.do(ClaimTicket(ticket=ticket), "asha")
    assert in_threads(await office.owed()) == []


async def test_deliveries_hold_references_and_the_event_they_tell_of(office: Office) -> None:
    ticket = await prepared(office, "held")
    owed = await office.owed_by(PostMessage(ticket=ticket, kind=REPLY, text=HELLO), "asha")
    message = (await office.messages(ticket))[0].id
    event = (await office.records(ticket))[-1].id
    assert {(one.ticket, one.message, one.event) for one in owed} == {(ticket, message, event)}
    assert len({one.key for one in await office.owed()}) == len(await office.owed())
