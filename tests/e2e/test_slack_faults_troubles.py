"""Somebody takes from the app what it needs: the admins are told once and clearly, nothing is lost, and it goes on by
itself when it is mended."""

import asyncio
from pathlib import Path

from tests.fakes.process import forked
from tests.fakes.slack_bad_day import Day, bad_day, opened
from tests.fakes.slack_server import File, Message
from tests.fakes.slack_steps import mention, use
from tests.fakes.web_desk import png


async def a_ticket(day: Day) -> tuple[Message, Message]:
    """sam's; their card, and the staff's."""
    card = await opened(day.campus, day.campus.sam)
    staffs = await day.staff_card()
    await day.delivered()
    return card, staffs


async def test_history_that_may_not_be_read_is_said_to_the_staff_once_and_read_as_soon_as_it_may_be(
    tmp_path: Path,
) -> None:
    async with bad_day(tmp_path) as day:
        sam, server = day.campus.sam, day.server
        card, staffs = await a_ticket(day)
        second = await opened(day.campus, sam, title="Another one")
        await sam.write(sam.dm, "before", thread=card)
        await day.heard("before")
        await day.delivered()
        await day.desk.terminate()
        server.settings.retries = ()  # it is away for so long that Slack no longer tells of it
        await sam.write(sam.dm, "missed", thread=card)
        await sam.write(sam.dm, "missed too", thread=second)
        server.hide_history("channel_type_not_supported")
        await day.restart()
        found = await day.trouble(f"slack:history:{sam.dm.id}")
        assert "T-1" in found.sentence or "T-2" in found.sentence
        assert "look through the thread" in found.sentence
        await sam.write(sam.dm, "after", thread=card)
        await day.heard("before", "after")
        await day.copied(staffs, "before", "after")
        about = [one.text_shown for one in day.campus.ada.reads(day.campus.ada.dm) if "channel_type" in one.text_shown]
        assert len([one for one in about if sam.dm.id in one]) == 1, about
        server.faults.clear()
        await day.desk.terminate()
        await day.restart()
        await day.heard("missed too", ticket=2)
        await day.mended("slack:history")
        assert sorted(await day.words()) == ["after", "before", "missed"]


async def test_thrown_out_of_the_triage_channel_it_waits_and_goes_on_when_it_is_invited_again(tmp_path: Path) -> None:
    async with bad_day(tmp_path) as day:
        campus, sam, asha = day.campus, day.campus.sam, day.campus.asha
        card, staffs = await a_ticket(day)
        campus.triage.kick()
        await day.told_once("/invite @Student Support")
        await sam.write(sam.dm, "Is anybody there?", thread=card)
        await day.heard("Is anybody there?")
        unheard = await asha.write(campus.triage, "We cannot hear you", thread=staffs)
        await day.failures("/invite")
        second = await opened(campus, campus.kim, title="Me too")
        campus.triage.invite()
        await day.heard("Is anybody there?", "We cannot hear you")
        await day.mended()
        await day.delivered(hurried=True)
        await day.copied(staffs, "Is anybody there?")
        await day.copied(card, "We cannot hear you")
        await day.marked(unheard)
        await day.delivered(hurried=True)
        day.as_it_should_be(sam)
        day.as_it_should_be(campus.kim, "Me too")
        assert second.place is campus.kim.dm
        await day.told_once("/invite @Student Support")
        assert "/invite" not in await day.failures()


async def test_with_the_triage_channel_archived_students_are_served_and_it_is_told_when_it_is_opened_again(
    tmp_path: Path,
) -> None:
    async with bad_day(tmp_path) as day:
        campus, sam = day.campus, day.campus.sam
        card, staffs = await a_ticket(day)
        campus.triage.archive()
        await day.told_once("academics-triage", "Unarchive")
        await sam.write(sam.dm, "Is anybody there?", thread=card)
        await day.heard("Is anybody there?")
        await day.reply_from_the_web("On the web, yes")
        await day.copied(card, "On the web, yes")
        await opened(campus, campus.kim, title="Me too")
        campus.triage.unarchive()
        await day.mended()
        await day.delivered(hurried=True)
        assert day.copies(staffs) == ["Is anybody there?", "On the web, yes"]
        day.as_it_should_be(campus.kim, "Me too")
        await day.told_once("academics-triage", "Unarchive")


async def test_a_revoked_token_stops_slack_alone_and_a_new_one_lets_everything_through(tmp_path: Path) -> None:
    async with bad_day(tmp_path) as day:
        server, sam = day.server, day.campus.sam
        card, staffs = await a_ticket(day)
        old = server.bot_token
        server.revoke()
        found = await day.trouble("slack:token")
        assert "Install App" in found.sentence and "BOT_SLACK__BOT_TOKEN" in found.sentence
        await day.reply_from_the_web("the web still serves")
        await sam.write(sam.dm, "written to nobody", thread=card)
        told = await asyncio.to_thread(forked, day.desk.folder, "failures", settings=day.settings)
        assert "Install App" in told.stdout, told
        refused = [one for one in server.requests if one.error == "token_revoked"]
        assert len(refused) < 20, refused
        await day.desk.terminate()
        server.world.bot_token, server.world.revoked = f"{old}-new", None
        day.settings["BOT_SLACK__BOT_TOKEN"] = server.bot_token
        await day.restart()
        await day.heard("the web still serves", "written to nobody")
        await day.delivered(hurried=True)
        assert day.copies(card) == ["the web still serves"]
        assert day.copies(staffs) == ["the web still serves", "written to nobody"]
        await day.mended("slack:token")
        assert old not in day.log


async def test_with_socket_mode_switched_off_the_admins_are_told_and_what_was_missed_is_read_once_it_is_on(
    tmp_path: Path,
) -> None:
    async with bad_day(tmp_path) as day:
        server, sam = day.server, day.campus.sam
        card, staffs = await a_ticket(day)
        await server.disconnect("link_disabled")
        await day.told_once("Socket Mode", "Enable Socket Mode")
        await server.until(lambda: not server.connected)
        await sam.write(sam.dm, "nobody hears me", thread=card)
        await day.reply_from_the_web("the way out is open still")
        await day.copied(card, "the way out is open still")
        server.sockets.disabled = False
        await day.desk.terminate()
        await day.restart()
        await day.heard("the way out is open still", "nobody hears me")
        await day.copied(staffs, "the way out is open still", "nobody hears me")
        await day.mended("slack:app-token")


async def test_of_each_scope_that_is_taken_away_the_admins_are_told_by_its_name_once_and_nothing_is_lost(
    tmp_path: Path,
) -> None:
    async with bad_day(tmp_path) as day:
        campus, sam, asha, ada = day.campus, day.campus.sam, day.campus.asha, day.campus.ada
        card, staffs = await a_ticket(day)
        said: list[str] = []
        for scope in ("files:write", "reactions:write", "chat:write.customize"):
            day.server.installed.scopes.remove(scope)
            asked = await sam.write(sam.dm, f"without {scope}", thread=card)
            await asha.write(campus.triage, f"answer {scope}", thread=staffs, files=[File("list.png", png())])
            said.append(scope)
            await is_named(day, scope)
            day.server.installed.scopes.add(scope)
            await day.delivered(30, hurried=True)
            assert day.copies(staffs) == [f"without {one}" for one in said]
            assert [words for words in day.copies(card) if "Not on Slack" not in words] == [f"answer {o}" for o in said]
            if scope != "reactions:write":
                await day.marked(asked)
            about = [one.text_shown for one in ada.reads(ada.dm) if f" {scope} " in one.text_shown]
            assert len(about) == 1, about
        await day.mended("slack:scope")


async def is_named(day: Day, scope: str) -> None:
    found = await day.trouble(f"slack:scope:{scope}")
    assert f"lacks the scope {scope}" in found.sentence and "Reinstall" in found.sentence


async def test_without_a_scope_to_write_by_everything_waits_until_it_is_given_back(tmp_path: Path) -> None:
    """Nobody can be told of it in a direct message before."""
    async with bad_day(tmp_path) as day:
        campus, sam, asha, kim = day.campus, day.campus.sam, day.campus.asha, day.campus.kim
        card, staffs = await a_ticket(day)
        day.server.installed.scopes -= {"chat:write", "im:write"}
        await sam.write(sam.dm, "Is anybody there?", thread=card)
        await asha.write(campus.triage, "Yes", thread=staffs)
        asked = await kim.slash(kim.dm, "/ticket open Me too")
        view = await kim.choose(await asked.modal(), "Category", "Exams and grades")
        await kim.submit(view, {"Tell us more": "x", "Course code": "CS2001"})
        for scope in ("chat:write", "im:write"):
            await is_named(day, scope)
        day.server.installed.scopes |= {"chat:write", "im:write"}
        await day.delivered(30, hurried=True)
        await day.mended("slack:scope")
        assert (day.copies(staffs), day.copies(card)) == (["Is anybody there?"], ["Yes"])
        day.as_it_should_be(kim, "Me too")


async def test_a_scope_to_hear_by_that_is_missing_is_told_and_what_was_said_without_it_is_heard_afterwards(
    tmp_path: Path,
) -> None:
    async with bad_day(tmp_path) as day:
        sam, kim, server = day.campus.sam, day.campus.kim, day.server
        card, staffs = await a_ticket(day)
        for scope in ("files:read", "users:read"):
            server.installed.scopes.remove(scope)
        await day.desk.terminate()
        await sam.write(sam.dm, "see this", thread=card, files=[File("proof.png", png())])
        await kim.write(kim.dm, "hello")
        await day.restart()
        await day.trouble("slack:scope:users:read")
        server.installed.scopes.add("users:read")
        await day.desk.terminate()
        await day.restart()
        await day.trouble("slack:scope:files:read")
        await server.until(lambda: day.copies(staffs), 15)
        assert "see this" in day.copies(staffs)[0] and "proof.png" in day.copies(staffs)[0]
        await day.mended("slack:scope:users:read")


async def test_without_the_messages_tab_what_is_for_a_student_waits_until_it_is_there(tmp_path: Path) -> None:
    async with bad_day(tmp_path) as day:
        asha, server = day.campus.asha, day.server
        card, staffs = await a_ticket(day)
        server.installed.messages_tab = False
        await asha.write(day.campus.triage, "Here it is", thread=staffs)
        found = await day.trouble("slack:messages-tab")
        assert "Messages Tab" in found.sentence
        server.installed.messages_tab = True
        await day.delivered(hurried=True)
        assert day.copies(card) == ["Here it is"]
        await day.mended("slack:messages-tab")


async def test_a_channel_whose_settings_let_nobody_post_is_named_and_served_when_they_do(tmp_path: Path) -> None:
    async with bad_day(tmp_path) as day:
        campus, sam, server = day.campus, day.campus.sam, day.server
        card, staffs = await a_ticket(day)
        fault = server.faults.refuse(
            "chat.postMessage",
            "restricted_action_read_only_channel",
            times=1_000_000,
            where=lambda args: args.get("channel") == campus.triage.id,
        )
        await sam.write(sam.dm, "Is anybody there?", thread=card)
        await day.told_once(campus.triage.id, "Permissions")
        fault.times = 0
        await day.delivered(hurried=True)
        assert day.copies(staffs) == ["Is anybody there?"]
        await day.mended("slack:channel")
        await day.told_once(campus.triage.id, "Permissions")


async def test_where_messages_can_be_edited_for_a_while_only_the_admins_are_told_once_and_people_go_on(
    tmp_path: Path,
) -> None:
    async with bad_day(tmp_path) as day:
        campus, sam, asha = day.campus, day.campus.sam, day.campus.asha
        card, staffs = await a_ticket(day)
        day.server.settings.edit_window = 0.0
        await mention(campus, asha, staffs, "claim")
        await day.told_once("Message editing")
        await sam.write(sam.dm, "hello", thread=card)
        await asha.write(campus.triage, "hello you", thread=staffs)
        await day.copied(card, "hello you")
        await day.copied(staffs, "hello")
        await day.told_once("Message editing")


async def test_a_user_group_that_is_gone_takes_its_roles_with_it_and_gives_them_back(tmp_path: Path) -> None:
    async with bad_day(tmp_path) as day:
        campus, asha = day.campus, day.campus.asha
        await a_ticket(day)
        assert "The queue" in (await use(asha, asha.dm, "/ticket queue")).text_shown
        campus.agents.disable()
        await day.told_once(campus.agents.id, "enable it")
        await day.server.until(lambda: not day.count("grants", f"source = 'slack:{campus.agents.id}'"), 15)
        assert "Not done" in (await use(asha, asha.dm, "/ticket queue")).text_shown
        campus.agents.disable(False)
        await day.mended("slack:group")
        await day.server.until(lambda: day.count("grants", f"source = 'slack:{campus.agents.id}'"), 15)
        assert "The queue" in (await use(asha, asha.dm, "/ticket queue")).text_shown
        await day.told_once(campus.agents.id, "enable it")
