"""What the desk could not read on Slack, and says so in the ticket, to the staff."""

from datetime import UTC, datetime, timedelta

from adapters.slack.spot import Spot, seconds
from core.events import ThreadCaughtUp, ThreadNotRead
from core.model.ids import TicketId
from core.model.people import Platform
from core.model.thread import Audience, GapReason
from tests.adapters.slack.stage import Stage
from tests.fakes.slack_server import Message as Post

DAY = timedelta(days=1)
HISTORY = "method_not_supported_for_channel_type"


async def gaps(stage: Stage, ticket: TicketId) -> list[ThreadNotRead | ThreadCaughtUp]:
    return [one for one in await stage.office.events(ticket) if isinstance(one, ThreadNotRead | ThreadCaughtUp)]


def at(post: Post) -> datetime:
    return datetime.fromtimestamp(seconds(post.ts), UTC)


# --- what the app may not read ---------------------------------------------------------------------------------------


async def test_what_the_app_may_not_read_stands_in_the_ticket_once_until_it_was_read(stage: Stage) -> None:
    await stage.enter()
    ticket, own, card = await stage.ticket()
    heard = await stage.sam.write(stage.sam.dm, "heard", thread=own)
    await stage.settled()
    with stage.deaf():
        await stage.sam.write(stage.sam.dm, "missed", thread=own)
    stage.server.hide_history(HISTORY, what="conversations.replies")
    await stage.restart()
    await stage.restart("third")
    found = [one for one in await gaps(stage, ticket) if isinstance(one, ThreadNotRead)]
    assert card is not None and sorted((one.audience, one.reason, one.since) for one in found) == [
        (Audience.REQUESTER, GapReason.SHUT_OUT, at(heard)),
        (Audience.STAFF, GapReason.SHUT_OUT, at(card)),
    ]
    stage.server.faults.clear()
    await stage.restart("fourth")
    assert await stage.words(ticket) == ["heard", "missed"]
    await stage.restart("fifth")
    assert [type(one) for one in await gaps(stage, ticket)] == [ThreadNotRead] * 2 + [ThreadCaughtUp] * 2


async def test_two_processes_that_may_not_read_say_it_once(stage: Stage) -> None:
    await stage.enter()
    ticket, own, _ = await stage.ticket(staff=False)
    stage.server.hide_history(HISTORY, what="conversations.replies")
    await stage.leave()
    await stage.enter("two")
    await stage.enter("three")
    await stage.sam.write(stage.sam.dm, "live", thread=own)
    await stage.settled()
    assert len(await gaps(stage, ticket)) == 1


async def test_from_when_the_app_was_taken_out_of_a_channel_it_is_a_gap_until_it_is_back(stage: Stage) -> None:
    await stage.enter()
    ticket, _, card = await stage.ticket()
    stage.triage.kick()
    await stage.settled()
    [gap] = await gaps(stage, ticket)
    assert isinstance(gap, ThreadNotRead)
    assert (gap.platform, gap.audience, gap.reason) == (Platform.SLACK, Audience.STAFF, GapReason.SHUT_OUT)
    await stage.asha.write(stage.triage, "// a note", thread=card)
    stage.triage.invite()
    await stage.until_said(ticket, "a note")
    await stage.settled()
    assert await stage.words(ticket) == ["a note"]
    assert [type(one) for one in await gaps(stage, ticket)] == [ThreadNotRead, ThreadCaughtUp]


# --- what nobody pays for --------------------------------------------------------------------------------------------


async def away(stage: Stage, days: int) -> None:
    """The desk is off for so long, in a workspace that shows ninety days."""
    await stage.leave()
    stage.server.settings.shown_for = 90 * DAY
    stage.server.advance(days * DAY)


async def test_what_slack_shows_no_more_is_a_gap_and_nothing_that_was_taken_away(stage: Stage) -> None:
    await stage.enter()
    ticket, own, _ = await stage.ticket()
    heard = await stage.sam.write(stage.sam.dm, "heard", thread=own)
    await stage.sam.react(heard, "+1")
    await stage.settled()
    before = stage.office.clock.now()
    await away(stage, 10)
    with stage.deaf():
        await stage.sam.write(stage.sam.dm, "lost", thread=own)
        stage.server.advance(95 * DAY)
        await stage.sam.write(stage.sam.dm, "found", thread=own)
    for owner in ("two", "three"):
        await stage.restart(owner)
    assert await stage.words(ticket) == ["heard", "found"]
    assert [one.emoji for one in await stage.reactions(ticket)] == ["👍"]
    mine = [one for one in await gaps(stage, ticket) if one.audience is Audience.REQUESTER]
    [gap] = mine
    assert isinstance(gap, ThreadNotRead)
    assert gap.reason is GapReason.TOO_OLD
    assert before - timedelta(minutes=1) < gap.since <= before + timedelta(minutes=1)
    assert abs(gap.until - (stage.office.clock.now() - 90 * DAY)) < timedelta(minutes=1)
    assert await stage.troubles() == {}
    kinds = await stage.office.kinds(ticket)
    assert kinds.count("ThreadLost") == kinds.count("MessageUndone") == 0


async def test_where_all_was_read_later_than_that_nothing_was_missed(stage: Stage) -> None:
    await stage.enter()
    ticket, own, _ = await stage.ticket()
    await stage.sam.write(stage.sam.dm, "heard", thread=own)
    await stage.settled()
    for owner in ("two", "three", "four"):
        await away(stage, 60)
        await stage.enter(owner)
    assert await gaps(stage, ticket) == []
    assert await stage.words(ticket) == ["heard"]


async def test_what_is_deleted_while_slack_shows_it_is_taken_away_though_older_words_are_hidden(stage: Stage) -> None:
    await stage.enter()
    ticket, own, _ = await stage.ticket()
    await stage.sam.write(stage.sam.dm, "long ago", thread=own)
    await stage.settled()
    await away(stage, 100)
    await stage.enter("two")
    await stage.sam.write(stage.sam.dm, "kept", thread=own)
    gone = await stage.sam.write(stage.sam.dm, "my password", thread=own)
    await stage.settled()
    with stage.deaf():
        await stage.sam.delete(gone)
    await stage.restart("three")
    assert await stage.words(ticket) == ["long ago", "kept"]


async def test_a_card_that_slack_hides_is_not_taken_for_one_that_was_deleted(stage: Stage) -> None:
    await stage.enter()
    ticket, own, _ = await stage.ticket(staff=False)
    await away(stage, 100)
    stage.server.faults.refuse("conversations.replies", "thread_not_found", times=20)
    await stage.enter("two")
    thread = await stage.thread(ticket)
    assert thread.external_id == Spot(own.place.id, own.ts).external_id and thread.lost_at is None
    assert [type(one) for one in await gaps(stage, ticket)] == [ThreadNotRead]
