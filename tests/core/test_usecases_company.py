"""Who else is with a ticket: followers who hear of it, participants who talk in it."""

from dataclasses import replace

import pytest

from core.commands import (
    AddParticipant,
    CloseTicket,
    FollowTicket,
    MergeTicket,
    RemoveParticipant,
    ResolveTicket,
    SetVisibility,
    UnfollowTicket,
    WithdrawTicket,
)
from core.errors import MergedAway, NoSuchPerson, NoSuchTicket, NotAllowed, Refusal
from core.events import ParticipantAdded, ParticipantRemoved, TicketFollowed, TicketUnfollowed
from core.model.ids import PersonId
from core.model.people import Standing
from core.model.ticket import Visibility
from core.vocabulary import View
from tests.fakes.office import Office


async def test_a_public_ticket_is_followed_and_let_go(office: Office) -> None:
    ticket, kim = await office.open(category="forum"), office.people["kim"]
    await office.do(FollowTicket(ticket=ticket), "kim")
    assert (await office.ticket(ticket)).follower_count == 1
    with pytest.raises(Refusal, match="you follow it already"):
        await office.do(FollowTicket(ticket=ticket), "kim")
    await office.do(UnfollowTicket(ticket=ticket), "kim")
    assert (await office.ticket(ticket)).follower_count == 0
    with pytest.raises(Refusal, match="you do not follow it already"):
        await office.do(UnfollowTicket(ticket=ticket), "kim")
    assert (await office.events(ticket))[1:] == [
        TicketFollowed(ticket=ticket, person=kim),
        TicketUnfollowed(ticket=ticket, person=kim),
    ]


async def test_nobody_follows_their_own_ticket(office: Office) -> None:
    ticket = await office.open()
    with pytest.raises(Refusal, match=f"T-{ticket} is your own: you hear of it anyway"):
        await office.do(FollowTicket(ticket=ticket), "sam")


@pytest.mark.parametrize(
    ("ending", "who"),
    [(WithdrawTicket, "sam"), (CloseTicket, "sam"), (ResolveTicket, "asha")],
)
async def test_what_is_over_is_not_followed_any_more(
    office: Office, ending: type[WithdrawTicket | CloseTicket | ResolveTicket], who: str
) -> None:
    ticket = await office.open(category="forum")
    await office.do(ending(ticket=ticket), who)
    with pytest.raises(Refusal, match=f"T-{ticket} is over: nothing more is to be heard of it"):
        await office.do(FollowTicket(ticket=ticket), "kim")
    assert (await office.ticket(ticket)).follower_count == 0


@pytest.mark.parametrize(("category", "follows"), [("login", True), ("exams", False), ("welfare", False)])
async def test_a_private_ticket_is_followed_blindly_only_where_its_category_allows(
    office: Office, category: str, follows: bool
) -> None:
    ticket = await office.open(category=category)
    if not follows:
        with pytest.raises(NoSuchTicket):
            await office.do(FollowTicket(ticket=ticket), "kim")
        return
    await office.do(FollowTicket(ticket=ticket), "kim")
    with pytest.raises(NoSuchTicket):
        await office.view(ticket, "kim")
    assert await office.reading.list(View.MINE, office.actor("kim"), None, 50) == []


async def test_where_a_merged_ticket_went_is_told_to_nobody_who_may_not_see_it(office: Office) -> None:
    ticket, other = await office.open(category="login"), await office.open(category="login")
    await office.do(MergeTicket(ticket=ticket, into=other), "pia")
    with pytest.raises(NoSuchTicket):
        await office.do(FollowTicket(ticket=ticket), "kim")
    with pytest.raises(MergedAway, match=f"T-{other}"):
        await office.do(FollowTicket(ticket=ticket), "asha")


async def test_followers_are_counted_one_by_one(office: Office) -> None:
    ticket = await office.open(category="login")
    for who in ("kim", "asha", "ada"):
        await office.do(FollowTicket(ticket=ticket), who)
    async with office.store.read() as work:
        assert len(await work.tickets.followers(ticket)) == (await office.ticket(ticket)).follower_count == 3


async def test_a_participant_sees_and_writes_until_removed(office: Office) -> None:
    ticket, kim = await office.open(), office.people["kim"]
    outcome = await office.do(AddParticipant(ticket=ticket, person=kim), "sam")
    assert (outcome.ticket, outcome.person) == (ticket, kim)
    await office.say(ticket, "kim", "Me too")
    assert [summary.ticket.id for summary in await office.reading.list(View.MINE, office.actor("kim"), None, 50)] == [
        ticket
    ]
    await office.do(RemoveParticipant(ticket=ticket, person=kim), "asha")
    with pytest.raises(NoSuchTicket):
        await office.say(ticket, "kim", "Hello?")
    kept = [e for e in await office.events(ticket) if isinstance(e, ParticipantAdded | ParticipantRemoved)]
    assert kept == [ParticipantAdded(ticket=ticket, person=kim), ParticipantRemoved(ticket=ticket, person=kim)]


async def test_a_participant_of_a_sensitive_ticket_sees_it(office: Office) -> None:
    ticket = await office.open(category="welfare")
    await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), "wen")
    assert (await office.view(ticket, "kim")).may_reply


@pytest.mark.parametrize("who", ["sam", "kim"])
async def test_who_is_part_of_it_is_not_added_again(office: Office, who: str) -> None:
    ticket = await office.open()
    await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    with pytest.raises(Refusal, match="that person is part of it already"):
        await office.do(AddParticipant(ticket=ticket, person=office.people[who]), "sam")


async def test_the_blocked_and_the_unknown_are_not_added(office: Office) -> None:
    ticket = await office.open()
    await office.stand("kim", Standing.BLOCKED)
    for person in (office.people["kim"], PersonId(999)):
        with pytest.raises(NoSuchPerson):
            await office.do(AddParticipant(ticket=ticket, person=person), "sam")


async def test_fifty_people_are_the_most(office: Office) -> None:
    ticket = await office.open()
    async with office.store.write() as work:
        crowd = [await work.people.add(f"P{n}", office.clock.now()) for n in range(50)]
        found = await work.tickets.get(ticket)
        assert found is not None
        await work.tickets.save(replace(found, participants=frozenset(one.id for one in crowd)))
    with pytest.raises(Refusal, match="People: 51 are too many, 50 is the most"):
        await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), "sam")


async def test_who_is_no_part_of_it_cannot_be_removed(office: Office) -> None:
    ticket = await office.open()
    with pytest.raises(Refusal, match=f"Kim Other is not part of T-{ticket}"):
        await office.do(RemoveParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    with pytest.raises(Refusal, match=f"Sam Student is not part of T-{ticket}"):
        await office.do(RemoveParticipant(ticket=ticket, person=office.people["sam"]), "asha")


async def test_a_participant_brings_nobody_else(office: Office) -> None:
    ticket = await office.open()
    await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    for command in (
        AddParticipant(ticket=ticket, person=office.people["pia"]),
        RemoveParticipant(ticket=ticket, person=office.people["kim"]),
    ):
        with pytest.raises(NotAllowed, match="You may not add or remove people here"):
            await office.do(command, "kim")


async def test_a_follower_who_may_see_no_more_hears_no_more(office: Office) -> None:
    ticket = await office.open(category="forum")
    await office.do(FollowTicket(ticket=ticket), "kim")
    await office.do(SetVisibility(ticket=ticket, visibility=Visibility.PRIVATE), "asha")
    owed = await office.owed_by(ResolveTicket(ticket=ticket), "asha")
    texts = [str(await office.composed(one)) for one in owed]
    assert "kim" in office.pinged(owed)
    assert any("may no longer see the ticket" in text for text in texts)
