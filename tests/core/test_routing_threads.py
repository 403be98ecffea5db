"""What each thing that happens owes to a ticket's threads."""

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
    OpenTicket,
    PostMessage,
    React,
    RemoveParticipant,
    ReopenTicket,
    ReplaceThread,
    ResolveTicket,
    SetPriority,
    SetStatus,
    SetVisibility,
    TransferTicket,
    UnassignTicket,
    UndoMessage,
)
from core.model.ids import ThreadId, TicketId
from core.model.outbox import Delivery, DeliveryState, Intent, ToThread
from core.model.thread import Audience, MessageKind, Thread, may_tell
from core.model.ticket import Priority, Status, Visibility
from core.text import Text
from tests.fakes.office import SYSTEM, Office, on_discord
from tests.fakes.stages import DISCORD, SETTINGS, SLACK, Given, at_stage, bound, made

NOTE, REPLY = MessageKind.NOTE, MessageKind.REPLY
HELLO = Text.of("Hello")


def told(owed: list[Delivery], threads: dict[ThreadId, str]) -> dict[str, str]:
    """Thread -> the intents that it is owed, in their order, without what a later one took the place of."""
    lanes: dict[str, list[str]] = {name: [] for name in threads.values()}
    for one in owed:
        if isinstance(one.address, ToThread) and one.state is DeliveryState.PENDING:
            lanes[threads[one.address.thread]].append("card" if one.intent is Intent.TICKET_CARD else one.intent)
    return {name: " ".join(intents) for name, intents in lanes.items() if intents}


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
    ("resolved", "sam", ReopenTicket, {"why": HELLO}, "message members card news settle", "card"),
    ("held", "sam", AddParticipant, {"person": "pia"}, "members card news", "card"),
    ("held", "sam", RemoveParticipant, {"person": "kim"}, "members card news", "card"),
    ("held", "sam", EditTicket, {"title": "Other"}, "card", "card"),
    ("held", "sam", ChangeTags, {"add": ("x",)}, "card", "card"),
    ("held", "sam", SetVisibility, {"visibility": Visibility.PUBLIC, "previewed": True}, "card", "card"),
    ("held", "asha", FollowTicket, {}, "card", "card"),
    ("held", "asha", TransferTicket, {"team": "platform"}, "card news", "card"),
]


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
        mark = "mark" if setting == "own" and kind is NOTE else None
        assert told(await office.owed_by(post, who, **here), threads).get(name) == mark
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
