"""Slack tells the desk things twice, in the wrong order, or not at all for a while: what people did is in the ticket
afterwards, once, each side's words in their order."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.fakes.slack_bad_day import MODES, Day, Days, bad_day
from tests.fakes.slack_server import File
from tests.fakes.web_desk import png

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def all_days(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Days]:
    async with Days(tmp_path_factory) as begun:
        yield begun


@pytest_asyncio.fixture(loop_scope="module")
async def days(all_days: Days) -> AsyncIterator[Days]:
    yield all_days
    all_days.end_of_a_test()


@pytest_asyncio.fixture(loop_scope="module")
async def day(days: Days) -> Day:
    return await days.of()


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_a_connection_that_slack_is_about_to_end_is_handed_over_while_people_talk(day: Day, reason: str) -> None:
    talk, server = await day.talk(), day.server
    server.settings.disconnect_lead = 60.0  # the desk leaves it before, once another is there
    before, begun = server.sockets.opened, time.monotonic()
    said = [f"said {number}" for number in range(4)]
    for words in said:
        await talk.answer(words)
        if words == "said 1":
            await server.disconnect(reason)
        await asyncio.sleep(0.05)
    await server.until(lambda: server.sockets.opened >= before + 2, 15)
    await server.settled()
    await talk.heard(*said)
    await talk.reads(*said)
    assert [one for one in server.called("conversations.replies") if one.at > begun] == [], "nothing was missed"
    await server.until(lambda: server.connected == 2, 15)


@pytest.mark.parametrize("mode", MODES)
async def test_told_everything_twice_the_desk_does_everything_once(days: Days, mode: str) -> None:
    """Over whichever of the connections, or as a retry over HTTP."""
    day = await days.of(mode)
    server, asha = day.server, day.campus.asha
    server.every_event_twice = True
    talk = await day.talk()
    asked = await talk.ask("Where is my grade?")
    await talk.heard("Where is my grade?")
    answer = await talk.answer("I look", files=[File("list.png", png())])
    note = await talk.answer("// it is lost")
    await talk.heard("Where is my grade?", "I look", "it is lost")
    await asha.edit(answer, "I am looking")
    gone = await talk.ask("never mind")
    await talk.who.react(asked, "thumbsup")
    await talk.command("claim")
    await talk.heard("Where is my grade?", "I am looking", "it is lost", "never mind")
    await talk.who.delete(gone)
    await talk.heard("Where is my grade?", "I am looking", "it is lost")
    await server.until(lambda: asha.ephemerals(talk.staffs.place) and talk.emoji())
    server.every_event_twice = False
    await server.settled(10)  # over HTTP, what came as a replay comes once more by itself
    await day.delivered()
    await talk.reads("I am looking")
    await talk.staff_read("Where is my grade?")
    assert (asked.reactions["white_check_mark"], note.reactions["memo"]) == ([server.bot_user], [server.bot_user])
    assert day.count("events", f"kind = 'TicketClaimed' AND ticket_id = {talk.number}") == 1
    assert day.count("files", f"ticket_id = {talk.number}") == len(talk.emoji()) == 1
    assert len([one for one in asha.pings if one.root is talk.staffs]) == 1
    assert len(asha.ephemerals(talk.staffs.place)) == 1
    talk.as_it_should_be()


async def test_events_that_overtake_each_other_lose_and_double_nothing(day: Day) -> None:
    """An edit comes before its message, and a reaction before what it stands under."""
    talk = await day.talk()
    held = day.server.hold_events()
    first = await talk.ask("frist")
    await talk.who.edit(first, "first")
    second = await talk.ask("second")
    await talk.who.react(second, "eyes")
    held.release(backwards=True)
    await day.marked(first)
    await day.marked(second)
    await day.server.settled()
    await day.delivered()
    assert sorted(await day.words(talk.number)) == ["first", "second"]
    assert sorted(day.copies(talk.staffs)) == ["first", "second"]


async def test_what_is_taken_back_before_the_desk_hears_that_it_was_said_reaches_nobody(day: Day) -> None:
    talk = await day.talk()
    held = day.server.hold_events()
    await talk.who.delete(await talk.ask("my password is swordfish"))
    held.release(backwards=True)
    await day.server.settled()
    await talk.ask("hello")
    await talk.heard("hello")
    await day.delivered()
    await talk.staff_read("hello")


async def test_sockets_that_drop_while_people_talk_lose_and_double_nothing(day: Day) -> None:
    talk = await day.talk()
    said = [f"{number}: said" for number in range(8)]
    for number, words in enumerate(said):
        await (talk.ask(words) if number % 2 else talk.answer(words))
        if number in (2, 5):
            day.server.drop_sockets()
        await asyncio.sleep(0.02)
    await day.server.until_connected(2, within=15)
    await talk.staff_read(*said[1::2])
    await talk.reads(*said[::2])
    words = await day.words(talk.number)
    assert ([one for one in words if one in said[1::2]], len(words)) == (said[1::2], len(said))
    talk.as_it_should_be()


async def test_with_slack_out_of_reach_both_sides_go_on_and_meet_afterwards(day: Day) -> None:
    talk, server = await day.talk(), day.server
    await talk.ask("one")
    await talk.heard("one")
    await day.delivered()
    gone = server.faults.drop("*", times=1_000_000)
    server.refuse_connections()
    await talk.ask("two, unheard")
    await day.reply_from_the_web("from the web", ticket=talk.number)
    await talk.heard("one", "from the web")
    await server.until(lambda: gone.met >= 3)
    server.faults.clear()
    server.refuse_connections(False)
    await server.until_connected(2, within=20)
    await talk.heard("one", "from the web", "two, unheard", within=20)
    await day.delivered(hurried=True)
    await talk.reads("from the web")
    await talk.staff_read("one", "from the web", "two, unheard")


@pytest.mark.parametrize("mode", MODES)
async def test_what_people_did_while_the_desk_was_stopped_is_caught_up_with_before_anything_newer(
    days: Days, mode: str
) -> None:
    day = await days.of(mode)
    talk, server = await day.talk(), day.server
    student = talk.who
    kept, changed, taken = [await talk.ask(words) for words in ("kept", "changed", "taken back")]
    await student.react(kept, "eyes")
    await talk.heard("kept", "changed", "taken back")
    await server.until(lambda: talk.emoji() == ["👀"], 10)
    await day.delivered()
    server.deliver_to(None)
    await day.desk.terminate()
    await student.edit(changed, "changed while you were away")
    await student.delete(taken)
    await student.unreact(kept, "eyes")
    await student.react(kept, "wave")
    gone = await talk.ask("said and deleted meanwhile")
    await talk.ask("with a picture", files=[File("proof.png", png())])
    await student.delete(gone)
    await talk.answer("I wrote meanwhile")
    await talk.answer("// and left a note")
    await day.start()
    await talk.ask("newer")
    mine = ["kept", "changed while you were away", "with a picture", "newer"]
    theirs = ["I wrote meanwhile", "and left a note"]
    said_in = f"ticket_id = {talk.number} AND undone_at IS NULL"
    await server.until(lambda: day.count("messages", said_in) == len(mine + theirs), 15)
    await day.delivered()
    words = await day.words(talk.number)
    assert [[one for one in words if one in side] for side in (mine, theirs)] == [mine, theirs]
    files = day.ask("SELECT name, media_type FROM files WHERE ticket_id = ?", talk.number)
    assert files == [("proof.png", "image/png")]
    assert talk.emoji() == ["👋"]
    await server.until(lambda: sorted(day.copies(talk.staffs)) == sorted(mine), 15, "what they said, and nothing else")
    await talk.reads("I wrote meanwhile")
    await server.settled(10)
    assert await day.words(talk.number) == words


@pytest.mark.parametrize("error", ["missing_scope", "method_not_supported_for_channel_type"])
async def test_what_the_desk_may_not_read_is_said_to_the_staff_alone_and_read_after_the_next_start_that_may(
    day: Day, error: str
) -> None:
    talk = await day.talk()
    await talk.ask("one")
    await talk.heard("one")
    await day.delivered()
    await day.desk.terminate()
    await talk.ask("two, unread")
    day.server.hide_history(error, what="conversations.replies")
    about = "its thread on Slack"
    for _ in range(2):
        await day.start()
        await day.server.until(lambda: [one for one in day.news(talk.staffs) if about in one], 20, "the staff's line")
        await day.delivered()
        await day.desk.terminate()
    day.server.faults.clear()
    await day.start()
    await talk.heard("one", "two, unread")
    await day.server.until(lambda: "has been read by now" in day.news(talk.staffs)[-1], 20, "that it was read")
    await day.delivered()
    lines = [one for one in day.news(talk.staffs) if about in one]
    assert ["could not be read, since" in one for one in lines] == [True, False]
    assert [one for one in day.news(talk.card) if "be read" in one or "been read" in one] == []
    await talk.staff_read("one", "two, unread")


async def test_a_hundred_and_twenty_messages_missed_in_pages_of_fifteen_are_all_read_in_order(day: Day) -> None:
    talk = await day.talk()
    await talk.ask("before")
    await talk.heard("before")
    await day.delivered()
    await day.desk.terminate()
    day.server.settings.page = 15
    missed = [f"missed {number}" for number in range(120)]
    for words in missed:
        await talk.ask(words)
    await day.start()
    await talk.heard("before", *missed, within=30)
    day.server.settings.page = 1000


async def test_a_command_that_waited_too_long_is_not_done_and_its_author_told(tmp_path: Path) -> None:
    async with bad_day(tmp_path) as day:
        day.server.advance(-600)
        talk, asha = await day.talk(), day.campus.asha
        await day.desk.terminate()
        await talk.command("close")
        day.server.advance(600)
        await day.start()
        await day.server.until(lambda: asha.ephemerals(talk.staffs.place), 15)
        assert "write it once more" in asha.ephemerals(talk.staffs.place)[0].text_shown
        assert day.ask("SELECT status FROM tickets") == [("open",)]
