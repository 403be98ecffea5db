"""Who is written to on a messenger, beside what its threads tell them already."""

from dataclasses import replace

import pytest

from core.commands import (
    AssignTicket,
    ClaimTicket,
    CloseTicket,
    Command,
    DeclareUrgent,
    NoteDeparture,
    PostMessage,
    ReplaceThread,
    ReportTrouble,
    ResolveTicket,
    SetPriority,
    UnassignTicket,
)
from core.events import (
    MessagePosted,
    PersonLeft,
    PriorityChanged,
    ThreadLost,
    ThreadNotRead,
    TicketAssigned,
    TicketOpened,
    TicketReopened,
    TicketResolved,
    TicketUnassigned,
    UrgencyDeclared,
)
from core.model.desk import UrgencySetting
from core.model.ids import MessageId, ThreadId, TicketId
from core.model.outbox import Delivery, Intent, ToPerson
from core.model.people import Platform, Role
from core.model.thread import Audience, GapReason, MessageKind, Thread
from core.model.ticket import Priority
from core.policy import Action, may_in_general
from core.routing import _reads_of_it
from core.text import Text
from core.usecases.case import Case
from tests.fakes.office import SYSTEM, Office, desk_of
from tests.fakes.stages import DISCORD, SLACK, Given, at_stage, bound, made

NOTE, REPLY = MessageKind.NOTE, MessageKind.REPLY
HELLO = Text.of("Hello")


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
MISSED = {
    "platform": DISCORD,
    "thread": ThreadId(1),
    "audience": Audience.REQUESTER,
    "reason": GapReason.SHUT_OUT,
    "since": None,
    "until": None,
}
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
    (ThreadNotRead(**ABOUT, **MISSED), False, True),
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
