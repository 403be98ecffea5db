"""What could not be read of a thread: said to the staff once, to no student ever, and taken back where it was read."""

import asyncio
from datetime import UTC, datetime

import pytest

from core.commands import (
    ClaimTicket,
    Command,
    MergeTicket,
    NoteCaughtUp,
    NoteGap,
    ResolveTicket,
    TransferTicket,
)
from core.errors import NoSuchTicket, NotAllowed
from core.events import ThreadCaughtUp, ThreadNotRead
from core.model.ids import ThreadId, TicketId
from core.model.outbox import Delivery, Intent, ToPerson, ToThread
from core.model.people import Platform
from core.model.thread import Audience, GapReason
from tests.fakes.office import HOUR, SYSTEM, Office, desk_of, on_discord
from tests.fakes.stages import DISCORD, SETTINGS, at_stage, bound

SINCE = datetime(2026, 3, 1, 4, 30, tzinfo=UTC)
SHUT_OUT, TOO_OLD, DELETED = GapReason.SHUT_OUT, GapReason.TOO_OLD, GapReason.DELETED


@pytest.fixture
async def office(office: Office) -> Office:
    office.use(on_discord(office.desk))
    return office


def gap(ticket: TicketId, thread: ThreadId, **more: object) -> NoteGap:
    given: dict[str, object] = {"reason": SHUT_OUT, "since": SINCE, **more}
    return NoteGap(ticket=ticket, thread=thread, **given)  # type: ignore[arg-type] # what a test names of its fields


async def told(office: Office, ticket: TicketId) -> list[str]:
    """What was noted of gaps, in order, as one word each."""
    words = {ThreadNotRead: lambda event: event.reason.value, ThreadCaughtUp: lambda _: "read"}
    return [words[type(event)](event) for event in await office.events(ticket) if type(event) in words]


NOTED: list[tuple[list[tuple[GapReason, datetime] | None], list[str]]] = [
    # what is noted of one thread, one after the other (None: that it was read); what stands in the trail
    ([(SHUT_OUT, SINCE)], ["shut_out"]),
    ([(SHUT_OUT, SINCE), (SHUT_OUT, SINCE)], ["shut_out"]),
    ([(SHUT_OUT, SINCE), (SHUT_OUT, SINCE + HOUR)], ["shut_out", "shut_out"]),
    ([(SHUT_OUT, SINCE), None], ["shut_out", "read"]),
    ([(SHUT_OUT, SINCE), None, None], ["shut_out", "read"]),
    ([(SHUT_OUT, SINCE), None, (SHUT_OUT, SINCE)], ["shut_out", "read", "shut_out"]),
    ([(SHUT_OUT, SINCE), (TOO_OLD, SINCE), None], ["shut_out", "too_old"]),
    ([(TOO_OLD, SINCE), (TOO_OLD, SINCE), None], ["too_old"]),
    ([(DELETED, SINCE), None], ["deleted"]),
    ([None], []),
]


@pytest.mark.parametrize(("noted", "trail"), NOTED)
async def test_a_gap_stands_in_the_ticket_once_and_so_does_that_it_was_read(
    office: Office, noted: list[tuple[GapReason, datetime] | None], trail: list[str]
) -> None:
    ticket = await office.open()
    thread = (await office.threads(ticket))[0].id
    for one in noted:
        read = NoteCaughtUp(ticket=ticket, thread=thread)
        await office.do(read if one is None else gap(ticket, thread, reason=one[0], since=one[1]), SYSTEM)
    assert await told(office, ticket) == trail


async def test_two_processes_that_find_the_same_gap_at_once_say_it_once(office: Office) -> None:
    ticket = await office.open()
    thread = (await office.threads(ticket))[0].id
    found = gap(ticket, thread)
    await asyncio.gather(*(office.do(found, SYSTEM) for _ in range(5)))
    assert await told(office, ticket) == ["shut_out"]


async def test_each_thread_has_gaps_of_its_own(office: Office) -> None:
    ticket = await office.open()
    for thread in await office.threads(ticket):
        await office.do(gap(ticket, thread.id), SYSTEM)
    events = [event for event in await office.events(ticket) if isinstance(event, ThreadNotRead)]
    assert [(one.audience, one.platform, one.until) for one in events] == [
        (Audience.REQUESTER, DISCORD, office.clock.now()),
        (Audience.STAFF, DISCORD, office.clock.now()),
    ]


async def test_a_thread_of_another_ticket_and_one_that_never_was_are_left_alone(office: Office) -> None:
    ticket, other = await office.open(), await office.open()
    theirs = (await office.threads(other))[0].id
    before = await office.everything()
    for thread in (theirs, ThreadId(999)):
        await office.do(gap(ticket, thread), SYSTEM)
        await office.do(NoteCaughtUp(ticket=ticket, thread=thread), SYSTEM)
    assert await office.everything() == before
    with pytest.raises(NoSuchTicket):
        await office.do(gap(TicketId(999), theirs), SYSTEM)


async def test_nobody_but_the_desk_says_what_was_not_read(office: Office) -> None:
    ticket = await office.open()
    thread = (await office.threads(ticket))[0].id
    commands: list[Command] = [gap(ticket, thread), NoteCaughtUp(ticket=ticket, thread=thread)]
    for who in ("sam", "asha", "ada"):
        for command in commands:
            for door in (Platform.WEB, DISCORD, Platform.SYSTEM):
                with pytest.raises(NotAllowed):
                    await office.do(command, who, door=door)


async def test_what_was_written_for_a_merged_ticket_is_missed_in_the_one_that_goes_on(office: Office) -> None:
    merged, into = await office.open(), await office.open()
    thread = (await office.threads(merged))[0].id
    await office.do(MergeTicket(ticket=merged, into=into), "asha")
    for _ in range(2):
        await office.do(gap(merged, thread), SYSTEM)
    assert (await told(office, merged), await told(office, into)) == ([], ["shut_out"])
    await office.do(NoteCaughtUp(ticket=merged, thread=thread), SYSTEM)
    assert await told(office, into) == ["shut_out", "read"]


# --- who is told -----------------------------------------------------------------------------------------------------


@pytest.fixture
async def apart(office: Office) -> Office:
    """With no threads but those that a test gives its ticket."""
    office.use(desk_of(messengers=frozenset({DISCORD})))
    return office


def threads_told(owed: list[Delivery], names: dict[ThreadId, str]) -> list[tuple[str, str]]:
    return [(names[one.address.thread], one.intent) for one in owed if isinstance(one.address, ToThread)]


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("stage", ["fresh", "held", "resolved"])
async def test_the_staffs_own_thread_says_it_in_a_line_and_no_other_does(
    apart: Office, setting: str, stage: str
) -> None:
    ticket = await at_stage(apart, stage)
    names = await bound(apart, ticket, setting)
    missed = next(iter(names))
    for command in (gap(ticket, missed), NoteCaughtUp(ticket=ticket, thread=missed)):
        assert threads_told(await apart.owed_by(command, SYSTEM), names) == [("triage", Intent.NEWS)]


@pytest.mark.parametrize(
    ("stage", "setting", "web", "discord"),
    [
        ("held", "shared", ["asha"], []),
        ("held", "own", ["asha"], ["asha"]),
        ("resolved", "shared", ["asha"], []),
        ("fresh", "shared", [], []),
    ],
)
async def test_whoever_has_the_ticket_hears_of_it_where_they_do_not_read_it_anyway(
    apart: Office, stage: str, setting: str, web: list[str], discord: list[str]
) -> None:
    await apart.join("sam", "asha", "lee")
    ticket = await at_stage(apart, stage)
    names = await bound(apart, ticket, setting)
    owed = await apart.owed_by(gap(ticket, next(iter(names))), SYSTEM)
    pings = [one for one in owed if one.intent is Intent.PING and isinstance(one.address, ToPerson)]
    for platform, expected in ((Platform.WEB, web), (DISCORD, discord)):
        assert apart.pinged([one for one in pings if one.address.platform is platform]) == expected
    read = await apart.owed_by(NoteCaughtUp(ticket=ticket, thread=next(iter(names))), SYSTEM)
    assert apart.pinged(read) == []


async def test_of_a_sensitive_ticket_nothing_stands_where_more_staff_read(apart: Office) -> None:
    await apart.join("wen")
    ticket = await at_stage(apart, "held", "welfare")
    names = await bound(apart, ticket, "shared")
    owed = await apart.owed_by(gap(ticket, next(iter(names))), SYSTEM)
    assert threads_told(owed, names) == []
    assert apart.pinged(owed) == ["wen", "wen"]


async def test_a_team_that_handed_the_ticket_on_hears_of_no_gap(office: Office) -> None:
    ticket = await office.open()
    await office.do(TransferTicket(ticket=ticket, team="platform"), "asha")
    names = {thread.id: thread.place for thread in await office.threads(ticket)}
    owed = await office.owed_by(gap(ticket, next(iter(names))), SYSTEM)
    assert threads_told(owed, names) == [("of platform", Intent.NEWS)]


# --- the words -------------------------------------------------------------------------------------------------------

LINES = [
    # which thread, why; what the staff read
    (
        Audience.REQUESTER,
        SHUT_OUT,
        "What was written in its thread on Discord from 2026-03-01 10:00 to 14:30 IST could not be read, "
        "since the desk is not let in there; who asked may have to be asked to write it again",
    ),
    (
        Audience.REQUESTER,
        TOO_OLD,
        "What was written in its thread on Discord from 2026-03-01 10:00 to 14:30 IST could not be read, "
        "since Discord shows nothing that old any more; who asked may have to be asked to write it again",
    ),
    (
        Audience.STAFF,
        DELETED,
        "What was written in the staff's thread on Discord from 2026-03-01 10:00 to 14:30 IST could not be read "
        "before it was deleted; whoever wrote there may have to write it again",
    ),
]


@pytest.mark.parametrize(("audience", "reason", "line"), LINES)
async def test_the_staff_read_where_what_was_missed_and_why_and_a_student_none_of_it(
    office: Office, audience: Audience, reason: GapReason, line: str
) -> None:
    ticket = await office.open()
    await office.do(ClaimTicket(ticket=ticket), "asha")
    thread = next(one for one in await office.threads(ticket) if one.audience is audience)
    before = len((await office.view(ticket, "sam")).entries)
    await office.do(gap(ticket, thread.id, reason=reason), SYSTEM)
    await office.do(gap(ticket, thread.id), SYSTEM)
    await office.do(NoteCaughtUp(ticket=ticket, thread=thread.id), SYSTEM)
    staffs = [entry.line for entry in (await office.view(ticket, "asha")).entries]
    place = "the staff's thread" if audience is Audience.STAFF else "its thread"
    assert line in staffs
    assert staffs[-1] == f"What could not be read in {place} on Discord has been read by now"
    assert len((await office.view(ticket, "sam")).entries) == before


async def test_a_gap_is_noted_of_what_is_over_too(office: Office) -> None:
    ticket = await office.open()
    await office.do(ResolveTicket(ticket=ticket), "asha")
    thread = (await office.threads(ticket))[0]
    await office.do(gap(ticket, thread.id, until=SINCE + HOUR), SYSTEM)
    [event] = [event for event in await office.events(ticket) if isinstance(event, ThreadNotRead)]
    assert (event.since, event.until) == (SINCE, SINCE + HOUR)
