"""What the desk could not read on Discord, and says so in the ticket, to the staff."""

import discord
import pytest

from core.commands import CloseTicket
from core.events import ThreadCaughtUp, ThreadNotRead
from core.model.ids import TicketId
from core.model.people import Platform
from core.model.thread import Audience, GapReason
from tests.adapters.discord.hall import Hall
from tests.fakes.discord.permissions import Permission

VIEW, HISTORY = Permission.VIEW_CHANNEL, Permission.READ_MESSAGE_HISTORY


async def gaps(hall: Hall, ticket: TicketId) -> list[ThreadNotRead | ThreadCaughtUp]:
    return [one for one in await hall.office.events(ticket) if isinstance(one, ThreadNotRead | ThreadCaughtUp)]


def hide(hall: Hall, *denied: Permission) -> None:
    hall.guild.overwrite(hall.exams, hall.guild.bot_role, deny=list(denied))


@pytest.mark.parametrize("denied", [VIEW, HISTORY])
async def test_what_the_bot_may_not_read_stands_in_the_ticket_once_until_it_was_read(
    hall: Hall, denied: Permission
) -> None:
    ticket, place = await hall.ticket()
    await hall.enter()
    said = await hall.sam.say(place, "Heard")
    await hall.heard(ticket, "Heard")
    await hall.leave()
    hide(hall, denied)
    await hall.sam.say(place, "Missed")
    for owner in ("two", "three"):
        await hall.enter(owner)
        await hall.leave()
    thread = await hall.thread(ticket)
    [gap] = await gaps(hall, ticket)
    assert isinstance(gap, ThreadNotRead)
    assert (gap.reason, gap.platform, gap.thread) == (GapReason.SHUT_OUT, Platform.DISCORD, thread.id)
    assert (gap.audience, gap.until) == (Audience.REQUESTER, hall.office.clock.now())
    assert gap.since == discord.utils.snowflake_time(said.id)
    hide(hall)
    await hall.enter("four")
    await hall.heard(ticket, "Heard", "Missed")
    assert [type(one) for one in await gaps(hall, ticket)] == [ThreadNotRead, ThreadCaughtUp]
    await hall.again()
    assert len(await gaps(hall, ticket)) == 2


async def test_a_channel_that_is_hidden_while_the_desk_runs_is_a_gap_at_once_and_read_when_it_is_shown(
    hall: Hall,
) -> None:
    ticket, place = await hall.ticket()
    await hall.enter()
    hide(hall, VIEW)

    async def noticed() -> bool:
        return bool(await gaps(hall, ticket))

    await hall.until(noticed)
    await hall.sam.say(place, "Anybody?")
    hide(hall)
    await hall.heard(ticket, "Anybody?")
    assert [type(one) for one in await gaps(hall, ticket)] == [ThreadNotRead, ThreadCaughtUp]


async def test_what_was_deleted_unread_with_its_thread_is_a_gap(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    await hall.sam.say(place, "Nobody read this")
    lost = await hall.thread(ticket)
    hall.guild.delete_thread(place)
    await hall.enter()
    [gap] = await gaps(hall, ticket)
    assert isinstance(gap, ThreadNotRead)
    assert (gap.reason, gap.thread) == (GapReason.DELETED, lost.id)
    kinds = await hall.office.kinds(ticket)
    assert kinds.index("ThreadNotRead") < kinds.index("ThreadLost")


async def test_a_thread_deleted_before_the_desks_eyes_leaves_none(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    await hall.enter()
    hall.guild.delete_thread(place)

    async def lost() -> bool:
        return "ThreadLost" in await hall.office.kinds(ticket)

    await hall.until(lost)
    assert await gaps(hall, ticket) == []


async def test_the_staffs_own_thread_has_gaps_too_and_nothing_that_can_be_read_has_any(hall: Hall) -> None:
    ticket, place = await hall.ticket(card=True)
    hall.guild.overwrite(hall.triage, hall.guild.bot_role, deny=[VIEW])
    await hall.sam.say(place, "Hello")
    await hall.enter()
    await hall.heard(ticket, "Hello")
    assert [(type(one), one.audience) for one in await gaps(hall, ticket)] == [(ThreadNotRead, Audience.STAFF)]


async def test_what_nobody_missed_while_the_desk_was_away_is_no_gap(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    quiet, _ = await hall.ticket()
    over, _ = await hall.ticket()
    await hall.office.do(CloseTicket(ticket=over), "sam")
    for number in range(120):
        await hall.sam.say(place, f"Word {number}")
    await hall.enter()
    await hall.heard(ticket, *[f"Word {number}" for number in range(120)])
    assert [await gaps(hall, one) for one in (ticket, quiet, over)] == [[], [], []]


async def test_behind_more_than_a_page_that_was_missed_edits_and_removals_are_followed_all_the_same(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    await hall.enter()
    first, second, third = [await hall.sam.say(place, words) for words in ("One", "Two", "Three")]
    await hall.heard(ticket, "One", "Two", "Three")
    await hall.leave()
    await hall.sam.delete(first)
    await hall.sam.edit(second, "Second")
    await hall.sam.react(third, "👍")
    missed = [f"Word {number}" for number in range(130)]
    for words in missed:
        await hall.sam.say(place, words)
    await hall.enter()
    await hall.heard(ticket, "Second", "Three", *missed)
    async with hall.office.store.read() as work:
        assert [one.emoji for one in await work.reactions.of(ticket)] == ["👍"]
