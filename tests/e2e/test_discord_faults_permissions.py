"""Somebody takes from the bot what it needs: the admins are told once and clearly, nothing is lost, and it goes on."""

from pathlib import Path

from tests.fakes.discord_bad_day import Day, bad_day
from tests.fakes.discord_desk import opened
from tests.fakes.discord_server import Channel
from tests.fakes.process import forked


async def told_once(day: Day, *words: str) -> None:
    """ada reads of it in one direct message, and in /desk failures."""
    ada = day.uni.ada

    def about() -> list[str]:
        return [one.text for one in ada.dms if all(word in one.text for word in words)]

    await day.server.until(about, within=20, what=f"a direct message on {words}, not {[one.text for one in ada.dms]}")
    assert len(about()) == 1
    assert len(ada.dms) == 1, [one.text for one in ada.dms]


def take(day: Day, channel: Channel, *permissions: str) -> None:
    day.uni.guild.overwrite(channel, day.uni.guild.bot_role, deny=list(permissions))


def give_back(day: Day, channel: Channel) -> None:
    day.uni.guild.overwrite(channel, day.uni.guild.bot_role)


async def asked_for(day: Day) -> str:
    """What sam is answered who opens a ticket for which there may be no thread."""
    uni = day.uni
    asked = await uni.sam.slash(uni.exams, "ticket", "open", title="My grade is missing")
    sent = await uni.sam.submit(asked.modal, {"Category": "exams", "Tell us more": "Since Monday."})
    questions = await uni.sam.press((await sent.settled()).answer, "Answer the questions")
    return (await (await uni.sam.submit(questions.modal, {"Course code": "CS2001"})).settled(20)).shown


async def test_without_create_private_threads_openings_wait_and_get_their_threads_when_it_is_given_back(
    tmp_path: Path,
) -> None:
    async with bad_day(tmp_path) as day:
        uni = day.uni
        take(day, uni.exams, "create_private_threads")
        await told_once(day, "#exams", "Create Private Threads")
        assert "T-1" in await asked_for(day)
        await day.failures("Create Private Threads", "(T-1)")
        assert day.threads == []
        give_back(day, uni.exams)
        await day.mended("discord:permission")
        await day.delivered(hurried=True)
        [thread] = day.threads
        day.as_it_should_be(thread, uni.sam)
        await told_once(day, "#exams", "Create Private Threads")
        assert "Create Private Threads" not in await day.failures()


async def test_without_webhooks_replies_from_elsewhere_stand_there_under_the_bots_name_until_it_has_them_again(
    tmp_path: Path,
) -> None:
    async with bad_day(tmp_path) as day:
        uni = day.uni
        thread = await opened(uni, uni.sam)
        await day.delivered()
        take(day, uni.exams, "manage_webhooks")
        await told_once(day, "#exams", "Manage Webhooks")
        await day.reply_from_the_web("I look into it")
        await day.reply_from_the_web("Here it is")
        await day.delivered()
        said = day.by_bot(thread)[1:]
        assert [one.embeds[0]["description"] for one in said] == ["I look into it", "Here it is"]
        assert all(one.embeds[0]["author"]["name"] == "web_agent · staff" for one in said)
        give_back(day, uni.exams)
        await day.mended("discord:permission")
        await day.desk.terminate()
        await day.restart()
        await day.reply_from_the_web("By the way")
        await day.delivered()
        assert day.copies(thread) == ["By the way"]


async def test_without_the_right_to_pin_the_card_stands_there_unpinned_and_the_admins_are_told(tmp_path: Path) -> None:
    async with bad_day(tmp_path) as day:
        uni = day.uni
        await opened(uni, uni.sam)
        await day.delivered()
        take(day, uni.exams, "manage_messages", "pin_messages")
        await told_once(day, "#exams", "Pin Messages")
        thread = await opened(uni, uni.sam)
        await day.delivered()
        [card] = day.by_bot(thread)
        assert not card.pinned
        assert uni.sam.sees(thread)
        await day.failures("Pin Messages")


async def test_without_sight_of_the_channel_what_was_said_on_both_sides_meets_when_it_is_given_back(
    tmp_path: Path,
) -> None:
    async with bad_day(tmp_path) as day:
        uni, sam = day.uni, day.uni.sam
        thread = await opened(uni, sam)
        await sam.say(thread, "one")
        await day.heard("one")
        take(day, uni.exams, "view_channel")
        await told_once(day, "#exams", "View Channel")
        await sam.say(thread, "two, unheard")
        await day.reply_from_the_web("from the web")
        await day.failures("View Channel", "copy a message")
        give_back(day, uni.exams)
        await day.heard("one", "from the web", "two, unheard", within=20)
        await day.delivered(hurried=True)
        assert day.copies(thread) == ["from the web"]
        await sam.say(thread, "three")
        await day.heard("one", "from the web", "two, unheard", "three")
        assert await day.troubles() == {}
        await told_once(day, "#exams", "View Channel")
        assert day.threads == [thread]


async def test_intents_switched_off_in_the_portal_are_named_and_everything_said_meanwhile_is_caught_up_with(
    tmp_path: Path,
) -> None:
    async with bad_day(tmp_path) as day:
        uni, server, sam = day.uni, day.server, day.uni.sam
        thread = await opened(uni, sam)
        server.settings.privileged.clear()
        await server.disconnect(resumable=False)
        await told_once(day, "Message Content Intent", "Server Members Intent", "https://discord.com/developers")
        told = forked(day.desk.folder, "failures", settings=day.settings)
        assert "Message Content Intent" in told.stdout, told
        await sam.say(thread, "nobody hears me")
        await day.reply_from_the_web("the way out is open still")
        await server.until(lambda: day.copies(thread) == ["the way out is open still"])
        server.settings.privileged |= {"members", "message_content"}
        await day.desk.terminate()
        await day.restart()
        await day.heard("the way out is open still", "nobody hears me")
        await day.mended("discord:intents")


async def test_a_token_revoked_while_the_desk_runs_stops_discord_alone_and_a_new_one_lets_everything_through(
    tmp_path: Path,
) -> None:
    async with bad_day(tmp_path) as day:
        uni, server, sam = day.uni, day.server, day.uni.sam
        thread = await opened(uni, sam)
        await day.delivered()
        old, server.world.token = server.token, f"{server.token}-new"
        await server.disconnect(resumable=False)
        found = await day.trouble("discord:token")
        assert "Reset Token" in found.sentence and "BOT_DISCORD__TOKEN" in found.sentence
        await day.reply_from_the_web("the web still serves")
        await sam.say(thread, "written to nobody")
        await server.until(lambda: [one for one in server.called("POST", "/**") if one.status == 401] or day.waiting)
        told = forked(day.desk.folder, "failures", settings=day.settings)
        assert "Reset Token" in told.stdout, told
        assert len([one for one in server.requests if one.status == 401]) < 10
        await day.desk.terminate()
        day.settings["BOT_DISCORD__TOKEN"] = server.token
        await day.restart()
        await day.heard("the web still serves", "written to nobody")
        await day.delivered()
        assert day.copies(thread) == ["the web still serves"]
        await day.mended("discord:token")
        assert old not in day.log


async def test_with_all_active_threads_taken_openings_wait_until_there_is_room_and_the_admins_are_told_once(
    tmp_path: Path,
) -> None:
    async with bad_day(tmp_path) as day:
        uni, server, ada = day.uni, day.server, day.uni.ada
        first, second = [await opened(uni, uni.sam, title=f"number {one}") for one in (1, 2)]
        await day.delivered()
        server.settings.active_threads = 2
        await asked_for(day)
        await server.until(lambda: ada.dms, within=20)
        assert "active threads" in ada.dms[0].text
        await day.failures("active threads")
        assert day.threads == [first, second]
        resolved = await uni.asha.slash(second, "ticket", "resolve", answer="Solved")
        await resolved.settled()
        await server.until(lambda: second.archived, within=20)
        await day.delivered(hurried=True)
        assert len(day.threads) == 3
        assert len([one for one in day.threads if not one.archived]) == 2
        assert len([one for one in ada.dms if "active threads" in one.text]) == 1
        await day.mended("discord:active-threads")
        assert not first.archived


async def test_with_all_active_threads_taken_the_longest_resolved_one_that_stands_open_makes_room(
    tmp_path: Path,
) -> None:
    async with bad_day(tmp_path) as day:
        uni, server = day.uni, day.server
        first, second = [await opened(uni, uni.sam, title=f"number {one}") for one in (1, 2)]
        for thread in (second, first):
            await (await uni.asha.slash(thread, "ticket", "resolve", answer="Solved")).settled()
            await server.until(lambda one=thread: one.archived)
        await day.delivered()
        for thread in (first, second):
            uni.guild.archive(thread, archived=False)
        server.settings.active_threads = 2
        third = await opened(uni, uni.sam, title="number 3")
        assert (second.archived, first.archived, third.archived) == (True, False, False)
        await day.delivered()
        assert uni.ada.dms == []
        assert await day.troubles() == {}
