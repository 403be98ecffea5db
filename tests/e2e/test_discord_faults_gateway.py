"""The desk hears nothing from Discord for a while: what people did meanwhile is there afterwards, once, in order."""

import asyncio
from pathlib import Path

import pytest

from tests.fakes.discord.permissions import Permission
from tests.fakes.discord_bad_day import Day, bad_day
from tests.fakes.discord_desk import opened, threads_in
from tests.fakes.web_desk import png


@pytest.mark.parametrize("resumable", [True, False])
async def test_a_connection_that_drops_while_people_talk_loses_and_doubles_nothing(
    tmp_path: Path, resumable: bool
) -> None:
    async with bad_day(tmp_path) as day:
        server, sam, asha = day.server, day.uni.sam, day.uni.asha
        thread = await opened(day.uni, sam)
        said = []
        for number in range(30):
            who = sam if number % 2 else asha
            said.append(f"{number}: from {who.name}")
            await who.say(thread, said[-1])
            if number in (9, 19):
                await server.disconnect(resumable=resumable)
            await asyncio.sleep(0.01)
        await day.heard(*said)
        assert (server.gateway.resumes > 0) is resumable
        assert (server.gateway.identifies > 1) is not resumable
        await day.delivered()
        day.as_it_should_be(thread, sam)


async def test_a_desk_asked_to_reconnect_and_told_that_its_session_is_invalid_goes_on_as_if_nothing_had_been(
    tmp_path: Path,
) -> None:
    async with bad_day(tmp_path) as day:
        server, sam = day.server, day.uni.sam
        thread = await opened(day.uni, sam)
        await sam.say(thread, "one")
        server.reconnect()
        await sam.say(thread, "two")
        await server.until(lambda: server.gateway.resumes == 1)
        server.invalidate(resumable=False)
        await sam.say(thread, "three")
        await day.heard("one", "two", "three", within=30)
        await day.delivered()
        day.as_it_should_be(thread, sam)


async def test_what_people_did_while_the_desk_was_stopped_is_caught_up_with_before_anything_newer(
    tmp_path: Path,
) -> None:
    async with bad_day(tmp_path) as day:
        sam, asha = day.uni.sam, day.uni.asha
        thread = await opened(day.uni, sam)
        kept, changed, taken = [await sam.say(thread, words) for words in ("kept", "changed", "taken back")]
        await day.heard("kept", "changed", "taken back")
        await day.desk.terminate()
        await sam.edit(changed, "changed while you were away")
        await sam.delete(taken)
        await asha.say(thread, "I wrote meanwhile")
        gone = await sam.say(thread, "said and deleted meanwhile")
        await sam.say(thread, "with a picture", files=[("proof.png", png())])
        await sam.delete(gone)
        await day.desk.start()
        await day.server.connected(30)
        await sam.say(thread, "newer")
        await day.heard("kept", "changed while you were away", "I wrote meanwhile", "with a picture", "newer")
        assert kept.content == "kept"
        assert day.ask("SELECT name, media_type FROM files") == [("proof.png", "image/png")]


async def test_what_the_desk_may_not_read_is_said_to_the_staff_alone_and_read_as_soon_as_it_may(tmp_path: Path) -> None:
    async with bad_day(tmp_path) as day:
        sam, guild, exams = day.uni.sam, day.uni.guild, day.uni.exams
        thread = await opened(day.uni, sam)
        said = await sam.say(thread, "one")
        await day.heard("one")
        await day.delivered()
        await day.desk.terminate()
        guild.overwrite(exams, guild.bot_role, deny=[Permission.READ_MESSAGE_HISTORY])
        await sam.say(thread, "two, unread")
        await sam.react(said, "👍")
        for _ in range(2):
            await day.desk.start()
            await day.trouble("discord:permission:")
            await day.server.until(lambda: len(_notes(day)) == 1, 20, "the line for the staff")
            await day.desk.terminate()
        assert "in its thread on Discord" in _notes(day)[0] and "could not be read" in _notes(day)[0]
        await day.desk.start()
        await day.server.connected(30)
        guild.overwrite(exams, guild.bot_role)
        await day.heard("one", "two, unread", within=20)
        await day.server.until(lambda: day.ask("SELECT emoji FROM reactions") == [("👍",)], 10, "the reaction")
        await day.server.until(lambda: len(_notes(day)) == 2, 20, "that it was read")
        assert "has been read by now" in _notes(day)[1]
        await day.delivered()
        assert [one.text for one in sam.reads(thread) if "be read" in one.text or "been read" in one.text] == []
        day.as_it_should_be(thread, sam)


def _notes(day: Day) -> list[str]:
    """What the bot wrote into the thread under the staff's card."""
    return [one.text for thread in threads_in(day.uni.triage) for one in day.by_bot(thread)]


async def test_reactions_set_and_taken_away_while_the_desk_was_stopped_are_the_tickets_afterwards(
    tmp_path: Path,
) -> None:
    async with bad_day(tmp_path) as day:
        sam, asha = day.uni.sam, day.uni.asha
        thread = await opened(day.uni, sam)
        said = await sam.say(thread, "one")
        await sam.react(said, "👀")
        await asha.react(said, "🎉")
        there = "SELECT emoji FROM reactions ORDER BY emoji"
        await day.server.until(lambda: len(day.ask(there)) == 2, 10, "both reactions")
        await day.desk.terminate()
        await sam.unreact(said, "👀")
        await asha.react(said, "👍")
        await sam.react(said, "👍")
        await day.desk.start()
        await day.server.until(lambda: day.ask(there) == [("🎉",), ("👍",), ("👍",)], 20, "what stands there now")
        await day.delivered()
        assert said.reactions == {"🎉": [asha.id], "👍": [asha.id, sam.id]}


async def test_a_hundred_and_fifty_messages_missed_in_a_thread_that_was_archived_meanwhile_are_all_read_in_order(
    tmp_path: Path,
) -> None:
    async with bad_day(tmp_path) as day:
        sam = day.uni.sam
        thread = await opened(day.uni, sam)
        await sam.say(thread, "before")
        await day.heard("before")
        await day.desk.terminate()
        missed = [f"missed {number}" for number in range(150)]
        for words in missed:
            await sam.say(thread, words)
        day.uni.guild.archive(thread)
        await day.desk.start()
        await day.heard("before", *missed, within=40)
        await day.reply_from_the_web("I read it all")
        await day.delivered()
        assert day.copies(thread) == ["I read it all"]
        assert not thread.archived


async def test_a_thread_deleted_while_the_desk_was_away_is_made_anew_with_what_was_said_in_it(tmp_path: Path) -> None:
    async with bad_day(tmp_path) as day:
        sam = day.uni.sam
        thread = await opened(day.uni, sam)
        await sam.say(thread, "I wrote my exam")
        await day.heard("I wrote my exam")
        await day.desk.terminate()
        day.uni.guild.delete_thread(thread)
        await day.desk.start()
        await day.server.until(lambda: [one for one in day.threads if sam.reads(one)], within=20)
        await day.delivered()
        [new] = day.threads
        assert "I wrote my exam" in "\n".join(one.text for one in sam.reads(new))
        await sam.say(new, "here I am again")
        await day.heard("I wrote my exam", "here I am again")
