"""One ticket that goes on in another, for a day to be taken back; links between two."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.commands import (
    AddParticipant,
    ClaimTicket,
    EditMessage,
    FollowTicket,
    LinkTickets,
    MergeTicket,
    ReopenTicket,
    ResolveTicket,
    SaveDraft,
    SetStatus,
    Snooze,
    UndoMerge,
    UndoMessage,
    UnfollowTicket,
    UnlinkTickets,
)
from core.errors import AlreadySo, MergedAway, NoSuchTicket, Refusal, SameTicket, WrongStatus
from core.events import (
    AbsorptionUndone,
    MergeUndone,
    TicketAbsorbed,
    TicketClosed,
    TicketFollowed,
    TicketJoined,
    TicketLinked,
    TicketMerged,
    TicketUnlinked,
)
from core.merged import to_open_anew
from core.model.ids import PersonId, TicketId
from core.model.outbox import Intent, TimerKind, ToThread
from core.model.people import Platform
from core.model.relation import Relation
from core.model.thread import Audience, Copy
from core.model.ticket import Ending, Status
from core.ports import Parcel
from core.text import Text
from core.usecases.combining import MergedOn, MergeStands, NotMerged, SensitiveApart
from core.vocabulary import View
from tests.fakes.clock import START
from tests.fakes.office import DAY, Office, desk_of, on_discord

SECOND = timedelta(seconds=1)


async def two(office: Office, later: str = "kim", **more: Any) -> tuple[TicketId, TicketId]:
    """One of sam's, and a later one of ``later``'s."""
    return await office.open(**more), await office.open(later, "Mine is missing too", **more)


async def followers(office: Office, ticket: TicketId) -> list[PersonId]:
    async with office.store.read() as work:
        return list(await work.tickets.followers(ticket))


async def test_a_merged_ticket_is_closed_and_its_requester_follows_the_other(any_office: Office) -> None:
    office = any_office
    one, other = await two(office)
    outcome = await office.do(MergeTicket(ticket=other, into=one), "asha")
    assert outcome.ticket == one
    merged, goes_on = await office.ticket(other), await office.ticket(one)
    assert (merged.status, merged.ending, merged.merged_into) == (Status.CLOSED, Ending.MERGED, one)
    assert (goes_on.status, goes_on.follower_count, goes_on.participants) == (Status.OPEN, 1, frozenset())
    assert await followers(office, one) == [office.people["kim"]]
    assert (await office.events(other))[1:] == [
        TicketClosed(ticket=other, ending=Ending.MERGED),
        TicketMerged(ticket=other, into=one),
    ]
    assert (await office.events(one))[1:] == [TicketAbsorbed(ticket=one, merged=other)]
    with pytest.raises(NoSuchTicket):
        await office.view(one, "kim")


@pytest.mark.parametrize("category", ["forum", "exams"])
async def test_people_take_part_where_the_staff_say_so(office: Office, category: str) -> None:
    one, other = await two(office, category=category)
    await office.do(MergeTicket(ticket=other, into=one, join=True), "asha")
    assert (await office.ticket(one)).participants == {office.people["kim"]}
    await office.say(one, "kim", "Here I am")


async def test_who_asked_privately_is_not_named_in_a_public_ticket(office: Office) -> None:
    one, other = await office.open(category="forum"), await office.open("kim")
    await office.do(MergeTicket(ticket=other, into=one), "asha")
    assert (await office.ticket(one)).participants == frozenset()
    assert await followers(office, one) == [office.people["kim"]]


async def test_whoever_takes_part_in_the_merged_ticket_follows_the_other_too(office: Office) -> None:
    one, other = await office.open(), await office.open()
    await office.do(AddParticipant(ticket=other, person=office.people["kim"]), "sam")
    await office.do(MergeTicket(ticket=other, into=one), "asha")
    assert await followers(office, one) == [office.people["kim"]]


async def test_followers_move_and_nobody_is_counted_twice(office: Office) -> None:
    one, other = await two(office, category="login")
    for who, ticket in (("ada", other), ("abe", other), ("abe", one), ("sam", other)):
        await office.do(FollowTicket(ticket=ticket), who)
    await office.do(MergeTicket(ticket=other, into=one), "asha")
    assert {*await followers(office, one)} == {office.people[who] for who in ("abe", "ada", "kim")}
    assert (await office.ticket(one)).follower_count == 3
    assert (await followers(office, other), (await office.ticket(other)).follower_count) == ([], 0)


async def test_what_is_merged_into_a_merged_ticket_goes_where_that_went(office: Office) -> None:
    first, second = await two(office)
    third = await office.open("kim")
    await office.do(MergeTicket(ticket=second, into=first), "asha")
    assert (await office.do(MergeTicket(ticket=third, into=second), "asha")).ticket == first
    assert (await office.ticket(third)).merged_into == first


async def test_a_ticket_goes_neither_into_itself_nor_in_a_circle_nor_twice(office: Office) -> None:
    one, other = await two(office)
    with pytest.raises(SameTicket, match="T-1 is one and the same ticket"):
        await office.do(MergeTicket(ticket=one, into=one), "asha")
    await office.do(MergeTicket(ticket=other, into=one), "asha")
    with pytest.raises(SameTicket, match="T-1 is one and the same ticket"):
        await office.do(MergeTicket(ticket=one, into=other), "asha")
    with pytest.raises(AlreadySo, match="it is merged into another"):
        await office.do(MergeTicket(ticket=other, into=one), "asha")


async def test_nothing_goes_into_a_ticket_that_is_over(office: Office) -> None:
    one, other = await two(office)
    await office.do(ResolveTicket(ticket=one), "asha")
    with pytest.raises(WrongStatus, match="cannot take in another"):
        await office.do(MergeTicket(ticket=other, into=one), "asha")


async def test_a_sensitive_ticket_goes_with_none_of_another_category(office: Office) -> None:
    one, welfare = await office.open(), await office.open(category="welfare")
    for ticket, into in ((one, welfare), (welfare, one)):
        with pytest.raises(SensitiveApart):
            await office.do(MergeTicket(ticket=ticket, into=into), "wen")
    another = await office.open("kim", category="welfare")
    await office.do(MergeTicket(ticket=another, into=welfare), "wen")


@pytest.mark.parametrize("who", ["asha", "ada", "sam"])
async def test_a_ticket_that_one_may_not_see_is_not_there_to_be_merged(office: Office, who: str) -> None:
    welfare, one = await office.open("kim", category="welfare"), await office.open("kim")
    for command in (
        MergeTicket(ticket=welfare, into=one),
        MergeTicket(ticket=one, into=welfare),
        LinkTickets(ticket=one, other=welfare, relation=Relation.RELATES),
        UnlinkTickets(ticket=one, other=welfare),
        UndoMerge(ticket=welfare),
    ):
        with pytest.raises(NoSuchTicket):
            await office.do(command, who)


async def test_two_merges_at_once_do_not_both_happen(any_office: Office) -> None:
    office = any_office
    one, other = await two(office)
    third = await office.open()
    came = await asyncio.gather(
        office.do(MergeTicket(ticket=one, into=other), "asha"),
        office.do(MergeTicket(ticket=other, into=one), "abe"),
        office.do(MergeTicket(ticket=other, into=third), "lee"),
        return_exceptions=True,
    )
    assert all(isinstance(one, Refusal) for one in came if isinstance(one, BaseException)), came
    tickets = [await office.ticket(ticket) for ticket in (one, other, third)]
    assert sum(ticket.merged_into is None for ticket in tickets) >= 1
    for ticket in tickets:
        seen = {ticket.id}
        while ticket.merged_into is not None:
            ticket = await office.ticket(ticket.merged_into)
            assert ticket.id not in seen
            seen.add(ticket.id)


async def test_an_undo_puts_everything_back(any_office: Office) -> None:
    office = any_office
    one, other = await two(office, category="login")
    await office.do(FollowTicket(ticket=other), "ada")
    await office.do(ClaimTicket(ticket=other), "pia")
    await office.do(SetStatus(ticket=other, status=Status.WAITING), "pia")
    before = await office.ticket(other)
    await office.do(MergeTicket(ticket=other, into=one, join=True), "asha")
    await office.say(one, "kim", "I am here now")
    await office.do(ResolveTicket(ticket=one), "pia")
    office.clock.advance(DAY)
    await office.do(UndoMerge(ticket=other), "asha")
    after, rest = await office.ticket(other), await office.ticket(one)
    assert replace(after, version=0, last_digest="", updated_at=START) == replace(
        before, version=0, last_digest="", updated_at=START
    )
    assert (rest.status, rest.participants, rest.follower_count) == (Status.RESOLVED, frozenset(), 0)
    assert (await followers(office, other), await followers(office, one)) == ([office.people["ada"]], [])
    assert MergeUndone(ticket=other, into=one) in await office.events(other)
    assert AbsorptionUndone(ticket=one, merged=other) in await office.events(one)
    with pytest.raises(NoSuchTicket):
        await office.view(one, "kim")


async def test_what_was_resolved_is_so_again_and_closes_in_its_time(office: Office) -> None:
    one, other = await two(office)
    await office.do(ResolveTicket(ticket=other), "asha")
    [due] = [timer.due_at for timer in await office.timers() if timer.kind is TimerKind.QUIET_CLOSE]
    await office.do(MergeTicket(ticket=other, into=one), "asha")
    assert not [timer for timer in await office.timers() if timer.kind is TimerKind.QUIET_CLOSE]
    await office.do(UndoMerge(ticket=other), "asha")
    assert (await office.ticket(other)).status is Status.RESOLVED
    assert [timer.due_at for timer in await office.timers() if timer.kind is TimerKind.QUIET_CLOSE] == [due]


async def test_what_was_put_aside_is_so_again(office: Office) -> None:
    one, other = await two(office)
    until = office.clock.now() + 2 * DAY
    await office.do(Snooze(ticket=other, until=until), "asha")
    await office.do(MergeTicket(ticket=other, into=one), "asha")
    await office.do(UndoMerge(ticket=other), "asha")
    assert (await office.ticket(other)).snoozed_until == until
    assert [timer.due_at for timer in await office.timers() if timer.kind is TimerKind.SNOOZE] == [until]


async def test_after_a_day_a_merge_stays(office: Office) -> None:
    one, other = await two(office)
    await office.do(MergeTicket(ticket=other, into=one), "asha")
    office.clock.advance(DAY + SECOND)
    with pytest.raises(MergeStands):
        await office.do(UndoMerge(ticket=other), "asha")


async def test_an_undo_is_refused_where_nothing_was_merged_or_more_came_on_top(office: Office) -> None:
    first, second = await two(office)
    third = await office.open()
    with pytest.raises(NotMerged):
        await office.do(UndoMerge(ticket=second), "asha")
    await office.do(MergeTicket(ticket=second, into=first), "asha")
    await office.do(MergeTicket(ticket=first, into=third), "asha")
    with pytest.raises(MergedOn, match=f"T-{first} was itself merged into T-{third}"):
        await office.do(UndoMerge(ticket=second), "asha")
    await office.do(UndoMerge(ticket=first), "asha")
    await office.do(UndoMerge(ticket=second), "asha")
    assert [(await office.ticket(one)).follower_count for one in (first, second, third)] == [0, 0, 0]


async def test_what_is_written_afterwards_goes_on_or_is_refused_with_the_way(office: Office) -> None:
    one, other = await two(office)
    await office.do(MergeTicket(ticket=other, into=one), "asha")
    with pytest.raises(MergedAway, match=f"T-{other} was merged into T-{one}"):
        await office.say(other, "kim", "And now?")
    said = await office.say(other, "asha", "We are on it")
    assert said.ticket == one
    with pytest.raises(MergedAway):
        await office.do(ReopenTicket(ticket=other), "kim")


async def test_whoever_joined_writes_on_in_their_old_thread_and_changes_it_there(office: Office) -> None:
    office.use(on_discord(desk_of()))
    await office.join("sam", "kim")
    one, other = await two(office)
    await office.do(MergeTicket(ticket=other, into=one, join=True), "asha")
    [thread] = [t for t in await office.threads(other) if t.audience is Audience.REQUESTER]
    said = await office.say(other, "kim", "Hello", door=Platform.DISCORD, thread=thread.id)
    assert said.ticket == one
    async with office.store.write() as work:
        await work.copies.put(Copy(said.id, thread.id, ("m1",)))
    edit = EditMessage(ticket=other, message=said.id, text=Text.of("Hello!"))
    await office.do(edit, "kim", door=Platform.DISCORD, thread=thread.id)
    assert [message.text for message in await office.messages(one)] == [Text.of("Hello!")]
    owed = await office.owed_by(UndoMessage(ticket=one), "kim")
    removed = [one.address for one in owed if one.intent is Intent.REMOVAL]
    assert ToThread(thread.id, Platform.DISCORD) in removed


async def test_the_merged_tickets_threads_are_told_the_way_and_nobody_of_its_words(office: Office) -> None:
    office.use(on_discord(desk_of()))
    await office.join("sam", "kim", "asha")
    one, other = await office.open(title="ZEBRA"), await office.open("kim")
    owed = await office.owed_by(MergeTicket(ticket=other, into=one), "asha")
    news = [delivery for delivery in owed if delivery.intent is Intent.NEWS and delivery.ticket == other]
    assert news
    async with office.store.write() as work:
        for thread in await work.threads.of(other):
            await work.threads.save(replace(thread, external_id=f"x{thread.id}"))
    cards = [await office.composed(delivery) for delivery in news]
    said = [str(card.content) for card in cards if isinstance(card, Parcel)]
    assert said and all(f"merged it into T-{one}" in words and "Not for me" in words for words in said)
    assert not any("ZEBRA" in words for words in said)
    assert office.pinged(owed) == ["kim"]


async def test_followers_who_came_along_hear_of_the_solution_and_may_say_not_for_me(office: Office) -> None:
    one, other = (
        await office.open(title="ZEBRA"),
        await office.open("kim", "Mine is missing", answers={"course": "CS9"}),
    )
    await office.do(MergeTicket(ticket=other, into=one), "asha")
    owed = await office.owed_by(ResolveTicket(ticket=one, answer=Text.of("ZEBRA again")), "asha")
    [ping] = [await office.composed(delivery) for delivery in owed if office.pinged([delivery]) == ["kim"]]
    assert isinstance(ping, Parcel)
    words = str(ping.content)
    assert "It was merged into another ticket, which is resolved" in words and "that you follow" not in words
    assert f"T-{other} Mine is missing" in words and "ticket.mine.-.follow=" in words and "ZEBRA" not in words
    assert f"T-{one}" not in words
    async with office.store.read() as work:
        values = await to_open_anew(await office.ticket(one), office.people["kim"], office.desk, work)
        nothing = await to_open_anew(await office.ticket(one), office.people["abe"], office.desk, work)
    assert (values["title"], values["category"], nothing) == ("Mine is missing", "exams", {})
    assert "CS9" in values.values()
    await office.do(UnfollowTicket(ticket=one), "kim")
    with pytest.raises(NoSuchTicket):
        await office.do(UnfollowTicket(ticket=one), "kim")


@pytest.mark.parametrize(
    ("who", "join", "may_reply", "buttons"),
    [
        ("kim", False, False, ["Not for me"]),
        ("kim", True, True, ["Open T-1", "Not for me"]),
        ("asha", False, True, ["Open T-1"]),
    ],
)
async def test_a_merged_ticket_says_where_it_goes_on_and_whether_one_may_write_there(
    office: Office, who: str, join: bool, may_reply: bool, buttons: list[str]
) -> None:
    await office.join("asha")
    one, other = await office.open(title="ZEBRA"), await office.open("kim", "Mine is missing")
    assert (await office.view(other, who)).goes_on is None
    await office.do(MergeTicket(ticket=other, into=one, join=join), "asha")
    view = await office.view(other, who)
    assert view.goes_on is not None
    assert (view.goes_on.title, view.may_reply) == ("It goes on in T-1", may_reply)
    assert [button.label for button in view.goes_on.buttons] == buttons
    await office.do(ResolveTicket(ticket=one, answer=Text.of("ZEBRA again")), "asha")
    over = (await office.view(other, who)).goes_on
    assert over is not None and over.title == "It goes on in T-1, which is resolved" and "ZEBRA" not in str(over)


async def test_whoever_may_see_the_other_hears_with_its_solution_which_of_theirs_it_was(office: Office) -> None:
    one, other = await office.open(category="forum"), await office.open("kim", "Mine is missing", category="forum")
    await office.do(MergeTicket(ticket=other, into=one), "asha")
    owed = await office.owed_by(ResolveTicket(ticket=one, answer=Text.of("Done")), "asha")
    [ping] = [await office.composed(delivery) for delivery in owed if office.pinged([delivery]) == ["kim"]]
    assert isinstance(ping, Parcel) and f"T-{other} was merged into it" in str(ping.content)


async def test_whose_ticket_was_merged_twice_hears_of_the_end_as_of_their_own(office: Office) -> None:
    one, two_, three = await office.open(), await office.open("abe"), await office.open("kim", "Mine is missing")
    await office.do(MergeTicket(ticket=three, into=two_), "asha")
    await office.do(MergeTicket(ticket=two_, into=one), "asha")
    owed = await office.owed_by(ResolveTicket(ticket=one, answer=Text.of("Done")), "asha")
    [ping] = [await office.composed(delivery) for delivery in owed if office.pinged([delivery]) == ["kim"]]
    assert isinstance(ping, Parcel) and f"T-{three} Mine is missing" in str(ping.content)
    assert f"T-{two_}" not in str(ping.content)


async def test_a_follow_in_place_of_a_ticket_ends_the_draft_and_keeps_its_words(office: Office) -> None:
    ticket = await office.open(category="login")
    draft = (await office.do(SaveDraft(values={"title": "No login", "category": "login"}), "kim")).draft
    with pytest.raises(Refusal):
        await office.do(FollowTicket(ticket=ticket, draft=draft), "abe")
    await office.do(FollowTicket(ticket=ticket, draft=draft), "kim")
    assert (await office.events(ticket))[-1] == TicketJoined(ticket=ticket, person=office.people["kim"])
    async with office.store.read() as work:
        assert await work.drafts.get(draft) is None  # type: ignore[arg-type]  # it was made above
        values = await to_open_anew(await office.ticket(ticket), office.people["kim"], office.desk, work)
    assert values["title"] == "No login"
    await office.do(FollowTicket(ticket=ticket), "abe")
    assert (await office.events(ticket))[-1] == TicketFollowed(ticket=ticket, person=office.people["abe"])


async def test_a_link_stands_in_both_trails_and_on_both_cards(office: Office) -> None:
    one, other = await two(office)
    await office.do(LinkTickets(ticket=one, other=other, relation=Relation.BLOCKS), "asha")
    assert (await office.events(one))[-1] == TicketLinked(
        ticket=one, other=other, relation=Relation.BLOCKS, is_first=True
    )
    card = (await office.view(other, "asha")).card
    assert [(field.label, field.value) for field in card.fields if field.key == "link"] == [
        ("Is blocked by", f"T-{one} (open)")
    ]
    assert not [field for field in (await office.view(other, "kim")).card.fields if field.key == "link"]
    with pytest.raises(AlreadySo, match="it is linked so"):
        await office.do(LinkTickets(ticket=one, other=other, relation=Relation.BLOCKS), "asha")
    with pytest.raises(AlreadySo, match="is blocked by"):
        await office.do(LinkTickets(ticket=other, other=one, relation=Relation.BLOCKS), "asha")
    await office.do(UnlinkTickets(ticket=other, other=one), "asha")
    assert (await office.events(other))[-1] == TicketUnlinked(
        ticket=other, other=one, relation=Relation.BLOCKS, is_first=False
    )
    with pytest.raises(AlreadySo, match="it has no link"):
        await office.do(UnlinkTickets(ticket=other, other=one), "asha")


async def test_a_link_to_a_sensitive_ticket_is_shown_to_those_who_may_see_that(office: Office) -> None:
    one, welfare = await office.open(), await office.open("kim", category="welfare")
    await office.do(LinkTickets(ticket=one, other=welfare, relation=Relation.RELATES), "wen")
    shown = {who: str((await office.view(one, who)).card) for who in ("wen", "asha", "sam")}
    assert {who: f"T-{welfare}" in card for who, card in shown.items()} == {"wen": True, "asha": False, "sam": False}


async def test_five_followers_raise_a_ticket_in_the_queue_and_its_card_says_so(office: Office) -> None:
    first, second = await office.open(category="login"), await office.open(category="login")
    for who in ("kim", "asha", "abe", "ada", "lee"):
        await office.do(FollowTicket(ticket=second), who)
    queue = await office.reading.list(View.QUEUE, office.actor("pia"), None, 50)
    assert [summary.ticket.id for summary in queue] == [second, first]
    places = {ticket: (await office.view(ticket, "sam")).card for ticket in (first, second)}
    assert [[f.value for f in card.fields if f.key == "place"] for card in places.values()] == [["2"], ["1"]]
    words = {
        who: [f.value for f in (await office.view(second, who)).card.fields if f.label == "Followers"]
        for who in ("pia", "sam")
    }
    assert words == {"pia": ["5: ranked as high"], "sam": ["5"]}
