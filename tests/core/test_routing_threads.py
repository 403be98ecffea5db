"""What each thing that happens owes to a ticket's threads, and who is told beside them on the same platform."""

from dataclasses import replace
from itertools import product

import pytest

from core.commands import (
    AddParticipant,
    AssignTicket,
    ChangeTags,
    ClaimTicket,
    CloseTicket,
    Command,
    DeclareUrgent,
    EditMessage,
    EditTicket,
    FollowTicket,
    NoteDeparture,
    OpenTicket,
    PostMessage,
    React,
    RemoveParticipant,
    ReopenTicket,
    ReplaceThread,
    ReportTrouble,
    ResolveTicket,
    SetPriority,
    SetStatus,
    SetVisibility,
    TransferTicket,
    UnassignTicket,
    UndoMessage,
)
from core.events import (
    MessagePosted,
    PersonLeft,
    PriorityChanged,
    ThreadLost,
    TicketAssigned,
    TicketOpened,
    TicketReopened,
    TicketResolved,
    TicketUnassigned,
    UrgencyDeclared,
)
from core.model.desk import UrgencySetting
from core.model.ids import MessageId, ThreadId, TicketId
from core.model.outbox import Delivery, DeliveryState, Intent, ToPerson, ToThread
from core.model.people import Platform, Role
from core.model.thread import Audience, MessageKind, Thread, may_tell
from core.model.ticket import Priority, Status, Visibility
from core.policy import Action, may_in_general
from core.routing import _reads_of_it
from core.text import Text
from core.usecases.case import Case
from tests.fakes.office import SYSTEM, Office, desk_of, on_discord

NOTE, REPLY = MessageKind.NOTE, MessageKind.REPLY
HELLO = Text.of("Hello")
DISCORD, SLACK = Platform.DISCORD, Platform.SLACK
SETTINGS: dict[str, tuple[tuple[str, Platform, Audience, str | None], ...]] = {
    "shared": (("shared", DISCORD, Audience.REQUESTER, None), ("triage", DISCORD, Audience.STAFF, None)),
    "triage alone": (("triage", DISCORD, Audience.STAFF, None),),
    "own": (
        ("sams", SLACK, Audience.REQUESTER, "sam"),
        ("kims", SLACK, Audience.REQUESTER, "kim"),
        ("triage", SLACK, Audience.STAFF, None),
    ),
}
"""Which threads a ticket may have: one that the staff share with its requester beside the staff's own; the staff's
alone; and on a platform without shared threads, one for each who asks."""


async def bound(office: Office, ticket: TicketId, setting: str) -> dict[ThreadId, str]:
    return {
        await office.thread_on(ticket, platform, audience, of=of): name
        for name, platform, audience, of in SETTINGS[setting]
    }


async def at_stage(office: Office, stage: str, category: str = "exams") -> TicketId:
    """kim takes part and ada follows; then ``fresh``, ``claimed`` by its agent, ``held`` and answered by them, or
    ``resolved``."""
    agent = "wen" if category == "welfare" else "asha"
    ticket = await office.open(category=category)
    await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    await office.say(ticket, "sam", "From the start")
    if stage != "fresh":
        await office.do(ClaimTicket(ticket=ticket), agent)
    if stage in ("held", "resolved"):
        await office.say(ticket, agent, "I look into it")
    if stage == "resolved":
        await office.do(ResolveTicket(ticket=ticket), agent)
    return ticket


def told(owed: list[Delivery], threads: dict[ThreadId, str]) -> dict[str, str]:
    """Thread -> the intents that it is owed, in their order, without what a later one took the place of."""
    lanes: dict[str, list[str]] = {name: [] for name in threads.values()}
    for one in owed:
        if isinstance(one.address, ToThread) and one.state is DeliveryState.PENDING:
            lanes[threads[one.address.thread]].append("card" if one.intent is Intent.TICKET_CARD else one.intent)
    return {name: " ".join(intents) for name, intents in lanes.items() if intents}


Given = dict[str, object]
OWED: list[tuple[str, str, type[Command], Given, str, str]] = [
    # at which stage, who, does what: what the shared thread is owed, and what the staff's
    ("claimed", "asha", PostMessage, {"kind": REPLY, "text": HELLO}, "message card", "card"),
    ("held", "asha", PostMessage, {"kind": REPLY, "text": HELLO}, "message", ""),
    ("held", "sam", PostMessage, {"kind": REPLY, "text": HELLO}, "message", ""),
    ("held", "asha", PostMessage, {"kind": NOTE, "text": HELLO}, "", "message"),
    ("fresh", "asha", PostMessage, {"kind": REPLY, "text": HELLO}, "message card", "card"),
    ("fresh", "sam", UndoMessage, {}, "removal", ""),
    ("fresh", "sam", EditMessage, {"message": "first", "text": HELLO}, "edit", ""),
    ("fresh", "asha", React, {"message": "first", "emoji": "👍", "on": True}, "reactions", ""),
    ("fresh", "asha", ClaimTicket, {}, "members news card", "card"),
    ("held", "lee", AssignTicket, {"assignee": "abe"}, "members card news", "card"),
    ("held", "asha", UnassignTicket, {}, "card news", "card"),
    ("held", "asha", SetPriority, {"priority": Priority.LOW}, "card news", "card"),
    ("held", "asha", SetStatus, {"status": Status.WAITING}, "card", "card"),
    ("held", "sam", DeclareUrgent, {"why": HELLO}, "message card news", "card"),
    ("held", "asha", ResolveTicket, {"answer": HELLO}, "message members card news settle", "card"),
    ("fresh", "asha", ResolveTicket, {}, "members card news settle", "card"),
    ("held", "sam", CloseTicket, {}, "card news settle", "card"),
    ("resolved", "sam", ReopenTicket, {"why": HELLO}, "message card news settle", "card"),
    ("held", "sam", AddParticipant, {"person": "pia"}, "members card news", "card"),
    ("held", "sam", RemoveParticipant, {"person": "kim"}, "members card news", "card"),
    ("held", "sam", EditTicket, {"title": "Other"}, "card", "card"),
    ("held", "sam", ChangeTags, {"add": ("x",)}, "card", "card"),
    ("held", "sam", SetVisibility, {"visibility": Visibility.PUBLIC, "previewed": True}, "card", "card"),
    ("held", "asha", FollowTicket, {}, "card", "card"),
    ("held", "asha", TransferTicket, {"team": "platform"}, "card news", "card"),
]


async def made(office: Office, kind: type[Command], given: Given, ticket: TicketId) -> Command:
    named = {key: office.people[value] if key in ("assignee", "person") else value for key, value in given.items()}
    if named.get("message") == "first":
        named["message"] = (await office.messages(ticket))[0].id
    return kind(ticket=ticket, **named)


@pytest.mark.parametrize(("stage", "who", "kind", "given", "shared", "triage"), OWED)
async def test_a_shared_thread_hears_all_and_the_staffs_shows_the_card_and_takes_the_notes(
    office: Office, stage: str, who: str, kind: type[Command], given: Given, shared: str, triage: str
) -> None:
    ticket = await at_stage(office, stage)
    threads = await bound(office, ticket, "shared")
    owed = await office.owed_by(await made(office, kind, given, ticket), who)
    expected = {"shared": shared, "triage": triage}
    assert told(owed, threads) == {name: intents for name, intents in expected.items() if intents}


@pytest.mark.parametrize(
    ("setting", "kind", "heard"),
    [
        ("shared", REPLY, {"shared"}),
        ("shared", NOTE, {"triage"}),
        ("triage alone", REPLY, {"triage"}),
        ("triage alone", NOTE, {"triage"}),
        ("own", REPLY, {"sams", "kims", "triage"}),
        ("own", NOTE, {"triage"}),
    ],
)
async def test_words_reach_each_side_of_a_platform_once(
    office: Office, setting: str, kind: MessageKind, heard: set[str]
) -> None:
    ticket = await at_stage(office, "held")
    threads = await bound(office, ticket, setting)
    owed = await office.owed_by(PostMessage(ticket=ticket, kind=kind, text=HELLO), "lee")
    assert told(owed, threads) == dict.fromkeys(heard, "message")


async def test_a_shared_thread_on_one_platform_spares_the_staff_of_another_no_reply(office: Office) -> None:
    ticket = await at_stage(office, "held")
    threads = await bound(office, ticket, "shared") | await bound(office, ticket, "own")
    owed = await office.owed_by(PostMessage(ticket=ticket, kind=REPLY, text=HELLO), "lee")
    heard = [one.address for one in owed if one.intent is Intent.MESSAGE]
    assert sorted((one.platform, threads[one.thread]) for one in heard) == [
        (DISCORD, "shared"),
        (SLACK, "kims"),
        (SLACK, "sams"),
        (SLACK, "triage"),
    ]


@pytest.mark.parametrize("setting", SETTINGS)
async def test_words_are_not_sent_back_to_where_they_were_said_and_a_taking_back_goes_everywhere(
    office: Office, setting: str
) -> None:
    ticket = await at_stage(office, "held")
    threads = await bound(office, ticket, setting)
    for thread, name in threads.items():
        platform = SLACK if setting == "own" else DISCORD
        kind, who = (NOTE, "asha") if name == "triage" else (REPLY, "sam")
        here = {"door": platform, "thread": thread}
        post = PostMessage(ticket=ticket, kind=kind, text=HELLO)
        assert name not in told(await office.owed_by(post, who, **here), threads)
        message = (await office.messages(ticket))[-1].id
        for change in (
            EditMessage(ticket=ticket, message=message, text=Text.of("Hello!")),
            React(ticket=ticket, message=message, emoji="👍", on=True),
        ):
            assert name not in told(await office.owed_by(change, who, **here), threads)
        assert told(await office.owed_by(UndoMessage(ticket=ticket), who, **here), threads)[name] == "removal"


async def test_cards_and_reactions_of_a_kind_take_each_others_place(office: Office) -> None:
    ticket = await at_stage(office, "held")
    threads = await bound(office, ticket, "shared")
    first, second = [(await office.say(ticket, "sam", words)).id for words in ("One", "Two")]
    before = (await office.owed())[-1].id
    for message, emoji in ((first, "👍"), (second, "👍"), (first, "🎉")):
        await office.do(React(ticket=ticket, message=message, emoji=emoji, on=True), "asha")
    await office.do(SetPriority(ticket=ticket, priority=Priority.LOW), "asha")
    await office.do(SetPriority(ticket=ticket, priority=Priority.HIGH), "asha")
    kept = [one for one in await office.owed(before) if isinstance(one.address, ToThread)]
    kept = [one for one in kept if threads[one.address.thread] == "shared" and one.state is DeliveryState.PENDING]
    assert [(one.intent, one.message) for one in kept] == [
        (Intent.REACTIONS, second),
        (Intent.REACTIONS, first),
        (Intent.NEWS, None),
        (Intent.TICKET_CARD, None),
        (Intent.NEWS, None),
    ]


# --- what nobody there may hear -------------------------------------------------------------------------------------


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("kind", MessageKind)
@pytest.mark.parametrize("sensitive", [False, True])
def test_a_note_goes_to_the_staff_alone_and_a_sensitive_tickets_words_to_its_people_alone(
    audience: Audience, kind: MessageKind, sensitive: bool
) -> None:
    thread = Thread(id=ThreadId(1), ticket=TicketId(1), platform=DISCORD, audience=audience)
    allowed = {
        (REPLY, Audience.REQUESTER, False),
        (REPLY, Audience.STAFF, False),
        (REPLY, Audience.PUBLIC, False),
        (NOTE, Audience.STAFF, False),
        (REPLY, Audience.REQUESTER, True),
    }
    assert may_tell(kind, thread, sensitive=sensitive) is ((kind, audience, sensitive) in allowed)


@pytest.mark.parametrize("setting", SETTINGS)
async def test_of_a_sensitive_ticket_the_staffs_thread_is_owed_its_card_and_nothing_that_was_said(
    office: Office, setting: str
) -> None:
    ticket = await at_stage(office, "fresh", "welfare")
    threads = await bound(office, ticket, setting)
    await everything_that_is_said(office, ticket, "wen")
    intents = {
        one.intent
        for one in await office.owed()
        if isinstance(one.address, ToThread) and threads[one.address.thread] == "triage"
    }
    assert intents == {Intent.TICKET_CARD}


async def everything_that_is_said(office: Office, ticket: TicketId, agent: str) -> None:
    """Replies and notes of each side, changed, reacted to and taken back, and the ticket through all its states."""
    for who, kind in product(("sam", "kim", agent), MessageKind):
        if who == agent or kind is REPLY:
            said = await office.say(ticket, who, "Secret", kind)
            await office.do(EditMessage(ticket=ticket, message=said.id, text=Text.of("Secret!")), who)
            await office.do(React(ticket=ticket, message=said.id, emoji="👍", on=True), agent)
            await office.do(UndoMessage(ticket=ticket), who)
    for command, who in (
        (ClaimTicket(ticket=ticket), agent),
        (SetPriority(ticket=ticket, priority=Priority.HIGH), agent),
        (ResolveTicket(ticket=ticket, answer=Text.of("Secret")), agent),
        (ReopenTicket(ticket=ticket, why=Text.of("Secret")), "sam"),
        (CloseTicket(ticket=ticket), "sam"),
    ):
        await office.do(command, who)


# --- threads to be made ----------------------------------------------------------------------------------------------


async def names(office: Office, ticket: TicketId) -> dict[ThreadId, str]:
    return {thread.id: thread.place for thread in await office.threads(ticket)}


async def test_an_opening_makes_its_threads_and_owes_them_nothing_else(office: Office) -> None:
    office.use(on_discord(office.desk))
    opening = OpenTicket(
        title="T", description=HELLO, category="exams", answers={"course": "C"}, priority=Priority.URGENT
    )
    owed = await office.owed_by(opening, "sam")
    assert told(owed, await names(office, TicketId(1))) == {
        "for exams": "create_thread",
        "of academics": "create_thread",
    }


async def test_a_transfer_makes_the_other_teams_thread_and_goes_on_in_those_that_are_there(office: Office) -> None:
    office.use(on_discord(office.desk))
    ticket = await office.open()
    owed = await office.owed_by(TransferTicket(ticket=ticket, team="platform"), "asha")
    assert told(owed, await names(office, ticket)) == {
        "for exams": "card news",
        "of academics": "card",
        "of platform": "create_thread",
    }


async def test_a_reopening_makes_what_is_missing_with_what_was_said_before(office: Office) -> None:
    ticket = await at_stage(office, "resolved")
    office.use(on_discord(office.desk))
    owed = await office.owed_by(ReopenTicket(ticket=ticket, why=HELLO), "sam")
    assert told(owed, await names(office, ticket)) == {
        "for exams": "create_thread history",
        "of academics": "create_thread",
    }


async def test_a_thread_in_place_of_a_lost_one_is_made_with_what_was_said_before(office: Office) -> None:
    office.use(on_discord(office.desk))
    ticket = await office.open()
    lost = (await office.threads(ticket))[0]
    await office.carry_out()
    owed = await office.owed_by(ReplaceThread(ticket=ticket, thread=lost.id, reason="deleted"), SYSTEM)
    called = {thread.id: thread.place for thread in await office.threads(ticket)}
    assert lost.id not in called
    assert told(owed, called) == {"for exams": "create_thread history", "of academics": "card"}


# --- who belongs there -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("stage", "who", "kind", "given"), [row[:4] for row in OWED])
async def test_whoever_newly_belongs_in_a_ticket_is_brought_into_its_shared_thread(
    office: Office, stage: str, who: str, kind: type[Command], given: Given
) -> None:
    ticket = await at_stage(office, stage)
    threads = await bound(office, ticket, "shared")
    before = (await office.ticket(ticket)).people
    owed = await office.owed_by(await made(office, kind, given, ticket), who)
    if not (await office.ticket(ticket)).people <= before:
        assert "members" in told(owed, threads)["shared"]


# --- pings on a messenger --------------------------------------------------------------------------------------------


def pinged_on(owed: list[Delivery], office: Office, platform: Platform) -> list[str]:
    there = [one for one in owed if isinstance(one.address, ToPerson) and one.address.platform is platform]
    return office.pinged(there)


PINGED = [
    # setting, stage, who, does what; whom the web tells, and whom Discord tells beside that
    ("shared", "held", "sam", PostMessage, {"kind": REPLY, "text": HELLO}, ["asha", "kim"], []),
    ("triage alone", "held", "sam", PostMessage, {"kind": REPLY, "text": HELLO}, ["asha", "kim"], ["asha", "kim"]),
    ("shared", "held", "lee", PostMessage, {"kind": NOTE, "text": HELLO}, ["asha"], []),
    ("shared", "held", "lee", ResolveTicket, {"answer": HELLO}, ["asha", "kim", "sam"], ["kim", "sam"]),
    ("triage alone", "held", "lee", ResolveTicket, {}, ["kim", "sam"], ["kim", "sam"]),
    ("shared", "held", "lee", AssignTicket, {"assignee": "abe"}, ["abe", "asha", "sam"], ["asha"]),
    ("triage alone", "held", "lee", AssignTicket, {"assignee": "abe"}, ["abe", "asha", "sam"], ["abe", "asha", "sam"]),
    ("shared", "held", "asha", UnassignTicket, {}, ["abe", "lee", "wen"], []),
    ("triage alone", "held", "asha", UnassignTicket, {}, ["abe", "lee", "wen"], []),
    ("shared", "held", "lee", SetPriority, {"priority": Priority.LOW}, ["asha"], []),
    ("shared", "held", "sam", CloseTicket, {}, ["asha"], []),
    ("triage alone", "held", "sam", CloseTicket, {}, ["asha"], ["asha"]),
]


@pytest.mark.parametrize(("setting", "stage", "who", "kind", "given", "web", "discord"), PINGED)
async def test_a_messenger_pings_whom_its_threads_do_not_tell_already(
    office: Office,
    setting: str,
    stage: str,
    who: str,
    kind: type[Command],
    given: Given,
    web: list[str],
    discord: list[str],
) -> None:
    office.use(replace(office.desk, messengers=frozenset({DISCORD})))
    await office.join("sam", "kim", "asha", "abe", "lee", "wen")
    ticket = await at_stage(office, stage)
    await bound(office, ticket, setting)
    owed = await office.owed_by(await made(office, kind, given, ticket), who)
    assert pinged_on(owed, office, Platform.WEB) == web
    assert pinged_on(owed, office, DISCORD) == discord


async def test_only_who_is_there_is_pinged_there_and_only_where_the_desk_can_write_to_people(office: Office) -> None:
    ticket = await at_stage(office, "held")
    reply = PostMessage(ticket=ticket, kind=REPLY, text=HELLO)
    await office.join("kim")
    await office.join("asha", platform=SLACK)
    assert pinged_on(await office.owed_by(reply, "sam"), office, DISCORD) == []
    office.use(replace(office.desk, messengers=frozenset({DISCORD, SLACK})))
    owed = await office.owed_by(reply, "sam")
    assert [pinged_on(owed, office, platform) for platform in (DISCORD, SLACK)] == [["kim"], ["asha"]]


async def test_a_note_on_a_sensitive_ticket_which_no_thread_shows_pings_its_agent_on_the_platform(
    office: Office,
) -> None:
    welfare = replace(office.desk.categories["welfare"], staff=frozenset({"wen@example.com", "ada@example.com"}))
    categories = {**office.desk.categories, "welfare": welfare}
    office.use(replace(office.desk, categories=categories, messengers=frozenset({DISCORD})))
    await office.join("wen")
    ticket = await at_stage(office, "held", "welfare")
    await bound(office, ticket, "shared")
    owed = await office.owed_by(PostMessage(ticket=ticket, kind=NOTE, text=HELLO), "ada")
    assert pinged_on(owed, office, DISCORD) == ["wen"]


async def test_who_has_a_ticket_is_told_on_the_platform_that_its_requester_left_it(office: Office) -> None:
    office.use(replace(office.desk, messengers=frozenset({DISCORD})))
    await office.join("sam", "asha")
    ticket = await at_stage(office, "held")
    await bound(office, ticket, "shared")
    owed = await office.owed_by(NoteDeparture(ticket=ticket, platform=DISCORD), SYSTEM)
    assert [pinged_on(owed, office, platform) for platform in (Platform.WEB, DISCORD)] == [["asha"], ["asha"]]


@pytest.mark.parametrize(("ended", "pinged"), [(False, ["asha"]), (True, [])])
async def test_a_thread_that_is_not_made_anew_is_news_while_the_ticket_lives(
    office: Office, ended: bool, pinged: list[str]
) -> None:
    ticket = await at_stage(office, "resolved" if ended else "held")
    [thread, _] = await bound(office, ticket, "shared")
    owed = await office.owed_by(ReplaceThread(ticket=ticket, thread=thread, reason="deleted"), SYSTEM)
    assert pinged_on(owed, office, Platform.WEB) == pinged


ABOUT = {"ticket": TicketId(1)}
HEARD = [
    # event; read of in a shared thread by its people, in the staff's by others, in none
    (TicketOpened(**ABOUT, requester=1, category="c", team="t", priority=Priority.LOW), True, True),
    (TicketUnassigned(**ABOUT, previous=1), True, True),
    (TicketReopened(**ABOUT, reason=None), True, True),
    (TicketAssigned(**ABOUT, assignee=1, previous=None), True, False),
    (PriorityChanged(**ABOUT, before=Priority.LOW, after=Priority.HIGH), True, False),
    (MessagePosted(**ABOUT, message=MessageId(1), kind=REPLY), True, False),
    (MessagePosted(**ABOUT, message=MessageId(1), kind=NOTE), False, True),
    (TicketResolved(**ABOUT, answer=None), False, False),
    (UrgencyDeclared(**ABOUT, message=None, granted=False), False, False),
    (PersonLeft(**ABOUT, person=1, platform=DISCORD), False, False),
    (ThreadLost(**ABOUT, platform=DISCORD, replaced=False), False, False),
]


@pytest.mark.parametrize(("event", "inside", "beside"), HEARD)
async def test_a_thread_tells_those_in_it_what_it_shows_and_the_staff_what_their_card_shows(
    office: Office, event: object, inside: bool, beside: bool
) -> None:
    ticket = await office.ticket(await at_stage(office, "held"))
    case = Case(None, office.desk, SYSTEM, None, office.clock.now(), office.keys, changed=ticket)
    shared, triage = [
        Thread(id=ThreadId(n), ticket=ticket.id, platform=DISCORD, audience=audience)
        for n, audience in enumerate((Audience.REQUESTER, Audience.STAFF))
    ]
    own = replace(shared, participant=office.people["sam"])
    asha, abe = office.people["asha"], office.people["abe"]
    assert _reads_of_it(event, asha, ticket, [shared], case) is inside
    assert _reads_of_it(event, abe, ticket, [triage], case) is beside
    for person, threads in ((abe, [shared]), (asha, [own]), (asha, [])):
        assert not _reads_of_it(event, person, ticket, threads, case)


# --- troubles --------------------------------------------------------------------------------------------------------


async def test_a_trouble_is_told_to_the_admins_once_wherever_they_can_be_written_to(office: Office) -> None:
    office.use(replace(office.desk, messengers=frozenset({DISCORD})))
    await office.join("ada", "lee")
    report = ReportTrouble(key="discord:permission:1", sentence="Allow it.")
    owed = await office.owed_by(report, SYSTEM)
    assert [(one.intent, one.address) for one in owed] == [
        (Intent.TROUBLE, ToPerson(office.people["ada"], Platform.WEB)),
        (Intent.TROUBLE, ToPerson(office.people["ada"], DISCORD)),
    ]
    assert await office.owed_by(report, SYSTEM) == []


async def test_every_admin_is_told_and_nobody_else(office: Office) -> None:
    owed = await office.owed_by(ReportTrouble(key="k", sentence="S."), SYSTEM)
    told_of_it = {one.address.person for one in owed}
    for who, number in office.people.items():
        admin = may_in_general(Action.ADMINISTER, await office.person(who))
        assert admin is (Role.ADMIN in (await office.person(who)).roles) is (number in told_of_it)


async def test_urgency_that_waits_for_a_lead_is_told_the_lead_even_inside_the_thread(office: Office) -> None:
    office.use(desk_of(urgent=UrgencySetting.ASK, messengers=frozenset({DISCORD})))
    await office.join("sam", "lee")
    ticket = await office.open()
    await office.do(ClaimTicket(ticket=ticket), "lee")
    await bound(office, ticket, "shared")
    owed = await office.owed_by(DeclareUrgent(ticket=ticket, why=HELLO), "sam")
    assert pinged_on(owed, office, DISCORD) == ["lee"]
