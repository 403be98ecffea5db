"""A moderator deletes threads, cards, channels and messages of the desk's: the ticket goes on, and says what became."""

from pathlib import Path

from tests.fakes.discord_bad_day import Day, bad_day
from tests.fakes.discord_desk import opened, threads_in
from tests.fakes.discord_server import Person, Thread


async def made_anew(day: Day, who: Person, not_in: list[Thread]) -> Thread:
    found = await day.server.until(
        lambda: [one for one in day.threads if one not in not_in and who.reads(one)], within=20, what="another thread"
    )
    await day.delivered()
    return found[0]


async def test_a_deleted_thread_is_made_anew_with_its_history_and_its_people_and_the_fourth_time_staff_are_told(
    tmp_path: Path,
) -> None:
    async with bad_day(tmp_path) as day:
        uni, sam, asha = day.uni, day.uni.sam, day.uni.asha
        thread = await opened(uni, sam)
        await (await asha.press(sam.reads(thread)[0], "Claim")).settled()
        await sam.say(thread, "I wrote my exam on Monday")
        await day.heard("I wrote my exam on Monday")
        await day.delivered()
        for _ in range(3):
            uni.guild.delete_thread(thread)
            thread = await made_anew(day, sam, [thread])
            shown = "\n".join(one.text for one in sam.reads(thread))
            assert "what was said before" in shown
            assert "sam, " in shown and "I wrote my exam on Monday" in shown
            assert asha.id in thread.members
            assert not uni.kim.sees(thread)
        await sam.say(thread, "I am still here")
        await day.heard("I wrote my exam on Monday", "I am still here")
        uni.guild.delete_thread(thread)
        await day.server.until(lambda: any("nobody reads it there any more" in one.text for one in asha.dms), within=20)
        await day.delivered()
        assert day.threads == []
        await day.reply_from_the_web("I answer on the web")
        await day.delivered()
        assert (await day.words())[-1] == "I answer on the web"


async def test_a_deleted_card_of_the_staffs_is_posted_again_and_the_pinned_one_with_the_next_change(
    tmp_path: Path,
) -> None:
    async with bad_day(tmp_path) as day:
        uni, sam, asha = day.uni, day.uni.sam, day.uni.asha
        thread = await opened(uni, sam)
        await day.delivered()
        mod = uni.guild.add_member("mod", roles=[uni.admins])
        uni.guild.allow(uni.admins, ["manage_messages"])
        await mod.delete(day.by_bot(uni.triage)[0])
        [card] = await day.server.until(lambda: day.by_bot(uni.triage), within=20)
        await mod.delete(day.by_bot(thread)[0])
        await (await asha.press(card, "Claim")).settled()
        await day.delivered()
        [pinned] = [one for one in day.by_bot(thread) if one.pinned]
        assert "asha" in pinned.text
        [card] = day.by_bot(uni.triage)
        assert "asha" in card.text


async def test_when_a_categorys_channel_is_deleted_the_admins_are_told_once_which_and_the_ticket_goes_on_on_the_web(
    tmp_path: Path,
) -> None:
    async with bad_day(tmp_path) as day:
        uni, sam, ada = day.uni, day.uni.sam, day.uni.ada
        thread = await opened(uni, sam)
        await sam.say(thread, "I wrote my exam")
        await day.heard("I wrote my exam")
        uni.guild.delete_channel(uni.exams)
        found = await day.trouble(f"discord:channel:{uni.exams.id}")
        assert str(uni.exams.id) in found.sentence and "bot.toml" in found.sentence
        await day.server.until(lambda: ada.dms)
        await day.delivered()
        await day.reply_from_the_web("I answer on the web")
        await day.delivered()
        assert await day.words() == ["I wrote my exam", "I answer on the web"]
        about = [one.text for one in ada.dms if str(uni.exams.id) in one.text]
        assert len(about) == 1, about
        asked = await ada.slash(uni.login, "desk", "failures")
        assert str(uni.exams.id) in (await asked.settled()).shown


async def test_a_message_that_a_moderator_deletes_is_gone_from_the_ticket_and_a_copy_that_they_delete_is_not(
    tmp_path: Path,
) -> None:
    async with bad_day(tmp_path) as day:
        uni, sam = day.uni, day.uni.sam
        thread = await opened(uni, sam)
        uni.guild.allow(uni.admins, ["manage_messages"])
        bad = await sam.say(thread, "something rude")
        await day.heard("something rude")
        await day.reply_from_the_web("Please be kind")
        await day.delivered()
        await uni.ada.delete(bad)
        await day.heard("Please be kind")
        [copy] = [one for one in thread.messages.values() if one.webhook is not None]
        await uni.ada.delete(copy)
        await sam.say(thread, "sorry")
        await day.heard("Please be kind", "sorry")
        assert day.threads == [thread]


async def test_a_webhook_that_a_moderator_deletes_is_made_again(tmp_path: Path) -> None:
    async with bad_day(tmp_path) as day:
        thread = await opened(day.uni, day.uni.sam)
        await day.reply_from_the_web("one")
        await day.delivered()
        day.server.world.webhooks.clear()
        await day.reply_from_the_web("two")
        await day.delivered()
        assert day.copies(thread) == ["one", "two"]
        assert len(day.server.world.webhooks) == 1


async def test_when_the_thread_of_the_staffs_notes_is_deleted_one_card_stands_and_takes_the_next_note(
    tmp_path: Path,
) -> None:
    async with bad_day(tmp_path) as day:
        uni, asha = day.uni, day.uni.asha
        thread = await opened(uni, uni.sam)
        await (await asha.slash(thread, "staff", "note", text="first note")).settled()
        await day.delivered()
        [notes] = threads_in(uni.triage)
        [card] = day.by_bot(uni.triage)
        uni.guild.delete_thread(notes)
        await day.server.until(lambda: card.deleted and day.by_bot(uni.triage), within=20)
        await day.delivered()
        await (await asha.slash(thread, "staff", "note", text="second note")).settled()
        await day.delivered()
        [notes] = threads_in(uni.triage)
        assert "second note" in "\n".join(one.text for one in asha.reads(notes))
        assert len(day.by_bot(uni.triage)) == 1
