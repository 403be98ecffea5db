"""A ticket's threads on the platforms: where they are made, replaced when they are gone, and read on from."""

from dataclasses import replace

import pytest

from core.commands import (
    AdvanceThread,
    CloseTicket,
    Command,
    NoteDeparture,
    PostMessage,
    ReopenTicket,
    ReplaceThread,
    ResolveTicket,
    TransferTicket,
)
from core.errors import NoSuchTicket, NotAllowed
from core.events import PersonLeft, ThreadLost
from core.model.desk import Desk, Place
from core.model.ids import ThreadId, TicketId
from core.model.outbox import Delivery, DeliveryState, Intent, ToThread
from core.model.people import Platform
from core.model.thread import Audience, MessageKind
from core.text import Text
from tests.fakes.office import DAY, HOUR, SYSTEM, Office, desk_of, on_discord

DISCORD = Platform.DISCORD


@pytest.fixture
async def office(office: Office) -> Office:
    office.use(on_discord(office.desk))
    return office


async def places(office: Office, ticket: TicketId) -> list[tuple[str, Audience]]:
    return [(thread.place, thread.audience) for thread in await office.threads(ticket)]


REQUESTER, STAFF = Audience.REQUESTER, Audience.STAFF
EXAMS = [("for exams", REQUESTER), ("of academics", STAFF)]

# --- making ----------------------------------------------------------------------------------------------------------


def without(desk: Desk, *, categories: bool = False, teams: bool = False) -> Desk:
    """Without the channels of the one, or of the other."""
    kept = desk
    if categories:
        kept = replace(kept, categories={key: replace(one, places=()) for key, one in desk.categories.items()})
    if teams:
        kept = replace(kept, teams={key: replace(one, places=()) for key, one in desk.teams.items()})
    return kept


@pytest.mark.parametrize(
    ("categories", "teams", "made"),
    [(False, False, EXAMS), (True, False, EXAMS[1:]), (False, True, EXAMS[:1]), (True, True, [])],
)
async def test_a_ticket_opens_with_a_thread_in_each_place_of_its_category_and_team(
    office: Office, categories: bool, teams: bool, made: list[tuple[str, Audience]]
) -> None:
    office.use(without(office.desk, categories=categories, teams=teams))
    assert await places(office, await office.open()) == made


async def test_one_channel_may_serve_the_requesters_and_the_staff(office: Office) -> None:
    both = (Place(DISCORD, "one"),)
    categories = {"exams": replace(office.desk.categories["exams"], places=both)}
    teams = {**office.desk.teams, "academics": replace(office.desk.teams["academics"], places=both)}
    office.use(replace(office.desk, categories=categories, teams=teams))
    assert await places(office, await office.open()) == [("one", REQUESTER), ("one", STAFF)]


async def test_a_transfer_adds_the_other_teams_card_once_and_leaves_the_first_ones(office: Office) -> None:
    ticket = await office.open()
    await office.do(TransferTicket(ticket=ticket, team="platform"), "asha")
    assert await places(office, ticket) == [*EXAMS, ("of platform", STAFF)]
    await office.do(TransferTicket(ticket=ticket, team="academics"), "pia")
    assert await places(office, ticket) == [*EXAMS, ("of platform", STAFF)]


async def test_a_category_that_moved_to_another_channel_makes_no_second_thread_of_an_old_ticket(office: Office) -> None:
    ticket = await office.open()
    await office.do(ResolveTicket(ticket=ticket), "asha")
    exams = replace(office.desk.categories["exams"], places=(Place(DISCORD, "elsewhere"),))
    office.use(replace(office.desk, categories={**office.desk.categories, "exams": exams}))
    await office.do(ReopenTicket(ticket=ticket), "asha")
    assert await places(office, ticket) == EXAMS


async def test_a_reopening_makes_what_bot_toml_has_come_to_name(office: Office) -> None:
    office.use(desk_of())
    ticket = await office.open()
    await office.do(CloseTicket(ticket=ticket), "sam")
    office.use(on_discord(office.desk))
    assert await places(office, ticket) == []
    await office.do(ReopenTicket(ticket=ticket), "sam")
    assert await places(office, ticket) == EXAMS


# --- replacing -------------------------------------------------------------------------------------------------------


async def gone(office: Office, ticket: TicketId, number: int = 0) -> ThreadId:
    """That one of its threads is found to be gone."""
    thread = (await office.threads(ticket))[number].id
    await office.do(ReplaceThread(ticket=ticket, thread=thread, reason="It was deleted."), SYSTEM)
    return thread


async def to_thread(office: Office, thread: ThreadId) -> list[Delivery]:
    return [one for one in await office.owed() if one.address == ToThread(thread, DISCORD)]


async def test_a_thread_that_is_gone_is_replaced_and_its_lane_and_copies_are_given_up(office: Office) -> None:
    ticket = await office.open()
    await office.carry_out()
    said = await office.say(ticket, "sam", "Hello")
    await office.carry_out()
    await office.say(ticket, "asha", "On its way")
    lost = await gone(office, ticket)
    assert await places(office, ticket) == [EXAMS[1], EXAMS[0]]
    assert (await office.thread(lost)).lost_at == office.clock.now()
    assert await office.copies(said.id) == {}
    late = [one for one in await to_thread(office, lost) if one.state is not DeliveryState.DONE]
    assert {one.state for one in late} == {DeliveryState.SKIPPED}
    assert [one.reason for one in late if one.intent is Intent.MESSAGE] == ["It was deleted."]
    assert (await office.events(ticket))[-1] == ThreadLost(ticket=ticket, platform=DISCORD, replaced=True)
    taken = [one for one in await office.carry_out() if one.thread is not None and one.thread.place == "for exams"]
    assert [one.delivery.intent for one in taken] == [Intent.CREATE_THREAD, Intent.HISTORY]


async def test_a_lane_that_was_parked_or_in_flight_is_given_up_with_its_thread(office: Office) -> None:
    ticket = await office.open()
    now = office.clock.now()
    async with office.store.write() as work:
        first, second = [
            one
            for one in await work.outbox.lease(now, owner="me", until=now + HOUR, limit=50)
            if one.intent is Intent.CREATE_THREAD
        ]
        await work.outbox.give_up(first.id, "me", state=DeliveryState.PARKED, reason="no", at=now)
    for _ in range(2):
        await gone(office, ticket)
    async with office.store.write() as work:
        assert not await work.outbox.done(second.id, "me", receipt="late", at=now)
        assert await work.outbox.given_up() == []


async def test_told_twice_that_a_thread_is_gone_the_desk_makes_one(office: Office) -> None:
    ticket = await office.open()
    lost = await gone(office, ticket)
    before = await office.everything()
    await office.do(ReplaceThread(ticket=ticket, thread=lost, reason="It was deleted."), SYSTEM)
    assert await office.everything() == before


async def test_a_ticket_gets_three_new_threads_a_day_and_then_says_that_it_has_none(office: Office) -> None:
    ticket = await office.open()
    for hour in range(4):
        assert len(await office.threads(ticket)) == 2, hour
        await gone(office, ticket, 0 if hour == 0 else 1)
        office.clock.advance(HOUR)
    assert await places(office, ticket) == EXAMS[1:]
    lost = [event for event in await office.events(ticket) if isinstance(event, ThreadLost)]
    assert [event.replaced for event in lost] == [True, True, True, False]


async def test_the_days_count_begins_anew(office: Office) -> None:
    ticket = await office.open()
    for _ in range(3):
        await gone(office, ticket)
    office.clock.advance(DAY + HOUR)
    await gone(office, ticket)
    assert len(await office.threads(ticket)) == 2


@pytest.mark.parametrize("command", [ResolveTicket, CloseTicket])
async def test_the_thread_of_what_is_over_is_not_replaced_until_the_ticket_is_reopened(
    office: Office, command: type[Command]
) -> None:
    ticket = await office.open()
    await office.do(command(ticket=ticket), "asha")
    await gone(office, ticket)
    assert await places(office, ticket) == EXAMS[1:]
    assert (await office.events(ticket))[-1] == ThreadLost(ticket=ticket, platform=DISCORD, replaced=False)
    await office.do(ReopenTicket(ticket=ticket), "sam")
    assert await places(office, ticket) == [EXAMS[1], EXAMS[0]]


async def test_a_thread_whose_place_bot_toml_names_no_more_is_not_replaced(office: Office) -> None:
    ticket = await office.open()
    office.use(without(office.desk, categories=True))
    await gone(office, ticket)
    assert (await office.events(ticket))[-1] == ThreadLost(ticket=ticket, platform=DISCORD, replaced=False)


async def test_a_thread_of_another_ticket_and_one_that_never_was_are_left_alone(office: Office) -> None:
    ticket, other = await office.open(), await office.open()
    theirs = (await office.threads(other))[0].id
    before = await office.everything()
    for thread in (theirs, ThreadId(999)):
        await office.do(ReplaceThread(ticket=ticket, thread=thread, reason="x"), SYSTEM)
    assert await office.everything() == before
    with pytest.raises(NoSuchTicket):
        await office.do(ReplaceThread(ticket=TicketId(999), thread=theirs, reason="x"), SYSTEM)


# --- departures ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("platform", "noted"), [(DISCORD, True), (Platform.SLACK, False)])
async def test_a_requester_who_left_is_noted_where_their_ticket_has_a_thread(
    office: Office, platform: Platform, noted: bool
) -> None:
    ticket = await office.open()
    await office.do(NoteDeparture(ticket=ticket, platform=platform), SYSTEM)
    left = PersonLeft(ticket=ticket, person=office.people["sam"], platform=platform)
    assert (left in await office.events(ticket)) is noted


async def test_a_card_that_only_the_staff_saw_is_missed_by_nobody_who_leaves(office: Office) -> None:
    office.use(without(office.desk, categories=True))
    ticket = await office.open()
    before = await office.kinds(ticket)
    await office.do(NoteDeparture(ticket=ticket, platform=DISCORD), SYSTEM)
    assert await office.kinds(ticket) == before


async def test_a_departure_is_the_staffs_to_know(office: Office) -> None:
    ticket = await office.open()
    await office.do(NoteDeparture(ticket=ticket, platform=DISCORD), SYSTEM)
    await gone(office, ticket)
    staffs = [entry.line for entry in (await office.view(ticket, "asha")).entries]
    assert "Sam Student left Discord, and no longer reads the thread there" in staffs
    assert "Its thread on Discord was deleted, and is made anew" in staffs
    assert not any("Discord" in entry.line for entry in (await office.view(ticket, "sam")).entries)


# --- cursors ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cursor", "heard", "after"),
    [
        (None, "100", "100"),
        ("100", "101", "101"),
        ("100", "99", "100"),
        ("99", "100", "100"),
        ("999", "1000", "1000"),
        ("1000", "999", "1000"),
        ("100", "100", "100"),
    ],
)
async def test_a_cursor_moves_forward_only_as_the_platform_counts(
    office: Office, cursor: str | None, heard: str, after: str
) -> None:
    ticket = await office.open()
    thread = (await office.threads(ticket))[0]
    async with office.store.write() as work:
        await work.threads.save(replace(thread, cursor=cursor))
    await office.do(AdvanceThread(ticket=ticket, thread=thread.id, cursor=heard), SYSTEM)
    assert (await office.thread(thread.id)).cursor == after


async def test_what_is_said_there_is_known_by_its_name_and_moves_the_cursor(office: Office) -> None:
    ticket = await office.open()
    thread = (await office.threads(ticket))[0].id
    cursors = []
    for called in ("1000", "999"):
        post = PostMessage(ticket=ticket, kind=MessageKind.REPLY, text=Text.of("Hello"), external_id=called)
        outcome = await office.do(post, "sam", door=DISCORD, thread=thread)
        assert outcome.message is not None
        assert await office.copies(outcome.message) == {thread: (called,)}
        cursors.append((await office.thread(thread)).cursor)
    assert cursors == ["1000", "1000"]


@pytest.mark.parametrize("external_id", [None, "1000"])
async def test_what_is_said_elsewhere_is_no_platforms_copy(office: Office, external_id: str | None) -> None:
    ticket = await office.open()
    post = PostMessage(ticket=ticket, kind=MessageKind.REPLY, text=Text.of("Hello"), external_id=external_id)
    outcome = await office.do(post, "sam")
    assert outcome.message is not None
    assert await office.copies(outcome.message) == {}


async def test_only_the_desk_replaces_advances_and_notes(office: Office) -> None:
    ticket = await office.open()
    thread = (await office.threads(ticket))[0].id
    for who in ("sam", "asha", "ada"):
        for command in (
            ReplaceThread(ticket=ticket, thread=thread, reason="x"),
            AdvanceThread(ticket=ticket, thread=thread, cursor="1"),
            NoteDeparture(ticket=ticket, platform=DISCORD),
        ):
            for door in (Platform.WEB, DISCORD, Platform.SYSTEM):
                with pytest.raises(NotAllowed):
                    await office.do(command, who, door=door)
