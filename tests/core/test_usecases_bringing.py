"""Who goes with a merge that is taken back, and who stays: by another merge, or by an act of their own."""

from collections.abc import Sequence

import pytest

from core.commands import AddParticipant, FollowTicket, MergeTicket, RemoveParticipant, ResolveTicket, UndoMerge
from core.commands import UnfollowTicket as Unfollow
from core.merged import to_open_anew
from core.model.ids import TicketId
from tests.fakes.office import Office


async def three(office: Office, *, joins: Sequence[bool] = (False, False)) -> tuple[TicketId, TicketId, TicketId]:
    """One of Sam's that two of Kim's went into."""
    one, first, second = await office.open(), await office.open("kim", "First"), await office.open("kim", "Second")
    for ticket, join in zip((first, second), joins, strict=True):
        await office.do(MergeTicket(ticket=ticket, into=one, join=join), "asha")
    return one, first, second


async def there(office: Office, ticket: TicketId) -> tuple[bool, bool, int]:
    """Whether Kim takes part, whether she follows, and how many are said to follow."""
    async with office.store.read() as work:
        follows = office.people["kim"] in await work.tickets.followers(ticket)
    found = await office.ticket(ticket)
    return office.people["kim"] in found.participants, follows, found.follower_count


@pytest.mark.parametrize(
    ("joins", "between", "end"),
    [
        ((False, False), (False, True, 1), (False, False, 0)),
        ((True, True), (True, False, 0), (False, False, 0)),
        ((True, False), (False, True, 1), (False, False, 0)),
        ((False, True), (True, False, 0), (False, False, 0)),
    ],
)
async def test_whom_another_merge_brings_along_goes_with_that_one(
    any_office: Office, joins: Sequence[bool], between: tuple[bool, bool, int], end: tuple[bool, bool, int]
) -> None:
    office = any_office
    one, first, second = await three(office, joins=joins)
    await office.do(UndoMerge(ticket=first), "asha")
    assert await there(office, one) == between
    await office.do(UndoMerge(ticket=second), "asha")
    assert await there(office, one) == end


async def test_the_later_merge_taken_back_first_leaves_what_the_earlier_one_brought(office: Office) -> None:
    one, first, second = await three(office)
    await office.do(UndoMerge(ticket=second), "asha")
    assert await there(office, one) == (False, True, 1)
    await office.do(UndoMerge(ticket=first), "asha")
    assert await there(office, one) == (False, False, 0)


async def test_who_stays_hears_of_the_solution_and_opens_anew_what_is_still_merged(office: Office) -> None:
    one, first, _second = await three(office)
    await office.do(UndoMerge(ticket=first), "asha")
    async with office.store.read() as work:
        values = await to_open_anew(await office.ticket(one), office.people["kim"], office.desk, work)
    assert values["title"] == "Second"
    owed = await office.owed_by(ResolveTicket(ticket=one), "asha")
    assert "kim" in office.pinged(owed)


async def test_who_let_go_of_one_is_not_held_by_it_when_the_other_is_taken_back(office: Office) -> None:
    one, first, second = await three(office)
    await office.do(Unfollow(ticket=one), "kim")
    await office.do(UndoMerge(ticket=first), "asha")
    assert await there(office, one) == (False, False, 0)
    third = await office.open("kim")
    await office.do(MergeTicket(ticket=third, into=one), "asha")
    await office.do(UndoMerge(ticket=second), "asha")
    assert await there(office, one) == (False, True, 1)


async def test_a_follow_of_ones_own_stays_when_the_merge_is_taken_back(any_office: Office) -> None:
    office = any_office
    one, other = await office.open(category="forum"), await office.open("kim", category="forum")
    await office.do(MergeTicket(ticket=other, into=one), "asha")
    await office.do(Unfollow(ticket=one), "kim")
    await office.do(FollowTicket(ticket=one), "kim")
    await office.do(UndoMerge(ticket=other), "asha")
    assert await there(office, one) == (False, True, 1)


async def test_whom_the_staff_added_anew_takes_part_still(office: Office) -> None:
    one, other = await office.open(), await office.open("kim")
    kim = office.people["kim"]
    await office.do(MergeTicket(ticket=other, into=one, join=True), "asha")
    await office.do(RemoveParticipant(ticket=one, person=kim), "asha")
    await office.do(AddParticipant(ticket=one, person=kim), "asha")
    await office.do(UndoMerge(ticket=other), "asha")
    assert await there(office, one) == (True, False, 0)


async def test_whoever_unfollowed_meanwhile_follows_neither_afterwards(any_office: Office) -> None:
    office = any_office
    one, other = await office.open(category="forum"), await office.open(category="forum")
    await office.do(FollowTicket(ticket=other), "kim")
    await office.do(MergeTicket(ticket=other, into=one), "asha")
    await office.do(Unfollow(ticket=one), "kim")
    await office.do(UndoMerge(ticket=other), "asha")
    assert await there(office, one) == await there(office, other) == (False, False, 0)


async def test_of_two_tickets_that_one_followed_the_one_taken_back_is_followed_again_and_the_other_still(
    office: Office,
) -> None:
    one, *others = [await office.open(category="forum") for _ in range(3)]
    for other in others:
        await office.do(FollowTicket(ticket=other), "kim")
        await office.do(MergeTicket(ticket=other, into=one), "asha")
    await office.do(UndoMerge(ticket=others[0]), "asha")
    assert [await there(office, ticket) for ticket in (one, others[0])] == [(False, True, 1)] * 2
